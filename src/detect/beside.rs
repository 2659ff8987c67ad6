//! Numbers that stand beside people: `patient 4410927`, `/patients/4410927`, `Wanda Roe (4410927)`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;

use crate::detect::engine::Engine;
use crate::detect::labels::Called;
use crate::detect::{Clues, names};
use crate::fields::{Owner, marks};
use crate::rule::{RuleId, Value};
use crate::words::{self, Class};

/// Fewer digits number rows and rooms.
const DIGITS: usize = 5;
/// Longest number, in bytes.
const LONGEST: usize = 16;

/// Words for people, and the kind of the number that they are known by.
const PEOPLE: &[(&str, &str)] = &[
    ("patient", "mrn"),
    ("pt", "mrn"),
    ("chart", "mrn"),
    ("subscriber", "health_plan_id"),
    ("member", "health_plan_id"),
    ("insured", "health_plan_id"),
    ("beneficiary", "health_plan_id"),
    ("enrollee", "health_plan_id"),
];

/// The kind of number that the last word of `words` speaks of.
fn kind(words: &[u8]) -> Option<&'static str> {
    let start = words.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |i| i + 1);
    let word = &words[start..];
    let one = word.strip_suffix(b"s").unwrap_or(word);
    PEOPLE.iter().find(|(own, _)| one.eq_ignore_ascii_case(own.as_bytes())).map(|(_, kind)| *kind)
}

fn rule(engine: &Engine, kind: &str) -> Option<RuleId> {
    engine.of_kind(kind).iter().find(|id| engine.matchers.get(**id).generic).copied()
}

/// The number at `at`, as institutions give them.
fn number(text: &[u8], at: usize) -> Option<Range<usize>> {
    let room = &text[at..text.len().min(at + LONGEST + 1)];
    let len = room.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let token = &room[..len];
    let digits = token.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = token.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let fits =
        len <= LONGEST && digits >= DIGITS && letters <= 4 && token.last().is_some_and(u8::is_ascii_alphanumeric);
    fits.then_some(at..at + len)
}

/// A word that calls people by name may stand before their number, too: `patient=4410927`.
pub(crate) fn of_number(engine: &Engine, text: &[u8], called: Called, (key, at): (&Range<usize>, usize)) -> Called {
    if engine.matchers.get(called.rule).value != Value::Name || number(text, at).is_none() {
        return called;
    }
    let rule = kind(&text[key.clone()]).and_then(|kind| rule(engine, kind));
    rule.map_or(called, |rule| Called { rule, strong: false, owner: Owner::Person })
}

/// Finds folders of people.
static FOLDERS: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(marks::FOLDERS));

/// Numbers in folders of people: what they are called, the folder's name, where they begin.
pub(crate) fn in_paths(engine: &Engine, text: &[u8]) -> Vec<(Called, Range<usize>, usize)> {
    let ends = FOLDERS.iter().flat_map(|folders| folders.find_iter(text).map(|found| found.end()));
    ends.filter_map(|at| in_path(engine, text, at).map(|(called, key)| (called, key, at))).collect()
}

/// The folder of people that the number at `at` stands in.
fn in_path(engine: &Engine, text: &[u8], at: usize) -> Option<(Called, Range<usize>)> {
    let end = at.checked_sub(1)?;
    let start = text[..end].iter().rposition(|b| !b.is_ascii_lowercase()).map_or(0, |i| i + 1);
    let begins =
        start.checked_sub(1).is_none_or(|i| matches!(text[i], b'/' | b'"' | b'\'' | b'`' | b'=' | b' ' | b'}'));
    let kind = kind(&text[start..end]).filter(|_| begins && number(text, at).is_some())?;
    let called = Called { rule: rule(engine, kind)?, strong: false, owner: Owner::Person };
    Some((called, start..end))
}

/// The number in brackets behind a name that ends at `at`.
pub(crate) fn behind_name(engine: &Engine, text: &[u8], at: usize) -> Option<(RuleId, Range<usize>)> {
    let rest = text.get(at..)?;
    let at = at + if rest.starts_with(b" (") || rest.starts_with(b" #") { 2 } else { return None };
    let found = number(text, at)?;
    // `(4410927)`; ten digits are a telephone.
    let digits = text[found.clone()].iter().filter(|b| b.is_ascii_digit()).count();
    let closed = text.get(found.end).is_none_or(|b| matches!(b, b')' | b' ' | b'\n' | b'\r' | b',' | b'.'));
    (closed && digits != 10).then_some(())?;
    Some((rule(engine, "mrn")?, found))
}

/// The name of somebody whose data the label at `key` begins: `Pina Morosini DOB 03/20/1961`.
pub(crate) fn before_label(text: &[u8], key: &Range<usize>) -> Option<(Range<usize>, Clues)> {
    const LABELS: &[&[u8]] = &[b"dob", b"mrn", b"ssn", b"mbi"];
    let start = text[..key.end].iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |i| i + 1);
    let is_label = LABELS.iter().any(|own| text[start..key.end].eq_ignore_ascii_case(own));
    if is_label { names::before_label(text, start) } else { None }
}

/// Does a word that speaks of a person stand just before (`patient`, `wife`, `pt`)?
pub(crate) fn cue(text: &[u8], at: usize) -> bool {
    let floor = at.saturating_sub(24);
    let before = text[floor..at].trim_ascii_end();
    let before = before.strip_suffix(b":").or_else(|| before.strip_suffix(b",")).unwrap_or(before);
    let start = before.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |i| i + 1);
    let facts = words::facts(&before[start..]);
    facts.is(Class::Relative) || facts.is(Class::NameCue) || facts.is(Class::Title)
}

/// Does a label speak of a name's part, so that what stands behind it is a name, known or not?
pub(crate) fn is_part_of_name(label: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"first", b"last", b"given", b"family", b"surname", b"full", b"fname", b"lname", b"middle", b"maiden", b"legal",
    ];
    PARTS.iter().any(|part| label.windows(part.len()).any(|own| own.eq_ignore_ascii_case(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_people_and_numbers() {
        assert_eq!(kind(b"Loaded patient"), Some("mrn"));
        assert_eq!(kind(b"subscribers"), Some("health_plan_id"));
        assert_eq!(kind(b"impatient"), None);
        assert_eq!(number(b"E4410927)", 0), Some(0..8));
        assert!(number(b"v1.2", 0).is_none() && number(b"1234 ", 0).is_none() && number(b"deadbeef12345", 0).is_none());
        assert!(is_part_of_name(b"p.lastName") && !is_part_of_name(b"name"));
    }
}
