//! "Did you mean …?"

/// The candidate most like `word`, if one is like it at all.
pub(super) fn similar<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let best = candidates.map(|candidate| (distance(word, candidate), candidate)).min()?;
    (best.0 <= word.chars().count().div_ceil(3)).then_some(best.1)
}

/// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn near_words_are_found() {
        let rules = || ["ssn", "mrn", "date-of-birth", "phone"].into_iter();
        assert_eq!(similar("snn", rules()), Some("ssn"));
        assert_eq!(similar("date-of-brith", rules()), Some("date-of-birth"));
        assert_eq!(similar("zzz", rules()), None);
    }
}
