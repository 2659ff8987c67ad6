//! Notes about people: who is called by one name (`her daughter Consuelo`, later `Consuelo`), and days without a year.
//!
//! A document is read only where something in it was found to be a person's; code and logs more strictly than notes.

mod days;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::detect::engine::Engine;
use crate::detect::{Clues, Detector, Hit, Sight, names, rows, towns};
use crate::document::Document;
use crate::fields::{Holds, Owner};
use crate::kind::Kind;
use crate::rule::RuleId;
use crate::words::{self, Class, Facts};
use days::days;

/// Kinds whose finds make a text one about people.
const PERSONAL: &[&str] = &["name", "dob", "mrn", "ssn", "health_plan_id", "age_over_89", "phone"];

/// Shorter values are no sentences, in bytes.
const SENTENCE: usize = 30;

/// So many words are looked for one by one.
const FEW: usize = 8;

/// Finds what only the rest of a note explains; it goes by what the other detectors have found.
pub(crate) struct Mentions(pub(crate) Arc<Engine>);

impl Detector for Mentions {
    fn detect(&self, (document, holds): (&Document, Holds), seen: &mut Sight) {
        let hits = &mut seen.hits;
        let personal = |kind: &&str| {
            let rules = self.0.of_kind(kind);
            hits.iter().any(|hit| hit.rule.is_some_and(|rule| rules.contains(&rule)))
        };
        let prose = document.kind.is_running_text();
        let terse = matches!(document.kind, Kind::Code | Kind::Config | Kind::Log);
        let data = matches!(document.kind, Kind::Data | Kind::Unknown);
        if !(prose || terse || data) || hits.is_empty() || !PERSONAL.iter().any(personal) {
            return;
        }
        let text = &document.bytes[..];
        let mut found = Vec::new();
        if data {
            self.sentences(document, hits, &mut found);
            hits.append(&mut found);
            return;
        }
        if let Some(rule) = self.0.name {
            let mut people = People::new(text, prose, rule, hits);
            if prose {
                people.introduced(0..text.len(), &mut found);
            } else {
                people.introduced_tersely(holds.patients(), &mut found);
            }
            // Logs name people by labels, and are long.
            if document.kind != Kind::Log {
                people.called_again(0..text.len(), &mut found);
            }
        }
        if let Some(rule) = self.0.date.filter(|_| prose) {
            days(text, rule, &mut found);
        }
        if let Some(rule) = self.0.of_kind("city").first().filter(|_| prose) {
            towns::read(text, *rule, &mut found);
        }
        hits.append(&mut found);
    }
}

impl Mentions {
    /// Sentences in the values of records: a chat's messages, a table's remarks.
    fn sentences(&self, document: &Document, hits: &[Hit], found: &mut Vec<Hit>) {
        let text = &document.bytes[..];
        let mut people = self.0.name.map(|rule| People::new(text, true, rule, hits));
        for at in sentences(text) {
            if let Some(people) = &mut people {
                people.introduced(at.clone(), found);
                people.called_again(at.clone(), found);
            }
            let (from, sentence) = (found.len(), &text[at.clone()]);
            if let Some(rule) = self.0.date {
                days(sentence, rule, found);
                dates(&self.0, sentence, rule, found);
            }
            if let Some(rule) = self.0.of_kind("city").first() {
                towns::read(sentence, *rule, found);
            }
            for hit in &mut found[from..] {
                hit.at = at.start + hit.at.start..at.start + hit.at.end;
            }
        }
        for hit in found {
            hit.clues = hit.clues.with(Clues::SENTENCE);
        }
    }
}

/// Values of records that are sentences: so many words, most of them letters, no code between them.
fn sentences(text: &[u8]) -> Vec<Range<usize>> {
    let is_end = |b: &u8| matches!(b, b'"' | b'\t' | b'\n' | b'|' | b'{' | b'}' | b'<' | b'>');
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = start + text[start..].iter().position(is_end).unwrap_or(text.len() - start);
        let value = &text[start..end];
        let blanks = || memchr::memchr_iter(b' ', value).count();
        let odd = || value.iter().filter(|b| matches!(b, b'=' | b';' | b'_' | b'\\' | b'[' | b'^' | b'*')).count();
        if value.len() >= SENTENCE
            && (5..).contains(&blanks())
            && value.len() / (blanks() + 1) < 12
            && odd() * 40 < value.len()
        {
            found.push(start..end);
        }
        start = end + 1;
    }
    found
}

