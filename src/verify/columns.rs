//! The columns of a document: what its tables and JSON call their values, and what that name says of them.

use std::collections::HashMap;
use std::ops::Range;

use super::json;
use crate::document::Document;
use crate::fields::{Label, table};
use crate::kind::Kind;

/// A column: its name as words, and its cells.
pub(super) struct Column {
    /// The name in lower-case words.
    pub(super) name: Vec<String>,
    /// What the name says.
    pub(super) role: Role,
    /// Record and place of each value.
    pub(super) cells: Vec<(u64, Range<usize>)>,
}

/// What a column's name says of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// About files and programs, not about people.
    Operation,
    /// A birth date, or a part of one.
    Birth,
    /// A month, week, day or quarter of something that happened to somebody.
    DatePart,
    /// Another date.
    Date,
    /// An age in years, months (12) or days (365): how many make a year.
    Age(u32),
    /// A ZIP code, or a part of one.
    Zip,
    /// Latitude or longitude, a grid or census code.
    Geo,
    /// A city, county or another place smaller than a state.
    Place,
    /// Initials of a name.
    Initials,
    /// A name of a person.
    Name,
    /// A name of something else, or a word of a list.
    Term,
    /// Nothing that is known.
    Other,
}

impl Column {
    /// Does one of its cells stand at this place?
    pub(super) fn holds(&self, at: usize) -> bool {
        let next = self.cells.partition_point(|(_, cell)| cell.end <= at);
        self.cells.get(next).is_some_and(|(_, cell)| cell.contains(&at))
    }
}

/// The columns of a document, if it is a table or JSON.
pub(super) fn of(document: &Document) -> Vec<Column> {
    if matches!(document.kind, Kind::Binary | Kind::Code | Kind::Legal) {
        return Vec::new();
    }
    let mut columns = Columns::default();
    if json::is(document.head.as_deref().unwrap_or(&document.bytes)) || json::is(&document.bytes) {
        for scalar in json::scalars(&document.bytes) {
            columns.add(&document.bytes[scalar.key], scalar.record, scalar.value);
        }
    } else {
        let mut fields = Vec::new();
        (table::FORMAT.read)(document, &mut fields);
        for field in fields {
            let record = u64::from(field.record);
            match &field.label {
                Label::Text(name) => columns.add(&document.bytes[name.clone()], record, field.value),
                Label::Word(name) => columns.add(name.as_bytes(), record, field.value),
                _ => {}
            }
        }
    }
    if is_conformance(&columns.list, &document.bytes) {
        return Vec::new();
    }
    of_logs(&mut columns.list);
    columns.list
}

/// FHIR resources that describe other resources, not patients.
fn is_conformance(columns: &[Column], text: &[u8]) -> bool {
    const ABOUT: &[&[u8]] = &[
        b"StructureDefinition",
        b"ValueSet",
        b"CodeSystem",
        b"CapabilityStatement",
        b"SearchParameter",
        b"ConceptMap",
        b"ImplementationGuide",
        b"OperationDefinition",
        b"TestScript",
        b"NamingSystem",
        b"Questionnaire",
    ];
    let kind = columns.iter().find(|column| column.name == ["resource", "type"]);
    kind.and_then(|column| column.cells.first()).is_some_and(|(_, at)| ABOUT.contains(&&text[at.clone()]))
}

/// The times of log lines are the program's.
fn of_logs(columns: &mut [Column]) {
    let is = |column: &Column, names: &[&str]| column.name.len() == 1 && names.contains(&column.name[0].as_str());
    let logged = ["level", "severity", "logger", "msg", "message", "lvl", "metric"];
    if columns.iter().any(|column| is(column, &logged)) {
        for column in columns.iter_mut().filter(|column| is(column, &["ts", "time", "timestamp", "date", "at", "t"])) {
            column.role = Role::Operation;
        }
    }
}

