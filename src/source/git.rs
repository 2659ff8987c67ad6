//! Git repositories: what is staged, what a change adds, what all of history holds.
//!
//! Revisions, the index and lists are read by the `git` program (its plumbing, with `-z`): it alone knows every layout of
//! a repository. Objects are read by `objects`, which is many times faster than a pipe to `git cat-file`, and falls
//! back to that. Nothing is written, no hook or filter of the repository runs, and nothing is fetched.

mod added;
mod changed;
mod delta;
mod entries;
mod exposure;
mod extras;
mod history;
mod objects;
mod pack;
mod repo;
mod walk;

use std::sync::Arc;

use super::{Input, Push, Stream, Wanted, unpack};

pub use exposure::History;
pub use extras::{ALSO, Also};
pub(super) use repo::tracked_though_ignored;
pub use repo::{Repo, Trouble};

/// What of a repository is wanted.
pub struct Asked {
    /// The repository.
    pub repo: Arc<Repo>,
    /// Which part of it.
    pub what: What,
    /// Only these paths and what lies below them, from the top of the work tree, with `/`; none: all.
    pub paths: Vec<String>,
}

/// Which part of a repository.
pub enum What {
    /// Files of the index that differ from `HEAD`; of paths that name a file, that file whether or not it differs.
    Staged,
    /// Lines that were added since the tree `base`.
    Added {
        /// The tree or commit to compare with, in hex.
        base: String,
        /// What is compared with it.
        with: Side,
    },
    /// What each commit brought in.
    History(Arc<History>),
}

/// What is compared with an earlier tree.
pub enum Side {
    /// The files as they lie in the work tree.
    WorkTree,
    /// The index.
    Index,
    /// A commit or tree, in hex.
    Tree(String),
}

/// Lists what is wanted of a repository.
pub(super) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    let Some(asked) = &wanted.git else { return true };
    let mut take = |input: Input| {
        // What is no path is in angle brackets.
        let is_path = !input.name.starts_with('<');
        let excluded = is_path && wanted.exclude.as_ref().is_some_and(|exclude| exclude(input.name.as_ref(), false));
        excluded || push(input)
    };
    match &asked.what {
        What::Staged => changed::staged(asked, wanted.max_bytes, &mut take),
        What::Added { base, with } => changed::added(asked, (base, with), wanted, &mut take),
        What::History(history) => history.inputs(asked, wanted.max_bytes, &mut take),
    }
}

impl Asked {
    /// Is this path (from the top) among those that are wanted?
    fn wants(&self, path: &[u8]) -> bool {
        let below = |wanted: &String| {
            let rest = path.strip_prefix(wanted.as_bytes());
            wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/' || wanted.ends_with('/'))
        };
        self.paths.is_empty() || self.paths.iter().any(below)
    }
}

/// What stands at a path that is no file.
const SUBMODULE: &str = "a submodule; scan it in its own repository";

/// Bytes of a file in the repository as a stream; pointers of Git LFS are no content.
fn content(bytes: Vec<u8>, max_bytes: Option<u64>) -> Result<Stream, String> {
    let size = bytes.len() as u64;
    if unpack::is_pointer(&bytes) {
        return Err(unpack::POINTER.to_owned());
    }
    match max_bytes {
        Some(max) if size > max => Err(format!("larger than --max-file-size ({size} bytes)")),
        _ => Ok(Stream::new(std::io::Cursor::new(bytes), Some(size))),
    }
}
