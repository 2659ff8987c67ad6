//! What toolkits print: `(0010,0010) PN [DOE^JOHN]` (DCMTK, GDCM, dcm4che, Orthanc), `… PN: 'DOE^JOHN'` (pydicom).

use std::ops::Range;

use super::tags::Tag;
use super::values::Values;
use super::vr::is_vr;
use crate::document::line_around;
use crate::fields::Field;

/// The next `(gggg,eeee)` with a value behind it: tag, VR, value, end of what was read.
pub(super) fn next(bytes: &[u8], mut from: usize) -> Option<(Tag, Option<[u8; 2]>, Range<usize>)> {
    loop {
        let at = from + memchr::memchr(b'(', bytes.get(from..)?)?;
        from = at + 1;
        if let Some(tag) = tag_at(bytes, from) {
            let end = line_around(bytes, at).end.min(at + 4096);
            if let Some((vr, value)) = value(bytes, from + 10..end) {
                return Some((tag, vr, value));
            }
        }
    }
}

/// `gggg,eeee)`, perhaps with a blank behind the comma.
fn tag_at(bytes: &[u8], at: usize) -> Option<Tag> {
    let text = bytes.get(at..at + 10)?;
    (text[4] == b',' && text[9] == b')').then_some(())?;
    Some((hex(&text[..4])?, hex(&text[5..9])?))
}

pub(super) fn hex(digits: &[u8]) -> Option<u16> {
    let all = digits.iter().all(u8::is_ascii_hexdigit);
    all.then(|| std::str::from_utf8(digits).ok().and_then(|text| u16::from_str_radix(text, 16).ok())).flatten()
}

/// VR and value on the rest of the line. A tag without a VR (a mention in text) has none.
fn value(bytes: &[u8], rest: Range<usize>) -> Option<(Option<[u8; 2]>, Range<usize>)> {
    let text = bytes.get(rest.clone())?;
    let (vr, behind) = vr_in(text)?;
    let tail = &text[behind..];
    let lead = tail.iter().take_while(|b| matches!(b, b' ' | b'\t' | b':' | b'=')).count();
    // dcm4che prints the length first: `PN #8 [DOE^JOHN]`.
    let count = tail[lead..]
        .strip_prefix(b"#")
        .map_or(0, |t| 1 + t.iter().take_while(|b| b.is_ascii_digit() || **b == b' ').count());
    let start = rest.start + behind + lead + count;
    let value = &bytes[start..rest.end];
    let (open, length) = match value.first()? {
        b'[' => (1, value.iter().position(|b| *b == b']')?),
        quote @ (b'\'' | b'"') => (1, 1 + value[1..].iter().rposition(|b| b == quote)?),
        // `1.2.840…  # 20, 1 StudyInstanceUID`
        b'=' | b'#' | b'(' => return None,
        _ => (0, value.windows(2).position(|w| w == b" #" || w == b"\t#").unwrap_or(value.len())),
    };
    (length > open).then_some((Some(vr), start + open..start + length))
}

/// The VR: at once (`(0010,0010) PN`), or behind the attribute's name (`(0010,0010) Patient's Name   PN:`).
fn vr_in(text: &[u8]) -> Option<([u8; 2], usize)> {
    let blanks = text.iter().take_while(|b| **b == b' ' || **b == b'\t').count();
    let two = |at: usize| text.get(at..)?.first_chunk::<2>().copied().filter(|vr| is_vr(*vr));
    let ends = |at: usize| text.get(at).is_none_or(|b| matches!(b, b' ' | b'\t' | b':' | b'[' | b'#' | b'='));
    if let Some(vr) = two(blanks).filter(|_| ends(blanks + 2)) {
        return Some((vr, blanks + 2));
    }
    let named = (1..text.len().min(100))
        .find(|at| text[at - 1] == b' ' && two(*at).is_some() && text.get(at + 2) == Some(&b':'));
    named.and_then(|at| Some((two(at)?, at + 2)))
}

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut values = Values { bytes, out, record: 0, claims: true };
    let (mut at, mut last) = (0, (0, 0));
    while let Some((tag, vr, value)) = next(bytes, at) {
        at = value.end;
        // Tags ascend within a data set; items of sequences start over with high groups only.
        if tag < last && tag.0 <= 8 {
            values.record += 1;
        }
        last = tag;
        values.value(tag, vr, value);
    }
}
