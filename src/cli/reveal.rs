//! `phivet reveal`

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use clap::Args;

use super::args::ConfigFlags;
use super::secret::{self, KeyFlags, VaultFile};
use super::trail::{self, AuditFlags, Trail};
use super::{CLEAN, outputs, setup};
use crate::audit::{Outcome, Record};
use crate::error::{Error, Result};
use crate::redact::reveal;
use crate::{Policy, Scanner};

/// How to reveal.
#[derive(Args)]
pub(super) struct RevealArgs {
    /// A file with encrypted values or pseudonyms; `-` is standard input.
    input: PathBuf,
    /// Why it must be known, for the audit trail.
    #[arg(long, value_name = "TEXT", required = true)]
    reason: String,
    /// Write the text there, readable by you only. Without it: to a terminal, and nowhere else.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyFlags,
    #[command(flatten)]
    config: ConfigFlags,
    #[command(flatten)]
    audit: AuditFlags,
}

/// Reveals what was encrypted or coded.
pub(super) fn run(args: &RevealArgs) -> Result<u8> {
    if args.reason.trim().is_empty() {
        return Err(usage("a reason is needed", "say with --reason why the values must be known"));
    }
    if args.output.is_none() && (!io::stdout().is_terminal() || std::env::var_os("CI").is_some()) {
        return Err(usage(
            "values are shown on a terminal only, and never in CI",
            "write them to a file with --output, outside of what is logged or shared",
        ));
    }
    let loaded = setup::configuration(&args.config)?;
    let trail = Trail::of(&args.audit, &loaded)?.ok_or_else(|| {
        usage(
            "values are not revealed without an audit trail",
            "name its file with --audit, PHIVET_AUDIT or `audit:` in phivet.yaml",
        )
    })?;
    let ring = secret::ring(&args.keys, &loaded, args.config.config.is_some(), &[])?
        .ok_or_else(|| usage("no key is given", "name the file of keys with --key-file"))?;
    let vault = VaultFile::open(&args.keys, &loaded, false, &[])?.map(|mut file| file.read(&ring)).transpose()?;
    let text = input(args)?;
    let scanner = Scanner::new(setup::rules(&loaded)?, Policy::default())?;
    let mut record = Record::of("reveal");
    record.targets = trail::targets(&scanner, [&args.input.display().to_string()[..]]);
    record.reason = Some(trail::reason(&scanner, &args.reason));
    record.review = true;
    let (text, counts) = reveal(&text, &ring, vault.as_ref()).inspect_err(|_| {
        // That somebody tried is told too; the error itself is the one that counts.
        let _ = trail::record(Some(&trail), &Record { outcome: Outcome::Refused, ..record.clone() });
    })?;
    record.counts.clone_from(&counts);
    handed_on(args, &text, (&trail, &record))?;
    let total: u64 = counts.values().sum();
    let _ = writeln!(io::stderr(), "{total} value{} revealed", if total == 1 { "" } else { "s" });
    Ok(CLEAN)
}

/// Notes that the text is handed on, and does it. What is not noted is not shown; what failed is noted too.
fn handed_on(args: &RevealArgs, text: &[u8], (trail, record): (&Trail, &Record)) -> Result<()> {
    let failed = |_: &Error| {
        let nothing = Record { outcome: Outcome::Failed, counts: BTreeMap::new(), ..record.clone() };
        let _ = trail::record(Some(trail), &nothing);
    };
    let (name, mut to) = out(args).inspect_err(failed)?;
    let noted = trail::record(Some(trail), record);
    if let (Err(_), Some(file)) = (&noted, &args.output) {
        // It is ours, and empty.
        let _ = fs::remove_file(file);
    }
    noted?;
    let written = to.write_all(text).and_then(|()| to.flush());
    written.map_err(|error| outputs::unwritten(&name, &error)).inspect_err(failed)
}

/// Where the text goes, with its name: a file is made, and none that is there is written over.
fn out(args: &RevealArgs) -> Result<(String, Box<dyn Write>)> {
    let Some(file) = &args.output else { return Ok(("standard output".to_owned(), Box::new(io::stdout()))) };
    let name = file.display().to_string();
    let made = secret::create_private(file).map_err(|error| outputs::unwritten(&name, &error))?;
    Ok((name, Box::new(made)))
}

fn input(args: &RevealArgs) -> Result<Vec<u8>> {
    let unread = |error: io::Error| Error::Read {
        path: args.input.display().to_string(),
        reason: error.to_string(),
        help: "name a file with what `phivet redact` wrote, or `-` for standard input".to_owned(),
    };
    if args.input.as_os_str() != "-" {
        return fs::read(&args.input).map_err(unread);
    }
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text).map_err(unread)?;
    Ok(text)
}

fn usage(what: &str, help: &str) -> Error {
    Error::Usage { what: what.to_owned(), help: help.to_owned() }
}
