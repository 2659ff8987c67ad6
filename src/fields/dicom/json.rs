//! DICOM JSON (PS3.18, annex F): `"00100010": {"vr": "PN", "Value": [{"Alphabetic": "DOE^JOHN"}]}`, and Orthanc's forms of it.

use std::ops::Range;

use super::dump::hex;
use super::tags::Tag;
use super::values::Values;
use crate::fields::Field;
use crate::fields::fhir::{Event, Json};

/// Where the next key that is a tag stands (its quote).
pub(super) fn next(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + memchr::memmem::find(bytes.get(from..)?, b"\"00")?;
        from = at + 3;
        let Some(end) = (8..=9).map(|n| at + 1 + n).find(|end| bytes.get(*end) == Some(&b'"')) else { continue };
        let colon = bytes[end + 1..].trim_ascii_start().first() == Some(&b':');
        if colon && tag(&bytes[at + 1..end]).is_some_and(|tag| matches!(tag.0, 2 | 8 | 0x10 | 0x20 | 0x40)) {
            return Some(at);
        }
    }
}

/// `00100010` or `0010,0010`.
fn tag(key: &[u8]) -> Option<Tag> {
    match key.len() {
        8 => Some((hex(&key[..4])?, hex(&key[4..])?)),
        9 if key[4] == b',' => Some((hex(&key[..4])?, hex(&key[5..])?)),
        _ => None,
    }
}

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut values = Values { bytes, out, record: 0, claims: true };
    let mut at = 0;
    while let Some(mark) = next(bytes, at) {
        let floor = mark.saturating_sub(4096).max(at);
        let start = bytes[floor..mark].iter().position(|b| *b == b'{' || *b == b'[').map_or(mark, |n| floor + n);
        at = one(&mut values, start).max(mark + 1);
    }
}

/// Reads the value that begins at `start`; returns where it ends.
fn one(values: &mut Values<'_, '_>, start: usize) -> usize {
    let bytes = values.bytes;
    let mut json = Json::new(bytes, start, false);
    // The tags of the open objects, and the VR of the innermost.
    let mut open: Vec<Option<Tag>> = Vec::new();
    let mut vr: Option<[u8; 2]> = None;
    let mut first = true;
    while let Some(event) = json.next() {
        match event {
            Event::Open { key, .. } => {
                let own = tag(&bytes[key.clone()]);
                let inherits = matches!(&bytes[key], b"Value");
                let above = open.last().copied().flatten();
                // A data set of its own begins where an object stands in no attribute.
                values.record += u32::from(!first && open.len() <= 1 && own.is_none() && above.is_none());
                first = false;
                open.push(own.or(above.filter(|_| inherits)));
                vr = if own.is_some() { None } else { vr };
            }
            Event::Close => drop(open.pop()),
            Event::Text { key, value } => text(values, &open, &mut vr, (key, value)),
            Event::Number { .. } => {}
        }
    }
    json.at
}

fn text(
    values: &mut Values<'_, '_>,
    open: &[Option<Tag>],
    vr: &mut Option<[u8; 2]>,
    (key, value): (Range<usize>, Range<usize>),
) {
    let bytes = values.bytes;
    let innermost = open.last().copied().flatten();
    match (&bytes[key.clone()], innermost) {
        (b"vr", Some(_)) => *vr = bytes[value].try_into().ok(),
        (b"Value" | b"Alphabetic" | b"Ideographic" | b"Phonetic", Some(tag)) => values.value(tag, *vr, value),
        (key, _) => {
            if let Some(tag) = tag(key) {
                values.value(tag, None, value);
            }
        }
    }
}
