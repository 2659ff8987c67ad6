use super::Resident;

pub fn visit(r: &Resident) {
    bedside!(all r); // ok: a bed
    bedside!(r.bed); // ok: a bed
    bedside!(r.medications); // expect: phi-log
    bedside!(r.name); // expect: phi-log
}
