//! The composite data types of HL7 v2: which component is what.

use std::ops::Range;

use super::claims::Claims;
use super::frame::Separators;
use super::shape;
use super::table::{self, Class};
use crate::fields::Owner;

/// Components beyond this number hold no identifier.
const COMPONENTS: usize = 16;

/// The first components of a repetition; those that are missing are empty.
struct Parts<'a> {
    bytes: &'a [u8],
    ranges: [Range<usize>; COMPONENTS],
}

impl<'a> Parts<'a> {
    fn split(bytes: &'a [u8], range: Range<usize>, by: u8) -> Self {
        let mut ranges: [Range<usize>; COMPONENTS] = std::array::from_fn(|_| range.end..range.end);
        for (slot, part) in ranges.iter_mut().zip(split(bytes, range, by)) {
            *slot = part;
        }
        Self { bytes, ranges }
    }

    /// A component, counted from 1.
    fn at(&self, n: usize) -> Range<usize> {
        self.ranges.get(n.wrapping_sub(1)).cloned().unwrap_or(0..0)
    }

    fn text(&self, n: usize) -> &'a [u8] {
        self.bytes.get(self.at(n)).unwrap_or_default().trim_ascii()
    }

    /// The first subcomponent of a component.
    fn head(&self, n: usize, by: u8) -> Range<usize> {
        let range = self.at(n);
        split(self.bytes, range.clone(), by).next().unwrap_or(range)
    }
}

/// The parts of a range between separators, empty ones too.
pub(super) fn split(bytes: &[u8], range: Range<usize>, by: u8) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    let parts = bytes.get(range).unwrap_or_default().split(move |b| *b == by);
    parts.map(move |part| {
        let start = at;
        at += part.len() + 1;
        start..start + part.len()
    })
}

/// Claims what a field of the given data type and class holds, repetition by repetition.
pub(super) fn field(claims: &mut Claims, by: Separators, type_: &str, class: Class, range: Range<usize>) {
    match class {
        Class::Nothing => {}
        Class::Text => claims.prose(range),
        _ => {
            for repetition in split(claims.bytes, range, by.repetition) {
                one(claims, by, type_, class, repetition);
            }
        }
    }
}

fn one(claims: &mut Claims, by: Separators, type_: &str, class: Class, range: Range<usize>) {
    if parameter(claims, by, range.clone()) {
        return;
    }
    let parts = Parts::split(claims.bytes, range, by.component);
    let owner = match class {
        Class::Provider => Owner::Provider,
        Class::Organisation => Owner::Organisation,
        _ => Owner::Person,
    };
    match (type_, class) {
        ("XPN", _) => person_name(claims, by, &parts, 1, owner),
        ("XAD", _) => address(claims, &parts, owner),
        ("XTN", _) => telecom(claims, &parts, owner),
        ("XCN" | "PPN" | "PLN", _) => coded_person(claims, by, &parts, owner),
        ("NDL", _) => {
            let parts = Parts::split(claims.bytes, parts.at(1), by.sub);
            coded_person(claims, by, &parts, owner);
        }
        ("DR" | "EIP", Class::Kind(kind)) => {
            claims.kind(kind, parts.head(1, by.sub), owner);
            claims.kind(kind, parts.head(2, by.sub), owner);
        }
        ("TQ", Class::Kind(kind)) => {
            claims.kind(kind, parts.head(4, by.sub), owner);
            claims.kind(kind, parts.head(5, by.sub), owner);
        }
        ("CX", _) => identifier(claims, by, &parts, class),
        (_, Class::Kind("ssn")) => number(claims, "ssn", parts.at(1), owner),
        (_, Class::Kind(kind)) => claims.kind(kind, parts.at(1), owner),
        (_, Class::Provider) => claims.kind("license", parts.at(1), owner),
        _ => {}
    }
}

/// Name components from `first` on: family, given, further given names. Suffix, prefix and degree name nobody.
fn person_name(claims: &mut Claims, by: Separators, parts: &Parts, first: usize, owner: Owner) {
    // Family name (FN): surname & own prefix & own surname & partner's prefix & partner's surname.
    for (n, surname) in split(claims.bytes, parts.at(first), by.sub).enumerate() {
        if matches!(n, 0 | 2 | 4) {
            claims.kind("name", surname, owner);
        }
    }
    claims.kind("name", parts.head(first + 1, by.sub), owner);
    claims.kind("name", parts.head(first + 2, by.sub), owner);
}

