//! Text as bit streams: for 64 bytes at a time, one word of bits for each set of bytes.
//!
//! All questions about neighbours ("a capital behind a blank") are then a few shifts and ands for 64 bytes at once.
//! `detect/spots.rs` asks where something may be, `fields/marks.rs` what a document may be.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

/// How many bytes are looked at together.
pub(crate) const BLOCK: usize = 64;
/// How many sets there can be.
pub(crate) const SETS: usize = 32;

/// The bits of one block, by set: bit `i` of stream `k` is set when byte `i` is in set `k`.
pub(crate) type Streams = [u64; SETS];

/// A set of bytes.
#[derive(Clone, Copy, Default)]
pub(crate) struct Set {
    /// The ASCII part: bit `h` of entry `l` is the byte `h << 4 | l`.
    ascii: [u8; 16],
    /// Of the bytes from 0x80 up: none, those from [`CAPITAL`] up, or all.
    high: High,
}

/// The first byte of a character that may be a capital: from here on (`À` is C3 80 in UTF-8).
pub(crate) const CAPITAL: u8 = 0xc3;

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum High {
    #[default]
    None,
    Capitals,
    All,
}

impl Set {
    /// The set of all bytes for which `is` says yes. Above ASCII it may only grow: to none, [`CAPITAL`] up, or all.
    pub(crate) fn of(is: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::default();
        for b in (0..0x80).filter(|b| is(*b)) {
            set.ascii[usize::from(b & 15)] |= 1 << (b >> 4);
        }
        set.high = match ((0x80..CAPITAL).any(&is), (CAPITAL..=0xff).any(is)) {
            (true, _) => High::All,
            (false, true) => High::Capitals,
            (false, false) => High::None,
        };
        set
    }

    fn has(&self, b: u8) -> bool {
        match b {
            0..0x80 => self.ascii[usize::from(b & 15)] >> (b >> 4) & 1 == 1,
            _ => self.high == High::All || self.high == High::Capitals && b >= CAPITAL,
        }
    }
}

/// Up to [`SETS`] sets, ready to classify blocks with the best that this processor has.
pub(crate) struct Classifier {
    portable: portable::Table,
    #[cfg(target_arch = "x86_64")]
    x86: Option<x86::Table>,
}

impl Classifier {
    pub(crate) fn new(sets: &[Set]) -> Self {
        Self {
            portable: portable::Table::new(sets),
            #[cfg(target_arch = "x86_64")]
            x86: x86::Table::new(sets),
        }
    }

    /// The streams of one block.
    #[inline]
    pub(crate) fn block(&self, bytes: &[u8; BLOCK], out: &mut Streams) {
        #[cfg(target_arch = "x86_64")]
        if let Some(table) = &self.x86 {
            return table.block(bytes, out);
        }
        self.portable.block(bytes, out);
    }
}

/// How many bytes of a prefix are looked at.
pub(crate) const PREFIX: usize = 8;
/// A block and the prefixes that begin in it.
const WINDOW: usize = BLOCK + PREFIX;

/// Groups of prefixes, eight bits at a time, ready to be asked for with the best that this processor has.
pub(crate) struct Prefixes {
    #[cfg(target_arch = "x86_64")]
    x86: Option<x86::Prefixes>,
}

impl Prefixes {
    /// `allowed` says which of the eight groups of number `eight`, one bit each, allow a byte at a depth.
    pub(crate) fn new(eights: usize, allowed: impl Fn(usize, usize, u8) -> u8) -> Self {
        let _ = (eights, &allowed);
        Self {
            #[cfg(target_arch = "x86_64")]
            x86: x86::Prefixes::all(eights, allowed).pop(),
        }
    }

    /// Where in the block at `at` a prefix of any group may begin: without vector instructions, anywhere.
    #[inline]
    pub(crate) fn ask(&self, text: &[u8], at: usize) -> u64 {
        #[cfg(target_arch = "x86_64")]
        if let (Some(prefixes), Some(window)) = (&self.x86, text.get(at..).and_then(<[u8]>::first_chunk)) {
            return prefixes.ask(window);
        }
        let _ = (text, at);
        u64::MAX
    }
}

/// Walks through a text block by block.
pub(crate) struct Walk<'t> {
    classifier: &'t Classifier,
    text: &'t [u8],
    /// Offset of the next block.
    at: usize,
    /// The streams of three blocks: the one before, the next, the one after that, in turn from `turn` on.
    streams: [Streams; 3],
    turn: usize,
}

impl<'t> Walk<'t> {
    pub(crate) fn new(classifier: &'t Classifier, text: &'t [u8]) -> Self {
        let mut walk = Self { classifier, text, at: 0, streams: [[0; SETS]; 3], turn: 2 };
        walk.classify(0, 0);
        walk
    }

