//! Whose record a place in a document stands in, told by what encloses it.
//!
//! Asked only where a label was found, so it may look back at leisure: enclosing brackets
//! (`Patient(name=…`, `"patient": {"id": …`), parent keys by indentation (YAML), sections (`[patient]`).

use crate::detect::labels::Vocabulary;
use crate::detect::spots::Marks;
use crate::fields::Owner;

/// How far back an enclosing bracket or parent line is looked for, in bytes.
const BACK: usize = 4096;
/// How many enclosing levels are asked.
const LEVELS: usize = 5;

/// Whose record encloses `at`. A log's line has nothing to do with the one before it.
pub(crate) fn around(text: &[u8], at: usize, (words, marks): (&Vocabulary, &Marks), log: bool) -> Owner {
    let floor = at.saturating_sub(BACK);
    if log {
        return by_brackets(text, at, start_of_line(text, at, floor), words, marks);
    }
    match by_brackets(text, at, floor, words, marks) {
        Owner::Unknown => by_lines(text, at, words),
        owner => owner,
    }
}

fn by_brackets(text: &[u8], at: usize, floor: usize, words: &Vocabulary, marks: &Marks) -> Owner {
    let (mut depth, mut levels) = (0usize, 0);
    for (i, opens) in marks.brackets(floor, at) {
        match opens {
            false => depth += 1,
            true if depth > 0 => depth -= 1,
            true => {
                let owner = words.owner(name_before(text, i));
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

/// The name that stands before a bracket: `Patient` of `Patient {`, `patient` of `"patient": [`.
pub(crate) fn name_before(text: &[u8], at: usize) -> &[u8] {
    let skip = |b: &u8| matches!(b, b' ' | b':' | b'=' | b'"' | b'\'' | b'\\' | b'>' | b'[' | b'\n');
    let end = text[..at].iter().rposition(|b| !skip(b)).map_or(0, |i| i + 1);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'$');
    let start = text[..end].iter().rposition(|b| !is_name(b)).map_or(0, |i| i + 1);
    if at - end > 8 { &[] } else { &text[start.max(end.saturating_sub(48))..end] }
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
                if owner != Owner::Unknown {
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
