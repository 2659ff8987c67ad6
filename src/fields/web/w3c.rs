//! W3C extended logs (IIS): `#Fields:` names the columns.

use std::ops::Range;

use super::{Request, searches};
use crate::document::Document;
use crate::fields::{Field, Label, Owner};

/// Which column holds what.
pub(super) struct Columns {
    stem: usize,
    query: usize,
    /// Columns that are nobody's: the server's address, the browser.
    nobody: Vec<usize>,
    count: usize,
}

impl Columns {
    /// The columns that the document, or its head, names.
    pub(super) fn of(document: &Document) -> Option<Self> {
        let beginning = document.head.as_deref().unwrap_or(&document.bytes);
        let beginning = &beginning[..beginning.len().min(4096)];
        let at = memchr::memmem::find(beginning, b"#Fields:")? + 8;
        let line = beginning[at..].split(|b| matches!(b, b'\r' | b'\n')).next()?;
        let names: Vec<&[u8]> = line.split(|b| matches!(b, b' ' | b'\t')).filter(|name| !name.is_empty()).collect();
        let of = |wanted: &[u8]| names.iter().position(|name| *name == wanted);
        let nobody = [&b"s-ip"[..], b"cs(User-Agent)", b"s-computername", b"s-sitename", b"cs-host", b"cs-version"];
        Some(Self {
            stem: of(b"cs-uri-stem")?,
            query: of(b"cs-uri-query")?,
            nobody: nobody.iter().filter_map(|name| of(name)).collect(),
            count: names.len(),
        })
    }

    /// Reads a line by its columns; says whether it is one of them.
    pub(super) fn read(&self, request: &mut Request<'_, '_>, line: Range<usize>) -> bool {
        let mut at = line.start;
        let cells: Vec<Range<usize>> = request.bytes[line.clone()]
            .split(|b| matches!(b, b' ' | b'\t'))
            .map(|cell| {
                let start = at;
                at += cell.len() + 1;
                start..start + cell.len()
            })
            .collect();
        if cells.len() != self.count || request.bytes[line.start] == b'#' {
            return false;
        }
        for column in &self.nobody {
            let value = cells[*column].clone();
            request.out.push(Field { label: Label::Nothing, value, owner: Owner::Unknown, record: request.record });
        }
        let stem = cells[self.stem].clone();
        request.line(stem.clone());
        if searches(&request.bytes[stem]) {
            request.query(cells[self.query].clone());
        }
        true
    }
}
