//! X12 code lists: `rules/formats/x12.tsv`, read once.

use std::sync::LazyLock;

use crate::fields::Owner;

/// What a code says of the value or party that it qualifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// An identifier of this kind.
    Kind(&'static str),
    /// Whose the segments after it are.
    Owner(Owner),
    /// No identifier.
    Nothing,
}

const TABLE: &str = include_str!("../../../rules/formats/x12.tsv");

type Code = (&'static str, &'static [u8]);

static CODES: LazyLock<Vec<(Code, Class)>> = LazyLock::new(|| {
    let mut codes: Vec<_> = TABLE.lines().filter_map(code).collect();
    codes.sort_by_key(|c| c.0);
    codes
});

fn code(line: &'static str) -> Option<(Code, Class)> {
    let mut columns = line.split('\t');
    let (element, value) = (columns.next()?, columns.next()?);
    let class = match columns.next()? {
        "person" => Class::Owner(Owner::Person),
        "provider" => Class::Owner(Owner::Provider),
        "organisation" => Class::Owner(Owner::Organisation),
        "none" => Class::Nothing,
        kind => Class::Kind(kind),
    };
    Some(((element, value.as_bytes()), class))
}

/// What a code of a data element (by its number in the X12 dictionary) says.
pub(super) fn class(element: &str, code: &[u8]) -> Option<Class> {
    let found = CODES.binary_search_by(|c| c.0.0.cmp(element).then_with(|| c.0.1.cmp(code)));
    found.ok().map(|i| CODES[i].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read_once() {
        assert_eq!(TABLE.lines().filter(|l| !l.starts_with('#')).count(), CODES.len());
        assert!(CODES.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!(class("98", b"IL"), Some(Class::Owner(Owner::Person)));
    }
}
