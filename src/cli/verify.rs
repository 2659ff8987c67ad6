//! `phivet verify DATA…`: is this data set de-identified?

mod telling;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::args::ScanArgs;
use super::running::running;
use super::{certify, known, scan, setup, trail};
use crate::audit::Record;
use crate::config::{Config, Loaded};
use crate::error::{Error, Result};
use crate::judge::finding::Skipped;
use crate::scan::{self as run_scan, Event, Scanner};
use crate::source::{self, Wanted};
use crate::verify::{self, Asked, Learner, Verifier};
pub(super) use telling::Verified;
use telling::{told, verified};

/// What to verify, and how.
#[derive(Args)]
#[command(after_help = super::help::VERIFY)]
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
    let loaded = setup::configuration(&scan.config)?;
    let rules = only_rules(&loaded);
    trail::recorded((&scan.audit, &loaded), "verify", &mut |record| judged(args, &rules, record))
}

fn judged(args: &VerifyArgs, loaded: &Loaded, record: &mut Record) -> Result<u8> {
    let scan = &args.scan;
    let original = learned(args, loaded)?;
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
    let scanner = scanner(scan, loaded)?
        .with_inspection(Arc::new(move |scanner, document, found| inspecting.inspect(scanner, document, found)));
    let wanted = wanted(scan, loaded)?;
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
    verified.note(args, record);
    certify::write(args, &verified, (before, &today, compared))?;
    Ok(told(args, &verified))
}

/// Of a configuration only its rules count: data may not exempt themselves.
fn only_rules(loaded: &Loaded) -> Loaded {
    let mut only = loaded.clone();
    only.config = Config { rules: loaded.config.rules.clone(), ..Config::default() };
    only
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
    let running = running(&args.scan, &wanted, true);
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

/// Does a file's name ask for JSON?
pub(super) fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
}
