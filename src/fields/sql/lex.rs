//! SQL's tokens, as far as statements with values need them.

use std::ops::Range;

/// Longer comments are read as if they ended here, so that reading stays linear.
const COMMENT: usize = 4096;

/// A token; a string's or quoted name's range is what stands between its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Range<usize>),
    QuotedName(Range<usize>),
    Text(Range<usize>),
    Number(Range<usize>),
    Mark(u8),
}

/// Reads tokens from `at` on.
pub(super) struct Lexer<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// The next token; none at the end, and where a string never ends.
    pub(super) fn token(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let first = *self.bytes.get(start)?;
        match first {
            b'\'' => self.text(),
            b'N' | b'n' | b'E' | b'e' | b'B' | b'b' | b'X' | b'x' if self.bytes.get(start + 1) == Some(&b'\'') => {
                self.at += 1;
                self.text()
            }
            b'"' | b'`' => self.quoted(first),
            b'\\' if self.bytes.get(start + 1) == Some(&b'"') => self.escaped_quoted(),
            b'[' => self.quoted(b']'),
            b'0'..=b'9' => Some(Token::Number(self.while_word(start))),
            b'-' | b'+' if self.bytes.get(start + 1).is_some_and(u8::is_ascii_digit) => {
                Some(Token::Number(self.while_word(start)))
            }
            _ if is_name(first) => Some(Token::Word(self.while_word(start))),
            _ => {
                self.at += 1;
                Some(Token::Mark(first))
            }
        }
    }

    /// A name, bare or quoted.
    pub(super) fn name(&mut self) -> Option<Range<usize>> {
        match self.token()? {
            Token::Word(range) | Token::QuotedName(range) => Some(range),
            _ => None,
        }
    }

    /// Skips this mark if it comes next.
    pub(super) fn skip(&mut self, mark: u8) -> bool {
        self.skip_blanks();
        let is = self.bytes.get(self.at) == Some(&mark);
        self.at += usize::from(is);
        is
    }

    /// Skips this word if it comes next.
    pub(super) fn skip_word(&mut self, word: &[u8]) -> bool {
        self.skip_blanks();
        let end = self.at + word.len();
        let is = self.bytes.get(self.at..end).is_some_and(|found| found.eq_ignore_ascii_case(word))
            && !self.bytes.get(end).is_some_and(|&b| is_name(b) || b.is_ascii_digit());
        if is {
            self.at = end;
        }
        is
    }

    /// Blanks, comments, and line ends written as `\n` inside a string of code.
    fn skip_blanks(&mut self) {
        while let Some(&b) = self.bytes.get(self.at) {
            let rest = &self.bytes[self.at..];
            if b.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with(b"\\n") || rest.starts_with(b"\\t") || rest.starts_with(b"\\r") {
                self.at += 2;
            } else if rest.starts_with(b"/*") {
                let rest = &rest[..rest.len().min(COMMENT)];
                self.at += rest.windows(2).position(|w| w == b"*/").map_or(rest.len(), |n| n + 2);
            } else if rest.starts_with(b"-- ") {
                let rest = &rest[..rest.len().min(COMMENT)];
                self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn while_word(&mut self, start: usize) -> Range<usize> {
        self.at = start + 1;
        while self
            .bytes
            .get(self.at)
            .is_some_and(|&b| is_name(b) || b.is_ascii_digit() || (b == b'.' && self.bytes[start].is_ascii_digit()))
        {
            self.at += 1;
        }
        start..self.at
    }

    /// A string in apostrophes; `''` and `\'` stand for one apostrophe.
    fn text(&mut self) -> Option<Token> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(length) = rest.iter().position(|&b| b == b'\'') else {
                self.at = self.bytes.len();
                return None;
            };
            at += length;
            if self.bytes.get(at + 1) == Some(&b'\'') {
                at += 2;
            } else if at > start && self.escapes(start, at) {
                at += 1;
            } else {
                self.at = at + 1;
                return Some(Token::Text(start..at));
            }
        }
    }

    /// Does the backslash before this apostrophe escape it? Not when the string plainly ends here: `'C:\',`.
    fn escapes(&self, start: usize, at: usize) -> bool {
        let slashes = self.bytes[start..at].iter().rev().take_while(|&&b| b == b'\\').count();
        slashes % 2 == 1 && !matches!(self.bytes.get(at + 1), Some(b',' | b')' | b';' | b'\n' | b'\r') | None)
    }

    fn quoted(&mut self, close: u8) -> Option<Token> {
        let start = self.at + 1;
        let len = self.bytes[start..].iter().take(200).position(|&b| b == close || b == b'\n');
        match len {
            Some(len) if self.bytes[start + len] == close && len > 0 => {
                self.at = start + len + 1;
                Some(Token::QuotedName(start..start + len))
            }
            _ => {
                self.at = start;
                Some(Token::Mark(self.bytes[start - 1]))
            }
        }
    }

    /// A name in quotes that a string of code has escaped: `\"ssn\"`.
    fn escaped_quoted(&mut self) -> Option<Token> {
        let start = self.at + 2;
        let len = self.bytes[start..].iter().take(200).position(|&b| b == b'\\' || b == b'\n').unwrap_or(0);
        if len > 0 && self.bytes.get(start + len + 1) == Some(&b'"') {
            self.at = start + len + 2;
            return Some(Token::QuotedName(start..start + len));
        }
        self.at += 1;
        Some(Token::Mark(b'\\'))
    }
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphabetic() || b >= 0x80 || matches!(b, b'_' | b'$' | b'@')
}
