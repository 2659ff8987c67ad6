//! Where segments stand: in message files, batches, MLLP streams, log lines and string literals of code.

use std::ops::Range;
use std::sync::LazyLock;

use super::table;
use crate::fields::texts::Texts;

/// The separators that a message states in MSH-1 and MSH-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Separators {
    /// Between fields.
    pub(super) field: u8,
    /// Between components.
    pub(super) component: u8,
    /// Between repetitions.
    pub(super) repetition: u8,
    /// Between subcomponents.
    pub(super) sub: u8,
}

const USUAL: Separators = Separators { field: b'|', component: b'^', repetition: b'~', sub: b'&' };

/// How a carriage return or line feed is written where it cannot stand itself.
const WRITTEN_ENDS: &[&[u8]] = &[
    b"\\r", b"\\n", b"\\\\r", b"\\\\n", b"\\x0d", b"\\x0D", b"\\x0a", b"\\x0A", b"\\u000d", b"\\u000D", b"\\u000a",
    b"\\u000A", b"\\015", b"\\012", b"&#13;", b"&#10;", b"&#xd;", b"&#xD;", b"&#xa;", b"&#xA;", b"&#x0d;", b"&#x0D;",
    b"<CR>", b"<cr>", b"<LF>", b"<0x0d>", b"<0x0D>", b"<0d>", b"<0D>",
];

/// The next place at or after `from` where a message, a batch or a lone PID segment begins, and its separators.
pub(super) fn next_header(bytes: &[u8], from: usize, end: usize) -> Option<(usize, Separators)> {
    static IDS: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[b"MSH", b"FHS", b"BHS", b"PID"]));
    let (text, mut at) = (&bytes[..end.min(bytes.len())], from);
    loop {
        at = IDS.next(text, at)?.0;
        if let Some(found) = header(bytes, at) {
            return Some((at, found));
        }
        at += 1;
    }
}

/// The separators, if a message, a batch or a lone PID segment begins here.
fn header(bytes: &[u8], at: usize) -> Option<Separators> {
    let id = bytes.get(at..at + 3)?;
    if !matches!(id, b"MSH" | b"FHS" | b"BHS" | b"PID") || !begins_word(bytes, at) {
        return None;
    }
    if id == b"PID" { lone_pid(bytes, at) } else { stated(bytes, at) }
}

fn begins_word(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(6)..at];
    before.last().is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_')
        || WRITTEN_ENDS.iter().any(|e| before.ends_with(e))
}

/// `MSH|^~\&|`, its backslash perhaps doubled, its ampersand perhaps an entity.
fn stated(bytes: &[u8], at: usize) -> Option<Separators> {
    let field = *bytes.get(at + 3)?;
    let coding = bytes.get(at + 4..)?;
    let coding = &coding[..coding.iter().take(12).position(|b| *b == field)?];
    let &[component, repetition, ref rest @ ..] = coding else { return None };
    let sign = |b: u8| b.is_ascii_punctuation() && !matches!(b, b'"' | b'\'' | b'_' | b'.' | b',');
    let distinct = field != component && component != repetition && field != repetition;
    if ![field, component, repetition].into_iter().all(sign) || !distinct || field == b'\\' {
        return None;
    }
    let escapes = rest.iter().take_while(|b| Some(*b) == rest.first()).count();
    let sub = match rest.get(escapes..) {
        // Written as an entity or escape, the subcomponent separator is no single byte: none is known.
        Some(tail) if tail.ends_with(b"amp;") || tail.ends_with(b"0026") => 0,
        Some([sub, ..]) => *sub,
        _ => b'&',
    };
    Some(Separators { field, component, repetition, sub })
}

