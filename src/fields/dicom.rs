//! DICOM: files, DICOM JSON and XML, and what toolkits print of them (`dcmdump`, pydicom, logs of PACS).
//!
//! Sources: PS3.5 (encoding), PS3.10 (files), PS3.18 annex F (JSON), PS3.19 annex A (XML), PS3.15 annex E (what identifies).

mod dump;
mod header;
mod json;
mod keyword;
mod tags;
mod values;
mod vr;
mod xml;

use std::ops::Range;

use crate::document::Document;
use crate::fields::remarks::Remark;
use crate::fields::{Field, Format, Mark};

/// Data sets: as files (known by `DICM` at 128), and as texts (known by `(00gg,eeee)`, `"00ggeeee"` `tag="00ggeeee"`, or
/// `PatientName` before a value with `^`).
pub const FORMAT: Format = Format { name: "dicom", mark: Mark::Text(MARKS), is, read };

/// What a data set holds in one of these forms; its class's UID is in every file.
const MARKS: &[&str] = &[
    "DICM",
    "1.2.840.10008.",
    "(0008,",
    "(0010,",
    "(0020,",
    "(0028,",
    "\"0008",
    "\"0010",
    "\"0020",
    " tag=\"00",
    "PatientName",
];

fn is(document: &Document) -> bool {
    let bytes = &document.bytes;
    header::begins(bytes).is_some()
        || dump::next(bytes, 0).is_some()
        || is_json(bytes)
        || is_xml(bytes)
        || keyword::next(bytes, 0).is_some()
}

fn is_json(bytes: &[u8]) -> bool {
    json::next(bytes, 0).is_some()
}

fn is_xml(bytes: &[u8]) -> bool {
    xml::next(bytes, 0).is_some()
}

fn read(document: &Document, out: &mut Vec<Field>) {
    let bytes = &document.bytes[..];
    if let Some(begun) = header::begins(bytes) {
        header::read(bytes, begun, out);
    } else if is_json(bytes) {
        json::read(bytes, out);
    } else if is_xml(bytes) {
        xml::read(bytes, out);
    } else {
        dump::read(bytes, out);
        keyword::read(bytes, out);
    }
}

/// An element: its VR, where that is known, and where its value stands.
pub type Element = (Option<[u8; 2]>, Range<usize>);

/// The elements of a file, in order. None: it is no such file.
#[must_use]
pub fn elements(bytes: &[u8]) -> Option<Vec<Element>> {
    let begun = header::begins(bytes).filter(|_| !header::is_deflated(bytes))?;
    Some(header::elements(bytes, begun))
}

/// Why the data set of this document cannot be read, if it cannot.
pub(super) fn unread(document: &Document) -> Option<&'static str> {
    header::is_deflated(&document.bytes)
        .then_some("its DICOM data set is deflated (transfer syntax 1.2.840.10008.1.2.1.99)")
}

/// Where a file's data set breaks off, if it does.
pub(super) fn broken(document: &Document) -> Option<Remark> {
    let says = "the DICOM data set breaks off or makes no sense; from here on it was read as text";
    header::broken(&document.bytes).map(|at| Remark { at, says })
}
