//! Running text: what stands in notes, logs, cells of remarks and metadata beside what the rules find.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::clean::{is_code, is_removed};
use super::{Leak, RuleName, dates, disguise};
use crate::document::{Document, line_around};
use crate::kind::Kind;
use crate::words;

/// What is said where nothing but the form tells.
pub(super) const FORM: &str = "has the form of such a value";

/// Patterns of what is looked at more closely, each compiled once.
struct Patterns {
    initials: Regex,
    url: Regex,
    caret: Regex,
    pair: Regex,
    token: Regex,
    backwards: Regex,
    plain: Regex,
}

fn patterns() -> Option<&'static Patterns> {
    static PATTERNS: OnceLock<Option<Patterns>> = OnceLock::new();
    let make = || {
        let regex = |pattern| Regex::new(pattern).ok();
        Some(Patterns {
            initials: regex(
                r"(?-u)\b(?i:patient|pt|mr|mrs|ms|miss|initials)\b[.:,]?\s+([A-Z]\.\s?[A-Z]\.(?:\s?[A-Z]\.)?)",
            )?,
            url: regex(r#"(?i-u)\bhttps?://([^\s/"'<>|,;)\]]{3,})/([^\s"'<>|,;)\]]{3,})"#)?,
            caret: regex(r"(?-u)[A-Za-z'-]{2,40}\^[A-Za-z'-]{2,40}")?,
            pair: regex(r"(?-u)\b[A-Z][a-z]{2,20}(?:,? [A-Z]\.?)?,? [A-Z][a-z]{2,20}\b")?,
            token: regex(r"(?-u)[A-Za-z0-9+/_@.-]{8,512}={0,2}")?,
            plain: regex(
                r"(?-u)\b(?:[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3}[-.][0-9]{3}[-.][0-9]{4})\b|\([0-9]{3}\) [0-9]{3}-[0-9]{4}\b|\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,4}\b",
            )?,
            backwards: regex(r"(?-u)\b[a-z]{2,20}[A-Z] [a-z]{2,20}[A-Z]\b")?,
        })
    };
    PATTERNS.get_or_init(make).as_ref()
}

/// Where names of authors, titles and key words of a file stand, and times at which pictures were taken.
fn is_metadata(name: &str) -> bool {
    let name = name.rsplit('!').next().unwrap_or(name).to_ascii_lowercase();
    name.contains("docprops/") || name.ends_with("meta.xml") || name.starts_with("metadata")
}

/// What a text holds that may not be there.
pub(super) fn leaks(document: &Document, out: &mut Vec<Leak>) {
    let Some(patterns) = patterns() else { return };
    let text = &document.bytes[..];
    let metadata = is_metadata(&document.name);
    if !matches!(document.kind, Kind::Code | Kind::Config | Kind::Legal) || metadata {
        in_dates(document, metadata, out);
    }
    let mut add =
        |rule, at: Range<usize>, says: &str| out.push(Leak { rule: RuleName::from(rule), at, says: says.to_owned() });
    for found in patterns.initials.captures_iter(text).filter_map(|found| found.get(1)) {
        add("person-name", found.range(), "initials are made of the name");
    }
    for found in patterns.url.captures_iter(text) {
        if let (Some(whole), Some(host), Some(path)) = (found.get(0), found.get(1), found.get(2))
            && is_of_a_patient(host.as_bytes(), path.as_bytes())
        {
            add("patient-url", whole.range(), "an address with a number of somebody");
        }
    }
    for at in memchr::memmem::find_iter(text, b"data:image/").filter(|_| document.kind != Kind::Code) {
        add("patient-photo", at..at + b"data:image/".len(), "a picture inside of the text");
    }
    // HL7 says by position whose name it is; the scan knows.
    let carets = patterns.caret.find_iter(text).filter(|_| !is_hl7(text));
    for found in carets {
        let known = |word: &[u8]| words::facts(word).given().max(words::facts(word).surname()) >= 2;
        if found.as_bytes().split(|b| *b == b'^').all(known) && !words::is_placeholder_person(found.as_bytes()) {
            add("person-name", found.range(), "a name as HL7 and DICOM write it");
        }
    }
    for found in patterns.pair.find_iter(text) {
        if (metadata || is_medical(text))
            && disguise::is_full_name(found.as_bytes())
            && is_somebody(text, found.range(), metadata)
        {
            add("person-name", found.range(), "a given name and a surname");
        }
    }
    for found in patterns.plain.find_iter(text) {
        if let Some(rule) = disguise::shaped(found.as_bytes()).filter(|_| !is_of_a_thing(text, found.start())) {
            add(rule, found.range(), FORM);
        }
    }
    let tokens = patterns.token.find_iter(text).map(|found| found.range());
    for at in tokens.chain(patterns.backwards.find_iter(text).map(|found| found.range())) {
        if let Some((rule, how)) = disguise::of(&text[at.clone()]) {
            add(rule, at, &format!("an identifier {how}"));
        }
    }
}

