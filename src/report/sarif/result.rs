//! A finding as a SARIF result.

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    CodeFlow, Location, PhysicalLocation, Region, ResultLevel, Suppression, ThreadFlow, ThreadFlowLocation,
};

use super::{message, properties, uri};
use crate::judge::finding::{Finding, Pos, Step};
use crate::mask::Masked;
use crate::report::{Meta, record, words};
use crate::rule::{Rule, Severity};

/// Steps of a flow that GitHub keeps.
const STEP_LIMIT: usize = 1_000;

/// The result; all its text is ours or masked.
pub(super) fn of(meta: &Meta<'_>, finding: &Finding) -> serde_sarif::sarif::Result {
    let rule = meta.rules.get(finding.rule);
    let mut result = serde_sarif::sarif::Result::builder()
        .rule_id(&rule.id)
        .rule_index(i64::from(finding.rule.0))
        .level(level(finding.severity))
        .message(message(says(finding, rule)))
        .locations(vec![location(meta, &finding.document, region(finding))])
        .partial_fingerprints(BTreeMap::from([("phivet/v1".to_owned(), finding.fingerprint.clone())]))
        .properties(properties([
            ("confidence", record::confidence(finding).into()),
            ("kind", finding.kind.as_str().into()),
            ("phi", finding.phi.into()),
            ("safe_harbor", rule.safe_harbor.map(String::from).into()),
            ("more", finding.more.into()),
        ]))
        .build();
    if let (Some(exposure), Some(properties)) = (&finding.exposure, &mut result.properties) {
        let exposure = serde_json::to_value(exposure).unwrap_or_default();
        properties.additional_properties.insert("exposure".to_owned(), exposure);
    }
    result.suppressions = finding.suppressed.as_ref().map(|reason| vec![suppression(reason.as_str())]);
    result.code_flows = (!finding.trail.is_empty()).then(|| vec![flow(meta, &finding.trail)]);
    result
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    }
}

fn says(finding: &Finding, rule: &Rule) -> String {
    let mut text = rule.title.clone();
    if !finding.evidence.is_empty() {
        text += &format!(" ({})", finding.evidence.join(", "));
    }
    if finding.more > 0 {
        text += &format!(", and {} more", finding.more);
    }
    text += ".";
    if let Some(note) = &finding.note {
        text += &format!(" {note}");
    }
    if let Some(exposure) = &finding.exposure {
        text += &format!(" In history: {}.", words::exposure(exposure));
    }
    format!("{text} {}", rule.fix.trim())
}

fn region(finding: &Finding) -> Region {
    let mut region = span(finding.start, finding.end);
    region.byte_offset = Some(signed(finding.start_byte));
    region.byte_length = Some(signed(finding.end_byte.saturating_sub(finding.start_byte)));
    region
}

fn span(start: Pos, end: Pos) -> Region {
    Region::builder()
        .start_line(signed(start.line))
        .start_column(signed(start.column))
        .end_line(signed(end.line))
        .end_column(signed(end.column))
        .build()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn location(meta: &Meta<'_>, document: &Masked, region: Region) -> Location {
    let place = PhysicalLocation::builder().artifact_location(uri::artifact(meta, document)).region(region).build();
    Location::builder().physical_location(place).build()
}

fn suppression(reason: &str) -> Suppression {
    Suppression::builder().kind("inSource").justification(reason).build()
}

fn flow(meta: &Meta<'_>, trail: &[Step]) -> CodeFlow {
    let steps = trail.iter().take(STEP_LIMIT).map(|step| {
        let mut place = location(meta, &step.document, span(step.start, step.end));
        place.message = Some(message(step.says.as_str()));
        ThreadFlowLocation::builder().location(place).build()
    });
    CodeFlow::builder().thread_flows(vec![ThreadFlow::builder().locations(steps.collect::<Vec<_>>()).build()]).build()
}
