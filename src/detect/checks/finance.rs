//! Numbers of money: cards, bank accounts.

use super::digits::{Plain, all_digits, all_same, is_dummy, luhn, number, weighted};
use super::lists::{IBAN_LENGTHS, IBAN_SAMPLES, TEST_CARDS};
use super::{Verdict, reserved_if, valid_if};

/// A payment card: issuer range, length and Luhn (ISO/IEC 7812-1; the networks' BIN tables). Test cards of the
/// networks and of payment providers, which hold long runs of zeros, are reserved.
pub(super) fn luhn_card(value: &[u8]) -> Verdict {
    let Some(digits) = Plain::digits(value).filter(|d| is_issued(d) && luhn(d)) else { return Verdict::Invalid };
    let zeros = digits.windows(7).any(|run| run == b"0000000");
    reserved_if(
        TEST_CARDS.iter().any(|card| card.as_bytes() == &*digits) || zeros || all_same(&digits[1..digits.len() - 1]),
    )
}

/// Has a network cards of this beginning and length?
fn is_issued(digits: &[u8]) -> bool {
    let Some(head) = digits.get(..6).and_then(number) else { return false };
    let len = digits.len();
    match head {
        400_000..=499_999 => matches!(len, 13 | 16 | 19),
        510_000..=559_999 | 222_100..=272_099 => len == 16,
        340_000..=349_999 | 370_000..=379_999 => len == 15,
        601_100..=601_199 | 644_000..=659_999 | 622_126..=622_925 => (16..=19).contains(&len),
        352_800..=358_999 => (16..=19).contains(&len),
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => (14..=19).contains(&len),
        620_000..=629_999 | 810_000..=819_999 => (16..=19).contains(&len),
        _ => false,
    }
}

/// IBAN: the country's length and mod 97 = 1 (ISO 13616-1; SWIFT IBAN Registry). The registry's examples are reserved.
pub(super) fn iban(value: &[u8]) -> Verdict {
    let Some(plain) = Plain::new(value).filter(|p| p.len() >= 15) else { return Verdict::Invalid };
    let length = IBAN_LENGTHS.iter().find(|(country, _)| country.as_bytes() == &plain[..2]).map(|(_, length)| *length);
    if length != Some(plain.len()) || !all_digits(&plain[2..4]) {
        return Verdict::Invalid;
    }
    let rest = plain[4..].iter().chain(&plain[..4]).fold(0, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    if rest == 1 { reserved_if(IBAN_SAMPLES.iter().any(|s| s.as_bytes() == &*plain)) } else { valid_if(false) }
}

/// ABA routing number: nine digits beginning with 00–12, 21–32, 61–72 or 80, weights 3, 7, 1 mod 10 (ABA Routing Number
/// Policy).
pub(super) fn aba(value: &[u8]) -> Verdict {
    let Some(digits) = Plain::digits(value).filter(|d| d.len() == 9) else { return Verdict::Invalid };
    let range = matches!(number(&digits[..2]), Some(0..=12 | 21..=32 | 61..=72 | 80));
    if !range || !weighted(&digits, &[3, 7, 1]).is_multiple_of(10) {
        return Verdict::Invalid;
    }
    reserved_if(is_dummy(&digits) || is_dummy(&digits[..8]))
}
