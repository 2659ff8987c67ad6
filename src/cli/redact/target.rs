//! Where the result goes: never over the source unless that is asked for, never half.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::outputs;
use super::super::secret::create_private;
use crate::error::{Error, Result};

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
}

impl Target {
    /// What the arguments say.
    pub(super) fn of(input: Option<&Path>, output: Option<&Path>, in_place: bool) -> Result<Self> {
        let Some(input) = input else {
            if in_place {
                return Err(refused("standard input is not in a place", "leave --in-place out"));
            }
            return output.map_or(Ok(Self::Stream), |output| Self::written(output.to_owned()));
        };
        let full = input.canonicalize().map_err(|error| Error::Read {
            path: input.display().to_string(),
            reason: error.to_string(),
            help: "name a file or folder, or `-` for standard input".to_owned(),
        })?;
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

fn strange(output: &Path) -> Error {
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

fn refused(what: &str, help: &str) -> Error {
    Error::Usage { what: what.to_owned(), help: help.to_owned() }
}

/// A file beside the target that becomes it, or goes.
struct Half {
    path: PathBuf,
}

impl Drop for Half {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

static COUNT: AtomicU32 = AtomicU32::new(0);

/// What a file that is written shares with the one that it is made of.
#[derive(Clone, Copy)]
pub(super) enum Like<'m> {
    /// Nothing: its owner can read it, and nobody else.
    Private,
    /// Who may read and write it.
    Copy(&'m Metadata),
    /// That, and whose it is: it takes the other's place.
    Same(&'m Metadata),
}

/// Writes a file: what `fill` gives stands beside the target until all of it is on the disk, then takes its place, if
/// `fill` says so. An error leaves the target as it was.
pub(super) fn write(target: &Path, like: Like<'_>, fill: &mut dyn FnMut(&mut dyn Write) -> Result<bool>) -> Result<()> {
    let failed = |error: io::Error| outputs::unwritten(&target.display().to_string(), &error);
    let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(found) = fs::metadata(target) {
        if !found.is_file() && !found.is_dir() {
            return Err(strange(target));
        }
        if found.permissions().readonly() {
            return Err(failed(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only")));
        }
    }
    let name = format!(".phivet-{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut half = Half { path: folder.join(name) };
    let file = create_private(&half.path).map_err(failed)?;
    let mut out = BufWriter::with_capacity(256 << 10, &file);
    let is_wanted = fill(&mut out)?;
    if !is_wanted {
        return Ok(());
    }
    out.flush().map_err(failed)?;
    drop(out);
    finish(&file, like).map_err(failed)?;
    fs::rename(&half.path, target).map_err(failed)?;
    half.path = PathBuf::new();
    Ok(())
}

fn finish(file: &File, like: Like<'_>) -> io::Result<()> {
    match like {
        Like::Private => {}
        Like::Copy(of) => file.set_permissions(copied(of.permissions()))?,
        Like::Same(of) => same(file, of)?,
    }
    file.sync_all()
}

/// Gives a file the owner, the group and the mode of the one whose place it takes.
#[cfg(unix)]
fn same(file: &File, of: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    if own.uid() != of.uid() && fchown(file, Some(of.uid()), None).is_err() {
        let why = "it belongs to another account, which would lose it: run phivet as that account or as root";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    let has_group = own.gid() == of.gid() || fchown(file, None, Some(of.gid())).is_ok();
    let mode = of.permissions().mode() & 0o7777;
    // What was granted to one group is not granted to another, and nothing runs as one.
    let mode = if has_group { mode } else { mode & 0o707 | mode & (mode << 3) & 0o070 };
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn same(file: &File, of: &Metadata) -> io::Result<()> {
    file.set_permissions(of.permissions())
}

/// Who may read and write; a copy, which is another's, runs as nobody.
#[cfg(unix)]
fn copied(permissions: Permissions) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(permissions.mode() & 0o777)
}

#[cfg(not(unix))]
fn copied(permissions: Permissions) -> Permissions {
    permissions
}
