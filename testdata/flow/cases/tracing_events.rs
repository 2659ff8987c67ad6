//! `tracing` events: fields, sigils, shorthands, blocks, levels, renamed macros.
use tracing::{debug, error, event, info, trace, warn, Level};
use tracing::info as note;

#[derive(Debug, Clone)]
pub struct Encounter {
    pub patient: Patient,
    pub room: u16,
    pub attending: Provider,
    pub icd10_code: String,
    pub minutes: u32,
}

#[derive(Debug, Clone)]
pub struct Patient {
    pub name: String,
    pub email: String,
    pub birth_date: chrono::NaiveDate,
}

#[derive(Debug, Clone)]
pub struct Provider {
    pub name: String,
    pub npi: String,
}

pub fn fields(e: &Encounter) {
    info!(room = e.room, name = %e.patient.name, "checked in"); // expect: phi-log
    info!(room = e.room, provider = %e.attending.name, "checked in"); // ok: the provider's name
    info!(patient = ?e.patient); // expect: phi-log
    info!(attending = ?e.attending); // ok: a provider
    debug!(?e.patient.birth_date, "registered"); // expect: phi-log
    debug!(?e.room, %e.minutes, "registered"); // ok: room and minutes
    warn!(code = e.icd10_code.as_str(), "needs review"); // expect: phi-log
    warn!(code = "icd10_code", "needs review"); // ok: a literal
    trace!("who" = %e.patient.email, "sent"); // expect: phi-log
    trace!("e.patient.email" = e.minutes, "sent"); // ok: a literal key, a number
    error!({ email = %e.patient.email, room = e.room }, "bounced"); // expect: phi-log
    error!({ email = true, room = e.room }, "bounced"); // ok: a bool literal
    info!(born = e.patient.birth_date.to_string(), "x"); // expect: phi-log
    info!(email.domain_known = e.patient.email.contains('@'), "x"); // ok: a comparison
}

pub fn shorthands(mrn: &str, ward: &str, patient: Patient, room: u16) {
    info!(mrn, ward, "moved"); // expect: phi-log
    info!(ward, room, "moved"); // ok: ward and room
    info!(%mrn, "moved"); // expect: phi-log
    info!(?patient, "moved"); // expect: phi-log
    info!(patient.name, "moved"); // expect: phi-log
    info!(room, "mrn {} is not a number", "of the request"); // ok: a literal
    let Patient { name, birth_date, .. } = patient;
    info!(name, "moved"); // expect: phi-log
    info!(year = ?birth_date.format("%Y").to_string().len(), "moved"); // ok: a length
}

pub fn events(e: &Encounter, level_ok: bool) {
    event!(Level::INFO, mrn_known = level_ok, "looked up"); // ok: a bool
    event!(Level::INFO, name = %e.patient.name, "looked up"); // expect: phi-log
    event!(target: "adt", Level::WARN, room = e.room, "discharged {}", e.patient.name); // expect: phi-log
    event!(target: "adt", Level::WARN, room = e.room, "discharged from {}", e.room); // ok: a room
    event!(name: "adt.discharge", Level::DEBUG, room = e.room); // ok: a room
    info!(name: "birth_date", room = e.room, "renamed event"); // ok: `name:` names the event
    info!(target: "patient.name", parent: None, room = e.room, "parented"); // ok: a target is a literal
    info!(parent: None, who = %e.patient.name, "parented"); // expect: phi-log
    note!("left {}", e.patient.email); // expect: phi-log
    note!("left {}", e.room); // ok: a room
    tracing::info!(name = e.patient.name.len()); // ok: a length
    ::tracing::warn!("{:#?}", e); // expect: phi-log
}

pub fn values(e: &Encounter) {
    info!(who = tracing::field::display(&e.patient.name), "x"); // expect: phi-log
    info!(who = tracing::field::debug(&e.patient), "x"); // expect: phi-log
    info!(who = tracing::field::debug(&e.room), "x"); // ok: a room
    info!(who = tracing::field::Empty, room = e.room); // ok: nothing yet
    info!(message = %e.patient.email); // expect: phi-log
    info!(message = "patient email changed"); // ok: a literal
    info!(diagnosed = !e.icd10_code.is_empty(), minutes = e.minutes, "x"); // ok: emptiness
    info!(same = (e.patient.name == e.attending.name), "x"); // ok: a comparison
    if tracing::enabled!(Level::TRACE) {
        trace!("{:?}", (e.room, &e.patient.name)); // expect: phi-log
        trace!("{:?}", (e.room, e.minutes)); // ok: a tuple of numbers
    }
}
