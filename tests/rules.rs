//! The catalogue: every rule does what its examples say, every letter has its rules, and nothing is said twice.
#![allow(clippy::disallowed_methods)] // it reads the rule files

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use phivet::rule::{self, Rule};
use phivet::{Document, Policy, Rules, Scanner};

/// Examples of either sort that at least one rule of each letter has.
const EXAMPLES: usize = 5;

fn builtin() -> Rules {
    Rules::builtin().expect("the catalogue is good")
}

fn files() -> Vec<PathBuf> {
    let folders = ["rules/identifiers", "rules/sinks/rust"].map(|f| Path::new(env!("CARGO_MANIFEST_DIR")).join(f));
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("a folder of rules"));
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .collect()
}

#[test]
fn every_rule_passes_its_own_examples() {
    let scanner = Scanner::new(builtin(), Policy::default()).expect("the catalogue compiles");
    let wrong: Vec<String> = scanner.prove().iter().map(|wrong| format!("{}: {}", wrong.rule, wrong.what)).collect();
    assert!(wrong.is_empty(), "{} example(s):\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_letter_of_safe_harbor_has_a_rule_with_examples() {
    let rules = builtin();
    let full = |rule: &Rule| rule.examples.hit.len() >= EXAMPLES && rule.examples.miss.len() >= EXAMPLES;
    let missing: Vec<char> = ('A'..='R')
        .filter(|letter| !rules.iter().any(|(_, rule)| rule.safe_harbor == Some(*letter) && full(rule)))
        .collect();
    assert!(missing.is_empty(), "45 CFR 164.514(b)(2)(i): no rule with {EXAMPLES} hits and misses for {missing:?}");
}

#[test]
fn the_catalogue_is_what_the_files_say() {
    let rules = builtin();
    let files = files();
    assert_eq!(rules.len(), files.len(), "rules built in, and rule files");
    for path in files {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let text = std::fs::read_to_string(&path).expect("a text");
        let read = match rule::parse(name, &text) {
            Ok(rule) => rule,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(read.id, name, "a rule's file is called by its id");
        let (_, built) = rules.by_id(&read.id).unwrap_or_else(|| panic!("{name} is not built in"));
        let json = |rule: &Rule| {
            let mut json = serde_json::to_value(rule).expect("a rule is data");
            if path.to_string_lossy().contains("sinks") {
                // What kind of finding a sink makes is set when the catalogue is loaded.
                json["identifier"] = serde_json::Value::Null;
            }
            json
        };
        assert_eq!(json(built), json(&read), "{name}: build phivet anew");
    }
}

/// A request's number beside an entry about a patient is nobody's; what stands in the entry, or in lines of one, is his.
#[test]
fn numbers_of_other_entries_of_a_log_are_nobodys() {
    let scanner = Scanner::new(builtin(), Policy::default()).expect("the catalogue compiles");
    let patient = "no match for patient name=\"Denise Okafor\" dob=1958-02-04 ssn=201-74-6870 phone=614-470-3587";
    let number = "id=bea940b8-72e5-45ff-a221-e1934d2977a5";
    let found = |lines: &[String]| {
        let document = Document::of("app.log", format!("{}\n", lines.join("\n")).into_bytes());
        let rules = scanner.scan(&document).into_iter().map(|finding| scanner.rules().get(finding.rule).id.clone());
        rules.collect::<Vec<_>>()
    };
    for time in
        ["2025-09-14 04:58:51.425  INFO", "[2025-09-14 04:58:51]", "Sep 14 04:58:51 host app:", "time=2025-09-14T04:58"]
    {
        let entry = |says: &str| format!("{time} {says}");
        let asked = entry(&format!("request completed, {number} took=569ms"));
        let apart = found(&[asked.clone(), entry(patient), asked]);
        assert!(apart.contains(&"ssn".to_owned()) && !apart.contains(&"mrn".to_owned()), "{time}: {apart:?}");
        let together = found(&[entry("started"), entry(&format!("{patient} {number}")), entry("done")]);
        assert!(together.contains(&"mrn".to_owned()), "{time}: {together:?}");
        let goes_on = found(&[entry("started"), entry(patient), format!("    {number}"), entry("done")]);
        assert!(goes_on.contains(&"mrn".to_owned()), "{time}: {goes_on:?}");
    }
}

#[test]
fn no_label_stands_in_two_rules() {
    let rules = builtin();
    let mut said: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (_, rule) in rules.iter() {
        for label in &rule.identifier.called {
            let label = label.to_lowercase().replace(['_', '-'], " ");
            let whose = said.entry(label).or_default();
            if !whose.contains(&rule.id.as_str()) {
                whose.push(&rule.id);
            }
        }
    }
    let twice: Vec<String> = said
        .iter()
        .filter(|(_, rules)| rules.len() > 1)
        .map(|(label, rules)| format!("`{label}`: {}", rules.join(", ")))
        .collect();
    assert!(twice.is_empty(), "{} label(s) in more than one rule:\n{}", twice.len(), twice.join("\n"));
}

/// What the program says of a folder with an engine, but for how long it took.
#[cfg(feature = "cli")]
fn said(folder: &Path, engine: &str) -> Vec<String> {
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args([
            "scan",
            "--isolated",
            "--profile",
            "strict",
            "--all",
            "--format",
            "jsonl",
            "--exit-zero",
            "--engine",
            engine,
        ])
        .arg(folder)
        .output()
        .expect("phivet starts");
    let said = String::from_utf8(ran.stdout).expect("UTF-8");
    assert!(ran.status.success() && said.len() > 10_000, "{}", String::from_utf8_lossy(&ran.stderr));
    said.lines().filter(|line| line.contains("\"fingerprint\"")).map(str::to_owned).collect()
}

/// The search by shapes and vector instructions loses nothing: what it says is what the plain one says.
#[cfg(feature = "cli")]
#[test]
fn both_engines_say_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let development = root.join("..").join("shared").join("devbench/detect");
    for folder in [root.join("testdata"), development].iter().filter(|folder| folder.is_dir()) {
        let (fast, plain) = (said(folder, "fast"), said(folder, "plain"));
        let differs = fast.iter().zip(&plain).find(|(fast, plain)| fast != plain);
        assert!(differs.is_none() && fast.len() == plain.len(), "{} and {}: {differs:?}", fast.len(), plain.len());
    }
}
