//! Is this line the header of a separated table?

use std::collections::BTreeSet;
use std::ops::Range;

use super::{SAMPLE, Shape, Table, boxed, cells};

/// Longer lines are no headers.
const LONGEST: usize = 16 * 1024;

/// The table whose header is `line`, when the rows below bear it out; else where to look on: a header is the first
/// of the lines that have as many cells.
pub(super) fn table(bytes: &[u8], line: Range<usize>, whole: bool) -> Result<Table, usize> {
    let text = &bytes[line.clone()];
    if line.len() > LONGEST || is_preprocessed(text) || ends_no_names(text) || !first_cell_ends(text) {
        return Err(line.end);
    }
    let Some(delimiters) = delimiters(&bytes[line.clone()]) else {
        return Err(line.end);
    };
    let mut header = Vec::new();
    let mut tried = line.end;
    for (by, seen) in [b'\t', b'|', b';', b','].into_iter().zip(delimiters) {
        if seen.names_nothing(by, &bytes[line.clone()], whole) {
            continue;
        }
        let start = line.start + lead(&bytes[line.clone()]);
        let rows = cells::row(bytes, start, by, &mut header);
        if rows > line.end || !names(bytes, &header, by, whole) {
            continue;
        }
        match borne_out(bytes, rows, by, &header, whole) {
            Ok(()) => {
                return Ok(Table { shape: Shape::Separated(by), header, rows, whole });
            }
            Err(end) if !whole => tried = tried.max(end),
            Err(_) => {}
        }
    }
    Err(tried)
}

/// A line for C's preprocessor: headers of C hold little else.
fn is_preprocessed(line: &[u8]) -> bool {
    line.starts_with(b"#define ") || line.starts_with(b"#include ")
}

/// A quick no by a line's last byte: `;`, `|` and what no column's name holds end statements, not names.
fn ends_no_names(line: &[u8]) -> bool {
    line.trim_ascii_end().last().is_some_and(|last| matches!(last, b';' | b'|') || CLASS[usize::from(*last)] == REFUSED)
}

/// Does a delimiter come soon? It spares most lines of prose and code a closer look.
fn first_cell_ends(line: &[u8]) -> bool {
    let line = &line[..line.len().min(70)];
    let (eights, rest) = line.as_chunks::<8>();
    let ends = |byte: &u8| ENDS[usize::from(*byte)];
    // Many together: few of them end a cell.
    let eight = eights.iter().find(|eight| eight.iter().fold(false, |any, byte| any | ends(byte)));
    let end = eight.map_or(rest, |eight| &eight[..]).iter().find(|byte| ends(byte));
    end.is_some_and(|end| CLASS[usize::from(*end)] < NAME)
}

/// Length of a `#` before the names (`#chrom`, `# id, name`).
fn lead(line: &[u8]) -> usize {
    if line.starts_with(b"#") { 1 + line[1..].iter().take_while(|&&b| b == b' ').count() } else { 0 }
}

/// What a line says of one delimiter.
#[derive(Clone, Copy, Default)]
struct Delimiter {
    /// How often it stands in it.
    count: usize,
    /// Does a blank stand behind one of them, before a bare cell?
    spaced: bool,
}

impl Delimiter {
    /// A quick no: the line, cut by this delimiter, is not [`names`].
    fn names_nothing(self, by: u8, line: &[u8], whole: bool) -> bool {
        let least = if by == b',' && !whole { 2 } else { 1 };
        let spaced = by != b'\t' && self.spaced && !whole;
        self.count < least || spaced || line.trim_ascii_end().ends_with(&[by])
    }
}

/// The delimiters `\t`, `|`, `;` and `,` in a line; nothing when it holds bytes that no column's name holds.
fn delimiters(line: &[u8]) -> Option<[Delimiter; 4]> {
    let mut found = [Delimiter::default(); CLASSES];
    let mut quoted = false;
    for (i, &b) in line.iter().enumerate() {
        let class = CLASS[usize::from(b)];
        if class == NAME {
            continue;
        }
        if class == REFUSED {
            return None;
        }
        quoted ^= b == b'"';
        let seen = &mut found[usize::from(class)];
        seen.count += usize::from(!(quoted && b == b','));
        let bare = |b: &u8| !matches!(b, b' ' | b'\t' | b'"');
        seen.spaced |= !quoted && line.get(i + 1) == Some(&b' ') && line.get(i + 2).is_some_and(bare);
    }
    let found = [found[0], found[1], found[2], found[3]];
    found.iter().any(|seen| seen.count > 0).then_some(found)
}

const CLASSES: usize = 7;
/// In a name.
const NAME: u8 = 4;
/// A quote or line end: around a name.
const AROUND: u8 = 5;
const REFUSED: u8 = 6;

/// Delimiters by their number, and what else a byte may be in a header.
const CLASS: [u8; 256] = classes();

/// Bytes that end a cell, or a line's being a header.
const ENDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = CLASS[b] != NAME && CLASS[b] != AROUND;
        b += 1;
    }
    table
};

const fn classes() -> [u8; 256] {
    let mut table = [REFUSED; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'\t' => 0,
            b'|' => 1,
            b';' => 2,
            b',' => 3,
            b'"' | b'\r' | b'\n' => AROUND,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80..=0xff => NAME,
            b' ' | b'_' | b'-' | b'.' | b'/' | b'#' | b'(' | b')' | b'%' | b':' | b'?' | b'*' | b'&' | b'\'' => NAME,
            _ => REFUSED,
        };
        b += 1;
    }
    table
}