/// Do these columns tell of people: by who they are, or by what happens to patients?
pub(super) fn tell_of_people(columns: &[Column]) -> bool {
    const PEOPLE: &[&str] = &[
        "patient",
        "person",
        "member",
        "subject",
        "participant",
        "sex",
        "gender",
        "race",
        "ethnicity",
        "mrn",
        "beneficiary",
        "subscriber",
        "icd",
        "icd10",
        "diagnoses",
        "condition",
        "enrollee",
        "pt",
        "dx",
    ];
    columns.iter().any(|column| {
        let said = |word: &String| PEOPLE.contains(&word.as_str()) || EVENT.contains(&word.as_str()) && word != "order";
        matches!(column.role, Role::Birth | Role::Age(_) | Role::Initials) || column.name.iter().any(said)
    })
}

#[derive(Default)]
struct Columns {
    list: Vec<Column>,
    by_name: HashMap<Vec<u8>, usize>,
}

/// Most columns of one document that are looked at.
const MOST: usize = 4096;

impl Columns {
    fn add(&mut self, name: &[u8], record: u64, value: Range<usize>) {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None if self.list.len() >= MOST => return,
            None => {
                let words = words(name);
                self.by_name.insert(name.to_vec(), self.list.len());
                self.list.push(Column { role: role(&words), name: words, cells: Vec::new() });
                self.list.len() - 1
            }
        };
        self.list[at].cells.push((record, value));
    }
}

/// The words of a name, in lower case: `admitDate2`, `ADMIT_DATE`, `admit-date`.
pub(super) fn words(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = b' ';
    for &byte in name.iter().take(256) {
        let turns = byte.is_ascii_uppercase() && last.is_ascii_lowercase();
        let number = byte.is_ascii_digit() != last.is_ascii_digit() && last.is_ascii_alphanumeric();
        if byte.is_ascii_alphanumeric() {
            match words.last_mut() {
                Some(word) if last.is_ascii_alphanumeric() && !turns && !number => {
                    word.push(byte.to_ascii_lowercase() as char);
                }
                _ => words.push((byte.to_ascii_lowercase() as char).to_string()),
            }
        }
        last = byte;
    }
    words
}

/// Names of files' and programs' own times and addresses.
const OPERATION: &[&str] = &[
    "created",
    "updated",
    "modified",
    "loaded",
    "exported",
    "extracted",
    "export",
    "extract",
    "load",
    "ingested",
    "etl",
    "file",
    "batch",
    "version",
    "release",
    "generated",
    "published",
    "system",
    "schema",
    "insert",
    "inserted",
    "meta",
    "url",
    "uri",
    "profile",
    "license",
    "copyright",
    "etag",
];
/// What happens to a patient.
const EVENT: &[&str] = &[
    "birth",
    "dob",
    "born",
    "admit",
    "admission",
    "admitted",
    "discharge",
    "discharged",
    "death",
    "died",
    "deceased",
    "visit",
    "service",
    "encounter",
    "surgery",
    "procedure",
    "diagnosis",
    "onset",
    "appointment",
    "event",
    "dx",
    "collection",
    "specimen",
    "order",
    "claim",
    "fill",
    "rx",
    "treatment",
    "exam",
    "arrival",
    "transfer",
    "seen",
];
const PARTS: &[&str] = &["month", "day", "week", "quarter", "weekday", "dow", "doy", "season", "qtr"];
/// What makes a count of days or months out of `day` and `month`.
const COUNTS: &[&str] = &[
    "per", "since", "in", "of", "stay", "supply", "length", "count", "number", "num", "to", "until", "last", "avg",
    "mean", "dose", "times", "rate", "follow", "followup", "up", "study", "los", "days", "months", "weeks", "offset",
    "relative", "post", "pre",
];
/// Names of things that are no people.
const THINGS: &[&str] = &[
    "drug",
    "medication",
    "test",
    "lab",
    "procedure",
    "product",
    "table",
    "plan",
    "payer",
    "generic",
    "brand",
    "code",
    "diagnosis",
    "condition",
    "study",
    "group",
    "event",
    "measure",
    "race",
    "ethnicity",
    "language",
    "country",
    "nation",
    "nationality",
    "state",
    "sex",
    "gender",
    "status",
    "type",
    "category",
    "unit",
    "units",
    "class",
    "specialty",
    "department",
    "service",
    "organism",
    "allergen",
    "route",
    "form",
    "model",
    "arm",
    "site",
    "religion",
    "color",
    "colour",
    "analyte",
    "component",
    "display",
    "resource",
    "method",
    "part",
    "parts",
    "sku",
    "item",
    "catalog",
    "lot",
    "ndc",
    "isbn",
    "asset",
];

