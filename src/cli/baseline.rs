//! `phivet baseline create|show|prune`

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::args::{BaselineArgs, BaselineCommand, ConfigFlags, CreateArgs, KnownFlags, ScanArgs};
use super::known::{self, Known, Place};
use super::{CLEAN, outputs, scan, setup};
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::judge::Finding;
use crate::judge::baseline::{self, Baseline, Entry};
use crate::report::words;
use crate::scan::{Event, Scanner};

/// Writes, shows or mends the baseline.
pub(super) fn run(args: &BaselineArgs) -> Result<u8> {
    match &args.command {
        BaselineCommand::Create(args) => create(args),
        BaselineCommand::Show { known, config } => show(known, config),
        BaselineCommand::Prune(args) => prune(args),
    }
}

/// Where the baseline is, or will be: what flags and configuration say, else beside the configuration, else here.
fn place(flags: &KnownFlags, loaded: &Loaded) -> Result<Place> {
    match Place::of(flags, loaded)? {
        Some(place) => Ok(place),
        None => Place::at(
            loaded.file.as_ref().map_or_else(|| PathBuf::from(known::NAME), |_| loaded.base.join(known::NAME)),
        ),
    }
}

fn create(args: &CreateArgs) -> Result<u8> {
    let loaded = setup::configuration(&args.scan.config)?;
    let place = place(&args.scan.known, &loaded)?;
    let old = place.read(None)?;
    if old.is_some() && !args.force {
        return Err(Error::Usage {
            what: format!("{} is there already", place.file.display()),
            help: "`phivet baseline prune` takes out what is gone; --force replaces it, new findings included"
                .to_owned(),
        });
    }
    let mut old = place.parse(old.as_deref().unwrap_or_default())?;
    old.ready(&known::today(), &|path| place.is_gone(path), HashMap::new());
    let scanner =
        scan::with_flows(scan::scanner(&args.scan, &loaded)?, &args.scan, &loaded, scan::of_git(&args.scan)?)?;
    let mut entries = Vec::new();
    each_entry(&args.scan, &loaded, &scanner, &place, &mut |mut entry| {
        entry.reason.clone_from(&args.reason);
        entry.author.clone_from(&args.author);
        entry.expires.clone_from(&args.expires);
        entries.push(said_before(&mut old, entry));
    })?;
    let count = entries.len() as u64;
    let sealed = entries.iter().any(|entry| entry.seal.is_some());
    write(&place.file, entries)?;
    let mut out = format!("{}: {}\n", place.file.display(), words::count(count, "known finding", "known findings"));
    if loaded.config.baseline.is_none() && args.scan.known.baseline.is_none() {
        let _ = writeln!(out, "add `baseline: {}` to phivet.yaml, or scan with --baseline", known::NAME);
    }
    if !sealed && count > 0 {
        out += "made without a key: a value that replaces a known one of the same form on its line goes unnoticed; see PHIVET_KEY\n";
    }
    super::print(&out)?;
    Ok(CLEAN)
}

/// The entry, with what the old baseline said of it.
fn said_before(old: &mut Baseline, mut entry: Entry) -> Entry {
    let same = |known: &&Entry| (&known.path, &known.rule, &known.line) == (&entry.path, &entry.rule, &entry.line);
    if let Some(known) = old.entries().iter().find(same) {
        entry.reason = entry.reason.or_else(|| known.reason.clone());
        entry.author = entry.author.or_else(|| known.author.clone());
        entry.expires = entry.expires.or_else(|| known.expires.clone());
    }
    entry
}

/// Scans, and hands on an entry for every finding that is not allowed in place.
fn each_entry(
    args: &ScanArgs,
    loaded: &Loaded,
    scanner: &Scanner,
    place: &Place,
    on: &mut dyn FnMut(Entry),
) -> Result<()> {
    scan::each(args, loaded, scanner, &mut |_| {}, &mut |event| {
        if let Event::Finding(finding) = event
            && finding.suppressed.is_none()
        {
            on(Entry::of(scanner.rules(), &place.path(finding.document.as_str()), &finding));
        }
        true
    })
}

