//! `phivet verify`: ways in which de-identification goes wrong, each made here out of people that nobody is; and data in
//! which it went well.
#![cfg(feature = "cli")]
#![allow(clippy::disallowed_methods)] // it makes files and starts the program

#[allow(dead_code, reason = "only zip is needed")]
#[path = "containers/wrap.rs"]
mod wrap;

mod support;

use std::fmt::Write;

use md5::Md5;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use support::Folder;

/// A way to do it badly: what it is, the letter that fails, the file's name, its bytes.
type Way = (&'static str, char, &'static str, Vec<u8>);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn column(name: &str, values: &[&str]) -> Vec<u8> {
    let rows = values.iter().zip(["F", "M", "F", "M"]).map(|(value, sex)| format!("{value},{sex},I10\n"));
    format!("{name},sex,dx\n{}", rows.collect::<String>()).into_bytes()
}

fn text(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// An element of DICOM, explicit VR, little end first.
fn element(tag: (u16, u16), vr: &str, value: &str) -> Vec<u8> {
    let value = if value.len() % 2 == 1 { format!("{value} ") } else { value.to_owned() };
    let length = u16::try_from(value.len()).expect("short").to_le_bytes();
    [&tag.0.to_le_bytes(), &tag.1.to_le_bytes(), vr.as_bytes(), &length, value.as_bytes()].concat()
}

fn dicom(elements: &[Vec<u8>]) -> Vec<u8> {
    let meta = element((2, 0x10), "UI", "1.2.840.10008.1.2.1\0");
    [&[0_u8; 128][..], b"DICM".as_slice(), &meta, &element((8, 0x60), "CS", "MR"), &elements.concat()].concat()
}

/// A picture of nothing with a comment.
fn jpeg(comment: &str) -> Vec<u8> {
    let length = u16::try_from(comment.len() + 2).expect("short").to_be_bytes();
    [&[0xff, 0xd8, 0xff, 0xfe], &length[..], comment.as_bytes(), &[0xff, 0xd9]].concat()
}

fn docx(properties: &str) -> Vec<u8> {
    let core = format!(
        "<?xml version=\"1.0\"?><cp:coreProperties xmlns:cp=\"a\" xmlns:dc=\"b\">{properties}</cp:coreProperties>"
    );
    wrap::zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<w:document><w:body><w:p><w:t>Summary of a visit.</w:t></w:p></w:body></w:document>"),
        ("docProps/core.xml", core.as_bytes()),
    ])
}

/// Dates, ages, places.
fn ways_of_numbers() -> Vec<Way> {
    vec![
        ("year and month left", 'C', "visits.csv", column("admit_date", &["2024-03", "2023-11", "2024-07"])),
        ("a column of months", 'C', "visits.csv", text("admit_year,admit_month,dx\n2024,3,I10\n2023,11,E11\n")),
        ("a quarter", 'C', "visits.ndjson", text("{\"id\":\"p-7QX2M9KD4T\",\"visit\":\"2024-Q1\"}\n")),
        ("a day in free text", 'C', "note.txt", text("The patient was admitted on 03/14/2024 with chest pain.\n")),
        ("a month in free text", 'C', "note.txt", text("The patient was diagnosed in March 2019.\n")),
        (
            "a day in HL7",
            'C',
            "adt.hl7",
            text("MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5\rPID|1||[MRN]||[NAME]||19620314|F\r"),
        ),
        ("age 93", 'C', "people.csv", column("age", &["64", "93", "41"])),
        ("an age in months", 'C', "people.csv", column("age_months", &["768", "1128", "492"])),
        ("a birth year that shows the age", 'C', "people.csv", column("birth_year", &["1962", "1928", "1985"])),
        ("age 93 in free text", 'C', "note.txt", text("Patient is a 93-year-old woman with atrial fibrillation.\n")),
        ("ZIP 5 in a column", 'B', "people.csv", column("zip", &["94110", "60614", "78745"])),
        ("a ZIP3 of too few people", 'B', "people.csv", column("zip3", &["941", "036", "606"])),
        ("a ZIP3 without its zero", 'B', "people.csv", column("zip3", &["941", "36", "606"])),
        ("a birth date in a file's name", 'C', "x_19710304.txt", text("Follow-up in six weeks.\n")),
        ("a birth date in a file's name, with signs", 'C', "x_03-04-1971.csv", column("sex", &["F", "M"])),
        ("a day too old for a log", 'C', "app-19710304.log", text("INFO started\n")),
        ("ZIP 5 in a file's name", 'B', "visits_94110.csv", column("birth_year", &["1962", "1971", "1985"])),
        ("a city", 'B', "people.csv", column("city", &["Asheville", "Dayton", "Tacoma"])),
        ("a position", 'B', "people.csv", text("lat,lon,dx\n35.59512,-82.55154,I10\n39.75895,-84.19161,E11\n")),
    ]
}

