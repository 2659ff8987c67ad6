//! What else goes beside what was found: the same values once more, the rest of a name, dates of a person's line.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::dates;
use super::forms::Mark;
use super::spans::Span;
use crate::document::again::Again;
use crate::document::{Document, line_around};
use crate::kind::Kind;
use crate::words;

/// Fewest bytes of a value that is looked for elsewhere, and most values that are.
const LONG: usize = 6;
const MANY: usize = 20_000;

/// Fewest digits of a number that is known again with other signs between them.
const DIGITS: usize = 7;
/// Most bytes between two parts of a name.
const BETWEEN: usize = 24;
/// Last year of two digits that is of this century.
const PIVOT: i64 = 40;

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
    let mut out = Vec::new();
    written_otherwise(spans, document, &mut out);
    dates_of_lines(spans, document, &mut out);
    in_records(spans, document, &mut out);
    again(spans, marks, document, &values, &mut out);
    let near = beside(spans.iter().chain(&out), document);
    out.extend(near);
    out
}

/// The very values, in capitals or not.
fn again(spans: &[Span], marks: &[Mark], document: &Document, values: &[(&[u8], &str)], out: &mut Vec<Span>) {
    let bytes = &document.bytes;
    if values.is_empty() {
        return;
    }
    let texts: Vec<&[u8]> = values.iter().map(|(value, _)| *value).collect();
    let word = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    for (value, at) in Again::new(&texts, true).find(bytes) {
        let known = spans.partition_point(|span| span.at.end <= at.start);
        let is_known = spans.get(known).is_some_and(|span| span.at.start < at.end);
        let marked = marks.partition_point(|mark| mark.at.end <= at.start);
        let is_marked = marks.get(marked).is_some_and(|mark| mark.at.start < at.end);
        let kind = values[value].1;
        // A time may follow a date.
        let is_date = matches!(kind, "date" | "dob") && bytes.get(at.end) == Some(&b'T');
        let inside = word(Some(at.end)) && !is_date;
        if document.own.contains(&at.start) && !is_known && !is_marked && !inside {
            out.push(Span { at, kind: kind.to_owned() });
        }
    }
}

/// Is it a byte of a name's words?
fn is_part(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || *b >= 0x80 || matches!(b, b'\'' | b'-')
}

/// Words right beside a name that are a part of somebody's name: `Eve` before `Everywoman`, `Caldwell` behind `Denise` and
/// two blanks, a tag or a nickname's bracket.
fn beside<'s>(spans: impl Iterator<Item = &'s Span> + Clone, document: &Document) -> Vec<Span> {
    let bytes = &document.bytes;
    let names = || spans.clone().filter(|span| span.kind == "name").map(|span| span.at.clone());
    let words_of = |at: Range<usize>| bytes[at].split(|b| !is_part(b));
    let known: HashSet<&[u8]> = names().flat_map(words_of).filter(|word| word.len() > 1).collect();
    let is_name = |at: &Range<usize>| {
        let (word, facts) = (&bytes[at.clone()], words::facts(&bytes[at.clone()]));
        let is_known = || known.contains(word) || facts.given().max(facts.surname()) >= 3 && facts.common() <= 3;
        word.len() > 1 && word.first().is_some_and(u8::is_ascii_uppercase) && is_known()
    };
    let before = |at: &Range<usize>| {
        let end = at.start - 1;
        (at.start > 0 && bytes[end] == b' ').then(|| {
            let start = end - bytes[..end].iter().rev().take_while(|b| is_part(b)).count();
            start..end
        })
    };
    let mut out = Vec::new();
    for at in names() {
        out.extend(before(&at).filter(|word| known.contains(&bytes[word.clone()])));
        let mut end = at.end;
        while let Some(word) = word_behind(bytes, end).filter(&is_name) {
            end = word.end;
            out.push(word);
        }
    }
    out.into_iter().map(|at| Span { at, kind: "name".to_owned() }).collect()
}

/// The word behind a name, where no more than blanks, dots, brackets or tags lie between.
fn word_behind(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let mut at = end;
    while at < bytes.len().min(end + BETWEEN) {
        let rest = &bytes[at..];
        let len = match rest {
            [b' ' | b'\t' | b'.' | b'_' | b'(' | b')' | b'"', ..] => 1,
            [b'<', ..] => rest.iter().take(BETWEEN).position(|b| *b == b'>')? + 1,
            [b'&', b'n', b'b', b's', b'p', b';', ..] => 6,
            [b'\\', b'.', b'b', b'r', b'\\', ..] => 5,
            _ => break,
        };
        at += len;
    }
    let len = bytes.get(at..)?.iter().take_while(|b| is_part(b)).count();
    (at > end && len > 0).then_some(at..at + len)
}

