//! Incidents: when PHI has leaked, what is the scope, 45 CFR 164.400-414?
//!
//! A [`Scope`] sees each document with its findings and counts: identifiers, records, distinct people, states. People are
//! told apart by HMACs under a key that nobody knows and that ends with the run; nothing of a value is kept.

mod assessment;
mod days;
mod estimate;
mod factors;
mod html;
mod people;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

pub use assessment::{Assessment, Exposed, Facts, Kinds, Where};
pub use days::{Deadlines, is_after};
pub use factors::Factor;
use people::{People, Person};

use crate::document::{Document, line_around};
use crate::fields::{FORMATS, Label};
use crate::judge::Finding;
use crate::kind::Kind;
use crate::mask::Key;
use crate::words::{self, Class};

/// Kinds by which a person is known, the surest first; a name counts only with a birth date, or where there is nothing
/// else.
const KEYS: &[&str] = &["ssn", "mrn", "health_plan_id", "email", "phone", "account", "license", "other_id", "name"];
/// How many of them one person alone has: records that share one are about the same person, and people are two where
/// theirs differ. A plan may be a family's.
const OWN: usize = 2;
/// How many of them join records at all.
const SURE: usize = 3;

/// What has been seen.
pub struct Scope {
    key: Option<Key>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    kinds: BTreeMap<String, (u64, people::Count)>,
    records: u64,
    people: People,
}

impl Default for Scope {
    fn default() -> Self {
        Self { key: Key::of_this_run(), seen: Mutex::default() }
    }
}

/// What was counted.
pub struct Counted {
    /// By kind: findings, and distinct values.
    pub kinds: BTreeMap<String, (u64, u64)>,
    /// Records (rows, messages, lines, letters) with an identifier.
    pub records: u64,
    /// Distinct people.
    pub people: u64,
    /// Is that an estimate, and with which relative error (one standard error)?
    pub error: Option<f64>,
    /// Distinct people by state, where a ZIP code or an address tells.
    pub states: BTreeMap<String, u64>,
    /// How many of them have records in several states, and count in each; `None` where people are estimated.
    pub in_several: Option<u64>,
}

impl Scope {
    /// Sees a document (or a part of one) with its findings.
    pub fn see(&self, document: &Document, findings: &[Finding]) {
        let Some(key) = &self.key else { return };
        let text = &document.bytes[..];
        let local = |byte: u64| usize::try_from(byte.saturating_sub(document.first_byte)).unwrap_or(usize::MAX);
        let place = |finding: &Finding| local(finding.start_byte)..local(finding.end_byte).min(text.len());
        let counted: Vec<(&str, Range<usize>)> = findings
            .iter()
            .filter(|finding| counts(finding))
            .map(|finding| (finding.kind.as_str(), place(finding)))
            .collect();
        if counted.is_empty() {
            return;
        }
        let fields = fields(document);
        let mut records: BTreeMap<u64, Vec<(&str, &[u8])>> = BTreeMap::new();
        for (kind, at) in &counted {
            let value = text.get(at.clone()).unwrap_or_default();
            records.entry(record(document, &fields, at)).or_default().push((kind, value));
        }
        let mut states: HashMap<u64, [u8; 2]> = HashMap::new();
        for (at, state) in fields.iter().filter_map(|field| Some((field.at.clone(), field.state?))) {
            states.insert(record(document, &fields, &at), state);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, values) in records {
            seen.records += 1;
            let state =
                states.get(&number).copied().or_else(|| values.iter().find_map(|(kind, value)| state(kind, value)));
            for (kind, value) in &values {
                let (count, distinct) = seen.kinds.entry((*kind).to_owned()).or_default();
                *count += 1;
                distinct.add(seal(key, kind, value));
            }
            let person = person(key, &values);
            seen.people.add(&person, state);
            seen.people.add_kinds(&person, values.iter().map(|(kind, _)| *kind));
        }
    }

    /// The kinds of identifiers of each person; `None` where there are more than a million people.
    #[must_use]
    pub fn of_each(&self) -> Option<Vec<Vec<String>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).people.kinds()
    }

    /// What was counted.
    #[must_use]
    pub fn counted(&self) -> Counted {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (people, error) = seen.people.count();
        let (states, in_several) = seen.people.states();
        Counted {
            kinds: seen
                .kinds
                .iter()
                .map(|(kind, (count, distinct))| (kind.clone(), (*count, distinct.count())))
                .collect(),
            records: seen.records,
            people,
            error,
            states,
            in_several,
        }
    }
}

/// Is it an identifier of somebody: not health information alone, no published sample, not allowed as made up?
fn counts(finding: &Finding) -> bool {
    let other = ["health.", "flow.", "safeguard."].iter().any(|kind| finding.kind.starts_with(kind));
    !other && finding.note.is_none() && finding.suppressed.is_none()
}

/// A field of a structured document.
struct Field {
    at: Range<usize>,
    record: u32,
    state: Option<[u8; 2]>,
}

