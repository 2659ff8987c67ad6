//! Jupyter notebooks (nbformat 4): each cell's source and each output by itself, images and all. What is found in their
//! text is told at its place in the notebook.

use std::io;

use super::base64;
use super::body::Body;
use super::json::{self, Step, Value};
use super::members::Members;
use crate::document::{Origin, Place, Stretch};

/// Largest notebook that is read cell by cell; a larger one is read as the JSON that it is.
pub(super) const MOST: u64 = 48 << 20;

pub(super) fn is(name: &str, head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().starts_with(b"{")
        && (has(b"\"cell_type\"") || (name.ends_with(".ipynb") && has(b"\"cells\"")))
        && (has(b"\"cells\"") || has(b"\"nbformat\""))
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let Some(text) = members.kept(body, MOST)? else {
        let most = MOST.min(members.meter().borrow().limits().memory) >> 20;
        let why = "it was read as plain JSON, not cell by cell";
        members.skip("", format!("a notebook of more than {most} MiB (--max-kept): {why}"));
        return members.as_it_is(body);
    };
    let mut pieces = Pieces {
        members,
        notebook: &text,
        seen: Place::START,
        path: String::new(),
        end: "",
        text: String::new(),
        until: Place::START,
        origin: Origin::default(),
    };
    let result = json::walk(&text, &mut |path, value| {
        let Some((piece, end)) = piece(path) else { return Ok(()) };
        let key = path.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        pieces.add(&piece, end, (key, &value))
    });
    pieces.flush().and(result)
}

/// What is said of the notebook and its cells.
const METADATA: &str = "metadata";

/// Which piece of the notebook a value belongs to, and how its name ends.
fn piece(path: &[Step]) -> Option<(String, &'static str)> {
    let [cells, Step::Index(cell), what, rest @ ..] = path else {
        return (!path.first()?.is("cells")).then(|| (METADATA.to_owned(), ".txt"));
    };
    if !cells.is("cells") {
        return Some((METADATA.to_owned(), ".txt"));
    }
    let cell = cell + 1;
    if what.is("metadata") {
        return Some((METADATA.to_owned(), ".txt"));
    }
    if what.is("source") {
        return Some((format!("cell {cell}"), ".py"));
    }
    let ([Step::Index(output), rest @ ..], true) = (rest, what.is("outputs")) else {
        return what.is("attachments").then(|| (format!("cell {cell} attachment"), ".bin"));
    };
    let output = output + 1;
    let place = format!("cell {cell} output {output}");
    match rest {
        [data, Step::Key(kind), ..] if data.is("data") => {
            let end = match kind.as_str() {
                "text/html" => ".html",
                "text/plain" => ".txt",
                "image/svg+xml" => ".svg",
                kind if kind.starts_with("image/") || kind == "application/pdf" => ".bin",
                kind if kind.ends_with("json") => ".json",
                _ => ".txt",
            };
            Some((format!("{place} {}", kind.replace('/', " ")), end))
        }
        [what, ..] if what.is("text") || what.is("traceback") || what.is("evalue") => Some((place, ".txt")),
        _ => None,
    }
}

/// Values of one piece are joined; when the next piece begins, it is handed on.
struct Pieces<'p, 'm, 'u> {
    members: &'p mut Members<'m, 'u>,
    notebook: &'p [u8],
    /// How far the notebook's lines are counted.
    seen: Place,
    path: String,
    end: &'static str,
    text: String,
    /// The end of `text`.
    until: Place,
    origin: Origin,
}

impl Pieces<'_, '_, '_> {
    fn add(&mut self, path: &str, end: &'static str, (key, value): (Option<&str>, &Value)) -> io::Result<()> {
        if self.path != path {
            self.flush()?;
            path.clone_into(&mut self.path);
            self.end = end;
        }
        // Only of metadata the names tell what the values are.
        if let Some(key) = key.filter(|_| path == METADATA) {
            let label = format!("{key}: ");
            self.until = self.until.behind(label.as_bytes());
            self.text.push_str(&label);
        }
        if end != ".bin" {
            self.trace(value);
        }
        self.text.push_str(&value.text);
        if end == ".json" || path == METADATA {
            self.text.push('\n');
            self.until = self.until.behind(b"\n");
        }
        Ok(())
    }

    /// Notes where the parts of a value stand in the notebook.
    fn trace(&mut self, value: &Value) {
        let pieces = json::pieces(&value.text, &self.notebook[value.at.clone()]);
        let start = self.until;
        let mut last = 0;
        for (decoded, written) in pieces {
            self.until = self.until.behind(&value.text.as_bytes()[last..decoded]);
            last = decoded;
            let to = value.at.start + written;
            let seen = usize::try_from(self.seen.byte).unwrap_or(to);
            self.seen = self.seen.behind(&self.notebook[seen.min(to)..to]);
            self.origin.0.push(Stretch { from: self.until, to: self.seen });
        }
        self.until = self.until.behind(&value.text.as_bytes()[last..]);
        debug_assert_eq!(self.until.byte, start.byte + value.text.len() as u64);
    }

    fn flush(&mut self) -> io::Result<()> {
        let (text, origin) = (std::mem::take(&mut self.text), std::mem::take(&mut self.origin));
        self.until = Place::START;
        if text.is_empty() {
            return Ok(());
        }
        if self.end == ".bin" {
            let bytes = base64::decode(text.as_bytes());
            return self.members.member(self.path.as_bytes(), &mut &bytes[..], Some(bytes.len() as u64));
        }
        self.members.decoded(self.end, text.as_bytes(), origin)
    }
}
