//! What a command has done, as a trail of operations would tell it: never a value.

use std::collections::BTreeMap;

use serde::Serialize;

/// An operation that has ended.
#[derive(Serialize)]
pub(super) struct Operation {
    /// The command.
    pub(super) command: &'static str,
    /// What it worked on, masked where a name holds a value.
    pub(super) targets: Vec<String>,
    /// How many findings of which kind.
    pub(super) counts: BTreeMap<String, u64>,
    /// How it ended, in words of ours.
    pub(super) outcome: String,
}

/// Tells of an operation, where it has ended and before its exit code is known to others. Every command that must be
/// accounted for comes through here.
pub(super) fn done(_operation: &Operation) {}
