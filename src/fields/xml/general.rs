//! XML of any vocabulary: an element's name labels its text, an attribute's name its value.

use std::ops::Range;

use super::walk::{Event, Walk};
use crate::fields::table::owner_of;
use crate::fields::{Field, Label, Owner};

/// Deeper elements keep the owner of those above them.
const DEEPEST: usize = 512;

/// Elements whose `name` or `key` says what their text or `value` is.
const NAMED: &[&[u8]] = &[
    b"property",
    b"field",
    b"entry",
    b"param",
    b"parameter",
    b"string",
    b"item",
    b"column",
    b"col",
    b"add",
    b"value",
    b"attribute",
    b"attr",
    b"data",
    b"element",
    b"simplefield",
    b"var",
    b"arg",
    b"setting",
    b"env",
    b"option",
    b"meta",
];

struct Frame {
    name: Range<usize>,
    /// What labels its text.
    label: Range<usize>,
    owner: Owner,
    parent: bool,
    /// The last element in it, and whether that had elements of its own: when it comes again, a new record begins.
    last: Option<(Range<usize>, bool)>,
}

struct General<'a, 'o> {
    bytes: &'a [u8],
    out: &'o mut Vec<Field>,
    stack: Vec<Frame>,
    record: u32,
}

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut walk = Walk::new(bytes);
    let mut general = General { bytes, out, stack: Vec::new(), record: 0 };
    let mut skipped = 0_u32;
    while let Some(event) = walk.next() {
        match event {
            Event::Start { .. } if general.stack.len() >= DEEPEST => skipped += 1,
            Event::End { .. } if skipped > 0 => skipped -= 1,
            Event::Start { name } => general.start(name, &walk.attributes),
            Event::End { name } => general.end(&name),
            Event::Text(text) => general.text(text),
        }
    }
}

impl General<'_, '_> {
    fn start(&mut self, name: Range<usize>, attributes: &[(Range<usize>, Range<usize>)]) {
        let bytes = self.bytes;
        let mut owner = self.stack.last().map_or(Owner::Unknown, |f| f.owner);
        match owner_of(&bytes[name.clone()]) {
            Owner::Unknown | Owner::Software => {}
            said => owner = said,
        }
        if let Some(above) = self.stack.last_mut() {
            above.parent = true;
            if above.last.as_ref().is_some_and(|(last, parent)| *parent && bytes[last.clone()] == bytes[name.clone()]) {
                self.record += 1;
            }
        }
        let key = self.key(&name, attributes);
        for (attribute, value) in attributes {
            if key.as_ref() == Some(value) {
                continue;
            }
            let label = match (&key, &bytes[attribute.clone()]) {
                (Some(key), b"value") => key.clone(),
                _ => attribute.clone(),
            };
            self.push(label, value.clone(), owner);
        }
        self.stack.push(Frame { label: key.unwrap_or(name.clone()), name, owner, parent: false, last: None });
    }

    /// In `<property name="dob" …>` the name is a label, not a value.
    fn key(&self, name: &Range<usize>, attributes: &[(Range<usize>, Range<usize>)]) -> Option<Range<usize>> {
        let named = NAMED.iter().any(|n| self.bytes[name.clone()].eq_ignore_ascii_case(n));
        let mut keys =
            attributes.iter().filter(|(a, _)| matches!(&self.bytes[a.clone()], b"name" | b"key" | b"Name" | b"Key"));
        keys.next().filter(|_| named).map(|(_, value)| value.clone())
    }

    fn end(&mut self, name: &Range<usize>) {
        let same = |frame: &Frame| self.bytes[frame.name.clone()] == self.bytes[name.clone()];
        // An end without a start is skipped; elements left open within end with this one.
        let Some(at) = self.stack.iter().rev().take(16).position(same) else {
            return;
        };
        for _ in 0..=at {
            let Some(frame) = self.stack.pop() else {
                return;
            };
            if let Some(above) = self.stack.last_mut() {
                above.last = Some((frame.name, frame.parent));
            }
        }
    }

    fn text(&mut self, text: Range<usize>) {
        let Some(frame) = self.stack.last() else {
            return;
        };
        if frame.parent {
            // Mixed content is prose.
            let (owner, record) = (frame.owner, self.record);
            self.out.push(Field { label: Label::Prose, value: text, owner, record });
        } else {
            let (label, owner) = (frame.label.clone(), frame.owner);
            self.push(label, text, owner);
        }
    }

    fn push(&mut self, label: Range<usize>, value: Range<usize>, owner: Owner) {
        if !value.is_empty() {
            self.out.push(Field { label: Label::Text(label), value, owner, record: self.record });
        }
    }
}
