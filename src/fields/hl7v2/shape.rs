//! Can a value be of the kind that its position says? Cheap looks only; the rules check further.

use std::ops::Range;

/// The range without white space at its ends.
pub(in crate::fields) fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let end = range.end.min(bytes.len());
    let text = bytes.get(range.start..end).unwrap_or_default();
    let left = text.len() - text.trim_ascii_start().len();
    let kept = text.trim_ascii().len();
    let start = range.start.min(end) + left.min(text.len());
    start..start + kept
}

/// Can `value` (trimmed) be an identifier of `kind`?
pub(in crate::fields) fn fits(kind: &str, value: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| value.iter().filter(|b| is(b)).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(|b| b.is_ascii_alphabetic() || *b >= 0x80);
    match kind {
        "name" => letters >= 2 && value.len() <= 100 && letters > digits,
        "city" => letters >= 3 && letters > digits && value.len() <= 60,
        "address" => letters + digits >= 3 && value.len() <= 120,
        "zip" => digits >= 2 && (4..=10).contains(&value.len()),
        "phone" | "fax" => (7..=18).contains(&digits) && letters <= 8 && value.len() <= 40,
        "email" => is_email(value),
        "date" | "dob" => is_date(value),
        "ssn" => digits == 9 && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b' ')),
        _ => digits >= 1 && digits + letters >= 2 && value.len() <= 80,
    }
}

fn is_email(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|b| *b == b'@') else { return false };
    at > 0 && value[at + 1..].contains(&b'.') && !value.iter().any(u8::is_ascii_whitespace)
}

/// Is it a day in HL7's or X12's form: `YYYYMMDD[HH[MM[SS[.S…]]]][±ZZZZ]`?
///
/// A year, or a year and a month, is no whole date and is not counted.
pub(in crate::fields) fn is_date(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = |r: Range<usize>| value[r].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    if !(8..=14).contains(&digits) || !(1850..=2150).contains(&number(0..4)) {
        return false;
    }
    let tail = &value[digits..];
    let is_tail = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-');
    (1..=12).contains(&number(4..6)) && (1..=31).contains(&number(6..8)) && tail.len() <= 10 && tail.iter().all(is_tail)
}
