//! Files and folders, one file after the other.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::super::outputs;
use super::rewrite::{RESULT, Rewriter, Stop};
use super::target::Like;
use super::{Work, target};
use crate::error::{Error, Result};

/// A file to standard output, or into a named pipe or a device.
pub(super) fn shown(work: &mut Work, input: &Path, to: Option<&Path>) -> Result<()> {
    let name = input.display().to_string();
    let file = opened(input).map_err(|reason| unread(work, &name, reason))?;
    if file.metadata().is_ok_and(|found| found.len() > work.limits.memory) {
        return straight(work, &name, &file, to);
    }
    // Nothing is shown of a file that cannot be redacted to its end.
    let mut text = Vec::new();
    rewritten(work, &name, &file, &mut text)?;
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
    rewritten(work, name, file, &mut out)?;
    out.flush().map_err(|error| outputs::unwritten(&to, &error))
}

/// A file to another, or over itself.
pub(super) fn file(work: &mut Work, input: &Path, name: &str, to: &Path) -> Result<()> {
    let file = opened(input).map_err(|reason| unread(work, name, reason))?;
    one(work, &file, name, to)
}

/// All files below a folder to another, or over themselves. Git's own data are left out.
pub(super) fn folder(work: &mut Work, input: &Path, to: &Path) -> Result<()> {
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
                work.skip(
                    &below.display().to_string(),
                    "git's data are not rewritten: what was committed stands there",
                );
            }
            continue;
        }
        if !entry.file_type().is_dir() {
            member(work, &entry, &below, to, &mut taken)?;
        }
    }
    Ok(())
}

/// One file of a folder; what is wrong with it alone is told and ends nothing.
fn member(work: &mut Work, entry: &DirEntry, below: &Path, to: &Path, taken: &mut HashSet<PathBuf>) -> Result<()> {
    let name = below.display().to_string();
    if entry.file_type().is_symlink() {
        work.skip(&name, "a symbolic link; what it leads to is redacted where it stands, or not at all");
        return Ok(());
    }
    let shown = work.shown(&name);
    let is_masked = shown != name;
    let target = if work.in_place {
        if is_masked {
            work.notes.push((shown, "its name holds an identifier; rename it".to_owned()));
        }
        entry.path().to_owned()
    } else {
        to.join(free(PathBuf::from(shown), taken))
    };
    let file = match opened(entry.path()) {
        Ok(file) => file,
        Err(reason) => {
            work.skip(&name, reason);
            return Ok(());
        }
    };
    if let Some(folder) = target.parent().filter(|_| !work.in_place) {
        fs::create_dir_all(folder).map_err(|error| outputs::unwritten(&folder.display().to_string(), &error))?;
    }
    match one(work, &file, &name, &target) {
        Err(Error::Read { reason, .. }) => {
            work.skip(&name, reason);
            Ok(())
        }
        // In place each file stands for itself; what stands for all, as the vault does, ends the run.
        Err(Error::Write { path, reason, .. })
            if work.in_place && (path == RESULT || path == target.display().to_string()) =>
        {
            work.skip(&name, reason);
            Ok(())
        }
        Ok(()) => {
            work.names += u64::from(is_masked && !work.in_place);
            Ok(())
        }
        other => other,
    }
}

/// A name that no other file has.
fn free(name: PathBuf, taken: &mut HashSet<PathBuf>) -> PathBuf {
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
fn one(work: &mut Work, file: &File, name: &str, to: &Path) -> Result<()> {
    let before = file.metadata().map_err(|error| unread(work, name, error.to_string()))?;
    let (kept, names, documents) = (work.counts.clone(), work.names, work.documents);
    let like = if work.in_place { Like::Same(&before) } else { Like::Copy(&before) };
    let made = target::write(to, like, &mut |out| {
        rewritten(work, name, file, out)?;
        let after = file.metadata().map_err(|error| unread(work, name, error.to_string()))?;
        if changed(&before, &after) {
            return Err(unread(work, name, "it changed while it was read; run again".to_owned()));
        }
        work.keep_codes()?;
        // Where nothing was found, what is there stays as it is: compressed anew it would be other bytes.
        Ok(!work.in_place || work.counts != kept || work.names != names)
    });
    if made.is_err() {
        (work.counts, work.names, work.documents) = (kept, names, documents);
    }
    made
}

fn changed(before: &Metadata, after: &Metadata) -> bool {
    before.len() != after.len() || before.modified().ok() != after.modified().ok()
}

/// Rewrites a file; what cannot be rewritten is an error of reading, with the reason.
fn rewritten(work: &mut Work, name: &str, file: &File, out: &mut dyn Write) -> Result<()> {
    let (skipped, documents) = (work.skipped.len(), work.documents);
    let mut from = file;
    let made = Rewriter::new(work, file.metadata().map_or(0, |found| found.len())).document(
        name,
        &mut from,
        Some(file),
        out,
        0,
    );
    match made {
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

fn unread(work: &Work, name: &str, reason: String) -> Error {
    let help = "what cannot be redacted is not written; unpack or convert it first".to_owned();
    Error::Read { path: work.shown(name), reason, help }
}
