//! Text as bit streams: for 64 bytes at a time, one word of bits for each set of bytes.
//!
//! All questions about neighbours ("a capital behind a blank") are then a few shifts and ands for 64 bytes at once.
//! What asks them is `spots.rs`.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

/// How many bytes are looked at together.
pub(crate) const BLOCK: usize = 64;
/// How many sets there can be.
pub(crate) const SETS: usize = 32;

/// The bits of one block, by set: bit `i` of stream `k` is set when byte `i` is in set `k`.
pub(crate) type Streams = [u64; SETS];

/// A set of bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Set {
    /// The ASCII part: bit `h` of entry `l` is the byte `h << 4 | l`.
    ascii: [u8; 16],
    /// Of the bytes from 0x80 up: none, those from [`CAPITAL`] up, or all.
    high: High,
}

/// The first byte of a character that may be a capital: from here on (`À` is C3 80 in UTF-8).
pub(crate) const CAPITAL: u8 = 0xc3;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum High {
    #[default]
    None,
    Capitals,
    All,
}

impl Set {
    /// The set of all bytes for which `is` says yes. Above ASCII it may only grow: to none, [`CAPITAL`] up, or all.
    pub(crate) fn of(is: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::default();
        for b in (0..0x80).filter(|b| is(*b)) {
            set.ascii[usize::from(b & 15)] |= 1 << (b >> 4);
        }
        set.high = match ((0x80..CAPITAL).any(&is), (CAPITAL..=0xff).any(is)) {
            (true, _) => High::All,
            (false, true) => High::Capitals,
            (false, false) => High::None,
        };
        set
    }

    fn has(&self, b: u8) -> bool {
        match b {
            0..0x80 => self.ascii[usize::from(b & 15)] >> (b >> 4) & 1 == 1,
            _ => self.high == High::All || self.high == High::Capitals && b >= CAPITAL,
        }
    }
}

/// Up to [`SETS`] sets, ready to classify blocks with the best that this processor has.
pub(crate) struct Classifier {
    portable: portable::Table,
    #[cfg(target_arch = "x86_64")]
    x86: Option<x86::Table>,
}

impl Classifier {
    pub(crate) fn new(sets: &[Set]) -> Self {
        Self {
            portable: portable::Table::new(sets),
            #[cfg(target_arch = "x86_64")]
            x86: x86::Table::new(sets),
        }
    }

    /// The streams of one block.
    #[inline]
    pub(crate) fn block(&self, bytes: &[u8; BLOCK], out: &mut Streams) {
        #[cfg(target_arch = "x86_64")]
        if let Some(table) = &self.x86 {
            return table.block(bytes, out);
        }
        self.portable.block(bytes, out);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sets() -> Vec<Set> {
        let mut sets = vec![
            Set::of(|b| b.is_ascii_alphanumeric() || b >= 0x80),
            Set::of(|b| b.is_ascii_uppercase() || b >= CAPITAL),
            Set::of(|b| b.is_ascii_digit()),
            Set::of(|b| matches!(b, b' ' | b'#' | b'\'' | b'"' | b'`' | b'(' | b'*' | b'\t')),
        ];
        sets.extend((0u8..28).map(|k| Set::of(move |b| b.wrapping_mul(37).wrapping_add(k) % 5 == 0 && b < 0x80)));
        sets
    }

    proptest! {
        /// Every form that this processor has says the same as the sets themselves.
        #[test]
        fn streams_are_the_sets(bytes in prop::collection::vec(any::<u8>(), BLOCK)) {
            let (sets, block): (_, &[u8; BLOCK]) = (sets(), bytes.as_slice().try_into().expect("64 bytes"));
            let wanted: Vec<u64> = sets
                .iter()
                .map(|set| (0..BLOCK).fold(0, |bits, i| bits | u64::from(set.has(block[i])) << i))
                .collect();
            let mut out = [0; SETS];
            portable::Table::new(&sets).block(block, &mut out);
            prop_assert_eq!(&out[..sets.len()], &wanted);
            #[cfg(target_arch = "x86_64")]
            for table in x86::Table::all(&sets) {
                table.block(block, &mut out);
                prop_assert_eq!(&out[..sets.len()], &wanted);
            }
        }
    }
}
