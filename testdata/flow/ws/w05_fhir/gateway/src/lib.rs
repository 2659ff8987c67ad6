//! Receives bundles and hands the patients on.
use fhir_mapper::{family_of, summary};
use fm::r4b::resources::{Location, Patient as FhirPatient, Resource};
use tracing::{error, info, instrument};

/// The clinic's own type, of the same name as the resource.
#[derive(Debug, Clone, Copy)]
pub struct Patient {
    pub slot: u16,
}

#[instrument(skip(body))] // ok: the body is skipped
pub fn receive(body: &str, slot: u16) -> Option<Patient> {
    info!("{} bytes", body.len()); // ok: a length
    let resource: Resource = match serde_json::from_str(body) {
        Ok(resource) => resource,
        Err(err) => {
            error!("line {}", err.line()); // ok: a line's number
            error!("not a resource: {body}"); // neutral: a body without a type
            return None;
        }
    };
    match resource {
        Resource::Patient(patient) => {
            info!("{patient:?}"); // expect: phi-log
            Some(route(&patient, slot))
        }
        Resource::Location(location) => {
            place(&location);
            None
        }
        _ => None,
    }
}

pub fn route(patient: &FhirPatient, slot: u16) -> Patient {
    let kept = summary(patient);
    info!("{kept:?}"); // ok: counts and a flag
    if let Some(Some(name)) = patient.name.first() {
        info!("routing {}", family_of(name)); // expect: phi-log
        info!("routing {} characters", family_of(name).len()); // ok: a length
    }
    let routed = Patient { slot };
    info!("{routed:?}"); // ok: the clinic's own type holds a slot
    routed
}

pub fn place(location: &Location) {
    info!("{:?}", location.name); // ok: a location
}

#[instrument] // expect: phi-log span=1 kind=span
pub fn queue(patient: &FhirPatient, slot: u16) -> usize {
    patient.name.len() + usize::from(slot)
}

#[instrument] // ok: the clinic's own type holds a slot
pub fn slot_of(patient: Patient) -> u16 {
    patient.slot
}
