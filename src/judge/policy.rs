//! What to report, and how bad it is: profiles, thresholds, severities.

use std::collections::HashMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::mask::Key;
use crate::rule::{RuleId, Severity};

/// Which of the hits a reader wants to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// What a team must fix: PHI, and strong identifiers wherever they stand.
    #[default]
    Default,
    /// Every identifier of 45 CFR 164.514(b)(2)(i).
    SafeHarbor,
    /// What 45 CFR 164.514(e)(2) asks to remove: dates, ages, cities, ZIP codes and other codes may stay.
    LimitedDataSet,
    /// Everything, providers and published samples too.
    Strict,
}

/// The profiles by name.
pub const PROFILES: &[(&str, Profile)] = &[
    ("default", Profile::Default),
    ("safe-harbor", Profile::SafeHarbor),
    ("limited-data-set", Profile::LimitedDataSet),
    ("strict", Profile::Strict),
];

impl FromStr for Profile {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = || PROFILES.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ");
        let found = PROFILES.iter().find(|(n, _)| *n == name);
        found.map(|(_, p)| *p).ok_or_else(|| format!("`{name}` is not a profile; there are {}", names()))
    }
}

impl Profile {
    /// The name by which users know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        PROFILES.iter().find(|(_, p)| *p == self).map_or("default", |(n, _)| n)
    }
}

/// What to report, and how.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Which hits count.
    pub profile: Profile,
    /// Findings under this confidence (0 to 1) are dropped; `None` is 0.5.
    pub min_confidence: Option<f32>,
    /// Evidence that does not count, by its words: to measure what it adds (`examples/weigh.rs`).
    pub without: Vec<String>,
    /// Rules that are switched off.
    pub ignore: Vec<RuleId>,
    /// Severities that replace the rules' own.
    pub severity: HashMap<RuleId, Severity>,
    /// The key under which values get a seal.
    pub key: Option<Key>,
    /// Only where findings are is asked: they get no excerpt, no evidence in words, no name of their document.
    pub places_only: bool,
}
