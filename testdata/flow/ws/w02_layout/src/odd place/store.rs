use super::Registration;
use std::sync::Mutex;

static ROWS: Mutex<Vec<Registration>> = Mutex::new(Vec::new());

pub fn put(r: Registration) -> usize {
    let mut rows = ROWS.lock().unwrap_or_else(|e| e.into_inner());
    rows.push(r);
    tracing::debug!("{} rows", rows.len()); // ok: a count
    rows.len()
}

pub fn last() -> Option<Registration> {
    let rows = ROWS.lock().unwrap_or_else(|e| e.into_inner());
    tracing::debug!("{:?}", rows.last()); // expect: phi-log
    tracing::debug!("{:?}", rows.last().map(|r| r.desk)); // ok: a desk
    rows.last().cloned()
}
