//! Clinical codes: they tell of health, seldom of a person.

use super::digits::{Plain, all_digits, number, verhoeff};
use super::lists::LOINC_WRONG;
use super::{Verdict, valid_if};

/// A code of ICD-10-CM, with its dot or without (NCHS/CMS, ICD-10-CM FY2026).
pub(super) fn icd10cm(value: &[u8]) -> Verdict {
    valid_if(crate::words::is_icd10cm(value))
}

/// The same; the dot must be there, which `F16` jets and `E11` colours have not.
pub(super) fn icd10_dotted(value: &[u8]) -> Verdict {
    valid_if(value.get(3) == Some(&b'.') && crate::words::is_icd10cm(value))
}

/// The shape of an ICD-9-CM diagnosis: `ddd.dd`, `Vdd.dd`, `Eddd.d` (NCHS/CMS, ICD-9-CM, until October 2015).
pub(super) fn icd9(value: &[u8]) -> Verdict {
    let (head, tail) = match value.iter().position(|b| *b == b'.') {
        Some(dot) => (&value[..dot], Some(&value[dot + 1..])),
        None => (value, None),
    };
    let (digits, most) = match head {
        [b'V' | b'v', rest @ ..] if rest.len() == 2 => (rest, 2),
        [b'E' | b'e', rest @ ..] if rest.len() == 3 => (rest, 1),
        rest if rest.len() == 3 => (rest, 2),
        _ => return Verdict::Invalid,
    };
    valid_if(all_digits(digits) && tail.is_none_or(|t| all_digits(t) && t.len() <= most) && digits != b"000")
}

/// NDC: 10 digits as 4-4-2, 5-3-2 or 5-4-1, 11 as 5-4-2, 12 as 6-4-2 (21 CFR 207.33; 91 FR 10749, from March 2033).
pub(super) fn ndc(value: &[u8]) -> Verdict {
    let Some(digits) = Plain::digits(value) else { return Verdict::Invalid };
    let shape = matches!(digits.groups(), [10..=12] | [4, 4, 2] | [5, 3, 2] | [5, 4, 1 | 2] | [6, 4, 2]);
    valid_if(shape && digits.even && digits.iter().any(|d| *d != b'0'))
}

/// LOINC: up to seven digits, a hyphen and a mod 10 check digit (LOINC Users' Guide, appendix C); 14 codes in use have
/// a wrong one.
pub(super) fn loinc(value: &[u8]) -> Verdict {
    let Some((body, [b'-', check])) = value.len().checked_sub(2).and_then(|at| value.split_at_checked(at)) else {
        return Verdict::Invalid;
    };
    if !all_digits(body) || !check.is_ascii_digit() || body.len() > 7 || body[0] == b'0' {
        return Verdict::Invalid;
    }
    let known = LOINC_WRONG.iter().any(|code| code.as_bytes() == value);
    valid_if(known || (body.len() > 1 && super::digits::luhn(&[body, &[*check]].concat())))
}

/// SNOMED CT identifier: 6 to 18 digits, a partition of 00–02 or 10–12, Verhoeff (SNOMED International, "SCTID").
pub(super) fn snomed(value: &[u8]) -> Verdict {
    let fits = (6..=18).contains(&value.len()) && all_digits(value) && value[0] != b'0';
    valid_if(fits && matches!(&value[value.len() - 3..value.len() - 1], [b'0' | b'1', b'0'..=b'2']) && verhoeff(value))
}

/// RxNorm concept: one to eight digits (NLM, RxNorm Technical Documentation, RXCUI).
pub(super) fn rxcui(value: &[u8]) -> Verdict {
    valid_if(value.len() <= 8 && number(value).is_some_and(|n| n > 0) && value[0] != b'0')
}

/// The shape of a HCPCS level II code (`[A-V]dddd`) or a CPT code (`dddd` and a digit, F, T, U or M) (CMS, HCPCS).
pub(super) fn hcpcs(value: &[u8]) -> Verdict {
    let Some((first, last)) = value.first().zip(value.get(4)).filter(|_| value.len() == 5) else {
        return Verdict::Invalid;
    };
    let (first, last) = (first.to_ascii_uppercase(), last.to_ascii_uppercase());
    let level2 = matches!(first, b'A'..=b'V') && all_digits(&value[1..]);
    let cpt = all_digits(&value[..4]) && (last.is_ascii_digit() || b"FTUM".contains(&last));
    valid_if((level2 || cpt) && value != b"00000")
}
