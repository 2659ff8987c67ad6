use crate::{store, Registration};

#[cfg(debug_assertions)]
fn echo(r: &Registration) {
    tracing::debug!("{r:?}"); // expect: phi-log
}

#[cfg(not(debug_assertions))]
fn echo(r: &Registration) {
    tracing::debug!("desk {}", r.desk); // ok: a desk
}

pub fn post(r: Registration) -> usize {
    echo(&r);
    tracing::info!(desk = r.desk, has_ssn = r.ssn.is_some(), "registered"); // ok: a desk and presence
    tracing::info!(who = r.full_name.as_str(), "registered"); // expect: phi-log
    store::put(r)
}
