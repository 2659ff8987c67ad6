//! What evidence is worth: one table of weights, added up as log-odds.

use std::borrow::Cow;

use crate::detect::{Clues, Hit};
use crate::fields::Owner;
use crate::judge::context::{Around, Page};
use crate::kind::Kind;
use crate::rule::{Alone, Rule, Value};

/// One line of the table: when it counts, what it is worth (log-odds), what a report says.
struct Weight {
    when: fn(&Seen) -> bool,
    worth: f32,
    says: &'static str,
}

/// All that is known about a hit.
pub(crate) struct Seen<'s> {
    pub(crate) hit: &'s Hit,
    pub(crate) rule: &'s Rule,
    pub(crate) page: &'s Page,
    pub(crate) around: Around,
}

impl Seen<'_> {
    fn has(&self, clues: Clues) -> bool {
        self.hit.clues.has(clues)
    }

    fn is_name(&self) -> bool {
        self.rule.identifier.value == Value::Name
    }

    fn labelled(&self) -> bool {
        self.hit.clues.any(Clues::LABEL.with(Clues::WEAK_LABEL).with(Clues::POSITION))
    }
}

/// The weights. Fitted on the development set and on clean trees; the sign is the argument, the size is measured.
const WEIGHTS: &[Weight] = &[
    Weight { when: |s| s.has(Clues::POSITION), worth: 4.5, says: "stands at this identifier's position in the format" },
    Weight { when: |s| s.has(Clues::LABEL), worth: 3.0, says: "is called so" },
    Weight { when: |s| s.has(Clues::WEAK_LABEL) && !s.has(Clues::LABEL), worth: -0.8, says: "is called so, loosely" },
    Weight { when: |s| s.has(Clues::COLUMN), worth: 0.6, says: "stands in a column of this name" },
    Weight {
        when: |s| !s.labelled() && s.rule.identifier.alone == Alone::Valid,
        worth: 1.5,
        says: "has a distinctive form",
    },
    Weight { when: |s| !s.labelled() && s.rule.identifier.alone != Alone::Valid, worth: -1.6, says: "has the form" },
    Weight {
        when: |s| s.hit.owner == Owner::Person && s.has(Clues::WEAK_LABEL),
        worth: 3.0,
        says: "belongs to a person's record",
    },
    Weight {
        when: |s| s.hit.owner == Owner::Person && !s.has(Clues::WEAK_LABEL),
        worth: 0.8,
        says: "belongs to a person's record",
    },
    Weight { when: |s| s.hit.owner == Owner::Organisation, worth: -2.5, says: "belongs to an organisation" },
    Weight { when: |s| s.hit.owner == Owner::Software, worth: -3.0, says: "belongs to software" },
    Weight {
        when: |s| s.is_name() && s.has(Clues::FULL_NAME),
        worth: 0.7,
        says: "given name and surname are in the dictionaries",
    },
    Weight {
        when: |s| s.is_name() && s.has(Clues::HALF_NAME),
        worth: -0.4,
        says: "only a part is in the dictionaries",
    },
    Weight { when: |s| s.is_name() && s.has(Clues::COMMON_WORD), worth: -1.6, says: "is made of ordinary words too" },
    Weight { when: |s| s.has(Clues::CUE), worth: 2.4, says: "a title or a word for a person stands before it" },
    Weight { when: |s| s.has(Clues::GREETED), worth: 1.2, says: "is greeted" },
    Weight { when: |s| s.has(Clues::NAMED), worth: 1.2, says: "the document names this person elsewhere" },
    Weight {
        when: |s| s.has(Clues::AGAIN) && !s.labelled(),
        worth: 3.2,
        says: "the document calls this value so elsewhere",
    },
    Weight { when: |s| s.has(Clues::ROW) && !s.labelled(), worth: 0.2, says: "stands beside a person" },
    Weight { when: |s| s.has(Clues::DATE) && !s.labelled(), worth: -0.4, says: "a date" },
    Weight {
        when: |s| s.has(Clues::DATE) && !s.labelled() && s.page.people > 0 && s.page.health >= 2,
        worth: 0.6,
        says: "a date in a document about care",
    },
    Weight {
        when: |s| s.page.people > 0 && (s.page.kind.is_running_text() || s.has(Clues::SENTENCE)) && !s.labelled(),
        worth: 1.3,
        says: "the document is about a person",
    },
    Weight {
        when: |s| s.page.people > 0 && s.page.kind == Kind::Code && s.has(Clues::WEAK_LABEL) && !s.has(Clues::LABEL),
        worth: 1.2,
        says: "the document is about a person",
    },
    Weight { when: |s| s.has(Clues::GLUED) && !s.labelled(), worth: -3.0, says: "is a piece of a longer token" },
    Weight {
        when: |s| s.around.vetoed && !s.labelled(),
        worth: -3.0,
        says: "the words before it speak of something else",
    },
    Weight {
        when: |s| {
            let kind = s.rule.identifier.kind.as_str();
            (s.around.attribution || s.around.notice && matches!(kind, "address" | "city" | "zip"))
                && !s.has(Clues::LABEL)
                && !s.has(Clues::POSITION)
                && kind != "license"
        },
        worth: -3.5,
        says: "stands in an attribution",
    },
    Weight { when: |s| s.page.health >= 3, worth: 0.8, says: "the document speaks of health care" },
    Weight { when: |s| s.around.health_line, worth: 0.9, says: "the line speaks of health care" },
    Weight {
        when: |s| matches!(s.page.kind, Kind::Log | Kind::Data | Kind::Prose),
        worth: 0.3,
        says: "a log, record or note",
    },
    Weight { when: |s| s.page.kind == Kind::Code && !s.has(Clues::LABEL), worth: -0.4, says: "source code" },
    Weight { when: |s| s.page.kind == Kind::Generated, worth: -3.0, says: "a generated or vendored file" },
    Weight { when: |s| s.page.kind == Kind::Legal, worth: -3.5, says: "a licence or list of authors" },
    Weight { when: |s| s.page.kind == Kind::Binary, worth: -1.5, says: "a binary" },
    Weight { when: |s| s.page.synthetic, worth: -1.5, says: "the path says that the data are synthetic" },
];

