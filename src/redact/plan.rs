//! What is done with which kind of identifier; and what a policy forbids, with the section that forbids it.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::judge::policy::Profile;

/// What stands for a value afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The value itself.
    Keep,
    /// Its kind: `[NAME]`.
    Suppress,
    /// Its shape: letters become `x`, digits `0`.
    Mask,
    /// An HMAC under a key: the same value has the same token everywhere.
    Token,
    /// A random code; whom it stands for is in the vault.
    Pseudonym,
    /// The value, encrypted: `phivet reveal` gives it back.
    Encrypt,
    /// Something that looks real, out of ranges that nobody has.
    Surrogate,
    /// Less of it: the year of a date, three digits of a ZIP code, 90 for every age above 89.
    Generalize,
    /// A date of the same person moved by the same number of days.
    Shift,
}

use Strategy::{Encrypt, Generalize, Keep, Mask, Pseudonym, Shift, Suppress, Surrogate, Token};

/// The strategies by name.
pub const STRATEGIES: &[(&str, Strategy)] = &[
    ("keep", Keep),
    ("suppress", Suppress),
    ("mask", Mask),
    ("token", Token),
    ("pseudonym", Pseudonym),
    ("encrypt", Encrypt),
    ("surrogate", Surrogate),
    ("generalize", Generalize),
    ("shift", Shift),
];

/// A ready policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ready {
    /// 45 CFR 164.514(b)(2): what comes out is not individually identifiable.
    #[default]
    SafeHarbor,
    /// 45 CFR 164.514(e)(2): dates, ages, towns and ZIP codes stay; a data use agreement is needed.
    LimitedDataSet,
    /// Tokens, and dates that keep their intervals: needs an expert's determination, 45 CFR 164.514(b)(1).
    Research,
    /// Tokens, so that the events of one person can be followed in a log.
    Logs,
}

/// The ready policies by name.
pub const READY: &[(&str, Ready)] = &[
    ("safe-harbor", Ready::SafeHarbor),
    ("limited-data-set", Ready::LimitedDataSet),
    ("research", Ready::Research),
    ("logs", Ready::Logs),
];

impl FromStr for Ready {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = || READY.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let found = READY.iter().find(|(known, _)| *known == name);
        found.map(|(_, ready)| *ready).ok_or_else(|| format!("`{name}` is not a policy; there are {}", names()))
    }
}

impl Ready {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        READY.iter().find(|(_, ready)| *ready == self).map_or("", |(name, _)| name)
    }
}

/// Kinds; the letter of 45 CFR 164.514(b)(2)(i); what is done under safe-harbor, limited-data-set, research, logs.
const KINDS: &[(&str, char, [Strategy; 4])] = &[
    ("name", 'A', [Suppress, Suppress, Token, Token]),
    ("address", 'B', [Suppress, Suppress, Suppress, Suppress]),
    ("city", 'B', [Generalize, Keep, Generalize, Generalize]),
    ("zip", 'B', [Generalize, Keep, Generalize, Generalize]),
    ("dob", 'C', [Generalize, Keep, Shift, Generalize]),
    ("date", 'C', [Generalize, Keep, Shift, Generalize]),
    ("age_over_89", 'C', [Generalize, Keep, Generalize, Generalize]),
    ("phone", 'D', [Suppress, Suppress, Suppress, Token]),
    ("fax", 'E', [Suppress, Suppress, Suppress, Token]),
    ("email", 'F', [Suppress, Suppress, Suppress, Token]),
    ("ssn", 'G', [Suppress, Suppress, Token, Token]),
    ("mrn", 'H', [Suppress, Suppress, Token, Token]),
    ("health_plan_id", 'I', [Suppress, Suppress, Token, Token]),
    ("account", 'J', [Suppress, Suppress, Token, Token]),
    ("license", 'K', [Suppress, Suppress, Token, Token]),
    ("vehicle", 'L', [Suppress, Suppress, Suppress, Token]),
    ("device", 'M', [Suppress, Suppress, Token, Token]),
    ("url", 'N', [Suppress, Suppress, Suppress, Suppress]),
    ("ip", 'O', [Suppress, Suppress, Suppress, Token]),
    ("biometric", 'P', [Suppress, Suppress, Suppress, Suppress]),
    ("photo", 'Q', [Suppress, Suppress, Suppress, Suppress]),
    ("other_id", 'R', [Suppress, Keep, Token, Token]),
];

/// Kinds of which less can be said.
const GENERAL: &[&str] = &["city", "zip", "dob", "date", "age_over_89"];

/// Kinds that a limited data set may hold, 45 CFR 164.514(e)(2).
const LIMITED: &[&str] = &["city", "zip", "dob", "date", "age_over_89", "other_id"];

/// What is done with which kind.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    ready: Ready,
    own: BTreeMap<String, Strategy>,
}

/// Does the kind say something of health, and nothing of whose?
fn is_health(kind: &str) -> bool {
    kind.starts_with("health.")
}

