//! SQL with values in it: `INSERT`, `REPLACE`, `COPY … FROM stdin`, `UPDATE … SET`, `WHERE …`, in dumps, logs and code.

mod assign;
mod bound;
mod create;
mod guess;
mod insert;
mod lex;
mod seek;

use std::ops::Range;

use crate::document::Document;
use crate::fields::table::owner_of;
use crate::fields::{Field, Format, Label, Mark, Owner};
use lex::{Lexer, Token};
use seek::Keyword;

/// SQL statements that carry values, wherever they stand.
pub const FORMAT: Format =
    Format { name: "sql", mark: Mark::Word(&["insert", "replace", "stdin", "update", "where"]), is, read };

fn is(document: &Document) -> bool {
    let mut out = Vec::new();
    let mut reader = Reader::new(&document.bytes, &mut out);
    // A dump may begin with many statements that create tables; what counts is one that carries values.
    reader.run(true);
    !out.is_empty()
}

fn read(document: &Document, out: &mut Vec<Field>) {
    Reader::new(&document.bytes, out).run(false);
}

/// Reads a document's statements one after the other.
struct Reader<'a> {
    bytes: &'a [u8],
    out: &'a mut Vec<Field>,
    record: u32,
    /// Keywords before this offset have been dealt with.
    read_to: usize,
    /// Bytes that were read in vain and will be read again.
    wasted: usize,
    /// Columns of the tables that the document creates; read when first needed.
    tables: Option<create::Tables>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], out: &'a mut Vec<Field>) -> Self {
        Self { bytes, out, record: 0, read_to: 0, wasted: 0, tables: None }
    }

    fn run(&mut self, first_only: bool) {
        let mut at = 0;
        while let Some((keyword, found)) = seek::next(self.bytes, at) {
            let before = self.out.len();
            at = self.statement(keyword, &found).unwrap_or(0).max(found.end);
            self.read_to = at;
            // A document made to be read again and again is left to the text detectors.
            if (first_only && self.out.len() > before) || self.wasted > 4 * self.bytes.len() + 100_000 {
                return;
            }
        }
    }

    /// Reads the statement with this keyword; returns where reading goes on.
    fn statement(&mut self, keyword: Keyword, found: &Range<usize>) -> Option<usize> {
        let before = self.out.len();
        let end = match keyword {
            Keyword::Insert => self.insert(found.end),
            Keyword::Stdin => return self.copy(found),
            Keyword::Update => self.update(found.end),
            Keyword::Where => self.conditions(found),
        };
        // Without values of its own, it may have placeholders, and a log shows what was bound to them.
        if self.out.len() == before { self.bound(keyword, found).or(end) } else { end }
    }

    fn push(&mut self, label: Range<usize>, value: Range<usize>, owner: Owner) {
        if !value.is_empty() {
            self.out.push(Field { label: Label::Text(label), value, owner, record: self.record });
        }
    }

    /// A table's name, schema and quotes aside.
    fn table_name(lexer: &mut Lexer<'_>) -> Option<Range<usize>> {
        let mut name = lexer.name()?;
        while lexer.skip(b'.') {
            name = lexer.name()?;
        }
        Some(name)
    }

    fn owner(&self, table: &Range<usize>) -> Owner {
        owner_of(&self.bytes[table.clone()])
    }

    /// Columns in parentheses, `(` already read.
    fn columns(lexer: &mut Lexer<'_>) -> Option<Vec<Range<usize>>> {
        let mut columns = Vec::new();
        loop {
            columns.push(lexer.name()?);
            match lexer.token()? {
                Token::Mark(b',') if columns.len() < 2000 => {}
                Token::Mark(b')') => return Some(columns),
                _ => return None,
            }
        }
    }
}
