//! `phivet stats --epsilon E`: counts by kind, with noise, and a budget that is kept.

mod ledger;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::args::ScanArgs;
use super::{CLEAN, NOTHING, scan, setup, trail};
use crate::audit::Record;
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::incident::Scope;
use crate::rule::Rules;
use crate::scan::Event;
use crate::stats::{self, Ratio};
use ledger::decimal;

/// What to count.
#[derive(Args)]
#[command(after_help = super::help::STATS)]
pub(super) struct StatsArgs {
    /// What to scan, and how.
    #[command(flatten)]
    scan: ScanArgs,
    /// How much the counts may say of one person: smaller is more noise (0.1, 1).
    #[arg(long, value_name = "E", value_parser = epsilon, help_heading = "Privacy")]
    epsilon: Ratio,
    /// In how many kinds one person is counted at most.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Privacy")]
    per_person: u32,
    /// The file in which what was spent on these data is noted.
    #[arg(long, value_name = "FILE", default_value = ".phivet-budget.jsonl", help_heading = "Privacy")]
    ledger: PathBuf,
    /// How much may be spent on these data in all; noted in the ledger when it is begun [default: 1].
    #[arg(long, value_name = "E", value_parser = epsilon, help_heading = "Privacy")]
    budget: Option<Ratio>,
    /// Print JSON.
    #[arg(long, help_heading = "Privacy")]
    json: bool,
}

fn epsilon(text: &str) -> std::result::Result<Ratio, String> {
    Ratio::decimal(text)
        .ok_or_else(|| "it is a decimal number above 0 and up to 1000, with at most six decimals".to_owned())
}

#[derive(Serialize)]
struct Released {
    epsilon: f64,
    budget_left: f64,
    per_person: u32,
    mechanism: &'static str,
    unit: &'static str,
    counts: Vec<Counted>,
}

#[derive(Serialize)]
struct Counted {
    kind: String,
    count: i64,
}

/// Scans, counts people, spends the budget, and prints.
pub(super) fn run(args: &StatsArgs) -> Result<u8> {
    if !args.scan.output.is_empty() || args.scan.format != "full" {
        return Err(Error::Usage {
            what: "released counts are no list of findings: --format and --output do not go with them".to_owned(),
            help: "`--json` prints JSON".to_owned(),
        });
    }
    let loaded = setup::configuration(&args.scan.config)?;
    trail::recorded((&args.scan.audit, &loaded), "stats", &mut |record| counted(args, &loaded, record))
}

fn counted(args: &StatsArgs, loaded: &Loaded, record: &mut Record) -> Result<u8> {
    let scope = Arc::new(Scope::default());
    let seeing = Arc::clone(&scope);
    let scanner = scan::scanner(&args.scan, loaded)?.with_inspection(Arc::new(move |_, document, findings| {
        seeing.see(document, &findings);
        Vec::new()
    }));
    let (mut read, mut unread) = (0, None);
    scan::each(&args.scan, loaded, &scanner, &mut |_| {}, &mut |event| {
        match event {
            Event::Done(done) => read += done.documents,
            Event::Skipped(skipped) => unread = unread.take().or(Some(skipped)),
            _ => {}
        }
        true
    })?;
    if let Some(skipped) = unread {
        return Err(Error::Read {
            path: skipped.document.to_string(),
            reason: skipped.reason,
            help: "counts of a part would be released as counts of all: leave it out by name, or make it readable"
                .to_owned(),
        });
    }
    if read == 0 {
        return Ok(NOTHING);
    }
    let people = scope.of_each().ok_or_else(|| Error::Usage {
        what: "there are more than a million people".to_owned(),
        help: "release counts of parts of the data; their budgets do not add up if nobody is in two of them".to_owned(),
    })?;
    record.targets = trail::targets(&scanner, args.scan.paths.iter().map(String::as_str));
    record.rules = Some(scanner.rules().hash());
    let left = ledger::spend(&args.ledger, args.epsilon, (args.budget, args.per_person))?;
    let counts = stats::release(&people, &kinds(scanner.rules()), (args.epsilon, args.per_person), &mut random)?;
    // Exact counts would undo what the noise hides.
    record.details.insert("epsilon".to_owned(), decimal(args.epsilon.millionths()).to_string());
    record.details.insert("budget left".to_owned(), decimal(left).to_string());
    super::print(&written(args, counts, left))?;
    Ok(CLEAN)
}

/// All kinds of identifiers: which of them are listed says nothing of the data.
fn kinds(rules: &Rules) -> Vec<String> {
    let kinds =
        rules.iter().filter(|(_, rule)| rule.safe_harbor.is_some()).map(|(_, rule)| rule.identifier.kind.clone());
    kinds.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// 64 bits of the system's randomness.
fn random() -> Result<u64> {
    getrandom::u64().map_err(|error| Error::Read {
        path: "the system's randomness".to_owned(),
        reason: error.to_string(),
        help: "nothing was released; noise that can be guessed would hide nobody".to_owned(),
    })
}

fn written(args: &StatsArgs, counts: Vec<(String, i64)>, left: u64) -> String {
    let released = Released {
        epsilon: decimal(args.epsilon.millionths()),
        budget_left: decimal(left),
        per_person: args.per_person,
        mechanism: "discrete Laplace noise",
        unit: "a person: records that share a Social Security or record number, or a plan number, or name and birth date, where the former do not differ; else a record's best identifier",
        counts: counts.into_iter().map(|(kind, count)| Counted { kind, count }).collect(),
    };
    if args.json {
        return serde_json::to_string_pretty(&released).unwrap_or_default() + "\n";
    }
    let mut out = String::from("people with an identifier of a kind, with noise (a count may be below zero):\n");
    for counted in &released.counts {
        out += &format!("{:>12}  {}\n", counted.count, counted.kind);
    }
    out + &format!(
        "epsilon {}, {} kinds a person at most, {}; {} of the budget left\n",
        released.epsilon, released.per_person, released.mechanism, released.budget_left
    )
}
