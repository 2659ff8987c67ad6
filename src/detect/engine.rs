//! What the detectors share: the catalogue made ready to be searched.

use std::collections::HashMap;

use crate::detect::beginnings::Beginnings;
use crate::detect::labels::Vocabulary;
use crate::detect::matcher::{Matchers, compiles};
use crate::detect::shapes::Bytes;
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
        // The built-in patterns are compiled by a test; a user's must not fail silently when first needed.
        rules.iter().filter(|(id, _)| rules.is_own(*id)).try_for_each(|(_, rule)| compiles(rule))?;
        let ready = rules.is_builtin().then(|| Beginnings::from_bytes(BUILTIN)).flatten();
        let beginnings = ready.map_or_else(|| derive(rules), Ok)?;
        let mut first = [false; 256];
        for (b, yes) in (0u8..=255).zip(first.iter_mut()) {
            *yes = (0..=255u8).any(|second| beginnings.starts.may_begin(b, second));
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
        let name = rules
            .iter()
            .find(|(_, r)| r.identifier.value == Value::Name && r.identifier.kind == "name")
            .map(|(id, _)| id);
        Ok(Self {
            matchers,
            words: Vocabulary::new(rules),
            starts: beginnings.starts,
            looks: beginnings.looks.into_iter().map(id).collect(),
            classes: classes(&first, &bytes),
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
