//! The program: exit codes, bad input of every kind, several reports, one order.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts the program

mod support;

use std::fs;
use std::time::{Duration, Instant};

use support::Folder;

/// A line with a finding of severity error under every profile.
const LEAK: &str = "patient_ssn=536-90-4399 diagnosis=E11.9\n";

const FORMATS: [&str; 12] =
    ["full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjsonl", "csv", "markdown", "html"];

#[test]
fn exit_codes() {
    let folder = Folder::new("codes");
    folder.file("leak.log", LEAK).file("clean.log", "all is well\n").file("empty/.gitkeep.d/x", "");
    fs::remove_file(folder.0.join("empty/.gitkeep.d/x")).expect("it was there");
    folder.phivet(&["clean.log"]).exits(0);
    folder.phivet(&["leak.log"]).exits(1);
    folder.phivet(&["leak.log", "--exit-zero"]).exits(0);
    folder.phivet(&["leak.log", "--fail-on", "error"]).exits(1);
    folder.phivet(&["leak.log", "--ignore", "ssn,diagnosis-code", "--fail-on", "error"]).exits(0);
    folder.phivet(&["empty"]).exits(3).says(&["nothing was scanned"]);
    folder.phivet(&[]).exits(2);
    folder.phivet(&["leak.log", "--format", "xml"]).exits(2).says(&["jsonl"]);
    folder.phivet(&["leak.log", "--min-confidence", "2"]).exits(2).says(&["a number from 0 to 1"]);
}

#[cfg(feature = "rust-flow")]
#[test]
fn code_that_does_not_parse_is_told() {
    let folder = Folder::new("broken-code");
    folder.file("a.rs", "pub fn a() {}\n\nfn {{ name }}() {}\n").file("b.rs", "pub fn b() {}\n");
    let told = folder.phivet(&["-v", "a.rs", "b.rs"]).exits(0).says(&["a.rs:3: not parsed as Rust from here on"]);
    assert!(!told.err.contains("b.rs:"), "{}", told.err);
    assert!(!folder.phivet(&["a.rs"]).exits(0).err.contains("not parsed"));
}

#[cfg(feature = "rust-flow")]
#[test]
fn a_safe_edit_is_proposed() {
    let folder = Folder::new("edit");
    let text = "#[derive(Debug)]\npub struct Patient { pub ssn: String }\n\n#[tracing::instrument]\npub fn admit(patient: &Patient) {}\n";
    folder.file("a.rs", text);
    let drawn = folder.phivet(&["a.rs"]).exits(1).out;
    for said in ["Insert `(skip_all)` at 4:22", "#[tracing::instrument]", "here it comes from"] {
        assert!(drawn.contains(said), "{said}: {drawn}");
    }
    let sarif = folder.phivet(&["a.rs", "--format", "sarif"]).exits(1).out;
    assert!(sarif.contains("\"(skip_all)\""), "{sarif}");
}

#[test]
fn severity_decides_what_fails() {
    let folder = Folder::new("severity");
    folder
        .file("leak.log", LEAK)
        .file("phivet.yaml", "severity: {ssn: note, diagnosis-code: note}\nfail_on: warning\n");
    folder.phivet(&["leak.log"]).exits(0);
    folder.phivet(&["leak.log", "--fail-on", "note"]).exits(1);
}

#[test]
fn a_path_that_is_not_there() {
    let folder = Folder::new("missing");
    folder.file("leak.log", LEAK);
    folder.phivet(&["no/such.log"]).exits(2).says(&["no/such.log", "no such file or folder", "check the path"]);
    folder.phivet(&["leak.log", "no/such.log"]).exits(1).says(&["no/such.log"]);
    folder.phivet(&["leak.log", "no/such.log", "--exit-zero"]).exits(2);
    folder.phivet(&["leak.log", "--files-from", "list.txt"]).says(&["list.txt", "no such file"]);
}

