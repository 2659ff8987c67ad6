//! Findings into bytes. A format is a row in [`FORMATS`]: a function of entries, in the order in which they happen.
//!
//! No format keeps findings, or at most so many ([`Seen`]): memory does not grow with their number. None sees a
//! document.

mod concise;
mod csv;
mod full;
mod github;
mod gitlab;
mod held;
mod html;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod rdjsonl;
mod record;
mod sarif;
mod tally;
#[cfg(test)]
mod tests;
pub mod words;

use std::io::{self, Write};

use crate::judge::finding::{Finding, Skipped};
use crate::rule::{Rules, Severity};

pub use full::draw;
use held::Held;
use tally::Tally;

/// What every report says about the run that made it.
#[derive(Clone)]
pub struct Meta<'a> {
    /// The rules that were looked for.
    pub rules: &'a Rules,
    /// SHA-256 of the rules, in hex.
    pub rules_hash: String,
    /// SHA-256 of the effective configuration, in hex.
    pub config_hash: String,
    /// The profile under which findings were judged.
    pub profile: String,
    /// The absolute path that document names are relative to, with `/` between its parts and none at its end.
    pub root: Option<String>,
    /// May this report use colours?
    pub color: bool,
    /// Are findings compared with a baseline?
    pub baseline: bool,
    /// The revision that is scanned, if it is one of a repository that has a home.
    pub provenance: Option<Provenance>,
}

/// Which revision of which repository is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The repository's URL, without any credentials.
    pub repository: String,
    /// The commit's id.
    pub revision: String,
    /// The branch, if one is checked out.
    pub branch: Option<String>,
    /// The way from the working directory up to the repository's root: empty, `../`, `../../` …
    pub up: String,
}

/// What a whole run amounts to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Documents that were read.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// Findings of severity error.
    pub errors: u64,
    /// Findings of severity warning.
    pub warnings: u64,
    /// Findings of severity note.
    pub notes: u64,
    /// Findings that were collapsed into others.
    pub more: u64,
    /// Findings that a `phivet:allow` covers.
    pub suppressed: u64,
    /// Findings that the baseline knows.
    pub known: u64,
    /// Documents, or rests of documents, that were not read.
    pub skipped: u64,
    /// What else there is to know about the run, a sentence each (an allow comment that is not trusted, say).
    pub notices: Vec<String>,
    /// What was asked of servers: requests, and bytes of objects that arrived.
    pub fetched: Option<(u64, u64)>,
}

/// One thing that a report is told.
pub enum Entry<'a> {
    /// The report begins.
    Begin,
    /// A finding.
    Finding(&'a Finding),
    /// A finding that a `phivet:allow` covers.
    Suppressed(&'a Finding),
    /// A finding that the baseline knows.
    Known(&'a Finding),
    /// Something was not read.
    Skipped(&'a Skipped),
    /// The report ends.
    End(&'a Summary),
}

/// What has been reported so far.
#[derive(Default)]
pub struct Seen {
    /// Entries written into the array that is open (findings, with suppressed ones where the format has them).
    pub written: u64,
    /// The first documents that were not read.
    pub skipped: Vec<Skipped>,
    /// How many more were not read.
    pub more_skipped: u64,
    /// Findings that are told later, the worst first.
    held: Held,
    /// How many findings there are of which rule, in which document.
    tally: Tally,
}

/// Most skipped documents that formats which tell of them last will name; they count the rest.
const SKIPPED_LIMIT: usize = 10_000;

/// A format: writes one entry. It may count in [`Seen::written`] and hold findings back within
/// limits; what was not read is kept by [`Report`].
pub type Format = fn(&Meta<'_>, &mut Seen, &Entry<'_>, &mut dyn Write) -> io::Result<()>;

/// The formats of a report.
pub const FORMATS: &[(&str, Format)] = &[
    ("full", full::write),
    ("concise", concise::write),
    ("json", json::write),
    ("jsonl", jsonl::write),
    ("sarif", sarif::write),
    ("github", github::write),
    ("gitlab", gitlab::write),
    ("junit", junit::write),
    ("rdjsonl", rdjsonl::write),
    ("csv", csv::write),
    ("markdown", markdown::write),
    ("html", html::write),
];

/// The format of that name.
#[must_use]
pub fn format(name: &str) -> Option<Format> {
    FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
}

/// A report that is being written.
pub struct Report<'a> {
    meta: &'a Meta<'a>,
    format: Format,
    seen: Seen,
    out: Box<dyn Write + 'a>,
}

impl<'a> Report<'a> {
    /// Begins a report.
    ///
    /// # Errors
    /// The writer's.
    pub fn begin(meta: &'a Meta<'a>, format: Format, out: Box<dyn Write + 'a>) -> io::Result<Self> {
        let mut report = Self { meta, format, seen: Seen::default(), out };
        report.write(&Entry::Begin)?;
        Ok(report)
    }

    /// Reports a finding.
    ///
    /// # Errors
    /// The writer's.
    pub fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let entry = if finding.suppressed.is_some() { Entry::Suppressed(finding) } else { Entry::Finding(finding) };
        self.write(&entry)
    }

    /// Reports a finding that the baseline knows.
    ///
    /// # Errors
    /// The writer's.
    pub fn known(&mut self, finding: &Finding) -> io::Result<()> {
        self.write(&Entry::Known(finding))
    }

    /// Reports that something was not read.
    ///
    /// # Errors
    /// The writer's.
    pub fn skipped(&mut self, skipped: &Skipped) -> io::Result<()> {
        if self.seen.skipped.len() < SKIPPED_LIMIT {
            self.seen.skipped.push(skipped.clone());
        } else {
            self.seen.more_skipped += 1;
        }
        self.write(&Entry::Skipped(skipped))
    }

    /// Writes out what is collected.
    ///
    /// # Errors
    /// The writer's.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the report and flushes it.
    ///
    /// # Errors
    /// The writer's.
    pub fn end(mut self, summary: &Summary) -> io::Result<()> {
        self.write(&Entry::End(summary))?;
        self.out.flush()
    }

    fn write(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        (self.format)(self.meta, &mut self.seen, entry, &mut *self.out)
    }
}

impl Summary {
    /// Counts a finding.
    pub fn count(&mut self, finding: &Finding) {
        if finding.suppressed.is_some() {
            self.suppressed += 1 + finding.more;
            return;
        }
        self.more += finding.more;
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
    }
}
