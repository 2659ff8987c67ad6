use clinic_model::{Caregiver, Patient, Record, StockShelf};
use tracing::info;

pub fn open(p: &Patient) -> Record {
    info!(room = p.door(), "opened"); // ok: a room
    info!(key = p.key(), "opened"); // expect: phi-log
    let record = Record { mrn: p.key().to_owned(), pages: 1 };
    info!(?record, "opened"); // ok: the new record's Debug shows pages
    record
}

pub fn greet(p: &Patient) -> String {
    format!("Good morning, {}", p.name) // ok: a text that is returned
}

pub fn brought_by(c: &Caregiver) {
    info!("{c:?}"); // ok: its Debug shows nothing
    info!("{}", c.phone); // expect: phi-log
}

pub fn shelf(s: &StockShelf) {
    info!("{s:?}"); // ok: drugs of the stock
    info!("{}", s.drugs.iter().map(|d| d.name.as_str()).collect::<Vec<_>>().join(",")); // ok: drugs of the stock
}
