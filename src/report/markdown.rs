//! Markdown, for a comment on a pull request or the summary of a job: counts by rule, then the worst findings.
//!
//! GitHub takes 65,536 characters in a comment: at most 30 findings of each severity are listed.

use std::io::{self, Write};

use super::tally::most;
use super::{Entry, Meta, Seen, Summary, words};
use crate::judge::finding::Finding;

/// Findings of each severity that are listed.
const LISTED: usize = 30;

/// Documents that were not read and are named.
const NAMED: usize = 10;

/// Characters of a cell; a path may have thousands.
const CELL: usize = 200;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        // A writer that is full is told of at once.
        Entry::Begin => out.write_all(b"### phivet\n\n"),
        Entry::Suppressed(_) | Entry::Known(_) | Entry::Skipped(_) => Ok(()),
        Entry::Finding(finding) => {
            seen.tally.add(finding, "");
            seen.held.keep(finding, LISTED);
            Ok(())
        }
        Entry::End(summary) => page(meta, seen, summary, out),
    }
}

fn page(meta: &Meta<'_>, seen: &Seen, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "**{}.** Values are masked.", words::summary(summary))?;
    for notice in &summary.notices {
        writeln!(out, "\n> {}", plain(notice))?;
    }
    if !seen.tally.rules.is_empty() {
        writeln!(out, "\n| rule | finds | errors | warnings | notes |\n|---|---|--:|--:|--:|")?;
        for (id, count) in most(seen.tally.rules.iter().map(|(id, count)| (*id, *count))) {
            let rule = meta.rules.get(id);
            let (errors, warnings, notes) = (count.errors, count.warnings, count.notes);
            writeln!(out, "| `{}` | {} | {errors} | {warnings} | {notes} |", rule.id, plain(&rule.title))?;
        }
        writeln!(
            out,
            "\n<details><summary>Where</summary>\n\n| | rule | place | why | instead |\n|---|---|---|---|---|"
        )?;
        seen.held.worst_first().try_for_each(|finding| row(meta, finding, out))?;
        if seen.held.left_out() > 0 {
            writeln!(out, "\n{} more are not listed here.", words::thousands(seen.held.left_out()))?;
        }
        writeln!(out, "\n</details>")?;
    }
    if summary.skipped > 0 {
        writeln!(out, "\nNot read, so not clean:\n")?;
        for skipped in seen.skipped.iter().take(NAMED) {
            writeln!(out, "- {}: {}", plain(skipped.document.as_str()), plain(&skipped.reason))?;
        }
        let more = summary.skipped.saturating_sub(NAMED as u64);
        if more > 0 {
            writeln!(out, "- {} more", words::thousands(more))?;
        }
    }
    Ok(())
}

fn row(meta: &Meta<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = meta.rules.get(finding.rule);
    let (severity, path) = (words::severity(finding.severity), plain(words::path(meta, &finding.document)));
    let why = plain(&finding.evidence.join(", "));
    let place = format!("{path}:{}:{}", finding.start.line, finding.start.column);
    writeln!(out, "| {severity} | `{}` | {place} | {why} | {} |", rule.id, plain(rule.fix.trim()))
}

/// Text that Markdown takes for nothing but text: no table, link, code, HTML, or mention of anybody.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.chars().enumerate() {
        match c {
            _ if at >= CELL => {
                out.push('…');
                break;
            }
            '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '\\' | '#' | '@' | '&' | '~' | '!' => {
                out += &format!("&#{};", u32::from(c));
            }
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
