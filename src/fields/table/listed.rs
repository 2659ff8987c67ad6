//! A record as a list: the names of its values stand before them, one to a line.
//!
//! psql's `\x` and two-column tables part them by `|`, a row that pandas prints by blanks.

use std::ops::Range;

use super::{Shape, Table};

/// Longer lines are no part of a list, in bytes.
const LONGEST: usize = 300;
/// Longest name, in bytes.
const NAME: usize = 40;

/// A quick no: both lines begin with names.
pub(super) fn may_begin(first: u8, below: Option<u8>) -> bool {
    first.is_ascii_alphabetic() && below.is_some_and(|below| below.is_ascii_alphabetic())
}

/// The list that begins with `line`, when the next line goes on with it.
pub(super) fn table(bytes: &[u8], line: Range<usize>) -> Option<Table> {
    let first = pair(bytes, line.clone())?;
    let below = line.end..super::line_after(bytes, line.end);
    let second = pair(bytes, below)?;
    let next = line.end;
    // Without a mark between, only values that begin or end in one column belong together.
    let marked = |pair: &Pair| bytes[pair.name.end..pair.value.start].contains(&b'|');
    let column = |at: usize, start: usize| at - start;
    let aligned = column(first.value.start, line.start) == column(second.value.start, next)
        || column(first.value.end, line.start) == column(second.value.end, next);
    (marked(&first) == marked(&second) && aligned | marked(&first)).then(|| Table {
        shape: Shape::Listed,
        header: Vec::new(),
        rows: line.start,
        whole: false,
    })
}

/// Puts name and value of the line at `at` into `cells`; returns where the next line begins.
pub(super) fn row(bytes: &[u8], at: usize, cells: &mut Vec<Range<usize>>) -> usize {
    cells.clear();
    let next = super::line_after(bytes, at);
    if let Some(Pair { name, value }) = pair(bytes, at..next) {
        cells.extend([name, value]);
    }
    next
}

struct Pair {
    name: Range<usize>,
    value: Range<usize>,
}

/// Length of the name that a line begins with, where two blanks or a blank and `|` end it.
fn name_len(text: &[u8]) -> Option<usize> {
    let mut last = 0;
    for (i, b) in text.iter().take(NAME + 2).enumerate() {
        match b {
            b' ' | b'|' if last == b' ' => return Some(i - 1),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b' ' | b'.' | b'-' | b'#' | b'/' | b'(' | b')' => {}
            _ => return None,
        }
        last = *b;
    }
    None
}

/// A name, `|` or two blanks, and one value.
fn pair(bytes: &[u8], line: Range<usize>) -> Option<Pair> {
    if !bytes.get(line.start)?.is_ascii_alphabetic() {
        return None;
    }
    let text = bytes[line.clone()].trim_ascii_end();
    if text.len() > LONGEST {
        return None;
    }
    let len = name_len(text)?;
    let rest = &text[len..];
    let value = rest.trim_ascii_start();
    let value = value.strip_prefix(b"|").unwrap_or(value).trim_ascii_start();
    let marked = rest.trim_ascii_start().starts_with(b"|") && rest.starts_with(b" ");
    let parted = marked || rest.starts_with(b"  ");
    let one = !value.is_empty() && !value.contains(&b'|') && super::gap(value).is_none();
    let start = line.start + text.len() - value.len();
    (parted && one).then(|| Pair { name: line.start..line.start + len, value: start..line.start + text.len() })
}
