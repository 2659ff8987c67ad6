//! SARIF as others read it: the schema of OASIS, and Microsoft's validator with GitHub's rules.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::Folder;

/// Where the validator is installed on first use.
const TOOL: &str = "target/tools/sarif-multitool";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The SARIF of the clinic, whose names are relative to the project's root.
fn clinic() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_phivet"))
        .args(["scan", "--isolated", "--format", "sarif", "--profile", "strict", "--all", "testdata/clinic"])
        .current_dir(root())
        .output()
        .expect("phivet starts");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The SARIF of a scan with so many findings, an allowed one, and something that is not read.
fn many(findings: usize) -> String {
    let folder = Folder::new(&format!("sarif-{findings}"));
    let line = |n: usize| format!("patient_ssn={:03}-{:02}-{:04}\n", 101 + n % 550, 11 + n % 88, 1001 + n % 8990);
    folder.file("logs/big one.log", (0..findings).map(line).collect::<String>());
    folder.file("logs/allowed.log", "patient_ssn=536-90-4399 # phivet:allow ssn -- made up\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.0.join("logs/dangling")).expect("a link");
    folder.phivet(&["scan", "--format", "sarif", "--all", "."]).exits(1).out
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn check(sarif: &Value) {
    let schema = std::fs::read_to_string(root().join("tests/data/sarif-2.1.0.json")).expect("the schema");
    // OASIS left a stray bracket in the pattern of language tags, which only lenient engines take.
    let schema = parsed(&schema.replace("{2}]?$", "{2}\\\\]?$"));
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<String> =
        validator.iter_errors(sarif).take(10).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn results(sarif: &Value) -> Vec<usize> {
    let runs = sarif["runs"].as_array().expect("runs");
    runs.iter().filter_map(|run| run["results"].as_array().map(Vec::len)).collect()
}

#[test]
fn the_clinic_is_valid() {
    let sarif = parsed(&clinic());
    check(&sarif);
    assert!(results(&sarif)[0] > 50);
    let first = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert!(first.as_str().is_some_and(|uri| uri.starts_with("testdata/clinic/")), "{first}");
}

#[test]
fn thirty_thousand_findings_are_valid() {
    let sarif = parsed(&many(30_000));
    check(&sarif);
    assert_eq!(results(&sarif), [25_000, 5_001]);
    let runs = sarif["runs"].as_array().expect("runs");
    let told = runs[1]["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
    // What was not read, and that GitHub keeps 5,000.
    assert_eq!(told.len(), 1 + usize::from(cfg!(unix)));
}

#[test]
fn github_takes_it() {
    if std::env::var_os("PHIVET_OFFLINE").is_some() {
        return;
    }
    let tool = installed();
    let folder = Folder::new("sarif-github");
    for (name, sarif) in [("clinic", clinic()), ("many", many(300))] {
        let (file, result) = (format!("{name}.sarif"), format!("{name}.result.sarif"));
        folder.file(&file, sarif);
        // The tool hands its arguments to a shell: hence the quotes, and names without a folder.
        let output = Command::new("node")
            .arg(tool.join("node_modules/@microsoft/sarif-multitool/bin.js"))
            .args(["validate", "--rule-kind", "\"Sarif;Ghas\"", "--log", "ForceOverwrite"])
            .args(["--output", &result, &file])
            .current_dir(&folder.0)
            .output()
            .expect("node starts");
        // Its exit code is 0 even on errors, and on some failures there is no file.
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let Ok(text) = std::fs::read_to_string(folder.0.join(&result)) else {
            panic!("the validator wrote no result:\n{said}")
        };
        let verdict = parsed(text.trim_start_matches('\u{feff}'));
        let wrong: Vec<String> = verdict["runs"][0]["results"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|result| matches!(result["level"].as_str(), None | Some("error" | "warning")))
            .map(|result| format!("{} {}", result["ruleId"], result["message"]))
            .collect();
        assert!(wrong.is_empty(), "{name}: {} complaint(s):\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
    }
}

/// Installs the validator, unless it is there.
fn installed() -> PathBuf {
    let tool = root().join(TOOL);
    if !tool.join("node_modules/@microsoft/sarif-multitool/package.json").exists() {
        let done = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(&tool)
            .arg("@microsoft/sarif-multitool")
            .output();
        match done {
            Ok(output) if output.status.success() => {}
            Ok(output) => panic!("npm cannot install the validator:\n{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => panic!(
                "this test needs npm (Node.js) to install @microsoft/sarif-multitool: {error}; \
                 without a network set PHIVET_OFFLINE=1"
            ),
        }
    }
    tool
}
