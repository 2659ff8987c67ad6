//! Annotations of GitHub Actions: workflow commands that a runner reads from the log of a step.
//!
//! A runner shows ten of each level for a step: the first ten of each are told, worst level first, then a summary.
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use std::io::{self, Write};

use super::{Entry, Meta, Seen, words};
use crate::judge::finding::Finding;
use crate::rule::Severity;

/// Annotations of each level that GitHub shows for a step, less one for what is left out.
const SHOWN: usize = 9;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin | Entry::Suppressed(_) | Entry::Known(_) | Entry::Skipped(_) => Ok(()),
        Entry::Finding(finding) => {
            seen.held.keep(finding, SHOWN);
            Ok(())
        }
        Entry::End(summary) => {
            seen.held.worst_first().try_for_each(|finding| annotation(meta, finding, out))?;
            if seen.held.left_out() > 0 {
                let left_out = words::count(seen.held.left_out(), "more finding is", "more findings are");
                writeln!(
                    out,
                    "::warning title=phivet::{left_out} not annotated; GitHub shows ten of each level. The whole list is in the SARIF file, or in `phivet scan --format full`."
                )?;
            }
            if summary.skipped > 0 {
                let first: Vec<String> =
                    seen.skipped.iter().take(10).map(|one| format!("{} ({})", one.document, one.reason)).collect();
                let text = format!("{} not read: {}", words::thousands(summary.skipped), first.join(", "));
                writeln!(out, "::notice title=phivet::{}", data(&text))?;
            }
            summary.notices.iter().try_for_each(|notice| writeln!(out, "::notice title=phivet::{}", data(notice)))?;
            writeln!(out, "{}", data(&words::summary(summary)))
        }
    }
}

fn annotation(meta: &Meta<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = meta.rules.get(finding.rule);
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let (start, end) = (finding.start, finding.end);
    write!(out, "::{command} file={},line={}", property(words::path(meta, &finding.document)), start.line)?;
    write!(out, ",endLine={}", end.line)?;
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    writeln!(out, ",title={}::{}", property(&rule.id), data(&words::says(finding, rule)))
}

/// The text of a command. Nothing in it may begin another command: line ends are written as what they are.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
