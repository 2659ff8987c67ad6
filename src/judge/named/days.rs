//! Days in names of documents: when somebody was born, or was seen (`visit_19710304.txt`).

use std::ops::Range;

/// The first year of which a day may be somebody's.
const FIRST: i64 = 1900;

/// Since this year the day in the name of a log or of a folder is the one on which it was written.
const WRITTEN: i64 = 1995;

/// Days in a name that may be somebody's, each with its year, up to `year`: `19710304`, `03041971`, `1971-03-04`,
/// `03_04_1971`. Those of logs and folders are not.
pub(crate) fn days(name: &str, year: i64) -> Vec<(Range<usize>, i64)> {
    let own = name.rfind(['/', '\\', '!']).map_or(0, |at| at + 1);
    let is_log = is_log(&name[own..]);
    let runs = runs(name.as_bytes());
    let mut found: Vec<(Range<usize>, i64)> = Vec::new();
    for at in 0..runs.len() {
        if let Some((day, of)) = packed(name, &runs[at], year).or_else(|| signed(name, &runs, at, year)) {
            found.push((day, of));
        }
    }
    found.retain(|(day, of)| *of < WRITTEN || !(is_log || day.start < own));
    found
}

/// The runs of digits.
fn runs(name: &[u8]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in name.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Eight digits that are a day, whatever the order of its parts.
fn packed(name: &str, run: &Range<usize>, until: i64) -> Option<(Range<usize>, i64)> {
    let text = name.get(run.clone()).filter(|text| text.len() == 8)?;
    let number = |at: Range<usize>| text.get(at).and_then(|part| part.parse::<i64>().ok()).unwrap_or(0);
    let orders = [(0..4, 4..6, 6..8), (4..8, 0..2, 2..4), (4..8, 2..4, 0..2)];
    let years = orders.into_iter().map(|(y, m, d)| (number(y), number(m), number(d)));
    let (year, ..) = years.into_iter().find(|day| is_day(*day, until))?;
    Some((run.clone(), year))
}

/// A day with one sign between its parts.
fn signed(name: &str, runs: &[Range<usize>], at: usize, until: i64) -> Option<(Range<usize>, i64)> {
    let [one, two, three] = runs.get(at..at + 3)? else { return None };
    let sign = *name.as_bytes().get(one.end).filter(|sign| b"-_.".contains(sign))?;
    let follows = |before: &Range<usize>, next: &Range<usize>| {
        before.end + 1 == next.start && name.as_bytes()[before.end] == sign
    };
    if !follows(one, two) || !follows(two, three) {
        return None;
    }
    // `1.19.02.2004` is a version.
    let goes_on = at.checked_sub(1).and_then(|at| runs.get(at)).is_some_and(|before| follows(before, one))
        || runs.get(at + 3).is_some_and(|next| follows(three, next));
    if sign == b'.' && goes_on {
        return None;
    }
    let number = |run: &Range<usize>| name[run.clone()].parse::<i64>().unwrap_or(0);
    let (a, b, c) = (number(one), number(two), number(three));
    let days = match (one.len(), two.len(), three.len()) {
        (4, 2, 2) => vec![(a, b, c)],
        (2, 2, 4) => vec![(c, a, b), (c, b, a)],
        _ => return None,
    };
    let (year, ..) = days.into_iter().find(|day| is_day(*day, until))?;
    Some((one.start..three.end, year))
}

fn is_day((year, month, day): (i64, i64, i64), until: i64) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (FIRST..=until).contains(&year) && (1..=last).contains(&day)
}

/// Is it a log, as it is written or as it is rotated: `app-20261123.log`, `app.log.2.gz`, `messages-20261123.gz`?
fn is_log(file: &str) -> bool {
    const PACKED: &[&str] = &[".gz", ".zst", ".bz2", ".xz", ".zip"];
    let file = file.to_ascii_lowercase();
    let inner = PACKED.iter().find_map(|end| file.strip_suffix(end));
    let named =
        |name: &str| name.ends_with(".log") || [".log.", ".log-", ".log_"].iter().any(|part| name.contains(part));
    // What is packed and has no other ending was rotated; an archive of anything else is not called so.
    let rotated = inner.is_some_and(|inner| !inner.contains('.') && !file.ends_with(".zip"));
    named(inner.unwrap_or(&file)) || rotated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_people_are_found_and_those_of_logs_are_not() {
        for (name, wanted) in [
            ("x_19710304.txt", "19710304"),
            ("x_03041971.txt", "03041971"),
            ("in/1971-03-04 visit.csv", "1971-03-04"),
            ("x_03.04.1971.txt", "03.04.1971"),
            ("born_19710304/a.txt", "19710304"),
            ("app-19710304.log", "19710304"),
            ("a.zip!x_20190412.csv.gz", "20190412"),
            ("app-20190412.log", ""),
            ("app.log-20190412.gz", ""),
            ("messages-20190412.gz", ""),
            ("release_20190412/a.txt", ""),
            ("x_119710304.txt", ""),
            ("x_19711304.txt", ""),
            ("x_19710230.txt", ""),
            ("x_20990304.txt", ""),
            ("lib-1.03.04.1971.jar", ""),
            ("00482913.txt", ""),
        ] {
            let found: String = days(name, 2026).into_iter().map(|(at, _)| &name[at]).collect();
            assert_eq!(found, wanted, "{name}");
        }
    }
}
