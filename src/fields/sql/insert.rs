//! `INSERT INTO t (…) VALUES (…)` and `COPY t (…) FROM stdin`.

use std::ops::Range;

use super::lex::{Lexer, Token};
use super::{Reader, create, guess};
use crate::fields::{Field, Label, Owner};

impl Reader<'_> {
    /// What follows `INSERT` or `REPLACE`.
    pub(super) fn insert(&mut self, at: usize) -> Option<usize> {
        let mut lexer = Lexer::new(self.bytes, at);
        for word in [&b"low_priority"[..], b"delayed", b"ignore", b"overwrite"] {
            lexer.skip_word(word);
        }
        if lexer.skip_word(b"or") {
            lexer.name()?;
        }
        // SQL Server's scripts leave INTO out; then the columns must be there.
        let into = lexer.skip_word(b"into");
        lexer.skip_word(b"table");
        let table = Self::table_name(&mut lexer)?;
        let listed = lexer.skip(b'(');
        if !into && !listed {
            return None;
        }
        let columns = if listed { Self::columns(&mut lexer)? } else { self.created(&table) };
        if lexer.skip_word(b"set") {
            let owner = self.owner(&table);
            self.record += 1;
            return self.assignments(lexer.at, owner);
        }
        // SQL Server may say OUTPUT, PostgreSQL OVERRIDING … VALUE, before the values.
        for _ in 0..8 {
            if lexer.skip_word(b"values") {
                return self.tuples(lexer, &columns, &table);
            }
            lexer.name().or_else(|| lexer.skip(b'.').then_some(0..0))?;
        }
        None
    }

    /// Tuples behind `VALUES`.
    fn tuples(&mut self, mut lexer: Lexer<'_>, columns: &[Range<usize>], table: &Range<usize>) -> Option<usize> {
        let owner = self.owner(table);
        let mut end = lexer.at;
        while lexer.skip(b'(') {
            let mut values = Vec::with_capacity(columns.len());
            if tuple(&mut lexer, &mut values).is_none() {
                // What is cut off or malformed ends the statement; keywords inside are looked for again.
                self.wasted += lexer.at - end;
                return Some(end);
            }
            end = lexer.at;
            self.record += 1;
            self.row(columns, &values, owner);
            if !lexer.skip(b',') {
                break;
            }
        }
        Some(end)
    }

    fn row(&mut self, columns: &[Range<usize>], values: &[Option<Range<usize>>], owner: Owner) {
        if columns.is_empty() {
            for (kind, value) in guess::columns(self.bytes, values, owner) {
                self.out.push(Field { label: Label::Kind(kind), value, owner, record: self.record });
            }
        }
        if values.len() > columns.len() {
            return;
        }
        for (column, value) in columns.iter().zip(values) {
            if let Some(value) = value {
                self.push(column.clone(), value.clone(), owner);
            }
        }
    }

    /// The columns of a table that this document creates.
    fn created(&mut self, table: &Range<usize>) -> Vec<Range<usize>> {
        let bytes = self.bytes;
        let name = bytes[table.clone()].to_ascii_lowercase();
        self.tables.get_or_insert_with(|| create::tables(bytes)).get(&name).cloned().unwrap_or_default()
    }

    /// `COPY t (…) FROM stdin;` and the rows below it, up to `\.`.
    pub(super) fn copy(&mut self, stdin: &Range<usize>) -> Option<usize> {
        let before = &self.bytes[self.read_to..stdin.start];
        let start = before.iter().rposition(|&b| b == b'\n').map_or(self.read_to, |i| self.read_to + i + 1);
        let mut lexer = Lexer::new(self.bytes, start);
        lexer.skip(b'\\');
        if !lexer.skip_word(b"copy") {
            return None;
        }
        let table = Self::table_name(&mut lexer)?;
        let columns = if lexer.skip(b'(') { Self::columns(&mut lexer)? } else { self.created(&table) };
        if !(lexer.skip_word(b"from") && lexer.skip_word(b"stdin")) {
            return None;
        }
        let options = stdin.end..crate::document::line_around(self.bytes, stdin.end).end;
        let by =
            if self.bytes[options.clone()].to_ascii_lowercase().windows(3).any(|w| w == b"csv") { b',' } else { b'\t' };
        let owner = self.owner(&table);
        let mut at = next_line(self.bytes, options.end);
        while at < self.bytes.len() {
            let row = crate::document::line_around(self.bytes, at);
            let text = &self.bytes[row.clone()];
            if text == b"\\." || (by == b'\t' && columns.len() > 1 && !text.contains(&by)) {
                break;
            }
            self.copied(&row, by, &columns, owner);
            at = next_line(self.bytes, row.end);
        }
        Some(at)
    }

    fn copied(&mut self, row: &Range<usize>, by: u8, columns: &[Range<usize>], owner: Owner) {
        let mut start = row.start;
        let mut values = Vec::with_capacity(columns.len());
        for cell in self.bytes[row.clone()].split(|&b| b == by) {
            values.push((cell != b"\\N").then_some(start..start + cell.len()));
            start += cell.len() + 1;
        }
        self.record += 1;
        self.row(columns, &values, owner);
    }
}

/// Where the line begins that follows the line end at `at`.
fn next_line(bytes: &[u8], at: usize) -> usize {
    at + if bytes[at.min(bytes.len())..].starts_with(b"\r\n") { 2 } else { 1 }
}

/// The values of a tuple whose `(` was read: of each the first literal in it, if there is one (`CAST(N'1980-02-01' AS date)`).
fn tuple(lexer: &mut Lexer<'_>, values: &mut Vec<Option<Range<usize>>>) -> Option<()> {
    let (mut depth, mut value) = (0_u32, None);
    let mut after_text = false;
    loop {
        let token = lexer.token()?;
        let follows_text = std::mem::take(&mut after_text);
        match token {
            Token::Mark(b'(') => depth += 1,
            Token::Mark(b')') if depth == 0 => {
                values.push(value);
                return Some(());
            }
            Token::Mark(b')') => depth -= 1,
            Token::Mark(b',') if depth == 0 => values.push(value.take()),
            Token::Mark(b';') => return None,
            // A string is followed by a mark or a keyword, never by a bare value: then an apostrophe was none.
            Token::Text(_) | Token::Number(_) if follows_text => return None,
            Token::Text(range) => {
                after_text = true;
                value = value.or_else(|| literal(lexer.bytes, range));
            }
            Token::Number(range) => value = value.or(Some(range)),
            Token::Word(range) if follows_text && !is_suffix(&lexer.bytes[range.clone()]) => {
                return None;
            }
            Token::Word(range) if is_statement(&lexer.bytes[range.clone()]) => return None,
            _ => {}
        }
    }
}

/// A string's value, unless it is pieced together by the code around it: `'" + name + "'`.
fn literal(bytes: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let text = &bytes[range.clone()];
    let pieced = matches!(text, [b'"', .., b'"'] | [b'$' | b'#', b'{', .., b'}']);
    (!pieced).then_some(range)
}

/// Words that may follow a string inside a value.
fn is_suffix(word: &[u8]) -> bool {
    [&b"as"[..], b"collate", b"at", b"using", b"is", b"and", b"or", b"then", b"else", b"end"]
        .iter()
        .any(|w| word.eq_ignore_ascii_case(w))
}

fn is_statement(word: &[u8]) -> bool {
    [&b"insert"[..], b"update", b"values", b"create"].iter().any(|w| word.eq_ignore_ascii_case(w))
}
