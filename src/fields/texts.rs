//! A few texts, searched for together: with vector instructions, where the processor has them.

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, Input, Span};

/// Texts of three bytes or more. Rare ones keep the search quick.
pub(super) enum Texts {
    Packed(Searcher),
    Plain(AhoCorasick),
    None,
}

impl Texts {
    pub(super) fn new(texts: &[&[u8]]) -> Self {
        let packed = Config::new().match_kind(MatchKind::LeftmostLongest).builder().extend(texts).build();
        let plain = || {
            let built = AhoCorasick::builder().match_kind(aho_corasick::MatchKind::LeftmostLongest).build(texts);
            built.map_or(Self::None, Self::Plain)
        };
        packed.map_or_else(plain, Self::Packed)
    }

    /// Where the first of them begins, from `from` on, and which it is: the longest that stands there.
    pub(super) fn next(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let span = Span { start: from.min(text.len()), end: text.len() };
        let found = match self {
            Self::Packed(searcher) => searcher.find_in(text, span),
            Self::Plain(searcher) => searcher.find(Input::new(text).span(span)),
            Self::None => None,
        };
        found.map(|found| (found.start(), found.pattern().as_usize()))
    }
}

/// How a word is usually written: small, capital, begun with a capital letter.
pub(super) fn spellings(word: &str) -> [String; 3] {
    let (first, rest) = word.split_at(1);
    [word.to_owned(), word.to_uppercase(), first.to_uppercase() + rest]
}
