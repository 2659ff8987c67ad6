//! Paths as `.gitignore` writes them.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns, relative to a folder.
pub struct Globs {
    patterns: Gitignore,
    base: PathBuf,
    here: PathBuf,
}

impl Globs {
    /// Patterns relative to `base`, for names relative to `here`.
    ///
    /// # Errors
    /// The first pattern that is none, and why.
    pub fn new<'a>(
        base: &Path,
        here: &Path,
        patterns: impl Iterator<Item = &'a String>,
    ) -> Result<Self, (String, String)> {
        let base = plain(&here.join(base));
        let mut builder = GitignoreBuilder::new(&base);
        for pattern in patterns {
            let line = from_base(&base, pattern);
            builder.add_line(None, &line).map_err(|error| (pattern.clone(), error.to_string()))?;
        }
        let patterns = builder.build().map_err(|error| (String::new(), error.to_string()))?;
        Ok(Self { patterns, base, here: here.to_owned() })
    }

    /// Does a pattern match this path or a folder around it?
    #[must_use]
    pub fn matches(&self, path: &Path, is_dir: bool) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let path = plain(&self.here.join(path));
        let below = path.strip_prefix(&self.base).or_else(|_| path.strip_prefix("/")).unwrap_or(&path);
        !below.has_root() && self.patterns.matched_path_or_any_parents(below, is_dir).is_ignore()
    }
}

/// A pattern as people write paths (`./a.py`, `/home/…/a.py`) as `.gitignore` does.
fn from_base<'p>(base: &Path, pattern: &'p str) -> Cow<'p, str> {
    let (not, path) = pattern.strip_prefix('!').map_or(("", pattern), |path| ("!", path));
    let base = base.to_str().unwrap_or_default().trim_end_matches(['/', '\\']);
    let below = |rest: &&str| !base.is_empty() && rest.starts_with('/');
    let rest = path.strip_prefix("./").or_else(|| path.strip_prefix(base).filter(below).map(|rest| &rest[1..]));
    rest.map_or(Cow::Borrowed(pattern), |rest| Cow::Owned(format!("{not}/{rest}")))
}

/// The path without `.` and `..`, told from its text alone.
#[must_use]
pub fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_gitignore() {
        let patterns = ["testdata/".to_owned(), "/a/*.csv".to_owned(), "*.bak".to_owned()];
        let globs = Globs::new(Path::new("."), Path::new("/repo/sub/.."), patterns.iter()).expect("patterns are good");
        for (path, wanted) in [
            ("testdata/x.rs", true),
            ("./sub/testdata/deep/x.rs", true),
            ("/repo/a/x.csv", true),
            ("b/a/x.csv", false),
            ("/elsewhere/x.bak", true),
            ("src/x.rs", false),
        ] {
            assert_eq!(globs.matches(Path::new(path), false), wanted, "{path}");
        }
    }
}
