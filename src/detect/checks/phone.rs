//! Telephone and fax numbers.

use super::digits::{Plain, all_digits, all_same, is_dummy, number};
use super::{Verdict, reserved_if, valid_if};
use crate::words;

/// Free-phone area codes: numbers of organisations (NANPA, toll-free resources).
const TOLL_FREE: [u64; 8] = [800, 822, 833, 844, 855, 866, 877, 888];

/// What numbers of other countries begin with that are kept for drama (Ofcom, ACMA, Arcep, Bundesnetzagentur).
const DRAMA: &[&[u8]] = &[
    b"442079460",
    b"441134960",
    b"441144960",
    b"441154960",
    b"441164960",
    b"441174960",
    b"441184960",
    b"441214960",
    b"441314960",
    b"441414960",
    b"441514960",
    b"441614960",
    b"441632960",
    b"447700900",
    b"448081570",
    b"449098790",
    b"61255501",
    b"61355501",
    b"61755501",
    b"61855501",
    b"61491570",
    b"33199001",
    b"33261910",
    b"33353010",
    b"33465710",
    b"33536490",
    b"33639980",
    b"493023125",
    b"4969900099",
    b"4940669690",
    b"4922147109",
    b"498999998",
];

/// A number of the North American plan or of another country.
pub(super) fn phone(value: &[u8]) -> Verdict {
    match phone_us(value) {
        Verdict::Invalid => phone_e164(value),
        verdict => verdict,
    }
}

/// A number of the North American numbering plan: area code in use, exchange from 200 and no N11 (ATIS-0300051; NANPA);
/// country code and extension are optional, so is the area code where the exchange is set apart. Area code and
/// exchange 555 (fiction, directories) and free-phone codes are reserved.
pub(super) fn phone_us(value: &[u8]) -> Verdict {
    let value = value.strip_prefix(b"tel:").unwrap_or(value);
    let Some(plain) = without_extension(value).and_then(Plain::digits) else { return Verdict::Invalid };
    let foreign = value.first() == Some(&b'+') && plain.first() != Some(&b'1');
    let national = match plain.groups() {
        [10] | [3, 3, 4] | [3, 7] | [6, 4] | [3, 4] => &plain[..],
        [11] | [1, 10] | [1, 3, 3, 4] | [1, 3, 7] | [4, 3, 4] if plain[0] == b'1' => &plain[1..],
        _ => return Verdict::Invalid,
    };
    if foreign {
        return Verdict::Invalid;
    }
    match national.split_at_checked(national.len().wrapping_sub(7)) {
        Some((area, line)) if area.is_empty() || area.len() == 3 => nanp(area, line),
        _ => Verdict::Invalid,
    }
}

/// The rules on area code, which may be missing, and the seven digits behind it.
fn nanp(area: &[u8], line: &[u8]) -> Verdict {
    let exchange = number(&line[..3]).unwrap_or(0);
    if exchange < 200 || exchange % 100 == 11 {
        return Verdict::Invalid;
    }
    let code = number(area).unwrap_or(0);
    let fiction = exchange == 555 || line == b"8675309" || all_same(line) || is_dummy(line);
    if area.is_empty() {
        return reserved_if(fiction);
    }
    if code == 555 || TOLL_FREE.contains(&code) || code == 900 {
        return Verdict::Reserved;
    }
    if !u16::try_from(code).is_ok_and(words::is_area_code) {
        return Verdict::Invalid;
    }
    reserved_if(fiction || is_dummy(&[area, line].concat()))
}

/// The number before its extension (`x12`, `ext. 12`, `#12`); `None` if letters are no extension.
fn without_extension(value: &[u8]) -> Option<&[u8]> {
    let Some(at) = value.iter().position(|b| b.is_ascii_alphabetic() || matches!(b, b'#' | b';')) else {
        return Some(value);
    };
    // A hyphen or slash may be percent-encoded.
    if at > 0 && value[at - 1].is_ascii_digit() && at > 1 && value[at - 2] == b'%' {
        return Some(value);
    }
    let word = value[at..].trim_ascii_end();
    let digits = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let word = word[..word.len() - digits].to_ascii_lowercase();
    let known = [&b"x"[..], b"ext", b"ext.", b"extension", b"#", b";ext="].contains(&word.trim_ascii());
    (known && (1..=7).contains(&digits)).then(|| &value[..at])
}

/// A number of another country: `+` or `00`, a country code in use, 8 to 15 digits in all (ITU-T E.164); or with the
/// trunk prefix `0`, 9 to 12 digits in two groups or more. `+1` has the rules above.
pub(super) fn phone_e164(value: &[u8]) -> Verdict {
    let value = value.strip_prefix(b"tel:").unwrap_or(value).trim_ascii();
    let Some(plain) = without_extension(value).and_then(Plain::digits) else { return Verdict::Invalid };
    let digits = match &*plain {
        digits if value.starts_with(b"+") => digits,
        [b'0', b'0', digits @ ..] => digits,
        [b'0', rest @ ..] if plain.groups().len() > 1 => {
            return if (8..=11).contains(&rest.len()) && rest[0] != b'0' {
                reserved_if(is_dummy(rest))
            } else {
                valid_if(false)
            };
        }
        _ => return Verdict::Invalid,
    };
    if digits.first() == Some(&b'1') {
        return phone_us(value);
    }
    if !(8..=15).contains(&digits.len()) || !is_country(digits) {
        return Verdict::Invalid;
    }
    let drama = DRAMA.iter().any(|d| {
        digits.starts_with(d)
            || digits.strip_prefix(b"440").is_some_and(|r| d.strip_prefix(b"44").is_some_and(|d| r.starts_with(d)))
    });
    let tail = &digits[digits.len() - 7..];
    reserved_if(drama || is_dummy(tail) || all_same(tail))
}

/// Does a number begin with a country code that is given out (ITU Operational Bulletin, E.164 country codes)?
fn is_country(digits: &[u8]) -> bool {
    if digits.len() < 3 || !all_digits(digits) {
        return false;
    }
    let code = number(&digits[..3]).unwrap_or(0);
    match code / 10 {
        20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 70..=79 | 81 | 82 | 84 | 86 | 90..=95 | 98 => {
            true
        }
        _ => matches!(
            code,
            211..=213 | 216 | 218 | 220..=258 | 260..=269 | 290 | 291 | 297..=299 | 350..=359 | 370..=383 | 385..=387 | 389
                | 420 | 421 | 423 | 500..=509 | 590..=599 | 670 | 672..=683 | 685..=692 | 800 | 808 | 850 | 852 | 853
                | 855 | 856 | 870 | 878 | 880..=883 | 886 | 888 | 960..=968 | 970..=977 | 979 | 992..=996 | 998
        ),
    }
}
