//! One JSON object: `findings`, `skipped`, `summary`.

use std::io::{self, Write};

use super::record::{FindingRecord, SkippedRecord, SummaryRecord};
use super::{Entry, Meta, Seen};

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin => out.write_all(b"{\"findings\":["),
        Entry::Suppressed(_) | Entry::Known(_) | Entry::Skipped(_) => Ok(()),
        Entry::Finding(finding) => {
            out.write_all(if seen.written == 0 { b"\n" } else { b",\n" })?;
            seen.written += 1;
            Ok(serde_json::to_writer(out, &FindingRecord::of(meta, finding))?)
        }
        Entry::End(summary) => {
            let skipped: Vec<SkippedRecord<'_>> = seen.skipped.iter().map(SkippedRecord::of).collect();
            out.write_all(b"],\n\"skipped\":")?;
            serde_json::to_writer(&mut *out, &skipped)?;
            out.write_all(b",\n\"summary\":")?;
            serde_json::to_writer(&mut *out, &SummaryRecord::of(meta, summary))?;
            out.write_all(b"}\n")
        }
    }
}
