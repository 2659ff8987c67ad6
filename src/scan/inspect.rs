//! Inspection: who asks more of a document than the rules do sees it here, with what the rules have found.

use std::ops::Range;
use std::sync::Arc;

use super::Scanner;
use crate::document::{Document, Place, line_around};
use crate::judge::{Finding, Pos, named};
use crate::mask::{self, Masked};
use crate::rule::{RuleId, Severity};
use crate::words;

/// Sees each document (or part of one) with its findings, in the order they stand, and says which there are.
pub type Inspect = Arc<dyn Fn(&Scanner, &Document, Vec<Finding>) -> Vec<Finding> + Send + Sync>;

/// How much of a line is looked at around a value, in bytes; more than an excerpt shows.
const NEAR: usize = 512;

impl Scanner {
    /// The same scanner, whose findings go through an inspection.
    #[must_use]
    pub fn with_inspection(mut self, inspect: Inspect) -> Self {
        self.inspect = Some(inspect);
        self
    }

    /// A document's name as it may be printed, masked also where it holds one of the values at `hits`, and at `hidden`.
    #[must_use]
    pub fn name_of(&self, document: &Document, hits: &[Range<usize>], hidden: &[Range<usize>]) -> Masked {
        let mut in_name = self.in_name(&document.name);
        in_name.extend_from_slice(hidden);
        named::masked_name(document, (hits, hits), in_name)
    }

    /// A finding of a rule at a place of a document, for what others than the rules' own patterns have found. `hits` are
    /// all values of the document, in order: none of them is shown in the excerpt.
    #[must_use]
    pub fn found(&self, rule: RuleId, document: &Document, at: Range<usize>, hits: &[Range<usize>]) -> Finding {
        self.found_behind((0, first(document)), rule, document, at, hits)
    }

    /// The same for many places, in the order they stand.
    pub fn found_each<'h>(
        &'h self,
        document: &'h Document,
        places: impl Iterator<Item = (RuleId, Range<usize>)> + 'h,
        hits: &'h [Range<usize>],
    ) -> impl Iterator<Item = Finding> + 'h {
        let mut counted = (0, first(document));
        places.map(move |(rule, at)| {
            if at.start >= counted.0 {
                counted = (at.start, counted.1.behind(&document.bytes[counted.0..at.start]));
            }
            self.found_behind(counted, rule, document, at, hits)
        })
    }

    fn found_behind(
        &self,
        (counted, place): (usize, Place),
        rule: RuleId,
        document: &Document,
        at: Range<usize>,
        hits: &[Range<usize>],
    ) -> Finding {
        let text = &document.bytes;
        let near = hits.partition_point(|hit| hit.end + NEAR < at.start);
        let keep = |word: &[u8]| {
            let facts = words::facts(word);
            self.engine.words.is_part(word) && facts.given() == 0 && facts.surname() == 0
        };
        let from = at.start.saturating_sub(NEAR);
        let line = line_around(&text[from..text.len().min(at.start + NEAR)], at.start - from);
        let near = &hits[near..hits.len().min(near + 64)];
        let (excerpt, marked) = mask::excerpt(text, from + line.start..from + line.end, at.clone(), near, keep);
        let start = if at.start >= counted {
            place.behind(&text[counted..at.start])
        } else {
            first(document).behind(&text[..at.start])
        };
        let end = start.behind(&text[at]);
        let pos = |place: Place| Pos { line: place.line, column: place.column };
        Finding {
            rule,
            kind: self.rules.get(rule).identifier.kind.clone(),
            severity: self.rules.get(rule).severity.max(Severity::Warning),
            confidence: 0.9,
            phi: true,
            // The caller names it: that takes all values of the document.
            document: excerpt.clone(),
            start_byte: start.byte,
            end_byte: end.byte,
            start: pos(start),
            end: pos(end),
            excerpt,
            marked,
            trail: Vec::new(),
            evidence: Vec::new(),
            seal: None,
            fingerprint: String::new(),
            in_column: None,
            more: 0,
            suppressed: None,
            note: None,
            edit: None,
            exposure: document.exposure.as_deref().cloned().map(Box::new),
        }
    }
}

/// The place of a document's first byte.
fn first(document: &Document) -> Place {
    Place { byte: document.first_byte, line: document.first_line, column: document.first_column }
}
