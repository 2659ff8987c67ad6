//! The places of a text that are worth a look, a block of 64 bytes at a time.
//!
//! A spot is a place where something may begin or end: a pattern, a key's separator, a number behind a word, a name.
//! `search.rs` says what is asked of the text.

use crate::detect::search::{How, Search, ask};
use crate::streams::{Code, Compiled, Machine, State, To, Vector, Words};

/// The search for the built-in rules, compiled: `build.rs` has written it out of [`Search::program`].
struct Built;

include!(concat!(env!("OUT_DIR"), "/search.rs"));

/// What may be at a place; several at once, to be asked in the order of these fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spots {
    /// Offset of the block in the text.
    pub(crate) at: usize,
    pub(crate) names: u64,
    pub(crate) hyphens: u64,
    pub(crate) patterns: u64,
    pub(crate) numbers: u64,
    pub(crate) dates: u64,
    pub(crate) inner: u64,
    pub(crate) separators: u64,
    pub(crate) runs: u64,
}

impl Spots {
    /// All places, whatever may be there.
    pub(crate) fn any(&self) -> u64 {
        let rare = self.names | self.hyphens | self.dates | self.inner | self.runs;
        rare | self.patterns | self.numbers | self.separators
    }
}

/// What is asked of places before a spot, one bit a byte, up to the window that was read last.
#[derive(Default)]
pub(crate) struct Marks {
    /// Where words begin, in keys too (`firstName`), and every byte of no word.
    begins: Vec<u64>,
    /// Brackets that open and that close.
    opens: Vec<u64>,
    closes: Vec<u64>,
}

impl Marks {
    /// How many bytes, at most 8, the word has that ends with the byte before `end`.
    pub(crate) fn last_word(&self, end: usize) -> usize {
        let last = end.wrapping_sub(1);
        let bits = |word: usize| self.begins.get(word).copied().unwrap_or(0);
        // The 64 bits that end with the one of `last`.
        let (word, bit) = (last / 64, last % 64);
        let mut run = bits(word) << (63 - bit);
        if bit < 63 && word > 0 {
            run |= bits(word - 1) >> (bit + 1);
        }
        (run.leading_zeros() as usize + 1).min(8).min(end)
    }

    /// The brackets of `floor..at`, the last one first: where, and whether it opens.
    pub(crate) fn brackets(&self, floor: usize, at: usize) -> impl Iterator<Item = (usize, bool)> {
        let (first, last) = (floor / 64, at / 64);
        (first..=last).rev().flat_map(move |word| {
            let inside = if word == last { (1u64 << (at % 64)) - 1 } else { u64::MAX }
                & if word == first { u64::MAX << (floor % 64) } else { u64::MAX };
            let opens = self.opens.get(word).copied().unwrap_or(0);
            let mut left = (opens | self.closes.get(word).copied().unwrap_or(0)) & inside;
            std::iter::from_fn(move || {
                let bit = 63u32.checked_sub(left.leading_zeros())?;
                left ^= 1 << bit;
                Some((word * 64 + bit as usize, opens >> bit & 1 == 1))
            })
        })
    }
}

/// Where patterns may begin in a text, and which: indexes into [`Search::looks`].
pub(crate) fn patterns(search: &Search, text: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let (mut reader, mut marks, mut found) = (Reader::new(search, text, false), Marks::default(), Vec::new());
    while let Some(blocks) = reader.next(&mut marks) {
        for block in blocks {
            let mut left = reader.spots(block).patterns;
            while left != 0 {
                let (i, bit) = (left.trailing_zeros() as usize, left & left.wrapping_neg());
                left ^= bit;
                found.extend(reader.patterns(block, bit).map(|index| (block + i, index)));
            }
        }
    }
    found.into_iter()
}