fn role(words: &[String]) -> Role {
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let has = |word: &str| words.iter().any(|own| own == word);
    if any(OPERATION) && !any(EVENT) {
        return Role::Operation;
    }
    if (has("age") || has("ages")) && !any(&["group", "band", "range", "bucket", "category", "bin"]) {
        return Role::Age(if any(&["month", "months", "mo"]) {
            12
        } else if any(&["day", "days"]) {
            365
        } else {
            1
        });
    }
    if any(PARTS) && !any(COUNTS) && (any(EVENT) || words.len() == 1 && !has("day")) {
        return Role::DatePart;
    }
    if any(&["birth", "dob", "born", "birthdate", "birthyear", "yob", "bday", "birthday", "birthtime"]) {
        return if any(&["weight", "order", "place", "country", "state", "sex", "type", "rank"]) {
            Role::Other
        } else {
            Role::Birth
        };
    }
    if any(&["zip", "zipcode", "postal", "postcode", "zcta", "plz", "postalcode"]) {
        return Role::Zip;
    }
    if any(&[
        "lat",
        "latitude",
        "lon",
        "lng",
        "longitude",
        "geohash",
        "tract",
        "blockgroup",
        "geocode",
        "coordinates",
        "geoid",
    ]) {
        return Role::Geo;
    }
    if has("initials") {
        return Role::Initials;
    }
    if any(&["city", "town", "county", "municipality", "parish", "precinct", "neighborhood", "village", "borough"]) {
        return if any(&["code", "size", "type", "population", "id", "category"]) { Role::Other } else { Role::Place };
    }
    if any(&["date", "dt", "dttm", "datetime", "timestamp", "dos", "time"]) || any(EVENT) && !any(THINGS) {
        return Role::Date;
    }
    name_role(words)
}

fn name_role(words: &[String]) -> Role {
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let names =
        ["name", "surname", "lastname", "firstname", "fullname", "fname", "lname", "nickname", "maiden", "forename"];
    let person = any(&[
        "patient",
        "person",
        "member",
        "subscriber",
        "last",
        "first",
        "middle",
        "given",
        "family",
        "mother",
        "father",
        "guarantor",
        "contact",
    ]);
    if any(THINGS) && !(any(&names) && person) {
        return Role::Term;
    }
    if any(&names) { Role::Name } else { Role::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_their_values_are() {
        let role_of = |name: &str| role(&words(name.as_bytes()));
        for (name, expected) in [
            ("admit_month", Role::DatePart),
            ("AdmitYear", Role::Date),
            ("days_supply", Role::Other),
            ("length_of_stay_days", Role::Other),
            ("study_day", Role::Term),
            ("age_at_visit", Role::Age(1)),
            ("ageMonths", Role::Age(12)),
            ("age_group", Role::Term),
            ("birthYear", Role::Birth),
            ("birth_weight", Role::Other),
            ("zip3", Role::Zip),
            ("home_city", Role::Place),
            ("drug_name", Role::Term),
            ("patient_last_name", Role::Name),
            ("exported_at", Role::Operation),
            ("lastUpdated", Role::Operation),
            ("initials", Role::Initials),
            ("cohort", Role::Other),
        ] {
            assert_eq!(role_of(name), expected, "{name}");
        }
    }

    #[test]
    fn json_has_columns() {
        let text = "{\"zip3\":\"941\",\"who\":{\"sex\":\"F\"},\"dx\":[\"I10\",\"E11\"]}\n{\"zip3\":\"100\",\"n\":4}\n";
        let columns = of(&Document::of("a.ndjson", text.as_bytes().to_vec()));
        let seen: Vec<(String, Vec<(u64, &str)>)> = columns
            .iter()
            .map(|c| (c.name.join(" "), c.cells.iter().map(|(r, at)| (*r, &text[at.clone()])).collect()))
            .collect();
        assert_eq!(
            seen,
            [
                ("zip 3".to_owned(), vec![(1, "941"), (2, "100")]),
                ("sex".to_owned(), vec![(1, "F")]),
                ("dx".to_owned(), vec![(1, "I10"), (1, "E11")]),
                ("n".to_owned(), vec![(2, "4")]),
            ]
        );
    }
}
