//! Reading an input in parts: memory does not grow with its size, and no value is lost where two parts meet.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use super::decode::Decoder;
use super::stdin::is_pause;
use super::unpack::{Body, Name};
use super::{Item, Sink, open};
use crate::document::{Document, Origin, line_around, line_ends, utf16_width};
use crate::kind::Kind;

/// Inputs up to this many (decoded) bytes are one document.
const WHOLE: usize = 2 << 20;
/// Larger ones are cut into parts of about this many bytes.
const PART: usize = 256 << 10;
/// Most that is read at once, in bytes, and least.
const AT_ONCE: usize = 256 << 10;
const SMALL: usize = 4 << 10;
/// Each part also shows at least this much of its neighbours.
const OVERLAP: usize = 4 << 10;
/// What later parts are told of the document's beginning.
const HEAD: usize = 4 << 10;

/// Cuts a stream of bytes into parts of one document, in order; then says [`Item::End`].
pub(super) struct Parts<'b, 'r> {
    name: Name,
    kind: Kind,
    head: Arc<[u8]>,
    body: &'b mut Body<'r>,
    decoder: Decoder,
    /// What has been read and is still needed: the overlap before, then what no part has owned yet.
    window: Vec<u8>,
    /// Where in the window the next part's own begins.
    own: usize,
    first_line: u64,
    first_column: u64,
    first_byte: u64,
    read: u64,
    ended: bool,
    failed: Option<String>,
    /// Is nothing more there yet?
    paused: bool,
    /// Is the first line a table's header, which is no row?
    is_table: bool,
    /// Where the bytes stand in the file that they were decoded from.
    origin: Option<Arc<Origin>>,
}

impl<'b, 'r> Parts<'b, 'r> {
    pub(super) fn new(name: Name, body: &'b mut Body<'r>, is_table: bool) -> Self {
        let hint = body.size().and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let mut window = body.take_head();
        window.reserve((hint.min(if hint > WHOLE { PART } else { WHOLE }) + 1).saturating_sub(window.len()));
        let mut parts = Self {
            name,
            kind: Kind::Unknown,
            head: Arc::default(),
            read: window.len() as u64,
            ended: body.has_ended(),
            failed: body.failure(),
            paused: body.is_paused(),
            body,
            decoder: Decoder::AsIs,
            window,
            own: 0,
            first_line: 1,
            first_column: 1,
            first_byte: 0,
            is_table,
            origin: None,
        };
        parts.begin();
        parts
    }

    /// The same, of bytes that were decoded from a file.
    pub(super) fn decoded_from(mut self, origin: Origin) -> Self {
        self.origin = Some(Arc::new(origin));
        self
    }

    /// Reads the first bytes and tells encoding and kind from them.
    fn begin(&mut self) {
        // What is larger is cut anyway: it need not lie in memory for that.
        let large = self.body.size().is_some_and(|size| size > WHOLE as u64);
        self.fill(if large { PART } else { WHOLE + 1 });
        let head = &self.window[..self.window.len().min(HEAD)];
        self.decoder = Decoder::of(head);
        self.kind = Kind::of(&self.name.kind, head);
        if matches!(self.decoder, Decoder::AsIs) && self.kind == Kind::Binary {
            self.decoder = Decoder::Binary { left: Vec::new() };
        }
        if !matches!(self.decoder, Decoder::AsIs) {
            let raw = std::mem::take(&mut self.window);
            self.decoder.push(&raw, &mut self.window);
            if self.ended {
                self.decoder.finish(&mut self.window);
            }
            if self.kind != Kind::Binary || matches!(self.decoder, Decoder::Utf16 { .. } | Decoder::Utf32 { .. }) {
                self.kind = Kind::of(&self.name.kind, &self.window[..self.window.len().min(HEAD)]);
            }
        }
        if self.is_table {
            self.head = self.window[..self.window.len().min(HEAD)].into();
            let first = memchr::memchr(b'\n', &self.window).map_or(self.window.len(), |at| at + 1);
            self.window.drain(..first);
        }
    }

    pub(super) fn run(mut self, push: Sink<'_>) {
        if self.ended && self.window.len() <= WHOLE {
            let end = self.window.len();
            let bytes = std::mem::take(&mut self.window);
            push(Item::Part(self.part(bytes, 0..end)));
        } else {
            if !self.is_table {
                self.head = self.window[..self.window.len().min(HEAD)].into();
            }
            while self.next(push) {}
        }
        if let Some(reason) = self.failed.take() {
            let reason = format!("read only up to byte {}: {reason}", self.read);
            push(Item::Skipped { name: self.name.shown.clone(), reason });
        }
        push(Item::End { name: self.name.shown, bytes: self.read });
    }

    /// Pushes the next part; says whether more follow.
    fn next(&mut self, push: Sink<'_>) -> bool {
        let goal = self.own + PART;
        self.fill(goal + 2 * OVERLAP);
        if std::mem::take(&mut self.paused) {
            self.tell(push);
            return true;
        }
        if self.ended && self.window.len() <= goal + 2 * OVERLAP {
            let own = self.own..self.window.len();
            let bytes = std::mem::take(&mut self.window);
            push(Item::Part(self.part(bytes, own)));
            return false;
        }
        let cut = after_last_line_end(&self.window, self.own + PART / 2..goal)
            .unwrap_or_else(|| boundary(&self.window, goal));
        let end = cut + OVERLAP;
        let end = after_first_line_end(&self.window, end..end + OVERLAP).unwrap_or_else(|| boundary(&self.window, end));
        push(Item::Part(self.cut(end, cut)));
        true
    }