fn is_hl7(text: &[u8]) -> bool {
    memchr::memmem::find(&text[..text.len().min(4096)], b"MSH|").is_some()
}

/// Numbers of parts and orders have any form.
fn is_of_a_thing(text: &[u8], at: usize) -> bool {
    let before = text[at.saturating_sub(24)..at].to_ascii_lowercase();
    let words = [&b"part"[..], b"item", b"model", b"sku", b"catalog", b"order", b"lot ", b"isbn", b"ref"];
    words.iter().any(|word| memchr::memmem::find(&before, word).is_some())
}

/// Is it data about people at all, or a medical file (DICOM)?
fn is_medical(text: &[u8]) -> bool {
    text.get(128..132) == Some(b"DICM")
}

/// Dates in lines that speak of somebody's health.
fn in_dates(document: &Document, metadata: bool, out: &mut Vec<Leak>) {
    let text = &document.bytes[..];
    for (at, whole) in dates::in_text(text) {
        let line = line_around(text, at.start);
        // What a log line begins with is its own time.
        let stamp = document.kind == Kind::Log && at.start - line.start < 40;
        let picture = metadata && document.name.contains("metadata");
        if stamp || !(picture || speaks_of_care(&text[line])) {
            continue;
        }
        let says = if whole { "a date finer than the year" } else { "year and month: finer than the year" };
        out.push(Leak { rule: "service-date".into(), at, says: says.to_owned() });
    }
}

/// Words of what happens to patients; months of anything else may stand where they stand.
const CARE: &[&str] = &[
    "admitted",
    "discharged",
    "born",
    "died",
    "seen",
    "visit",
    "surgery",
    "diagnosed",
    "presented",
    "hospitalized",
    "hospitalised",
    "admission",
    "discharge",
    "appointment",
    "underwent",
    "treated",
    "transferred",
    "birth",
    "deceased",
    "symptoms",
    "biopsy",
    "injury",
    "onset",
];

fn speaks_of_care(line: &[u8]) -> bool {
    let line = &line[..line.len().min(4096)];
    let care = |word: &[u8]| CARE.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    line.split(|b| !b.is_ascii_alphabetic()).any(care)
}

/// Addresses of vocabularies and documents, not of anybody's record.
const VOCABULARIES: &[&[u8]] = &[
    b"snomed.info",
    b"loinc.org",
    b"hl7.org",
    b"w3.org",
    b"nih.gov",
    b"cdc.gov",
    b"fda.gov",
    b"doi.org",
    b"github.com",
    b"gitlab.com",
    b"stackoverflow.com",
    b"stackexchange.com",
    b"example.com",
    b"example.org",
    b"openxmlformats.org",
    b"purl.org",
    b"microsoft.com",
    b"adobe.com",
    b"schema.org",
    b"who.int",
    b"cms.gov",
    b"hhs.gov",
    b"wikipedia.org",
];

fn is_of_a_patient(host: &[u8], path: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    if VOCABULARIES.iter().any(|known| host.ends_with(known)) {
        return false;
    }
    path.split(|b| b"/?&=#;".contains(b)).any(|piece| {
        let longest = piece.split(|b| !b.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0);
        longest >= 5 && !is_code(piece) && !dates::is_full(piece)
    })
}

/// Is it the name of somebody who is no clinician: what stands before it decides?
fn is_somebody(text: &[u8], at: Range<usize>, metadata: bool) -> bool {
    let before = &text[at.start.saturating_sub(6)..at.start];
    let provider = [&b"Dr. "[..], b"Dr ", b"Prof. "].iter().any(|title| before.ends_with(title));
    (metadata || !provider) && !is_removed(&text[at])
}
