//! Writing a result: never half.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::outputs;
use super::super::secret::create_private;
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

/// Gives what is written; says whether it is wanted.
pub(super) type Fill<'f> = &'f mut dyn FnMut(&mut dyn Write) -> Result<bool>;

/// Writes a result, all of it or nothing. Without `permissions` a file is readable by its owner.
pub(super) fn write(to: &To<'_>, permissions: Option<Permissions>, fill: Fill<'_>) -> Result<()> {
    match to {
        To::File(file) => self::file(file, permissions, fill),
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
fn file(target: &Path, permissions: Option<Permissions>, fill: Fill<'_>) -> Result<()> {
    let failed = |error: io::Error| outputs::unwritten(&target.display().to_string(), &error);
    let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if fs::metadata(target).is_ok_and(|found| found.permissions().readonly()) {
        return Err(failed(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only")));
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
    finish(&file, permissions).map_err(failed)?;
    fs::rename(&half.path, target).map_err(failed)?;
    half.path = PathBuf::new();
    Ok(())
}

fn finish(file: &File, permissions: Option<Permissions>) -> io::Result<()> {
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}
