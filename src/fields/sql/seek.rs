//! Finds the keywords that begin, or show, a statement with values.

use std::ops::Range;

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

const WORDS: &[(&[u8], Keyword)] = &[
    (b"insert", Keyword::Insert),
    (b"replace", Keyword::Insert),
    (b"stdin", Keyword::Stdin),
    (b"update", Keyword::Update),
    (b"where", Keyword::Where),
];
/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// May a word begin in the first `BLOCK` of these bytes? Branchless, so that the compiler makes vector code of it.
fn may_hold(bytes: &[u8; BLOCK + 3]) -> bool {
    let mut hit = 0;
    for i in 0..BLOCK {
        let four = [bytes[i] | 0x20, bytes[i + 1] | 0x20, bytes[i + 2] | 0x20, bytes[i + 3] | 0x20];
        for word in [b"inse", b"repl", b"stdi", b"upda", b"wher"] {
            let same = u8::from(four[0] == word[0]) & u8::from(four[1] == word[1]);
            hit |= same & u8::from(four[2] == word[2]) & u8::from(four[3] == word[3]);
        }
    }
    hit != 0
}

/// The next keyword at or after `from`, as a whole word in either case.
pub(super) fn next(bytes: &[u8], from: usize) -> Option<(Keyword, Range<usize>)> {
    let mut at = from;
    while at < bytes.len() {
        let block = bytes.get(at..at + BLOCK + 3).and_then(|block| block.try_into().ok());
        if block.is_none_or(may_hold) {
            let found = (at..bytes.len().min(at + BLOCK)).find_map(|start| keyword_at(bytes, start));
            if found.is_some() {
                return found;
            }
        }
        at += BLOCK;
    }
    None
}

fn keyword_at(bytes: &[u8], start: usize) -> Option<(Keyword, Range<usize>)> {
    if !matches!(bytes[start] | 0x20, b'i' | b'r' | b's' | b'u' | b'w') {
        return None;
    }
    let found = WORDS.iter().find(|(word, _)| stands_at(bytes, start, word))?;
    Some((found.1, start..start + found.0.len()))
}

fn stands_at(bytes: &[u8], start: usize, word: &[u8]) -> bool {
    let end = start + word.len();
    bytes.get(start..end).is_some_and(|found| found.eq_ignore_ascii_case(word))
        && !(start > 0 && is_word(bytes[start - 1]))
        && !bytes.get(end).is_some_and(|&b| is_word(b))
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}
