//! Values that a call names: `put("mrn", "…")`, `assertEquals("…", patient.ssn())`, `expect(row.mrn).toBe("…")`.
//!
//! Code and logs are read so; in tables and JSON a comma parts what has nothing to do with each other.

use std::ops::Range;

use crate::detect::values::{Slot, words_start};

/// How far from its value a name may stand, in bytes.
const FAR: usize = 80;
/// How many names of an expression are asked, from its end.
const MOST: usize = 4;

/// What names the argument behind the comma at `at`: the last words of the string before it, or the name it ends with.
pub(crate) fn before(text: &[u8], at: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(FAR);
    name_at_end(text, floor, floor + text[floor..at].trim_ascii_end().len())
}

/// Does a key of JSON begin at `at`, and no argument?
pub(crate) fn is_key(text: &[u8], at: usize) -> bool {
    let room = &text[at..text.len().min(at + FAR)];
    let close = room.iter().skip(1).position(|b| Some(b) == room.first()).map(|i| i + 2);
    close.is_some_and(|after| room.get(after) == Some(&b':'))
}

/// What names the argument of a method: the brackets before it hold the name (`.get('#ssn').type('…')`).
/// `dot` is where the method's name begins, its dot included.
pub(crate) fn chained(text: &[u8], dot: usize) -> Option<Range<usize>> {
    let floor = dot.saturating_sub(FAR);
    let close = dot.checked_sub(1).filter(|i| text.get(dot) == Some(&b'.') && text[*i] == b')')?;
    let mut depth = 0usize;
    let open = (floor..close).rev().find(|i| match text[*i] {
        b')' => {
            depth += 1;
            false
        }
        b'(' if depth > 0 => {
            depth -= 1;
            false
        }
        b => b == b'(' || b == b'\n',
    })?;
    name_at_end(text, open + 1, close)
}

/// Words of test libraries that compare, or make a value to compare with.
const MATCHERS: &[&str] = &[
    "is",
    "eq",
    "eql",
    "equal",
    "equals",
    "equalto",
    "equal_to",
    "tobe",
    "toequal",
    "sameas",
    "same",
    "contains",
    "containsstring",
    "hasitem",
];

/// What names the argument of the matcher whose bracket stands at `at`: `jsonPath("$.ssn", is("…"))`,
/// `hasProperty("mrn", equalTo("…"))`, `Assert.That(p.Mrn, Is.EqualTo("…"))`.
pub(crate) fn matched(text: &[u8], at: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(FAR);
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':');
    let start = floor + text[floor..at].iter().rposition(|b| !name(b))? + 1;
    let matcher = text[start..at].rsplit(|b| matches!(b, b'.' | b':')).next()?;
    let known = MATCHERS.iter().any(|known| matcher.eq_ignore_ascii_case(known.as_bytes()));
    let before_comma = text[floor..start].trim_ascii_end().strip_suffix(b",").filter(|_| known)?;
    name_at_end(text, floor, floor + before_comma.trim_ascii_end().len())
}

/// What names the second argument of a call whose first one says how to compare, at the comma at `at`:
/// `cy.get('[data-cy=mrn]').should('have.text', '…')`.
pub(crate) fn compared(text: &[u8], at: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(FAR);
    let open = floor + text[floor..at].iter().rposition(|b| *b == b'(')?;
    let dot = floor + text[floor..open].iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'_')?;
    chained(text, dot)
}

/// What names the date that is made by the call whose bracket stands at `at`: `setBirthDate(LocalDate.of(1951, 3, 17))`.
pub(crate) fn made(text: &[u8], at: usize) -> Option<Range<usize>> {
    const MAKERS: &[&str] = &["of", "date", "datetime", "from_ymd", "from_ymd_opt", "createfromdate", "localdate"];
    let floor = at.saturating_sub(FAR);
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':');
    let start = floor + text[floor..at].iter().rposition(|b| !name(b))? + 1;
    let maker = text[start..at].rsplit(|b| matches!(b, b'.' | b':')).next()?;
    let known = MAKERS.iter().any(|known| maker.eq_ignore_ascii_case(known.as_bytes()));
    let before = text[floor..start].strip_suffix(b"new ").unwrap_or(&text[floor..start]);
    let open = before.strip_suffix(b"(").filter(|_| known)?;
    name_at_end(text, floor, floor + open.len())
}

/// The value of a call's first argument before the comma at `at`, and what may name it in the next one, likeliest first.
pub(crate) fn expected(text: &[u8], at: usize) -> Option<(Slot, Vec<Range<usize>>)> {
    let slot = quoted_before(text, at)?;
    if text[..slot.start - 1].last() != Some(&b'(') {
        return None;
    }
    Some((slot, names(text, at + 1)))
}

/// `Duplicate entry '…' for key 'patients.ssn'`, as MySQL says it; `at` is the quote that ends the value.
pub(crate) fn duplicate(text: &[u8], at: usize) -> Option<(Slot, Vec<Range<usize>>)> {
    Some((quoted_before(text, at + 1)?, names(text, at + 1)))
}

/// The room between the quotes that end before `at`.
fn quoted_before(text: &[u8], at: usize) -> Option<Slot> {
    let limit = at.checked_sub(1)?;
    let quote = *text.get(limit).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let floor = limit.saturating_sub(FAR);
    let start = floor + text[floor..limit].iter().rposition(|b| *b == quote || *b == b'\n')? + 1;
    (start < limit && text[start - 1] == quote).then_some(Slot { start, limit, quoted: true })
}

