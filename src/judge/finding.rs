//! A finding: what the judge tells the reports. It owns no byte of a document that the mask has not made.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::document::Exposure;
use crate::mask::Masked;
use crate::rule::{RuleId, Severity};

/// A place in a document, as editors and SARIF count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pos {
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1, in UTF-16 units.
    pub column: u64,
}

/// One place on the way of a value (for flows: source, hops, sink).
#[derive(Clone, Serialize, Deserialize)]
pub struct Step {
    /// The document's name, masked where it holds a value.
    pub document: Masked,
    /// Where the step begins.
    pub start: Pos,
    /// Where it ends (exclusive).
    pub end: Pos,
    /// The line, masked.
    pub excerpt: Masked,
    /// The step's place in the excerpt, in bytes of the excerpt.
    pub marked: Range<usize>,
    /// What happens there, in words of ours.
    pub says: String,
}

/// A text to put into a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insert {
    /// Where.
    pub at: Pos,
    /// The text, of our own words.
    pub text: String,
}

/// An identifier that stands where it should not.
#[derive(Clone, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleId,
    /// Its kind in the report's contract (`ssn`, `mrn`, `health.icd10` …).
    pub kind: String,
    /// How bad it is here.
    pub severity: Severity,
    /// How sure the judge is, 0 to 1.
    pub confidence: f32,
    /// Is it PHI: an identifier together with health or payment context?
    pub phi: bool,
    /// The document's name, masked where it holds a value.
    pub document: Masked,
    /// Offset of the value's first byte in the decoded document.
    pub start_byte: u64,
    /// Offset after the value's last byte.
    pub end_byte: u64,
    /// Where the value begins.
    pub start: Pos,
    /// Where it ends (exclusive).
    pub end: Pos,
    /// The line, masked.
    pub excerpt: Masked,
    /// The value's place in the excerpt, in bytes of the excerpt.
    pub marked: Range<usize>,
    /// For flows: how the value gets there.
    pub trail: Vec<Step>,
    /// Why the judge believes it, in words (never values).
    pub evidence: Vec<Cow<'static, str>>,
    /// Under the key of a team ([`crate::mask::Key`]): by it the value is known again. Without a key there is none.
    pub seal: Option<Box<str>>,
    /// Stable across runs and value-free: made of rule, document, masked line, seal and ordinal.
    pub fingerprint: String,
    /// Which column of a table it stands in, if any: a number that means nothing outside of the run. Never reported.
    pub in_column: Option<u64>,
    /// How many more of the same were collapsed into this one.
    pub more: u64,
    /// The reason of a `phivet:allow` that covers it: its ordinary words, all else masked.
    pub suppressed: Option<Masked>,
    /// Something to know about it (a published sample value, say).
    pub note: Option<String>,
    /// What may be inserted safely, so that it stops.
    pub edit: Option<Insert>,
    /// Since when, and until when, it stands in a repository's history.
    pub exposure: Option<Box<Exposure>>,
}

/// A document, or a part of one, that was not read. It never counts as clean.
#[derive(Clone, Serialize, Deserialize)]
pub struct Skipped {
    /// The document's name, masked where it holds a value.
    pub document: Masked,
    /// Why, in words that hold nothing of the document.
    pub reason: String,
}
