//! Numbers of things that lead to a person: devices, SIM cards, vehicles, images.

use super::digits::{Plain, all_digits, all_same, gs1, is_dummy, luhn, number};
use super::{Verdict, reserved_if, valid_if};

/// Vehicles of the standard's text and of well-known manuals.
const VIN_SAMPLES: [&[u8]; 5] =
    [b"1M8GDM9AXKP042788", b"1HGCM82633A004352", b"5GZCZ43D13S812715", b"JH4KA7561PC008269", b"1FTFW1ET5DFC10312"];

/// VIN: 17 places without I, O, Q; check digit in ninth place, weights 8 7 6 5 4 3 2 10 0 9 8 7 6 5 4 3 2, mod 11
/// (49 CFR 565.15); no digits only, no 0 first, no year code that is not given (U, Z, 0).
pub(super) fn vin(value: &[u8]) -> Verdict {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let Some(plain) = Plain::new(value).filter(|p| p.len() == 17) else { return Verdict::Invalid };
    let sum = plain.iter().zip(WEIGHTS).try_fold(0, |sum, (b, weight)| Some(sum + vin_value(*b)? * weight));
    let check = match sum.map(|sum| (sum % 11) as u8) {
        Some(10) => b'X',
        Some(digit) => b'0' + digit,
        None => return Verdict::Invalid,
    };
    if plain[8] != check || plain[0] == b'0' || matches!(plain[9], b'U' | b'Z' | b'0') {
        return Verdict::Invalid;
    }
    if all_same(&plain) || VIN_SAMPLES.contains(&&*plain) {
        return Verdict::Reserved;
    }
    valid_if(!all_digits(&plain))
}

/// What a letter or digit of a VIN counts (49 CFR 565.15, table III).
fn vin_value(b: u8) -> Option<u32> {
    Some(match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'H' => u32::from(b - b'A') + 1,
        b'J'..=b'N' => u32::from(b - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(b - b'S') + 2,
        _ => return None,
    })
}

/// IMEI: 15 digits, Luhn, a reporting body in front (3GPP TS 23.003 6.2; GSMA TS.06).
pub(super) fn imei(value: &[u8]) -> Verdict {
    let Some(digits) = Plain::digits(value).filter(|d| d.len() == 15 && luhn(d)) else { return Verdict::Invalid };
    let body = matches!(number(&digits[..2]), Some(1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99));
    let sample = matches!(&*digits, b"490154203237518" | b"356938035643809") || is_dummy(&digits[..14]);
    if sample || all_same(&digits) { Verdict::Reserved } else { valid_if(body) }
}

/// ICCID: 89, then digits up to 19 or 20, Luhn (ITU-T E.118); a filler `F` may end it.
pub(super) fn iccid(value: &[u8]) -> Verdict {
    let Some(plain) = Plain::new(value) else { return Verdict::Invalid };
    let digits = plain.strip_suffix(b"F").unwrap_or(&plain);
    valid_if(matches!(digits.len(), 19 | 20) && digits.starts_with(b"89") && luhn(digits))
}

/// UDI: GS1 `(01)` and a GTIN-14 with its check digit, HIBCC `+`, ICCBBA `=` (21 CFR 830.20; GS1 General Specifications
/// 3.3.2; ANSI/HIBC 2.6; ICCBBA ST-011).
pub(super) fn udi(value: &[u8]) -> Verdict {
    let (gtin, rest) = match value {
        [b'(', b'0', b'1', b')', rest @ ..] | [b'0', b'1', rest @ ..] => match rest.split_at_checked(14) {
            Some(parts) => parts,
            None => return Verdict::Invalid,
        },
        [b'+', b'A'..=b'Z', rest @ ..] => return valid_if(rest.len() >= 6 && rest.contains(&b'/') && is_hibc(rest)),
        [b'=', b'/' | b',', rest @ ..] => {
            return valid_if(rest.len() >= 14 && rest.iter().all(|b| b.is_ascii_graphic()));
        }
        _ => return Verdict::Invalid,
    };
    let sample = gtin == b"00012345678905"
        || all_same(gtin)
        || gtin.starts_with(b"0123456789")
        || gtin.starts_with(b"1234567890");
    // Three production parts and a serial number prove the form even where the check digit was mistyped.
    let parts = rest.iter().filter(|b| **b == b'(').count();
    let proven = gs1(gtin) || (parts >= 3 && rest.windows(4).any(|w| w == b"(21)"));
    if proven && rest.iter().all(|b| b.is_ascii_graphic()) { reserved_if(sample) } else { Verdict::Invalid }
}

/// The characters of an HIBC (Code 39's).
fn is_hibc(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-. $/+%".contains(b))
}

/// A DICOM UID: parts of digits without leading zeros, 64 bytes at most (DICOM PS3.5 9.1). UIDs of the standard itself
/// are none of a person's; those under 2.25 hold a random number and no organisation.
pub(super) fn dicom_uid(value: &[u8]) -> Verdict {
    let parts = || value.split(|b| *b == b'.');
    let ok = parts().all(|p| all_digits(p) && (p.len() == 1 || p[0] != b'0'));
    let root = matches!(parts().next(), Some(b"0" | b"1" | b"2"));
    if !ok || !root || value.len() > 64 || value.starts_with(b"1.2.840.10008.") {
        return Verdict::Invalid;
    }
    if value.starts_with(b"2.25.") { Verdict::Reserved } else { valid_if(parts().count() >= 5) }
}