    fn classify(&mut self, at: usize, into: usize) {
        match self.text.get(at..).and_then(<[u8]>::first_chunk) {
            Some(block) => self.classifier.block(block, &mut self.streams[into]),
            None => self.classify_rest(at, into),
        }
    }

    /// The last block, filled up with bytes that are in no set.
    #[cold]
    fn classify_rest(&mut self, at: usize, into: usize) {
        let (rest, out) = (self.text.get(at..).unwrap_or_default(), &mut self.streams[into]);
        let mut block = [0; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        self.classifier.block(&block, out);
        let inside = (1u64 << rest.len()) - 1;
        out.iter_mut().for_each(|bits| *bits &= inside);
    }

    /// The next block with its neighbours; `None` behind the last.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Near<'_>> {
        let at = self.at;
        if at >= self.text.len() {
            return None;
        }
        self.at += BLOCK;
        self.turn = (self.turn + 1) % 3;
        self.classify(self.at, (self.turn + 1) % 3);
        let [a, b, c] = &self.streams;
        let [before, now, next] = match self.turn {
            0 => [c, a, b],
            1 => [a, b, c],
            _ => [b, c, a],
        };
        Some(Near { at, before, now, next })
    }
}

/// The streams of a block and of its neighbours.
pub(crate) struct Near<'s> {
    /// Offset of the block in the text.
    pub(crate) at: usize,
    before: &'s Streams,
    now: &'s Streams,
    next: &'s Streams,
}

impl Near<'_> {
    /// Bytes of the set.
    #[inline]
    pub(crate) fn is(&self, set: usize) -> u64 {
        self.now[set]
    }

    /// Bytes that have one of the set `N` places (1 to 63) before them.
    #[inline]
    pub(crate) fn before<const N: u32>(&self, set: usize) -> u64 {
        self.now[set] << N | self.before[set] >> (64 - N)
    }

    /// Bytes that have one of the set `N` places (1 to 63) behind them.
    #[inline]
    pub(crate) fn after<const N: u32>(&self, set: usize) -> u64 {
        self.now[set] >> N | self.next[set] << (64 - N)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sets() -> Vec<Set> {
        let mut sets = vec![
            Set::of(|b| b.is_ascii_alphanumeric() || b >= 0x80),
            Set::of(|b| b.is_ascii_uppercase() || b >= CAPITAL),
            Set::of(|b| b.is_ascii_digit()),
            Set::of(|b| matches!(b, b' ' | b'#' | b'\'' | b'"' | b'`' | b'(' | b'*' | b'\t')),
        ];
        sets.extend((0u8..28).map(|k| Set::of(move |b| b.wrapping_mul(37).wrapping_add(k) % 5 == 0 && b < 0x80)));
        sets
    }

    proptest! {
        /// Every form that this processor has says the same as the sets themselves.
        #[test]
        fn streams_are_the_sets(bytes in prop::collection::vec(any::<u8>(), BLOCK)) {
            let (sets, block): (_, &[u8; BLOCK]) = (sets(), bytes.as_slice().try_into().expect("64 bytes"));
            let wanted: Vec<u64> = sets
                .iter()
                .map(|set| (0..BLOCK).fold(0, |bits, i| bits | u64::from(set.has(block[i])) << i))
                .collect();
            let mut out = [0; SETS];
            portable::Table::new(&sets).block(block, &mut out);
            prop_assert_eq!(&out[..sets.len()], &wanted);
            #[cfg(target_arch = "x86_64")]
            for table in x86::Table::all(&sets) {
                table.block(block, &mut out);
                prop_assert_eq!(&out[..sets.len()], &wanted);
            }
        }

        /// A prefix that a group allows is found by every form that this processor has.
        #[test]
        fn prefixes_are_not_lost(text in prop::collection::vec(any::<u8>(), WINDOW), bits in any::<u64>()) {
            let window: &[u8; WINDOW] = text.as_slice().try_into().expect("a window");
            let allowed = |eight: usize, depth: usize, b: u8| {
                let few = bits.rotate_left((eight * 8 + depth) as u32 * 5) >> (b % 7);
                (few | few >> 8 | few >> 16 | few >> 24) as u8
            };
            let begins = |eight: usize, i: usize| {
                (0..PREFIX).fold(255, |left, depth| left & allowed(eight, depth, window[i + depth])) != 0
            };
            let wanted = (0..BLOCK).filter(|i| (0..2).any(|eight| begins(eight, *i))).fold(0, |set, i| set | 1u64 << i);
            #[cfg(target_arch = "x86_64")]
            for prefixes in x86::Prefixes::all(2, allowed) {
                prop_assert_eq!(prefixes.ask(window) & wanted, wanted);
            }
        }
    }
}
