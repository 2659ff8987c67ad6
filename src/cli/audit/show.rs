//! `phivet audit show|export`

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Which, read_from, verify};
use crate::audit::{Entry, Record, export};
use crate::cli::trail::{self, Trail};
use crate::cli::{CLEAN, outputs};
use crate::config::Loaded;
use crate::error::{Error, Result};

/// Which entries.
#[derive(Args)]
struct Chosen {
    /// Only since TIME: 2026-11-01, 2026-11-01T12:00:00Z, or 7d, 12h ago.
    #[arg(long, value_name = "TIME", value_parser = crate::cli::time::time)]
    since: Option<i64>,
    /// Only before TIME.
    #[arg(long, value_name = "TIME", value_parser = crate::cli::time::time)]
    until: Option<i64>,
    /// Only of this user.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only of this command, as `scan`, `redact`, `audit note`.
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// Only what is marked for review.
    #[arg(long)]
    review: bool,
}

impl Chosen {
    fn holds(&self, entry: &Entry) -> bool {
        let is_of = |command: &String| {
            entry.command.strip_prefix(command.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        self.since.is_none_or(|time| entry.seconds() >= time)
            && self.until.is_none_or(|time| entry.seconds() < time)
            && self.user.as_ref().is_none_or(|user| *user == entry.who.user)
            && self.command.as_ref().is_none_or(is_of)
            && (!self.review || entry.review)
    }
}

/// What to show.
#[derive(Args)]
pub(super) struct ShowArgs {
    /// The trail; its segments beside it are read first.
    file: Option<PathBuf>,
    /// Which entries.
    #[command(flatten)]
    chosen: Chosen,
    /// Which trail.
    #[command(flatten)]
    which: Which,
}

/// What to export.
#[derive(Args)]
pub(super) struct ExportArgs {
    /// The trail; its segments beside it are read first.
    file: Option<PathBuf>,
    /// As JSON lines, CSV, or events after OCSF.
    #[arg(long, default_value = "json", value_parser = ["json", "csv", "ocsf"])]
    format: String,
    /// Write to FILE, which must not be there yet, instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Which entries.
    #[command(flatten)]
    chosen: Chosen,
    /// Which trail; the export is recorded in it, or in the one that --audit names.
    #[command(flatten)]
    which: Which,
}

/// Shows entries, a line each.
pub(super) fn run(args: &ShowArgs) -> Result<u8> {
    let file = read_from(args.file.as_ref(), &args.which)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut told = Ok(());
    verify::each(&file, &args.which, &mut |entry| {
        if args.chosen.holds(entry) && told.is_ok() {
            told = writeln!(out, "{}", line(entry));
        }
    })?;
    gone(told.and_then(|()| out.flush()), "standard output")?;
    Ok(CLEAN)
}

fn line(entry: &Entry) -> String {
    let who = entry.who.ci.as_ref().and_then(|ci| ci.actor.as_deref()).unwrap_or(&entry.who.user);
    let mut out = format!("{:>6}  {}  {who}  {}", entry.seq, entry.time, entry.command);
    let _ = entry.targets.iter().try_for_each(|target| write!(out, " {}", plain(target)));
    let _ = write!(out, "  {}", export::outcome(entry.outcome));
    let counts: Vec<String> = entry.counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    if !counts.is_empty() {
        let _ = write!(out, " ({})", counts.join(", "));
    }
    if let Some(reason) = &entry.reason {
        let _ = write!(out, "  because: {}", plain(reason));
    }
    if entry.review {
        out += "  [to be reviewed]";
    }
    for number in &entry.reviews {
        let _ = write!(out, "  [reviews {number}]");
    }
    out
}

/// A text with nothing in it that a terminal would obey.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Exports entries, and has that recorded before the first is written.
pub(super) fn export(args: &ExportArgs) -> Result<u8> {
    let file = read_from(args.file.as_ref(), &args.which)?;
    let mut chosen = 0_u64;
    verify::each(&file, &args.which, &mut |entry| chosen += u64::from(args.chosen.holds(entry)))?;
    let flags = trail::AuditFlags {
        audit: args.which.audit.audit.clone().or_else(|| Some(file.clone())),
        ..args.which.audit.clone()
    };
    let own = Trail::of(&flags, &Loaded::default())?;
    let record = Record::of("audit export").with("format", &args.format).with("entries", chosen);
    trail::record(own.as_ref(), &record)?;
    let mut out: Box<dyn Write> = match &args.output {
        None => Box::new(io::BufWriter::new(io::stdout())),
        Some(path) => {
            let opened = OpenOptions::new().write(true).create_new(true).open(path);
            Box::new(io::BufWriter::new(opened.map_err(|error| Error::Write {
                path: path.display().to_string(),
                reason: error.to_string(),
                help: "name a file that is not there yet, in a folder that can be written".to_owned(),
            })?))
        }
    };
    let mut told = if args.format == "csv" { writeln!(out, "{}", export::CSV_HEAD) } else { Ok(()) };
    verify::each(&file, &args.which, &mut |entry| {
        if args.chosen.holds(entry) && chosen > 0 && told.is_ok() {
            // The export's own entry came after they were counted.
            chosen -= 1;
            told = match args.format.as_str() {
                "csv" => writeln!(out, "{}", export::csv(entry)),
                "ocsf" => writeln!(out, "{}", export::ocsf(entry)),
                _ => writeln!(out, "{}", serde_json::to_string(entry).unwrap_or_default()),
            };
        }
    })?;
    let name = args.output.as_ref().map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
    gone(told.and_then(|()| out.flush()), &name)?;
    Ok(CLEAN)
}

/// A reader that has gone (`| head`) is no error.
fn gone(told: io::Result<()>, path: &str) -> Result<()> {
    match told {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(outputs::unwritten(path, &error)),
        _ => Ok(()),
    }
}
