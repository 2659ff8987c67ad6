//! Findings that a team knows of already. They are told by what is left of them when the value is masked:
//!
//! - *seal*: under a team's key, the value itself, wherever it stands in the document;
//! - *line*: the masked text around the value, without blanks, so that moving and indenting a line changes nothing;
//! - *form*: the masked value and the word before it, for a line that was wrapped or rewritten.
//!
//! A baseline holds no value and no hash of one but seals; it is text, an entry a line, sorted.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::judge::Finding;
use crate::mask;
use crate::rule::Rules;

/// Characters beside the value that count for what a line is.
const AROUND: usize = 24;

/// Characters of a form.
const FORM: usize = 60;

/// One known finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The document's name, masked where it holds a value, relative to the baseline's folder.
    pub path: String,
    /// Id of the rule.
    pub rule: String,
    /// Which line it is: SHA-256 of masked text, its first 16 digits.
    pub line: String,
    /// The word before the value, a blank, and the value, masked.
    pub form: String,
    /// Which one it is of those that look alike, from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub number: u32,
    /// The value's seal, if there was a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// Why it may stay for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The last day on which it counts, as `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

fn first() -> u32 {
    1
}

// The signature is serde's.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_first(number: &u32) -> bool {
    *number == 1
}

impl Entry {
    /// The entry of a finding in the document at `path`.
    #[must_use]
    pub fn of(rules: &Rules, path: &str, finding: &Finding) -> Self {
        Self {
            path: path.to_owned(),
            rule: rules.get(finding.rule).id.clone(),
            line: line(finding),
            form: form(finding),
            number: 1,
            seal: finding.seal.as_deref().map(str::to_owned),
            reason: None,
            author: None,
            expires: None,
        }
    }
}

/// The masked text around a value, without blanks and with one kind of quotes, as a hash.
fn line(finding: &Finding) -> String {
    let (before, value, after) = parts(finding);
    let squeezed = |text: &str| -> Vec<char> { text.chars().filter(|c| !c.is_whitespace()).map(one_quote).collect() };
    let (before, value, after) = (squeezed(before), squeezed(value), squeezed(after));
    let near = &before[before.len().saturating_sub(AROUND)..];
    let text: String = near.iter().chain(&value).chain(after.iter().take(AROUND)).collect();
    let mut hash = mask::digest(text.as_bytes());
    hash.truncate(16);
    hash
}

fn one_quote(c: char) -> char {
    if matches!(c, '\'' | '`') { '"' } else { c }
}

/// The last word before the value, and the value, both masked; digits are `#`, lest the baseline itself looks like PHI.
fn form(finding: &Finding) -> String {
    let (before, value, _) = parts(finding);
    let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|word| !word.is_empty());
    // A masked word may be a neighbour's value, which may go while this one stays.
    let word = word.filter(|word| !word.chars().all(|c| matches!(c, 'x' | '0')));
    let digit = |c: char| if c.is_ascii_digit() { '#' } else { c };
    format!("{} {}", word.unwrap_or_default(), value.trim()).chars().take(FORM).map(digit).collect()
}

fn parts(finding: &Finding) -> (&str, &str, &str) {
    let (text, at) = (finding.excerpt.as_str(), &finding.marked);
    match (text.get(..at.start), text.get(at.clone()), text.get(at.end..)) {
        (Some(before), Some(value), Some(after)) => (before, value, after),
        _ => ("", text, ""),
    }
}

/// The line that says under which key the seals were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    /// The key's id ([`mask::Key::id`]).
    key: String,
}

