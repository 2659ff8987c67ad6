//! Access logs as events: CSV, JSON lines, one JSON document, FHIR, a trail of phivet.

use std::io::{self, BufRead, Read};
use std::ops::Range;

use serde_json::Value;

use super::event::{Raw, Spot};
use super::fhir;
use super::mapping::{Mapping, raw, text};
use crate::audit::LINE_MOST;
use crate::document::utf16_width;
use crate::mask;

/// Largest log that is one JSON document (a FHIR bundle), in bytes: it is read as a whole.
const WHOLE_MOST: u64 = 256 << 20;

/// What comes out of a log.
pub(super) enum Line {
    /// An event.
    Event(Spot, Box<Raw>),
    /// A line that is no event, and why.
    Unread(u64, &'static str),
}

/// Why a log cannot be reviewed at all.
pub enum Refused {
    /// It cannot be read.
    Io(io::Error),
    /// It is no log that the mapping fits, in words.
    Form(String),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads a log from its first line to its last.
pub(super) fn read(mut reader: impl BufRead, mapping: &Mapping, on: &mut dyn FnMut(Line)) -> Result<(), Refused> {
    let (mut place, mut line) = (Place { line: 1, byte: 0 }, Vec::new());
    loop {
        record(&mut reader, false, &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        if !line.trim_ascii().is_empty() {
            break;
        }
        place.pass(&line);
    }
    let first = line.trim_ascii();
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    match first.first() {
        Some(b'{') if serde_json::from_slice(first).is_ok_and(|value: Value| value["resourceType"] != "Bundle") => {
            lines(reader, mapping, (place, line), on)
        }
        Some(b'{' | b'[') => {
            let mut bytes = line;
            reader.take(WHOLE_MOST).read_to_end(&mut bytes)?;
            if bytes.len() as u64 >= WHOLE_MOST {
                return Err(Refused::Form("it is one JSON document above 256 MiB; give it as JSON lines".to_owned()));
            }
            whole(&bytes, mapping, place, on)
        }
        _ => table(reader, mapping, (place, line), on),
    }
}

/// Where the next line stands.
#[derive(Clone, Copy)]
struct Place {
    line: u64,
    byte: u64,
}

impl Place {
    fn pass(&mut self, bytes: &[u8]) {
        self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.byte += bytes.len() as u64;
    }

    fn spot(self, bytes: &[u8]) -> Spot {
        let end = bytes.trim_ascii_end().len();
        let shown = 0..memchr::memchr(b'\n', &bytes[..end]).unwrap_or(end);
        let (excerpt, _) = mask::excerpt(bytes, shown.clone(), shown.clone(), &[], |_| false);
        Spot { line: self.line, bytes: self.byte..self.byte + end as u64, width: utf16_width(&bytes[shown]), excerpt }
    }
}

/// Reads a line; with `quoted`, as many as a row of CSV takes whose cells hold line ends.
fn record(reader: &mut impl BufRead, quoted: bool, line: &mut Vec<u8>) -> Result<(), Refused> {
    line.clear();
    loop {
        let read = reader.by_ref().take(LINE_MOST as u64).read_until(b'\n', line)?;
        let open = quoted && memchr::memchr_iter(b'"', line).count() % 2 == 1;
        if line.len() >= LINE_MOST {
            return Err(Refused::Form("it has a line of more than 1 MiB".to_owned()));
        }
        if read == 0 || !open {
            return Ok(());
        }
    }
}

fn lines(
    mut reader: impl BufRead,
    mapping: &Mapping,
    (mut place, mut line): (Place, Vec<u8>),
    on: &mut dyn FnMut(Line),
) -> Result<(), Refused> {
    while !line.is_empty() {
        let text = line.trim_ascii();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        match serde_json::from_slice::<Value>(text) {
            Ok(value) if value.is_object() => on(Line::Event(place.spot(&line), Box::new(of_object(&value, mapping)))),
            _ if text.is_empty() => {}
            _ => on(Line::Unread(place.line, "it is no JSON object")),
        }
        place.pass(&line);
        record(&mut reader, false, &mut line)?;
    }
    Ok(())
}

fn of_object(value: &Value, mapping: &Mapping) -> Raw {
    if fhir::is_event(value) {
        fhir::raw(value)
    } else if value["prev"].is_string() && value["hash"].is_string() && value["seq"].is_u64() {
        own(value)
    } else {
        mapping.of_object(value)
    }
}

/// An entry of a trail of phivet.
fn own(value: &Value) -> Raw {
    let who = &value["who"];
    let user = if who["ci"]["actor"].is_string() { &who["ci"]["actor"] } else { &who["user"] };
    let reviews = value["reviews"].as_array().map(Vec::as_slice).unwrap_or_default();
    Raw {
        user: text(user),
        time: text(&value["time"]),
        action: text(&value["command"]),
        outcome: text(&value["outcome"]),
        seq: value["seq"].as_u64(),
        reviews: reviews.iter().filter_map(Value::as_u64).collect(),
        review: value["review"] == true,
        without_patients: true,
        ..Raw::default()
    }
}

/// One JSON document: a list of events, a bundle, or a single event.
fn whole(bytes: &[u8], mapping: &Mapping, start: Place, on: &mut dyn FnMut(Line)) -> Result<(), Refused> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Refused::Form(format!("it is no JSON: line {}", error.line())))?;
    // A resource stands in an entry, which stands in the bundle.
    let depth = if value["resourceType"] == "Bundle" { 3 } else { 1 };
    drop(value);
    let (mut place, mut from) = (start, 0);
    for range in objects(bytes, depth) {
        place.pass(&bytes[from..range.start]);
        from = range.start;
        let object = &bytes[range];
        match serde_json::from_slice::<Value>(object) {
            Ok(value) if depth == 1 || fhir::is_event(&value) => {
                on(Line::Event(place.spot(object), Box::new(of_object(&value, mapping))));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where the objects stand that lie so deep in others (1: outermost), in text that is JSON.
fn objects(bytes: &[u8], wanted: usize) -> Vec<Range<usize>> {
    let (mut found, mut depth, mut start, mut in_text, mut i) = (Vec::new(), 0, 0, false, 0);
    while i < bytes.len() {
        match bytes[i] {
            b'\\' if in_text => i += 1,
            b'"' => in_text = !in_text,
            b'{' if !in_text => {
                depth += 1;
                if depth == wanted {
                    start = i;
                }
            }
            b'}' if !in_text => {
                if depth == wanted {
                    found.push(start..i + 1);
                }
                depth -= 1;
            }
            _ => {}
        }
        i += 1;
    }
    found
}

fn table(
    mut reader: impl BufRead,
    mapping: &Mapping,
    (mut place, first): (Place, Vec<u8>),
    on: &mut dyn FnMut(Line),
) -> Result<(), Refused> {
    let text = String::from_utf8_lossy(&first);
    let text = text.trim_start_matches('\u{feff}');
    let comma = [',', '\t', ';', '|'].into_iter().max_by_key(|c| text.matches(*c).count()).unwrap_or(',');
    let head = cells(text, comma);
    if let Some(name) = mapping.absent(&head) {
        return Err(Refused::Form(format!(
            "the mapping names the column `{}`, and there is none",
            mask::long_numbers(name)
        )));
    }
    let columns = mapping.columns(&head);
    if columns[0].is_none() {
        return Err(Refused::Form("no column says who did it".to_owned()));
    }
    place.pass(&first);
    let mut line = Vec::new();
    loop {
        record(&mut reader, true, &mut line)?;
        if line.is_empty() {
            return Ok(());
        }
        let row = cells(&String::from_utf8_lossy(&line), comma);
        if row.len() > head.len() {
            on(Line::Unread(place.line, "it has more cells than the table has columns"));
        } else if !line.trim_ascii().is_empty() {
            let mut raw = raw(|field| columns[field].and_then(|at| row.get(at).cloned()));
            let beside = head.iter().zip(&row).enumerate().filter(|(at, _)| !columns.contains(&Some(*at)));
            raw.rest = beside.map(|(_, (name, cell))| format!("{name}: {cell}; ")).collect();
            on(Line::Event(place.spot(&line), Box::new(raw)));
        }
        place.pass(&line);
    }
}

/// The cells of a row of CSV (RFC 4180).
fn cells(row: &str, comma: char) -> Vec<String> {
    let (mut list, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = row.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
            c if c == comma && !quoted => list.push(std::mem::take(&mut cell).trim().to_owned()),
            c => cell.push(c),
        }
    }
    list.push(cell.trim().to_owned());
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_at_commas_outside_of_quotes() {
        assert_eq!(cells("a, \"b, \"\"c\"\"\",,d\r\n", ','), ["a", "b, \"c\"", "", "d"]);
    }

    #[test]
    fn objects_are_found_where_they_stand() {
        let text = br#"{"a": "}{\"", "entry": [{"resource": {"x": 1}}, {"resource": {"y": {}}}]}"#;
        let found: Vec<&[u8]> = objects(text, 3).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, [&br#"{"x": 1}"#[..], br#"{"y": {}}"#]);
    }
}
