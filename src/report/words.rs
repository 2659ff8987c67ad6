//! Numbers and summaries in words, for people.

use super::{Meta, Summary};
use crate::document::Exposure;
use crate::judge::finding::{Finding, Insert};
use crate::mask::Masked;
use crate::rule::{Rule, Severity};

/// The name of a severity, as in rules and reports.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `1 file`, `2 files`, `1,024 files`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A size, to three digits: `512 B`, `1.21 MB`.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in ["kB", "MB", "GB", "TB", "PB"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    let digits = if unit == "B" || value >= 99.95 { 0 } else { 1 + usize::from(value < 9.995) };
    format!("{value:.digits$} {unit}")
}

/// `3 errors, 1 warning, 2 notes (14 more like them)`, or `no findings`.
#[must_use]
pub fn findings(summary: &Summary) -> String {
    let counts = [
        (summary.errors, "error", "errors"),
        (summary.warnings, "warning", "warnings"),
        (summary.notes, "note", "notes"),
    ];
    let some: Vec<String> = counts.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(*n, one, many)).collect();
    let mut text = if some.is_empty() { "no findings".to_owned() } else { some.join(", ") };
    if summary.more > 0 {
        text += &format!(" ({} more like them)", thousands(summary.more));
    }
    if summary.suppressed > 0 {
        text += &format!(", {} allowed in place", thousands(summary.suppressed));
    }
    if summary.known > 0 {
        text += &format!(", {} known", thousands(summary.known));
    }
    text
}

/// The whole run in one line, without its time: `2 errors in 14 files (1.2 MB); 1 not read`.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    let files = count(summary.files, "file", "files");
    let mut text = format!("{} in {files} ({})", findings(summary), size(summary.bytes));
    if summary.skipped > 0 {
        text += &format!("; {} not read", thousands(summary.skipped));
    }
    if let Some((requests, bytes)) = summary.fetched {
        text += &format!("; {}, {} fetched", count(requests, "request", "requests"), size(bytes));
    }
    text
}

/// Since when, and until when, something stands in history: `in 3f2a9c1d04be since 2026-01-02, still in HEAD, 140 days`.
#[must_use]
pub fn exposure(exposure: &Exposure) -> String {
    let short = |commit: &str| commit.get(..12).unwrap_or(commit).to_owned();
    let days = |days: i64| count(u64::try_from(days).unwrap_or(0), "day", "days");
    let mut text = format!("first in commit {} of {}", short(&exposure.commit), date(exposure.authored));
    match (exposure.in_head, &exposure.gone, exposure.days) {
        (Some(true), ..) => text += ", still in HEAD",
        (Some(false), Some((commit, when)), _) => text += &format!(", gone with {} of {}", short(commit), date(*when)),
        (Some(false), None, _) => text += ", not in HEAD",
        (None, ..) => {}
    }
    match exposure.days {
        Some(number) if exposure.in_head == Some(true) => text += &format!(", for {} now", days(number)),
        Some(number) => text += &format!(", after {}", days(number)),
        None => {}
    }
    text
}

/// The day (UTC) of a time in seconds since 1970, as `2026-01-02`.
#[must_use]
pub fn date(seconds: i64) -> String {
    // Days into years of 400-year cycles that begin in March, after Howard Hinnant's `civil_from_days`.
    let days = seconds.div_euclid(86_400) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (month, day) = (if month < 10 { month + 3 } else { month - 9 }, day - (153 * month + 2) / 5 + 1);
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A finding in one paragraph: what it is, why the judge believes it, what to do.
#[must_use]
pub fn says(finding: &Finding, rule: &Rule) -> String {
    let mut text = rule.title.clone();
    if !finding.evidence.is_empty() {
        text += &format!(" ({})", finding.evidence.join(", "));
    }
    if finding.more > 0 {
        text += &format!(", and {} more", thousands(finding.more));
    }
    text += ".";
    if let Some(note) = &finding.note {
        text += &format!(" {note}");
    }
    if let Some(exposed) = &finding.exposure {
        text += &format!(" In history: {}.", exposure(exposed));
    }
    format!("{text} {}", rule.fix.trim())
}

/// What can stand where a value stood.
#[must_use]
pub fn placeholder(rule: &Rule) -> String {
    format!("[{}]", rule.id)
}

/// A document's name as tools of a repository want it: relative to the run's root, if it lies there.
#[must_use]
pub fn path<'a>(meta: &Meta<'_>, document: &'a Masked) -> &'a str {
    let name = document.as_str();
    let below = meta.root.as_deref().and_then(|root| name.strip_prefix(root)?.strip_prefix('/'));
    let below = below.unwrap_or(name);
    below.strip_prefix("./").unwrap_or(below)
}

/// `1,024`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What may be inserted, and where.
pub(super) fn edit(edit: &Insert) -> String {
    format!("Insert `{}` at {}:{}.", edit.text.trim_end_matches([',', ' ']), edit.at.line, edit.at.column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_days() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (1_735_689_599, "2024-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), day);
        }
    }

    #[test]
    fn exposures_read_well() {
        let since = Exposure {
            commit: "3f2a9c1d04be77".to_owned(),
            authored: 0,
            in_head: Some(true),
            gone: None,
            days: Some(1),
            version: 0,
        };
        assert_eq!(exposure(&since), "first in commit 3f2a9c1d04be of 1970-01-01, still in HEAD, for 1 day now");
        let gone = Exposure { in_head: Some(false), gone: Some(("ab".to_owned(), 172_800)), days: Some(2), ..since };
        assert_eq!(
            exposure(&gone),
            "first in commit 3f2a9c1d04be of 1970-01-01, gone with ab of 1970-01-03, after 2 days"
        );
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567, "file", "files"), "1,234,567 files");
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (12_345, "12.3 kB"),
            (999_999, "1.00 MB"),
            (123_456_789, "123 MB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
