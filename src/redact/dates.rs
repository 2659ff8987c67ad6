//! Dates in the forms in which documents have them: read, made a year, moved by days; always in the form they had.

use std::ops::Range;

/// A part of a date: its place in the text, and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    at: Range<usize>,
    number: i64,
}

/// A date that was found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Date {
    /// Where it begins and ends.
    pub(super) at: Range<usize>,
    year: Option<Part>,
    month: Option<Part>,
    day: Option<Part>,
}

impl Date {
    /// Does it have year, month and day?
    pub(super) fn is_whole(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = ["thursday", "friday", "saturday", "sunday", "monday", "tuesday", "wednesday"];

/// A run of digits, a run of letters, or what stands between.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Number(Range<usize>),
    Word(Range<usize>),
    Between(Range<usize>),
}

fn tokens(text: &[u8]) -> Vec<Token> {
    let class = |b: u8| if b.is_ascii_digit() { 0 } else { 1 + u8::from(!b.is_ascii_alphabetic()) };
    let (mut out, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let this = class(text[at]);
        let end = at + text[at..].iter().take_while(|b| class(**b) == this).count();
        out.push(match this {
            0 => Token::Number(at..end),
            1 => Token::Word(at..end),
            _ => Token::Between(at..end),
        });
        at = end;
    }
    out
}

fn part(text: &[u8], at: Range<usize>) -> Part {
    let number = text[at.clone()].iter().fold(0, |n: i64, b| n.wrapping_mul(10).wrapping_add(i64::from(b - b'0')));
    Part { at, number }
}

/// The number, from 1, of the month that a word is (in full, or its first three or four letters).
fn month(word: &[u8]) -> Option<i64> {
    let word = word.to_ascii_lowercase();
    let found = MONTHS.iter().position(|month| {
        month.as_bytes() == word || ((3..=4).contains(&word.len()) && month.as_bytes().starts_with(&word))
    });
    found.map(|at| at as i64 + 1)
}

fn weekday(word: &[u8]) -> bool {
    let word = word.to_ascii_lowercase();
    DAYS.iter()
        .any(|day| day.as_bytes() == word || ((3..=5).contains(&word.len()) && day.as_bytes().starts_with(&word)))
}

/// All dates in a text, in order. `pivot` is the last two-digit year that is of this century.
pub(super) fn find(text: &[u8], pivot: i64) -> Vec<Date> {
    let tokens = tokens(text);
    let (mut out, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        match named(text, &tokens[at..]).or_else(|| numbers(text, &tokens[at..], pivot)) {
            Some((date, used)) => {
                // Ten digits and more hold a time themselves.
                let timed = date.at.len() >= 10 && text[date.at.clone()].iter().all(u8::is_ascii_digit);
                out.push(date);
                at += used;
                at += clock(text, tokens.get(at..).unwrap_or_default(), timed);
            }
            None => at += 1,
        }
    }
    out
}

/// How many tokens belong to a time that stands behind a date (`T10:11:12.5Z`), or behind its hours (`.5-0500`).
fn clock(text: &[u8], tokens: &[Token], timed: bool) -> usize {
    let joins = |token: &Token| match token {
        Token::Word(at) => matches!(&text[at.clone()], b"T" | b"Z" | b"AM" | b"PM" | b"am" | b"pm" | b"UTC"),
        Token::Number(at) => at.len() <= 9 && at.len() != 4 && at.len() != 8,
        Token::Between(at) => text[at.clone()].iter().all(|b| matches!(b, b' ' | b':' | b'.' | b',')),
    };
    let joined = tokens.iter().take_while(|token| joins(token)).count();
    let has_colon =
        tokens[..joined].iter().any(|t| matches!(t, Token::Between(at) if text[at.clone()].contains(&b':')));
    let is_t = matches!(tokens.first(), Some(Token::Word(at)) if &text[at.clone()] == b"T");
    let used = if has_colon || is_t || timed { joined } else { 0 };
    let zone = match tokens.get(used..).unwrap_or_default() {
        [Token::Between(sign), Token::Number(zone), ..] if used > 0 || timed => {
            matches!(&text[sign.clone()], b"+" | b"-") && matches!(zone.len(), 2 | 4)
        }
        _ => false,
    };
    // `+02:00` has one more number.
    let minutes = zone
        && matches!(&tokens[used + 2..], [Token::Between(sign), Token::Number(at), ..] if &text[sign.clone()] == b":" && at.len() == 2);
    used + 2 * usize::from(zone) + 2 * usize::from(minutes)
}

fn valid(month: i64, day: i64) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn full_year(number: &Part, pivot: i64) -> Part {
    match number.at.len() {
        2 if number.number <= pivot => Part { number: number.number + 2000, ..number.clone() },
        2 => Part { number: number.number + 1900, ..number.clone() },
        _ => number.clone(),
    }
}

/// `2024-03-05`, `3/5/2024`, `05.03.24`, `20240305`, `20240305101112`, `240305`, `03/2024`, `2024`.
fn numbers(text: &[u8], tokens: &[Token], pivot: i64) -> Option<(Date, usize)> {
    let number = |n: usize| match tokens.get(n) {
        Some(Token::Number(at)) => Some(part(text, at.clone())),
        _ => None,
    };
    let sign = |n: usize| match tokens.get(n) {
        Some(Token::Between(at)) => Some(&text[at.clone()]),
        _ => None,
    };
    let first = number(0)?;
    let joined = |n: usize| sign(n).is_some_and(|s| matches!(s, b"-" | b"/" | b"." | b"\\/" | b" " | b"_"));
    let date = |y: Option<Part>, m: Option<Part>, d: Option<Part>, end: usize| Date {
        at: first.at.start..end,
        year: y,
        month: m,
        day: d,
    };
    if let (Some(second), Some(third)) = (number(2).filter(|_| joined(1)), number(4).filter(|_| joined(3))) {
        let end = third.at.end;
        let small = |p: &Part| p.at.len() <= 2;
        if first.at.len() == 4 && small(&second) && small(&third) && valid(second.number, third.number) {
            return Some((date(Some(first.clone()), Some(second), Some(third), end), 5));
        }
        if small(&first) && small(&second) && matches!(third.at.len(), 2 | 4) {
            let year = full_year(&third, pivot);
            if valid(first.number, second.number) {
                return Some((date(Some(year), Some(first.clone()), Some(second), end), 5));
            }
            if valid(second.number, first.number) {
                return Some((date(Some(year), Some(second), Some(first.clone()), end), 5));
            }
        }
    }
    if let Some(second) = number(2).filter(|_| joined(1)) {
        let end = second.at.end;
        let (a, b) = (first.at.len(), second.at.len());
        if a <= 2 && b == 4 && (1..=12).contains(&first.number) {
            return Some((date(Some(second), Some(first.clone()), None, end), 3));
        }
        if a == 4 && b == 2 && (1..=12).contains(&second.number) {
            return Some((date(Some(first.clone()), Some(second), None, end), 3));
        }
        if a <= 2 && b <= 2 && valid(first.number, second.number) {
            return Some((date(None, Some(first.clone()), Some(second), end), 3));
        }
    }
    compact(text, &first, pivot).map(|date| (date, 1))
}

/// A run of digits: the year first, then month and day, then perhaps a time (HL7 v2 TS, DICOM DT).
fn compact(text: &[u8], run: &Part, pivot: i64) -> Option<Date> {
    let at = run.at.start;
    let piece = |from: usize, to: usize| part(text, at + from..at + to);
    let (year, rest) = match run.at.len() {
        4 => return Some(Date { at: run.at.clone(), year: Some(run.clone()), month: None, day: None }),
        6 => (full_year(&piece(0, 2), pivot), 2),
        8 | 10 | 12 | 14.. => (piece(0, 4), 4),
        _ => return None,
    };
    let (month, day) = (piece(rest, rest + 2), piece(rest + 2, rest + 4));
    if run.at.len() == 6 && !valid(month.number, day.number) {
        let (year, month) = (piece(0, 4), piece(4, 6));
        let fits = (1..=12).contains(&month.number);
        return fits.then(|| Date { at: run.at.clone(), year: Some(year), month: Some(month), day: None });
    }
    let fits = valid(month.number, day.number) && (1800..=2200).contains(&year.number);
    fits.then(|| Date { at: run.at.clone(), year: Some(year), month: Some(month), day: Some(day) })
}

/// `March 5, 2024`, `5 Mar 2024`, `05-MAR-24`, `Tuesday, March 5th`, `March 2024`.
fn named(text: &[u8], tokens: &[Token]) -> Option<(Date, usize)> {
    let mut at = 0;
    let (mut year, mut mon, mut day) = (None, None, None);
    let (mut used, mut end) = (0, 0);
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Word(word) => {
                let bytes = &text[word.clone()];
                if let (Some(number), None) = (month(bytes), &mon) {
                    mon = Some(Part { at: word.clone(), number });
                } else if !(matches!(&bytes.to_ascii_lowercase()[..], b"st" | b"nd" | b"rd" | b"th" | b"of")
                    || weekday(bytes))
                {
                    break;
                }
            }
            Token::Number(run) => {
                let number = part(text, run.clone());
                match run.len() {
                    1 | 2 if day.is_none() && (1..=31).contains(&number.number) => day = Some(number),
                    2 if year.is_none() && mon.is_some() => year = Some(full_year(&number, 40)),
                    4 if year.is_none() => year = Some(number),
                    _ => break,
                }
            }
            Token::Between(range) if range.len() <= 3 => {
                at += 1;
                continue;
            }
            Token::Between(_) => break,
        }
        at += 1;
        used = at;
        end = match token {
            Token::Number(range) | Token::Word(range) | Token::Between(range) => range.end,
        };
        if mon.is_some() && day.is_some() && year.is_some() {
            break;
        }
    }
    let start = match tokens.first()? {
        Token::Number(range) | Token::Word(range) => range.start,
        Token::Between(_) => return None,
    };
    mon.as_ref()?;
    (day.is_some() || year.is_some()).then_some((Date { at: start..end, year, month: mon, day }, used))
}

