//! The beginnings of all patterns as a sieve: a table look-up and an `and` a byte, until no pattern is left.
//!
//! Patterns that begin alike share one of [`GROUPS`] bits; what a bit lets through too much, the pattern itself refuses.

use super::shapes::{Bytes, DEPTH};

/// How many groups of beginnings are told apart.
const GROUPS: usize = 128;
/// How many of them one pattern may have before the groups of all are merged.
const OWN: usize = 4;
/// How many coarser groups are asked for many places at once.
pub(crate) const COARSE: usize = 32;

/// A sieve over the first [`DEPTH`] bytes of many patterns.
pub(crate) struct Sieve {
    /// For each byte its class: bytes that no pattern tells apart are one.
    classes: [u8; 256],
    width: usize,
    /// By depth and class: the groups that allow it there, one bit each.
    masks: Vec<u128>,
    /// How many numbers of 64 bits the set of a group's patterns takes.
    words: usize,
    /// By group: its patterns, one bit each.
    patterns: Vec<u64>,
    /// By coarse group and depth: the classes that it allows there, one bit each.
    coarse: Vec<[u128; DEPTH]>,
}

/// Beginnings that share a bit.
#[derive(Clone)]
struct Group {
    /// Allowed classes by depth, one bit each.
    sets: [u128; DEPTH],
    patterns: Vec<u64>,
    /// How much of an ordinary text it lets through.
    share: f64,
}

/// How often the classes of a set stand in ordinary text: by eight classes, for each choice of them, their sum.
struct Weights(Vec<[f64; 256]>);

impl Weights {
    fn new(weight: impl Fn(usize) -> f64) -> Self {
        let sum =
            |eight: usize, choice: usize| (0..8).filter(|k| choice >> k & 1 == 1).map(|k| weight(eight * 8 + k)).sum();
        Self((0..CLASSES / 8).map(|eight| std::array::from_fn(|choice| sum(eight, choice))).collect())
    }

    fn share(&self, sets: &[u128; DEPTH]) -> f64 {
        let of_set = |set: &u128| -> f64 {
            set.to_le_bytes().iter().zip(&self.0).map(|(choice, sums)| sums[usize::from(*choice)]).sum()
        };
        sets.iter().map(of_set).product()
    }

    /// What merging costs: how much more is let through.
    fn cost(&self, a: &Group, b: &Group) -> f64 {
        self.share(&joined(&a.sets, &b.sets)) - a.share - b.share
    }

    fn merge(&self, a: &mut Group, b: &Group) {
        a.sets = joined(&a.sets, &b.sets);
        a.patterns.iter_mut().zip(&b.patterns).for_each(|(a, b)| *a |= b);
        a.share = self.share(&a.sets);
    }

    /// At most `most` groups: those go together that cost least.
    fn reduced(&self, mut groups: Vec<Group>, most: usize) -> Vec<Group> {
        let nearest = |groups: &[Group], i: usize| {
            let others = (0..groups.len()).filter(|j| *j != i).map(|j| (self.cost(&groups[i], &groups[j]), j));
            others.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, i))
        };
        let mut best: Vec<(f64, usize)> = (0..groups.len()).map(|i| nearest(&groups, i)).collect();
        while groups.len() > most.max(1) {
            let cheapest = (0..best.len()).min_by(|a, b| best[*a].0.total_cmp(&best[*b].0));
            let Some((i, j)) = cheapest.map(|i| (i.min(best[i].1), i.max(best[i].1))) else { break };
            let gone = groups.swap_remove(j);
            self.merge(&mut groups[i], &gone);
            best.swap_remove(j);
            let moved = groups.len();
            for (k, own) in best.iter_mut().enumerate() {
                if k == i || own.1 == i || own.1 == j {
                    *own = nearest(&groups, k);
                } else if own.1 == moved {
                    own.1 = j;
                }
            }
        }
        groups
    }
}

fn joined(a: &[u128; DEPTH], b: &[u128; DEPTH]) -> [u128; DEPTH] {
    std::array::from_fn(|depth| a[depth] | b[depth])
}

/// How often a byte stands in ordinary text, roughly, of 10,000.
fn frequency(b: u8) -> f64 {
    match b {
        b'0'..=b'9' => 180.0,
        b'a'..=b'z' => 200.0,
        b'A'..=b'Z' => 30.0,
        b' ' => 1100.0,
        b'.' | b'-' | b':' | b'/' | b'"' | b',' | b'\n' => 150.0,
        b'_' | b'=' | b'(' | b')' | b'[' | b']' | b'\t' => 50.0,
        0x21..=0x7e => 15.0,
        _ => 1.0,
    }
}

impl Sieve {
    /// A sieve over patterns, each given as its ways to begin; pattern `i` answers as `i`.
    pub(crate) fn new(patterns: &[Vec<[Bytes; DEPTH]>]) -> Self {
        let (classes, width) = classes(patterns);
        let words = patterns.len().div_ceil(64);
        let weight = |class: usize| {
            let bytes = (0..=255u8).filter(|b| usize::from(classes[usize::from(*b)]) == class);
            bytes.map(frequency).sum::<f64>() / 10_000.0
        };
        let weights = Weights::new(weight);
        let mut groups: Vec<Group> = Vec::new();
        for (i, ways) in patterns.iter().enumerate() {
            let mut own = vec![0; words];
            own[i / 64] |= 1 << (i % 64);
            let group = |way: &[Bytes; DEPTH]| {
                let sets = way.map(|set| {
                    (0..=255u8).filter(|b| set.has(*b)).fold(0, |bits, b| bits | 1 << classes[usize::from(b)])
                });
                Group { share: weights.share(&sets), sets, patterns: own.clone() }
            };
            groups.extend(weights.reduced(ways.iter().map(group).collect(), OWN));
        }
        let groups = weights.reduced(groups, GROUPS);
        let coarse = weights.reduced(groups.clone(), COARSE).into_iter().map(|group| group.sets).collect();
        Self::of(classes, width, words, (&groups, coarse))
    }

