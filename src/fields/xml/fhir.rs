//! FHIR as XML (<https://hl7.org/fhir/R4/xml.html>): elements with a `value` attribute.

use super::walk::{Event, Walk};
use crate::fields::fhir::{Elements, fhir};
use crate::fields::{Field, Label};

/// Deeper elements are passed over.
const DEEPEST: usize = 256;

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut walk = Walk::new(bytes);
    let mut divs = Vec::new();
    let mut elements = Elements::new(bytes, fhir(), out);
    // Whether each open element was handed on.
    let mut open: Vec<bool> = Vec::new();
    let mut skipped = 0_u32;
    while let Some(event) = walk.next() {
        match event {
            Event::Start { .. } if open.len() >= DEEPEST => skipped += 1,
            Event::End { .. } if skipped > 0 => skipped -= 1,
            Event::Start { name } if bytes[name.clone()] == *b"div" => {
                let start = walk.at;
                let end = narrative(&mut walk, bytes);
                if start < end {
                    divs.push(Field {
                        label: Label::Prose,
                        value: start..end,
                        owner: elements.owner(),
                        record: elements.record(),
                    });
                }
            }
            Event::Start { name } => {
                let attribute =
                    |key: &[u8]| walk.attributes.iter().find(|(n, _)| bytes[n.clone()] == *key).map(|(_, v)| v.clone());
                let value = attribute(b"value");
                let name = &bytes[name];
                open.push(value.is_none());
                if let Some(value) = value {
                    elements.text(name, value);
                    continue;
                }
                elements.open(name, name.first().is_some_and(u8::is_ascii_uppercase).then_some(name));
                if let Some(url) = attribute(b"url") {
                    elements.text(b"url", url);
                }
            }
            Event::End { .. } => {
                if open.pop() == Some(true) {
                    elements.close();
                }
            }
            Event::Text(_) => {}
        }
    }
    elements.add(divs);
    elements.finish();
}

/// Skips to the end of a `div` whose start was read; returns where its content ends.
fn narrative(walk: &mut Walk<'_>, bytes: &[u8]) -> usize {
    let mut depth = 1_u32;
    loop {
        let before = walk.at;
        match walk.next() {
            Some(Event::Start { name }) if bytes[name.clone()] == *b"div" => depth += 1,
            Some(Event::End { name }) if bytes[name.clone()] == *b"div" => {
                depth -= 1;
                if depth == 0 {
                    return before;
                }
            }
            Some(_) => {}
            None => return bytes.len(),
        }
    }
}
