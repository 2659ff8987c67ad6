//! Words of health care: how many a document uses, and whether a line has one.

use std::cell::RefCell;
use std::ops::Range;

use crate::streams::{BLOCK, WordStarts};
use crate::words::{self, Class};

/// How many words are known to a thread that were looked up lately; a power of two.
const KNOWN: usize = 2048;

thread_local! {
    /// Their hashes, and in the last bit whether they are words of health care. Files of one project say the same words.
    static LATELY: RefCell<[u64; KNOWN]> = const { RefCell::new([0; KNOWN]) };
}

/// How many different words of health care a text uses, up to `most`.
pub(super) fn health_words(text: &[u8], most: usize) -> usize {
    let mut seen: Vec<&[u8]> = Vec::new();
    LATELY.with_borrow_mut(|lately| {
        let mut starts = WordStarts::new(text);
        while let Some(start) = starts.next() {
            if !may_begin(text, start) {
                continue;
            }
            let word = &text[start..starts.end(start)];
            if is_known(lately, word) && !seen.iter().any(|own| own.eq_ignore_ascii_case(word)) {
                seen.push(word);
                if seen.len() >= most {
                    break;
                }
            }
        }
    });
    seen.len()
}

/// May a word of health care begin here, where a word begins?
#[inline]
fn may_begin(text: &[u8], start: usize) -> bool {
    match text[start..] {
        [a, b, c, d, ..] => words::may_be_medical([a, b, c, d]),
        _ => true,
    }
}

/// Is it a word of health care? What was looked up lately is not looked up again.
fn is_known(lately: &mut [u64; KNOWN], word: &[u8]) -> bool {
    if word.len() < 3 {
        return false;
    }
    let key = key(word) & !1;
    let slot = &mut lately[(key >> 32) as usize % KNOWN];
    if *slot & !1 != key {
        *slot = key | u64::from(is_health(word));
    }
    *slot & 1 == 1
}

/// Where the letters end that begin at `at`.
fn letters_end(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|b| !b.is_ascii_alphabetic()).map_or(text.len(), |len| at + len)
}

/// A hash of a word.
fn key(word: &[u8]) -> u64 {
    let mix = |hash: u64, n: u64| (hash ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (eights, rest) = word.as_chunks::<8>();
    let hash = eights.iter().fold(word.len() as u64, |hash, eight| mix(hash, u64::from_le_bytes(*eight)));
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    mix(hash, last).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn is_health(word: &[u8]) -> bool {
    let facts = words::facts(word);
    let medical = facts.is(Class::Drug) || facts.is(Class::Condition) || facts.is(Class::Lab);
    let rare = facts.common() <= 3 && facts.given() == 0 && facts.surname() == 0 && word.len() >= 5;
    let clinical = facts.is(Class::Health) && !facts.is(Class::Abbreviation) && facts.given() == 0;
    clinical || (medical && rare)
}

/// Where words of health care stand; hits come in order, so each byte is read once.
pub(super) struct HealthWords {
    read: Range<usize>,
    words: Vec<Range<usize>>,
}

impl HealthWords {
    pub(super) fn new() -> Self {
        Self { read: 0..0, words: Vec::new() }
    }

    /// Does one stand in this range, or a piece of a word that is one by itself?
    pub(super) fn are_in(&mut self, text: &[u8], range: &Range<usize>) -> bool {
        if range.start < self.read.start || range.start > self.read.end {
            self.read = range.start..range.start;
            self.words.clear();
        }
        self.read_to(text, range.end);
        let letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic);
        let cut = |at: usize| at > 0 && letter(at - 1) && letter(at);
        let (mut from, mut to) = (range.start, range.end);
        if cut(from) {
            from += text[range.clone()].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        }
        if cut(to) {
            to -= text[range.clone()].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        }
        let first = self.words.partition_point(|word| word.start < from);
        self.words.get(first).is_some_and(|word| word.end <= to)
            || is_health_piece(&text[range.start..from])
            || is_health_piece(&text[to.max(range.start)..range.end])
    }

    fn read_to(&mut self, text: &[u8], end: usize) {
        let from = self.read.end;
        if from >= end {
            return;
        }
        // The last word belongs to what is read, all of it. No more is looked through than whole blocks: there may be no word
        // for long.
        let letter = |at: usize| text[at].is_ascii_alphabetic();
        self.read.end = if end < text.len() && letter(end - 1) { letters_end(text, end) } else { end };
        let text = &text[..text.len().min(from + (self.read.end - from).next_multiple_of(BLOCK))];
        LATELY.with_borrow_mut(|lately| {
            let mut starts = WordStarts::new(&text[from..]);
            while let Some(start) = starts.next().filter(|start| from + start < end) {
                let word = from + start..from + starts.end(start);
                if may_begin(text, word.start) && is_known(lately, &text[word.clone()]) {
                    self.words.push(word);
                }
            }
        });
    }
}

fn is_health_piece(piece: &[u8]) -> bool {
    piece.len() >= 3 && is_health(piece)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_of_the_lists_are_not_passed_over() {
        let lists = [
            include_str!("../../rules/words/drugs.txt"),
            include_str!("../../rules/words/conditions.txt"),
            include_str!("../../rules/words/labs.txt"),
            include_str!("../../rules/words/health.txt"),
        ];
        let words = lists.iter().flat_map(|list| list.lines()).filter_map(|line| line.split('\t').next());
        let letters = words.filter(|word| word.len() >= 3 && word.bytes().all(|b| b.is_ascii_alphabetic()));
        for word in letters.flat_map(|word| [word.to_lowercase(), word.to_uppercase()]) {
            let alone = format!("{word} ");
            assert!(!is_health(word.as_bytes()) || may_begin(alone.as_bytes(), 0), "{word}");
        }
    }

    proptest! {
        /// Lines in order, wherever they are cut, say what a look at each of them says.
        #[test]
        fn lines_say_the_same(
            words in prop::collection::vec("(patient|diagnosis|surgery|care|healthcare|x|the ward|a1|\\.)[ ,-]{0,2}", 0..24),
            cuts in prop::collection::vec((0usize..160, 0usize..60), 1..12),
        ) {
            let text = words.concat().into_bytes();
            let mut cuts: Vec<Range<usize>> = cuts
                .into_iter()
                .map(|(start, len)| start.min(text.len())..(start + len).min(text.len()))
                .collect();
            cuts.sort_by_key(|cut| cut.start);
            // One goes back.
            cuts.extend(cuts.first().cloned());
            let mut found = HealthWords::new();
            for cut in cuts {
                prop_assert_eq!(found.are_in(&text, &cut), health_words(&text[cut.clone()], 1) > 0, "{:?}", cut);
            }
        }
    }
}
