//! Characters that are written as escapes: `\u002d` in JSON, `&#45;` in XML and HTML. What they stand for is scanned, and
//! what is found is told where the escapes stand.

use std::ops::Range;

use crate::document::{Document, utf16_width};
use crate::judge::{Finding, Pos};
use crate::kind::Kind;

/// Most backslashes before a `u`: JSON inside of JSON doubles them.
const SLASHES: usize = 4;

/// An escape, and the character that it stands for.
struct Escape {
    written: Range<usize>,
    plain: Range<usize>,
}

/// A document with its escapes undone.
pub(super) struct Plain {
    pub(super) document: Document,
    escapes: Vec<Escape>,
}

impl Plain {
    /// The document as it reads; `None` where it holds no escape that could hide a part of a value.
    pub(super) fn of(document: &Document) -> Option<Self> {
        if matches!(document.kind, Kind::Code | Kind::Generated | Kind::Binary) {
            return None;
        }
        let written = &document.bytes;
        let (mut bytes, mut escapes, mut from) = (Vec::new(), Vec::new(), 0);
        for (at, letter) in found(written) {
            if at.start < from {
                continue;
            }
            bytes.extend_from_slice(&written[from..at.start]);
            let start = bytes.len();
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            from = at.end;
            escapes.push(Escape { written: at, plain: start..bytes.len() });
        }
        if escapes.is_empty() {
            return None;
        }
        bytes.extend_from_slice(&written[from..]);
        let mut plain = Self { document: Document::new(document.name.clone(), document.kind, bytes), escapes };
        let range = |range: &Range<usize>| plain.read(range.start)..plain.read(range.end);
        let (own, added) =
            (range(&document.own), document.added.as_ref().map(|added| added.iter().map(range).collect()));
        (plain.document.own, plain.document.added) = (own, added);
        plain.document.first_line = document.first_line;
        plain.document.first_column = document.first_column;
        plain.document.first_byte = document.first_byte;
        plain.document.head.clone_from(&document.head);
        plain.document.exposure.clone_from(&document.exposure);
        Some(plain)
    }

    /// Where what is written at `at` stands in the plain text.
    fn read(&self, at: usize) -> usize {
        let behind = self.escapes.partition_point(|escape| escape.written.end <= at);
        let (written, plain) = self.before(behind);
        // Inside of an escape all of it is meant.
        let inside = self.escapes.get(behind).map_or(usize::MAX, |escape| escape.plain.start);
        (plain + at.saturating_sub(written)).min(inside)
    }

    /// Where what the plain text has at `at` begins as it is written.
    pub(super) fn written_at(&self, at: usize) -> usize {
        self.written(at, false)
    }

    /// Where what the plain text has at `at` is written; of an escape its beginning, or its end.
    fn written(&self, at: usize, ends: bool) -> usize {
        let behind = self.escapes.partition_point(|escape| escape.plain.end <= at);
        let (written, plain) = self.before(behind);
        match self.escapes.get(behind).filter(|escape| escape.plain.start < at) {
            Some(escape) if ends => escape.written.end,
            Some(escape) => escape.written.start,
            None => written + (at - plain),
        }
    }

    /// Where the first so many escapes end, as they are written and as they read.
    fn before(&self, count: usize) -> (usize, usize) {
        count.checked_sub(1).map_or((0, 0), |last| (self.escapes[last].written.end, self.escapes[last].plain.end))
    }

    /// A finding in the plain text, told where it is written in its document.
    pub(super) fn placed(&self, mut finding: Finding, document: &Document) -> Finding {
        let local = |byte: u64| usize::try_from(byte.saturating_sub(document.first_byte)).unwrap_or(usize::MAX);
        let place = |byte: u64, pos: Pos, ends: bool| {
            let at = self.written(local(byte).min(self.document.bytes.len()), ends).min(document.bytes.len());
            let start = document.line_around(at).start;
            let first = if start == 0 { document.first_column } else { 1 };
            // No escape stands for the end of a line.
            let column = first + utf16_width(&document.bytes[start..at]);
            (document.first_byte + at as u64, Pos { line: pos.line, column })
        };
        (finding.start_byte, finding.start) = place(finding.start_byte, finding.start, false);
        (finding.end_byte, finding.end) = place(finding.end_byte, finding.end, true);
        finding
    }
}

