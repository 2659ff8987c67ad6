//! A document: a name, bytes, a kind. It prints as its name only.

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
