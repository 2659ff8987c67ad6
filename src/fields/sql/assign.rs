//! `UPDATE t SET col = 'v' …` and `WHERE col = 'v' AND …`.

use std::ops::Range;

use memchr::memmem;

use super::Reader;
use super::lex::{Lexer, Token};
use crate::fields::Owner;

/// How far back a `WHERE` looks for its table's name.
const BACK: usize = 2000;

impl Reader<'_> {
    /// What follows `UPDATE`.
    pub(super) fn update(&mut self, at: usize) -> Option<usize> {
        let mut lexer = Lexer::new(self.bytes, at);
        lexer.skip_word(b"only");
        lexer.skip_word(b"ignore");
        let table = Self::table_name(&mut lexer)?;
        if !lexer.skip_word(b"set") {
            // An alias.
            lexer.skip_word(b"as");
            lexer.name()?;
            if !lexer.skip_word(b"set") {
                return None;
            }
        }
        let owner = self.owner(&table);
        self.record += 1;
        self.assignments(lexer.at, owner)
    }

    /// Conditions behind `WHERE`; nothing unless the first is a comparison.
    pub(super) fn conditions(&mut self, keyword: &Range<usize>) -> Option<usize> {
        let mut lexer = Lexer::new(self.bytes, keyword.end);
        while lexer.skip(b'(') {}
        let start = lexer.at;
        Self::table_name(&mut lexer)?;
        let comparison = match lexer.token()? {
            Token::Mark(mark) => matches!(mark, b'=' | b'<' | b'>' | b'!'),
            Token::Word(word) => is_comparison(&self.bytes[word]),
            _ => false,
        };
        if !comparison {
            return None;
        }
        let owner = self.owner_before(keyword.start)?;
        self.record += 1;
        self.assignments(start, owner)
    }

    /// Every `column = literal` up to the statement's end.
    pub(super) fn assignments(&mut self, at: usize, owner: Owner) -> Option<usize> {
        let mut lexer = Lexer::new(self.bytes, at);
        let mut column: Option<Range<usize>> = None;
        let mut compared = false;
        let mut end = at;
        while let Some(token) = lexer.token() {
            match token {
                Token::Word(word) if is_comparison(&self.bytes[word.clone()]) => compared = column.is_some(),
                Token::Word(word) if ends(&self.bytes[word.clone()]) => break,
                Token::Word(word) if compared && is_wrapper(&self.bytes[word.clone()]) => {}
                Token::Word(name) | Token::QuotedName(name) => (column, compared) = (Some(name), false),
                Token::Mark(b'=' | b'<' | b'>' | b'!') => compared = column.is_some(),
                Token::Mark(b'(' | b')' | b'.' | b',' | b'%' | b'|') => {}
                Token::Text(value) | Token::Number(value) => {
                    if let Some(column) = column.clone().filter(|_| compared) {
                        self.push(column, value, owner);
                    }
                }
                Token::Mark(_) => break,
            }
            end = lexer.at;
        }
        self.wasted += lexer.at - end;
        Some(end)
    }

    /// Whose rows the `WHERE` at `at` picks, by the `SELECT … FROM` before it; nothing without one.
    fn owner_before(&self, at: usize) -> Option<Owner> {
        let start = self.read_to.max(at.saturating_sub(BACK));
        let before = &self.bytes[start..at];
        let parted = |at: &usize| {
            let before_it = at.checked_sub(1).and_then(|before_it| before.get(before_it));
            before_it.is_some_and(|b| !b.is_ascii_alphanumeric())
                && before.get(at + 4).is_some_and(u8::is_ascii_whitespace)
        };
        let last = |word: &&[u8]| memmem::find_iter(before, *word).filter(parted).last();
        let from = [&b"from"[..], b"FROM", b"From"].iter().filter_map(last).max()?;
        let reads = [&b"select"[..], b"SELECT", b"Select", b"delete", b"DELETE", b"Delete"];
        if !reads.iter().any(|word| memmem::find(&before[..from], word).is_some()) {
            return None;
        }
        let mut lexer = Lexer::new(self.bytes, start + from + 4);
        Self::table_name(&mut lexer).map(|table| self.owner(&table))
    }
}

fn is_one_of(word: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|w| word.eq_ignore_ascii_case(w))
}

fn is_comparison(word: &[u8]) -> bool {
    is_one_of(word, &[b"like", b"ilike", b"in", b"between", b"similar"])
}

/// Functions around a literal; the column before them stays.
fn is_wrapper(word: &[u8]) -> bool {
    is_one_of(
        word,
        &[
            b"cast",
            b"convert",
            b"date",
            b"timestamp",
            b"to_date",
            b"upper",
            b"lower",
            b"trim",
            b"as",
            b"varchar",
            b"and",
            b"any",
        ],
    )
}

fn ends(word: &[u8]) -> bool {
    is_one_of(
        word,
        &[b"insert", b"update", b"values", b"group", b"order", b"limit", b"union", b"returning", b"begin", b"commit"],
    )
}
