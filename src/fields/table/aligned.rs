//! Tables whose columns are parted by blanks alone: what pandas, `column -t`, SQL*Plus and reports print.
//!
//! Nothing but the places of the cells says that they belong together, so these must agree to the character: cells
//! begin where their column's name begins, or end where it ends, or stand under its rule of dashes.

use std::ops::Range;

use super::{Shape, Table, header};

/// Longer lines are no rows and no headers, in bytes.
const LONGEST: usize = 1024;

/// Longest name of a column, in bytes.
const NAME: usize = 40;

/// Where the columns of such a table stand, in characters from the line's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    cut: Cut,
    /// Of the columns' names, or of the dashes below them.
    at: Vec<Range<usize>>,
    /// The rows begin with a number or name of theirs that has no heading.
    index: bool,
}

/// Where one cell ends and the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Cells begin where the names do.
    Left,
    /// Cells end where the names do.
    Right,
    /// Two blanks part them.
    Gaps,
}

/// The table whose header is `line` (as [`may_begin`] says), when the line below has its cells where the names are.
pub(super) fn table(bytes: &[u8], line: Range<usize>) -> Option<Table> {
    if line.len() > LONGEST || !may_be(bytes, &line) {
        return None;
    }
    let below = line.end..super::line_after(bytes, line.end);
    if below.len() > LONGEST {
        return None;
    }
    let names = pieces(bytes, line.clone());
    let is_name = |name: &Range<usize>| {
        let name = &bytes[name.clone()];
        header::name(name) && name.len() <= NAME && name.iter().any(u8::is_ascii_alphabetic)
    };
    if names.len() < 3 || !names.iter().all(is_name) {
        return None;
    }
    let index = bytes[line.start] == b' ';
    let at = places(bytes, line.start, &names);
    let (columns, rows) = match dashes(bytes, &below) {
        Some(rule) if rule.len() == names.len() => (Columns { cut: Cut::Left, at: rule, index: false }, below.end),
        Some(_) => return None,
        None => (believed(bytes, below.start, at, index)?, below.start),
    };
    Some(Table { shape: Shape::Aligned(columns), header: names, rows, whole: false })
}

/// A quick no for most lines: does a header begin with `first`, and a row below it with `below`?
pub(super) fn may_begin(first: u8, below: Option<u8>) -> bool {
    match (first, below) {
        // A row has a number or a name where the header has none.
        (b' ', Some(below)) => below.is_ascii_alphanumeric() || below == b'-',
        // Lines of logs begin with a date, and names with a letter.
        (b'A'..=b'Z' | b'a'..=b'z' | b'_', Some(below)) => !below.is_ascii_whitespace(),
        _ => false,
    }
}

/// A quick no for most others: two blanks in a row after the first word, and before it where it is indented.
fn may_be(bytes: &[u8], line: &Range<usize>) -> bool {
    let line = &bytes[line.clone()];
    (line[0] != b' ' || line.starts_with(b"  ")) && super::gap(line.trim_ascii()).is_some()
}

/// How the row at `row` is cut, if its cells stand where the names do.
fn believed(bytes: &[u8], row: usize, at: Vec<Range<usize>>, index: bool) -> Option<Columns> {
    let line = row..super::line_after(bytes, row);
    let cells = places(bytes, row, &pieces(bytes, line));
    let cells = cells.get(usize::from(index)..)?;
    let begins = |cell: &Range<usize>| at.iter().any(|name| name.start == cell.start);
    let ends = |cell: &Range<usize>| at.iter().any(|name| name.end == cell.end);
    if cells.len() < 2 || !cells.iter().all(|cell| begins(cell) || ends(cell)) {
        return None;
    }
    let cut = if cells.iter().all(begins) {
        Cut::Left
    } else if cells.iter().all(ends) {
        Cut::Right
    } else if cells.len() == at.len() {
        Cut::Gaps
    } else {
        return None;
    };
    Some(Columns { cut, at, index })
}

/// Puts the cells of the row at `at` into `cells`, empty ones too; returns where the next line begins.
pub(super) fn row(bytes: &[u8], at: usize, columns: &Columns, cells: &mut Vec<Range<usize>>) -> usize {
    cells.clear();
    let next = super::line_after(bytes, at);
    let mut line = at..at + bytes[at..next].trim_ascii_end().len();
    if line.is_empty() || line.len() > LONGEST {
        return next;
    }
    let chars = starts(bytes, &line);
    let byte = |column: usize| chars.get(column).copied().unwrap_or(line.end);
    if columns.cut == Cut::Gaps {
        cells.extend(pieces(bytes, line).into_iter().skip(usize::from(columns.index)));
        return next;
    }
    if columns.index {
        line.start += bytes[line.clone()].iter().take_while(|b| **b != b' ').count();
    }
    let last = columns.at.len() - 1;
    let mut from = line.start;
    for (i, name) in columns.at.iter().enumerate() {
        let to = match columns.cut {
            _ if i == last => line.end,
            Cut::Left => byte(columns.at[i + 1].start),
            _ => byte(name.end),
        };
        let to = to.max(from);
        // A value that is wider than its column: the line is no row, or one that cannot be told apart.
        if to < line.end && to > from && bytes[to - usize::from(columns.cut == Cut::Left)] != b' ' {
            cells.clear();
            return next;
        }
        cells.push(trim(bytes, from..to));
        from = to;
    }
    next
}

/// The pieces of a line that two blanks or more part, without a mark that the table goes on below.
fn pieces(bytes: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest = trim(bytes, line);
    if bytes[rest.clone()].ends_with(b"  \\") {
        rest = trim(bytes, rest.start..rest.end - 1);
    }
    while !rest.is_empty() {
        let len = super::gap(&bytes[rest.clone()]).unwrap_or(rest.len());
        found.push(rest.start..rest.start + len);
        rest = trim(bytes, rest.start + len..rest.end);
    }
    found
}

/// Where the dashes stand that name the columns' widths (`----- --------`).
fn dashes(bytes: &[u8], line: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let text = bytes[line.clone()].trim_ascii_end();
    if !text.starts_with(b"--") || !text.iter().all(|b| matches!(b, b'-' | b' ')) {
        return None;
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for (i, _) in text.iter().enumerate().filter(|(_, b)| **b == b'-') {
        match found.last_mut() {
            Some(run) if run.end == i => run.end = i + 1,
            _ => found.push(i..i + 1),
        }
    }
    Some(found)
}

/// Ranges of bytes as ranges of characters from `start` on.
fn places(bytes: &[u8], start: usize, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let column = |at: usize| bytes[start..at].iter().filter(|b| (**b as i8) >= -0x40).count();
    ranges.iter().map(|range| column(range.start)..column(range.end)).collect()
}

/// Where the characters of a line begin, in bytes.
fn starts(bytes: &[u8], line: &Range<usize>) -> Vec<usize> {
    line.clone().filter(|i| (bytes[*i] as i8) >= -0x40).collect()
}

fn trim(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    let start = range.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}
