//! Rows of people whose columns nothing names: `INSERT INTO patient VALUES (100231, 'Willow', 'Tamsin', '1971-02-03', …)`.

use std::ops::Range;

use crate::fields::Owner;
use crate::words::{self, Class};

/// What the cells of a row of people look like; nothing unless a surname and a given name stand side by side.
pub(super) fn columns(
    bytes: &[u8],
    values: &[Option<Range<usize>>],
    owner: Owner,
) -> Vec<(&'static str, Range<usize>)> {
    let cells: Vec<Range<usize>> = values.iter().flatten().cloned().collect();
    let text = |i: usize| cells.get(i).map_or(&b""[..], |cell| &bytes[cell.clone()]);
    let names: Vec<bool> = (0..cells.len()).map(|i| is_name(text(i))).collect();
    let Some(first) = names.windows(2).position(|pair| pair[0] && pair[1]).filter(|_| owner == Owner::Person) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut born = false;
    for (i, cell) in cells.iter().enumerate() {
        let kind = if (first..first + 2).contains(&i) {
            "name"
        } else if !born && is_day(text(i)) {
            born = true;
            "dob"
        } else if is_state(text(i + 1)) && words::phrase(text(i)).is(Class::City) {
            "city"
        } else if i > 0 && is_state(text(i - 1)) && text(i).len() >= 5 && text(i)[..5].iter().all(u8::is_ascii_digit) {
            "zip"
        } else {
            continue;
        };
        found.push((kind, cell.clone()));
    }
    found
}

/// One word, capital first, that is a surname or given name and hardly anything else.
fn is_name(value: &[u8]) -> bool {
    let facts = words::facts(value);
    let capital = value.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
    capital && value.len() >= 2 && facts.given().max(facts.surname()) >= 1 && facts.common() <= 4
}

fn is_state(value: &[u8]) -> bool {
    value.len() == 2 && value.iter().all(u8::is_ascii_uppercase) && words::facts(value).is(Class::State)
}

/// A day of the last hundred and some years, without a time.
fn is_day(value: &[u8]) -> bool {
    matches!(
        value,
        [b'1', b'9', _, _, b'-', _, _, b'-', _, _]
            | [b'2', b'0', _, _, b'-', _, _, b'-', _, _]
            | [_, _, b'/', _, _, b'/', b'1' | b'2', b'9' | b'0', _, _]
    )
}