/// A PID segment without its message, as logs show it: `PID|1||12345^^^…||DOE^JANE|…`.
fn lone_pid(bytes: &[u8], at: usize) -> Option<Separators> {
    let line = bytes.get(at + 3..bytes.len().min(at + 600))?;
    let line = line.split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let mut fields = line.strip_prefix(b"|")?.split(|b| *b == b'|');
    let set_id = fields.next()?;
    let (_external, ids, _alternate, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let composite = |f: &[u8]| f.contains(&b'^');
    let plausible = set_id.len() <= 4 && set_id.iter().all(u8::is_ascii_digit) && (composite(ids) || composite(name));
    (plausible && fields.count() >= 2).then_some(USUAL)
}

/// Is the message that begins here a real one, with a type in MSH-9, and no mere pattern for one?
pub(super) fn is_real(bytes: &[u8], at: usize, by: Separators) -> bool {
    if bytes.get(at..at + 3) != Some(b"MSH") {
        return true;
    }
    let line = &bytes[at..bytes.len().min(at + 2000)];
    let line = line.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default();
    let kind = line.split(|b| *b == by.field).nth(8).unwrap_or_default();
    kind.len() >= 3 && kind[..3].iter().all(u8::is_ascii_alphanumeric)
}

/// Walks over all segments of a document, in order.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    line_end: usize,
    by: Option<Separators>,
    quote: Option<Quote>,
}

/// The quotes around a literal that holds segments.
#[derive(Clone, Copy)]
struct Quote {
    sign: u8,
    triple: bool,
    escaped: bool,
}

impl<'a> Walk<'a> {
    /// From the document's start; `by` when a message has begun in an earlier part.
    pub(super) fn new(bytes: &'a [u8], by: Option<Separators>) -> Self {
        Self { bytes, at: 0, line_end: line_end(bytes, 0), by, quote: None }
    }

    /// A segment begins at `self.at`, if its id is known and a separator follows.
    fn segment_here(&mut self) -> bool {
        if let Some(by) = header(self.bytes, self.at) {
            let own = self.bytes[self.at] != b'P';
            self.by = if own { Some(by) } else { self.by.or(Some(by)) };
            return true;
        }
        self.by.is_some_and(|by| is_segment(self.bytes, self.at, by.field))
    }

    fn open_quote(&mut self) {
        let before = &self.bytes[..self.at];
        if let Some(&sign @ (b'"' | b'\'' | b'`')) = before.last() {
            let escaped = before.len() >= 2 && before[before.len() - 2] == b'\\';
            self.quote = Some(Quote { sign, triple: before.ends_with(&[sign; 3]), escaped });
        }
    }