#[cfg(unix)]
#[test]
fn what_is_not_read_stands_in_every_format() {
    let folder = Folder::new("skipped");
    folder.file("clean.log", "all is well\n").file("deep/x.log", LEAK);
    let pipe = std::process::Command::new("mkfifo").arg(folder.0.join("pipe")).status().expect("mkfifo");
    assert!(pipe.success());
    std::os::unix::fs::symlink("..", folder.0.join("deep/loop")).expect("a link");
    std::os::unix::fs::symlink("nowhere", folder.0.join("deep/dangling")).expect("a link");
    let started = Instant::now();
    for format in FORMATS {
        let ran = folder.phivet(&["scan", "--format", format, ".", "--max-file-size", "30B"]).exits(0);
        for says in ["pipe", "named pipe", "deep/dangling", "leads nowhere", "deep/x.log", "max-file-size"] {
            assert!(ran.out.contains(says), "{format}: `{says}` is not told:\n{}", ran.out);
        }
        folder.phivet(&["scan", "--format", format, ".", "--strict"]).exits(1);
    }
    folder.phivet(&["pipe", "clean.log", "--strict"]).exits(2);
    folder.phivet(&["pipe", "clean.log"]).exits(0);
    folder.phivet(&["pipe"]).exits(3);
    folder.phivet(&["deep/loop", "--exit-zero"]).exits(0);
    assert!(started.elapsed() < Duration::from_secs(60), "a pipe or a loop held the scan up");
}

#[test]
fn bytes_of_any_kind() {
    let folder = Folder::new("bytes");
    let mut binary = vec![0_u8; 5000];
    binary.extend_from_slice(b"\x7f\x01patient_ssn=536-90-4399\0\0\xff\xfe");
    folder.file("nul.bin", &binary);
    folder.file("invalid.log", b"caf\xe9 \xff\xfe\xc3( patient_ssn=536-90-4399 \xf0\x9f\n");
    folder.file("wide.txt", "patient_ssn=536-90-4399\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let ran = folder.phivet(&["scan", "--format", "jsonl", "--profile", "strict", "."]).exits(1);
    for name in ["nul.bin", "invalid.log", "wide.txt"] {
        assert!(ran.records().iter().any(|r| r["rule"] == "ssn" && r["path"] == name), "{name}:\n{}", ran.out);
    }
}

#[test]
fn deep_and_long_documents_end_in_time() {
    let folder = Folder::new("deep");
    folder.file("deep.json", ["{\"a\":[".repeat(50_000), "]}".repeat(50_000)].concat());
    folder.file("open.json", "[".repeat(100_000) + "\"patient_ssn\": \"536-90-4399\"");
    folder.file("deep.xml", "<a>".repeat(100_000) + LEAK);
    folder.file("long.log", "abcdefg hij ".repeat(50_000_000 / 12) + "é patient_ssn=536-90-4399");
    let started = Instant::now();
    let ran = folder.phivet(&["scan", "--format", "jsonl", "--all", "."]).exits(1);
    assert!(started.elapsed() < Duration::from_secs(120), "{:?} is quadratic", started.elapsed().as_secs());
    let found = |name: &str| ran.records().into_iter().find(|r| r["path"] == name && r["rule"] == "ssn");
    assert!(found("open.json").is_some() && found("deep.xml").is_some(), "{}", ran.out);
    let long = found("long.log").expect("a finding at the end of the line");
    // Columns count UTF-16 units, bytes count `é` twice.
    assert_eq!(long["line"], 1);
    assert_eq!(long["column"].as_u64(), long["start_byte"].as_u64(), "{long}");
}

const RULE: &str = "id: badge
title: Badge number
severity: error
why: It points at one person.
fix: Log an opaque id.
identifier: {kind: other_id, looks: ['BDG-[0-9]{4}'], called: [badge], alone: valid}
examples: {hit: ['badge=BDG-1234'], miss: ['badge=none']}
";

#[test]
fn wrong_rule_files_are_shown_in_place() {
    let unknown = RULE.replace("title:", "titel:");
    let regex = RULE.replace("{4}'", "{4}('");
    let kind = RULE.replace("other_id", "badge_id");
    let check = RULE.replace("alone: valid", "alone: valid, check: no_such_check");
    let laughs = (1..30).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
        text + &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","))
    });
    let deep = "[".repeat(50_000);
    for (name, text, says) in [
        ("unknown", unknown.as_str(), &["titel", "badge.yaml", "CONTRIBUTING.md"][..]),
        ("regex", &regex, &["badge", "BDG-"]),
        ("kind", &kind, &["badge", "`badge_id` is not a kind", "use one of"]),
        ("check", &check, &["badge", "no_such_check"]),
        ("laughs", &laughs, &["badge.yaml"]),
        ("nested", &deep, &["badge.yaml"]),
        ("empty", "", &["badge.yaml"]),
        ("large", &"# ".repeat(1 << 20), &["badge.yaml", "over 1 MiB"]),
    ] {
        let folder = Folder::new(&format!("rule-{name}"));
        folder.file("rules/badge.yaml", text).file("leak.log", LEAK).file("phivet.yaml", "rules: [rules]\n");
        folder.phivet(&["rules", "check", "rules"]).exits(2).says(says);
        let ran = folder.phivet(&["leak.log"]).exits(2).says(says);
        assert!(ran.err.len() < 20_000 && ran.out.is_empty(), "{name}: {} bytes of error", ran.err.len());
    }
    let folder = Folder::new("rule-twice");
    folder.file("rules/a.yaml", RULE).file("rules/b.yaml", RULE);
    folder.phivet(&["rules", "check", "rules"]).exits(2).says(&[
        "badge",
        "stands twice",
        "a.yaml",
        "b.yaml",
        "another id",
    ]);
    folder.phivet(&["rules", "check", "nowhere"]).exits(2).says(&["nowhere", "name a folder of rule files"]);
}

