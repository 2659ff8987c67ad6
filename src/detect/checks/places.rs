//! ZIP codes, cities with states, coordinates.

use super::digits::{Plain, number};
use super::{Verdict, reserved_if, valid_if};
use crate::words;

/// The five digits of a ZIP code that is written with five or nine.
fn zip5(value: &[u8]) -> Option<u64> {
    let plain = Plain::digits(value).filter(|p| matches!(p.groups(), [5] | [9] | [5, 4]))?;
    number(&plain[..5])
}

/// ZIPs that people write when they mean none.
fn is_sample_zip(zip: u64) -> bool {
    let same = zip.is_multiple_of(11_111);
    same || matches!(zip, 12_345 | 90_210 | 54_321 | 1_234 | 56_789 | 67_890)
}

/// A ZIP code that has an area (ZCTAs of the census); 00000, 12345, 90210 and the like are reserved.
pub(super) fn zip(value: &[u8]) -> Verdict {
    match zip5(value) {
        Some(zip) if is_sample_zip(zip) => Verdict::Reserved,
        Some(zip) => valid_if(u32::try_from(zip).is_ok_and(words::is_zip5)),
        None => Verdict::Invalid,
    }
}

/// The shape of a ZIP code, five or nine digits (USPS Publication 28, 213); samples are reserved.
pub(super) fn zip_any(value: &[u8]) -> Verdict {
    match zip5(value) {
        Some(zip) => reserved_if(is_sample_zip(zip)),
        None => Verdict::Invalid,
    }
}

/// `City, ST 12345`: the state is one, by code or name, and the ZIP code lies in it (USPS L002 ZIP3 areas).
pub(super) fn city_state_zip(value: &[u8]) -> Verdict {
    let value = value.trim_ascii();
    let tail = value.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b'-').count();
    let (front, code) = value.split_at(value.len() - tail);
    let Some(zip) = zip5(code) else { return Verdict::Invalid };
    let Ok(zip3) = u16::try_from(zip / 100) else { return Verdict::Invalid };
    let front = trim(front);
    // A state's name has three words at most (`District of Columbia`).
    let starts = front.iter().enumerate().rev().filter(|(_, b)| matches!(b, b' ' | b',')).map(|(i, _)| i);
    let mut cities = starts
        .take(3)
        .filter(|at| words::zip3_in_state(zip3, front[at + 1..].trim_ascii()))
        .map(|at| trim(&front[..at]));
    match cities.next() {
        Some(city) if city.iter().filter(|b| b.is_ascii_alphabetic()).count() >= 2 => {
            reserved_if(is_sample_zip(zip) || is_no_city(city))
        }
        _ => Verdict::Invalid,
    }
}

fn trim(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !matches!(b, b' ' | b',' | b'\t')).map_or(0, |at| at + 1);
    &text[..end]
}

/// Cities of examples and fiction.
pub(super) fn is_no_city(city: &[u8]) -> bool {
    const NAMES: [&[u8]; 12] = [
        b"anytown",
        b"any town",
        b"anywhere",
        b"anycity",
        b"any city",
        b"nowhere",
        b"somewhere",
        b"sometown",
        b"testville",
        b"gotham",
        b"gotham city",
        b"metropolis city",
    ];
    NAMES.iter().any(|name| city.eq_ignore_ascii_case(name))
}

/// Latitude and longitude in degrees: a pair in range, four decimals or more each (11 m and finer), or one of them; a `POINT` has
/// them the other way round. Null island is reserved.
pub(super) fn latlon(value: &[u8]) -> Verdict {
    let mut found = [(0.0, 0); 2];
    let mut count = 0;
    let mut rest = value;
    while let Some(at) = rest.iter().position(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+')) {
        let sign = usize::from(!rest[at].is_ascii_digit());
        let len = rest[at + sign..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let Some(slot) = found.get_mut(count) else { return Verdict::Invalid };
        let text = &rest[at + sign..at + sign + len];
        rest = &rest[at + sign + len..];
        if len == 0 {
            continue;
        }
        let Some(degrees) = std::str::from_utf8(text).ok().and_then(|t| t.parse::<f64>().ok()) else {
            return Verdict::Invalid;
        };
        let decimals = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        *slot = (degrees, if text.contains(&b'.') { decimals } else { 0 });
        count += 1;
    }
    if value.windows(5).any(|w| w.eq_ignore_ascii_case(b"point")) {
        found.swap(0, 1);
    }
    let [(lat, lat_decimals), (lon, lon_decimals)] = found;
    let fine = match count {
        1 => lat_decimals >= 4 && lat <= 180.0,
        2 => lat_decimals >= 4 && lon_decimals >= 4 && lat <= 90.0 && lon <= 180.0,
        _ => false,
    };
    if fine { reserved_if(lat < 1e-9 && lon < 1e-9) } else { Verdict::Invalid }
}
