//! What the detectors share: the catalogue made ready to be searched.

use std::collections::HashMap;

use crate::detect::labels::Vocabulary;
use crate::detect::matcher::{Matchers, compiles};
use crate::detect::openings::{Openings, first_bytes};
use crate::detect::search::{Look, Pattern, Search, parse};
use crate::error::{Error, Result};
use crate::rule::{Alone, RuleId, Rules, Value};

/// Kinds of information about health, which identify nobody.
const HEALTH: &[&str] = &["health.diagnosis", "health.drug", "health.lab", "health.note", "health.procedure"];

/// The rules, ready: patterns, labels, where patterns begin, which rules are of a kind.
pub(crate) struct Engine {
    pub(crate) matchers: Matchers,
    pub(crate) words: Vocabulary,
    /// How patterns of the built-in rules are found, and which of them: a rule may be missing, or be a user's.
    pub(crate) search: Search,
    pub(crate) looks: Vec<Option<RuleLook>>,
    pub(crate) streets: Vec<RuleLook>,
    pub(crate) inner: Vec<Option<RuleLook>>,
    /// The same of other rules.
    pub(crate) own: Option<Own>,
    /// Without vector instructions, every pattern tried at every token? What the other way is held against.
    pub(crate) plain: bool,
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
        Self::with(rules, false)
    }

    /// The same, slow and simple: every pattern is tried at every token. What the other is held against.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub(crate) fn plain(rules: &Rules) -> Result<Self> {
        Self::with(rules, true)
    }

    fn with(rules: &Rules, plain: bool) -> Result<Self> {
        let search = Search::from_bytes(BUILTIN).ok_or_else(|| broken("search.bin"))?;
        let known = known(rules, plain);
        let id = |(rule, look): Look| known.get(usize::from(rule)).copied().flatten().map(|rule| (rule, look));
        let matchers = Matchers::new(rules)?;
        // The built-in patterns are compiled by a test; a user's must not fail silently when first needed.
        rules.iter().filter(|(id, _)| rules.is_own(*id)).try_for_each(|(_, rule)| compiles(rule))?;
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
            streets: search.streets.iter().copied().filter_map(id).collect(),
            inner: search.inner.iter().map(|(look, _)| id(*look)).collect(),
            search,
            own: Own::new(rules, &known, plain)?,
            plain,
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

    /// Patterns that may match at tokens of `text`: where, and which. For short texts.
    pub(crate) fn openings(&self, text: &[u8]) -> Vec<(usize, RuleLook)> {
        let (mut all, mut found) = (Vec::new(), Vec::new());
        for at in (0..text.len()).filter(|at| is_free(text, *at)) {
            self.search.openings.at(&text[at..], &mut found);
            all.extend(found.drain(..).filter_map(|number| self.looks[usize::from(number)]).map(|look| (at, look)));
            all.extend(self.inner.iter().flatten().map(|look| (at, *look)));
            if text[at].is_ascii_digit() {
                all.extend(self.streets.iter().map(|look| (at, *look)));
            }
            if let Some(own) = &self.own {
                own.at(&text[at..], &mut found);
                all.extend(found.drain(..).map(|number| (at, own.looks[usize::from(number)])));
            }
        }
        all
    }
}

/// A rule, and the number of one of its patterns.
pub(crate) type RuleLook = (RuleId, u16);

/// May a token begin at `at`?
pub(crate) fn is_free(text: &[u8], at: usize) -> bool {
    at == 0 || !WORD[usize::from(text[at - 1])]
}

/// How many first bytes are asked for before the automaton reads.
const FIRST: usize = 4;

/// Patterns of rules that are not built in: they are tried at tokens.
pub(crate) struct Own {
    pub(crate) looks: Vec<RuleLook>,
    how: How,
    /// For each of the first bytes of a match: may it be this byte, in eight groups of patterns, a bit each?
    first: Box<[[u8; 256]; FIRST]>,
    /// Those that ordinary text is full of places for.
    pub(crate) costly: Vec<RuleLook>,
}

/// How it is known which of them may match at a place.
enum How {
    /// All of them may, everywhere.
    All,
    /// By how they open.
    Openings(Box<Openings>),
}

