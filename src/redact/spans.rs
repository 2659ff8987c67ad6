//! From findings to the stretches of a document that are rewritten.

use std::ops::Range;

use super::forms::Mark;
use super::syntax::Syntax;
use crate::document::Document;

/// A stretch that is rewritten.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// Where it stands in the part.
    pub(super) at: Range<usize>,
    /// Its kind.
    pub(super) kind: String,
}

/// The spans in order, without overlaps; what phivet has written before is no part of them.
pub(super) fn tidy(mut spans: Vec<Span>, marks: &[Mark], syntax: &Syntax<'_>, document: &Document) -> Vec<Span> {
    spans.sort_by_key(|span| (span.at.start, std::cmp::Reverse(span.at.end)));
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        let from = out.last().map_or(document.own.start, |last| last.at.end).max(span.at.start);
        if from >= span.at.end {
            continue;
        }
        let at = syntax.begins(from..span.at.end);
        let at = if matches!(&span.kind[..], "date" | "dob") { syntax.with_time(at) } else { at };
        without(at, marks, &mut |at| {
            let at = trimmed(&document.bytes, at);
            if !at.is_empty() {
                out.push(Span { at, kind: span.kind.clone() });
            }
        });
    }
    out
}

/// What of a stretch lies outside of all marks.
fn without(at: Range<usize>, marks: &[Mark], each: &mut dyn FnMut(Range<usize>)) {
    let mut from = at.start;
    let first = marks.partition_point(|mark| mark.at.end <= at.start);
    for mark in marks[first..].iter().take_while(|mark| mark.at.start < at.end) {
        if mark.at.start > from {
            each(from..mark.at.start);
        }
        from = mark.at.end;
    }
    if from < at.end {
        each(from..at.end);
    }
}

/// Without blanks at its ends; nothing where it holds neither letter nor digit.
fn trimmed(bytes: &[u8], at: Range<usize>) -> Range<usize> {
    let says = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80;
    let value = &bytes[at.clone()];
    if !value.iter().any(says) {
        return at.start..at.start;
    }
    let blank = |b: &&u8| b.is_ascii_whitespace();
    let left = value.iter().take_while(blank).count();
    let right = value.iter().rev().take_while(blank).count();
    at.start + left..at.end - right
}
