//! DICOM as XML: the Native Model of PS3.19 annex A (`<DicomAttribute tag="00100010" vr="PN">`), and DCMTK's `dcm2xml`
//! (`<element tag="0010,0010" vr="PN">DOE^JOHN</element>`).

use std::ops::Range;

use super::dump::hex;
use super::tags::Tag;
use super::values::Values;
use crate::fields::Field;
use crate::fields::xml::{Event, Walk};

/// Where the next `tag="00…"` stands.
pub(super) fn next(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + memchr::memmem::find(bytes.get(from..)?, b" tag=\"")?;
        from = at + 6;
        if tag(bytes.get(from..).unwrap_or_default()).is_some() {
            return Some(at);
        }
    }
}

fn tag(text: &[u8]) -> Option<Tag> {
    let end = text.iter().take(10).position(|b| *b == b'"').unwrap_or(text.len());
    let comma = usize::from(text.get(4) == Some(&b','));
    (end == 8 + comma).then_some(())?;
    Some((hex(&text[..4])?, hex(&text[4 + comma..end])?))
}

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut values = Values { bytes, out, record: 0, claims: true };
    let mut walk = Walk::new(bytes);
    // The attribute that is open, with its VR, and the parts of a person's name in it.
    let mut open: Option<(Tag, Option<[u8; 2]>)> = None;
    let mut name: Option<Range<usize>> = None;
    while let Some(event) = walk.next() {
        match event {
            Event::Start { .. } => {
                let attribute =
                    |key: &[u8]| walk.attributes.iter().find(|(n, _)| bytes[n.clone()] == *key).map(|a| a.1.clone());
                if let Some(tag) = attribute(b"tag").and_then(|value| tag(&bytes[value])) {
                    open = Some((tag, attribute(b"vr").and_then(|value| bytes[value].try_into().ok())));
                }
            }
            Event::Text(text) => match open {
                Some((_, Some(vr))) if vr == *b"PN" => {
                    let start = name.take().map_or(text.start, |part| part.start);
                    name = Some(start..text.end);
                }
                Some((tag, vr)) => values.value(tag, vr, text),
                None => {}
            },
            Event::End { name: ended } => {
                let whole = matches!(&bytes[ended.clone()], b"PersonName" | b"DicomAttribute" | b"element");
                if let (true, Some((tag, vr)), Some(part)) = (whole, open, name.clone()) {
                    parts(&mut values, tag, vr, part);
                    name = None;
                }
                if matches!(&bytes[ended], b"DicomAttribute" | b"element") {
                    open = None;
                }
            }
        }
    }
}

/// A name's parts, each in an element of its own.
fn parts(values: &mut Values<'_, '_>, tag: Tag, vr: Option<[u8; 2]>, range: Range<usize>) {
    let (bytes, mut at) = (values.bytes, range.start);
    while at < range.end {
        let end = bytes[at..range.end].iter().position(|b| *b == b'<').map_or(range.end, |n| at + n);
        values.value(tag, vr, at..end);
        at = bytes[end..range.end].iter().position(|b| *b == b'>').map_or(range.end, |n| end + n + 1);
    }
}
