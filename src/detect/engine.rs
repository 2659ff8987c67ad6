//! What the detectors share: the catalogue made ready to be searched.

use std::collections::HashMap;

use regex_syntax::hir::{Hir, HirKind};

use crate::detect::labels::Vocabulary;
use crate::detect::matcher::Matchers;
use crate::detect::shapes::{Bytes, DEPTH, Starts, first_bytes};
use crate::error::{Error, Result};
use crate::rule::{Alone, RuleId, Rules, Value};

/// The rules, ready: patterns, labels, where patterns begin, which rules are of a kind.
pub(crate) struct Engine {
    pub(crate) matchers: Matchers,
    pub(crate) words: Vocabulary,
    /// Patterns that begin at a token's start; they answer with their rule.
    pub(crate) starts: Starts,
    /// Can any pattern begin with this byte?
    pub(crate) first: [bool; 256],
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
    /// Is it such a byte?
    pub(crate) byte: [bool; 256],
    /// What can stand from that byte on; answers with an index into `patterns`.
    pub(crate) starts: Starts,
    /// For each pattern its rule and what may stand before the byte.
    pub(crate) patterns: Vec<(RuleId, Bytes)>,
}

impl Engine {
    /// # Errors
    /// [`Error::Rule`] when a pattern is no pattern or a check does not exist.
    pub(crate) fn new(rules: &Rules) -> Result<Self> {
        let mut starts = Vec::new();
        let mut inner = Vec::new();
        let mut first = [false; 256];
        for (id, rule) in rules.iter() {
            let mut ways = Vec::new();
            if rule.identifier.alone != Alone::Never {
                for look in &rule.identifier.looks {
                    let hir = parse(&rule.id, look)?;
                    let own = first_bytes(&hir);
                    match is_common(&own).then(|| split(&hir)).flatten() {
                        Some((before, byte, rest)) => inner.push((id, before, byte, first_bytes(&rest))),
                        None => ways.extend(own),
                    }
                }
            }
            for (b, yes) in (0u8..=255).zip(first.iter_mut()) {
                *yes |= ways.iter().any(|w| w[0].has(b));
            }
            starts.push(ways);
        }
        let mut kinds: HashMap<String, Vec<RuleId>> = HashMap::new();
        for (id, rule) in rules.iter() {
            kinds.entry(rule.identifier.kind.clone()).or_default().push(id);
        }
        let name = rules
            .iter()
            .find(|(_, r)| r.identifier.value == Value::Name && r.identifier.kind == "name")
            .map(|(id, _)| id);
        Ok(Self {
            matchers: Matchers::new(rules)?,
            words: Vocabulary::new(rules),
            starts: Starts::new(&starts),
            first,
            inner: Inner::new(inner),
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

type InnerPattern = (RuleId, Bytes, u8, Vec<[Bytes; DEPTH]>);

impl Inner {
    fn new(patterns: Vec<InnerPattern>) -> Self {
        let mut byte = [false; 256];
        patterns.iter().for_each(|p| byte[usize::from(p.2)] = true);
        let starts: Vec<_> = patterns.iter().map(|p| p.3.clone()).collect();
        Self { byte, starts: Starts::new(&starts), patterns: patterns.into_iter().map(|p| (p.0, p.1)).collect() }
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
