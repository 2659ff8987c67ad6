//! A finding as a SARIF result.

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, CodeFlow, Fix, Location, PhysicalLocation, Region, Replacement, ResultLevel,
    Suppression, ThreadFlow, ThreadFlowLocation,
};

use super::{message, properties, uri};
use crate::judge::finding::{Finding, Insert, Pos, Step};
use crate::mask::Masked;
use crate::report::{Meta, record, words};
use crate::rule::{Rule, Severity};

/// Steps of a flow that GitHub keeps.
const STEP_LIMIT: usize = 1_000;

/// What makes a finding quiet.
pub(super) enum Covered<'a> {
    /// A `phivet:allow` with this reason.
    Allowed(&'a Masked),
    /// The baseline.
    Known,
}

/// The result; all its text is ours or masked.
pub(super) fn of(meta: &Meta<'_>, finding: &Finding, covered: Option<Covered<'_>>) -> serde_sarif::sarif::Result {
    let rule = meta.rules.get(finding.rule);
    let mut result = serde_sarif::sarif::Result::builder()
        .rule_id(&rule.id)
        .rule_index(i64::from(finding.rule.0))
        .level(level(finding.severity))
        .message(message(words::says(finding, rule)))
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
    let is_known = matches!(covered, Some(Covered::Known));
    result.baseline_state = meta.baseline.then(|| if is_known { "unchanged" } else { "new" }.into());
    result.suppressions = covered.map(|covered| vec![suppression(&covered)]);
    result.fixes = match &finding.edit {
        Some(edit) => Some(vec![inserted(meta, finding, edit)]),
        None => replaceable(finding).then(|| vec![fix(meta, finding, rule)]),
    };
    if let (Some(exposure), Some(properties)) = (&finding.exposure, &mut result.properties) {
        let exposure = serde_json::to_value(exposure).unwrap_or_default();
        properties.additional_properties.insert("exposure".to_owned(), exposure);
    }
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

/// GitHub closes the alert of a result whose suppression is accepted.
fn suppression(covered: &Covered<'_>) -> Suppression {
    let (kind, reason) = match covered {
        Covered::Allowed(reason) => ("inSource", reason.as_str()),
        Covered::Known => ("external", "known since the baseline was made"),
    };
    Suppression::builder().kind(kind).status("accepted").justification(reason).build()
}

/// Is the finding a value that a placeholder can stand for? (On the way of a value through code nothing is replaced, and
/// a sample value may stay.)
fn replaceable(finding: &Finding) -> bool {
    let is_value = finding.trail.is_empty() && finding.kind != "unused_allow" && finding.note.is_none();
    is_value && finding.start.line == finding.end.line && finding.start < finding.end
}

/// A text that may be inserted safely.
fn inserted(meta: &Meta<'_>, finding: &Finding, edit: &Insert) -> Fix {
    let text = ArtifactContent::builder().text(edit.text.as_str()).build();
    let replacement = Replacement::builder().deleted_region(span(edit.at, edit.at)).inserted_content(text).build();
    changed(meta, finding, replacement, words::edit(edit))
}

/// The fix says where the value stands, never what it is.
fn fix(meta: &Meta<'_>, finding: &Finding, rule: &Rule) -> Fix {
    let placeholder = ArtifactContent::builder().text(words::placeholder(rule)).build();
    let replacement =
        Replacement::builder().deleted_region(span(finding.start, finding.end)).inserted_content(placeholder).build();
    let says = format!("Put a placeholder there. {}", rule.fix.trim());
    changed(meta, finding, replacement, says)
}

fn changed(meta: &Meta<'_>, finding: &Finding, replacement: Replacement, says: String) -> Fix {
    let change = ArtifactChange::builder()
        .artifact_location(uri::artifact(meta, &finding.document))
        .replacements(vec![replacement])
        .build();
    Fix::builder().description(message(says)).artifact_changes(vec![change]).build()
}

fn flow(meta: &Meta<'_>, trail: &[Step]) -> CodeFlow {
    let steps = trail.iter().take(STEP_LIMIT).map(|step| {
        let mut place = location(meta, &step.document, span(step.start, step.end));
        place.message = Some(message(step.says.as_str()));
        ThreadFlowLocation::builder().location(place).build()
    });
    CodeFlow::builder().thread_flows(vec![ThreadFlow::builder().locations(steps.collect::<Vec<_>>()).build()]).build()
}
