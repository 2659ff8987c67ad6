//! From findings to the stretches of a document that are rewritten.

use std::collections::HashSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::forms::Mark;
use super::syntax::Syntax;
use crate::document::Document;
use crate::words;

/// A stretch that is rewritten.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// Where it stands in the part.
    pub(super) at: Range<usize>,
    /// Its kind.
    pub(super) kind: String,
}

/// Fewest bytes of a value that is looked for elsewhere, and most values that are.
const LONG: usize = 6;
const MANY: usize = 20_000;

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

/// The values of these spans where they stand once more, unnoticed.
pub(super) fn elsewhere(spans: &[Span], marks: &[Mark], document: &Document) -> Vec<Span> {
    let bytes = &document.bytes;
    let mut seen = HashSet::new();
    let mut values: Vec<(&[u8], &str)> = Vec::new();
    for span in spans {
        let value = &bytes[span.at.clone()];
        if is_telling(&span.kind, value) && seen.insert(value) {
            values.push((value, &span.kind));
        }
    }
    if values.len() > MANY {
        return Vec::new();
    }
    let mut out = beside(spans, document);
    if values.is_empty() {
        return out;
    }
    let matcher = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(values.iter().map(|(v, _)| v));
    let Ok(matcher) = matcher else { return out };
    let word = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    for found in matcher.find_iter(bytes) {
        let at = found.range();
        let known = spans.partition_point(|span| span.at.end <= at.start);
        let is_known = spans.get(known).is_some_and(|span| span.at.start < at.end);
        let marked = marks.partition_point(|mark| mark.at.end <= at.start);
        let is_marked = marks.get(marked).is_some_and(|mark| mark.at.start < at.end);
        let kind = values[found.pattern().as_usize()].1;
        // A time may follow a date.
        let is_date = matches!(kind, "date" | "dob") && bytes.get(at.end) == Some(&b'T');
        let inside = word(at.start.checked_sub(1)) || (word(Some(at.end)) && !is_date);
        if document.own.contains(&at.start) && !is_known && !is_marked && !inside {
            out.push(Span { at, kind: kind.to_owned() });
        }
    }
    out
}

/// Words right beside a name that are a part of somebody's name in this document: `Eve` before `Everywoman`.
fn beside(spans: &[Span], document: &Document) -> Vec<Span> {
    let bytes = &document.bytes;
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'\'' | b'-');
    let names = || spans.iter().filter(|span| span.kind == "name").map(|span| span.at.clone());
    let words_of = |at: Range<usize>| bytes[at].split(move |b| !is_part(b));
    let known: HashSet<&[u8]> = names().flat_map(words_of).filter(|word| word.len() > 1).collect();
    let is_known = |at: &Range<usize>| {
        let word = &bytes[at.clone()];
        word.first().is_some_and(u8::is_ascii_uppercase) && known.contains(word)
    };
    let before = |at: &Range<usize>| {
        let end = at.start.checked_sub(1).filter(|end| bytes[*end] == b' ')?;
        Some(end - bytes[..end].iter().rev().take_while(|b| is_part(b)).count()..end)
    };
    let behind = |at: &Range<usize>| {
        let start = at.end + 1;
        let rest = bytes.get(start..).filter(|_| bytes[at.end] == b' ')?;
        Some(start..start + rest.iter().take_while(|b| is_part(b)).count())
    };
    let near = names().flat_map(|at| [before(&at), behind(&at)]).flatten().filter(is_known);
    near.map(|at| Span { at, kind: "name".to_owned() }).collect()
}

/// Is a value long and peculiar enough that it means the same elsewhere in its document?
fn is_telling(kind: &str, value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    let joined = value.iter().any(|b| matches!(b, b' ' | b',' | b'^' | b'@' | b'-' | b'.' | b'_'));
    let long = value.len() >= LONG;
    match kind {
        "age_over_89" => false,
        "zip" => long && (joined || letters > 0),
        "date" | "dob" => digits >= 5 && value.len() >= 8,
        // Single words only where they are hardly ever anything else.
        "name" | "city" if !joined => {
            letters >= 4 && value.first().is_some_and(u8::is_ascii_uppercase) && is_rarely_else(value)
        }
        _ => long && (digits >= 4 || (joined && letters > 0)),
    }
}

/// Is a word hardly ever anything but a name? (Frequency 3 is the most that a word has whose use as a name dominates.)
fn is_rarely_else(word: &[u8]) -> bool {
    let facts = words::facts(word);
    facts.common() <= if facts.given() + facts.surname() > 0 { 3 } else { 2 }
}
