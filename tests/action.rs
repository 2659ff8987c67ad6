//! The GitHub Action, step by step in a harness with the runner's files; and what others say of our workflows.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

mod support;
#[path = "support/tools.rs"]
mod tools;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::Folder;
use tools::root;

const LEAK: &str = "patient_ssn=536-90-4399 diagnosis=E11.9\n";
const OTHER: &str = "patient_ssn=527-31-8846 diagnosis=E11.9\n";

/// What a run of the action leaves behind.
struct Done {
    outputs: BTreeMap<String, String>,
    /// The inputs of the upload, if it takes place.
    upload: Option<BTreeMap<String, String>>,
    log: String,
    summary: String,
    failed: bool,
}

/// What `${{ … }}` may name in the action.
struct Context {
    inputs: BTreeMap<String, String>,
    event: BTreeMap<&'static str, String>,
    steps: BTreeMap<String, BTreeMap<String, String>>,
}

impl Context {
    /// The value of one name; a name that is not known here fails the test.
    fn value(&self, name: &str) -> String {
        let parts: Vec<&str> = name.split('.').collect();
        match parts[..] {
            ["inputs", input] => self.inputs.get(input).unwrap_or_else(|| panic!("no input {input}")).clone(),
            ["steps", step, "outputs", output] => {
                self.steps.get(step).and_then(|step| step.get(output)).cloned().unwrap_or_default()
            }
            ["github", ..] => self.event.get(name).cloned().unwrap_or_default(),
            _ => panic!("`{name}` is not known to the harness"),
        }
    }

    fn filled(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${{") {
            let (name, behind) = behind.split_once("}}").expect("an expression ends");
            out += before;
            out += &self.value(name.trim());
            rest = behind;
        }
        out + rest
    }

    /// A condition of the forms that the action has: parts with `&&`, each `always()` or a comparison.
    fn holds(&self, condition: &str) -> bool {
        let inner = condition.trim().trim_start_matches("${{").trim_end_matches("}}");
        inner.split("&&").map(str::trim).filter(|part| *part != "always()").all(|part| {
            let (name, wanted, equal) = match (part.split_once(" == "), part.split_once(" != ")) {
                (Some((name, wanted)), _) => (name, wanted, true),
                (_, Some((name, wanted))) => (name, wanted, false),
                _ => panic!("`{part}` is not known to the harness"),
            };
            (self.value(name.trim()) == wanted.trim().trim_matches('\'')) == equal
        })
    }
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}

/// Runs `action.yml` in a folder, as a runner does.
fn action(folder: &Folder, inputs: &[(&str, &str)], event: &[(&'static str, &str)]) -> Done {
    let text = std::fs::read_to_string(root().join("action.yml")).expect("the action");
    let action: Value = serde_yaml::from_str(&text).expect("YAML");
    let mut context = Context {
        inputs: action["inputs"]
            .as_object()
            .expect("inputs")
            .iter()
            .map(|(name, input)| (name.clone(), input["default"].as_str().unwrap_or_default().to_owned()))
            .collect(),
        event: event.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        steps: BTreeMap::new(),
    };
    context.inputs.extend(inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let runner = Folder::new(&format!("{}-runner", folder.0.file_name().expect("a name").to_string_lossy()));
    runner.file("summary.md", "");
    let (mut log, mut failed, mut upload) = (String::new(), false, None);
    for (number, step) in action["runs"]["steps"].as_array().expect("steps").iter().enumerate() {
        let condition = step["if"].as_str().unwrap_or("");
        let runs = (!failed || condition.contains("always()")) && (condition.is_empty() || context.holds(condition));
        if !runs {
            continue;
        }
        let named = |key: &str| -> BTreeMap<String, String> {
            let values = step[key].as_object().into_iter().flatten();
            values.map(|(name, value)| (name.clone(), context.filled(value.as_str().expect("a text")))).collect()
        };
        if let Some(uses) = step["uses"].as_str() {
            let (_, commit) = uses.split_once('@').expect("a version");
            assert_eq!(commit.len(), 40, "{uses} is not pinned to a commit");
            upload = Some(named("with"));
            continue;
        }
        assert_eq!(step["shell"], "bash");
        let run = step["run"].as_str().expect("a script");
        assert!(!run.contains("${{"), "an expression in a script runs whatever it is filled with");
        let output = format!("output-{number}.txt");
        runner.file(&output, "").file("step.sh", run);
        let done = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(runner.0.join("step.sh"))
            .current_dir(&folder.0)
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", root())
            .env("GITHUB_OUTPUT", runner.0.join(&output))
            .env("GITHUB_STEP_SUMMARY", runner.0.join("summary.md"))
            .env("RUNNER_TEMP", &runner.0)
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .envs(named("env"))
            .output()
            .expect("bash starts");
        log += &(String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr));
        failed |= !done.status.success();
        if let Some(id) = step["id"].as_str() {
            context.steps.insert(id.to_owned(), pairs(&runner.read(&output)));
        }
    }
    let outputs = action["outputs"].as_object().expect("outputs").iter();
    let outputs: BTreeMap<String, String> = outputs
        .map(|(name, output)| (name.clone(), context.filled(output["value"].as_str().expect("a value"))))
        .collect();
    if let Some(sarif) = outputs.get("sarif-file").filter(|path| Path::new(path).exists()) {
        log += &std::fs::read_to_string(sarif).expect("the SARIF");
    }
    Done { outputs, upload, log, summary: runner.read("summary.md"), failed }
}

fn git(folder: &Folder, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(&folder.0)
        .output()
        .expect("git starts");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository with an old leak, and its first commit.
fn repository(name: &str) -> (Folder, String) {
    let folder = Folder::new(name);
    std::fs::remove_dir_all(folder.0.join(".git")).expect("it is there");
    folder.file("old.log", LEAK);
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "the past"]);
    let base = git(&folder, &["rev-parse", "HEAD"]);
    (folder, base)
}

const BINARY: (&str, &str) = ("binary", env!("CARGO_BIN_EXE_phivet"));

fn no_value(done: &Done) {
    for value in ["536-90-4399", "527-31-8846", "4399", "8846"] {
        assert!(!done.log.contains(value) && !done.summary.contains(value), "the run shows {value}");
    }
}

#[test]
fn a_push_is_scanned_whole() {
    let (folder, _) = repository("action-push");
    let done = action(&folder, &[BINARY], &[]);
    no_value(&done);
    assert!(done.failed, "{}", done.log);
    assert_eq!((done.outputs["exit-code"].as_str(), done.outputs["findings"].as_str()), ("1", "1"), "{}", done.log);
    let upload = done.upload.expect("it is uploaded before the job fails");
    assert_eq!(upload["category"], "phivet");
    assert_eq!(upload["sarif_file"], done.outputs["sarif-file"]);
    assert!(done.summary.contains("| `ssn` |") && done.summary.contains("1 error"), "{}", done.summary);
    assert!(!done.log.contains("::error"), "where SARIF is uploaded, annotations would say all twice");
}

#[test]
fn a_pull_request_answers_for_what_it_adds() {
    let (folder, base) = repository("action-pull");
    let event = [("github.event.pull_request.base.sha", base.as_str())];
    folder.file("new.txt", "all is well\n");
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "a change"]);
    let done = action(&folder, &[BINARY], &event);
    assert!(!done.failed, "{}", done.log);
    assert_eq!(done.outputs["findings"], "0");
    // It adds a leak, and an exemption for itself.
    folder.file("new.txt", format!("# phivet:allow all -- trust me\n{OTHER}")).file("phivet.yaml", "ignore: [ssn]\n");
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "a leak"]);
    let done = action(&folder, &[BINARY], &event);
    no_value(&done);
    assert!(done.failed, "{}", done.log);
    assert_eq!((done.outputs["exit-code"].as_str(), done.outputs["findings"].as_str()), ("1", "1"), "{}", done.log);
    // From a fork nothing can be uploaded: annotations say it.
    let fork = [event[0], ("github.event.pull_request.head.repo.fork", "true")];
    let done = action(&folder, &[BINARY], &fork);
    no_value(&done);
    assert!(done.failed && done.upload.is_none());
    assert!(done.log.contains("::error file=new.txt,line=2"), "{}", done.log);
}

