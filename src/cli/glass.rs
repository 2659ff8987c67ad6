//! `phivet scan --reveal`: break-glass. Values are shown on a terminal, and nowhere else, to whoever says why, and not
//! without a trail that tells others that it was done.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::args::ScanArgs;
use super::trail::{self, Trail};
use super::{outputs, scan};
use crate::audit::{Outcome, Record};
use crate::document::Document;
use crate::error::{Error, Result};
use crate::judge::Finding;
use crate::scan::Scanner;
use crate::source::{self, Item, Limits, Wanted};

/// How to scan, and whether to show what is found.
#[derive(Args)]
#[command(after_help = super::command::EXIT_CODES)]
pub(super) struct ScanCommand {
    /// What to scan, and how.
    #[command(flatten)]
    pub(super) scan: ScanArgs,
    /// Break-glass: show the values that were found, on this terminal only; needs --reason and an audit trail, in which it
    /// is marked for review.
    #[arg(long, requires = "reason", help_heading = "Audit")]
    reveal: bool,
    /// Why, for the audit trail.
    #[arg(long, value_name = "TEXT", help_heading = "Audit")]
    reason: Option<String>,
}

/// Scans.
pub(super) fn run(args: &ScanCommand) -> Result<u8> {
    scan::run(&args.scan, &Glass { reveal: args.reveal, reason: args.reason.as_deref().map(str::trim) })
}

/// What keeps values from being seen, and who breaks it.
pub(super) struct Glass<'a> {
    reveal: bool,
    reason: Option<&'a str>,
}

/// Where the findings stand that were told.
#[derive(Default)]
pub(super) struct Places(BTreeSet<(String, u64, u16)>);

impl Places {
    /// Notes where a finding stands.
    pub(super) fn note(&mut self, finding: &Finding) {
        if finding.suppressed.is_none() && finding.trail.is_empty() {
            self.0.insert(place(finding));
        }
    }
}

fn place(finding: &Finding) -> (String, u64, u16) {
    (finding.document.as_str().to_owned(), finding.start_byte, finding.rule.0)
}

impl Glass<'_> {
    /// The command, as a trail names it.
    pub(super) fn command(&self) -> &'static str {
        if self.reveal { "scan --reveal" } else { "scan" }
    }

    /// Refuses to show values where others could see them, without a reason, or unseen by anybody.
    pub(super) fn may_be_broken(&self, args: &ScanArgs, recorded: bool) -> Result<()> {
        let refused = |what: &str, help: &str| Err(Error::Usage { what: what.to_owned(), help: help.to_owned() });
        let from_stdin = args.tee || args.stdin_filename.is_some() || args.paths.iter().any(|path| path == "-");
        if !self.reveal {
            Ok(())
        } else if !recorded {
            refused(
                "--reveal needs an audit trail",
                "name one with --audit FILE, PHIVET_AUDIT or `audit:` in phivet.yaml",
            )
        } else if self.reason.is_none_or(str::is_empty) {
            refused("--reveal needs a reason", "say with --reason why the values must be seen")
        } else if trail::ci().is_some() {
            refused("--reveal shows values, and this is continuous integration", "run it at a terminal of your own")
        } else if !io::stdout().is_terminal() {
            refused("--reveal shows values on a terminal only", "do not redirect standard output")
        } else if from_stdin {
            refused("--reveal cannot read standard input a second time", "save it in a file that only you can read")
        } else {
            Ok(())
        }
    }

    /// Has it recorded before a value is shown, marked for review; how it ended is told by a second entry.
    pub(super) fn begin(&self, trail: Option<&Trail>, scanner: &Scanner, record: &mut Record) -> Result<()> {
        record.reason = self.reason.filter(|text| !text.is_empty()).map(|text| trail::reason(scanner, text));
        if !self.reveal {
            return Ok(());
        }
        let begun = Record { outcome: Outcome::Started, review: true, ..record.clone() };
        let Some(head) = trail::record(trail, &begun)? else { return Ok(()) };
        record.details.insert("begun".to_owned(), head.seq.to_string());
        Ok(())
    }

    /// Where to note what is told, if its values are shown afterwards.
    pub(super) fn places(&self) -> Option<Places> {
        self.reveal.then(Places::default)
    }

    /// Reads again what was scanned and shows the values that stand at these places. Answers how many. They go from the
    /// document to the terminal: no finding, report or channel ever holds one.
    pub(super) fn show(&self, scanner: &Scanner, wanted: &Wanted, limits: &Limits, places: Places) -> Result<u64> {
        let mut places = places.0;
        let mut out = io::stdout().lock();
        let (mut shown, mut failed) = (0, Ok(()));
        let mut told = writeln!(out, "\nvalues, shown once and recorded:");
        source::inputs(wanted, &mut |input| {
            source::read(input, limits, &mut |item| {
                let Item::Part(document) = item else { return };
                for finding in scanner.scan(&document) {
                    let Some(value) = value(&document, &finding).filter(|_| places.remove(&place(&finding))) else {
                        continue;
                    };
                    let (name, at) = (&finding.document, finding.start);
                    let rule = &scanner.rules().get(finding.rule).id;
                    let line = writeln!(out, "{name}:{}:{}: {rule}: {value}", at.line, at.column);
                    told = std::mem::replace(&mut told, Ok(())).and(line);
                    shown += 1;
                }
            });
            told.is_ok() && !places.is_empty()
        });
        if !places.is_empty() {
            let left = places.len();
            let line = writeln!(out, "{left} more cannot be shown: they stand encoded, or have changed since");
            told = told.and(line);
        }
        if let Err(error) = told.and_then(|()| out.flush()) {
            failed = Err(outputs::unwritten("the terminal", &error));
        }
        failed.map(|()| shown)
    }
}

/// The value itself, with nothing in it that a terminal would obey; `None` where it stands encoded.
fn value(document: &Document, finding: &Finding) -> Option<String> {
    let at = |byte: u64| usize::try_from(byte.checked_sub(document.first_byte)?).ok();
    let bytes =
        document.bytes.get(at(finding.start_byte)?..at(finding.end_byte)?).filter(|_| document.origin.is_none())?;
    let is_obeyed = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    Some(String::from_utf8_lossy(bytes).chars().map(|c| if is_obeyed(c) { '\u{fffd}' } else { c }).collect())
}
