//! Build output: everything in a folder, also what `.gitignore` hides.
#![allow(clippy::disallowed_methods)]

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::{Input, Push, Wanted, files, open};

/// Lists `wanted.artifacts`, each a folder.
pub(super) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    wanted.artifacts.iter().all(|root| folder(wanted, Path::new(root), push))
}

fn folder(wanted: &Wanted, root: &Path, push: Push<'_>) -> bool {
    let tree = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let wished = |entry: &DirEntry| {
        let excluded = wanted.exclude.as_ref().is_some_and(|exclude| exclude(entry.path(), entry.file_type().is_dir()));
        entry.depth() == 0 || (entry.file_name() != ".git" && !excluded)
    };
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(wished) {
        let input = match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => files::link(&tree, entry.path()),
            Ok(entry) => Some(open::file(entry.into_path(), wanted.max_bytes)),
            Err(error) => Some(unlisted(root, &error)),
        };
        if let Some(input) = input
            && !push(input)
        {
            return false;
        }
    }
    true
}

fn unlisted(root: &Path, error: &walkdir::Error) -> Input {
    let reason = error.io_error().map_or_else(|| "cannot be listed".to_owned(), open::reason);
    Input::unreadable(open::name(error.path().unwrap_or(root)), reason)
}