fn in_name(b: u8) -> bool {
    CLASS[usize::from(b)] == NAME || b == b','
}

/// Do these cells look like the names of columns? Inside a text more is asked than at its beginning.
fn names(bytes: &[u8], header: &[Range<usize>], by: u8, whole: bool) -> bool {
    let least = if by == b',' && !whole { 3 } else { 2 };
    if header.len() < least || header.len() > 2000 {
        return false;
    }
    let spaced = header[1..].iter().filter(|c| c.start > 0 && bytes[c.start - 1] == b' ').count();
    if by != b'\t' && spaced > 0 && (!whole || spaced + 1 < header.len() || header.len() < 3) {
        return false;
    }
    let distinct: BTreeSet<_> = header.iter().map(|c| bytes[c.clone()].to_ascii_lowercase()).collect();
    // An index column has no name (pandas).
    let unnamed = usize::from(whole && header[0].is_empty());
    distinct.len() * 5 >= header.len() * 4 && header[unnamed..].iter().all(|c| name(&bytes[c.clone()]))
}

/// Does this cell look like a column's name: short, few words, more letters than digits?
pub(super) fn name(cell: &[u8]) -> bool {
    let Some(&first) = cell.first() else {
        return false;
    };
    let letters = cell.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    let digits = cell.iter().filter(|b| b.is_ascii_digit()).count();
    cell.len() <= 60
        && (first.is_ascii_alphabetic() || first >= 0x80 || matches!(first, b'_' | b'#' | b'*' | b'%'))
        && letters >= digits.min(3)
        && cell.iter().all(|&b| in_name(b))
        && cell.iter().filter(|b| **b == b' ').count() <= 5
        && !matches!(cell.last(), Some(b'.' | b'?' | b':'))
}

/// Have the rows below as many cells, and do they look unlike names? If not: where the rows end that have.
fn borne_out(bytes: &[u8], rows: usize, by: u8, header: &[Range<usize>], whole: bool) -> Result<(), usize> {
    let (mut at, mut good, mut seen) = (rows, 0, 0);
    let mut unlike = vec![0_usize; header.len()];
    let mut row = Vec::new();
    while at < bytes.len() && seen < SAMPLE {
        let end = cells::row(bytes, at, by, &mut row);
        if by == b'|' && boxed::is_rule(&bytes[at..end]) {
            return Err(rows);
        }
        // Inside a text, a cell that runs over lines is a stray quote.
        let runs_on = !whole && super::line_after(bytes, at) < end;
        let fits = !runs_on && row.len() > 1 && cells::fit(&row, header.len(), whole && end == bytes.len());
        if !fits && !whole {
            break;
        }
        seen += usize::from(row.len() > 1 || !row[0].is_empty());
        good += usize::from(fits);
        for ((count, name), cell) in unlike.iter_mut().zip(header).zip(row.iter().filter(|_| fits)) {
            *count += usize::from(differs(&bytes[name.clone()], &bytes[cell.clone()], whole));
        }
        at = end;
    }
    let alike = unlike.iter().all(|&n| n * 2 < good.max(1));
    let least = if seen == 1 && at >= bytes.len() && whole && !is_spaced(bytes, header) {
        1 // There is nothing but a header and a row.
    } else {
        least(bytes, by, header, whole)
    };
    if good < least || good * 10 < seen * 9 || alike { Err(at) } else { Ok(()) }
}

/// How many rows a header needs: one where a document begins with three names and no blanks between them, else two.
fn least(bytes: &[u8], by: u8, header: &[Range<usize>], whole: bool) -> usize {
    if whole && (header.len() > 2 || by != b',') && !is_spaced(bytes, header) { 1 } else { 2 }
}

/// Does a blank stand before the second name?
fn is_spaced(bytes: &[u8], header: &[Range<usize>]) -> bool {
    header.get(1).is_some_and(|second| second.start > 0 && bytes[second.start - 1] == b' ')
}

/// Is this cell of another style than its column's name: digits, or, where a table is likely, other letter case?
fn differs(name: &[u8], cell: &[u8], whole: bool) -> bool {
    let has = |text: &[u8], what: fn(&u8) -> bool| text.iter().any(what);
    let odd: fn(&u8) -> bool = |b| b.is_ascii_digit() || matches!(b, b'@' | b'=' | b'<' | b'{');
    let upper: fn(&u8) -> bool = u8::is_ascii_uppercase;
    let lower: fn(&u8) -> bool = u8::is_ascii_lowercase;
    let recased = has(name, upper) != has(cell, upper) || has(name, lower) != has(cell, lower);
    (has(cell, odd) && !has(name, odd)) || ((whole || name.contains(&b'_')) && recased && !cell.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The quick no never says no to names.
        #[test]
        fn a_quick_no_is_a_no(line in "([a-c_1 ]|[,;|\t]|, |\"[a,;]{0,3}\"|\"){0,14}\n?", whole: bool) {
            let line = line.as_bytes();
            prop_assume!(!line.is_empty());
            let Some(delimiters) = delimiters(line) else { return Ok(()) };
            for (by, seen) in [b'\t', b'|', b';', b','].into_iter().zip(delimiters) {
                let mut header = Vec::new();
                let rows = cells::row(line, 0, by, &mut header);
                let good = rows <= line.len() && names(line, &header, by, whole);
                prop_assert!(!(good && seen.count > 0 && seen.names_nothing(by, line, whole)), "{}", by as char);
                prop_assert!(!(good && ends_no_names(line)), "{}", by as char);
            }
        }
    }
}
