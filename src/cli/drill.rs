//! `phivet drill`: a fire drill. Made-up identifiers are planted into a copy; what does the configured phivet catch?

mod choose;
mod copy;
mod plants;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use clap::Args;
use serde_json::Value;

use super::trail::{self, AuditFlags};
use super::{CLEAN, FOUND, NOTHING, setup};
use crate::audit::Record;
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::{Policy, Scanner};
use copy::Copy;
use plants::Plant;
use told::{Drilled, Fate, Step};

/// How to rehearse.
#[derive(Args)]
pub(super) struct DrillArgs {
    /// Files and folders whose formats are taken for the drill [default: the working directory].
    paths: Vec<PathBuf>,
    /// Files that are copied and planted into, of each ending.
    #[arg(long, value_name = "N", default_value_t = 3)]
    per_format: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Leave the copy there, and say where it is.
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    audit: AuditFlags,
}

/// Copies, plants, scans, commits, redacts, and says what was caught.
pub(super) fn run(args: &DrillArgs) -> Result<u8> {
    let loaded = setup::configuration(&super::args::ConfigFlags { config: None, isolated: false })?;
    trail::recorded((&args.audit, &loaded), "drill", &mut |record| drilled(args, &loaded, record))
}

fn drilled(args: &DrillArgs, loaded: &Loaded, record: &mut Record) -> Result<u8> {
    let here = setup::here()?;
    let base = loaded.file.as_ref().map_or_else(|| here.clone(), |_| loaded.base.clone());
    let copy = Copy::of(&base, &here, &args.paths, args.per_format)?;
    let mut plants = plants::plant(&copy, &setup::rules(loaded)?)?;
    if plants.is_empty() {
        super::print("there is no file to plant into: name a folder of text files\n")?;
        return Ok(NOTHING);
    }
    let mut steps = Vec::new();
    let strict = findings(
        &copy,
        &["scan", "--format", "jsonl", "--all", "--isolated", "--no-baseline", "--profile", "strict", "."],
        &mut None,
    )?;
    let mut step = Some(Step::new("scan"));
    let configured = findings(&copy, &["scan", "--format", "jsonl", "--all", "."], &mut step)?;
    steps.extend(step);
    let excluded = setup::excluded(loaded)?;
    let hidden = |path: &str| excluded.matches(&base.join(path), false);
    for plant in &mut plants {
        plant.fate = fate(plant, &configured, &strict, &loaded.config.ignore, &hidden(&plant.path));
    }
    steps.push(hook(&copy, &plants)?);
    steps.push(redaction(&copy, &plants, &strict)?);
    let scanner = Scanner::new(setup::rules(loaded)?, Policy::default())?;
    let kept = args.keep.then(|| copy.root().display().to_string());
    // Both reports are kept and handed on: names that hold something of somebody are masked in both.
    let shown = |name: &str| crate::mask::long_numbers(scanner.name(name).as_str());
    let drilled = Drilled::of(&plants, steps, (copy.files(), kept), &shown);
    let paths: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
    record.targets = trail::targets(&scanner, paths.iter().map(String::as_str));
    record.counts = drilled.counts();
    super::print(&if args.json { drilled.json() } else { drilled.text() })?;
    if args.keep {
        copy.keep();
    }
    Ok(if drilled.passes() { CLEAN } else { FOUND })
}

/// By path: lines with findings, and the bytes of each value.
struct Found {
    lines: BTreeMap<String, BTreeMap<u64, BTreeSet<String>>>,
    values: BTreeMap<String, Vec<(u64, u64, u64)>>,
}

/// What a run of this program finds in the copy.
fn findings(copy: &Copy, arguments: &[&str], step: &mut Option<Step>) -> Result<Found> {
    let started = Instant::now();
    let output = own(copy.root(), arguments)?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        return Err(Error::Usage {
            what: "the scan of the drill's copy did not go through".to_owned(),
            help: "`phivet scan .` says what is wrong".to_owned(),
        });
    }
    let mut found = Found { lines: BTreeMap::new(), values: BTreeMap::new() };
    for record in output.stdout.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok()) {
        let (Some(rule), Some(path), Some(line)) =
            (record["rule"].as_str(), record["path"].as_str(), record["line"].as_u64())
        else {
            continue;
        };
        let path = path.strip_prefix("./").unwrap_or(path).to_owned();
        found.lines.entry(path.clone()).or_default().entry(line).or_default().insert(rule.to_owned());
        if let (Some(from), Some(to)) = (record["start_byte"].as_u64(), record["end_byte"].as_u64()) {
            found.values.entry(path).or_default().push((line, from, to));
        }
    }
    if let Some(step) = step {
        step.seconds = started.elapsed().as_secs_f64();
        step.caught = found.lines.values().map(|lines| lines.len() as u64).sum();
    }
    Ok(found)
}

