//! Tables: values separated by commas, tabs, pipes or semicolons, the boxes that psql, MySQL and Markdown draw, columns
//! of blanks, and records that are written as lists.
//!
//! A table is believed only when its first row looks like names, the rows below have as many cells, and those cells
//! look unlike names: code and prose are full of commas.

mod aligned;
mod boxed;
mod cells;
mod header;
mod listed;
mod owner;

use std::ops::Range;

use crate::document::Document;
use crate::fields::{Field, Format, Label, Mark, Owner};
use crate::streams::{Lines, Set};

pub(crate) use owner::owner_of;

/// Tables with a header row (RFC 4180 and its relatives), whole documents or runs of lines inside a text.
pub const FORMAT: Format = Format { name: "table", mark: Mark::Nothing, is, read };

/// How many rows below a header are looked at before it is believed.
const SAMPLE: usize = 20;

/// A believed table.
struct Table {
    shape: Shape,
    header: Vec<Range<usize>>,
    /// Where its first row begins.
    rows: usize,
    /// It is the whole document: odd rows are skipped, they do not end it.
    whole: bool,
}

/// How its cells are told apart.
#[derive(Clone, PartialEq, Eq)]
enum Shape {
    Separated(u8),
    Boxed,
    Aligned(aligned::Columns),
    Listed,
}

fn is(document: &Document) -> bool {
    document.head.as_deref().is_some_and(|head| next(head, 0, 0).is_some_and(|t| t.whole))
        || next(&document.bytes, 0, document.first_byte).is_some()
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let bytes = &document.bytes[..];
    let mut rows = Rows { bytes, owner: owner_of(stem(&document.name)), record: 0, names: None, out };
    let mut at = 0;
    if let Some(head) = document.head.as_deref()
        && let Some(table) = next(head, 0, 0).filter(|t| t.whole)
    {
        rows.names =
            Some(table.header.iter().map(|c| String::from_utf8_lossy(&head[c.clone()]).into_owned()).collect());
        at = rows.read(&Table { rows: 0, ..table });
        rows.names = None;
    }
    while let Some(table) = next(bytes, at, document.first_byte) {
        at = rows.read(&table).max(table.rows);
    }
}

/// The file's name without folders: `providers.csv` holds providers.
fn stem(name: &str) -> &[u8] {
    let base = name.rsplit(['/', '\\', '!']).next().unwrap_or(name);
    base.split('.').next().unwrap_or(base).as_bytes()
}

/// Offset just behind the line end that follows `at` (`\n`, or a lone `\r` in files of old systems).
fn line_after(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1)
}

/// The first table whose header begins at or after `from`.
fn next(bytes: &[u8], from: usize, first_byte: u64) -> Option<Table> {
    let mut whole = from == 0 && first_byte == 0;
    let from = if whole && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { from };
    let (mut at, mut tried) = (from, from);
    while whole && at < bytes.len() {
        let line = at..line_after(bytes, at);
        if let Some(table) = table(bytes, (from, line.clone()), whole, &mut tried) {
            return Some(table);
        }
        whole = is_lead(&bytes[line.clone()]);
        at = line.end;
    }
    Lines::new(bytes, at, &MAY_BEGIN).find_map(|line| table(bytes, (from, line), false, &mut tried))
}

/// The table whose header is `line`, or the one above it if that is not before `from`; up to `tried` no line is a header
/// of separated cells.
fn table(bytes: &[u8], (from, line): (usize, Range<usize>), whole: bool, tried: &mut usize) -> Option<Table> {
    let (first, below) = (bytes[line.start], bytes.get(line.end).copied());
    if boxed::may_be_rule(first) {
        let above = match line.start.checked_sub(1).filter(|_| line.start > from) {
            Some(end) => memchr::memrchr(b'\n', &bytes[from..end]).map_or(from, |n| from + n + 1)..line.start,
            None => from..from,
        };
        if let Some(table) = boxed::table(bytes, above, line.clone()) {
            return Some(table);
        }
    }
    if line.start >= *tried && may_begin_header(first, whole) {
        match header::table(bytes, line.clone(), whole) {
            Ok(table) => return Some(table),
            Err(to) => *tried = to,
        }
    }
    if aligned::may_begin(first, below)
        && let Some(table) = aligned::table(bytes, line.clone())
    {
        return Some(table);
    }
    if listed::may_begin(first, below) { listed::table(bytes, line) } else { None }
}

