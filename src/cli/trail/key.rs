//! The key of a trail: outside of repositories, not beside the trail, not for everybody to read.

use std::path::Path;

use super::AuditFlags;
use crate::audit::{self, Key};
use crate::cli::setup;
use crate::error::{Error, Result};

/// The key of a trail, of the file that is named or of the environment.
pub(in crate::cli) fn key(flags: &AuditFlags, trail: &Path) -> Result<Option<Key>> {
    let secret = match &flags.audit_key_file {
        Some(file) => Some(secret(file, trail)?),
        None => std::env::var_os("PHIVET_AUDIT_KEY").map(|key| key.into_encoded_bytes()).filter(|key| !key.is_empty()),
    };
    secret.map(|secret| of_secret(&secret)).transpose()
}

fn of_secret(secret: &[u8]) -> Result<Key> {
    Key::new(secret.trim_ascii()).ok_or_else(|| Error::Usage {
        what: format!("the key of the audit trail is shorter than {} bytes", audit::KEY_LEAST),
        help: "make one with `openssl rand -hex 32`, and keep it where those who could change the trail cannot read it"
            .to_owned(),
    })
}

/// A further key, of a segment that was sealed with it.
pub(in crate::cli) fn key_of(file: &Path, trail: &Path) -> Result<Key> {
    of_secret(&secret(file, trail)?)
}

fn secret(file: &Path, trail: &Path) -> Result<Vec<u8>> {
    let secret = setup::key_file(file)?;
    let refused = |reason: &str| Error::Read {
        path: file.display().to_string(),
        reason: reason.to_owned(),
        help: "keep the key where those who can change the trail cannot read it, with mode 0600".to_owned(),
    };
    let folder = |path: &Path| std::path::absolute(path).ok().and_then(|path| path.parent()?.canonicalize().ok());
    if folder(file).is_some_and(|of_key| folder(trail) == Some(of_key)) {
        return Err(refused("the key lies beside the trail that it is to protect"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o004 != 0) {
            return Err(refused("everybody on this machine can read it"));
        }
    }
    Ok(secret)
}
