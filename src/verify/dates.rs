//! Dates finer than a year, 45 CFR 164.514(b)(2)(i)(C): days, but also months, quarters, weeks and seasons.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use crate::detect::checks::{self, Verdict};
use crate::words::{self, Class};

fn regex(cell: &'static OnceLock<Option<Regex>>, pattern: &str) -> Option<&'static Regex> {
    cell.get_or_init(|| Regex::new(pattern).ok()).as_ref()
}

const MONTH: &str = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const YEAR: &str = "(?:18|19|20)[0-9]{2}";

/// Parts of dates with their year: `1962-03`, `03/1962`, `March 1962`, `2024-Q1`, `2024-W12`, `spring 2024`.
fn partial() -> Option<&'static Regex> {
    static PARTIAL: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = format!(
        r"(?i-u)\b(?:{YEAR}[-/.](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/.]{YEAR}|{MONTH}[a-z]{{0,6}}\.?,?[- ](?:of )?{YEAR}|{YEAR}[- ]{MONTH}|(?:q[1-4]|quarter [1-4]|spring|summer|fall|autumn|winter)[ /,-]{{0,2}}(?:of )?{YEAR}|{YEAR}[ /-]?(?:q[1-4]|-?w[0-5][0-9]))\b"
    );
    regex(&PARTIAL, &pattern)
}

/// Days with their year, written with signs or words between their parts.
fn full() -> Option<&'static Regex> {
    static FULL: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = format!(
        r"(?i-u)\b(?:{YEAR}[-/.: ](?:1[0-2]|0?[1-9])[-/.: ](?:[12][0-9]|3[01]|0?[1-9])|(?:[12][0-9]|3[01]|0?[1-9])[-/.](?:[12][0-9]|3[01]|0?[1-9])[-/.]{YEAR}|(?:[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th)?[- ](?:of )?{MONTH}\.?,?[- ]{YEAR}|{MONTH}\.? (?:[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th)?,? {YEAR})"
    );
    regex(&FULL, &pattern)
}

/// Is the whole text a day?
pub(super) fn is_full(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let begins = full()
        .and_then(|full| full.find(text))
        .is_some_and(|found| found.start() == 0 && is_time(&text[found.end()..]));
    let packed = matches!(text.len(), 8 | 12 | 14)
        && text.iter().all(u8::is_ascii_digit)
        && text.starts_with(b"19") | text.starts_with(b"20");
    begins && text.len() <= 40 || packed && is_valid(text)
}

/// Is it the first instant of a year, as formats need it that know no year alone (an instant of FHIR, a date of DICOM)?
pub(super) fn is_year_alone(text: &[u8], dicom: bool) -> bool {
    let Some((number, rest)) = text.split_at_checked(4) else { return false };
    let first = rest.starts_with(b"-01-01T00:00:00") || dicom && rest == b"0101";
    year(number).is_some() && first
}

/// Is it a day that the calendar has?
fn is_valid(text: &[u8]) -> bool {
    checks::check("date").is_some_and(|check| check(text) == Verdict::Valid)
}

/// Nothing, or a time of the day.
fn is_time(rest: &[u8]) -> bool {
    rest.is_empty()
        || matches!(rest[0], b'T' | b't' | b' ')
            && rest.iter().all(|b| b.is_ascii_digit() || b"T t:.Z+-zamp AMP".contains(b))
}

/// Is the whole text a month, quarter or week with its year?
pub(super) fn is_partial(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    partial().and_then(|partial| partial.find(text)).is_some_and(|found| found.range() == (0..text.len()))
}

/// Is it a month, weekday, week, quarter or day of the month alone?
pub(super) fn is_part(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let number =
        text.len() <= 3 && !text.is_empty() && text.iter().all(u8::is_ascii_digit) && text.iter().any(|b| *b != b'0');
    let quarter = matches!(text, [b'Q' | b'q', b'1'..=b'4']);
    let season =
        [&b"spring"[..], b"summer", b"fall", b"autumn", b"winter"].iter().any(|s| text.eq_ignore_ascii_case(s));
    number || quarter || season || words::facts(text).is(Class::Month)
}

/// The year that a text is.
pub(super) fn year(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b".0").unwrap_or(text);
    let is_year = text.len() == 4 && matches!(&text[..2], b"18" | b"19" | b"20") && text.iter().all(u8::is_ascii_digit);
    is_year.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// Days and months that stand in a text, each with whether it is a whole day.
pub(super) fn in_text(text: &[u8]) -> Vec<(Range<usize>, bool)> {
    let (Some(full), Some(partial)) = (full(), partial()) else { return Vec::new() };
    let mut found: Vec<(Range<usize>, bool)> = full.find_iter(text).map(|m| (m.range(), true)).collect();
    let alone = |at: &Range<usize>| {
        let part_of = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_digit() || b"/-.".contains(b));
        let behind = part_of(text.get(at.end)) && text.get(at.end + 1).is_some_and(u8::is_ascii_digit);
        !part_of(at.start.checked_sub(1).and_then(|at| text.get(at))) && !behind
    };
    for part in partial.find_iter(text).map(|m| m.range()).filter(alone) {
        if !found.iter().any(|(day, _)| day.start < part.end && part.start < day.end) {
            found.push((part, false));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finer_than_a_year() {
        for text in [
            "1962-03",
            "03/1962",
            "March 1962",
            "Mar-1962",
            "2024-Q1",
            "Q1 2024",
            "2024-W12",
            "spring 2024",
            "sept. 2023",
        ] {
            assert!(is_partial(text.as_bytes()), "{text}");
        }
        for text in ["1962", "2024-1", "1.2024.3", "12", "2024-13", "v2024-03"] {
            assert!(!is_partial(text.as_bytes()), "{text}");
        }
        for text in ["1962-03-14", "03/14/1962", "14-Mar-1962", "March 14, 1962", "19620314", "2024-03-14T10:11:12Z"] {
            assert!(is_full(text.as_bytes()), "{text}");
        }
        for text in ["1962", "1962-03", "19621", "2024-03-14-batch", "1.19.2024.7x"] {
            assert!(!is_full(text.as_bytes()), "{text}");
        }
        assert_eq!(in_text(b"seen in March 2024 and on 2024-04-02."), [(26..36, true), (8..18, false)]);
    }
}
