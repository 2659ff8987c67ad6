//! The places of a text that are worth a look, a block of 64 bytes at a time.
//!
//! A spot is a place where something may begin or end: a pattern, a key's separator, a number behind a word, a name.
//! `questions.rs` says what is asked of the text.

use crate::detect::search::ask;
use crate::streams::{BLOCK, Code, Machine, OWN, State, Vector, Words};

/// What is asked of every place, compiled: `build.rs` has written it out of `questions.rs`.
struct Built;

include!(concat!(env!("OUT_DIR"), "/search.rs"));

/// What may be at the places of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spots {
    pub(crate) names: u64,
    pub(crate) hyphens: u64,
    pub(crate) patterns: u64,
    pub(crate) streets: u64,
    pub(crate) numbers: u64,
    pub(crate) dates: u64,
    pub(crate) inner: u64,
    pub(crate) separators: u64,
    pub(crate) runs: u64,
    /// Places where a token may begin.
    pub(crate) free: u64,
}

/// What is asked of places before a spot, one bit a byte, up to the groups that were read last.
#[derive(Default)]
pub(crate) struct Marks {
    /// Where words begin, in keys too (`firstName`), and every byte of no word.
    begins: Vec<u64>,
    /// Brackets that open and that close.
    opens: Vec<u64>,
    closes: Vec<u64>,
}

impl Marks {
    /// For a text of `len` bytes.
    pub(crate) fn with_room(len: usize) -> Self {
        let room = || Vec::with_capacity(len.div_ceil(BLOCK));
        Self { begins: room(), opens: room(), closes: room() }
    }

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

/// Reads a text, some groups at a time.
pub(crate) struct Reader<'t> {
    machine: Machine<'t, Built>,
    prose: bool,
}

impl<'t> Reader<'t> {
    /// `plain`: without vector instructions of a certain kind.
    pub(crate) fn new(text: &'t [u8], prose: bool, plain: bool) -> Self {
        Self { machine: if plain { Machine::portable(text) } else { Machine::new(text) }, prose }
    }

    /// Reads on: the next groups, and where the bytes of each begin; `None` behind the last.
    pub(crate) fn next(&mut self, marks: &mut Marks) -> Option<impl Iterator<Item = (usize, usize)> + use<'t>> {
        let groups = self.machine.next()?;
        for (group, _) in groups.clone() {
            marks.begins.extend_from_slice(self.machine.row(group, ask::BEGINS));
            marks.opens.extend_from_slice(self.machine.row(group, ask::OPENS));
            marks.closes.extend_from_slice(self.machine.row(group, ask::CLOSES));
        }
        Some(groups)
    }

    /// The spots of each block of a group, and where the blocks begin.
    #[inline]
    pub(crate) fn spots(&self, (group, start): (usize, usize)) -> impl Iterator<Item = (usize, Spots)> {
        let row = |question: usize| self.machine.words(group, question);
        let names = row(if self.prose { ask::NAMES_IN_PROSE } else { ask::NAMES });
        let (hyphens, numbers, dates) = (row(ask::HYPHENS), row(ask::NUMBERS), row(ask::DATES));
        let (separators, runs, free) = (row(ask::SEPARATORS), row(ask::RUNS), row(ask::FREE));
        let (patterns, streets, inner) = (row(ask::PATTERNS), row(ask::STREETS), row(ask::INNER));
        let spots = move |i: usize| Spots {
            names: names[i],
            hyphens: hyphens[i],
            patterns: patterns[i],
            streets: streets[i],
            numbers: numbers[i],
            dates: if self.prose { dates[i] } else { 0 },
            inner: inner[i],
            separators: separators[i],
            runs: runs[i],
            free: free[i],
        };
        (0..self.machine.blocks(group).min(OWN)).map(move |i| (start + i * BLOCK, spots(i)))
    }
}

#[cfg(test)]
mod tests;
