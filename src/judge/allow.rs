//! `phivet:allow RULE[, RULE] -- reason`, on the line or the one above, in any comment syntax.

use std::ops::Range;

use crate::document::{Document, line_around};
use crate::judge::{Finding, Pos};
use crate::mask;
use crate::rule::{RuleId, Rules, Severity};

const MARK: &[u8] = b"phivet:allow";

/// One allow comment.
pub(crate) struct Allow {
    at: usize,
    rules: Vec<String>,
    reason: String,
    /// The bytes whose findings it covers: its own line and the next.
    covers: Range<usize>,
    used: bool,
}

/// The allow comments of a text.
pub(crate) fn read(text: &[u8]) -> Vec<Allow> {
    let mut allows = Vec::new();
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&text[from..], MARK).map(|i| from + i) {
        let line = line_around(text, at);
        from = line.end.max(at + MARK.len());
        let said = String::from_utf8_lossy(&text[at + MARK.len()..line.end]);
        let (rules, reason) = said.split_once("--").unwrap_or((&said, ""));
        let rules: Vec<String> = rules.split([',', ' ', '\t']).filter(|r| is_id(r)).map(str::to_owned).collect();
        let reason = reason.trim().trim_end_matches("*/").trim_end_matches("-->").trim().to_owned();
        let next = (line.end + 1).min(text.len());
        let covers = line.start..line_around(text, next).end;
        if !rules.is_empty() {
            allows.push(Allow { at, rules, reason, covers, used: false });
        }
    }
    allows
}

fn is_id(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && word.bytes().any(|b| b.is_ascii_lowercase())
}

/// The reason of the allow comment that covers a hit of `rule` at `at`, if one does.
pub(crate) fn covering(allows: &mut [Allow], rule: &str, at: &Range<usize>) -> Option<String> {
    let allow =
        allows.iter_mut().find(|a| a.covers.contains(&at.start) && a.rules.iter().any(|r| r == rule || r == "all"))?;
    allow.used = true;
    Some(if allow.reason.is_empty() { "no reason given".to_owned() } else { allow.reason.clone() })
}

/// Reports allow comments that cover nothing.
pub(crate) fn unused(allows: Vec<Allow>, rules: &Rules, id: RuleId, document: &Document, findings: &mut Vec<Finding>) {
    for allow in allows.into_iter().filter(|a| !a.used && document.own.contains(&a.at)) {
        let at = allow.at..allow.at + MARK.len();
        let (excerpt, marked) =
            mask::excerpt(&document.bytes, line_around(&document.bytes, allow.at), at.clone(), &[], |_| false);
        let line = document.first_line + document.bytes[..allow.at].iter().filter(|b| **b == b'\n').count() as u64;
        let column = 1 + (allow.at - line_around(&document.bytes, allow.at).start) as u64;
        findings.push(Finding {
            rule: id,
            kind: rules.get(id).identifier.kind.clone(),
            severity: Severity::Note,
            confidence: 1.0,
            phi: false,
            document: mask::document_name(&document.name, &[]),
            start_byte: document.first_byte + at.start as u64,
            end_byte: document.first_byte + at.end as u64,
            start: Pos { line, column },
            end: Pos { line, column: column + MARK.len() as u64 },
            excerpt,
            marked,
            trail: Vec::new(),
            evidence: vec!["no finding of these rules stands on this line or the next".to_owned()],
            fingerprint: String::new(),
            more: 0,
            suppressed: None,
            note: None,
        });
    }
}
