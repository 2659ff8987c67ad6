//! What is wrong with a structured document: where it is cut off or malformed, and so was read as plain text from there.

use super::{dicom, fhir, hl7v2, x12, xml};
use crate::document::Document;

/// Something about a document that a reader may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Offset in the document part.
    pub at: usize,
    /// What is so, in words that hold nothing of the document.
    pub says: &'static str,
}

/// What a format has to say about a document.
type Speaks = fn(&Document) -> Option<Remark>;

/// Where the formats break off: by format.
pub const REMARKS: &[(&str, Speaks)] = &[
    (hl7v2::FORMAT.name, hl7v2::broken),
    (x12::FORMAT.name, x12::broken),
    (fhir::FORMAT.name, fhir::broken),
    (dicom::FORMAT.name, dicom::broken),
    (xml::FORMAT.name, xml::broken),
];

/// All remarks on a document, in the order they stand; the first of each format.
#[must_use]
pub fn remarks(document: &Document) -> Vec<Remark> {
    let mut all: Vec<Remark> = REMARKS.iter().filter_map(|(_, broken)| broken(document)).collect();
    all.sort_by_key(|remark| remark.at);
    all
}

/// Why nothing of the document could be read, if so.
#[must_use]
pub fn unread(document: &Document) -> Option<&'static str> {
    dicom::unread(document)
}
