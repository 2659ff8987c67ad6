//! Where patterns may match: how they are told apart by what their matches begin with, or hold.
//!
//! For the built-in rules all is made when phivet is built (`build.rs` shares this file), so that a start costs nothing.

use regex_syntax::hir::{Hir, HirKind};

use super::openings::{Effort, Openings};
use super::shapes::{Bytes, begins, share};

/// A pattern that may begin at a larger share of ordinary text's places slows every scan.
const OFTEN: f64 = 0.01;

/// Numbers of the questions that are asked of every place.
pub(crate) mod ask {
    /// Ends of words that begin with a capital and are followed as names are; the second counts what is so in prose.
    pub(crate) const NAMES: usize = 0;
    pub(crate) const NAMES_IN_PROSE: usize = 1;
    /// A hyphen between letters and a digit, in a token behind words.
    pub(crate) const HYPHENS: usize = 2;
    /// The first digit of a token behind words.
    pub(crate) const NUMBERS: usize = 3;
    /// The first digit of a token.
    pub(crate) const DATES: usize = 4;
    /// A key may end here and its value begin behind.
    pub(crate) const SEPARATORS: usize = 5;
    /// Where words begin, in keys too (`firstName`), and every byte of no word.
    pub(crate) const BEGINS: usize = 6;
    /// Brackets that open and that close.
    pub(crate) const OPENS: usize = 7;
    pub(crate) const CLOSES: usize = 8;
    /// Runs of 24 or more characters of base64 begin here (RFC 4648, sections 4 and 5).
    pub(crate) const RUNS: usize = 9;
    /// The last byte of a number that a street's name may follow.
    pub(crate) const STREETS: usize = 10;
    /// A token may begin here, or any sign.
    pub(crate) const FREE: usize = 11;
    /// One of the patterns that are known by how they open may match here.
    pub(crate) const PATTERNS: usize = 12;
    /// A byte by which patterns are known.
    pub(crate) const INNER: usize = 13;
}

/// A pattern: number of its rule (by id), number among the rule's looks.
pub(crate) type Look = (u16, u16);

/// What a search is made of: a pattern, how it is written, and whether a street's name must stand behind its number
/// ([`crate::rule::Near`]).
pub(crate) type Pattern<'p> = (Look, &'p str, bool);

/// How a pattern is known.
pub(crate) enum Group {
    /// By how it opens.
    Opening,
    /// By a street's name behind its number.
    Street,
    /// By a byte inside (`@`), since it begins as all words do: what may stand before it, and the pattern from there on.
    Inside(Bytes, Hir),
}

/// How a pattern of the built-in rules is known.
pub(crate) fn group(hir: &Hir, street: bool) -> Group {
    let begins_with_digit = || (0..=255_u8).filter(|b| !b.is_ascii_digit()).all(|b| !begins(hir, &[b]));
    if street && begins_with_digit() {
        return Group::Street;
    }
    let split = is_common(hir).then(|| split(hir)).flatten();
    split.map_or(Group::Opening, |(before, rest)| Group::Inside(before, rest))
}

/// Does it begin as all words do?
fn is_common(hir: &Hir) -> bool {
    [&b"some"[..], b"Some"].iter().any(|word| begins(hir, word))
}

/// Which patterns there are, and how they are found.
pub(crate) struct Search {
    /// Patterns known by how they open, in the order of their numbers.
    pub(crate) looks: Vec<Look>,
    pub(crate) openings: Openings,
    /// Patterns of numbers behind which a street's name stands.
    pub(crate) streets: Vec<Look>,
    /// Patterns known by a byte inside, each with what may stand before it, in the order of their numbers.
    pub(crate) inner: Vec<(Look, Bytes)>,
    pub(crate) insides: Openings,
    /// Patterns that ordinary text is full of places for.
    pub(crate) costly: Vec<Look>,
}

