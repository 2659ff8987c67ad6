//! What the detectors share: the catalogue made ready to be searched.

use std::collections::HashMap;

use regex_syntax::hir::{Hir, HirKind};

use crate::detect::labels::Vocabulary;
use crate::detect::matcher::Matchers;
use crate::detect::shapes::{Bytes, DEPTH, first_bytes};
use crate::detect::starts::Starts;
use crate::error::{Error, Result};
use crate::rule::{Alone, RuleId, Rules, Value};

/// The rules, ready: patterns, labels, where patterns begin, which rules are of a kind.
pub(crate) struct Engine {
    pub(crate) matchers: Matchers,
    pub(crate) words: Vocabulary,
    /// Patterns that begin at a token's start; they answer with an index into `looks`.
    pub(crate) starts: Starts,
    /// Rule and number of each such pattern.
    pub(crate) looks: Vec<(RuleId, u16)>,
    /// What each byte is to the pass over a text: a set of [`class`]es.
    pub(crate) classes: [u8; 256],
    /// Patterns known by a byte inside (`@`), asked where that byte stands.
    pub(crate) inner: Inner,
    kinds: HashMap<String, Vec<RuleId>>,
    /// The rule for names in running text.
    pub(crate) name: Option<RuleId>,
    /// The rule for birth dates beside a name, and the one for dates in notes.
    pub(crate) birth: Option<RuleId>,
    pub(crate) date: Option<RuleId>,
}

/// Patterns whose beginnings are too common to ask for, known by a rarer byte inside.
pub(crate) struct Inner {
    /// Such bytes.
    bytes: Vec<u8>,
    /// What can stand from that byte on; answers with an index into `patterns`.
    pub(crate) starts: Starts,
    /// For each pattern its rule and number, and what may stand before the byte.
    pub(crate) patterns: Vec<((RuleId, u16), Bytes)>,
}

impl Engine {
    /// # Errors
    /// [`Error::Rule`] when a pattern is no pattern or a check does not exist.
    pub(crate) fn new(rules: &Rules) -> Result<Self> {
        let matchers = Matchers::new(rules)?;
        let mut looks = Vec::new();
        let mut starts = Vec::new();
        let mut inner = Vec::new();
        let mut first = [false; 256];
        for (id, rule) in rules.iter() {
            if rule.identifier.alone != Alone::Never {
                for (i, look) in (0u16..).zip(&rule.identifier.looks) {
                    let hir = parse(&rule.id, look)?;
                    let own = first_bytes(&hir);
                    match is_common(&own).then(|| split(&hir)).flatten() {
                        Some((before, byte, rest)) => inner.push(((id, i), before, byte, first_bytes(&rest))),
                        None => {
                            looks.push((id, i));
                            starts.push(own);
                        }
                    }
                }
            }
        }
        for (b, yes) in (0u8..=255).zip(first.iter_mut()) {
            *yes = starts.iter().flatten().any(|w| w[0].has(b));
        }
        let inner = Inner::new(inner);
        let mut kinds: HashMap<String, Vec<RuleId>> = HashMap::new();
        for (id, rule) in rules.iter() {
            kinds.entry(rule.identifier.kind.clone()).or_default().push(id);
        }
        let name = rules
            .iter()
            .find(|(_, r)| r.identifier.value == Value::Name && r.identifier.kind == "name")
            .map(|(id, _)| id);
        Ok(Self {
            matchers,
            words: Vocabulary::new(rules),
            starts: Starts::new(&starts),
            looks,
            classes: classes(&first, &inner.bytes),
            inner,
            birth: rules.by_id("date-of-birth").map(|(id, _)| id),
            date: rules.by_id("service-date").map(|(id, _)| id),
            kinds,
            name,
        })
    }

    /// The rules of a kind, by id.
    pub(crate) fn of_kind(&self, kind: &str) -> &[RuleId] {
        self.kinds.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// What a byte can be to the pass over a text.
pub(crate) mod class {
    /// A letter, digit or byte of a longer character.
    pub(crate) const WORD: u8 = 1;
    pub(crate) const DIGIT: u8 = 1 << 1;
    /// A capital, or the first byte of a character that may be one.
    pub(crate) const CAPITAL: u8 = 1 << 2;
    /// A label may stand before it.
    pub(crate) const SEPARATOR: u8 = 1 << 3;
    /// A pattern may begin with it.
    pub(crate) const FIRST: u8 = 1 << 4;
    /// A pattern is known by it.
    pub(crate) const INNER: u8 = 1 << 5;

    /// The classes that do not depend on rules.
    pub(crate) const TABLE: [u8; 256] = {
        let mut table = [0; 256];
        let mut b = 0;
        while b < 256 {
            let byte = b as u8;
            table[b] = match byte {
                b'0'..=b'9' => WORD | DIGIT,
                b'A'..=b'Z' | 0xc3..=0xff => WORD | CAPITAL,
                b'a'..=b'z' | 0x80..=0xc2 => WORD,
                b':' | b'=' | b'(' | b'[' | b'<' | b'>' => SEPARATOR,
                _ => 0,
            };
            b += 1;
        }
        table
    };
}

fn classes(first: &[bool; 256], inner: &[u8]) -> [u8; 256] {
    let mut table = class::TABLE;
    for (class, first) in table.iter_mut().zip(first) {
        *class |= if *first { class::FIRST } else { 0 };
    }
    inner.iter().for_each(|b| table[usize::from(*b)] |= class::INNER);
    table
}

type InnerPattern = ((RuleId, u16), Bytes, u8, Vec<[Bytes; DEPTH]>);

impl Inner {
    fn new(patterns: Vec<InnerPattern>) -> Self {
        let bytes = patterns.iter().map(|p| p.2).collect();
        let starts: Vec<_> = patterns.iter().map(|p| p.3.clone()).collect();
        Self { bytes, starts: Starts::new(&starts), patterns: patterns.into_iter().map(|p| (p.0, p.1)).collect() }
    }
}

fn parse(id: &str, pattern: &str) -> Result<Hir> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).map_err(|e| Error::Rule {
        id: id.to_owned(),
        what: format!("the pattern `{pattern}` is not usable: {e}"),
        help: "patterns are those of the regex crate over ASCII bytes: no look-around, no back-references".to_owned(),
    })
}

/// Would ordinary words of a text pass as a beginning?
fn is_common(ways: &[[Bytes; DEPTH]]) -> bool {
    let fits = |word: &[u8], way: &[Bytes; DEPTH]| word.iter().zip(way).all(|(b, set)| set.has(*b));
    ways.iter().any(|way| fits(b"some", way) || fits(b"Some", way))
}

/// Cuts a pattern before its first literal that is no letter or digit: what may stand before, the byte, the rest.
fn split(hir: &Hir) -> Option<(Bytes, u8, Hir)> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let at = parts.iter().position(|p| matches!(p.kind(), HirKind::Literal(l) if l.0.first().is_some_and(|b| !b.is_ascii_alphanumeric() && *b != b' ')))?;
    let HirKind::Literal(literal) = parts[at].kind() else { return None };
    let mut before = Bytes::NONE;
    parts[..at].iter().for_each(|p| before.join_all(p));
    Some((before, *literal.0.first()?, Hir::concat(parts[at..].to_vec())))
}
