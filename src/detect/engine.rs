//! What the detectors share: the catalogue made ready to be searched.

use std::collections::HashMap;

use crate::detect::beginnings::Beginnings;
use crate::detect::labels::Vocabulary;
use crate::detect::matcher::{Matchers, compiles};
use crate::detect::shapes::{Bytes, DEPTH};
use crate::detect::sieve::{COARSE, Sieve};
use crate::detect::spots;
use crate::error::{Error, Result};
use crate::rule::{Alone, RuleId, Rules, Value};
use crate::streams::{Classifier, PREFIX, Prefixes};

/// Kinds of information about health, which identify nobody.
const HEALTH: &[&str] = &["health.diagnosis", "health.drug", "health.lab", "health.note", "health.procedure"];

/// The rules, ready: patterns, labels, where patterns begin, which rules are of a kind.
pub(crate) struct Engine {
    pub(crate) matchers: Matchers,
    pub(crate) words: Vocabulary,
    /// Patterns that begin at a token's start; they answer with an index into `looks`.
    pub(crate) starts: Sieve,
    /// Rule and number of each such pattern.
    pub(crate) looks: Vec<(RuleId, u16)>,
    /// Turns text into bit streams.
    pub(crate) classifier: Classifier,
    /// Where patterns may begin, asked of many places at once.
    pub(crate) prefixes: Prefixes,
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
    /// What can stand from that byte on; answers with an index into `patterns`.
    pub(crate) starts: Sieve,
    /// For each pattern its rule and number, and what may stand before the byte.
    pub(crate) patterns: Vec<((RuleId, u16), Bytes)>,
}

impl Engine {
    /// # Errors
    /// [`Error::Rule`] when a pattern is no pattern or a check does not exist.
    pub(crate) fn new(rules: &Rules) -> Result<Self> {
        let matchers = Matchers::new(rules)?;
        // The built-in patterns are compiled by a test; a user's must not fail silently when first needed.
        rules.iter().filter(|(id, _)| rules.is_own(*id)).try_for_each(|(_, rule)| compiles(rule))?;
        let ready = rules.is_builtin().then(|| Beginnings::from_bytes(BUILTIN)).flatten();
        let beginnings = ready.map_or_else(|| derive(rules), Ok)?;
        let mut first = [false; 256];
        for (b, yes) in (0u8..=255).zip(first.iter_mut()) {
            *yes = beginnings.starts.may_begin(b);
        }
        let id = |(rule, look): (u16, u16)| (RuleId(rule), look);
        let bytes: Vec<u8> = beginnings.inner_looks.iter().map(|l| l.2).collect();
        let inner = Inner {
            starts: beginnings.inner,
            patterns: beginnings.inner_looks.iter().map(|l| (id(l.0), l.1)).collect(),
        };
        let mut kinds: HashMap<String, Vec<RuleId>> = HashMap::new();
        for (id, rule) in rules.iter() {
            kinds.entry(rule.identifier.kind.clone()).or_default().push(id);
        }
        // Some formats know the very rule; where a rule is called like a kind, the kind is meant.
        for (id, rule) in rules.iter() {
            kinds.entry(rule.id.clone()).or_insert_with(|| vec![id]);
        }
        let name = rules
            .iter()
            .find(|(_, r)| r.identifier.value == Value::Name && r.identifier.kind == "name")
            .map(|(id, _)| id);
        Ok(Self {
            matchers,
            words: Vocabulary::new(rules),
            prefixes: prefixes(&beginnings.starts),
            starts: beginnings.starts,
            looks: beginnings.looks.into_iter().map(id).collect(),
            classifier: spots::classifier(|b| first[usize::from(b)], |b| bytes.contains(&b)),
            inner,
            birth: rules.by_id("date-of-birth").map(|(id, _)| id),
            date: rules.by_id("service-date").map(|(id, _)| id),
            kinds,
            name,
        })
    }

    /// Is it about health and nobody's identifier?
    pub(crate) fn is_health(&self, rule: RuleId) -> bool {
        HEALTH.iter().any(|kind| self.of_kind(kind).contains(&rule))
    }

    /// The rules of a kind, in the order of their ids; or the one rule of this id.
    pub(crate) fn of_kind(&self, kind: &str) -> &[RuleId] {
        self.kinds.get(kind).map_or(&[], Vec::as_slice)
    }
}

fn prefixes(starts: &Sieve) -> Prefixes {
    Prefixes::new(COARSE / 8, |eight, depth, b| {
        (0..8).fold(0, |set, k| set | u8::from(starts.allows(eight * 8 + k, depth, b)) << k)
    })
}

// As far as the sieve looks, the vector code looks.
const _: () = assert!(DEPTH == PREFIX);

/// How the patterns of the built-in rules begin, derived when phivet was built.
const BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/beginnings.bin"));

/// How the patterns of `rules` begin.
pub(crate) fn derive(rules: &Rules) -> Result<Beginnings> {
    let in_text = rules.iter().filter(|(_, rule)| rule.identifier.alone != Alone::Never);
    let patterns = in_text
        .flat_map(|(id, rule)| (0u16..).zip(&rule.identifier.looks).map(move |(i, look)| ((id.0, i), look.as_str())));
    Beginnings::new(patterns).map_err(|((rule, look), why)| {
        let rule = rules.get(RuleId(rule));
        let pattern = rule.identifier.looks.get(usize::from(look)).map_or("", String::as_str);
        Error::Rule {
            id: rule.id.clone(),
            what: format!("the pattern `{pattern}` is not usable: {why}"),
            help: "patterns are those of the regex crate over ASCII bytes: no look-around, no back-references"
                .to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_in_is_what_the_rules_say() -> Result<()> {
        assert!(derive(&Rules::builtin()?)?.to_bytes() == BUILTIN, "build.rs and the rules disagree");
        Ok(())
    }
}