impl Plan {
    /// A ready policy, with other strategies for some kinds.
    ///
    /// # Errors
    /// [`Error::Usage`] where a kind or strategy cannot be, or the policy forbids it; it names the section.
    pub fn new(ready: Ready, own: &BTreeMap<String, Strategy>) -> Result<Self> {
        for (kind, strategy) in own {
            let known = KINDS.iter().find(|(name, ..)| name == kind);
            let letter = known.map(|(_, letter, _)| *letter);
            if letter.is_none() && !is_health(kind) {
                let names: Vec<&str> = KINDS.iter().map(|(name, ..)| *name).collect();
                return Err(refused(
                    &format!("there is no kind `{kind}`"),
                    &format!("there are {}, and health.diagnosis, health.lab and so on", names.join(", ")),
                ));
            }
            possible(kind, *strategy)?;
            allowed(ready, (kind, letter), *strategy)?;
        }
        Ok(Self { ready, own: own.clone() })
    }

    /// What is done with a kind. Kinds that are not known (of rules of a user) are suppressed.
    #[must_use]
    pub fn strategy(&self, kind: &str) -> Strategy {
        if let Some(own) = self.own.get(kind) {
            return *own;
        }
        if is_health(kind) {
            return Keep;
        }
        let row = KINDS.iter().find(|(name, ..)| *name == kind);
        row.map_or(Suppress, |(.., by_policy)| by_policy[self.ready as usize])
    }

    /// The policy that it began from.
    #[must_use]
    pub fn ready(&self) -> Ready {
        self.ready
    }

    /// Which findings are looked for.
    #[must_use]
    pub fn profile(&self) -> Profile {
        if self.ready == Ready::LimitedDataSet && self.own.is_empty() {
            Profile::LimitedDataSet
        } else {
            Profile::SafeHarbor
        }
    }

    fn uses(&self, any: &[Strategy]) -> bool {
        KINDS.iter().any(|(kind, ..)| any.contains(&self.strategy(kind))) || self.own.values().any(|s| any.contains(s))
    }

    /// Does it need a key?
    #[must_use]
    pub fn needs_key(&self) -> bool {
        self.uses(&[Token, Pseudonym, Encrypt, Surrogate, Shift])
    }

    /// Does it need a vault?
    #[must_use]
    pub fn needs_vault(&self) -> bool {
        self.uses(&[Pseudonym])
    }

    /// What whoever uses the result must know.
    #[must_use]
    pub fn notice(&self) -> Option<&'static str> {
        match self.ready {
            Ready::SafeHarbor => None,
            Ready::LimitedDataSet => Some(
                "a limited data set is still protected health information: it is used and disclosed under a data use \
                 agreement, 45 CFR 164.514(e)",
            ),
            Ready::Research => Some(
                "tokens and shifted dates are no Safe Harbor: whether the risk is very small is for an expert to \
                 determine and document, 45 CFR 164.514(b)(1)",
            ),
            Ready::Logs => Some(
                "tokens are derived from identifiers, 45 CFR 164.514(c)(1): the log is still protected health \
                 information, only safer to keep",
            ),
        }
    }
}

fn possible(kind: &str, strategy: Strategy) -> Result<()> {
    let (can, what) = match strategy {
        Generalize => (GENERAL.contains(&kind) || is_health(kind), "there is nothing more general"),
        Shift => (matches!(kind, "date" | "dob"), "only dates can be shifted"),
        Surrogate => (
            !matches!(kind, "date" | "dob" | "age_over_89" | "biometric" | "photo") && !is_health(kind),
            "nothing that looks real is nobody's",
        ),
        _ => (true, ""),
    };
    let help = "choose suppress, mask or pseudonym for it";
    if can { Ok(()) } else { Err(refused(&format!("`{kind}` cannot be `{}`: {what}", name(strategy)), help)) }
}

fn allowed(ready: Ready, (kind, letter): (&str, Option<char>), strategy: Strategy) -> Result<()> {
    let Some(letter) = letter else { return Ok(()) };
    let called = name(strategy);
    match (ready, strategy) {
        (Ready::SafeHarbor, Keep) => Err(refused(
            &format!("the policy `safe-harbor` cannot keep `{kind}`: 45 CFR 164.514(b)(2)(i)({letter}) has it removed"),
            "choose suppress, mask, generalize or pseudonym; or another policy",
        )),
        (Ready::SafeHarbor, Token | Encrypt | Surrogate) => Err(refused(
            &format!(
                "under the policy `safe-harbor` `{kind}` cannot be `{called}`: 45 CFR 164.514(c)(1) forbids codes \
                      that are derived from information about the person"
            ),
            "choose `pseudonym`, a random code whose meaning stays in the vault; or the policy `research`",
        )),
        (Ready::SafeHarbor, Shift) => Err(refused(
            &format!(
                "under the policy `safe-harbor` `{kind}` cannot be shifted: 45 CFR 164.514(b)(2)(i)(C) has all \
                      elements of dates but the year removed"
            ),
            "choose `generalize`, which keeps the year; or the policy `research`, with an expert's determination",
        )),
        (Ready::LimitedDataSet, Keep) if !LIMITED.contains(&kind) => Err(refused(
            &format!("a limited data set cannot keep `{kind}`: 45 CFR 164.514(e)(2) has it removed"),
            "choose suppress, mask or pseudonym",
        )),
        _ => Ok(()),
    }
}

fn name(strategy: Strategy) -> &'static str {
    STRATEGIES.iter().find(|(_, known)| *known == strategy).map_or("", |(name, _)| name)
}

fn refused(what: &str, help: &str) -> Error {
    Error::Usage { what: what.to_owned(), help: help.to_owned() }
}

#[cfg(test)]
mod tests;
