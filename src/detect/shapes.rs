//! What can stand where in a pattern's matches, and how often that stands in ordinary text.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

/// How far a repetition of bytes is followed.
const FAR: u32 = 48;

/// A set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bytes([u64; 4]);

impl Bytes {
    pub(crate) const NONE: Self = Self([0; 4]);

    pub(super) fn add(&mut self, b: u8) {
        self.0[usize::from(b >> 6)] |= 1 << (b & 63);
    }

    pub(crate) fn has(self, b: u8) -> bool {
        self.0[usize::from(b >> 6)] & (1 << (b & 63)) != 0
    }

    /// As bytes, for [`Bytes::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test write it")]
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        self.0.iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut set = Self::NONE;
        for (n, chunk) in set.0.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *n = u64::from_le_bytes(*chunk);
        }
        set
    }

    /// The first bytes of a class, and whether they are all of it.
    fn of(class: &Class) -> (Self, bool) {
        let mut set = Self::NONE;
        match class {
            Class::Bytes(ranges) => {
                ranges.iter().flat_map(|r| r.start()..=r.end()).for_each(|b| set.add(b));
                (set, true)
            }
            Class::Unicode(ranges) => {
                ranges.iter().flat_map(|r| r.start()..=r.end().min('\u{7f}')).for_each(|c| set.add(c as u8));
                let ascii = ranges.iter().all(|r| r.end() < '\u{80}');
                if !ascii {
                    (0x80..=0xff).for_each(|b| set.add(b));
                }
                (set, ascii)
            }
        }
    }

    /// Adds those of another set.
    fn join(&mut self, other: Self) {
        *self = self.or(other);
    }

    /// Those of both sets.
    pub(super) fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// Adds every byte that a pattern can hold.
    pub(crate) fn join_all(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(lit) => lit.0.iter().for_each(|b| self.add(*b)),
            HirKind::Class(class) => self.join(Self::of(class).0),
            HirKind::Repetition(rep) => self.join_all(&rep.sub),
            HirKind::Capture(capture) => self.join_all(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|p| self.join_all(p)),
        }
    }

    /// A set that holds it and is asked for more often, so that few are told apart: all digits, all letters of a case,
    /// all signs that stand in words and addresses.
    fn widened(self) -> Self {
        let classes: [(&dyn Fn(u8) -> bool, usize); 4] = [
            (&|b| b.is_ascii_digit(), 2),
            (&|b| b.is_ascii_uppercase(), 4),
            (&|b| b.is_ascii_lowercase(), 4),
            (&|b| b >= 0x80, 0),
        ];
        let mut wide = self;
        for (is, few) in classes {
            let all = || (0..=255u8).filter(|b| is(*b));
            if all().filter(|b| self.has(*b)).count() > few {
                all().for_each(|b| wide.add(b));
            }
        }
        let words = (b'0'..=b'z').filter(|b| b.is_ascii_alphanumeric() && self.has(*b)).count() > 9;
        let sign = |b: &u8| (b'!'..=b'~').contains(b) && !b.is_ascii_alphanumeric();
        if words && (0..=127).filter(sign).any(|b| self.has(b)) {
            (0..=127).filter(sign).for_each(|b| wide.add(b));
        }
        wide
    }

    fn share(self) -> f64 {
        (0..=255).filter(|b| self.has(*b)).map(frequency).sum()
    }
}

/// How often a byte stands in ordinary text, roughly.
fn frequency(b: u8) -> f64 {
    let of_10_000 = match b {
        b'0'..=b'9' => 180.0,
        b'a'..=b'z' => 200.0,
        b'A'..=b'Z' => 30.0,
        b' ' => 1100.0,
        b'.' | b'-' | b':' | b'/' | b'"' | b',' | b'\n' => 150.0,
        b'_' | b'=' | b'(' | b')' | b'[' | b']' | b'\t' => 50.0,
        0x21..=0x7e => 15.0,
        _ => 1.0,
    };
    of_10_000 / 10_000.0
}

/// At what share of places a match of `hir` could begin, roughly.
pub(crate) fn share(hir: &Hir) -> f64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1.0,
        HirKind::Literal(lit) => lit.0.iter().map(|b| frequency(*b)).product(),
        HirKind::Class(class) => Bytes::of(class).0.widened().share(),
        HirKind::Repetition(rep) => share(&rep.sub).powi(rep.min.min(FAR) as i32),
        HirKind::Capture(capture) => share(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(share).product(),
        HirKind::Alternation(parts) => parts.iter().map(share).sum::<f64>().min(1.0),
    }
}

/// Could a match begin with this word, or with all of it and more?
pub(crate) fn begins(hir: &Hir, word: &[u8]) -> bool {
    reached(hir, word, &BTreeSet::from([0])).contains(&word.len())
}

/// Where in `word` a match of `hir` may end that begins at one of `from`.
fn reached(hir: &Hir, word: &[u8], from: &BTreeSet<usize>) -> BTreeSet<usize> {
    let step = |set: Bytes| {
        let on = |at: &usize| match word.get(*at) {
            Some(b) => set.has(*b).then_some(at + 1),
            None => Some(*at),
        };
        from.iter().filter_map(on).collect()
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => from.clone(),
        HirKind::Literal(lit) => {
            let fits = |at: &&usize| word[**at..].iter().zip(&lit.0).all(|(a, b)| a == b);
            from.iter().filter(fits).map(|at| (at + lit.0.len()).min(word.len())).collect()
        }
        HirKind::Class(class) => step(Bytes::of(class).0),
        HirKind::Capture(capture) => reached(&capture.sub, word, from),
        HirKind::Concat(parts) => parts.iter().fold(from.clone(), |from, part| reached(part, word, &from)),
        HirKind::Alternation(parts) => parts.iter().flat_map(|part| reached(part, word, from)).collect(),
        HirKind::Repetition(rep) => {
            let (mut all, mut now) = (BTreeSet::new(), from.clone());
            for times in 0..=rep.max.unwrap_or(u32::MAX).min(rep.min + word.len() as u32 + 1) {
                if times >= rep.min {
                    all.extend(now.iter().copied());
                }
                now = reached(&rep.sub, word, &now);
            }
            all
        }
    }
}