/// Known findings, of which each covers one.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    entries: Vec<Entry>,
    /// Id of the key under which the seals were made.
    key: Option<String>,
    /// By path, rule, and seal or line: entries that cover nothing yet, the first last.
    exact: HashMap<(String, String, String), Vec<usize>>,
    /// By path: its entries.
    paths: HashMap<String, Vec<usize>>,
    used: Vec<bool>,
    /// Documents that are the renamed ones of others: the new path, the old one.
    renamed: HashMap<String, String>,
    /// Documents that are gone.
    gone: Vec<String>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// The line (from 1) that is no entry, and why.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut entries = Vec::new();
        let mut key: Option<String> = None;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            if ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
                return Err((at + 1, "a merge has left a conflict here; keep the entries of both sides".to_owned()));
            }
            if let Ok(sealed) = serde_json::from_str::<Sealed>(line) {
                if key.as_ref().is_some_and(|key| *key != sealed.key) {
                    return Err((at + 1, "it was made with two keys; create it anew with one".to_owned()));
                }
                key = Some(sealed.key);
                continue;
            }
            let entry: Entry = serde_json::from_str(line).map_err(|error| (at + 1, plain(&error)))?;
            if entry.expires.as_deref().is_some_and(|day| !is_day(day)) {
                return Err((at + 1, "`expires` is a day, as in YYYY-MM-DD".to_owned()));
            }
            entries.push(entry);
        }
        Ok(Self { entries, key, ..Self::default() })
    }

    /// Makes it ready: a document that `is_gone` may have been moved. `today` ends entries that have expired; how many
    /// did is the answer.
    pub fn ready(&mut self, today: &str, is_gone: &dyn Fn(&str) -> bool, renamed: HashMap<String, String>) -> u64 {
        let mut expired = 0;
        self.used = vec![false; self.entries.len()];
        self.renamed = renamed;
        let mut gone: HashMap<&str, bool> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate().rev() {
            if entry.expires.as_deref().is_some_and(|day| day < today) {
                self.used[at] = true;
                expired += 1;
                continue;
            }
            self.paths.entry(entry.path.clone()).or_default().push(at);
            gone.entry(&entry.path).or_insert_with(|| is_gone(&entry.path));
            for key in std::iter::once(&entry.line).chain(&entry.seal) {
                let key = (entry.path.clone(), entry.rule.clone(), key.clone());
                self.exact.entry(key).or_default().push(at);
            }
        }
        self.gone = gone.iter().filter(|(_, gone)| **gone).map(|(path, _)| (*path).to_owned()).collect();
        self.gone.sort_unstable();
        expired
    }

    /// The entry (by its number) of a finding that is known by its seal, or by its line where there is no seal. Each
    /// entry covers one.
    pub fn knows(&mut self, rules: &Rules, path: &str, finding: &Finding) -> Option<usize> {
        let old = self.renamed.get(path).cloned();
        let from = [Some(path), old.as_deref()];
        let at = from.into_iter().flatten().find_map(|from| self.find(rules, from, finding))?;
        self.used[at] = true;
        Some(at)
    }

    fn find(&mut self, rules: &Rules, path: &str, finding: &Finding) -> Option<usize> {
        let rule = rules.get(finding.rule).id.as_str();
        let seal = finding.seal.as_deref();
        let by_seal = seal.and_then(|seal| self.free((path, rule, seal), &|entry| entry.seal.as_deref() == Some(seal)));
        let no_seal = |entry: &Entry| seal.is_none() || entry.seal.is_none();
        by_seal.or_else(|| self.free((path, rule, &line(finding)), &no_seal))
    }

    /// The first entry under a key that covers nothing yet.
    fn free(&mut self, (path, rule, key): (&str, &str, &str), fits: &dyn Fn(&Entry) -> bool) -> Option<usize> {
        let found = self.exact.get_mut(&(path.to_owned(), rule.to_owned(), key.to_owned()))?;
        while found.last().is_some_and(|at| self.used[*at]) {
            found.pop();
        }
        found.iter().rev().copied().find(|at| !self.used[*at] && fits(&self.entries[*at]))
    }

    /// May an entry that covers nothing yet be of this document?
    #[must_use]
    pub fn has_left(&self, path: &str) -> bool {
        !self.gone.is_empty() || self.of_path(path).any(|at| !self.used[at])
    }

    /// Takes a document for one that is gone, if most of what that one had is among these findings, by line or form: a
    /// file that was moved without git's knowledge, or moved and rewritten at once. Two findings are few: then the
    /// file's name or its folder must be the same. Nothing else of a document that is gone covers anything: it would let new leaks in.
    pub fn adopt(&mut self, rules: &Rules, path: &str, findings: &[Finding]) {
        if self.gone.is_empty() || self.paths.contains_key(path) || self.renamed.contains_key(path) {
            return;
        }
        let mut forms: HashMap<(&str, String), usize> = HashMap::new();
        for finding in findings {
            *forms.entry((&rules.get(finding.rule).id, form(finding))).or_default() += 1;
        }
        let mut seals: HashMap<&str, usize> = HashMap::new();
        findings
            .iter()
            .filter_map(|finding| finding.seal.as_deref())
            .for_each(|seal| *seals.entry(seal).or_default() += 1);
        let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
        let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let shares = |old: &&String| {
            let left: Vec<&Entry> = self
                .paths
                .get(*old)
                .into_iter()
                .flatten()
                .filter(|at| !self.used[**at])
                .map(|at| &self.entries[*at])
                .collect();
            let (mut forms, mut seals) = (forms.clone(), seals.clone());
            let taken = |count: Option<&mut usize>| match count {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                _ => false,
            };
            let found = left.iter().filter(|entry| match &entry.seal {
                Some(seal) if !seals.is_empty() => taken(seals.get_mut(seal.as_str())),
                _ => taken(forms.get_mut(&(entry.rule.as_str(), entry.form.clone()))),
            });
            let found = found.count();
            found > 0
                && found * 5 >= left.len() * 4
                && (found > 2 || name(old) == name(path) || folder(old) == folder(path))
        };
        if let Some(old) = self.gone.iter().find(shares) {
            self.renamed.insert(path.to_owned(), old.clone());
        }
    }

    /// The entry of a finding that is known by its form. To be asked when all findings of the document were looked for by
    /// their lines.
    pub fn knows_form(&mut self, rules: &Rules, path: &str, finding: &Finding) -> Option<usize> {
        let (rule, wanted) = (&rules.get(finding.rule).id, form(finding));
        let value = |form: &str| form.split_once(' ').map(|(_, value)| value.to_owned());
        // Where a line was wrapped, the word before the value stands on another line.
        let wrapped = |a: &str, b: &str| (a.starts_with(' ') || b.starts_with(' ')) && value(a) == value(b);
        let fits = |entry: &Entry| {
            let sealed = finding.seal.is_some() && entry.seal.is_some();
            !sealed && &entry.rule == rule && (entry.form == wanted || wrapped(&entry.form, &wanted))
        };
        let found = self.of_path(path).find(|at| !self.used[*at] && fits(&self.entries[*at]));
        if let Some(at) = found {
            self.used[at] = true;
        }
        found
    }

    fn of_path<'a>(&'a self, path: &'a str) -> impl Iterator<Item = usize> + 'a {
        let old = self.renamed.get(path).map(String::as_str);
        let all = std::iter::once(path).chain(old).filter_map(|path| self.paths.get(path));
        all.flat_map(|entries| entries.iter().rev().copied())
    }

    /// Has it entries of this document?
    #[must_use]
    pub fn has_entries(&self, path: &str) -> bool {
        self.of_path(path).next().is_some()
    }

    /// Id of the key under which the seals were made, if it is known.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Entries that covered nothing, expired ones aside. Only those of documents that were scanned are of no use.
    pub fn unused(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().zip(&self.used).filter(|(_, used)| !**used).map(|(entry, _)| entry)
    }
}

