//! What attributes say: `rules/formats/dicom.tsv`, read once.

use std::sync::LazyLock;

use crate::fields::Owner;

/// What an attribute says about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// An identifier of this kind (or of this rule), and whose.
    Kind(&'static str, Owner),
    /// Free text.
    Prose,
    /// Nothing.
    Nothing,
    /// BurnedInAnnotation or RecognizableVisualFeatures: `YES` means that the pixels identify.
    Pixels(&'static str),
}

/// A tag: group and element.
pub(super) type Tag = (u16, u16);

const TABLE: &str = include_str!("../../../rules/formats/dicom.tsv");

/// Tag, VR, keyword, what.
type Row = (Tag, [u8; 2], &'static str, What);

/// Sorted by tag.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<_> = TABLE.lines().filter_map(row).collect();
    rows.sort_by_key(|row| row.0);
    rows
});

fn row(line: &'static str) -> Option<Row> {
    let mut columns = line.split('\t');
    let (group, element) = columns.next()?.split_once(',')?;
    let tag = (u16::from_str_radix(group, 16).ok()?, u16::from_str_radix(element, 16).ok()?);
    let vr = columns.next()?.as_bytes().try_into().ok()?;
    Some((tag, vr, columns.next()?, what(columns.next()?)))
}

fn what(words: &'static str) -> What {
    let (kind, owner) = words.split_once(' ').unwrap_or((words, ""));
    let owner = match owner {
        "provider" => Owner::Provider,
        "organisation" => Owner::Organisation,
        "person" => Owner::Person,
        // Of the patient, except that a PersonName of a report may be anybody's.
        _ if kind == "name" => Owner::Unknown,
        _ => Owner::Person,
    };
    match kind {
        "prose" => What::Prose,
        "nothing" | "removed" => What::Nothing,
        "burned-in" | "features" => What::Pixels("burned-in-annotation"),
        kind => What::Kind(kind, owner),
    }
}

/// What the attribute says; for those that the table does not list, by their VR.
pub(super) fn what_is(tag: Tag, vr: Option<[u8; 2]>) -> What {
    if let Ok(i) = ROWS.binary_search_by_key(&tag, |row| row.0) {
        return ROWS[i].3;
    }
    let private = tag.0 % 2 == 1;
    match vr.as_ref() {
        Some(b"PN") => What::Kind("name", Owner::Unknown),
        Some(b"LT" | b"ST" | b"UT" | b"UC") => What::Prose,
        // Whatever a vendor put there; in implicit VR the form is unknown.
        Some(b"LO" | b"SH" | b"UN") | None if private => What::Prose,
        _ => What::Nothing,
    }
}

/// The VR of a listed attribute, for data sets that do not state it.
pub(super) fn vr_of(tag: Tag) -> Option<[u8; 2]> {
    ROWS.binary_search_by_key(&tag, |row| row.0).ok().map(|i| ROWS[i].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_once() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(ROWS.len(), lines);
        assert!(ROWS.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(what_is((0x10, 0x20), None), What::Kind("mrn", Owner::Person));
        assert_eq!(what_is((0x8, 0x90), None), What::Kind("name", Owner::Provider));
        assert_eq!(what_is((0x8, 0x60), Some(*b"CS")), What::Nothing);
        assert_eq!(what_is((0x9, 0x1001), Some(*b"LO")), What::Prose);
    }
}
