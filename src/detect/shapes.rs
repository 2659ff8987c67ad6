//! Where a pattern can begin: the byte classes of its first bytes, derived from the pattern itself.
//!
//! All patterns are asked at once (`sieve.rs`); a pattern's regex runs only where its first [`DEPTH`] bytes fit. The filter may say yes too often, never no wrongly.

use regex_syntax::hir::{Class, Hir, HirKind};

/// How many bytes from a match's start are looked at.
pub(crate) const DEPTH: usize = 8;

/// How many alternatives a pattern may have before its classes are merged.
const MOST: usize = 64;

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bytes([u64; 4]);

impl Bytes {
    pub(crate) const NONE: Self = Self([0; 4]);
    const ALL: Self = Self([u64::MAX; 4]);

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

    /// Adds every byte that a pattern can hold.
    pub(crate) fn join_all(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(lit) => lit.0.iter().for_each(|b| self.add(*b)),
            HirKind::Class(class) => class_ways(class).iter().flat_map(|w| &w.bytes).for_each(|set| self.join(*set)),
            HirKind::Repetition(rep) => self.join_all(&rep.sub),
            HirKind::Capture(capture) => self.join_all(&capture.sub),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|p| self.join_all(p)),
        }
    }

    fn join(&mut self, other: Self) {
        for (a, b) in self.0.iter_mut().zip(other.0) {
            *a |= b;
        }
    }
}

/// One way a pattern can begin.
#[derive(Clone)]
struct Way {
    bytes: Vec<Bytes>,
    /// The pattern may go on after these bytes in this way (false: cut at [`DEPTH`], or unknown).
    open: bool,
}

/// The bytes that can stand at each of the first positions of a match.
pub(crate) fn first_bytes(hir: &Hir) -> Vec<[Bytes; DEPTH]> {
    let ways = ways(hir);
    ways.iter()
        .map(|way| {
            let mut sets = [Bytes::ALL; DEPTH];
            sets[..way.bytes.len()].copy_from_slice(&way.bytes);
            sets
        })
        .collect()
}

fn empty() -> Vec<Way> {
    vec![Way { bytes: Vec::new(), open: true }]
}

fn ways(hir: &Hir) -> Vec<Way> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => empty(),
        HirKind::Literal(lit) => {
            let bytes: Vec<Bytes> = lit.0.iter().take(DEPTH).map(|b| single(*b)).collect();
            let open = lit.0.len() < DEPTH;
            vec![Way { bytes, open }]
        }
        HirKind::Class(class) => class_ways(class),
        HirKind::Repetition(rep) => repeated(&ways(&rep.sub), rep.min, rep.max),
        HirKind::Capture(capture) => ways(&capture.sub),
        HirKind::Concat(parts) => parts.iter().fold(empty(), |before, part| {
            if before.iter().all(|w| !w.open) { before } else { follow(&before, &ways(part)) }
        }),
        HirKind::Alternation(parts) => capped(parts.iter().flat_map(ways).collect()),
    }
}

fn single(b: u8) -> Bytes {
    let mut set = Bytes::NONE;
    set.add(b);
    set
}

fn class_ways(class: &Class) -> Vec<Way> {
    let mut set = Bytes::NONE;
    let plain = match class {
        Class::Bytes(ranges) => {
            ranges.iter().flat_map(|r| r.start()..=r.end()).for_each(|b| set.add(b));
            true
        }
        Class::Unicode(ranges) => {
            let ascii = ranges.iter().all(|r| r.end() < '\u{80}');
            ranges.iter().flat_map(|r| r.start()..=r.end().min('\u{7f}')).for_each(|c| set.add(c as u8));
            ascii
        }
    };
    if plain {
        return vec![Way { bytes: vec![set], open: true }];
    }
    // A wider character: its first byte is some byte from 0x80 up, and what follows is not known.
    (0x80..=0xff).for_each(|b| set.add(b));
    vec![Way { bytes: vec![set], open: false }]
}

/// `ways`, from `min` to `max` times.
fn repeated(once: &[Way], min: u32, max: Option<u32>) -> Vec<Way> {
    let mut all = Vec::new();
    let mut now = empty();
    let most = max.unwrap_or(u32::MAX);
    for times in 0..=most {
        if times >= min {
            all.extend(now.iter().cloned());
        }
        if now.iter().all(|w| !w.open) || all.len() > MOST || times > 256 {
            if times < min {
                all.extend(now);
            }
            break;
        }
        let next = follow(&now, once);
        // A round that adds no byte changes nothing, once the minimum is met.
        now = next.into_iter().filter(|w| times < min || w.bytes.len() > times as usize || !w.open).collect();
        if now.is_empty() {
            break;
        }
    }
    capped(all)
}

fn follow(before: &[Way], after: &[Way]) -> Vec<Way> {
    let mut all = Vec::with_capacity(before.len());
    for first in before {
        if !first.open {
            all.push(first.clone());
            continue;
        }
        for second in after {
            let mut bytes = first.bytes.clone();
            bytes.extend_from_slice(&second.bytes);
            let open = second.open && bytes.len() < DEPTH;
            bytes.truncate(DEPTH);
            all.push(Way { bytes, open });
        }
    }
    capped(all)
}

/// Too many ways are merged into one, position by position; that only makes the filter say yes more often.
fn capped(mut ways: Vec<Way>) -> Vec<Way> {
    ways.sort_by(|a, b| a.bytes.iter().map(|s| s.0).cmp(b.bytes.iter().map(|s| s.0)).then(a.open.cmp(&b.open)));
    ways.dedup_by(|a, b| a.bytes == b.bytes && a.open == b.open);
    if ways.len() <= MOST {
        return ways;
    }
    // Ways that begin alike are merged first: the fewer bytes must be alike, the fewer ways are left.
    for alike in (0..DEPTH).rev() {
        let merged = merged_alike(&ways, alike);
        if merged.len() <= MOST / 2 {
            return merged;
        }
    }
    vec![Way { bytes: Vec::new(), open: false }]
}

/// Merges ways whose first `alike` sets are the same.
fn merged_alike(ways: &[Way], alike: usize) -> Vec<Way> {
    let mut out: Vec<Way> = Vec::new();
    for way in ways {
        let head = |w: &Way| w.bytes.len() >= alike && w.bytes[..alike] == way.bytes[..alike.min(way.bytes.len())];
        match out.iter().position(head).and_then(|i| out.get_mut(i)) {
            Some(near) => {
                near.open = false;
                near.bytes.truncate(way.bytes.len());
                near.bytes.iter_mut().zip(&way.bytes).for_each(|(set, other)| set.join(*other));
            }
            None => out.push(way.clone()),
        }
    }
    out
}
