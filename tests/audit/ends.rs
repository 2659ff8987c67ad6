//! Ends of trails that somebody changed, and what variables and reasons bring in.

use std::fs;
use std::process::Command;

use super::{SECRET, entries};
use crate::support::Folder;

/// What no killed writer leaves is somebody's doing: nothing is appended to it, for an entry that follows would cover it up.
#[test]
fn an_end_that_was_changed_is_not_covered_up() {
    let folder = Folder::new("audit-end");
    let keys = std::env::temp_dir().join(format!("phivet-audit-end-{}", std::process::id()));
    fs::write(&keys, SECRET).expect("a file");
    #[cfg(unix)]
    fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("a mode");
    let key = keys.to_string_lossy().into_owned();
    for sealed in [&[][..], &["--audit-key-file", &key]] {
        folder.file("trail.jsonl", "");
        let note = || folder.phivet(&[&["audit", "note", "a step", "--audit", "trail.jsonl"], sealed].concat());
        for _ in 0..4 {
            note().exits(0);
        }
        let whole = folder.read("trail.jsonl");
        let lines: Vec<&str> = whole.lines().collect();
        let first = |many: usize| lines[..many].iter().map(|line| format!("{line}\n")).collect::<String>();
        for (what, text, at) in [
            ("the last sign of each line", whole.replace("}\n", "\n"), 4),
            ("the last sign of the last line", format!("{}{}\n", first(3), lines[3].trim_end_matches('}')), 4),
            ("other line ends", whole.replace('\n', "\r\n"), 4),
            ("the last lines", first(2) + "x\ny\n", 4),
            ("a line and half a line", first(2) + "{\"v\":1,\"seq\":3\n{\"v\":1,\"seq\":3", 3),
            ("a blank line", whole.clone() + "\n", 5),
            ("no line ends", whole.replace('\n', ""), 1),
            ("some line ends", first(2) + lines[2] + &lines[3][..60], 3),
            ("another number", format!("{}{}", first(3), &lines[2][..60]), 4),
            ("nothing but a beginning", lines[0][..60].to_owned(), 1),
        ] {
            folder.file("trail.jsonl", &text);
            let ran = note();
            assert_eq!(ran.code, 2, "{what}: {}", ran.err);
            ran.says(&["trail.jsonl", &format!("line {at}, at its end"), "phivet audit verify", "a new file"]);
            assert_eq!(folder.read("trail.jsonl"), text, "{what}");
            let arguments = [&["audit", "verify", "trail.jsonl"], sealed].concat();
            folder.phivet(&arguments).exits(1);
        }
    }
    let _ = fs::remove_file(&keys);
}

/// Variables of continuous integration can be set by anybody, to anything.
#[test]
fn no_value_comes_in_by_a_variable_or_a_reason() {
    let folder = Folder::new("audit-ci");
    let noted = |actor: &str, run: &str, reason: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_phivet"));
        for mark in ["GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "TF_BUILD", "BUILDKITE", "CIRCLECI"] {
            command.env_remove(mark);
        }
        command.env("GITLAB_CI", "true").env("GITLAB_USER_LOGIN", actor).env("CI_JOB_ID", run);
        let done = command.args(["audit", "note", reason, "--audit", "t.jsonl"]).current_dir(&folder.0).output();
        assert_eq!(done.expect("phivet ends").status.code(), Some(0));
        entries(&folder, "t.jsonl").pop().expect("an entry")
    };
    let entry = noted("dcaldwell", "19382740912", "before the release of version 1.2");
    assert_eq!(
        (&entry["who"]["ci"]["actor"], &entry["who"]["ci"]["run"]),
        (&"dcaldwell".into(), &"19382740912".into())
    );
    assert_eq!(entry["reason"], "before the release of version 1.2");
    for (actor, run, reason) in [
        ("Denise Caldwell", "900-12-3456", "born 03/04/1971"),
        ("denise.caldwell@gmail.com", "219-46-8837", "born March 4, 1971, seen 1971-03-04"),
        ("219-46-8837", "Denise Caldwell", "born 4 Mar 1971, 3/4/71, 19710304"),
        ("born 1971-03-04", &"9".repeat(65), "SSN 900-12-3456"),
    ] {
        noted(actor, run, reason);
    }
    let text = folder.read("t.jsonl");
    for value in ["Caldwell", "denise", "900-12", "219-46", "03/04", "1971", "Mar", "3/4/71", "99999"] {
        assert!(!text.contains(value), "`{value}` stands in the trail:\n{text}");
    }
}
