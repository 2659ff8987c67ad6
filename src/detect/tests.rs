//! The filter before the patterns loses nothing: what a naive search finds, the pass finds too.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::engine::Engine;
use super::{Clues, Detector, Hit, Sight, Text};
use crate::document::Document;
use crate::fields::Holds;
use crate::kind::Kind;
use crate::rule::{Alone, RuleId, Rules};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::builtin().expect("the built-in rules"));
static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| Arc::new(Engine::new(&RULES).expect("an engine")));

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// Can a token begin at `at`?
fn starts(text: &[u8], at: usize) -> bool {
    at == 0 || !is_word(text[at - 1])
}

/// What every pattern finds at every token: rule, place, and whether it is one that is known by a byte inside.
fn naive(text: &[u8]) -> Vec<(RuleId, Range<usize>, bool)> {
    let inner = |rule, look| ENGINE.inner.contains(&Some((rule, look)));
    let mut found = Vec::new();
    for at in (0..text.len()).filter(|at| starts(text, *at)) {
        for (id, rule) in RULES.iter().filter(|(_, rule)| rule.identifier.alone != Alone::Never) {
            for (look, _) in (0u16..).zip(&rule.identifier.looks) {
                // What must stand near is part of the rule, not of the filter.
                let matcher = ENGINE.matchers.get(id);
                if matcher.is_near(&text[at..])
                    && let Some(m) = matcher.look(look, text, at)
                {
                    found.push((id, at..m.end, inner(id, look)));
                }
            }
        }
    }
    found
}

fn hits(text: &[u8]) -> Vec<Hit> {
    let mut seen = Sight::default();
    let document = Document::new("x.log", Kind::Log, text.to_vec());
    Text(Arc::clone(&ENGINE)).detect((&document, Holds::of(&document)), &mut seen);
    seen.hits.retain(|hit| hit.clues.has(Clues::SHAPE));
    seen.hits
}

/// What the pass loses of a text, in words.
fn lost(text: &[u8]) -> Vec<String> {
    let hits = hits(text);
    let is_found = |(rule, at, inner): &(RuleId, Range<usize>, bool)| {
        let overlaps = |hit: &Hit| hit.at.start < at.end && at.start < hit.at.end;
        hits.iter().any(|hit| hit.rule == Some(*rule) && if *inner { overlaps(hit) } else { hit.at == *at })
    };
    let tell = |(rule, at, _): (RuleId, Range<usize>, bool)| {
        format!("{} at {}: {}", RULES.get(rule).id, at.start, String::from_utf8_lossy(&text[at.clone()]))
    };
    naive(text).into_iter().filter(|found| !is_found(found)).map(tell).collect()
}

fn examples() -> Vec<&'static str> {
    RULES.iter().flat_map(|(_, rule)| rule.examples.hit.iter().map(String::as_str)).collect()
}

#[test]
fn the_filter_loses_nothing_of_the_examples() {
    let lost: Vec<String> = examples().iter().flat_map(|text| lost(text.as_bytes())).collect();
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Pieces of examples, glued together at random.
    #[test]
    fn the_filter_loses_nothing(
        pieces in prop::collection::vec((prop::sample::select(examples()), 0usize..40, 0usize..60, "[ ,;:=|\t\n\"'(/.@-]?"), 1..12),
    ) {
        let mut text = String::new();
        for (example, from, len, glue) in pieces {
            text.extend(example.chars().skip(from).take(len));
            text.push_str(&glue);
        }
        let lost = lost(text.as_bytes());
        prop_assert!(lost.is_empty(), "in {text}\n{}", lost.join("\n"));
    }
}
