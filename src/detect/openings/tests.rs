//! What matches is told, however little is looked at.

use proptest::prelude::*;
use regex::bytes::RegexBuilder;

use super::*;
use crate::detect::search::parse;

const PATTERNS: [&str; 8] = [
    r"\d{3}-\d{2}-\d{4}",
    r"(?i:ab|abc+)\b\d?",
    r"[A-F]{2,40}x",
    r"a?b?c?",
    r"\d{1,6} (?:[A-Z][a-z]{0,20} ){1,4}St",
    r"[^a]{20}z",
    r"\xE2\x80[\x91\x93]\d",
    r"(?:x\d{1,30}){0,9}y",
];

fn made(effort: Effort) -> Openings {
    let patterns: Vec<Hir> = PATTERNS.iter().map(|pattern| parse(pattern).expect("a pattern")).collect();
    Openings::new(&patterns, effort, b"abc 12-34 a1").expect("an automaton")
}

fn told(openings: &Openings, text: &[u8]) -> Vec<u16> {
    let mut found = Vec::new();
    openings.at(text, &mut found);
    found.sort_unstable();
    found
}

proptest! {
    /// However few bytes are looked at: what matches is told, once; and its first bytes are those of a match.
    #[test]
    fn no_match_is_lost(text in "[a-cxyzA-F0-9 \\-‑–St]{0,48}", depth in 1usize..24) {
        let (text, whole) = (text.as_bytes(), Effort { depth: 24, states: 20_000, steps: 9_000_000 });
        for openings in [made(whole), made(Effort { depth, states: 20_000, steps: 9_000_000 }), made(Effort { depth: 24, states: 400, steps: 9_000_000 })] {
            for at in 0..text.len() {
                let told = told(&openings, &text[at..]);
                prop_assert!(told.windows(2).all(|two| two[0] < two[1]));
                for (number, pattern) in PATTERNS.iter().enumerate() {
                    let regex = RegexBuilder::new(&format!("^(?:{pattern})")).unicode(false).build().expect("a pattern");
                    if regex.is_match(&text[at..]) {
                        prop_assert!(told.contains(&(number as u16)), "{} at {}", pattern, at);
                        let first = first_bytes(&parse(pattern).expect("a pattern"), 8).expect("bytes");
                        let fits = first.iter().zip(&text[at..]).all(|(set, byte)| set.has(*byte));
                        prop_assert!(fits && first.len() <= text.len() - at, "{} at {}", pattern, at);
                    }
                }
            }
        }
    }
}

/// Many patterns that begin alike, and patterns that are dear to follow, are told all the same.
#[test]
fn much_is_told_and_little_work_done() {
    let effort = Effort { depth: 8, states: 2_000, steps: 1_000_000 };
    let many: Vec<Hir> = (0..400).map(|i| parse(&format!(r"\w{{9}}-Z{i:03}K")).expect("a pattern")).collect();
    let odd = [r"(?:a?b?){0,800}c", r"(?:\w?-?){0,400}c"].map(|pattern| parse(pattern).expect("a pattern"));
    let (many, odd) = (Openings::new(&many, effort, b""), Openings::new(&odd, effort, b""));
    assert_eq!(told(&many.expect("an automaton"), b"abcdefghi-Z399K").len(), 400);
    assert_eq!(told(&odd.expect("an automaton"), b"abababc"), [0, 1]);
}

#[test]
fn few_others_are_told() {
    let openings = made(Effort { depth: 24, states: 20_000, steps: 9_000_000 });
    for (text, wanted) in
        [("719-84-6148", &[0, 3][..]), ("719-84-614", &[3]), ("xx", &[3]), ("x1y", &[3, 7]), ("y", &[3, 7])]
    {
        assert_eq!(told(&openings, text.as_bytes()), wanted, "{text}");
    }
}

#[test]
fn they_are_kept_as_bytes() {
    let openings = made(Effort { depth: 12, states: 20_000, steps: 9_000_000 });
    let bytes: &'static [u8] = Vec::leak([openings.to_bytes(), vec![7]].concat());
    assert_eq!(Openings::from_bytes(bytes), Some((openings, &[7][..])));
    assert!(Openings::from_bytes(&bytes[..300]).is_none() && Openings::from_bytes(&bytes[..20]).is_none());
}
