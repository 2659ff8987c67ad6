//! A change cannot exempt itself: not by what is known or allowed already, not by what hides or frees it.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

mod support;

use std::fs;
use std::process::Command;

use support::Folder;

/// A line with an invented Social Security number.
fn leak(number: u32) -> String {
    format!("patient_ssn = \"612-47-{number}\"\n")
}

fn git(folder: &Folder, arguments: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(&folder.0)
        .output()
        .expect("git starts");
    assert!(done.status.success(), "git {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
}

fn commit(folder: &Folder) {
    git(folder, &["add", "--all", "--force"]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message", "a step"]);
}

/// A repository whose branch `base` knows one finding, and allows another.
fn repository(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::remove_dir_all(folder.0.join(".git")).expect("it is there");
    git(&folder, &["init", "--quiet"]);
    folder.file("known.txt", format!("patient visit\n{}", leak(8801)));
    folder.file("allowed.py", leak(8802).replace('\n', "  # phivet:allow ssn -- made up\n"));
    folder.phivet(&["baseline", "create"]).exits(0);
    folder.file("phivet.yaml", "baseline: .phivet-baseline.jsonl\nexclude: [fx/]\n");
    base(&folder);
    folder
}

/// What is there now is what changes are compared with.
fn base(folder: &Folder) {
    commit(folder);
    git(folder, &["branch", "--force", "base"]);
}

/// Commits what was changed; the exit codes of a scan of all, and of what was added.
fn judged(folder: &Folder) -> [i32; 2] {
    commit(folder);
    let all = folder.phivet(&["scan", ".", "--trusted-config", "base"]);
    [all.code, folder.phivet(&["scan", "--trusted-config", "base", "--diff", "base"]).code]
}

fn append(folder: &Folder, name: &str, text: &str) {
    let old = fs::read_to_string(folder.0.join(name)).unwrap_or_default();
    folder.file(name, old + text);
}

#[test]
fn a_known_finding_that_stays_leaves_no_room_for_a_new_one() {
    let folder = repository("exempt-room");
    assert_eq!(judged(&repository("exempt-same")), [0, 0]);
    append(&folder, "known.txt", &leak(8823));
    assert_eq!(judged(&folder), [1, 1]);
    // The line itself may be moved and written anew.
    let folder = repository("exempt-moved");
    folder.file("known.txt", format!("patient visit\n\n    {}", leak(8801)));
    assert_eq!(judged(&folder), [0, 0]);
    let folder = repository("exempt-renamed");
    git(&folder, &["mv", "known.txt", "other.txt"]);
    assert_eq!(judged(&folder), [0, 0]);
}

#[test]
fn what_is_gone_leaves_no_room_elsewhere() {
    let folder = repository("exempt-gone");
    git(&folder, &["rm", "--quiet", "known.txt"]);
    base(&folder);
    folder.file("new.py", leak(8823));
    assert_eq!(judged(&folder), [1, 1]);
}

#[test]
fn every_push_is_judged_by_what_stays() {
    let folder = repository("exempt-push");
    let remote = Folder::new("exempt-remote");
    git(&remote, &["init", "--quiet", "--bare", "hub.git"]);
    let hub = remote.0.join("hub.git");
    git(&folder, &["remote", "add", "origin", hub.to_str().expect("a path")]);
    git(&folder, &["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    append(&folder, "known.txt", &leak(8823));
    commit(&folder);
    folder.phivet(&["scan", "--history", "base..HEAD"]).exits(1);
}

#[test]
fn an_allowance_is_for_one_value() {
    let folder = repository("exempt-copy");
    append(&folder, "allowed.py", &leak(8823).replace('\n', "  # phivet:allow ssn -- made up\n"));
    assert_eq!(judged(&folder), [1, 1]);
    let folder = repository("exempt-replaced");
    folder.file("allowed.py", leak(8823).replace('\n', "  # phivet:allow ssn -- made up\n"));
    assert_eq!(judged(&folder), [1, 1]);
    let folder = repository("exempt-indented");
    folder.file("allowed.py", leak(8802).replace('\n', "    # phivet:allow ssn -- made up\n"));
    assert_eq!(judged(&folder), [0, 0]);
}

#[test]
fn what_is_tracked_is_not_hidden() {
    let folder = repository("exempt-ignored");
    folder.file("new.txt", leak(8823));
    folder.file(".gitignore", "new.txt\n");
    assert_eq!(judged(&folder), [1, 1]);
    // A stray file that it hides is nobody's concern.
    let folder = repository("exempt-stray");
    folder.file(".gitignore", "stray.txt\n");
    commit(&folder);
    folder.file("stray.txt", leak(8823));
    folder.phivet(&["scan", "."]).exits(0);
}

#[test]
fn what_leaves_an_excluded_folder_is_new() {
    let folder = repository("exempt-excluded");
    folder.file("fx/x.txt", (8810..8819).map(leak).collect::<String>());
    base(&folder);
    git(&folder, &["mv", "fx/x.txt", "x.txt"]);
    assert_eq!(judged(&folder), [1, 1]);
}

#[test]
fn a_baseline_is_a_text_too() {
    let folder = repository("exempt-reason");
    let line = fs::read_to_string(folder.0.join(".phivet-baseline.jsonl")).expect("a baseline");
    append(&folder, ".phivet-baseline.jsonl", &line.replace('}', ",\"reason\":\"patient ssn 612-47-8823\"}"));
    assert_eq!(judged(&folder), [1, 1]);
}

#[test]
fn a_field_is_not_freed_by_the_change_that_prints_it() {
    let folder = repository("exempt-freed");
    folder.file("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n");
    folder.file("src/lib.rs", "pub struct P {\n    pub ssn: String,\n}\n");
    base(&folder);
    let free = "pub struct P {\n    /// phi: none\n    pub ssn: String,\n}\n";
    folder.file("src/lib.rs", format!("{free}fn f(p: &P) {{\n    println!(\"{{}}\", p.ssn);\n}}\n"));
    assert_eq!(judged(&folder), if cfg!(feature = "rust-flow") { [1, 1] } else { [0, 0] });
    folder.file("src/lib.rs", free);
    base(&folder);
    folder.file("src/lib.rs", format!("{free}fn f(p: &P) {{\n    println!(\"{{}}\", p.ssn);\n}}\n"));
    assert_eq!(judged(&folder), [0, 0]);
}

#[test]
fn taking_values_out_never_fails() {
    let folder = repository("exempt-removed");
    let table = "name,ssn,mrn,dob\nJohn Smith,612-47-8823,84830211,1961-03-04\n";
    folder.file("patients.csv", table);
    folder.phivet(&["baseline", "create", "--force"]).exits(0);
    base(&folder);
    folder.file("patients.csv", table.replace("612-47-8823", ""));
    assert_eq!(judged(&folder), [0, 0]);
}

#[test]
fn another_key_is_an_error_and_partial_scans_are_refused() {
    let folder = repository("exempt-key");
    let keyed = |key: &str, arguments: &[&str]| {
        let mut phivet = Command::new(env!("CARGO_BIN_EXE_phivet"));
        let done = phivet.args(arguments).env("PHIVET_KEY", key).current_dir(&folder.0).output();
        done.expect("it starts").status.code()
    };
    let (one, other) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210");
    assert_eq!(keyed(one, &["baseline", "create", "--force"]), Some(0));
    assert_eq!(keyed(one, &["scan", "."]), Some(0));
    assert_eq!(keyed(other, &["scan", "."]), Some(2));
    assert_eq!(keyed(other, &["baseline", "prune"]), Some(2));
    for flags in [["baseline", "prune", "--select", "mrn"], ["baseline", "create", "--force", "--staged"]] {
        folder.phivet(&flags).exits(2).says(&["known findings that it leaves out would be lost"]);
    }
}
