//! Where a hit stands, as editors count, and the finding made of it.

use std::ops::Range;

use crate::detect::Clues;
use crate::detect::engine::Engine;
use crate::document::Document;
use crate::judge::{Finding, Judged, Pos, line_of, score};
use crate::mask::{self, Masked};
use crate::rule::{Rule, RuleId, Severity};
use crate::words;

/// Counts lines as it goes along: hits come in order.
pub(crate) struct Places<'d> {
    document: &'d Document,
    line: u64,
    counted: usize,
}

impl<'d> Places<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self { document, line: document.first_line, counted: 0 }
    }

    /// The place of `at`; never before a place asked for earlier by more than a line.
    fn pos(&mut self, at: usize) -> Pos {
        let text = &self.document.bytes;
        if at < self.counted {
            self.line = self.document.first_line;
            self.counted = 0;
        }
        self.line += line_ends(text, self.counted..at);
        self.counted = at;
        let start = crate::document::line_around(text, at).start;
        Pos { line: self.line, column: 1 + utf16_width(&text[start..at]) }
    }

    /// A finding of `rule`; severity and PHI are the caller's to set.
    pub(crate) fn finding(
        &mut self,
        rule: &Rule,
        judged: &Judged,
        engine: &Engine,
        hits: &[Range<usize>],
        name: Masked,
    ) -> Finding {
        let hit = &judged.hit;
        let keep = |word: &[u8]| {
            let facts = words::facts(word);
            engine.words.is_part(word) && facts.given() == 0 && facts.surname() == 0
        };
        let near = hits.partition_point(|h| h.end + 200 < hit.at.start);
        let near = &hits[near..hits.len().min(near + 64)];
        let (excerpt, marked) =
            mask::excerpt(&self.document.bytes, line_of(self.document, &hit.at), hit.at.clone(), near, keep);
        let start = self.pos(hit.at.start);
        let end = self.pos(hit.at.end);
        let reserved = hit.clues.has(Clues::RESERVED);
        Finding {
            rule: RuleId(0),
            kind: rule.identifier.kind.clone(),
            severity: Severity::Note,
            confidence: score::probability(judged.log_odds()),
            phi: false,
            document: name,
            start_byte: self.document.first_byte + hit.at.start as u64,
            end_byte: self.document.first_byte + hit.at.end as u64,
            start,
            end,
            excerpt,
            marked,
            trail: Vec::new(),
            evidence: judged.evidence.clone(),
            fingerprint: String::new(),
            more: 0,
            suppressed: None,
            note: reserved.then(|| "a published sample or synthetic value, not a leak".to_owned()),
        }
    }
}

/// Line ends in a range: `\n`, and `\r` without `\n` behind it.
fn line_ends(text: &[u8], range: Range<usize>) -> u64 {
    let piece = &text[range.clone()];
    let newlines = memchr::memchr_iter(b'\n', piece).count();
    let lone = memchr::memchr_iter(b'\r', piece).filter(|i| text.get(range.start + i + 1) != Some(&b'\n')).count();
    (newlines + lone) as u64
}

/// Width of a line's text in UTF-16 units; a byte that is no UTF-8 counts one.
fn utf16_width(text: &[u8]) -> u64 {
    if text.is_ascii() {
        return text.len() as u64;
    }
    String::from_utf8_lossy(text).chars().map(|c| c.len_utf16() as u64).sum()
}
