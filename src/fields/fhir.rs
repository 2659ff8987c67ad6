//! FHIR R4 as JSON: resources, Bundles, NDJSON, and resources inside a log line or a string of code.

mod elements;
mod identifier;
mod json;
mod rules;

use std::collections::HashMap;

use std::ops::Range;

use crate::document::Document;
use crate::fields::{Field, Format};
use json::{Event, Json};

pub(crate) use elements::Elements;
pub(crate) use identifier::{by_oid, by_telecom_uri, is_day};
pub(crate) use json::find;
pub(crate) use rules::{Action, Class, Rules, ccda, fhir};

/// FHIR JSON (R4, <https://hl7.org/fhir/R4/json.html>), recognised by its `resourceType`.
pub const FORMAT: Format = Format { name: "fhir", is, read };

const MARK: &[u8] = b"resourceType";

fn is(document: &Document) -> bool {
    next_object(&document.bytes, 0, 0).is_some()
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let bytes = &document.bytes[..];
    let mut elements = Elements::new(bytes, fhir(), out);
    let mut at = 0;
    while let Some((mark, object, escaped)) = next_object(bytes, at, at) {
        let end = object_fields(bytes, object, escaped, &mut elements);
        at = end.max(mark + MARK.len());
    }
    elements.finish();
}

/// Reads the object at `start`; returns where it ends.
fn object_fields(bytes: &[u8], start: usize, escaped: bool, elements: &mut Elements<'_, '_>) -> usize {
    let types = types(bytes, start, escaped);
    let mut json = Json::new(bytes, start, escaped);
    elements.reset();
    while let Some(event) = json.next() {
        match event {
            Event::Open { key, at } => elements.open(&bytes[key], types.get(&at).map(|t| &bytes[t.clone()])),
            Event::Close => elements.close(),
            Event::Text { key, value } => elements.text(&bytes[key], value),
            Event::Number { key, value } => elements.number(&bytes[key], value),
        }
    }
    json.at
}

/// Types of the resources in the object at `start`, by the offset of their `{`. A resource may say its type last.
fn types(bytes: &[u8], start: usize, escaped: bool) -> HashMap<usize, Range<usize>> {
    let mut types = HashMap::new();
    let mut json = Json::new(bytes, start, escaped);
    let mut open = Vec::new();
    while let Some(event) = json.next() {
        match event {
            Event::Open { at, .. } => open.push(at),
            Event::Close => drop(open.pop()),
            Event::Text { key, value } if bytes[key.clone()] == *MARK => {
                if let Some(&at) = open.last() {
                    types.insert(at, value);
                }
            }
            _ => {}
        }
    }
    types
}

/// The next resource at or after `from`: where its type stands, where its `{` stands (not before `floor`), and whether its
/// quotes are escaped, as they are in a string of code or of a log record.
fn next_object(bytes: &[u8], mut from: usize, mut floor: usize) -> Option<(usize, usize, bool)> {
    loop {
        let mark = next_mark(bytes, from)?;
        from = mark + MARK.len();
        let (quote, escaped) = match &bytes[mark.saturating_sub(2)..mark] {
            [b'\\', b'"'] => (mark - 2, true),
            [.., b'"'] => (mark - 1, false),
            _ => continue,
        };
        let key_end = from + usize::from(escaped) + 1;
        if !names_resource(bytes.get(key_end..).unwrap_or_default()) {
            continue;
        }
        if let Some(object) = object_around(bytes, floor, quote) {
            return Some((mark, object, escaped));
        }
        // Nothing is open here, so what opens a later mark's object stands behind it.
        floor = mark;
    }
}

/// Where `resourceType` stands next.
fn next_mark(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(bytes.get(from..)?, MARK).map(|at| from + at)
}

/// Does `: "Patient"`, or another resource of the standard, follow the key?
fn names_resource(rest: &[u8]) -> bool {
    let Some(rest) = rest.trim_ascii_start().strip_prefix(b":") else {
        return false;
    };
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    let Some(rest) = rest.strip_prefix(b"\"") else {
        return false;
    };
    let length = rest.iter().take(64).take_while(|b| b.is_ascii_alphabetic()).count();
    rest[..length].first().is_some_and(u8::is_ascii_uppercase)
        && std::str::from_utf8(&rest[..length]).is_ok_and(|name| fhir().class(name).is_some())
}

/// The `{` of the outermost object around the key at `at`, as far as values of JSON go: a resource may hold others, and
/// say its own type last.
fn object_around(bytes: &[u8], floor: usize, at: usize) -> Option<usize> {
    let start = floor.max(at.saturating_sub(64 * 1024));
    let mut depth = 0_u32;
    let mut found = None;
    for i in (start..at).rev() {
        match bytes[i] {
            b'}' => depth += 1,
            b'{' if depth > 0 => depth -= 1,
            b'{' => {
                found = Some(i);
                let before = bytes[start..i].trim_ascii_end().last();
                if !matches!(before, Some(b':' | b'[' | b',')) {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}
