//! What somebody does first: init, doctor, completions, manual pages, and words that are mistyped.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

mod support;

use std::process::Command;

use support::Folder;

const LEAK: &str = "patient_ssn=536-90-4399 diagnosis=E11.9\n";

fn git(folder: &Folder, arguments: &[&str]) -> (bool, String) {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_phivet")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("git")
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(&folder.0)
        .env("PATH", path)
        .output()
        .expect("git starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

fn repository(name: &str) -> Folder {
    let folder = Folder::new(name);
    std::fs::remove_dir_all(folder.0.join(".git")).expect("it is there");
    assert!(git(&folder, &["init", "--quiet"]).0);
    folder
}

/// From nothing to a blocked commit, on a repository with a past.
#[test]
fn init_baseline_and_a_blocked_commit() {
    let folder = repository("first-init");
    folder.file("logs/old.log", LEAK).file("fixtures/people.csv", "name,ssn\n").file("vendor/lib.js", "");
    let made = folder.phivet(&["init", "--hook", "--workflow"]).exits(0);
    assert!(made.out.contains("phivet baseline create"), "{}", made.out);
    let text = folder.read("phivet.yaml");
    for says in ["baseline: .phivet-baseline.jsonl", "path: fixtures/", "path: logs/", "[vendor/]"] {
        assert!(text.contains(says), "`{says}` is not in\n{text}");
    }
    // What it shows can be said: without their marks the comments are a configuration.
    let shown: String = text
        .lines()
        .filter_map(|line| {
            let line = line.strip_prefix("# ").or_else(|| line.strip_prefix('#')).unwrap_or(line);
            let is_setting = line.starts_with(' ')
                || line
                    .split(':')
                    .next()
                    .is_some_and(|key| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            (is_setting && !line.starts_with("yaml-language-server") && !line.starts_with("default:"))
                .then(|| format!("{line}\n"))
        })
        .collect();
    folder.file("shown.yaml", &shown);
    folder.phivet(&["config", "show", "--config", "shown.yaml"]).exits(0);
    folder.phivet(&["baseline", "create"]).exits(0);
    folder.phivet(&["."]).exits(0);
    assert!(git(&folder, &["add", "--all"]).0);
    let (done, text) = git(&folder, &["commit", "--message", "phivet"]);
    assert!(done, "{text}");
    folder.file("logs/new.log", LEAK.replace("536-90-4399", "527-31-8846"));
    assert!(git(&folder, &["add", "--all"]).0);
    let (done, text) = git(&folder, &["commit", "--message", "a leak"]);
    assert!(!done && text.contains("logs/new.log:1:13") && !text.contains("8846"), "{text}");
    folder.phivet(&["init"]).exits(2).says(&["phivet.yaml is there already", "--force"]);
    folder.phivet(&["init", "--force"]).exits(0);
}

#[test]
fn the_doctor_finds_what_lies_about() {
    let folder = repository("first-doctor");
    folder
        .file("heap.hprof", "")
        .file(".env.staging", "A=b\n")
        .file("server.log", "x\n")
        .file("phivet.yaml", "profle: x\n");
    let home = Folder::new("first-doctor-home");
    home.file("cache/pre-commit/patch1700000000-1", LEAK);
    let doctor = || {
        let output = Command::new(env!("CARGO_BIN_EXE_phivet"))
            .arg("doctor")
            .current_dir(&folder.0)
            .env("XDG_CACHE_HOME", home.0.join("cache"))
            .env_remove("PRE_COMMIT_HOME")
            .env_remove("PREK_HOME")
            .output()
            .expect("phivet starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, out) = doctor();
    assert_eq!(code, Some(1), "{out}");
    for says in
        ["heap.hprof", ".env.staging", "server.log", "profle", "1 patch file lies", "nothing scans what is committed"]
    {
        assert!(out.contains(says), "`{says}` is not said:\n{out}");
    }
    folder.file(".gitignore", "*.hprof\n.env*\n*.log\n").file("phivet.yaml", "profile: strict\n");
    folder.phivet(&["install-hook"]).exits(0);
    std::fs::remove_dir_all(home.0.join("cache")).expect("it was there");
    let (code, out) = doctor();
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("git scans what is committed") && out.contains("hidden by .gitignore"), "{out}");
}

#[test]
fn words_that_are_mistyped() {
    let folder = Folder::new("first-typos");
    folder.phivet(&["explain", "snn"]).exits(2).says(&["did you mean `ssn`"]);
    folder.phivet(&["scna"]).exits(2).says(&["did you mean the command `phivet scan`"]);
    folder.phivet(&["scan", "--formt", "x"]).exits(2).says(&["--format"]);
    folder.phivet(&["scan", "--format", "sarrif"]).exits(2).says(&["sarif"]);
    folder.phivet(&["baseline", "crate"]).exits(2).says(&["create"]);
}

#[test]
fn shells_and_manuals() {
    let folder = Folder::new("first-shells");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.phivet(&["completions", shell]).exits(0);
        assert!(ran.out.contains("phivet") && ran.out.contains("baseline"), "{shell}");
    }
    folder.file("man/.keep", "");
    folder.phivet(&["man", "man"]).exits(0);
    assert!(folder.read("man/phivet-scan.1").contains("trusted"));
    assert!(folder.phivet(&["man"]).exits(0).out.starts_with(".ie"));
    assert!(folder.phivet(&["--help"]).exits(0).out.lines().count() <= 45);
    // Completions complete: bash is asked.
    folder.file("complete.bash", folder.phivet(&["completions", "bash"]).out);
    for (typed, wanted) in [("bas", "baseline"), ("--prof", "--profile")] {
        let script = format!(
            "source complete.bash; COMP_WORDS=(phivet {typed}); COMP_CWORD=1; _phivet phivet {typed} phivet; echo ${{COMPREPLY[@]}}"
        );
        let asked = Command::new("bash").args(["-c", &script]).current_dir(&folder.0).output().expect("bash starts");
        assert_eq!(String::from_utf8_lossy(&asked.stdout).trim(), wanted);
    }
}

#[test]
fn colours_are_as_people_want_them() {
    let folder = Folder::new("first-colours");
    folder.file("a.log", LEAK);
    let out = |arguments: &[&str], name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_phivet"));
        command
            .args(arguments)
            .current_dir(&folder.0)
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env(name, value);
        String::from_utf8_lossy(&command.output().expect("phivet starts").stdout).into_owned()
    };
    assert!(!out(&["scan", "a.log"], "NO_COLOR", "1").contains('\u{1b}'));
    assert!(out(&["scan", "a.log"], "CLICOLOR_FORCE", "1").contains('\u{1b}'));
    assert!(out(&["--color", "always", "scan", "a.log"], "TERM", "dumb").contains('\u{1b}'));
    assert!(!out(&["--color", "never", "scan", "a.log"], "CLICOLOR_FORCE", "1").contains('\u{1b}'));
}
