//! `phivet incident`: scope of a breach, out of a git history and out of files; no value in any form of it.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts the program

#[path = "support/history.rs"]
mod history;
mod support;

use std::fmt::Write;
use std::process::Command;

use history::Repository;
use serde_json::Value;
use support::Folder;

/// Rows of made-up patients, from a number on.
fn patients(from: usize, many: usize, zip: &str) -> String {
    let mut rows = String::from("mrn,last_name,first_name,ssn,zip,diagnosis\n");
    for number in from..from + many {
        let (group, serial) = (10 + number % 80, 1001 + number);
        let _ = writeln!(rows, "48{number:06},Caldwell,Denise,536-{group}-{serial:04},{zip},I10");
    }
    rows
}

fn assess(folder: &Folder, arguments: &[&str]) -> Value {
    let mut all =
        vec!["incident", "--discovered", "2026-11-22", "--write", "a.json", "--write", "a.md", "--write", "a.html"];
    all.extend_from_slice(arguments);
    let ran = folder.phivet(&all).exits(0);
    for text in [folder.read("a.json"), folder.read("a.md"), folder.read("a.html"), ran.out, ran.err] {
        for value in ["Caldwell", "536-", "48000", "43215"] {
            assert!(!text.contains(value), "`{value}` is printed:\n{text:.3000}");
        }
    }
    serde_json::from_str(&folder.read("a.json")).expect("JSON")
}

#[test]
fn people_are_counted_and_deadlines_follow() {
    let folder = Folder::new("incident");
    folder.file("data/a.csv", patients(0, 400, "43215")).file("data/b.csv", patients(300, 220, "43215"));
    folder.file("data/c.log", "INFO opened chart mrn=48000007 for patient\n");
    let told = assess(&folder, &["data"]);
    assert_eq!((&told["people"], &told["records"]), (&Value::from(520), &Value::from(621)));
    assert_eq!(told["states"]["OH"], 520);
    assert_eq!(told["deadlines"]["individuals"], "2027-01-21");
    assert_eq!(told["deadlines"]["secretary"], "2027-01-21");
    assert_eq!(told["deadlines"]["media"], "2027-01-21");
    let mrn = told["kinds"].as_array().expect("kinds").iter().find(|kind| kind["kind"] == "mrn").expect("MRNs");
    assert_eq!((&mrn["findings"], &mrn["distinct"]), (&Value::from(621), &Value::from(520)));
    assert_eq!(told["factors"].as_array().map(Vec::len), Some(4));
    let markdown = folder.read("a.md");
    for says in ["**520 people**", "164.402(2)", "To fill in:", "| media, 164.406 | 2027-01-21 |", "data/a.csv"] {
        assert!(markdown.contains(says), "{says}\n{markdown}");
    }
    assert!(folder.read("a.html").contains("<b>520 people</b>"));
    folder.file("few/a.csv", patients(0, 20, "94110"));
    let told = assess(&folder, &["few"]);
    assert_eq!(
        (&told["deadlines"]["secretary"], &told["deadlines"]["media"]),
        (&Value::from("2027-03-01"), &Value::Null)
    );
    folder.phivet(&["incident", "few", "--discovered", "yesterday"]).exits(2).says(&["YYYY-MM-DD"]);
    folder.phivet(&["incident", "few", "--format", "sarif"]).exits(2).says(&["--write"]);
    folder.phivet(&["incident", "nowhere"]).exits(2).says(&["nowhere"]);
}

#[test]
fn exposure_comes_from_history() {
    let repository = Repository::new("incident-history", &[]);
    repository.file("README.md", "a service\n").commit("Begin", 0);
    let first = repository.file("export/visits.csv", patients(0, 30, "43215")).commit("Add an export", 10);
    std::fs::remove_file(repository.0.join("export/visits.csv")).expect("it was there");
    repository.commit("Remove it", 40);
    let ran = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["incident", "--history", "--discovered", "2026-11-22", "--write", "a.json"])
        .current_dir(&repository.0)
        .output()
        .expect("phivet ends");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let text = std::fs::read_to_string(repository.0.join("a.json")).expect("an assessment");
    let told: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(told["people"], 30);
    assert_eq!(
        (&told["exposed"]["first"], &told["exposed"]["last"]),
        (&Value::from("2024-01-11"), &Value::from("2024-02-10"))
    );
    assert_eq!(told["exposed"]["commits"][0], first.as_str());
    assert!(text.contains("git filter-repo --invert-paths --path export/visits.csv"), "{text}");
}

#[test]
fn a_name_and_a_birth_date_join_nobody_whose_numbers_differ() {
    let folder = Folder::new("incident-apart");
    let mut rows = String::from("mrn,patient name,dob,ssn,zip\n");
    for number in 0..600 {
        let (group, serial) = (10 + number % 80, 1001 + number);
        let _ = writeln!(
            rows,
            "48{number:06},Denise Caldwell,1950-02-{:02},536-{group}-{serial:04},{}",
            1 + number % 28,
            if number < 590 { "43215" } else { "94110" }
        );
    }
    // One of them has moved.
    rows += "48000000,Denise Caldwell,1950-02-01,536-10-1001,94110\n";
    folder.file("data/a.csv", rows);
    let told = assess(&folder, &["data"]);
    assert_eq!((&told["people"], &told["records"]), (&Value::from(600), &Value::from(601)));
    assert_eq!((&told["states"]["OH"], &told["states"]["CA"]), (&Value::from(590), &Value::from(11)));
    assert_eq!(told["in_several_states"], 1);
    assert!(folder.read("a.md").contains("1 person has records in several states"), "{}", folder.read("a.md"));
    assert_eq!(told["deadlines"]["secretary"], "2027-01-21");
}

#[test]
fn days_that_do_not_fit_are_told() {
    let folder = Folder::new("incident-days");
    folder.file("data/a.csv", patients(0, 1, "43215"));
    for day in ["9999-12-31", "2199-01-01"] {
        folder
            .phivet(&["incident", "data", "--discovered", day])
            .exits(2)
            .says(&["in the future", "today at the latest"]);
    }
    let ran = folder.phivet(&["incident", "data", "--discovered", "1999-01-01"]).exits(0);
    assert!(ran.out.contains("lies before the first exposure"), "{}", ran.out);
    for says in ["**1 person** in 1 record;", "over 1 document."] {
        assert!(ran.out.contains(says), "{says}: {}", ran.out);
    }
    assert!(!ran.out.contains("1 people") && !ran.out.contains("1 records"), "{}", ran.out);
    let help = folder.phivet(&["incident", "--help"]).exits(0).out;
    assert!(help.contains("phivet incident --history") && !help.contains("--fail-on, 2 wrong usage"), "{help}");
}