/// Days since 1970-01-01 of a day in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

impl Date {
    /// Its year, if it says one.
    pub(super) fn year(&self) -> Option<i64> {
        self.year.as_ref().map(|year| year.number)
    }

    /// Is it of a day?
    pub(super) fn is_full(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }

    /// The day as `YYYY-MM-DD`, whatever form it has.
    pub(super) fn plain(&self) -> Option<String> {
        let (year, month, day) = (self.year.as_ref()?, self.month.as_ref()?, self.day.as_ref()?);
        Some(format!("{:04}-{:02}-{:02}", year.number, month.number, day.number))
    }

    /// What to write where, so that it is `by` days later; `None` where it does not say a day.
    pub(super) fn shifted(&self, text: &[u8], by: i64) -> Option<Vec<(Range<usize>, String)>> {
        let (year, month, day) = (self.year.as_ref()?, self.month.as_ref()?, self.day.as_ref()?);
        let then = days(year.number, month.number, day.number) + by;
        let (y, m, d) = civil(then);
        let written_year = if year.at.len() == 2 { format!("{:02}", y.rem_euclid(100)) } else { format!("{y:04}") };
        let number = |part: &Part, number: i64| format!("{number:0width$}", width = part.at.len().min(2));
        let old = &text[month.at.clone()];
        let written_month = if old.first().is_some_and(u8::is_ascii_digit) {
            number(month, m)
        } else {
            like(old, MONTHS[usize::try_from(m - 1).unwrap_or(0)])
        };
        let mut out =
            vec![(year.at.clone(), written_year), (month.at.clone(), written_month), (day.at.clone(), number(day, d))];
        // A weekday that stands in it would tell by how much it was moved.
        for token in tokens(&text[self.at.clone()]) {
            if let Token::Word(at) = token {
                let at = self.at.start + at.start..self.at.start + at.end;
                if weekday(&text[at.clone()]) {
                    let name = DAYS[usize::try_from(then.rem_euclid(7)).unwrap_or(0)];
                    out.push((at.clone(), like(&text[at], name)));
                }
            }
        }
        out.sort_by_key(|(at, _)| at.start);
        Some(out)
    }
}

/// A name as long (in full or shortened to three letters) and in the case that the old one had.
fn like(old: &[u8], name: &str) -> String {
    let name = if old.len() <= 4 && !name.as_bytes().eq_ignore_ascii_case(old) { &name[..3] } else { name };
    let upper = |b: Option<&u8>| b.is_some_and(u8::is_ascii_uppercase);
    if upper(old.first()) && upper(old.get(1)) {
        name.to_ascii_uppercase()
    } else if upper(old.first()) {
        name[..1].to_ascii_uppercase() + &name[1..]
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests;
