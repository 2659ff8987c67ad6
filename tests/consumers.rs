//! Reports as others read them: junitparser, sarif-tools, Python's csv; and what GitLab and reviewdog ask of theirs.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

mod support;
#[path = "support/tools.rs"]
mod tools;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::Folder;
use tools::root;

/// A report on the clinic, with everything in it.
fn clinic(format: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["scan", "--isolated", "--profile", "strict", "--all", "--quiet", "--format", format, "testdata/clinic"])
        .current_dir(root())
        .output()
        .expect("phivet starts");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn findings() -> usize {
    clinic("jsonl").lines().filter(|line| line.starts_with("{\"rule\":")).count()
}

fn said(program: &Path, arguments: &[&str], folder: &Folder) -> String {
    let output = Command::new(program).args(arguments).current_dir(&folder.0).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn gitlab_gets_what_it_asks_for() {
    let report: Value = serde_json::from_str(&clinic("gitlab")).expect("JSON");
    let issues = report.as_array().expect("an array");
    assert_eq!(issues.len(), findings());
    let mut fingerprints = BTreeSet::new();
    for issue in issues {
        let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        assert!(text(&issue["description"]) && text(&issue["check_name"]), "{issue}");
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().expect("a text"))
        );
        let path = issue["location"]["path"].as_str().expect("a path");
        assert!(path.starts_with("testdata/clinic/"), "{path}");
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0));
        assert!(
            fingerprints.insert(issue["fingerprint"].as_str().expect("a text").to_owned()),
            "{issue} is there twice"
        );
    }
}

#[test]
fn reviewdog_gets_what_it_asks_for() {
    let report = clinic("rdjsonl");
    assert_eq!(report.lines().count(), findings());
    for line in report.lines() {
        let one: Value = serde_json::from_str(line).expect("JSON");
        assert!(one["message"].is_string() && one["location"]["path"].is_string(), "{line}");
        assert!(one["location"]["range"]["start"]["line"].as_u64().is_some_and(|line| line > 0));
        assert!(["ERROR", "WARNING", "INFO"].contains(&one["severity"].as_str().expect("a text")));
        assert!(one["code"]["value"].is_string() && one["source"]["name"] == "phivet");
    }
}

#[test]
fn python_reads_junit_and_csv() {
    if tools::offline() {
        return;
    }
    let python = tools::python("consumers", &["junitparser", "sarif-tools"]).join("python");
    let folder = Folder::new("consumers-python");
    folder.file("r.xml", clinic("junit")).file("r.csv", clinic("csv"));
    let script = "import csv, sys, junitparser\n\
        xml = junitparser.JUnitXml.fromfile('r.xml')\n\
        cases = [case for suite in xml for case in suite]\n\
        failed = [case for case in cases if any(isinstance(one, junitparser.Failure) for one in case.result)]\n\
        assert xml.tests == len(cases) and xml.failures == len(failed), (xml.tests, len(cases), xml.failures, len(failed))\n\
        rows = list(csv.DictReader(open('r.csv', newline='')))\n\
        assert all(None not in row and None not in row.values() for row in rows)\n\
        assert sum(row['severity'] in ('error', 'warning') for row in rows) == len(failed)\n\
        print(len(cases) - 1, len(rows))\n";
    let all = findings();
    assert_eq!(said(&python, &["-c", script], &folder).trim(), format!("{all} {all}"));
}

#[test]
fn sarif_tools_summarises_compares_and_converts() {
    if tools::offline() {
        return;
    }
    let sarif = tools::python("consumers", &["junitparser", "sarif-tools"]).join("sarif");
    let folder = Folder::new("consumers-sarif");
    let report = clinic("sarif");
    let parsed: Value = serde_json::from_str(&report).expect("JSON");
    let mut fewer = parsed;
    fewer["runs"][0]["results"].as_array_mut().expect("results").retain(|result| result["ruleId"] != "ssn");
    folder.file("all.sarif", &report).file("fewer.sarif", fewer.to_string());
    let summary = said(&sarif, &["summary", "all.sarif"], &folder);
    assert!(summary.contains("Social Security number") && summary.contains("error: "), "{summary}");
    let difference = said(&sarif, &["diff", "fewer.sarif", "all.sarif"], &folder);
    assert!(difference.contains("Social Security number"), "{difference}");
    said(&sarif, &["csv", "--output", "all.csv", "all.sarif"], &folder);
    assert!(folder.read("all.csv").lines().count() > findings());
    said(&sarif, &["html", "--output", "all.html", "all.sarif"], &folder);
    said(&sarif, &["codeclimate", "--output", "all.json", "all.sarif"], &folder);
}
