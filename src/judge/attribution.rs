//! Lines and notices that name authors and owners: their names and addresses are meant to be public.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::streams::fragments::{Fragments, offset_of_rarest};

/// Words of lines whose names and addresses are meant to be public.
const ATTRIBUTION: &[&str] = &[
    "copyright",
    "(c) copyright",
    "(c) 19",
    "(c) 20",
    "\u{a9}",
    "author",
    "maintainer",
    "maintained by",
    "contributor",
    "contributed by",
    "contributions",
    "written by",
    "signed-off-by",
    "reviewed-by",
    "acked-by",
    "reported-by",
    "tested-by",
    "co-authored",
    "licens",
    "licenc",
    "thanks to",
    "thanks go",
    "credits",
    "credit to",
    "original by",
    "modified by",
    "ported by",
    "ported from",
    "ported to",
    "patch by",
    "patches by",
    "@param",
    "doi:",
    "et al",
    "isbn",
    "rfc",
    "courtesy of",
];

/// The one of them that is too short for a search of fragments, in UTF-8.
const SIGN: [u8; 2] = [0xc2, 0xa9];

/// Looks for the rarest bytes of all others.
fn fragments() -> Fragments {
    let texts = ATTRIBUTION.iter().map(|text| text.as_bytes()).filter(|text| *text != SIGN);
    let texts: Vec<&[u8]> = texts.map(|text| &text[offset_of_rarest(text)..]).collect();
    Fragments::new(&texts, true).0
}

/// Words of care and payment that begin as those do.
const NOT_ATTRIBUTION: &[&[u8]] = &[b"authoriz", b"authoris", b"authorit"];

/// Does the text that begins with a word of authors really speak of them: no `authorization`?
fn is_attribution(text: &[u8]) -> bool {
    !NOT_ATTRIBUTION.iter().any(|word| text.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word)))
}

/// Finds attribution words in lines; made for the first line with something in it.
pub(super) struct Attribution(LazyLock<Option<(Fragments, AhoCorasick)>>);

impl Attribution {
    pub(super) fn new() -> Self {
        Self(LazyLock::new(|| {
            let search = AhoCorasick::builder().ascii_case_insensitive(true).build(ATTRIBUTION);
            search.ok().map(|search| (fragments(), search))
        }))
    }

    /// Does the line speak of authors, maintainers or a licence?
    pub(super) fn is_in(&self, line: &[u8]) -> bool {
        let Some((fragments, search)) = self.0.as_ref() else { return false };
        // A quick no for most lines.
        let may = fragments.next(line, 0).is_some() || memchr::memchr(SIGN[1], line).is_some();
        may && search.find_iter(line).any(|found| is_attribution(&line[found.start()..]))
    }
}

/// How far before a value in code the notice is looked for that it may be a part of, in bytes.
const NOTICE: usize = 3072;

/// Does `at` stand in the comment with a copyright or licence that source files begin with (a comment, nearly all of it)?
pub(super) fn in_notice(text: &[u8], at: usize) -> bool {
    let said = ["opyright", "OPYRIGHT", "icense", "ICENSE", "warranty", "WARRANTY"];
    let is_comment = |line: &[u8]| {
        let line = line.trim_ascii_start();
        let marks: [&[u8]; 8] = [b"*", b"/", b"#", b"--", b";", b"%", b"'", b"<!--"];
        line.is_empty() || marks.iter().any(|mark| line.starts_with(mark))
    };
    if at >= NOTICE {
        return false;
    }
    // The comment in which it stands, from its first line on.
    let mut start = at;
    for line in text[..at].rsplit(|b| *b == b'\n') {
        if !is_comment(line) {
            break;
        }
        start = start.saturating_sub(line.len() + 1);
    }
    said.iter().any(|word| memchr::memmem::find(&text[start..at], word.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_attribution_are_not_passed_over() {
        let lines = Attribution::new();
        for text in ATTRIBUTION.iter().flat_map(|text| [text.to_string(), text.to_uppercase()]) {
            for before in ["", "in a line that has more to say of it than others: "] {
                assert!(lines.is_in(format!("{before}{text}").as_bytes()), "{text}");
                assert!(lines.is_in(format!("{before}{text} and what else stands there").as_bytes()), "{text}");
            }
        }
        assert!(!lines.is_in(b"2026-01-02 03:04:05 INFO the queue was flushed, 12 of 48 are left"));
    }
}
