//! Surrogates.

use super::super::keys::Ring;
use super::*;

#[test]
fn surrogates_are_consistent_and_stay() {
    let ring = Ring::fresh("k1", "-").expect("random");
    let key = ring.current().expect("a key");
    for (kind, value) in [
        ("name", "Denise Caldwell"),
        ("name", "CALDWELL^DENISE"),
        ("name", "Caldwell, Denise"),
        ("ssn", "536-90-4399"),
        ("ssn", "536904399"),
        ("phone", "(206) 387-9921"),
        ("phone", "+1 206 387 9921"),
        ("fax", "387-9921"),
        ("email", "denise@caldwell.net"),
        ("ip", "73.14.8.1"),
        ("url", "http://caldwell.net/me"),
        ("mrn", "00482913"),
        ("address", "12 Elm St"),
    ] {
        let made = make(key, kind, value.as_bytes()).expect("something else");
        assert_ne!(made, value);
        assert_eq!(make(key, kind, value.as_bytes()), Some(made.clone()));
        assert_eq!(make(key, kind, made.as_bytes()), None, "{made}");
    }
    let words = |value: &str| {
        let made = make(key, "name", value.as_bytes()).expect("a name").to_lowercase();
        let mut words: Vec<String> =
            made.split([' ', '^', ',']).map(|word| word.trim_end_matches(char::is_numeric).to_owned()).collect();
        words.retain(|word| !word.is_empty());
        words.sort();
        words
    };
    assert_eq!(words("Denise Caldwell"), words("CALDWELL^DENISE"));
}
