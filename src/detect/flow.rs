//! Does a value that identifies a patient reach a log? Asked of source code, without a compiler.
//!
//! `rust::read` turns a file into facts (items and bodies in a form of our own, no text but identifiers); a
//! [`solve::Solver`] looks at all facts of a workspace at once. Only `rust/` knows Rust's syntax; `solve/` knows no
//! language. What is a source is told by the words of rules and `rules/vocabulary/code.tsv`, what is a sink by
//! `rules/sinks/`, what leaves nothing to be known by `rules/barriers/`.

pub mod ir;
pub mod names;
pub mod rust;
pub mod solve;
pub mod words;
pub mod workspace;

use crate::rule::{Barriers, RuleId, Rules};
use names::Vocabulary;
use rust::Language;
use solve::spec::Spec;

/// What a project says of its own code.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Names of fields and variables that are PHI, with their kind.
    pub sources: Vec<(String, String)>,
    /// Names of functions that leave nothing of their argument to be known.
    pub sanitizers: Vec<String>,
    /// Names of macros and functions that reveal, beside those of the rules.
    pub sinks: Vec<String>,
    /// Names that are nobody's.
    pub safe: Vec<String>,
    /// Look at test code too?
    pub tests: bool,
}

/// The analysis, built once from the rules.
pub struct Analysis {
    /// What names say.
    pub vocabulary: Vocabulary,
    /// What reveals.
    pub spec: Spec,
    /// How files are read; macros of a workspace are added to a copy.
    pub language: Language,
    /// The rules, by the numbers that flows have.
    pub rules: Vec<RuleId>,
    /// Look at test code too?
    pub tests: bool,
}

impl Analysis {
    /// The analysis for these rules and what a project says of its own.
    #[must_use]
    pub fn new(rules: &Rules, own: &Own) -> Self {
        let mut vocabulary = Vocabulary::default();
        for (name, kind) in &own.sources {
            vocabulary.add(name, kind, names::Role::Strong);
        }
        let mut nothing = vocabulary.add_rows(include_str!("../../rules/vocabulary/code.tsv"));
        nothing.extend(own.safe.iter().cloned());
        own.safe.iter().for_each(|name| vocabulary.forget(name));
        let called = rules.iter().filter(|(_, rule)| rule.sink.is_none()).map(|(_, rule)| words::Called::of(rule));
        words::fill(&mut vocabulary, &nothing, called);
        let sinks: Vec<_> = rules.iter().filter(|(_, rule)| rule.sink.is_some()).collect();
        let ids = sinks.iter().map(|(id, _)| *id).collect();
        let numbered = (0u16..).zip(&sinks);
        let numbered = numbered.filter_map(|(i, (_, rule))| Some((i, rule.id.as_str(), rule.sink.as_ref()?)));
        let mut barriers = Barriers::builtin();
        barriers.functions.extend(own.sanitizers.iter().cloned());
        let (mut spec, mut language) = words::compile(numbered, &barriers);
        words::add_own(&mut spec, &mut language, &own.sinks);
        language.declared =
            own.sources.iter().map(|(name, _)| names::split(name)).filter(|words| !words.is_empty()).collect();
        Self { vocabulary, spec, language, rules: ids, tests: own.tests }
    }

    /// Has the catalogue any sink?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
