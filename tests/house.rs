//! Guards ARCHITECTURE.md by reading our own sources: who may name whom, who may touch what, how long things are.
#![allow(clippy::disallowed_methods)] // it reads our own files

#[path = "house/measure.rs"]
mod measure;
#[path = "house/names.rs"]
mod names;
#[path = "house/tree.rs"]
mod tree;

use tree::{Source, project_files, root, sources};

/// Which modules of the crate a module may name, itself aside. `*` is everything.
/// A new row is a decision about the architecture: change ARCHITECTURE.md with it.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("words", &[]),
    ("streams", &[]),
    ("kind", &[]),
    ("document", &["kind", "streams"]),
    ("fields", &["document", "kind", "streams", "words"]),
    ("rule", &["document", "error", "mask"]),
    ("mask", &["document", "error", "streams"]),
    ("detect", &["document", "error", "fields", "kind", "rule", "streams", "words"]),
    ("judge", &["detect", "document", "fields", "kind", "mask", "rule", "streams", "words"]),
    ("report", &["document", "error", "judge", "mask", "rule"]),
    ("source", &["document", "error", "kind"]),
    ("scan", &["detect", "document", "error", "fields", "judge", "kind", "mask", "rule", "source", "words"]),
    ("audit", &["document", "error", "fields", "judge", "kind", "mask", "rule", "scan", "words"]),
    ("redact", &["document", "error", "fields", "judge", "kind", "rule", "scan", "verify", "words"]),
    ("verify", &["detect", "document", "fields", "judge", "kind", "mask", "rule", "scan", "words"]),
    ("incident", &["document", "fields", "judge", "kind", "mask", "words"]),
    ("stats", &["error"]),
    ("cli", &["*"]),
    ("config", &["*"]),
    ("lib", &["*"]),
    ("main", &["*"]),
];

/// Modules that may touch the world: each may carry `#![allow(clippy::disallowed_methods)]`.
const MAY_TOUCH: &[&str] = &["cli", "config", "main", "source"];

/// Longest file, in lines.
const FILE_MAX: usize = 500;
/// Half of the files are no longer than this.
const FILE_MEDIAN: usize = 150;
/// Longest function, in lines from its signature to its closing brace.
const FUNCTION_MAX: usize = 80;
/// Nineteen in twenty functions are no longer than this.
const FUNCTION_MOST: usize = 40;

#[test]
fn modules_name_only_what_lies_below_them() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let own = source.module();
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == own) else {
            wrong.push(format!(
                "{}:1: module `{own}` has no row in MAY_NAME of tests/house.rs; give it one",
                source.path
            ));
            continue;
        };
        if allowed.contains(&"*") {
            continue;
        }
        for (named, line) in names::of_crate(&source) {
            if named != own && !allowed.contains(&named.as_str()) {
                wrong.push(forbidden(&source, line, own, &named, allowed));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong direction(s):\n{}", wrong.len(), wrong.join("\n"));
}

fn forbidden(source: &Source, line: usize, own: &str, named: &str, allowed: &[&str]) -> String {
    let remedy = if MAY_NAME.iter().any(|(module, _)| *module == named) {
        "move the code to a module above, or pass the value in"
    } else {
        "name an item by its module, not by its re-export"
    };
    let list = if allowed.is_empty() { "no other module".to_owned() } else { allowed.join(", ") };
    format!("{}:{line}: `{own}` names `crate::{named}` but may name {list}; {remedy}", source.path)
}

#[test]
fn only_the_rim_touches_the_world() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let own = source.module();
        for (at, line) in source.text.lines().enumerate() {
            let allows = line.contains("allow(") || line.contains("expect(");
            if allows && line.contains("clippy::disallowed_methods") && !MAY_TOUCH.contains(&own) {
                wrong.push(format!(
                    "{}:{}: `{own}` may not touch files, environment, clock or network; take the value as an argument",
                    source.path,
                    at + 1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_stays_in_one_file() {
    let allowing: Vec<String> = sources("src")
        .iter()
        .filter(|s| s.text.contains("allow(unsafe_code)") || s.text.contains("expect(unsafe_code"))
        .map(|s| s.path.clone())
        .collect();
    assert!(allowing.len() <= 1, "more than one file allows unsafe code; join them:\n{}", allowing.join("\n"));
}

#[test]
fn files_are_short() {
    let mut all = sources("src");
    let mut lengths: Vec<usize> = all.iter().map(Source::lines).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    let tallest: Vec<String> =
        all.iter().filter(|s| s.lines() > FILE_MEDIAN).map(|s| format!("{}: {} lines", s.path, s.lines())).collect();
    assert!(
        median <= FILE_MEDIAN,
        "the median file has {median} lines, more than {FILE_MEDIAN}; split some of\n{}",
        tallest.join("\n")
    );

    all.extend(["tests", "benches", "fuzz"].iter().flat_map(|folder| sources(folder)));
    let wrong: Vec<String> = all
        .iter()
        .filter(|s| s.lines() > FILE_MAX)
        .map(|s| format!("{}:{FILE_MAX}: the file has {} lines; split it by topic", s.path, s.lines()))
        .collect();
    assert!(wrong.is_empty(), "{} file(s) over {FILE_MAX} lines:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn functions_are_short() {
    let mut all = Vec::new();
    for source in sources("src") {
        all.extend(measure::functions(&source).into_iter().map(|f| (f, source.path.clone())));
    }
    let describe = |f: &measure::Function, path: &str| {
        format!("{path}:{}: fn {} has {} lines; give its steps names", f.line, f.name, f.lines)
    };
    let over: Vec<String> = all.iter().filter(|(f, _)| f.lines > FUNCTION_MAX).map(|(f, p)| describe(f, p)).collect();
    assert!(over.is_empty(), "{} function(s) over {FUNCTION_MAX} lines:\n{}", over.len(), over.join("\n"));

    let long: Vec<String> = all.iter().filter(|(f, _)| f.lines > FUNCTION_MOST).map(|(f, p)| describe(f, p)).collect();
    assert!(
        long.len() * 20 <= all.len(),
        "{} of {} functions are over {FUNCTION_MOST} lines, more than one in twenty:\n{}",
        long.len(),
        all.len(),
        long.join("\n")
    );
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let needles = tree::machine_paths();
    let mut wrong = Vec::new();
    for path in project_files() {
        let bytes = std::fs::read(root().join(&path)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        for needle in &needles {
            if let Some(at) = text.find(needle.as_str()) {
                let line = text[..at].matches('\n').count() + 1;
                wrong.push(format!("{path}:{line}: names `{needle}`; write a path inside the project, or none"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} machine path(s):\n{}", wrong.len(), wrong.join("\n"));
}