/// Names, wherever they hide.
fn ways_of_names() -> Vec<Way> {
    vec![
        ("initials in a column", 'A', "people.csv", column("initials", &["DC", "HB", "RP"])),
        ("initials in a note", 'A', "note.txt", text("Pt. D.C. was given aspirin.\n")),
        (
            "names in a column called otherwise",
            'A',
            "people.csv",
            column("field_7", &["Caldwell", "Brennan", "Ramirez", "Gallagher"]),
        ),
        (
            "a name left in free text",
            'A',
            "notes.ndjson",
            text("{\"note\":\"Mrs. Teresa Ramirez presented with chest pain and was admitted.\"}\n"),
        ),
        (
            "base64 of a name",
            'A',
            "people.csv",
            column("token", &["RGVuaXNlIENhbGR3ZWxs", "SGFyb2xkIEJyZW5uYW4=", "VGVyZXNhIFJhbWlyZXo="]),
        ),
        ("hex of a name", 'A', "people.csv", column("token", &[&hex(b"Denise Caldwell"), &hex(b"Harold Brennan")])),
        ("ROT13 of a name", 'A', "people.csv", column("token", &["Qravfr Pnyqjryy", "Unebyq Oeraana"])),
        ("a name backwards", 'A', "people.csv", column("token", &["llewdlaC esineD", "nannerB dloraH"])),
        (
            "a name in a DICOM private tag",
            'A',
            "scan.dcm",
            dicom(&[
                element((9, 0x10), "LO", "ACME 1.0"),
                element((9, 0x1001), "LO", "CALDWELL^DENISE"),
                element((0x10, 0x10), "PN", ""),
            ]),
        ),
        (
            "a name in a member of an archive",
            'A',
            "out.zip",
            wrap::zip(&[("export/john_smith_labs.csv", b"lab,value\nglucose,98\nsodium,140\n")]),
        ),
        ("a title in a docx", 'A', "letter.docx", docx("<dc:title>Denise Caldwell, summary</dc:title>")),
        ("a comment in a picture", 'A', "scan.jpg", jpeg("Patient: Denise Caldwell")),
    ]
}

