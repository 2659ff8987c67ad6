//! Days of notes: those without a year, and months with one.

use std::ops::Range;

use crate::detect::{Clues, Hit};
use crate::fields::Owner;
use crate::rule::RuleId;
use crate::words::{self, Class};

/// Days and months that name no year, or months that do: all of a date but the year identifies.
pub(super) fn days(text: &[u8], rule: RuleId, found: &mut Vec<Hit>) {
    let mut push = |at: Range<usize>| {
        let clues = Clues::SHAPE.with(Clues::DATE);
        found.push(Hit { rule: Some(rule), at, label: None, clues, owner: Owner::Unknown, record: None });
    };
    let mut from = 0;
    while let Some(word) = next_word(text, from) {
        from = word.end;
        let at = if text[word.start].is_ascii_digit() { number_first(text, &word) } else { month_first(text, &word) };
        if let Some(at) = at {
            from = at.end;
            push(at);
        }
    }
}

/// The next word that may begin a day: a number of one digit or two, or a month.
fn next_word(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while at < text.len() {
        let len = text[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let joined =
            at > 0 && (text[at - 1] >= 0x80 || matches!(text[at - 1], b'_' | b'/' | b'.' | b'-' | b':' | b'$'));
        let begins =
            text[at].is_ascii_digit() || matches!(text[at], b'J' | b'F' | b'M' | b'A' | b'S' | b'O' | b'N' | b'D');
        if len > 0 && begins && !joined && len <= 9 {
            return Some(at..at + len);
        }
        at += len.max(1);
    }
    None
}

/// `Nov 4`, `February 1st`, `March the 9th`, `March 2025`, `May of 2004`.
fn month_first(text: &[u8], month: &Range<usize>) -> Option<Range<usize>> {
    if month.len() < 3 || !words::facts(&text[month.clone()]).is(Class::Month) {
        return None;
    }
    // `07 Jan 2026`: a date that others find, or a time stamp.
    if matches!(text[..month.start], [.., b'0'..=b'9', b' ' | b'-' | b'/']) {
        return None;
    }
    let mut at = month.end + usize::from(month.len() <= 4 && text.get(month.end) == Some(&b'.'));
    at += usize::from(text.get(at) == Some(&b' '));
    for join in [&b"the "[..], b"of "] {
        at += if text[at..].starts_with(join) { join.len() } else { 0 };
    }
    let end = at + text[at..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let number = &text[at..end];
    let year = number.len() == 4 && matches!(number, [b'1', b'9', ..] | [b'2', b'0', ..]);
    let fits = at > month.end && (day(number) || year && number.iter().all(u8::is_ascii_digit)) && ends(text, end);
    let after = text[end..].iter().take(6).skip_while(|b| matches!(b, b',' | b' ')).take_while(|b| b.is_ascii_digit());
    (fits && (year || after.count() < 3)).then_some(month.start..end)
}

/// `20 Feb`, `the 9th of January`, `on 5/2`.
fn number_first(text: &[u8], number: &Range<usize>) -> Option<Range<usize>> {
    let digits = &text[number.clone()];
    if text.get(number.end) == Some(&b'/') {
        return slashed(text, number);
    }
    if !day(digits) || text.get(number.end) != Some(&b' ') {
        return None;
    }
    let mut at = number.end + 1;
    at += if text[at..].starts_with(b"of ") { 3 } else { 0 };
    let end = at + text[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let month = &text[at..end];
    let capital = month.first().is_some_and(u8::is_ascii_uppercase);
    let ordinal = digits.last().is_some_and(u8::is_ascii_alphabetic);
    let fits = month.len() >= 3 && words::facts(month).is(Class::Month) && (capital || ordinal);
    // With a year it is a date that others find, or a time stamp.
    let year = text[end..].iter().take(6).skip_while(|b| matches!(b, b',' | b' ')).take_while(|b| b.is_ascii_digit());
    (fits
        && year.count() < 3
        && (ordinal || !month.eq_ignore_ascii_case(b"may") && !month.eq_ignore_ascii_case(b"march") || capital))
        .then_some(number.start..end)
}

/// `5/2` behind a word that dates have before them.
fn slashed(text: &[u8], month: &Range<usize>) -> Option<Range<usize>> {
    const BEFORE: &[&str] =
        &["on", "since", "until", "from", "through", "thru", "dated", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let start = month.end + 1;
    let end = start + text[start..].iter().take_while(|b| b.is_ascii_digit()).count();
    let number = |digits: &[u8], most: u32| {
        let value = digits.iter().fold(0u32, |n, b| n * 10 + u32::from(b.wrapping_sub(b'0')));
        (1..=2).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) && (1..=most).contains(&value)
    };
    let before = text[month.start.saturating_sub(10)..month.start].trim_ascii_end();
    let word = before.rsplit(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
    let cue = BEFORE.iter().any(|cue| word.eq_ignore_ascii_case(cue.as_bytes()));
    let alone = !text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'%'));
    (cue && alone && number(&text[month.clone()], 12) && number(&text[start..end], 31)).then_some(month.start..end)
}

/// Is it a day of a month: `1` to `31`, perhaps with its ending?
fn day(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let value = text[..digits.min(3)].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    (1..=2).contains(&digits)
        && (1..=31).contains(&value)
        && matches!(&text[digits..], b"" | b"st" | b"nd" | b"rd" | b"th")
}

/// Does a day end here: not in an amount, a time, a version?
fn ends(text: &[u8], at: usize) -> bool {
    let unit = |unit: &&[u8]| text[at..].get(..unit.len()).is_some_and(|own| own == *unit);
    let more = matches!(text.get(at..), Some([b':' | b'.' | b'/' | b'-', b'0'..=b'9', ..] | [b'%', ..]));
    !more && ![&b" mg"[..], b" mL", b" ml", b" mcg", b" %", b" units"].iter().any(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut hits = Vec::new();
        days(text.as_bytes(), RuleId(0), &mut hits);
        hits.iter().map(|hit| text[hit.at.clone()].to_owned()).collect()
    }

    #[test]
    fn days_without_a_year() {
        let text = "on Nov 4, Dec. 2 and February 1st; March the 9th, the 9th of January, 20 Feb, in March 2025, May of 2004, on 5/2";
        let days = [
            "Nov 4",
            "Dec. 2",
            "February 1st",
            "March the 9th",
            "9th of January",
            "20 Feb",
            "March 2025",
            "May of 2004",
            "5/2",
        ];
        assert_eq!(found(text), days);
        for text in
            ["Mar 12:30", "pain 6/10", "May 20 mg", "a 1/2 tablet", "Mark 4", "v1.5 Mar", "I may 3 times", "Dec"]
        {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
