//! XML: elements and attributes as labels; C-CDA and FHIR by their positions.

mod cda;
mod fhir;
mod general;
mod walk;

use crate::document::Document;
use crate::fields::fhir::find;
use crate::fields::remarks::Remark;
use crate::fields::{Field, Format, Mark};

pub(crate) use walk::{Event, Walk};

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

/// Where a document of CDA, FHIR or NCPDP breaks off: its first element is not closed.
pub(super) fn broken(document: &Document) -> Option<Remark> {
    let text = beginning(&document.bytes);
    let known = is_cda(text) || contains(text, b"http://hl7.org/fhir\"") || contains(text, b"ncpdp");
    let root = root(text).filter(|_| known)?;
    let mut walk = walk::Walk::new(&document.bytes);
    let mut closed = None;
    while let Some(event) = walk.next() {
        if let walk::Event::End { name } = event {
            closed = Some(name);
        }
    }
    let whole = closed.is_some_and(|name| document.bytes[name] == *root);
    let says = "the XML document is cut off: its first element is not closed; it was read as far as it goes";
    (!whole).then(|| Remark { at: document.bytes.trim_ascii_end().len(), says })
}
