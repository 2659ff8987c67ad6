//! Flags and configuration, made into rules and a policy.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::args::{ConfigFlags, KnownFlags, ScanArgs};
use super::repo;
use super::similar::similar;
use crate::config::{self, Globs, Loaded, PathConfig};
use crate::error::{Error, Result};
use crate::judge::Policy;
use crate::mask::{KEY_LEAST, Key};
use crate::rule::{Rule, RuleId, Rules, Severity};
use crate::scan::{ByName, Scanner};
use crate::source::Alike;

/// The working directory, absolute.
pub(super) fn here() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| Error::Read {
        path: ".".to_owned(),
        reason: error.to_string(),
        help: "run phivet in a folder that exists".to_owned(),
    })
}

/// The configuration that holds: the one named, or the nearest, or none.
pub(super) fn configuration(flags: &ConfigFlags) -> Result<Loaded> {
    match &flags.config {
        Some(file) => config::load(file),
        None if flags.isolated => Ok(Loaded::default()),
        None => config::find(&here()?).map_or_else(|| Ok(Loaded::default()), |file| config::load(&file)),
    }
}

/// All rules: phivet's own and those of the configuration.
pub(super) fn rules(loaded: &Loaded) -> Result<Rules> {
    let rules = Rules::builtin()?;
    let mut texts = Vec::new();
    for dir in &loaded.config.rules {
        texts.extend(match &loaded.revision {
            Some(revision) => repo::yaml_files(revision, &loaded.base.join(dir)),
            None => rule_texts(&loaded.base.join(dir))?,
        });
    }
    let rules = if texts.is_empty() { rules } else { rules.with_texts(&texts)? };
    with_never(rules, &loaded.config.words.never)
}

/// Adds words of this project to what no label of any identifier may hold.
fn with_never(rules: Rules, never: &[String]) -> Result<Rules> {
    if never.is_empty() {
        return Ok(rules);
    }
    let with_words = |(id, rule): (RuleId, &Rule)| {
        let mut rule = rule.clone();
        rule.identifier.never = [&rule.identifier.never[..], never].concat().into();
        serde_yaml::to_string(&rule).map(|text| (rules.file(id).to_owned(), text))
    };
    let texts: Vec<(String, String)> = rules.iter().map(with_words).collect::<Result<_, _>>().map_err(|error| {
        Error::Usage { what: format!("`words` cannot be added to the rules: {error}"), help: "report it".to_owned() }
    })?;
    rules.with_texts(&texts)
}

/// The rule files in a folder, sorted, with their texts.
pub(super) fn rule_texts(dir: &Path) -> Result<Vec<(String, String)>> {
    let unread = |path: &Path, reason: String| Error::Read {
        path: path.display().to_string(),
        reason,
        help: "name a folder of rule files, each `ID.yaml`".to_owned(),
    };
    let mut texts = Vec::new();
    for entry in WalkDir::new(dir).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| unread(error.path().unwrap_or(dir), reason(&error)))?;
        let path = entry.path();
        if entry.file_type().is_file() && path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
            let text = std::fs::read_to_string(path).map_err(|error| unread(path, error.to_string()))?;
            texts.push((path.display().to_string(), text));
        }
    }
    if texts.is_empty() { Err(unread(dir, "no rule file (*.yaml) in it".to_owned())) } else { Ok(texts) }
}

fn reason(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| "it holds a loop of links".to_owned(), std::string::ToString::to_string)
}

/// The policy of flags and configuration; flags win.
pub(super) fn policy(args: &ScanArgs, loaded: &Loaded, rules: &Rules) -> Result<Policy> {
    let config = &loaded.config;
    let mut ignore = from_flags(rules, &args.ignore)?;
    ignore.extend(from_config(rules, loaded, config.ignore.iter())?);
    let selected = from_flags(rules, &args.select)?;
    if !selected.is_empty() {
        ignore.extend(rules.iter().map(|(id, _)| id).filter(|id| !selected.contains(id)));
    }
    Ok(Policy {
        profile: args.profile.or(config.profile).unwrap_or_default(),
        min_confidence: args.min_confidence,
        ignore,
        severity: severities(rules, loaded, &config.severity)?,
        without: Vec::new(),
        key: key(&args.known)?,
        places_only: false,
    })
}

/// The process ends with the scan: to take the rules apart again would cost as much as to scan a small file.
pub(super) fn kept(scanner: Scanner) -> Arc<Scanner> {
    let scanner = Arc::new(scanner);
    std::mem::forget(Arc::clone(&scanner));
    scanner
}

