//! `phivet stats`: counts with noise, and a budget that is kept. The mechanism itself is tested in `src/stats.rs`.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts the program

mod support;

use std::fmt::Write;

use serde_json::Value;
use support::Folder;

fn data(folder: &Folder) {
    let mut rows = String::from("mrn,last_name,first_name,phone\n");
    for number in 0..200 {
        let _ = writeln!(rows, "48{number:06},Caldwell,Denise,206-387-{:04}", 1000 + number);
    }
    folder.file("data/people.csv", rows);
}

fn count(folder: &Folder, epsilon: &str, more: &[&str]) -> (i64, Value) {
    let mut arguments = vec!["stats", "data", "--json", "--epsilon", epsilon];
    arguments.extend_from_slice(more);
    let ran = folder.phivet(&arguments).exits(0);
    assert!(!ran.out.contains("Caldwell") && !ran.out.contains("480000"), "{}", ran.out);
    let told: Value = serde_json::from_str(&ran.out).expect("JSON");
    let of_mrn = told["counts"].as_array().expect("counts").iter().find(|counted| counted["kind"] == "mrn");
    (of_mrn.and_then(|counted| counted["count"].as_i64()).expect("a count"), told)
}

#[test]
fn noise_differs_and_the_budget_ends() {
    let folder = Folder::new("stats");
    data(&folder);
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..8 {
        let (mrns, told) = count(&folder, "0.125", &[]);
        seen.insert(mrns);
        assert!((mrns - 200).abs() < 800, "{mrns}");
        let left = told["budget_left"].as_f64().expect("a number");
        assert!((left - (1.0 - 0.125 * f64::from(round + 1))).abs() < 1e-9, "{left}");
    }
    assert!(seen.len() > 1, "no noise: {seen:?}");
    let kept = folder.read(".phivet-budget.jsonl");
    folder
        .phivet(&["stats", "data", "--epsilon", "0.1"])
        .exits(2)
        .says(&["the privacy budget does not suffice", "0 of 1 are left"]);
    assert_eq!(folder.read(".phivet-budget.jsonl"), kept);
}

#[test]
fn much_epsilon_is_little_noise() {
    let folder = Folder::new("stats-exact");
    data(&folder);
    let (mrns, told) = count(&folder, "900", &["--budget", "1000", "--ledger", "spent.jsonl", "--per-person", "22"]);
    assert!((mrns - 200).abs() <= 2, "{mrns}");
    // All kinds are listed, found or not.
    assert!(
        told["counts"].as_array().is_some_and(|counts| counts.iter().any(|counted| counted["kind"] == "biometric"))
    );
    folder
        .phivet(&["stats", "data", "--epsilon", "1", "--budget", "5", "--ledger", "spent.jsonl"])
        .exits(2)
        .says(&["another budget"]);
    let text = folder.phivet(&["stats", "data", "--epsilon", "1", "--ledger", "spent.jsonl"]).exits(0).out;
    assert!(text.contains("99 of the budget left") && text.contains("discrete Laplace"), "{text}");
}

#[test]
fn bad_input_releases_nothing() {
    let folder = Folder::new("stats-bad");
    data(&folder);
    for epsilon in ["0", "-1", "1e9", "much"] {
        folder.phivet(&["stats", "data", "--epsilon", epsilon]).exits(2);
    }
    folder.phivet(&["stats", "data"]).exits(2).says(&["--epsilon"]);
    let help = folder.phivet(&["stats", "--help"]).exits(0).out;
    assert!(help.contains("phivet stats exports --epsilon 0.5") && !help.contains("phivet scan --staged"), "{help}");
    folder.file("data/odd.7z", b"7z\xbc\xaf\x27\x1c and more");
    folder.phivet(&["stats", "data", "--epsilon", "0.5"]).exits(2).says(&["odd.7z", "counts of a part"]);
    std::fs::remove_file(folder.0.join("data/odd.7z")).expect("it was there");
    folder.file("ledger", "no entry\n");
    folder.phivet(&["stats", "data", "--epsilon", "0.5", "--ledger", "ledger"]).exits(2).says(&["line 1 is no entry"]);
    assert!(!folder.0.join(".phivet-budget.jsonl").exists());
}
