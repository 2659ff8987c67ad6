//! Flows to findings: how bad, how sure, and the trail, with every document's name as it may be printed.

use std::collections::HashMap;

use crate::detect::{FlowHit, FlowStep};
use crate::document::{Document, line_around};
use crate::judge::allow::{self, Allow};
use crate::judge::finding::Insert;
use crate::judge::place::Places;
use crate::judge::{Finding, Policy, Pos, Profile, Step};
use crate::kind::Kind;
use crate::mask::{self, Masked};
use crate::rule::{Rules, Severity};
use crate::words;

/// How sure a flow is whose every step is known.
const SURE: f32 = 0.95;
/// How sure a flow is that went through code nobody has seen.
const UNSURE: f32 = 0.7;

/// The findings of flows that end in `document`.
pub(crate) fn findings(
    rules: &Rules,
    policy: &Policy,
    document: &Document,
    flows: &[FlowHit],
    allows: &mut [Allow],
    name: &dyn Fn(&str) -> Masked,
) -> Vec<Finding> {
    let mut places = Places::new(document);
    let mut names: HashMap<String, Masked> = HashMap::new();
    let mut name = |text: &str| names.entry(text.to_owned()).or_insert_with(|| name(text)).clone();
    let mut list = Vec::new();
    for flow in flows.iter().filter(|flow| flow.at.end <= document.bytes.len()) {
        let rule = rules.get(flow.rule);
        let confidence = if flow.unsure { UNSURE } else { SURE };
        let advisory = rule.sink.as_ref().is_some_and(|sink| sink.advisory) && policy.profile != Profile::Strict;
        let own = policy.severity.get(&flow.rule).copied();
        // What a program wrote, nobody will derive otherwise.
        let generated = flow.mild && document.kind == Kind::Generated;
        let unwanted = policy.ignore.contains(&flow.rule) || advisory && own.is_none() || generated;
        if unwanted || confidence < policy.min_confidence.unwrap_or(0.5) {
            continue;
        }
        let line = line_around(&document.bytes, flow.at.start);
        let at = flow.at.start..flow.at.end.min(line.end).max(flow.at.start);
        let (excerpt, marked) = mask::code_excerpt(&document.bytes, line, at, is_code);
        list.push(Finding {
            rule: flow.rule,
            kind: rule.identifier.kind.clone(),
            severity: own.unwrap_or(severity(rule.severity, flow)),
            confidence,
            phi: true,
            document: name(&document.name),
            start_byte: document.first_byte + flow.at.start as u64,
            end_byte: document.first_byte + flow.at.end as u64,
            start: places.pos(flow.at.start),
            end: places.pos(flow.at.end),
            excerpt,
            marked,
            trail: flow.trail.iter().map(|step| shown(step, &mut name)).collect(),
            evidence: vec![flow.kinds.join(", ").into()],
            in_column: None,
            edit: flow.edit.as_ref().map(|edit| Insert { at: places.pos(edit.at), text: edit.text.to_owned() }),
            exposure: None,
            seal: None,
            fingerprint: String::new(),
            more: 0,
            suppressed: allow::covering(&document.bytes, allows, &rule.id, &flow.at),
            note: flow.advice.clone(),
        });
    }
    list
}

/// May a word of a program be shown: is it nobody's name, or an everyday word?
fn is_code(word: &[u8]) -> bool {
    let facts = words::facts(word);
    facts.given().max(facts.surname()) == 0 || facts.common() >= 4
}

fn severity(of_rule: Severity, flow: &FlowHit) -> Severity {
    let most = match (flow.mild, flow.unsure) {
        (true, _) => Severity::Note,
        (false, true) => Severity::Warning,
        (false, false) => Severity::Error,
    };
    of_rule.min(most)
}

fn shown(step: &FlowStep, name: &mut dyn FnMut(&str) -> Masked) -> Step {
    let pos = |(line, column): (u64, u64)| Pos { line, column };
    let (excerpt, marked) = mask::code_excerpt(step.line.as_bytes(), 0..step.line.len(), step.at.clone(), is_code);
    Step {
        document: name(&step.document),
        start: pos(step.places[0]),
        end: pos(step.places[1]),
        excerpt,
        marked,
        says: step.says.to_owned(),
    }
}
