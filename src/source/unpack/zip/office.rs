//! Office files: their text, a paragraph or a row of a table a line (ECMA-376, ISO 26300).

use std::io::Read;

use super::super::markup::{Made, Markup, Token, local_name};

/// What a member of an office file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Running text.
    Text,
    /// A sheet of a workbook.
    Sheet,
    /// The texts of all sheets.
    Strings,
}

/// What this member of an archive is, if it belongs to an office file and is read as text.
pub(super) fn part(path: &str) -> Option<Part> {
    let slide = |path: &str| {
        ["ppt/slides/slide", "ppt/notesSlides/notesSlide", "word/header", "word/footer"]
            .iter()
            .any(|start| path.starts_with(start) && path.ends_with(".xml"))
    };
    match path {
        "word/document.xml" | "word/footnotes.xml" | "word/endnotes.xml" | "content.xml" => Some(Part::Text),
        "xl/sharedStrings.xml" => Some(Part::Strings),
        _ if path.starts_with("xl/worksheets/") && path.ends_with(".xml") => Some(Part::Sheet),
        _ if slide(path) => Some(Part::Text),
        _ => None,
    }
}

/// The text of a member, as lines.
pub(super) fn text<'r>(from: &'r mut dyn Read) -> impl Read + 'r {
    let mut markup = Markup::new(from);
    let mut cells = 0_u32;
    Made::new(move |out| {
        match markup.next()? {
            None => return Ok(false),
            Some(Token::Text(text)) => out.extend(text.into_iter().map(|b| if b == b'\n' { b' ' } else { b })),
            Some(Token::Tag(tag)) => {
                let closes = tag.first() == Some(&b'/');
                let alone = tag.last() == Some(&b'/');
                match (local_name(&tag), closes) {
                    (b"tc" | b"table-cell", false) if !alone => cells += 1,
                    (b"tc" | b"table-cell", true) => {
                        cells = cells.saturating_sub(1);
                        out.push(b'\t');
                    }
                    (b"table-cell" | b"tab", false) => out.push(b'\t'),
                    (b"s", false) if alone => out.push(b' '),
                    (b"p" | b"h" | b"br" | b"line-break", _) if cells > 0 && (closes || alone) => out.push(b' '),
                    (b"p" | b"h", true) | (b"br" | b"line-break" | b"cr", false) => out.push(b'\n'),
                    (b"tr" | b"table-row", true) => out.push(b'\n'),
                    _ => {}
                }
            }
        }
        Ok(true)
    })
}
