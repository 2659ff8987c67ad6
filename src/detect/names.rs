//! People: where a name begins and ends, and how much of it the dictionaries know.
//!
//! A name is read as a run of name-like words (`Mary-Jane O'Neil`, `de la Cruz`, `J.`), or as
//! `Surname, Given`. In running text both ends must be known; behind a label a name may be new.

use std::ops::Range;

use crate::detect::Clues;
use crate::words::{self, Class, Facts};

/// Most words that one name is read as.
const MOST_WORDS: usize = 6;
/// Most bytes between two of them.
const BLANKS: usize = 32;

/// One word of a run.
struct Word {
    at: Range<usize>,
    facts: Facts,
    initial: bool,
    comma: bool,
}

impl Word {
    fn given(&self) -> u8 {
        self.facts.given()
    }

    fn surname(&self) -> u8 {
        self.facts.surname()
    }

    fn known(&self) -> bool {
        self.given() > 0 || self.surname() > 0
    }

    /// Is it used as an ordinary word far more than as a name?
    fn ordinary(&self) -> bool {
        self.plain() || self.facts.is(Class::City)
    }

    /// The same, of words that are no towns.
    fn plain(&self) -> bool {
        let name = self.given().max(self.surname());
        self.facts.is(Class::Stop) || (self.facts.common() >= 4 && self.facts.common() + 1 >= name)
    }
}

pub(super) fn is_letter(b: u8) -> bool {
    b.is_ascii_alphabetic() || b >= 0x80
}

/// Is there a capital at `at`: ASCII, or the first byte of a two-byte Latin letter?
pub(super) fn is_capital(text: &[u8], at: usize) -> bool {
    match text.get(at) {
        Some(b) if b.is_ascii_uppercase() => true,
        // U+00C0..U+00DE and the even letters of Latin Extended-A/B and Additional.
        Some(0xc3) => text.get(at + 1).is_some_and(|b| (0x80..=0x9e).contains(b)),
        Some(0xc4..=0xc6 | 0xe1) => true,
        _ => false,
    }
}

/// The end of a name's word that begins at `at`: letters, with `'`, `’` and `-` between letters.
pub(super) fn word_end(text: &[u8], at: usize) -> usize {
    let mut i = at;
    while let Some(&b) = text.get(i) {
        let joins = matches!(b, b'\'' | b'-') && i > at && text.get(i + 1).is_some_and(|n| is_letter(*n));
        if !is_letter(b) && !joins {
            break;
        }
        i += 1;
    }
    // A possessive is not part of the name.
    if text[at..i].ends_with(b"'s") { i - 2 } else { i }
}

/// Facts of a word; of one with a hyphen or apostrophe, those of its best part.
fn facts_of(word: &[u8]) -> Facts {
    let whole = words::facts(word);
    if whole.given() > 0 || whole.surname() > 0 || !word.iter().any(|b| matches!(b, b'-' | b'\'')) {
        return whole;
    }
    word.split(|b| matches!(b, b'-' | b'\''))
        .map(words::facts)
        .max_by_key(|f| f.given().max(f.surname()))
        .unwrap_or(whole)
}

fn is_particle(word: &[u8]) -> bool {
    const PARTICLES: &[&[u8]] = &[
        b"de", b"la", b"del", b"van", b"von", b"der", b"den", b"da", b"dos", b"di", b"du", b"bin", b"al", b"el", b"le",
        b"st",
    ];
    PARTICLES.iter().any(|p| word.eq_ignore_ascii_case(p))
}

/// `van`, `al-Khatib`.
fn begins_with_particle(word: &[u8]) -> bool {
    is_particle(word.split(|b| *b == b'-').next().unwrap_or(word))
}

fn is_suffix(word: &[u8]) -> bool {
    const SUFFIXES: &[&[u8]] = &[b"Jr", b"Sr", b"II", b"III", b"IV", b"JR", b"SR"];
    SUFFIXES.contains(&word)
}

/// A blank between two words of a name: one space (or `+`, `%20`, `_` in URLs and file names).
fn blank(text: &[u8], at: usize) -> usize {
    match text.get(at..) {
        Some([b' ' | b'+' | b'\t', next, ..]) if *next != b' ' => 1,
        // HL7 v2 and DICOM.
        Some([b'^', next, ..]) if is_letter(*next) => 1,
        Some([b'%', b'2', b'0', ..]) => 3,
        Some([b'&', b'n', b'b', b's', b'p', b';', ..]) => 6,
        _ => 0,
    }
}