/// The key of the file that is named, or of the environment.
pub(super) fn key(known: &KnownFlags) -> Result<Option<Key>> {
    let secret = match &known.key_file {
        Some(file) => Some(key_file(file)?),
        None => std::env::var_os("PHIVET_KEY").map(|key| key.into_encoded_bytes()).filter(|key| !key.is_empty()),
    };
    let Some(secret) = secret else { return Ok(None) };
    let key = Key::new(secret.trim_ascii());
    key.map(Some).ok_or_else(|| Error::Usage {
        what: format!("the key is shorter than {KEY_LEAST} bytes"),
        help: "make one with `openssl rand -hex 32` and keep it where only the team and its CI can read it".to_owned(),
    })
}

/// The bytes of a key's file, which lies outside of any repository.
pub(super) fn key_file(file: &Path) -> Result<Vec<u8>> {
    let unread =
        |reason: String, help: &str| Error::Read { path: file.display().to_string(), reason, help: help.to_owned() };
    let full = file.canonicalize().map_err(|error| unread(error.to_string(), "name a file that holds the key"))?;
    if let Some(repository) = full.ancestors().skip(1).find(|folder| folder.join(".git").exists()) {
        let reason = format!("it lies inside the repository {}", repository.display());
        return Err(unread(reason, "whoever has key and baseline can guess values: keep the key outside"));
    }
    std::fs::read(&full).map_err(|error| unread(error.to_string(), "name a file that holds the key"))
}

/// Where the configuration says something of its own about some paths: the policy by a document's name.
pub(super) fn policies(loaded: &Loaded, rules: &Rules, everywhere: &Policy) -> Result<Option<ByName>> {
    let one = |path: &PathConfig| {
        let globs = globs(loaded, std::iter::once(&path.path))?;
        let ignore = from_config(rules, loaded, path.ignore.iter())?;
        Ok((globs, path.profile, ignore, severities(rules, loaded, &path.severity)?))
    };
    let paths = loaded.config.paths.iter().map(one).collect::<Result<Vec<_>>>()?;
    if paths.is_empty() {
        return Ok(None);
    }
    let everywhere = everywhere.clone();
    Ok(Some(Arc::new(move |name| {
        let mut policy = None;
        for (_, profile, ignore, severity) in paths.iter().filter(|(globs, ..)| globs.matches(Path::new(name), false)) {
            let policy = policy.get_or_insert_with(|| everywhere.clone());
            policy.profile = profile.unwrap_or(policy.profile);
            policy.ignore.extend(ignore);
            policy.severity.extend(severity);
        }
        policy.map(Arc::new)
    })))
}

/// Which paths the configuration treats alike: names of documents.
pub(super) fn alike(loaded: &Loaded) -> Result<Alike> {
    let paths = loaded.config.paths.iter().map(|path| globs(loaded, std::iter::once(&path.path)));
    let paths = paths.collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(move |one, other| {
        let at = |name: &str, globs: &Globs| globs.matches(Path::new(name), false);
        paths.iter().all(|globs| at(one, globs) == at(other, globs))
    }))
}

/// The paths that the configuration leaves out.
pub(super) fn excluded(loaded: &Loaded) -> Result<Globs> {
    let config = &loaded.config;
    let paths = config.paths.iter().filter(|path| path.exclude).map(|path| &path.path);
    globs(loaded, config.exclude.iter().chain(paths))
}

fn globs<'a>(loaded: &Loaded, patterns: impl Iterator<Item = &'a String>) -> Result<Globs> {
    Globs::new(&loaded.base, &here()?, patterns)
        .map_err(|(pattern, why)| loaded.error_at(&pattern, &why, "patterns are written as in .gitignore"))
}

fn severities(rules: &Rules, loaded: &Loaded, named: &BTreeMap<String, Severity>) -> Result<HashMap<RuleId, Severity>> {
    let ids = from_config(rules, loaded, named.keys())?;
    Ok(ids.into_iter().zip(named.values().copied()).collect())
}

fn from_flags(rules: &Rules, names: &[String]) -> Result<Vec<RuleId>> {
    names.iter().map(|name| by_id(rules, name)).collect()
}

fn from_config<'a>(rules: &Rules, loaded: &Loaded, names: impl Iterator<Item = &'a String>) -> Result<Vec<RuleId>> {
    let known = |name: &String| {
        let found = rules.by_id(name).map(|(id, _)| id);
        found.ok_or_else(|| loaded.error_at(name, &no_rule(name), &instead(rules, name)))
    };
    names.map(known).collect()
}

/// The rule of that id, or an error that names the nearest.
pub(super) fn by_id(rules: &Rules, name: &str) -> Result<RuleId> {
    let found = rules.by_id(name).map(|(id, _)| id);
    found.ok_or_else(|| Error::Usage { what: no_rule(name), help: instead(rules, name) })
}

fn no_rule(name: &str) -> String {
    format!("there is no rule `{name}`")
}

fn instead(rules: &Rules, name: &str) -> String {
    let near = similar(name, rules.iter().map(|(_, rule)| rule.id.as_str()));
    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    format!("{near}`phivet rules list` names all rules")
}
