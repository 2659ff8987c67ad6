//! Jupyter notebooks (nbformat 4): each cell's source and each output a member, images and all.

use std::io;

use super::base64;
use super::body::Body;
use super::json::{self, Step};
use super::markup::{Markup, Token, local_name};
use super::members::Members;
use super::rows;

/// Largest notebook that is read cell by cell; a larger one is read as the JSON that it is.
pub(super) const MOST: u64 = 16 << 20;

pub(super) fn is(name: &str, head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    head.trim_ascii_start().starts_with(b"{")
        && (has(b"\"cell_type\"") || (name.ends_with(".ipynb") && has(b"\"cells\"")))
        && (has(b"\"cells\"") || has(b"\"nbformat\""))
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let Some(text) = members.kept(body, MOST)? else { return members.as_it_is(body) };
    let mut pieces = Pieces { members, path: String::new(), end: "", text: String::new() };
    let result = json::walk(&text, &mut |path, value| {
        let Some((piece, end)) = piece(path) else { return Ok(()) };
        pieces.add(&piece, end, &value)
    });
    pieces.flush().and(result)
}

/// Which piece of the notebook a value belongs to, and how its name ends.
fn piece(path: &[Step]) -> Option<(String, &'static str)> {
    let [cells, Step::Index(cell), what, rest @ ..] = path else {
        return (!path.first()?.is("cells")).then(|| ("metadata".to_owned(), ".txt"));
    };
    if !cells.is("cells") {
        return Some(("metadata".to_owned(), ".txt"));
    }
    let cell = cell + 1;
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

/// HTML with its tables as lines of cells: what the columns are called stands above them.
fn rows_of(html: &[u8]) -> io::Result<Vec<u8>> {
    let (mut out, mut cells, mut in_cell) = (Vec::new(), Vec::new(), false);
    let mut markup = Markup::new(html);
    while let Some(token) = markup.next()? {
        match token {
            Token::Text(text) if in_cell => cells.last_mut().unwrap_or(&mut Vec::new()).extend_from_slice(&text),
            Token::Text(text) => out.extend(text.trim_ascii()),
            Token::Tag(tag) => match (local_name(&tag), tag.first() == Some(&b'/')) {
                (b"td" | b"th", false) => {
                    cells.push(Vec::new());
                    in_cell = true;
                }
                (b"td" | b"th", true) => in_cell = false,
                (b"tr", true) => rows::line(&std::mem::take(&mut cells), &mut out),
                (b"p" | b"div" | b"table" | b"style", true) => out.push(b'\n'),
                _ => {}
            },
        }
    }
    rows::line(&cells, &mut out);
    Ok(out)
}

/// Values of one piece are joined; when the next piece begins, it is handed on.
struct Pieces<'p, 'm, 'u> {
    members: &'p mut Members<'m, 'u>,
    path: String,
    end: &'static str,
    text: String,
}

impl Pieces<'_, '_, '_> {
    fn add(&mut self, path: &str, end: &'static str, value: &str) -> io::Result<()> {
        if self.path != path {
            self.flush()?;
            path.clone_into(&mut self.path);
            self.end = end;
        }
        self.text.push_str(value);
        if end == ".json" || path == "metadata" {
            self.text.push('\n');
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() {
            return Ok(());
        }
        if self.end == ".bin" {
            let bytes = base64::decode(text.as_bytes());
            return self.members.member(self.path.as_bytes(), &mut &bytes[..], Some(bytes.len() as u64));
        }
        if self.end == ".html" && text.contains("<table") {
            return self.members.text(&self.path, ".csv", &rows_of(text.as_bytes())?);
        }
        self.members.text(&self.path, self.end, text.as_bytes())
    }
}
