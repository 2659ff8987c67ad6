//! Structured data by column: what a cell may not hold, going by what its column is called.

use std::ops::Range;

use super::clean::is_removed;
use super::columns::Column;
use super::roles::Role;
use super::{Leak, dates, disguise, encodings};
use crate::words::{self, Class};

/// Ages above this are "90 or older", 45 CFR 164.514(b)(2)(i)(C).
const OLDEST: i64 = 89;

/// What the cells of a column hold that may not be there. `year` is the present one; `people`: does the table
/// tell of people?
pub(super) fn leaks(text: &[u8], column: &Column, (year, people): (i64, bool), out: &mut Vec<Leak>) {
    let dated = matches!(column.role, Role::Date | Role::DatePart | Role::Other);
    if column.role == Role::Operation {
        return;
    }
    let before = out.len();
    for (_, at) in &column.cells {
        let value = text[at.clone()].trim_ascii();
        if value.is_empty() {
            continue;
        }
        // Of a table of things the dates are nobody's.
        let found = cell(column, value, year).filter(|_| people || !dated).or_else(|| disguised(value));
        out.extend(found.map(|(rule, says)| Leak { rule: rule.into(), at: at.clone(), says }));
    }
    if out.len() == before && matches!(column.role, Role::Other | Role::Name) {
        names(text, column, out);
    }
}

type Found = Option<(&'static str, String)>;

fn disguised(value: &[u8]) -> Found {
    disguise::of(value).map(|(rule, how)| (rule, format!("an identifier {how}")))
}

fn cell(column: &Column, value: &[u8], year: i64) -> Found {
    let says = |rule, words: &str| Some((rule, words.to_owned()));
    match column.role {
        Role::Age(unit) => age(value, i64::from(unit)),
        Role::Zip => zip(value),
        _ if is_removed(value) => None,
        Role::Birth if is_counted(value) => says("date-of-birth", "a day, counted from another day"),
        Role::Birth => birth(column, value, year),
        Role::DatePart if dates::year(value).is_some() => None,
        Role::DatePart if dates::is_part(value) || dates::is_partial(value) || dates::is_full(value) => {
            says("service-date", "a part of a date that is finer than the year")
        }
        Role::Date if is_counted(value) => says("service-date", "a day, counted from another day"),
        Role::Date if dates::is_full(value) => says("service-date", "a date finer than the year"),
        Role::Other if dates::is_full(value) && !value.iter().all(u8::is_ascii_digit) => {
            says("service-date", "a date finer than the year")
        }
        Role::Date | Role::Other if dates::is_partial(value) => {
            says("service-date", "year and month: finer than the year")
        }
        Role::Geo if is_position(value) => says("geo-coordinates", "a position is smaller than a state"),
        Role::Place if is_place(value) => says("city", "a place smaller than a state"),
        Role::Initials if is_initials(value) => says("person-name", "initials are made of the name"),
        Role::Name if is_name(column, value) => says("person-name", "a name, in a column of names"),
        _ => None,
    }
}

/// The number that a text begins with, if a unit is all that follows.
fn number(value: &[u8]) -> Option<i64> {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = value.split_at(digits);
    let rest = rest.strip_prefix(b".0").unwrap_or(rest).trim_ascii();
    let unit = [&b""[..], b"y", b"yr", b"yrs", b"years", b"yo", b"y/o", b"Y"].contains(&rest);
    let number = std::str::from_utf8(number).ok()?;
    (unit && (1..=6).contains(&digits)).then(|| number.parse().ok()).flatten()
}

fn age(value: &[u8], unit: i64) -> Found {
    let years = number(value)? / unit;
    (OLDEST + 1..=130).contains(&years).then(|| ("age-over-89", "an age over 89 must be 90 or older".to_owned()))
}

fn birth(column: &Column, value: &[u8], year: i64) -> Found {
    if let Some(born) = dates::year(value) {
        let old = "a birth year that shows an age over 89".to_owned();
        // All of 90 and more may be one year of birth, the last that can be theirs.
        return (year - born > OLDEST + 1).then_some(("age-over-89", old));
    }
    let in_parts = column.name.iter().any(|word| matches!(word.as_str(), "month" | "day" | "week" | "quarter"));
    let finer = dates::is_full(value) || dates::is_partial(value) || in_parts && dates::is_part(value);
    finer.then(|| ("date-of-birth", "a birth date finer than the year".to_owned()))
}

/// Seconds or milliseconds since 1970, or the days that spreadsheets count since 1900.
fn is_counted(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
    let plain = digits.iter().all(u8::is_ascii_digit);
    plain && number.is_some_and(|n| matches!(digits.len(), 9 | 10 | 12 | 13) || (10_000..60_000).contains(&n))
}

/// Five digits and more, and three that stand for 20,000 people or fewer. Spreadsheets drop zeros at the front.
pub(super) fn zip(value: &[u8]) -> Found {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    let number = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<u32>().ok())?;
    let plain = value.iter().all(|b| b.is_ascii_digit() || b"-*Xx. ".contains(b));
    let says = |words: &str| Some(("zip-code", words.to_owned()));
    match digits.len() {
        _ if !plain || number == 0 => None,
        5 | 9 if number % 100 == 0 && value.ends_with(b"00") && digits.len() == 5 && !words::is_zip5(number) => {
            restricted(number / 100)
        }
        5 | 9 => says("a ZIP code of five digits or more"),
        4 if words::is_zip5(number) && value.len() == 4 => says("a ZIP code of five digits whose zero was dropped"),
        2 | 3 => restricted(number),
        _ => None,
    }
}

