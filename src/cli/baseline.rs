//! `phivet baseline create|show|prune`

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::args::{BaselineArgs, BaselineCommand, ConfigFlags, CreateArgs, KnownFlags, ScanArgs};
use super::known::{self, Known, Place};
use super::trail::{self, Trail};
use super::{CLEAN, outputs, scan, setup};
use crate::audit::{Outcome, Record};
use crate::config::Loaded;
use crate::error::{Error, Result};
use crate::judge::Finding;
use crate::judge::baseline::{self, Baseline, Entry};
use crate::mask;
use crate::report::words;
use crate::scan::{Event, Scanner};

/// Writes, shows or mends the baseline.
pub(super) fn run(args: &BaselineArgs) -> Result<u8> {
    match &args.command {
        BaselineCommand::Create(args) => {
            recorded(("baseline create", args.reason.as_deref()), &args.scan, &mut |record| create(args, record))
        }
        BaselineCommand::Show { known, config } => show(known, config),
        BaselineCommand::Prune(args) => recorded(("baseline prune", None), args, &mut |record| prune(args, record)),
    }
}

/// Does something to the baseline, and has it recorded.
fn recorded(
    (command, reason): (&str, Option<&str>),
    args: &ScanArgs,
    act: &mut dyn FnMut(&mut Record) -> Result<u8>,
) -> Result<u8> {
    let loaded = setup::configuration(&args.config)?;
    let Some(trail) = Trail::of(&args.audit, &loaded)? else { return act(&mut Record::default()) };
    let scanner = scan::scanner(args, &loaded)?;
    let mut record = Record::of(command);
    trail::about_scan(&mut record, &scanner, args, (&scanner.rules().hash(), &scan::config_hash(args, &loaded)));
    record.reason = reason.map(|reason| trail::reason(&scanner, reason));
    let done = act(&mut record);
    record.outcome = done.as_ref().map_or(Outcome::Failed, |_| Outcome::Done);
    trail::record(Some(&trail), &record)?;
    done
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

/// Flags that leave findings out: what is left out looks as if it were gone.
fn partial(args: &ScanArgs) -> Option<&'static str> {
    let filters = [
        (args.staged, "--staged"),
        (args.diff.is_some(), "--diff"),
        (args.history.is_some(), "--history"),
        (args.pre_push.is_some(), "--pre-push"),
        (!args.select.is_empty(), "--select"),
        (!args.ignore.is_empty(), "--ignore"),
        (!args.include.is_empty(), "--include"),
        (!args.exclude.is_empty(), "--exclude"),
        (args.min_confidence.is_some(), "--min-confidence"),
        (args.max_file_size.is_some(), "--max-file-size"),
    ];
    filters.into_iter().find(|(given, _)| *given).map(|(_, flag)| flag)
}

fn refused(command: &str, flag: &str) -> Error {
    Error::Usage {
        what: format!(
            "`phivet baseline {command}` does not go with {flag}: known findings that it leaves out would be lost"
        ),
        help: format!("leave {flag} out; what holds for the project stands in phivet.yaml"),
    }
}

fn create(args: &CreateArgs, record: &mut Record) -> Result<u8> {
    let loaded = setup::configuration(&args.scan.config)?;
    let place = place(&args.scan.known, &loaded)?;
    let old = place.read(None)?;
    if let Some(flag) = partial(&args.scan).filter(|_| old.is_some()) {
        return Err(refused("create --force", flag));
    }
    if args.expires.as_deref().is_some_and(|day| day < known::today().as_str()) {
        return Err(Error::Usage {
            what: "--expires is a day that has passed".to_owned(),
            help: "name the last day on which the findings may stand, as 2027-01-31".to_owned(),
        });
    }
    if old.is_some() && !args.force {
        return Err(Error::Usage {
            what: format!("{} is there already", place.file.display()),
            help: "`phivet baseline prune` takes out what is gone; --force replaces it, new findings included"
                .to_owned(),
        });
    }
    let mut old = place.parse(old.as_deref().unwrap_or_default())?;
    old.ready(&known::today(), &|path| place.is_gone(path), HashMap::new());
    let git = scan::of_git(&args.scan)?;
    let (scanner, _) = scan::with_flows(scan::scanner(&args.scan, &loaded)?, &args.scan, &loaded, (git, None))?;
    let key = setup::key(&args.scan.known)?;
    let (mut entries, mut covered) = (Vec::new(), known::Roots::default());
    each_entry(&args.scan, &loaded, &scanner, (&place, &mut covered), &mut |mut entry| {
        entry.reason.clone_from(&args.reason);
        entry.author.clone_from(&args.author);
        entry.expires.clone_from(&args.expires);
        let kind = scanner.rules().by_id(&entry.rule).map(|(_, rule)| rule.identifier.kind.clone());
        *record.counts.entry(kind.unwrap_or_default()).or_default() += 1;
        entries.push(said_before(&mut old, entry));
    })?;
    let scanned = entries.len() as u64;
    let outside = |entry: &&Entry| !covered.holds(&entry.path) && !place.is_gone(&entry.path);
    entries.extend(old.entries().iter().filter(outside).cloned());
    let count = entries.len() as u64;
    let sealed = entries.iter().any(|entry| entry.seal.is_some());
    write(&place.file, entries, key.as_ref())?;
    let mut out = String::new();
    if count > scanned {
        let kept = words::count(count - scanned, "entry is", "entries are");
        let _ = writeln!(out, "{kept} kept of what was not scanned now");
    }
    let _ = writeln!(out, "{}: {}", place.file.display(), words::count(count, "known finding", "known findings"));
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
    (place, covered): (&Place, &mut known::Roots),
    on: &mut dyn FnMut(Entry),
) -> Result<()> {
    scan::each(args, loaded, scanner, &mut |wanted| *covered = known::Roots::of(place, wanted), &mut |event| {
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
        let _ = writeln!(
            out,
            "{count:>6}  {}  {}",
            mask::long_numbers(rule),
            mask::long_numbers(&path.escape_debug().to_string())
        );
    }
    let all = words::count(baseline.entries().len() as u64, "known finding", "known findings");
    let _ = writeln!(out, "{}: {all}, {sealed} with a seal, {expired} expired", place.file.display());
    super::print(&out)?;
    Ok(CLEAN)
}

/// Takes out what covers nothing any more; what does is written as it is now (its file may have another name).
fn prune(args: &ScanArgs, record: &mut Record) -> Result<u8> {
    if let Some(flag) = partial(args) {
        return Err(refused("prune", flag));
    }
    let loaded = setup::configuration(&args.config)?;
    let place = place(&args.known, &loaded)?;
    let flags =
        KnownFlags { baseline: Some(place.file.clone()), key_file: None, no_baseline: false, trusted_config: None };
    let (scanner, _) = scan::with_flows(scan::scanner(args, &loaded)?, args, &loaded, (scan::of_git(args)?, None))?;
    let key = setup::key(&args.known)?;
    let Some(mut known) = Known::load(&flags, &loaded, None, key.as_ref())? else { return Ok(CLEAN) };
    let made_with = key.as_ref().map(mask::Key::id).or_else(|| known.baseline.key().map(str::to_owned));
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
    write_text(&place.file, &baseline::write(kept, made_with))?;
    record.details.insert("taken out".to_owned(), (before - after).to_string());
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

fn write(file: &Path, entries: Vec<Entry>, key: Option<&mask::Key>) -> Result<()> {
    write_text(file, &baseline::write(entries, key.map(mask::Key::id)))
}

fn write_text(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).map_err(|error| outputs::unwritten(&file.display().to_string(), &error))
}
