//! How the patterns of a catalogue begin, made ready to be asked. For the built-in rules this is done when phivet
//! is built (`build.rs` shares this file), so that a start costs nothing.

use regex_syntax::hir::{Hir, HirKind};

use super::shapes::{Bytes, DEPTH, first_bytes};
use super::sieve::Sieve;

/// A pattern: number of its rule (by id), number among the rule's looks.
pub(crate) type Look = (u16, u16);

/// The beginnings of all patterns that are tried in running text.
pub(crate) struct Beginnings {
    /// Patterns known by their first bytes; answers with an index into `looks`.
    pub(crate) starts: Sieve,
    pub(crate) looks: Vec<Look>,
    /// Patterns whose first bytes are too common, known by a rarer byte inside (`@`): what can stand from there on.
    pub(crate) inner: Sieve,
    /// For each of those what may stand before the byte, and the byte.
    pub(crate) inner_looks: Vec<(Look, Bytes, u8)>,
}

impl Beginnings {
    /// Derives them from patterns.
    ///
    /// # Errors
    /// The pattern that is no pattern, and why.
    pub(crate) fn new<'p>(patterns: impl Iterator<Item = (Look, &'p str)>) -> Result<Self, (Look, String)> {
        let (mut looks, mut starts, mut inner_looks, mut inner) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (look, pattern) in patterns {
            let hir = parse(pattern).map_err(|e| (look, e))?;
            let ways = first_bytes(&hir);
            match is_common(&ways).then(|| split(&hir)).flatten() {
                Some((before, byte, rest)) => {
                    inner_looks.push((look, before, byte));
                    inner.push(first_bytes(&rest));
                }
                None => {
                    looks.push(look);
                    starts.push(ways);
                }
            }
        }
        Ok(Self { starts: Sieve::new(&starts), looks, inner: Sieve::new(&inner), inner_looks })
    }

    /// As bytes, for [`Beginnings::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test write it")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let number = |bytes: &mut Vec<u8>, n: usize| bytes.extend((n as u32).to_le_bytes());
        for starts in [&self.starts, &self.inner] {
            let blob = starts.to_bytes();
            number(&mut bytes, blob.len());
            bytes.extend(blob);
        }
        number(&mut bytes, self.looks.len());
        for (rule, look) in &self.looks {
            number(&mut bytes, usize::from(*rule) << 16 | usize::from(*look));
        }
        for ((rule, look), before, byte) in &self.inner_looks {
            number(&mut bytes, usize::from(*rule) << 16 | usize::from(*look));
            number(&mut bytes, usize::from(*byte));
            bytes.extend(before.to_bytes());
        }
        bytes
    }

    /// Reads what [`Beginnings::to_bytes`] wrote; `None` if it is something else.
    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let mut starts = Vec::new();
        for _ in 0..2 {
            let len = number(&mut bytes)? as usize;
            let (blob, rest) = bytes.split_at_checked(len)?;
            starts.push(Sieve::from_bytes(blob)?);
            bytes = rest;
        }
        let look = |n: u32| ((n >> 16) as u16, n as u16);
        let looks = (0..number(&mut bytes)?).map(|_| number(&mut bytes).map(look)).collect::<Option<_>>()?;
        let mut inner_looks = Vec::new();
        while let Some(own) = number(&mut bytes) {
            let byte = number(&mut bytes)? as u8;
            let (before, rest) = bytes.split_first_chunk::<32>()?;
            inner_looks.push((look(own), Bytes::from_bytes(before), byte));
            bytes = rest;
        }
        let inner = starts.pop()?;
        Some(Self { starts: starts.pop()?, looks, inner, inner_looks })
    }
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (n, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*n))
}

fn parse(pattern: &str) -> Result<Hir, String> {
    let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern);
    parsed.map_err(|e| e.to_string())
}

/// Would ordinary words of a text pass as a beginning?
fn is_common(ways: &[[Bytes; DEPTH]]) -> bool {
    let fits = |word: &[u8], way: &[Bytes; DEPTH]| word.iter().zip(way).all(|(b, set)| set.has(*b));
    ways.iter().any(|way| fits(b"some", way) || fits(b"Some", way))
}

/// Cuts a pattern before its first literal that is no letter or digit: what may stand before, the byte, the rest.
fn split(hir: &Hir) -> Option<(Bytes, u8, Hir)> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let sign = |b: &u8| !b.is_ascii_alphanumeric() && *b != b' ';
    let is_sign = |p: &Hir| matches!(p.kind(), HirKind::Literal(l) if l.0.first().is_some_and(sign));
    let at = parts.iter().position(is_sign)?;
    let HirKind::Literal(literal) = parts[at].kind() else { return None };
    let mut before = Bytes::NONE;
    parts[..at].iter().for_each(|p| before.join_all(p));
    Some((before, *literal.0.first()?, Hir::concat(parts[at..].to_vec())))
}