#[test]
fn inputs_that_are_wrong_are_told() {
    let (folder, _) = repository("action-wrong");
    let done = action(&folder, &[("binary", "/no/such/phivet")], &[]);
    assert!(done.failed && done.upload.is_none() && done.log.contains("::error title=phivet::"), "{}", done.log);
    let done = action(&folder, &[], &[("github.action_ref", "main")]);
    // Used by a branch, the action takes the release that it is itself; there is no server here to have it from.
    let own = concat!("the release v", env!("CARGO_PKG_VERSION"), " has no");
    assert!(done.failed && done.log.contains(own), "{}", done.log);
    let done = action(&folder, &[("version", "main")], &[]);
    assert!(done.failed && done.log.contains("name a release"), "{}", done.log);
    let done = action(&folder, &[BINARY, ("args", "--no-such-flag")], &[]);
    assert!(done.failed && done.upload.is_none(), "{}", done.log);
    assert_eq!(done.outputs["exit-code"], "2");
    // Hostile inputs are arguments, never commands.
    let done = action(&folder, &[BINARY, ("paths", "old.log\n$(touch pwned)\n`touch pwned`;touch pwned")], &[]);
    assert!(done.failed && !folder.0.join("pwned").exists(), "{}", done.log);
    let done =
        action(&folder, &[BINARY, ("args", "--exit-zero"), ("fail-on", "error"), ("upload-sarif", "false")], &[]);
    assert!(!done.failed && done.upload.is_none() && done.log.contains("::error file=old.log"), "{}", done.log);
}

/// Workflows of the project, and the one that `phivet init` writes.
const WORKFLOWS: [&str; 5] = [
    "action.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    ".github/workflows/scan.yml",
    "src/cli/init/workflow.yml",
];

#[test]
fn others_find_nothing_wrong_with_the_workflows() {
    if tools::offline() {
        return;
    }
    let zizmor = tools::python("zizmor", &["zizmor"]).join("zizmor");
    let done = Command::new(zizmor)
        .args(["--offline", "--no-progress", "--no-config"])
        .args(WORKFLOWS)
        .current_dir(root())
        .output()
        .expect("zizmor starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let validator = tools::node("action-validator", &["@action-validator/core", "@action-validator/cli"]);
    for workflow in WORKFLOWS {
        let done = Command::new(validator.join(".bin/action-validator"))
            .arg(workflow)
            .current_dir(root())
            .output()
            .expect("action-validator starts");
        let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{workflow}:\n{said}");
    }
}
