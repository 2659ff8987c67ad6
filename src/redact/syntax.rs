//! The syntax around a value: what stands for it must keep the document what it is.

use std::cell::Cell;
use std::ops::Range;

use crate::document::{Document, line_around};
use crate::fields::dicom;

/// A VR of DICOM (PS3.5, section 6.2).
type Vr = [u8; 2];

/// The syntax of one document.
pub(super) struct Syntax<'a> {
    document: &'a Document,
    json: bool,
    yaml: bool,
    toml: bool,
    sql: bool,
    /// Where a line end is part of the form: tables, messages, logs.
    lines: bool,
    /// The fixed header of X12.
    isa: Option<Range<usize>>,
    /// The elements of a DICOM file.
    elements: Option<Vec<dicom::Element>>,
    /// How far quotes were counted, and whether one was open there.
    counted: Cell<(usize, bool)>,
}

/// Keys whose values may hold letters, digits, dashes and dots only (FHIR R4, `id`), or are addresses.
const PLAIN_KEYS: [&[u8]; 6] = [b"id", b"reference", b"fullUrl", b"url", b"uri", b"href"];

/// Keys of FHIR's `instant`s, which must say the second.
const INSTANTS: [&[u8]; 4] = [b"lastUpdated", b"issued", b"timestamp", b"recorded"];

impl<'a> Syntax<'a> {
    /// Of this document.
    pub(super) fn of(document: &'a Document) -> Self {
        let name = document.name.rsplit('!').next().unwrap_or_default().to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        let bytes = &document.bytes[..];
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
        let head = document.head.as_deref().map_or(text, <[u8]>::trim_ascii_start);
        let is_sql =
            || ["INSERT INTO", "insert into"].iter().any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some());
        let dicom = dicom::elements(bytes);
        let prose = document.kind.is_running_text() && document.kind != crate::kind::Kind::Markup;
        Self {
            document,
            json: matches!(head.first(), Some(b'{' | b'[')) && !ends(&[".yaml", ".yml", ".toml", ".md"]),
            yaml: ends(&[".yaml", ".yml"]),
            toml: ends(&[".toml"]),
            sql: ends(&[".sql"]) || is_sql(),
            lines: !prose,
            isa: (text.starts_with(b"ISA") && document.first_byte == 0).then(|| {
                let start = bytes.len() - text.len();
                start..start + 105
            }),
            elements: dicom,
            counted: Cell::new((0, false)),
        }
    }

    fn bytes(&self) -> &'a [u8] {
        &self.document.bytes
    }

    fn before(&self, at: usize) -> Option<(usize, u8)> {
        let bytes = self.bytes().get(..at)?;
        let place = bytes.iter().rposition(|b| !matches!(b, b' ' | b'\t'))?;
        Some((place, bytes[place]))
    }

    fn behind(&self, at: usize) -> Option<u8> {
        self.bytes().get(at..)?.iter().copied().find(|b| !matches!(b, b' ' | b'\t' | b'\r'))
    }

    /// Is a quote open at `at`? Asked for places in order; texts do not go over line ends.
    fn in_quotes(&self, at: usize, quote: u8) -> bool {
        let line = line_around(self.bytes(), at).start;
        let (from, open) = self.counted.get();
        let (mut place, mut open) = if from >= line && from <= at { (from, open) } else { (line, false) };
        while place < at {
            match self.bytes().get(place) {
                Some(b'\\') => place += 1,
                Some(b) if *b == quote => open = !open,
                _ => {}
            }
            place += 1;
        }
        // A backslash may have led over the end.
        self.counted.set(if place == at { (at, open) } else { (line, false) });
        open
    }

    /// The key in front of a quoted value: `"key": "…`.
    fn key(&self, at: usize) -> Option<&'a [u8]> {
        let window = self.bytes().get(at.saturating_sub(200)..at)?;
        let open = window.iter().rposition(|b| *b == b'"')?;
        let rest = window[..open].trim_ascii_end().strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\"")?;
        let start = rest.iter().rposition(|b| *b == b'"')?;
        rest.get(start + 1..)
    }

    /// Would brackets mean something here?
    pub(super) fn plain(&self, at: &Range<usize>) -> bool {
        if self.yaml {
            return matches!(self.before(at.start), None | Some((_, b':' | b'-' | b'\n' | b'[' | b',')));
        }
        self.json && self.key(at.start).is_some_and(|key| PLAIN_KEYS.contains(&key))
    }

    /// Does it hold signs that are its document's, and must stay?
    pub(super) fn is_structural(&self, at: &Range<usize>) -> bool {
        let value = &self.bytes()[at.clone()];
        if self.elements.is_some() {
            return false;
        }
        let has = |signs: &[u8]| value.iter().any(|b| signs.contains(b));
        let quotes = value.iter().filter(|b| **b == b'"').count();
        let line_end = self.lines && has(b"\r\n");
        line_end || has(b"<>|") || (quotes > 0 && (self.json || quotes % 2 == 1))
    }

    /// Where a value really begins: not inside of an escape like `\n` or `\u00e9`.
    pub(super) fn begins(&self, at: Range<usize>) -> Range<usize> {
        let slashes = self.bytes()[..at.start].iter().rev().take_while(|b| **b == b'\\').count();
        if !self.json || slashes % 2 == 0 {
            return at;
        }
        let skip = if self.bytes().get(at.start) == Some(&b'u') { 5 } else { 1 };
        (at.start + skip).min(at.end)..at.end
    }

    /// A date with the time that stands behind it, where both are one value: `2024-03-05T10:11:12Z`, `20240305101112`.
    pub(super) fn with_time(&self, at: Range<usize>) -> Range<usize> {
        let rest = &self.bytes()[at.end.min(self.bytes().len())..];
        let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
        let last = self.bytes()[at.clone()].last().is_some_and(u8::is_ascii_digit);
        let joined = |b: &&u8| b.is_ascii_digit() || matches!(**b, b':' | b'.' | b'+' | b'-' | b'Z');
        let more = match rest {
            [b'T', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
                1 + rest[1..].iter().take_while(joined).count()
            }
            [b, ..] if last && b.is_ascii_digit() && digits(rest) >= 2 => rest.iter().take_while(joined).count(),
            _ => 0,
        };
        // A full stop behind it ends a sentence.
        let ends = rest[..more].iter().rev().take_while(|b| matches!(**b, b'.' | b'-' | b':')).count();
        at.start..at.end + more - ends
    }

    /// `text` in the form in which it can stand at this place.
    pub(super) fn fit(&self, at: &Range<usize>, text: Vec<u8>) -> Vec<u8> {
        if let Some(elements) = &self.elements {
            let nth = elements.partition_point(|(_, value)| value.end <= at.start);
            let vr = elements.get(nth).filter(|(_, value)| value.start <= at.start).and_then(|(vr, _)| *vr);
            return of_vr(vr, text, at.len());
        }
        if self.isa.as_ref().is_some_and(|isa| isa.start <= at.start && at.end <= isa.end) {
            return wide(text, at.len(), b' ');
        }
        let value = &self.bytes()[at.clone()];
        if self.json
            && INSTANTS.contains(&self.key(at.start).unwrap_or_default())
            && value.contains(&b'T')
            && text.len() == 4
        {
            return [&text[..], b"-01-01T00:00:00Z"].concat();
        }
        let is_number = value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
        match self.quote(at) {
            Some(quote) if is_number && !is_json_number(&text) => [&[quote], &text[..], &[quote]].concat(),
            _ => text,
        }
    }

    /// The quote that a text needs where a bare number stands.
    fn quote(&self, at: &Range<usize>) -> Option<u8> {
        let (place, before) = self.before(at.start)?;
        let behind = self.behind(at.end);
        let ends = |signs: &[u8]| behind.is_none_or(|b| signs.contains(&b));
        if before == b':' && place > 0 && self.bytes()[place - 1] == b'"' && ends(b",}]\n") {
            return (!self.in_quotes(at.start, b'"')).then_some(b'"');
        }
        if self.json && matches!(before, b'[' | b',' | b'\n' | b':') && ends(b",]}\n") {
            return (!self.in_quotes(at.start, b'"')).then_some(b'"');
        }
        if self.toml && before == b'=' {
            return (!self.in_quotes(at.start, b'"')).then_some(b'"');
        }
        if self.sql && matches!(before, b'(' | b',' | b'=') && ends(b",);\n") {
            return (!self.in_quotes(at.start, b'\'')).then_some(b'\'');
        }
        None
    }
}

