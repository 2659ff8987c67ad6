//! Components of fields that stand by themselves, as in XML.

use std::ops::Range;

use super::shape;
use super::table::{self, Class};
use crate::fields::{Label, Owner};

/// A component of a field: its number, from 1, and where its value stands.
pub(in crate::fields) struct Part {
    pub(in crate::fields) component: u16,
    pub(in crate::fields) value: Range<usize>,
}

/// What a component holds, and whose; `all` are the components of the same field.
pub(in crate::fields) fn kind_of(
    bytes: &[u8],
    segment: [u8; 3],
    field: u16,
    part: &Part,
    all: &[Part],
) -> (Label, Owner) {
    if segment[0] == b'Z' {
        return (Label::Prose, Owner::Unknown);
    }
    let Some(row) = table::row_of(segment, field) else { return (Label::Nothing, Owner::Unknown) };
    let owner = match row.class {
        Class::Provider => Owner::Provider,
        Class::Organisation => Owner::Organisation,
        _ => Owner::Person,
    };
    let code = all.iter().find(|other| other.component == 5).map_or(&b""[..], |other| &bytes[other.value.clone()]);
    let class = if row.type_ == "CX" { table::id_type(code).unwrap_or(row.class) } else { row.class };
    let value = &bytes[part.value.clone()];
    let kind = match (row.type_, class, part.component) {
        (_, Class::Text, _) => return (Label::Prose, Owner::Unknown),
        (_, Class::Nothing, _) => None,
        ("XPN", _, 1..=3) | ("XCN" | "PPN", _, 2..=4) => Some("name"),
        ("XCN" | "PPN", _, 1) => Some(if owner == Owner::Person { "mrn" } else { "license" }),
        ("XAD", _, 1 | 2) => Some("address"),
        ("XAD", _, 3 | 9) => Some("city"),
        ("XAD", _, 5) => Some("zip"),
        ("XTN", _, 1 | 4) if value.contains(&b'@') => Some("email"),
        ("XTN", _, 1 | 7 | 12) => Some("phone"),
        ("XPN" | "XCN" | "PPN" | "XAD" | "XTN", ..) => None,
        (_, Class::Kind(kind), 1) => Some(kind),
        _ => None,
    };
    match kind.filter(|kind| shape::fits(kind, value)) {
        Some(kind) => (Label::Kind(kind), owner),
        None => (Label::Nothing, Owner::Unknown),
    }
}
