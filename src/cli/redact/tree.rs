//! Files and folders, one file after the other.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::super::outputs;
use super::rewrite::{RESULT, Rewriter, Stop};
use super::write::{Like, To, write};
use super::{Work, target};
use crate::error::{Error, Result};
use crate::source::bucket::Uploads;

/// A file to standard output, or into a named pipe or a device.
pub(super) fn shown(work: &mut Work, input: &Path, to: Option<&Path>) -> Result<()> {
    let name = input.display().to_string();
    let file = opened(input).map_err(|reason| unread(work, &name, reason))?;
    if file.metadata().is_ok_and(|found| found.len() > work.limits.memory) {
        return straight(work, &name, &file, to);
    }
    // Nothing is shown of a file that cannot be redacted to its end.
    let mut text = Vec::new();
    rewritten(work, &name, (&mut &file, Some(&file)), size(&file), &mut text)?;
    work.keep_codes()?;
    let (name, mut out) = out(to)?;
    out.write_all(&text).and_then(|()| out.flush()).map_err(|error| outputs::unwritten(&name, &error))
}

/// Where something is shown, with its name.
fn out(to: Option<&Path>) -> Result<(String, Box<dyn Write>)> {
    Ok(match to {
        Some(to) => (to.display().to_string(), Box::new(target::pipe(to)?)),
        None => ("standard output".to_owned(), Box::new(io::stdout())),
    })
}

/// A large file, as it is read.
fn straight(work: &mut Work, name: &str, file: &File, to: Option<&Path>) -> Result<()> {
    if work.vault.is_some() {
        return Err(Error::Usage {
            what: "a file of this size goes to another file, so that its codes are kept before they are shown"
                .to_owned(),
            help: "name the file for the result behind the input".to_owned(),
        });
    }
    let (to, out) = out(to)?;
    let mut out = io::BufWriter::with_capacity(256 << 10, out);
    rewritten(work, name, (&mut &*file, Some(file)), size(file), &mut out)?;
    out.flush().map_err(|error| outputs::unwritten(&to, &error))
}

