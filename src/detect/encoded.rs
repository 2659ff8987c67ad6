//! Documents inside documents: base64 (RFC 4648) is decoded and read, and what is found is told by its encoded place.

use std::ops::Range;

use crate::detect::{Columns, Detector, Hit, Sight, Text};
use crate::document::Document;
use crate::fields::{Field, Holds};
use crate::kind::{self, Kind};

/// Shorter texts hold no document.
const SHORTEST: usize = 16;

/// What is found in the document that `field` holds.
pub(super) fn read(columns: &Columns, text: &Text, outer: &Document, field: &Field, hits: &mut Vec<Hit>) {
    let Some(value) = outer.bytes.get(field.value.clone()).filter(|value| value.len() >= SHORTEST) else { return };
    let Some(decoded) = Decoded::of(value) else { return };
    let binary = kind::is_binary(&decoded.bytes[..decoded.bytes.len().min(4096)]);
    let dicom = decoded.bytes.get(128..132) == Some(b"DICM");
    // The text of pictures and of compressed files (PDF among them) cannot be read.
    if (binary && !dicom) || decoded.bytes.starts_with(b"%PDF-") {
        return;
    }
    let inner = Document::new("", if binary { Kind::Binary } else { Kind::Prose }, decoded.bytes);
    let mut seen = Sight::default();
    let holds = Holds::of(&inner);
    columns.detect((&inner, holds), &mut seen);
    text.detect((&inner, holds), &mut seen);
    for hit in seen.hits {
        let Some(at) = place(&decoded.places, &hit.at) else { continue };
        let at = field.value.start + at.start..field.value.start + at.end;
        hits.push(Hit { at, label: None, record: Some(field.record), ..hit });
    }
}

/// Decoded bytes, and where each group of three of them stands in the text.
struct Decoded {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Decoded {
    /// Decodes; line ends (also written as `\n` or `\X0D\`) are passed over. None where the text is no base64.
    fn of(text: &[u8]) -> Option<Self> {
        let mut out =
            Self { bytes: Vec::with_capacity(text.len() / 4 * 3), places: Vec::with_capacity(text.len() / 4) };
        let (mut group, mut count, mut start, mut at) = (0u32, 0u32, 0, 0);
        while let Some(&b) = text.get(at) {
            at += 1;
            let Some(six) = six_bits(b) else {
                match b {
                    b'=' => break,
                    b if b.is_ascii_whitespace() => {}
                    b'\\' => at += escape(&text[at..])?,
                    _ => return None,
                }
                continue;
            };
            start = if count == 0 { at - 1 } else { start };
            group = group << 6 | u32::from(six);
            count += 1;
            if count == 4 {
                out.push(group, 3, start..at);
                (group, count) = (0, 0);
            }
        }
        if count >= 2 {
            out.push(group << (6 * (4 - count)), count - 1, start..at);
        }
        (!out.bytes.is_empty()).then_some(out)
    }

    fn push(&mut self, group: u32, bytes: u32, place: Range<usize>) {
        self.bytes.extend(group.to_be_bytes().iter().skip(1).take(bytes as usize));
        self.places.push(place);
    }
}

fn six_bits(b: u8) -> Option<u8> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// The length of a written line end behind a backslash: `n`, `r`, `/` (JSON), `X0D\`, `.br\` (HL7 v2).
fn escape(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'n' | b'r' | b'\\', ..] => Some(1),
        [b'/', ..] => Some(0),
        [b'X', ..] | [b'.', ..] => rest.iter().take(12).position(|b| *b == b'\\').map(|n| n + 1),
        _ => None,
    }
}

/// Where decoded bytes stand in the text.
fn place(places: &[Range<usize>], at: &Range<usize>) -> Option<Range<usize>> {
    let last = at.end.checked_sub(1)?;
    Some(places.get(at.start / 3)?.start..places.get(last / 3)?.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<String> {
        Decoded::of(text.as_bytes()).map(|d| String::from_utf8_lossy(&d.bytes).into_owned())
    }

    #[test]
    fn decodes_with_line_ends() {
        for text in ["SmFuZSBXaWxsb3c=", "SmFuZSBX\r\naWxsb3c", "SmFu\\nZSBX\\X0D\\aWxsb3c=", "SmFuZSBX\\.br\\aWxsb3c="]
        {
            assert_eq!(decoded(text).as_deref(), Some("Jane Willow"), "{text}");
        }
        assert_eq!(decoded("no base64!"), None);
        assert_eq!(decoded(""), None);
    }

    #[test]
    fn a_place_covers_what_was_found() {
        let text = b"SmFuZSBX\naWxsb3c=";
        let Some(whole) = Decoded::of(text) else { panic!("it is base64") };
        assert_eq!(place(&whole.places, &(0..4)), Some(0..8));
        assert_eq!(place(&whole.places, &(5..11)), Some(4..17));
        assert_eq!(place(&whole.places, &(9..12)), Some(13..17));
        assert_eq!(place(&whole.places, &(12..15)), None);
    }
}