/// The same in a room that holds nothing but a name: several blanks, line ends in a cell, the signs around a nickname, a
/// quote that is doubled (`O''Neil` in SQL).
fn wide_blank(text: &[u8], at: usize, limit: usize) -> usize {
    let room = &text[at.min(limit)..limit];
    let blank = |b: &&u8| matches!(**b, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'(' | b')');
    let len = if room.starts_with(b"''") { 2 } else { room.iter().take(BLANKS).take_while(blank).count() };
    if room.get(len).is_some_and(|b| is_letter(*b)) { len } else { 0 }
}

/// The run of name-like words from `at` to `limit`.
fn run(text: &[u8], at: usize, limit: usize, any_case: bool) -> Vec<Word> {
    let mut words = Vec::new();
    let mut i = at;
    while i < limit && words.len() < MOST_WORDS {
        let end = word_end(text, i).min(limit);
        let word = &text[i..end];
        let lower_ok = any_case || (begins_with_particle(word) && !words.is_empty());
        if word.is_empty() || !(is_capital(text, i) || lower_ok) {
            break;
        }
        let dot = text.get(end) == Some(&b'.');
        let initial = word.len() == 1 || (word.len() == 2 && word[0] >= 0x80);
        let after = end + usize::from(dot && (initial || is_suffix(word)));
        let comma = text.get(after) == Some(&b',');
        words.push(Word { at: i..if initial { after } else { end }, facts: facts_of(word), initial, comma });
        let next = after + usize::from(comma);
        let wide = if any_case { wide_blank(text, next, limit) } else { 0 };
        let step = if wide > 0 { wide } else { blank(text, next) };
        // `WILLOW,MARTHA`, where nothing else is in the room for it.
        let close = step == 0 && any_case && comma && is_capital(text, next);
        if step == 0 && !close || (comma && words.iter().filter(|w| w.comma).count() > 1) {
            break;
        }
        i = next + step;
    }
    words
}

/// A name in running text that begins with the word at `at` (a capital).
pub(crate) fn in_text(text: &[u8], at: usize) -> Option<(Range<usize>, Clues)> {
    // Most capitals begin no name, and each word that is looked up takes a while.
    if !may_begin(text, at) {
        return None;
    }
    let words = run(text, at, text.len(), false);
    let first = words.first()?;
    if words.len() < 2 || first.initial {
        return None;
    }
    if first.comma { last_first(text, &words) } else { first_last(text, &words) }
}

/// Does the word at `at` begin as [`first_last`] or [`last_first`] do?
fn may_begin(text: &[u8], at: usize) -> bool {
    let end = word_end(text, at);
    let word = &text[at..end];
    let comma = |end: usize| text.get(end) == Some(&b',');
    if word.is_empty() || comma(end) || text.get(end) == Some(&b'.') && comma(end + 1) {
        return true;
    }
    let first = Word { at: at..end, facts: facts_of(word), initial: false, comma: false };
    first.given() > 0 && !first.facts.is(Class::Stop) && first.facts.common() < 6
}

/// `Given [M.] Surname`.
fn first_last(text: &[u8], words: &[Word]) -> Option<(Range<usize>, Clues)> {
    let until = words.iter().position(|w| w.comma).map_or(words.len(), |i| i + 1);
    // `Thomas Miller DOB …`: the next label is no part of the name.
    let lower = words.first().is_some_and(|w| text[w.at.clone()].iter().any(u8::is_ascii_lowercase));
    let label = |w: &Word| !w.initial && is_label_like(&text[w.at.clone()]) && !is_suffix(&text[w.at.clone()]);
    let until = words[..until].iter().skip(2).position(|w| lower && label(w)).map_or(until, |i| i + 2);
    let words = &words[..until];
    let last = words.iter().rposition(|w| !w.initial && !is_suffix(&text[w.at.clone()]))?;
    let (first, surname) = (words.first()?, words.get(last)?);
    if last == 0 || first.given() == 0 || surname.surname() == 0 || first.facts.is(Class::Stop) {
        return None;
    }
    // Longer runs are headings or products, unless all between is name-like too.
    if words[1..last].iter().any(|w| !w.initial && !w.known() && !is_particle(&text[w.at.clone()])) {
        return None;
    }
    let ordinary = first.ordinary() && surname.ordinary() || first.facts.common() >= 6 || surname.facts.is(Class::Stop);
    if first.facts.common() >= 6 {
        return None;
    }
    let weak = first.given() < 2 && surname.surname() < 3;
    let clues = if weak { Clues::HALF_NAME } else { Clues::FULL_NAME };
    Some((first.at.start..surname.at.end.max(words[words.len() - 1].at.end), clues.when(ordinary, Clues::COMMON_WORD)))
}

