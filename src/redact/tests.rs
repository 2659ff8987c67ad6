//! What holds for everything that is redacted.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::sync::{Arc, LazyLock};

use proptest::prelude::{ProptestConfig, prop, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::Strategy as Generate;

use super::*;

/// A redactor of each ready policy, and one that encrypts.
static REDACTORS: LazyLock<Vec<Arc<Redactor>>> = LazyLock::new(|| {
    let keys = Ring::fresh("k1", "-").expect("random").text();
    let with = |plan: Plan| {
        let keys = Ring::parse(&keys).expect("keys");
        Arc::new(Redactor::new(plan).expect("a redactor").with_keys(keys).with_vault(Vault::default()))
    };
    let own = |strategy| BTreeMap::from(["name", "ssn", "mrn"].map(|kind| (kind.to_owned(), strategy)));
    let ready = plan::READY.iter().map(|(_, ready)| Plan::new(*ready, &BTreeMap::new()));
    let others = [Strategy::Encrypt, Strategy::Surrogate, Strategy::Pseudonym, Strategy::Mask];
    let others = others.into_iter().map(|strategy| Plan::new(Ready::Logs, &own(strategy)));
    ready.chain(others).map(|plan| with(plan.expect("a plan"))).collect()
});

/// Documents with people in them, in several formats.
fn document() -> impl Generate<Value = (&'static str, String)> {
    let person = (
        prop::sample::select(vec!["Denise Caldwell", "Harold Whitfield", "Luz Marisol Ortega", "Priya Raghunathan"]),
        10_000_000u32..99_999_999,
        (100u32..665, 10u32..99, 1000u32..9999),
        (1915u32..2020, 1u32..13, 1u32..29),
    );
    (prop::collection::vec(person, 1..6), 0usize..5).prop_map(|(people, format)| {
        let rows = people.iter().map(|(name, mrn, (a, g, s), (y, m, d))| {
            let (ssn, dob) = (format!("{a}-{g}-{s}"), format!("{y}-{m:02}-{d:02}"));
            match format {
                0 => format!("{mrn},{name},{dob},{ssn}"),
                1 => format!(r#"{{"mrn": {mrn}, "patient": "{name}", "birthDate": "{dob}", "ssn": "{ssn}"}}"#),
                2 => format!("2024-03-05 10:11:12 INFO admitted patient={name:?} mrn={mrn} ssn={ssn} dob={dob}"),
                3 => format!("Patient {name} (MRN {mrn}, born {dob}) was seen. SSN: {ssn}."),
                _ => format!(
                    "INSERT INTO patients (mrn, patient_name, dob, ssn) VALUES ({mrn}, '{name}', '{dob}', '{ssn}');"
                ),
            }
        });
        let head = if format == 0 { "mrn,patient name,dob,ssn\n" } else { "" };
        let name = ["a.csv", "a.ndjson", "a.log", "note.txt", "a.sql"][format];
        (name, head.to_owned() + &rows.collect::<Vec<_>>().join("\n") + "\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn once_is_enough_and_no_value_is_left((name, text) in document(), which in 0usize..8) {
        let redactor = &REDACTORS[which];
        let document = Document::of(name, text.clone().into_bytes());
        let found = redactor.found(&document, &document);
        prop_assert!(!found.is_empty());
        let once = redactor.redact(&document).expect("keys").bytes;
        for span in &found {
            let value = &text[span.at.clone()];
            // A year, 90 and three digits are what is to be left.
            let is_left = String::from_utf8_lossy(&once).contains(value);
            prop_assert!(!is_left || value.len() < 5, "a {} is left", span.kind);
        }
        let again = redactor.redact(&Document::of(name, once.clone())).expect("keys");
        prop_assert_eq!(String::from_utf8_lossy(&again.bytes), String::from_utf8_lossy(&once));
        prop_assert!(again.counts.is_empty());
        if name == "a.ndjson" {
            for line in once.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
                prop_assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok());
            }
        }
    }

    #[test]
    fn what_is_encrypted_comes_back((name, text) in document()) {
        let redactor = &REDACTORS[4];
        let redacted = redactor.redact(&Document::of(name, text.clone().into_bytes())).expect("keys");
        let keys = redactor.maker.keys.as_ref().expect("keys");
        let (back, counts) = reveal(&redacted.bytes, keys, None).expect("ours");
        let back = String::from_utf8(back).expect("text");
        prop_assert!(!counts.is_empty());
        for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 4) {
            prop_assert!(back.contains(word));
        }
    }

    #[test]
    fn nothing_panics_and_lines_in_pieces_are_the_same(text in "(?s)[ -~\n\u{e9}]{0,400}", (_, more) in document(), cut in 0usize..600) {
        let redactor = &REDACTORS[0];
        let text = more + &text;
        let mut whole = Writer::new(Arc::clone(redactor), Vec::new());
        whole.write_all(text.as_bytes()).expect("a vector");
        let (whole, _) = whole.finish().expect("a vector");
        prop_assert_eq!(whole.iter().filter(|b| **b == b'\n').count(), text.matches('\n').count());
        let mut pieces = Writer::new(Arc::clone(redactor), Vec::new());
        let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        pieces.write_all(&text.as_bytes()[..cut]).expect("a vector");
        pieces.write_all(&text.as_bytes()[cut..]).expect("a vector");
        let (pieces, _) = pieces.finish().expect("a vector");
        prop_assert_eq!(pieces.iter().filter(|b| **b == b'\n').count(), text.matches('\n').count());
    }
}

#[test]
fn tokens_are_wide_and_differ() {
    let redactor = &REDACTORS[3];
    let text: String = (0..2000).map(|n| format!("mrn={:08}\n", 10_000_000 + n * 7)).collect();
    let redacted = redactor.redact(&Document::of("a.log", text.into_bytes())).expect("keys").bytes;
    let text = String::from_utf8(redacted).expect("text");
    let tokens: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("mrn=tok_mrn_k1_")).collect();
    assert_eq!(tokens.len(), 2000);
    assert!(tokens.iter().all(|token| base32::decode(token.as_bytes()).is_some_and(|bytes| bytes.len() == 16)));
    assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 2000);
    // No place of theirs is always the same: all 128 bits are used.
    let at = |place: usize| tokens.iter().map(|token| token.as_bytes()[place]).collect::<BTreeSet<_>>().len();
    assert!((0..25).all(|place| at(place) > 24));
}

