//! Towns in sentences about people: `lives with her in Duluth`, `a retired teacher from Chattanooga`.

use std::ops::Range;

use crate::detect::{Clues, Hit, names};
use crate::fields::Owner;
use crate::rule::RuleId;
use crate::words::{self, Class};

/// How far before a town the word is looked for that says that somebody lives there, in bytes.
const FAR: usize = 48;

/// Words of dwelling, and of people who come from somewhere.
const CUES: &[&[u8]] = &[
    b"live",
    b"lives",
    b"lived",
    b"living",
    b"reside",
    b"resides",
    b"resided",
    b"residing",
    b"resident",
    b"home",
    b"house",
    b"apartment",
    b"moved",
    b"moving",
    b"relocated",
    b"born",
    b"raised",
    b"native",
    b"neighborhood",
    b"man",
    b"woman",
    b"male",
    b"female",
    b"gentleman",
    b"lady",
    b"boy",
    b"girl",
    b"retired",
    b"retiree",
    b"widow",
    b"widower",
    b"veteran",
    b"old",
    b"yo",
    b"patient",
    b"farmer",
    b"teacher",
    b"works",
    b"worked",
];

/// Finds them in running text.
pub(crate) fn read(text: &[u8], rule: RuleId, found: &mut Vec<Hit>) {
    for join in [&b" in "[..], b" from ", b" near ", b" outside ", b" to "] {
        for at in memchr::memmem::find_iter(text, join) {
            let start = at + join.len();
            let Some(town) = town(text, start).filter(|_| is_about_dwelling(text, at)) else { continue };
            let clues = Clues::SHAPE.with(Clues::CUE);
            found.push(Hit { rule: Some(rule), at: town, label: None, clues, owner: Owner::Unknown, record: None });
        }
    }
}

/// The town whose name begins at `at`: the longest that the dictionary knows.
fn town(text: &[u8], at: usize) -> Option<Range<usize>> {
    let mut ends = Vec::new();
    let mut start = at;
    while ends.len() < 3 && names::is_capital(text, start) {
        let end = names::word_end(text, start);
        ends.push(end);
        if text.get(end) != Some(&b' ') {
            break;
        }
        start = end + 1;
    }
    let known = |end: &usize| {
        let facts = words::phrase(&text[at..*end]);
        let other = [Class::State, Class::Month, Class::Health, Class::Drug, Class::Stop];
        facts.is(Class::City) && !other.into_iter().any(|class| facts.is(class))
    };
    ends.into_iter().rev().find(|end| end - at >= 4 && known(end)).map(|end| at..end)
}

/// Do the words before `at` say that somebody lives, or comes from, where they lead?
fn is_about_dwelling(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(FAR)..at];
    let sentence = before.iter().rposition(|b| matches!(b, b'.' | b'\n' | b';' | b'?' | b'!')).map_or(0, |i| i + 1);
    let words = before[sentence..].split(|b| !b.is_ascii_alphabetic());
    words.into_iter().any(|word| CUES.iter().any(|cue| word.eq_ignore_ascii_case(cue)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut hits = Vec::new();
        read(text.as_bytes(), RuleId(0), &mut hits);
        hits.iter().map(|hit| text[hit.at.clone()].to_owned()).collect()
    }

    #[test]
    fn towns_where_people_live() {
        assert_eq!(found("He lives with his son in Duluth."), ["Duluth"]);
        assert_eq!(found("retired machinist from Kenosha here"), ["Kenosha"]);
        assert_eq!(found("We moved from Fresno to Baton Rouge last spring"), ["Fresno", "Baton Rouge"]);
        for text in ["written in Python", "It was released in Boston.", "a man in October", "lives in an apartment"] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
