use intake_layout::Registration;

fn sample() -> Registration {
    let r = Registration { full_name: "Testy Sample".into(), ssn: Some("synthetic".into()), ..Default::default() };
    eprintln!("{}", r.full_name); // ok: an integration test
    r
}

#[test]
fn a_registration_is_stored() {
    let r = sample();
    assert_eq!(intake_layout::store::put(r.clone()), 1);
    assert_eq!(intake_layout::store::last(), Some(r)); // ok: an integration test
}
