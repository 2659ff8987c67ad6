//! The baseline as files and flags see it: where it stands, which document is which, what there is to say about it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::args::KnownFlags;
use super::{repo, setup};
use crate::config::{Loaded, plain};
use crate::error::{Error, Result};
use crate::judge::Finding;
use crate::judge::baseline::{Baseline, Entry};
use crate::mask::Key;
use crate::report::words;
use crate::rule::Rules;
use crate::source::{Exclude, Wanted};

/// The name that a baseline has where nobody names it.
pub(super) const NAME: &str = ".phivet-baseline.jsonl";

/// A baseline in use.
pub(super) struct Known {
    pub(super) baseline: Baseline,
    place: Place,
    roots: Roots,
    /// Documents that have entries and were not read.
    skipped: BTreeSet<String>,
    notices: Vec<String>,
}

/// What is scanned: files and folders, as a baseline names them.
#[derive(Default)]
pub(super) struct Roots {
    paths: Vec<String>,
    exclude: Option<Exclude>,
    base: PathBuf,
}

impl Roots {
    /// Of a change (`--staged`, `--diff`) only some lines are scanned: of nothing all.
    pub(super) fn of(place: &Place, wanted: &Wanted) -> Self {
        let roots = wanted.paths.iter().chain(&wanted.artifacts).filter(|_| wanted.git.is_none());
        let paths = roots.map(|root| place.path(root)).collect();
        Self { paths, exclude: wanted.exclude.clone(), base: place.base.clone() }
    }

    /// Is the document at this path among what is scanned?
    pub(super) fn holds(&self, path: &str) -> bool {
        let file = file(path);
        let holds = |root: &String| {
            let rest = path.strip_prefix(root.as_str());
            root.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
        };
        let excluded = || self.exclude.as_ref().is_some_and(|exclude| exclude(&self.base.join(file), false));
        self.paths.iter().any(holds) && !excluded() && !repo::is_ignored(&self.base, file)
    }
}

/// Where a baseline stands, and so what its paths are relative to.
pub(super) struct Place {
    /// The file, as it was named.
    pub(super) file: PathBuf,
    base: PathBuf,
    here: PathBuf,
}

impl Place {
    /// The place that flags or configuration name; `None` where neither does.
    pub(super) fn of(flags: &KnownFlags, loaded: &Loaded) -> Result<Option<Self>> {
        if flags.no_baseline {
            return Ok(None);
        }
        let configured = loaded.config.baseline.as_ref().map(|file| loaded.base.join(file));
        flags.baseline.clone().or(configured).map(Self::at).transpose()
    }

    /// The place at a file.
    pub(super) fn at(file: PathBuf) -> Result<Self> {
        let here = setup::here()?;
        let base = plain(&here.join(&file)).parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { file, base, here })
    }

    /// A document's name relative to the baseline's folder.
    pub(super) fn path(&self, name: &str) -> String {
        if !is_path(name) {
            return name.to_owned();
        }
        let full = plain(&self.here.join(name));
        let path = full.strip_prefix(&self.base).unwrap_or(&full);
        path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
    }

    /// Is the document of an entry no longer there?
    pub(super) fn is_gone(&self, path: &str) -> bool {
        // A member of an archive goes with its archive.
        is_path(path) && self.base.join(file(path)).symlink_metadata().is_err()
    }

    /// What git takes for renamed since the baseline was last committed.
    fn renames(&self) -> HashMap<String, String> {
        let file = plain(&self.here.join(&self.file));
        let since = repo::text(&["log", "-1", "--format=%H", "--", &file.to_string_lossy()]);
        let Some((since, top)) = since.filter(|since| !since.is_empty()).zip(repo::top()) else {
            return HashMap::new();
        };
        let path = |name: &str| self.path(&format!("{top}/{name}"));
        repo::renames(&since).iter().map(|(new, old)| (path(new), path(old))).collect()
    }

    /// The files of a revision, as the baseline names them.
    fn files(&self, revision: &str) -> BTreeSet<String> {
        let top = repo::top().unwrap_or_default();
        repo::files(revision).iter().map(|name| self.path(&format!("{top}/{name}"))).collect()
    }

    /// The text of the baseline, on the disk or in a revision; `None` if it is not there.
    pub(super) fn read(&self, revision: Option<&str>) -> Result<Option<String>> {
        let name = self.file.display().to_string();
        let bytes = match revision {
            Some(revision) => repo::file(revision, &name),
            None => match std::fs::read(&self.file) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => return Err(unread(&name, &error.to_string())),
            },
        };
        bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| unread(&name, "it is no UTF-8"))).transpose()
    }

    /// Reads the entries of a text.
    pub(super) fn parse(&self, text: &str) -> Result<Baseline> {
        Baseline::parse(text).map_err(|(line, what)| {
            let reason = format!("line {line} is no entry: {what}");
            unread(&self.file.display().to_string(), &reason)
        })
    }
}

fn unread(path: &str, reason: &str) -> Error {
    Error::Read {
        path: path.to_owned(),
        reason: reason.to_owned(),
        help: "`phivet baseline create` writes a baseline; --no-baseline scans without one".to_owned(),
    }
}

