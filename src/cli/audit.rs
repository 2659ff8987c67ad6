//! `phivet audit verify|head|show|export|review|note|reviewed|rotate`

mod review;
mod show;
mod verify;

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::ConfigFlags;
use super::trail::{self, AuditFlags, Trail};
use super::{CLEAN, setup};
use crate::audit::Record;
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::judge::Policy;
use crate::rule::Rules;
use crate::scan::Scanner;

/// What to do with an audit trail.
#[derive(Args)]
pub(super) struct AuditArgs {
    /// What to do.
    #[command(subcommand)]
    command: AuditCommand,
}

/// Which trail, and its key.
#[derive(Args)]
pub(super) struct Which {
    /// Which trail, if none is named, and its key.
    #[command(flatten)]
    pub(super) audit: AuditFlags,
    /// Where the configuration is.
    #[command(flatten)]
    pub(super) config: ConfigFlags,
}

/// What to do with an audit trail.
#[derive(Subcommand)]
enum AuditCommand {
    /// Find any line that was changed, taken out, put in, moved or cut off.
    Verify(verify::VerifyArgs),
    /// Print the trail's last entry as NUMBER:HASH: an anchor, to be kept elsewhere.
    Head(verify::HeadArgs),
    /// Show its entries, a line each.
    Show(show::ShowArgs),
    /// Hand its entries on, as JSON lines, CSV or events after OCSF; the export is recorded.
    Export(show::ExportArgs),
    /// Review access logs: this trail, CSV, JSON lines, FHIR AuditEvent.
    Review(Box<review::ReviewArgs>),
    /// Record something that was done by other means.
    Note(NoteArgs),
    /// Record that lines marked for review were looked at.
    Reviewed(ReviewedArgs),
    /// End the file as a segment, and go on in a new one that is chained to it.
    Rotate(Which),
}

/// What to note.
#[derive(Args)]
struct NoteArgs {
    /// What was done, and why; `-`: a note a line from standard input, each with its number and hash on standard output
    /// when it is on the disk.
    text: String,
    /// Which trail.
    #[command(flatten)]
    which: Which,
}

/// What was reviewed.
#[derive(Args)]
struct ReviewedArgs {
    /// Numbers of the entries.
    #[arg(required = true)]
    entries: Vec<u64>,
    /// What came of it.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Which trail.
    #[command(flatten)]
    which: Which,
}

/// Does it.
pub(super) fn run(args: &AuditArgs) -> Result<u8> {
    match &args.command {
        AuditCommand::Verify(args) => verify::run(args),
        AuditCommand::Head(args) => verify::head(args),
        AuditCommand::Show(args) => show::run(args),
        AuditCommand::Export(args) => show::export(args),
        AuditCommand::Review(args) => review::run(args),
        AuditCommand::Note(args) => note(args),
        AuditCommand::Reviewed(args) => reviewed(args),
        AuditCommand::Rotate(which) => rotate(which),
    }
}

/// The configuration, and the trail that is written to.
fn written(which: &Which) -> Result<Trail> {
    let loaded = setup::configuration(&which.config)?;
    Trail::of(&which.audit, &loaded)?.ok_or_else(none)
}

/// The file that is read: the one named, else that of flags, environment or configuration.
fn read_from(file: Option<&PathBuf>, which: &Which) -> Result<PathBuf> {
    let loaded = if file.is_some() { Loaded::default() } else { setup::configuration(&which.config)? };
    file.cloned().or_else(|| trail::place(&which.audit, &loaded)).ok_or_else(none)
}

fn none() -> Error {
    Error::Usage {
        what: "there is no audit trail".to_owned(),
        help: "name one with --audit FILE, PHIVET_AUDIT or `audit:` in phivet.yaml".to_owned(),
    }
}

fn plain_scanner() -> Result<Scanner> {
    Scanner::new(Rules::builtin()?, Policy::default())
}

fn note(args: &NoteArgs) -> Result<u8> {
    let trail = written(&args.which)?;
    let scanner = plain_scanner()?;
    let noted = |text: &str| Record { reason: Some(trail::reason(&scanner, text)), ..Record::of("audit note") };
    if args.text != "-" {
        trail::record(Some(&trail), &noted(&args.text))?;
        return Ok(CLEAN);
    }
    let mut lines = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.read_until(b'\n', &mut line).map_err(|error| Error::Read {
            path: "standard input".to_owned(),
            reason: error.to_string(),
            help: "give a note a line".to_owned(),
        })?;
        if read == 0 {
            return Ok(CLEAN);
        }
        let head = trail.record(&noted(&String::from_utf8_lossy(&line)))?;
        super::print(&format!("{head}\n"))?;
    }
}

fn reviewed(args: &ReviewedArgs) -> Result<u8> {
    let trail = written(&args.which)?;
    let mut open: Vec<u64> = args.entries.clone();
    verify::each(trail.file(), &args.which, &mut |entry| {
        if entry.review {
            open.retain(|number| *number != entry.seq);
        }
    })?;
    if let Some(number) = open.first() {
        return Err(Error::Usage {
            what: format!("entry {number} is not marked for review in {}", trail.file().display()),
            help: "`phivet audit show --review` lists those that are".to_owned(),
        });
    }
    let scanner = plain_scanner()?;
    let reason = Some(trail::reason(&scanner, &args.reason));
    let record = Record { reason, reviews: args.entries.clone(), ..Record::of("audit reviewed") };
    trail::record(Some(&trail), &record)?;
    Ok(CLEAN)
}

fn rotate(which: &Which) -> Result<u8> {
    let trail = written(which)?;
    let segment = trail.rotate()?;
    let keep = crate::audit::time::years_after(trail::millis() / 1000, crate::audit::RETAIN_YEARS);
    super::print(&format!(
        "{} is complete; {} goes on from it\nkeep it until {keep} ({})\n",
        segment.display(),
        trail.file().display(),
        crate::audit::RETAIN_WHY,
    ))?;
    let _ = io::stdout().flush();
    Ok(CLEAN)
}
