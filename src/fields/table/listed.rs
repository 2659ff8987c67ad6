//! A record as a list: the names of its values stand before them, one to a line.
//!
//! psql's `\x` and two-column tables part them by `|`, a row that pandas prints by blanks.

use std::ops::Range;

use super::{Shape, Table};

/// Longer lines are no part of a list, in bytes.
const LONGEST: usize = 300;
/// Longest name, in bytes.
const NAME: usize = 40;

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

/// A name, `|` or two blanks, and one value.
fn pair(bytes: &[u8], line: Range<usize>) -> Option<Pair> {
    let text = bytes[line.clone()].trim_ascii_end();
    if text.len() > LONGEST || !text.first()?.is_ascii_alphabetic() {
        return None;
    }
    let named =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ' | b'.' | b'-' | b'#' | b'/' | b'(' | b')');
    let end = text.iter().take(NAME + 60).position(|b| !named(b)).unwrap_or(text.len());
    let gap = memchr::memmem::find(&text[..end], b"  ").unwrap_or(end);
    let len = text[..gap].trim_ascii_end().len();
    let rest = &text[len..];
    let value = rest.trim_ascii_start();
    let value = value.strip_prefix(b"|").unwrap_or(value).trim_ascii_start();
    let marked = rest.trim_ascii_start().starts_with(b"|") && rest.starts_with(b" ");
    let parted = marked || rest.starts_with(b"  ");
    let one = !value.is_empty() && !value.contains(&b'|') && memchr::memmem::find(value, b"  ").is_none();
    let start = line.start + text.len() - value.len();
    (len <= NAME && parted && one)
        .then(|| Pair { name: line.start..line.start + len, value: start..line.start + text.len() })
}
