//! FHIR's elements, from JSON or XML, turned into fields by `rules/formats/fhir.tsv`.

use std::ops::Range;

use super::identifier::{by_code, by_system, by_telecom, is_day};
use super::rules::{Action, Class, Rules};
use crate::fields::{Field, Label, Owner};

/// Takes elements in the order they stand and writes fields.
pub(crate) struct Elements<'a, 'o> {
    bytes: &'a [u8],
    rules: &'static Rules,
    out: &'o mut Vec<Field>,
    stack: Vec<Frame>,
    path: String,
    record: u32,
    start: usize,
}

/// An open element.
struct Frame {
    /// Length of the path before it.
    before: usize,
    /// Where the path of its resource begins.
    base: usize,
    class: Class,
    /// Whose name a Reference here shows, if the element itself says so.
    named: Option<Class>,
    contained: bool,
    /// A resource is open: what stands around one (a log record) is not ours.
    inside: bool,
    system: Option<Range<usize>>,
    code: Option<Range<usize>>,
    refers: Option<Range<usize>>,
    url: Option<Range<usize>>,
    /// A value whose kind hangs on elements that may follow it.
    pending: Option<(Action, Range<usize>)>,
}

impl<'a, 'o> Elements<'a, 'o> {
    pub(crate) fn new(bytes: &'a [u8], rules: &'static Rules, out: &'o mut Vec<Field>) -> Self {
        let start = out.len();
        Self { bytes, rules, out, stack: Vec::new(), path: String::new(), record: 0, start }
    }

    /// Begins anew at another resource.
    pub(crate) fn reset(&mut self) {
        while !self.stack.is_empty() {
            self.close();
        }
        self.path.clear();
    }

    /// Ends, and puts the fields into the order they stand in.
    pub(crate) fn finish(mut self) {
        self.reset();
        self.out[self.start..].sort_by_key(|field| field.value.start);
    }

    /// Whose data stand here.
    pub(crate) fn owner(&self) -> Owner {
        self.stack.last().map_or(Owner::Unknown, |f| f.class.owner())
    }

    /// Number of the resource that is read.
    pub(crate) fn record(&self) -> u32 {
        self.record
    }

    /// Fields that somebody else has found.
    pub(crate) fn add(&mut self, fields: Vec<Field>) {
        self.out.extend(fields);
    }

    /// An element with elements in it; `resource` is its type when it is a resource.
    pub(crate) fn open(&mut self, name: &[u8], resource: Option<&[u8]>) {
        let above = self.stack.last();
        let class = above.map_or(Class::System, |f| f.class);
        let mut frame = Frame {
            before: self.path.len(),
            base: above.map_or(0, |f| f.base),
            class,
            named: None,
            contained: name == b"contained",
            inside: resource.is_some() || above.is_some_and(|f| f.inside),
            system: None,
            code: None,
            refers: None,
            url: None,
            pending: None,
        };
        if let Some(resource) = resource {
            frame.base = self.path.len();
            self.path.push_str(&String::from_utf8_lossy(short(resource)));
            frame.class = self.rules.class(&self.path[frame.base..]).unwrap_or(Class::System);
            let contained = frame.contained || above.is_some_and(|f| f.contained);
            self.record += u32::from(!contained);
        } else {
            let name = String::from_utf8_lossy(datatype(short(name)));
            frame.named = self.rules.class(&name);
            if class != Class::Definition {
                frame.class = frame.named.unwrap_or(class);
            }
            self.path.push('.');
            self.path.push_str(&name);
        }
        self.stack.push(frame);
    }