fn is_json_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && (digits.len() == 1 || digits[0] != b'0')
}

/// `text` in exactly so many bytes.
fn wide(mut text: Vec<u8>, len: usize, filler: u8) -> Vec<u8> {
    text.resize(len, filler);
    text
}

/// `text` as a value of a VR, as long as the old value: lengths are written in many places of a DICOM file.
fn of_vr(vr: Option<Vr>, text: Vec<u8>, len: usize) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_digit).collect();
    match vr.as_ref() {
        Some(b"DA" | b"TM") if text.len() == len && digits.len() == len => text,
        Some(b"DT") if digits.len() == text.len() => wide(text, len, b' '),
        // A day, time or number that is not known is none.
        Some(b"DA" | b"TM" | b"DT" | b"IS" | b"DS") => vec![b' '; len],
        Some(b"AS") if len == 4 => b"090Y".to_vec(),
        Some(b"UI") => uid(&text, len),
        _ => wide(text, len, b' '),
    }
}

/// A UID below 2.25 (ISO/IEC 9834-8): of the letters and digits of a token, or zeros.
fn uid(text: &[u8], len: usize) -> Vec<u8> {
    let mut out = b"2.25.1".to_vec();
    let code = if text.starts_with(b"[") { &[][..] } else { text };
    out.extend(code.iter().rev().take(26).flat_map(|b| [b'0' + b % 10, b'0' + b / 10 % 10]));
    wide(out, len, b'0')
}

#[cfg(test)]
mod tests;
