//! Rules into what the analysis asks: vocabulary, sinks, barriers.

use rustc_hash::FxHashSet;

use super::ir::How;
use super::names::{Role, Vocabulary, key, phrase};
use super::rust::{self, Grammar, Language};
use super::solve::spec::{Reveals, Spec};
use crate::rule::{Barriers, Calls, Companion, Methods, Party, Reveal, Rule, Shape, Sink, Texts};

/// What an identifier's rule says of names.
pub struct Called<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Is it a provider's?
    pub provider: bool,
    /// Strong labels.
    pub called: &'a Texts,
    /// Labels that count inside a person.
    pub with_owner: &'a Texts,
}

impl<'a> Called<'a> {
    /// What a rule says.
    #[must_use]
    pub fn of(rule: &'a Rule) -> Self {
        let identifier = &rule.identifier;
        Self {
            kind: &identifier.kind,
            provider: identifier.party == Party::Provider,
            called: &identifier.called,
            with_owner: &identifier.called_with_owner,
        }
    }
}

/// Kinds whose labels name things of software everywhere: in code they count inside a person only.
const LOOSE: &[&str] = &[
    "url",
    "ip",
    "device",
    "vehicle",
    "account",
    "license",
    "date",
    "other_id",
    "biometric",
    "photo",
    "city",
    "address",
    "zip",
];

/// Kinds whose labels mean nothing else.
const STRONG: &[&str] = &["ssn", "mrn", "dob"];

/// Adds the labels of the rules; `nothing` are phrases that mean nothing in code.
pub fn fill<'a>(vocabulary: &mut Vocabulary, nothing: &[String], rules: impl Iterator<Item = Called<'a>>) {
    let nothing: FxHashSet<u64> = nothing.iter().map(|name| key(&phrase(name))).collect();
    let rules: Vec<Called> = rules.filter(|rule| !rule.provider && !rule.kind.starts_with("safeguard.")).collect();
    vocabulary.reserve(rules.iter().map(|rule| rule.called.each().count() + rule.with_owner.each().count()).sum());
    for rule in rules {
        let role = if LOOSE.contains(&rule.kind) { Role::Weak } else { Role::Health };
        let called = rule.called.each().map(|phrase| {
            let sure = STRONG.contains(&rule.kind) && phrase.len() > 3 || phrase.split(' ').any(|w| w == "patient");
            (phrase, if sure { Role::Strong } else { role })
        });
        let with_owner = rule.with_owner.each().filter(|p| p.contains(' ')).map(|phrase| (phrase, Role::Weak));
        vocabulary.add_all(called.chain(with_owner), rule.kind, &nothing);
    }
}

/// Sinks and barriers, ready to be asked: for those who solve, and for those who read a file.
#[must_use]
pub fn compile<'a>(sinks: impl Iterator<Item = (u16, &'a str, &'a Sink)>, barriers: &Barriers) -> (Spec, Language) {
    let (mut spec, mut language) = (Spec::default(), Language::default());
    spec.verbs = barriers.verbs.iter().cloned().collect();
    spec.opaque = barriers.types.iter().cloned().collect();
    spec.verbs.extend(barriers.functions.iter().cloned());
    language.verbs.clone_from(&barriers.verbs);
    language.verbs.extend(barriers.functions.iter().cloned());
    for (does, names) in rust::known::METHODS {
        for name in *names {
            spec.known.entry(name).or_insert(*does);
        }
    }
    for (rule, id, sink) in sinks {
        match id {
            "phi-in-output" => spec.output = Some(rule),
            "phi-in-log-file" => spec.log_file = Some(rule),
            _ => {}
        }
        match sink.companion {
            Some(Companion::DerivedDebug) => spec.derives = Some(rule),
            Some(Companion::ReturnsInput) => spec.returns_input = Some(rule),
            None => {}
        }
        if !sink.kinds.is_empty() {
            spec.kinds.insert(rule, sink.kinds.clone());
        }
        add_sink(&mut spec, &mut language, rule, sink);
    }
    (spec, language)
}

/// Adds macros and functions that a project names: they log.
pub fn add_own(spec: &mut Spec, language: &mut Language, names: &[String]) {
    let rule = spec.macros.get("info").and_then(|rules| rules.first()).map_or(0, |(rule, _)| *rule);
    for name in names {
        if let Some(name) = name.strip_suffix('!') {
            let last = name.rsplit("::").next().unwrap_or(name).to_owned();
            spec.macros.entry(last.clone()).or_default().push((rule, Vec::new()));
            language.grammars.entry(last).or_default();
            continue;
        }
        let path: Vec<String> = name.split("::").map(str::to_owned).collect();
        let last = path.last().cloned().unwrap_or_default();
        let reveals = Reveals { rule, path, how: Some(How::Display), ..Reveals::default() };
        spec.methods.entry(last.clone()).or_default().push(reveals.clone());
        spec.calls.entry(last).or_default().push(reveals);
    }
}

fn add_sink(spec: &mut Spec, language: &mut Language, rule: u16, sink: &Sink) {
    for macros in &sink.macros {
        for name in &macros.names {
            spec.macros.entry(name.clone()).or_default().push((rule, macros.from.clone()));
            let grammar = Grammar {
                shape: match macros.shape {
                    Shape::Event => rust::Shape::Event,
                    Shape::Span => rust::Shape::Span,
                    Shape::Format => rust::Shape::Format,
                    Shape::Operands => rust::Shape::Operands,
                    Shape::Labels => rust::Shape::Labels,
                    Shape::Attribute => continue,
                },
                skip: macros.skip,
                through: macros.through,
                makes: macros.makes,
                ends: macros.ends,
                statement: macros.statement,
            };
            language.grammars.entry(name.clone()).or_insert(grammar);
        }
    }
    for calls in &sink.calls {
        for path in &calls.paths {
            let reveals = of_call(rule, path, calls);
            spec.calls.entry(reveals.path.last().cloned().unwrap_or_default()).or_default().push(reveals);
        }
    }
    for methods in &sink.methods {
        for name in &methods.names {
            spec.methods.entry(name.clone()).or_default().push(of_method(rule, methods));
        }
    }
    for structs in &sink.structs {
        for path in &structs.paths {
            let path: Vec<String> = path.split("::").map(str::to_owned).collect();
            let last = path.last().cloned().unwrap_or_default();
            spec.structs.entry(last).or_default().push((rule, path, structs.fields.clone()));
        }
    }
}

fn how(reveal: Reveal) -> Option<How> {
    match reveal {
        Reveal::Value => Some(How::Value),
        Reveal::Display => Some(How::Display),
        Reveal::Debug => Some(How::Debug),
        Reveal::Serialize => Some(How::Serialize),
        Reveal::Query => None,
    }
}

fn of_call(rule: u16, path: &str, calls: &Calls) -> Reveals {
    Reveals {
        rule,
        path: path.split("::").map(str::to_owned).collect(),
        args: calls.args.clone(),
        how: how(calls.how),
        first: calls.first.clone(),
        statement: calls.statement,
        ..Reveals::default()
    }
}

fn of_method(rule: u16, methods: &Methods) -> Reveals {
    Reveals {
        rule,
        args: methods.args.clone(),
        how: how(methods.how),
        on: methods.on.clone(),
        with: methods.with.clone(),
        error: methods.error,
        statement: methods.statement,
        text: methods.text,
        ..Reveals::default()
    }
}
