//! The hooks, by the real pre-commit and prek: installed, blocked, allowed, messages, all files; and our own hook.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

mod support;
#[path = "support/tools.rs"]
mod tools;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::Folder;
use tools::root;

const LEAK: &str = "patient_ssn=536-90-4399 diagnosis=E11.9\n";

/// What no output may hold.
const VALUES: [&str; 2] = ["536-90-4399", "527-31-8846"];

/// A repository in which programs run with our phivet and the clients on the path.
struct Repository {
    folder: Folder,
    path: String,
    home: PathBuf,
}

impl Repository {
    fn new(name: &str, clients: Option<&Path>) -> Self {
        let folder = Folder::new(name);
        std::fs::remove_dir_all(folder.0.join(".git")).expect("it is there");
        let binary = Path::new(env!("CARGO_BIN_EXE_phivet")).parent().expect("a folder");
        let clients = clients.map(|clients| format!("{}:", clients.display())).unwrap_or_default();
        let path = format!("{}:{clients}{}", binary.display(), std::env::var("PATH").unwrap_or_default());
        let home = root().join("target/tools/hooks-home");
        let repository = Self { folder, path, home };
        repository.good("git", &["init", "--quiet"]);
        repository
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program)
            .args(arguments)
            .current_dir(&self.folder.0)
            .env("PATH", &self.path)
            .env("PRE_COMMIT_HOME", self.home.join("pre-commit"))
            .env("PREK_HOME", self.home.join("prek"))
            // Hooks that compile do so once, and quickly.
            .env("CARGO_TARGET_DIR", self.home.join("target"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_INCREMENTAL", "false")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "64")
            .env("GIT_CONFIG_COUNT", "5")
            .env("GIT_CONFIG_KEY_0", "user.name")
            .env("GIT_CONFIG_VALUE_0", "Somebody")
            .env("GIT_CONFIG_KEY_1", "user.email")
            .env("GIT_CONFIG_VALUE_1", "somebody@example.org")
            .env("GIT_CONFIG_KEY_2", "commit.gpgsign")
            .env("GIT_CONFIG_VALUE_2", "false")
            .env("GIT_CONFIG_KEY_3", "protocol.file.allow")
            .env("GIT_CONFIG_VALUE_3", "always")
            .env("GIT_CONFIG_KEY_4", "init.defaultBranch")
            .env("GIT_CONFIG_VALUE_4", "main")
            .output()
            .expect("it starts")
    }

    /// Runs something, and says whether it succeeded and what it said. Nothing says a value.
    fn said(&self, program: &str, arguments: &[&str]) -> (bool, String) {
        let output = self.run(program, arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        for value in VALUES {
            assert!(!text.contains(value), "`{program} {}` says {value}:\n{text}", arguments.join(" "));
        }
        (output.status.success(), text)
    }

    fn good(&self, program: &str, arguments: &[&str]) -> String {
        let (good, text) = self.said(program, arguments);
        assert!(good, "`{program} {}` fails:\n{text}", arguments.join(" "));
        text
    }

    fn bad(&self, program: &str, arguments: &[&str]) -> String {
        let (good, text) = self.said(program, arguments);
        assert!(!good, "`{program} {}` succeeds:\n{text}", arguments.join(" "));
        text
    }

    fn commit(&self, message: &str) -> (bool, String) {
        self.said("git", &["commit", "--message", message])
    }
}

/// This project as a repository of hooks, with a tag.
fn project() -> PathBuf {
    let to = root().join("target/tools/hooks-project");
    let _ = std::fs::remove_dir_all(&to);
    let script = format!(
        "set -e; mkdir -p '{0}'; git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t '{0}'; \
         cd '{0}'; git init --quiet .; git add --all; \
         git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false commit --quiet --message all; git tag v9.9.9",
        to.display()
    );
    let done = Command::new("bash").args(["-c", &script]).current_dir(root()).output().expect("bash starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    to
}

fn configuration(project: &Path, id: &str, message: bool) -> String {
    let message = if message { "\n      - id: phivet-commit-msg" } else { "" };
    format!(
        "default_install_hook_types: [pre-commit, commit-msg, pre-push]\nrepos:\n  - repo: {}\n    rev: v9.9.9\n    hooks:\n      - id: {id}{message}\n",
        project.display()
    )
}

/// What somebody does on a day, with one client and one hook.
fn a_day(client: &str, clients: &Path, project: &Path, id: &str, message: bool) {
    let one = Repository::new(&format!("hooks-{client}-{id}"), Some(clients));
    one.folder.file(".pre-commit-config.yaml", configuration(project, id, message));
    one.folder.file("README.md", "A service.\n").file("old.txt", "nothing\n");
    one.good("git", &["add", "--all"]);
    one.good(client, &["install", "--install-hooks"]);
    assert!(one.commit("The first step").0);
    // A leak is blocked, and named.
    one.folder.file("app.log", LEAK);
    one.good("git", &["add", "app.log"]);
    let (done, text) = one.commit("A second step");
    assert!(!done && text.contains("app.log:1:13"), "{client} {id}:\n{text}");
    // What is staged counts, not what lies in the folder.
    one.folder.file("app.log", "all is well\n");
    assert!(!one.commit("A second step").0);
    one.folder.file("app.log", LEAK);
    one.good("git", &["checkout-index", "--force", "app.log"]);
    one.folder.file("app.log", "all is well\n");
    one.good("git", &["add", "app.log"]);
    one.folder.file("app.log", LEAK);
    let (done, text) = one.commit("A second step");
    assert!(done, "{client} {id} judges what is not staged:\n{text}");
    assert_eq!(one.folder.read("app.log"), LEAK, "the work tree is as it was");
    one.good("git", &["checkout", "--", "app.log"]);
    // A file with a new name, one that goes, and a name with blanks.
    one.good("git", &["mv", "README.md", "READ ME.md"]);
    one.good("git", &["rm", "--quiet", "old.txt"]);
    assert!(one.commit("Names").0);
    // An allowed value, and a folder that the configuration leaves out.
    one.folder.file("test.py", format!("# phivet:allow all -- made up for the tests\n# {LEAK}"));
    one.folder.file("phivet.yaml", "exclude: [vendor/]\n").file("vendor/x.log", LEAK);
    one.good("git", &["add", "--all"]);
    let (done, text) = one.commit("Allowed");
    assert!(done, "{client} {id}:\n{text}");
    one.good(client, &["run", "--all-files"]);
    one.folder.file("late.log", LEAK);
    one.good("git", &["add", "late.log"]);
    assert!(one.bad(client, &["run", "--all-files"]).contains("late.log:1:13"));
    one.good("git", &["reset", "--quiet", "--hard"]);
    if message {
        let (done, text) = one.commit_empty("Mend the visit of patient with ssn 527-31-8846");
        assert!(!done && text.contains("COMMIT_EDITMSG"), "{client} {id}:\n{text}");
        let (done, text) = one.commit_empty("Mend the visit");
        assert!(done, "{client} {id}:\n{text}");
    }
}

impl Repository {
    fn commit_empty(&self, message: &str) -> (bool, String) {
        self.said("git", &["commit", "--allow-empty", "--message", message])
    }
}

#[test]
fn real_clients_block_leaks() {
    if tools::offline() {
        return;
    }
    let clients = tools::python("hooks", &["pre-commit", "prek"]);
    let project = project();
    let manifest = Command::new(clients.join("pre-commit"))
        .args(["validate-manifest", ".pre-commit-hooks.yaml"])
        .current_dir(root())
        .output()
        .expect("pre-commit starts");
    assert!(manifest.status.success());
    for client in ["pre-commit", "prek"] {
        for (id, message) in [("phivet-system", false), ("phivet-rust", false), ("phivet", true)] {
            a_day(client, &clients, &project, id, message);
        }
    }
}

#[test]
fn our_own_hook_judges_the_index() {
    let one = Repository::new("hooks-own", None);
    one.folder.file("a.txt", "all is well\n");
    one.good("phivet", &["install-hook", "--commit-msg", "--pre-push"]);
    one.good("git", &["add", "--all"]);
    assert!(one.commit("The first step").0);
    one.folder.file("app.log", LEAK);
    one.good("git", &["add", "app.log"]);
    one.folder.file("app.log", "all is well\n");
    let (done, text) = one.commit("A leak");
    assert!(!done && text.contains("app.log:1:13"), "{text}");
    // `git commit -a` makes an index of its own.
    assert!(one.said("git", &["commit", "--all", "--message", "None any more"]).0);
    assert!(!one.commit_empty("The patient's ssn is 527-31-8846").0);
    // A message that shows the diff: what is removed does not count.
    // Somebody skips the hook: the push finds it.
    one.folder.file("b.log", LEAK);
    one.good("git", &["add", "b.log"]);
    one.good("git", &["commit", "--quiet", "--no-verify", "--message", "skipped"]);
    one.good("git", &["rm", "--quiet", "b.log"]);
    assert!(one.commit("and removed").0);
    let remote = Folder::new("hooks-own-remote");
    one.good("git", &["init", "--quiet", "--bare", &remote.0.join("r.git").to_string_lossy()]);
    one.good("git", &["remote", "add", "origin", &remote.0.join("r.git").to_string_lossy()]);
    let text = one.bad("git", &["push", "origin", "HEAD:main"]);
    assert!(text.contains("b.log"), "{text}");
    // Hooks of others stay.
    one.good("phivet", &["install-hook", "--uninstall"]);
    assert!(!one.folder.0.join(".git/hooks/pre-commit").exists());
    one.folder.file(".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    assert!(one.bad("phivet", &["install-hook"]).contains("somebody else's"));
    one.good("phivet", &["install-hook", "--force"]);
    one.good("git", &["config", "core.hooksPath", "tools/hooks"]);
    assert!(one.good("phivet", &["install-hook"]).contains("tools/hooks/pre-commit"));
}

/// The message of `git commit --verbose` ends where git cuts it: a removed value does not count.
#[test]
fn messages_end_at_the_scissors() {
    let folder = Folder::new("hooks-message");
    let scissors =
        "# ------------------------ >8 ------------------------\n# Do not modify or remove the line above.\n-";
    folder.file("m", format!("Take the log out\n\n{scissors}{LEAK}"));
    folder.phivet(&["scan", "--commit-msg", "m"]).exits(0);
    folder.file("m", format!("Take {LEAK} out\n{scissors}"));
    folder.phivet(&["scan", "--commit-msg", "m"]).exits(1);
    // With `-m` git keeps the line and all below it.
    folder.file("m", format!("fine\n\n# ------------------------ >8 ------------------------\n{LEAK}"));
    folder.phivet(&["scan", "--commit-msg", "m"]).exits(1);
    folder.phivet(&["scan", "--commit-msg", "none"]).exits(2).says(&["no such file"]);
}