fn restricted(zip3: u32) -> Found {
    let restricted = u16::try_from(zip3).is_ok_and(words::is_restricted_zip3);
    restricted.then(|| ("zip-code", "this ZIP3 has 20,000 people or fewer and must be 000".to_owned()))
}

/// Degrees with decimals, a census code, a geohash.
fn is_position(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let decimals = value.iter().position(|b| *b == b'.').map_or(0, |dot| value.len() - dot - 1);
    decimals >= 2 || digits >= 5 || (digits >= 1 && value.len() >= 5 && value.iter().all(u8::is_ascii_alphanumeric))
}

fn is_place(value: &[u8]) -> bool {
    let facts = words::phrase(value);
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let only_state = facts.is(Class::State) && !facts.is(Class::City) && !facts.is(Class::County);
    let none =
        [&b"other"[..], b"rural", b"urban", b"suburban", b"yes", b"no"].iter().any(|w| value.eq_ignore_ascii_case(w));
    letters >= 3 && !only_state && !none
}

fn is_initials(value: &[u8]) -> bool {
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    (1..=4).contains(&letters) && value.iter().all(|b| b.is_ascii_uppercase() || b". -".contains(b))
}

/// Under `last_name` any word is a name; under `name` only one that people have.
fn is_name(column: &Column, value: &[u8]) -> bool {
    let said = column.name.len() > 1 || column.name.iter().any(|word| word != "name");
    let words: Vec<&[u8]> = value.split(|b| b" ,.^-'".contains(b)).filter(|word| !word.is_empty()).collect();
    let spelled = words.iter().all(|word| word.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80));
    let known = |word: &&[u8]| {
        let facts = words::facts(word);
        facts.given().max(facts.surname()) >= 2 && facts.common() <= 3
    };
    let thing = |word: &&[u8]| {
        let facts = words::facts(word);
        facts.is(Class::Drug) || facts.is(Class::Condition) || facts.is(Class::Lab) || facts.common() >= 5
    };
    let enough = if said { !words.iter().all(thing) } else { words.iter().all(known) };
    spelled && !words.is_empty() && words.len() <= 5 && value.len() >= 2 && enough
}

/// Fewest cells, and their share, that make names of a column.
const FEWEST: usize = 3;

/// How a value may be written otherwise.
type Form = fn(&[u8]) -> Vec<u8>;

/// A column that is called nothing of the kind and holds names all the same, as they are or disguised.
fn names(text: &[u8], column: &Column, out: &mut Vec<Leak>) {
    let cells: Vec<Range<usize>> =
        column.cells.iter().map(|(_, at)| at.clone()).filter(|at| !is_removed(&text[at.clone()])).collect();
    if cells.len() < FEWEST {
        return;
    }
    let forms: [(&str, Form); 3] = [
        ("names, in a column that does not say so", <[u8]>::to_vec),
        ("names written backwards", encodings::reversed),
        ("names rotated by 13 letters", encodings::rot13),
    ];
    for (says, form) in forms {
        let named: Vec<&Range<usize>> = cells.iter().filter(|at| is_of_people(&form(&text[(*at).clone()]))).collect();
        let mut distinct: Vec<&[u8]> = named.iter().map(|at| &text[(*at).clone()]).collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() >= FEWEST && named.len() * 10 >= cells.len() * 6 {
            let leak = |at: Range<usize>| Leak { rule: "person-name".into(), at, says: says.to_owned() };
            out.extend(named.into_iter().map(|at| leak(at.clone())));
            return;
        }
    }
}

/// One to three words that people are called by, and that are little else.
fn is_of_people(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let words: Vec<&[u8]> = value.split(|b| b" ,^".contains(b)).filter(|word| !word.is_empty()).collect();
    let known = |word: &&[u8]| {
        let facts = words::facts(word);
        let other = [
            Class::Stop,
            Class::City,
            Class::State,
            Class::Drug,
            Class::Condition,
            Class::Lab,
            Class::Health,
            Class::Month,
            Class::County,
        ];
        let is_else = other.iter().any(|class| facts.is(*class));
        let strong = facts.given().max(facts.surname());
        word.len() >= 3 && strong >= if is_else { 5 } else { 3 } && facts.common() <= 2
    };
    (1..=3).contains(&words.len()) && words.iter().all(known)
}
