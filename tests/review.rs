//! Access logs reviewed: who stands far from their peers, and nothing of a patient in what is told.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // its support writes files and starts programs

mod support;

use serde_json::Value;
use support::Folder;

/// A sequence of numbers that looks random and is the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).expect("a small number")
    }
}

/// The rules of access logs, on their own examples.
#[test]
fn reviews_find_what_their_rules_say() {
    let rules = phivet::Rules::builtin().expect("the catalogue is good");
    let folder = Folder::new("audit-rules");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (_, rule) in rules.iter().filter(|(_, rule)| rule.identifier.kind == "safeguard.access") {
        let hits = rule.examples.hit.iter().map(|text| (text, true));
        for (text, hit) in hits.chain(rule.examples.miss.iter().map(|text| (text, false))) {
            seen += 1;
            folder.file("access.log", text);
            let ran = folder.phivet(&["audit", "review", "access.log", "--format", "jsonl", "--exit-zero"]).exits(0);
            if ran.records().iter().any(|record| record["rule"] == rule.id.as_str()) != hit {
                wrong.push(format!("{} (hit: {hit}):\n{text}\n{}", rule.id, ran.out));
            }
        }
    }
    assert!(seen >= 28 && wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A bundle of events as BALP has them.
fn bundle() -> String {
    let event = |user: &str, patient: &str, more: Value| {
        let mut event = serde_json::json!({
            "resourceType": "AuditEvent",
            "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110110"},
            "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": "read"}],
            "action": "R",
            "recorded": "2026-11-20T10:15:00Z",
            "outcome": "0",
            "agent": [{"who": {"reference": user, "display": "Edith Kowalczyk"}, "requestor": true}],
            "source": {"observer": {"display": "EHR"}},
            "entity": [{"what": {"reference": patient, "display": "Kowalczyk, Roman"}, "role": {"code": "1"}}],
        });
        more.as_object().into_iter().flatten().for_each(|(key, value)| event[key] = value.clone());
        serde_json::json!({"resource": event})
    };
    let glass = serde_json::json!({"purposeOfEvent": [{"coding": [{"code": "BTG"}]}]});
    let text =
        serde_json::json!({"outcomeDesc": "opened for patient Denise Caldwell, SSN 536-90-4399, DOB 04/12/1961"});
    let none = serde_json::json!({"recorded": null});
    let entries = [
        event("Practitioner/7", "Patient/31", serde_json::json!({})),
        event("Practitioner/8", "Patient/32", glass),
        event("Practitioner/9", "Patient/33", text),
        event("Practitioner/7", "Patient/31", none),
    ];
    serde_json::to_string_pretty(&serde_json::json!({"resourceType": "Bundle", "entry": entries})).expect("JSON")
}

#[test]
fn fhir_audit_events_are_reviewed_at_their_place() {
    let folder = Folder::new("audit-fhir");
    folder.file("events.json", bundle());
    let ran = folder.phivet(&["audit", "review", "events.json", "--format", "jsonl"]).exits(1);
    let records = ran.records();
    let of = |rule: &str| {
        records.iter().find(|record| record["rule"] == rule).unwrap_or_else(|| panic!("no {rule}: {}", ran.out))
    };
    let text = bundle();
    let line = |mark: &str| text[..text.find(mark).expect("it is there")].matches('\n').count() as u64 + 1;
    assert!(of("break-glass-unreviewed")["line"].as_u64().is_some_and(|at| at < line("BTG") && at > 2));
    assert!(of("ssn")["line"].as_u64().is_some_and(|at| at < line("536-90-4399") && at > line("BTG")));
    assert_eq!(of("audit-field-missing")["evidence"][0], "the event does not say its time");
    assert_eq!(of("access-same-surname")["more"], 0);
    for value in ["536-90-4399", "Kowalczyk", "Edith", "Caldwell", "1961", "Patient/3"] {
        assert!(!ran.out.contains(value) && !ran.err.contains(value), "`{value}` is told:\n{}", ran.out);
    }
}

