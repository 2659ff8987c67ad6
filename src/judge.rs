//! Hits to findings: what stands, how sure it is, whether it is PHI, how bad. The last place that sees bytes.

use std::collections::HashMap;
use std::ops::Range;

use crate::detect::engine::Engine;
use crate::detect::{Clues, FlowHit, Hit};
use crate::document::Document;
use crate::fields::Owner;
use crate::kind::Kind;
use crate::mask::Masked;
use crate::rule::{RuleId, Rules, Severity};

mod allow;
mod attribution;
pub mod baseline;
mod context;
pub mod finding;
mod flows;
mod health;
pub(crate) mod named;
mod overlap;
mod place;
pub mod policy;
mod records;
pub mod score;
mod verdict;

use context::{Around, Lines, Page, Said};
pub use finding::{Finding, Pos, Skipped, Step};
use place::Places;
pub use policy::{Policy, Profile};
use score::Seen;
use verdict::verdict;

/// The judge: pure, built once.
pub(crate) struct Judge {
    lines: Lines,
    unused_allow: Option<RuleId>,
}

/// A hit with its verdict so far.
struct Judged {
    hit: Hit,
    own: f32,
    partners: f32,
    around: Around,
}

impl Judged {
    fn log_odds(&self) -> f32 {
        self.own + self.partners
    }
}

/// Says where a document's name holds identifiers.
pub(crate) type InName<'a> = &'a dyn Fn(&str) -> Vec<Range<usize>>;

/// What the detectors found in a document.
pub(crate) struct Found<'a> {
    /// Identifiers.
    pub(crate) hits: Vec<Hit>,
    /// PHI that reaches a sink.
    pub(crate) flows: &'a [FlowHit],
    /// Where the document's name holds identifiers; asked only where something else was found.
    pub(crate) in_name: InName<'a>,
    /// May there be comments that allow something?
    pub(crate) allows: bool,
    /// Where the document first speaks of patients.
    pub(crate) patients: Option<usize>,
    /// Is every finding told by itself? Otherwise the first few of a rule may stand for the rest.
    pub(crate) all: bool,
}

/// Findings, and where further ones begin that some of them stand for ([`Finding::more`]).
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) findings: Vec<Finding>,
    pub(crate) folded: Vec<usize>,
}

/// How many findings of a rule in a document are shown one by one.
pub(crate) const SHOWN: usize = 3;

impl Judge {
    pub(crate) fn new(rules: &Rules) -> Self {
        Self { lines: Lines::new(), unused_allow: rules.by_id("unused-allow").map(|(id, _)| id) }
    }

    /// The findings among `hits`, in the order they stand.
    pub(crate) fn judge(
        &self,
        rules: &Rules,
        engine: &Engine,
        policy: &Policy,
        document: &Document,
        found: Found<'_>,
    ) -> Told {
        let Found { hits, flows, in_name, allows, patients, all } = found;
        let mut allows = if allows { allow::read(&document.bytes) } else { Vec::new() };
        let hits = overlap::resolve(hits, rules, document.kind, policy.profile == Profile::Strict);
        let sights = if hits.len() > FEW { &STEPS[STEPS.len() - 1..] } else { &STEPS[..] };
        let weighed =
            (!hits.is_empty()).then(|| self.weighed((rules, engine), policy, (document, patients), hits, sights));
        let mut told = match weighed {
            Some(weighed) if !weighed.shown.is_empty() => {
                told((rules, engine), policy, document, (&weighed, in_name, all), &mut allows)
            }
            _ => Told::default(),
        };
        let findings = &mut told.findings;
        if !flows.is_empty() {
            let name = |name: &str| self.name(name, in_name(name));
            findings.extend(flows::findings(rules, policy, document, flows, &mut allows, &name));
            findings.sort_by_key(|finding| finding.start_byte);
        }
        if let Some(rule) = self.unused_allow.filter(|id| !allows.is_empty() && !policy.ignore.contains(id)) {
            let name = named::masked_name(document, (&[], &[]), in_name(&document.name));
            allow::unused(allows, rules, rule, (document, &name), findings);
        }
        told
    }

