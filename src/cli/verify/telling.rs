//! The run of a verification: findings as they come, then hashes, then each letter.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::VerifyArgs;
use crate::audit::{Outcome, Record};
use crate::cli::args::ScanArgs;
use crate::cli::outputs::{self, Outputs};
use crate::cli::running::{running, threads};
use crate::cli::trail;
use crate::cli::{CLEAN, FOUND, NOTHING, WRONG, scan, setup};
use crate::error::Result;
use crate::judge::finding::{Finding, Skipped};
use crate::report::{Meta, Summary, words};
use crate::rule::Severity;
use crate::scan::{self as run_scan, Collapse, Event, Scanner};
use crate::source::{self, Wanted};
use crate::verify::{self, Ended, Letters, Verifier};

/// A data set that has been verified.
pub(in crate::cli) struct Verified<'a> {
    pub(in crate::cli) scanner: &'a Scanner,
    pub(in crate::cli) rules_hash: String,
    pub(in crate::cli) summary: Summary,
    pub(in crate::cli) skipped: Vec<Skipped>,
    pub(in crate::cli) letters: Letters,
    pub(in crate::cli) ended: Ended,
    pub(in crate::cli) notices: Vec<String>,
    /// Did a file change meanwhile?
    pub(in crate::cli) changed: bool,
    counts: BTreeMap<String, u64>,
    failing: bool,
}

impl Verified<'_> {
    /// Notes in a record what was verified, and how it ended.
    pub(in crate::cli) fn note(&self, args: &VerifyArgs, record: &mut Record) {
        record.targets = trail::targets(self.scanner, args.scan.paths.iter().map(String::as_str));
        record.rules = Some(self.rules_hash.clone());
        record.counts.clone_from(&self.counts);
        record.details.insert("result".to_owned(), self.result().to_owned());
        record.outcome = Outcome::Clean;
        trail::about_run(record, &self.summary);
    }

    /// `pass`, `fail`, or `incomplete`.
    pub(in crate::cli) fn result(&self) -> &'static str {
        let risk = self.ended.risk.as_ref().is_none_or(verify::Risk::passes);
        if !self.letters.pass() || !risk {
            "fail"
        } else if !self.skipped.is_empty() || self.summary.files == 0 || self.changed || !self.ended.undone.small {
            "incomplete"
        } else {
            "pass"
        }
    }
}

/// What has been told so far.
struct Telling<'a> {
    scanner: &'a Scanner,
    outputs: Outputs<'a>,
    summary: Summary,
    skipped: Vec<Skipped>,
    letters: Letters,
    counts: BTreeMap<String, u64>,
    failing: bool,
    fail_on: Severity,
    failed: Result<()>,
}

impl Telling<'_> {
    fn take(&mut self, event: Event) -> bool {
        let told = match event {
            Event::Finding(finding) => self.finding(&finding),
            Event::Skipped(skipped) => {
                self.summary.skipped += 1;
                let told = self.outputs.each(|report| report.skipped(&skipped));
                self.skipped.push(skipped);
                told
            }
            Event::Done(read) => {
                self.summary.files += read.documents;
                self.summary.bytes += read.bytes;
                Ok(())
            }
            Event::Remark(_) | Event::Pause | Event::End => Ok(()),
        };
        self.failed = std::mem::replace(&mut self.failed, Ok(())).and(told);
        self.failed.is_ok()
    }

    fn finding(&mut self, finding: &Finding) -> Result<()> {
        self.summary.count(finding);
        self.letters.count(self.scanner.rules(), finding);
        *self.counts.entry(finding.kind.clone()).or_default() += 1 + finding.more;
        self.failing |= finding.severity >= self.fail_on;
        self.outputs.each(|report| report.finding(finding))
    }
}