/// Dates in a sentence.
fn dates(engine: &Engine, sentence: &[u8], rule: RuleId, found: &mut Vec<Hit>) {
    let mut at = 0;
    while at < sentence.len() {
        let len = sentence[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b >= 0x80).count();
        let end = if len > 0 { rows::date_at(engine, rule, sentence, at, true) } else { None };
        if let Some(end) = end {
            let clues = Clues::SHAPE.with(Clues::DATE);
            found.push(Hit { rule: Some(rule), at: at..end, label: None, clues, owner: Owner::Unknown, record: None });
        }
        at = end.unwrap_or(at + len.max(1));
    }
}

/// Where names are found already, in order.
fn taken(hits: &[Hit], rule: RuleId) -> Vec<Range<usize>> {
    let mut taken: Vec<_> = hits.iter().filter(|hit| hit.rule == Some(rule)).map(|hit| hit.at.clone()).collect();
    taken.sort_by_key(|at| at.start);
    taken
}

/// The words of names that are surely a person's, no provider's, and hardly anything else.
fn known<'t>(text: &'t [u8], hits: &[Hit], rule: RuleId) -> HashSet<&'t [u8]> {
    let sure = Clues::FULL_NAME.with(Clues::CUE).with(Clues::LABEL).with(Clues::POSITION);
    let not = Clues::RESERVED.with(Clues::COMMON_WORD).with(Clues::GLUED);
    let people = hits.iter().filter(|hit| {
        hit.rule == Some(rule)
            && hit.clues.any(sure)
            && !hit.clues.any(not)
            && matches!(hit.owner, Owner::Person | Owner::Unknown)
    });
    people.flat_map(|hit| parts(&text[hit.at.clone()])).collect()
}

/// The words of a name that can stand for it.
fn parts(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = name.split(|b| !(names::is_letter(*b) || matches!(b, b'-' | b'\'')));
    words.filter(|word| word.len() >= 3 && is_telling(words::facts(word)))
}

/// Is a word, written with a capital, hardly anything but a name?
fn is_telling(facts: Facts) -> bool {
    facts.common() <= 4
        && ![Class::Stop, Class::Month, Class::City, Class::State, Class::Title, Class::Health, Class::Relative]
            .into_iter()
            .any(|class| facts.is(class))
}

struct People<'t> {
    text: &'t [u8],
    /// Code and logs speak of parents and children that are nobody's, and write types like names.
    prose: bool,
    rule: RuleId,
    taken: Vec<Range<usize>>,
    known: HashSet<&'t [u8]>,
}

impl<'t> People<'t> {
    fn new(text: &'t [u8], prose: bool, rule: RuleId, hits: &[Hit]) -> Self {
        Self { text, prose, rule, taken: taken(hits, rule), known: known(text, hits, rule) }
    }

    /// `her daughter Consuelo`, `wife (Ingrid)`, `patient Oduya`.
    fn introduced(&mut self, part: Range<usize>, found: &mut Vec<Hit>) {
        let mut from = part.start;
        while let Some(word) = next_capital(&self.text[..part.end], from) {
            from = self.introduce(word, found);
        }
    }

    /// `patient Oduya`, `pt Warner`, in text that says little else of people: only what follows these words is looked at.
    /// `patients`: where it first speaks of patients.
    fn introduced_tersely(&mut self, patients: Option<usize>, found: &mut Vec<Hit>) {
        let cues = patients.map(|at| (&b"atient "[..], at)).into_iter().chain([(&b"pt "[..], 0)]);
        for (cue, first) in cues {
            let mut from = first;
            while let Some(at) = self.text.get(from..).and_then(|rest| memchr::memmem::find(rest, cue)) {
                let start = from + at + cue.len();
                from = start;
                if names::is_capital(self.text, start)
                    && let Some(word) = next_capital(self.text, start).filter(|word| word.start == start)
                {
                    from = self.introduce(word, found);
                }
            }
        }
    }