/// Numbers and codes.
fn ways_of_codes() -> Vec<Way> {
    let hashed = |of: &dyn Fn(&str) -> String, values: [&str; 2]| values.map(of).join(",F\n");
    let md5 = |value: &str| hex(&Md5::digest(value.as_bytes()));
    let sha1 = |value: &str| hex(&Sha1::digest(value.as_bytes()));
    let sha256 = |value: &str| hex(&Sha256::digest(value.as_bytes()));
    vec![
        (
            "MD5 of an SSN",
            'R',
            "people.csv",
            text(&format!("key,sex\n{},F\n", hashed(&md5, ["219030001", "301040001"]))),
        ),
        (
            "SHA-256 of a birth date",
            'R',
            "people.csv",
            text(&format!("key,sex\n{},F\n", hashed(&sha256, ["03/14/1962", "11/08/1951"]))),
        ),
        (
            "SHA-1 of a phone number",
            'R',
            "people.csv",
            text(&format!("phone_key,sex\n{},F\n", hashed(&sha1, ["4152340003", "2062340003"]))),
        ),
        (
            "a cut SHA-256 of a ZIP code",
            'R',
            "people.csv",
            text(&format!("key,sex\n{},F\n{},M\n", &sha256("94110")[..16], &sha256("60614")[..16])),
        ),
        ("an SSN backwards", 'G', "people.csv", column("token", &["9934-09-635", "1734-09-635"])),
        ("the last four of an SSN", 'G', "people.csv", column("ssn_last4", &["4399", "7218", "9921"])),
        (
            "an MRN in a URL",
            'N',
            "links.csv",
            column("link", &["https://ehr.clinic.test/chart/48291376", "https://ehr.clinic.test/chart/40718265"]),
        ),
        ("an MRN with another prefix", 'H', "people.csv", column("mrn", &["X48291376", "X40718265", "X77301429"])),
        (
            "a phone number in a nested JSON",
            'D',
            "people.ndjson",
            text("{\"patient\":{\"contact\":{\"phone\":\"(206) 387-9921\"}}}\n"),
        ),
        ("a fax number", 'E', "people.csv", column("fax", &["206-387-9921", "415-387-9933"])),
        ("an e-mail address", 'F', "people.csv", column("contact", &["dcaldwell@gmail.com", "hbrennan@gmail.com"])),
        ("a member number", 'I', "people.csv", column("medicare_id", &["2AB3CD4EF56", "7KH9MW3RT21"])),
        ("an account number", 'J', "people.csv", column("patient_account", &["40718265", "77301429"])),
        ("a driver's licence", 'K', "people.csv", column("drivers_license", &["D1234067", "F2040718"])),
        ("a licence plate", 'L', "people.csv", column("license_plate", &["7ABC482", "8XYZ913"])),
        ("a device's serial number", 'M', "devices.csv", column("pacemaker_serial", &["PJN482913H", "PJN774102H"])),
        ("an IP address", 'O', "app.log", text("2024 INFO patient portal login from 73.162.48.19\n")),
        (
            "a finger print",
            'P',
            "people.csv",
            column("fingerprint_template", &["Rk1SACAyMAAAAAEYAAABLAGQ", "Rk1SACAyMAAAAAEYAAABLAGR"]),
        ),
        ("a photograph", 'Q', "people.csv", column("patient_photo", &["faces/48291376.jpg", "faces/40718265.jpg"])),
    ]
}

/// The letters that failed, and what was printed.
fn failed(folder: &Folder, seconds: &str, arguments: &[&str]) -> (i32, Vec<char>, String) {
    let mut all = vec!["verify", "--format", "jsonl", "--certificate", "c.json", "--hash-time", seconds];
    all.extend_from_slice(arguments);
    let ran = folder.phivet(&all);
    let certificate: Value = serde_json::from_str(&folder.read("c.json")).expect("a certificate");
    let letters = certificate["letters"].as_array().expect("letters").iter();
    let failed = letters.filter(|line| line["result"] == "fail");
    let failed = failed.map(|line| line["letter"].as_str().and_then(|l| l.chars().next()).expect("a letter")).collect();
    (ran.code, failed, ran.out + &ran.err + &folder.read("c.json"))
}

