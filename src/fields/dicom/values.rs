//! The value of an attribute, judged by its tag: a field, or nothing.

use std::ops::Range;

use super::tags::{Tag, What, what_is};
use crate::fields::{Field, Label, Owner};

/// Writes fields.
pub(super) struct Values<'a, 'o> {
    pub(super) bytes: &'a [u8],
    pub(super) out: &'o mut Vec<Field>,
    /// Number of the data set.
    pub(super) record: u32,
    /// Is what says nothing claimed as such?
    pub(super) claims: bool,
}

impl Values<'_, '_> {
    /// The value (or values, with `\` between them) of an attribute.
    pub(super) fn value(&mut self, tag: Tag, vr: Option<[u8; 2]>, value: Range<usize>) {
        let value = padless(self.bytes, value);
        if value.is_empty() {
            return;
        }
        match what_is(tag, vr) {
            What::Prose => self.push(Label::Prose, value, Owner::Unknown),
            What::Nothing => self.nothing(value),
            What::Pixels(rule) if self.bytes[value.clone()].eq_ignore_ascii_case(b"YES") => {
                self.push(Label::Kind(rule), value, Owner::Person);
            }
            What::Pixels(_) => self.nothing(value),
            What::Kind(kind, owner) => {
                let mut at = value.start;
                for part in self.bytes[value].split(|b| *b == b'\\') {
                    let one = padless(self.bytes, at..at + part.len());
                    at += part.len() + 1;
                    if fits(kind, &self.bytes[one.clone()]) {
                        self.push(Label::Kind(kind), one, owner);
                    } else if !one.is_empty() {
                        self.nothing(one);
                    }
                }
            }
        }
    }

    fn nothing(&mut self, value: Range<usize>) {
        if self.claims {
            self.push(Label::Nothing, value, Owner::Unknown);
        }
    }

    fn push(&mut self, label: Label, value: Range<usize>, owner: Owner) {
        self.out.push(Field { label, value, owner, record: self.record });
    }
}

/// The value without the blanks or NULs that make its length even.
pub(super) fn padless(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let end = range.end.min(bytes.len());
    let start = range.start.min(end);
    let pad = |b: &u8| *b == 0 || b.is_ascii_whitespace();
    let text = &bytes[start..end];
    let left = text.iter().take_while(|b| pad(b)).count();
    let right = text[left..].iter().rev().take_while(|b| pad(b)).count();
    start + left..end - right
}

/// Can `value` be of this kind? Dummies of de-identified and of test images are not.
fn fits(kind: &str, value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let says = value.iter().any(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    if !says || value.len() > 400 || is_dummy(value) {
        return false;
    }
    match kind {
        "dob" | "date" | "admission-date" | "discharge-date" => is_date(value),
        "dicom-uid" => digits >= 6 && !value.starts_with(b"1.2.840.10008."),
        "age_over_89" => is_old(value),
        "name" => value.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80),
        "address" => value.len() >= 4,
        "phone" => digits >= 7,
        _ => digits >= 1 && value.len() >= 2 && value.len() <= 128,
    }
}

/// Words that stand for nobody.
const DUMMIES: &[&str] = &["anon", "phantom", "removed", "deidentified", "de-identified", "unknown", "none", "null"];

fn is_dummy(value: &[u8]) -> bool {
    let word = value.split(|b| !b.is_ascii_alphabetic() && *b != b'-').find(|word| !word.is_empty());
    let lower = word.unwrap_or_default().to_ascii_lowercase();
    let only = |list: &[&[u8]]| {
        let mut words =
            value.split(|b| !b.is_ascii_alphanumeric() && *b < 0x80).filter(|word| !word.is_empty()).peekable();
        words.peek().is_some() && words.all(|word| list.iter().any(|dummy| word.eq_ignore_ascii_case(dummy)))
    };
    DUMMIES.iter().any(|dummy| lower.starts_with(dummy.as_bytes()))
        || only(&[b"test", b"qa", b"qc", b"patient", b"dummy", b"sample", b"no", b"name", b"id"])
        || value.iter().all(|b| matches!(b, b'0' | b'^' | b' ' | b'.' | b'-'))
}

/// `YYYYMMDD`, perhaps with a time (DA, DT), or `YYYY.MM.DD` of ACR-NEMA. The year alone, and years that mean "not known", do not count.
fn is_date(value: &[u8]) -> bool {
    let day: Vec<u8> = match value {
        [a, b, c, d, b'.' | b'-', e, f, b'.' | b'-', g, h, ..] => vec![*a, *b, *c, *d, *e, *f, *g, *h],
        _ => value.iter().take(8).copied().collect(),
    };
    let number = |r: Range<usize>| day[r].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    day.len() == 8
        && day.iter().all(u8::is_ascii_digit)
        && (1850..=2150).contains(&number(0..4))
        && (1..=12).contains(&number(4..6))
        && (1..=31).contains(&number(6..8))
        && !matches!(&day[..], b"19000101" | b"18580101")
}

/// An age (AS: `092Y`) over 89 years.
fn is_old(value: &[u8]) -> bool {
    match value {
        [a, b, c, b'Y'] if [a, b, c].iter().all(|d| d.is_ascii_digit()) => {
            u32::from(a - b'0') * 100 + u32::from(b - b'0') * 10 + u32::from(c - b'0') > 89
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dummies_dates_and_ages() {
        for dummy in ["Anonymous", "ANON^0042", "PHANTOM^QC", "TEST", "Test Patient", "^^^^", "000000", "Anonymized"] {
            assert!(is_dummy(dummy.as_bytes()), "{dummy}");
        }
        for real in ["Testa^Maria", "Noonan^Pat", "4MR1", "Qadir^A"] {
            assert!(!is_dummy(real.as_bytes()), "{real}");
        }
        assert!(is_date(b"19510314") && is_date(b"1951.03.14") && is_date(b"20240102101500.000+0100"));
        assert!(!is_date(b"1951") && !is_date(b"19000101") && !is_date(b"20241399"));
        assert!(is_old(b"092Y") && !is_old(b"089Y") && !is_old(b"092M"));
    }
}
