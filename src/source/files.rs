//! Files and folders, as git sees them: hidden files yes, `.git` and what `.gitignore` hides no.
#![allow(clippy::disallowed_methods)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::git::tracked_though_ignored;
use super::{Exclude, Input, Push, Wanted, open};

/// Lists `wanted.paths`; each is a file or a folder.
pub(super) fn inputs(wanted: &Wanted, push: Push<'_>) -> bool {
    let mut seen = HashSet::new();
    wanted.paths.iter().filter(|path| seen.insert(*path)).all(|path| named(wanted, Path::new(path), push))
}

/// A path that somebody named: read even if `.gitignore` hides it; a symbolic link is followed.
pub(super) fn named(wanted: &Wanted, path: &Path, push: Push<'_>) -> bool {
    let is_dir = path.is_dir();
    if wanted.excludes_named(path, is_dir) {
        return true;
    }
    if is_dir { folder(wanted, path, push) } else { push(open::file(path.to_owned(), wanted.max_bytes)) }
}

fn folder(wanted: &Wanted, root: &Path, push: Push<'_>) -> bool {
    let tree = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    for entry in walk(root, wanted.exclude.clone()).build() {
        let input = match entry {
            Ok(entry) => of_entry(wanted, &tree, &entry),
            Err(error) => Some(unlisted(root, &error)),
        };
        if let Some(input) = input
            && !push(input)
        {
            return false;
        }
    }
    // What is in the repository is no stray file, whatever `.gitignore` says of it: a change could hide itself there.
    tracked_though_ignored(root).into_iter().all(|path| {
        let hidden = |path: &Path, is_dir| wanted.exclude.as_ref().is_some_and(|exclude| exclude(path, is_dir));
        let folders = path.ancestors().skip(1).take_while(|folder| *folder != root && !folder.as_os_str().is_empty());
        let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
        let left_out = !is_file || hidden(&path, false) || folders.into_iter().any(|folder| hidden(folder, true));
        left_out || push(open::file(path, wanted.max_bytes))
    })
}

fn walk(root: &Path, exclude: Option<Exclude>) -> WalkBuilder {
    let mut walk = WalkBuilder::new(root);
    // Only what stands in the repository decides: no ignore file of this machine or this user.
    walk.hidden(false).ignore(false).git_global(false).git_exclude(false).follow_links(false);
    walk.sort_by_file_name(std::cmp::Ord::cmp);
    walk.filter_entry(move |entry| {
        let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
        let excluded = exclude.as_ref().is_some_and(|exclude| exclude(entry.path(), is_dir));
        entry.depth() == 0 || (entry.file_name() != ".git" && !excluded)
    });
    walk
}

fn of_entry(wanted: &Wanted, tree: &Path, entry: &DirEntry) -> Option<Input> {
    let kind = entry.file_type()?;
    if kind.is_dir() {
        return None;
    }
    if kind.is_symlink() {
        return link(tree, entry.path());
    }
    let path = entry.path().to_owned();
    Some(if kind.is_file() { open::listed(path, wanted.max_bytes) } else { open::file(path, wanted.max_bytes) })
}

/// A symbolic link in a tree: what it leads to inside the tree is met on its own way; what lies outside is not read.
pub(super) fn link(tree: &Path, path: &Path) -> Option<Input> {
    let reason = match path.canonicalize() {
        Ok(target) if target.starts_with(tree) => return None,
        Ok(_) => "a symbolic link that leads out of the tree; name its target to scan it".to_owned(),
        Err(error) => format!("a symbolic link that leads nowhere: {}", open::reason(&error)),
    };
    Some(Input::unreadable(open::name(path), reason))
}

fn unlisted(root: &Path, error: &ignore::Error) -> Input {
    let path = path_of(error).unwrap_or_else(|| root.to_owned());
    let reason = error.io_error().map_or_else(|| "cannot be listed".to_owned(), open::reason);
    Input::unreadable(open::name(&path), reason)
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        _ => None,
    }
}
