//! What number checks share: values without their separators, and check digit methods.

use std::ops::Deref;

/// Longest value that number checks look at, in letters and digits.
const LONGEST: usize = 64;
/// Most groups that a value can be written in.
const GROUPS: usize = 12;

/// A value's letters (in upper case) and digits, without separators.
pub(super) struct Plain {
    bytes: [u8; LONGEST],
    len: usize,
    groups: [u8; GROUPS],
    count: usize,
    /// Are all separators the same?
    pub(super) even: bool,
}

impl Deref for Plain {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Plain {
    /// Takes the separators out; `None` if there are other signs, or too many letters, digits or groups.
    pub(super) fn new(value: &[u8]) -> Option<Self> {
        let mut plain = Self { bytes: [0; LONGEST], len: 0, groups: [0; GROUPS], count: 0, even: true };
        let mut first = None;
        let mut at = 0;
        let mut open = false;
        while let Some(rest) = value.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some((sign, len)) = separator(rest) {
                at += len;
                if open && at < value.len() {
                    plain.even &= *first.get_or_insert(sign) == sign;
                }
                open = false;
            } else if rest[0].is_ascii_alphanumeric() {
                plain.push(rest[0].to_ascii_uppercase(), !open)?;
                open = true;
                at += 1;
            } else {
                return None;
            }
        }
        Some(plain)
    }

    fn push(&mut self, byte: u8, begins: bool) -> Option<()> {
        self.count += usize::from(begins);
        *self.bytes.get_mut(self.len)? = byte;
        *self.groups.get_mut(self.count.checked_sub(1)?)? += 1;
        self.len += 1;
        Some(())
    }

    /// The same, only if all are digits.
    pub(super) fn digits(value: &[u8]) -> Option<Self> {
        Self::new(value).filter(|plain| all_digits(plain))
    }

    /// How many letters and digits stand between separators.
    pub(super) fn groups(&self) -> &[u8] {
        &self.groups[..self.count.min(GROUPS)]
    }
}

/// The separator that a text begins with, as its ASCII sign, and its length in bytes.
fn separator(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        // U+2010 to U+2015, the hyphens and dashes of word processors; U+2212, the minus sign.
        [0xE2, 0x80, 0x90..=0x95, ..] | [0xE2, 0x88, 0x92, ..] => Some((b'-', 3)),
        // U+00A0, the space that does not break; U+202F, the narrow one.
        [0xC2, 0xA0, ..] => Some((b' ', 2)),
        [0xE2, 0x80, 0xAF, ..] => Some((b' ', 3)),
        [b'%', b'2', b'D' | b'd', ..] => Some((b'-', 3)),
        [b'%', b'2', b'F' | b'f', ..] => Some((b'/', 3)),
        [b'%', b'2', b'0', ..] => Some((b' ', 3)),
        [sign @ (b' ' | b'-' | b'.' | b'_' | b'/' | b'(' | b')' | b'+' | b':' | b','), ..] => Some((*sign, 1)),
        _ => None,
    }
}

pub(super) fn all_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// The number that up to 18 digits mean; digits only.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    (all_digits(text) && text.len() <= 18).then(|| text.iter().fold(0, |n, b| n * 10 + u64::from(b - b'0')))
}

/// Are all the same?
pub(super) fn all_same(text: &[u8]) -> bool {
    text.windows(2).all(|pair| pair[0] == pair[1])
}

/// Digits that nobody was given: all the same, or each one above or below the one before (`123456`, `4567890`, `9876`).
pub(super) fn is_dummy(digits: &[u8]) -> bool {
    let step = |from: u8, to: u8| (to.wrapping_sub(from).wrapping_add(10)) % 10;
    let [first, second, _, ..] = *digits else { return false };
    let own = step(first, second);
    matches!(own, 0 | 1 | 9) && all_digits(digits) && digits.windows(2).all(|pair| step(pair[0], pair[1]) == own)
}

fn value(digit: u8) -> u32 {
    u32::from(digit.wrapping_sub(b'0'))
}

/// The Luhn sum of digits, check digit last (ISO/IEC 7812-1 annex B); the number is right if it ends in 0.
pub(super) fn luhn_sum(digits: &[u8]) -> u32 {
    let double = |n: u32| if n > 4 { n * 2 - 9 } else { n * 2 };
    digits.iter().rev().enumerate().map(|(i, d)| if i % 2 == 1 { double(value(*d)) } else { value(*d) }).sum()
}

pub(super) fn luhn(digits: &[u8]) -> bool {
    all_digits(digits) && luhn_sum(digits).is_multiple_of(10)
}

/// GS1 mod 10, check digit last: weights 1 and 3 from the right (GS1 General Specifications 7.9).
pub(super) fn gs1(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, d)| value(*d) * if i % 2 == 1 { 3 } else { 1 }).sum();
    all_digits(digits) && sum.is_multiple_of(10)
}

/// Sum of digits times weights, which repeat.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights.iter().cycle()).map(|(d, w)| value(*d) * w).sum()
}

/// Multiplication in the dihedral group of order 10, as Verhoeff's method uses it.
const VERHOEFF_PRODUCT: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// Verhoeff's check, check digit last (J. Verhoeff, Error Detecting Decimal Codes, 1969).
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const STEP: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |digit: u8, times: usize| (0..times % 8).fold(digit, |d, _| STEP[usize::from(d)]);
    let sum = digits.iter().rev().enumerate().fold(0_u8, |sum, (i, d)| {
        VERHOEFF_PRODUCT[usize::from(sum)][usize::from(permuted(d.wrapping_sub(b'0') % 10, i))]
    });
    all_digits(digits) && sum == 0
}