    /// A document's name as it may be printed, before anything is known of its content.
    pub(crate) fn name(&self, name: &str, in_name: Vec<Range<usize>>) -> Masked {
        named::masked_name(&Document::new(name, Kind::Unknown, Vec::new()), (&[], &[]), in_name)
    }

    /// Hits with their weights, and which of them are shown.
    fn weighed(
        &self,
        (rules, engine): (&Rules, &Engine),
        policy: &Policy,
        (document, patients): (&Document, Option<usize>),
        mut hits: Vec<Hit>,
        sights: &[Sight],
    ) -> Weighed {
        let mut page = Page::of(document, patients);
        page.people = hits.iter().filter(|h| speaks_of_a_person(h, rules)).count();
        let mut weighed = Weighed { judged: Vec::new(), shown: Vec::new(), page };
        // First it is seen whether what surrounds a few hits could matter: to read that takes longer than to weigh them.
        for sight in sights {
            if *sight == Sight::All {
                weighed.page.read(document);
            }
            let hits = if weighed.judged.is_empty() { std::mem::take(&mut hits) } else { weighed.hits() };
            weighed.judged = self.weigh(rules, engine, (document, &weighed.page, *sight), hits, &policy.without);
            weighed.shown = shown(rules, policy, (document, &weighed.page), &weighed.judged);
            if weighed.shown.is_empty() {
                break;
            }
        }
        weighed
    }

    fn weigh(
        &self,
        rules: &Rules,
        engine: &Engine,
        (document, page, sight): (&Document, &Page, Sight),
        hits: Vec<Hit>,
        without: &[String],
    ) -> Vec<Judged> {
        let mut judged: Vec<Judged> = Vec::with_capacity(hits.len());
        let mut said = Said::default();
        for hit in hits {
            let Some(id) = hit.rule else { continue };
            let around = match sight {
                Sight::Hits => Around::at_best(),
                _ => self.lines.around(document, (&hit, id), &engine.words, &mut said),
            };
            let rule = rules.get(id);
            let own = score::alone(&Seen { hit: &hit, rule, page, around }, without);
            judged.push(Judged { hit, own, partners: 0.0, around });
        }
        if !without.iter().any(|w| w == score::PARTNERS_SAY) {
            records::partners(document, rules, &mut judged);
        }
        judged
    }
}

/// What the hits of a document weigh.
struct Weighed {
    page: Page,
    judged: Vec<Judged>,
    /// Those that are reported: which, by what rule, whether it is PHI, how bad.
    shown: Vec<(usize, RuleId, bool, Severity)>,
}

impl Weighed {
    /// The hits, without their weights.
    fn hits(&mut self) -> Vec<Hit> {
        std::mem::take(&mut self.judged).into_iter().map(|judged| judged.hit).collect()
    }
}

/// What hits are weighed by. Of what is not read yet, the best is assumed: with less in sight, more is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// By themselves.
    Hits,
    /// By their lines, too.
    Lines,
    /// By the whole document.
    All,
}

/// In steps, as long as something is shown.
const STEPS: [Sight; 3] = [Sight::Hits, Sight::Lines, Sight::All];

/// So many hits are weighed again sooner than a document is read for words of health.
const FEW: usize = 64;

/// Which hits are reported.
fn shown(
    rules: &Rules,
    policy: &Policy,
    (document, page): (&Document, &Page),
    judged: &[Judged],
) -> Vec<(usize, RuleId, bool, Severity)> {
    let health = records::Health::of(rules, page, judged);
    let shown = |(i, judged): (usize, &Judged)| {
        let rule = judged.hit.rule.filter(|_| document.owns(judged.hit.at.start))?;
        let phi = health.is_phi(rules.get(rule), judged, i);
        let severity = verdict(rules.get(rule), rule, judged, (phi, health.is_person(i)), policy)?;
        Some((i, rule, phi, severity))
    };
    judged.iter().enumerate().filter_map(shown).collect()
}

