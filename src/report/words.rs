//! Numbers and summaries in words, for people.

use super::Summary;
use crate::rule::Severity;

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
    text
}

fn thousands(number: u64) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

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
