//! Tables and SQL: columns as labels of the values below them.
#![allow(clippy::disallowed_methods)] // it measures time

use phivet::document::Document;
use phivet::fields::{Field, Format, Label, Owner, sql, table};
use proptest::prelude::*;

/// The fields of a text as `label=value` lines, or nothing when it is not of this format.
fn fields(format: &Format, name: &str, text: &str) -> Vec<String> {
    let document = Document::of(name, text.as_bytes().to_vec());
    if !(format.is)(&document) {
        return Vec::new();
    }
    let mut out = Vec::new();
    (format.read)(&document, &mut out);
    out.iter().map(|field| line(&document, field)).collect()
}

fn line(document: &Document, field: &Field) -> String {
    let text = |range: &std::ops::Range<usize>| String::from_utf8_lossy(&document.bytes[range.clone()]).into_owned();
    let label = match &field.label {
        Label::Text(range) => text(range),
        Label::Word(word) => word.clone(),
        Label::Kind(kind) => (*kind).to_owned(),
        Label::Prose => "prose".to_owned(),
        Label::Base64 => "base64".to_owned(),
        Label::Nothing | Label::Synthetic => "-".to_owned(),
    };
    format!("{label}={}", text(&field.value))
}

fn tables(text: &str) -> Vec<String> {
    fields(&table::FORMAT, "export.txt", text)
}

fn statements(text: &str) -> Vec<String> {
    fields(&sql::FORMAT, "dump.sql", text)
}

#[test]
fn delimited_tables() {
    let want = ["id=7", "last_name=Oduya", "dob=1961-04-09", "id=8", "last_name=Brandt", "dob=1970-12-30"];
    for by in [",", "\t", "|", ";"] {
        let text = "id,last_name,dob\n7,Oduya,1961-04-09\r\n8,Brandt,1970-12-30\n".replace(',', by);
        assert_eq!(tables(&text), want, "delimiter {by}");
    }
}

#[test]
fn columns_of_blanks() {
    // pandas: cells end where their names do, and the rows have numbers of their own.
    let pandas = "       mrn             name         dob\n0  4471093      Oduya, Mira  1961-04-09\n1   882104  Brandt, Änne Jo  1970-12-30\n";
    let want =
        ["mrn=4471093", "name=Oduya, Mira", "dob=1961-04-09", "mrn=882104", "name=Brandt, Änne Jo", "dob=1970-12-30"];
    assert_eq!(tables(pandas), want);
    // Reports: cells begin where their names do; SQL*Plus draws rules of dashes.
    let left = "MRN      LAST NAME  DOB\n4471093  Oduya      1961-04-09\n882104              1970-12-30\n\nend";
    assert_eq!(tables(left), ["MRN=4471093", "LAST NAME=Oduya", "DOB=1961-04-09", "MRN=882104", "DOB=1970-12-30"]);
    let ruled = "    MRN LAST_NAME  BORN\n------- ---------- ----------\n4471093 Oduya      1961-04-09\n";
    assert!(tables(ruled).is_empty(), "names that one blank parts are no columns: {:?}", tables(ruled));
    let ruled = "    MRN  LAST_NAME  BORN\n-------  ---------  ----------\n4471093  Oduya      1961-04-09\n";
    assert_eq!(tables(ruled), ["MRN=4471093", "LAST_NAME=Oduya", "BORN=1961-04-09"]);
    // Prose and code with wide blanks is no table.
    for text in [
        "some text  with blanks  in it\nand some more  of the  same\n",
        "#    * support for x  and y  and z\n#    * support for a  and b  and c\n",
        "int a;   // one   two\nint bc;  // three four   five\n",
    ] {
        assert!(tables(text).is_empty(), "{text}: {:?}", tables(text));
    }
}

#[test]
fn records_as_lists() {
    let want = ["mrn=4471093", "name=Oduya, Mira", "dob=1961-04-09"];
    assert_eq!(tables("-[ RECORD 1 ]------\nmrn  | 4471093\nname | Oduya, Mira\ndob  | 1961-04-09\n"), want);
    assert_eq!(
        tables("mrn          4471093\nname     Oduya, Mira\ndob       1961-04-09\nName: 1, dtype: object\n"),
        want
    );
    let markdown = "| Field | Value |\n|---|---|\n| mrn | 4471093 |\n| dob | 1961-04-09 |\n";
    let found = tables(markdown);
    assert!(["mrn=4471093", "dob=1961-04-09"].iter().all(|own| found.contains(&(*own).to_owned())), "{found:?}");
    assert!(tables("usage  prints this\nexit   leaves; a very  long  line\n").is_empty());
}

#[test]
fn quotes_hold_delimiters_quotes_and_line_ends() {
    let text = "name,note,zip\n\"Oduya, Mira\",\"says \"\"no\"\"\nand goes\",02139\n'Brandt',x,10115\n";
    let want =
        ["name=Oduya, Mira", "note=says \"\"no\"\"\nand goes", "zip=02139", "name=Brandt", "note=x", "zip=10115"];
    assert_eq!(tables(text), want);
}

