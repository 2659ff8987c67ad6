//! Git: the index and not the work tree, only what was added, all of history with the commit that brought it in.
#![allow(clippy::disallowed_methods)] // it makes repositories

#[path = "support/history.rs"]
mod history;

use std::path::Path;
use std::process::{Command, Stdio};

use history::{Repository, git};
use serde_json::Value;

const SSN: &str = "patient_ssn=536-90-4399 diagnosis=E11.9\n";
const OTHER: &str = "patient_ssn=529-41-7730 diagnosis=I10\n";

struct Ran {
    code: i32,
    records: Vec<Value>,
    err: String,
}

/// Runs phivet as JSON Lines, in a folder, with this standard input and environment.
fn run(folder: &Path, arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["scan", "--format", "jsonl", "--all"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("phivet starts");
    use std::io::Write;
    drop(child.stdin.take().expect("a pipe").write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("phivet ends");
    let out = String::from_utf8(output.stdout).expect("UTF-8");
    for value in ["536-90-4399", "529-41-7730"] {
        assert!(!out.contains(value), "a value is shown");
    }
    let records = out.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    Ran { code: output.status.code().unwrap_or(-1), records, err: String::from_utf8_lossy(&output.stderr).into_owned() }
}

impl Ran {
    /// Paths and lines of findings of SSNs.
    fn places(&self) -> Vec<String> {
        let ssn = self.records.iter().filter(|record| record["rule"] == "ssn");
        ssn.map(|record| format!("{}:{}", record["path"].as_str().expect("a path"), record["line"])).collect()
    }

    fn skipped(&self) -> Vec<String> {
        let skipped = self.records.iter().filter(|record| record["skipped"].is_string());
        skipped.map(|record| format!("{}: {}", record["skipped"].as_str().expect("a name"), record["reason"])).collect()
    }

    fn finding(&self, path: &str) -> &Value {
        self.records
            .iter()
            .find(|record| record["path"] == path)
            .unwrap_or_else(|| panic!("nothing in {path}: {}", self.err))
    }
}

/// A value that is handed to another file, and logged there: only together they show it.
#[cfg(feature = "rust-flow")]
#[test]
fn staged_code_is_seen_in_its_workspace() {
    let repository = Repository::new("git-flows", &[]);
    let folder = repository.0.as_path();
    repository
        .file("Cargo.toml", "[package]\nname = \"clinic\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")
        .file("src/lib.rs", "pub mod model;\npub mod service;\n")
        .file("src/model.rs", "#[derive(Debug)]\npub struct Patient { pub ssn: String }\n")
        .file("src/service.rs", "");
    repository.git(&["add", "."]);
    repository.git(&["commit", "-qm", "a"]);
    let logs = "use crate::model::Patient;\npub fn admit(who: &Patient) {\n    log::info!(\"{who:?}\");\n}\n";
    repository.file("src/service.rs", logs);
    repository.git(&["add", "."]);
    // The index counts, not the work tree.
    repository.file("src/service.rs", "");
    for arguments in [&["--staged"][..], &["--diff", "HEAD", "--staged"]] {
        let ran = run(folder, arguments, "", &[]);
        let places: Vec<_> = ran.records.iter().filter(|record| record["rule"] == "phi-in-log").collect();
        assert_eq!((ran.code, places.len()), (1, 1), "{arguments:?}: {}", ran.err);
        assert_eq!((&places[0]["path"], &places[0]["line"]), (&"src/service.rs".into(), &3.into()));
    }
    assert!(run(folder, &["--diff", "HEAD"], "", &[]).records.iter().all(|record| record["rule"] != "phi-in-log"));
}

#[test]
fn staged_is_the_index() {
    let repository = Repository::new("git-staged", &[]);
    let folder = repository.0.as_path();
    // Before the first commit, too.
    repository.file("a.log", SSN).file("clean.txt", "hello\n");
    repository.git(&["add", "a.log"]);
    repository.file("a.log", "nothing\n").file("b.log", SSN);
    let ran = run(folder, &["--staged"], "", &[]);
    assert_eq!((ran.code, ran.places()), (1, vec!["a.log:1".to_owned()]));
    // The other way round: clean in the index, not in the work tree.
    repository.git(&["add", "a.log"]);
    repository.file("a.log", SSN);
    let ran = run(folder, &["--staged"], "", &[]);
    assert_eq!((ran.code, ran.places().len()), (0, 0), "{}", ran.err);
    repository.commit("all", 1);
    // Nothing staged, or only a deletion, is clean.
    assert_eq!(run(folder, &["--staged"], "", &[]).code, 0);
    repository.git(&["rm", "--quiet", "b.log"]);
    assert_eq!(run(folder, &["--staged"], "", &[]).code, 0);
    // A path that is named is read from the index whether or not it differs; one that is not there is told.
    let ran = run(folder, &["--staged", "a.log", "gone.log"], "", &[]);
    assert_eq!(ran.places(), ["a.log:1"]);
    assert_eq!(ran.skipped().len(), 1, "{:?}", ran.skipped());
}

#[test]
fn a_commit_is_judged_by_its_index() {
    let repository = Repository::new("git-hook", &[]);
    let folder = repository.0.as_path();
    let hook = format!("#!/bin/sh\nexec '{}' scan --staged --format concise\n", env!("CARGO_BIN_EXE_phivet"));
    repository.file(".git/hooks/pre-commit", hook);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.join(".git/hooks/pre-commit"), mode).expect("a mode");
    }
    let commit = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=S", "-c", "user.email=s@example.org", "commit", "--quiet", "-m", "x"]);
        command.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.output().expect("git ends").status.success()
    };
    repository.file("a.log", "clean\n").file("b.log", "clean\n");
    repository.git(&["add", "."]);
    repository.file("a.log", SSN);
    assert!(commit(&[]), "the index is clean");
    repository.file("b.log", "other\n");
    // `commit -o` and `commit -a` use another index than .git/index.
    assert!(commit(&["-o", "b.log"]), "only b.log is committed");
    assert!(!commit(&["-a"]), "-a stages a.log");
    repository.git(&["add", "a.log"]);
    repository.file("a.log", "clean\n");
    assert!(!commit(&[]), "the index holds a value");
}

