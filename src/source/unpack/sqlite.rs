//! SQLite: each table as lines, its columns as labels; a finding's line is its row (SQLite, "Database File Format").
//!
//! Own code: no library reads a database out of a stream, and none but C reads it at all.

mod schema;

use std::io::{self, SeekFrom};

use super::body::Body;
use super::bytes::{be16, be32, broken, bytes};
use super::markup::Made;
use super::members::{Members, Searchable};
use super::rows;
use schema::Table;

/// Most bytes of one row; of a longer one the rest is left out, and told.
const ROW: u64 = 8 << 20;

/// Deepest tree of pages: five levels hold more than a file can.
const DEEPEST: usize = 20;

pub(super) fn is(_: &str, head: &[u8]) -> bool {
    head.starts_with(b"SQLite format 3\0")
}

pub(super) fn read(members: &mut Members<'_, '_>, body: &mut Body<'_>) -> io::Result<()> {
    let mut from = members.searchable(body)?;
    let mut file = Pages::open(&mut *from)?;
    let mut tables = Vec::new();
    let mut walk = Walk::new(1);
    while let Some(row) = walk.next(&mut file)? {
        if tables.len() < 10_000 {
            tables.extend(Table::of(&row.values));
        }
    }
    for table in tables {
        if table.is_without_rowid {
            members.skip(&table.name, "SQLite: a table WITHOUT ROWID is not read; dump it first".to_owned());
            continue;
        }
        let (mut walk, mut head, mut failed) = (Walk::new(table.root), true, None);
        let mut text = Made::new(|out| {
            if std::mem::take(&mut head) {
                rows::line(&table.columns, out);
                return Ok(true);
            }
            let row = walk.next(&mut file).inspect_err(|error| failed = Some(error.to_string()))?;
            let Some(row) = row else { return Ok(false) };
            rows::line(&table.cells(row), out);
            Ok(true)
        });
        members.table(&table.name, &mut text)?;
        if walk.cut > 0 {
            members.skip(
                &table.name,
                format!("SQLite: {} rows are over {ROW} bytes; only so much of each was read", walk.cut),
            );
        }
    }
    Ok(())
}

/// A value of a row, as text.
type Value = Option<Vec<u8>>;

/// A row.
struct Row {
    id: i64,
    values: Vec<Value>,
}

/// The pages of a database.
struct Pages<'f> {
    from: &'f mut dyn Searchable,
    size: usize,
    /// Bytes of a page that are used.
    usable: usize,
    count: u64,
    encoding: u32,
}

impl<'f> Pages<'f> {
    fn open(from: &'f mut dyn Searchable) -> io::Result<Self> {
        let len = from.seek(SeekFrom::End(0))?;
        from.seek(SeekFrom::Start(0))?;
        let header = bytes(from, 100, 100)?;
        let size = match be16(&header, 16) {
            1 => 65_536,
            size => usize::from(size),
        };
        let usable = size.saturating_sub(usize::from(header[20]));
        if !size.is_power_of_two() || size < 512 || usable < 480 {
            return Err(broken("its header is damaged"));
        }
        let (count, stated) = (len / size as u64, u64::from(be32(&header, 28)));
        if count < stated {
            return Err(broken("it ends too early; cut off?"));
        }
        Ok(Self { from, size, usable, count, encoding: be32(&header, 56) })
    }

    fn page(&mut self, number: u32) -> io::Result<Vec<u8>> {
        if number == 0 || u64::from(number) > self.count {
            return Err(broken("it refers to a page that is not there"));
        }
        self.from.seek(SeekFrom::Start((u64::from(number) - 1) * self.size as u64))?;
        bytes(self.from, self.size as u64, 1 << 16)
    }

    /// A cell's payload of `len` bytes, which begins at `at` and may go on in pages of its own; and whether it is whole.
    fn payload(&mut self, page: &[u8], at: usize, len: u64) -> io::Result<(Vec<u8>, bool)> {
        let (usable, most) = (self.usable as u64, self.usable as u64 - 35);
        let least = (usable - 12) * 32 / 255 - 23;
        let local = if len <= most {
            len
        } else {
            let rest = least + (len - least) % (usable - 4);
            if rest <= most { rest } else { least }
        };
        let local = usize::try_from(local).unwrap_or(usize::MAX);
        let here = page.get(at..at.saturating_add(local)).ok_or_else(|| broken("a row lies outside of its page"))?;
        let mut payload = here.to_vec();
        let mut next = if local as u64 == len { 0 } else { be32(page, at + local) };
        let wanted = len.min(ROW);
        while next != 0 && (payload.len() as u64) < wanted {
            let page = self.page(next)?;
            let left = usize::try_from(wanted).unwrap_or(usize::MAX) - payload.len();
            payload.extend_from_slice(&page[4..self.usable.min(4 + left)]);
            next = be32(&page, 0);
        }
        if (payload.len() as u64) < wanted {
            return Err(broken("a row is not whole"));
        }
        Ok((payload, len <= ROW))
    }

