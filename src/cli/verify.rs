//! `phivet verify DATA…`: is this data set de-identified?

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::args::ScanArgs;
use super::done::{Operation, done};
use super::outputs::{self, Outputs};
use super::{CLEAN, FOUND, NOTHING, WRONG, certify, known, scan, setup};
use crate::config::{Config, Loaded};
use crate::error::{Error, Result};
use crate::judge::finding::{Finding, Skipped};
use crate::report::{Meta, Summary, words};
use crate::rule::Severity;
use crate::scan::{self as run_scan, Collapse, Event, Running, Scanner};
use crate::source::{self, Wanted};
use crate::verify::{self, Asked, Ended, Learner, Letters, Verifier};

/// What to verify, and how.
#[derive(Args)]
pub(super) struct VerifyArgs {
    /// What to read, and where reports go.
    #[command(flatten)]
    pub(super) scan: ScanArgs,
    /// The data as they were before: no value of them may survive, in any form. May be given several times.
    #[arg(long, value_name = "PATH", help_heading = "Verification")]
    original: Vec<String>,
    /// Columns that single people out together: k-anonymity is measured over them.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', help_heading = "Verification")]
    quasi: Vec<String>,
    /// The column whose values must differ among people who look alike (l-diversity).
    #[arg(long, value_name = "COLUMN", requires = "quasi", help_heading = "Verification")]
    sensitive: Option<String>,
    /// How many records must share each combination.
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Verification")]
    k: u64,
    /// How many different sensitive values each combination must have.
    #[arg(long, value_name = "N", default_value_t = 2, help_heading = "Verification")]
    l: u64,
    /// Write a certificate into FILE: Markdown, or JSON if it ends in `.json`. May be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Verification")]
    pub(super) certificate: Vec<PathBuf>,
    /// Seconds that may be spent on undoing tokens that look like hashes.
    #[arg(long, value_name = "SECONDS", default_value_t = 20, help_heading = "Verification")]
    hash_time: u64,
}

/// Flags of `scan` that would leave something out of the data, or are about something else than data.
fn refused(args: &ScanArgs) -> Option<&'static str> {
    let flags = [
        (args.staged, "--staged"),
        (args.diff.is_some(), "--diff"),
        (args.history.is_some(), "--history"),
        (args.pre_push.is_some(), "--pre-push"),
        (args.commit_msg.is_some(), "--commit-msg"),
        (args.known.baseline.is_some(), "--baseline"),
        (args.known.trusted_config.is_some(), "--trusted-config"),
        (!args.select.is_empty(), "--select"),
        (!args.ignore.is_empty(), "--ignore"),
        (!args.exclude.is_empty(), "--exclude"),
        (args.profile.is_some(), "--profile"),
        (args.checkpoint.is_some(), "--checkpoint"),
        (args.sample.is_some(), "--sample"),
        (args.tee, "--tee"),
    ];
    flags.into_iter().find(|(given, _)| *given).map(|(_, flag)| flag)
}

/// Verifies, reports, and says with which code to exit.
pub(super) fn run(args: &VerifyArgs) -> Result<u8> {
    let scan = &args.scan;
    if let Some(flag) = refused(scan) {
        return Err(Error::Usage {
            what: format!("`phivet verify` does not go with {flag}"),
            help: "a data set is verified as a whole, and nothing in it is exempt".to_owned(),
        });
    }
    if scan.paths.is_empty() && scan.artifacts.is_empty() && scan.files_from.is_none() {
        return Err(Error::Usage {
            what: "no data are named".to_owned(),
            help: "name files, folders or addresses: `phivet verify out/`".to_owned(),
        });
    }
    let loaded = only_rules(setup::configuration(&scan.config)?);
    let original = learned(args, &loaded)?;
    let compared = original.is_some();
    let today = known::today();
    let year = today.get(..4).and_then(|year| year.parse().ok()).unwrap_or(2026);
    let quasi = (!args.quasi.is_empty()).then(|| Asked {
        columns: args.quasi.clone(),
        sensitive: args.sensitive.clone(),
        k: args.k.max(1),
        l: args.l,
    });
    let verifier = Arc::new(Verifier::new(year, quasi, original));
    let inspecting = Arc::clone(&verifier);
    let scanner = scanner(scan, &loaded)?
        .with_inspection(Arc::new(move |scanner, document, found| inspecting.inspect(scanner, document, found)));
    let wanted = wanted(scan, &loaded)?;
    let before = certify::hashes(args, (&scanner, &verifier), &wanted);
    let mut verified = verified(scan, &scanner, &wanted, &verifier, Duration::from_secs(args.hash_time))?;
    if before != certify::hashes(args, (&scanner, &verifier), &wanted) {
        verified.notices.push("a file changed while it was read: verify again".to_owned());
        verified.changed = true;
    }
    if !args.quasi.is_empty() && verified.ended.risk.is_none() {
        return Err(Error::Usage {
            what: "no table and no JSON in the data has all the columns of --quasi".to_owned(),
            help: "name columns as their headers do, as in `--quasi zip3,birth_year,sex`".to_owned(),
        });
    }
    certify::write(args, &verified, (before, &today, compared))?;
    Ok(told(args, &verified))
}

