//! Where keys come from beside files: the system's keyring; and what is recorded of making them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::apart::{Apart, keys};
use crate::support::Folder;

/// Runs phivet with a program `secret-tool` of our own before all others; exit code and what is said.
#[cfg(target_os = "linux")]
fn with_tool(folder: &Folder, apart: &Apart, script: Option<&str>) -> (Option<i32>, String) {
    let tool = apart.0.join("bin/secret-tool");
    fs::create_dir_all(apart.0.join("bin")).expect("a folder");
    let _ = fs::remove_file(&tool);
    if let Some(script) = script {
        fs::write(&tool, format!("#!/bin/sh\n{script}\n")).expect("a file");
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    let path = format!("{}:/usr/bin:/bin", apart.path("bin"));
    let done = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["redact", "in.csv", "out.csv", "--policy", "logs", "--keyring", "clinic"])
        .current_dir(&folder.0)
        .env("PATH", if script.is_some() { path } else { apart.path("bin") })
        .output()
        .expect("phivet starts");
    // Errors are drawn with borders and wrapped.
    let said = String::from_utf8_lossy(&done.stderr).replace(['│', '×', '╰', '╭', '─', '▶'], " ");
    (done.status.code(), said.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
#[cfg(target_os = "linux")]
fn the_keyring_of_the_system_holds_the_keys() {
    let (folder, apart) = (Folder::new("redact-keyring"), Apart::new("keyring"));
    let file = keys(&folder, &apart);
    folder.file("in.csv", crate::RECORD);
    let by_file = folder.phivet(&["redact", "in.csv", "--policy", "logs", "--key-file", &file]).exits(0).out;
    // It answers for the service and the account that it is asked for, and for nothing else.
    let answers = format!("[ \"$*\" = 'lookup service phivet account clinic' ] && exec cat '{file}'; exit 1");
    let (code, said) = with_tool(&folder, &apart, Some(&answers));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(folder.read("out.csv"), by_file, "the key of the keyring is the key of the file");
    assert!(by_file.contains("tok_mrn_k1_"), "{by_file}");
    let secret = fs::read_to_string(&file).expect("a text");
    let secret = secret.split_whitespace().find(|word| word.len() == 64).expect("a key").to_owned();
    for (script, says) in [
        (Some("echo 'the collection is locked' >&2; exit 1"), "it failed (exit status: 1)"),
        (Some("exit 0"), "no key"),
        (Some("printf '\\377\\376'"), "it prints no text"),
        (Some(&format!("echo k1 - {secret}00")[..]), "no secret of 64 hex digits"),
        (None, "No such file"),
    ] {
        fs::remove_file(folder.0.join("out.csv")).unwrap_or_default();
        let (code, said) = with_tool(&folder, &apart, script);
        assert_eq!(code, Some(2), "{script:?}: {said}");
        assert!(said.contains(says) && !said.contains(&secret), "{script:?}: {said}");
        assert!(!folder.0.join("out.csv").exists(), "{script:?}");
        if says.contains("failed") || script.is_none() {
            assert!(said.contains("secret-tool") && said.contains("service phivet account clinic"), "{said}");
        }
    }
}

#[test]
fn making_keys_is_recorded_and_the_key_is_not() {
    let (folder, apart) = (Folder::new("redact-key-audit"), Apart::new("key-audit"));
    let file = apart.path("keys");
    let audit = ["--audit", "trail.jsonl", "--reason"];
    folder
        .phivet(&[&["keys", "new", "--key-file", &file][..], &audit, &["patient Denise Caldwell asked"]].concat())
        .exits(0);
    folder.phivet(&[&["keys", "rotate", "--key-file", &file][..], &audit, &["yearly"]].concat()).exits(0);
    // That it failed is recorded too.
    folder.phivet(&[&["keys", "new", "--key-file", &file][..], &audit, &["again"]].concat()).exits(2);
    folder.phivet(&["audit", "verify", "trail.jsonl"]).exits(0);
    let trail = folder.read("trail.jsonl");
    let lines: Vec<serde_json::Value> =
        trail.lines().map(|line| serde_json::from_str(line).expect("an entry")).collect();
    let told: Vec<(&str, &str, &str)> = lines
        .iter()
        .map(|line| {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned().leak() as &str;
            (text(&line["command"]), text(&line["details"]["key id"]), text(&line["outcome"]))
        })
        .collect();
    assert_eq!(
        told,
        [("keys new", "k1", "done"), ("keys rotate", "k2", "done"), ("keys new", "", "failed")],
        "{trail}"
    );
    assert!(trail.contains("yearly") && trail.contains("keys") && !trail.contains("Caldwell"), "{trail}");
    let secret = fs::read_to_string(&file).expect("a text");
    let secrets: Vec<&str> = secret.split_whitespace().filter(|word| word.len() == 64).collect();
    assert!(secrets.len() == 2 && secrets.iter().all(|secret| !trail.contains(secret)), "{trail}");
    // What cannot be recorded is not done.
    let other = apart.path("other");
    folder.phivet(&["keys", "new", "--key-file", &other, "--audit", "no/trail.jsonl"]).exits(2).says(&["audit trail"]);
    assert!(!apart.0.join("other").exists());
    // Under a key the trail is sealed.
    let sealed = ["--audit", "sealed.jsonl", "--audit-key-file"];
    let outside = apart.path("trail-key");
    fs::write(&outside, "0123456789abcdef0123456789abcdef\n").expect("a file");
    fs::set_permissions(&outside, fs::Permissions::from_mode(0o600)).expect("a mode");
    folder.phivet(&[&["keys", "rotate", "--key-file", &file][..], &sealed, &[&outside[..]]].concat()).exits(0);
    folder.phivet(&["audit", "verify", "sealed.jsonl", "--audit-key-file", &outside]).exits(0);
}
