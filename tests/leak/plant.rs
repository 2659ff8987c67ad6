//! Puts values into documents of many formats.

use std::fmt::Write;

use super::support::Folder;
use super::values::Value;

/// A log, each value behind its label; every tenth line with the value in the reason of an allow, too.
pub(crate) fn log(values: &[Value]) -> String {
    let mut text = String::new();
    for (n, value) in values.iter().enumerate() {
        let Value { label, text: value, .. } = value;
        let allow = if n % 10 == 0 {
            format!(" # phivet:allow all -- as with {value}, seen by Maria Alvarez")
        } else {
            String::new()
        };
        let _ = writeln!(text, "2024-03-01T10:00:00Z INFO patient {label}={value} diagnosis=E11.9{allow}");
    }
    text
}

/// May it stand in the name of a file, and does it say there what it is?
pub(crate) fn in_names(value: &Value) -> bool {
    matches!(value.kind.as_str(), "ssn" | "phone" | "name" | "mrn" | "email" | "account" | "health_plan_id" | "dob")
        && !value.text.contains('/')
}

/// A file's name that holds the value.
pub(crate) fn name(value: &Value) -> String {
    match value.kind.as_str() {
        "name" | "email" => format!("{}.txt", value.text),
        _ => format!("{}_{}.txt", value.label, value.text),
    }
}

/// Writes documents of many formats, each with all values.
pub(crate) fn files(folder: &Folder, values: &[Value]) {
    let lines = |line: &dyn Fn(&Value) -> String| values.iter().map(line).collect::<String>();
    let log = log(values);
    let (labels, texts): (Vec<&str>, Vec<&str>) = values.iter().map(|v| (v.label.as_str(), v.text.as_str())).unzip();
    let rows: Vec<String> = texts
        .chunks(22)
        .map(|row| row.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(","))
        .collect();
    let header = labels.chunks(22).next().unwrap_or(&[]).join(",");
    let records: Vec<serde_json::Value> = values
        .chunks(22)
        .map(|row| {
            row.iter().map(|v| (v.label.clone(), v.text.clone().into())).collect::<serde_json::Map<_, _>>().into()
        })
        .collect();
    let json = serde_json::json!({"resourceType": "Bundle", "patients": records}).to_string();
    folder
        .file("app.log", &log)
        .file("data.json", &json)
        .file("nested.log", lines(&|v| format!("INFO body={}\n", serde_json::json!({&v.label: v.text}))))
        .file("data.csv", format!("{header}\n{}\n", rows.join("\n")))
        .file("data.tsv", format!("{header}\n{}\n", rows.join("\n")).replace(',', "\t"))
        .file("data.yaml", lines(&|v| format!("- patient:\n    {}: \"{}\"\n", v.label, v.text)))
        .file("data.xml", lines(&|v| format!("<patient><{0}>{1}</{0}><x {0}=\"{1}\"/></patient>\n", v.label, v.text)))
        .file("dump.sql", lines(&|v| format!("INSERT INTO patients (id, {}) VALUES (1, '{}');\n", v.label, v.text)))
        .file("adt.hl7", lines(&|v| format!("MSH|^~\\&|A|B|C|D|20240301||ADT^A01|1|P|2.5\rPID|1||{0}^^^H^MR||{0}||19560312|F\r", v.text)))
        .file("patient.fhir.json", lines(&|v| {
            let patient = serde_json::json!({"resourceType": "Patient", "identifier": [{"type": {"text": v.label}, "value": v.text}], "name": [{"text": v.text}]});
            format!("{patient}\n")
        }))
        .file("code.py", lines(&|v| format!("patient.{} = \"{}\"  # {}\n", v.label, v.text, v.text)))
        .file("code.rs", lines(&|v| format!("let {} = \"{}\"; // patient {}\n", v.label, v.text, v.text)))
        .file(".env", lines(&|v| format!("PATIENT_{}={}\n", v.label.to_uppercase(), v.text)))
        .file("note.md", lines(&|v| format!("The patient, {}, was seen for diabetes; {} {}.\n", v.text, v.label.replace('_', " "), v.text)))
        .file("long.txt", log.replace('\n', " "))
        .file("wide.txt", log.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
        .file("latin.txt", log.replace("patient", "pati\u{e9}nt").chars().map(|c| c as u32 as u8).collect::<Vec<u8>>())
        .file("core.bin", [&[0_u8, 1, 2, 255][..], log.replace('\n', "\0\x01").as_bytes()].concat())
        .file("broken/phivet.yaml", lines(&|v| format!("profle: [\"{}\"\n", v.text)));
}
