//! Base64 (RFC 4648) inside of a text: what is found in it is rewritten in it, and it is encoded as it was.

use std::ops::Range;

/// Fewest characters that are taken for an encoded text.
const FEWEST: usize = 16;

/// Fewest characters of a line that goes on in the next.
const WIDE: usize = 60;

/// An encoded text.
pub(super) struct Layer {
    /// Where it stands.
    pub(super) at: Range<usize>,
    /// What it says.
    pub(super) inner: Vec<u8>,
    style: Style,
}

#[derive(Clone, Copy)]
struct Style {
    url: bool,
    padded: bool,
    /// Characters of a line, and its end, where it has several lines.
    lines: Option<(usize, &'static str)>,
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The encoded text around a place, if one is there.
pub(super) fn around(bytes: &[u8], at: &Range<usize>) -> Option<Layer> {
    let mut start = at.start - bytes[..at.start].iter().rev().take_while(|b| is_base64(**b)).count();
    while let Some(before) = line_before(bytes, start) {
        start = before;
    }
    let mut end = line_end(bytes, start);
    while let Some(next) = line_behind(bytes, start, end) {
        end = next;
    }
    let padding = bytes[end..].iter().take(2).take_while(|b| **b == b'=').count();
    if end < at.end || end - start < FEWEST {
        return None;
    }
    let run = &bytes[start..end];
    let inner = decode(run);
    let dicom = inner.get(128..132) == Some(b"DICM");
    let line = memchr::memchr2(b'\r', b'\n', run);
    let lines = line.map(|at| (at, if run[at] == b'\r' { "\r\n" } else { "\n" }));
    let url = run.iter().any(|b| matches!(b, b'-' | b'_'));
    (dicom || is_text(&inner)).then(|| Layer {
        at: start..end + padding,
        inner,
        style: Style { url, padded: padding > 0 || (end - start).is_multiple_of(4), lines },
    })
}

/// Where a wide line of base64 begins that ends just before `start`.
fn line_before(bytes: &[u8], start: usize) -> Option<usize> {
    let before = bytes[..start].strip_suffix(b"\n")?;
    let before = before.strip_suffix(b"\r").unwrap_or(before);
    let len = before.iter().rev().take_while(|b| is_base64(**b)).count();
    (len >= WIDE).then(|| before.len() - len)
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    start + bytes[start..].iter().take_while(|b| is_base64(**b)).count()
}

/// Where the next line ends, if the line that ends at `end` is wide and goes on.
fn line_behind(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let line = bytes[start..end].iter().rev().take_while(|b| is_base64(**b)).count();
    let rest = bytes[end..].strip_prefix(b"\r").unwrap_or(&bytes[end..]).strip_prefix(b"\n")?;
    let next = bytes.len() - rest.len();
    let until = line_end(bytes, next);
    let ends = matches!(bytes.get(until), None | Some(b'\r' | b'\n' | b'='));
    (line >= WIDE && until > next && ends).then_some(until)
}

fn is_text(bytes: &[u8]) -> bool {
    let plain = |b: &&u8| matches!(**b, b' '..=b'~' | b'\t' | b'\n' | b'\r') || **b >= 0x80;
    let ascii = bytes.iter().filter(|b| b.is_ascii()).count();
    bytes.len() >= FEWEST / 2
        && bytes.iter().filter(plain).count() * 20 >= bytes.len() * 19
        && ascii * 4 >= bytes.len() * 3
}

fn decode(text: &[u8]) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    let six: Vec<u32> = text.iter().filter(|b| is_base64(**b)).map(|b| u32::from(value(*b))).collect();
    let mut out = Vec::with_capacity(six.len() / 4 * 3);
    for four in six.chunks(4) {
        let bits = four.iter().fold(0_u32, |bits, six| bits << 6 | six) << (6 * (4 - four.len()));
        out.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    out
}

/// Fewest characters of a value that must be base64 whatever it says: a picture, a fingerprint.
const BLOCK: usize = 64;

/// `text` as base64, where the value that it stands for is a block of base64 that holds no text.
pub(super) fn block(value: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let body = value.strip_suffix(b"==").or_else(|| value.strip_suffix(b"=")).unwrap_or(value);
    // Digits in hexadecimal are of one case.
    let mixed = body.iter().any(u8::is_ascii_lowercase) && body.iter().any(u8::is_ascii_uppercase);
    let is_block = mixed && value.len() >= BLOCK && value.len().is_multiple_of(4) && body.iter().all(|b| is_base64(*b));
    let style = Style { url: false, padded: true, lines: None };
    is_block.then(|| Layer { at: 0..0, inner: Vec::new(), style }.encode(text))
}

/// What a short value says that [`block`] may have written; nothing for others.
pub(super) fn said(value: &[u8]) -> Vec<u8> {
    let ours = value.len() < BLOCK
        && value.len().is_multiple_of(4)
        && (value.starts_with(b"W") || value.starts_with(b"UkVEQUNURUQt"));
    if ours { decode(value) } else { Vec::new() }
}

impl Layer {
    /// `text`, encoded as this one was.
    pub(super) fn encode(&self, text: &[u8]) -> Vec<u8> {
        let alphabet: &[u8; 64] = if self.style.url {
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        } else {
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        };
        let mut out = Vec::with_capacity(text.len().div_ceil(3) * 4);
        for three in text.chunks(3) {
            let bits = three.iter().fold(0_u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - three.len()));
            for n in 0..4u32 {
                if n as usize <= three.len() {
                    out.push(alphabet[(bits >> (18 - 6 * n) & 63) as usize]);
                } else if self.style.padded {
                    out.push(b'=');
                }
            }
        }
        let Some((width, end)) = self.style.lines.filter(|(width, _)| *width > 0) else { return out };
        out.chunks(width).collect::<Vec<_>>().join(end.as_bytes())
    }
}

#[cfg(test)]
mod tests;