#[test]
fn headers_in_any_style_and_behind_comments() {
    let text = "# made by export 3\n\nPAT_FIRST_NAME,Date of Birth,Tel.No\nMira,04/09/1961,617-555-0143\n";
    assert_eq!(tables(text), ["PAT_FIRST_NAME=Mira", "Date of Birth=04/09/1961", "Tel.No=617-555-0143"]);
    assert_eq!(tables("\u{feff}ssn;name;city\n219-09-9998;Mira;Jena\n").len(), 3);
    // The index column of a data frame has no name.
    assert_eq!(tables(",name,age\n0,Mira,61\n1,Jon,33\n"), ["=0", "name=Mira", "age=61", "=1", "name=Jon", "age=33"]);
}

#[test]
fn drawn_tables() {
    let psql = " id | last_name |    dob     \n----+-----------+------------\n  7 | Oduya     | 1961-04-09\n(1 row)\n";
    let markdown =
        "Some words.\n\n| id | last_name | dob |\n|---:|:---|---|\n| 7 | Oduya | 1961-04-09 |\n\nMore words.\n";
    let mysql = "+----+-----------+------------+\n| id | last_name | dob        |\n+----+-----------+------------+\n|  7 | Oduya     | 1961-04-09 |\n+----+-----------+------------+\n";
    for text in [psql, markdown, mysql] {
        assert_eq!(tables(text), ["id=7", "last_name=Oduya", "dob=1961-04-09"], "{text}");
    }
}

#[test]
fn a_table_inside_a_log() {
    let text = "2024-05-01 10:00:00 INFO export begins\nmrn,name,dob\n00412,Mira Oduya,1961-04-09\n00413,Jon Brandt,1970-12-30\n2024-05-01 10:00:01 INFO done\n";
    assert_eq!(tables(text).len(), 6);
}

#[test]
fn code_and_prose_are_no_tables() {
    let no: Vec<String> = Vec::new();
    for text in [
        "int a, b, c;\nfoo(a, b, c);\nbar(a, b, c);\n",
        "Dear Mira, thanks\nI am here, you too\nAll is well, Jon\n",
        "use std::fmt;\nuse std::io;\nuse std::ops;\n",
        "import os, sys, re\nimport json, time, abc\n",
        "RED,\nGREEN,\nBLUE,\n",
        "42b2379,6.31,172.18.69.120\n2d86bb7,0.39,172.26.146.53\n",
        "",
        ",",
        "a,b",
    ] {
        assert_eq!(tables(text), no, "{text}");
    }
}

#[test]
fn later_parts_use_the_first_lines() {
    let mut document = Document::of("big.csv", b"9,Lund,1988-01-17\n".to_vec());
    document.first_byte = 5_000_000;
    document.head = Some(b"id,last_name,dob\n7,Oduya,1961-04-09\n".to_vec().into());
    assert!((table::FORMAT.is)(&document));
    let mut out = Vec::new();
    (table::FORMAT.read)(&document, &mut out);
    assert_eq!(
        out.iter().map(|f| line(&document, f)).collect::<Vec<_>>(),
        ["id=9", "last_name=Lund", "dob=1988-01-17"]
    );
}

#[test]
fn the_names_of_files_and_tables_tell_the_owner() {
    let owner = |name: &str| {
        let document = Document::of(name, b"id,name,zip\n7,Oduya,02139\n".to_vec());
        let mut out = Vec::new();
        (table::FORMAT.read)(&document, &mut out);
        out.first().map(|field| field.owner)
    };
    assert_eq!(owner("data/patients.csv"), Some(Owner::Person));
    assert_eq!(owner("providers.csv"), Some(Owner::Provider));
    assert_eq!(owner("PatientProviders.csv"), Some(Owner::Provider));
    assert_eq!(owner("organizations.csv"), Some(Owner::Organisation));
    assert_eq!(owner("products.csv"), Some(Owner::Software));
    assert_eq!(owner("export.csv"), Some(Owner::Unknown));
}

#[test]
fn inserts() {
    let want = ["last=Oduya", "dob=1961-04-09", "ssn=219099998"];
    for text in [
        "INSERT INTO patient (last, dob, ssn) VALUES ('Oduya', '1961-04-09', 219099998);",
        "insert ignore into `db`.`patient`(`last`,`dob`,`ssn`)values('Oduya',DATE '1961-04-09',219099998)",
        "INSERT [dbo].[Patient] ([last], [dob], [ssn]) VALUES (N'Oduya', CAST(N'1961-04-09' AS Date), 219099998)",
        "CREATE TABLE IF NOT EXISTS patient (last text NOT NULL, dob date, ssn numeric(9,0), PRIMARY KEY (ssn));\nINSERT INTO patient VALUES ('Oduya', '1961-04-09', 219099998);",
        "10:00 DEBUG sql: INSERT INTO patient (last, dob, ssn) VALUES ('Oduya', TO_DATE('1961-04-09','YYYY-MM-DD'), 219099998)",
        "db.execute(\"INSERT INTO patient (last, dob, ssn) VALUES ('Oduya', '1961-04-09', 219099998)\")",
        "REPLACE INTO patient SET last = 'Oduya', dob = '1961-04-09', ssn = 219099998;",
    ] {
        assert_eq!(statements(text), want, "{text}");
    }
}