/// `Surname, Given [M.]`.
fn last_first(text: &[u8], words: &[Word]) -> Option<(Range<usize>, Clues)> {
    let (surname, given) = (words.first()?, words.get(1)?);
    let tail = words[2..].iter().all(|w| w.initial || w.given() > 0);
    let listed = words[1..].iter().any(|w| w.comma && text.get(w.at.end + 2).is_some_and(|b| b.is_ascii_alphabetic()));
    let cue = [Class::Relative, Class::NameCue, Class::Title].into_iter().any(|class| surname.facts.is(class));
    if cue || given.initial || surname.surname() < 2 || given.given() < 2 || !tail || listed {
        return None;
    }
    // `Davis, Michael`: surnames are towns, too.
    let ordinary = surname.plain() || given.plain() || surname.ordinary() && given.ordinary();
    let end = words.last()?.at.end;
    Some((surname.at.start..end, Clues::FULL_NAME.when(ordinary, Clues::COMMON_WORD)))
}

/// `patient Szylar, Krystian`: behind a cue, parts may be new; one word of everyday language is too much.
pub(crate) fn last_first_after_cue(text: &[u8], at: usize) -> Option<(Range<usize>, Clues)> {
    let words = run(text, at, text.len().min(at + 64), false);
    let [surname, given, ..] = &words[..] else { return None };
    let lower = |w: &Word| text[w.at.clone()].iter().any(u8::is_ascii_lowercase);
    let fits =
        |w: &Word| !w.initial && w.at.len() > 2 && lower(w) && !w.ordinary() && (w.known() || w.facts.common() == 0);
    if !surname.comma || given.comma || !fits(surname) || !fits(given) || given.given() + surname.surname() == 0 {
        return None;
    }
    Some((surname.at.start..given.at.end, Clues::HALF_NAME))
}

/// The name that ends before `at`, where a label of a person's data begins: `Pina Morosini DOB …`, `WILLOW^JO (MRN …`.
pub(crate) fn before_label(text: &[u8], at: usize) -> Option<(Range<usize>, Clues)> {
    let floor = at.saturating_sub(48);
    let end = floor + text[floor..at].iter().rposition(|b| !matches!(b, b' ' | b'(' | b',' | b'[' | b':' | b'-'))? + 1;
    (at - end <= 3 && at > end && may_end_name(text[end - 1])).then_some(())?;
    // The runs of two or three words that fill the room up to the end, the longest first.
    let begins =
        |i: &usize| is_capital(text, *i) && (*i == 0 || !is_letter(text[*i - 1]) && !text[*i - 1].is_ascii_digit());
    (floor..end).filter(begins).find_map(|start| {
        let words = run(text, start, end, false);
        let (first, last) = (words.first()?, words.last()?);
        let named =
            |w: &Word| w.initial || !w.facts.is(Class::Stop) && (w.known() || w.facts.common() == 0) && !w.plain();
        let fits = last.at.end == end && (2..=4).contains(&words.len()) && words.iter().all(named) && !first.initial;
        let known = words.iter().any(Word::known)
            || words.iter().all(|w| w.at.len() > 2 && text[w.at.clone()].iter().any(u8::is_ascii_lowercase));
        let clues = if words.iter().filter(|w| w.known()).count() > 1 { Clues::FULL_NAME } else { Clues::HALF_NAME };
        (fits && known).then_some((first.at.start..end, clues))
    })
}

/// May a name end with this byte?
fn may_end_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'.' | b'\'')
}

/// A name that must follow, as after a title or a label: capitals, known or not.
pub(crate) fn after_cue(text: &[u8], at: usize) -> Option<(Range<usize>, Clues)> {
    let words = run(text, at, text.len().min(at + 64), false);
    let end = words
        .iter()
        .position(|w| w.facts.is(Class::Stop) || w.comma)
        .map_or(words.len(), |i| i + usize::from(words[i].comma && !words[i].facts.is(Class::Stop)));
    let words = &words[..end];
    let (first, last) = (words.first()?, words.last()?);
    let known = words.iter().any(Word::known);
    let new = words.iter().all(|w| w.facts.common() == 0 && w.at.len() > 2);
    if !known && !new {
        return None;
    }
    let clues = if first.given() > 0 && words.len() > 1 { Clues::FULL_NAME } else { Clues::HALF_NAME };
    Some((first.at.start..last.at.end, clues.when(words.iter().all(Word::ordinary), Clues::COMMON_WORD)))
}

