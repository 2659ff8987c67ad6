//! What surrounds a hit: its document, its line, the words before it.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::detect::labels::Vocabulary;
use crate::detect::{Clues, Hit};
use crate::document::{Document, line_around};
use crate::fields::marks::PATIENTS;
use crate::judge::health::{HealthWords, health_words};
use crate::kind::{self, Kind};
use crate::rule::RuleId;
use crate::streams::fragments::{Fragments, offset_of_rarest};

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

/// How far before a value in code the notice is looked for that it may be a part of, in bytes.
const NOTICE: usize = 3072;

/// Does `at` stand in the comment with a copyright or licence that source files begin with (a comment, nearly all of it)?
fn in_notice(text: &[u8], at: usize) -> bool {
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

/// Does the text that begins with a word of authors really speak of them: no `authorization`?
fn is_attribution(text: &[u8]) -> bool {
    !NOT_ATTRIBUTION.iter().any(|word| text.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word)))
}

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

/// Finds attribution words in lines; made for the first line with something in it.
pub(crate) struct Lines(LazyLock<Option<(Fragments, AhoCorasick)>>);

impl Lines {
    pub(crate) fn new() -> Self {
        Self(LazyLock::new(|| {
            let search = AhoCorasick::builder().ascii_case_insensitive(true).build(ATTRIBUTION);
            search.ok().map(|search| (fragments(), search))
        }))
    }

    fn attributes(&self, line: &[u8]) -> bool {
        let Some((fragments, search)) = self.0.as_ref() else { return false };
        // A quick no for most lines.
        let may = fragments.next(line, 0).is_some() || memchr::memchr(SIGN[1], line).is_some();
        may && search.find_iter(line).any(|found| is_attribution(&line[found.start()..]))
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
            attribution: !called && *last.attribution.get_or_insert_with(|| self.attributes(&text[near.clone()])),
            notice: !called && code && in_notice(text, at.start),
            health_line: last.health.are_in(text, &near),
            vetoed: !called && !loosely && words.vetoes(rule, &text[before]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_attribution_are_not_passed_over() {
        let lines = Lines::new();
        for text in ATTRIBUTION.iter().flat_map(|text| [text.to_string(), text.to_uppercase()]) {
            for before in ["", "in a line that has more to say of it than others: "] {
                assert!(lines.attributes(format!("{before}{text}").as_bytes()), "{text}");
                assert!(lines.attributes(format!("{before}{text} and what else stands there").as_bytes()), "{text}");
            }
        }
        assert!(!lines.attributes(b"2026-01-02 03:04:05 INFO the queue was flushed, 12 of 48 are left"));
    }
}
