//! Where the result goes: never over the source unless that is asked for.

#[cfg(unix)]
use std::fs;
use std::path::{Path, PathBuf};

use super::objects::{self, BucketFlags};
use crate::error::{Error, Result};
use crate::source::bucket::Uploads;

/// Where the result goes.
pub(super) enum Target {
    /// Standard output.
    Stream,
    /// A file.
    File(PathBuf),
    /// A folder.
    Folder(PathBuf),
    /// A bucket, or keys in it.
    Bucket(Box<Uploads>),
}

impl Target {
    /// What the arguments say.
    pub(super) fn of(
        input: Option<&Path>,
        output: Option<&Path>,
        in_place: bool,
        buckets: &BucketFlags,
    ) -> Result<Self> {
        let (from, to) = (input.and_then(objects::address), output.and_then(objects::address));
        buckets.check(from, to)?;
        if input.is_none() && in_place {
            return Err(refused("standard input is not in a place", "leave --in-place out"));
        }
        match (from, to, output) {
            (_, Some(to), _) => {
                if let Some(input) = input.filter(|_| from.is_none()) {
                    full(input)?;
                }
                Ok(Self::Bucket(Box::new(buckets.uploads(from, to)?)))
            }
            (Some(_), None, Some(output)) => Ok(Self::Folder(output.to_owned())),
            (Some(_), None, None) => Err(refused(
                "what is in a bucket needs another place for the result",
                "name a folder or another bucket: objects are not written over",
            )),
            (None, None, _) => Self::of_paths(input, output, in_place),
        }
    }

    fn of_paths(input: Option<&Path>, output: Option<&Path>, in_place: bool) -> Result<Self> {
        let Some(input) = input else {
            return Ok(output.map_or(Self::Stream, |file| Self::File(file.to_owned())));
        };
        let full = full(input)?;
        let is_folder = full.is_dir();
        match output {
            None if in_place && is_folder => Ok(Self::Folder(input.to_owned())),
            // Through a link, the file itself is written anew.
            None if in_place => Ok(Self::File(full)),
            None if is_folder => Err(refused(
                "a folder needs a place for the result",
                "name another folder, or write over it with --in-place",
            )),
            None => Ok(Self::Stream),
            Some(output) => {
                apart(&full, output, is_folder)?;
                let is_new_file = !is_folder && output.is_dir();
                let name = input.file_name().filter(|_| is_new_file).map(|name| output.join(name));
                if let Some(name) = &name {
                    apart(&full, name, false)?;
                }
                let output = name.unwrap_or_else(|| output.to_owned());
                Ok(if is_folder { Self::Folder(output) } else { Self::File(output) })
            }
        }
    }
}

/// The input's place.
fn full(input: &Path) -> Result<PathBuf> {
    input.canonicalize().map_err(|error| Error::Read {
        path: input.display().to_string(),
        reason: error.to_string(),
        help: "name a file or folder, or `-` for standard input".to_owned(),
    })
}

/// Refuses an output that is the input, lies in it, or holds it.
fn apart(input: &Path, output: &Path, is_folder: bool) -> Result<()> {
    let same = || {
        refused(
            &format!("{} is the input itself", output.display()),
            "name another place, or write over the input with --in-place",
        )
    };
    if is_same_file(input, output) {
        return Err(same());
    }
    let output = absolute(output);
    if output == input {
        return Err(same());
    }
    if is_folder && output.starts_with(input) {
        return Err(refused(
            &format!("{} lies inside of the input", output.display()),
            "redacted data are kept apart from the source: name a folder outside of it",
        ));
    }
    if is_folder && input.starts_with(&output) {
        return Err(refused(
            &format!("{} holds the input", output.display()),
            "redacted data are kept apart from the source: name a folder of its own",
        ));
    }
    Ok(())
}

#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    id(one).is_some_and(|one| id(other) == Some(one))
}

#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

/// The path with what of it exists made plain.
fn absolute(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut at = full.as_path();
    loop {
        if let Ok(known) = at.canonicalize() {
            return rest.iter().rev().fold(known, |path, name| path.join(name));
        }
        match (at.parent(), at.file_name()) {
            (Some(parent), Some(name)) => {
                rest.push(name.to_owned());
                at = parent;
            }
            _ => return crate::config::plain(&full),
        }
    }
}

pub(super) fn refused(what: &str, help: &str) -> Error {
    Error::Usage { what: what.to_owned(), help: help.to_owned() }
}
