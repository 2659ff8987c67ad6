//! NCPDP: pharmacy claims (Telecommunication D.0) and electronic prescriptions (SCRIPT XML), by `rules/formats/ncpdp.tsv`.

mod script;
mod telecom;

use crate::document::Document;
use crate::fields::{Field, Format, Mark};

/// Claims, known by the patient's, insurance or claim segment (`AM01`, `AM04`, `AM07` behind a field separator).
pub const TELECOM: Format =
    Format { name: "ncpdp-d0", mark: Mark::Text(&["AM01", "AM04", "AM07"]), is: is_telecom, read: read_telecom };

/// Prescriptions, known by `<HumanPatient>`, or by `ncpdp` in the document's head.
pub const SCRIPT: Format = Format {
    name: "ncpdp-script",
    mark: Mark::Text(&["<HumanPatient", "ncpdp", "NCPDP"]),
    is: is_script,
    read: read_script,
};

/// How much of a document is looked at to tell what it is.
const HEAD: usize = 16 * 1024;

pub(super) const TABLE: &str = include_str!("../../rules/formats/ncpdp.tsv");

fn is_telecom(document: &Document) -> bool {
    telecom::next(&document.bytes, 0).is_some()
}

fn read_telecom(document: &Document, out: &mut Vec<Field>) {
    telecom::read(&document.bytes, out);
}

fn is_script(document: &Document) -> bool {
    let head = &document.bytes[..document.bytes.len().min(HEAD)];
    let holds = |mark: &[u8]| memchr::memmem::find(head, mark).is_some();
    let told = holds(b"<HumanPatient") || holds(b"ncpdp") || holds(b"NCPDP");
    told && holds(b"<Patient>") && (holds(b"<Prescriber") || holds(b"<Pharmacy") || holds(b"<Medication"))
}

fn read_script(document: &Document, out: &mut Vec<Field>) {
    script::read(&document.bytes, out);
}
