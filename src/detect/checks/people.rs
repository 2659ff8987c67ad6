//! Numbers that the state gives to people: social security, taxes, driving, passports, immigration.

use super::digits::{Plain, all_digits, all_same, is_dummy, number};
use super::lists::LICENCES;
use super::{Verdict, reserved_if, valid_if};

/// Numbers on sample cards and in advertisements, which the SSA took out of use (SSA, "Social Security Cards Issued
/// by Woolworth"), and those that people write when they mean none.
const SSN_SAMPLES: [&[u8]; 5] = [b"078051120", b"219099999", b"457555462", b"111223333", b"123121234"];

/// SSN: no area 000, 666 or 900 to 999, no group 00, no serial 0000 (SSA POMS RM 10201.035). Woolworth's and other
/// samples, 987-65-4320 to -4329 of advertisements, dummies and Synthea's 999-xx-xxxx are reserved.
pub(super) fn ssn(value: &[u8]) -> Verdict {
    match nine(value) {
        Some(digits) => ssn_digits(&digits),
        None => Verdict::Invalid,
    }
}

/// The SSN rules on nine digits.
pub(super) fn ssn_digits(digits: &[u8]) -> Verdict {
    if is_dummy(digits) || SSN_SAMPLES.contains(&digits) || digits.starts_with(b"98765432") || is_synthea(digits) {
        return Verdict::Reserved;
    }
    let part = |at: std::ops::Range<usize>| digits.get(at).and_then(number).unwrap_or(0);
    let area = part(0..3);
    valid_if(digits.len() == 9 && area != 0 && area != 666 && area < 900 && part(3..5) != 0 && part(5..9) != 0)
}

/// Synthea's SSN: `999-[1-9]d-[1-9]ddd` (Synthea, LifecycleModule).
fn is_synthea(digits: &[u8]) -> bool {
    digits.len() == 9 && digits.starts_with(b"999") && digits[3] != b'0' && digits[5] != b'0'
}

/// Nine digits in a row or as 3-2-4 with twice the same separator.
fn nine(value: &[u8]) -> Option<Plain> {
    Plain::digits(value).filter(|p| matches!(p.groups(), [9]) || (matches!(p.groups(), [3, 2, 4]) && p.even))
}

/// ITIN: 9xx, then a group of 50–65, 70–88, 90–92 or 94–99 (IRS Publication 1915; IRM 3.21.263).
pub(super) fn itin(value: &[u8]) -> Verdict {
    let Some(digits) = nine(value).filter(|d| d[0] == b'9') else { return Verdict::Invalid };
    if is_synthea(&digits) || is_dummy(&digits) {
        return Verdict::Reserved;
    }
    valid_if(matches!(number(&digits[3..5]), Some(50..=65 | 70..=88 | 90..=92 | 94..=99)))
}

/// Last four of an SSN, behind a mask or alone: not 0000 (SSA POMS RM 10201.035).
pub(super) fn ssn4(value: &[u8]) -> Verdict {
    let masked = |b: &u8| matches!(b, b'*' | b'x' | b'X' | b'#' | b'-' | b' ' | b'.');
    let start = value.iter().position(|b| !masked(b)).unwrap_or(value.len());
    match &value[start..] {
        b"1234" | b"6789" => Verdict::Reserved,
        digits if digits.len() == 4 && all_digits(digits) && digits != b"0000" => reserved_if(all_same(digits)),
        _ => Verdict::Invalid,
    }
}

/// A driver's licence number in the format of some state, with a letter or seven digits at least (NTSI, "Drivers
/// License Formats").
pub(super) fn driver_licence(value: &[u8]) -> Verdict {
    let Some(plain) = Plain::new(value) else { return Verdict::Invalid };
    let digits = plain.iter().filter(|b| b.is_ascii_digit()).count();
    let enough = (digits > 0 && digits < plain.len()) || digits >= 7;
    if !enough || !LICENCES.iter().any(|format| is_format(format, &plain)) {
        return Verdict::Invalid;
    }
    let start = plain.iter().position(u8::is_ascii_digit).unwrap_or(0);
    reserved_if(is_dummy(&plain[start..]))
}

