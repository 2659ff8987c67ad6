//! Labels: what a document calls its values.
//!
//! A format's extractor reads the bytes once and says, for each value, what it is called and whose it is.
//! It decides nothing: whether a value is an identifier is for `detect` and `judge`.

pub mod dicom;
pub mod fhir;
pub mod hl7v2;
pub mod hl7v2_xml;
pub mod html;
pub(crate) mod marks;
pub mod mime;
pub mod ncpdp;
pub mod remarks;
pub mod sql;
pub mod table;
mod texts;
pub mod web;
pub mod x12;
pub mod xml;

use std::ops::Range;

use crate::document::Document;
pub use marks::{Holds, Mark};

/// Whose record a value stands in, as told by its path (`patient.name`, `NM1*85`, `PV1-7`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Nothing is said.
    #[default]
    Unknown,
    /// A patient, subscriber, relative, guarantor, employee: a natural person the data are about.
    Person,
    /// A clinician or other provider.
    Provider,
    /// A facility, payer, company.
    Organisation,
    /// A service, host, file, package: not a person at all.
    Software,
}

/// What a value is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// By words that stand in the document at this range (a key, a column's header, an element's name).
    Text(Range<usize>),
    /// By words kept outside the document's bytes (the header of an earlier part).
    Word(String),
    /// By its position in a format: the kind is known (`name`, `mrn`, …, as in the report's contract), or the rule.
    Kind(&'static str),
    /// Free text inside a structured format: to be read as prose.
    Prose,
    /// A document inside the document, encoded in base64 (RFC 4648): to be decoded and read for itself.
    Base64,
    /// The whole record says of itself that it is made up (HL7's tag `HTEST`).
    Synthetic,
    /// Known not to identify anybody (a code, a timestamp of the message): text detectors keep out.
    Nothing,
}

/// A value and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is called.
    pub label: Label,
    /// Where the value stands, without quotes.
    pub value: Range<usize>,
    /// Whose it is.
    pub owner: Owner,
    /// Number of its record (row, message segment group, object) within the document part.
    pub record: u32,
}

/// A structured format: how it is recognised and how it is read.
pub struct Format {
    /// Its name in messages.
    pub name: &'static str,
    /// What its documents hold: all formats' marks are searched for at once, and `is` is asked only where one was found.
    pub mark: Mark,
    /// Is this document (by its first bytes) of this format?
    pub is: fn(&Document) -> bool,
    /// Its values, in the order they stand. Never panics; what is malformed is left to the text detectors.
    pub read: fn(&Document, &mut Vec<Field>),
}

/// The formats that are read, in order.
pub const FORMATS: &[Format] = &[
    hl7v2::FORMAT,
    hl7v2_xml::FORMAT,
    x12::FORMAT,
    fhir::FORMAT,
    dicom::FORMAT,
    ncpdp::TELECOM,
    ncpdp::SCRIPT,
    xml::FORMAT,
    html::FORMAT,
    sql::FORMAT,
    web::FORMAT,
    mime::FORMAT,
    table::FORMAT,
];
