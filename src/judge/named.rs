//! Document names: they are printed with every finding, and they too hold identifiers (`john_smith_labs.csv`).

use std::ops::Range;

use crate::detect::checks::Verdict;
use crate::detect::engine::Engine;
use crate::detect::names;
use crate::document::Document;
use crate::mask::{self, Masked};

/// Words of folders and files whose numbers are people's.
const PEOPLE: &[&str] =
    &["patient", "patients", "mrn", "ssn", "chart", "charts", "member", "members", "person", "persons", "people"];

/// How many digits in a row are a number that somebody was given.
const LONG: usize = 5;

/// A name as texts that the detectors can read, of the same width: its parts are lines. Once as it is, and once with
/// blanks for the signs that stand between words.
pub(crate) fn readings(name: &str) -> [Vec<u8>; 2] {
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
        names::in_file_name(&both, 0).is_some_and(|found| found.end == both.len())
    };
    pairs.filter(is_name).map(|pair| pair[0].start..pair[1].end).collect()
}

/// Long numbers behind a word for people: `patients/00482913.json`.
fn numbers_of_people(name: &str) -> Vec<Range<usize>> {
    let (mut spans, mut people, mut at) = (Vec::new(), false, 0);
    for piece in name.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        people |= PEOPLE.iter().any(|known| word.eq_ignore_ascii_case(known));
        if people && word.bytes().filter(u8::is_ascii_digit).count() >= LONG {
            spans.push(at..at + word.len());
        }
        at += piece.len();
    }
    spans
}

/// The document's name, masked where it holds one of the values found in it, or looks like an identifier itself.
/// `in_name` is what the detectors find in the name, read as a text.
pub(crate) fn masked_name(
    document: &Document,
    hits: &[Range<usize>],
    engine: &Engine,
    in_name: Vec<Range<usize>>,
) -> Masked {
    let (name, text) = (document.name.as_str(), &document.bytes);
    let mut spans = in_name;
    spans.extend(full_names(name));
    spans.extend(looks(name, engine));
    spans.extend(numbers_of_people(name));
    let bytes = name.as_bytes();
    for hit in hits.iter().take(2000) {
        let value = &text[hit.clone()];
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
    mask::document_name(name, &spans)
}

/// Do no letters or digits continue what stands at `at` (`test` in `testdata` is no value)?
fn is_whole(name: &[u8], at: usize, len: usize) -> bool {
    let free = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric());
    free(at.checked_sub(1).and_then(|i| name.get(i))) && free(name.get(at + len))
}

/// Identifiers in a name itself: full names with `_` or `-` between, and what stands alone when valid or in context.
fn looks(name: &str, engine: &Engine) -> Vec<Range<usize>> {
    let plain: Vec<u8> = name.bytes().map(|b| if matches!(b, b'_' | b'/' | b'\\') { b' ' } else { b }).collect();
    let mut spans = Vec::new();
    let mut i = 0;
    while i < plain.len() {
        let starts = i == 0 || !plain[i - 1].is_ascii_alphanumeric();
        if starts {
            for index in engine.starts.patterns(engine.starts.ask(&plain[i..])) {
                let (rule, look) = engine.looks[index];
                if let Some(found) = engine.matchers.get(rule).look(look, &plain, i)
                    && found.verdict == Verdict::Valid
                {
                    spans.push(i..found.end);
                }
            }
        }
        i += 1;
    }
    spans
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
    fn full_names_are_found() {
        for (name, wanted) in [
            ("gone/ALVAREZ, Anthony Q.txt", "ALVAREZ, Anthony"),
            ("john_smith-labs.csv", "john_smith"),
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
    }
}
