//! What `phivet redact` writes is read by the parsers of others: JSON, FHIR, HL7 v2, DICOM, CSV, XML, in Rust and Python.
#![cfg(all(feature = "cli", unix))]
#![allow(clippy::disallowed_methods)] // it makes files and starts programs

#[path = "redact/apart.rs"]
mod apart;
mod support;
#[path = "support/tools.rs"]
mod tools;

use std::fs;
use std::path::Path;
use std::process::Command;

use apart::{Apart, keys};
use support::Folder;

/// What other people's parsers say of the results.
const PARSERS: &str = r#"
import io, json, sys, pathlib, xml.etree.ElementTree
import hl7, pydicom
from fhir.resources import get_fhir_model_class
before, after = map(pathlib.Path, sys.argv[1:])
wrong, seen = [], set()
def fhir(path):
    data = json.loads(path.read_bytes())
    get_fhir_model_class(data["resourceType"]).model_validate(data)
    return data["resourceType"]
def message(path):
    return [str(segment[0]) for segment in hl7.parse(path.read_text().replace("\n", "\r").strip())]
def dicom(path):
    elements = pydicom.dcmread(path, force=False)
    return [(element.tag, element.VR) for element in elements.iterall()]
def rows(path):
    import csv
    return [len(row) for row in csv.reader(io.StringIO(path.read_text()))]
def tree(path):
    return [element.tag for element in xml.etree.ElementTree.parse(path).iter()]
def keys(path):
    def of(value):
        if isinstance(value, dict): return {key: of(inner) for key, inner in value.items()}
        return [of(inner) for inner in value] if isinstance(value, list) else None
    return of(json.loads(path.read_bytes()))
PARSERS = {".json": [keys, fhir], ".hl7": [message], ".dcm": [dicom], ".csv": [rows], ".xml": [tree]}
for path in sorted(before.rglob("*")):
    for parse in PARSERS.get(path.suffix, []):
        try: expected = parse(path)
        except Exception: continue
        other = after / path.relative_to(before)
        if not other.exists(): continue
        seen.add(parse.__name__)
        try:
            got = parse(other)
            if got != expected: wrong.append(f"{path.name}: {parse.__name__} reads something else")
        except Exception as error: wrong.append(f"{path.name}: {parse.__name__}: {type(error).__name__}")
missing = {"keys", "fhir", "message", "dicom", "rows", "tree"} - seen
if missing: wrong.append(f"nothing to read for {missing}")
print("\n".join(wrong)); sys.exit(bool(wrong))
"#;

#[test]
fn others_read_what_is_written() {
    if tools::offline() {
        return;
    }
    let packages = ["hl7", "pydicom", "fhir.resources"];
    let python = tools::python("redact", &packages).join("python");
    let (folder, apart) = (Folder::new("redact-parsers"), Apart::new("parsers"));
    let file = keys(&folder, &apart);
    copy(&tools::root().join("testdata"), &folder.0.join("in"));
    for (policy, out) in [("safe-harbor", "safe"), ("research", "research")] {
        folder.phivet(&["redact", "in", out, "--policy", policy, "--key-file", &file, "--quiet"]).exits(0);
        let done = Command::new(&python)
            .args(["-c", PARSERS, "in", out])
            .current_dir(&folder.0)
            .output()
            .expect("python starts");
        assert!(
            done.status.success(),
            "{policy}:\n{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

/// What a document consists of, by the crates that Rust programs read it with; `None` where it is none, or damaged.
fn parsed(path: &Path) -> Option<Vec<String>> {
    let bytes = fs::read(path).ok()?;
    match path.extension()?.to_str()? {
        "json" => {
            let mut paths = Vec::new();
            members(&serde_json::from_slice(&bytes).ok()?, "", &mut paths);
            Some(paths)
        }
        "csv" | "tsv" => {
            let delimiter = if path.extension()? == "tsv" { b'\t' } else { b',' };
            let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(&bytes[..]);
            reader.records().map(|record| record.ok().map(|record| record.len().to_string())).collect()
        }
        "xml" => elements(&bytes),
        _ => None,
    }
}

fn members(value: &serde_json::Value, path: &str, out: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members_of) => {
            members_of.iter().for_each(|(key, value)| members(value, &format!("{path}.{key}"), out));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| members(value, &format!("{path}[]"), out)),
        _ => out.push(path.to_owned()),
    }
}

fn elements(bytes: &[u8]) -> Option<Vec<String>> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let (mut names, mut buffer) = (Vec::new(), Vec::new());
    loop {
        let name = |element: &quick_xml::events::BytesStart<'_>| {
            let attributes: Option<Vec<String>> = element
                .attributes()
                .map(|a| a.ok().map(|a| String::from_utf8_lossy(a.key.as_ref()).into_owned()))
                .collect();
            Some(format!("{} {}", String::from_utf8_lossy(element.name().as_ref()), attributes?.join(" ")))
        };
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) | Event::Empty(element) => names.push(name(&element)?),
            Event::End(_) => names.push("/".to_owned()),
            Event::Eof => return Some(names),
            _ => {}
        }
        buffer.clear();
    }
}

#[test]
fn documents_keep_their_form() {
    let (folder, apart) = (Folder::new("redact-forms"), Apart::new("forms"));
    let file = keys(&folder, &apart);
    copy(&tools::root().join("testdata"), &folder.0.join("in"));
    let mut before = Vec::new();
    for entry in walkdir::WalkDir::new(folder.0.join("in")).into_iter().flatten() {
        let below = entry.path().strip_prefix(folder.0.join("in")).expect("it is below").to_owned();
        before.extend(parsed(entry.path()).map(|form| (below, form)));
    }
    for policy in ["safe-harbor", "limited-data-set", "research", "logs"] {
        folder.phivet(&["redact", "in", policy, "--policy", policy, "--key-file", &file, "--quiet"]).exits(0);
        let mut compared = 0;
        for (below, form) in &before {
            let after = folder.0.join(policy).join(below);
            if after.exists() {
                compared += 1;
                assert_eq!(parsed(&after).as_ref(), Some(form), "{policy}: {}", below.display());
            }
        }
        assert!(compared > 30, "{policy}: {compared} documents");
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).expect("a file");
    }
}
