//! Records without labels: on a line that holds a person, what stands beside the name.
//!
//! `Gray, Maria (1935-08-20)` and `Sweeney|Gina|19781114|F|76908` name nothing, but their cells explain each other.
//! Only lines that already gave a hit, or two cells of names, are read; the judge weighs cell against cell.

use std::ops::Range;

use crate::detect::checks::Verdict;
use crate::detect::engine::Engine;
use crate::detect::{Clues, Hit};
use crate::document::line_around;
use crate::fields::Owner;
use crate::rule::RuleId;
use crate::words::{self, Class};

/// Longest line that is read for cells, in bytes.
const LONGEST: usize = 2_000;

/// Reads the lines around `seeds` for dates, names, numbers and ZIP codes that no label names.
pub(crate) fn read(engine: &Engine, text: &[u8], seeds: &[usize], hits: &mut Vec<Hit>) {
    let mut seeds = seeds.to_vec();
    seeds.sort_unstable();
    seeds.dedup();
    let mut line = 0..0;
    for (i, at) in seeds.into_iter().enumerate() {
        if i > 0 && at < line.end {
            continue;
        }
        line = line_around(text, at);
        if line.len() <= LONGEST {
            Row { engine, text, hits }.read(line.clone());
        }
    }
}

struct Row<'r> {
    engine: &'r Engine,
    text: &'r [u8],
    hits: &'r mut Vec<Hit>,
}

impl Row<'_> {
    fn read(&mut self, line: Range<usize>) {
        // JSON names its own cells.
        let json = self.text[line.clone()].trim_ascii_start().starts_with(b"{");
        let delimiter = if json { None } else { self.delimiter(&line) };
        let mut at = line.start;
        while at < line.end {
            let cell_end =
                delimiter.and_then(|d| memchr::memchr(d, &self.text[at..line.end])).map_or(line.end, |i| at + i);
            let cell = trimmed(self.text, at..cell_end);
            if delimiter.is_some() && !cell.is_empty() && !(at == line.start && self.numbers_rows(&line, &cell)) {
                self.cell(cell.clone(), cell_end);
            }
            self.dates(&line, at..cell_end);
            at = cell_end + 1;
        }
    }

    /// The byte that cuts the line into at least four short cells.
    fn delimiter(&self, line: &Range<usize>) -> Option<u8> {
        let text = &self.text[line.clone()];
        [b'|', b'\t', b',', b';'].into_iter().find(|d| memchr::memchr_iter(*d, text).nth(2).is_some())
    }

    /// Is the line's first cell its row's number: do the lines beside it begin with the next or the last ones?
    fn numbers_rows(&self, line: &Range<usize>, cell: &Range<usize>) -> bool {
        let number = |text: &[u8]| {
            let text = text.trim_ascii_start();
            let text = text.strip_prefix(b"(").unwrap_or(text);
            let digits = text.iter().take(16).take_while(|b| b.is_ascii_digit()).count();
            (1..=12).contains(&digits).then(|| text[..digits].iter().fold(0u64, |n, b| n * 10 + u64::from(b - b'0')))
        };
        let Some(own) = number(&self.text[cell.clone()]) else { return false };
        let next = self.text.get(line.end..).unwrap_or_default();
        let next = &next[..next.len().min(64)];
        let last = line.start.checked_sub(1).map(|end| line_around(self.text, end)).map(|line| &self.text[line]);
        let near = |other: Option<u64>| other.is_some_and(|other| (1..=16).contains(&other.abs_diff(own)));
        near(number(next)) || near(last.and_then(number))
    }

    fn cell(&mut self, cell: Range<usize>, end: usize) {
        let value = &self.text[cell.clone()];
        let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            if !self.city_cell(&cell, end) {
                self.name_cell(cell);
            }
        } else if digits == value.len() && digits == 5 {
            self.checked("zip", cell);
        } else if value.len() <= 14 && digits >= 6 && value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') {
            self.checked("mrn", cell);
        }
    }

    /// A city before a cell with a state: `Dover,DE`. True if it is one.
    fn city_cell(&mut self, cell: &Range<usize>, end: usize) -> bool {
        let next = self.text.get(end + 1..).unwrap_or_default();
        let next = next[..next.len().min(24)].trim_ascii_start();
        let next = next.strip_prefix(b"'").or_else(|| next.strip_prefix(b"\"")).unwrap_or(next);
        let code = next.iter().take_while(|b| b.is_ascii_uppercase()).count();
        let state =
            code == 2 && !next.get(2).is_some_and(|b| is_token(*b)) && words::facts(&next[..2]).is(Class::State);
        let value = &self.text[cell.clone()];
        let capital = value.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
        let city = state && capital && value.len() >= 3 && words::phrase(value).is(Class::City);
        if let (true, Some(rule)) = (city, self.engine.of_kind("city").first()) {
            self.push(*rule, cell.clone(), Clues::CHECKED);
        }
        city
    }

    /// One word that is a name, capital first.
    fn name_cell(&mut self, cell: Range<usize>) {
        let value = &self.text[cell.clone()];
        let facts = words::facts(value);
        let capital = value.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
        // `"Gloucester", "MA"`
        let state = value.len() == 2 && value[1].is_ascii_uppercase() && facts.is(Class::State);
        let name = facts.given().max(facts.surname()) >= 2 && facts.common() <= 4 && value.len() >= 2 && !state;
        if let (true, true, Some(rule)) = (capital, name, self.engine.name) {
            self.push(rule, cell, Clues::HALF_NAME);
        }
    }

    fn checked(&mut self, kind: &str, cell: Range<usize>) {
        for rule in self.engine.of_kind(kind) {
            let matcher = self.engine.matchers.get(*rule);
            if matcher.at(self.text, cell.start, true).is_some_and(|m| m.end == cell.end && m.verdict == Verdict::Valid)
            {
                self.push(*rule, cell, Clues::CHECKED);
                return;
            }
        }
    }

    /// Birth dates: any date that is no time stamp.
    fn dates(&mut self, line: &Range<usize>, cell: Range<usize>) {
        let Some(rule) = self.engine.birth else { return };
        let mut at = cell.start;
        while let Some(n) = self.text[at..cell.end].iter().position(u8::is_ascii_digit) {
            let i = at + n;
            let starts = i > line.start && !is_token(self.text[i - 1]);
            let date = starts.then(|| date_at(self.engine, rule, self.text, i, false)).flatten();
            if let Some(end) = date.filter(|_| !self.is_named(i)) {
                self.push(rule, i..end, Clues::CHECKED);
            }
            at = date.unwrap_or(i + 1).min(cell.end);
        }
    }

    /// Is the value at `at` the whole of a string that a key of JSON names (`"timestamp":"2024-05-14"`)?
    fn is_named(&self, at: usize) -> bool {
        let Some(before) = self.text[..at].strip_suffix(b"\"") else { return false };
        let blanks = before.iter().rev().take(2).take_while(|b| **b == b' ').count();
        before[..before.len() - blanks].ends_with(b"\":")
    }

    fn push(&mut self, rule: RuleId, at: Range<usize>, clues: Clues) {
        self.hits.push(Hit {
            rule: Some(rule),
            at,
            label: None,
            clues: clues.with(Clues::SHAPE).with(Clues::ROW),
            owner: Owner::Unknown,
            record: None,
        });
    }
}