/// The names of the expression at `at`, the last one first.
fn names(text: &[u8], at: usize) -> Vec<Range<usize>> {
    let room = &text[at..text.len().min(at + FAR)];
    let end = at + room.iter().position(|b| matches!(b, b'\n' | b';')).unwrap_or(room.len());
    let mut found = Vec::new();
    let mut i = end;
    while i > at && found.len() < MOST {
        if !text[i - 1].is_ascii_alphanumeric() && text[i - 1] != b'_' {
            i -= 1;
            continue;
        }
        let start = words_start(text, at, i);
        found.push(start..i);
        // `patient.getBirthDate().toString()`: each part is asked, with what it is a part of.
        let own = text[start..i].iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'_');
        i = own.map_or(start, |own| start + own);
    }
    found
}

/// The name that ends at `end`: the last words of a string, an identifier, a call without arguments.
fn name_at_end(text: &[u8], floor: usize, end: usize) -> Option<Range<usize>> {
    let mut end = end;
    while end > floor {
        end -= match &text[floor..end] {
            // What a format string holds in the value's place.
            [.., b'{', b'}'] | [.., b'%', b's' | b'd' | b'v' | b'q' | b'r'] | [.., b'\\', b'n'] | [.., b'(', b')'] => 2,
            [.., b'{', b':', b'?', b'}'] => 4,
            [.., b'{', b'0'..=b'9', b'}'] => 3,
            [.., b'"' | b'\'' | b'`' | b']' | b'=' | b':' | b' ' | b'\\'] => 1,
            _ => break,
        };
    }
    let start = words_start(text, floor, end);
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, what: &str) -> usize {
        text.find(what).unwrap_or_else(|| panic!("{text} has no {what}"))
    }

    #[test]
    fn arguments_before_a_comma() {
        for (text, name) in [
            ("put(\"mrn\", \"1\")", "mrn"),
            ("log.info(\"saved mrn={}\", \"1\")", "saved mrn"),
            ("printf(\"ssn: %s\\n\", \"1\")", "ssn"),
            ("page.fill('input[name=ssn]', '1')", "ssn"),
            ("strcpy(p->faxNumber, \"1\")", "faxNumber"),
            ("assertEquals(p.getSsn(), \"1\")", "p.getSsn"),
        ] {
            assert_eq!(before(text.as_bytes(), at(text, ",")).map(|r| &text[r]), Some(name), "{text}");
        }
    }

    #[test]
    fn dates_that_are_made() {
        for (text, name) in [
            ("p.setBirthDate(LocalDate.of(1951, 3, 17))", Some("p.setBirthDate")),
            ("dob(new DateTime(1962, 7, 30))", Some("dob")),
            ("retry(times(1951, 3))", None),
            ("LocalDate.of(1951, 3, 17)", None),
        ] {
            let bracket = at(text, "19") - 1;
            assert_eq!(made(text.as_bytes(), bracket).map(|r| &text[r]), name, "{text}");
        }
    }

    #[test]
    fn methods_of_what_is_named() {
        for (text, name) in [
            ("cy.get('#ssn').type('1')", Some("#ssn")),
            ("expect(res.body.plate).toBe('1')", Some("res.body.plate")),
            ("assertThat(patient.getMrn()).isEqualTo(\"1\")", Some("patient.getMrn")),
            ("builder().type('1')", None),
        ] {
            let dot = text.rfind(").").map_or(0, |i| i + 1);
            assert_eq!(chained(text.as_bytes(), dot).map(|r| &text[r]), name, "{text}");
        }
    }

    #[test]
    fn matchers_of_tests() {
        for (text, name) in [
            ("jsonPath(\"$.patient.ssn\", is(\"1\"))", Some("$.patient.ssn")),
            ("Assert.That(claim.Member.FullName, Is.EqualTo(\"1\"))", Some("claim.Member.FullName")),
            ("verify(audit, never(\"1\"))", None),
            ("is(\"1\")", None),
        ] {
            let bracket = text.rfind("(\"1").unwrap_or_default();
            assert_eq!(matched(text.as_bytes(), bracket).map(|r| &text[r]), name, "{text}");
        }
        let text = "cy.get('[data-cy=mrn]').should('have.text', '1')";
        let name = compared(text.as_bytes(), at(text, ",")).map(|r| &text[r]);
        assert!(name.is_some_and(|name| name.ends_with("mrn")), "{name:?}");
    }

    #[test]
    fn values_before_their_names() {
        for (text, value, name) in [
            ("assertEquals(\"536\", p.get(\"social_security\"))", "536", "social_security"),
            ("assertEquals(\"1984\", patient.getBirthDate().toString())", "1984", "patient.getBirthDate"),
        ] {
            let (slot, names) = expected(text.as_bytes(), at(text, ",")).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(&text[slot.start..slot.limit], value);
            assert!(names.iter().any(|r| &text[r.clone()] == name), "{text}: {names:?}");
        }
        let text = "Duplicate entry '558' for key 'patients.ssn'";
        let (slot, names) = duplicate(text.as_bytes(), at(text, "' for")).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((&text[slot.start..slot.limit], &text[names[0].clone()]), ("558", "patients.ssn"));
        assert!(expected(b"x = [\"1\", ssn]", 8).is_none());
        assert!(is_key(b"\"mrn\": 1", 0) && !is_key(b"\"mrn\", 1", 0));
    }
}