/// What the first line of a table, or the rule below it, may begin with inside of a text; blanks are two.
static MAY_BEGIN: Set = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(
            byte as u8,
            b'A'..=b'Z' | b'a'..=b'z' | 0x80.. | b'"' | b'_' | b'#' | b' ' | b'-' | b'+' | b'|'
        );
        byte += 1;
    }
    Set::new(table)
};

/// Where two blanks stand side by side.
fn gap(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match (*byte, text[at - 1]) {
            (b' ', b' ') => return Some(at - 1),
            (b' ', _) => at += 1,
            // Neither this byte nor the next one ends two blanks.
            _ => at += 2,
        }
    }
    None
}

fn may_begin_header(byte: u8, whole: bool) -> bool {
    byte.is_ascii_alphabetic()
        || byte >= 0x80
        || matches!(byte, b'"' | b'_' | b'#')
        || (whole && matches!(byte, b',' | b'\t'))
}

/// Lines that may stand before a table's header: blank ones, comments, Excel's `sep=;`.
fn is_lead(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty()
        || line.starts_with(b"#")
        || line.starts_with(b"--")
        || line.starts_with(b"//")
        || line.starts_with(b"sep=")
}

/// Lines in a table that are no rows and do not end it: rules in a box, blank lines in a file.
fn passed_over(table: &Table, blank: bool, line: &[u8]) -> bool {
    match table.shape {
        Shape::Boxed => boxed::is_rule(line),
        Shape::Separated(_) => blank && table.whole,
        Shape::Aligned(_) | Shape::Listed => false,
    }
}

/// Writes a table's cells as fields.
struct Rows<'a> {
    bytes: &'a [u8],
    owner: Owner,
    record: u32,
    names: Option<Vec<String>>,
    out: &'a mut Vec<Field>,
}

impl Rows<'_> {
    /// Reads to the table's end; returns where that is.
    fn read(&mut self, table: &Table) -> usize {
        let (bytes, mut at, mut odd) = (self.bytes, table.rows, 0);
        self.record += 1;
        let list = self.record;
        let mut cells = Vec::with_capacity(table.header.len());
        while at < bytes.len() {
            let end = match &table.shape {
                Shape::Separated(by) => cells::row(bytes, at, *by, &mut cells),
                Shape::Boxed => boxed::row(bytes, at, &mut cells),
                Shape::Aligned(columns) => aligned::row(bytes, at, columns, &mut cells),
                Shape::Listed => listed::row(bytes, at, &mut cells),
            };
            let blank = cells.iter().all(Range::is_empty);
            if let (Shape::Listed, [name, value]) = (&table.shape, &cells[..]) {
                self.push_listed(name, value, list);
                odd = 0;
            } else if !blank && cells::fit(&cells, table.header.len(), table.whole && end == bytes.len()) {
                if let ([_, _], [name, value]) = (&table.header[..], &cells[..]) {
                    self.push_listed(name, value, list);
                }
                self.push(&table.header, &cells);
                odd = 0;
            } else if !passed_over(table, blank, &bytes[at..end]) {
                odd += 1;
                if !table.whole || odd > SAMPLE {
                    return at;
                }
            }
            at = end;
        }
        at
    }

    /// A value whose name stands before it: `| MRN | 00482917 |`.
    fn push_listed(&mut self, name: &Range<usize>, value: &Range<usize>, record: u32) {
        if !value.is_empty() && header::name(&self.bytes[name.clone()]) {
            let label = Label::Text(name.clone());
            self.out.push(Field { label, value: value.clone(), owner: self.owner, record });
        }
    }

    fn push(&mut self, header: &[Range<usize>], cells: &[Range<usize>]) {
        self.record += 1;
        for (i, cell) in cells.iter().enumerate().take(header.len()) {
            if cell.is_empty() {
                continue;
            }
            let label = match &self.names {
                Some(names) => Label::Word(names.get(i).cloned().unwrap_or_default()),
                None => Label::Text(header[i].clone()),
            };
            self.out.push(Field { label, value: cell.clone(), owner: self.owner, record: self.record });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn what_may_begin_is_not_passed_over() {
        for byte in 0..=255 {
            let any = super::boxed::may_be_rule(byte)
                || super::may_begin_header(byte, false)
                || (0..=255).any(|below| super::aligned::may_begin(byte, Some(below)))
                || (0..=255).any(|below| super::listed::may_begin(byte, Some(below)));
            assert_eq!(super::MAY_BEGIN.has(byte), any, "{}", char::from(byte));
        }
    }

    proptest! {
        #[test]
        fn gaps_are_two_blanks(text in "[a ]{0,20}") {
            let text = text.as_bytes();
            prop_assert_eq!(super::gap(text), text.windows(2).position(|two| two == b"  "));
        }
    }
}
