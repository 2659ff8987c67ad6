//! Whose record a place in a document stands in, told by what encloses it.
//!
//! Asked only where a label was found, so it may look back at leisure: enclosing brackets
//! (`Patient(name=…`, `"patient": {"id": …`), parent keys by indentation (YAML), sections (`[patient]`).

use std::ops::Range;

use crate::detect::labels::Vocabulary;
use crate::detect::spots::Marks;
use crate::fields::Owner;

/// How far back an enclosing bracket or parent line is looked for, in bytes.
const BACK: usize = 4096;
/// How many enclosing levels are asked.
const LEVELS: usize = 5;
/// How many calls of a chain are passed on the way to its beginning.
const MOST_CALLS: usize = 24;

/// Whose record encloses `at`. A log's line has nothing to do with the one before it.
pub(crate) fn around(text: &[u8], at: usize, (words, marks): (&Vocabulary, &Marks), log: bool) -> Owner {
    let floor = at.saturating_sub(BACK);
    if words.owner(&text[chain_before(text, at, floor)]) == Owner::Person {
        return Owner::Person;
    }
    if log {
        return by_brackets(text, at, start_of_line(text, at, floor), words, marks);
    }
    match by_brackets(text, at, floor, words, marks) {
        Owner::Unknown => by_lines(text, at, words),
        owner => owner,
    }
}

/// The name that a chain of calls begins with whose next one stands at `at`: `Patient` of `Patient.builder().mrn(…).`.
fn chain_before(text: &[u8], at: usize, floor: usize) -> Range<usize> {
    let mut end = at + usize::from(text.get(at) == Some(&b'.'));
    for _ in 0..MOST_CALLS {
        let before = text[floor..end].trim_ascii_end();
        let Some(before) = before.strip_suffix(b".") else { return at..at };
        let before = before.trim_ascii_end().strip_suffix(b"?").unwrap_or(before.trim_ascii_end());
        let mut close = floor + before.len();
        if before.ends_with(b")") {
            let mut depth = 0usize;
            let open = (floor..close).rev().find(|i| {
                depth = match text[*i] {
                    b')' => depth + 1,
                    b'(' => depth - 1,
                    _ => depth,
                };
                depth == 0
            });
            let Some(open) = open else { return at..at };
            close = open;
        }
        let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'<' | b'>');
        let start = floor + text[floor..close].iter().rposition(|b| !name(b)).map_or(0, |i| i + 1);
        if !text[floor..start].trim_ascii_end().ends_with(b".") {
            return start..close;
        }
        end = start;
    }
    at..at
}

fn by_brackets(text: &[u8], at: usize, floor: usize, words: &Vocabulary, marks: &Marks) -> Owner {
    let (mut depth, mut levels) = (0usize, 0);
    for (i, opens) in marks.brackets(floor, at) {
        match opens {
            false => depth += 1,
            true if depth > 0 => depth -= 1,
            true => {
                let owner = enclosing(text, i, words);
                if owner != Owner::Unknown {
                    return owner;
                }
                levels += 1;
                if levels == LEVELS {
                    break;
                }
            }
        }
    }
    Owner::Unknown
}

/// Whose record the bracket at `at` opens.
fn enclosing(text: &[u8], at: usize, words: &Vocabulary) -> Owner {
    let place = name_before(text, at);
    let name = &text[place.clone()];
    // `Patient.objects.create(` makes a patient, `/api/patients` holds them, whoever is asked for it.
    let is_person = |part: &[u8]| words.owner(part) == Owner::Person;
    if name.split(|b| *b == b'.').any(is_person) || text[at] == b'(' && is_person(path_behind(text, at + 1)) {
        return Owner::Person;
    }
    // `class PatientTest {`, `params={`: neither holds a record of its own.
    if CONTAINERS.iter().any(|own| name.eq_ignore_ascii_case(own)) || is_declared(&text[..place.start]) {
        return Owner::Unknown;
    }
    words.owner(name)
}

/// Names of arguments that hold whatever is sent along.
const CONTAINERS: &[&[u8]] =
    &[b"params", b"parameters", b"attributes", b"fields", b"query", b"test", b"tests", b"it", b"describe", b"spec"];

/// Does the line open what is declared there, or a test? What stands in it is not that thing's own.
fn opens_code(key: &[u8]) -> bool {
    let key = key.trim_ascii();
    let declares = [&b"def "[..], b"async def ", b"class "].iter().any(|word| key.starts_with(word));
    declares || CONTAINERS.iter().any(|own| key.eq_ignore_ascii_case(own))
}

/// The path that a call's first argument is: `"/patients/" + id`.
fn path_behind(text: &[u8], at: usize) -> &[u8] {
    let room = &text[at..text.len().min(at + 80)];
    let room = room.trim_ascii_start();
    let room = room.strip_prefix(b"f").filter(|rest| rest.starts_with(b"\"")).unwrap_or(room);
    match room {
        [b'"' | b'\'' | b'`', path @ ..] if path.starts_with(b"/") || path.starts_with(b"http") => {
            let end = path.iter().position(|b| matches!(b, b'"' | b'\'' | b'`' | b'?' | b'\n')).unwrap_or(path.len());
            &path[..end]
        }
        _ => &[],
    }
}

/// Is the name behind this text one of a type or function that is declared here?
fn is_declared(before: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] =
        [b"class ", b"interface ", b"object ", b"namespace ", b"def ", b"func ", b"function ", b"fn ", b"void "];
    WORDS.iter().any(|word| before.ends_with(word))
}

/// The name that stands before a bracket: `Patient` of `Patient {`, `patient` of `"patient": [`.
pub(crate) fn name_before(text: &[u8], at: usize) -> Range<usize> {
    let skip = |b: &u8| matches!(b, b' ' | b':' | b'=' | b'"' | b'\'' | b'\\' | b'>' | b'[' | b'\n');
    let end = text[..at].iter().rposition(|b| !skip(b)).map_or(0, |i| i + 1);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'$');
    let start = text[..end].iter().rposition(|b| !is_name(b)).map_or(0, |i| i + 1);
    if at - end > 8 { at..at } else { start.max(end.saturating_sub(48))..end }
}

/// YAML parents by indentation, and INI/TOML sections.
fn by_lines(text: &[u8], at: usize, words: &Vocabulary) -> Owner {
    let floor = at.saturating_sub(BACK);
    let mut line_start = start_of_line(text, at, floor);
    let mut indent = indent_of(text, line_start, at);
    for _ in 0..40 {
        if line_start <= floor {
            break;
        }
        let end = line_start - 1;
        line_start = start_of_line(text, end, floor);
        let line = text[line_start..end].trim_ascii_end();
        if let Some(section) = line.trim_ascii_start().strip_prefix(b"[").and_then(|l| l.strip_suffix(b"]")) {
            return words.owner(section);
        }
        let own = indent_of(text, line_start, end);
        if own < indent && !line.is_empty() {
            indent = own;
            if let Some(key) = line.strip_suffix(b":") {
                let owner = words.owner(key);
                if owner == Owner::Person || owner != Owner::Unknown && !opens_code(key) {
                    return owner;
                }
            }
        }
    }
    Owner::Unknown
}

fn start_of_line(text: &[u8], at: usize, floor: usize) -> usize {
    memchr::memrchr(b'\n', &text[floor..at]).map_or(floor, |i| floor + i + 1)
}

/// Leading blanks of a line; a list's `- ` counts as blanks.
fn indent_of(text: &[u8], start: usize, end: usize) -> usize {
    text[start..end].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'-')).count()
}