/// Number and name: XCN, PPN, the CNN of an NDL. A provider's number is a licence, a person's a record number.
fn coded_person(claims: &mut Claims, by: Separators, parts: &Parts, owner: Owner) {
    let kind = if owner == Owner::Person { "mrn" } else { "license" };
    claims.kind(kind, parts.at(1), owner);
    person_name(claims, by, parts, 2, owner);
}

fn address(claims: &mut Claims, parts: &Parts, owner: Owner) {
    claims.kind("address", parts.at(1), owner);
    claims.kind("address", parts.at(2), owner);
    claims.kind("city", parts.at(3), owner);
    claims.kind("zip", parts.at(5), owner);
    claims.kind("city", parts.at(9), owner);
}

/// XTN: number as text, use, equipment, mail address, country, area, local number, extension, text, …, unformatted number.
fn telecom(claims: &mut Claims, parts: &Parts, owner: Owner) {
    let phone = if parts.text(3) == b"FX" { "fax" } else { "phone" };
    // Equipment "Internet" is no proof of a mail address: senders put numbers there all the same.
    let first = if parts.text(1).contains(&b'@') { "email" } else { phone };
    claims.kind(first, parts.at(1), owner);
    claims.kind("email", parts.at(4), owner);
    let local = shape::trimmed(claims.bytes, parts.at(7));
    let area = shape::trimmed(claims.bytes, parts.at(6));
    if !local.is_empty() {
        let start = if area.is_empty() { local.start } else { area.start };
        claims.kind(phone, start..local.end, owner);
    }
    claims.kind(phone, parts.at(12), owner);
}

/// CX: number, check digit, scheme, assigning authority, type code.
fn identifier(claims: &mut Claims, by: Separators, parts: &Parts, class: Class) {
    let authority = claims.bytes.get(parts.head(4, by.sub)).unwrap_or_default();
    // Social Security Administration, as table 0363 and as OID.
    let of_ssa = matches!(authority, b"SSA" | b"USSSA") || parts.text(4).ends_with(b"&2.16.840.1.113883.4.1&ISO");
    let class = match table::id_type(parts.text(5)) {
        Some(typed) => typed,
        None if of_ssa => Class::Kind("ssn"),
        None => class,
    };
    match class {
        Class::Kind(kind) => number(claims, kind, parts.at(1), Owner::Person),
        Class::Person => number(claims, "other_id", parts.at(1), Owner::Person),
        Class::Provider => claims.kind("license", parts.at(1), Owner::Provider),
        Class::Organisation | Class::Text | Class::Nothing => {}
    }
}

/// A person's number: what cannot be an SSN where one is expected is a number all the same.
fn number(claims: &mut Claims, kind: &'static str, range: Range<usize>, owner: Owner) {
    let range = shape::trimmed(claims.bytes, range);
    let fits = claims.bytes.get(range.clone()).is_some_and(|v| shape::fits(kind, v));
    claims.kind(if fits || kind != "ssn" { kind } else { "other_id" }, range, owner);
}

/// A query parameter `@PID.5.1^EVERYMAN` (QPD, QIP): the field it names says what the value is.
fn parameter(claims: &mut Claims, by: Separators, range: Range<usize>) -> bool {
    let parts = Parts::split(claims.bytes, range, by.component);
    let [b'@', a, b, c, b'.', path @ ..] = parts.text(1) else { return false };
    let number = path.iter().take_while(|b| b.is_ascii_digit()).take(3);
    let number = number.fold(0u16, |n, b| n * 10 + u16::from(b - b'0'));
    let component = path.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let Some(row) = table::row_of([*a, *b, *c], number) else { return true };
    let kind = match (row.class, row.type_, component) {
        (Class::Kind(kind), _, _) => kind,
        (Class::Person, "XPN", _) => "name",
        (Class::Person, "XAD", b"3") => "city",
        (Class::Person, "XAD", b"5") => "zip",
        (Class::Person, "XAD", b"4" | b"6") => return true,
        (Class::Person, "XAD", _) => "address",
        (Class::Person, "XTN", _) => "phone",
        _ => return true,
    };
    claims.kind(kind, parts.at(2), Owner::Person);
    true
}
