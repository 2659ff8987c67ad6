//! HL7 v2 as XML: the standard's encoding (`<PID.5><XPN.1><FN.1>`) and Mirth Connect's (`<PID.5><PID.5.1>`).

use std::ops::Range;

use super::hl7v2::{Part, kind_of};
use super::xml::{Event, Walk};
use super::{Field, Format, Label, Mark, Owner};
use crate::document::Document;

/// Known by its elements `<PID.…`.
pub const FORMAT: Format = Format { name: "hl7v2-xml", mark: Mark::Text(&["<PID."]), is, read };

fn is(document: &Document) -> bool {
    memchr::memmem::find(&document.bytes, b"<PID.").is_some()
}

/// A field that is open: its segment and number, and its components so far.
struct Open {
    name: Range<usize>,
    segment: [u8; 3],
    field: u16,
    component: u16,
    texts: Vec<Part>,
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let bytes = &document.bytes[..];
    let mut walk = Walk::new(bytes);
    let mut open: Option<Open> = None;
    let mut record = 0;
    while let Some(event) = walk.next() {
        match event {
            Event::Start { name } => match (&mut open, numbers(&bytes[name.clone()])) {
                (None, Some((segment, field))) if segment[2] != 0 => {
                    open = Some(Open { name, segment, field, component: 1, texts: Vec::new() });
                }
                (Some(open), Some((_, component))) if !is_inner(&bytes[name.clone()]) => open.component = component,
                (_, None) if bytes[name.clone()] == *b"MSH" => record += 1,
                _ => {}
            },
            Event::Text(value) => {
                if let Some(open) = &mut open {
                    open.texts.push(Part { component: open.component, value });
                }
            }
            Event::End { name } => {
                if open.as_ref().is_some_and(|open| bytes[open.name.clone()] == bytes[name]) {
                    close(bytes, open.take(), record, out);
                }
            }
        }
    }
}

/// `PID.5` or `XPN.1` or `PID.5.1`: the id (two letters end in NUL), and the last number.
fn numbers(name: &[u8]) -> Option<([u8; 3], u16)> {
    let mut parts = name.split(|b| *b == b'.');
    let id = parts.next().filter(|id| (2..=3).contains(&id.len()) && id.iter().all(u8::is_ascii_alphanumeric))?;
    let number = parts.next_back()?;
    let digits = !number.is_empty() && number.len() <= 3 && number.iter().all(u8::is_ascii_digit);
    let value = |number: &[u8]| number.iter().fold(0, |n, b| n * 10 + u16::from(b - b'0'));
    digits.then(|| ([id[0], id[1], id.get(2).copied().unwrap_or(0)], value(number)))
}

/// A subcomponent: `FN.1`, `SAD.1`, or four parts of Mirth's.
fn is_inner(name: &[u8]) -> bool {
    name.starts_with(b"FN.")
        || name.starts_with(b"SAD.")
        || name.starts_with(b"HD.")
        || name.split(|b| *b == b'.').count() > 3
}

fn close(bytes: &[u8], open: Option<Open>, record: u32, out: &mut Vec<Field>) {
    let Some(open) = open else { return };
    for part in &open.texts {
        let (label, owner) = kind_of(bytes, open.segment, open.field, part, &open.texts);
        let owner = if label == Label::Nothing { Owner::Unknown } else { owner };
        out.push(Field { label, value: part.value.clone(), owner, record });
    }
}
