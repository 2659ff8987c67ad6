//! Bytes as they are read, into bytes as detectors want them: UTF-16 and UTF-32 become UTF-8, all else stays. In binaries, strings of
//! UTF-16 become strings of bytes, in their place.

/// How the bytes of an input are to be understood. Keeps what a read has cut in two.
pub(super) enum Decoder {
    /// UTF-8, Latin-1: left as they are.
    AsIs,
    /// A binary: its strings of UTF-16 (Windows programs, heaps of Java) become strings of bytes, NULs behind them.
    Binary {
        /// The end of the last read, where a string may go on.
        left: Vec<u8>,
    },
    /// UTF-32.
    Utf32 {
        /// Big end first?
        big: bool,
        /// Bytes of a character at the end of the last read.
        left: Vec<u8>,
    },
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
            [0xFF, 0xFE, 0, 0, ..] => return Self::Utf32 { big: false, left: Vec::new() },
            [0, 0, 0xFE, 0xFF, ..] => return Self::Utf32 { big: true, left: Vec::new() },
            _ if wide(head).is_some() => return Self::Utf32 { big: wide(head) == Some(true), left: Vec::new() },
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
        let (big, odd, high) = match self {
            Self::Utf16 { big, odd, high } => (big, odd, high),
            Self::Binary { left } => {
                left.extend_from_slice(bytes);
                let cut = left.len() - open_string(left);
                let from = out.len();
                out.extend(left.drain(..cut));
                return squeeze(&mut out[from..]);
            }
            Self::Utf32 { big, left } => {
                left.extend_from_slice(bytes);
                let whole = left.len() / 4 * 4;
                for four in left.drain(..whole).collect::<Vec<u8>>().chunks_exact(4) {
                    let number = |n: [u8; 4]| if *big { u32::from_be_bytes(n) } else { u32::from_le_bytes(n) };
                    let number = number([four[0], four[1], four[2], four[3]]);
                    put(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER), out);
                }
                return;
            }
            Self::AsIs => return out.extend_from_slice(bytes),
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
        match self {
            Self::Utf16 { odd, high, .. } if odd.is_some() || high.is_some() => {
                (*odd, *high) = (None, None);
                put(char::REPLACEMENT_CHARACTER, out);
            }
            Self::Utf32 { left, .. } if !left.is_empty() => {
                left.clear();
                put(char::REPLACEMENT_CHARACTER, out);
            }
            Self::Binary { left } => {
                let from = out.len();
                out.append(left);
                squeeze(&mut out[from..]);
            }
            _ => {}
        }
    }
}

/// UTF-32 without a mark: characters of ASCII, each with three NULs. Is its big end first?
fn wide(head: &[u8]) -> Option<bool> {
    let text = |b: u8| is_printable(b) || matches!(b, b'\n' | b'\r');
    let fours = || head.chunks_exact(4).take(16);
    if head.len() < 32 {
        return None;
    }
    let little = fours().all(|four| matches!(four, [b, 0, 0, 0] if text(*b)));
    let big = fours().all(|four| matches!(four, [0, 0, 0, b] if text(*b)));
    (little || big).then_some(big)
}

/// Fewest characters of a string of UTF-16 in a binary, and most that are held back between two reads.
const STRING: usize = 6;
const HELD: usize = 4 << 10;

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t')
}

/// How many bytes at the end may be a string of UTF-16 that goes on.
fn open_string(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(HELD)..];
    let fits = |pair: &[u8]| pair[0] == 0 || pair[1] == 0;
    let open = tail.rchunks_exact(2).take_while(|pair| fits(pair)).count() * 2;
    // The first character may stand before the pairs that are told from the end.
    open + usize::from(tail.len().checked_sub(open + 1).is_some_and(|before| is_printable(tail[before])))
}

/// Makes `M.R.N.` (the dots are NULs) into `MRN...`, for both orders of bytes.
fn squeeze(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(nul) = memchr::memchr(0, bytes.get(at + 1..).unwrap_or_default()) {
        let start = at + nul;
        let pairs = bytes[start..].chunks_exact(2).take_while(|pair| is_printable(pair[0]) && pair[1] == 0).count();
        if pairs < STRING {
            at = start + 1 + usize::from(pairs > 0);
            continue;
        }
        // With the high byte first, the last character has no NUL behind it.
        let big = start > 0 && bytes[start - 1] == 0;
        let last = big && bytes.get(start + 2 * pairs).is_some_and(|byte| is_printable(*byte));
        let (chars, len) = (pairs + usize::from(last), 2 * pairs + usize::from(last));
        for n in 0..chars {
            bytes[start + n] = bytes[start + 2 * n];
        }
        bytes[start + chars..start + len].fill(0);
        at = start + len - 1;
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
    if pairs < 4 || memchr::memchr(0, head).is_none() {
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
    fn utf32_in_pieces_of_any_size() {
        let text = "MRN: 00482913, chart 40718265; é 😀 end";
        let of =
            |text: &str, bytes: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| bytes(u32::from(c))).collect::<Vec<u8>>();
        let marked = format!("\u{feff}{text}");
        for step in 1..9 {
            for bytes in [u32::to_le_bytes as fn(u32) -> [u8; 4], u32::to_be_bytes] {
                assert_eq!(decoded(&of(&marked, bytes), step), marked.as_bytes());
                assert_eq!(decoded(&of(text, bytes), step), text.as_bytes());
            }
        }
    }

    #[test]
    fn strings_in_binaries() {
        let text = "patient ssn: 536-90-4399 name";
        for big in [false, true] {
            let units: Vec<u8> = if big {
                text.encode_utf16().flat_map(u16::to_be_bytes).collect()
            } else {
                text.encode_utf16().flat_map(u16::to_le_bytes).collect()
            };
            for (before, step) in [(0, 1), (1, 7), (6, 64), (3, 4096)] {
                let bytes = [&[1, 2, 3, 0x90, 0, 0, 0][..before], &units, &[0, 0, 9, 9, 0]].concat();
                let mut decoder = Decoder::Binary { left: Vec::new() };
                let mut out = Vec::new();
                bytes.chunks(step).for_each(|chunk| decoder.push(chunk, &mut out));
                decoder.finish(&mut out);
                assert_eq!(out.len(), bytes.len());
                assert!(out.windows(text.len()).any(|window| window == text.as_bytes()), "{big} {before} {step}");
            }
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