fn other_key(path: &str) -> Error {
    Error::Read {
        path: path.to_owned(),
        reason: "it was made with another key".to_owned(),
        help: "set PHIVET_KEY to that key; to change the key, `phivet baseline create --force` makes it anew"
            .to_owned(),
    }
}

/// The file that a document is, or stands in.
fn file(path: &str) -> &str {
    path.split('!').next().unwrap_or(path)
}

/// Is it the name of a file (and not `<stdin>`, or a URL)?
fn is_path(name: &str) -> bool {
    !name.starts_with('<') && !name.contains("://")
}

impl Known {
    /// The baseline that flags and configuration name, from the disk or from a revision that is trusted.
    pub(super) fn load(
        flags: &KnownFlags,
        loaded: &Loaded,
        revision: Option<&str>,
        key: Option<&Key>,
    ) -> Result<Option<Self>> {
        let Some(place) = Place::of(flags, loaded)? else { return Ok(None) };
        let name = place.file.display();
        let mut notices = Vec::new();
        let text = place.read(revision)?;
        if text.is_none() && revision.is_none() && flags.baseline.is_some() {
            return Err(unread(&name.to_string(), "no such file"));
        }
        let mut baseline = place.parse(text.as_deref().unwrap_or_default())?;
        if revision.is_some() {
            notices.extend(added(&place, &baseline)?);
        }
        if let (Some(theirs), Some(own)) = (baseline.key(), key.map(Key::id))
            && theirs != own
        {
            return Err(other_key(&name.to_string()));
        }
        let any_gone = baseline.entries().iter().any(|entry| place.is_gone(&entry.path));
        let renames = if any_gone { place.renames() } else { HashMap::new() };
        // What the trusted revision lacks already was not moved by this change.
        let there = revision.filter(|_| any_gone).map(|revision| place.files(revision));
        let is_gone = |path: &str| place.is_gone(path) && there.as_ref().is_none_or(|there| there.contains(file(path)));
        let expired = baseline.ready(&today(), &is_gone, renames);
        if expired > 0 {
            let entries = words::count(expired, "entry of the baseline has", "entries of the baseline have");
            notices.push(format!("{entries} expired: what they covered is new again."));
        }
        let sealed = baseline.entries().iter().any(|entry| entry.seal.is_some());
        if sealed && key.is_none() {
            notices.push("the baseline was made with a key and PHIVET_KEY is not set: a changed value on a known line goes unnoticed.".to_owned());
        }
        Ok(Some(Self { baseline, place, roots: Roots::default(), skipped: BTreeSet::new(), notices }))
    }

    /// The path by which the baseline knows a finding's document.
    pub(super) fn path(&self, finding: &Finding) -> String {
        self.place.path(finding.document.as_str())
    }

    /// The same, when it is told what is scanned. Of a change (`--staged`, `--diff`) only some lines are.
    pub(super) fn of(mut self, wanted: &Wanted) -> Self {
        self.covers(wanted);
        self
    }

    /// Takes note of what is scanned.
    pub(super) fn covers(&mut self, wanted: &Wanted) {
        self.roots = Roots::of(&self.place, wanted);
    }

    /// A document was not read, or not to its end.
    pub(super) fn skipped(&mut self, name: &str) {
        let path = self.place.path(name);
        if self.baseline.has_entries(&path) {
            self.skipped.insert(path);
        }
    }

    /// Does an entry that covers nothing stand for what is no longer there?
    pub(super) fn is_over(&self, entry: &Entry) -> bool {
        let was_scanned = || !self.skipped.contains(&entry.path) && self.roots.holds(&entry.path);
        self.place.is_gone(&entry.path) || was_scanned()
    }

    /// What there is to say at the end.
    pub(super) fn notices(&self, rules: &Rules) -> Vec<String> {
        let mut notices = self.notices.clone();
        let unknown = self.baseline.entries().iter().filter(|entry| rules.by_id(&entry.rule).is_none()).count();
        // Of a change nothing can be said: what is gone from one place may have moved to another.
        let over = |entry: &&Entry| self.roots.holds(&entry.path) && self.is_over(entry);
        let unused = self.baseline.unused().filter(over).count();
        if unused > 0 {
            let entries = words::count(unused as u64, "entry of the baseline covers", "entries of the baseline cover");
            notices.push(format!("{entries} nothing any more; `phivet baseline prune` takes them out."));
        }
        if unknown > 0 {
            let entries = words::count(
                unknown as u64,
                "entry of the baseline names a rule",
                "entries of the baseline name rules",
            );
            notices.push(format!("{entries} that this phivet does not have."));
        }
        notices
    }
}

/// What the baseline on the disk has and the trusted one has not.
fn added(place: &Place, trusted: &Baseline) -> Result<Option<String>> {
    let Some(text) = place.read(None)? else { return Ok(None) };
    let entries: BTreeSet<String> = trusted.entries().iter().filter_map(|e| serde_json::to_string(e).ok()).collect();
    let own = place.parse(&text)?;
    let own = own.entries().iter().filter_map(|entry| serde_json::to_string(entry).ok());
    let added = own.filter(|entry| !entries.contains(entry)).count() as u64;
    let said = words::count(added, "entry is", "entries are");
    Ok((added > 0)
        .then(|| format!("{said} added to the baseline here: not used, since the trusted revision has none of them.")))
}

/// This day in UTC, as `2027-01-31`.
pub(super) fn today() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    words::date(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}
