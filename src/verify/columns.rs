//! The columns of a document: what its tables and JSON call their values, and what that name says of them.

use std::collections::HashMap;
use std::ops::Range;

use super::roles::{EVENT, Role, role, words};
use super::{clean, json};
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

/// Fewest cells of a column of codes.
const CODES: usize = 20;

impl Column {
    /// Are its values codes that look random, all but one in a hundred (by chance some look like numbers)?
    pub(super) fn holds_codes(&self, text: &[u8]) -> bool {
        let is_code = |(_, at): &&(u64, Range<usize>)| clean::is_code(&text[at.clone()]);
        self.cells.len() >= CODES
            && self.cells.iter().take(CODES).filter(is_code).count() + 1 >= CODES
            && self.cells.iter().filter(is_code).count() * 100 >= self.cells.len() * 99
    }

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

/// FHIR resources that are about other resources, providers or places, not about patients.
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
        b"Practitioner",
        b"PractitionerRole",
        b"Organization",
        b"Location",
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

#[cfg(test)]
mod tests {
    use super::*;

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
