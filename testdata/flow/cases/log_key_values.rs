//! `log`: targets, levels, key-values, wrappers of the crate's own.
use log::{debug, error, info, log, log_enabled, trace, warn, Level};

#[derive(Debug)]
pub struct Beneficiary {
    pub hicn: String,
    pub full_name: String,
    pub mailing_address: String,
    pub enrolled_year: u16,
    pub dependents: Vec<Dependent>,
}

#[derive(Debug)]
pub struct Dependent {
    pub given_name: String,
    pub ordinal: u8,
}

pub fn targets(b: &Beneficiary) {
    info!(target: "enrolment", "beneficiary {}", b.full_name); // expect: phi-log
    info!(target: "full_name", "{} dependents", b.dependents.len()); // ok: the target is a literal
    log!(Level::Warn, "moved to {}", b.mailing_address); // expect: phi-log
    log!(target: "audit", Level::Info, "moved: {}", b.mailing_address); // expect: phi-log
    log!(target: "audit", Level::Info, "moved in {}", b.enrolled_year); // ok: a year of enrolment
    log::error!("{}", b.full_name); // expect: phi-log
    ::log::trace!("{:?}", b.enrolled_year); // ok: a year
    if log_enabled!(Level::Debug) {
        debug!("{b:?}"); // expect: phi-log
    }
}

pub fn key_values(b: &Beneficiary, ssn: &str, elapsed_ms: u64) {
    info!(ssn; "verified"); // expect: phi-log
    info!(elapsed_ms; "verified"); // ok: a duration
    info!(ssn = elapsed_ms; "verified"); // ok: the key is a word, the value a duration
    info!(key = ssn, elapsed_ms; "verified"); // expect: phi-log
    warn!(name:% = b.full_name; "slow"); // expect: phi-log
    warn!(who:? = b.dependents; "slow"); // expect: phi-log
    warn!(who:? = b.dependents.len(); "slow"); // ok: a count
    error!(target: "kv", address = b.mailing_address.as_str(), year = b.enrolled_year; "undeliverable"); // expect: phi-log
    error!(target: "kv", address = "[redacted]", year = b.enrolled_year; "undeliverable"); // ok: a literal
    trace!(has_address = !b.mailing_address.is_empty(); "address {}", "checked"); // ok: emptiness
    info!(year = b.enrolled_year; "re-enrolled {}", b.full_name); // expect: phi-log
    info!(dependents:debug = b.dependents.len(); "counted"); // ok: a count
}

pub fn rows(all: &[Beneficiary]) {
    for b in all {
        for d in &b.dependents {
            debug!("dependent {} {}", d.ordinal, d.given_name); // expect: phi-log
            debug!("dependent {}", d.ordinal); // ok: an ordinal
        }
    }
    info!("{} rows, first enrolled {:?}", all.len(), all.first().map(|b| b.enrolled_year)); // ok: count and year
    info!("{:?}", all.first().map(|b| &b.hicn)); // expect: phi-log
    info!("oldest {:?}", all.iter().map(|b| b.enrolled_year).min()); // ok: years
}

/// The team's own logger: whoever calls it writes to the log.
fn audit(event: &str, detail: &str) {
    info!(target: "audit", "{event}: {detail}"); // expect: phi-log id=lk-audit
}

/// Never called with anything of a person.
fn ops(event: &str, detail: &str) {
    info!(target: "ops", "{event}: {detail}"); // ok: its callers give file names only
}

pub fn callers(b: &Beneficiary, file_name: &str) {
    audit("opened", &b.full_name); // via: lk-audit
    audit("rotated", file_name); // ok: the name of a file
    ops("rotated", file_name); // ok: the name of a file
    ops("loaded", &b.dependents.len().to_string()); // ok: a count as text
}

/// A level chosen at run time.
pub fn at_level(level: Level, b: &Beneficiary) {
    log!(level, "beneficiary record {:?}", b.hicn); // expect: phi-log
    log!(level, "beneficiary record of {} bytes", std::mem::size_of_val(b)); // ok: a size
}
