//! The contract of JSON and JSON Lines: which keys a record has, and in which order.

use std::borrow::Cow;

use serde::Serialize;

use super::{Meta, Summary};
use crate::document::Exposure;
use crate::judge::finding::{Finding, Skipped, Step};
use crate::mask::Masked;
use crate::rule::Severity;

/// A finding, its keys in the order of the contract.
#[derive(Serialize)]
pub(super) struct FindingRecord<'a> {
    rule: &'a str,
    kind: &'a str,
    safe_harbor: Option<char>,
    severity: Severity,
    confidence: f64,
    phi: bool,
    path: &'a Masked,
    start_byte: u64,
    end_byte: u64,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    excerpt: &'a Masked,
    evidence: &'a [Cow<'static, str>],
    trail: Vec<StepRecord<'a>>,
    fingerprint: &'a str,
    more: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposure: Option<&'a Exposure>,
}

#[derive(Serialize)]
struct StepRecord<'a> {
    path: &'a Masked,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    says: &'a str,
}

/// Something that was not read.
#[derive(Serialize)]
pub(super) struct SkippedRecord<'a> {
    skipped: &'a Masked,
    reason: &'a str,
}

/// The run as a whole.
#[derive(Serialize)]
pub(super) struct SummaryRecord<'a> {
    tool: &'static str,
    version: &'static str,
    rules: &'a str,
    config: &'a str,
    profile: &'a str,
    files: u64,
    bytes: u64,
    errors: u64,
    warnings: u64,
    notes: u64,
    more: u64,
    suppressed: u64,
    known: u64,
    skipped: u64,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notices: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fetched_bytes: Option<u64>,
}

impl<'a> FindingRecord<'a> {
    pub(super) fn of(meta: &Meta<'a>, finding: &'a Finding) -> Self {
        let rule = meta.rules.get(finding.rule);
        Self {
            rule: &rule.id,
            kind: &finding.kind,
            safe_harbor: rule.safe_harbor,
            severity: finding.severity,
            confidence: confidence(finding),
            phi: finding.phi,
            path: &finding.document,
            start_byte: finding.start_byte,
            end_byte: finding.end_byte,
            line: finding.start.line,
            column: finding.start.column,
            end_line: finding.end.line,
            end_column: finding.end.column,
            excerpt: &finding.excerpt,
            evidence: &finding.evidence,
            trail: finding.trail.iter().map(StepRecord::of).collect(),
            fingerprint: &finding.fingerprint,
            more: finding.more,
            note: finding.note.as_deref(),
            exposure: finding.exposure.as_deref(),
        }
    }
}

impl<'a> StepRecord<'a> {
    fn of(step: &'a Step) -> Self {
        Self {
            path: &step.document,
            line: step.start.line,
            column: step.start.column,
            end_line: step.end.line,
            end_column: step.end.column,
            says: &step.says,
        }
    }
}

impl<'a> SkippedRecord<'a> {
    pub(super) fn of(skipped: &'a Skipped) -> Self {
        Self { skipped: &skipped.document, reason: &skipped.reason }
    }
}

impl<'a> SummaryRecord<'a> {
    pub(super) fn of(meta: &'a Meta<'_>, summary: &'a Summary) -> Self {
        Self {
            tool: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            rules: &meta.rules_hash,
            config: &meta.config_hash,
            profile: &meta.profile,
            files: summary.files,
            bytes: summary.bytes,
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            more: summary.more,
            suppressed: summary.suppressed,
            known: summary.known,
            skipped: summary.skipped,
            notices: &summary.notices,
            requests: summary.fetched.map(|fetched| fetched.0),
            fetched_bytes: summary.fetched.map(|fetched| fetched.1),
        }
    }
}

/// Two digits are all that a confidence is good for.
pub(super) fn confidence(finding: &Finding) -> f64 {
    (f64::from(finding.confidence) * 100.0).round() / 100.0
}
