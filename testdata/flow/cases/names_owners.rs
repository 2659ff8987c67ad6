//! Names: words and not substrings, head nouns, owners that veto, declared fields, types that are sources.
use tracing::{debug, info};

pub struct Patient {
    pub name: String,
    pub phone: String,
    pub notes: String,
    pub city: String,
    pub facility: Facility,
    pub pcp: Provider,
    pub email: EmailMessage,
    pub ssn_verified: bool,
    pub allergies_count: usize,
    pub is_deceased: bool,
}

pub struct Facility {
    pub name: String,
    pub phone: String,
    pub address: String,
    pub city: String,
}

pub struct Provider {
    pub name: String,
    pub npi: String,
    pub email: String,
}

/// An outgoing message, of whatever kind.
pub struct EmailMessage {
    pub id: u64,
    pub template: String,
}

pub struct Drug {
    pub name: String,
    pub code: String,
    pub dose: String,
}

pub struct Column {
    pub name: String,
    pub ssn: usize,
    pub date_of_birth: usize,
}

pub struct Host {
    pub name: String,
    pub address: String,
}

pub struct Template {
    pub name: String,
    pub notes: String,
}

pub struct Guarantor {
    pub name: String,
    pub address: String,
    pub home_phone: String,
    pub account_number: String,
}

pub struct EmergencyContact {
    pub name: String,
    pub phone: String,
    pub relationship: String,
}

pub struct Dependent {
    pub first_name: String,
    pub middle_name: String,
    pub zip_code: String,
}

pub fn owners(p: &Patient, g: &Guarantor, e: &EmergencyContact, d: &Dependent) {
    info!("{}", p.name); // expect: phi-log
    info!("{}", p.facility.name); // ok: a facility's name
    info!("{}", p.phone); // expect: phi-log
    info!("{}", p.facility.phone); // ok: a facility's phone
    info!("{}", p.notes); // expect: phi-log
    info!("{}", p.email.template); // ok: a template
    info!("{}", p.pcp.name); // ok: a provider's name
    info!("{}", p.city); // expect: phi-log
    info!("{}", p.facility.city); // ok: a facility's city
    info!("{}", p.ssn_verified); // ok: a bool
    info!("{}", p.allergies_count); // ok: a count
    info!("{}", p.is_deceased); // ok: a bool
    info!("{}", g.name); // expect: phi-log
    info!("{}", g.account_number); // expect: phi-log
    info!("{}", e.name); // expect: phi-log tier=low
    info!("{}", e.phone); // expect: phi-log tier=low
    info!("{}", d.first_name); // expect: phi-log
    info!("{}", d.zip_code); // expect: phi-log
}

pub fn things(drug: &Drug, column: &Column, host: &Host, template: &Template, facility: &Facility, provider: &Provider) {
    info!("{} {}", drug.name, drug.dose); // ok: a drug of the formulary
    info!("{} {}", column.name, column.ssn); // ok: a column
    info!("{}", column.date_of_birth); // ok: a column's index
    info!("{} {}", host.name, host.address); // ok: a host
    info!("{} {}", template.name, template.notes); // ok: a template
    info!("{} {}", facility.address, facility.phone); // ok: a facility
    info!("{} {}", provider.npi, provider.email); // ok: a provider
}

pub fn substrings(session: &str, lessons: u32, assn: &str, diagnostics: &[String], zip_path: &str, patience: u8) {
    debug!("{session}"); // ok: `ssn` is no part of a session
    debug!("{lessons}"); // ok: a count
    debug!("{assn}"); // ok: another word
    debug!("{diagnostics:?}"); // ok: of a compiler
    debug!("{zip_path}"); // ok: an archive
    debug!("{patience}"); // ok: a parameter of a search
}

