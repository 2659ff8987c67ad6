//! Values that are written otherwise than a label's value usually is: escapes, several blanks, other signs between digits.

use crate::support::Folder;

/// A file's name, its text, and what becomes of it.
const CASES: &[(&str, &str, &str)] = &[
    ("a.json", r#"{"ssn":"219\u002d46\u002d8837","d":"\u0044enise Caldwell"}"#, r#"{"ssn":"[SSN]","d":"[NAME]"}"#),
    (
        "a.json",
        "{\"patient_name\": \"Jos\\u00e9 N\\u00fa\\u00f1ez\", \"mrn\": \"00482913\"}",
        "{\"patient_name\": \"[NAME]\", \"mrn\": \"[MRN]\"}",
    ),
    (
        "a.html",
        "<p ssn=\"219&#45;46&#x2d;8837\"><patient_name>D&#101;nise Caldwell</patient_name> Denise <i>Caldwell</i></p>\n",
        "<p ssn=\"[SSN]\"><patient_name>[NAME]</patient_name> [NAME] <i>[NAME]</i></p>\n",
    ),
    (
        "p.csv",
        "name,ssn\nDenise  Caldwell,219-46-8837\n\"Denise \"\"Dee\"\" Caldwell\",219-46-8839\n",
        "name,ssn\n[NAME],[SSN]\n\"[NAME]\",[SSN]\n",
    ),
    (
        "dump.sql",
        "INSERT INTO patients (name,ssn) VALUES ('Denise O''Caldwell','219-46-8837');\n",
        "INSERT INTO patients (name,ssn) VALUES ('[NAME]','[SSN]');\n",
    ),
    ("p.csv", "mrn,dx\n00482913,E11.9\n", "mrn,dx\n[MRN],E11.9\n"),
    ("app.log", "b c3NuPTIxOS00Ni04ODM3IG1ybj0wMDQ4MjkxMw==\n", "b c3NuPVtTU05dIG1ybj1bTVJOXQ==\n"),
    (
        "app.log",
        "ssn=219-46-8837 again 219468837 219.46.8837 219 46 8837 part 2194688370\n",
        "ssn=[SSN] again [SSN] [SSN] [SSN] part 2194688370\n",
    ),
    ("app.log", "email: denise.c@mercy.org\nphone (217) 832-4417\n", "email: [EMAIL]\nphone [PHONE]\n"),
    (
        "note.txt",
        "Patient name: Denise  Caldwell\nPatient name: Denise (Dee) Caldwell\n",
        "Patient name: [NAME]  [NAME]\nPatient name: [NAME] ([NAME]) [NAME]\n",
    ),
    ("note.txt", "Patient Denise Caldwell, DOB 03/02/1950, SSN xxx-xx-4399\n", "Patient [NAME], DOB 1950, SSN [SSN]\n"),
];

#[test]
fn what_is_written_otherwise_goes_too() {
    let folder = Folder::new("redact-otherwise");
    let mut wrong = Vec::new();
    for (name, text, wanted) in CASES {
        folder.file(name, text);
        let got = folder.phivet(&["redact", name, "--quiet"]).exits(0).out;
        if got != *wanted {
            wrong.push(format!("{name}: {got:?} instead of {wanted:?}"));
        }
        folder.file(name, &got);
        let again = folder.phivet(&["redact", name, "--quiet"]).exits(0).out;
        if again != got {
            wrong.push(format!("{name}: redacting it twice changes it: {again:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_escape_is_told_where_it_is_written() {
    let folder = Folder::new("escapes-place");
    let text = "{\"id\": 1,\n \"ssn\": \"219\\u002d46\\u002d8837\", \"caf\\u00e9\": \"x\"}\n";
    folder.file("a.json", text);
    let found = folder.phivet(&["scan", "a.json", "--isolated", "--format", "jsonl", "--exit-zero"]).exits(0).records();
    let ssn = found.iter().find(|record| record["rule"] == "ssn").expect("a finding");
    let at = |name: &str| usize::try_from(ssn[name].as_u64().expect("a number")).expect("an offset");
    assert_eq!(&text[at("start_byte")..at("end_byte")], "219\\u002d46\\u002d8837");
    assert_eq!((at("line"), at("column")), (2, 10));
}