#[test]
fn base64_is_rewritten_inside() {
    let inner = r#"{"patient":"Denise Caldwell","ssn":"536-90-4399","note":"seen"}"#;
    let packed = "eyJwYXRpZW50IjoiRGVuaXNlIENhbGR3ZWxsIiwic3NuIjoiNTM2LTkwLTQzOTkiLCJub3RlIjoic2VlbiJ9";
    let document = Document::of("a.log", format!("INFO payload={packed} done\n").into_bytes());
    let redacted = REDACTORS[0].redact(&document).expect("a policy without a key");
    assert_eq!((redacted.counts.get("name"), redacted.counts.get("ssn")), (Some(&1), Some(&1)));
    let redacted = redacted.bytes;
    let text = String::from_utf8(redacted.clone()).expect("text");
    let code = text.split(['=', ' ']).nth(2).expect("a payload");
    let layer = layers::around(code.as_bytes(), &(0..4)).expect("base64");
    let said = String::from_utf8(layer.inner).expect("text");
    assert!(said.contains("[SSN]") && !said.contains("Caldwell") && said.len() < inner.len() + 8, "{said}");
    let again = REDACTORS[0].redact(&Document::of("a.log", redacted.clone())).expect("no key").bytes;
    assert_eq!(again, redacted);
}

#[test]
fn a_stream_does_not_grow() {
    let mut writer = Writer::new(Arc::clone(&REDACTORS[0]), std::io::sink()).with_threads(2);
    let line = "2024-03-05 10:11:12 INFO request served in 12 ms by worker 7\n".repeat(1000);
    for _ in 0..40 {
        writer.write_all(line.as_bytes()).expect("a sink");
    }
    assert!(writer.capacity() < 1 << 20, "{}", writer.capacity());
    writer.write_all(&vec![b'x'; 4 << 20]).expect("a sink");
    writer.write_all(line.as_bytes()).expect("a sink");
    assert!(writer.capacity() < 16 << 20);
}