#[test]
fn logs_of_other_names_need_a_mapping() {
    let folder = Folder::new("audit-map");
    let mut text = String::from("Wer;Wen;Wann;Was;Notiz\n");
    for user in 0..8 {
        for n in 0..(if user == 7 { 30 } else { 2 }) {
            text += &format!("k{user};F{};2026-11-20 10:{n:02}:00;oeffnen;\"Zeile eins\nzwei\"\n", user * 100 + n);
        }
    }
    folder.file("log.csv", &text);
    folder.phivet(&["audit", "review", "log.csv"]).exits(2).says(&["no column says who did it", "--map"]);
    folder.file("map.yaml", "user: Wer\npatient: Wen\ntime: Wann\naction: Was\n");
    for format in
        ["full", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjsonl", "csv", "markdown", "html"]
    {
        let ran = folder.phivet(&["audit", "review", "log.csv", "--map", "map.yaml", "--format", format]).exits(1);
        assert!(ran.out.contains("access-outlier"), "{format}:\n{}", ran.out);
    }
    let ran = folder.phivet(&["audit", "review", "log.csv", "--map", "map.yaml", "--format", "jsonl"]).exits(1);
    assert!(
        ran.out.contains("30 distinct patients, where the median of 7 others is 2") && ran.out.contains("user k7"),
        "{}",
        ran.out
    );
    // Seven users with two events each on two lines: the eighth begins behind them.
    assert_eq!(ran.records()[0]["line"], 2 + 7 * 2 * 2);
    folder.file("map.yaml", "user: Wer\npatient: Gibtsnicht\n");
    folder.phivet(&["audit", "review", "log.csv", "--map", "map.yaml"]).exits(2).says(&["Gibtsnicht"]);
    folder.file("map.yaml", "usr: Wer\n");
    folder.phivet(&["audit", "review", "log.csv", "--map", "map.yaml"]).exits(2).says(&["unknown field"]);
    folder.file("empty.log", "");
    folder.phivet(&["audit", "review", "empty.log"]).exits(3);
    folder.file(
        "broken.jsonl",
        "{\"user\": \"a\", \"patient\": \"P1\", \"time\": \"2026-11-20T10:00:00Z\", \"action\": \"x\"}\n{\"user\": \n",
    );
    let ran = folder.phivet(&["audit", "review", "broken.jsonl", "--format", "concise"]).exits(0);
    assert!(
        ran.out.contains("line 2 is not reviewed") || ran.err.contains("line 2 is not reviewed"),
        "{}{}",
        ran.out,
        ran.err
    );
}

/// Ordinary work of a ward gives nothing to report.
#[test]
fn ordinary_work_is_not_reported() {
    let folder = Folder::new("audit-clean");
    let mut dice = Dice(0xbeef);
    let mut text = String::from("user,role,patient,time,action\n");
    for user in 0..40 {
        let role = ["nurse", "physician", "clerk"][user % 3];
        for _ in 0..30 + dice.below(20) {
            let (patient, day, hour) = (dice.below(400), 16 + dice.below(5), 8 + dice.below(10));
            text += &format!("u{user},{role},P{patient},2026-11-{day:02}T{hour:02}:{:02}:00Z,view\n", dice.below(60));
        }
    }
    folder.file("access.csv", text);
    let ran = folder.phivet(&["audit", "review", "access.csv", "--format", "concise"]).exits(0);
    assert!(!ran.out.contains("access-"), "{}", ran.out);
}

/// Whose account it is stands in every form of the report, alike; what is more than an account's id in none.
#[test]
fn users_are_shown_alike_in_all_formats() {
    let folder = Folder::new("audit-users");
    let mut text = String::from("user,patient,time,action\n");
    for user in ["dcaldwell", "jane.doe@clinic.org", "900-12-3456", "536904399", "john.smith"] {
        text += &format!("{user},P1,2026-11-20T10:00:00Z,export\n");
    }
    folder.file("log.csv", text);
    for format in
        ["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjsonl", "csv", "markdown", "html"]
    {
        let ran = folder.phivet(&["audit", "review", "log.csv", "--format", format]).exits(0);
        assert!(ran.out.contains("user dcaldwell"), "{format}:\n{}", ran.out);
        for value in ["jane", "doe@", "clinic.org", "900-12", "536904399", "john", "smith"] {
            assert!(!ran.out.contains(value), "{format} shows `{value}`:\n{}", ran.out);
        }
    }
}

#[test]
fn what_an_event_does_not_say_is_told_once() {
    let folder = Folder::new("audit-missing");
    folder.file("log.csv", "user,patient,time,action\nnurse1,P1,2026-11-20T10:00:00Z,view\n,,,view\n");
    let ran = folder.phivet(&["audit", "review", "log.csv", "--format", "jsonl"]).exits(1);
    let told: Vec<Value> = ran.records().into_iter().filter(|record| record["rule"] == "audit-field-missing").collect();
    assert_eq!((told.len(), &told[0]["line"]), (1, &3.into()), "{}", ran.out);
    assert_eq!(told[0]["evidence"][0], "the event does not say its user, time, patient");
}
