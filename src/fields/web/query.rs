//! The parameters of a search (FHIR R4, <https://hl7.org/fhir/R4/patient.html#search>).

use std::ops::Range;

/// Parameters by name, modifiers aside: what their values are.
const PARAMETERS: &[(&str, &str)] = &[
    ("_id", "fhir-patient-reference"),
    ("address", "address"),
    ("address-city", "city"),
    ("address-postalcode", "zip"),
    ("birthdate", "dob"),
    ("death-date", "date"),
    ("email", "email"),
    ("family", "name"),
    ("given", "name"),
    ("identifier", "mrn"),
    ("name", "name"),
    ("patient", "fhir-patient-reference"),
    ("phone", "phone"),
    ("phonetic", "name"),
    ("subject", "fhir-patient-reference"),
    ("telecom", "phone"),
    // DICOMweb (PS3.18, 8.3.4).
    ("PatientName", "name"),
    ("PatientBirthDate", "dob"),
    ("PatientID", "mrn"),
];

/// Where the query that begins at `start` ends.
pub(super) fn end(bytes: &[u8], start: usize, limit: usize) -> usize {
    let ends = |b: &u8| matches!(b, b' ' | b'"' | b'\'' | b']' | b'<' | b'>' | b'#' | b'\t') || *b < 0x20;
    start + bytes[start..limit].iter().position(ends).unwrap_or(limit - start)
}

/// Names and values of a query's parameters.
pub(super) fn parameters(bytes: &[u8], range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let mut at = range.start;
    bytes[range].split(|b| matches!(b, b'&' | b';')).filter_map(move |pair| {
        let start = at;
        at += pair.len() + 1;
        let equals = pair.iter().position(|b| *b == b'=')?;
        Some((start..start + equals, start + equals + 1..start + pair.len()))
    })
}

/// What the value of the parameter is. Modifiers (`family:exact`) and chains (`subject:Patient.name`) do not matter.
pub(super) fn kind(name: &[u8]) -> Option<&'static str> {
    let name = name.rsplit(|b| *b == b'.').next().unwrap_or(name);
    let name = name.split(|b| *b == b':').next().unwrap_or(name);
    PARAMETERS.iter().find(|(known, _)| known.as_bytes() == name).map(|(_, kind)| *kind)
}

/// The part of a value that identifies, and as what: without a comparison (`ge`), a system (`urn:…|`), a type (`Patient/`).
pub(super) fn value(bytes: &[u8], kind: &'static str, range: Range<usize>) -> Option<(&'static str, Range<usize>)> {
    let text = &bytes[range.clone()];
    let behind = |marks: &[&[u8]]| {
        marks.iter().filter_map(|mark| memchr::memmem::rfind(text, mark).map(|at| at + mark.len())).max().unwrap_or(0)
    };
    let start = match kind {
        "dob" | "date" => text.iter().take(2).take_while(|b| b.is_ascii_lowercase()).count(),
        "fhir-patient-reference" => behind(&[b"Patient/", b"Patient%2F", b"Patient%2f"]),
        "mrn" | "phone" => behind(&[b"|", b"%7C", b"%7c"]),
        _ => 0,
    };
    let kind = match &text[..start] {
        system if kind == "mrn" && holds(system, b"ssn") => "ssn",
        _ if kind == "phone" && (holds(text, b"@") || holds(text, b"%40")) => "email",
        _ => kind,
    };
    let value = &text[start..];
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let fits = match kind {
        "name" => value.iter().filter(|b| b.is_ascii_alphabetic()).count() >= 2,
        "dob" | "date" => digits >= 8,
        "fhir-patient-reference" => super::is_id(value),
        "mrn" | "zip" => digits >= 4,
        "phone" => digits >= 7,
        _ => value.len() >= 3,
    };
    // A template, not a value.
    let template = value.iter().any(|b| matches!(b, b'{' | b'}' | b'$' | b'*' | b'(')) || value.starts_with(b":");
    (fits && !template && value.len() <= 200).then_some((kind, range.start + start..range.end))
}

fn holds(text: &[u8], mark: &[u8]) -> bool {
    memchr::memmem::find(text, mark).is_some()
}
