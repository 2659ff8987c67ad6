use api::model::prelude::*;
use api::{welcome, Archived, Record};
use domain::v2;
use tracing::{debug, info, warn};

fn main() {
    let mut args = std::env::args().skip(1);
    let (name, birth_date, ssn) =
        (args.next().unwrap_or_default(), args.next().unwrap_or_default(), args.next().unwrap_or_default());
    let patient = Patient::new(&name, &birth_date, &ssn);
    info!("{}", welcome(&patient)); // expect: phi-log
    info!("{}", welcome(&patient).len()); // ok: a length
    let record: Record = api::open(&patient);
    debug!("{record:?}"); // ok: the new record
    debug!("{}", record.mrn); // expect: phi-log
    old(&Archived { mrn: record.mrn.clone(), pages: record.pages });
    new(&record);
    drug(&Drug { name: "saline".into(), ndc: "0000-0000-00".into() });
    patient_report(&[patient]);
}

fn old(record: &OldRecord) {
    warn!("{record:?}"); // expect: phi-log
    warn!("{}", record.pages); // ok: pages
}

fn new(record: &v2::Record) {
    warn!("{record:?}"); // ok: the new record
    warn!("{:?}", domain::v1::Record { mrn: record.mrn.clone(), pages: 1 }); // expect: phi-log
}

fn drug(drug: &Drug) {
    info!("{drug:?}"); // ok: a drug
    info!("{}", drug.name); // ok: a drug
}

fn patient_report(all: &[domain::Patient]) {
    for patient in all {
        info!("{}", patient.door()); // ok: a room
        info!("{patient:?}"); // expect: phi-log
        info!("born {}", patient.birth_date); // expect: phi-log
    }
}
