//! Validity checks: is a text of the right shape a value that could have been issued?
//!
//! Patterns say how an identifier looks; a check says more: check digits, allocated ranges, calendars, published
//! samples. A check takes the bytes as they stand in the document, separators and all, and answers for any bytes.

mod address;
mod clinical;
mod dates;
mod digits;
mod finance;
mod generic;
mod health;
mod lists;
mod mail;
mod net;
mod people;
mod phone;
mod placeholder;
mod places;
mod things;

pub use placeholder::is_placeholder;

/// What a check says of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It cannot be such a value.
    Invalid,
    /// It can be a real one.
    Valid,
    /// It has the shape of a real one but is a published sample, fiction, placeholder or synthetic: never a leak.
    Reserved,
}

/// A check: takes the matched bytes with their separators, never panics.
pub type Check = fn(&[u8]) -> Verdict;

/// All checks by the name that rules call them by, sorted.
pub const CHECKS: &[(&str, Check)] = &[
    ("a_number", people::a_number),
    ("aba", finance::aba),
    ("age90", dates::age90),
    ("city_state_zip", places::city_state_zip),
    ("date", dates::date),
    ("dea", health::dea),
    ("dicom_uid", things::dicom_uid),
    ("dob", dates::dob),
    ("driver_licence", people::driver_licence),
    ("email", mail::email),
    ("hcpcs", clinical::hcpcs),
    ("hicn", health::hicn),
    ("iban", finance::iban),
    ("iccid", things::iccid),
    ("icd10_dotted", clinical::icd10_dotted),
    ("icd10cm", clinical::icd10cm),
    ("icd9", clinical::icd9),
    ("id_value", generic::id_value),
    ("imei", things::imei),
    ("ipv4_person", net::ipv4_person),
    ("ipv6_person", net::ipv6_person),
    ("itin", people::itin),
    ("latlon", places::latlon),
    ("loinc", clinical::loinc),
    ("luhn_card", finance::luhn_card),
    ("mac", net::mac),
    ("mbi", health::mbi),
    ("mrn", generic::mrn),
    ("ndc", clinical::ndc),
    ("npi", health::npi),
    ("passport_us", people::passport_us),
    ("phone", phone::phone),
    ("phone_e164", phone::phone_e164),
    ("phone_us", phone::phone_us),
    ("photo_file", generic::photo_file),
    ("rrb", health::rrb),
    ("rxcui", clinical::rxcui),
    ("snomed", clinical::snomed),
    ("ssn", people::ssn),
    ("ssn4", people::ssn4),
    ("street_address", address::street_address),
    ("udi", things::udi),
    ("unkeyed_hash", generic::unkeyed_hash),
    ("url_patient", net::url_patient),
    ("uuid", generic::uuid),
    ("va_icn", health::va_icn),
    ("vin", things::vin),
    ("zip", places::zip),
    ("zip_any", places::zip_any),
];

/// The check of that name.
#[must_use]
pub fn check(name: &str) -> Option<Check> {
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

/// `Valid` or `Invalid`.
fn valid_if(ok: bool) -> Verdict {
    if ok { Verdict::Valid } else { Verdict::Invalid }
}

/// `Reserved` or `Valid`, for a value known not to be invalid.
fn reserved_if(sample: bool) -> Verdict {
    if sample { Verdict::Reserved } else { Verdict::Valid }
}
