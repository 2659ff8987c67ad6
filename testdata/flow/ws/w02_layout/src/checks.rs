//! Declared `#[cfg(test)] mod checks;` in lib.rs.
use crate::Registration;

pub fn dump(r: &Registration) {
    println!("{r:?}"); // ok: a module of tests
}

#[test]
fn a_default_is_empty() {
    let r = Registration::default();
    dump(&r);
    assert_eq!(r.full_name, ""); // ok: a test
    assert_eq!(r.ssn, None, "{:?}", r.ssn); // ok: a test
}
