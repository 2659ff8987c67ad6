//! Records: what stands together. A name, a birth date and an MRN on one line are worth more than their parts.

use crate::detect::Clues;
use crate::document::{Document, line_around};
use crate::fields::Owner;
use crate::judge::context::Page;
use crate::judge::{Judged, score, verdict};
use crate::kind::Kind;
use crate::rule::{Rule, Rules};

/// The most that neighbours are worth, in log-odds.
const MOST: f32 = 3.0;
/// How near, in bytes, a hit on another line may still be of the same record.
const NEAR: usize = 240;
/// Kinds of numbers that all systems give to all things.
const NUMBERS: [&str; 2] = ["mrn", "other_id"];

/// Adds to each hit what the other identifiers of its record are worth.
pub(crate) fn partners(document: &Document, rules: &Rules, judged: &mut [Judged]) {
    let text = &document.bytes;
    let is_log = document.kind == Kind::Log;
    // Hits come in order, and one line may be the whole document.
    let mut line = 0..0;
    let mut line_of = |j: &Judged| {
        let at = j.hit.at.start;
        if at < line.start || at >= line.end {
            line = line_around(text, at);
        }
        line.clone()
    };
    let about = |j: &Judged| {
        let (line, kind) = (line_of(j), j.hit.rule.map_or("", |r| rules.get(r).identifier.kind.as_str()));
        let speaks = !matches!(j.hit.owner, Owner::Software | Owner::Provider) && !j.hit.clues.has(Clues::RESERVED);
        Neighbour {
            at: j.hit.at.start,
            entry: is_log && begins_entry(&text[line.clone()]),
            line: line.start,
            number: NUMBERS.contains(&kind) && verdict::is_loose(j),
            record: j.hit.record,
            kind,
            sure: if speaks { score::probability(j.own).sqrt() } else { 0.0 },
        }
    };
    let neighbours: Vec<Neighbour<'_>> = judged.iter().map(about).collect();
    let mut best = Vec::new();
    for (i, j) in judged.iter_mut().enumerate() {
        j.partners = of_one(&neighbours, i, &mut best);
    }
}

/// Does a line begin as entries of a log do: with a time (RFC 3164's too), a bracket or a field for one of both?
fn begins_entry(line: &[u8]) -> bool {
    match line {
        [b'0'..=b'9' | b'[' | b'{' | b'<', ..] => true,
        [b'A'..=b'Z', b'a'..=b'z', b'a'..=b'z', b' ', b'0'..=b'9' | b' ', b'0'..=b'9', ..] => true,
        _ => [&b"time="[..], b"ts=", b"level="].iter().any(|field| line.starts_with(field)),
    }
}

/// What a neighbour is worth of which it is sure what it is, in log-odds.
const WORTH: f32 = 2.4;

/// A hit as those near it see it.
struct Neighbour<'r> {
    /// Where it begins, and its line.
    at: usize,
    line: usize,
    /// Does the line begin as entries of a log do, with a time or a bracket?
    entry: bool,
    /// Is it a number of [`NUMBERS`], and says nothing but a loose label of nobody's (`id`) so?
    number: bool,
    record: Option<u32>,
    kind: &'r str,
    /// How sure it is what it is; nothing where it says nothing of anybody.
    sure: f32,
}

/// What those around the hit are worth, of each kind the best; `best` is room for them.
fn of_one<'r>(neighbours: &[Neighbour<'r>], i: usize, best: &mut Vec<(&'r str, f32)>) -> f32 {
    let own = &neighbours[i];
    // A dozen kinds at most.
    best.clear();
    let mut ask = |other: &Neighbour<'r>| -> bool {
        let near = other.line == own.line || own.record.is_some() && own.record == other.record;
        let gap = other.at.abs_diff(own.at);
        if !near && gap > NEAR {
            return false;
        }
        // The number of a request is not the patient's of whom the next entry speaks.
        if !near && own.number && own.entry && other.entry {
            return true;
        }
        if other.sure > 0.0 && other.kind != own.kind {
            let worth = WORTH * if near { 1.0 } else { 0.45 } * other.sure;
            match best.iter_mut().find(|(known, _)| *known == other.kind) {
                Some((_, most)) => *most = most.max(worth),
                None => best.push((other.kind, worth)),
            }
        }
        gap < 4096
    };
    // Neighbours in order of distance; records are small, so a few dozen are enough.
    let _ = neighbours[..i].iter().rev().take(40).all(&mut ask);
    let _ = neighbours[i + 1..].iter().take(40).all(&mut ask);
    // In an order of their own: sums of fractions depend on it.
    best.sort_by_key(|(kind, _)| *kind);
    best.iter().map(|(_, worth)| worth).sum::<f32>().min(MOST)
}

