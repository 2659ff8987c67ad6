//! Counts of findings for reports that show where they are.

use std::collections::BTreeMap;

use crate::judge::finding::Finding;
use crate::rule::{RuleId, Severity};

/// How many documents are counted each by itself.
const DOCUMENTS: usize = 10_000;

/// Findings by severity, those collapsed into others included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) notes: u64,
}

/// Findings by rule and by document.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) rules: BTreeMap<RuleId, Count>,
    pub(super) documents: BTreeMap<String, Count>,
    /// Findings in further documents.
    pub(super) elsewhere: Count,
}

impl Count {
    fn add(&mut self, finding: &Finding) {
        let number = 1 + finding.more;
        match finding.severity {
            Severity::Error => self.errors += number,
            Severity::Warning => self.warnings += number,
            Severity::Note => self.notes += number,
        }
    }

    /// All of them.
    pub(super) fn total(self) -> u64 {
        self.errors + self.warnings + self.notes
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
    }
}

impl Tally {
    /// Counts a finding that stands in a document of this name.
    pub(super) fn add(&mut self, finding: &Finding, document: &str) {
        self.rules.entry(finding.rule).or_default().add(finding);
        if let Some(count) = self.documents.get_mut(document) {
            count.add(finding);
        } else if self.documents.len() < DOCUMENTS {
            self.documents.entry(document.to_owned()).or_default().add(finding);
        } else {
            self.elsewhere.add(finding);
        }
    }
}

/// The entries with the highest counts first; equal ones by name.
pub(super) fn most<K: Ord + Copy>(counts: impl Iterator<Item = (K, Count)>) -> Vec<(K, Count)> {
    let mut sorted: Vec<(K, Count)> = counts.collect();
    sorted.sort_by_key(|(key, count)| (std::cmp::Reverse(count.total()), *key));
    sorted
}
