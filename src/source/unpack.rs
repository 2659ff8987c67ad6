//! Unpacking: any stream of named bytes becomes the documents inside it.
//!
//! This is the one door for all sources. A source that has its own opener pushes an [`Input`] (name and a way to open it)
//! and is done: the run calls [`read`]. Whoever already holds bytes calls [`unpack`]. Both recognise containers by their
//! first bytes, never by name alone; hand members on under names like `a.tar.gz!dir/b.log` (a compressed single stream
//! keeps its name); cut each document into parts ([`super::parts`]); and tell what was not read, with the reason.
//! Members are read from front to back as they come: memory does not grow with the input.
//!
//! ```text
//! git blob ─┐                         ┌─ plain ──▶ Parts ──▶ Item::Part*, Item::Skipped?, Item::End
//! object   ─┼▶ read / unpack ─▶ what? ┼─ codec ──▶ again, same name
//! file     ─┘                         └─ container ──▶ again for each member, `name!member`
//! ```
//!
//! The sink gets documents one after the other, never interleaved: `Part`… then `Skipped` where it breaks off, then `End`.

mod body;
mod codecs;
mod limits;

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;

use super::parts::Parts;
use super::{Input, Item, Sink};

pub(super) use body::Body;
use codecs::CODECS;
pub use limits::Limits;
use limits::{Meter, Metered};

/// Reads one input: as a document, or as the documents that are packed in it, in order.
/// What cannot be opened is [`Item::Skipped`] and has no end; what breaks off is skipped from there.
pub fn read(input: Input, limits: &Limits, sink: Sink<'_>) {
    let Input { name, open } = input;
    match open() {
        Err(reason) => sink(Item::Skipped { name, reason }),
        Ok(stream) => run(name, stream.bytes, (stream.size, stream.file.as_ref()), limits, sink),
    }
}

/// Reads `bytes` under `name`: as a document, or as the documents that are packed in it, in order.
pub fn unpack(name: &str, bytes: impl Read, limits: &Limits, sink: Sink<'_>) {
    run(name.to_owned(), bytes, (None, None), limits, sink);
}

fn run(name: String, bytes: impl Read, (size, file): (Option<u64>, Option<&File>), limits: &Limits, sink: Sink<'_>) {
    let meter = RefCell::new(Meter::new(*limits));
    let mut bytes = Metered { from: bytes, meter: &meter, made: false };
    let name = Name { kind: name.clone(), shown: name };
    Unpacker { meter: &meter, sink }.document(name, Body::new(&mut bytes, size, file), 0);
}

/// What a document is called.
#[derive(Clone)]
pub(super) struct Name {
    /// In reports, before masking.
    pub(super) shown: String,
    /// For telling its kind: without the endings of compression.
    pub(super) kind: String,
}

/// The unpacking of one input.
struct Unpacker<'u> {
    meter: &'u RefCell<Meter>,
    sink: Sink<'u>,
}

impl Unpacker<'_> {
    /// A document, or a container of documents, that stands in `depth` containers.
    fn document(&mut self, name: Name, mut body: Body<'_>, depth: u32) {
        let Some(codec) = CODECS.iter().find(|codec| (codec.is)(body.head())) else {
            return Parts::new(name, &mut body).run(self.sink);
        };
        if depth >= self.meter.borrow().limits().depth {
            let reason = format!("{}: nested in more than {depth} containers (--max-depth)", codec.name);
            return self.skip(&name, reason);
        }
        let inner = Name { kind: without_ending(&name.kind, codec.endings), shown: name.shown.clone() };
        match (codec.open)(&mut body) {
            Ok(from) => {
                let mut from = Metered { from, meter: self.meter, made: true };
                self.document(inner, Body::new(&mut from, None, None), depth + 1);
            }
            Err(error) => self.skip(&name, format!("{}: {}", codec.name, super::open::reason(&error))),
        }
    }

    fn skip(&mut self, name: &Name, reason: String) {
        (self.sink)(Item::Skipped { name: name.shown.clone(), reason });
    }
}

/// `app.log.gz` is `app.log` inside.
fn without_ending(name: &str, endings: &[(&str, &str)]) -> String {
    let ends = |end: &str| {
        let at = name.len().checked_sub(end.len())?;
        (name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(end)).then(|| &name[..at])
    };
    let found = endings.iter().find_map(|(end, instead)| Some(ends(end)?.to_owned() + instead));
    found.unwrap_or_else(|| name.to_owned())
}