/// What says that a document's identifiers belong to health or payment.
pub(crate) struct Health {
    page: bool,
    patient: bool,
    /// Does the hit's record hold an identifier that only patients have?
    records: Vec<bool>,
    /// Does it say who somebody is: two of name, birth date, SSN, MRN and plan number, each by name?
    persons: Vec<bool>,
}

/// Kinds that say who somebody is.
const WHO: [&str; 5] = ["name", "dob", "ssn", "mrn", "health_plan_id"];
/// How far, in bytes, the fields of a person's record may stand apart.
const RECORD: usize = 400;

impl Health {
    pub(crate) fn of(rules: &Rules, page: &Page, judged: &[Judged]) -> Self {
        let rule = |j: &Judged| j.hit.rule.map(|r| &rules.get(r).identifier);
        let sure = |j: &Judged| score::probability(j.log_odds()) >= 0.5 && !j.hit.clues.has(Clues::RESERVED);
        let called = |j: &Judged| j.hit.clues.any(Clues::LABEL.with(Clues::POSITION));
        // The `name` of a user is a name; the `id` of a user is no patient's.
        let firm = |j: &Judged| called(j) || j.hit.owner == Owner::Person && rule(j).is_some_and(|r| r.kind != "mrn");
        let says: Vec<bool> =
            judged.iter().map(|j| rule(j).is_some_and(|r| r.health) && sure(j) && called(j)).collect();
        let who: Vec<Option<usize>> = judged
            .iter()
            .map(|j| {
                WHO.iter()
                    .position(|k| rule(j).is_some_and(|r| r.kind == *k))
                    .filter(|_| sure(j) && (firm(j) || j.hit.clues.has(Clues::CUE)))
            })
            .collect();
        // They come in order: those near one stand on both sides of it.
        let near = |i: usize| {
            let close = move |k: &usize| judged[*k].hit.at.start.abs_diff(judged[i].hit.at.start) <= RECORD;
            let before = (i.saturating_sub(12)..i).rev().take_while(close);
            before.chain((i..judged.len().min(i + 13)).take_while(close))
        };
        let records = (0..judged.len()).map(|i| near(i).any(|k| says[k])).collect();
        let persons = (0..judged.len())
            .map(|i| near(i).filter_map(|k| who[k]).fold(0u8, |set, kind| set | 1 << kind).count_ones() >= 2)
            .collect();
        Self { page: page.health >= 4, patient: page.patient, records, persons }
    }

    /// Is it PHI: an identifier (45 CFR 164.514) together with health or payment context (160.103)?
    pub(crate) fn is_phi(&self, rule: &Rule, judged: &Judged, i: usize) -> bool {
        let clues = judged.hit.clues;
        let person =
            clues.any(Clues::LABEL.with(Clues::POSITION).with(Clues::CUE)) || judged.hit.owner == Owner::Person;
        let page = self.page && (person || judged.partners > 0.5);
        let firm = person || clues.has(Clues::SHAPE);
        let firm =
            firm && (rule.identifier.kind != "mrn" || clues.any(Clues::LABEL.with(Clues::POSITION).with(Clues::SHAPE)));
        let record = rule.identifier.health && firm || self.records.get(i).copied().unwrap_or(false);
        // A date that nothing names is a patient's only in a document about health.
        let dated = !clues.has(Clues::DATE) || clues.has(Clues::LABEL) || self.page;
        (record || page || self.patient && person) && dated && !clues.has(Clues::RESERVED)
    }

    /// Does it stand in a record that says who somebody is?
    pub(crate) fn is_person(&self, i: usize) -> bool {
        self.persons.get(i).copied().unwrap_or(false)
    }
}
