//! A document: a name, bytes, a kind. It prints as its name only.

pub(crate) mod again;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// One document, or one part of a large one, as the detectors see it.
///
/// Its bytes are UTF-8, or any ASCII superset left as it was (Latin-1, printable strings of a binary):
/// detectors work on bytes, so offsets are those of the file, except for UTF-16, which sources decode.
pub struct Document {
    /// What a report calls it: a path as given, `a.tar!b/c.log`, a URL, `<stdin>`.
    pub name: String,
    /// What the document is, which decides how much a look-alike is trusted.
    pub kind: Kind,
    /// The text of this part.
    pub bytes: Vec<u8>,
    /// Line number of `bytes[0]`, counted from 1.
    pub first_line: u64,
    /// Column of `bytes[0]` in its line, counted from 1 in UTF-16 units (parts of a very long line begin inside it).
    pub first_column: u64,
    /// Offset of `bytes[0]` in the whole (decoded) document.
    pub first_byte: u64,
    /// The part of `bytes` whose findings this part reports; what lies outside overlaps its neighbours.
    pub own: Range<usize>,
    /// What of `own` is new and alone reported, in order; `None`: all of it. The rest is its surroundings.
    pub added: Option<Vec<Range<usize>>>,
    /// First lines of the document, for parts after the first (a table's header stands there).
    pub head: Option<Arc<[u8]>>,
    /// Where in a repository's history it stands.
    pub exposure: Option<Arc<Exposure>>,
    /// Where its bytes stand in the file that they were decoded from: findings are told there.
    pub origin: Option<Arc<Origin>>,
}

/// Where the pieces of a decoded document stand in their file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin(pub Vec<Stretch>);

/// Bytes that are the same in the decoded document and in its file, one after the other and on one line of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where it begins in the decoded document.
    pub from: Place,
    /// Where it begins in the file.
    pub to: Place,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it.
    pub byte: u64,
    /// Its line, from 1.
    pub line: u64,
    /// Its column, from 1, in UTF-16 units.
    pub column: u64,
}

impl Place {
    /// Where a text begins.
    pub const START: Self = Self { byte: 0, line: 1, column: 1 };

    /// The place behind `text` that follows this one.
    #[must_use]
    pub fn behind(self, text: &[u8]) -> Self {
        let start = line_around(text, text.len()).start;
        let lines = line_ends(text);
        let before = if lines == 0 { self.column } else { 1 };
        let column = before + utf16_width(&text[if lines == 0 { 0 } else { start }..]);
        Self { byte: self.byte + text.len() as u64, line: self.line + lines, column }
    }
}

impl Origin {
    /// The place in the file of one in the decoded document. `ends`: it is the end of something, not its beginning.
    #[must_use]
    pub fn place(&self, at: Place, ends: bool) -> Place {
        let after = self.0.partition_point(|s| s.from.byte < at.byte || s.from.byte == at.byte && !ends);
        let Some(stretch) = after.checked_sub(1).and_then(|i| self.0.get(i)) else { return at };
        Place {
            byte: stretch.to.byte + (at.byte - stretch.from.byte),
            line: stretch.to.line,
            column: stretch.to.column + at.column.saturating_sub(stretch.from.column),
        }
    }
}

/// Line ends (`\n`, `\r\n` or a lone `\r`) in `bytes`, which do not end between `\r` and `\n`.
pub(crate) fn line_ends(bytes: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let lone = memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    (feeds + lone) as u64
}

/// Since when, and until when, something stands in a repository's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The first commit with it, in hex.
    pub commit: String,
    /// When that commit was authored, in seconds since 1970 (UTC).
    pub authored: i64,
    /// Is it still in `HEAD`? `None`: not asked.
    pub in_head: Option<bool>,
    /// The commit that took it away, in hex, and when that was authored.
    pub gone: Option<(String, i64)>,
    /// For how many days it stood there, or has stood.
    pub days: Option<i64>,
    /// Which version of the source it is: for whoever traces it further.
    #[serde(skip)]
    pub version: usize,
}

impl Document {
    /// A whole document of known kind.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: Kind, bytes: Vec<u8>) -> Self {
        let own = 0..bytes.len();
        Self {
            name: name.into(),
            kind,
            bytes,
            first_line: 1,
            first_column: 1,
            first_byte: 0,
            own,
            added: None,
            head: None,
            exposure: None,
            origin: None,
        }
    }

    /// A whole document whose kind is told from its name and first bytes.
    #[must_use]
    pub fn of(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let name = name.into();
        let kind = Kind::of(&name, &bytes);
        Self::new(name, kind, bytes)
    }

    /// Does this part report what stands at `at`?
    #[must_use]
    pub fn owns(&self, at: usize) -> bool {
        let is_new = |added: &Vec<Range<usize>>| {
            let next = added.partition_point(|range| range.end <= at);
            added.get(next).is_some_and(|range| range.contains(&at))
        };
        self.own.contains(&at) && self.added.as_ref().is_none_or(is_new)
    }

    /// The bounds of the line around `at`, without its line end. Lines end at `\n` or a lone `\r`.
    #[must_use]
    pub fn line_around(&self, at: usize) -> Range<usize> {
        line_around(&self.bytes, at)
    }
}

/// The bounds of the line around `at`, without its line end. Lines end at `\n`, `\r\n` or a lone `\r`.
#[must_use]
pub fn line_around(bytes: &[u8], at: usize) -> Range<usize> {
    let at = at.min(bytes.len());
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |i| i + 1);
    let end = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |i| at + i);
    start..end
}

/// Width of a line's text in UTF-16 units, as editors and SARIF count; a byte that is no UTF-8 counts one.
#[must_use]
pub fn utf16_width(text: &[u8]) -> u64 {
    if text.is_ascii() {
        return text.len() as u64;
    }
    let valid = |chunk: std::str::Utf8Chunk<'_>| {
        chunk.valid().chars().map(|c| c.len_utf16() as u64).sum::<u64>() + chunk.invalid().len() as u64
    };
    text.utf8_chunks().map(valid).sum()
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
