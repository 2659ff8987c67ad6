//! Comma-separated values (RFC 4180, lines end in LF): a row a finding, a row a document that was not read.

use std::io::{self, Write};

use super::{Entry, Meta, Seen, record, words};
use crate::judge::finding::Finding;

const HEADER: &str = "rule,kind,safe_harbor,severity,confidence,phi,path,line,column,end_line,end_column,excerpt,evidence,fingerprint,more";

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, _: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin => writeln!(out, "{HEADER}"),
        Entry::Suppressed(_) | Entry::Known(_) | Entry::End(_) => Ok(()),
        Entry::Finding(finding) => row(meta, finding, out),
        Entry::Skipped(skipped) => {
            let (name, reason) = (cell(skipped.document.as_str()), cell(&skipped.reason));
            writeln!(out, "not-read,,,note,,false,{name},,,,,,{reason},,0")
        }
    }
}

fn row(meta: &Meta<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = meta.rules.get(finding.rule);
    let letter = rule.safe_harbor.map(String::from).unwrap_or_default();
    let (severity, confidence) = (words::severity(finding.severity), record::confidence(finding));
    let (start, end) = (finding.start, finding.end);
    write!(out, "{},{},{letter},{severity},{confidence:.2},{},", rule.id, finding.kind, finding.phi)?;
    write!(out, "{},{},{},", cell(finding.document.as_str()), start.line, start.column)?;
    write!(out, "{},{},{},", end.line, end.column, cell(finding.excerpt.as_str().trim()))?;
    writeln!(out, "{},{},{}", cell(&finding.evidence.join("; ")), finding.fingerprint, finding.more)
}

/// A cell. A spreadsheet takes what begins with one of `=+-@` for a formula: a quote before it makes it a text.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
