//! Where a hit stands, as editors count, and the finding made of it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::detect::engine::Engine;
use crate::detect::{Clues, Hit};
use crate::document::{Document, line_around, utf16_width};
use crate::judge::{Finding, Judged, Pos, score};
use crate::mask::{self, Masked};
use crate::rule::{Rule, RuleId, Severity};
use crate::words::{self, Facts};

/// Counts lines and columns as it goes along: hits come in order, and a line may be the whole document.
pub(crate) struct Places<'d> {
    document: &'d Document,
    counted: usize,
    /// The place of `counted`.
    here: Pos,
}

/// More than an excerpt shows before a value, and behind its start, in bytes.
const NEAR: usize = 512;

impl<'d> Places<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { document, counted: 0, here: first(document) }
    }

    /// The place of `at`.
    pub(crate) fn pos(&mut self, at: usize) -> Pos {
        let text = &self.document.bytes;
        if at < self.counted {
            self.here = first(self.document);
            self.counted = 0;
        }
        let lines = line_ends(text, self.counted..at);
        if lines == 0 {
            self.here.column += utf16_width(&text[self.counted..at]);
        } else {
            let start = line_around(&text[..at], at).start;
            self.here = Pos { line: self.here.line + lines, column: 1 + utf16_width(&text[start..at]) };
        }
        self.counted = at;
        self.here
    }

    /// A finding of `rule`; severity, PHI and evidence are the caller's to set. Without the places of all hits and the
    /// document's name nothing of the text is shown.
    pub(crate) fn finding(
        &mut self,
        rule: &Rule,
        judged: &Judged,
        engine: &Engine,
        shown: Option<(&[Range<usize>], Masked)>,
    ) -> Finding {
        let hit = &judged.hit;
        let keep = |word: &[u8]| {
            let nobody = |facts: Facts| facts.given() == 0 && facts.surname() == 0;
            engine.words.is_part(word) && nobody(words::facts(word))
        };
        let (document, (excerpt, marked)) = match shown {
            Some((hits, name)) => {
                let near = hits.partition_point(|h| h.end + 200 < hit.at.start);
                let behind = hits.partition_point(|h| h.start < hit.at.end + 200);
                let near = &hits[near..behind.clamp(near, near + 64)];
                let line = line_near(&self.document.bytes, hit.at.start);
                (name, mask::excerpt(&self.document.bytes, line, hit.at.clone(), near, keep))
            }
            None => Default::default(),
        };
        let start = self.pos(hit.at.start);
        let end = self.pos(hit.at.end);
        let reserved = hit.clues.has(Clues::RESERVED);
        Finding {
            rule: RuleId(0),
            kind: rule.identifier.kind.clone(),
            severity: Severity::Note,
            confidence: score::probability(judged.log_odds()),
            phi: false,
            document,
            start_byte: self.document.first_byte + hit.at.start as u64,
            end_byte: self.document.first_byte + hit.at.end as u64,
            start,
            end,
            excerpt,
            marked,
            trail: Vec::new(),
            evidence: Vec::new(),
            seal: None,
            fingerprint: String::new(),
            in_column: column(&self.document.bytes, hit),
            more: 0,
            suppressed: None,
            note: reserved.then(|| "a published sample or synthetic value, not a leak".to_owned()),
            edit: None,
            exposure: self.document.exposure.as_deref().cloned().map(Box::new),
        }
    }
}

/// The column that a hit stands in, by what its header says: rows of one table may be far apart (`INSERT` after `INSERT`).
fn column(text: &[u8], hit: &Hit) -> Option<u64> {
    let label = hit.label.clone().filter(|_| hit.clues.has(Clues::COLUMN))?;
    let mut hasher = DefaultHasher::new();
    text.get(label)?.to_ascii_lowercase().hash(&mut hasher);
    Some(hasher.finish())
}

/// The place of a document's first byte.
fn first(document: &Document) -> Pos {
    Pos { line: document.first_line, column: document.first_column }
}

/// The line around `at`, or as much of it as an excerpt shows.
fn line_near(text: &[u8], at: usize) -> Range<usize> {
    let from = at.saturating_sub(NEAR);
    let line = line_around(&text[from..text.len().min(at + NEAR)], at - from);
    from + line.start..from + line.end
}

/// Line ends in a range: `\n`, and `\r` without `\n` behind it.
fn line_ends(text: &[u8], range: Range<usize>) -> u64 {
    let piece = &text[range.clone()];
    let newlines = memchr::memchr_iter(b'\n', piece).count();
    let lone = memchr::memchr_iter(b'\r', piece).filter(|i| text.get(range.start + i + 1) != Some(&b'\n')).count();
    (newlines + lone) as u64
}
