//! `phivet audit review LOG…`

use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Parser};

use super::{Which, read_from, verify};
use crate::audit::Record;
use crate::audit::review::{Mapping, Refused, Review, Reviewed};
use crate::cli::args::{ScanArgs, formats, output, severities};
use crate::cli::command::{Cli, Command};
use crate::cli::outputs::{self, Outputs};
use crate::cli::trail::{self, Trail};
use crate::cli::{CLEAN, FOUND, NOTHING, colors, scan, setup};
use crate::error::{Error, Result};
use crate::report::{Meta, Summary, words};
use crate::rule::{Severity, yaml_error};
use crate::scan::Scanner;

/// What to review, and how to tell.
#[derive(Args)]
pub(super) struct ReviewArgs {
    /// Access logs, `-` for standard input; without any: phivet's own trail.
    logs: Vec<String>,
    /// A YAML file that says which column or key is the user, patient, time, action …
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// The report on standard output.
    #[arg(long, value_name = "FORMAT", default_value = "full", value_parser = formats(), help_heading = "Reports")]
    format: String,
    /// A further report into a file, as in sarif=review.sarif; may be given several times.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output, help_heading = "Reports")]
    output: Vec<(String, PathBuf)>,
    /// No summary on standard error; with --output nothing on standard output either.
    #[arg(short, long, help_heading = "Reports")]
    quiet: bool,
    /// The least severity that makes the review fail.
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), default_value = "warning", help_heading = "Policy")]
    fail_on: Severity,
    /// Exit with 0 where findings would make it 1.
    #[arg(long, help_heading = "Policy")]
    exit_zero: bool,
    /// Where the review is recorded, and where the configuration is.
    #[command(flatten)]
    which: Which,
}

/// Reviews, and reports what stands out.
pub(super) fn run(args: &ReviewArgs) -> Result<u8> {
    let loaded = setup::configuration(&args.which.config)?;
    let own = Trail::of(&args.which.audit, &loaded)?;
    let mapping = args.map.as_deref().map(mapping).transpose()?.unwrap_or_default();
    let shaped = shaped(args)?;
    let scanner = scan::scanner(&shaped, &loaded)?;
    let logs = logs(args)?;
    let plain = Meta {
        rules: scanner.rules(),
        rules_hash: scanner.rules().hash(),
        config_hash: scan::config_hash(&shaped, &loaded),
        profile: "default".to_owned(),
        root: scan::root(&setup::here()?),
        color: false,
        baseline: false,
        provenance: None,
    };
    let mut record = Record::of("audit review");
    record.targets = trail::targets(&scanner, logs.iter().map(String::as_str));
    (record.rules, record.config) = (Some(plain.rules_hash.clone()), Some(plain.config_hash.clone()));
    let shown = Meta { color: colors(&io::stdout()), ..plain.clone() };
    let mut outputs = Outputs::begin(&shaped, &shown, &plain)?;
    let (mut summary, mut events, mut failing) = (Summary::default(), 0, false);
    for log in &logs {
        let reviewed = reviewed(log, &scanner, &mapping)?;
        events += reviewed.events;
        summary.files += 1;
        summary.bytes += reviewed.bytes;
        for skipped in &reviewed.skipped {
            summary.skipped += 1;
            outputs.each(|report| report.skipped(skipped))?;
        }
        for finding in &reviewed.findings {
            summary.count(finding);
            trail::count(&mut record.counts, finding);
            failing |= finding.severity >= args.fail_on;
            outputs.each(|report| report.finding(finding))?;
        }
    }
    outputs.end(&summary)?;
    let code = match events {
        _ if failing && !args.exit_zero => FOUND,
        0 => NOTHING,
        _ => CLEAN,
    };
    record.outcome = trail::outcome(code);
    trail::record(own.as_ref(), &record.with("events", events))?;
    if !args.quiet && (io::stderr().is_terminal() || !outputs::is_human(&args.format)) {
        let told = words::findings(&summary);
        let _ = writeln!(io::stderr(), "{told} in {}", words::count(events, "event", "events"));
    }
    Ok(code)
}

/// The flags of a scan that reports alike.
fn shaped(args: &ReviewArgs) -> Result<ScanArgs> {
    let scan = Cli::try_parse_from(["phivet", "scan"]).map(|cli| cli.command);
    let Ok(Command::Scan(scan)) = scan else {
        return Err(Error::Usage { what: "there are no flags".to_owned(), help: "report it".to_owned() });
    };
    let (format, output, quiet) = (args.format.clone(), args.output.clone(), args.quiet);
    Ok(ScanArgs { format, output, quiet, ..scan.scan })
}

/// The logs that are named; without any, the segments of our own trail, which must be whole.
fn logs(args: &ReviewArgs) -> Result<Vec<String>> {
    if !args.logs.is_empty() {
        return Ok(args.logs.clone());
    }
    let trail = read_from(None, &args.which)?;
    verify::each(&trail, &args.which, &mut |_| {})?;
    Ok(vec![trail.to_string_lossy().into_owned()])
}

fn reviewed(log: &str, scanner: &Scanner, mapping: &Mapping) -> Result<Reviewed> {
    let shown = scanner.name(log);
    let unread =
        |reason: String, help: &str| Error::Read { path: shown.as_str().to_owned(), reason, help: help.to_owned() };
    let missing = || Error::Usage { what: "the system has no randomness".to_owned(), help: "report it".to_owned() };
    let review = Review::new(scanner, log, mapping).ok_or_else(missing)?;
    let input: Box<dyn Read> = if log == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(opened(log).map_err(|error| unread(error.to_string(), "name an access log, or `-`"))?)
    };
    review.read(BufReader::new(input)).map_err(|refused| match refused {
        Refused::Io(error) => unread(error.to_string(), "name an access log, or `-`"),
        Refused::Form(why) => unread(why, "say with --map FILE which column or key is the user, patient, time, action"),
    })
}

/// A log; of a trail of ours, with the segments before it.
fn opened(log: &str) -> io::Result<Box<dyn Read>> {
    let mut all: Box<dyn Read> = Box::new(io::empty());
    for (_, segment) in trail::segments(Path::new(log)) {
        all = Box::new(all.chain(File::open(segment)?));
    }
    Ok(Box::new(all.chain(File::open(log)?)))
}

/// The mapping that a YAML file says.
fn mapping(file: &Path) -> Result<Mapping> {
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| Error::Read {
        path: shown.clone(),
        reason: error.to_string(),
        help: "name a YAML file, as docs/audit.md describes it".to_owned(),
    })?;
    let wrong =
        |what: &str, at: usize| yaml_error(&shown, &text, what, "docs/audit.md names the keys of a mapping", at);
    let mapping = serde_yaml::from_str::<Option<Mapping>>(&text).map(Option::unwrap_or_default);
    let mapping =
        mapping.map_err(|error| wrong(&error.to_string(), error.location().map_or(0, |place| place.index())))?;
    match mapping.wrong() {
        Some(what) => Err(wrong(what, text.find("hours").unwrap_or(0))),
        None => Ok(mapping),
    }
}
