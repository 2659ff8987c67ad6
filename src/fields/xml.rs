//! XML: elements and attributes as labels; C-CDA and FHIR by their positions.

mod cda;
mod fhir;
mod general;
mod walk;

use crate::document::Document;
use crate::fields::fhir::find;
use crate::fields::{Field, Format, Mark};

/// XML documents and fragments; HL7 CDA R2 (C-CDA) and FHIR XML among them.
pub const FORMAT: Format = Format { name: "xml", mark: Mark::Nothing, is, read };

/// How much of a document is looked at to tell what it is.
const HEAD: usize = 16 * 1024;

/// First elements of HTML and of Markdown that begins with HTML: not ours.
const HTML: &[&[u8]] = &[
    b"html",
    b"head",
    b"body",
    b"p",
    b"div",
    b"span",
    b"a",
    b"img",
    b"h1",
    b"h2",
    b"h3",
    b"br",
    b"hr",
    b"center",
    b"details",
    b"script",
    b"style",
    b"picture",
    b"link",
    b"meta",
    b"template",
    b"b",
    b"i",
    b"ul",
    b"ol",
    b"li",
    b"pre",
    b"form",
    b"input",
    b"section",
    b"nav",
    b"svg",
    b"font",
];

fn is(document: &Document) -> bool {
    let text = beginning(&document.bytes);
    let Some(rest) = text.strip_prefix(b"<") else {
        return false;
    };
    if rest.starts_with(b"?xml") {
        return find(&text[..text.len().min(HEAD)], b"<html", 0).is_none();
    }
    let Some(root) = root(text) else { return false };
    let html = HTML.iter().any(|tag| root.eq_ignore_ascii_case(tag)) && !is_cda(text);
    !html && (find(text, b"</", 0).is_some() || find(text, b"/>", 0).is_some())
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let text = beginning(&document.bytes);
    if contains(text, b"http://hl7.org/fhir\"") || contains(text, b"http://hl7.org/fhir'") {
        fhir::read(&document.bytes, out);
    } else if is_cda(text) {
        cda::read(&document.bytes, out);
    } else {
        general::read(&document.bytes, out);
    }
}

/// The document without a byte order mark and blanks before it.
fn beginning(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start()
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    find(&text[..text.len().min(HEAD)], needle, 0).is_some()
}

/// The first element's name, without its prefix.
fn root(text: &[u8]) -> Option<&[u8]> {
    let mut walk = walk::Walk::new(&text[..text.len().min(HEAD)]);
    while let Some(event) = walk.next() {
        if let walk::Event::Start { name } = event {
            return Some(&text[name]);
        }
    }
    None
}

/// HL7 CDA R2: its namespace, or attributes and elements that nothing else has (parts of documents leave the namespace out).
fn is_cda(text: &[u8]) -> bool {
    let marks: &[&[u8]] = &[
        b"urn:hl7-org:v3",
        b"<ClinicalDocument",
        b"<patientRole",
        b"<recordTarget",
        b"<templateId root=",
        b"moodCode=",
        b"<assignedEntity",
        b"<assignedAuthor",
    ];
    marks.iter().any(|mark| contains(text, mark))
}
