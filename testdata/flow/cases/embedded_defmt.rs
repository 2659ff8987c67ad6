//! `defmt` on an infusion pump: the target writes to a probe that others read.
#![cfg(feature = "pump")]
use defmt::{debug, error, info, warn, Format};

#[derive(Format)]
pub struct Dose {
    pub micrograms: u32,
    pub lockout_s: u16,
}

pub struct Session {
    pub patient_name: heapless::String<32>,
    pub mrn: heapless::String<16>,
    pub dose: Dose,
}

pub fn started(s: &Session) {
    info!("session for {=str}", s.patient_name.as_str()); // expect: phi-log
    info!("session with lockout {=u16}", s.dose.lockout_s); // ok: a setting of the pump
    warn!("bracelet {} does not match", s.mrn.as_str()); // expect: phi-log
    warn!("bracelet of {=usize} bytes does not match", s.mrn.len()); // ok: a length
    error!("mrn missing"); // ok: a word
    debug!("matched: {=bool}", s.mrn.is_empty()); // ok: emptiness
    defmt::trace!("{=str} at {=u32}", s.mrn.as_str(), s.dose.micrograms); // expect: phi-log
}

pub fn checks(s: &Session, expected: &str) {
    defmt::assert!(!s.mrn.is_empty(), "no bracelet"); // ok: the operand of an assert is not printed
    if s.mrn.as_str() != expected {
        defmt::panic!("bracelet {=str} scanned", s.mrn.as_str()); // expect: phi-log kind=panic
    }
}