/// A date at `at` that is neither a time stamp nor a piece of a longer token. Notes tell the time of day (`timed`),
/// machines the second.
pub(crate) fn date_at(engine: &Engine, rule: RuleId, text: &[u8], at: usize, timed: bool) -> Option<usize> {
    let joins = |b: u8| matches!(b, b'-' | b'.' | b'_' | b'/' | b'#' | b'@' | b'+');
    if at > 0 && joins(text[at - 1]) || !may_be_date(&text[at..]) {
        return None;
    }
    let found = engine.matchers.get(rule).at(text, at, false).filter(|m| m.verdict == Verdict::Valid)?;
    let day = if timed { before_time_of_day(text, at, found.end) } else { None };
    let end = day.unwrap_or(found.end);
    let value = &text[at..end];
    let stamp = day.is_none()
        && (value.contains(&b':')
            || matches!(
                text.get(end..),
                Some(
                    [b'T' | b' ', b'0'..=b'9', b'0'..=b'9', b':', ..]
                        | [b',', b' ', b'0'..=b'9', b'0'..=b'9', b':', ..]
                )
            ));
    let glued = text.get(end).is_some_and(|b| joins(*b)) && text.get(end + 1).is_some_and(|b| is_token(*b));
    (!stamp && !glued && end - at >= 6).then_some(end)
}

/// Where the date at `at` ends behind which hour and minute follow, but no second; a machine puts brackets around both.
fn before_time_of_day(text: &[u8], at: usize, end: usize) -> Option<usize> {
    if at > 0 && matches!(text[at - 1], b'[' | b'(' | b'"') {
        return None;
    }
    let is_clock = |i: &usize| match text.get(*i..) {
        Some([b' ', a, b':', c, d, rest @ ..] | [b' ', _, a, b':', c, d, rest @ ..]) => {
            [a, c, d].into_iter().all(u8::is_ascii_digit) && !matches!(rest.first(), Some(b':' | b'0'..=b'9' | b'.'))
        }
        _ => false,
    };
    (at + 6..=end.min(at + 24)).find(is_clock)
}

/// A quick no for most numbers: a date has one, two, four or eight digits and goes on as dates do.
fn may_be_date(text: &[u8]) -> bool {
    let digits = text.iter().take(15).take_while(|b| b.is_ascii_digit()).count();
    let next = text.get(digits).copied().unwrap_or(b'\n');
    match digits {
        0 => true,
        1 | 2 | 4 => matches!(next, b'-' | b'/' | b'.' | b' ' | b'%') || next.is_ascii_alphabetic(),
        8 | 12 | 14 => true,
        _ => false,
    }
}

fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

fn trimmed(text: &[u8], at: Range<usize>) -> Range<usize> {
    let skip = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'#' | b'/' | b'*' | b'(' | b')' | b'-');
    let cell = &text[at.clone()];
    let start = cell.iter().position(|b| !skip(b)).unwrap_or(cell.len());
    let end = cell.iter().rposition(|b| !skip(b)).map_or(start, |i| i + 1);
    // In the first cell a comment's or label's words may stand before the value: only its last word counts.
    let word = cell[start..end].iter().rposition(|b| *b == b' ').map_or(start, |i| start + i + 1);
    let start = if cell[start..end].contains(&b':') { word } else { start };
    at.start + start..at.start + end
}
