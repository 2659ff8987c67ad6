//! Values in the form of their document.

use super::*;

fn fitted(name: &str, text: &str, value: &str, new: &str) -> String {
    let document = Document::of(name, text.as_bytes().to_vec());
    let at = text.find(value).expect("it stands there");
    let at = at..at + value.len();
    let new = Syntax::of(&document).fit(&at, new.as_bytes().to_vec());
    format!("{}{}{}", &text[..at.start], String::from_utf8_lossy(&new), &text[at.end..])
}

#[test]
fn bare_numbers_get_quotes() {
    for (name, text, value, new, becomes) in [
        ("a.json", r#"{"ssn": 536904399, "n": 1}"#, "536904399", "[SSN]", r#"{"ssn": "[SSN]", "n": 1}"#),
        ("a.json", r#"{"age": 93}"#, "93", "90", r#"{"age": 90}"#),
        ("a.json", r#"{"zip": 12139}"#, "12139", "021", r#"{"zip": "021"}"#),
        ("a.json", r#"{"t": "ssn: 536904399, ok"}"#, "536904399", "[SSN]", r#"{"t": "ssn: [SSN], ok"}"#),
        ("a.json", "[536904399, 2]", "536904399", "[SSN]", "[\"[SSN]\", 2]"),
        ("a.sql", "INSERT INTO p VALUES (1, 536904399);", "536904399", "[SSN]", "INSERT INTO p VALUES (1, '[SSN]');"),
        ("a.log", r#"x {"ssn":536904399} y"#, "536904399", "[SSN]", r#"x {"ssn":"[SSN]"} y"#),
        ("a.csv", "ssn\n536904399\n", "536904399", "[SSN]", "ssn\n[SSN]\n"),
    ] {
        assert_eq!(fitted(name, text, value, new), becomes);
    }
}

#[test]
fn times_belong_to_dates() {
    let text = "on 2024-03-05T10:11:12.5Z. then 20240305101112 end, 2024-03-05 10:11";
    let document = Document::of("a.txt", text.as_bytes().to_vec());
    let syntax = Syntax::of(&document);
    for (from, len, becomes) in [(3, 10, "2024-03-05T10:11:12.5Z"), (32, 8, "20240305101112"), (52, 10, "2024-03-05")] {
        assert_eq!(&text[syntax.with_time(from..from + len)], becomes);
    }
}

#[test]
fn values_of_dicom_keep_their_length() {
    for (vr, text, len, becomes) in [
        (b"PN", "[NAME]", 15, "[NAME]         "),
        (b"PN", "[NAME]", 4, "[NAM"),
        (b"DA", "1950", 8, "        "),
        (b"DA", "19500301", 8, "19500301"),
        (b"DT", "1950", 8, "1950    "),
        (b"AS", "90+", 4, "090Y"),
        (b"UI", "[OTHER_ID]", 10, "2.25.10000"),
    ] {
        assert_eq!(of_vr(Some(*vr), text.as_bytes().to_vec(), len), becomes.as_bytes());
    }
}