    fn of(classes: [u8; 256], width: usize, words: usize, (groups, coarse): (&[Group], Vec<[u128; DEPTH]>)) -> Self {
        let mut masks = vec![0; DEPTH * width];
        for (depth, class) in (0..DEPTH).flat_map(|depth| (0..width).map(move |class| (depth, class))) {
            for (bit, group) in groups.iter().enumerate() {
                masks[depth * width + class] |= (group.sets[depth] >> class & 1) << bit;
            }
        }
        let patterns = groups.iter().flat_map(|group| group.patterns.clone()).collect();
        Self { classes, width, masks, words, patterns, coarse }
    }

    /// May a text of this coarse group have `b` at `depth`?
    pub(crate) fn allows(&self, group: usize, depth: usize, b: u8) -> bool {
        self.coarse.get(group).is_some_and(|sets| sets[depth] >> self.classes[usize::from(b)] & 1 == 1)
    }

    #[inline]
    fn mask(&self, depth: usize, b: u8) -> u128 {
        self.masks[depth * self.width + usize::from(self.classes[usize::from(b)])]
    }

    /// Can any pattern begin with this byte?
    pub(crate) fn may_begin(&self, b: u8) -> bool {
        self.mask(0, b) != 0
    }

    /// The groups that may begin at the start of `text`, one bit each.
    #[inline]
    pub(crate) fn ask(&self, text: &[u8]) -> u128 {
        let mut left = u128::MAX;
        for depth in 0..DEPTH {
            left &= self.mask(depth, text.get(depth).copied().unwrap_or(b'\n'));
            if left == 0 {
                break;
            }
        }
        left
    }

    /// The patterns of these groups, in order.
    pub(crate) fn patterns(&self, groups: u128) -> impl Iterator<Item = usize> {
        (0..self.words).flat_map(move |word| {
            let mut set = bits(groups).fold(0, |set, group| set | self.patterns[group * self.words + word]);
            std::iter::from_fn(move || {
                let bit = (set != 0).then(|| set.trailing_zeros())?;
                set &= set - 1;
                Some(word * 64 + bit as usize)
            })
        })
    }
}

fn bits(mut set: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(bit)
    })
}

impl Sieve {
    /// The sieve as bytes, for [`Sieve::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test write it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.classes.to_vec();
        for n in [self.width, self.words, self.patterns.len(), self.coarse.len()] {
            bytes.extend((n as u32).to_le_bytes());
        }
        self.masks.iter().for_each(|mask| bytes.extend(mask.to_le_bytes()));
        self.patterns.iter().for_each(|set| bytes.extend(set.to_le_bytes()));
        self.coarse.iter().flatten().for_each(|set| bytes.extend(set.to_le_bytes()));
        bytes
    }

    /// Reads what [`Sieve::to_bytes`] wrote; `None` if it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (classes, bytes) = bytes.split_first_chunk::<256>()?;
        let (head, bytes) = bytes.split_first_chunk::<16>()?;
        let mut numbers = head.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n) as usize);
        let (width, words) = (numbers.next()?, numbers.next()?);
        let (count, coarse) = (numbers.next()?, numbers.next()?);
        let (masks, bytes) = bytes.split_at_checked(DEPTH * width * 16)?;
        let masks = masks.as_chunks::<16>().0.iter().map(|n| u128::from_le_bytes(*n)).collect();
        let (patterns, bytes) = bytes.split_at_checked(count * 8)?;
        let patterns = patterns.as_chunks::<8>().0.iter().map(|n| u64::from_le_bytes(*n)).collect();
        let sets: Vec<u128> = bytes.as_chunks::<16>().0.iter().map(|n| u128::from_le_bytes(*n)).collect();
        let coarse = sets.as_chunks::<DEPTH>().0.get(..coarse)?.to_vec();
        Some(Self { classes: *classes, width, masks, words, patterns, coarse })
    }
}

/// How many classes of bytes are told apart; the bytes of more share the last.
const CLASSES: usize = 128;

/// Bytes that all ways treat alike share a class; and how many classes there are.
fn classes(patterns: &[Vec<[Bytes; DEPTH]>]) -> ([u8; 256], usize) {
    let mut sets: Vec<Bytes> = patterns.iter().flatten().flatten().copied().collect();
    sets.sort_unstable();
    sets.dedup();
    let mut known: Vec<Vec<bool>> = Vec::new();
    let mut classes = [0u8; 256];
    for b in 0..=255u8 {
        let signature: Vec<bool> = sets.iter().map(|set| set.has(b)).collect();
        let class = known.iter().position(|s| *s == signature).unwrap_or_else(|| {
            known.push(signature);
            known.len() - 1
        });
        classes[usize::from(b)] = class.min(CLASSES - 1) as u8;
    }
    (classes, known.len().min(CLASSES))
}
