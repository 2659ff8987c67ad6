//! What a container's reader is given: a way to hand on members, and to say what it did not read.

use std::io::{self, Cursor, Read, Seek};

use super::body::Body;
use super::bytes::broken;
use super::{Name, Unpacker};
use crate::document::Origin;
use crate::source::parts::Parts;
use crate::source::{Item, open};

/// Something that can be read in any order.
pub(super) trait Searchable: Read + Seek {}
impl<T: Read + Seek> Searchable for T {}

/// The members of one container.
pub(super) struct Members<'m, 'u> {
    unpacker: &'m mut Unpacker<'u>,
    name: &'m Name,
    depth: u32,
    /// Has anything been told of this container?
    told: bool,
}

impl<'m, 'u> Members<'m, 'u> {
    pub(super) fn new(unpacker: &'m mut Unpacker<'u>, name: &'m Name, depth: u32) -> Self {
        Self { unpacker, name, depth, told: false }
    }

    /// What the whole input has used up.
    pub(super) fn meter(&self) -> &'u std::cell::RefCell<super::limits::Meter> {
        self.unpacker.meter
    }

    /// Passes over an error that was told where it happened, unless it ends all.
    pub(super) fn unless_stopped(&self, _: &io::Error) -> io::Result<()> {
        self.unpacker.go_on()
    }

    /// Reads a member. What goes wrong inside it is told and ends nothing; an error says that all has ended.
    pub(super) fn member(&mut self, path: &[u8], from: &mut dyn Read, size: Option<u64>) -> io::Result<()> {
        let path = shown(path);
        if leads_out(&path) {
            self.skip(&path, "its name leads out of the archive; it was read, but do not unpack it".to_owned());
        }
        let name = self.child(&path);
        self.read(name, from, size)
    }

    /// Reads what is in the container as if it were the container: a package's payload, which is a container itself.
    pub(super) fn payload(&mut self, from: &mut dyn Read) -> io::Result<()> {
        let name = Name { kind: self.name.kind.clone() + "!payload", ..self.name.clone() };
        self.told = true;
        self.unpacker.entry()?;
        let body = Body::new(from, None, None);
        if !super::is_packed(&name.kind, body.head()) {
            return Err(broken("its payload is cut off, or of a kind that is not known"));
        }
        self.unpacker.document(name, body, self.depth + 1);
        self.unpacker.go_on()
    }

    /// Reads a member that a reader has made of something else: text for what is no text.
    pub(super) fn text(&mut self, path: &str, kind: &str, text: &[u8]) -> io::Result<()> {
        self.lines(path, kind, &mut Cursor::new(text))
    }

    /// The same, text that is made as it is read. It is no container itself.
    pub(super) fn lines(&mut self, path: &str, kind: &str, text: &mut dyn Read) -> io::Result<()> {
        self.told = true;
        self.unpacker.entry()?;
        let shown = if path.is_empty() { self.name.shown.clone() } else { format!("{}!{path}", self.name.shown) };
        let kind = format!("{path}{kind}");
        self.unpacker.plain(Name { shown, kind }, &mut Body::new(text, None, None));
        self.unpacker.go_on()
    }

    /// A text that stands in the container itself, decoded: it is told as a part of the container's own text.
    pub(super) fn decoded(&mut self, kind: &str, text: &[u8], origin: Origin) -> io::Result<()> {
        self.told = true;
        self.unpacker.entry()?;
        let name = Name { shown: self.name.shown.clone(), kind: format!("{}{kind}", self.name.kind) };
        let mut text = text;
        let mut body = Body::new(&mut text, None, None);
        Parts::new(name, &mut body, false).decoded_from(origin).run(self.unpacker.sink);
        self.unpacker.go_on()
    }

    /// A table that a reader has made of something else: a line of names, then a line for each row. Its lines count from
    /// the first row: a finding's line is its row.
    pub(super) fn table(&mut self, path: &str, text: &mut dyn Read) -> io::Result<()> {
        self.told = true;
        self.unpacker.entry()?;
        let shown = format!("{}!{}", self.name.shown, shown(path.as_bytes()));
        let name = Name { kind: format!("{shown}.csv"), shown };
        Parts::new(name, &mut Body::new(text, None, None), true).run(self.unpacker.sink);
        self.unpacker.go_on()
    }

    /// The container itself as one document: there is too much of it to look inside.
    pub(super) fn as_it_is(&mut self, body: &mut Body<'_>) -> io::Result<()> {
        self.told = true;
        self.unpacker.plain(self.name.clone(), body);
        self.unpacker.go_on()
    }

    fn read(&mut self, name: Name, from: &mut dyn Read, size: Option<u64>) -> io::Result<()> {
        self.told = true;
        self.unpacker.entry()?;
        self.unpacker.document(name, Body::new(from, size, None), self.depth + 1);
        self.unpacker.go_on()
    }

    /// Tells that a member, or all of the container (an empty path), was not read.
    pub(super) fn skip(&mut self, path: &str, reason: String) {
        self.told = true;
        let name = if path.is_empty() { self.name.clone() } else { self.child(path) };
        self.unpacker.skip(&name, reason);
    }

    fn child(&self, path: &str) -> Name {
        let shown = format!("{}!{path}", self.name.shown);
        Name { kind: shown.clone(), shown }
    }

    /// The container is read, with this result.
    pub(super) fn end(mut self, format: &str, result: io::Result<()>) {
        let stopped = self.unpacker.go_on().is_err();
        match result {
            Err(error) if !stopped => {
                let rest = if self.told { "; the rest of it was not read" } else { "" };
                self.skip("", format!("{format}: {}{rest}", open::reason(&error)));
            }
            Ok(()) if !self.told => (self.unpacker.sink)(Item::End { name: self.name.shown.clone(), bytes: 0 }),
            _ => {}
        }
    }

    /// The container's bytes in any order: its file, or a copy in memory where there is room.
    pub(super) fn searchable<'b>(&mut self, body: &'b mut Body<'_>) -> io::Result<Box<dyn Searchable + 'b>> {
        if let Some(file) = body.file() {
            return Ok(Box::new(io::BufReader::with_capacity(16 << 10, file)));
        }
        Ok(Box::new(Cursor::new(self.whole(body)?)))
    }

    /// All bytes, in memory; an error where there is no room for them.
    pub(super) fn whole(&mut self, body: &mut Body<'_>) -> io::Result<Vec<u8>> {
        let room = self.unpacker.meter.borrow().limits().memory;
        let bytes = self.kept(body, room)?;
        bytes.ok_or_else(|| {
            broken(format!("it can only be read as a whole, and at most {room} bytes are kept in memory (--max-kept)"))
        })
    }

    /// The whole body, if it is no larger than `most`; otherwise what was read of it is back in the body.
    pub(super) fn kept(&mut self, body: &mut Body<'_>, most: u64) -> io::Result<Option<Vec<u8>>> {
        let room = self.unpacker.meter.borrow().limits().memory;
        let most = most.min(room);
        if body.size().is_some_and(|size| size > most) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        body.by_ref().take(most + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 <= most {
            return Ok(Some(bytes));
        }
        body.put_back(bytes);
        Ok(None)
    }
}

/// A member's path as reports show it.
fn shown(path: &[u8]) -> String {
    let path = String::from_utf8_lossy(path);
    let path = path.strip_prefix("./").unwrap_or(&path);
    path.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Would whoever unpacks this path write outside of the folder that he unpacks into?
fn leads_out(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    drive || path.starts_with(['/', '\\']) || path.split(['/', '\\']).any(|part| part == "..")
}
