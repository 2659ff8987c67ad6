//! Document names: they are printed with every finding, and they too hold identifiers (`john_smith_labs.csv`).

mod days;

use std::collections::HashSet;
use std::ops::Range;

pub(crate) use days::days;

use crate::detect::checks::Verdict;
use crate::detect::engine::Engine;
use crate::detect::names;
use crate::document::Document;
use crate::mask::{self, Masked};
use crate::words;

/// Words of folders and files whose numbers are people's.
const PEOPLE: &[&str] =
    &["patient", "patients", "mrn", "ssn", "chart", "charts", "member", "members", "person", "persons", "people"];

/// How many digits in a row are a number that somebody was given.
const LONG: usize = 5;

/// A name as texts that the detectors can read, of the same width: its parts are lines. Once as it is, and once with
/// blanks for the signs that stand between words.
pub(crate) fn readings(name: &str) -> [Vec<u8>; 2] {
    let name = legible(name);
    let lines: Vec<u8> = name.bytes().map(|b| if matches!(b, b'/' | b'\\') { b'\n' } else { b }).collect();
    let ending = lines.iter().rposition(|b| *b == b'.');
    let is_letter = |at: Option<usize>| at.and_then(|at| lines.get(at)).is_some_and(u8::is_ascii_alphabetic);
    let blank = |at: usize, b: u8| match b {
        b'_' => true,
        b'-' => is_letter(at.checked_sub(1)) || is_letter(Some(at + 1)),
        b'.' => ending == Some(at),
        _ => false,
    };
    let words = lines.iter().enumerate().map(|(at, b)| if blank(at, *b) { b' ' } else { *b }).collect();
    [lines, words]
}

/// A name with blanks for what is no character, of the same width: a number behind such a byte stands by itself.
fn legible(name: &str) -> String {
    name.replace(char::REPLACEMENT_CHARACTER, "   ")
}

/// Full names: two words that are a given name and a surname, with one or two signs between (`Smith, John`).
fn full_names(name: &str) -> Vec<Range<usize>> {
    let bytes = name.as_bytes();
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, _) in bytes.iter().enumerate().filter(|(_, b)| b.is_ascii_alphabetic() || **b >= 0x80) {
        match words.last_mut() {
            Some(word) if word.end == at => word.end = at + 1,
            _ => words.push(at..at + 1),
        }
    }
    let pairs = words.windows(2).filter(|pair| pair[1].start - pair[0].end <= 2);
    let is_name = |pair: &&[Range<usize>]| {
        let both = [&bytes[pair[0].clone()], b" ", &bytes[pair[1].clone()]].concat();
        let known = names::in_file_name(&both, 0).is_some_and(|found| found.end == both.len());
        // `Oduya, Xanthe`: with a comma one known part is enough.
        let listed =
            &bytes[pair[0].end..pair[1].start] == b", " && pair.iter().all(|at| may_be_name(&bytes[at.clone()]));
        let facts = |at: &Range<usize>| words::facts(&bytes[at.clone()]);
        known || listed && (facts(&pair[0]).surname() >= 2 || facts(&pair[1]).given() >= 2)
    };
    let mut spans: Vec<Range<usize>> = pairs.filter(is_name).map(|pair| pair[0].start..pair[1].end).collect();
    // `patient_Xanthe_Oduya.log`: what follows this word with a capital, and is no word of its own.
    for (i, _) in words
        .iter()
        .enumerate()
        .filter(|(_, at)| INTRODUCING.iter().any(|cue| bytes[(*at).clone()].eq_ignore_ascii_case(cue)))
    {
        let named = words[i + 1..].iter().zip(&words[i..]).take(3).take_while(|(at, last)| {
            let gap = &bytes[last.end..at.start];
            gap.len() <= 2 && !gap.contains(&b'/') && may_be_name(&bytes[(*at).clone()])
        });
        spans.extend(named.map(|(at, _)| at.clone()));
    }
    spans
}

/// Words of file names that the name of a person follows.
const INTRODUCING: &[&[u8]] = &[b"patient", b"pt", b"member", b"mr", b"mrs", b"ms"];

/// May a word in a file's name be a person's: a capital, and no word of everyday language?
fn may_be_name(word: &[u8]) -> bool {
    let facts = words::facts(word);
    let known = facts.given().max(facts.surname()) > 0;
    word.len() >= 3 && word[0].is_ascii_uppercase() && facts.common() <= if known { 3 } else { 0 }
}