pub fn head_nouns(
    ssn_column: &str,
    mrn_regex: &str,
    diagnosis_table: &str,
    dob_format: &str,
    patient_count: u32,
    patient_queue: &str,
    allergies_index: usize,
    patient_template: &str,
    mrn_version: &str,
    has_ssn: bool,
    num_diagnoses: usize,
    masked_ssn: &str,
    encrypted_mrn: &str,
    redacted_patient_name: &str,
) {
    info!(ssn_column, "missing"); // ok: a column
    info!(mrn_regex, "compiled"); // ok: a pattern
    info!(diagnosis_table, "truncated"); // ok: a table
    info!(dob_format, "read"); // ok: a format
    info!(patient_count, "loaded"); // ok: a count
    info!(patient_queue, "attached"); // ok: a queue
    info!(allergies_index, "found"); // ok: an index
    info!(patient_template, "rendered"); // ok: a template
    info!(mrn_version, "of the scheme"); // ok: a version
    info!(has_ssn, "checked"); // ok: a bool
    info!(num_diagnoses, "checked"); // ok: a count
    info!(masked_ssn, "shown"); // ok: masked
    info!(encrypted_mrn, "stored"); // ok: encrypted
    info!(redacted_patient_name, "shown"); // ok: redacted
}

#[allow(non_snake_case)]
pub fn strong(
    ssn: &str,
    social_security_number: &str,
    medical_record_number: &str,
    patientDob: &str,
    birth_date: &str,
    mother_maiden_name: &str,
    icd10_code: &str,
    insurance_number: &str,
    rx_number: &str,
    member_id: &str,
    patient_phone: &str,
    subscriber_address: &str,
    memberEmail: &str,
    ssn_last4: &str,
) {
    info!("{ssn}"); // expect: phi-log
    info!("{social_security_number}"); // expect: phi-log
    info!("{medical_record_number}"); // expect: phi-log
    info!("{patientDob}"); // expect: phi-log
    info!("{birth_date}"); // expect: phi-log
    info!("{mother_maiden_name}"); // expect: phi-log
    info!("{icd10_code}"); // expect: phi-log
    info!("{insurance_number}"); // expect: phi-log
    info!("{rx_number}"); // expect: phi-log
    info!("{member_id}"); // expect: phi-log
    info!("{patient_phone}"); // expect: phi-log
    info!("{subscriber_address}"); // expect: phi-log
    info!("{memberEmail}"); // expect: phi-log
    info!("{ssn_last4}"); // expect: phi-log
}

/// Identifiers by their type, whatever the variable is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Ssn(String);
#[derive(Debug, Clone, Copy)]
pub struct Mrn(u64);
pub type DateOfBirth = String;
#[derive(Debug, Clone, Copy)]
pub struct RowNumber(u64);

pub fn types(key: &Ssn, value: Mrn, when: &DateOfBirth, at: RowNumber) {
    info!("{key:?}"); // expect: phi-log
    info!("{}", key.0); // expect: phi-log
    info!("{value:?}"); // expect: phi-log
    info!("{}", value.0); // expect: phi-log
    info!("{when}"); // expect: phi-log
    info!("{at:?}"); // ok: a row's number
    info!("{}", key == &Ssn(String::new())); // ok: a comparison
    info!("{}", std::any::type_name::<Mrn>()); // ok: a type's name
    info!("{}", std::mem::size_of::<Ssn>()); // ok: a size
}

/// Fields that no name tells: their declaration does.
pub struct Legacy {
    /// phi: ssn
    pub fld_07: String,
    /// The clerk's free text.
    /// phi: free-text
    pub fld_12: String,
    /// Counts the pages.
    pub fld_13: u32,
}

/// phi: mrn
#[derive(Debug, Clone)]
pub struct Handle(pub u32);

pub fn declared(l: &Legacy, h: &Handle) {
    info!("{}", l.fld_07); // expect: phi-log
    info!("{}", l.fld_07.len()); // ok: a length
    info!("{}", l.fld_12); // expect: phi-log
    info!("{}", l.fld_13); // ok: pages
    let copy = l.fld_07.clone();
    info!("{copy}"); // expect: phi-log
    info!("{h:?}"); // expect: phi-log
    info!("{}", h.0 == 0); // ok: a comparison
}
