//! The beginnings of all patterns as one automaton: a step a byte, most tokens fall out after two or three.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::shapes::{Bytes, DEPTH};

/// Most states; beyond them the automaton is cut shallower, which only makes it say yes more often.
const MOST: usize = 30_000;

/// An automaton over the first [`DEPTH`] bytes of many patterns. State 0 is dead, state 1 the beginning.
pub(crate) struct Starts {
    /// For each byte its class: bytes that no pattern tells apart are one.
    classes: [u8; 256],
    width: usize,
    /// By state and class: the next state.
    next: Vec<u16>,
    /// Can any pattern begin with these two bytes? One bit a pair.
    pairs: Vec<u64>,
    /// The first state at the last depth, and for each from there on the patterns that may begin so.
    first_end: u16,
    ends: Vec<Box<[u16]>>,
}

/// A quick hash for sets of ways: they are many at start-up and nobody's enemy made them.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let n = chunk.iter().fold(0u64, |n, b| (n << 8) | u64::from(*b));
            self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
}

/// A set of ways, one bit each.
type Ways = Box<[u64]>;

impl Starts {
    /// An automaton over patterns, each given as its ways to begin; pattern `i` answers as `i`.
    pub(crate) fn new(patterns: &[Vec<[Bytes; DEPTH]>]) -> Self {
        let ways: Vec<(u16, &[Bytes; DEPTH])> =
            (0u16..).zip(patterns).flat_map(|(i, ways)| ways.iter().map(move |w| (i, w))).collect();
        let (classes, samples) = classes(&ways);
        let masks = masks(&ways, &samples);
        let width = samples.len();
        let mut starts = Self {
            classes,
            width,
            next: vec![0; width * 2],
            pairs: vec![0; 1024],
            first_end: u16::MAX,
            ends: Vec::new(),
        };
        let mut level: Vec<(u16, Ways)> = vec![(1, full(ways.len()))];
        for depth in masks {
            if starts.next.len() / width > MOST {
                break;
            }
            level = starts.deepen(&level, &depth);
        }
        starts.first_end = level.first().map_or(u16::MAX, |(state, _)| *state);
        for (_, set) in level {
            let mut patterns: Vec<u16> = bits(&set).map(|i| ways[i].0).collect();
            patterns.dedup();
            starts.ends.push(patterns.into());
        }
        starts.pair();
        starts
    }

    fn pair(&mut self) {
        for (a, b) in (0..=255u8).flat_map(|a| (0..=255u8).map(move |b| (a, b))) {
            let second = self.step(self.step(1, a), b);
            let pair = usize::from(a) << 8 | usize::from(b);
            self.pairs[pair / 64] |= u64::from(second != 0) << (pair % 64);
        }
    }

    fn step(&self, state: u16, b: u8) -> u16 {
        self.next[usize::from(state) * self.width + usize::from(self.classes[usize::from(b)])]
    }

    /// The states one byte further than those of `level`.
    fn deepen(&mut self, level: &[(u16, Ways)], masks: &[Ways]) -> Vec<(u16, Ways)> {
        let mut known: HashMap<Ways, u16, BuildHasherDefault<Mix>> = HashMap::default();
        for (state, set) in level {
            for (class, mask) in masks.iter().enumerate() {
                let both: Ways = set.iter().zip(mask.iter()).map(|(a, b)| a & b).collect();
                if both.iter().all(|w| *w == 0) {
                    continue;
                }
                let count = self.next.len() / self.width;
                let to = *known.entry(both).or_insert(count as u16);
                if usize::from(to) == count {
                    self.next.resize(self.next.len() + self.width, 0);
                }
                self.next[usize::from(*state) * self.width + class] = to;
            }
        }
        let mut level: Vec<(u16, Ways)> = known.into_iter().map(|(set, state)| (state, set)).collect();
        level.sort_unstable_by_key(|(state, _)| *state);
        level
    }

    /// Can any pattern begin with these two bytes? To be asked first: it is the cheaper question.
    #[inline]
    pub(crate) fn may_begin(&self, one: u8, two: u8) -> bool {
        let pair = usize::from(one) << 8 | usize::from(two);
        self.pairs[pair / 64] >> (pair % 64) & 1 == 1
    }

