//! What the detectors share: the catalogue made ready to be searched.

use std::collections::HashMap;

use crate::detect::labels::Vocabulary;
use crate::detect::matcher::{Matchers, compiles};
use crate::detect::search::{Pattern, Search};
use crate::detect::shapes::Bytes;
use crate::error::{Error, Result};
use crate::rule::{Alone, RuleId, Rules, Value};

/// Kinds of information about health, which identify nobody.
const HEALTH: &[&str] = &["health.diagnosis", "health.drug", "health.lab", "health.note", "health.procedure"];

/// The rules, ready: patterns, labels, where patterns begin, which rules are of a kind.
pub(crate) struct Engine {
    pub(crate) matchers: Matchers,
    pub(crate) words: Vocabulary,
    /// What is asked of every place of a text.
    pub(crate) search: Search,
    /// Rule and number of each pattern that begins at a token's start, in the order of the search's.
    pub(crate) looks: Vec<(RuleId, u16)>,
    /// Those that are known by a byte inside (`@`), and what may stand before it.
    pub(crate) inner: Vec<((RuleId, u16), Bytes)>,
    kinds: HashMap<String, Vec<RuleId>>,
    /// By rule: is it about health, and nobody's identifier?
    health: Vec<bool>,
    /// The rule for names in running text.
    pub(crate) name: Option<RuleId>,
    /// The rule for birth dates beside a name, and the one for dates in notes.
    pub(crate) birth: Option<RuleId>,
    pub(crate) date: Option<RuleId>,
}

impl Engine {
    /// # Errors
    /// [`Error::Rule`] when a pattern is no pattern or a check does not exist.
    pub(crate) fn new(rules: &Rules) -> Result<Self> {
        let ready = rules.is_builtin().then(|| Search::from_bytes(BUILTIN)).flatten();
        Self::with(rules, ready.map_or_else(|| derive(rules), Ok)?)
    }

    /// The same, slow and simple: every pattern is tried at every token. What the other is held against.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub(crate) fn plain(rules: &Rules) -> Result<Self> {
        let search = Search::plain(patterns(rules));
        Self::with(rules, search.map_err(|wrong| unusable(rules, wrong))?)
    }

    fn with(rules: &Rules, search: Search) -> Result<Self> {
        let matchers = Matchers::new(rules)?;
        // The built-in patterns are compiled by a test; a user's must not fail silently when first needed.
        rules.iter().filter(|(id, _)| rules.is_own(*id)).try_for_each(|(_, rule)| compiles(rule))?;
        let id = |(rule, look): (u16, u16)| (RuleId(rule), look);
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
        let about_health = |kind: &&str| kinds.get(*kind).map_or(&[][..], Vec::as_slice);
        let mut health = vec![false; rules.len()];
        for id in HEALTH.iter().flat_map(about_health) {
            health[usize::from(id.0)] = true;
        }
        Ok(Self {
            matchers,
            health,
            words: Vocabulary::new(rules),
            looks: search.looks.iter().copied().map(id).collect(),
            inner: search.inner.iter().map(|(look, before)| (id(*look), *before)).collect(),
            search,
            birth: rules.by_id("date-of-birth").map(|(id, _)| id),
            date: rules.by_id("service-date").map(|(id, _)| id),
            kinds,
            name,
        })
    }

    /// Is it about health and nobody's identifier?
    pub(crate) fn is_health(&self, rule: RuleId) -> bool {
        self.health.get(usize::from(rule.0)).copied().unwrap_or(false)
    }

    /// The rules of a kind, in the order of their ids; or the one rule of this id.
    pub(crate) fn of_kind(&self, kind: &str) -> &[RuleId] {
        self.kinds.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// The search for the built-in rules, made when phivet was built.
const BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/search.bin"));

/// The search for `rules`.
pub(crate) fn derive(rules: &Rules) -> Result<Search> {
    Search::new(patterns(rules)).map_err(|wrong| unusable(rules, wrong))
}

/// The patterns that are tried in running text.
fn patterns(rules: &Rules) -> impl Iterator<Item = Pattern<'_>> {
    let in_text = rules.iter().filter(|(_, rule)| rule.identifier.alone != Alone::Never);
    in_text.flat_map(|(id, rule)| {
        let street = rule.identifier.near.is_some();
        (0u16..).zip(&rule.identifier.looks).map(move |(i, look)| ((id.0, i), look.as_str(), street))
    })
}

fn unusable(rules: &Rules, ((rule, look), why): ((u16, u16), String)) -> Error {
    let rule = rules.get(RuleId(rule));
    let pattern = rule.identifier.looks.get(usize::from(look)).map_or("", String::as_str);
    Error::Rule {
        id: rule.id.clone(),
        what: format!("the pattern `{pattern}` is not usable: {why}"),
        help: "patterns are those of the regex crate over ASCII bytes: no look-around, no back-references".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_in_is_what_the_rules_say() -> Result<()> {
        let search = derive(&Rules::builtin()?)?;
        assert!(search.to_bytes() == BUILTIN, "build.rs and the rules disagree");
        assert!(search.costly.is_empty(), "{:?}", search.costly);
        Ok(())
    }
}
