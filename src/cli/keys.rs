//! `phivet keys new|list|rotate`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::args::ConfigFlags;
use super::trail::{self, AuditFlags};
use super::{CLEAN, outputs, secret, setup, time};
use crate::audit::Record;
use crate::error::{Error, Result};
use crate::judge::Policy;
use crate::redact::Ring;
use crate::report::words;
use crate::scan::Scanner;

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
    /// Why it is done, for the audit trail.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    audit: AuditFlags,
    #[command(flatten)]
    config: ConfigFlags,
}

/// Makes, names or rotates keys.
pub(super) fn run(args: &KeysArgs) -> Result<u8> {
    match &args.command {
        KeysCommand::New(one) => recorded(one, "keys new", new),
        KeysCommand::List { key_file } => list(key_file),
        KeysCommand::Rotate(one) => recorded(one, "keys rotate", rotate),
    }
}

/// Makes a key, and has it recorded where there is a trail: the file and the key's id, never the key.
fn recorded(one: &OneKey, command: &str, make: fn(&OneKey) -> Result<Ring>) -> Result<u8> {
    let loaded = setup::configuration(&one.config)?;
    trail::recorded((&one.audit, &loaded), command, &mut |record: &mut Record| {
        if trail::place(&one.audit, &loaded).is_none() {
            return made(one, command, make).map(|_| CLEAN);
        }
        // Names and reasons are masked as in every line of a trail.
        let scanner = Scanner::new(setup::rules(&loaded)?, Policy::default())?;
        record.targets = trail::targets(&scanner, [&one.key_file.display().to_string()[..]]);
        record.reason = one.reason.as_deref().map(|reason| trail::reason(&scanner, reason));
        let id = made(one, command, make)?;
        record.details.insert("key id".to_owned(), scanner.name(&id).as_str().to_owned());
        Ok(CLEAN)
    })
}

/// The new key's id.
fn made(one: &OneKey, command: &str, make: fn(&OneKey) -> Result<Ring>) -> Result<String> {
    let ring = make(one)?;
    let id = ring.current().map_or_else(String::new, |key| key.id().to_owned());
    let what = if command == "keys new" { "made" } else { "added" };
    super::print(&format!("key {id} {what} in {}\n", one.key_file.display()))?;
    Ok(id)
}

fn new(one: &OneKey) -> Result<Ring> {
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
    Ok(ring)
}

fn rotate(one: &OneKey) -> Result<Ring> {
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
    Ok(ring)
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