    /// Is the word a name that is introduced here? Where to go on.
    fn introduce(&mut self, word: Range<usize>, found: &mut Vec<Hit>) -> usize {
        let end = word.end;
        if self.is_taken(&word) {
            return end;
        }
        let Some(Cue { close, clue }) = cue_before(self.text, word.start, self.prose) else { return end };
        // `patient Warner` in a comment; `patient.Name` and `Patient { Id` are code.
        if !self.prose && self.text.get(word.end).is_some_and(|b| matches!(b, b'(' | b'<' | b':' | b'.' | b'{')) {
            return end;
        }
        // `Hello, I've …`
        if self.text[word.clone()].starts_with(b"I'") {
            return end;
        }
        let facts = words::facts(&self.text[word.clone()]);
        let medical =
            [Class::Drug, Class::Condition, Class::Lab, Class::Health, Class::Stop, Class::Month, Class::Title]
                .into_iter()
                .any(|class| facts.is(class));
        let name = facts.given().max(facts.surname()) > 0 && facts.common() <= if self.prose { 5 } else { 2 };
        let new =
            self.prose && close && facts.common() == 0 && self.text[word.clone()].iter().any(u8::is_ascii_lowercase);
        if medical || !(name || new) {
            return end;
        }
        let at = names::after_cue(self.text, word.start).map_or(word, |(at, _)| at);
        let end = at.end;
        self.known.extend(parts(&self.text[at.clone()]));
        self.push(at, clue, found);
        end
    }

    /// A name of somebody whom the text has named.
    fn called_again(&mut self, part: Range<usize>, found: &mut Vec<Hit>) {
        if self.known.is_empty() {
            return;
        }
        if self.known.len() <= FEW {
            for word in self.places_of_known(part) {
                if !self.is_taken(&word) {
                    self.push(word, Clues::NAMED, found);
                }
            }
            return;
        }
        let mut from = part.start;
        while let Some(word) = next_capital(&self.text[..part.end], from) {
            from = word.end;
            if self.known.contains(&self.text[word.clone()]) && !self.is_taken(&word) {
                self.push(word, Clues::NAMED, found);
            }
        }
    }

    /// Where the known words stand by themselves: to look for each of a few is quicker than to look at all words.
    fn places_of_known(&self, part: Range<usize>) -> Vec<Range<usize>> {
        let text = &self.text[..part.end];
        let goes_on = |b: &u8| names::is_letter(*b) || matches!(b, b'\'' | b'-');
        let stands = |word: &[u8], at: usize| {
            // The first word of those that are joined to it.
            let start =
                text[part.start..at].iter().rposition(|b| !goes_on(b)).map_or(part.start, |i| part.start + i + 1);
            // No more is read than shows that it ends: texts in capitals may have no words for long.
            let near = &text[..text.len().min(at + word.len() + 8)];
            let mut words = std::iter::successors(next_capital(near, start), |last| next_capital(near, last.end));
            words.find(|found| found.start >= at).is_some_and(|found| found == (at..at + word.len()))
        };
        let mut places: Vec<Range<usize>> = Vec::new();
        for word in &self.known {
            let found = memchr::memmem::find_iter(&text[part.start..], word).map(|at| part.start + at);
            places.extend(found.filter(|at| stands(word, *at)).map(|at| at..at + word.len()));
        }
        places.sort_by_key(|place| place.start);
        places
    }

    fn is_taken(&self, at: &Range<usize>) -> bool {
        let after = self.taken.partition_point(|taken| taken.start <= at.start);
        self.taken[after.saturating_sub(4)..].iter().take(5).any(|taken| taken.start < at.end && at.start < taken.end)
    }

    fn push(&mut self, at: Range<usize>, clue: Clues, found: &mut Vec<Hit>) {
        if clue != Clues::NAMED {
            let place = self.taken.partition_point(|taken| taken.start <= at.start);
            self.taken.insert(place, at.clone());
        }
        let clues = Clues::SHAPE.with(Clues::HALF_NAME).with(clue);
        found.push(Hit { rule: Some(self.rule), at, label: None, clues, owner: Owner::Unknown, record: None });
    }
}

/// The next word that begins with a capital and goes on in letters, from `from` on.
fn next_capital(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        at += first_capital(text.get(at..)?)?;
        let joined =
            at > 0 && (names::is_letter(text[at - 1]) || text[at - 1].is_ascii_digit() || text[at - 1] == b'_');
        let end = names::word_end(text, at);
        if !joined && end - at >= 2 && names::is_capital(text, at) {
            let tail = text.get(end).is_some_and(|b| b.is_ascii_digit() || matches!(b, b'_' | b'@' | b'='));
            if !tail {
                return Some(at..end);
            }
        }
        at = end.max(at + 1);
    }
}

