//! HL7 CDA R2 (C-CDA): what stands where, by `rules/formats/ccda.tsv`.

use std::ops::Range;

use super::walk::{Event, Walk};
use crate::fields::fhir::{Action, Class, Rules, by_oid, by_telecom_uri, ccda, is_day};
use crate::fields::{Field, Label, Owner};

/// Deeper elements are passed over.
const DEEPEST: usize = 256;

type Attributes = [(Range<usize>, Range<usize>)];

struct Frame {
    /// Length of the path before it.
    before: usize,
    class: Class,
}

struct Cda<'a, 'o> {
    bytes: &'a [u8],
    rules: &'static Rules,
    out: &'o mut Vec<Field>,
    stack: Vec<Frame>,
    path: String,
}

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut walk = Walk::new(bytes);
    let mut cda = Cda { bytes, rules: ccda(), out, stack: Vec::new(), path: String::new() };
    let mut skipped = 0_u32;
    while let Some(event) = walk.next() {
        match event {
            Event::Start { .. } if cda.stack.len() >= DEEPEST => skipped += 1,
            Event::End { .. } if skipped > 0 => skipped -= 1,
            Event::Start { name } => {
                cda.start(&bytes[name.clone()], &walk.attributes);
                if is_encoded(bytes, &walk.attributes) {
                    cda.encoded(&mut walk);
                } else if bytes[name] == *b"text" {
                    cda.narrative(&mut walk);
                }
            }
            Event::End { .. } => cda.end(),
            Event::Text(text) => cda.text(text),
        }
    }
}

/// `representation="B64"` (CDA R2, data type ED): a body or an image, encoded.
fn is_encoded(bytes: &[u8], attributes: &Attributes) -> bool {
    attributes.iter().any(|(name, value)| bytes[name.clone()] == *b"representation" && bytes[value.clone()] == *b"B64")
}

impl Cda<'_, '_> {
    /// The text of an element that holds an encoded document.
    fn encoded(&mut self, walk: &mut Walk<'_>) {
        let class = self.class();
        match walk.next() {
            Some(Event::Text(text)) => self.push(Label::Base64, text, class),
            Some(Event::Start { name }) => self.start(&self.bytes[name], &walk.attributes),
            Some(Event::End { .. }) => self.end(),
            None => {}
        }
    }

    fn start(&mut self, name: &[u8], attributes: &Attributes) {
        let above = self.stack.last().map_or(Class::Clinical, |f| f.class);
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        // No name of the standard is longer.
        let name = String::from_utf8_lossy(&name[..name.len().min(64)]);
        self.path.push_str(&name);
        self.stack.push(Frame { before, class: self.rules.class(&name).unwrap_or(above) });
        for (attribute, value) in attributes {
            self.attribute(attribute, value, attributes);
        }
    }

    fn end(&mut self) {
        if let Some(frame) = self.stack.pop() {
            self.path.truncate(frame.before);
        }
    }

    fn class(&self) -> Class {
        self.stack.last().map_or(Class::Clinical, |f| f.class)
    }

    fn attribute(&mut self, name: &Range<usize>, value: &Range<usize>, all: &Attributes) {
        if value.len() < 3 {
            return;
        }
        let (before, class) = (self.path.len(), self.class());
        self.path.push('@');
        self.path.push_str(&String::from_utf8_lossy(&self.bytes[name.start..name.end.min(name.start + 64)]));
        let action = self.rules.action(&self.path);
        self.path.truncate(before);
        let bytes = self.bytes;
        match action {
            Some(Action::Identifier(default)) => {
                let root = all.iter().find(|(n, _)| bytes[n.clone()] == *b"root").map(|(_, v)| &bytes[v.clone()]);
                self.identifier(root, default, value.clone(), class);
            }
            Some(Action::Telecom) => match by_telecom_uri(&bytes[value.clone()]) {
                Some((kind, scheme)) => self.push(Label::Kind(kind), value.start + scheme..value.end, class),
                None => self.push(Label::Nothing, value.clone(), class),
            },
            Some(Action::Date) if class.has_dates() && is_day(&bytes[value.clone()]) => {
                self.push(Label::Kind("date"), value.clone(), class)
            }
            Some(Action::Kind(kind)) if is_day(&bytes[value.clone()]) => {
                self.push(Label::Kind(kind), value.clone(), class)
            }
            _ => self.push(Label::Nothing, value.clone(), class),
        }
    }

    fn identifier(&mut self, root: Option<&[u8]>, default: &'static str, value: Range<usize>, class: Class) {
        let known = root.and_then(by_oid);
        let (kind, provider) = known.unwrap_or((default, class == Class::Provider));
        if kind == "nothing" || (known.is_none() && class == Class::Organisation) {
            self.push(Label::Nothing, value, class);
        } else {
            self.push(Label::Kind(kind), value, if provider { Class::Provider } else { class });
        }
    }

    fn text(&mut self, text: Range<usize>) {
        let class = self.class();
        let label = match self.rules.action(&self.path) {
            Some(Action::Kind(_)) if class == Class::System => Label::Nothing,
            Some(Action::Kind(kind)) => Label::Kind(kind),
            Some(Action::Prose) => Label::Prose,
            Some(Action::Nothing) => Label::Nothing,
            _ if self.bytes[text.clone()].contains(&b' ') => Label::Prose,
            _ => Label::Nothing,
        };
        self.push(label, text, class);
    }

    /// A section's narrative is one piece of prose, its tables and lists included.
    fn narrative(&mut self, walk: &mut Walk<'_>) {
        let start = walk.at;
        let class = self.class();
        let mut depth = 1_u32;
        let mut end = start;
        while depth > 0 {
            end = walk.at;
            match walk.next() {
                Some(Event::Start { name }) if self.bytes[name.clone()] == *b"text" => depth += 1,
                Some(Event::End { name }) if self.bytes[name.clone()] == *b"text" => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
        self.end();
        self.push(Label::Prose, start..end.max(start), class);
    }

    fn push(&mut self, label: Label, value: Range<usize>, class: Class) {
        if !value.is_empty() {
            let owner = if label == Label::Nothing { Owner::Unknown } else { class.owner() };
            self.out.push(Field { label, value, owner, record: 0 });
        }
    }
}