/// The escapes of a text that may be a part of a value, in order.
fn found(text: &[u8]) -> Vec<(Range<usize>, char)> {
    let escape = |at: usize| match text[at..] {
        [b'\\', b'u', ..] => backslash(text, at),
        [b'&', b'#', ..] => entity(text, at),
        _ => None,
    };
    memchr::memchr2_iter(b'\\', b'&', text).filter_map(escape).collect()
}

/// `\u00e9`, also with its backslash doubled.
fn backslash(text: &[u8], at: usize) -> Option<(Range<usize>, char)> {
    let digits = text.get(at + 2..at + 6)?;
    let letter = telling(number(digits, 16)?)?;
    let more = text[..at].iter().rev().take(SLASHES - 1).take_while(|b| **b == b'\\').count();
    Some((at - more..at + 6, letter))
}

/// `&#233;` and `&#xe9;`.
fn entity(text: &[u8], at: usize) -> Option<(Range<usize>, char)> {
    let rest = &text[at + 2..text.len().min(at + 10)];
    let len = rest.iter().position(|b| *b == b';')?;
    let letter = match &rest[..len] {
        [b'x' | b'X', digits @ ..] => number(digits, 16),
        digits => number(digits, 10),
    };
    Some((at..at + 2 + len + 1, telling(letter?)?))
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    let digit = |b: &u8| char::from(*b).to_digit(radix);
    let value = digits.iter().try_fold(0_u32, |sum, b| Some(sum * radix + digit(b)?));
    value.filter(|_| !digits.is_empty()).and_then(char::from_u32)
}

/// The character, if values are made of such; not what belongs to a document's own syntax.
fn telling(letter: char) -> Option<char> {
    match letter {
        '\u{a0}' => Some(' '),
        '\u{2019}' => Some('\''),
        '\u{2010}'..='\u{2013}' => Some('-'),
        _ if letter.is_ascii_alphanumeric() || " '-.,@/:()_+".contains(letter) => Some(letter),
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Some(letter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use memchr::memmem;

    use super::*;

    #[test]
    fn places_go_there_and_back() {
        let text = br#"{"ssn": "219\u002d46\\u002d8837", "note": "caf&#xe9; \u003cb\u003e"}"#;
        let plain = Plain::of(&Document::new("a.json", Kind::Data, text.to_vec())).expect("escapes");
        assert_eq!(plain.document.bytes, "{\"ssn\": \"219-46-8837\", \"note\": \"café \\u003cb\\u003e\"}".as_bytes());
        for (value, written) in [("219-46-8837", r"219\u002d46\\u002d8837"), ("café", "caf&#xe9;"), ("46", "46")] {
            let start = memmem::find(&plain.document.bytes, value.as_bytes()).expect("it is there");
            let at = plain.written(start, false)..plain.written(start + value.len(), true);
            assert_eq!(&text[at], written.as_bytes());
        }
        assert_eq!(plain.document.own, 0..plain.document.bytes.len());
        for (at, _) in text.iter().enumerate() {
            assert!(plain.written(plain.read(at), false) <= at, "{at}");
        }
    }

    #[test]
    fn only_parts_of_values_are_escapes() {
        for text in [r"C:\users\u12", r"\u003ca href\u003d\u0022", "&#10;&#60;", "a & b &#; &#x;", r"\u00e"] {
            assert!(Plain::of(&Document::new("a.log", Kind::Log, text.into())).is_none(), "{text}");
        }
    }
}
