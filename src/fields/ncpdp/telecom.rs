//! Telecommunication D.0: fields behind a separator (hex 1C), each begun by its id; segments behind hex 1E, groups behind 1D.

use std::ops::Range;
use std::sync::LazyLock;

use super::TABLE;
use crate::fields::hl7v2::claims::Claims;
use crate::fields::{Field, Owner};

/// The field separator, itself and as logs write it.
const FIELD: &[&[u8]] = &[b"\x1c", b"<FS>", b"\\x1c", b"\\x1C", b"\\u001c", b"\\u001C", b"^\\", b"\xe2\x90\x9c"];
/// What else ends a field: the separators of segments and groups, the end of the text or line.
const ENDS: &[&[u8]] = &[
    b"\x1e",
    b"\x1d",
    b"\x03",
    b"\n",
    b"\r",
    b"<RS>",
    b"<GS>",
    b"<ETX>",
    b"\\x1e",
    b"\\x1E",
    b"\\x1d",
    b"\\x1D",
    b"\\u001e",
    b"\\u001E",
    b"\\u001d",
    b"\\u001D",
    b"^^",
    b"^]",
    b"\xe2\x90\x9e",
    b"\xe2\x90\x9d",
    b"\"",
];
/// The request's header has fixed columns (BIN, version, code, PCN, …): the date of service stands here, from its start.
const HEADER: usize = 56;
const SERVICE: Range<usize> = 38..46;

/// By id: kind, owner. `CX` says what `CY` is.
static ROWS: LazyLock<Vec<([u8; 2], &'static str, Owner)>> = LazyLock::new(|| TABLE.lines().filter_map(row).collect());

fn row(line: &'static str) -> Option<([u8; 2], &'static str, Owner)> {
    let (id, what) = line.strip_prefix("D0 ")?.split_once('\t')?;
    let (kind, owner) = what.split_once(' ').unwrap_or((what, ""));
    let owner = match owner {
        "provider" => Owner::Provider,
        "organisation" => Owner::Organisation,
        _ => Owner::Person,
    };
    Some((id.as_bytes().try_into().ok()?, kind, owner))
}

/// The next segment identification (field 111-AM): where its separator begins, and which separator it is.
pub(super) fn next(bytes: &[u8], mut from: usize) -> Option<(usize, &'static [u8])> {
    loop {
        let at = from + memchr::memmem::find(bytes.get(from..)?, b"AM")?;
        from = at + 2;
        let known = matches!(bytes.get(from..from + 2), Some([b'0'..=b'3', b'0'..=b'9']));
        let by = FIELD.iter().find(|by| bytes[..at].ends_with(by)).filter(|_| known);
        if let Some(by) = by {
            return Some((at - by.len(), by));
        }
    }
}

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut claims = Claims::new(bytes, out);
    let mut at = 0;
    let mut patient = false;
    while let Some((start, by)) = next(bytes, at) {
        let id = &bytes[start + by.len() + 2..start + by.len() + 4];
        // A transmission begins with its header or with the patient's segment.
        if matches!(id, b"01" | b"04") && patient {
            patient = id == b"04" && !header(&mut claims, start);
            claims.record += u32::from(!patient);
        }
        patient |= id == b"01" || id == b"07";
        at = segment(&mut claims, start, by);
    }
}

/// The date of service in the header, if one stands right before `at`.
fn header(claims: &mut Claims<'_>, at: usize) -> bool {
    let bytes = claims.bytes;
    let text = bytes[..at].trim_ascii_end();
    let end = ENDS.iter().find(|end| text.ends_with(end)).map_or(text.len(), |end| text.len() - end.len());
    let Some(start) = end.checked_sub(HEADER) else { return false };
    let is = matches!(&bytes[start + 6..start + 9], b"D0B" | b"D0E" | b"D0P" | b"51B");
    if is {
        claims.open(start);
        claims.kind("date", start + SERVICE.start..start + SERVICE.end, Owner::Person);
        claims.close(end);
    }
    is
}

/// The fields of the segment whose first separator stands at `at`; returns where it ends.
fn segment(claims: &mut Claims<'_>, at: usize, by: &[u8]) -> usize {
    let bytes = claims.bytes;
    if claims.record == 0 {
        header(claims, at);
    }
    claims.open(at);
    let (mut at, mut qualifier) = (at, 0..0);
    while bytes[at..].starts_with(by) {
        let start = at + by.len();
        let end = start + length(&bytes[start..], by);
        let Some(id) = bytes.get(start..start + 2).filter(|_| end >= start + 2) else { return end.max(start) };
        let value = start + 2..end;
        if id == b"CX" {
            qualifier = value.clone();
        }
        if let Some((_, kind, owner)) = ROWS.iter().find(|row| row.0 == *id) {
            match *kind {
                "prose" => claims.prose(value),
                // 331-CX: 01 Social Security number, 02 driver's licence, 06 Medicaid id.
                "mrn" => claims.kind(patient_id(&bytes[qualifier.clone()]), value, *owner),
                kind => claims.kind(kind, value, *owner),
            }
        }
        at = end;
    }
    claims.close(at);
    at
}

fn patient_id(qualifier: &[u8]) -> &'static str {
    match qualifier {
        b"01" | b"1J" => "ssn",
        b"02" => "license",
        b"06" => "health_plan_id",
        _ => "mrn",
    }
}

/// How long the field is that begins here.
fn length(text: &[u8], by: &[u8]) -> usize {
    let text = &text[..text.len().min(4096)];
    let stops = |i: &usize| text[*i..].starts_with(by) || ENDS.iter().any(|end| text[*i..].starts_with(end));
    (0..text.len()).find(stops).unwrap_or(text.len())
}
