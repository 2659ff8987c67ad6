//! Requests about patients in logs of web servers: FHIR searches, paths to a patient, W3C extended logs (IIS).
//!
//! Known by the word `atient` of `/Patient?…`, `/patients/…`, `Operation[read  Patient/…]`; W3C logs by `#Fields:`.

mod query;
mod w3c;

use std::ops::Range;

use memchr::memmem::Finder;

use crate::document::{Document, line_around};
use crate::fields::{Field, Format, Label, Mark, Owner};
use crate::kind::Kind;

/// Requests in logs of web and FHIR servers (nginx, Apache, IIS, HAPI).
pub const FORMAT: Format = Format { name: "web", mark: Mark::Text(&["Patient", "patient"]), is, read };

const MARK: &[u8] = b"atient";

fn is(document: &Document) -> bool {
    matches!(document.kind, Kind::Log | Kind::Unknown) && memchr::memmem::find(&document.bytes, MARK).is_some()
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let bytes = &document.bytes[..];
    let columns = w3c::Columns::of(document);
    let marks = Finder::new(MARK);
    let mut at = 0;
    let mut record = 0;
    while let Some(found) = marks.find(&bytes[at..]) {
        let line = line_around(bytes, at + found);
        let line = line.start.max(at)..line.end;
        at = line.end;
        // Longer lines are no requests.
        if line.len() <= 16 * 1024 {
            record += 1;
            let mut request = Request { bytes, record, marks: &marks, out };
            if !columns.as_ref().is_some_and(|columns| columns.read(&mut request, line.clone())) {
                request.line(line);
            }
        }
    }
}

/// What a request says, as fields.
struct Request<'a, 'o> {
    bytes: &'a [u8],
    record: u32,
    /// Looks for [`MARK`].
    marks: &'a Finder<'a>,
    out: &'o mut Vec<Field>,
}

impl Request<'_, '_> {
    /// A line of a log: paths to patients, and searches for them.
    fn line(&mut self, line: Range<usize>) {
        let bytes = self.bytes;
        let mut about = false;
        let mut at = line.start;
        while let Some(found) = self.marks.find(&bytes[at..line.end]) {
            let word = at + found;
            at = word + MARK.len();
            let plural = usize::from(bytes.get(at) == Some(&b's'));
            let resource = self.begins_resource(&line, word);
            if resource {
                self.path(at + plural, &line);
            }
            about |= resource || self.is_parameter(word, at, &line);
        }
        if !about {
            return;
        }
        let mut at = line.start;
        while let Some(found) = memchr::memchr(b'?', &bytes[at..line.end]) {
            let start = at + found + 1;
            at = query::end(bytes, start, line.end);
            // Addresses as a whole are another rule's.
            if !in_address(bytes, &line, start) || searches(&bytes[..start - 1]) {
                self.query(start..at);
            }
        }
    }

    /// Does `Patient` or `patients` begin here as a part of a path (`/patients`), or as HAPI's operation (`[read  Patient`)?
    fn begins_resource(&self, line: &Range<usize>, word: usize) -> bool {
        let Some(first) = word.checked_sub(1).filter(|first| *first >= line.start) else { return false };
        let before = &self.bytes[line.start..first];
        matches!(self.bytes[first], b'P' | b'p')
            && (before.ends_with(b"/")
                || (before.ends_with(b" ") && memchr::memmem::find(before, b"Operation[").is_some()))
    }

    /// Is it a parameter or its value: `?patient=…`, `subject=Patient/…`?
    fn is_parameter(&self, word: usize, end: usize, line: &Range<usize>) -> bool {
        let before = word.checked_sub(2).filter(|at| *at >= line.start).map(|at| self.bytes[at]);
        let after = &self.bytes[end..line.end];
        match before {
            Some(b'?' | b'&') => after.starts_with(b"=") || after.starts_with(b":"),
            Some(b'=') => after.starts_with(b"/") || after.starts_with(b"%2"),
            _ => false,
        }
    }

    /// The id behind `Patient` or `patients`.
    fn path(&mut self, at: usize, line: &Range<usize>) {
        if self.bytes.get(at) != Some(&b'/') || in_address(self.bytes, line, at) {
            return;
        }
        let id = &self.bytes[at + 1..line.end];
        let length = id.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')).count();
        let ends = id.get(length).is_none_or(|b| matches!(b, b'/' | b'?' | b' ' | b']' | b'"' | b'\'' | b'&' | b','));
        if ends && is_id(&id[..length]) {
            self.push("fhir-patient-reference", at + 1..at + 1 + length);
        }
    }

    /// The parameters of a search.
    fn query(&mut self, range: Range<usize>) {
        for (name, value) in query::parameters(self.bytes, range) {
            if let Some(kind) = query::kind(&self.bytes[name])
                && let Some((kind, value)) = query::value(self.bytes, kind, value)
            {
                self.push(kind, value);
            }
        }
    }

    fn push(&mut self, kind: &'static str, value: Range<usize>) {
        self.out.push(Field { label: Label::Kind(kind), value, owner: Owner::Person, record: self.record });
    }
}

/// Can this be the id of a real patient? Words, placeholders and low numbers are examples.
fn is_id(id: &[u8]) -> bool {
    let digits = id.iter().filter(|b| b.is_ascii_digit()).count();
    (5..=64).contains(&id.len()) && digits >= 2
}

/// Does `at` stand within an absolute address?
fn in_address(bytes: &[u8], line: &Range<usize>, at: usize) -> bool {
    let before = &bytes[line.start..at];
    let start = before.iter().rposition(|b| matches!(b, b' ' | b'"' | b'\'' | b'[' | b'<' | b'=')).map_or(0, |i| i + 1);
    before[start..].windows(3).any(|w| w == b"://")
}

/// Does the path that ends here search for patients?
fn searches(path: &[u8]) -> bool {
    path.ends_with(b"/Patient") || path.ends_with(b"/Patient/_search") || path.ends_with(b"/patients")
}