    /// Pushes the lines that are there, since more may be long in coming.
    fn tell(&mut self, push: Sink<'_>) {
        if self.first_byte == 0 && self.head.len() < HEAD {
            self.head = self.window[..self.window.len().min(HEAD)].into();
            self.kind = Kind::of(&self.name.kind, &self.head);
        }
        if let Some(cut) = after_last_line_end(&self.window, self.own..self.window.len()) {
            push(Item::Part(self.cut(cut, cut)));
        }
        push(Item::Pause);
    }

    /// The part up to `cut`, with what it shows up to `end`; what the part behind it does not need is forgotten.
    fn cut(&mut self, end: usize, cut: usize) -> Document {
        let start = cut.saturating_sub(OVERLAP);
        let start = after_last_line_end(&self.window, start.saturating_sub(OVERLAP)..start)
            .unwrap_or_else(|| boundary(&self.window, start));
        let line = line_around(&self.window[..start], start).start;
        let before = if line == 0 { self.first_column } else { 1 };
        let column = before + utf16_width(&self.window[line..start]);
        let lines = line_ends(&self.window[..start]);
        // The lesser of both is copied: what the part holds, or what is left.
        let bytes = if self.window.len() - start > end {
            let bytes = self.window[..end].to_vec();
            self.window.drain(..start);
            bytes
        } else {
            let mut rest = Vec::with_capacity(PART + 4 * OVERLAP);
            rest.extend_from_slice(&self.window[start..]);
            let mut bytes = std::mem::replace(&mut self.window, rest);
            bytes.truncate(end);
            bytes
        };
        let part = self.part(bytes, self.own..cut);
        self.first_column = column;
        self.first_line += lines;
        self.first_byte += start as u64;
        self.own = cut - start;
        part
    }

    fn part(&self, bytes: Vec<u8>, own: Range<usize>) -> Document {
        let head = (self.is_table || self.first_byte > 0 || self.own > 0).then(|| Arc::clone(&self.head));
        Document {
            name: self.name.shown.clone(),
            kind: self.kind,
            bytes,
            first_line: self.first_line,
            first_column: self.first_column,
            first_byte: self.first_byte,
            own,
            added: None,
            head,
            exposure: None,
            origin: self.origin.clone(),
        }
    }

    /// Reads until the window holds `len` bytes or the input ends.
    fn fill(&mut self, len: usize) {
        while !self.ended && !self.paused && self.window.len() < len {
            let want = len - self.window.len();
            // To make room for what is not there takes as long as to read what is.
            let left = self.body.size().map_or(AT_ONCE as u64, |size| size.saturating_sub(self.read) + 1);
            let at_once = usize::try_from(left).unwrap_or(AT_ONCE).clamp(SMALL, AT_ONCE);
            let (got, failed) = if matches!(self.decoder, Decoder::AsIs) {
                read_up_to(self.body, (want, at_once), &mut self.window)
            } else {
                let mut raw = Vec::new();
                let read = read_up_to(self.body, (want, at_once), &mut raw);
                self.decoder.push(&raw, &mut self.window);
                read
            };
            self.read += got as u64;
            self.paused = failed.as_ref().is_some_and(is_pause);
            self.ended = got < want && !self.paused;
            self.failed = failed.filter(|_| self.ended).map(|error| open::reason(&error));
            if self.ended {
                self.decoder.finish(&mut self.window);
            }
        }
    }
}

/// Appends up to `want` bytes, so many at once; less means that the input has ended or failed.
fn read_up_to(from: &mut dyn Read, (want, at_once): (usize, usize), into: &mut Vec<u8>) -> (usize, Option<io::Error>) {
    let before = into.len();
    let mut failed = None;
    // `read_to_end` would begin with small reads.
    while failed.is_none() && into.len() < before + want {
        let (start, room) = (into.len(), (before + want - into.len()).min(at_once));
        into.resize(start + room, 0);
        match from.read(&mut into[start..]) {
            Ok(got) => into.truncate(start + got),
            Err(error) => {
                into.truncate(start);
                failed = (error.kind() != io::ErrorKind::Interrupted).then_some(error);
                continue;
            }
        }
        if into.len() == start {
            break;
        }
    }
    (into.len() - before, failed)
}

/// The place behind the last line end within `range`.
fn after_last_line_end(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let at = bytes[range.clone()].iter().rposition(|byte| *byte == b'\n')?;
    Some(range.start + at + 1)
}

/// The place behind the first line end within `range`.
fn after_first_line_end(bytes: &[u8], range: Range<usize>) -> Option<usize> {
    let range = range.start.min(bytes.len())..range.end.min(bytes.len());
    let at = bytes[range.clone()].iter().position(|byte| *byte == b'\n')?;
    Some(range.start + at + 1)
}

/// A place at or just before `at` that cuts neither a character nor a `\r\n`.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    let inside = |at: usize| match bytes.get(at) {
        Some(b'\n') => at > 0 && bytes[at - 1] == b'\r',
        Some(byte) => byte & 0xC0 == 0x80,
        None => false,
    };
    (at.saturating_sub(3)..=at).rev().find(|at| !inside(*at)).unwrap_or(at)
}
