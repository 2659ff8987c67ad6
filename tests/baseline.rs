//! The baseline: what is known stays quiet through moves, renames and reformatting; what is new fails; nobody exempts
//! their own change.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

mod support;

use std::fmt::Write;
use std::fs;
use std::process::Command;

use support::{Folder, Ran};

const CONFIG: &str = "baseline: .phivet-baseline.jsonl\n";

/// A key of the tests.
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// An invented Social Security number.
fn ssn(n: usize) -> String {
    format!("{:03}-{:02}-{:04}", 101 + n * 7 % 550, 11 + n * 13 % 88, 1001 + n * 31 % 8990)
}

fn git(folder: &Folder, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"])
        .args(["-c", "init.defaultBranch=main", "-c", "merge.renames=true"])
        .args(arguments)
        .current_dir(&folder.0)
        .output()
        .expect("git starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {}: {said}", arguments.join(" "));
    said
}

fn repository(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::remove_dir_all(folder.0.join(".git")).expect("it is there");
    git(&folder, &["init", "--quiet"]);
    folder.file("phivet.yaml", CONFIG);
    folder
}

fn commit(folder: &Folder) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "a step"]);
}

/// How many findings are new, and how many known.
fn counts(ran: &Ran) -> (usize, u64) {
    let records = ran.records();
    let summary = &records.last().expect("a summary")["summary"];
    (records.iter().filter(|record| record["rule"].is_string()).count(), summary["known"].as_u64().expect("a number"))
}

fn scan(folder: &Folder) -> (usize, u64) {
    counts(&folder.phivet(&["scan", "--format", "jsonl", "--all", "."]))
}

fn source(from: usize, to: usize) -> String {
    let mut text = String::from("fn patients() -> Vec<Patient> {\n    vec![\n");
    for n in from..to {
        let _ = writeln!(text, "        Patient {{ ward: {n}, ssn: \"{}\", seen: true }},", ssn(n));
    }
    text + "    ]\n}\n"
}

#[test]
fn known_findings_are_quiet_and_new_ones_fail() {
    let folder = repository("baseline-new");
    folder.file("src/patients.rs", source(0, 20)).file("logs/app.log", format!("patient_ssn={}\n", ssn(77)));
    folder.phivet(&["."]).exits(1);
    let made = folder.phivet(&["baseline", "create"]).exits(0);
    assert!(made.out.contains("21 known findings") && made.out.contains("PHIVET_KEY"), "{}", made.out);
    folder.phivet(&["."]).exits(0);
    assert_eq!(scan(&folder), (0, 21));
    // The text of a baseline: sorted, one line a finding, and nothing of any value.
    let text = folder.read(".phivet-baseline.jsonl");
    let mut sorted: Vec<&str> = text.lines().collect();
    sorted.sort_unstable();
    assert_eq!(text.lines().collect::<Vec<_>>(), sorted);
    assert_eq!(sorted.len(), 21);
    assert!((0..20).chain([77]).all(|n| !text.contains(&ssn(n)) && !text.contains(&ssn(n).replace('-', ""))));
    // One more, between the others and of another form than they.
    folder.file("src/patients.rs", source(0, 20).replace("ward: 7,", "ward: 7, mother_ssn: \"536-90-4399\","));
    let ran = folder.phivet(&["scan", "--format", "jsonl", "."]).exits(1);
    assert_eq!(counts(&ran).0, 1, "{}", ran.out);
    folder.phivet(&["scan", ".", "--no-baseline"]).exits(1);
    folder.phivet(&["baseline", "create"]).exits(2).says(&["is there already", "prune"]);
    assert!(folder.phivet(&["baseline", "show"]).exits(0).out.contains("20  ssn  src/patients.rs"));
}

