//! `phivet keys new|list|rotate`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{CLEAN, outputs, secret, time};
use crate::error::{Error, Result};
use crate::redact::Ring;
use crate::report::words;

/// What to do with keys.
#[derive(Args)]
pub(super) struct KeysArgs {
    /// What to do.
    #[command(subcommand)]
    command: KeysCommand,
}

/// What to do with keys.
#[derive(Subcommand)]
enum KeysCommand {
    /// Make a file with one new key.
    New(OneKey),
    /// Name the keys in a file; never the keys themselves.
    List {
        /// The file of keys.
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
    },
    /// Add a new key, which makes tokens from now on; the old ones stay to reveal what they made.
    Rotate(OneKey),
}

/// A file of keys, and the id of a new one.
#[derive(Args)]
struct OneKey {
    /// The file of keys: outside of every repository, and apart from the data.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// The new key's id, of small letters and digits; `k1`, `k2` … if none is given.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

/// Makes, names or rotates keys.
pub(super) fn run(args: &KeysArgs) -> Result<u8> {
    match &args.command {
        KeysCommand::New(one) => new(one),
        KeysCommand::List { key_file } => list(key_file),
        KeysCommand::Rotate(one) => rotate(one),
    }
}

fn new(one: &OneKey) -> Result<u8> {
    secret::apart(&one.key_file, "the file of keys", &[])?;
    let ring = Ring::fresh(one.id.as_deref().unwrap_or("k1"), &words::date(time::now()))?;
    let made = secret::create_private(&one.key_file).and_then(|mut file| {
        file.write_all(ring.text().as_bytes())?;
        file.sync_all()
    });
    made.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Usage {
            what: format!("{} is there already", one.key_file.display()),
            help: "`phivet keys rotate` adds a key to it".to_owned(),
        },
        _ => outputs::unwritten(&one.key_file.display().to_string(), &error),
    })?;
    say(&ring, &one.key_file, "made")
}

fn rotate(one: &OneKey) -> Result<u8> {
    let mut ring = secret::file_ring(&one.key_file, &[])?;
    let id = one.id.clone().unwrap_or_else(|| ring.next_id());
    ring.rotate(&id, &words::date(time::now()))?;
    // Beside it, then in its place: a file of keys is never half written.
    let mut half = one.key_file.clone().into_os_string();
    half.push(format!(".{}.part", std::process::id()));
    let half = PathBuf::from(half);
    let written = secret::create_private(&half).and_then(|mut file| {
        file.write_all(ring.text().as_bytes())?;
        file.sync_all()?;
        fs::rename(&half, &one.key_file)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&half);
        outputs::unwritten(&one.key_file.display().to_string(), &error)
    })?;
    say(&ring, &one.key_file, "added")
}

fn say(ring: &Ring, file: &Path, what: &str) -> Result<u8> {
    let id = ring.current().map_or("", |key| key.id());
    super::print(&format!("key {id} {what} in {}\n", file.display()))?;
    Ok(CLEAN)
}

fn list(file: &Path) -> Result<u8> {
    let ring = secret::file_ring(file, &[])?;
    let last = ring.current().map(|key| key.id().to_owned());
    let mut out = String::new();
    for key in ring.iter() {
        let current = if Some(key.id()) == last.as_deref() { "  makes new tokens" } else { "  reveals old ones" };
        out.push_str(&format!("{}  {}{current}\n", key.id(), if key.made().is_empty() { "-" } else { key.made() }));
    }
    super::print(&out)?;
    Ok(CLEAN)
}
