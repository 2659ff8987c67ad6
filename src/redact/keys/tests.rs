//! Rings of keys.

use super::*;

#[test]
fn a_ring_is_read_as_it_is_written() {
    let mut ring = Ring::fresh("k1", "2026-11-22").expect("random");
    ring.rotate(&ring.next_id(), "2026-11-23").expect("random");
    let again = Ring::parse(&ring.text()).expect("a ring");
    let ids = |ring: &Ring| ring.iter().map(|key| (key.id.clone(), key.made.clone())).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&ring));
    assert_eq!(again.current().map(Key::id), Some("k2"));
    let of = |ring: &Ring| ring.get("k1").map(|key| key.mac("test", &[b"x"]));
    assert_eq!(of(&again), of(&ring));
    assert!(ring.rotate("k1", "").is_err() && ring.rotate("K 9", "").is_err());
}

#[test]
fn what_is_no_ring_is_refused_without_showing_it() {
    for text in ["", "# nothing", "k1 2026-11-22 beef", "a b c d", "beefbeef", &format!("K1 - {}", "ab".repeat(32))] {
        let error = Ring::parse(text).expect_err("no ring").to_string();
        assert!(!error.contains("beef"), "{error}");
    }
    let twice = format!("k1 - {0}\nk1 - {0}", "ab".repeat(32));
    assert!(Ring::parse(&twice).is_err());
    assert_eq!(Ring::parse(&"ab".repeat(32)).expect("a secret").current().map(|key| key.id.len()), Some(8));
}
