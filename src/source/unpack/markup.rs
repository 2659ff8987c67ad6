//! XML as a stream of tags and text, none of which is kept at any length: enough for office files.

use std::io::{self, BufRead, BufReader, Read};

/// Longest tag or text that is handed over in one piece, in bytes; longer ones come in several.
const PIECE: usize = 64 << 10;

/// What comes next.
pub(super) enum Token {
    /// What stands between `<` and `>`.
    Tag(Vec<u8>),
    /// Text, its entities decoded.
    Text(Vec<u8>),
}

/// A reader of XML.
pub(super) struct Markup<R> {
    from: BufReader<R>,
    in_tag: bool,
}

impl<R: Read> Markup<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from: BufReader::with_capacity(PIECE, from), in_tag: false }
    }

    /// The next token; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Token>> {
        let mut piece = Vec::new();
        let end = if self.in_tag { b'>' } else { b'<' };
        if (&mut self.from).take(PIECE as u64).read_until(end, &mut piece)? == 0 {
            return Ok(None);
        }
        let was_tag = self.in_tag;
        if piece.last() == Some(&end) {
            piece.pop();
            self.in_tag = !self.in_tag;
        }
        Ok(Some(if was_tag { Token::Tag(piece) } else { Token::Text(decoded(&piece)) }))
    }
}

/// The name of a tag, without its prefix; `/` before it and behind it stay outside.
pub(super) fn local_name(tag: &[u8]) -> &[u8] {
    let tag = tag.strip_prefix(b"/").unwrap_or(tag);
    let end = tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(tag.len());
    let name = &tag[..end];
    name.iter().rposition(|b| *b == b':').map_or(name, |colon| &name[colon + 1..])
}

/// The value of an attribute, as it stands.
pub(super) fn attribute<'t>(tag: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let key = format!(" {name}=");
    let at = memchr::memmem::find(tag, key.as_bytes())? + key.len();
    let quote = *tag.get(at)?;
    let len = tag[at + 1..].iter().position(|b| *b == quote)?;
    Some(&tag[at + 1..at + 1 + len])
}

/// Text with its entities decoded; what is no entity stays.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let end = rest.iter().take(12).position(|b| *b == b';');
        match end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            Some((end, c)) => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[end + 1..];
            }
            None => {
                out.push(b'&');
                rest = &rest[1..];
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn entity(name: &[u8]) -> Option<char> {
    match name {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        b"nbsp" => Some(' '),
        _ => {
            let digits = std::str::from_utf8(name.strip_prefix(b"#")?).ok()?;
            let point = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            char::from_u32(point.ok()?)
        }
    }
}

/// Text that is made piece by piece: `more` appends to what is empty; nothing appended is the end.
pub(super) struct Made<F> {
    pub(super) more: F,
    text: Vec<u8>,
    taken: usize,
}

impl<F: FnMut(&mut Vec<u8>) -> io::Result<bool>> Made<F> {
    /// `more` says whether there may be more to come.
    pub(super) fn new(more: F) -> Self {
        Self { more, text: Vec::new(), taken: 0 }
    }
}

impl<F: FnMut(&mut Vec<u8>) -> io::Result<bool>> Read for Made<F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() {
            self.text.clear();
            self.taken = 0;
            if !(self.more)(&mut self.text)? && self.text.is_empty() {
                return Ok(0);
            }
        }
        let got = (&self.text[self.taken..]).read(into)?;
        self.taken += got;
        Ok(got)
    }
}
