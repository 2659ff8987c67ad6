//! What a text adds to others: whole lines.

use std::collections::HashMap;
use std::ops::Range;

/// The stretches of lines in `new` that do not stand in `old` (counting repeated ones), in order.
///
/// What is the same at both ends is passed over at once, so a small change of a large file costs little. Of the middle,
/// every line that the old middle does not hold as often is new: a line that was only moved is not.
pub(super) fn added(old: &[u8], new: &[u8]) -> Vec<Range<usize>> {
    let (gone, come) = differences(old, new);
    let mut known: HashMap<&[u8], u32> = HashMap::new();
    for line in gone.into_iter().flat_map(|range| lines(&old[range])) {
        *known.entry(line).or_default() += 1;
    }
    let mut ranges = Vec::<Range<usize>>::new();
    for range in come {
        let mut at = range.start;
        for line in lines(&new[range]) {
            let next = at + line.len();
            match known.get_mut(line) {
                Some(count) if *count > 0 => *count -= 1,
                _ => match ranges.last_mut() {
                    Some(last) if last.end == at => last.end = next,
                    _ => ranges.push(at..next),
                },
            }
            at = next;
        }
    }
    ranges
}

type Ranges = Vec<Range<usize>>;

/// How many lines ahead the same lines are looked for, behind a difference.
const AHEAD: usize = 24;

/// Stretches of both texts such that what lies between them is the same, line by line. They may be longer than they
/// had to be: whoever counts lines comes to the same result.
fn differences(old: &[u8], new: &[u8]) -> (Ranges, Ranges) {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let (mut a, mut b) = (0, 0);
    loop {
        let same = same_beginning(&old[a..], &new[b..]);
        (a, b) = (a + same, b + same);
        if a == old.len() && b == new.len() {
            return (gone, come);
        }
        let Some((x, y)) = again(&old[a..], &new[b..]) else { break };
        gone.push(a..a + x);
        come.push(b..b + y);
        (a, b) = (a + x, b + y);
    }
    let end = same_end(&old[a..], &new[b..]);
    gone.push(a..old.len() - end);
    come.push(b..new.len() - end);
    (gone, come)
}

/// How far both texts have to go until two lines in a row are the same.
fn again(old: &[u8], new: &[u8]) -> Option<(usize, usize)> {
    let starts = |text| {
        let mut at = 0;
        let mut starts: Vec<(usize, &[u8])> = Vec::with_capacity(AHEAD + 1);
        for line in lines(text).take(AHEAD + 1) {
            starts.push((at, line));
            at += line.len();
        }
        starts
    };
    let (old, new) = (starts(old), starts(new));
    for far in 1..2 * AHEAD {
        for x in far.saturating_sub(AHEAD - 1)..=far.min(AHEAD - 1) {
            let (a, b) = (old.get(x..x + 2), new.get(far - x..far - x + 2));
            if let (Some([first, second]), Some([same, next])) = (a, b)
                && (first.1, second.1) == (same.1, next.1)
            {
                return Some((first.0, same.0));
            }
        }
    }
    None
}

/// What stands in both lists of stretches.
pub(super) fn both(a: &[Range<usize>], b: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut out, mut i, mut j) = (Vec::new(), 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let common = x.start.max(y.start)..x.end.min(y.end);
        if !common.is_empty() {
            out.push(common);
        }
        if x.end <= y.end { i += 1 } else { j += 1 }
    }
    out
}

/// Lines with their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, behind) = rest.split_at_checked(end).filter(|_| end > 0)?;
        rest = behind;
        Some(line)
    })
}

/// How many bytes of whole lines are the same at the beginning.
fn same_beginning(a: &[u8], b: &[u8]) -> usize {
    const STEP: usize = 256;
    let chunks = a.chunks_exact(STEP).zip(b.chunks_exact(STEP)).take_while(|(x, y)| x == y).count();
    let sure = chunks * STEP;
    let same = sure + a[sure..].iter().zip(&b[sure..]).take_while(|(x, y)| x == y).count();
    if same == a.len() && same == b.len() {
        return same;
    }
    memchr::memrchr(b'\n', &a[..same]).map_or(0, |at| at + 1)
}

/// How many bytes of whole lines are the same at the end.
fn same_end(a: &[u8], b: &[u8]) -> usize {
    const STEP: usize = 256;
    let chunks = a.rchunks_exact(STEP).zip(b.rchunks_exact(STEP)).take_while(|(x, y)| x == y).count();
    let sure = chunks * STEP;
    let (x, y) = (&a[..a.len() - sure], &b[..b.len() - sure]);
    let same = sure + x.iter().rev().zip(y.iter().rev()).take_while(|(x, y)| x == y).count();
    let is_start = |text: &[u8]| same == text.len() || text[text.len() - same - 1] == b'\n';
    if is_start(a) && is_start(b) {
        return same;
    }
    let tail = &a[a.len() - same..];
    memchr::memchr(b'\n', tail).map_or(0, |at| same - at - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(old: &str, new: &str) -> String {
        added(old.as_bytes(), new.as_bytes()).into_iter().map(|range| format!("[{}]", &new[range])).collect()
    }

    #[test]
    fn only_new_lines() {
        assert_eq!(text("", "a\nb\n"), "[a\nb\n]");
        assert_eq!(text("a\nb\n", "a\nb\n"), "");
        assert_eq!(text("a\nc\n", "a\nb\nc\n"), "[b\n]");
        assert_eq!(text("a\nb\nc\n", "x\nb\ny\n"), "[x\n][y\n]");
        assert_eq!(text("a\nb\n", "b\na\n"), "");
        assert_eq!(text("a\n", "a\na\n"), "[a\n]");
        assert_eq!(text("ssn=1\n", "ssn=12\n"), "[ssn=12\n]");
        assert_eq!(text("xa\n", "ya\n"), "[ya\n]");
        assert_eq!(text("a\nb\n", "a\n"), "");
        assert_eq!(text("a", "a\nb"), "[a\nb]");
    }

    #[test]
    fn stretches_in_common() {
        assert_eq!(both(&[0..4, 6..9], &[2..7, 8..12]), [2..4, 6..7, 8..9]);
        assert!(both(&[0..4, 4..4], &[4..8, 9..9]).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_new_is_lost(old in "([ab]{0,3}\n){0,12}", new in "([abc]{0,3}\n){0,12}") {
            let ranges = added(old.as_bytes(), new.as_bytes());
            let mut at = 0;
            for line in new.split_inclusive('\n') {
                let covered = ranges.iter().any(|range| range.start <= at && at + line.len() <= range.end);
                let known = old.split_inclusive('\n').any(|other| other == line);
                prop_assert!(covered || known, "{line}");
                at += line.len();
            }
            let count = |text: &str, line: &str| text.split_inclusive('\n').filter(|other| *other == line).count();
            for line in new.split_inclusive('\n') {
                let covered: usize = ranges.iter().map(|range| count(&new[range.clone()], line)).sum();
                prop_assert!(covered >= count(&new, line).saturating_sub(count(&old, line)));
            }
        }
    }
}
