//! `CREATE TABLE t (…)`: columns for statements that do not list theirs.

use std::collections::HashMap;
use std::ops::Range;

use super::lex::{Lexer, Token};

/// Columns by table's name in lower case, as `CREATE TABLE` gives them.
pub(super) type Tables = HashMap<Vec<u8>, Vec<Range<usize>>>;

/// The tables that a document creates.
pub(super) fn tables(bytes: &[u8]) -> Tables {
    let mut tables = Tables::new();
    let mut at = 0;
    while let Some(found) = find_create(bytes, at) {
        let mut lexer = Lexer::new(bytes, found);
        if let Some((name, columns)) = created(&mut lexer) {
            tables.insert(bytes[name].to_ascii_lowercase(), columns);
        }
        at = found;
    }
    tables
}

/// Offset just behind the next `CREATE`.
fn find_create(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|b| b | 0x20 == b'c')?;
        if bytes
            .get(at..at + 7)
            .is_some_and(|word| word[..6].eq_ignore_ascii_case(b"create") && word[6].is_ascii_whitespace())
        {
            return Some(at + 6);
        }
        at += 1;
    }
}

/// Name and columns of the table whose `CREATE` was read.
fn created(lexer: &mut Lexer<'_>) -> Option<(Range<usize>, Vec<Range<usize>>)> {
    for word in [&b"or"[..], b"replace", b"global", b"local", b"temporary", b"temp", b"unlogged", b"external"] {
        lexer.skip_word(word);
    }
    if !lexer.skip_word(b"table") {
        return None;
    }
    if lexer.skip_word(b"if") {
        lexer.skip_word(b"not");
        lexer.skip_word(b"exists");
    }
    let mut name = lexer.name()?;
    while lexer.skip(b'.') {
        name = lexer.name()?;
    }
    if !lexer.skip(b'(') {
        return None;
    }
    let mut columns = Vec::new();
    while columns.len() < 2000 {
        let column = lexer.name()?;
        if !is_constraint(&lexer.bytes[column.clone()]) {
            columns.push(column);
        }
        if !skip_definition(lexer)? {
            break;
        }
    }
    Some((name, columns))
}

fn is_constraint(word: &[u8]) -> bool {
    let words = [
        &b"primary"[..],
        b"foreign",
        b"unique",
        b"constraint",
        b"key",
        b"index",
        b"check",
        b"exclude",
        b"fulltext",
        b"like",
    ];
    words.iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// Skips to the next column's definition; false when there is none.
fn skip_definition(lexer: &mut Lexer<'_>) -> Option<bool> {
    let mut depth = 0_u32;
    loop {
        match lexer.token()? {
            Token::Mark(b'(') => depth += 1,
            Token::Mark(b')') if depth == 0 => return Some(false),
            Token::Mark(b')') => depth -= 1,
            Token::Mark(b',') if depth == 0 => return Some(true),
            Token::Mark(b';') => return None,
            _ => {}
        }
    }
}
