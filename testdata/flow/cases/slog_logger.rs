//! `slog`: formatted messages, key-value tails, child loggers, `o!`, `b!`, `kv!` and the prefixed macros.
use slog::{b, crit, debug, error, info, kv, o, trace, warn, Logger};

#[derive(Debug, Clone)]
pub struct Resident {
    pub family_name: String,
    pub ssn_last4: String,
    pub room: u16,
    pub medications: Vec<Medication>,
}

#[derive(Debug, Clone)]
pub struct Medication {
    pub drug: Drug,
    pub taken_at: u32,
}

#[derive(Debug, Clone)]
pub struct Drug {
    pub name: String,
    pub ndc: String,
}

pub fn messages(log: &Logger, r: &Resident) {
    info!(log, "resident {} moved", r.family_name); // expect: phi-log
    info!(log, "room {} was cleaned", r.room); // ok: a room
    warn!(log, "{}", r.ssn_last4; "room" => r.room); // expect: phi-log
    warn!(log, "ssn_last4 is missing"; "room" => r.room); // ok: a word and a room
    debug!(log, #"pharmacy", "dispensed"; "who" => &r.family_name); // expect: phi-log
    debug!(log, #"pharmacy", "dispensed"; "room" => r.room); // ok: a room
    let family_name = r.family_name.to_uppercase();
    trace!(log, "welcome {family_name}"); // expect: phi-log
    trace!(log, "welcome {family_name}", family_name = "resident"); // ok: the named argument is a literal
}

pub fn pairs(log: &Logger, r: &Resident) {
    error!(log, "fall"; "room" => r.room, "name" => %r.family_name); // expect: phi-log
    error!(log, "fall"; "room" => r.room, "name" => "withheld"); // ok: a literal
    crit!(log, "fall"; "resident" => ?r); // expect: phi-log
    crit!(log, "fall"; "resident" => r.room); // ok: a room
    info!(log, "fall"; "medications" => #?r.medications.len()); // ok: a count
    info!(log, "fall"; "ssn_last4" => r.ssn_last4.clone()); // expect: phi-log
    info!(log, "fall"; "has_ssn" => !r.ssn_last4.is_empty()); // ok: emptiness
    info!(log, "fall"; o!("who" => r.family_name.clone())); // expect: phi-log
    info!(log, "fall"; o!("where" => r.room)); // ok: a room
    slog::slog_warn!(log, "fall"; "who" => &r.family_name); // expect: phi-log
    slog::slog_warn!(log, "fall"; "where" => &r.room); // ok: a room
}

pub fn children(log: &Logger, r: &Resident) -> (Logger, Logger) {
    let named = log.new(o!("room" => r.room, "resident" => r.family_name.clone())); // expect: phi-log
    let roomed = log.new(o!("room" => r.room, "resident" => "in room")); // ok: a literal
    (named, roomed)
}

pub fn drugs(log: &Logger, stock: &[Drug]) {
    for drug in stock {
        debug!(log, "in stock"; "name" => &drug.name, "ndc" => &drug.ndc); // ok: a drug of the stock
    }
    info!(log, "{} drugs", stock.len()); // ok: a count
}

pub fn bundles(log: &Logger, r: &Resident) {
    let room = r.room;
    log.log(&slog::record!(slog::Level::Info, "", &format_args!("resident {}", r.family_name), b!("room" => room))); // expect: phi-log
    log.log(&slog::record!(slog::Level::Info, "", &format_args!("room {}", room), b!("room" => room))); // ok: a room
    let _pairs = kv!("room" => room); // ok: a room
}