impl Own {
    /// `None` where all patterns are known.
    fn new(rules: &Rules, known: &[Option<RuleId>], plain: bool) -> Result<Option<Self>> {
        let is_known = |rule: u16| known.contains(&Some(RuleId(rule)));
        let own: Vec<Pattern<'_>> = patterns(rules).filter(|((rule, _), ..)| !is_known(*rule)).collect();
        let id = |(rule, look): &Look| (RuleId(*rule), *look);
        if own.is_empty() {
            return Ok(None);
        }
        if plain {
            let looks = own.iter().map(|(look, ..)| id(look)).collect();
            return Ok(Some(Self {
                looks,
                how: How::All,
                first: Box::new([[u8::MAX; 256]; FIRST]),
                costly: Vec::new(),
            }));
        }
        let mut first = Box::new([[0; 256]; FIRST]);
        for (number, pattern) in own.iter().enumerate() {
            let bytes = parse(pattern.1).and_then(|hir| first_bytes(&hir, FIRST));
            let bytes = bytes.map_err(|why| unusable(rules, (pattern.0, why)))?;
            let group = 1 << (number * 8 / own.len());
            for (place, table) in first.iter_mut().enumerate() {
                let may = |byte: u8| bytes.get(place).is_none_or(|set| set.has(byte));
                (0..=255).filter(|byte| may(*byte)).for_each(|byte| table[usize::from(byte)] |= group);
            }
        }
        let search = Search::own(own.into_iter()).map_err(|wrong| unusable(rules, wrong))?;
        let all = |looks: &[Look]| looks.iter().map(id).collect();
        let (looks, costly) = (all(&search.looks), all(&search.costly));
        Ok(Some(Self { looks, how: How::Openings(Box::new(search.openings)), first, costly }))
    }

    /// A quick no for most places.
    #[inline]
    pub(crate) fn may_match(&self, text: &[u8]) -> bool {
        let Some(first) = text.first_chunk::<FIRST>() else { return true };
        self.first.iter().zip(first).fold(u8::MAX, |groups, (table, byte)| groups & table[usize::from(*byte)]) != 0
    }

    /// Which patterns may match at the start of `text`, by their numbers, into `found`.
    pub(crate) fn at(&self, text: &[u8], found: &mut Vec<u16>) {
        match &self.how {
            How::Openings(openings) => openings.at(text, found),
            How::All => found.extend(0..self.looks.len() as u16),
        }
    }
}

/// Bytes of words.
static WORD: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], 0);
    while byte < 256 {
        table[byte] = byte >= 0x80 || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// The ids of the built-in rules, in the order of their numbers.
const IDS: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.txt"));

/// For each built-in rule what it is here, unless it is missing or a user's. Who wants it `plain` knows none.
fn known(rules: &Rules, plain: bool) -> Vec<Option<RuleId>> {
    if plain {
        return Vec::new();
    }
    if rules.is_builtin() {
        return (0..rules.len() as u16).map(|id| Some(RuleId(id))).collect();
    }
    let here: HashMap<&str, RuleId> =
        rules.iter().filter(|(id, _)| !rules.is_own(*id)).map(|(id, rule)| (rule.id.as_str(), id)).collect();
    IDS.lines().map(|id| here.get(id).copied()).collect()
}

fn broken(what: &str) -> Error {
    let what = format!("the built-in {what} is broken");
    Error::Rule { id: "catalogue".to_owned(), what, help: "build phivet anew".to_owned() }
}

/// The search for the built-in rules, made when phivet was built.
const BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/search.bin"));

/// The patterns that are tried in running text.
pub(crate) fn patterns(rules: &Rules) -> impl Iterator<Item = Pattern<'_>> {
    let in_text = rules.iter().filter(|(_, rule)| rule.identifier.alone != Alone::Never);
    in_text.flat_map(|(id, rule)| {
        let street = rule.identifier.near.is_some();
        (0u16..).zip(&rule.identifier.looks).map(move |(i, look)| ((id.0, i), look.as_str(), street))
    })
}

fn unusable(rules: &Rules, ((rule, look), why): (Look, String)) -> Error {
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
        let rules = Rules::builtin()?;
        let search = Search::builtin(patterns(&rules), include_bytes!("../streams/ordinary.txt"))
            .map_err(|wrong| unusable(&rules, wrong))?;
        assert!(search.to_bytes() == BUILTIN, "build.rs and the rules disagree");
        assert!(search.costly.is_empty(), "{:?}", search.costly);
        Ok(())
    }
}
