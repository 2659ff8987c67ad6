//! From FHIR resources of the `fhir-model` crate to what the clinic keeps.
use fhir_model::r4b::resources::{Organization, Patient};
use fhir_model::r4b::types::{ContactPoint, HumanName, Identifier};
use tracing::{debug, info, warn};

/// What the clinic keeps: only counts and a flag.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub names: usize,
    pub reachable: bool,
}

pub fn summary(patient: &Patient) -> Summary {
    debug!("{patient:?}"); // expect: phi-log
    debug!("{} names", patient.name.len()); // ok: a count
    if let Some(born) = &patient.birth_date {
        debug!("{born:?}"); // expect: phi-log
    } else {
        debug!("no birth date"); // ok: words
    }
    let out = Summary { names: patient.name.len(), reachable: !patient.telecom.is_empty() };
    info!("{out:?}"); // ok: counts and a flag
    out
}

pub fn family_of(name: &HumanName) -> String {
    let family = name.family.clone().unwrap_or_default();
    warn!("family name of {} characters", family.len()); // ok: a length
    family
}

pub fn names(patient: &Patient) {
    for name in patient.name.iter().flatten() {
        info!("{}", family_of(name)); // expect: phi-log
        info!("{:?}", name.given.len()); // ok: a count
        info!("{:?}", name.given); // expect: phi-log
    }
    info!("{:?}", patient.active); // ok: a flag
}

pub fn organisation(org: &Organization) {
    info!("{:?}", org.name); // ok: an organisation
}

pub fn points(all: &[ContactPoint]) {
    info!("{}", all.len()); // ok: a count
    for point in all {
        info!("{:?}", point.value); // expect: phi-log
    }
}

pub fn identifiers(all: &[Identifier]) -> usize {
    let values: Vec<_> = all.iter().filter_map(|i| i.value.clone()).collect();
    debug!("{values:?}"); // expect: phi-log
    debug!("{} identifiers", values.len()); // ok: a count
    values.len()
}
