//! Numbers of health programmes: Medicare, the VA, prescribers.

use super::digits::{Plain, all_digits, is_dummy, luhn_sum, weighted};
use super::people::ssn_digits;
use super::{Verdict, reserved_if, valid_if};

/// MBI: 11 places of letters without S L O I B Z and digits (CMS, "Understanding the MBI Format"). CMS's samples
/// 1EG4-TE5-MK72 to 74 and the synthetic ones of Synthea and BFD, with an S in second place, are reserved.
pub(super) fn mbi(value: &[u8]) -> Verdict {
    let Some(plain) = Plain::new(value).filter(|p| matches!(p.groups(), [11] | [4, 3, 4])) else {
        return Verdict::Invalid;
    };
    let letter = |b: u8| b.is_ascii_uppercase() && !b"SLOIBZ".contains(&b);
    let synthetic = plain[1] == b'S';
    // C is 1 to 9, A a letter, N a digit, L a letter or a digit.
    let fits = plain.iter().zip(b"CALNALNAANN").enumerate().all(|(i, (b, kind))| match kind {
        b'C' => matches!(b, b'1'..=b'9'),
        b'N' => b.is_ascii_digit(),
        b'A' => letter(*b) || (i == 1 && synthetic),
        _ => letter(*b) || b.is_ascii_digit(),
    });
    if !fits {
        return Verdict::Invalid;
    }
    reserved_if(
        synthetic || matches!(&*plain, [b'1', b'E', b'G', b'4', b'T', b'E', b'5', b'M', b'K', b'7', b'2'..=b'4']),
    )
}

/// HICN, Medicare's number until 2020: an SSN and a beneficiary code (CMS, "Health Insurance Claim Number", BIC table).
/// `T` with eight digits and `A` is synthetic (CMS Blue Button).
pub(super) fn hicn(value: &[u8]) -> Verdict {
    let Some(plain) = Plain::new(value) else { return Verdict::Invalid };
    if let [b'T', digits @ .., b'A'] = &*plain
        && digits.len() == 8
        && all_digits(digits)
    {
        return Verdict::Reserved;
    }
    match plain.split_at_checked(9) {
        Some((ssn, code)) if all_digits(ssn) && is_bic(code) => ssn_digits(ssn),
        _ => Verdict::Invalid,
    }
}

/// A beneficiary identification code.
fn is_bic(code: &[u8]) -> bool {
    let (first, second) = match code {
        [first] => (*first, None),
        [first, second] => (*first, Some(*second)),
        _ => return false,
    };
    match (first, second) {
        (b'A' | b'B' | b'D' | b'E' | b'M' | b'T' | b'W', None) => true,
        (b'B', Some(s)) => b"123456789ADGHJKLNPQRTWY".contains(&s),
        (b'C', Some(s)) => b"123456789ABCDEFGHIJK".contains(&s),
        (b'D', Some(s)) => b"123456789ACDGHJKLMNPQRSTVWXYZ".contains(&s),
        (b'E', Some(s)) => b"123456789ABCDFGHJKM".contains(&s),
        (b'F', Some(s)) => matches!(s, b'1'..=b'8'),
        (b'H', Some(s)) => matches!(s, b'A'..=b'C'),
        (b'J', Some(s)) => matches!(s, b'1'..=b'4'),
        (b'K', Some(s)) => b"123456789ABCDEFGHJLM".contains(&s),
        (b'M', Some(s)) => s == b'1',
        (b'T', Some(s)) => matches!(s, b'A'..=b'Z' | b'2'..=b'9'),
        (b'W', Some(s)) => b"123456789BCFGJRT".contains(&s),
        _ => false,
    }
}

/// Railroad retirement number: a prefix and six digits, or an SSN (RRB, "Medicare for Railroad Families").
pub(super) fn rrb(value: &[u8]) -> Verdict {
    const PREFIXES: [&[u8]; 15] =
        [b"A", b"MA", b"WA", b"WCA", b"WCD", b"WD", b"PA", b"PD", b"CA", b"H", b"MH", b"WH", b"WCH", b"PH", b"JA"];
    let Some(plain) = Plain::new(value) else { return Verdict::Invalid };
    let letters = plain.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (prefix, digits) = plain.split_at(letters);
    if !PREFIXES.contains(&prefix) || !all_digits(digits) {
        return Verdict::Invalid;
    }
    match digits.len() {
        6 => reserved_if(is_dummy(digits)),
        9 => ssn_digits(digits),
        _ => Verdict::Invalid,
    }
}

/// VA integration control number: ten digits, `V`, six digits (VHA Directive 1907.05, Master Person Index).
pub(super) fn va_icn(value: &[u8]) -> Verdict {
    match Plain::new(value).as_deref().and_then(|p| p.split_at_checked(10)) {
        Some((id, [b'V', check @ ..])) if all_digits(id) && check.len() == 6 && all_digits(check) => {
            reserved_if(is_dummy(id) || is_dummy(check))
        }
        _ => Verdict::Invalid,
    }
}

/// NPI: ten digits, the first 1 or 2, Luhn over 80840 and the number (45 CFR 162.406; CMS, "Requirements for NPI and
/// NPI Check Digit"). CMS's sample 1234567893 is reserved.
pub(super) fn npi(value: &[u8]) -> Verdict {
    let Some(digits) = Plain::digits(value).filter(|p| p.len() == 10 && matches!(p[0], b'1' | b'2')) else {
        return Verdict::Invalid;
    };
    // The prefix 80840 adds 24 to the sum.
    if (luhn_sum(&digits) + 24).is_multiple_of(10) { reserved_if(*digits == *b"1234567893") } else { Verdict::Invalid }
}

/// DEA number: registrant letter, letter of the last name or 9, six digits and (d1+d3+d5)+2(d2+d4+d6) mod 10 (DEA
/// Diversion Control Division). Hospital staff have a suffix behind a hyphen.
pub(super) fn dea(value: &[u8]) -> Verdict {
    let number = value.split(|b| *b == b'-').next().unwrap_or_default();
    let suffix = value.get(number.len() + 1..).unwrap_or(b"00");
    let Some(plain) = Plain::new(number).filter(|p| p.len() == 9) else { return Verdict::Invalid };
    let (letters, digits) = plain.split_at(2);
    let kinds = b"ABCDEFGHJKLMPRSTUX".contains(&letters[0]) && (letters[1].is_ascii_alphabetic() || letters[1] == b'9');
    let tail = matches!(suffix.len(), 2..=6) && suffix.iter().all(u8::is_ascii_alphanumeric);
    if !kinds || !tail || !all_digits(digits) {
        return Verdict::Invalid;
    }
    let right = weighted(&digits[..6], &[1, 2]) % 10 == u32::from(digits[6] - b'0');
    if right { reserved_if(&digits[..6] == b"123456" || is_dummy(&digits[..6])) } else { valid_if(false) }
}