/// Of a configuration only its rules count: data may not exempt themselves.
fn only_rules(mut loaded: Loaded) -> Loaded {
    loaded.config = Config { rules: std::mem::take(&mut loaded.config.rules), ..Config::default() };
    loaded
}

fn scanner(args: &ScanArgs, loaded: &Loaded) -> Result<Scanner> {
    let policy = crate::Policy { min_confidence: args.min_confidence, ..verify::policy() };
    Scanner::new(setup::rules(loaded)?, policy)
}

/// What is read of the data: of folders all, whatever `.gitignore` says.
fn wanted(args: &ScanArgs, loaded: &Loaded) -> Result<Wanted> {
    let mut wanted = scan::wanted(args, loaded, None, None)?;
    let named = std::mem::take(&mut wanted.paths);
    wanted.artifacts.extend(named);
    match scan::missing(&wanted).first() {
        Some(path) => Err(not_there(path)),
        None => Ok(wanted),
    }
}

fn not_there(path: &str) -> Error {
    Error::Read {
        path: crate::mask::long_numbers(path),
        reason: "no such file or folder".to_owned(),
        help: "check the path: nothing was verified".to_owned(),
    }
}

/// The values of the original.
fn learned(args: &VerifyArgs, loaded: &Loaded) -> Result<Option<Learner>> {
    if args.original.is_empty() {
        return Ok(None);
    }
    let wanted = Wanted { artifacts: args.original.clone(), ..Wanted::default() };
    if let Some(path) = scan::missing(&wanted).first() {
        return Err(not_there(path));
    }
    let learner = Arc::new(Learner::default());
    let learning = Arc::clone(&learner);
    let scanner = scanner(&args.scan, loaded)?.with_inspection(Arc::new(move |_, document, found| {
        learning.inspect(document, &found);
        Vec::new()
    }));
    let mut unread: Vec<Skipped> = Vec::new();
    let running = Running { threads: scan::threads(&args.scan), all: true, limits: args.scan.unpack.limits() };
    run_scan::run(&scanner, running, |push| source::inputs(&wanted, push), &mut |event| {
        if let Event::Skipped(skipped) = event {
            unread.push(skipped);
        }
        true
    });
    drop(scanner);
    if let Some(skipped) = unread.first() {
        return Err(Error::Read {
            path: skipped.document.to_string(),
            reason: format!("{}, and so its values cannot be compared", skipped.reason),
            help: "name an original that can be read to its end".to_owned(),
        });
    }
    Ok(Arc::into_inner(learner))
}

/// A data set that has been verified.
pub(super) struct Verified<'a> {
    pub(super) scanner: &'a Scanner,
    pub(super) rules_hash: String,
    pub(super) summary: Summary,
    pub(super) skipped: Vec<Skipped>,
    pub(super) letters: Letters,
    pub(super) ended: Ended,
    pub(super) notices: Vec<String>,
    /// Did a file change meanwhile?
    pub(super) changed: bool,
    counts: BTreeMap<String, u64>,
    failing: bool,
}

impl Verified<'_> {
    /// `pass`, `fail`, or `incomplete`.
    pub(super) fn result(&self) -> &'static str {
        let risk = self.ended.risk.as_ref().is_none_or(verify::Risk::passes);
        if !self.letters.pass() || !risk {
            "fail"
        } else if !self.skipped.is_empty() || self.summary.files == 0 || self.changed {
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

fn verified<'a>(
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
    let shown = Meta { color: super::colors(&io::stdout()), ..plain.clone() };
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
    let threads = scan::threads(args);
    let running = Running { threads, all: args.all, limits: args.unpack.limits() };
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
            "{}: k = {} over {} records, {} unique, {} at risk.",
            risk.columns.join(", "),
            risk.k,
            words::thousands(risk.records),
            words::thousands(risk.unique),
            words::thousands(risk.at_risk)
        ));
        if let (Some(l), Some(sensitive)) = (risk.l, risk.l_asked) {
            notices.push(format!("l = {l}, where {sensitive} is asked for."));
        }
    }
    if ended.left_out > 0 {
        notices.push(format!("{} values of the original were not compared: there are too many.", ended.left_out));
    }
    notices
}

/// Says each letter's result, and the exit code.
fn told(args: &VerifyArgs, verified: &Verified<'_>) -> u8 {
    let result = verified.result();
    done(&Operation {
        command: "verify",
        targets: args.scan.paths.iter().map(|path| verified.scanner.name(path).to_string()).collect(),
        counts: verified.counts.clone(),
        outcome: result.to_owned(),
    });
    if !args.scan.quiet {
        let text = table(verified);
        // Where programs read standard output, people read standard error.
        let _ = if outputs::is_human(&args.scan.format) {
            super::print(&text)
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
        text += &format!("quasi-identifiers: k = {}, {} of {} records at risk\n", risk.k, risk.at_risk, risk.records);
        for place in risk.places.iter().take(10) {
            text += &format!("  at risk: {place}\n");
        }
    }
    if !verified.skipped.is_empty() {
        text += &format!(
            "{} could not be read: what was not read is not verified\n",
            words::count(verified.skipped.len() as u64, "document", "documents")
        );
    }
    text
}

/// Does a file's name ask for JSON?
pub(super) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
}
