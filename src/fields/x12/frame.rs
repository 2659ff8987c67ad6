//! Where X12 segments stand: interchanges with or without ISA, wrapped lines, log lines and string literals.

use std::ops::Range;
use std::sync::LazyLock;

use crate::fields::texts::Texts;

/// The separators that an interchange states in its ISA segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Separators {
    /// Between elements.
    pub(super) element: u8,
    /// Behind a segment.
    segment: u8,
}

const USUAL: Separators = Separators { element: b'*', segment: b'~' };

/// Segment ids of the HIPAA transactions and their envelopes.
const IDS: &[&str] = &[
    "AAA", "ACT", "ADX", "AK1", "AK2", "AK3", "AK4", "AK5", "AK9", "AMT", "BGN", "BHT", "BPR", "CAS", "CL1", "CLM",
    "CLP", "CN1", "COB", "CR1", "CR2", "CR3", "CR5", "CR6", "CR7", "CR8", "CRC", "CTP", "CTX", "CUR", "DMG", "DN1",
    "DN2", "DSB", "DTM", "DTP", "EB", "EC", "ENT", "EQ", "FRM", "GE", "GS", "HCP", "HCR", "HD", "HI", "HL", "HLH",
    "HSD", "ICM", "IDC", "IEA", "III", "IK3", "IK4", "IK5", "INS", "ISA", "K3", "LE", "LIN", "LQ", "LS", "LUI", "LX",
    "MEA", "MIA", "MOA", "MPI", "MSG", "N1", "N2", "N3", "N4", "NM1", "NTE", "NX1", "OI", "PAT", "PER", "PLA", "PLB",
    "PRV", "PS1", "PWK", "QTY", "RDM", "REF", "RMR", "SBR", "SE", "ST", "STC", "SV1", "SV2", "SV3", "SV4", "SV5",
    "SV6", "SVC", "SVD", "TA1", "TED", "TOO", "TRN", "TS2", "TS3", "UM",
];

/// The next place at or after `from` where an interchange or transaction begins, and its separators.
pub(super) fn next_start(bytes: &[u8], from: usize, end: usize) -> Option<(usize, Separators)> {
    static STARTS: LazyLock<Texts> = LazyLock::new(|| Texts::new(&[b"ISA", b"ST*", b"GS*", b"NM1*"]));
    // Not beyond the end: whoever walks over segments asks for each.
    let (text, mut at) = (&bytes[..(end + 2).min(bytes.len())], from);
    loop {
        at = STARTS.next(text, at)?.0;
        if at + 1 >= end {
            return None;
        }
        if let Some(by) = start(bytes, at) {
            return Some((at, by));
        }
        at += 1;
    }
}

fn start(bytes: &[u8], at: usize) -> Option<Separators> {
    let text = bytes.get(at..)?;
    // In a literal, the `n` of a written `\n` may stand before.
    let bounded = at == 0 || !bytes[at - 1].is_ascii_alphanumeric() || bytes[..at].ends_with(b"\\n");
    if !bounded {
        return None;
    }
    match text {
        [b'I', b'S', b'A', sep, a, b, ..] if *sep == text.get(6).copied()? => {
            let plain = sep.is_ascii_punctuation() && a.is_ascii_digit() && b.is_ascii_digit();
            plain.then(|| stated(text, *sep))
        }
        [b'S', b'T', b'*', a, b, c, b'*', control, ..] => {
            [a, b, c, control].into_iter().all(u8::is_ascii_alphanumeric).then_some(())?;
            a.is_ascii_digit().then_some(USUAL)
        }
        // One segment in an error message: `rejected segment NM1*IL*1*…`.
        [b'N', b'M', b'1', b'*', a, b, b'*', c, b'*', ..] => {
            ([a, b, c].into_iter().all(u8::is_ascii_alphanumeric)).then_some(USUAL)
        }
        [b'G', b'S', b'*', a, b, b'*', ..] => (a.is_ascii_uppercase() && b.is_ascii_uppercase()).then_some(USUAL),
        _ => None,
    }
}

/// ISA is of fixed width (16 elements, 106 bytes), but often short or long by a blank: count its separators.
fn stated(text: &[u8], element: u8) -> Separators {
    let mut separators = text.iter().take(160).enumerate().filter(|(_, b)| **b == element);
    let segment = separators.nth(15).and_then(|(n, _)| text.get(n + 2)).copied();
    let plausible =
        |b: &u8| (b.is_ascii_punctuation() || b.is_ascii_control()) && *b != element && !matches!(b, b'"' | b'\'');
    // A backslash there belongs to a line end written in a literal: that the segments end so is said by `Walk`.
    Separators { element, segment: segment.filter(plausible).filter(|b| *b != b'\\').unwrap_or(b'~') }
}

