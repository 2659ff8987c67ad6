//! What surrounds a hit: its document, its line, the words before it.

use std::ops::Range;

use crate::detect::labels::Vocabulary;
use crate::detect::{Clues, Hit};
use crate::document::{Document, line_around};
use crate::fields::marks::PATIENTS;
use crate::judge::attribution::{Attribution, in_notice};
use crate::judge::health::{HealthWords, health_words};
use crate::kind::{self, Kind};
use crate::rule::RuleId;

/// How much of a document is read for health words, in bytes.
const READ: usize = 32 << 10;
/// How many different health words settle it: no weight asks for more.
const ENOUGH: usize = 4;

/// What a document is, as far as it bears on every hit in it.
pub(crate) struct Page {
    pub(crate) kind: Kind,
    /// How many different words of health care it uses, up to [`ENOUGH`].
    pub(crate) health: usize,
    /// How many hits speak of a person by themselves.
    pub(crate) people: usize,
    /// Does it speak of patients at all, in words or in names of things?
    pub(crate) patient: bool,
    /// Does its path say that its data are made up?
    pub(crate) synthetic: bool,
}

impl Page {
    /// `patients`: where it first speaks of them. Until it is [`Page::read`], it is taken to speak of health care as much
    /// as can be.
    pub(crate) fn of(document: &Document, patients: Option<usize>) -> Self {
        Self {
            kind: document.kind,
            health: ENOUGH,
            people: 0,
            patient: patients.is_some_and(|at| at + PATIENTS[0].len() <= head(document).len()),
            synthetic: kind::path_says_synthetic(&document.name),
        }
    }

    /// Reads the document for words of health care.
    pub(crate) fn read(&mut self, document: &Document) {
        self.health = health_words(head(document), ENOUGH);
    }
}

/// The part of a document that is read for what it is about.
fn head(document: &Document) -> &[u8] {
    &document.bytes[..document.bytes.len().min(READ)]
}

/// What stands around one hit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Around {
    /// The line names authors, maintainers or a copyright.
    pub(crate) attribution: bool,
    /// It stands in the notice that a source file begins with.
    pub(crate) notice: bool,
    /// The line speaks of health care.
    pub(crate) health_line: bool,
    /// The words before the value say that it is something else.
    pub(crate) vetoed: bool,
}

impl Around {
    /// What speaks most for a hit.
    pub(crate) fn at_best() -> Self {
        Self { health_line: true, ..Self::default() }
    }
}

/// How far around a value its line is read, in bytes.
const SIGHT: usize = 200;
/// What lines were found to say: several hits may stand in one.
pub(crate) struct Said {
    line: Range<usize>,
    attribution: Option<bool>,
    health: HealthWords,
}

impl Default for Said {
    fn default() -> Self {
        Self { line: 0..0, attribution: None, health: HealthWords::new() }
    }
}

/// Reads what stands around hits.
pub(crate) struct Lines(Attribution);

impl Lines {
    pub(crate) fn new() -> Self {
        Self(Attribution::new())
    }

    /// What stands around a hit of a rule, as far as it bears on it; `last` is what was said of the lines before.
    pub(crate) fn around(
        &self,
        document: &Document,
        (hit, rule): (&Hit, RuleId),
        words: &Vocabulary,
        last: &mut Said,
    ) -> Around {
        let (text, at) = (&document.bytes[..], &hit.at);
        // Only what is near, even where the whole document is one line.
        let from = at.start.saturating_sub(SIGHT);
        let line = line_around(&text[from..text.len().min(at.end + SIGHT)], at.start - from);
        let near = from + line.start..from + line.end.max(at.end - from);
        let code = document.kind == Kind::Code && document.first_byte == 0;
        if last.line != near {
            (last.line, last.attribution) = (near.clone(), None);
        }
        // What is called by its name is so wherever it stands (`score.rs`).
        let (called, loosely) = (hit.clues.any(Clues::LABEL.with(Clues::POSITION)), hit.clues.has(Clues::WEAK_LABEL));
        let before = at.start.saturating_sub(40).max(near.start)..at.start;
        Around {
            attribution: !called && *last.attribution.get_or_insert_with(|| self.0.is_in(&text[near.clone()])),
            notice: !called && code && in_notice(text, at.start),
            health_line: last.health.are_in(text, &near),
            vetoed: !called && !loosely && words.vetoes(rule, &text[before]),
        }
    }
}
