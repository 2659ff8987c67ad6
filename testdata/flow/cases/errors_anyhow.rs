//! Error texts of `anyhow`, `eyre`, `std::io`; an error that carries an identifier is a leak where it is made and where it is logged.
use anyhow::{anyhow, bail, ensure, Context, Result};
use log::{error, info, warn};
use std::io;

pub struct Enrollee {
    pub full_name: String,
    pub ssn: String,
    pub birth_date: String,
    pub clinic: Clinic,
}

pub struct Clinic {
    pub name: String,
    pub year: u16,
}

pub fn made(e: &Enrollee) -> anyhow::Error {
    if e.clinic.year < 1900 {
        return anyhow!("clinic {} has closed", e.clinic.name); // ok: the name of a clinic
    }
    anyhow!("{} is not covered", e.full_name) // expect: phi-log kind=error
}

pub fn bailed(e: &Enrollee, row: usize) -> Result<()> {
    if e.ssn.len() != 9 {
        bail!("row {row}: ssn must have nine digits, has {}", e.ssn.len()); // ok: a length
    }
    if e.birth_date.is_empty() {
        bail!("row {row}: birth_date is missing"); // ok: words
    }
    if e.full_name.contains('?') {
        bail!("row {row}: {} is not a name", e.full_name); // expect: phi-log kind=error
    }
    bail!(format!("row {row}: born {}", e.birth_date)) // expect: phi-log kind=error
}

pub fn ensured(e: &Enrollee) -> Result<()> {
    ensure!(!e.ssn.is_empty()); // ok: no text
    ensure!(!e.ssn.is_empty(), "ssn missing in clinic {}", e.clinic.name); // ok: a clinic
    ensure!(e.ssn.len() == 9, "ssn {} is too short", e.ssn); // expect: phi-log kind=error
    Ok(())
}

pub fn contexts(e: &Enrollee, r: io::Result<String>, s: io::Result<String>) -> Result<String> {
    let a = r.with_context(|| format!("reading the file of {}", e.full_name))?; // expect: phi-log kind=error
    let b = s.with_context(|| format!("reading clinic {}", e.clinic.name))?; // ok: a clinic
    Ok(a + &b)
}

pub fn contexts_too(e: &Enrollee, r: io::Result<String>, s: io::Result<String>, n: Option<u8>) -> Result<u8> {
    r.context(format!("enrolling {}", e.ssn))?; // expect: phi-log kind=error
    s.context("enrolling by ssn")?; // ok: a literal
    n.context("no dependents of the enrollee") // ok: a literal
}

pub fn eyres(e: &Enrollee) -> eyre::Result<()> {
    eyre::ensure!(e.clinic.year > 1900, "clinic of {}", e.clinic.year); // ok: a year
    if e.ssn.starts_with('9') {
        eyre::bail!("{} is a tax number", e.ssn); // expect: phi-log kind=error
    }
    Err(eyre::eyre!("{} born {}", e.clinic.name, e.birth_date)) // expect: phi-log kind=error
}

pub fn io_errors(e: &Enrollee, kind: u8) -> io::Error {
    match kind {
        0 => io::Error::other(format!("cannot index {}", e.full_name)), // expect: phi-log kind=error
        1 => io::Error::other(format!("cannot index clinic {}", e.clinic.name)), // ok: a clinic
        2 => io::Error::new(io::ErrorKind::InvalidData, format!("bad ssn {}", e.ssn)), // expect: phi-log kind=error
        _ => io::Error::new(io::ErrorKind::InvalidData, "bad ssn"), // ok: words
    }
}

pub fn mapped(e: &Enrollee, r: Result<u8, std::num::ParseIntError>) -> Result<u8, String> {
    let row = r.map_err(|err| format!("opening year: {err}"))?; // neutral: the error quotes no value of a person, yet parsing may have read one
    "12".parse::<u8>().map(|n| n + row).map_err(|_| format!("group of {}", e.full_name)) // expect: phi-log kind=error tier=low
}

fn verify(e: &Enrollee) -> Result<u32> {
    let year: u32 = e.birth_date.parse().with_context(|| format!("birth date of {}", e.full_name))?; // expect: phi-log kind=error
    Ok(year)
}

fn quota(used: u32) -> Result<u32> {
    ensure!(used < 100, "quota of {used} reached"); // ok: a count
    Ok(100 - used)
}

pub fn logged(e: &Enrollee) {
    if let Err(err) = verify(e) {
        error!("enrolment failed: {err:#}"); // expect: phi-log
    }
    if let Err(err) = quota(e.clinic.year.into()) {
        error!("enrolment failed: {err:#}"); // ok: the quota's error holds counts
    }
    match verify(e) {
        Ok(_) => info!("verified"), // ok: words
        Err(err) => warn!("{:?}", err), // expect: phi-log
    }
    match quota(7) {
        Ok(left) => info!("{left} left"), // ok: a count
        Err(err) => warn!("{:?}", err), // ok: the quota's error
    }
}

pub fn chained(e: &Enrollee) -> Result<()> {
    let report = anyhow!("enrolment"); // ok: a literal
    error!("{report}"); // ok: the same literal
    let report = report.context(format!("for {}", e.full_name)); // expect: phi-log kind=error
    error!("{report:#}"); // expect: phi-log
    Err(report)
}
