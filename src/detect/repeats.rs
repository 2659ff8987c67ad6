//! Values that the document names once and shows again: `mrn: 4410927` here, `/patients/4410927/labs` there.
//!
//! Only values that hardly stand for anything else are looked for: long numbers, full names, whole addresses.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::packed;

use crate::detect::engine::Engine;
use crate::detect::{Clues, Detector, Hit, Sight, checks};
use crate::document::Document;
use crate::document::again::Again;
use crate::fields::{Holds, Owner};
use crate::kind::Kind;
use crate::rule::RuleId;

/// Kinds of numbers that are looked for again.
const NUMBERS: &[&str] =
    &["ssn", "mrn", "health_plan_id", "account", "license", "phone", "fax", "device", "other_id", "biometric"];
/// More values than this are a table or a long log, where numbers meet by chance: then they must be longer.
const MANY: usize = 64;
/// So many values are looked for with vector instructions.
const FEW: usize = 32;
/// No more values than this are looked for.
const MOST: usize = 4096;

/// Finds them; it goes by what the other detectors have found.
pub(crate) struct Repeats(pub(crate) Arc<Engine>);

/// What a value was found to be.
type Meaning = (RuleId, Owner);

impl Detector for Repeats {
    fn detect(&self, (document, _): (&Document, Holds), seen: &mut Sight) {
        let hits = &mut seen.hits;
        if hits.is_empty() || matches!(document.kind, Kind::Generated | Kind::Binary | Kind::Legal) {
            return;
        }
        let values = self.values(&document.bytes, hits);
        let (texts, meanings): (Vec<&[u8]>, Vec<Meaning>) = values.into_iter().unzip();
        if texts.is_empty() {
            return;
        }
        let mut known: Vec<(usize, RuleId)> =
            hits.iter().filter(|hit| is_firm(hit)).filter_map(|hit| Some((hit.at.start, hit.rule?))).collect();
        known.sort_unstable();
        let again = places(&document.bytes, &texts);
        let again = again.into_iter().filter(|(_, at)| stands_alone(&document.bytes, at));
        for found in again {
            let (value, at) = found;
            let (rule, owner) = meanings[value];
            if known.binary_search(&(at.start, rule)).is_err() {
                let clues = Clues::SHAPE.with(Clues::AGAIN);
                hits.push(Hit { rule: Some(rule), at, label: None, clues, owner, record: None });
            }
        }
    }
}

/// Where these values stand, and which: few are searched by their first bytes at once, many where words begin.
fn places(text: &[u8], values: &[&[u8]]) -> Vec<(usize, Range<usize>)> {
    if values.len() <= FEW {
        let config =
            packed::Config::new().match_kind(packed::MatchKind::LeftmostLongest).builder().extend(values).build();
        if let Some(search) = config {
            return search.find_iter(text).map(|found| (found.pattern().as_usize(), found.range())).collect();
        }
    }
    Again::new(values, false).find(text)
}

impl Repeats {
    /// What was surely found, and is worth being looked for.
    fn values<'t>(&self, text: &'t [u8], hits: &[Hit]) -> HashMap<&'t [u8], Meaning> {
        let mut values = HashMap::new();
        let mut firm = hits.iter().filter(|hit| is_firm(hit)).peekable();
        if firm.peek().is_none() {
            return values;
        }
        let of = |kinds: &[&str]| kinds.iter().flat_map(|kind| self.0.of_kind(kind)).copied().collect::<HashSet<_>>();
        let (numbers, births, addresses) = (of(NUMBERS), of(&["dob"]), of(&["address"]));
        for hit in firm {
            let Some(rule) = hit.rule else { continue };
            let value = &text[hit.at.clone()];
            let telling = if Some(rule) == self.0.name {
                is_full_name(value) && !hit.clues.has(Clues::COMMON_WORD)
            } else if numbers.contains(&rule) {
                is_long_number(value)
            } else {
                births.contains(&rule) && value.len() >= 8 || addresses.contains(&rule) && value.len() >= 10
            };
            if telling && values.len() < MOST && !checks::is_placeholder(value) {
                values.insert(value, (rule, hit.owner));
            }
        }
        if values.len() > MANY {
            values.retain(|value, _| value.len() >= 8);
        }
        values
    }
}

/// Does its place or name say what it is, and that it is a person's?
fn is_firm(hit: &Hit) -> bool {
    let said = hit.clues.any(Clues::LABEL.with(Clues::POSITION)) || hit.owner == Owner::Person && hit.label.is_some();
    said && !hit.clues.any(Clues::RESERVED.with(Clues::GLUED)) && matches!(hit.owner, Owner::Person | Owner::Unknown)
}

/// Five digits, six signs: fewer meet by chance.
fn is_long_number(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    value.len() >= 6 && digits >= 5 && value.len() <= 40
}

fn is_full_name(value: &[u8]) -> bool {
    let words = value.split(|b| matches!(b, b' ' | b',' | b'^')).filter(|word| word.len() > 1).count();
    words >= 2 && value.len() >= 7
}

/// Is it no piece of a longer word or number?
fn stands_alone(text: &[u8], at: &Range<usize>) -> bool {
    let word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    let joins = |b: Option<&u8>| matches!(b, Some(b'-' | b'.' | b'_'));
    let (one, two) = (at.start.checked_sub(1), at.start.checked_sub(2));
    let before = one.and_then(|i| text.get(i));
    let (after, then) = (text.get(at.end), text.get(at.end + 1));
    let runs_on = joins(before) && word(two.and_then(|i| text.get(i))) || joins(after) && word(then);
    !(word(before) || word(after) || runs_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_longer_tokens_are_left() {
        for (text, alone) in [
            ("/patients/4410927/labs", true),
            ("(4410927).", true),
            ("id=4410927", true),
            ("14410927", false),
            ("v1.4410927", false),
            ("4410927-2", false),
            ("x_4410927", false),
        ] {
            let start = text.find("4410927").unwrap_or_default();
            assert_eq!(stands_alone(text.as_bytes(), &(start..start + 7)), alone, "{text}");
        }
    }

    #[test]
    fn what_is_telling() {
        assert!(is_long_number(b"E4410927") && !is_long_number(b"44109") && !is_long_number(b"ABC-12"));
        assert!(is_full_name(b"Roe, Wanda") && !is_full_name(b"Wanda") && !is_full_name(b"Al Bo"));
    }
}
