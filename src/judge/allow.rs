//! `phivet:allow RULE[, RULE] -- reason`, on the line or on a line of its own above, in any comment syntax.

use std::ops::Range;

use crate::document::{Document, line_around};
use crate::fields::marks::ALLOW;
use crate::judge::Finding;
use crate::judge::place::Places;
use crate::kind::Kind;
use crate::mask::{self, Masked};
use crate::rule::{RuleId, Rules, Severity};
use crate::words::{self, Class};

const MARK: &[u8] = ALLOW.as_bytes();

/// One allow comment.
pub(crate) struct Allow {
    at: usize,
    rules: Vec<String>,
    reason: Range<usize>,
    /// The bytes whose findings it covers: its own line, and the next where it stands alone on its own.
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
        let said = &text[at + MARK.len()..line.end];
        let dashes = memchr::memmem::find(said, b"--");
        let rules = String::from_utf8_lossy(&said[..dashes.unwrap_or(said.len())]);
        let rules: Vec<String> = rules.split([',', ' ', '\t']).filter(|r| is_id(r)).map(str::to_owned).collect();
        let reason = dashes.map_or(line.end..line.end, |dashes| at + MARK.len() + dashes + 2..line.end);
        let end = if text[line.end..].starts_with(b"\r\n") { 2 } else { 1 };
        let next = (line.end + end).min(text.len());
        // Behind code a comment speaks of that line: the next may hold another value.
        let alone = !text[line.start..at].iter().any(u8::is_ascii_alphanumeric);
        let covers = line.start..if alone { line_around(text, next).end } else { line.end };
        let ends = said.trim_ascii().is_empty() || dashes.is_some_and(|dashes| said[..dashes].trim_ascii().is_empty());
        // Without a rule only a comment is one; people also write about them.
        let opened = [&b"#"[..], b"//", b"--", b"/*", b"<!--", b";"];
        let opened = opened.iter().any(|open| text[line.start..at].trim_ascii_end().ends_with(open));
        if !rules.is_empty() || ends && opened {
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
pub(crate) fn covering(text: &[u8], allows: &mut [Allow], rule: &str, at: &Range<usize>) -> Option<Masked> {
    let from = allows.partition_point(|a| a.covers.end <= at.start);
    let near = allows[from..].iter_mut().take_while(|a| a.covers.start <= at.start);
    let allow = near.into_iter().find(|a| a.rules.iter().any(|r| r == rule || r == "all"))?;
    allow.used = true;
    Some(shown(&text[allow.reason.clone()]))
}

/// A reason as it may be printed. It is a text of the document: somebody may write there whose record it is.
fn shown(reason: &[u8]) -> Masked {
    let closed = |text: &[u8]| [&b"*/"[..], b"-->"].iter().find_map(|end| text.strip_suffix(*end)).map(<[u8]>::len);
    let reason = reason.trim_ascii();
    let reason = reason[..closed(reason).unwrap_or(reason.len())].trim_ascii();
    mask::sentence(if reason.is_empty() { b"no reason given" } else { reason }, is_ordinary)
}

/// A word that says nothing of anybody: in the dictionary, more so than among names, and small unless it comes first.
fn is_ordinary(word: &[u8], first: bool) -> bool {
    let facts = words::facts(word);
    let (given, surname, common) = (facts.given(), facts.surname(), facts.common());
    let capital = word[0].is_ascii_uppercase();
    if capital && !(first && given == 0 && surname == 0) || word[1..].iter().any(u8::is_ascii_uppercase) {
        return false;
    }
    common > 0 && given < common && surname < common && !(facts.is(Class::City) && common < 5)
}

/// Reports allow comments that cover nothing.
pub(crate) fn unused(
    allows: Vec<Allow>,
    rules: &Rules,
    id: RuleId,
    (document, name): (&Document, &Masked),
    findings: &mut Vec<Finding>,
) {
    let mut places = Places::new(document);
    // Data have no comments: what looks like one is a value.
    let has_comments = !matches!(document.kind, Kind::Data | Kind::Log);
    for allow in allows.into_iter().filter(|a| has_comments && !a.used && document.owns(a.at)) {
        let strange = allow.rules.iter().any(|own| own != "all" && rules.by_id(own).is_none());
        let says = match (allow.rules.is_empty(), strange) {
            (true, _) => "it names no rule: `phivet:allow RULE -- reason`",
            (_, true) => "it names a rule that there is not: `phivet rules list` names all",
            _ => "no finding of these rules stands on this line or the next",
        };
        let at = allow.at..allow.at + MARK.len();
        let (excerpt, marked) =
            mask::excerpt(&document.bytes, line_around(&document.bytes, allow.at), at.clone(), &[], |_| false);
        findings.push(Finding {
            rule: id,
            kind: rules.get(id).identifier.kind.clone(),
            severity: Severity::Note,
            confidence: 1.0,
            phi: false,
            document: name.clone(),
            start_byte: document.first_byte + at.start as u64,
            end_byte: document.first_byte + at.end as u64,
            start: places.pos(at.start),
            end: places.pos(at.end),
            excerpt,
            marked,
            trail: Vec::new(),
            evidence: vec![says.into()],
            seal: None,
            fingerprint: String::new(),
            in_column: None,
            more: 0,
            suppressed: None,
            note: None,
            exposure: document.exposure.as_deref().cloned().map(Box::new),
            edit: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_keep_ordinary_words_only() {
        for (reason, wanted) in [
            (" a made-up patient of the tests */", "a made-up patient of the tests"),
            (" Synthetic value, see issue 4711 -->", "Synthetic value, see issue 0000"),
            (" same as john smith, MRN 00482913", "same as xxxx xxxxx, xxx 00000000"),
            (" Maria Alvarez agreed", "xxxxx xxxxxxx agreed"),
            (" mail mbauer@example.org", "mail xxxxxx@example.xxx"),
            ("", "no reason given"),
        ] {
            assert_eq!(shown(reason.as_bytes()).as_str(), wanted);
        }
    }

    #[test]
    fn comments_cover_their_line_and_the_next() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["x", "# phivet:allow ssn -- made up", "second", "third", ""].join(end);
            let mut allows = read(text.as_bytes());
            let mut covered = |word: &str| {
                let at = text.find(word).expect("it is there");
                covering(text.as_bytes(), &mut allows, "ssn", &(at..at + 1)).is_some()
            };
            assert!(covered("# phivet") && covered("second"));
            assert!(!covered("third") && !covered("x"));
        }
        let text = "first // phivet:allow ssn -- made up\nsecond";
        let mut allows = read(text.as_bytes());
        assert!(covering(text.as_bytes(), &mut allows, "ssn", &(0..5)).is_some());
        assert!(covering(text.as_bytes(), &mut allows, "ssn", &(text.len() - 6..text.len())).is_none());
    }
}
