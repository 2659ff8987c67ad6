//! JUnit's XML, as Jenkins, Azure DevOps and GitLab read it: a suite a document, a failed test a finding.
//!
//! A first suite says that the scan took place, so that a clean run is no empty report. Findings of severity note pass;
//! what was not read counts as skipped. The suites tell their numbers before their tests: so findings are held back, at
//! most 10,000 of each severity.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Entry, Meta, Seen, Summary, words};
use crate::judge::finding::Finding;
use crate::rule::Severity;

/// Findings of each severity that are listed.
const LISTED: usize = 10_000;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        // A writer that is full is told of at once.
        Entry::Begin => out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        Entry::Suppressed(_) | Entry::Known(_) | Entry::Skipped(_) => Ok(()),
        Entry::Finding(finding) => {
            seen.held.keep(finding, LISTED);
            Ok(())
        }
        Entry::End(summary) => suites(meta, seen, summary, out),
    }
}

fn suites(meta: &Meta<'_>, seen: &Seen, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let mut documents: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in seen.held.worst_first() {
        documents.entry(words::path(meta, &finding.document)).or_default().push(finding);
    }
    let failures = documents.values().flatten().filter(|finding| fails(finding)).count();
    let own = 1 + usize::from(seen.held.left_out() > 0) + seen.skipped.len();
    let tests = own + documents.values().map(Vec::len).sum::<usize>();
    writeln!(out, "<testsuites name=\"phivet\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
    scan(meta, seen, summary, own, out)?;
    for (document, mut findings) in documents {
        findings.sort_by_key(|finding| (finding.start, finding.end));
        let failures = findings.iter().filter(|finding| fails(finding)).count();
        let (name, tests) = (escaped(document), findings.len());
        writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
        )?;
        findings.iter().try_for_each(|finding| case(meta, &name, finding, out))?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// The suite about the scan as a whole.
fn scan(meta: &Meta<'_>, seen: &Seen, summary: &Summary, tests: usize, out: &mut dyn Write) -> io::Result<()> {
    let skipped = tests - 1;
    writeln!(out, "  <testsuite name=\"phivet\" tests=\"{tests}\" failures=\"0\" errors=\"0\" skipped=\"{skipped}\">")?;
    let mut says = words::summary(summary);
    summary.notices.iter().for_each(|notice| says += &format!("\n{notice}"));
    let says = escaped(&says);
    writeln!(out, "    <testcase classname=\"phivet\" name=\"scan\"><system-out>{says}</system-out></testcase>")?;
    for skipped in &seen.skipped {
        let (name, reason) = (escaped(words::path(meta, &skipped.document)), escaped(&skipped.reason));
        writeln!(
            out,
            "    <testcase classname=\"not-read\" name=\"{name}\"><skipped message=\"not read: {reason}\"/></testcase>"
        )?;
    }
    if seen.held.left_out() > 0 {
        let left_out = words::thousands(seen.held.left_out());
        writeln!(
            out,
            "    <testcase classname=\"phivet\" name=\"more\"><skipped message=\"{left_out} more findings are not listed\"/></testcase>"
        )?;
    }
    writeln!(out, "  </testsuite>")
}

fn fails(finding: &Finding) -> bool {
    finding.severity > Severity::Note
}

fn case(meta: &Meta<'_>, document: &str, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = meta.rules.get(finding.rule);
    let (start, title) = (finding.start, escaped(&rule.title));
    let says = escaped(&format!(
        "{}:{}:{}: {}\n{}",
        words::path(meta, &finding.document),
        start.line,
        start.column,
        words::says(finding, rule),
        finding.excerpt.as_str().trim()
    ));
    let name = format!("{} at {}:{}", rule.id, start.line, start.column);
    write!(out, "    <testcase classname=\"{document}\" name=\"{name}\">")?;
    if fails(finding) {
        write!(out, "<failure type=\"{}\" message=\"{title}\">{says}</failure>", rule.id)?;
    } else {
        write!(out, "<system-out>{says}</system-out>")?;
    }
    writeln!(out, "</testcase>")
}

/// Text as XML and HTML take it, in elements and between double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            // XML 1.0 has no place for them, not even escaped.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