#[test]
fn own_rules_are_proved_and_used() {
    let folder = Folder::new("rule-own");
    folder
        .file("rules/badge.yaml", RULE)
        .file("phivet.yaml", "rules: [rules]\n")
        .file("a.log", "patient badge=BDG-7712\n");
    folder.phivet(&["explain", "badge"]).exits(0);
    let ran = folder.phivet(&["scan", "--format", "jsonl", "--profile", "strict", "a.log"]).exits(1);
    assert!(ran.records().iter().any(|r| r["rule"] == "badge"), "{}", ran.out);
    folder.file("rules/badge.yaml", RULE.replace("badge=none", "badge=BDG-1111"));
    let ran = folder.phivet(&["rules", "check", "rules"]).exits(2);
    assert!(ran.out.contains("badge: reports its `miss` example 1"), "{}", ran.out);
    assert!(!ran.out.contains("costs"), "{}", ran.out);
    let words = RULE.replace("['BDG-[0-9]{4}']", "['BDG-[0-9]{4}', '[a-z]{5,}']").replace("badge=none", "no=1");
    folder.file("rules/badge.yaml", words);
    let ran = folder.phivet(&["rules", "check", "rules"]);
    assert!(ran.out.contains("badge: pattern 2 of `looks` costs"), "{}", ran.out);
}

#[test]
fn wrong_configurations_are_shown_in_place() {
    for (text, says) in [
        ("exclude: 3\n", &["phivet.yaml", "invalid type", "config schema"][..]),
        ("profle: strict\n", &["phivet.yaml", "unknown field `profle`", "config schema"]),
        ("profile: loose\n", &["phivet.yaml", "unknown variant `loose`", "safe-harbor"]),
        ("ignore: [snn]\n", &["phivet.yaml", "no rule `snn`", "did you mean `ssn`?"]),
        ("paths: [{path: '{a', exclude: true}]\n", &["phivet.yaml", ".gitignore"]),
        ("rules: [nowhere]\n", &["nowhere", "name a folder of rule files"]),
    ] {
        let folder = Folder::new("config");
        folder.file("phivet.yaml", text).file("leak.log", LEAK);
        folder.phivet(&["leak.log"]).exits(2).says(says);
        folder.phivet(&["leak.log", "--isolated"]).exits(1);
    }
    let folder = Folder::new("config-named");
    folder.file("leak.log", LEAK);
    folder.phivet(&["leak.log", "--config", "other.yaml"]).exits(2).says(&["other.yaml", "--isolated"]);
}

#[test]
fn mistyped_rules_are_suggested() {
    let folder = Folder::new("mistyped");
    folder.file("leak.log", LEAK);
    folder
        .phivet(&["explain", "date-of-brith"])
        .exits(2)
        .says(&["no rule `date-of-brith`", "did you mean `date-of-birth`?"]);
    folder.phivet(&["leak.log", "--ignore", "snn"]).exits(2).says(&["did you mean `ssn`?"]);
    folder.phivet(&["leak.log", "--select", "zzzzzz"]).exits(2).says(&["`phivet rules list` names all rules"]);
}

#[test]
fn several_reports_of_one_scan() {
    let folder = Folder::new("outputs");
    folder.file("leak.log", LEAK);
    let files: Vec<String> = FORMATS.iter().map(|format| format!("--output={format}=out.{format}")).collect();
    let mut arguments = vec!["scan", "--no-progress", "."];
    arguments.extend(files.iter().map(String::as_str));
    for _ in 0..2 {
        // The second time the reports of the first lie in the folder.
        folder.phivet(&arguments).exits(1);
    }
    for format in FORMATS {
        let alone = folder.phivet(&["scan", "--format", format, "leak.log"]).exits(1);
        let written = folder.read(&format!("out.{format}"));
        let same = |text: &str| text.replace("leak.log", "").len();
        assert!(format == "sarif" || same(&alone.out) == same(&written), "{format}:\n{written}");
        assert!(!written.contains('\u{1b}'), "{format} has colours in a file");
    }
    folder
        .phivet(&["leak.log", "--output", "sarif=no/such/folder.sarif"])
        .exits(2)
        .says(&["cannot write", "name a place"]);
    folder.phivet(&["leak.log", "--output", "pdf=x"]).exits(2).says(&["the format is one of"]);
}

