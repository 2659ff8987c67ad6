//! Panics: their messages, the operands that `assert_eq!` prints, errors that `unwrap` prints.
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq)]
pub struct Subscriber {
    pub insurance_number: String,
    pub home_address: String,
    pub clinic: Clinic,
    pub visits: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Clinic {
    pub name: String,
    pub phone: String,
}

#[derive(Debug)]
pub struct Rejected {
    pub insurance_number: String,
}

#[derive(Debug)]
pub enum Refusal {
    Expired,
    Unknown { row: usize },
}

pub fn messages(s: &Subscriber, kind: u8) {
    match kind {
        0 => panic!("no policy for {}", s.insurance_number), // expect: phi-log kind=panic
        1 => panic!("no policy for insurance_number at row {kind}"), // ok: a word and a number
        2 => unreachable!("address {:?}", s.home_address), // expect: phi-log kind=panic
        3 => unreachable!("clinic {:?}", s.clinic.name), // ok: a clinic
        4 => todo!("support {}", s.insurance_number), // expect: phi-log kind=panic
        5 => unimplemented!("{} visits", s.visits), // ok: a count
        6 => unimplemented!("{s:?}"), // expect: phi-log kind=panic
        7 => std::panic!("{}", s.home_address), // expect: phi-log kind=panic
        _ => panic!(), // ok: no message
    }
}

pub fn asserted(s: &Subscriber, other: &Subscriber) {
    assert!(s.insurance_number.len() == 11); // ok: the operand of an assert is not printed
    assert!(s.insurance_number == other.insurance_number, "numbers differ"); // ok: only the words are printed
    assert!(s.visits > 0, "no visit of {}", s.insurance_number); // expect: phi-log kind=panic
    assert!(!s.insurance_number.is_empty(), "{} visits", s.visits); // ok: a count
    assert_eq!(s.insurance_number, other.insurance_number); // expect: phi-log kind=panic
    assert_eq!(s.visits, other.visits); // ok: counts
    assert_eq!(s.insurance_number.len(), 11, "length"); // ok: a length
    assert_eq!(s, other, "the same subscriber twice"); // expect: phi-log kind=panic
    assert_eq!(s.insurance_number == other.insurance_number, true); // ok: a comparison
    assert_ne!(s.home_address, ""); // expect: phi-log kind=panic
    assert_ne!(s.home_address.trim().len(), 0); // ok: a length
    debug_assert!(s.visits < 400, "{}: too many visits", s.home_address); // expect: phi-log kind=panic
    debug_assert_eq!(s.home_address, other.home_address); // expect: phi-log kind=panic
    debug_assert_eq!(s.clinic, other.clinic); // ok: the clinic
    assert!(matches!(s.insurance_number.as_bytes(), [b'A', ..])); // ok: not printed
}

pub fn expected(all: &HashMap<String, Subscriber>, insurance_number: &str) -> u32 {
    let first = all.get(insurance_number).expect("insurance_number is indexed"); // ok: a literal
    let second = all.get(insurance_number).expect(&format!("{insurance_number} is indexed")); // expect: phi-log kind=panic
    let third = all.get(insurance_number).unwrap(); // ok: None has no payload
    let fourth = all.get(insurance_number).unwrap_or_else(|| panic!("no {insurance_number}")); // expect: phi-log kind=panic
    first.visits + second.visits + third.visits + fourth.visits
}

fn submit(s: &Subscriber) -> Result<u32, Rejected> {
    Err(Rejected { insurance_number: s.insurance_number.clone() })
}

fn renew(s: &Subscriber) -> Result<Subscriber, Refusal> {
    if s.visits == 0 { Err(Refusal::Expired) } else { Ok(s.clone()) }
}

pub fn unwrapped(s: &Subscriber) {
    let _ = submit(s).unwrap(); // expect: phi-log kind=panic tier=low
    let _ = submit(s).expect("submitted"); // expect: phi-log kind=panic tier=low
    let _ = renew(s).unwrap(); // ok: the error holds no value of a person
    let _ = renew(s).expect("renewed"); // ok: the same error
    let _ = renew(s).unwrap_err(); // expect: phi-log kind=panic tier=low
    let _ = submit(s).unwrap_err(); // ok: Ok holds a count
    let _ = submit(s).unwrap_or_default(); // ok: no panic
    let _ = submit(s).is_err(); // ok: no panic
}