/// Long numbers behind a word for people: `patients/00482913.json`.
fn numbers_of_people(name: &str) -> Vec<Range<usize>> {
    let (mut spans, mut people, mut at) = (Vec::new(), false, 0);
    for piece in name.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        // `mrn00482913` is said of a person, too.
        let letters = word.len() - word.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let said = PEOPLE.iter().any(|known| word[..letters].eq_ignore_ascii_case(known));
        people |= said;
        // `219468831.log`: a file that is called by nine digits, and nothing else, is called like a person.
        let alone = word.len() == 9 && word.bytes().all(|b| b.is_ascii_digit());
        let begins = at == 0 || matches!(name.as_bytes()[at - 1], b'/' | b'!' | b'\\');
        if alone && begins && matches!(name.as_bytes().get(at + 9), None | Some(b'.' | b'!')) {
            spans.push(at..at + 9);
        }
        if people && word.bytes().filter(u8::is_ascii_digit).count() >= LONG {
            spans.push(at + if said { letters } else { 0 }..at + word.len());
        }
        at += piece.len();
    }
    spans
}

/// What looks like an identifier in a document's name, whatever the document holds.
pub(crate) fn of_name(name: &str, engine: &Engine) -> Vec<Range<usize>> {
    let name = &legible(name);
    let mut spans = full_names(name);
    spans.extend(looks(name, engine));
    spans.extend(numbers_of_people(name));
    spans
}

/// The document's name, masked where it holds one of the values found in it, or looks like an identifier itself.
/// `hits` are all values, and those of names and addresses of mail; `in_name` is what the detectors find in the name,
/// read as a text, and what [`of_name`] does.
pub(crate) fn masked_name(
    document: &Document,
    (hits, people): (&[Range<usize>], &[Range<usize>]),
    in_name: Vec<Range<usize>>,
) -> Masked {
    let legible = legible(&document.name);
    let (bytes, text) = (legible.as_bytes(), &document.bytes);
    let mut spans = in_name;
    let respelled = Respelled::of(bytes);
    let values = || hits.iter().map(|hit| &text[hit.clone()]);
    if respelled.has_numbers() {
        values().collect::<HashSet<_>>().into_iter().for_each(|value| respelled.numbers_of(value, &mut spans));
    }
    // Most values hold a byte that the name does not.
    let mut held = [false; 256];
    bytes.iter().for_each(|b| held[usize::from(b.to_ascii_lowercase())] = true);
    let may_hold = |value: &[u8]| value.iter().all(|b| held[usize::from(b.to_ascii_lowercase())]);
    for value in values().filter(|value| may_hold(value)).collect::<HashSet<_>>() {
        if value.len() >= 4 && value.len() <= bytes.len() {
            spans.extend(
                bytes
                    .windows(value.len())
                    .enumerate()
                    .filter(|(i, w)| w.eq_ignore_ascii_case(value) && is_whole(bytes, *i, value.len()))
                    .map(|(i, _)| i..i + value.len()),
            );
        }
    }
    let people: HashSet<&[u8]> = people.iter().map(|at| &text[at.clone()]).collect();
    people.into_iter().for_each(|value| respelled.words_of(value, &mut spans));
    mask::document_name(&document.name, &spans)
}

/// A name taken apart, to find a value in it that is spelled otherwise there: `536904399`, `Quartermaine_Zbigniew`.
struct Respelled<'n> {
    /// Runs of letters.
    words: Vec<(Range<usize>, &'n [u8])>,
    /// Runs of digits with at most two signs between them, and the digits alone.
    numbers: Vec<(Range<usize>, Vec<u8>)>,
}

impl<'n> Respelled<'n> {
    fn of(name: &'n [u8]) -> Self {
        let mut numbers: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
        for (at, b) in name.iter().enumerate().filter(|(_, b)| b.is_ascii_digit()) {
            let near =
                |end: usize| at - end <= 2 && !name[end..at].iter().any(|b| b.is_ascii_alphabetic() || *b == b'/');
            match numbers.last_mut() {
                Some((range, digits)) if near(range.end) => {
                    range.end = at + 1;
                    digits.push(*b);
                }
                _ => numbers.push((at..at + 1, vec![*b])),
            }
        }
        Self { words: letters(name), numbers }
    }

    /// Are there numbers that somebody may have been given?
    fn has_numbers(&self) -> bool {
        self.numbers.iter().any(|(_, own)| own.len() >= LONG)
    }

