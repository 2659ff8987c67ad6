//! A message as lines, cut into parts at their boundaries.

use std::io::{self, BufRead, BufReader, Read};

use super::super::base64;
use super::super::body::Body;

/// Longest piece of a line that is looked at as a whole.
const PIECE: u64 = 64 << 10;

/// How a part is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    #[default]
    Plain,
    Base64,
    QuotedPrintable,
}

/// The lines of a message or mailbox.
pub(super) struct Lines<'l, 'b> {
    from: BufReader<&'l mut Body<'b>>,
    is_mailbox: bool,
    /// Boundaries of the parts that are open, the outermost first.
    pub(super) boundaries: Vec<Vec<u8>>,
    line: Vec<u8>,
    /// Is `line` still to be given out?
    held: bool,
    /// Did the piece before end a line?
    fresh: bool,
}

impl<'l, 'b> Lines<'l, 'b> {
    pub(super) fn new(body: &'l mut Body<'b>, is_mailbox: bool) -> Self {
        let from = BufReader::with_capacity(64 << 10, body);
        Self { from, is_mailbox, boundaries: Vec::new(), line: Vec::new(), held: false, fresh: true }
    }

    /// The next line with its end, or a piece of a long one; `None` where the part (or all) ends.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if !std::mem::take(&mut self.held) {
            let is_start = self.fresh;
            self.line.clear();
            (&mut self.from).take(PIECE).read_until(b'\n', &mut self.line)?;
            self.fresh = self.line.ends_with(b"\n");
            if self.line.is_empty() || (is_start && self.is_end()) {
                self.held = true;
                return Ok(None);
            }
        } else if self.line.is_empty() || self.is_end() {
            self.held = true;
            return Ok(None);
        }
        Ok(Some(&self.line))
    }

    fn is_end(&self) -> bool {
        self.boundary().is_some() || (self.is_mailbox && super::is_separator(&self.line))
    }

    /// The boundary that the line in hand is: which, and whether it closes.
    fn boundary(&self) -> Option<(usize, bool)> {
        let line = self.line.strip_prefix(b"--")?.trim_ascii_end();
        let fits = |own: &Vec<u8>| line.strip_prefix(own.as_slice()).filter(|rest| rest.is_empty() || *rest == b"--");
        let at = self.boundaries.iter().rposition(|own| fits(own).is_some())?;
        Some((at, line.len() > self.boundaries[at].len()))
    }

    /// Goes on to the next part of the message; `false` where there is none.
    pub(super) fn next_part(&mut self) -> io::Result<bool> {
        loop {
            while self.next()?.is_some() {}
            let Some((at, closes)) = self.boundary() else { return Ok(false) };
            self.boundaries.truncate(if closes { at } else { at + 1 });
            self.held = false;
            if !closes {
                return Ok(true);
            }
        }
    }

    /// Goes on to the next message of a mailbox.
    pub(super) fn next_message(&mut self) -> io::Result<bool> {
        self.boundaries.clear();
        while self.next()?.is_some() {}
        self.held = false;
        Ok(!self.line.is_empty())
    }
}

/// The content of a part, decoded.
pub(super) struct PartBody<'p, 'l, 'b> {
    lines: &'p mut Lines<'l, 'b>,
    encoding: Encoding,
    /// Base64 comes in fours; what a line leaves over.
    left: Vec<u8>,
    out: Vec<u8>,
    taken: usize,
}

impl<'p, 'l, 'b> PartBody<'p, 'l, 'b> {
    pub(super) fn new(lines: &'p mut Lines<'l, 'b>, encoding: Encoding) -> Self {
        Self { lines, encoding, left: Vec::new(), out: Vec::new(), taken: 0 }
    }

    fn more(&mut self) -> io::Result<bool> {
        self.out.clear();
        self.taken = 0;
        let Some(line) = self.lines.next()? else {
            self.out = base64::decode(&std::mem::take(&mut self.left));
            return Ok(!self.out.is_empty());
        };
        match self.encoding {
            Encoding::Plain => self.out.extend_from_slice(line),
            Encoding::QuotedPrintable => self.out = base64::quoted_printable(line),
            Encoding::Base64 => {
                self.left.extend(line.iter().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')));
                let whole = self.left.len() / 4 * 4;
                self.out = base64::decode(&self.left[..whole]);
                self.left.drain(..whole);
            }
        }
        Ok(true)
    }
}

impl Read for PartBody<'_, '_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.out.len() {
            if !self.more()? {
                return Ok(0);
            }
        }
        let got = (&self.out[self.taken..]).read(into)?;
        self.taken += got;
        Ok(got)
    }
}