#[test]
fn bad_ways_are_caught() {
    let ways = [ways_of_numbers(), ways_of_names(), ways_of_codes()].concat();
    assert!(ways.len() >= 30);
    let mut wrong = Vec::new();
    for (number, (what, letter, name, bytes)) in ways.iter().enumerate() {
        let folder = Folder::new(&format!("bad-{number}"));
        folder.file(&format!("out/{name}"), bytes);
        let (code, letters, printed) = failed(&folder, "100", &["out"]);
        if code != 1 || !letters.contains(letter) {
            wrong.push(format!("{what}: exit {code}, failed {letters:?} and not {letter}\n{printed:.1500}"));
        }
        for value in [
            "Caldwell",
            "CALDWELL",
            "Ramirez",
            "llewdlaC",
            "Pnyqjryy",
            "RGVuaXNl",
            "48291376",
            "john_smith",
            "9934-09",
            "94110",
            "19710304",
            "03-04-1971",
        ] {
            if printed.contains(value) {
                wrong.push(format!("{what}: `{value}` is printed\n{printed:.1500}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), ways.len(), wrong.join("\n\n"));
}

/// Data that were de-identified well.
fn clean(folder: &Folder) {
    let mut rows = String::from("person_id,name,birth_year,age,zip3,sex,admit_year,state,los_days,dx,drug,lab_value\n");
    for (number, zip) in ["941", "000", "606", "100", "787", "941"].iter().enumerate() {
        let code = hex(&Sha256::digest(format!("random {number}")));
        let _ = writeln!(
            rows,
            "p-{},[NAME],19{},{},{zip},F,2024,CA,{number},I10,metformin,{}.4",
            &code[..12],
            50 + number,
            if number == 1 { "90+" } else { "61" },
            5 + number
        );
    }
    folder
        .file("out/people.csv", rows)
        .file("out/visits.ndjson", "{\"patient_id\":\"c41f8e27-6b0d-4935-a2e8-57d90b3f6c18\",\"mrn\":\"tok_mrn_k1_3f9a7c21b0d4\",\"visit_year\":2024,\"zip3\":\"941\",\"note\":\"[NAME] was seen in 2024 for hypertension.\",\"phone\":\"[PHONE]\"}\n{\"patient_id\":\"5f1b8c30-92d7-4e6a-8b45-d17c03e9a286\",\"mrn\":\"tok_mrn_k1_88ac41f29e07\",\"visit_year\":2023,\"zip3\":\"000\",\"note\":\"Follow-up of asthma in 2023.\",\"phone\":null}\n")
        .file("out/notes/note-1.txt", "[NAME] is a 64-year-old woman from CA, seen in 2024 for hypertension (I10).\nMRN: [MRN]. DOB: 1962. Phone: [PHONE]. Aged 90 or older: no.\nStarted on lisinopril 10 mg; follow-up in 6 weeks.\n")
        .file("out/adt.hl7", "MSH|^~\\&|A|B|C|D|2024||ADT^A01|1|P|2.5\rPID|1||tok_mrn_k1_3f9a7c21b0d4||[NAME]||1962|F\r")
        .file("out/patient.json", "{\"resourceType\":\"Patient\",\"id\":\"c41f8e27-6b0d-4935-a2e8-57d90b3f6c18\",\"meta\":{\"lastUpdated\":\"2026-01-04T10:11:12Z\"},\"gender\":\"female\",\"birthDate\":\"1962\"}\n")
        .file("out/app.log", "2026-01-04T10:11:12Z INFO loaded chart of tok_mrn_k1_3f9a7c21b0d4\n2026-01-04T10:11:13Z INFO stored chart of tok_mrn_k1_88ac41f29e07\n")
        .file("out/README.md", "# Data dictionary\n\nReleased 2026-01-04, version 1.2. `zip3` is 000 where 20,000 people or fewer live.\nCodes after http://hl7.org/fhir/sid/icd-10-cm and https://loinc.org/2345-7.\n")
        .file("out/scan.dcm", dicom(&[element((8, 0x20), "DA", "2024"), element((0x10, 0x10), "PN", ""), element((0x20, 0xd), "UI", "2.25.329800735698586629295641978511506172918")]))
        .file("out/formulary.csv", "drug_name,strength,updated_on,expires\nmetformin,500 mg,2026-01-04,2027-03-01\nlisinopril,10 mg,2026-01-04,2027-06-01\n")
        .file("out/metrics.jsonl", "{\"ts\":\"2026-01-04T10:11:12Z\",\"level\":\"info\",\"rows\":12}\n{\"ts\":\"2026-01-04T10:11:13Z\",\"level\":\"info\",\"rows\":9}\n")
        .file("out/report.json", "{\"resourceType\":\"DiagnosticReport\",\"status\":\"final\",\"effectiveDateTime\":\"2013\",\"issued\":\"2013-01-01T00:00:00Z\"}\n")
        .file("out/access.log", "10.0.0.7 - - [01/Nov/2026:10:00:00 +0000] \"GET /fhir/Patient?family=[NAME]&birthdate=1947 HTTP/1.1\" 200\n")
        .file("out/app.log", "route=primary slug=4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce\n")
        .file("out/build.log", "Downloading https://repo.example/org/jordan/lib-13.13.6.jar\n2026-03-168 warning: unused variable\n")
        .file("out/app-20190412.log", "INFO started\n")
        .file("out/logs/app.log.2019-04-12", "INFO started\n")
        .file("out/release_20190412/labs.csv", "lab,value\nglucose,98\nsodium,140\n")
        .file("out/labs_20250304.csv", "lab,value\nglucose,98\nsodium,140\n")
        .file("out/part-00601.csv", column("birth_year", &["1962", "1971", "1985"]));
}

#[test]
fn clean_data_pass() {
    let folder = Folder::new("clean");
    clean(&folder);
    let (code, letters, printed) = failed(&folder, "100", &["out"]);
    assert!(code == 0 && letters.is_empty(), "{letters:?}\n{printed}");
    let certificate: Value = serde_json::from_str(&folder.read("c.json")).expect("a certificate");
    assert_eq!(certificate["result"], "pass");
    assert_eq!(certificate["letters"].as_array().map(Vec::len), Some(18));
    let own = hex(&Sha256::digest(folder.read("out/people.csv")));
    assert!(certificate["files"].as_array().expect("files").iter().any(|file| file["sha256"] == own.as_str()));
    let ran = folder.phivet(&["verify", "out", "--certificate", "c.md", "--hash-time", "1"]).exits(0);
    assert!(
        ran.out.contains("Safe Harbor: pass") && ran.out.contains("G pass  Social Security numbers"),
        "{}",
        ran.out
    );
    assert!(folder.read("c.md").contains("| G | Social Security numbers | pass | 0 |"));
}

#[test]
fn what_redact_writes_passes() {
    let folder = Folder::new("redacted-passes");
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").display().to_string();
    folder.phivet(&["redact", &data, "out", "--quiet"]).exits(0);
    let (code, letters, printed) = failed(&folder, "10", &["out"]);
    assert!(code == 0 && letters.is_empty(), "{letters:?}\n{printed}");
}

#[test]
fn what_fails_is_not_hashed() {
    let folder = Folder::new("unhashed");
    folder.file("note.txt", "patient SSN 219-46-8837\n");
    folder.phivet(&["verify", "note.txt", "--certificate", "c.json", "--certificate", "c.md", "--quiet"]).exits(1);
    let own = hex(&Sha256::digest(folder.read("note.txt")));
    assert!(!folder.read("c.json").contains(&own) && !folder.read("c.md").contains(&own));
    assert!(folder.read("c.md").contains("none: it may hold values"));
}

#[test]
fn the_original_is_compared() {
    let folder = Folder::new("original");
    folder.file("in/people.csv", "mrn,last_name,first_name,dob,note\n48291376,Zyrkowiak,Denise,1962-03-14,asthma\n40718265,Brennan,Harold,1951-11-08,copd\n");
    // A surname that is in no list is known by the original alone; so is a number without its label.
    for (what, line) in [
        ("exact", "ZYRKOWIAK"),
        ("backwards", "kaiwokryz"),
        ("digits only", "ref 4829-1376"),
        ("in hex", "5a79726b6f7769616b"),
        ("base64", "Wnlya293aWFr"),
        ("bare MD5", &hex(&Md5::digest(b"48291376"))),
        ("another form", "14.03.1962"),
    ] {
        folder.file("out/data.txt", format!("row one {line} end\n"));
        let (code, _, printed) = failed(&folder, "0", &["out", "--original", "in"]);
        assert_eq!(code, 1, "{what}\n{printed}");
        assert!(printed.contains("of the original") && !printed.contains(line), "{what}\n{printed}");
    }
    folder.file("out/data.txt", "row one, asthma, copd, 1962 end\n");
    let (code, _, printed) = failed(&folder, "0", &["out", "--original", "in"]);
    assert_eq!(code, 0, "{printed}");
    folder.phivet(&["verify", "out", "--original", "nowhere"]).exits(2).says(&["nowhere", "no such file"]);
}

#[test]
fn combinations_are_counted() {
    let folder = Folder::new("quasi");
    let mut rows = String::from("zip3,birth_year,sex,dx\n");
    for number in 0..12 {
        let _ = writeln!(rows, "941,{},F,{}", 1960 + number % 2, ["I10", "E11", "J45"][number % 3]);
    }
    folder.file("out/people.csv", &rows);
    let asked = ["verify", "out", "--quasi", "zip3,birthYear,sex", "--sensitive", "dx", "--certificate", "c.json"];
    folder.phivet(&asked).exits(0);
    folder.file("out/people.csv", rows + "606,1971,M,I10\n");
    let ran = folder.phivet(&asked).exits(1);
    assert!(ran.out.contains("k = 1, 1 of 13 records at risk") && ran.out.contains("out/people.csv:14"), "{}", ran.out);
    let certificate: Value = serde_json::from_str(&folder.read("c.json")).expect("a certificate");
    assert_eq!(
        (&certificate["quasi"]["unique"], &certificate["quasi"]["l"], &certificate["result"]),
        (&Value::from(1), &Value::from(1), &Value::from("fail"))
    );
    folder.phivet(&["verify", "out", "--quasi", "nothing"]).exits(2).says(&["--quasi"]);
}

#[test]
fn nothing_is_exempt_and_nothing_unread_passes() {
    let folder = Folder::new("exempt");
    folder
        .file("phivet.yaml", "exclude: [out/]\nignore: [ssn]\n")
        .file("out/.gitignore", "*\n")
        .file("out/a.csv", "ssn,sex\n536-90-4399,F  # phivet:allow ssn -- ours\n");
    folder.phivet(&["verify", "out"]).exits(1);
    folder.phivet(&["verify", "out", "--ignore", "ssn"]).exits(2).says(&["nothing in it is exempt"]);
    folder.file("out/a.csv", b"7z\xbc\xaf\x27\x1c and more");
    folder.phivet(&["verify", "out"]).exits(2);
    folder.phivet(&["verify"]).exits(2).says(&["no data are named"]);
    folder.phivet(&["verify", "nowhere"]).exits(2).says(&["no such file"]);
}

#[test]
fn the_time_for_hashes_is_told() {
    let folder = Folder::new("hash-time");
    folder.file("out/a.csv", format!("key,sex\n{},F\n", hex(&Sha256::digest(b"not in any space"))));
    // Not even the small spaces were tried: that is no pass.
    let ran = folder.phivet(&["verify", "out", "--hash-time", "0", "--certificate", "c.json"]).exits(2);
    for says in
        ["the time for undoing them was over", "Safe Harbor: incomplete", "1 token may be a hash", "--hash-time"]
    {
        assert!(ran.out.contains(says), "{says}: {}", ran.out);
    }
    assert!(folder.read("c.json").contains("\"incomplete\""));
    // The large ones nobody tries to their end.
    let ran = folder.phivet(&["verify", "out", "--hash-time", "30", "--certificate", "c.md"]).exits(0);
    for says in ["Safe Harbor: pass", "the time for undoing them was over", "of the Social Security numbers"] {
        assert!(ran.out.contains(says), "{says}: {}", ran.out);
    }
    assert!(folder.read("c.md").contains("\n1 document, "), "{}", folder.read("c.md"));
    folder.file("out/a.csv", "key,sex\nx,F\n");
    folder.phivet(&["verify", "out", "--hash-time", "0"]).exits(0);
    let help = folder.phivet(&["verify", "--help"]).exits(0).out;
    assert!(help.contains("phivet verify out --original in") && !help.contains("phivet scan --staged"), "{help}");
}
