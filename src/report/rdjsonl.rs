//! reviewdog's diagnostics, one a line: `reviewdog -f=rdjsonl`.
//!
//! Its columns count bytes of UTF-8, which a finding does not know (it counts as editors and SARIF do); comments stand
//! at lines, so lines are told.
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>

use std::io::{self, Write};

use serde_json::json;

use super::{Entry, Meta, Seen, words};
use crate::judge::finding::Finding;
use crate::rule::Severity;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, _: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let line = match entry {
        Entry::Begin | Entry::Suppressed(_) | Entry::Known(_) | Entry::End(_) => return Ok(()),
        Entry::Finding(finding) => diagnostic(meta, finding),
        Entry::Skipped(skipped) => json!({
            "message": format!("Not read: {}. What was not read never counts as clean.", skipped.reason),
            "location": {"path": words::path(meta, &skipped.document)},
            "severity": "INFO",
            "source": {"name": "phivet"},
            "code": {"value": "not-read"},
        }),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

fn diagnostic(meta: &Meta<'_>, finding: &Finding) -> serde_json::Value {
    let rule = meta.rules.get(finding.rule);
    let severity = match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    };
    let related: Vec<serde_json::Value> = finding
        .trail
        .iter()
        .map(|step| {
            json!({"message": step.says, "location": {
                "path": words::path(meta, &step.document),
                "range": {"start": {"line": step.start.line}, "end": {"line": step.end.line}},
            }})
        })
        .collect();
    let mut diagnostic = json!({
        "message": words::says(finding, rule),
        "location": {
            "path": words::path(meta, &finding.document),
            "range": {"start": {"line": finding.start.line}, "end": {"line": finding.end.line}},
        },
        "severity": severity,
        "source": {"name": "phivet"},
        "code": {"value": rule.id},
    });
    if !related.is_empty() {
        diagnostic["related_locations"] = related.into();
    }
    diagnostic
}