fn fields(document: &Document) -> Vec<Field> {
    let mut fields = Vec::new();
    if let Some(format) = FORMATS.iter().find(|format| (format.is)(document)) {
        (format.read)(document, &mut fields);
    }
    let text = &document.bytes[..];
    let state = |label: &Label, value: &Range<usize>| {
        let name = match label {
            Label::Text(at) => &text[at.clone()],
            Label::Word(name) => name.as_bytes(),
            _ => return None,
        };
        let named = name.to_ascii_lowercase().ends_with(b"state");
        let code: [u8; 2] = text[value.clone()].trim_ascii().try_into().ok()?;
        (named && words::facts(&code).is(Class::State)).then(|| code.map(|b| b.to_ascii_uppercase()))
    };
    let mut fields: Vec<Field> = fields
        .into_iter()
        .filter(|field| field.label != Label::Nothing)
        .map(|field| Field { state: state(&field.label, &field.value), at: field.value, record: field.record })
        .collect();
    fields.sort_by_key(|field| field.at.start);
    fields
}

/// A number of the record that a place stands in: what its format says; else its line, and of running text all of it.
fn record(document: &Document, fields: &[Field], at: &Range<usize>) -> u64 {
    let next = fields.partition_point(|field| field.at.end <= at.start);
    let inside = fields.get(next).filter(|field| field.at.start < at.end);
    match (inside, document.kind) {
        (Some(field), _) => u64::from(field.record) << 1,
        (None, Kind::Prose | Kind::Markup | Kind::Binary) => 1,
        (None, _) => (line_around(&document.bytes, at.start).start as u64) << 1 | 1,
    }
}

/// The state that a ZIP code, or an address that ends with one, lies in.
fn state(kind: &str, value: &[u8]) -> Option<[u8; 2]> {
    if !matches!(kind, "zip" | "address" | "city") {
        return None;
    }
    let digits = value.split(|b| !b.is_ascii_digit()).rfind(|run| matches!(run.len(), 5 | 9))?;
    words::zip3_state(std::str::from_utf8(&digits[..3]).ok()?.parse().ok()?)
}

/// By what the person of a record is known.
fn person(key: &Key, values: &[(&str, &[u8])]) -> Person {
    let of = |kind: &str| {
        values.iter().filter(|(own, _)| *own == kind).map(|(own, value)| seal(key, own, value)).collect::<Vec<u64>>()
    };
    let own: Vec<(u64, u8)> = KEYS[..OWN]
        .iter()
        .zip(0..)
        .flat_map(|(kind, bit)| of(kind).into_iter().map(move |seal| (seal, 1 << bit)))
        .collect();
    let mut shared: Vec<u64> = KEYS[OWN..SURE].iter().flat_map(|kind| of(kind)).collect();
    let first = |kind: &str| values.iter().find(|(own, _)| *own == kind).map(|(_, value)| *value);
    if let (Some(name), Some(born)) = (first("name"), first("dob")) {
        shared.push(seal(key, "name and dob", &[&folded(name)[..], b" ", &folded(born)].concat()));
    }
    if own.is_empty() && shared.is_empty() {
        shared.extend(KEYS[SURE..].iter().find_map(|kind| of(kind).first().copied()));
    }
    if own.is_empty() && shared.is_empty() {
        // Nobody's in particular: what else there is stands for a person of its own.
        shared.extend(values.first().map(|(kind, value)| seal(key, kind, value)));
    }
    Person { own, shared }
}

/// Letters and digits alone, small: a number is the same with its hyphens.
fn folded(value: &[u8]) -> Vec<u8> {
    value.iter().filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80).map(u8::to_ascii_lowercase).collect()
}

/// 64 bits of the HMAC of a value.
fn seal(key: &Key, kind: &str, value: &[u8]) -> u64 {
    let seal = key.seal(kind, &folded(value));
    u64::from_str_radix(seal.trim_start_matches('~').get(..16).unwrap_or_default(), 16).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, Profile, Rules, Scanner};

    #[test]
    fn people_are_told_apart() {
        let policy = Policy { profile: Profile::SafeHarbor, ..Policy::default() };
        let scanner = Scanner::new(Rules::builtin().expect("rules"), policy).expect("a scanner");
        let scope = Scope::default();
        let csv = "mrn,last_name,first_name,ssn,zip\n48291376,Caldwell,Denise,536-90-4399,43215\n40718265,Brennan,Harold,219-47-6831,94110\n48291376,Caldwell,Denise,536904399,43215\n";
        let log = "INFO patient mrn=40718265 opened\nINFO patient mrn=77301429 opened\n";
        for (name, text) in [("a.csv", csv), ("b.log", log)] {
            let document = Document::of(name, text.as_bytes().to_vec());
            scope.see(&document, &scanner.scan(&document));
        }
        let counted = scope.counted();
        assert_eq!((counted.people, counted.error), (3, None));
        assert_eq!(counted.records, 5);
        assert_eq!(counted.kinds["mrn"], (5, 3));
        assert_eq!(counted.states, BTreeMap::from([("CA".to_owned(), 1), ("OH".to_owned(), 1)]));
    }
}
