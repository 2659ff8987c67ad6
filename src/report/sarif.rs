//! SARIF 2.1.0, with the fields and within the limits of GitHub's code scanning.
//!
//! Memory does not grow with the results: the run's beginning is written, then errors as they come, then what else was
//! found and held back so that the worst come first, then the invocation with what was not read. GitHub refuses more than
//! 25,000 results in one run, so a new run, of its own category, begins there; it takes 20 runs in a file.

mod provenance;
mod result;
mod taxa;
mod tool;
mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_sarif::sarif::{
    Location, Message, Notification, PhysicalLocation, PropertyBag, ReportingDescriptorReference,
};
use serde_sarif::sarif::{Result as SarifResult, Run, RunAutomationDetails};

use super::record::SummaryRecord;
use super::{Entry, Meta, Seen, Summary};
use crate::judge::finding::Skipped;
use crate::rule::Severity;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Results that GitHub takes in one run.
const RUN_LIMIT: u64 = 25_000;

/// Runs that GitHub takes in one file.
const RUNS_LIMIT: u64 = 20;

/// Results of a run that GitHub keeps, the most severe first.
const KEPT: u64 = 5_000;

/// Warnings, and notes, that are held back until all errors are written.
const HELD: usize = 10_000;

/// Writes one entry.
pub(super) fn write(meta: &Meta<'_>, seen: &mut Seen, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    match entry {
        Entry::Begin => {
            write!(out, r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":["#)?;
            begin_run(meta, 1, out)
        }
        Entry::Finding(finding) => {
            if finding.severity < Severity::Error && seen.held.keep(finding, HELD) {
                return Ok(());
            }
            next(meta, seen, &result::of(meta, finding, None), out)
        }
        Entry::Suppressed(finding) => {
            let covered = finding.suppressed.as_ref().map(result::Covered::Allowed);
            next(meta, seen, &result::of(meta, finding, covered), out)
        }
        Entry::Known(finding) => next(meta, seen, &result::of(meta, finding, Some(result::Covered::Known)), out),
        Entry::Skipped(_) => Ok(()),
        Entry::End(summary) => end(meta, seen, summary, out),
    }
}

/// Writes a result, in a new run where the last is full.
fn next(meta: &Meta<'_>, seen: &mut Seen, result: &SarifResult, out: &mut dyn Write) -> io::Result<()> {
    let in_run = seen.written % RUN_LIMIT;
    seen.written += 1;
    if seen.written > RUN_LIMIT * RUNS_LIMIT {
        return Ok(());
    }
    if in_run == 0 && seen.written > 1 {
        out.write_all(b"\n]},")?;
        begin_run(meta, (seen.written - 1) / RUN_LIMIT + 1, out)?;
    }
    out.write_all(if in_run == 0 { b"\n" } else { b",\n" })?;
    Ok(serde_json::to_writer(out, result)?)
}

/// Everything of a run that comes before its results.
fn begin_run(meta: &Meta<'_>, number: u64, out: &mut dyn Write) -> io::Result<()> {
    let category = if number == 1 { "phivet/".to_owned() } else { format!("phivet-{number}/") };
    let mut run = Run::builder()
        .tool(tool::of(meta))
        .automation_details(RunAutomationDetails::builder().id(category).build())
        .column_kind("utf16CodeUnits")
        .original_uri_base_ids(uri::bases())
        .taxonomies(taxa::taxonomies())
        .build();
    run.version_control_provenance = meta.provenance.as_ref().map(|from| vec![provenance::of(from)]);
    let mut begun = serde_json::to_vec(&run)?;
    begun.pop();
    out.write_all(&begun)?;
    out.write_all(br#","results":["#)
}

fn end(meta: &Meta<'_>, seen: &mut Seen, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let held = std::mem::take(&mut seen.held);
    held.worst_first().try_for_each(|finding| next(meta, seen, &result::of(meta, finding, None), out))?;
    out.write_all(b"\n],\"invocations\":[{\"executionSuccessful\":true,\"toolExecutionNotifications\":[")?;
    let skipped = seen.skipped.iter().map(|skipped| not_read(meta, skipped));
    let said = says(seen, summary).into_iter().map(|(id, text)| notification(id, text, None));
    for (index, notification) in skipped.chain(said).enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &notification)?;
    }
    out.write_all(b"]}],\"properties\":")?;
    serde_json::to_writer(&mut *out, &SummaryRecord::of(meta, summary))?;
    out.write_all(b"}]}\n")
}

/// What a reader of the file must know beside its results.
fn says(seen: &Seen, summary: &Summary) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    if seen.more_skipped > 0 {
        said.push((tool::NOT_READ, format!("{} more documents were not read.", seen.more_skipped)));
    }
    let left_out = seen.written.saturating_sub(RUN_LIMIT * RUNS_LIMIT);
    if left_out > 0 {
        said.push((tool::LIMIT, format!("{left_out} more results are not in this file: it has 20 runs of 25,000 results, which is what GitHub takes. `--format jsonl` lists all.")));
    } else if seen.written > KEPT {
        said.push((tool::LIMIT, format!("GitHub keeps {KEPT} results of a run, the most severe first; this scan has {}. Without --all repeats are collapsed.", seen.written)));
    }
    said.extend(summary.notices.iter().map(|notice| (tool::NOTICE, notice.clone())));
    said
}

fn not_read(meta: &Meta<'_>, skipped: &Skipped) -> Notification {
    let place = PhysicalLocation::builder().artifact_location(uri::artifact(meta, &skipped.document)).build();
    let text = format!("{} was not read: {}.", skipped.document, skipped.reason);
    notification(tool::NOT_READ, text, Some(Location::builder().physical_location(place).build()))
}

fn notification(id: &str, text: String, location: Option<Location>) -> Notification {
    let mut notification = Notification::builder()
        .message(message(text))
        .level("warning")
        .descriptor(ReportingDescriptorReference::builder().id(id).index(tool::notification(id)).build())
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