/// The name that stands behind a label. `quoted`: `limit` is the closing quote, so all up to it must be the name.
pub(crate) fn behind_label(
    text: &[u8],
    at: usize,
    limit: usize,
    quoted: bool,
    strong: bool,
) -> Option<(Range<usize>, Clues)> {
    let mut words = run(text, at, limit, quoted);
    if !quoted {
        // `Jane Roe DOB …`: a short word in capitals that no dictionary knows is the next label.
        let lower = words.first().is_some_and(|w| text[w.at.clone()].iter().any(u8::is_ascii_lowercase));
        let stop = words.iter().position(|w| {
            let word = &text[w.at.clone()];
            !w.initial && (!w.known() || lower && !is_suffix(word)) && is_label_like(word)
        });
        words.truncate(stop.unwrap_or(words.len()));
    }
    let (first, last) = (words.first()?, words.last()?);
    let end = last.at.end;
    let rest_blank = text[end..limit].iter().all(|b| matches!(b, b' ' | b'.' | b','));
    if quoted && !rest_blank || words.iter().all(|w| w.initial) && words.len() > 2 {
        return None;
    }
    let known = words.iter().filter(|w| w.known() && !w.facts.is(Class::Stop)).count();
    let unknown = words.iter().filter(|w| !w.known() && !w.initial).count();
    let given = words.get(usize::from(first.comma)).unwrap_or(first);
    if !strong && unknown > 0 && (unknown > 1 || given.given() < 3 - u8::from(first.comma))
        || words.iter().any(|w| is_sample(&text[w.at.clone()]))
        || words.len() == 1 && known_type(&text[first.at.clone()])
        || words.iter().all(|w| w.facts.is(Class::Stop))
    {
        return None;
    }
    let plain = words.iter().filter(|w| !w.known() && w.facts.common() > 0).count();
    // Most other scripts know no capitals.
    let capital = is_capital(text, first.at.start) || strong && text[first.at.start] >= 0xd0;
    if known == 0 && (plain > 0 || !capital) || plain > known || !capital && words.iter().all(Word::ordinary) {
        return None;
    }
    let clues = if known > 1 { Clues::FULL_NAME } else { Clues::HALF_NAME };
    Some((first.at.start..end, clues.when(words.iter().all(Word::ordinary), Clues::COMMON_WORD)))
}

/// Is it written as names of types are (`HumanName`), and not as `McDonald` or `DeLuca` are?
fn known_type(word: &[u8]) -> bool {
    let hump = word.windows(2).position(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    hump.is_some_and(|at| at >= 3 && !matches!(word, [b'F' | b'V', ..] | [b'M', b'a', b'c', ..]))
}

/// Words that forms show where a name will stand.
fn is_sample(word: &[u8]) -> bool {
    const SAMPLES: &[&[u8]] = &[
        b"first", b"last", b"test", b"patient", b"name", b"user", b"sample", b"example", b"demo", b"your", b"foo",
        b"bar",
    ];
    SAMPLES.iter().any(|s| word.eq_ignore_ascii_case(s))
}

fn is_label_like(word: &[u8]) -> bool {
    word.len() <= 4 && word.iter().all(u8::is_ascii_uppercase)
}

/// A full name in a file's name (`john_smith_labs.csv`, `_` already a blank): any case, both parts well known.
pub(crate) fn in_file_name(text: &[u8], at: usize) -> Option<Range<usize>> {
    let first = word_end(text, at);
    let gap = matches!(text.get(first), Some(b' ' | b'-' | b'.' | b'^' | b',')).then_some(first + 1)?;
    let last = word_end(text, gap);
    let (a, b) = (words::facts(&text[at..first]), words::facts(&text[gap..last]));
    let name = |given: Facts, surname: Facts| {
        given.given() >= 3 && surname.surname() >= 2 && given.common() <= 3 && surname.common() <= 4
    };
    (name(a, b) || name(b, a)).then_some(at..last)
}
