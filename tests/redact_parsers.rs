//! What `phivet redact` writes is read by the parsers of others: JSON, FHIR, HL7 v2, DICOM, CSV, XML.
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