    /// Where the name holds the digits of `value`.
    fn numbers_of(&self, value: &[u8], spans: &mut Vec<Range<usize>>) {
        for digits in spellings(value) {
            let holds = |own: &[u8]| own.windows(digits.len()).any(|window| window == digits);
            spans.extend(self.numbers.iter().filter(|(_, own)| holds(own)).map(|(at, _)| at.clone()));
        }
    }

    /// Where the name holds a word of a person's name, or of what stands before the `@`.
    fn words_of(&self, value: &[u8], spans: &mut Vec<Range<usize>>) {
        let own = value.split(|b| *b == b'@').next().unwrap_or_default();
        let telling = |word: &[u8]| {
            let facts = words::facts(word);
            word.len() >= 4 && (facts.common() == 0 || facts.given().max(facts.surname()) > 0)
        };
        for (_, word) in letters(own).into_iter().filter(|(_, word)| telling(word)) {
            for (at, own) in &self.words {
                // `ZbigniewQuartermaine`: a long word may stand inside another.
                let found = if word.len() >= 8 {
                    own.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word))
                } else {
                    own.eq_ignore_ascii_case(word).then_some(0)
                };
                spans.extend(found.map(|from| at.start + from..at.start + from + word.len()));
            }
        }
    }
}

/// The runs of letters in a text.
fn letters(text: &[u8]) -> Vec<(Range<usize>, &[u8])> {
    let mut words = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(|b| !(b.is_ascii_alphabetic() || *b >= 0x80)) {
        let len = piece.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        if len > 0 {
            words.push((at..at + len, &piece[..len]));
        }
        at += piece.len();
    }
    words
}

/// The digits of a value of five digits or more; of a date also with its parts in another order.
fn spellings(value: &[u8]) -> Vec<Vec<u8>> {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    if digits.len() < LONG {
        return Vec::new();
    }
    let groups: Vec<&[u8]> = value.split(|b| !b.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let parts: Vec<Vec<&[u8]>> = match groups[..] {
        [one] if one.len() == 8 => vec![vec![&one[..4], &one[4..6], &one[6..]], vec![&one[..2], &one[2..4], &one[4..]]],
        [a, b, c] if [a, b, c].iter().any(|group| group.len() == 4) && a.len() + b.len() + c.len() <= 8 => {
            vec![vec![a, b, c]]
        }
        _ => Vec::new(),
    };
    let mut all = vec![digits];
    for part in parts {
        for order in [[0, 1, 2], [2, 0, 1], [2, 1, 0], [1, 0, 2], [1, 2, 0], [0, 2, 1]] {
            let mut spelled = Vec::new();
            for group in order.map(|i| part[i]) {
                spelled.extend(std::iter::repeat_n(b'0', 2usize.saturating_sub(group.len())));
                spelled.extend_from_slice(group);
            }
            all.push(spelled);
        }
    }
    all
}

/// Do no letters or digits continue what stands at `at` (`test` in `testdata` is no value)?
fn is_whole(name: &[u8], at: usize, len: usize) -> bool {
    let free = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric());
    free(at.checked_sub(1).and_then(|i| name.get(i))) && free(name.get(at + len))
}

/// Identifiers in a name itself: full names with `_` or `-` between, and what stands alone when valid or in context.
fn looks(name: &str, engine: &Engine) -> Vec<Range<usize>> {
    let with =
        |blanks: &[u8]| -> Vec<u8> { name.bytes().map(|b| if blanks.contains(&b) { b' ' } else { b }).collect() };
    let mut spans = Vec::new();
    // In `a_b@c.org` the sign may part words or not; `b@c.org.txt` goes on where the address ends.
    for text in [with(b"_/\\"), with(b"/\\")] {
        let stem = text.iter().rposition(|b| *b == b'.').unwrap_or(text.len());
        [&text[..], &text[..stem]].iter().for_each(|text| spans.extend(valid(text, engine)));
    }
    spans.sort_by_key(|span: &Range<usize>| (span.start, span.end));
    spans.dedup();
    spans
}