/// Walks over all segments of a document, in order.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    by: Option<Separators>,
}

impl<'a> Walk<'a> {
    /// From the document's start; `by` when an interchange has begun in an earlier part.
    pub(super) fn new(bytes: &'a [u8], by: Option<Separators>) -> Self {
        Self { bytes, at: 0, by }
    }

    /// Goes past white space and signs of code between segments.
    fn skip_lead(&mut self, by: Separators) {
        while let Some(&b) = self.bytes.get(self.at) {
            let written = b == b'\\' && matches!(self.bytes.get(self.at + 1), Some(b'n' | b'r'));
            match b {
                _ if written => self.at += 2,
                b'"' | b'\'' | b'`' | b'+' | b'.' | b',' | b'(' | b')' | b'>' | b'\\' if b != by.element => {
                    self.at += 1;
                }
                _ if b.is_ascii_whitespace() || b == by.segment => self.at += 1,
                _ => return,
            }
        }
    }

    /// What stands at `self.at` is no segment: goes to the next one, near by in this interchange or far in another.
    fn resume(&mut self) -> Option<()> {
        if let Some(by) = self.by {
            let ends = |b: &u8| *b == by.segment || matches!(b, b'\n' | b'\r');
            let near = &self.bytes[self.at..self.bytes.len().min(self.at + 2000)];
            if let Some(n) = near.iter().position(ends) {
                let next = self.at + n + 1;
                let other = next_start(self.bytes, self.at + 1, next);
                self.at = other.map_or(next, |o| o.0);
                return Some(());
            }
        }
        let (at, found) = next_start(self.bytes, self.at + 1, self.bytes.len())?;
        self.at = at;
        self.by = Some(found);
        Some(())
    }

    /// End of the segment at `self.at`: its terminator, or a line end that no wrapped segment would have.
    fn segment_end(&self, by: Separators) -> usize {
        let text = &self.bytes[self.at..];
        let mut line_end = None;
        for (n, b) in text.iter().enumerate() {
            if *b == by.segment {
                return self.at + n;
            }
            if matches!(b, b'\n' | b'\r') {
                let first = *line_end.get_or_insert(n);
                // The terminator was forgotten, or the rest of the document is no message.
                if n > first + 300 || id_at(&text[(n + 1).min(text.len())..], by.element).is_some() {
                    return self.at + first;
                }
            }
            // No segment is so long: what has no terminator is not to be read to the document's end.
            if n > 4000 {
                break;
            }
        }
        self.at + line_end.unwrap_or(text.len().min(4000))
    }
}

impl Iterator for Walk<'_> {
    type Item = (Separators, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.bytes.len() {
            if let Some(by) = self.by {
                self.skip_lead(by);
            }
            if let Some(found) = start(self.bytes, self.at) {
                // ST and GS inside an interchange keep what its ISA said.
                let own = self.bytes[self.at] == b'I';
                self.by = if own { Some(found) } else { self.by.or(Some(found)) };
            }
            let here = self.bytes.get(self.at..).unwrap_or_default();
            let known = self.by.filter(|by| id_at(here, by.element).is_some());
            let Some(by) = known else {
                self.resume()?;
                continue;
            };
            let start = self.at;
            let end = self.segment_end(by);
            self.at = end.max(start + 1);
            if self.bytes[start..end].starts_with(b"IEA") {
                self.by = None;
            }
            return Some((by, start..end));
        }
        None
    }
}

fn id_at(text: &[u8], element: u8) -> Option<()> {
    let length = text.iter().take(4).position(|b| *b == element)?;
    let id = str::from_utf8(&text[..length]).ok()?;
    IDS.binary_search(&id).is_ok().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted() {
        assert!(IDS.is_sorted());
    }

    proptest::proptest! {
        /// As if each place were asked.
        #[test]
        fn every_start_is_found(text in "(ISA\\*00|ST\\*837\\*1|GS\\*HC\\*|NM1\\*IL\\*1\\*|[A-Z*~ \\n]{1,4})*", from in 0usize..20, len in 0usize..60) {
            let text = text.as_bytes();
            let (from, end) = (from.min(text.len()), (from + len).min(text.len()));
            let plain = (from..end.saturating_sub(1)).find_map(|at| Some((at, start(text, at)?)));
            proptest::prop_assert_eq!(next_start(text, from, end), plain);
        }
    }
}