#[test]
fn escapes_nulls_and_placeholders() {
    let text =
        "INSERT INTO p (a, b, c, d) VALUES ('O''Dea', NULL, E'D\\'Arcy', 'C:\\'),\n ('', ?, :name, '\" + name + \"');";
    assert_eq!(statements(text), ["a=O''Dea", "c=D\\'Arcy", "d=C:\\"]);
}

#[test]
fn copies_and_updates() {
    let text =
        "COPY public.patient (id, last, dob) FROM stdin;\n7\tOduya\t1961-04-09\n8\t\\N\t1970-12-30\n\\.\n\nSELECT 1;\n";
    assert_eq!(statements(text), ["id=7", "last=Oduya", "dob=1961-04-09", "id=8", "dob=1970-12-30"]);
    assert_eq!(
        statements("UPDATE patient SET phone='617-555-0143' WHERE mrn = '00412';"),
        ["phone=617-555-0143", "mrn=00412"]
    );
    assert_eq!(
        statements("SELECT * FROM patient p WHERE p.last LIKE 'Odu%' AND dob = '1961-04-09'"),
        ["last=Odu%", "dob=1961-04-09"]
    );
}

#[test]
fn words_of_sql_in_other_texts_are_no_statements() {
    for text in [
        "We update the set of rules where needed, then insert the card into the slot.",
        "impl<T> Foo for T where T: Bar { fn insert(&mut self) {} fn update(&self) {} }",
        "map.insert(1, 2); map.replace(3); read from stdin",
        "insert into",
        "INSERT INTO t (a",
        "INSERT INTO t (a) VALUES ('never ends",
    ] {
        assert!(statements(text).is_empty(), "{text}");
    }
}

#[test]
fn hostile_input_is_read_in_linear_time() {
    let parts = [
        "insert into t (a) values ('",
        "insert into t values (",
        "insert into /*",
        "insert -- ",
        "where a = 'x' from ",
        "copy stdin ",
        "\"a,b\n",
        "a,b,c\n",
        "a\tb\n",
        "'",
        "\"",
        "(",
        "\\'x insert into t (a) values (",
        "select from where a=",
        "| a | b |\n|---|---|\n",
        "update t set a='",
    ];
    for part in parts {
        let text = part.repeat(200_000 / part.len());
        let begin = std::time::Instant::now();
        tables(&text);
        statements(&text);
        assert!(begin.elapsed().as_secs() < 5, "{part}: {} ms", begin.elapsed().as_millis());
    }
}

const SAMPLE: &str = "# x\nmrn,\"full name\",dob\n00412,\"Oduya, Mira\",1961-04-09\n00413,'Jon',1970-12-30\n\n a | b\n---+---\n 1 | x@y\n\
    CREATE TABLE p (a text, b date);\nINSERT INTO p VALUES (N'O''Dea', CAST('1961-04-09' AS date)), ('x', NULL);\n\
    COPY p (a, b) FROM stdin;\nq\t\\N\n\\.\nUPDATE p SET a = E'\\'' WHERE \"b\" = 'y' /* z */;\n";

/// Both readers on these bytes: nothing panics, every value and label lies inside.
fn check(bytes: &[u8]) {
    let document = Document::of("x", bytes.to_vec());
    for format in [table::FORMAT, sql::FORMAT] {
        let mut out = Vec::new();
        (format.is)(&document);
        (format.read)(&document, &mut out);
        for field in out {
            assert!(field.value.start < field.value.end && field.value.end <= bytes.len());
            if let Label::Text(range) = field.label {
                assert!(range.start <= range.end && range.end <= bytes.len());
            }
        }
    }
}

#[test]
fn every_prefix() {
    for end in 0..=SAMPLE.len() {
        check(&SAMPLE.as_bytes()[..end]);
    }
}

proptest! {
    #[test]
    fn damaged(edits in prop::collection::vec((0..SAMPLE.len(), any::<u8>()), 1..12)) {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for (at, byte) in edits {
            bytes[at] = byte;
        }
        check(&bytes);
    }

    #[test]
    fn anything(text in "[a-c ,;|\t\n\r\"'()=+\\\\-]{0,200}") {
        check(text.as_bytes());
        check(format!("INSERT INTO t {text}").as_bytes());
    }
}