    /// Bytes of a text value as UTF-8.
    fn text(&self, bytes: &[u8]) -> Vec<u8> {
        let units =
            |of: fn([u8; 2]) -> u16| bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect::<Vec<u16>>();
        match self.encoding {
            2 => String::from_utf16_lossy(&units(u16::from_le_bytes)).into_bytes(),
            3 => String::from_utf16_lossy(&units(u16::from_be_bytes)).into_bytes(),
            _ => bytes.to_vec(),
        }
    }
}

/// A walk over the rows of a table, in order.
struct Walk {
    /// Pages from the root down: which, its bytes, the next cell.
    stack: Vec<(Vec<u8>, usize, usize)>,
    root: Option<u32>,
    visited: u64,
    /// Rows that were longer than [`ROW`].
    cut: u64,
}

impl Walk {
    fn new(root: u32) -> Self {
        Self { stack: Vec::new(), root: Some(root), visited: 0, cut: 0 }
    }

    fn next(&mut self, file: &mut Pages<'_>) -> io::Result<Option<Row>> {
        if let Some(root) = self.root.take() {
            self.enter(file, root)?;
        }
        loop {
            let Some((page, header, cell)) = self.stack.last_mut() else { return Ok(None) };
            let (kind, count, at) = (page[*header], usize::from(be16(page, *header + 3)), *cell);
            *cell += 1;
            let pointers = *header + if kind == 5 { 12 } else { 8 };
            if kind == 5 {
                let child = match at.cmp(&count) {
                    std::cmp::Ordering::Less => be32(page, usize::from(be16(page, pointers + 2 * at))),
                    std::cmp::Ordering::Equal => be32(page, *header + 8),
                    std::cmp::Ordering::Greater => {
                        self.stack.pop();
                        continue;
                    }
                };
                self.enter(file, child)?;
            } else if at < count {
                let start = usize::from(be16(page, pointers + 2 * at));
                let page = page.clone();
                return self.row(file, &page, start).map(Some);
            } else {
                self.stack.pop();
            }
        }
    }

    fn enter(&mut self, file: &mut Pages<'_>, number: u32) -> io::Result<()> {
        self.visited += 1;
        if self.visited > file.count || self.stack.len() >= DEEPEST {
            return Err(broken("its pages lead in a circle"));
        }
        let page = file.page(number)?;
        let header = if number == 1 { 100 } else { 0 };
        if !matches!(page[header], 5 | 13) {
            return Err(broken("a page is of another kind than its place wants"));
        }
        self.stack.push((page, header, 0));
        Ok(())
    }

    fn row(&mut self, file: &mut Pages<'_>, page: &[u8], start: usize) -> io::Result<Row> {
        let rest = page.get(start..).unwrap_or_default();
        let short = || broken("a row is not whole");
        let (len, first) = varint(rest).ok_or_else(short)?;
        let (id, second) = varint(&rest[first..]).ok_or_else(short)?;
        let (payload, whole) = file.payload(page, start + first + second, len)?;
        self.cut += u64::from(!whole);
        let values = values(file, &payload).ok_or_else(short)?;
        Ok(Row { id: id.cast_signed(), values })
    }
}

/// A number of up to nine bytes, seven bits in each, and how many it has.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Some((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

/// The values of a record (2.1, "Record Format").
fn values(file: &Pages<'_>, payload: &[u8]) -> Option<Vec<Value>> {
    let (header, mut at) = varint(payload)?;
    let header = usize::try_from(header).ok().filter(|header| *header <= payload.len())?;
    let mut body = header;
    let mut values = Vec::new();
    while at < header {
        let (kind, len) = varint(payload.get(at..header)?)?;
        at += len;
        let len = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        // What is over the most that a row may have is missing here.
        let end = body.saturating_add(len).min(payload.len());
        let bytes = payload.get(body.min(end)..end)?;
        body = end;
        values.push(match kind {
            0 => None,
            8 | 9 => Some((kind - 8).to_string().into_bytes()),
            1..=6 => Some(integer(bytes).to_string().into_bytes()),
            7 => bytes.try_into().ok().map(|bytes| f64::from_be_bytes(bytes).to_string().into_bytes()),
            _ if kind % 2 == 1 => Some(file.text(bytes)),
            _ => Some(rows::printable(bytes)),
        });
    }
    Some(values)
}

fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    bytes.iter().fold(if negative { -1 } else { 0 }, |sum, byte| sum << 8 | i64::from(*byte))
}