/// Where the results of many documents go.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    /// Over the documents themselves.
    Own,
    /// Below a folder.
    Folder(&'p Path),
    /// Below an address.
    Bucket(&'p Uploads),
}

/// A file to another, or to an object, or over itself.
pub(super) fn file(work: &mut Work, input: &Path, name: &str, to: &To<'_>) -> Result<()> {
    let file = opened(input).map_err(|reason| unread(work, name, reason))?;
    one(work, &file, name, to)
}

/// A file to an object: below the address under its own name, or under the key that the address is.
pub(super) fn uploaded(work: &mut Work, input: &Path, uploads: &Uploads) -> Result<()> {
    let own = input.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = input.display().to_string();
    let key = uploads.key("", &work.shown(&own)).map_err(|reason| unread(work, &name, reason))?;
    file(work, input, &name, &To::Object(uploads, key))
}

/// All files below a folder to another, or to objects, or over themselves. Git's own data are left out.
pub(super) fn folder(work: &mut Work, input: &Path, place: Place<'_>) -> Result<()> {
    let mut taken = HashSet::new();
    for entry in WalkDir::new(input).follow_links(false).sort_by_file_name() {
        let Ok(entry) = entry.map_err(|error| {
            let name = error.path().unwrap_or(input).display().to_string();
            work.skip(&name, error.io_error().map_or_else(|| "it cannot be listed".to_owned(), ToString::to_string));
        }) else {
            continue;
        };
        let below = entry.path().strip_prefix(input).unwrap_or(entry.path()).to_owned();
        if below.components().any(|part| part.as_os_str() == ".git") {
            if below.file_name().is_some_and(|name| name == ".git") {
                work.skip(&below.display().to_string(), GIT);
            }
            continue;
        }
        if !entry.file_type().is_dir() {
            member(work, &entry, &below, place, &mut taken)?;
        }
    }
    Ok(())
}

/// Why what git keeps is left out.
pub(super) const GIT: &str = "git's data are not rewritten: what was committed stands there";

/// One file of a folder; what is wrong with it alone is told and ends nothing.
fn member(
    work: &mut Work,
    entry: &DirEntry,
    below: &Path,
    place: Place<'_>,
    taken: &mut HashSet<PathBuf>,
) -> Result<()> {
    let name = below.display().to_string();
    if entry.file_type().is_symlink() {
        work.skip(&name, "a symbolic link; what it leads to is redacted where it stands, or not at all");
        return Ok(());
    }
    let shown = work.shown(&name);
    let is_masked = shown != name;
    let shown = PathBuf::from(shown);
    let to = match place {
        Place::Own => {
            if is_masked {
                work.notes.push((shown.display().to_string(), "its name holds an identifier; rename it".to_owned()));
            }
            Ok(To::File(entry.path().to_owned()))
        }
        Place::Folder(folder) => Ok(To::File(folder.join(free(shown, taken)))),
        Place::Bucket(uploads) => uploads.key(&slashed(&free(shown, taken)), "").map(|key| To::Object(uploads, key)),
    };
    let file = to.and_then(|to| Ok((opened(entry.path())?, to)));
    let (file, to) = match file {
        Ok(both) => both,
        Err(reason) => {
            work.skip(&name, reason);
            return Ok(());
        }
    };
    if let (To::File(target), Place::Folder(_)) = (&to, place)
        && let Some(folder) = target.parent()
    {
        fs::create_dir_all(folder).map_err(|error| outputs::unwritten(&folder.display().to_string(), &error))?;
    }
    match one(work, &file, &name, &to) {
        // In place each file stands for itself; what stands for all, as the vault does, ends the run.
        Err(Error::Write { path, reason, .. })
            if work.in_place && (path == RESULT || path == entry.path().display().to_string()) =>
        {
            work.skip(&name, reason);
            Ok(())
        }
        Ok(()) => {
            work.names += u64::from(is_masked && !work.in_place);
            Ok(())
        }
        other => told(work, &name, other),
    }
}

/// What is wrong with one document alone is told, and ends nothing.
pub(super) fn told(work: &mut Work, name: &str, made: Result<()>) -> Result<()> {
    match made {
        Err(Error::Read { reason, .. }) => {
            work.skip(name, reason);
            Ok(())
        }
        other => other,
    }
}

/// A path with `/` between its parts.
pub(super) fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A name that no other file has.
pub(super) fn free(name: PathBuf, taken: &mut HashSet<PathBuf>) -> PathBuf {
    let (stem, end) = (name.file_stem().unwrap_or_default().to_os_string(), name.extension().map(ToOwned::to_owned));
    let numbered = |n: u32| {
        let mut file = stem.clone();
        file.push(format!("-{n}"));
        let file = name.with_file_name(file);
        end.as_ref().map_or(file.clone(), |end| file.with_extension(end))
    };
    let mut candidate = name.clone();
    let mut n = 1;
    while !taken.insert(candidate.clone()) {
        n += 1;
        candidate = numbered(n);
    }
    candidate
}

/// Rewrites an open file to a target, if all of it can be.
fn one(work: &mut Work, file: &File, name: &str, to: &To<'_>) -> Result<()> {
    let before = file.metadata().map_err(|error| unread(work, name, error.to_string()))?;
    let like = if work.in_place { Like::Same(&before) } else { Like::Copy(&before) };
    let (kept, names) = (work.counts.clone(), work.names);
    made(work, to, like, &mut |work, out| {
        rewritten(work, name, (&mut &*file, Some(file)), before.len(), out)?;
        let after = file.metadata().map_err(|error| unread(work, name, error.to_string()))?;
        if changed(&before, &after) {
            return Err(unread(work, name, "it changed while it was read; run again".to_owned()));
        }
        // Where nothing was found, what is there stays as it is: compressed anew it would be other bytes.
        Ok(!work.in_place || work.counts != kept || work.names != names)
    })
}

/// Writes a result: what it replaces is only counted when it is written, and codes are kept before that.
pub(super) fn made(
    work: &mut Work,
    to: &To<'_>,
    like: Like<'_>,
    fill: &mut dyn FnMut(&mut Work, &mut dyn Write) -> Result<bool>,
) -> Result<()> {
    let (kept, names, documents) = (work.counts.clone(), work.names, work.documents);
    let made = write(to, like, &mut |out| {
        let is_wanted = fill(work, out)?;
        work.keep_codes()?;
        Ok(is_wanted)
    });
    if made.is_err() {
        (work.counts, work.names, work.documents) = (kept, names, documents);
    }
    made
}

fn changed(before: &Metadata, after: &Metadata) -> bool {
    before.len() != after.len() || before.modified().ok() != after.modified().ok()
}

fn size(file: &File) -> u64 {
    file.metadata().map_or(0, |found| found.len())
}

/// Rewrites a document (a file is read in any order) of about so many bytes; what cannot be rewritten is an error of
/// reading, with the reason.
pub(super) fn rewritten(
    work: &mut Work,
    name: &str,
    (from, file): (&mut dyn Read, Option<&File>),
    size: u64,
    out: &mut dyn Write,
) -> Result<()> {
    let (skipped, documents) = (work.skipped.len(), work.documents);
    match Rewriter::new(work, size).document(name, from, file, out, 0) {
        Ok(()) if work.in_place && work.skipped.len() > skipped => {
            work.skipped.truncate(skipped);
            work.documents = documents;
            Err(unread(work, name, "a part of it cannot be redacted, so it was left as a whole".to_owned()))
        }
        Ok(()) => Ok(()),
        Err(Stop::Skip(reason)) => {
            work.documents = documents;
            Err(unread(work, name, reason))
        }
        Err(Stop::Fail(error)) => Err(error),
    }
}

fn opened(path: &Path) -> Result<File, String> {
    // Asked before opening: opening a named pipe would wait for its writer.
    let found = fs::metadata(path).map_err(|error| error.to_string())?;
    if !found.is_file() {
        return Err("neither a file nor a folder".to_owned());
    }
    File::open(path).map_err(|error| error.to_string())
}

pub(super) fn unread(work: &Work, name: &str, reason: String) -> Error {
    let help = "what cannot be redacted is not written; unpack or convert it first".to_owned();
    Error::Read { path: work.shown(name), reason, help }
}
