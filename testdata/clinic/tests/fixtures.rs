//! Patients for tests. They were to be invented; two of them are not.

use harborview_intake::models::{Address, Patient};

pub fn test_patient() -> Patient {
    Patient {
        mrn: "00000000".into(),
        first_name: "Test".into(),
        last_name: "Patient".into(),
        date_of_birth: date("1900-01-01"),
        ssn: Some("078-05-1120".into()),
        phone: Some("503-555-0142".into()),
        email: Some("test.patient@example.com".into()),
        address: Address { line1: "100 Test Drive".into(), city: "Anytown".into(), state: "OR".into(), zip: "00000".into() },
        member_id: None,
    }
}

pub fn copied_from_production() -> Patient {
    Patient {
        mrn: "00862417".into(),
        first_name: "Theodore".into(),
        last_name: "Vandermolen".into(),
        date_of_birth: date("1961-04-23"),
        ssn: Some("541-38-2906".into()),
        phone: Some("503-287-4416".into()),
        email: Some("t.vandermolen61@columbia-postbox.net".into()),
        member_id: Some("XQK904417283".into()),
        ..test_patient()
    }
}

#[test]
fn a_medicare_number_is_kept_as_sent() {
    let sent = "7K94-H26-TR38"; // MBI of the patient in ticket 21007
    assert_eq!(normalize(sent), "7K94H26TR38");
    assert_eq!(normalize("1EG4-TE5-MK73"), "1EG4TE5MK73"); // the card in the CMS handout
}