impl Search {
    /// Derives it from the built-in patterns. `ordinary` is a sample of text.
    ///
    /// # Errors
    /// The pattern that is no pattern, and why.
    #[allow(dead_code, reason = "only the build script and a test make it")]
    pub(crate) fn builtin<'p>(
        patterns: impl Iterator<Item = Pattern<'p>>,
        ordinary: &[u8],
    ) -> Result<Self, (Look, String)> {
        Self::make(patterns, Effort { depth: 16, states: 200_000, steps: usize::MAX }, group, ordinary)
    }

    /// Derives it from others: they are few, and time is short.
    ///
    /// # Errors
    /// The pattern that is no pattern, and why.
    #[allow(dead_code, reason = "the build script has no use for it")]
    pub(crate) fn own<'p>(patterns: impl Iterator<Item = Pattern<'p>>) -> Result<Self, (Look, String)> {
        Self::make(patterns, Effort { depth: 8, states: 2_000, steps: 1_000_000 }, |_, _| Group::Opening, &[])
    }

    fn make<'p>(
        patterns: impl Iterator<Item = Pattern<'p>>,
        effort: Effort,
        group: fn(&Hir, bool) -> Group,
        ordinary: &[u8],
    ) -> Result<Self, (Look, String)> {
        let (mut looks, mut streets, mut inner, mut costly) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut openings, mut insides) = (Vec::new(), Vec::new());
        for (look, pattern, street) in patterns {
            let hir = parse(pattern).map_err(|e| (look, e))?;
            match group(&hir, street) {
                Group::Street => streets.push(look),
                Group::Inside(before, rest) => {
                    inner.push((look, before));
                    insides.push(rest);
                }
                Group::Opening => {
                    if is_common(&hir) || share(&hir) > OFTEN {
                        costly.push(look);
                    }
                    looks.push(look);
                    openings.push(hir);
                }
            }
        }
        let openings = Openings::new(&openings, effort, ordinary).map_err(|(at, why)| (looks[at], why))?;
        let insides = Openings::new(&insides, effort, ordinary).map_err(|(at, why)| (inner[at].0, why))?;
        Ok(Self { looks, openings, streets, inner, insides, costly })
    }

    /// As bytes, for [`Search::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test write it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let look = |bytes: &mut Vec<u8>, (rule, look): Look| {
            bytes.extend((u32::from(rule) << 16 | u32::from(look)).to_le_bytes());
        };
        for list in [&self.looks, &self.streets, &self.costly] {
            bytes.extend((list.len() as u32).to_le_bytes());
            list.iter().for_each(|own| look(&mut bytes, *own));
        }
        bytes.extend((self.inner.len() as u32).to_le_bytes());
        for (own, before) in &self.inner {
            look(&mut bytes, *own);
            bytes.extend(before.to_bytes());
        }
        bytes.extend(self.openings.to_bytes());
        bytes.extend(self.insides.to_bytes());
        bytes
    }

    /// Reads what [`Search::to_bytes`] wrote; `None` if it is something else.
    pub(crate) fn from_bytes(mut bytes: &'static [u8]) -> Option<Self> {
        let look = |n: u32| ((n >> 16) as u16, n as u16);
        let mut list =
            || -> Option<Vec<Look>> { (0..number(&mut bytes)?).map(|_| number(&mut bytes).map(look)).collect() };
        let (looks, streets, costly) = (list()?, list()?, list()?);
        let mut inner = Vec::new();
        for _ in 0..number(&mut bytes)? {
            let own = look(number(&mut bytes)?);
            let (before, rest) = bytes.split_first_chunk::<32>()?;
            inner.push((own, Bytes::from_bytes(before)));
            bytes = rest;
        }
        let (openings, bytes) = Openings::from_bytes(bytes)?;
        let (insides, _) = Openings::from_bytes(bytes)?;
        Some(Self { looks, openings, streets, inner, insides, costly })
    }
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (n, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*n))
}

pub(crate) fn parse(pattern: &str) -> Result<Hir, String> {
    let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    parsed.map_err(|e| e.to_string())
}

/// Cuts a pattern before its first literal that is no letter or digit: what may stand before, and the rest.
fn split(hir: &Hir) -> Option<(Bytes, Hir)> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let sign = |b: &u8| !b.is_ascii_alphanumeric() && *b != b' ';
    let is_sign = |p: &Hir| matches!(p.kind(), HirKind::Literal(l) if l.0.first().is_some_and(sign));
    let at = parts.iter().position(is_sign)?;
    let mut before = Bytes::NONE;
    parts[..at].iter().for_each(|p| before.join_all(p));
    Some((before, Hir::concat(parts[at..].to_vec())))
}
