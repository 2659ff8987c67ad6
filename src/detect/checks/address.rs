//! Street addresses.

use super::{Verdict, reserved_if};
use crate::words::{self, Class};

/// Beginnings of addresses of fiction, examples, licences and seats that everyone knows, in small letters.
const FAMOUS: &[&str] = &[
    "742 evergreen",
    "1600 pennsylvania",
    "221b baker",
    "221 b baker",
    "1 infinite loop",
    "one infinite loop",
    "123 main",
    "1234 main",
    "1 main ",
    "100 main ",
    "12 main ",
    "123 elm",
    "456 elm",
    "123 oak",
    "456 oak",
    "789 oak",
    "123 maple",
    "456 maple",
    "123 any",
    "123 fake",
    "123 example",
    "123 test",
    "100 test",
    "123 street",
    "123 your",
    "123 sesame",
    "51 franklin st",
    "59 temple",
    "675 mass",
    "4 privet",
    "12 grimmauld",
    "1313 mockingbird",
    "124 conch",
    "1 microsoft",
    "1600 amphitheatre",
    "1 hacker",
    "350 fifth",
    "10 downing",
    "1407 graymalkin",
    "1313 webfoot",
    "129 west 81st",
    "0001 cemetery",
    "1 cemetery",
    "534 erewhon",
    "137 nowhere",
    "3300 washtenaw",
    "1 first st",
    "1 test",
    "1 example",
    "1007 mountain drive",
    "344 clinton",
    "177a bleecker",
    "890 fifth",
];
/// Street names of examples.
const SAMPLE_NAMES: &[&[u8]] = &[
    b"fake",
    b"example",
    b"test",
    b"sample",
    b"any",
    b"anywhere",
    b"nowhere",
    b"somewhere",
    b"your",
    b"foo",
    b"demo",
    b"dummy",
    b"placeholder",
    b"erewhon",
];
/// Words in front of a number that is a road's.
const ROADS: &[&[u8]] = &[b"highway", b"hwy", b"route", b"road", b"rd", b"fm", b"rt", b"rte", b"interstate", b"i"];
/// Street words of other languages, and ends of words that say the same.
const ABROAD: &[&[u8]] = &[b"rue", b"via", b"calle", b"avenida", b"rua", b"camino", b"paseo", b"strasse", b"str"];
const ABROAD_ENDS: &[&[u8]] =
    &[b"strasse", b"stra\xc3\x9fe", b"weg", b"platz", b"gasse", b"allee", b"straat", b"gatan", b"vej"];

/// A delivery address: number, name and street suffix; PO box, rural or highway contract route; numbered road; military
/// box (USPS Publication 28, 233, 24, 25, 28 and C1). Fiction, examples and well-known seats are reserved.
pub(super) fn street_address(value: &[u8]) -> Verdict {
    let lower = value.trim_ascii().to_ascii_lowercase();
    let parts: Vec<&[u8]> =
        lower.split(|b| matches!(b, b' ' | b',' | b'\t' | b'\n' | b'\r')).filter(|w| !w.is_empty()).collect();
    let Some((first, rest)) = parts.split_first() else { return Verdict::Invalid };
    let known = is_box(&parts) || is_military(&parts) || (is_number(first) && is_street(rest)) || is_abroad(&parts);
    if !known {
        return Verdict::Invalid;
    }
    let one: Vec<u8> = parts.join(&b' ').into_iter().chain(*b" ").collect();
    let name = rest.iter().find(|w| !is_direction(w)).copied().unwrap_or_default();
    reserved_if(FAMOUS.iter().any(|f| one.starts_with(f.as_bytes())) || SAMPLE_NAMES.contains(&name))
}

/// `12`, `12b`, `12-34`, `n123w456`, `1/2`: a digit first, or a grid's letter and a digit.
fn is_number(word: &[u8]) -> bool {
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    let start = match word {
        [b'n' | b's' | b'e' | b'w', second, ..] => *second,
        [first, ..] => *first,
        [] => return false,
    };
    let zero = word.iter().all(|b| *b == b'0');
    (1..=8).contains(&digits) && start.is_ascii_digit() && !zero && word.len() <= 12
}

/// The words behind the number: a name and a suffix, or a numbered road.
fn is_street(words: &[&[u8]]) -> bool {
    let words = &words[..words.len().min(8)];
    let named = words.iter().enumerate().skip(1).any(|(_, w)| words::facts(bare(w)).is(Class::StreetSuffix));
    let road = words.windows(2).any(|w| ROADS.contains(&bare(w[0])) && w[1].first().is_some_and(u8::is_ascii_digit));
    let letters = words.first().is_some_and(|w| w.iter().any(u8::is_ascii_alphanumeric));
    let avenue = words.first().is_some_and(|w| [&b"avenue"[..], b"broadway", b"ave"].contains(&bare(w)));
    letters && (named || road || avenue)
}

fn is_direction(word: &[u8]) -> bool {
    let names: [&[u8]; 12] = [b"n", b"s", b"e", b"w", b"ne", b"nw", b"se", b"sw", b"north", b"south", b"east", b"west"];
    names.contains(&bare(word))
}

/// A word without the stops around it.
fn bare(word: &[u8]) -> &[u8] {
    let stop = |b: &u8| !matches!(b, b'.' | b',' | b';');
    let start = word.iter().position(stop).unwrap_or(word.len());
    let end = word.iter().rposition(stop).map_or(start, |at| at + 1);
    &word[start..end.max(start)]
}

/// `PO Box 12`, `P.O. Box 12`, `Post Office Box 12`, `RR 1 Box 2`, `HC 3 Box 4`.
fn is_box(words: &[&[u8]]) -> bool {
    let joined: Vec<u8> = words.concat().into_iter().filter(|b| !matches!(b, b'.' | b'#')).collect();
    let heads: [&[u8]; 5] = [b"pobox", b"postofficebox", b"rr", b"hc", b"ruralroute"];
    heads.iter().any(|head| {
        joined.strip_prefix(*head).is_some_and(|rest| {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let plain = head.ends_with(b"box") || rest[digits..].starts_with(b"box");
            digits > 0 && plain && rest[..digits].iter().any(|b| *b != b'0')
        })
    })
}

/// `PSC 3 Box 1234, APO AE 09021`.
fn is_military(words: &[&[u8]]) -> bool {
    let office = words.iter().position(|w| [&b"apo"[..], b"fpo", b"dpo"].contains(&bare(w)));
    let region = office.and_then(|at| words.get(at + 1)).is_some_and(|w| [&b"aa"[..], b"ae", b"ap"].contains(&bare(w)));
    region && words.iter().any(|w| w.iter().any(u8::is_ascii_digit))
}

/// Number and street as other countries write them, in either order.
fn is_abroad(words: &[&[u8]]) -> bool {
    let street = |w: &&[u8]| {
        ABROAD.contains(&bare(w))
            || ABROAD_ENDS.iter().any(|end| bare(w).len() > end.len() + 2 && bare(w).ends_with(end))
    };
    let number = |w: Option<&&[u8]>| w.is_some_and(|w| is_number(w));
    words.len() >= 2 && words.iter().any(street) && (number(words.first()) || number(words.last()))
}
