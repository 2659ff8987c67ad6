//! Whose records a table holds, by its name.

use crate::fields::Owner;

const PEOPLE: &[&str] = &[
    "patient",
    "person",
    "people",
    "member",
    "customer",
    "subscriber",
    "user",
    "contact",
    "client",
    "beneficiary",
    "beneficiaries",
    "enrollee",
    "insured",
    "guarantor",
    "employee",
    "resident",
    "relative",
    "dependent",
    "guardian",
    "participant",
    "donor",
    "student",
    "policyholder",
    "applicant",
    "victim",
    "tenant",
    "individual",
    "demographic",
    "profile",
];
const PROVIDERS: &[&str] = &[
    "provider",
    "doctor",
    "physician",
    "practitioner",
    "nurse",
    "clinician",
    "surgeon",
    "prescriber",
    "dentist",
    "therapist",
    "radiologist",
    "pharmacist",
];
const ORGANISATIONS: &[&str] = &[
    "hospital",
    "organization",
    "organisation",
    "facility",
    "facilities",
    "clinic",
    "payer",
    "payor",
    "insurer",
    "company",
    "companies",
    "vendor",
    "supplier",
    "department",
    "pharmacy",
    "pharmacies",
    "branch",
    "store",
    "agency",
    "agencies",
    "employer",
    "office",
];
const SOFTWARE: &[&str] = &[
    "product",
    "item",
    "service",
    "host",
    "server",
    "package",
    "module",
    "config",
    "setting",
    "migration",
    "schema",
    "artist",
    "track",
    "album",
    "role",
    "permission",
    "job",
    "metric",
    "build",
];

/// Whose records `name` (`dbo.PatientAddress`, `app_users`) announces. The last word that says anything decides:
/// `provider_contacts` are people, `patient_providers` are providers.
pub(crate) fn owner_of(name: &[u8]) -> Owner {
    let mut owner = Owner::Unknown;
    for word in words(name) {
        let singular = word.strip_suffix('s').unwrap_or(&word);
        let is = |list: &[&str]| list.contains(&word.as_str()) || list.contains(&singular);
        if is(PEOPLE) {
            owner = Owner::Person;
        } else if is(PROVIDERS) {
            owner = Owner::Provider;
        } else if is(ORGANISATIONS) {
            owner = Owner::Organisation;
        } else if is(SOFTWARE) && owner == Owner::Unknown {
            owner = Owner::Software;
        }
    }
    owner
}

/// The words of an identifier in any style, in lower case.
fn words(name: &[u8]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_lower = false;
    for &b in name.iter().take(200) {
        let new = !b.is_ascii_alphabetic() || (b.is_ascii_uppercase() && before_lower);
        if new {
            words.push(String::new());
        }
        if b.is_ascii_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.push(char::from(b.to_ascii_lowercase()));
        }
        before_lower = b.is_ascii_lowercase();
    }
    words
}
