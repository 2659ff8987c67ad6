//! Dates in the forms people and programs write, and ages over 89.

use super::{Verdict, valid_if};

/// Years that a person of today can have to do with.
const YEARS: std::ops::RangeInclusive<u16> = 1880..=2035;
/// Dates that systems write when they know none (year, month, day): epochs, ends of time, round years; and the
/// birth date of the FHIR examples' patient.
const DUMMIES: &[(u16, u8, u8)] = &[
    (1, 1, 1),
    (1111, 11, 11),
    (1582, 10, 15),
    (1600, 1, 1),
    (1601, 1, 1),
    (1753, 1, 1),
    (1800, 1, 1),
    (1841, 1, 1),
    (1858, 11, 17),
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 1),
    (1901, 1, 1),
    (1904, 1, 1),
    (1960, 1, 1),
    (1970, 1, 1),
    (1974, 12, 25),
    (1980, 1, 1),
    (1990, 1, 1),
    (2000, 1, 1),
    (2038, 1, 19),
    (2099, 12, 31),
    (2999, 12, 31),
    (9999, 1, 1),
    (9999, 12, 31),
];
const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];
const WEEKDAYS: [&[u8]; 7] = [b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday"];

/// A day of the calendar in 1880 to 2035 (ISO 8601, US, dotted, with month names, HL7 v2 TS, DICOM DA, SAS); a time
/// behind it is ignored.
pub(super) fn date(value: &[u8]) -> Verdict {
    valid_if(parse(value).is_some_and(|(year, _, _)| YEARS.contains(&year)))
}

/// A date as above; epochs and other dummies are reserved.
pub(super) fn dob(value: &[u8]) -> Verdict {
    match parse(value) {
        Some(day) if DUMMIES.contains(&day) => Verdict::Reserved,
        Some((year, _, _)) => valid_if(YEARS.contains(&year)),
        None => Verdict::Invalid,
    }
}

/// A word or number of a date, and the separator behind it.
#[derive(Clone, Copy)]
enum Part {
    /// Digits: what they mean and how many.
    Number(u64, usize),
    /// A month's number.
    Month(u8),
    Weekday,
    /// `st`, `nd`, `rd`, `th`, `of`, `de`.
    Filler,
    Other,
}

/// The day that a text begins with, whatever its year.
fn parse(value: &[u8]) -> Option<(u16, u8, u8)> {
    let mut parts = [Part::Other; 3];
    let mut signs = [0_u8; 3];
    let mut count = 0;
    let mut rest = value.trim_ascii();
    while count < 3 && !rest.is_empty() {
        let (part, behind) = take(rest)?;
        let (sign, behind) = separator(behind);
        rest = behind;
        match part {
            Part::Weekday | Part::Filler if count == 0 || matches!(part, Part::Filler) => {
                if count > 0 && matches!(part, Part::Filler) {
                    signs[count - 1] = sign;
                }
                continue;
            }
            _ => {}
        }
        parts[count] = part;
        signs[count] = sign;
        count += 1;
        if matches!(part, Part::Number(_, 8..)) {
            break;
        }
    }
    day_of(&parts, &signs, value)
}

fn day_of(parts: &[Part; 3], signs: &[u8; 3], value: &[u8]) -> Option<(u16, u8, u8)> {
    use Part::{Month, Number};
    match *parts {
        [Number(_, 8 | 10 | 12 | 14), ..] => packed(value.trim_ascii()),
        [Number(y, 4), Number(m, 1..=2), Number(d, 1..=2)] if same(signs) || *signs == [b',', b',', signs[2]] => {
            calendar(y, m, d)
        }
        [Number(a, 1..=2), Number(b, 1..=2), Number(y, n @ (2 | 4))] if same(signs) && (n == 4 || signs[0] != b'.') => {
            let y = full_year(y, n);
            if signs[0] == b'.' {
                calendar(y, b, a).or_else(|| calendar(y, a, b))
            } else {
                calendar(y, a, b).or_else(|| calendar(y, b, a))
            }
        }
        [Number(d, 1..=2), Month(m), Number(y, n @ (2 | 4))] | [Month(m), Number(d, 1..=2), Number(y, n @ (2 | 4))] => {
            calendar(full_year(y, n), u64::from(m), d)
        }
        [Number(y, 4), Month(m), Number(d, 1..=2)] => calendar(y, u64::from(m), d),
        _ => None,
    }
}

/// Are numbers parted by one sign that dates are written with?
fn same(signs: &[u8; 3]) -> bool {
    signs[0] == signs[1] && matches!(signs[0], b'-' | b'/' | b'.' | b' ')
}

/// A year of two digits lies in 1936 to 2035.
fn full_year(year: u64, digits: usize) -> u64 {
    match digits {
        2 if year > 35 => 1900 + year,
        2 => 2000 + year,
        _ => year,
    }
}

/// Digits in a row: `YYYYMMDD`, with the time if there are more (HL7 v2.5.1 2.A.77), or `MMDDYYYY`.
fn packed(value: &[u8]) -> Option<(u16, u8, u8)> {
    let len = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let part = |from: usize, to: usize| super::digits::number(value.get(from..to)?);
    let below = |from: usize, limit: u64| from >= len || part(from, from + 2).is_some_and(|n| n < limit);
    let time = below(8, 24) && below(10, 60) && below(12, 60);
    let day = calendar(part(0, 4)?, part(4, 6)?, part(6, 8)?).filter(|(year, _, _)| *year == 1 || *year >= 1000);
    match day {
        Some(day) if time => Some(day),
        None if len == 8 => calendar(part(4, 8)?, part(0, 2)?, part(2, 4)?).filter(|(year, _, _)| YEARS.contains(year)),
        _ => None,
    }
}

/// A day that the Gregorian calendar has.
fn calendar(year: u64, month: u64, day: u64) -> Option<(u16, u8, u8)> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    let ok = (1..=days).contains(&day) && (1..=9999).contains(&year);
    ok.then_some((u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

/// The number or word that a text begins with, and what follows.
fn take(text: &[u8]) -> Option<(Part, &[u8])> {
    let run = |of: fn(&u8) -> bool| text.iter().take_while(|b| of(b)).count();
    let digits = run(u8::is_ascii_digit);
    if digits > 0 {
        let n = super::digits::number(&text[..digits]).unwrap_or(0);
        return Some((Part::Number(n, digits), &text[digits..]));
    }
    let letters = run(u8::is_ascii_alphabetic);
    if letters == 0 {
        return None;
    }
    let (word, rest) = text.split_at(letters);
    let begins =
        |full: &&[u8]| word.len() >= 3 && full.len() >= word.len() && full[..word.len()].eq_ignore_ascii_case(word);
    let month = MONTHS.iter().position(|m| begins(m) || (word.eq_ignore_ascii_case(b"sept") && *m == b"september"));
    let part = match month {
        Some(at) => Part::Month(at as u8 + 1),
        None if WEEKDAYS.iter().any(begins) => Part::Weekday,
        None if [&b"st"[..], b"nd", b"rd", b"th", b"of", b"the"].iter().any(|f| word.eq_ignore_ascii_case(f)) => {
            Part::Filler
        }
        None => Part::Other,
    };
    Some((part, rest))
}

/// The separator that a text begins with, without the spaces and stops around it, and what follows.
fn separator(text: &[u8]) -> (u8, &[u8]) {
    let mut rest = text;
    let mut sign = 0;
    loop {
        let (next, len) = match rest {
            [b'%', b'2', b'F' | b'f', ..] => (b'/', 3),
            [b'%', b'2', b'D' | b'd', ..] => (b'-', 3),
            [next @ (b'-' | b'/' | b'.' | b',' | b' '), ..] => (*next, 1),
            _ => return (sign, rest),
        };
        if sign == 0 || sign == b' ' {
            sign = next;
        } else if next != b' ' {
            return (sign, rest);
        }
        rest = &rest[len..];
    }
}

/// An age of 90 to 125 in figures or words: the age that 45 CFR 164.514(b)(2)(i)(C) counts as identifying.
pub(super) fn age90(value: &[u8]) -> Verdict {
    const WORDS: [&[u8]; 5] = [b"ninet", b"nonagenarian", b"centenarian", b"one hundred", b"a hundred"];
    let lower = value.to_ascii_lowercase();
    let ordinal = lower.windows(8).any(|w| w == b"nineteen");
    if !ordinal && WORDS.iter().any(|word| lower.windows(word.len()).any(|w| w == *word)) {
        return Verdict::Valid;
    }
    let mut rest = value;
    while let Some(at) = rest.iter().position(u8::is_ascii_digit) {
        let len = rest[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let n = super::digits::number(&rest[at..at + len]);
        let fraction = at > 0 && rest[at - 1] == b'.';
        if len <= 3 && !fraction && matches!(n, Some(90..=125)) {
            return Verdict::Valid;
        }
        rest = &rest[at + len..];
    }
    Verdict::Invalid
}