/// Reads a text window by window.
pub(crate) struct Reader<'t> {
    machine: Machine<'t>,
    search: &'t Search,
    prose: bool,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(search: &'t Search, text: &'t [u8], prose: bool) -> Self {
        let machine = match search.how {
            How::Compiled => Machine::new(&search.program, Some(Compiled::of::<Built>()), text),
            How::Interpreted => Machine::new(&search.program, None, text),
            How::Plain => Machine::plain(&search.program, text),
        };
        Self { machine, search, prose }
    }

    /// Reads on: where the blocks of the next window begin; `None` behind the last.
    pub(crate) fn next(&mut self, marks: &mut Marks) -> Option<impl Iterator<Item = usize> + use<>> {
        self.machine.next()?;
        self.machine.append(ask::BEGINS, &mut marks.begins);
        self.machine.append(ask::OPENS, &mut marks.opens);
        self.machine.append(ask::CLOSES, &mut marks.closes);
        Some(self.machine.blocks())
    }

    /// The spots of a block of the window.
    #[inline]
    pub(crate) fn spots(&self, at: usize) -> Spots {
        let answer = self.machine.answers(at);
        let names = if self.prose { ask::NAMES_IN_PROSE } else { ask::NAMES };
        Spots {
            at,
            names: answer(names),
            hyphens: answer(ask::HYPHENS),
            patterns: answer(ask::PATTERNS),
            numbers: answer(ask::NUMBERS),
            dates: if self.prose { answer(ask::DATES) } else { 0 },
            inner: answer(ask::INNER),
            separators: answer(ask::SEPARATORS),
            runs: answer(ask::RUNS),
        }
    }

    /// Which patterns may begin at a place of the block at `at`: indexes into [`Search::looks`].
    pub(crate) fn patterns(&self, at: usize, bit: u64) -> impl Iterator<Item = usize> {
        self.machine.which(ask::FIRST..ask::FIRST + self.search.looks.len(), at, bit)
    }

    /// Which patterns may have their telling byte there: indexes into [`Search::inner`].
    pub(crate) fn inner(&self, at: usize, bit: u64) -> impl Iterator<Item = usize> {
        let first = ask::FIRST + self.search.looks.len();
        self.machine.which(first..first + self.search.inner.len(), at, bit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    use super::*;
    use crate::detect::engine::{Engine, derive};
    use crate::rule::{Alone, RuleId, Rules};
    use crate::streams::same_on_all_forms;

    fn search() -> (Rules, Search) {
        let rules = Rules::builtin().expect("the built-in rules");
        let search = derive(&rules).expect("a search");
        (rules, search)
    }

    /// Texts of what patterns are made of, so that some match and many almost do.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[0-9]{1,5}",
            "[-./: (),+@=#]{1,3}",
            "[A-Za-z]{1,8}",
            "[A-Z]{1,3}[0-9]{1,4}",
            Just(" ".to_owned()),
            "https?://[a-z.]{3,9}/(patients|mychart)/[a-z0-9]{2,9}",
            "[0-9]{3}-[0-9]{2}-[0-9]{4}",
            "[0-9]{1,4} [A-Z][a-z]{2,6} (St|Ave|Road)",
            "[(][0-9]{3}[)] [0-9]{3}-[0-9]{4}",
            "9[0-9] ?(yo|years old)",
            "\\PC{0,4}",
        ];
        prop::collection::vec(piece, 0..400).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// The compiled program answers as the other, with all that this processor has, wherever windows begin.
        #[test]
        fn compiled_is_the_same(text in texts()) {
            let (_, search) = search();
            prop_assert_eq!(same_on_all_forms((&search.program, Compiled::of::<Built>()), ask::PATTERNS, &text), Ok(()));
        }

        /// Where a pattern matches, its shape fits.
        #[test]
        fn no_match_is_lost(text in texts()) {
            let (rules, mut search) = search();
            let engine = Engine::new(&rules).expect("an engine");
            let found: Vec<(usize, usize)> = patterns(&search, &text).collect();
            search.how = How::Compiled;
            let compiled: Vec<(usize, usize)> = patterns(&search, &text).collect();
            for (index, (rule, look)) in search.looks.iter().enumerate() {
                let matcher = engine.matchers.get(RuleId(*rule));
                let rule = rules.get(RuleId(*rule));
                prop_assert!(rule.identifier.alone != Alone::Never);
                let pattern = format!("^(?:{})", rule.identifier.looks[usize::from(*look)]);
                let regex = RegexBuilder::new(&pattern).unicode(false).build().expect("a pattern");
                let word = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80;
                for at in (0..text.len()).filter(|at| *at == 0 || !word(text[at - 1])) {
                    let known = found.contains(&(at, index)) && compiled.contains(&(at, index));
                    // Where what must stand near does not, no pattern is tried.
                    let is_match = regex.is_match(&text[at..]) && matcher.is_near(&text[at..]);
                    prop_assert!(known || !is_match, "{} {} at {}", rule.id, look, at);
                }
            }
        }
    }
}
