//! Where the result goes: never over the source unless that is asked for.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::super::outputs;
use super::objects::{self, BucketFlags};
use crate::error::{Error, Result};
use crate::source::bucket::Uploads;

/// Where the result goes.
pub(super) enum Target {
    /// Standard output.
    Stream,
    /// A named pipe or a character device (a terminal, /dev/null): it is written into and stays what it is.
    Pipe(PathBuf),
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
            return output.map_or(Ok(Self::Stream), |output| Self::written(output.to_owned()));
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
                match (is_folder, Self::written(output)?) {
                    (false, target) => Ok(target),
                    (true, Self::File(output)) => Ok(Self::Folder(output)),
                    (true, _) => Err(refused(
                        "a folder needs a folder for the result",
                        "name one that is there, or one that is to be made",
                    )),
                }
            }
        }
    }

    /// What is written at a place: a file, unless something else is there already. That would be replaced by a file, so it
    /// is written into or left alone.
    fn written(output: PathBuf) -> Result<Self> {
        match fs::metadata(&output) {
            Ok(found) if is_pipe(&found) => Ok(Self::Pipe(output)),
            Ok(found) if !found.is_file() && !found.is_dir() => Err(strange(&output)),
            _ => Ok(Self::File(output)),
        }
    }
}

pub(super) fn strange(output: &Path) -> Error {
    refused(
        &format!("{} is neither a file, a folder, a named pipe nor a character device", output.display()),
        "name another place for the result",
    )
}

#[cfg(unix)]
fn is_pipe(found: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.file_type().is_fifo() || found.file_type().is_char_device()
}

#[cfg(not(unix))]
fn is_pipe(_: &Metadata) -> bool {
    false
}

/// Opens a named pipe or a device to be written into. A pipe waits for its reader.
pub(super) fn pipe(path: &Path) -> Result<File> {
    let failed = |error: io::Error| outputs::unwritten(&path.display().to_string(), &error);
    let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
    // Not into what has taken its place meanwhile.
    if file.metadata().is_ok_and(|found| is_pipe(&found)) { Ok(file) } else { Err(strange(path)) }
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
