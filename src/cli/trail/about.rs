//! What a record says of a scan.

use std::collections::BTreeMap;

use super::hidden;
use crate::audit::{Outcome, Record};
use crate::cli::args::ScanArgs;
use crate::cli::{CLEAN, FOUND, NOTHING};
use crate::judge::Finding;
use crate::mask::Masked;
use crate::report::Summary;
use crate::scan::Scanner;

/// Names of things that a command works on, as a trail may hold them: masked, addresses without credentials.
pub(in crate::cli) fn targets<'a>(scanner: &Scanner, names: impl IntoIterator<Item = &'a str>) -> Vec<Masked> {
    names.into_iter().map(|name| hidden::name(scanner, &plain(name))).collect()
}

/// An address without user, password and query (which may hold a signature).
fn plain(name: &str) -> String {
    let Some((scheme, rest)) = name.split_once("://") else { return name.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let host = host.rsplit('@').next().unwrap_or_default();
    if path.is_empty() { format!("{scheme}://{host}") } else { format!("{scheme}://{host}/{path}") }
}

/// Notes in a record what is scanned, and by which rules.
pub(in crate::cli) fn about_scan(
    record: &mut Record,
    scanner: &Scanner,
    args: &ScanArgs,
    (rules, config): (&str, &str),
) {
    let named = args.paths.iter().chain(&args.artifacts).chain(&args.files_from).chain(&args.commit_msg);
    record.targets = targets(scanner, named.map(String::as_str));
    record.rules = Some(rules.to_owned());
    record.config = Some(config.to_owned());
    let git = [
        (args.staged, "staged"),
        (args.diff.is_some(), "diff"),
        (args.history.is_some(), "history"),
        (args.pre_push.is_some(), "pre-push"),
    ];
    if let Some((_, what)) = git.iter().find(|(asked, _)| *asked) {
        record.details.insert("git".to_owned(), (*what).to_owned());
    } else if record.targets.is_empty() {
        record.targets = targets(scanner, [if args.stdin_filename.is_some() { "-" } else { "." }]);
    }
}

/// Notes in a record what a scan has read.
pub(in crate::cli) fn about_run(record: &mut Record, summary: &Summary) {
    let numbers = [
        ("documents", summary.files),
        ("bytes", summary.bytes),
        ("not read", summary.skipped),
        ("allowed", summary.suppressed),
        ("known", summary.known),
    ];
    record.details.extend(numbers.iter().filter(|(_, n)| *n > 0).map(|(name, n)| ((*name).to_owned(), n.to_string())));
}

/// Counts a finding by its kind.
pub(in crate::cli) fn count(counts: &mut BTreeMap<String, u64>, finding: &Finding) {
    if finding.suppressed.is_none() {
        *counts.entry(finding.kind.clone()).or_default() += 1 + finding.more;
    }
}

/// How a command ended, by its exit code.
pub(in crate::cli) fn outcome(code: u8) -> Outcome {
    match code {
        CLEAN => Outcome::Clean,
        FOUND => Outcome::Found,
        NOTHING => Outcome::Nothing,
        _ => Outcome::Failed,
    }
}

/// What a person gave as a reason. Masked where it holds an identifier or a day: whose record it is stands in the record.
pub(in crate::cli) fn reason(scanner: &Scanner, text: &str) -> Masked {
    hidden::text(scanner, text.trim())
}