#[test]
fn it_survives_moves_renames_and_reformatting() {
    let folder = repository("baseline-moves");
    folder.file("src/patients.rs", source(0, 30)).file("src/wards.rs", source(30, 40));
    folder.phivet(&["baseline", "create"]).exits(0);
    commit(&folder);
    // Lines move, and are indented otherwise.
    let moved = format!("// A new comment.\n\n\n{}", source(0, 30).replace("        Patient", "\t\tPatient"));
    folder.file("src/patients.rs", &moved);
    assert_eq!(scan(&folder), (0, 40));
    // A formatter breaks lines, and changes blanks and quotes.
    let broken = moved.replace("Patient { ", "Patient {\n        ").replace(", ssn: ", ",\n        ssn:");
    folder.file("src/patients.rs", &broken);
    assert_eq!(scan(&folder), (0, 40));
    // A file gets another name and folder; git knows it or does not.
    fs::create_dir_all(folder.0.join("lib/deep")).expect("a folder");
    fs::rename(folder.0.join("src/wards.rs"), folder.0.join("lib/deep/rooms.rs")).expect("a rename");
    assert_eq!(scan(&folder), (0, 40));
    git(&folder, &["mv", "src/patients.rs", "lib/people.rs"]);
    folder.file("lib/people.rs", broken.replace("seen: true", "seen_at_last: true, bed: 4"));
    git(&folder, &["add", "--all"]);
    assert_eq!(scan(&folder), (0, 40));
    // Pruning writes the new names.
    folder.phivet(&["baseline", "prune"]).exits(0);
    let text = folder.read(".phivet-baseline.jsonl");
    assert!(!text.contains("src/") && text.contains("lib/deep/rooms.rs"), "{text}");
    assert_eq!(scan(&folder), (0, 40));
    // From another folder, and by absolute names.
    let ran = folder.phivet(&["scan", "--format", "jsonl", &folder.0.to_string_lossy()]);
    assert_eq!(counts(&ran), (0, 40));
}

#[test]
fn what_is_removed_is_said_and_pruned() {
    let folder = repository("baseline-prune");
    folder.file("a.rs", source(0, 5)).file("b.rs", source(5, 8));
    folder.phivet(&["baseline", "create", "--reason", "old tests", "--author", "the team"]).exits(0);
    folder.file("a.rs", source(0, 3));
    fs::remove_file(folder.0.join("b.rs")).expect("it was there");
    let ran = folder.phivet(&["scan", "."]).exits(0);
    assert!(ran.out.contains("5 entries of the baseline cover nothing any more"), "{}", ran.out);
    assert!(folder.phivet(&["baseline", "prune"]).exits(0).out.contains("5 entries are taken out, 3 left"));
    assert!(folder.read(".phivet-baseline.jsonl").lines().all(|line| line.contains("\"reason\":\"old tests\"")));
    assert_eq!(scan(&folder), (0, 3));
    // A part that was not scanned loses nothing.
    folder.file("c.rs", source(20, 22));
    folder.phivet(&["baseline", "create", "--force"]).exits(0);
    assert!(folder.phivet(&["baseline", "prune", "c.rs"]).exits(0).out.contains("0 entries are taken out, 5 left"));
}

