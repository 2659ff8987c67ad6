#[macro_use]
mod local;
mod rounds;
use logkit::{audit, audit_count, audit_masked, note, reject};

pub struct Resident {
    pub name: String,
    pub insurance_number: String,
    pub medications: Vec<String>,
    pub bed: u8,
}

pub fn admit(r: &Resident) -> bool {
    audit!("bed {} taken", r.bed); // ok: a bed
    audit!("bed {} taken by {}", r.bed, r.name); // expect: phi-log
    audit_masked!("insurance", r.insurance_number); // ok: masked within the macro
    audit_count!(r.name, r.insurance_number, r.bed); // ok: a count
    logkit::audit!("{}", r.insurance_number); // expect: phi-log
    let text = note!("{} in bed {}", r.name, r.bed);
    logkit::sized(&text); // ok: a length
    logkit::line(&text); // via: w3-line
    logkit::line("done"); // ok: a literal
    if r.bed == 0 {
        reject!(false, "no bed"); // ok: a literal
    }
    if r.insurance_number.is_empty() {
        reject!(false, "no insurance for {}", r.name); // expect: phi-log
    }
    rounds::visit(r);
    true
}