/// Runs this program in a folder.
fn own(folder: &Path, arguments: &[&str]) -> Result<Output> {
    let failed = |error: std::io::Error| Error::Usage {
        what: format!("phivet cannot start itself: {error}"),
        help: "run it by its path".to_owned(),
    };
    let program = std::env::current_exe().map_err(failed)?;
    Command::new(program).args(arguments).current_dir(folder).output().map_err(failed)
}

/// What became of a plant.
fn fate(plant: &Plant, configured: &Found, strict: &Found, ignored: &[String], excluded: &bool) -> Fate {
    let on = |found: &Found| {
        let lines = found
            .lines
            .get(&plant.path)
            .into_iter()
            .flat_map(|lines| lines.range(plant.line..plant.line + plant.lines));
        lines.flat_map(|(_, rules)| rules.iter().cloned()).collect::<BTreeSet<String>>()
    };
    let (own, all) = (on(configured), on(strict));
    match () {
        () if plant.allowed && own.is_empty() => Fate::Hidden(told::ALLOWED),
        () if own.contains(&plant.rule) => Fate::Caught,
        () if !own.is_empty() => Fate::CaughtAs(own.into_iter().next().unwrap_or_default()),
        () if all.is_empty() => Fate::Missed,
        () if *excluded => Fate::Hidden("an excluded path"),
        () if ignored.contains(&plant.rule) => Fate::Hidden("a rule that is switched off"),
        () => Fate::Hidden("the profile, the paths' own policies or the baseline"),
    }
}

/// A commit of everything that was planted, as the hook sees it.
fn hook(copy: &Copy, plants: &[Plant]) -> Result<Step> {
    let mut step = Step::new("hook");
    let started = Instant::now();
    if !copy.stage() {
        step.note = Some("not tried: git is not there".to_owned());
        return Ok(step);
    }
    let output = own(copy.root(), &["scan", "--staged", "--format", "jsonl", "--all", "--no-progress"])?;
    step.seconds = started.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stdout);
    let records = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let places: BTreeSet<(String, u64)> =
        records.filter_map(|r| Some((r["path"].as_str()?.to_owned(), r["line"].as_u64()?))).collect();
    let is_caught = |plant: &&Plant| {
        (plant.line..plant.line + plant.lines).any(|line| places.contains(&(plant.path.clone(), line)))
    };
    step.caught = plants.iter().filter(is_caught).count() as u64;
    step.note = Some(
        if output.status.code() == Some(1) { "the commit is held up" } else { "the commit goes through" }.to_owned(),
    );
    Ok(step)
}

/// Redacts the copy, and looks for the planted values in what comes out.
fn redaction(copy: &Copy, plants: &[Plant], strict: &Found) -> Result<Step> {
    let mut step = Step::new("redact");
    // What is no command is taken for a path to scan.
    let help = own(copy.root(), &["redact", "--help"])?.stdout;
    if memchr::memmem::find(&help, b"Usage: phivet redact").is_none() {
        step.note = Some("not tried: this phivet cannot redact".to_owned());
        return Ok(step);
    }
    let started = Instant::now();
    let out = copy.beside("redacted");
    let output = own(copy.root(), &["redact", ".", &out.display().to_string()])?;
    step.seconds = started.elapsed().as_secs_f64();
    if !output.status.success() {
        step.note = Some("`phivet redact` did not go through with this configuration".to_owned());
        return Ok(step);
    }
    for plant in plants {
        let (Ok(before), Ok(after)) =
            (std::fs::read(copy.root().join(&plant.path)), std::fs::read(out.join(&plant.path)))
        else {
            continue;
        };
        let lines = plant.line..plant.line + plant.lines;
        let mut values =
            strict.values.get(&plant.path).into_iter().flatten().filter(|(line, ..)| lines.contains(line)).peekable();
        let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
        let there = values.peek().is_some();
        let gone = values.all(|(_, from, to)| {
            let value = before.get(at(*from)..at(*to)).unwrap_or_default();
            value.is_empty() || memchr::memmem::find(&after, value).is_none()
        });
        step.caught += u64::from(there && gone);
    }
    step.note = Some("values that are gone from what was written".to_owned());
    Ok(step)
}
