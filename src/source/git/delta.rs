//! Deltas between objects of a pack (`gitformat-pack(5)`, "Deltified representation").

/// A number in groups of seven bits, the lowest first; and what stands behind it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

/// Sizes of the base and of the result, and the instructions behind them.
pub(super) fn sizes(delta: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (base, rest) = number(delta)?;
    let (result, rest) = number(rest)?;
    Some((base, result, rest))
}

/// The object that `delta` makes of `base`; `None` where the delta is broken.
pub(super) fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let (base_size, size, mut rest) = sizes(delta)?;
    let size = usize::try_from(size).ok()?;
    if base_size != base.len() as u64 {
        return None;
    }
    // What a broken delta claims is not what it makes.
    let mut out = Vec::with_capacity(size.min(base.len() + (64 << 20)));
    while let Some((&code, behind)) = rest.split_first() {
        rest = behind;
        if code & 0x80 == 0 {
            let (text, behind) = rest.split_at_checked(usize::from(code))?;
            out.extend_from_slice(text);
            rest = behind;
            if code == 0 {
                return None;
            }
        } else {
            let (mut at, mut len) = (0usize, 0usize);
            for bit in 0..7 {
                if code & (1 << bit) != 0 {
                    let (&byte, behind) = rest.split_first()?;
                    rest = behind;
                    let part = usize::from(byte);
                    if bit < 4 { at |= part << (8 * bit) } else { len |= part << (8 * (bit - 4)) }
                }
            }
            let len = if len == 0 { 0x10000 } else { len };
            out.extend_from_slice(base.get(at..at.checked_add(len)?)?);
        }
        if out.len() > size {
            return None;
        }
    }
    (out.len() == size).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn copies_and_texts() {
        let base = b"0123456789";
        // sizes 10 and 9; copy 4 bytes from 2; the text "ab"; copy 3 bytes from 0.
        let delta = [10, 9, 0x91, 2, 4, 2, b'a', b'b', 0x90, 3];
        assert_eq!(apply(base, &delta).as_deref(), Some(b"2345ab012".as_slice()));
        for end in 0..delta.len() {
            assert!(apply(base, &delta[..end]).is_none(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn broken_deltas_are_refused(base in proptest::collection::vec(any::<u8>(), 0..64), delta in proptest::collection::vec(any::<u8>(), 0..64)) {
            let made = apply(&base, &delta);
            prop_assert!(made.is_none_or(|made| Some(made.len() as u64) == sizes(&delta).map(|sizes| sizes.1)));
        }
    }
}
