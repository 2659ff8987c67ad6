//! Bytes as they are read, into bytes as detectors want them: UTF-16 becomes UTF-8, all else stays.

/// How the bytes of an input are to be understood. Keeps what a read has cut in two.
pub(super) enum Decoder {
    /// UTF-8, Latin-1, binary: left as they are.
    AsIs,
    /// UTF-16.
    Utf16 {
        /// Big end first?
        big: bool,
        /// An odd byte at the end of the last read.
        odd: Option<u8>,
        /// A high surrogate at the end of the last read.
        high: Option<u16>,
    },
}

impl Decoder {
    /// Tells the encoding from the first bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        let big = match head {
            [0xFF, 0xFE, 0, 0, ..] => return Self::AsIs,
            [0xFF, 0xFE, ..] => false,
            [0xFE, 0xFF, ..] => true,
            _ => match unmarked(head) {
                Some(big) => big,
                None => return Self::AsIs,
            },
        };
        Self::Utf16 { big, odd: None, high: None }
    }

    /// Appends the decoded `bytes` to `out`.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Self::Utf16 { big, odd, high } = self else {
            out.extend_from_slice(bytes);
            return;
        };
        let mut bytes = bytes;
        if let (Some(first), Some((second, rest))) = (*odd, bytes.split_first()) {
            unit(word(*big, first, *second), high, out);
            (*odd, bytes) = (None, rest);
        }
        let pairs = bytes.chunks_exact(2);
        if let [last] = pairs.remainder() {
            *odd = Some(*last);
        }
        for pair in pairs {
            unit(word(*big, pair[0], pair[1]), high, out);
        }
    }

    /// Appends what was still cut in two when the input ended.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Self::Utf16 { odd, high, .. } = self
            && (odd.take().is_some() || high.take().is_some())
        {
            put(char::REPLACEMENT_CHARACTER, out);
        }
    }
}

fn word(big: bool, first: u8, second: u8) -> u16 {
    if big { u16::from_be_bytes([first, second]) } else { u16::from_le_bytes([first, second]) }
}

fn unit(unit: u16, high: &mut Option<u16>, out: &mut Vec<u8>) {
    if let Some(first) = high.take() {
        if (0xDC00..0xE000).contains(&unit) {
            let point = 0x10000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
            put(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER), out);
            return;
        }
        put(char::REPLACEMENT_CHARACTER, out);
    }
    match unit {
        0xD800..0xDC00 => *high = Some(unit),
        _ => put(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER), out),
    }
}

fn put(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// UTF-16 without a mark: one of two neighbours is NUL nearly always, the other is a printable Latin character.
fn unmarked(head: &[u8]) -> Option<bool> {
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let is_latin = |low: u8, high: u8| high == 0 && matches!(low, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0xA0..);
    let big = head.chunks_exact(2).filter(|pair| is_latin(pair[1], pair[0])).count();
    let little = head.chunks_exact(2).filter(|pair| is_latin(pair[0], pair[1])).count();
    let enough = pairs - pairs / 8;
    if little >= enough { Some(false) } else { (big >= enough).then_some(true) }
}

#[cfg(test)]
mod tests {
    use super::Decoder;

    fn decoded(bytes: &[u8], step: usize) -> Vec<u8> {
        let mut decoder = Decoder::of(bytes);
        let mut out = Vec::new();
        bytes.chunks(step).for_each(|chunk| decoder.push(chunk, &mut out));
        decoder.finish(&mut out);
        out
    }

    #[test]
    fn utf16_in_pieces_of_any_size() {
        let text = "MRN: 00482913 é 😀 end\r\n";
        for step in 1..9 {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
            assert_eq!(decoded(&little, step), text.as_bytes());
            assert_eq!(decoded(&big, step), format!("\u{feff}{text}").as_bytes());
        }
    }

    #[test]
    fn others_stay() {
        for bytes in [&b"caf\xE9 au lait"[..], b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", b"", b"a"] {
            assert_eq!(decoded(bytes, 3), bytes);
        }
        assert_eq!(decoded(b"\xFF\xFEa\0\x3d\xD8", 2), "\u{feff}a\u{fffd}".as_bytes());
    }
}
