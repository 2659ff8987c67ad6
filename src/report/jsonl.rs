//! JSON Lines: one record a finding, one a document that was not read, and last the summary.

use std::io::{self, Write};

use serde::Serialize;

use super::record::{FindingRecord, SkippedRecord, SummaryRecord};
use super::{Entry, Meta, Seen};

#[derive(Serialize)]
struct Last<'a> {
    summary: SummaryRecord<'a>,
}

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, _: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin | Entry::Suppressed(_) | Entry::Known(_) => Ok(()),
        Entry::Finding(finding) => line(out, &FindingRecord::of(meta, finding)),
        Entry::Skipped(skipped) => line(out, &SkippedRecord::of(skipped)),
        Entry::End(summary) => line(out, &Last { summary: SummaryRecord::of(meta, summary) }),
    }
}

fn line(out: &mut dyn Write, record: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")
}
