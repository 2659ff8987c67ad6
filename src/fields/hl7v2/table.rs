//! What the fields of HL7 v2 hold: `rules/formats/hl7v2.tsv`, read once.

use std::sync::LazyLock;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// An identifier of a person, of this kind.
    Kind(&'static str),
    /// Name, address, telecom or number of a person, as its data type says.
    Person,
    /// The same of a provider.
    Provider,
    /// The same of an organisation.
    Organisation,
    /// Free text.
    Text,
    /// Nothing that identifies a person.
    Nothing,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    segment: [u8; 3],
    /// Number of the field, counted from 1 as the standard does.
    pub(super) field: u16,
    /// Data type: `XPN`, `CX`, ….
    pub(super) type_: &'static str,
    /// What it holds.
    pub(super) class: Class,
}

const TABLE: &str = include_str!("../../../rules/formats/hl7v2.tsv");

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = TABLE.lines().filter_map(row).collect();
    rows.sort_by_key(|r| (r.segment, r.field));
    rows
});

static ID_TYPES: LazyLock<Vec<(&'static [u8], Class)>> = LazyLock::new(|| {
    let code = |line: &'static str| {
        let mut columns = line.strip_prefix("0203\t")?.split('\t');
        Some((columns.next()?.as_bytes(), class(columns.next()?)))
    };
    let mut types: Vec<_> = TABLE.lines().filter_map(code).collect();
    types.sort_by_key(|t| t.0);
    types
});

fn row(line: &'static str) -> Option<Row> {
    let mut columns = line.split('\t');
    let (segment, field) = columns.next()?.split_once('-')?;
    Some(Row {
        segment: segment.as_bytes().try_into().ok()?,
        field: field.parse().ok()?,
        type_: columns.next()?,
        class: class(columns.next()?),
    })
}

fn class(word: &'static str) -> Class {
    match word {
        "person" => Class::Person,
        "provider" => Class::Provider,
        "organisation" => Class::Organisation,
        "text" => Class::Text,
        "none" => Class::Nothing,
        kind => Class::Kind(kind),
    }
}

/// The rows of a segment by ascending field; none when the standard does not know the segment.
pub(super) fn rows_of(segment: [u8; 3]) -> &'static [Row] {
    let from = ROWS.partition_point(|r| r.segment < segment);
    let to = ROWS.partition_point(|r| r.segment <= segment);
    &ROWS[from..to]
}

/// The row of one field.
pub(super) fn row_of(segment: [u8; 3], field: u16) -> Option<&'static Row> {
    rows_of(segment).iter().find(|r| r.field == field)
}

/// What an identifier's type code (HL7 table 0203) says of it; nothing known: none.
pub(super) fn id_type(code: &[u8]) -> Option<Class> {
    let found = ID_TYPES.binary_search_by(|t| t.0.cmp(code)).ok();
    // Patterns of table 0203: NNxxx (national id), PPNxxx (passport); `NH…` with a scheme behind is a national health
    // plan number (`NHSNMBR`), `MR…` a record number.
    let pattern = match code {
        [b'N', b'H', ..] => Some(Class::Kind("health_plan_id")),
        [b'N', b'N', _, _, ..] | [b'P', b'P', b'N', ..] => Some(Class::Kind("other_id")),
        [b'M', b'R', ..] => Some(Class::Kind("mrn")),
        _ => None,
    };
    found.map(|i| ID_TYPES[i].1).or(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(lines, ROWS.len() + ID_TYPES.len());
        assert_eq!(row_of(*b"PID", 3).map(|r| r.class), Some(Class::Kind("mrn")));
        assert_eq!(id_type(b"SS"), Some(Class::Kind("ssn")));
    }

    #[test]
    fn a_field_has_one_row() {
        assert!(ROWS.windows(2).all(|w| (w[0].segment, w[0].field) != (w[1].segment, w[1].field)));
    }
}
