//! Encodings that anybody can undo.

/// The text backwards.
pub(super) fn reversed(text: &[u8]) -> Vec<u8> {
    text.iter().rev().copied().collect()
}

/// Each letter thirteen further.
pub(super) fn rot13(text: &[u8]) -> Vec<u8> {
    let turn = |b: &u8| match b {
        b'a'..=b'z' => (b - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (b - b'A' + 13) % 26 + b'A',
        other => *other,
    };
    text.iter().map(turn).collect()
}

/// The bytes that two hex digits each stand for.
pub(super) fn hex(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() < 8 || text.len() % 2 == 1 {
        return None;
    }
    let digit = |b: &u8| (*b as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.chunks(2).map(|two| Some(digit(&two[0])? << 4 | digit(&two[1])?));
    bytes.collect()
}

/// RFC 4648, sections 4 and 5, with padding or without.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if body.len() < 6 || body.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(body.len());
    for four in body.chunks(4) {
        let mut bits = 0_u32;
        for byte in four {
            bits = bits << 6 | u32::from(six_bits(*byte)?);
        }
        bits <<= 6 * (4 - four.len());
        out.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    Some(out)
}

fn six_bits(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The bytes, if all of them are text.
pub(super) fn printable(bytes: Vec<u8>) -> Option<Vec<u8>> {
    bytes.iter().all(|b| matches!(b, b' '..=b'~')).then_some(bytes)
}