/// Has a text this format: `A1N7-9` is a letter and 7 to 9 digits, a small letter stands for itself, `*` is any.
fn is_format(format: &str, text: &[u8]) -> bool {
    let mut format = format.bytes().peekable();
    let mut rest = text;
    while let Some(kind) = format.next() {
        let mut count = || {
            let mut n = 0;
            while let Some(d) = format.next_if(u8::is_ascii_digit) {
                n = n * 10 + usize::from(d - b'0');
            }
            n
        };
        let least = count();
        let most = if format.next_if_eq(&b'-').is_some() { number_of(&mut format) } else { least };
        let fits = |b: &u8| match kind {
            b'A' => b.is_ascii_alphabetic(),
            b'N' => b.is_ascii_digit(),
            b'*' => true,
            letter => b.eq_ignore_ascii_case(&letter),
        };
        let found = rest.iter().take(most).take_while(|b| fits(b)).count();
        if found < least {
            return false;
        }
        rest = &rest[found..];
    }
    rest.is_empty()
}

fn number_of(format: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> usize {
    let mut n = 0;
    while let Some(d) = format.next_if(u8::is_ascii_digit) {
        n = n * 10 + usize::from(d - b'0');
    }
    n
}

/// A passport number: nine digits, or a letter and eight digits (US Department of State, 2021); the usual forms of
/// other countries; either line of the machine-readable zone of ICAO Doc 9303-4, with its check digits.
pub(super) fn passport_us(value: &[u8]) -> Verdict {
    if value.len() == 44 {
        return passport_line(value);
    }
    let Some(plain) = Plain::new(value) else { return Verdict::Invalid };
    let known = ["N9", "A1N7-8", "A1N7-8A1", "A2N6-7", "N2A2N5"].iter().any(|format| is_format(format, &plain));
    let start = plain.iter().position(u8::is_ascii_digit).unwrap_or(0);
    if known { reserved_if(is_dummy(&plain[start..])) } else { Verdict::Invalid }
}

/// A line of a passport's machine-readable zone. State `UTO` (Utopia) is that of the specimen.
fn passport_line(line: &[u8]) -> Verdict {
    let is = |part: &[u8], more: fn(u8) -> bool| part.iter().all(|b| b.is_ascii_uppercase() || *b == b'<' || more(*b));
    if line[0] == b'P' && is(line, |_| false) {
        let sample = &line[2..5] == b"UTO"
            || line.windows(8).any(|w| w == b"SPECIMEN")
            || line.windows(8).any(|w| w == b"TRAVELER");
        return valid_if(line[5..].windows(2).any(|w| w == b"<<")).and_reserved(sample);
    }
    if !is(line, |b| b.is_ascii_digit()) {
        return Verdict::Invalid;
    }
    let right = |from: usize, to: usize| line[to] == line_check(&line[from..to]);
    valid_if(right(0, 9) && right(13, 19) && right(21, 27)).and_reserved(&line[10..13] == b"UTO")
}

/// The check digit of a part of the zone: weights 7, 3, 1; letters count from 10, `<` is 0 (ICAO Doc 9303-3, 4.9).
fn line_check(part: &[u8]) -> u8 {
    let value = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'Z' => u32::from(b - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = part.iter().zip([7, 3, 1].iter().cycle()).map(|(b, w)| value(*b) * w).sum();
    b'0' + (sum % 10) as u8
}

impl Verdict {
    /// A valid sample is reserved.
    fn and_reserved(self, sample: bool) -> Self {
        if sample && self == Self::Valid { Self::Reserved } else { self }
    }
}

/// An alien registration number, `A` and seven to nine digits, or a USCIS receipt number, three letters and ten digits
/// (USCIS glossary).
pub(super) fn a_number(value: &[u8]) -> Verdict {
    let Some(plain) = Plain::new(value) else { return Verdict::Invalid };
    let digits = match &*plain {
        [b'A', digits @ ..] if matches!(digits.len(), 7..=9) => digits,
        text if is_format("A3N10", text) => &text[3..],
        _ => return Verdict::Invalid,
    };
    if all_digits(digits) { reserved_if(is_dummy(digits)) } else { Verdict::Invalid }
}