#[test]
fn standard_input() {
    let folder = Folder::new("stdin");
    let ran = folder.phivet_on(&["scan", "--format", "jsonl", "-"], LEAK.as_bytes()).exits(1);
    assert_eq!(ran.records()[0]["path"], "<stdin>");
    let ran = folder.phivet_on(&["scan", "--format", "jsonl", "-", "--stdin-filename", "src/a.log"], LEAK.as_bytes());
    assert_eq!(ran.exits(1).records()[0]["path"], "src/a.log");
    folder.file("a.log", LEAK).file("b.log", LEAK);
    let ran = folder.phivet_on(&["scan", "--format", "concise", "--files-from", "-"], b"a.log\0b.log").exits(1);
    assert!(ran.out.contains("a.log:1") && ran.out.contains("b.log:1"), "{}", ran.out);
    folder.phivet_on(&["-", "--files-from", "-"], b"").exits(2).says(&["cannot be both"]);
}

#[test]
fn rules_and_configuration_are_told() {
    let folder = Folder::new("told");
    let ran = folder.phivet(&["explain", "ssn"]).exits(0);
    for says in ["Social Security", "164.514(b)(2)(i)", "Why", "Instead", "phivet:allow ssn"] {
        assert!(ran.out.contains(says), "{says}:\n{}", ran.out);
    }
    let ran = folder.phivet(&["rules", "list"]).exits(0);
    let letters: std::collections::BTreeSet<char> = ran.out.lines().filter_map(|line| line.chars().next()).collect();
    assert!(('A'..='R').all(|letter| letters.contains(&letter)), "{}", ran.out);
    let ran = folder.phivet(&["rules", "list", "--format", "json"]).exits(0);
    let rows: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert!(rows.as_array().is_some_and(|rows| rows.iter().all(|row| row["title"].is_string())));
    let ran = folder.phivet(&["config", "schema"]).exits(0);
    let schema: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert!(jsonschema::meta::is_valid(&schema));
    let ran = folder.file("phivet.yaml", "profile: strict\n").phivet(&["config", "show"]).exits(0);
    assert!(ran.out.contains("profile: strict") && ran.out.contains("phivet.yaml"), "{}", ran.out);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = Folder::new("threads");
    for n in 0..60 {
        let lines = [1, 40, 3000][n % 3];
        let line = |k: usize| format!("{k} patient_ssn=536-{:02}-4399 note\n", 10 + (n * k) % 89);
        folder.file(&format!("d{}/f{n}.log", n % 7), (0..lines).map(line).collect::<String>());
    }
    folder.file(
        "big.log",
        (0..80_000).map(|k| format!("{k} mrn={:08} all is well here\n", k * 1237)).collect::<String>(),
    );
    for all in [&["--all"][..], &[]] {
        let one = folder.phivet(&[&["scan", "--format", "jsonl", ".", "-j1"], all].concat()).exits(1);
        let eight = folder.phivet(&[&["scan", "--format", "jsonl", ".", "-j8"], all].concat()).exits(1);
        assert!(one.out == eight.out, "one thread and eight do not write the same");
    }
}

/// A flow's steps stand in several files: each one's name is masked by what stands in it.
#[cfg(feature = "rust-flow")]
#[test]
fn names_in_the_steps_of_a_flow_are_masked_by_themselves() {
    let folder = Folder::new("flow-names");
    folder.file("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    folder.file(
        "src/lib.rs",
        "#[path = \"mrn LN4410927.rs\"]\npub mod held;\npub struct Patient {\n    pub ssn: String,\n}\npub fn number(patient: \
         &Patient) -> String {\n    patient.ssn.clone()\n}\n",
    );
    folder.file(
        "src/mrn LN4410927.rs",
        "pub fn admit(patient: &crate::Patient) {\n    tracing::info!(\"admitted {}\", crate::number(patient));\n}\n",
    );
    let ran = folder.phivet(&["scan", "--isolated", "--exit-zero", "--format", "json", "src"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let flow = findings.iter().find(|finding| finding["rule"] == "phi-in-tracing").expect("a flow");
    let steps: Vec<&str> = flow["trail"].as_array().into_iter().flatten().filter_map(|s| s["path"].as_str()).collect();
    assert_eq!(steps, ["src/lib.rs", "src/mrn xx0000000.rs"]);
}
