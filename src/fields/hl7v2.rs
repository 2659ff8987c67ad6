//! HL7 v2 messages: segments, fields and components by position.
//!
//! Source of positions: HL7 v2.5.1 with later additions, in `rules/formats/hl7v2.tsv`.

pub(in crate::fields) mod claims;
mod frame;
mod parts;
pub(in crate::fields) mod shape;
mod table;
mod types;

use std::ops::Range;

use self::claims::Claims;
use self::frame::{Separators, Walk};
pub(in crate::fields) use self::parts::{Part, kind_of};
use self::table::Class;
use super::remarks::Remark;
use super::{Field, Format, Mark};
use crate::document::Document;

/// HL7 v2 messages: in files, batches, MLLP streams, log lines and string literals.
pub const FORMAT: Format = Format { name: "hl7v2", mark: Mark::Text(&["MSH", "FHS", "BHS", "PID"]), is, read };

fn is(document: &Document) -> bool {
    let begun = |bytes: &[u8]| {
        let mut from = 0;
        while let Some((at, by)) = frame::next_header(bytes, from, bytes.len()) {
            if frame::is_real(bytes, at, by) {
                return true;
            }
            from = at + 3;
        }
        false
    };
    // In a log the first message may stand anywhere.
    begun(&document.bytes) || document.head.as_deref().is_some_and(begun)
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let bytes = document.bytes.as_slice();
    let begun = document.head.as_deref().and_then(|head| frame::next_header(head, 0, head.len()));
    let mut claims = Claims::new(bytes, out);
    let (mut messages, mut persons) = (0u32, 0u32);
    for (by, range) in Walk::new(bytes, begun.map(|b| b.1)) {
        match &bytes[range.start..range.start + 3] {
            b"MSH" => {
                claims.record += u32::from(messages + persons > 0);
                messages += 1;
                persons = 0;
            }
            // A result message may hold several patients.
            b"PID" => {
                claims.record += u32::from(persons > 0);
                persons += 1;
            }
            _ => {}
        }
        claims.open(range.start);
        segment(&mut claims, by, range.clone());
        claims.close(range.end);
    }
}

fn segment(claims: &mut Claims, by: Separators, range: Range<usize>) {
    let bytes = claims.bytes;
    let Some(&id) = bytes.get(range.start..).and_then(|s| s.first_chunk::<3>()) else { return };
    let mut fields = types::split(bytes, range, by.field).enumerate();
    if id[0] == b'Z' {
        for (_, field) in fields.skip(1) {
            claims.prose(field);
        }
        return;
    }
    // MSH-1 is the separator itself, but no header field is of interest, so that its numbers do not matter.
    let mut value_type: &[u8] = b"";
    for row in table::rows_of(id) {
        if row.field == 0 {
            continue;
        }
        let Some((_, field)) = fields.by_ref().find(|(n, f)| {
            if id == *b"OBX" && *n == 2 {
                value_type = bytes.get(f.clone()).unwrap_or_default().trim_ascii();
            }
            *n == usize::from(row.field)
        }) else {
            return;
        };
        if id == *b"OBX" && row.field == 5 {
            observation(claims, by, value_type, field);
        } else {
            types::field(claims, by, row.type_, row.class, field);
        }
    }
}

/// OBX-5 is of the type that OBX-2 names.
fn observation(claims: &mut Claims, by: Separators, value_type: &[u8], field: Range<usize>) {
    if value_type == b"ED" {
        return encapsulated(claims, by, &field);
    }
    let (type_, class) = match value_type {
        b"" | b"TX" | b"FT" | b"ST" | b"MT" | b"UT" | b"AD" => ("TX", Class::Text),
        b"TS" | b"DT" | b"DTM" => ("TS", Class::Kind("date")),
        b"DR" => ("DR", Class::Kind("date")),
        b"XPN" | b"PN" => ("XPN", Class::Person),
        b"XAD" => ("XAD", Class::Person),
        b"XTN" | b"TN" => ("XTN", Class::Person),
        b"CX" | b"CK" => ("CX", Class::Kind("other_id")),
        b"XCN" | b"CN" => ("XCN", Class::Provider),
        _ => return,
    };
    types::field(claims, by, type_, class, field);
}

/// ED: source application, type, subtype, encoding (table 0299), data. Base64 is decoded, the rest is text.
fn encapsulated(claims: &mut Claims, by: Separators, field: &Range<usize>) {
    let parts: Vec<_> = types::split(claims.bytes, field.clone(), by.component).collect();
    let Some(data) = parts.get(4) else { return };
    let encoding = claims.bytes.get(parts[3].clone()).unwrap_or_default().trim_ascii();
    if encoding.eq_ignore_ascii_case(b"Base64") {
        claims.base64(data.start..field.end);
    } else {
        claims.prose(data.start..field.end);
    }
}

/// Where a file of messages holds a line that is no segment, or a header that says no separators.
pub(super) fn broken(document: &Document) -> Option<Remark> {
    let bytes = &document.bytes[..];
    let begun = bytes.strip_prefix(b"\x0b").unwrap_or(bytes);
    if ![&b"MSH"[..], b"FHS", b"BHS"].iter().any(|id| begun.starts_with(id)) {
        return None;
    }
    frame::odd_line(bytes).map(|at| Remark {
        at,
        says: "a line among the segments of HL7 v2 messages is no segment, or its header is malformed; it was read as text",
    })
}
