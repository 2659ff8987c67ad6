//! Findings that a report tells later, so that the worst come first: some of each severity, never all.

use crate::judge::finding::Finding;
use crate::rule::Severity;

/// Findings by severity, each in the order they came.
#[derive(Default)]
pub(super) struct Held {
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
    notes: Vec<Finding>,
    left_out: u64,
}

impl Held {
    /// Holds a finding, unless so many of its severity are held already: then it is counted, and the answer is `false`.
    pub(super) fn keep(&mut self, finding: &Finding, most: usize) -> bool {
        let held = match finding.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
            Severity::Note => &mut self.notes,
        };
        let fits = held.len() < most;
        if fits {
            held.push(finding.clone());
        } else {
            self.left_out += 1;
        }
        fits
    }

    /// What is held, errors first.
    pub(super) fn worst_first(&self) -> impl Iterator<Item = &Finding> {
        self.errors.iter().chain(&self.warnings).chain(&self.notes)
    }

    /// How many were not held.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }
}