#[test]
fn under_a_key_a_changed_value_is_new() {
    let folder = repository("baseline-key");
    folder.file("a.rs", source(0, 5));
    let keyed = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_phivet"))
            .args(arguments)
            .env("PHIVET_KEY", KEY)
            .current_dir(&folder.0)
            .output()
            .expect("phivet starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(keyed(&["baseline", "create"]).0, Some(0));
    let text = folder.read(".phivet-baseline.jsonl");
    assert!(text.starts_with("{\"key\":\"") && !text.contains(KEY), "{text}");
    assert!(text.lines().skip(1).all(|line| line.contains("\"seal\":")), "{text}");
    assert_eq!(keyed(&["."]).0, Some(0));
    // The value is known wherever it goes in its file …
    folder.file("a.rs", format!("let first_ssn_of_all: &str = \"{}\";\n{}", ssn(0), source(1, 5)));
    assert_eq!(keyed(&["."]).0, Some(0));
    // … and another one in its place is not; without the key it goes unnoticed, and that is said.
    folder.file("a.rs", source(0, 4) + &source(9, 10));
    let (code, out) = keyed(&["scan", ".", "--format", "jsonl"]);
    assert_eq!((code, out.matches("\"rule\":").count()), (Some(1), 1), "{out}");
    let ran = folder.phivet(&["."]).exits(0);
    assert!(ran.out.contains("PHIVET_KEY is not set"), "{}", ran.out);
    // Keys that are none, or lie where they must not.
    folder.file("key.txt", KEY).file("short.txt", "abc");
    folder.phivet(&[".", "--key-file", "key.txt"]).exits(2).says(&["inside the repository"]);
    let outside = Folder::new("baseline-key-outside");
    fs::remove_dir_all(outside.0.join(".git")).expect("it is there");
    let _ = outside.file("short.txt", "abc");
}

#[test]
fn bad_baselines_are_errors() {
    let folder = repository("baseline-bad");
    folder.file("a.log", "all is well\n");
    folder.phivet(&["scan", ".", "--baseline", "none.jsonl"]).exits(2).says(&["none.jsonl", "no such file"]);
    for (text, says) in [
        ("{\"path\":\"a\"\n", "line 1 is no entry"),
        ("\n{\"path\":\"a\",\"rule\":\"ssn\",\"line\":\"x\",\"form\":\"y\",\"colour\":\"red\"}\n", "line 2"),
        ("{\"path\":\"a\",\"rule\":\"ssn\",\"line\":\"x\",\"form\":\"y\",\"expires\":\"soon\"}\n", "YYYY-MM-DD"),
    ] {
        folder.file(".phivet-baseline.jsonl", text);
        folder.phivet(&["."]).exits(2).says(&[says, ".phivet-baseline.jsonl"]);
    }
    let entry =
        "{\"path\":\"gone\",\"rule\":\"no-such-rule\",\"line\":\"x\",\"form\":\"y\",\"expires\":\"2020-01-01\"}\n";
    folder.file(".phivet-baseline.jsonl", entry);
    let out = folder.phivet(&["."]).exits(0).out;
    assert!(out.contains("expired") && out.contains("rule that this phivet does not have"), "{out}");
    folder.phivet(&["baseline", "create", "--force", "--expires", "31.1.2027"]).exits(2).says(&["YYYY-MM-DD"]);
}

#[test]
fn an_expired_entry_is_new_again() {
    let folder = repository("baseline-expired");
    folder.file("a.rs", source(0, 2));
    folder.phivet(&["baseline", "create", "--expires", "2020-01-31"]).exits(2).says(&["has passed"]);
    folder.phivet(&["baseline", "create", "--expires", "2999-01-31"]).exits(0);
    assert_eq!(scan(&folder), (0, 2));
    let text = folder.read(".phivet-baseline.jsonl");
    folder.file(".phivet-baseline.jsonl", text.replace("2999", "2020"));
    assert_eq!(scan(&folder), (2, 0));
}

/// Two branches that each add known findings merge without a conflict.
#[test]
fn branches_merge() {
    let folder = repository("baseline-merge");
    folder.file(".gitattributes", ".phivet-baseline.jsonl merge=union\n").file("m.rs", source(0, 4));
    folder.phivet(&["baseline", "create"]).exits(0);
    commit(&folder);
    for (branch, file, from) in [("one", "n.rs", 10), ("other", "o.rs", 20)] {
        git(&folder, &["checkout", "--quiet", "-b", branch, "main"]);
        folder.file(file, source(from, from + 3));
        folder.phivet(&["baseline", "create", "--force"]).exits(0);
        commit(&folder);
    }
    git(&folder, &["merge", "--quiet", "--no-edit", "one"]);
    assert_eq!(scan(&folder), (0, 10));
}

#[test]
fn a_change_cannot_exempt_itself() {
    let folder = repository("baseline-trust");
    let allowed = |n: usize| format!("patient_ssn={} # phivet:allow ssn -- made up for tests\n", ssn(n));
    folder.file("old.log", format!("{}\n\npatient_ssn={}\n", allowed(1), ssn(2))).file("keep.rs", source(0, 3));
    folder.phivet(&["baseline", "create"]).exits(0);
    commit(&folder);
    git(&folder, &["branch", "base"]);
    let trusted = |extra: &[&str]| {
        let mut arguments = vec!["scan", ".", "--trusted-config", "base", "--format", "jsonl"];
        arguments.extend_from_slice(extra);
        folder.phivet(&arguments)
    };
    assert_eq!(counts(&trusted(&[]).exits(0)), (0, 4));
    // A new leak, with its own allow comment; then in the baseline; then excluded; then the rule switched off.
    folder.file("new.log", allowed(5));
    folder.phivet(&["."]).exits(0);
    let ran = trusted(&[]).exits(1);
    assert_eq!(counts(&ran), (1, 4));
    assert!(ran.out.contains("allow comments that the trusted revision does not have"), "{}", ran.out);
    folder.file("new.log", format!("patient_ssn={}\n", ssn(5)));
    folder.phivet(&["baseline", "create", "--force"]).exits(0);
    folder.phivet(&["."]).exits(0);
    let ran = trusted(&[]).exits(1);
    assert!(ran.out.contains("1 entry is added to the baseline here"), "{}", ran.out);
    git(&folder, &["checkout", "--quiet", ".phivet-baseline.jsonl"]);
    for config in ["exclude: [new.log]\n", "ignore: [ssn]\n", "fail_on: error\nseverity: {ssn: note}\n", "profle: x\n"]
    {
        folder.file("phivet.yaml", format!("{CONFIG}{config}"));
        let ran = trusted(&[]).exits(1);
        assert!(ran.out.contains("the configuration here is not that of base"), "{}", ran.out);
    }
    git(&folder, &["checkout", "--quiet", "phivet.yaml"]);
    // Taking PHI out never fails, and an allowed line may move to another file.
    fs::remove_file(folder.0.join("new.log")).expect("it was there");
    folder.file("keep.rs", source(0, 1));
    trusted(&[]).exits(0);
    git(&folder, &["mv", "old.log", "older.log"]);
    trusted(&[]).exits(0);
    folder.phivet(&["scan", ".", "--trusted-config", "no-such-branch"]).exits(2).says(&["no commit", "fetch-depth"]);
    folder.phivet(&["scan", ".", "--trusted-config", "--output=x"]).exits(2);
}

/// The sources of a crate that phivet is built with; `None` where cargo keeps them elsewhere.
fn crate_sources() -> Option<std::path::PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))?;
    let registries = fs::read_dir(home.join("registry/src")).ok()?.flatten();
    let crates = registries.flat_map(|registry| fs::read_dir(registry.path()).into_iter().flatten().flatten());
    let mut found: Vec<_> = crates
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("clap_builder-4")))
        .collect();
    found.sort();
    found.pop()
}

