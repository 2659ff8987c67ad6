//! GitLab's Code Quality report: an array of issues, shown in the merge request.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io::{self, Write};

use serde::Serialize;

use super::{Entry, Meta, Seen, words};
use crate::judge::finding::{Finding, Skipped};
use crate::mask;
use crate::rule::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    /// Issues with equal fingerprints count as one, also between reports.
    fingerprint: String,
    severity: &'static str,
    location: Place<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
    end: u64,
}

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin => out.write_all(b"["),
        Entry::Suppressed(_) | Entry::Known(_) => Ok(()),
        Entry::Finding(finding) => next(seen, &issue(meta, finding), out),
        Entry::Skipped(skipped) => next(seen, &not_read(meta, skipped), out),
        Entry::End(_) => out.write_all(b"\n]\n"),
    }
}

fn next(seen: &mut Seen, issue: &Issue<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(if seen.written == 0 { b"\n" } else { b",\n" })?;
    seen.written += 1;
    Ok(serde_json::to_writer(out, issue)?)
}

fn issue<'a>(meta: &Meta<'a>, finding: &'a Finding) -> Issue<'a> {
    let rule = meta.rules.get(finding.rule);
    Issue {
        description: words::says(finding, rule),
        check_name: &rule.id,
        fingerprint: finding.fingerprint.clone(),
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Note => "minor",
        },
        location: Place {
            path: words::path(meta, &finding.document),
            lines: Lines { begin: finding.start.line, end: finding.end.line },
        },
    }
}

fn not_read<'a>(meta: &Meta<'_>, skipped: &'a Skipped) -> Issue<'a> {
    let mut fingerprint = mask::digest(format!("not-read\0{}\0{}", skipped.document, skipped.reason).as_bytes());
    fingerprint.truncate(16);
    Issue {
        description: format!("Not read: {}. What was not read never counts as clean.", skipped.reason),
        check_name: "not-read",
        fingerprint,
        severity: "info",
        location: Place { path: words::path(meta, &skipped.document), lines: Lines { begin: 1, end: 1 } },
    }
}
