//! Mail and other MIME messages (RFC 2045): parts encoded in base64.

use std::ops::Range;

use super::{Field, Format, Label, Mark, Owner};
use crate::document::Document;

/// Known by the header `Content-Transfer-Encoding: base64`.
pub const FORMAT: Format = Format { name: "mime", mark: Mark::Text(&["-Encoding: "]), is, read };

/// What the header's name and value have in common, however they are spelt.
const MARK: &[u8] = b"-Encoding: ";

fn is(document: &Document) -> bool {
    next(&document.bytes, 0).is_some()
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let (bytes, mut at, mut record) = (&document.bytes[..], 0, 0);
    while let Some(body) = next(bytes, at) {
        at = body.end;
        record += 1;
        out.push(Field { label: Label::Base64, value: body, owner: Owner::Unknown, record });
    }
}

/// The next body in base64 at or after `from`.
fn next(bytes: &[u8], mut from: usize) -> Option<Range<usize>> {
    loop {
        let at = from + memchr::memmem::find(bytes.get(from..)?, MARK)? + MARK.len();
        from = at;
        let base64 = bytes.get(at..at + 6).is_some_and(|value| value.eq_ignore_ascii_case(b"base64"));
        if base64 && let Some(body) = body(bytes, at) {
            return Some(body);
        }
    }
}

/// What follows the headers' end, up to a line that is no base64.
fn body(bytes: &[u8], header: usize) -> Option<Range<usize>> {
    let rest = &bytes[header..bytes.len().min(header + 4096)];
    let ends = [&b"\r\n\r\n"[..], b"\n\n"];
    let start = header + ends.iter().filter_map(|end| memchr::memmem::find(rest, end).map(|n| n + end.len())).min()?;
    let mut end = start;
    for line in bytes[start..].split_inclusive(|b| *b == b'\n') {
        let text = line.trim_ascii_end();
        let base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
        if text.is_empty() || !text.iter().all(base64) {
            break;
        }
        end += line.len();
    }
    (end > start).then_some(start..end)
}
