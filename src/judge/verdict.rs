//! Which findings are reported under a policy, and how bad they are.

use super::policy::{Policy, Profile};
use super::{Judged, score};
use crate::detect::Clues;
use crate::fields::Owner;
use crate::rule::{Party, Rule, RuleId, Severity};

/// Kinds that a team must fix wherever they stand, when they are labelled.
const STRONG: &[&str] = &["ssn", "mrn", "health_plan_id"];

/// Kinds that a limited data set may keep, 45 CFR 164.514(e)(2).
const LIMITED: &[&str] = &["date", "dob", "age_over_89", "city", "zip", "other_id"];

/// Is there nothing but a loose label of nobody's (`id`, `group`)?
pub(super) fn is_loose(judged: &Judged) -> bool {
    let firm = Clues::LABEL.with(Clues::POSITION).with(Clues::SHAPE);
    !judged.hit.clues.any(firm) && judged.hit.owner != Owner::Person
}

/// Does something else than its owner say what it is: a user has an `id`, and is no patient?
fn is_said(judged: &Judged) -> bool {
    judged.hit.clues.any(Clues::LABEL.with(Clues::POSITION).with(Clues::SHAPE))
}

/// Is it a name or date in running text that nothing beside it proves?
fn unproven(judged: &Judged, kind: &str) -> bool {
    let proven = Clues::LABEL.with(Clues::POSITION).with(Clues::CUE).with(Clues::WEAK_LABEL);
    !judged.hit.clues.any(proven) && (kind == "date" || kind == "name" && judged.partners < 2.0)
}

/// Is it reported under this policy, and how bad is it?
pub(super) fn verdict(
    rule: &Rule,
    id: RuleId,
    judged: &Judged,
    (phi, person): (bool, bool),
    policy: &Policy,
) -> Option<Severity> {
    let kind = rule.identifier.kind.as_str();
    let confidence = score::probability(judged.log_odds());
    // A firm's name is nobody's, 164.514(b)(2)(i)(A).
    let firm = judged.hit.owner == Owner::Organisation && kind == "name";
    let provider = rule.identifier.party == Party::Provider || judged.hit.owner == Owner::Provider || firm;
    if confidence < policy.min_confidence.unwrap_or(0.5) || policy.ignore.contains(&id) {
        return None;
    }
    let reserved = judged.hit.clues.has(Clues::RESERVED);
    let health = kind.starts_with("health.");
    let labelled = judged.hit.clues.any(Clues::LABEL.with(Clues::POSITION).with(Clues::COLUMN));
    let shown = match policy.profile {
        Profile::Strict => true,
        Profile::SafeHarbor if reserved => {
            labelled && (STRONG.contains(&kind) || judged.hit.clues.has(Clues::POSITION))
        }
        // What everybody may print leaks nothing.
        _ if reserved => false,
        // 164.514(b)(2)(i)(K) names certificate and licence numbers; whose name stands on them is another matter.
        Profile::SafeHarbor if provider => kind == "license",
        _ if provider => false,
        // And no one is beside it?
        Profile::Default if is_loose(judged) && judged.partners < 1.0 || unproven(judged, kind) => false,
        Profile::Default if health => false,
        Profile::Default => phi || ((person || STRONG.contains(&kind) && is_said(judged)) && confidence >= 0.8),
        Profile::SafeHarbor => !health || phi,
        Profile::LimitedDataSet => !health && !LIMITED.contains(&kind),
    };
    if !shown {
        return None;
    }
    let own = policy.severity.get(&id).copied().unwrap_or(rule.severity);
    Some(if reserved || (provider && policy.profile == Profile::Strict) {
        Severity::Note
    } else if phi || policy.severity.contains_key(&id) {
        own
    } else {
        own.min(Severity::Warning)
    })
}
