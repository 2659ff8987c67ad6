//! A row's cells (RFC 4180).

use std::ops::Range;

/// A quoted cell longer than this is taken for a stray quote.
const LONGEST: usize = 32 * 1024;

/// Puts the cells of the row at `at` into `cells`, without quotes and surrounding blanks; returns where the next row begins.
pub(super) fn row(bytes: &[u8], mut at: usize, by: u8, cells: &mut Vec<Range<usize>>) -> usize {
    cells.clear();
    loop {
        let start = skip_blanks(bytes, at, by);
        let quoted = (bytes.get(start) == Some(&b'"')).then(|| closing(bytes, start + 1)).flatten();
        let end = cell_end(bytes, quoted.map_or(start, |q| q + 1), by);
        cells.push(match quoted {
            Some(q) => start + 1..q,
            None => trimmed(bytes, start..end),
        });
        at = end + 1;
        match bytes.get(end) {
            Some(&b) if b == by => {}
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => return end + 2,
            Some(_) => return end + 1,
            None => return bytes.len(),
        }
    }
}

/// Does a row of these cells belong to a table `width` wide? The last row of a document may be cut off.
pub(super) fn fit(cells: &[Range<usize>], width: usize, last: bool) -> bool {
    match cells.len() {
        n if n == width => true,
        n if n > width => cells[width..].iter().all(Range::is_empty),
        n => last && n >= 2,
    }
}

fn skip_blanks(bytes: &[u8], mut at: usize, by: u8) -> usize {
    while bytes.get(at).is_some_and(|&b| (b == b' ' || b == b'\t') && b != by) {
        at += 1;
    }
    at
}

fn cell_end(bytes: &[u8], at: usize, by: u8) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at.min(bytes.len()) + rest.iter().position(|&b| b == by || b == b'\n' || b == b'\r').unwrap_or(rest.len())
}

/// Where the quote stands that ends the quoted cell which begins at `at`.
fn closing(bytes: &[u8], mut at: usize) -> Option<usize> {
    let limit = bytes.len().min(at + LONGEST);
    while at < limit {
        if bytes[at] == b'"' {
            if bytes.get(at + 1) != Some(&b'"') {
                return Some(at);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// A bare cell without its trailing blanks and, when it has them on both sides, apostrophes.
fn trimmed(bytes: &[u8], cell: Range<usize>) -> Range<usize> {
    let start = cell.start.min(cell.end);
    let end = start + bytes[start..cell.end].trim_ascii_end().len();
    match &bytes[start..end] {
        [b'\'', inner @ .., b'\''] if !inner.contains(&b'\'') => start + 1..end - 1,
        _ => start..end,
    }
}
