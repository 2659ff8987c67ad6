//! `phivet drill`: what is planted into a copy is caught, or told; the original stays as it was.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts the program

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use support::Folder;

/// All files with their bytes.
fn all(folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let path = entry.path();
        if path.is_dir() {
            all(&path, into);
        } else {
            into.insert(path.display().to_string(), std::fs::read(&path).expect("a file"));
        }
    }
}

fn project(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder
        .file("logs/app.log", "2026-01-04T10:11:12Z INFO started\n")
        .file("notes/visit.txt", "Follow-up in six weeks.\n")
        .file("src/visit.py", "def visit():\n    return None\n")
        .file("data/labs.csv", "lab,value\nglucose,98\nsodium,140\n");
    folder
}

fn drilled(folder: &Folder, code: i32, more: &[&str]) -> Value {
    let ran = folder.phivet(&[&["drill", "--json"], more].concat()).exits(code);
    serde_json::from_str(&ran.out).expect("JSON")
}

#[test]
fn the_original_is_untouched_and_most_is_caught() {
    let folder = project("drill");
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    all(&folder.0, &mut before);
    let ran = folder.phivet(&["drill", "--json"]);
    let told: Value = serde_json::from_str(&ran.out).expect("JSON");
    all(&folder.0, &mut after);
    assert!(before == after, "the drill touched the original");
    let (planted, caught) = (told["planted"].as_u64().expect("a number"), told["caught"].as_u64().expect("a number"));
    assert!(planted > 200 && caught * 10 > planted * 8, "{caught} of {planted}");
    assert_eq!(told["files"].as_array().map(Vec::len), Some(4));
    // The allow comment of each file hides its plant, and is told.
    assert_eq!(told["hidden"]["an allow comment"].as_array().map(Vec::len), Some(4));
    let steps: Vec<&str> =
        told["steps"].as_array().expect("steps").iter().filter_map(|step| step["step"].as_str()).collect();
    assert_eq!(steps, ["scan", "hook", "redact"]);
    assert_eq!(told["steps"][1]["note"], "the commit is held up");
    assert!(told["steps"][2]["note"].is_string(), "{}", told["steps"]);
}

#[test]
fn what_the_configuration_hides_is_told() {
    let folder = project("drill-hidden");
    folder.file("phivet.yaml", "exclude: [logs/]\nignore: [vin]\n");
    let told = drilled(&folder, 1, &[]);
    let places = |by: &str| told["hidden"][by].as_array().cloned().unwrap_or_default();
    let excluded = places("an excluded path");
    assert!(
        excluded.len() > 50 && excluded.iter().all(|at| at.as_str().is_some_and(|at| at.starts_with("logs/app.log:"))),
        "{excluded:?}"
    );
    assert_eq!(places("a rule that is switched off").len(), 3, "{}", told["hidden"]);
}

#[test]
fn names_are_masked_in_both_reports() {
    let folder = Folder::new("drill-names");
    folder.file("phivet.yaml", "exclude: [logs/]\n").file("logs/john_smith_219-46-8837.log", "INFO started\n");
    for arguments in [&["drill", "--json"][..], &["drill"]] {
        let ran = folder.phivet(arguments).exits(1);
        assert!(ran.out.contains("000-00-0000.log:"), "{}", ran.out);
        for value in ["219-46-8837", "john", "smith"] {
            assert!(!ran.out.contains(value), "`{value}`: {}", ran.out);
        }
    }
}

#[test]
fn the_copy_is_removed_or_kept() {
    let folder = project("drill-kept");
    let told = drilled(&folder, 0, &["logs", "--keep"]);
    let kept = told["kept"].as_str().expect("a folder");
    assert!(std::fs::read_to_string(Path::new(kept).join("logs/app.log")).expect("the copy").contains("phivet drill"));
    std::fs::remove_dir_all(Path::new(kept).parent().expect("a folder")).expect("it was kept");
    let empty = Folder::new("drill-empty");
    empty.phivet(&["drill"]).exits(3);
}
