//! Writing a result: never half.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::outputs;
use super::super::secret::create_private;
use super::target::strange;
use crate::error::{Error, Result};
use crate::source::bucket::Uploads;

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

/// Where one result goes.
pub(super) enum To<'t> {
    /// A file.
    File(PathBuf),
    /// An object, by its key.
    Object(&'t Uploads, String),
}

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

/// Gives what is written; says whether it is wanted.
pub(super) type Fill<'f> = &'f mut dyn FnMut(&mut dyn Write) -> Result<bool>;

/// Writes a result, all of it or nothing.
pub(super) fn write(to: &To<'_>, like: Like<'_>, fill: Fill<'_>) -> Result<()> {
    match to {
        To::File(file) => self::file(file, like, fill),
        To::Object(uploads, key) => object(uploads, key, fill),
    }
}

/// Writes an object: it is there when all of it has arrived.
fn object(uploads: &Uploads, key: &str, fill: Fill<'_>) -> Result<()> {
    let failed = |reason: String| Error::Write {
        path: uploads.shown(key),
        reason,
        help: "nothing of this object was written; name a place that can be written with these credentials".to_owned(),
    };
    let mut upload = uploads.begin(key).map_err(failed)?;
    let filled = fill(&mut upload);
    // Whoever filled it only knows that it could not be written.
    if let Some(reason) = upload.failure() {
        return Err(failed(reason.to_owned()));
    }
    if filled? { upload.finish().map_err(failed) } else { Ok(()) }
}

/// Writes a file: what `fill` gives stands beside the target until all of it is on the disk, then takes its place, if
/// `fill` says so. An error leaves the target as it was.
fn file(target: &Path, like: Like<'_>, fill: Fill<'_>) -> Result<()> {
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
