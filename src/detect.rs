//! Documents to hits: where something looks like an identifier or is called one.
//!
//! Nothing here decides; a [`Hit`] says what was seen ([`Clues`]), `judge` says what it is worth.

use std::ops::Range;

use crate::document::Document;
use crate::fields::{Holds, Owner};
use crate::rule::RuleId;

mod arguments;
#[cfg(test)]
mod begins;
mod beside;
pub mod checks;
mod columns;
mod digits;
mod encoded;
pub(crate) mod engine;
#[cfg(feature = "rust-flow")]
pub mod flow;
pub(crate) mod labels;
pub(crate) mod matcher;
mod mentions;
pub(crate) mod names;
mod openings;
mod owners;
pub(crate) mod programs;
#[cfg(test)]
mod questions;
mod repeats;
mod rows;
pub(crate) mod search;
pub(crate) mod shapes;
pub(crate) mod spots;
#[cfg(test)]
mod tests;
mod text;
mod towns;
mod values;
pub(crate) mod vocabulary;

// What the build script shares sees it here, too.
#[cfg(test)]
use crate::streams::program;
pub(crate) use columns::Columns;
pub(crate) use mentions::Mentions;
pub(crate) use repeats::Repeats;
pub(crate) use text::Text;

/// How far, in bytes, something firm may be from a loose label that it proves.
pub(crate) const COMPANY: usize = 4096;

/// A value of a program that reaches a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowHit {
    /// The sink's rule.
    pub rule: RuleId,
    /// Where the sink's argument stands, in bytes.
    pub at: Range<usize>,
    /// The kinds of identifiers that reach it.
    pub kinds: Vec<String>,
    /// From the source to the sink.
    pub trail: Vec<FlowStep>,
    /// Is a step on the way unsure?
    pub unsure: bool,
    /// Does nothing show it yet?
    pub mild: bool,
    /// What to do about it here, beside what the rule says.
    pub advice: Option<String>,
    /// What may be inserted safely, so that it stops.
    pub edit: Option<Edit>,
}

/// A text to put into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where it is inserted, in bytes.
    pub at: usize,
    /// The text, of our own words.
    pub text: &'static str,
}

/// One place on the way of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowStep {
    /// Name of the document.
    pub document: String,
    /// Line and column (both from 1, columns in UTF-16 units) of its first and behind its last character.
    pub places: [(u64, u64); 2],
    /// The line; empty, where it is too long to be shown.
    pub line: String,
    /// Its place in the line, in bytes.
    pub at: Range<usize>,
    /// What happens there.
    pub says: &'static str,
}

/// The one trait: something that sees hits in a document.
pub trait Detector: Send + Sync {
    /// Adds what it sees in a document, of which it is known what it holds, in any order. Pure, and never panics on any
    /// bytes.
    fn detect(&self, about: (&Document, Holds), seen: &mut Sight);
}

/// What the detectors saw in a document.
#[derive(Debug, Default)]
pub struct Sight {
    /// Where something looks like an identifier or is called one.
    pub hits: Vec<Hit>,
    /// Where runs of characters begin that may be base64: 24 or more.
    pub runs: Vec<usize>,
}

/// What speaks for or against a hit. A set of the constants below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clues(pub u32);

impl Clues {
    /// It looks like one, in running text.
    pub const SHAPE: Self = Self(1);
    /// A check (check digit, allocation rule, calendar) passed.
    pub const CHECKED: Self = Self(1 << 1);
    /// A label says so by itself.
    pub const LABEL: Self = Self(1 << 2);
    /// A label says so that means other things elsewhere (`id`, `name`).
    pub const WEAK_LABEL: Self = Self(1 << 3);
    /// The label is a column's header.
    pub const COLUMN: Self = Self(1 << 4);
    /// A structured format says so by position (HL7 PID-5, FHIR `Patient.birthDate`).
    pub const POSITION: Self = Self(1 << 5);
    /// Given name and surname, in order, both in the dictionaries.
    pub const FULL_NAME: Self = Self(1 << 6);
    /// Only one part is in the dictionaries.
    pub const HALF_NAME: Self = Self(1 << 7);
    /// A title or cue stands before it (`Mr.`, `patient`).
    pub const CUE: Self = Self(1 << 8);
    /// A part of a longer token (`part-719-84-6148`, `a.1.2.3.4`).
    pub const GLUED: Self = Self(1 << 9);
    /// A published sample, fiction or synthetic value.
    pub const RESERVED: Self = Self(1 << 10);
    /// A word of the name is an ordinary word too.
    pub const COMMON_WORD: Self = Self(1 << 11);
    /// A name of somebody whom the document names elsewhere.
    pub const NAMED: Self = Self(1 << 12);
    /// The document calls this value so elsewhere.
    pub const AGAIN: Self = Self(1 << 13);
    /// It stands in a sentence of a record.
    pub const SENTENCE: Self = Self(1 << 16);
    /// A greeting stands before it.
    pub const GREETED: Self = Self(1 << 17);
    /// A cell of a record that holds a person; nothing names it.
    pub const ROW: Self = Self(1 << 14);
    /// A date in running text.
    pub const DATE: Self = Self(1 << 15);

    /// Does the set hold all of `other`?
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Does the set hold any of `other`?
    #[must_use]
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// `other` where `yes`, and this set.
    #[must_use]
    pub const fn when(self, yes: bool, other: Self) -> Self {
        if yes { self.with(other) } else { self }
    }
}

/// Something that was seen at a place.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The rule that it speaks for; `None` claims that the place identifies nobody.
    pub rule: Option<RuleId>,
    /// The value's bytes.
    pub at: Range<usize>,
    /// The label's bytes, where it stands in the document.
    pub label: Option<Range<usize>>,
    /// What speaks for and against it.
    pub clues: Clues,
    /// Whose it is, as far as labels and positions tell.
    pub owner: Owner,
    /// The record of a structured format that it stands in.
    pub record: Option<u32>,
}
