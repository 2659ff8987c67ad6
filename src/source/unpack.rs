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

mod avro;
mod base64;
mod body;
mod bytes;
mod codecs;
mod har;
mod image;
mod json;
mod limits;
mod mail;
mod markup;
mod members;
mod notebook;
mod packages;
mod parquet;
mod pdf;
mod rows;
mod sqlite;
mod tar;
mod zip;

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};

use super::parts::Parts;
use super::{Input, Item, Sink, narrow};

pub(super) use body::Body;
use bytes::broken;
use codecs::{CODECS, Codec, Open};
pub use limits::Limits;
use limits::{Counts, Meter, Metered};
use members::Members;

/// A format that holds documents.
struct Container {
    /// Its name in messages.
    name: &'static str,
    /// Is it this format, by these first bytes? The name (without endings of compression) may help, and never decides.
    is: fn(&str, &[u8]) -> bool,
    /// Hands on its members.
    read: fn(&mut Members<'_, '_>, &mut Body<'_>) -> io::Result<()>,
}

/// The formats that hold documents, in the order in which they are tried.
const CONTAINERS: &[Container] = &[
    Container { name: "zip", is: zip::is, read: zip::read },
    Container { name: "ar", is: packages::is_ar, read: packages::ar },
    Container { name: "cpio", is: packages::is_cpio, read: packages::cpio },
    Container { name: "rpm", is: packages::is_rpm, read: packages::rpm },
    Container { name: "SQLite", is: sqlite::is, read: sqlite::read },
    Container { name: "Parquet", is: parquet::is, read: parquet::read },
    Container { name: "Avro", is: avro::is, read: avro::read },
    Container { name: "PDF", is: pdf::is, read: pdf::read },
    Container { name: "image", is: image::is, read: image::read },
    Container { name: "notebook", is: notebook::is, read: notebook::read },
    Container { name: "HAR", is: har::is, read: har::read },
    Container { name: "mail", is: mail::is, read: mail::read },
    Container { name: "tar", is: tar::is, read: tar::read },
];

/// What is known and not read: told instead of being taken for a binary with nothing in it.
const UNREAD: &[(&str, &[u8])] = &[
    ("7z", b"7z\xbc\xaf\x27\x1c"),
    ("rar", b"Rar!\x1a\x07"),
    ("lzip", b"LZIP"),
    ("compress", b"\x1f\x9d"),
    ("cabinet", b"MSCF\0\0\0\0"),
    ("thin ar", b"!<thin>\n"),
    ("encrypted", b"age-encryption.org/"),
    ("ORC", b"ORC\n"),
];

/// Reads one input: as a document, or as the documents that are packed in it, in order.
/// What cannot be opened is [`Item::Skipped`] and has no end; what breaks off is skipped from there.
/// Says whether it was a file: of what comes from elsewhere, the next may be long in coming.
pub fn read(input: Input, limits: &Limits, sink: Sink<'_>) -> bool {
    let Input { name, open } = input;
    let stream = match open() {
        Err(reason) => {
            sink(Item::Skipped { name, reason });
            return false;
        }
        Ok(stream) => stream,
    };
    let file = stream.file.is_some();
    if let Some(inputs) = stream.inputs {
        inputs.for_each(|input| _ = read(input, limits, sink));
        return file;
    }
    let exposure = stream.exposure;
    let mut placed = |mut item| {
        if let Item::Part(document) = &mut item {
            document.exposure.clone_from(&exposure);
        }
        sink(item);
    };
    match stream.news {
        Some(news) if !holds_others(&name, &news.text) => narrow::windows(name, &news, &mut placed),
        Some(news) => run(name, news.text.as_slice(), (None, None), limits, &mut placed),
        None => run(name, stream.bytes, (stream.size, stream.file.as_deref()), limits, &mut placed),
    }
    file
}

/// What is said of a pointer of Git LFS.
pub(super) const POINTER: &str =
    "a pointer of Git LFS: the content is not in the repository; `git lfs pull` fetches it";

/// Is it what Git LFS puts in the place of a file, <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>?
pub(super) fn is_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/")
}

/// Do these bytes begin something that holds other documents?
fn holds_others(name: &str, head: &[u8]) -> bool {
    let head = &head[..head.len().min(body::HEAD)];
    is_packed(name, head) || UNREAD.iter().any(|(_, magic)| head.starts_with(magic))
}

/// Reads `bytes` under `name`: as a document, or as the documents that are packed in it, in order.
pub fn unpack(name: &str, bytes: impl Read, limits: &Limits, sink: Sink<'_>) {
    run(name.to_owned(), bytes, (None, None), limits, sink);
}

