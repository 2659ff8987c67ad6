//! Finds the keywords that begin, or show, a statement with values.

use std::ops::Range;
use std::sync::LazyLock;

use crate::fields::texts::{Texts, spellings};

/// What was found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    /// `INSERT` or `REPLACE`.
    Insert,
    /// `stdin`, at the end of `COPY t (…) FROM stdin`.
    Stdin,
    Update,
    Where,
}

const WORDS: &[(&str, Keyword)] = &[
    ("insert", Keyword::Insert),
    ("replace", Keyword::Insert),
    ("stdin", Keyword::Stdin),
    ("update", Keyword::Update),
    ("where", Keyword::Where),
];

/// The keywords in all spellings; by a spelling's number a third is the word's.
fn texts() -> &'static Texts {
    static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
        let all: Vec<String> = WORDS.iter().flat_map(|(word, _)| spellings(word)).collect();
        Texts::new(&all.iter().map(String::as_bytes).collect::<Vec<_>>())
    });
    &TEXTS
}

/// The next keyword at or after `from`, as a whole word in a usual spelling.
pub(super) fn next(bytes: &[u8], from: usize) -> Option<(Keyword, Range<usize>)> {
    let mut at = from;
    while let Some((start, which)) = texts().next(bytes, at) {
        let (word, keyword) = WORDS[which / 3];
        let end = start + word.len();
        let inside = start > 0 && is_word(bytes[start - 1]) || bytes.get(end).is_some_and(|b| is_word(*b));
        if !inside {
            return Some((keyword, start..end));
        }
        at = start + 1;
    }
    None
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}
