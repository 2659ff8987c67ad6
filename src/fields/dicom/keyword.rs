//! Names by keyword, in logs and JSON of PACS: `PatientName=DOE^JOHN`, `"PatientName": "DOE^JOHN"`.

use std::ops::Range;

use super::values::Values;
use crate::fields::Field;

const MARK: &[u8] = b"PatientName";

/// The next name behind the keyword: components with `^` (or `%5E`) between them.
pub(super) fn next(bytes: &[u8], mut from: usize) -> Option<Range<usize>> {
    loop {
        from += memchr::memmem::find(bytes.get(from..)?, MARK)? + MARK.len();
        let rest = &bytes[from..bytes.len().min(from + 200)];
        let lead =
            rest.iter().take_while(|b| matches!(b, b'"' | b'\'' | b'=' | b':' | b' ' | b'\\' | b'[' | b'(')).count();
        let value = &rest[lead..];
        let quoted = matches!(rest[..lead].last(), Some(b'"' | b'\'' | b'['));
        let ends = |b: &u8| {
            matches!(b, b'"' | b'\'' | b']' | b')' | b'\\' | b'&' | b',' | b';' | b'<' | b'|' | b'\t' | b'\n' | b'\r')
                || (*b == b' ' && !quoted)
        };
        let length = value.iter().position(ends).unwrap_or(value.len());
        let value = &value[..length];
        if lead > 0 && (value.contains(&b'^') || value.windows(3).any(|w| w.eq_ignore_ascii_case(b"%5E"))) {
            return Some(from + lead..from + lead + length);
        }
    }
}

pub(super) fn read(bytes: &[u8], out: &mut Vec<Field>) {
    let mut values = Values { bytes, out, record: 0, claims: false };
    let mut at = 0;
    while let Some(name) = next(bytes, at) {
        at = name.end;
        values.record += 1;
        values.value((0x10, 0x10), Some(*b"PN"), name);
    }
}
