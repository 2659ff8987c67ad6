//! One line a finding: `path:line:column: severity[rule] title (confidence)`; of an access log also whose event it is.

use std::io::{self, Write};

use super::{Entry, Meta, Seen, words};

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, _: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin | Entry::Suppressed(_) | Entry::Known(_) => Ok(()),
        Entry::Finding(finding) => {
            let rule = meta.rules.get(finding.rule);
            let (start, severity) = (finding.start, words::severity(finding.severity));
            write!(
                out,
                "{}:{}:{}: {severity}[{}] {}",
                finding.document, start.line, start.column, rule.id, rule.title
            )?;
            write!(out, " ({:.2})", finding.confidence)?;
            // Other findings say what they are by their rule; these say nothing without the account.
            if rule.identifier.kind == "safeguard.access"
                && let Some(user) = finding.evidence.iter().find(|says| says.starts_with("user "))
            {
                write!(out, ", {user}")?;
            }
            if finding.more > 0 {
                write!(out, " and {} more", finding.more)?;
            }
            if let Some(exposure) = &finding.exposure {
                write!(out, "; {}", words::exposure(exposure))?;
            }
            writeln!(out)
        }
        Entry::Skipped(skipped) => writeln!(out, "{}: not read: {}", skipped.document, skipped.reason),
        Entry::End(summary) => {
            summary.notices.iter().try_for_each(|notice| writeln!(out, "note: {notice}"))?;
            writeln!(out, "{}", words::summary(summary))
        }
    }
}
