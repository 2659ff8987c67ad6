//! What a review tells, as findings like any other.

use super::event::Spot;
use crate::judge::{Finding, Pos};
use crate::mask::{self, Masked};
use crate::rule::Rules;

/// What is told of an event, or of a user at their first event.
pub(super) struct Found {
    pub(super) rule: &'static str,
    pub(super) spot: Spot,
    /// Evidence: words, numbers, and a user's name as it may be printed.
    pub(super) says: Vec<String>,
    pub(super) more: u64,
}

/// The findings, each of a rule that is switched on.
pub(super) fn findings(found: Vec<Found>, rules: &Rules, document: &Masked) -> Vec<Finding> {
    let one = |(ordinal, found): (u32, Found)| {
        let (id, rule) = rules.by_id(found.rule)?;
        let Spot { line, bytes, width, excerpt } = found.spot;
        let end = Pos { line, column: 1 + width };
        Some(Finding {
            rule: id,
            kind: rule.identifier.kind.clone(),
            severity: rule.severity,
            confidence: 1.0,
            phi: false,
            document: document.clone(),
            start_byte: bytes.start,
            end_byte: bytes.end,
            start: Pos { line, column: 1 },
            end,
            marked: 0..excerpt.as_str().len(),
            fingerprint: mask::fingerprint(&rule.id, document, &excerpt, None, ordinal),
            excerpt,
            trail: Vec::new(),
            evidence: found.says.into_iter().map(Into::into).collect(),
            seal: None,
            in_column: None,
            more: found.more,
            suppressed: None,
            note: None,
            edit: None,
            exposure: None,
        })
    };
    (0..).zip(found).filter_map(one).collect()
}

/// What stands inside of the log beside the fields that it is made of, told at its event.
pub(super) fn inside(found: Vec<(Spot, Finding)>, rules: &Rules, document: &Masked) -> Vec<Finding> {
    let one = |(ordinal, (spot, finding)): (u32, (Spot, Finding))| {
        let mut evidence = finding.evidence.clone();
        evidence.push("inside of an access log".into());
        let Spot { line, bytes, width, excerpt } = spot;
        Finding {
            fingerprint: mask::fingerprint(&rules.get(finding.rule).id, document, &excerpt, None, ordinal),
            document: document.clone(),
            start_byte: bytes.start,
            end_byte: bytes.end,
            start: Pos { line, column: 1 },
            end: Pos { line, column: 1 + width },
            marked: 0..excerpt.as_str().len(),
            excerpt,
            evidence,
            in_column: None,
            seal: None,
            edit: None,
            trail: Vec::new(),
            ..finding
        }
    };
    (0..).zip(found).map(one).collect()
}
