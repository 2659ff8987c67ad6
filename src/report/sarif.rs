//! SARIF 2.1.0, with the fields and within the limits of GitHub's code scanning.
//!
//! One result is alive at a time: the run's beginning is written, then results as they come, then the invocation with
//! what was not read. GitHub refuses more than 25,000 results in one run, so a new run, of its own category, begins there.

mod result;
mod tool;
mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_sarif::sarif::{
    Location, Message, Notification, PhysicalLocation, PropertyBag, ReportingDescriptorReference,
};
use serde_sarif::sarif::{Run, RunAutomationDetails};

use super::record::SummaryRecord;
use super::{Entry, Meta, Seen, Summary};
use crate::judge::finding::Skipped;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Results that GitHub takes in one run.
const RUN_LIMIT: u64 = 25_000;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin => {
            write!(out, r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":["#)?;
            begin_run(meta, 1, out)
        }
        Entry::Finding(finding) | Entry::Suppressed(finding) => {
            let in_run = seen.written % RUN_LIMIT;
            if in_run == 0 && seen.written > 0 {
                out.write_all(b"\n]},")?;
                begin_run(meta, seen.written / RUN_LIMIT + 1, out)?;
            }
            out.write_all(if in_run == 0 { b"\n" } else { b",\n" })?;
            seen.written += 1;
            Ok(serde_json::to_writer(out, &result::of(meta, finding))?)
        }
        Entry::Skipped(_) => Ok(()),
        Entry::End(summary) => end(meta, seen, summary, out),
    }
}

/// Everything of a run that comes before its results.
fn begin_run(meta: &Meta<'_>, number: u64, out: &mut dyn Write) -> io::Result<()> {
    let category = if number == 1 { "phivet/".to_owned() } else { format!("phivet-{number}/") };
    let run = Run::builder()
        .tool(tool::of(meta))
        .automation_details(RunAutomationDetails::builder().id(category).build())
        .column_kind("utf16CodeUnits")
        .build();
    let mut begun = serde_json::to_vec(&run)?;
    begun.pop();
    out.write_all(&begun)?;
    out.write_all(br#","results":["#)
}

fn end(meta: &Meta<'_>, seen: &Seen, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\n],\"invocations\":[{\"executionSuccessful\":true,\"toolExecutionNotifications\":[")?;
    for (index, skipped) in seen.skipped.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &not_read(meta, skipped))?;
    }
    if seen.more_skipped > 0 {
        out.write_all(b",\n")?;
        serde_json::to_writer(
            &mut *out,
            &notification(format!("{} more documents were not read.", seen.more_skipped), None),
        )?;
    }
    out.write_all(b"]}],\"properties\":")?;
    serde_json::to_writer(&mut *out, &SummaryRecord::of(meta, summary))?;
    out.write_all(b"}]}\n")
}

fn not_read(meta: &Meta<'_>, skipped: &Skipped) -> Notification {
    let place = PhysicalLocation::builder().artifact_location(uri::artifact(meta, &skipped.document)).build();
    let text = format!("{} was not read: {}.", skipped.document, skipped.reason);
    notification(text, Some(Location::builder().physical_location(place).build()))
}

fn notification(text: String, location: Option<Location>) -> Notification {
    let mut notification = Notification::builder()
        .message(message(text))
        .level("warning")
        .descriptor(ReportingDescriptorReference::builder().id(tool::NOT_READ).index(0).build())
        .build();
    notification.locations = location.map(|location| vec![location]);
    notification
}

/// GitHub takes only messages that carry their text.
fn message(text: impl Into<String>) -> Message {
    Message::builder().text(text.into()).build()
}

/// Properties under our own names.
fn properties<const N: usize>(entries: [(&str, serde_json::Value); N]) -> PropertyBag {
    let named = entries.into_iter().map(|(name, value)| (name.to_owned(), value));
    PropertyBag::builder().additional_properties(named.collect::<BTreeMap<_, _>>()).build()
}