/// Bytes that capitals begin with, and some others beyond ASCII.
static CAPITALS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_uppercase() || byte >= 0xc3;
        byte += 1;
    }
    table
};

/// Where the first of them stands. Many bytes are asked together: few are capitals.
fn first_capital(text: &[u8]) -> Option<usize> {
    let is = |byte: &u8| CAPITALS[usize::from(*byte)];
    let (eights, _) = text.as_chunks::<8>();
    let none = eights.iter().position(|eight| eight.iter().fold(false, |any, byte| any | is(byte)));
    let from = none.unwrap_or(eights.len()) * 8;
    text[from..].iter().position(is).map(|at| from + at)
}

/// What introduces a name.
struct Cue {
    /// Does it stand right before, with no colon between?
    close: bool,
    clue: Clues,
}

/// Does a word for a relative or a patient, or a greeting, stand just before?
fn cue_before(text: &[u8], at: usize, prose: bool) -> Option<Cue> {
    let before = &text[at.saturating_sub(24)..at];
    let trimmed = before.trim_ascii_end();
    let blanks = &before[trimmed.len()..];
    if blanks.contains(&b'\n') && blanks.iter().filter(|b| **b == b'\n').count() > 1 {
        return None;
    }
    let (cue, close) = match trimmed {
        [rest @ .., b':'] => (rest, false),
        [rest @ .., b','] => (rest, true),
        [rest @ .., b'('] => (rest.trim_ascii_end(), true),
        rest if !blanks.is_empty() => (rest, true),
        _ => return None,
    };
    let start = cue.iter().rposition(|b| !b.is_ascii_alphabetic()).map_or(0, |i| i + 1);
    let word = &cue[start..];
    let patient = [&b"patient"[..], b"pt", b"resident", b"client", b"neighbor", b"neighbour", b"friend", b"member"];
    let patient = &patient[..if prose { patient.len() } else { 2 }];
    let greets = [&b"hi"[..], b"hello", b"hey", b"dear", b"thanks", b"welcome"];
    if prose && greets.iter().any(|cue| word.eq_ignore_ascii_case(cue)) {
        return Some(Cue { close, clue: Clues::GREETED });
    }
    let is_patient = patient.iter().any(|cue| word.eq_ignore_ascii_case(cue));
    // `MOTHER Reports`, `Patient Portal`: a heading's word says little.
    let lower = word.last().is_some_and(u8::is_ascii_lowercase);
    let relative = prose && words::facts(word).is(Class::Relative) && word.len() >= 3;
    (relative || is_patient).then_some(Cue { close: close && lower, clue: Clues::CUE })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_by_one_name() {
        for (text, close) in
            [("her daughter Bo", Some(true)), ("wife (Bo", Some(true)), ("Mother: Bo", Some(false)), ("saw Bo", None)]
        {
            assert_eq!(cue_before(text.as_bytes(), text.len() - 2, true).map(|cue| cue.close), close, "{text}");
        }
    }

    proptest! {
        #[test]
        fn first_capitals_are_found(text in "[a-c é]{0,30}[A-Cé]?[a-cA-É ]{0,12}") {
            let plain = text.bytes().position(|b| b.is_ascii_uppercase() || b >= 0xc3);
            prop_assert_eq!(first_capital(text.as_bytes()), plain);
        }

        /// A few known words are found where all words are.
        #[test]
        fn known_words_are_found(
            text in "(Bo|Ann|Ann-Bo|O'Ann|Bo's|bo|Anna|Bo_|1Bo|é|Éva|[ .,'\\-(])*",
            known in prop::collection::hash_set("Bo|Ann|Ann-Bo|Éva|O'Ann", 1..4),
            cut in (0usize..40, 0usize..60),
        ) {
            let text = text.as_bytes();
            let part = cut.0.min(text.len())..(cut.0 + cut.1).min(text.len());
            let known: HashSet<&[u8]> = known.iter().map(|word| word.as_bytes()).collect();
            let people = People { text, prose: true, rule: RuleId(0), taken: Vec::new(), known };
            let all = std::iter::successors(next_capital(&text[..part.end], part.start), |last| next_capital(&text[..part.end], last.end));
            let wanted: Vec<Range<usize>> = all.filter(|word| people.known.contains(&text[word.clone()])).collect();
            prop_assert_eq!(people.places_of_known(part), wanted);
        }
    }
}
