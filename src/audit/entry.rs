//! One line of a trail, and what a command says to have it written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chain::Closed;
use crate::mask::Masked;

/// Most targets that a line names; it counts the rest.
pub const TARGETS_MOST: usize = 32;

/// Longest reason, name of a target or detail in a line, in characters.
const TEXT_MOST: usize = 1000;

/// How a command ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is about to begin: told before values are shown.
    Started,
    /// It did what it was asked to.
    #[default]
    Done,
    /// It found nothing that fails.
    Clean,
    /// It found something.
    Found,
    /// There was nothing to do.
    Nothing,
    /// It was refused: policy, terminal, key.
    Refused,
    /// It failed.
    Failed,
}

/// What a command tells the trail. Texts that a document or a person could have written come masked.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The command, in words of ours: `scan`, `scan --reveal`, `redact`.
    pub command: String,
    /// What it worked on, as reports name it ([`crate::Scanner::name`]).
    pub targets: Vec<Masked>,
    /// SHA-256 of the rules, in hex.
    pub rules: Option<String>,
    /// SHA-256 of the configuration, in hex.
    pub config: Option<String>,
    /// How many findings (or replaced, revealed values) of which kind.
    pub counts: BTreeMap<String, u64>,
    /// What else there is to say, in words and numbers of ours: never a text of a document.
    pub details: BTreeMap<String, String>,
    /// Why, as the user said.
    pub reason: Option<Masked>,
    /// How it ended.
    pub outcome: Outcome,
    /// Must somebody look at it (break-glass)?
    pub review: bool,
    /// The numbers of the lines that this one reviews.
    pub reviews: Vec<u64>,
}

impl Record {
    /// A record of a command that has done what it was asked to.
    #[must_use]
    pub fn of(command: impl Into<String>) -> Self {
        Self { command: command.into(), ..Self::default() }
    }

    /// The same with a detail: a word of ours and a number, or another word of ours.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Who did it: asked of the system, and in continuous integration of its environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account's name, as the system has it.
    pub user: String,
    /// The account's number (Unix).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The machine's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The run of continuous integration that it was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Ci>,
}

/// A run of continuous integration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ci {
    /// Which system: `github`, `gitlab` …
    pub system: String,
    /// Who set it off, as the system says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The run's number or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// One line of a trail, but for its own hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Version of the form: 1.
    pub v: u32,
    /// The line's number in the whole trail, from 1; torn lines have none.
    pub seq: u64,
    /// When, in UTC, as RFC 3339 with milliseconds.
    pub time: String,
    /// Who.
    pub who: Actor,
    /// What was run.
    pub command: String,
    /// On what, masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// How many more targets there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_targets: u64,
    /// SHA-256 of the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    /// SHA-256 of the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// How many of which kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, u64>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// Why, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Must somebody look at it?
    #[serde(default, skip_serializing_if = "is_false")]
    pub review: bool,
    /// The numbers of the lines that this one reviews.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<u64>,
    /// The name of the segment that ends with this line: the trail goes on in a new file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    /// Torn lines before this one, which their writers could not finish.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closes: Vec<Closed>,
    /// Which phivet wrote it.
    pub tool: String,
    /// Which key its hash is made with; without one it is SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The hash of the entry before it; of the first, 64 zeros.
    pub prev: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's form
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's form
fn is_false(value: &bool) -> bool {
    !*value
}

impl Entry {
    /// The entry of a record. Its place in the chain is given when it is [`super::sealed`].
    #[must_use]
    pub fn of(record: &Record, who: Actor, millis: i64) -> Self {
        let more = record.targets.len().saturating_sub(TARGETS_MOST);
        Self {
            v: 1,
            time: super::time::rfc3339(millis),
            who,
            command: record.command.clone(),
            targets: record.targets.iter().take(TARGETS_MOST).map(|name| short(name.as_str())).collect(),
            more_targets: more as u64,
            rules: record.rules.clone(),
            config: record.config.clone(),
            counts: record.counts.clone(),
            details: record.details.iter().map(|(name, value)| (name.clone(), short(value))).collect(),
            reason: record.reason.as_ref().map(|reason| short(reason.as_str())),
            outcome: record.outcome,
            review: record.review,
            reviews: record.reviews.clone(),
            tool: concat!("phivet ", env!("CARGO_PKG_VERSION")).to_owned(),
            ..Self::default()
        }
    }

    /// When, in seconds since 1970; 0 where it does not say.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        super::time::parse(&self.time).unwrap_or(0)
    }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