/// Scans, tells, and undoes hashes.
pub(super) fn verified<'a>(
    args: &ScanArgs,
    scanner: &'a Scanner,
    wanted: &Wanted,
    verifier: &Verifier,
    time: Duration,
) -> Result<Verified<'a>> {
    let rules_hash = scanner.rules().hash();
    let plain = Meta {
        rules: scanner.rules(),
        rules_hash: rules_hash.clone(),
        config_hash: crate::scan::digest(b"verify"),
        profile: verify::policy().profile.name().to_owned(),
        root: scan::root(&setup::here()?),
        color: false,
        baseline: false,
        provenance: None,
    };
    let shown = Meta { color: crate::cli::colors(&io::stdout()), ..plain.clone() };
    let mut telling = Telling {
        scanner,
        outputs: Outputs::begin(args, &shown, &plain)?,
        summary: Summary::default(),
        skipped: Vec::new(),
        letters: Letters::default(),
        counts: BTreeMap::new(),
        failing: false,
        fail_on: args.fail_on.unwrap_or(Severity::Warning),
        failed: Ok(()),
    };
    let (threads, running) = (threads(args), running(args, wanted, args.all));
    run_scan::run(scanner, running, |push| source::inputs(wanted, push), &mut |event| telling.take(event));
    let started = Instant::now();
    let ended = verifier.finish(threads, &|| started.elapsed() >= time);
    let mut collapse = Collapse::new(args.all);
    for finding in ended.undone.findings.clone() {
        collapse.add(finding, &mut |finding| telling.take(Event::Finding(Box::new(finding))));
    }
    collapse.flush(&mut |finding| telling.take(Event::Finding(Box::new(finding))));
    let notices = notices(&ended);
    telling.summary.notices.clone_from(&notices);
    let Telling { outputs, summary, skipped, letters, counts, failing, failed, .. } = telling;
    failed?;
    outputs.end(&summary)?;
    let failing = failing || ended.risk.as_ref().is_some_and(|risk| !risk.passes());
    Ok(Verified { rules_hash, summary, skipped, letters, ended, notices, changed: false, counts, failing, scanner })
}

/// What else there is to know.
fn notices(ended: &Ended) -> Vec<String> {
    let mut notices = Vec::new();
    let undone = &ended.undone;
    if undone.seen > 0 && !undone.complete {
        let last = undone.tried.last().map_or_else(String::new, |(space, share)| format!(", {share} % of the {space}"));
        notices.push(format!(
            "tokens that look like hashes: the time for undoing them was over before everything was tried{last}; \
             --hash-time SECONDS gives more."
        ));
    }
    if let Some(risk) = &ended.risk {
        notices.push(format!(
            "{}: k = {} over {}, {} unique, {} at risk.",
            risk.columns.join(", "),
            risk.k,
            words::count(risk.records, "record", "records"),
            words::thousands(risk.unique),
            words::thousands(risk.at_risk)
        ));
        if let (Some(l), Some(sensitive)) = (risk.l, risk.l_asked) {
            notices.push(format!("l = {l}, where {sensitive} is asked for."));
        }
    }
    if ended.derived > 0 {
        notices.push(
            "there are codes derived from values under a key (tok_, enc_): 164.514(c)(1) allows codes that are drawn at \
             random (psn_); others need an expert's determination, 164.514(b)(1)."
                .to_owned(),
        );
    }
    if ended.left_out > 0 {
        let values = words::count(ended.left_out, "value", "values");
        notices.push(format!("{values} of the original could not be compared: there are too many."));
    }
    notices
}

/// Says each letter's result, and the exit code.
pub(super) fn told(args: &VerifyArgs, verified: &Verified<'_>) -> u8 {
    let result = verified.result();
    if !args.scan.quiet {
        let text = table(verified);
        // Where programs read standard output, people read standard error.
        let _ = if outputs::is_human(&args.scan.format) {
            crate::cli::print(&text)
        } else {
            io::stderr().write_all(text.as_bytes()).map_err(|error| outputs::unwritten("standard error", &error))
        };
    }
    match result {
        _ if verified.summary.files == 0 && verified.skipped.is_empty() => NOTHING,
        _ if verified.failing && !args.scan.exit_zero => FOUND,
        "incomplete" => WRONG,
        _ => CLEAN,
    }
}

fn table(verified: &Verified<'_>) -> String {
    let mut text = format!("\n{}: {}\n", verify::certificate::STANDARD, verified.result());
    for line in verified.letters.lines() {
        text += &format!("  {} {:<4}  {}", line.letter, line.result, line.title);
        if line.count > 0 {
            text += &format!(": {}", words::count(line.count, "finding", "findings"));
        }
        text.push('\n');
    }
    if let Some(risk) = &verified.ended.risk {
        let records = words::count(risk.records, "record", "records");
        text += &format!("quasi-identifiers: k = {}, {} of {records} at risk\n", risk.k, risk.at_risk);
        for place in risk.places.iter().take(10) {
            text += &format!("  at risk: {place}\n");
        }
    }
    if !verified.ended.undone.small {
        let tokens = words::count(verified.ended.undone.seen, "token", "tokens");
        text += &format!("{tokens} may be a hash and could not be tried in the time that was given (--hash-time)\n");
    }
    if !verified.skipped.is_empty() {
        text += &format!(
            "{} could not be read: what was not read is not verified\n",
            words::count(verified.skipped.len() as u64, "document", "documents")
        );
    }
    text
}
