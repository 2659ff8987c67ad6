//! Sheets of a workbook as lines of values separated by commas; a row of the sheet is a line (ECMA-376, part 1, 18.3).

use std::cell::RefCell;
use std::io::{self, BufReader, Read, SeekFrom};

use super::super::bytes::{array, le16, pass};
use super::super::limits::Meter;
use super::super::markup::{Made, Markup, Token, attribute, local_name};
use super::super::members::Searchable;
use super::super::rows;
use super::directory::Directory;
use super::entry::Entry;

/// Most bytes of a workbook's shared texts; of one with more, sheets are read as the XML that they are.
const MOST: usize = 32 << 20;

/// How many blank rows in a row are told as blank lines.
const BLANK: u64 = 1 << 20;

/// What sheets share: texts, and which styles show a number as a date.
#[derive(Default)]
pub(super) struct Strings {
    text: Vec<u8>,
    ends: Vec<u32>,
    dates: Vec<bool>,
}

impl Strings {
    fn get(&self, index: usize) -> &[u8] {
        let end = |at: usize| self.ends.get(at).map_or(self.text.len(), |end| *end as usize);
        let start = index.checked_sub(1).map_or(0, end);
        if index < self.ends.len() { &self.text[start..end(index)] } else { b"" }
    }
}

/// The shared texts of a workbook; `None` if the archive is none, or has too many.
pub(super) fn strings(
    from: &mut dyn Searchable,
    directory: &Directory,
    len: u64,
    meter: &RefCell<Meter>,
) -> io::Result<Option<Strings>> {
    let (mut workbook, mut shared, mut styles) = (false, None, None);
    let mut at = directory.start();
    for _ in 0..directory.entries.min(4096) {
        // What is wrong with the directory is told when it is read for good.
        let Ok((entry, next)) = directory.entry(from, at) else { return Ok(None) };
        at = next;
        workbook |= entry.name == b"xl/workbook.xml";
        match entry.name.as_slice() {
            b"xl/sharedStrings.xml" => shared = Some(entry),
            b"xl/styles.xml" => styles = Some(entry),
            _ => {}
        }
    }
    if !workbook {
        return Ok(None);
    }
    let mut strings = Strings::default();
    if let Some(entry) = shared.filter(|entry| entry.packed < len)
        && (with(from, &entry, meter, |content| read_strings(content, &mut strings)).is_err()
            || strings.text.len() > MOST)
    {
        return Ok(None);
    }
    if let Some(entry) = styles.filter(|entry| entry.packed < len) {
        let _ = with(from, &entry, meter, |content| read_styles(content, &mut strings.dates));
    }
    Ok(Some(strings))
}