    /// The patterns that may begin at the start of `text`.
    pub(crate) fn ask(&self, text: &[u8]) -> &[u16] {
        let mut state = 1u16;
        for depth in 0..DEPTH {
            state = self.step(state, text.get(depth).copied().unwrap_or(b'\n'));
            if state == 0 {
                return &[];
            }
        }
        self.ends.get(usize::from(state.saturating_sub(self.first_end))).map_or(&[], |ends| ends)
    }
}

impl Starts {
    /// The automaton as bytes, for [`Starts::from_bytes`].
    #[allow(dead_code, reason = "only the build script writes it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let ends = || self.ends.iter();
        let mut numbers: Vec<u16> =
            vec![self.width as u16, self.first_end, self.next.len().div_ceil(self.width) as u16];
        numbers.push(self.ends.len() as u16);
        numbers.extend(&self.next);
        ends().for_each(|end| numbers.push(end.len() as u16));
        ends().for_each(|end| numbers.extend(end.iter()));
        let mut bytes = self.classes.to_vec();
        self.pairs.iter().for_each(|p| bytes.extend(p.to_le_bytes()));
        numbers.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
        bytes
    }

    /// Reads what [`Starts::to_bytes`] wrote; `None` if it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (classes, bytes) = bytes.split_first_chunk::<256>()?;
        let (pairs, bytes) = bytes.split_at_checked(1024 * 8)?;
        let mut numbers = bytes.as_chunks::<2>().0.iter().map(|n| u16::from_le_bytes(*n));
        let (width, first_end, states, count) = (numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?);
        let next: Vec<u16> = numbers.by_ref().take(usize::from(width) * usize::from(states)).collect();
        let lengths: Vec<u16> = numbers.by_ref().take(usize::from(count)).collect();
        let ends = lengths.iter().map(|len| numbers.by_ref().take(usize::from(*len)).collect()).collect();
        let pairs = pairs.as_chunks::<8>().0.iter().map(|p| u64::from_le_bytes(*p)).collect();
        Some(Self { classes: *classes, width: usize::from(width), next, pairs, first_end, ends })
    }
}

/// Bytes that all ways treat alike share a class; with one sample byte of each class.
fn classes(ways: &[(u16, &[Bytes; DEPTH])]) -> ([u8; 256], Vec<u8>) {
    let mut sets: Vec<Bytes> = ways.iter().flat_map(|(_, way)| way.iter().copied()).collect();
    sets.sort_unstable();
    sets.dedup();
    let mut known: HashMap<Vec<bool>, u8> = HashMap::new();
    let (mut classes, mut samples) = ([0u8; 256], Vec::new());
    for b in 0..=255u8 {
        let signature: Vec<bool> = sets.iter().map(|set| set.has(b)).collect();
        let class = *known.entry(signature).or_insert_with(|| {
            samples.push(b);
            (samples.len() - 1) as u8
        });
        classes[usize::from(b)] = class;
    }
    (classes, samples)
}

/// By depth and class: the ways that allow it there.
fn masks(ways: &[(u16, &[Bytes; DEPTH])], samples: &[u8]) -> Vec<Vec<Ways>> {
    let allowed = |depth: usize, b: u8| {
        let mut mask = vec![0u64; ways.len().div_ceil(64)];
        for (i, (_, way)) in ways.iter().enumerate() {
            mask[i / 64] |= u64::from(way[depth].has(b)) << (i % 64);
        }
        mask.into_boxed_slice()
    };
    (0..DEPTH).map(|depth| samples.iter().map(|b| allowed(depth, *b)).collect()).collect()
}

fn full(count: usize) -> Ways {
    let mut set = vec![0u64; count.div_ceil(64)];
    (0..count).for_each(|i| set[i / 64] |= 1 << (i % 64));
    set.into()
}

fn bits(set: &[u64]) -> impl Iterator<Item = usize> {
    (0..set.len() * 64).filter(|i| set[i / 64] >> (i % 64) & 1 == 1)
}