    /// The element that was opened last ends.
    pub(crate) fn close(&mut self) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        if let Some((action, value)) = frame.pending.clone() {
            self.resolve(&frame, action, value);
        }
        if self.path.ends_with("dentifier.type.coding") {
            let depth = self.stack.len();
            if let (Some(code), Some(identifier)) = (frame.code, self.stack.get_mut(depth.wrapping_sub(2))) {
                identifier.code.get_or_insert(code);
            }
        }
        self.path.truncate(frame.before);
    }

    /// A text value.
    pub(crate) fn text(&mut self, name: &[u8], value: Range<usize>) {
        let Some(frame) = self.stack.last_mut().filter(|f| f.inside) else {
            return;
        };
        match name {
            b"system" => frame.system = Some(value.clone()),
            b"code" => frame.code = Some(value.clone()),
            b"reference" | b"type" => drop(frame.refers.get_or_insert(value.clone())),
            b"url" => frame.url = Some(value.clone()),
            _ => {}
        }
        let class = frame.class;
        if class == Class::Definition {
            return self.push(Label::Nothing, value, class);
        }
        if name == b"code" && self.bytes[value.clone()] == *b"HTEST" && self.in_meta() {
            return self.push(Label::Synthetic, value, class);
        }
        match self.action(name) {
            Some(action) => self.act(action, value, class),
            None => self.guess(value, class),
        }
    }

    /// Is a tag or security label of the resource read (`meta.tag`: <https://hl7.org/fhir/R4/resource.html#Meta>)?
    fn in_meta(&self) -> bool {
        self.path.ends_with("meta.tag") || self.path.ends_with("meta.security")
    }

    /// A number: it counts only where a row speaks of it.
    pub(crate) fn number(&mut self, name: &[u8], value: Range<usize>) {
        let Some(class) = self.stack.last().filter(|f| f.inside).map(|f| f.class) else {
            return;
        };
        if class != Class::Definition
            && let Some(action @ (Action::Kind(_) | Action::Identifier(_) | Action::Telecom)) = self.action(name)
        {
            self.act(action, value, class);
        }
    }

    fn action(&mut self, name: &[u8]) -> Option<Action> {
        let base = self.stack.last()?.base;
        let before = self.path.len();
        self.path.push('.');
        self.path.push_str(&String::from_utf8_lossy(short(name)));
        let action = self.rules.action(&self.path[base..]);
        self.path.truncate(before);
        action
    }

    fn act(&mut self, action: Action, value: Range<usize>, class: Class) {
        match action {
            Action::Kind("dob") if !is_day(&self.bytes[value.clone()]) => self.push(Label::Nothing, value, class),
            Action::Kind("date") | Action::Date => self.date(value, class),
            Action::Kind(kind) => self.push(Label::Kind(kind), value, class),
            Action::Prose => self.push(Label::Prose, value, class),
            Action::Base64 => self.push(Label::Base64, value, class),
            Action::Nothing => self.push(Label::Nothing, value, class),
            Action::Class(_) => self.guess(value, class),
            Action::Identifier(_) | Action::Telecom | Action::Display | Action::Extension => {
                let earlier = self.stack.last_mut().and_then(|frame| frame.pending.replace((action, value)));
                if let Some((_, value)) = earlier {
                    self.guess(value, class);
                }
            }
        }
    }

    fn date(&mut self, value: Range<usize>, class: Class) {
        let dated = class.has_dates() && is_day(&self.bytes[value.clone()]);
        self.push(if dated { Label::Kind("date") } else { Label::Nothing }, value, class);
    }

    /// A value that no row speaks of: a date by its looks, prose if it has several words.
    fn guess(&mut self, value: Range<usize>, class: Class) {
        let text = &self.bytes[value.clone()];
        if text.len() >= 10 && text[4] == b'-' && is_day(text) {
            self.date(value, class);
        } else {
            let words = text.contains(&b' ');
            self.push(if words { Label::Prose } else { Label::Nothing }, value, class);
        }
    }

    /// A value whose neighbours are all known now.
    fn resolve(&mut self, frame: &Frame, action: Action, value: Range<usize>) {
        let bytes = self.bytes;
        let text = |range: &Option<Range<usize>>| range.clone().map(|r| &bytes[r]);
        match action {
            Action::Identifier(default) => {
                let known = text(&frame.code).and_then(by_code).or_else(|| text(&frame.system).and_then(by_system));
                let (kind, provider) = known.unwrap_or((default, false));
                self.push(Label::Kind(kind), value, if provider { Class::Provider } else { frame.class });
            }
            Action::Telecom => match by_telecom(text(&frame.system), &bytes[value.clone()]) {
                Some(kind) => self.push(Label::Kind(kind), value, frame.class),
                None => self.push(Label::Nothing, value, frame.class),
            },
            Action::Extension => {
                let maiden = text(&frame.url).is_some_and(|url| url.ends_with(b"mothersMaidenName"));
                if maiden { self.push(Label::Kind("name"), value, frame.class) } else { self.guess(value, frame.class) }
            }
            _ => {
                let class = text(&frame.refers).and_then(|r| self.referred(r)).or(frame.named);
                match class {
                    Some(class @ (Class::Person | Class::Provider | Class::Organisation)) => {
                        self.push(Label::Kind("name"), value, class)
                    }
                    _ => self.push(Label::Nothing, value, frame.class),
                }
            }
        }
    }

    /// The class of what `Patient/17`, `https://…/Patient/17` or `Patient` refers to.
    fn referred(&self, reference: &[u8]) -> Option<Class> {
        let mut parts =
            reference.rsplit(|&b| b == b'/').filter(|part| part.first().is_some_and(u8::is_ascii_uppercase));
        let name = parts.next().filter(|part| part.iter().all(u8::is_ascii_alphabetic))?;
        Some(self.rules.class(std::str::from_utf8(name).ok()?).unwrap_or(Class::Clinical))
    }

    fn push(&mut self, label: Label, value: Range<usize>, class: Class) {
        if value.is_empty() {
            return;
        }
        let owner = if label == Label::Nothing { Owner::Unknown } else { class.owner() };
        self.out.push(Field { label, value, owner, record: self.record });
    }
}

/// No name of the standard is longer; a path must not grow with what a document makes up.
fn short(name: &[u8]) -> &[u8] {
    &name[..name.len().min(64)]
}

/// `valueAddress` in an extension is an address.
fn datatype(name: &[u8]) -> &[u8] {
    match name {
        b"valueAddress" => b"address",
        b"valueHumanName" => b"name",
        b"valueContactPoint" => b"telecom",
        b"valueIdentifier" => b"identifier",
        b"valuePeriod" => b"period",
        other => other,
    }
}