/// Where patterns match in a text, and their checks say yes.
fn valid(text: &[u8], engine: &Engine) -> Vec<Range<usize>> {
    // `SSN536-90-4399`: letters before a number do not belong to it.
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
    let numbers = (1..text.len()).filter(|i| is_letter(text[i - 1]) && text[*i].is_ascii_digit());
    let glued = numbers.flat_map(|i| engine.openings(&text[i..]).into_iter().map(move |(at, look)| (i + at, look)));
    let found = engine.openings(text).into_iter().chain(glued);
    let valid = found.filter_map(|(at, (rule, look))| {
        let matcher = engine.matchers.get(rule);
        let found = if matcher.is_near(&text[at..]) { matcher.look(look, text, at)? } else { return None };
        (found.verdict == Verdict::Valid).then_some(at..found.end)
    });
    valid.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_words() {
        let [lines, words] = readings("a_b/mrn-0048-2913.x.csv");
        assert_eq!(lines, b"a_b\nmrn-0048-2913.x.csv");
        assert_eq!(words, b"a b\nmrn 0048-2913.x csv");
    }

    #[test]
    fn values_are_found_however_they_are_spelled() {
        for (name, value, wanted) in [
            ("536904399.txt", "536-90-4399", "536904399"),
            ("536_90_4399.txt", "536-90-4399", "536_90_4399"),
            ("a/MRN48213977.txt", "48213977", "48213977"),
            ("1957-03-14.txt", "03/14/1957", "1957-03-14"),
            ("03141957.txt", "19570314", "03141957"),
            ("x/Quartermaine, Zbigniew.txt", "Zbigniew Quartermaine", "ZbigniewQuartermaine"),
            ("zbigniewquartermaine.txt", "Zbigniew Quartermaine", "zbigniewquartermaine"),
            ("zquart%40quartermail.org", "zquart@quartermail.org", "zquart"),
            ("src/main.rs", "Zbigniew Quartermaine", ""),
            ("logs/2024/01/05/app.log", "206-387-9921", ""),
        ] {
            let mut spans = Vec::new();
            let respelled = Respelled::of(name.as_bytes());
            respelled.numbers_of(value.as_bytes(), &mut spans);
            respelled.words_of(value.as_bytes(), &mut spans);
            let mut found: Vec<&str> = spans.into_iter().map(|at| &name[at]).collect();
            found.dedup();
            let mut letters: Vec<char> = found.concat().chars().collect();
            let mut wanted: Vec<char> = wanted.chars().collect();
            letters.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(letters, wanted, "{name}: {found:?}");
        }
    }

    #[test]
    fn identifiers_are_found() {
        let rules = crate::rule::Rules::builtin().expect("the built-in rules");
        let engine = Engine::new(&rules).expect("an engine");
        for (name, wanted) in [
            ("mail harold@lakesidehealth.com x.txt", "harold@lakesidehealth.com"),
            ("d/harold@lakesidehealth.com.txt", "harold@lakesidehealth.com"),
            ("d/harold_lake@lakesidehealth.com", "harold_lake@lakesidehealth.com"),
            ("SSN719-84-6148.txt", "719-84-6148"),
            ("img/icon@2x.png", ""),
            ("src/main.min.js", ""),
        ] {
            let spans = looks(name, &engine);
            let hidden = name.char_indices().filter(|(i, _)| spans.iter().any(|span| span.contains(i)));
            assert_eq!(hidden.map(|(_, c)| c).collect::<String>(), wanted, "{name}");
        }
    }

    #[test]
    fn full_names_are_found() {
        for (name, wanted) in [
            ("gone/ALVAREZ, Anthony Q.txt", "ALVAREZ, Anthony"),
            ("john_smith-labs.csv", "john_smith"),
            ("Abernathy, Xanthippe.pdf", "Abernathy, Xanthippe"),
            ("x/patient_Quillonia_Abernathy.log", "QuilloniaAbernathy"),
            ("patient_export.csv", ""),
            ("Patient Report.csv", ""),
            ("src/main.rs", ""),
        ] {
            let found: String = full_names(name).into_iter().map(|at| &name[at]).collect();
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn numbers_of_people_are_found() {
        let name = "20240105/patients/x9/00482913.json";
        let found: String = numbers_of_people(name).into_iter().map(|at| &name[at]).collect();
        assert_eq!(found, "00482913");
        assert!(numbers_of_people("migrations/20240105_patients.sql").is_empty());
        assert_eq!(numbers_of_people("a/mrn00482913.pdf").first(), Some(&(5..13)));
        assert_eq!(numbers_of_people("a.zip!219468831.log").first(), Some(&(6..15)));
        assert!(numbers_of_people("build-219468831.log").is_empty());
    }
}