fn run(name: String, bytes: impl Read, (size, file): (Option<u64>, Option<&File>), limits: &Limits, sink: Sink<'_>) {
    let meter = RefCell::new(Meter::new(*limits));
    // Of a file, all that stands in it is given: it need not be read from front to back.
    let given = size.filter(|_| file.is_some());
    meter.borrow_mut().give(given.unwrap_or(0));
    let mut bytes =
        Metered { from: bytes, meter: &meter, counts: if given.is_some() { Counts::Nothing } else { Counts::Given } };
    let name = Name { kind: name.clone(), shown: name };
    let (mut told, mut ended, mut opened) = (false, false, false);
    let mut watched = |item: Item| {
        match &item {
            Item::Skipped { name: member, .. } => {
                told |= meter.borrow().stopped().is_some();
                opened |= *member != name.shown;
            }
            Item::End { .. } => ended = true,
            Item::Part(_) | Item::Pause => {}
        }
        sink(item);
    };
    Unpacker { meter: &meter, sink: &mut watched }.document(name.clone(), Body::new(&mut bytes, size, file), 0);
    if let Some(reason) = meter.borrow().stopped().filter(|_| !told) {
        sink(Item::Skipped { name: name.shown.clone(), reason: reason.to_owned() });
    }
    // A container was looked into, though none of its members could be read.
    if opened && !ended {
        sink(Item::End { name: name.shown, bytes: 0 });
    }
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
        let head = body.head();
        if is_pointer(head) {
            return self.skip(&name, POINTER.to_owned());
        }
        let codec = CODECS.iter().find(|codec| (codec.is)(head));
        let container = CONTAINERS.iter().find(|container| (container.is)(&name.kind, head));
        let Some(format) = codec.map(|codec| codec.name).or(container.map(|container| container.name)) else {
            return match UNREAD.iter().find(|(_, magic)| head.starts_with(magic)) {
                Some((format, _)) => {
                    self.skip(&name, format!("{format}: not a format that phivet unpacks; unpack it first"))
                }
                None => self.plain(name, &mut body),
            };
        };
        body.be_patient();
        if depth >= self.meter.borrow().limits().depth {
            return self.skip(&name, format!("{format}: nested in {depth} containers already (--max-depth)"));
        }
        if let Some(codec) = codec {
            self.compressed(&name, codec, &mut body, depth);
        } else if let Some(container) = container {
            let mut members = Members::new(self, &name, depth);
            let result = (container.read)(&mut members, &mut body);
            members.end(container.name, result);
        }
    }

    fn compressed(&mut self, name: &Name, codec: &Codec, body: &mut Body<'_>, depth: u32) {
        let Some(open) = codec.open else {
            return self.skip(name, format!("{}: {}", codec.name, codecs::NOT_BUILT));
        };
        let inner = Name { kind: without_ending(&name.kind, codec.endings), shown: name.shown.clone() };
        let mut packed = codecs::buffered(body);
        match open(&mut packed) {
            Ok(from) => {
                let mut from = Metered { from, meter: self.meter, counts: Counts::Made };
                self.document(inner, Body::new(&mut from, None, None), depth + 1);
            }
            Err(error) => {
                self.skip(name, format!("{}: {}", codec.name, super::open::reason(&bytes::in_our_words(error))))
            }
        }
    }

    /// A document that is no container.
    fn plain(&mut self, name: Name, body: &mut Body<'_>) {
        Parts::new(name, body, false).run(self.sink);
    }

    fn skip(&mut self, name: &Name, reason: String) {
        (self.sink)(Item::Skipped { name: name.shown.clone(), reason });
    }

    /// Counts a member.
    fn entry(&self) -> io::Result<()> {
        self.meter.borrow_mut().entry()
    }

    /// An error where a limit has ended the unpacking of this input.
    fn go_on(&self) -> io::Result<()> {
        if self.meter.borrow().stopped().is_some() { Err(broken("a limit is reached")) } else { Ok(()) }
    }
}

/// The format that these first bytes begin, by its name in messages, if it is one that is unpacked, or known and not
/// read; and whether it is a compressed stream.
pub(super) fn format(name: &str, head: &[u8]) -> Option<(&'static str, bool)> {
    let codec = CODECS.iter().find(|codec| (codec.is)(head)).map(|codec| (codec.name, true));
    let container = || CONTAINERS.iter().find(|container| (container.is)(name, head)).map(|found| (found.name, false));
    let unread = || UNREAD.iter().find(|(_, magic)| head.starts_with(magic)).map(|(name, _)| (*name, false));
    codec.or_else(container).or_else(unread)
}

/// A compressed stream by its codec's name in messages: what opens it, and what a document of this name is called inside.
/// `None` where this build cannot.
pub(super) fn codec(codec: &str, name: &str) -> Option<(Open, String)> {
    let found = CODECS.iter().find(|known| known.name == codec)?;
    Some((found.open?, without_ending(name, found.endings)))
}

/// Do these first bytes begin something that is unpacked?
fn is_packed(name: &str, head: &[u8]) -> bool {
    CODECS.iter().any(|codec| (codec.is)(head)) || CONTAINERS.iter().any(|container| (container.is)(name, head))
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