    /// End of the segment at `self.at`, and where to go on.
    fn segment_end(&mut self) -> (usize, usize) {
        let bytes = self.bytes;
        let mut at = self.at + 3;
        while at < self.line_end {
            let b = bytes[at];
            if self.quote.is_some_and(|q| q.sign == b) {
                if let Some((end, next)) = self.closed(at) {
                    self.quote = None;
                    return (end, next);
                }
                // A doubled quote is one of the literal's own (CSV), or HL7's sign for "deleted".
                at += 1 + usize::from(bytes.get(at + 1) == Some(&b));
                continue;
            }
            match b {
                0x0b | 0x1c => return (at, at + 1),
                b'\\' | b'&' | b'<' => {
                    if let Some(next) = self.written_end(at) {
                        return (at, next);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        (self.line_end, self.line_end)
    }

    fn closed(&self, at: usize) -> Option<(usize, usize)> {
        let q = self.quote?;
        if q.triple {
            return self.bytes[at..].starts_with(&[q.sign; 3]).then_some((at, at + 3));
        }
        let escaped = at > 0 && self.bytes[at - 1] == b'\\';
        let doubled = self.bytes.get(at + 1) == Some(&q.sign) && q.sign == b'"';
        (escaped == q.escaped && !doubled).then_some((at - usize::from(escaped), at + 1))
    }

    /// A written line end here, if a segment, a quote or the line's end follows; otherwise it is text (`C:\reports`).
    fn written_end(&self, at: usize) -> Option<usize> {
        let next = at + written(&self.bytes[at..self.line_end])?;
        let mut look = next;
        for _ in 0..4 {
            match written(&self.bytes[look..self.line_end]) {
                Some(n) => look += n,
                None => break,
            }
        }
        let field = self.by?.field;
        let follows = match self.bytes[look..self.line_end].first() {
            None | Some(b'"' | b'\'' | b'`' | 0x1c) => true,
            Some(_) => is_segment(self.bytes, look, field),
        };
        follows.then_some(look)
    }

    fn next_line(&mut self) {
        self.at = self.line_end + 1;
        self.line_end = line_end(self.bytes, self.at.min(self.bytes.len()));
    }

    /// Goes to where a segment may begin: past indents, quotes, comment and continuation signs.
    fn skip_lead(&mut self) {
        while self.at < self.line_end {
            match self.bytes[self.at] {
                b' ' | b'\t' | b'"' | b'\'' | b'`' | b'+' | b'.' | b',' | b'(' | b')' | b'>' | b'/' | b'#' | b'*'
                | 0x0b | 0x1c => {
                    self.at += 1;
                }
                b'\\' | b'&' | b'<' => match written(&self.bytes[self.at..self.line_end]) {
                    Some(n) => self.at += n,
                    None => return,
                },
                _ => return,
            }
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = (Separators, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.bytes.len() {
            self.skip_lead();
            if !self.segment_here() {
                let Some((at, _)) = next_header(self.bytes, self.at, self.line_end) else {
                    self.next_line();
                    continue;
                };
                self.at = at;
                self.quote = None;
                self.segment_here();
            }
            self.open_quote();
            let start = self.at;
            let (end, next) = self.segment_end();
            self.at = next.max(start + 1);
            let end = without_closing(self.bytes, start, end);
            if let Some(by) = self.by {
                return Some((by, start..end));
            }
        }
        None
    }
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| matches!(b, b'\r' | b'\n')).map_or(bytes.len(), |n| at + n)
}

/// Where the first line stands that holds text and is no segment.
pub(super) fn odd_line(bytes: &[u8]) -> Option<usize> {
    let mut by = None;
    let mut at = 0;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let start =
            at + bytes[at..end].iter().take_while(|b| b.is_ascii_whitespace() || matches!(b, 0x0b | 0x1c)).count();
        let own = header(bytes, start).filter(|_| bytes[start] != b'P');
        by = own.or(by);
        let blank = start == end;
        if !blank && own.is_none() && !by.is_some_and(|by| is_segment(bytes, start, by.field)) {
            return Some(start);
        }
        at = end + 1;
    }
    None
}

fn written(bytes: &[u8]) -> Option<usize> {
    WRITTEN_ENDS.iter().find(|e| bytes.starts_with(e)).map(|e| e.len())
}

/// A segment id that the standard knows or a site's own (`Z…`), and the field separator.
fn is_segment(bytes: &[u8], at: usize, field: u8) -> bool {
    let Some(&[a, b, c, sep]) = bytes.get(at..at + 4).and_then(|s| <&[u8; 4]>::try_from(s).ok()) else { return false };
    let code = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    sep == field && code(a) && code(b) && code(c) && (a == b'Z' || !table::rows_of([a, b, c]).is_empty())
}

/// The segment's end without the quotes and signs of code that follow a literal: `…|F"),`.
fn without_closing(bytes: &[u8], start: usize, end: usize) -> usize {
    let text = &bytes[start..end];
    let kept = text.iter().rposition(|b| !matches!(b, b' ' | b';' | b',' | b')' | b'+' | b'\\')).map_or(0, |n| n + 1);
    let quoted = text[..kept].iter().rposition(|b| !matches!(b, b'"' | b'\'' | b'`')).map_or(0, |n| n + 1);
    if quoted < kept { start + quoted } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        /// As if each place were asked.
        #[test]
        fn every_header_is_found(text in "(MSH\\|\\^~\\\\&\\||PID\\|1\\|\\|x|FHS\\||BHS\\|\\^|[A-Z| \\n]{1,4})*", from in 0usize..20, len in 0usize..60) {
            let text = text.as_bytes();
            let (from, end) = (from.min(text.len()), (from + len).min(text.len()));
            let plain = (from..end.saturating_sub(2)).find_map(|at| Some((at, header(text, at)?)));
            proptest::prop_assert_eq!(next_header(text, from, end), plain);
        }
    }
}
