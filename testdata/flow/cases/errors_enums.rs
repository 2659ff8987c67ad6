//! Error enums: what their Display and Debug reveal, and what a log of them therefore holds.
use snafu::Snafu;
use std::fmt;
use thiserror::Error;
use tracing::{error, info, warn};

#[derive(Debug, Error)]
pub enum IntakeError {
    #[error("patient {patient_name} is already registered")]
    Duplicate { patient_name: String },
    #[error("date of birth is in the future")]
    FutureBirth { date_of_birth: String },
    #[error("no chart {0}")]
    NoChart(Mrn),
    #[error("ward {ward} is full ({beds} beds)")]
    Full { ward: String, beds: u16 },
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error("storage failed")]
    Storage(#[from] StorageError),
}

#[derive(Debug, Error)]
#[error("specimen {tube} of {patient_name} is lost")]
pub struct LabError {
    pub tube: u32,
    pub patient_name: String,
}

#[derive(Debug, Error)]
#[error("connection {attempt} refused")]
pub struct StorageError {
    pub attempt: u32,
}

#[derive(Debug, Clone)]
pub struct Mrn(String);

impl fmt::Display for Mrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MRN#")?;
        f.write_str(&self.0)
    }
}

pub fn duplicate(patient_name: String) -> Result<(), IntakeError> {
    Err(IntakeError::Duplicate { patient_name })
}
pub fn future(date_of_birth: &str) -> Result<(), IntakeError> {
    Err(IntakeError::FutureBirth { date_of_birth: date_of_birth.to_owned() })
}
pub fn full(ward: &str) -> Result<(), IntakeError> {
    Err(IntakeError::Full { ward: ward.to_owned(), beds: 24 })
}
pub fn specimen(tube: u32, patient_name: &str) -> Result<(), LabError> {
    Err(LabError { tube, patient_name: patient_name.to_owned() })
}
pub fn store(attempt: u32) -> Result<(), StorageError> {
    Err(StorageError { attempt })
}
pub fn chart(mrn: &str) -> Result<(), IntakeError> {
    store(1)?;
    Err(IntakeError::NoChart(Mrn(mrn.to_owned())))
}

pub fn by_variant(result: Result<(), IntakeError>) {
    match result {
        Ok(()) => info!("registered"), // ok: words
        Err(IntakeError::Full { ward, beds }) => warn!("{ward} has {beds} beds"), // ok: a ward
        Err(IntakeError::Duplicate { patient_name: who }) => warn!("{who} registered twice"), // expect: phi-log
        Err(IntakeError::FutureBirth { .. }) => warn!("date of birth is in the future"), // ok: words
        Err(IntakeError::NoChart(mrn)) => warn!("no chart {mrn}"), // expect: phi-log
        Err(IntakeError::Storage(err)) => error!("{err}"), // ok: an attempt's number
        Err(err) => error!("{err}"), // expect: phi-log
    }
}

pub fn by_origin(name: &str, dob: &str, attempt: u32) {
    if let Err(err) = specimen(attempt, name) {
        error!(error = %err, "lab"); // expect: phi-log
    }
    if let Err(err) = store(attempt) {
        error!(error = %err, "store"); // ok: an attempt's number
        error!(error = ?err, "store"); // ok: the same by Debug
    }
    if let Err(err) = future(dob) {
        error!("{err:?}"); // expect: phi-log
    }
    if let Err(err) = chart(dob) {
        error!("{}", err.to_string()); // expect: phi-log
    }
    if let Err(IntakeError::Storage(_)) = full("east") {
        error!("storage"); // ok: a word
    }
}

fn discriminant(err: &IntakeError) -> &'static str {
    match err {
        IntakeError::Duplicate { .. } => "duplicate",
        IntakeError::FutureBirth { .. } => "future_birth",
        IntakeError::NoChart(_) => "no_chart",
        _ => "other",
    }
}

impl IntakeError {
    pub fn code(&self) -> u16 {
        match self {
            Self::Duplicate { .. } => 409,
            Self::NoChart(_) => 404,
            _ => 500,
        }
    }
}

pub fn codes(err: &IntakeError) {
    error!(kind = discriminant(err), "intake failed"); // ok: constants chosen by match
    error!(code = err.code(), "intake failed"); // ok: a number chosen by match
    error!(code = err.code(), cause = %err, "intake failed"); // expect: phi-log
}

#[derive(Debug, Snafu)]
pub enum PharmacyError {
    #[snafu(display("rx {rx_number} has no refills"))]
    NoRefill { rx_number: String },
    #[snafu(display("counter {counter} is closed"))]
    Closed { counter: u8, last_customer_name: String },
}

pub fn pharmacy(err: &PharmacyError) {
    warn!("{err}"); // expect: phi-log
    if let PharmacyError::Closed { counter, .. } = err {
        warn!("counter {counter}"); // ok: a counter
    }
}

/// A hand-written error: Display says nothing, Debug is derived.
#[derive(Debug)]
pub struct CardError {
    holder_name: String,
    attempts: u8,
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "card rejected after {} attempts", self.attempts)
    }
}

impl std::error::Error for CardError {}

pub fn card(err: &CardError) -> usize {
    warn!("{err}"); // ok: Display prints a count
    warn!("{err:?}"); // expect: phi-log
    err.holder_name.len()
}

pub fn boxed(err: CardError) -> Box<dyn std::error::Error> {
    let err: Box<dyn std::error::Error> = Box::new(err);
    warn!("{err}"); // ok: Display of the boxed card error
    warn!("{err:?}"); // expect: phi-log
    err
}