/// What a valid check is worth at most.
const CHECK_MOST: f32 = 2.5;

/// What a passed check says in a report.
const CHECK_SAYS: &str = "passes its check";
/// What neighbours say in a report.
pub(crate) const PARTNERS_SAY: &str = "other identifiers stand in the same record";

/// The evidence there is: what it says in a report and what it is worth (log-odds), where that is one number.
/// Evidence of one wording may have several worths.
pub fn evidence() -> impl Iterator<Item = (&'static str, Option<f32>)> {
    let numbers = WEIGHTS.iter().map(|w| (w.says, Some(w.worth)));
    numbers.chain([(CHECK_SAYS, None), (PARTNERS_SAY, None)])
}

/// The log-odds of a hit by itself, without its neighbours; `without` does not count.
pub(crate) fn alone(seen: &Seen, without: &[String]) -> f32 {
    let counts = |says: &str| without.is_empty() || !without.iter().any(|w| w == says);
    let sum: f32 = WEIGHTS.iter().filter(|w| (w.when)(seen) && counts(w.says)).map(|w| w.worth).sum();
    sum + if counts(CHECK_SAYS) { check(seen) } else { 0.0 }
}

/// A check is worth what it rules out: by chance 88.9 % of nine digits pass as an SSN, 0.01 % of tokens as an MBI.
fn check(seen: &Seen) -> f32 {
    if !seen.has(Clues::CHECKED) {
        return 0.0;
    }
    let chance = seen.rule.identifier.chance.max(1e-6) as f32;
    (-chance.ln() * 0.5).min(CHECK_MOST)
}

/// What speaks for or against it, in words.
pub(crate) fn words(seen: &Seen, partners: f32) -> Vec<Cow<'static, str>> {
    let mut says: Vec<Cow<'static, str>> = WEIGHTS.iter().filter(|w| (w.when)(seen)).map(|w| w.says.into()).collect();
    if check(seen) > 0.3 {
        says.push(CHECK_SAYS.into());
    }
    if partners > 0.0 {
        says.push(PARTNERS_SAY.into());
    }
    says
}

/// Log-odds as a share of one.
pub(crate) fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}
