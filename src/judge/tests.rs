//! What is left out for speed changes no verdict.

use std::sync::Arc;

use super::*;
use crate::detect::{Columns, Detector, Mentions, Repeats, Sight as Found, Text};
use crate::fields::Holds;

/// With less in sight more is shown: so nothing is lost where weighing ends early.
#[test]
fn what_is_not_shown_at_best_is_not_shown() {
    let rules = Rules::builtin().expect("the built-in rules");
    let engine = Arc::new(Engine::new(&rules).expect("the built-in rules"));
    let judge = Judge::new(&rules);
    let detectors: [Box<dyn Detector>; 4] = [
        Box::new(Columns::new(Arc::clone(&engine))),
        Box::new(Text(Arc::clone(&engine))),
        Box::new(Mentions(Arc::clone(&engine))),
        Box::new(Repeats(Arc::clone(&engine))),
    ];
    let examples = rules.iter().flat_map(|(_, rule)| rule.examples.hit.iter().chain(&rule.examples.miss));
    let (mut all, mut ended_early) = (0, 0);
    for text in examples {
        for (name, around) in [
            ("a.txt", ["", ""]),
            ("a.rs", ["// Copyright Ann Roe. Licensed so.\n\n", "\n// patient diagnosis\n"]),
            ("b.log", ["2026-01-02 10:11:12 INFO surgery, therapy, nurse, diagnosis: ", ""]),
        ] {
            let document = Document::of(name, [around[0], text, around[1]].concat().into_bytes());
            let (mut seen, holds) = (Found::default(), Holds::of(&document));
            detectors.iter().for_each(|detector| detector.detect((&document, holds), &mut seen));
            for profile in [Profile::Default, Profile::Strict, Profile::SafeHarbor, Profile::LimitedDataSet] {
                let policy = Policy { profile, ..Policy::default() };
                let shown = |sights: &[Sight]| {
                    let hits = overlap::resolve(seen.hits.clone(), &rules, document.kind, profile == Profile::Strict);
                    judge.weighed((&rules, &engine), &policy, (&document, holds.patients()), hits, sights).shown
                };
                let wanted = shown(&[Sight::All]);
                assert_eq!(shown(&STEPS), wanted, "{name} {profile:?} {text}");
                all += 1;
                ended_early += usize::from(wanted.is_empty() && shown(&[Sight::Hits]).is_empty());
            }
        }
    }
    assert!(all > 2000 && ended_early * 20 > all, "{ended_early} of {all}");
}
