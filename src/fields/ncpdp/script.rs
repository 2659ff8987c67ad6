//! SCRIPT: elements by the end of their path.

use std::ops::Range;

use crate::fields::fhir::{Action, Class, is_day, ncpdp};
use crate::fields::hl7v2::shape;
use crate::fields::xml::{Event, Walk};
use crate::fields::{Field, Label, Owner};

/// Deeper elements are passed over.
const DEEPEST: usize = 128;

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut walk = Walk::new(bytes);
    let mut path = String::new();
    // Length of the path before each open element, and whose data stand in it.
    let mut open: Vec<(usize, Class)> = Vec::new();
    let mut record = 0;
    let mut skipped = 0_u32;
    while let Some(event) = walk.next() {
        match event {
            Event::Start { .. } if open.len() >= DEEPEST => skipped += 1,
            Event::End { .. } if skipped > 0 => skipped -= 1,
            Event::Start { name } => {
                record += u32::from(bytes[name.clone()] == *b"Message");
                let above = open.last().map_or(Class::Clinical, |o| o.1);
                // No name of the standard is longer.
                let name = String::from_utf8_lossy(&bytes[name.start..name.end.min(name.start + 64)]);
                open.push((path.len(), ncpdp().class(&name).unwrap_or(above)));
                path.push('.');
                path.push_str(&name);
            }
            Event::End { .. } => path.truncate(open.pop().map_or(0, |o| o.0)),
            Event::Text(text) => {
                let class = open.last().map_or(Class::Clinical, |o| o.1);
                let (label, owner) = said(bytes, &path, class, &text);
                out.push(Field { label, value: text, owner, record });
            }
        }
    }
}

fn said(bytes: &[u8], path: &str, class: Class, text: &Range<usize>) -> (Label, Owner) {
    let value = &bytes[text.clone()];
    match ncpdp().action(path) {
        Some(Action::Prose) => (Label::Prose, Owner::Unknown),
        Some(Action::Kind("date")) if !class.has_dates() => (Label::Nothing, Owner::Unknown),
        Some(Action::Kind(kind @ ("date" | "dob"))) if is_day(value) => (Label::Kind(kind), class.owner()),
        Some(Action::Kind("date" | "dob")) => (Label::Nothing, Owner::Unknown),
        Some(Action::Kind(kind)) if class != Class::System && shape::fits(kind, value) => {
            (Label::Kind(kind), class.owner())
        }
        _ if value.len() > 40 && value.contains(&b' ') => (Label::Prose, Owner::Unknown),
        _ => (Label::Nothing, Owner::Unknown),
    }
}