fn show(flags: &KnownFlags, config: &ConfigFlags) -> Result<u8> {
    let loaded = setup::configuration(config)?;
    let place = place(flags, &loaded)?;
    let text = place.read(None)?.ok_or_else(|| Error::Read {
        path: place.file.display().to_string(),
        reason: "no such file".to_owned(),
        help: "`phivet baseline create` writes it".to_owned(),
    })?;
    let baseline = place.parse(&text)?;
    let today = known::today();
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let (mut expired, mut sealed) = (0, 0);
    for entry in baseline.entries() {
        *counts.entry((&entry.path, &entry.rule)).or_default() += 1;
        expired += u64::from(entry.expires.as_ref().is_some_and(|day| *day < today));
        sealed += u64::from(entry.seal.is_some());
    }
    let mut out = String::new();
    for ((path, rule), count) in counts {
        let _ = writeln!(out, "{count:>6}  {rule}  {}", path.escape_debug());
    }
    let all = words::count(baseline.entries().len() as u64, "known finding", "known findings");
    let _ = writeln!(out, "{}: {all}, {sealed} with a seal, {expired} expired", place.file.display());
    super::print(&out)?;
    Ok(CLEAN)
}

/// Takes out what covers nothing any more; what does is written as it is now (its file may have another name).
fn prune(args: &ScanArgs) -> Result<u8> {
    let loaded = setup::configuration(&args.config)?;
    let place = place(&args.known, &loaded)?;
    let flags =
        KnownFlags { baseline: Some(place.file.clone()), key_file: None, no_baseline: false, trusted_config: None };
    let scanner = scan::with_flows(scan::scanner(args, &loaded)?, args, &loaded, scan::of_git(args)?)?;
    let keyed = setup::key(&args.known)?.is_some();
    let Some(mut known) = Known::load(&flags, &loaded, None, keyed)? else { return Ok(CLEAN) };
    let current = covered(args, &loaded, &scanner, &mut known)?;
    let today = known::today();
    let stays = |(at, entry): (usize, &Entry)| match current.get(&at) {
        Some(now) => Some(Entry {
            reason: entry.reason.clone(),
            author: entry.author.clone(),
            expires: entry.expires.clone(),
            seal: now.seal.clone().or_else(|| entry.seal.clone()),
            ..now.clone()
        }),
        None if known.is_over(entry) || entry.expires.as_ref().is_some_and(|day| *day < today) => None,
        None => Some(entry.clone()),
    };
    let kept: Vec<Entry> = known.baseline.entries().iter().enumerate().filter_map(stays).collect();
    let (before, after) = (known.baseline.entries().len() as u64, kept.len() as u64);
    write(&place.file, kept)?;
    let gone = words::count(before - after, "entry is", "entries are");
    super::print(&format!("{}: {gone} taken out, {} left\n", place.file.display(), words::thousands(after)))?;
    Ok(CLEAN)
}

/// What the entries (by number) cover, as it is now.
fn covered(args: &ScanArgs, loaded: &Loaded, scanner: &Scanner, known: &mut Known) -> Result<HashMap<usize, Entry>> {
    let rules = scanner.rules();
    let mut current = HashMap::new();
    let mut left = Vec::new();
    let known = std::cell::RefCell::new(known);
    scan::each(args, loaded, scanner, &mut |wanted| known.borrow_mut().covers(wanted), &mut |event| {
        let mut known = known.borrow_mut();
        match event {
            Event::Finding(finding) if finding.suppressed.is_none() => {
                let path = known.path(&finding);
                match known.baseline.knows(rules, &path, &finding) {
                    Some(at) => drop(current.insert(at, Entry::of(rules, &path, &finding))),
                    None => left.push(finding),
                }
            }
            Event::Skipped(skipped) => known.skipped(skipped.document.as_str()),
            Event::Done(_) => {
                let left = std::mem::take(&mut left);
                let left: Vec<Finding> = left.into_iter().map(|finding| *finding).collect();
                let path = left.first().map_or_else(String::new, |first| known.path(first));
                known.baseline.adopt(rules, &path, &left);
                for finding in left {
                    if let Some(at) = known.baseline.knows_form(rules, &path, &finding) {
                        current.insert(at, Entry::of(rules, &path, &finding));
                    }
                }
            }
            _ => {}
        }
        true
    })?;
    Ok(current)
}

fn write(file: &Path, entries: Vec<Entry>) -> Result<()> {
    let text = baseline::write(entries);
    std::fs::write(file, text).map_err(|error| outputs::unwritten(&file.display().to_string(), &error))
}
