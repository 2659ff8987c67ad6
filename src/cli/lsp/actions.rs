//! What an editor shows beside a finding, and offers to do about it.

use serde_json::{Value, json};

use super::open::{Open, range};
use crate::judge::Finding;
use crate::report::words;
use crate::rule::Rules;

/// What stands in a reason until somebody writes one.
const REASON: &str = "say why it is nobody's";

/// The rule, for a hover.
pub(super) fn hover(rules: &Rules, finding: &Finding) -> Value {
    let rule = rules.get(finding.rule);
    let letter = rule
        .safe_harbor
        .map_or_else(String::new, |letter| format!("\n\nIdentifier {letter} of 45 CFR 164.514(b)(2)(i)."));
    let phi = if finding.phi { " (PHI)" } else { "" };
    let text = format!(
        "**{}**{phi} `{}`\n\n{}\n\n**Instead:** {}\n\nBelieved because it {} ({:.2}).{letter}",
        rule.title,
        rule.id,
        rule.why.trim(),
        rule.fix.trim(),
        finding.evidence.join(", "),
        finding.confidence
    );
    json!({"contents": {"kind": "markdown", "value": text}, "range": range(finding)})
}

/// What can be done: put a placeholder in the value's place, or allow it with a reason.
pub(super) fn of(rules: &Rules, uri: &str, open: &Open, finding: &Finding) -> Vec<Value> {
    let rule = rules.get(finding.rule);
    let edit = |title: String, range: Value, text: String, preferred: bool| {
        json!({
            "title": title,
            "kind": "quickfix",
            "isPreferred": preferred,
            "edit": {"changes": {uri: [{"range": range, "newText": text}]}},
        })
    };
    let mut actions = Vec::new();
    if finding.trail.is_empty() {
        let placeholder = words::placeholder(rule);
        actions.push(edit(format!("Replace it by {placeholder}"), range(finding), placeholder, true));
    }
    if let Some((begin, end)) = open.comment {
        let line = finding.start.line - 1;
        let start = json!({"line": line, "character": 0});
        let indent = open.indents.get(&line).map_or("", String::as_str);
        let text = format!("{indent}{begin}phivet:allow {} -- {REASON}{end}\n", rule.id);
        let title = format!("Allow {} here, with a reason", rule.id);
        actions.push(edit(title, json!({"start": start, "end": start}), text, false));
    }
    actions
}
