//! The shape of a pattern: what every match begins with, as questions to bit streams, derived from the pattern itself.
//!
//! A shape may say yes too often, never no wrongly: the pattern itself is tried where its shape fits. What an
//! ordinary text rarely holds needs no longer shape, and what is hard to ask (many alternatives) is left out.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::program::{Builder, Node};

/// A shape that fits fewer places of an ordinary text than this is not made longer.
const RARE: f64 = 1e-9;
/// An alternative that fits fewer is not, where there are several.
const RARE_ALTERNATIVE: f64 = 1e-5;
/// How many alternatives are asked for one by one; of more, only what can stand at each place.
const ALTERNATIVES: usize = 16;
/// How far a repetition of bytes is followed.
const FAR: u32 = 48;

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes([u64; 4]);

impl Bytes {
    pub(crate) const NONE: Self = Self([0; 4]);

    fn add(&mut self, b: u8) {
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

    /// Adds every byte that a pattern can hold.
    pub(crate) fn join_all(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(lit) => lit.0.iter().for_each(|b| self.add(*b)),
            HirKind::Class(class) => {
                self.0.iter_mut().zip(Self::of(class).0.0).for_each(|(own, more)| *own |= more);
            }
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

/// What places must be so that a match of `hir` may begin there, at one of `at`; `None` if that can be any.
pub(crate) fn shape(b: &mut Builder, hir: &Hir, at: Option<Node>) -> Option<Node> {
    Shapes(b).of(hir, (at, None), RARE)
}

struct Shapes<'b>(&'b mut Builder);

impl Shapes<'_> {
    /// Where `hir` begins, at places of `at`, and behind it `then` holds (`None`: nothing is known of it). It need not be
    /// told apart further than to this share of places.
    fn of(&mut self, hir: &Hir, (at, then): (Option<Node>, Option<Node>), rare: f64) -> Option<Node> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => self.at(at, then),
            HirKind::Literal(lit) => {
                let mut left = 1.0;
                let enough = lit.0.iter().position(|b| {
                    left *= frequency(*b);
                    left < rare
                });
                let len = enough.map_or(lit.0.len(), |last| last + 1);
                let then = then.filter(|_| len == lit.0.len());
                // What stands first is a question of its own: where it says no, nobody asks on.
                let all = lit.0[..len].iter().rev().fold(None, |all, byte| {
                    let here = self.0.byte(*byte);
                    Some(self.followed(here, all, 1))
                })?;
                let all = self.at(at, Some(all))?;
                Some(self.followed(all, then, len as u8))
            }
            HirKind::Class(class) => {
                let (set, whole) = Bytes::of(class);
                let set = set.widened();
                let here = self.0.set(|b| set.has(b));
                let here = self.at(at, Some(here))?;
                Some(self.followed(here, then.filter(|_| whole), 1))
            }
            HirKind::Capture(capture) => self.of(&capture.sub, (at, then), rare),
            HirKind::Concat(parts) => {
                let (mut left, mut taken) = (1.0, Vec::new());
                for part in parts {
                    if left < rare {
                        break;
                    }
                    taken.push((part, rare / left));
                    left *= share(part);
                }
                let then = then.filter(|_| taken.len() == parts.len());
                let widths: Vec<Option<u32>> = taken.iter().map(|(part, _)| width(part)).collect();
                let fixed = widths.iter().take_while(|width| width.is_some()).count();
                let wide: u32 = widths.iter().flatten().take(fixed).sum();
                let chain = |own: &mut Self, at: Option<Node>, taken: &[(&Hir, f64)], then: Option<Node>| {
                    let Some(((first, rare), rest)) = taken.split_first() else { return own.at(at, then) };
                    let then = rest.iter().rev().fold(then, |then, (part, rare)| own.of(part, (None, then), *rare));
                    own.of(first, (at, then), *rare)
                };
                if fixed == taken.len() && then.is_none() || wide == 0 || wide > 60 {
                    return chain(self, at, &taken, then);
                }
                let (first, rest) = taken.split_at(fixed);
                let then = chain(self, None, rest, then);
                let first = chain(self, at, first, None)?;
                Some(self.followed(first, then, wide as u8))
            }
            HirKind::Alternation(parts) => {
                if parts.len() > ALTERNATIVES {
                    let (sets, whole) = places(hir);
                    let then = then.filter(|_| whole);
                    let all = sets.iter().rev().fold(then, |then, set| Some(self.byte_of(*set, then)));
                    return self.at(at, all);
                }
                let rare = rare.max(RARE_ALTERNATIVE);
                let ways: Option<Vec<Node>> = parts.iter().map(|part| self.of(part, (at, then), rare)).collect();
                self.0.any(&ways?)
            }
            HirKind::Repetition(rep) => {
                let all = self.repeated(rep, (at, then), rare);
                if rep.min == 0 { self.at(at, all) } else { all }
            }
        }
    }

    fn byte_of(&mut self, set: Bytes, then: Option<Node>) -> Node {
        let set = set.widened();
        let here = self.0.set(|b| set.has(b));
        self.followed(here, then, 1)
    }

    /// Where `all` holds (`None`: anywhere), at places of `at`.
    fn at(&mut self, at: Option<Node>, all: Option<Node>) -> Option<Node> {
        match (at, all) {
            (Some(at), Some(all)) => Some(self.0.and(at, all)),
            (Some(one), None) | (None, Some(one)) => Some(one),
            (None, None) => None,
        }
    }

    fn followed(&mut self, here: Node, then: Option<Node>, n: u8) -> Node {
        then.map_or(here, |then| self.0.and_after(here, then, n))
    }

    fn repeated(&mut self, rep: &Repetition, (at, then): (Option<Node>, Option<Node>), rare: f64) -> Option<Node> {
        let most = rep.max.unwrap_or(u32::MAX);
        if let Some(set) = bytes(&rep.sub) {
            let set = set.widened();
            let here = self.0.set(|b| set.has(b));
            let then = then.and_then(|then| (rep.min <= FAR).then(|| self.up_to(here, most - rep.min, then)));
            let min = rep.min.min(FAR);
            return match min {
                0 => then,
                _ => {
                    let run = self.run(here, min);
                    let run = self.at(at, Some(run))?;
                    Some(self.followed(run, then, min as u8))
                }
            };
        }
        // Of what is no single byte, few rounds are followed.
        let (rounds, exact) = if most == rep.min && most <= 4 { (most, true) } else { (rep.min.min(2), false) };
        let mut then = match (exact, most) {
            (true, _) => then,
            (false, _) if rep.min > 2 => None,
            // It may follow at once, or behind what is repeated.
            (false, _) => then.and_then(|then| {
                let first = *places(&rep.sub).0.first()?;
                let more = self.byte_of(first, None);
                Some(self.0.or(then, more))
            }),
        };
        for round in (0..rounds).rev() {
            then = self.of(&rep.sub, (at.filter(|_| round == 0), then), rare);
        }
        then
    }

    /// Runs of `n` (1 to 63) bytes.
    fn run(&mut self, here: Node, n: u32) -> Node {
        if n <= 1 {
            return here;
        }
        let (first, rest) = (self.run(here, n / 2), self.run(here, n - n / 2));
        self.0.and_after(first, rest, (n / 2) as u8)
    }

    /// Where `then` stands, behind up to `n` bytes, or some more.
    fn up_to(&mut self, here: Node, n: u32, then: Node) -> Node {
        let (mut reached, mut run, mut len) = (then, here, 1);
        while len <= n.min(FAR) {
            let more = self.0.and_after(run, reached, len as u8);
            reached = self.0.or(reached, more);
            run = self.0.and_after(run, run, len as u8);
            len *= 2;
        }
        if n > FAR {
            // A longer run may end anywhere.
            reached = self.0.or(reached, run);
        }
        reached
    }
}

