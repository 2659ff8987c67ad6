//! The little clinic of `testdata/clinic`: its marked lines are reported, and nothing else.
//!
//! `testdata/clinic.expected.tsv` holds the marks: path, line, rule ids; `~id` is a finding of severity `note`,
//! `(id)` a published sample: only `--profile strict` reports it, as a note.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it reads the marks and starts the binary

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const CLINIC: &str = "testdata/clinic";
const MARKS: &str = "testdata/clinic.expected.tsv";

/// Rule ids by path (inside the clinic) and line.
type Marks = BTreeMap<(String, u64), BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn phivet(arguments: &[&str]) -> Output {
    match Command::new(env!("CARGO_BIN_EXE_phivet")).args(arguments).current_dir(root()).output() {
        Ok(output) => output,
        Err(error) => panic!("phivet does not start: {error}"),
    }
}

fn expected() -> Marks {
    let text = match std::fs::read_to_string(root().join(MARKS)) {
        Ok(text) => text,
        Err(error) => panic!("{MARKS}: {error}"),
    };
    let mut marks = Marks::new();
    for (at, row) in text.lines().enumerate().filter(|(_, row)| !row.is_empty() && !row.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [path, line, rules] = cells[..] else {
            panic!("{MARKS}:{}: wants path, line and rules, with a tab between", at + 1);
        };
        let Ok(line) = line.parse() else { panic!("{MARKS}:{}: `{line}` is no line number", at + 1) };
        let rules = rules.split(',').map(str::to_owned);
        marks.entry((path.to_owned(), line)).or_default().extend(rules);
    }
    marks
}

fn reported(profile: &str) -> Marks {
    let output = phivet(&["scan", "--format", "jsonl", "--all", "--profile", profile, CLINIC]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "a clinic with findings exits with 1; stderr:\n{errors}");
    let mut marks = Marks::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let record: Value = match serde_json::from_str(line) {
            Ok(record) => record,
            Err(error) => panic!("a line of jsonl does not parse: {error}"),
        };
        assert!(record.get("skipped").is_none(), "a document of the clinic was not read: {record}");
        let (Some(rule), Some(path)) = (record["rule"].as_str(), record["path"].as_str()) else {
            continue;
        };
        let path = path.replace('\\', "/");
        let inner = path.split_once("testdata/clinic/").map_or(path.as_str(), |(_, inner)| inner);
        let note = if record["severity"] == "note" { "~" } else { "" };
        let key = (inner.to_owned(), record["line"].as_u64().unwrap_or_default());
        marks.entry(key).or_default().insert(format!("{note}{rule}"));
    }
    marks
}

#[test]
fn reports_the_marked_lines_and_nothing_else() {
    let (mut expected, reported) = (expected(), reported("default"));
    expected.values_mut().for_each(|rules| rules.retain(|rule| !rule.starts_with('(')));
    expected.retain(|_, rules| !rules.is_empty());
    let mut wrong = Vec::new();
    let keys: BTreeSet<&(String, u64)> = expected.keys().chain(reported.keys()).collect();
    let none = BTreeSet::new();
    for key in keys {
        let (wants, has) = (expected.get(key).unwrap_or(&none), reported.get(key).unwrap_or(&none));
        let missing = wants.difference(has).map(|rule| format!("missing {rule}"));
        let extra = has.difference(wants).map(|rule| format!("not marked {rule}"));
        let both: Vec<String> = missing.chain(extra).collect();
        if !both.is_empty() {
            wrong.push(format!("{CLINIC}/{}:{}: {}", key.0, key.1, both.join(", ")));
        }
    }
    let lines = expected.len();
    assert!(wrong.is_empty(), "{} of {lines} marked lines and others differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn samples_are_told_by_the_strict_profile_alone() {
    let reported = reported("strict");
    let mut samples = 0;
    for (key, rules) in expected() {
        for sample in rules.iter().filter_map(|rule| rule.strip_prefix('(')?.strip_suffix(')')) {
            let has = reported.get(&key).is_some_and(|rules| rules.contains(&format!("~{sample}")));
            assert!(has, "{CLINIC}/{}:{}: {sample}", key.0, key.1);
            samples += 1;
        }
    }
    assert!(samples > 0, "no mark is a sample");
}

#[test]
fn marks_stand_on_lines_that_exist() {
    let mut wrong = Vec::new();
    for (path, line) in expected().keys() {
        let bytes = std::fs::read(root().join(CLINIC).join(path)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\r', "\n");
        let at = usize::try_from(*line).unwrap_or(usize::MAX);
        if text.lines().nth(at.saturating_sub(1)).is_none_or(|found| found.trim().is_empty()) {
            wrong.push(format!("{MARKS}: {path}:{line} is no line with text; move or remove the mark"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_default_report_shows_every_file_with_marks() {
    let output = phivet(&["scan", "--format", "concise", CLINIC]);
    let text = String::from_utf8_lossy(&output.stdout).replace('\\', "/");
    let told = expected().into_iter().filter(|(_, rules)| rules.iter().any(|rule| !rule.starts_with('(')));
    let files: BTreeSet<String> = told.map(|((path, _), _)| path).collect();
    let missing: Vec<String> = files.into_iter().filter(|path| !text.contains(path.as_str())).collect();
    assert!(missing.is_empty(), "files with marks that the default report leaves out:\n{}", missing.join("\n"));
}