/// Numbers that were found, with other signs between their digits or with none.
fn written_otherwise(spans: &[Span], document: &Document, out: &mut Vec<Span>) {
    let bytes = &document.bytes;
    let sign = |b: &u8| matches!(b, b'-' | b'.' | b' ' | b'(' | b')' | b'/');
    let mut numbers: HashMap<Vec<u8>, &str> = HashMap::new();
    for span in spans.iter().filter(|span| !matches!(&span.kind[..], "date" | "dob" | "zip")) {
        let value = &bytes[span.at.clone()];
        let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
        if digits.len() >= DIGITS && value.iter().all(|b| b.is_ascii_digit() || sign(b)) {
            numbers.insert(digits, &span.kind);
        }
    }
    if numbers.is_empty() {
        return;
    }
    // By length and last digit most are told apart.
    let mut ends = [0_u16; 64];
    for number in numbers.keys() {
        ends[number.len().min(63)] |= 1 << (number[number.len() - 1] - b'0');
    }
    let longest = ends.iter().rposition(|end| *end > 0).unwrap_or(0);
    let free = |at: Option<usize>| !at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut at = document.own.start;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|n| at + n) {
        let end = start + bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        let goes_on =
            groups.last().is_some_and(|last| start - last.end <= 2 && bytes[last.end..start].iter().all(sign));
        if !goes_on {
            groups.clear();
        }
        groups.push(start..end);
        at = end;
        let mut len = 0;
        for (first, group) in groups.iter().enumerate().rev() {
            len += group.len();
            if len > longest {
                break;
            }
            let may_be = ends[len.min(63)] >> (bytes[end - 1] - b'0') & 1 == 1;
            if may_be && free(group.start.checked_sub(1)) && free(Some(end)) && document.own.contains(&group.start) {
                let digits: Vec<u8> = groups[first..].iter().flat_map(|group| &bytes[group.clone()]).copied().collect();
                let kind = numbers.get(&digits);
                out.extend(kind.map(|kind| Span { at: group.start..end, kind: (*kind).to_owned() }));
            }
        }
    }
}

/// Whole dates in sentences that speak of somebody who was found, also where nothing says what they are dates of: one that
/// stays tells by how much the others were moved.
fn dates_of_lines(spans: &[Span], document: &Document, out: &mut Vec<Span>) {
    if !document.kind.is_running_text() {
        return;
    }
    let mut done = 0;
    for span in spans {
        if span.at.start < done {
            continue;
        }
        let line = line_around(&document.bytes, span.at.start);
        done = line.end;
        let found = dates::find(&document.bytes[line.clone()], PIVOT).into_iter().filter(dates::Date::is_whole);
        let placed = found.map(|date| line.start + date.at.start..line.start + date.at.end);
        out.extend(placed.map(|at| Span { at, kind: "date".to_owned() }));
    }
}

/// Longer numbers that hold one that was found, and parts of its people's names that fill a component of HL7 or X12: in a
/// record a copy is likelier than a coincidence.
fn in_records(spans: &[Span], document: &Document, out: &mut Vec<Span>) {
    let bytes = &document.bytes;
    let is_whole = document.own == (0..bytes.len()) && document.head.is_none();
    if !is_whole || matches!(document.kind, Kind::Log | Kind::Code | Kind::Generated | Kind::Binary) {
        return;
    }
    let (mut numbers, mut words) = (HashSet::new(), HashSet::new());
    for span in spans {
        let value = &bytes[span.at.clone()];
        // A time may follow a date: that is a date, too.
        let is_date = matches!(&span.kind[..], "date" | "dob" | "zip");
        if !is_date && value.len() >= LONG && value.iter().all(u8::is_ascii_digit) {
            numbers.insert(value);
        }
        let parts = value.split(|b| !is_part(b)).filter(|word| word.len() >= 3 && is_rarely_else(word));
        words.extend(parts.filter(|_| span.kind == "name"));
    }
    let mut push = |at: Range<usize>, kind: &str| out.push(Span { at, kind: kind.to_owned() });
    let lengths: BTreeSet<usize> = numbers.iter().map(|number| number.len()).collect();
    let mut at = 0;
    while at < bytes.len() {
        let len = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let run = &bytes[at..at + len];
        let holds = |wide: &usize| run.windows(*wide).any(|window| numbers.contains(window));
        if lengths.range(..len).any(holds) {
            push(at..at + len, "other_id");
        }
        at += len.max(1);
    }
    let ends = |b: &u8| matches!(b, b'^' | b'|' | b'*' | b'~' | b'&' | b'\r' | b'\n');
    let mut start = 0;
    for part in bytes.split(ends).filter(|_| !words.is_empty()) {
        if words.contains(part) {
            push(start..start + part.len(), "name");
        }
        start += part.len() + 1;
    }
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
