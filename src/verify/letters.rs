//! The eighteen letters of Safe Harbor, and what was found of each.

use serde::Serialize;

use crate::judge::Finding;
use crate::rule::Rules;

/// The letters of 45 CFR 164.514(b)(2)(i), in a few words each.
pub const LETTERS: [(char, &str); 18] = [
    ('A', "Names"),
    ('B', "Places smaller than a state"),
    ('C', "Dates but the year; ages over 89"),
    ('D', "Telephone numbers"),
    ('E', "Fax numbers"),
    ('F', "E-mail addresses"),
    ('G', "Social Security numbers"),
    ('H', "Medical record numbers"),
    ('I', "Health plan beneficiary numbers"),
    ('J', "Account numbers"),
    ('K', "Certificate and licence numbers"),
    ('L', "Vehicle identifiers"),
    ('M', "Device identifiers"),
    ('N', "Web addresses"),
    ('O', "IP addresses"),
    ('P', "Biometric identifiers"),
    ('Q', "Full-face photographs"),
    ('R', "Any other unique number, characteristic or code"),
];

/// How many findings there are of each letter.
#[derive(Clone, Debug, Default)]
pub struct Letters([u64; 18]);

/// A letter's line in a certificate.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The letter.
    pub letter: char,
    /// What it names.
    pub title: &'static str,
    /// `pass` or `fail`.
    pub result: &'static str,
    /// How many findings there are.
    pub count: u64,
}

impl Letters {
    /// Counts a finding; what has no letter of its own is a unique characteristic (R).
    pub fn count(&mut self, rules: &Rules, finding: &Finding) {
        let letter = rules.get(finding.rule).safe_harbor.unwrap_or('R');
        let at = LETTERS.iter().position(|(known, _)| *known == letter).unwrap_or(17);
        self.0[at] += 1 + finding.more;
    }

    /// All letters with their results.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let line = |(at, (letter, title)): (usize, &(char, &'static str))| {
            let count = self.0[at];
            Line { letter: *letter, title, result: if count == 0 { "pass" } else { "fail" }, count }
        };
        LETTERS.iter().enumerate().map(line).collect()
    }

    /// Was nothing found of any letter?
    #[must_use]
    pub fn pass(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }
}