#[test]
fn a_diff_is_what_was_added() {
    let repository = Repository::new("git-diff", &[]);
    let folder = repository.0.as_path();
    let old: String = (0..200).map(|n| format!("line {n}\n")).collect();
    repository.file("a.log", format!("{SSN}{old}")).file("moved/b.log", format!("{old}{SSN}"));
    let base = repository.commit("base", 1);
    repository.git(&["checkout", "--quiet", "-b", "feature"]);
    repository.file("a.log", format!("{SSN}{old}{OTHER}"));
    repository.git(&["mv", "moved/b.log", "c.log"]);
    repository.file("new.log", format!("x\n{SSN}"));
    repository.commit("feature", 2);
    // What the base branch has done since is not ours.
    repository.git(&["checkout", "--quiet", "main"]);
    repository.file("a.log", &old);
    repository.commit("main goes on", 3);
    repository.git(&["checkout", "--quiet", "feature"]);
    for arguments in [&["--diff", "main"] as &[&str], &["--diff", "main...feature"], &["--diff", &format!("{base}..")]]
    {
        assert_eq!(run(folder, arguments, "", &[]).places(), ["a.log:202", "new.log:2"], "{arguments:?}");
    }
    // Uncommitted lines count; with --staged only those in the index.
    repository.file("c.log", format!("{old}{SSN}{OTHER}"));
    assert_eq!(run(folder, &["--diff", "HEAD"], "", &[]).places(), ["c.log:202"]);
    assert!(run(folder, &["--diff", "HEAD", "--staged"], "", &[]).places().is_empty());
    repository.git(&["add", "."]);
    assert_eq!(run(folder, &["--diff", "HEAD", "--staged"], "", &[]).places(), ["c.log:202"]);
    assert!(run(folder, &["--diff", "HEAD", "new.log"], "", &[]).places().is_empty());
    // From a folder below, names are as seen from there.
    std::fs::create_dir_all(folder.join("deep/er")).expect("a folder");
    assert_eq!(run(&folder.join("deep/er"), &["--diff", "HEAD"], "", &[]).places(), ["../../c.log:202"]);
    let ran = run(folder, &["--diff", "nowhere"], "", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nowhere"), "{}", ran.err);
}

#[test]
fn history_knows_who_brought_it_in() {
    let repository = Repository::new("git-history", &[]);
    let folder = repository.0.as_path();
    repository.file("kept.log", format!("start\n{SSN}"));
    let first = repository.commit("first", 1);
    repository.file("gone.log", OTHER).file("kept.log", format!("start\nmore\n{SSN}"));
    let second = repository.commit("second", 11);
    repository.git(&["rm", "--quiet", "gone.log"]);
    let third = repository.commit("third", 16);
    let ran = run(folder, &["--history"], "", &[]);
    assert_eq!(ran.places(), ["gone.log:1", "kept.log:2"], "{}", ran.err);
    let gone = &ran.finding("gone.log")["exposure"];
    assert_eq!((gone["commit"].as_str(), gone["in_head"].as_bool()), (Some(second.as_str()), Some(false)));
    assert_eq!((gone["gone"][0].as_str(), gone["days"].as_i64()), (Some(third.as_str()), Some(5)));
    assert_eq!(gone["authored"], 1_704_067_200 + 11 * 86_400);
    let kept = &ran.finding("kept.log")["exposure"];
    assert_eq!((kept["commit"].as_str(), kept["in_head"].as_bool()), (Some(first.as_str()), Some(true)));
    assert!(kept["days"].as_i64().is_some_and(|days| days > 300));
    // A range, and a path.
    assert_eq!(run(folder, &["--history", &format!("{first}..{second}")], "", &[]).places(), ["gone.log:1"]);
    assert_eq!(run(folder, &["--history=", "kept.log"], "", &[]).places(), ["kept.log:2"]);
    assert_eq!(run(folder, &["--history", "no/such"], "", &[]).code, 2);
}

#[test]
fn history_has_more_than_files() {
    let repository = Repository::new("git-also", &[]);
    let folder = repository.0.as_path();
    repository.file("a.txt", "clean\n");
    repository.commit("start", 1);
    repository.file("amended.log", SSN);
    let amended = repository.commit("oops", 2);
    repository.file("amended.log", "clean now\n");
    repository.git(&["add", "."]);
    repository.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    repository.file("stashed.log", format!("stashed: {SSN}"));
    repository.git(&["stash", "push", "--quiet", "--include-untracked"]);
    let said = repository.commit(&format!("Fix\n\n{OTHER}"), 3);
    repository.file("never.log", format!("never: {OTHER}"));
    let never = repository.git(&["hash-object", "-w", "never.log"]);
    repository.git(&["tag", "--annotate", "v1", "--message", &format!("release\n\n{SSN}")]);
    repository.git(&["notes", "add", "-m", OTHER]);
    repository.git(&["branch", "fix-patient_ssn=536-90-4399-diabetes"]);
    assert!(run(folder, &["--history"], "", &[]).places().is_empty());
    let only = |what: &str| run(folder, &["--history", "--also", what], "", &[]).places();
    assert_eq!(only("stashes"), ["stashed.log:1"]);
    assert_eq!(only("notes").len(), 1);
    let mut messages = only("messages");
    messages.sort();
    assert_eq!(messages, [format!("{}/COMMIT_EDITMSG:3", &said[..12]), "refs/tags/v1/TAG_EDITMSG:3".to_owned()]);
    assert_eq!(only("refs").len(), 1);
    let ran = run(folder, &["--history", "--also", "all"], "", &[]);
    assert_eq!(ran.finding("amended.log")["exposure"]["commit"].as_str(), Some(amended.as_str()));
    assert_eq!(ran.finding(&format!("blob {}", &never[..12]))["rule"], "ssn");
    assert_eq!(ran.places().len(), 7, "{:?}", ran.places());
    assert_eq!(run(folder, &["--also", "refs"], "", &[]).code, 2);
}

#[test]
fn a_push_is_what_the_remote_lacks() {
    let remote = Repository::new("git-remote", &["--bare"]);
    let repository = Repository::new("git-push", &[]);
    let folder = repository.0.as_path();
    repository.file("old.log", SSN);
    let old = repository.commit("old", 1);
    repository.git(&["remote", "add", "origin", remote.0.to_str().expect("UTF-8")]);
    repository.git(&["push", "--quiet", "origin", "main"]);
    repository.file("new.log", OTHER);
    let new = repository.commit("new", 2);
    repository.git(&["rm", "--quiet", "new.log"]);
    let tip = repository.commit("removed again, but pushed all the same", 3);
    let zero = "0".repeat(40);
    let line = format!("refs/heads/main {tip} refs/heads/main {old}\n");
    let branch = format!("refs/heads/f {new} refs/heads/f {zero}\n");
    let deletion = format!("(delete) {zero} refs/heads/f {old}\n");
    let push = ["--pre-push", "origin", "somewhere"];
    assert_eq!(run(folder, &push, &line, &[]).places(), ["new.log:1"]);
    assert_eq!(run(folder, &push, &branch, &[]).places(), ["new.log:1"]);
    assert_eq!(run(folder, &push, &deletion, &[]).code, 0);
    assert_eq!(run(folder, &push, "", &[]).code, 0);
    assert_eq!(run(folder, &push, "what is this\n", &[]).code, 2);
    let environment = [("PRE_COMMIT_FROM_REF", old.as_str()), ("PRE_COMMIT_TO_REF", tip.as_str())];
    assert_eq!(run(folder, &["--pre-push"], "", &environment).places(), ["new.log:1"]);
}

#[test]
fn repositories_of_all_kinds() {
    // SHA-256, packed and loose; odd names; a bare clone; a worktree; a shallow one; a partial one; a submodule; LFS.
    let repository = Repository::new("git-kinds", &["--object-format=sha256"]);
    repository.file("a b\t\"c\"é.log", SSN).file("-x.log", OTHER);
    repository.file("big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    repository.commit("first", 1);
    repository.git(&["gc", "--quiet"]);
    repository.file("late.log", format!("again: {SSN}"));
    repository.commit("second", 2);
    let ran = run(&repository.0, &["--history"], "", &[]);
    assert_eq!(ran.places().len(), 3, "{:?}", ran.places());
    assert!(ran.skipped().iter().any(|skipped| skipped.starts_with("big.bin: ") && skipped.contains("LFS")));
    let tree = Repository::new("git-worktree", &[]);
    repository.git(&["worktree", "add", "--quiet", "--force", tree.0.join("w").to_str().expect("UTF-8")]);
    assert_eq!(run(&tree.0.join("w"), &["--history"], "", &[]).places().len(), 3);

    let origin = Repository::new("git-origin", &[]);
    for number in 0..4 {
        origin.file(&format!("f{number}.log"), format!("{number}: {SSN}"));
        origin.commit("more", number);
    }
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let clones = Repository::new("git-clones", &[]);
    let url = format!("file://{}", origin.0.display());
    for (name, options) in [
        ("bare", &["--bare"] as &[&str]),
        ("shallow", &["--depth=1"]),
        ("partial", &["--filter=blob:none", "--no-checkout"]),
    ] {
        let arguments = [&["clone", "--quiet"], options, &[url.as_str(), name]].concat();
        git(&clones.0, &arguments, b"");
        let ran = run(&clones.0.join(name), &["--history"], "", &[]);
        let (places, skipped) = (ran.places().len(), ran.skipped());
        match name {
            "bare" => assert_eq!((places, skipped.len()), (4, 0)),
            // All files stand in the one commit that there is.
            "shallow" => assert!(places == 4 && skipped.len() == 1 && skipped[0].contains("shallow"), "{skipped:?}"),
            _ => assert!(
                places == 0 && !skipped.is_empty() && skipped.iter().all(|s| s.contains("clone")),
                "{skipped:?}"
            ),
        }
    }
    let outer = Repository::new("git-outer", &[]);
    outer.git(&["submodule", "--quiet", "add", &url, "inner"]);
    let ran = run(&outer.0, &["--staged"], "", &[]);
    assert!(ran.skipped().iter().any(|skipped| skipped.starts_with("inner: \"a submodule")), "{:?}", ran.skipped());
    let ran = run(&outer.0, &["--staged"], "", &[("GIT_DIR", "/nonexistent")]);
    assert_eq!(ran.code, 2);
}

#[test]
fn a_long_history_loses_nothing() {
    let repository = Repository::new("git-long", &[]);
    let (stream, plants) = history::stream(1_500, 100);
    git(&repository.0, &["fast-import", "--quiet", "--export-marks=.git/marks"], &stream);
    repository.git(&["repack", "-adfq"]);
    let marks = std::fs::read_to_string(repository.0.join(".git/marks")).expect("marks");
    let ids: std::collections::HashMap<usize, &str> = marks
        .lines()
        .filter_map(|line| line.strip_prefix(':')?.split_once(' '))
        .map(|(n, id)| (n.parse().expect("a number"), id))
        .collect();
    let one = run(&repository.0, &["--history", "--threads", "1"], "", &[]);
    assert_eq!(one.places().len(), plants.len());
    for plant in &plants {
        let exposure = &one.finding(&plant.path)["exposure"];
        assert_eq!(exposure["commit"].as_str(), Some(ids[&plant.commit]), "{}", plant.number);
        assert_eq!(exposure["in_head"].as_bool(), Some(plant.stays), "{}", plant.number);
    }
    assert_eq!(run(&repository.0, &["--history", "--threads", "3"], "", &[]).records, one.records);
}
