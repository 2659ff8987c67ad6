//! Boxes: `a | b` above `---+---` (psql), `|---|---|` (Markdown) or between `+---+---+` (MySQL).

use std::ops::Range;

use super::{Shape, Table, header};

/// Longer lines are no rules and no headers.
const LONGEST: usize = 16 * 1024;

/// Can a line that begins with this byte be the rule below a header?
pub(super) fn may_be_rule(first: u8) -> bool {
    matches!(first, b'-' | b'+' | b'|')
}

/// Is this line a rule: dashes with a `|` or `+` between them?
pub(super) fn is_rule(line: &[u8]) -> bool {
    let mut dashes = 0;
    let mut joints = 0;
    for &b in line {
        match b {
            b'-' | b'=' => dashes += 1,
            b'|' | b'+' => joints += 1,
            b' ' | b':' | b'\r' | b'\n' => {}
            _ => return false,
        }
    }
    dashes >= 3 && joints > 0
}

/// The table whose header is `above` and whose rule is `rule`.
pub(super) fn table(bytes: &[u8], above: Range<usize>, rule: Range<usize>) -> Option<Table> {
    if above.len() > LONGEST || rule.len() > LONGEST || !is_rule(&bytes[rule.clone()]) {
        return None;
    }
    let mut header = Vec::new();
    row(bytes, above.start, &mut header);
    let good = header.len() >= 2 && header.iter().all(|c| header::name(&bytes[c.clone()]));
    good.then_some(Table { shape: Shape::Boxed, header, rows: rule.end, whole: false })
}

/// Puts the cells of the drawn row at `at` into `cells`; returns where the next line begins. A rule has no cells.
pub(super) fn row(bytes: &[u8], at: usize, cells: &mut Vec<Range<usize>>) -> usize {
    cells.clear();
    let next = super::line_after(bytes, at);
    let line = trim(bytes, at..next);
    if line.is_empty() || is_rule(&bytes[line.clone()]) {
        return next;
    }
    let mut start = line.start + usize::from(bytes[line.start] == b'|');
    let closed = line.end > start && bytes[line.end - 1] == b'|';
    let end = line.end - usize::from(closed);
    let inside = start..end;
    for i in inside {
        if bytes[i] == b'|' && bytes[i - 1] != b'\\' {
            cells.push(trim(bytes, start..i));
            start = i + 1;
        }
    }
    cells.push(trim(bytes, start..end.max(start)));
    next
}

fn trim(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    let start = range.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}