fn rust_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => files.extend(rust_files(&path)),
            path if path.extension().is_some_and(|end| end == "rs") => files.push(path),
            _ => {}
        }
    }
    files.sort();
    files
}

/// A real project with fifty identifiers in it: exactly the new one fails; then every file is formatted anew, renamed and
/// moved, and the baseline still holds.
#[test]
fn a_real_project_with_a_past() {
    let Some(sources) = crate_sources() else { return };
    let folder = Folder::new("baseline-real");
    fs::remove_dir_all(folder.0.join(".git")).expect("it is there");
    let copied = Command::new("cp").arg("-r").arg(sources.join("src")).arg(&folder.0).status().expect("cp");
    assert!(copied.success());
    git(&folder, &["init", "--quiet"]);
    commit(&folder);
    assert_eq!(scan(&folder), (0, 0), "it is clean");
    let files = rust_files(&folder.0.join("src"));
    for n in 0..50 {
        let path = &files[n * 7 % files.len()];
        let mut text = fs::read_to_string(path).expect("a file");
        text += &match n % 2 {
            0 => format!("    // patient_ssn: {}, seen at the ward\n", ssn(n)),
            _ => format!(
                "fn f{n}() {{ log(\"patient_ssn={}\", 1, true, \"a text that makes a formatter break lines\"); }}\n",
                ssn(n)
            ),
        };
        fs::write(path, text).expect("a file");
    }
    folder.phivet(&["init"]).exits(0);
    let made = folder.phivet(&["baseline", "create"]).exits(0);
    assert!(made.out.contains("50 known findings"), "{}\n{}", made.out, folder.read(".phivet-baseline.jsonl"));
    commit(&folder);
    assert_eq!(scan(&folder), (0, 50));
    let lib = folder.read("src/lib.rs");
    folder.file("src/lib.rs", format!("{lib}\n// the patient_ssn 536-90-4399 is new\n"));
    let ran = folder.phivet(&["scan", "--format", "jsonl", "."]).exits(1);
    assert_eq!(counts(&ran), (1, 50), "{}", ran.out);
    assert_eq!(ran.records()[0]["path"], "src/lib.rs");
    folder.file("src/lib.rs", lib);
    let format = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "hard_tabs=true,max_width=70"])
        .args(&files)
        .current_dir(&folder.0)
        .output();
    if format.is_ok() {
        let changed = git(&folder, &["diff", "--shortstat"]);
        assert!(changed.contains("files changed"), "rustfmt changed nothing: {changed}");
    }
    assert_eq!(scan(&folder), (0, 50));
    git(&folder, &["mv", "src/builder", "src/maker"]);
    git(&folder, &["mv", "src/parser", "reader"]);
    git(&folder, &["mv", "src/error/mod.rs", "src/error/troubles.rs"]);
    git(&folder, &["add", "--all"]);
    assert_eq!(scan(&folder), (0, 50));
}