/// Entries as a file: sorted, one a line, none twice; before them the id of the `key` that their seals were made with.
#[must_use]
pub fn write(mut entries: Vec<Entry>, key: Option<String>) -> String {
    let mut seen: HashMap<(String, String, String, Option<String>), u32> = HashMap::new();
    for entry in &mut entries {
        let key = (entry.path.clone(), entry.rule.clone(), entry.line.clone(), entry.seal.clone());
        let number = seen.entry(key).or_insert(0);
        *number += 1;
        entry.number = *number;
    }
    let mut lines: Vec<String> = entries.iter().filter_map(|entry| serde_json::to_string(entry).ok()).collect();
    lines.sort_unstable();
    let sealed = key.and_then(|key| serde_json::to_string(&Sealed { key }).ok());
    sealed.into_iter().chain(lines).map(|line| line + "\n").collect()
}

/// What is wrong with a line. The reader's own message may quote the line, and somebody may have named a file of records.
fn plain(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => "its fields are not those that `phivet baseline create` writes".to_owned(),
        _ => "it is no JSON object".to_owned(),
    }
}

/// Is it a day as `2027-01-31`?
#[must_use]
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, width: usize| (part.len() == width).then(|| part.parse::<u32>().ok()).flatten();
    match parts[..] {
        [year, month, day] => {
            number(year, 4).is_some()
                && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
                && number(day, 2).is_some_and(|day| (1..=31).contains(&day))
        }
        _ => false,
    }
}