/// Which bytes can stand at each of the first places of a match, as far as all ways go; and whether that is all of it.
fn places(hir: &Hir) -> (Vec<Bytes>, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (Vec::new(), true),
        HirKind::Literal(lit) => {
            let one = |b: &u8| {
                let mut set = Bytes::NONE;
                set.add(*b);
                set
            };
            (lit.0.iter().map(one).collect(), true)
        }
        HirKind::Class(class) => {
            let (set, whole) = Bytes::of(class);
            (vec![set], whole)
        }
        HirKind::Capture(capture) => places(&capture.sub),
        HirKind::Concat(parts) => {
            let mut all = Vec::new();
            for part in parts {
                let (sets, whole) = places(part);
                all.extend(sets);
                if !whole {
                    return (all, false);
                }
            }
            (all, true)
        }
        HirKind::Alternation(parts) => {
            let mut ways = parts.iter().map(places);
            let Some((mut all, mut whole)) = ways.next() else { return (Vec::new(), false) };
            for (sets, ends) in ways {
                whole = whole && ends && sets.len() == all.len();
                all.truncate(sets.len());
                for (set, other) in all.iter_mut().zip(&sets) {
                    set.0.iter_mut().zip(other.0).for_each(|(own, more)| *own |= more);
                }
            }
            (all, whole)
        }
        HirKind::Repetition(rep) => {
            let (sets, whole) = places(&rep.sub);
            let times = if whole { rep.min.min(FAR) as usize } else { rep.min.min(1) as usize };
            let all = sets.iter().copied().cycle().take(sets.len() * times).collect();
            (all, whole && rep.max == Some(rep.min) && rep.min <= FAR)
        }
    }
}

/// The bytes of a pattern that is one byte.
fn bytes(hir: &Hir) -> Option<Bytes> {
    match hir.kind() {
        HirKind::Class(class) => Some(Bytes::of(class)).filter(|(_, whole)| *whole).map(|(set, _)| set),
        HirKind::Literal(lit) if lit.0.len() == 1 => {
            let mut set = Bytes::NONE;
            set.add(lit.0[0]);
            Some(set)
        }
        HirKind::Capture(capture) => bytes(&capture.sub),
        _ => None,
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

/// How many bytes every match has, if all have as many.
fn width(hir: &Hir) -> Option<u32> {
    let own = hir.properties();
    let (least, most) = (own.minimum_len()?, own.maximum_len()?);
    (least == most).then_some(least as u32)
}