fn with(
    from: &mut dyn Searchable,
    entry: &Entry,
    meter: &RefCell<Meter>,
    read: impl FnOnce(&mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    from.seek(SeekFrom::Start(entry.offset))?;
    let local = array::<30>(from)?;
    pass(from, u64::from(le16(&local, 26)) + u64::from(le16(&local, 28)))?;
    let mut packed = BufReader::new(from.take(entry.packed));
    let mut content = entry.open(&mut packed, meter)?;
    read(&mut content)
}

fn read_strings(content: &mut dyn Read, strings: &mut Strings) -> io::Result<()> {
    let mut markup = Markup::new(content);
    let mut in_text = false;
    while let Some(token) = markup.next()? {
        match token {
            Token::Text(text) if in_text => strings.text.extend_from_slice(&text),
            Token::Tag(tag) => match local_name(&tag) {
                b"t" => in_text = tag.first() != Some(&b'/') && tag.last() != Some(&b'/'),
                b"si" if tag.first() == Some(&b'/') => {
                    strings.ends.push(u32::try_from(strings.text.len()).unwrap_or(0))
                }
                _ => {}
            },
            Token::Text(_) => {}
        }
        if strings.text.len() > MOST || strings.ends.len() > MOST / 8 {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
    }
    Ok(())
}

/// Which of the styles of cells show a number as a date: by built-in format (18.8.30), or by a code with years or days.
fn read_styles(content: &mut dyn Read, dates: &mut Vec<bool>) -> io::Result<()> {
    let mut markup = Markup::new(content);
    let (mut own, mut in_cells) = (Vec::new(), false);
    while let Some(token) = markup.next()? {
        let Token::Tag(tag) = token else { continue };
        let id = || number(attribute(&tag, "numFmtId").unwrap_or_default());
        match local_name(&tag) {
            b"numFmt" => {
                let code = attribute(&tag, "formatCode").unwrap_or_default().to_ascii_lowercase();
                if code.contains(&b'y') || code.windows(2).any(|pair| pair == b"dd" || pair == b"d-" || pair == b"d/") {
                    own.push(id());
                }
            }
            b"cellXfs" => in_cells = tag.first() != Some(&b'/'),
            b"xf" if in_cells && tag.first() != Some(&b'/') && dates.len() < 1 << 16 => {
                let id = id();
                dates.push(matches!(id, 14..=17 | 22 | 27..=36 | 50..=58) || own.contains(&id));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    column: usize,
    kind: Vec<u8>,
    style: usize,
    text: Vec<u8>,
}

/// A sheet as lines.
pub(super) fn rows<'r>(from: &'r mut dyn Read, strings: &'r Strings) -> impl Read + 'r {
    let mut markup = Markup::new(from);
    let (mut line, mut column, mut in_text) = (1_u64, 0_usize, false);
    let mut cell = Cell::default();
    Made::new(move |out| {
        let token = match markup.next()? {
            None => return Ok(false),
            Some(Token::Text(text)) => {
                if in_text && cell.text.len() < 1 << 16 {
                    cell.text.extend_from_slice(&text);
                }
                return Ok(true);
            }
            Some(Token::Tag(tag)) => tag,
        };
        let (closes, alone) = (token.first() == Some(&b'/'), token.last() == Some(&b'/'));
        match (local_name(&token), closes) {
            (b"row", false) => {
                let row = attribute(&token, "r").map_or(line, |r| number(r) as u64).min(line + BLANK);
                out.extend(std::iter::repeat_n(b'\n', usize::try_from(row.saturating_sub(line)).unwrap_or(0)));
                (line, column) = (line.max(row), 0);
                if alone {
                    out.push(b'\n');
                    line += 1;
                }
            }
            (b"row", true) => {
                out.push(b'\n');
                line += 1;
            }
            (b"c", false) => {
                let at = attribute(&token, "r").map_or(column, column_of);
                let kind = attribute(&token, "t").unwrap_or_default().to_vec();
                let style = number(attribute(&token, "s").unwrap_or_default());
                cell = Cell { column: at, kind, style, text: Vec::new() };
            }
            (b"c", true) => {
                let commas = cell.column.saturating_sub(column).min(1 << 14);
                out.extend(std::iter::repeat_n(b',', commas));
                column = cell.column.max(column);
                put(&cell, strings, out);
            }
            (b"v" | b"t", _) => in_text = !closes && !alone,
            _ => {}
        }
        Ok(true)
    })
}

/// `AB12` is column 27 (from 0).
fn column_of(place: &[u8]) -> usize {
    let letters = place.iter().take(3).take_while(|b| b.is_ascii_uppercase());
    letters.fold(0, |sum, b| sum * 26 + usize::from(b - b'A') + 1).saturating_sub(1)
}

fn number(digits: &[u8]) -> usize {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn put(cell: &Cell, strings: &Strings, out: &mut Vec<u8>) {
    let is_date = matches!(cell.kind.as_slice(), b"" | b"n") && strings.dates.get(cell.style) == Some(&true);
    let date = if is_date { date(&cell.text) } else { None };
    let text = match (&date, cell.kind.as_slice()) {
        (Some(date), _) => date.as_bytes(),
        (None, b"s") => strings.get(number(&cell.text)),
        _ => &cell.text,
    };
    rows::cell(text, out);
}

/// Days since 30 December 1899 as a date.
fn date(days: &[u8]) -> Option<String> {
    let days: f64 = std::str::from_utf8(days).ok()?.parse().ok()?;
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    // Days from 1 March of year 0 (Howard Hinnant, "chrono-compatible low-level date algorithms").
    #[allow(clippy::cast_possible_truncation)]
    let days = days as i64 - 25_569 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::{column_of, date};

    #[test]
    fn places_and_days() {
        assert_eq!([b"A1".as_slice(), b"Z9", b"AA10", b"AB12"].map(column_of), [0, 25, 26, 27]);
        assert_eq!(date(b"1").as_deref(), Some("1899-12-31"));
        assert_eq!(date(b"29221").as_deref(), Some("1980-01-01"));
        assert_eq!(date(b"45351.5").as_deref(), Some("2024-02-29"));
        assert_eq!(date(b"0"), None);
        assert_eq!(date(b"x"), None);
    }
}
