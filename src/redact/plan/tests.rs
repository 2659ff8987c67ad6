//! Policies and what they forbid.

use super::*;

fn plan(ready: Ready, kind: &str, strategy: Strategy) -> Result<Plan> {
    Plan::new(ready, &BTreeMap::from([(kind.to_owned(), strategy)]))
}

#[test]
fn what_safe_harbor_forbids_is_refused_with_its_section() {
    for (kind, strategy, section) in [
        ("mrn", Keep, "164.514(b)(2)(i)(H)"),
        ("mrn", Token, "164.514(c)(1)"),
        ("name", Surrogate, "164.514(c)(1)"),
        ("ssn", Encrypt, "164.514(c)(1)"),
        ("date", Shift, "164.514(b)(2)(i)(C)"),
    ] {
        let error = plan(Ready::SafeHarbor, kind, strategy).expect_err("refused").to_string();
        assert!(error.contains(section), "{error}");
    }
    assert!(plan(Ready::SafeHarbor, "mrn", Pseudonym).is_ok());
    assert!(plan(Ready::SafeHarbor, "health.diagnosis", Keep).is_ok());
    assert!(plan(Ready::LimitedDataSet, "ssn", Keep).is_err());
    assert!(plan(Ready::LimitedDataSet, "zip", Keep).is_ok());
    assert!(plan(Ready::Logs, "name", Generalize).is_err());
    assert!(plan(Ready::Logs, "nmae", Mask).is_err());
}

#[test]
fn no_ready_policy_breaks_its_own_rules() {
    for (_, ready) in READY {
        for (kind, letter, _) in KINDS {
            let strategy = Plan::new(*ready, &BTreeMap::new()).expect("a plan").strategy(kind);
            assert!(possible(kind, strategy).is_ok(), "{kind}");
            assert!(allowed(*ready, (kind, Some(*letter)), strategy).is_ok(), "{kind}");
        }
    }
}
