//! Where documents come from.
//!
//! A source lists [`Input`]s in a stable order: a name and a way to open it. [`read`] turns any input into [`Document`]
//! parts, and archives into the documents inside them. So a new source is a row in [`SOURCES`]; unpacking, cutting,
//! decoding and "what was not read" are the same for all.

mod artifacts;
pub mod bucket;
mod decode;
mod files;
pub mod git;
mod list;
mod message;
mod narrow;
mod open;
mod parts;
pub mod rewrite;
mod stdin;
mod unpack;

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::document::{Document, Exposure};
use crate::kind::Kind;

pub use unpack::{Limits, read, unpack};

/// What a scan is asked to read.
#[derive(Default)]
pub struct Wanted {
    /// Files and folders. What `.gitignore` hides inside them stays unread.
    pub paths: Vec<String>,
    /// Folders of build output, read whatever `.gitignore` says.
    pub artifacts: Vec<String>,
    /// A file that lists paths, one a line or separated by NULs; `-` is standard input.
    pub files_from: Option<String>,
    /// The name under which standard input is read, if it is.
    pub stdin: Option<String>,
    /// Is standard input passed on to standard output?
    pub tee: bool,
    /// A file with a commit's message.
    pub message: Option<String>,
    /// What of buckets is wanted.
    pub buckets: Option<Arc<bucket::Buckets>>,
    /// Which objects are wanted, by their keys.
    pub choose: Option<Choose>,
    /// What of a git repository is wanted.
    pub git: Option<Arc<git::Asked>>,
    /// Paths that the configuration excludes.
    pub exclude: Option<Exclude>,
    /// Which paths the configuration treats alike; `None`: all.
    pub alike: Option<Alike>,
    /// Does `exclude` also hold for paths that are named on the command line?
    pub exclude_named: bool,
    /// Files larger than this many bytes are skipped, and counted as such.
    pub max_bytes: Option<u64>,
}

/// Says whether a path (and whether it is a folder) is left out.
pub type Exclude = Arc<dyn Fn(&Path, bool) -> bool + Send + Sync>;

/// Says of two names of documents whether the same rules hold there.
pub type Alike = Arc<dyn Fn(&str, &str) -> bool + Send + Sync>;

/// Says by its key whether an object is wanted.
pub type Choose = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// One thing to read.
pub struct Input {
    /// What reports call it (before masking): the path as given, with `/` between its parts.
    pub name: String,
    /// Opens it, or says in words why it cannot be read.
    pub open: Open,
}

/// Opens an input; an error is a reason in words, without the name.
pub type Open = Box<dyn FnOnce() -> Result<Stream, String> + Send>;

/// An opened input.
pub struct Stream {
    /// Its bytes.
    pub bytes: Box<dyn Read + Send>,
    /// Its size in bytes, where that is known beforehand (a hint).
    pub size: Option<u64>,
    /// The file that the bytes come from, if they do: what stands in it can be read in any order.
    pub file: Option<Arc<File>>,
    /// A text that is at hand, instead of `bytes`, and what of it is new: only that is reported.
    pub news: Option<News>,
    /// Where in a repository's history the bytes stand.
    pub exposure: Option<Arc<Exposure>>,
    /// Inputs that are read in the place of this one, by the same thread (versions of a file).
    pub inputs: Option<Box<dyn Iterator<Item = Input> + Send>>,
}

/// A text of which only some is new.
pub struct News {
    /// All of it.
    pub text: Arc<Vec<u8>>,
    /// What it is.
    pub kind: Kind,
    /// What of it is new: whole lines, in order.
    pub added: Vec<Range<usize>>,
    /// How many bytes before and behind what is new are shown to the detectors.
    pub around: usize,
}

/// What comes out of reading one input. Documents come one after the other: parts, then what was not read, then the end.
pub enum Item {
    /// A document, or one part of it.
    Part(Document),
    /// A document, or the rest of it, was not read.
    Skipped {
        /// Name of the document, not yet masked.
        name: String,
        /// Why, in words.
        reason: String,
    },
    /// All that has come so far was handed over, and more may be long in coming: time to tell.
    Pause,
    /// The end of a document. An archive has one for each document in it.
    End {
        /// Name of the document, not yet masked.
        name: String,
        /// How many bytes were read (of an unpacked document: its own).
        bytes: u64,
    },
}

/// Takes what comes out of an input.
pub type Sink<'s> = &'s mut dyn FnMut(Item);

/// Takes an input; `false` means that no more are wanted.
pub type Push<'a> = &'a mut dyn FnMut(Input) -> bool;

/// Lists the inputs of one source; `false` means that the taker wants no more.
pub type Source = fn(&Wanted, Push<'_>) -> bool;

/// Where documents come from, in the order in which they are read.
pub const SOURCES: &[(&str, Source)] = &[
    ("files", files::inputs),
    ("artifacts", artifacts::inputs),
    ("files-from", list::inputs),
    ("stdin", stdin::inputs),
    ("message", message::inputs),
    ("git", git::inputs),
    #[cfg(feature = "cloud")]
    ("buckets", bucket::inputs),
];

/// Lists all inputs that are wanted, in a stable order (folders are walked sorted by name).
/// What cannot be listed becomes an input that cannot be opened: nothing is lost silently.
pub fn inputs(wanted: &Wanted, push: Push<'_>) {
    for (_, source) in SOURCES {
        if !source(wanted, push) {
            return;
        }
    }
}

impl Input {
    /// An input that is known to be unreadable.
    #[must_use]
    pub fn unreadable(name: impl Into<String>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { name: name.into(), open: Box::new(move || Err(reason)) }
    }
}

impl Stream {
    /// Inputs that belong together.
    #[must_use]
    pub fn group(inputs: impl Iterator<Item = Input> + Send + 'static) -> Self {
        Self { inputs: Some(Box::new(inputs)), ..Self::empty() }
    }

    /// A stream without bytes.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(std::io::empty(), None)
    }

    /// A stream of bytes that lie in no file.
    #[must_use]
    pub fn new(bytes: impl Read + Send + 'static, size: Option<u64>) -> Self {
        Self { bytes: Box::new(bytes), size, file: None, news: None, exposure: None, inputs: None }
    }
}

impl Wanted {
    /// Do the same rules hold at two paths?
    fn are_alike(&self, one: &str, other: &str) -> bool {
        let excluded = |name: &str| self.exclude.as_ref().is_some_and(|exclude| exclude(Path::new(name), false));
        excluded(one) == excluded(other) && self.alike.as_ref().is_none_or(|alike| alike(one, other))
    }

    fn excludes_named(&self, path: &Path, is_dir: bool) -> bool {
        self.exclude_named && self.exclude.as_ref().is_some_and(|exclude| exclude(path, is_dir))
    }
}