/// The findings for what is reported.
fn told(
    (rules, engine): (&Rules, &Engine),
    policy: &Policy,
    document: &Document,
    (weighed, in_name, all): (&Weighed, InName<'_>, bool),
    allows: &mut [allow::Allow],
) -> Told {
    let Weighed { page, judged, shown } = weighed;
    let spans: Vec<Range<usize>> = judged.iter().map(|j| j.hit.at.clone()).collect();
    let names = |j: &&Judged| {
        let kind = j.hit.rule.map_or("", |rule| rules.get(rule).identifier.kind.as_str());
        matches!(kind, "name" | "email") && j.log_odds() > 0.0
    };
    let people: Vec<Range<usize>> = judged.iter().filter(names).map(|j| j.hit.at.clone()).collect();
    let name = match policy.places_only {
        true => Masked::default(),
        false => named::masked_name(document, (&spans, &people), in_name(&document.name)),
    };
    let mut places = Places::new(document);
    // Those of a column are counted by themselves, and what is allowed is told by itself: then every line counts.
    let columns = || shown.iter().any(|&(i, ..)| judged[i].hit.clues.has(Clues::COLUMN));
    let mut folding = (!all && shown.len() > SHOWN && allows.is_empty() && !columns()).then(Folding::default);
    let mut told = Told::default();
    told.findings.reserve_exact(if folding.is_none() { shown.len() } else { 0 });
    for &(i, id, phi, severity) in shown {
        let (rule, judged) = (rules.get(id), &judged[i]);
        if folding.as_mut().is_some_and(|folding| folding.folds(id, severity, &mut told.findings)) {
            told.folded.push(judged.hit.at.start);
            continue;
        }
        let mut finding =
            places.finding(rule, judged, engine, (!policy.places_only).then_some((&spans[..], name.clone())));
        finding.rule = id;
        finding.phi = phi && finding.note.is_none();
        finding.severity = severity;
        finding.seal = policy.key.as_ref().map(|key| key.seal(&finding.kind, &document.bytes[judged.hit.at.clone()]));
        if !policy.places_only {
            let seen = Seen { hit: &judged.hit, rule, page, around: judged.around };
            finding.evidence = score::words(&seen, judged.partners);
        }
        finding.suppressed = allow::covering(&document.bytes, allows, &rule.id, &judged.hit.at);
        told.findings.push(finding);
    }
    told
}

/// How many findings of a rule there are, and where the last of them is that is shown.
#[derive(Default)]
struct Folding(HashMap<RuleId, (usize, usize)>);

impl Folding {
    /// Does one of the `findings` stand for the next of this rule, too? Most of many are never looked at again, and need
    /// no excerpt.
    fn folds(&mut self, rule: RuleId, severity: Severity, findings: &mut [Finding]) -> bool {
        let (count, last) = self.0.entry(rule).or_default();
        if *count < SHOWN {
            (*count, *last) = (*count + 1, findings.len());
            return false;
        }
        let shown = &mut findings[*last];
        shown.more += 1;
        shown.severity = shown.severity.max(severity);
        true
    }
}

/// Is it sure enough, by label or cue, to say that the document is about a person?
fn speaks_of_a_person(hit: &Hit, rules: &Rules) -> bool {
    let kind = hit.rule.map_or("", |r| rules.get(r).identifier.kind.as_str());
    let named = hit.clues.any(Clues::LABEL.with(Clues::POSITION).with(Clues::CUE)) || hit.owner == Owner::Person;
    named && matches!(kind, "name" | "mrn" | "dob" | "ssn") && !matches!(hit.owner, Owner::Provider | Owner::Software)
}

#[cfg(test)]
mod tests;
