//! Fake tokens: identifiers that are written backwards, in base64 or hex, or rotated by thirteen letters. Whoever has
//! the data undoes that in a moment; "otherwise capable of being translated", 45 CFR 164.514(c)(1).

use super::encodings::{base64, hex, printable, reversed, rot13};
use crate::detect::checks::{self, Verdict};
use crate::words;

/// What a text turns out to be: the rule, and how it was disguised.
pub(super) type Betrayed = (&'static str, &'static str);

/// What a token or cell is underneath, if it hides an identifier.
pub(super) fn of(text: &[u8]) -> Option<Betrayed> {
    let text = text.trim_ascii();
    if !(4..=512).contains(&text.len()) {
        return None;
    }
    let packed = |plain: Option<Vec<u8>>, how| plain.and_then(|plain| Some((decoded(&plain)?, how)));
    packed(hex(text).and_then(printable), "in hex")
        .or_else(|| packed(base64(text).and_then(printable), "in base64"))
        .or_else(|| {
            Some((shaped(&reversed(text)).filter(|_| shaped(text).is_none() && !is_dated(text))?, "written backwards"))
        })
        .or_else(|| Some((shaped(&rot13(text)).filter(|_| shaped(text).is_none())?, "rotated by 13 letters")))
}

/// `2026-03-168` is the 168th of a month's files, and no Social Security number backwards.
fn is_dated(text: &[u8]) -> bool {
    let month = text.get(5..7).is_some_and(|month| (&b"01"[..]..=b"12").contains(&month));
    (text.starts_with(b"19") || text.starts_with(b"20")) && text.get(4) == Some(&b'-') && month
}

/// Which identifier a text is by its form alone: no label says it.
pub(super) fn shaped(text: &[u8]) -> Option<&'static str> {
    let valid = |name: &str| checks::check(name).is_some_and(|check| check(text) == Verdict::Valid);
    let form: Vec<u8> = text.iter().map(|b| if b.is_ascii_digit() { b'0' } else { *b }).collect();
    match form.as_slice() {
        b"000-00-0000" if valid("ssn") => return Some("ssn"),
        b"000-000-0000" | b"(000) 000-0000" | b"000.000.0000" if valid("phone_us") => return Some("phone-number"),
        b"0000-00-00" | b"00/00/0000" | b"00-00-0000" if valid("dob") => return Some("date-of-birth"),
        _ => {}
    }
    let at = text.iter().position(|b| *b == b'@');
    let domain =
        at.and_then(|at| text.rsplit(|b| *b == b'.').next().filter(|end| at > 0 && (2..=4).contains(&end.len())));
    if domain.is_some_and(|end| KNOWN_DOMAINS.iter().any(|known| end.eq_ignore_ascii_case(known))) && valid("email") {
        return Some("email-address");
    }
    is_full_name(text).then_some("person-name")
}

const KNOWN_DOMAINS: &[&[u8]] = &[b"com", b"org", b"net", b"edu", b"gov", b"us", b"io"];

/// Which identifier a text was that came out of an encoding: nobody encodes a word without reason, so less is enough.
fn decoded(text: &[u8]) -> Option<&'static str> {
    let text = text.trim_ascii();
    if let Some(rule) = shaped(text) {
        return Some(rule);
    }
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let written = |b: &u8| b.is_ascii_alphanumeric() || b" -_.,'/^:".contains(b);
    if text.len() < 4 || !text.iter().all(written) {
        return None;
    }
    if digits >= 5 && digits * 2 > text.len() {
        return Some(if digits == 9 { "ssn" } else { "mrn" });
    }
    let known = |word: &[u8]| {
        let facts = words::facts(word);
        word.len() >= 3 && facts.given().max(facts.surname()) >= 2 && facts.common() <= 3
    };
    let mut parts = text.split(|b| b" ,^_.".contains(b)).filter(|part| !part.is_empty()).peekable();
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
    (letters >= 4 && letters + 3 >= text.len() && parts.peek().is_some() && parts.all(known)).then_some("person-name")
}

/// Two words or three, of which one is a given name and another a surname, and which are nobody's in everyday language.
pub(super) fn is_full_name(text: &[u8]) -> bool {
    let parts: Vec<&[u8]> = text.split(|b| b" ,^".contains(b)).filter(|part| !part.is_empty()).collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| part.iter().all(u8::is_ascii_alphabetic)) {
        return false;
    }
    if words::is_placeholder_person(text) {
        return false;
    }
    let of_both = |given: &[u8], surname: &[u8]| {
        let (given, surname) = (words::facts(given), words::facts(surname));
        given.given() >= 3 && surname.surname() >= 3 && given.common() <= 3 && surname.common() <= 3
    };
    first.len() >= 3 && last.len() >= 3 && (of_both(first, last) || of_both(last, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_are_seen_through() {
        for (text, rule, how) in [
            ("9934-09-635", "ssn", "written backwards"),
            ("RGVuaXNlIENhbGR3ZWxs", "person-name", "in base64"),
            ("Q2FsZHdlbGw=", "person-name", "in base64"),
            ("NTM2LTkwLTQzOTk=", "ssn", "in base64"),
            ("44656e6973652043616c6477656c6c", "person-name", "in hex"),
            ("Qravfr Pnyqjryy", "person-name", "rotated by 13 letters"),
            ("llewdlaC esineD", "person-name", "written backwards"),
            ("moc.liamg@llewdlacd", "email-address", "written backwards"),
        ] {
            assert_eq!(of(text.as_bytes()), Some((rule, how)), "{text}");
        }
        for text in [
            "Denise Caldwell",
            "tok_9f2c4e81b7d03a56",
            "diagnosis",
            "hypertension",
            "536-90-4399",
            "deadbeef",
            "5b3f-4a68",
            "2026-03-168",
            "4096",
            "20240314",
        ] {
            assert_eq!(of(text.as_bytes()), None, "{text}");
        }
    }
}
