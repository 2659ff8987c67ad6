//! Web pages: what stands before a value in an element of its own (`<th>MRN</th><td>…`, `<dt>…</dt><dd>…`,
//! `<b>DOB:</b> …`), what heads its column, and what its element is called (`<span id="mrn">`).

use std::ops::Range;

use memchr::{memchr, memmem};

use crate::document::Document;
use crate::fields::{Field, Format, Label, Mark, Owner};
use crate::kind::Kind;

/// HTML pages, mail and fragments.
pub const FORMAT: Format = Format {
    name: "html",
    mark: Mark::Text(&[
        "</td>",
        "</dd>",
        "</b>",
        "</strong>",
        "</span>",
        "</p>",
        "</div>",
        "</li>",
        "</label>",
        "<input",
    ]),
    is,
    read,
};

/// Longest label and longest value, in bytes.
const LABEL: usize = 40;
const VALUE: usize = 120;

/// Attributes that call an element by what it holds.
const CALLED: &[&[u8]] = &[b"id", b"class", b"name", b"itemprop", b"data-field", b"data-label", b"data-name"];

fn is(document: &Document) -> bool {
    matches!(document.kind, Kind::Markup | Kind::Prose | Kind::Unknown)
}

fn read(document: &Document, out: &mut Vec<Field>) {
    Page { text: &document.bytes, last: None, header: Vec::new(), cells: Vec::new(), rows: 0 }.read(out);
}

struct Page<'p> {
    text: &'p [u8],
    /// The last text, where only tags have followed.
    last: Option<Range<usize>>,
    /// What heads the columns of the table.
    header: Vec<Range<usize>>,
    /// Cells of the row: whether it is a heading, and its text.
    cells: Vec<(bool, Range<usize>)>,
    rows: u32,
}

impl Page<'_> {
    fn read(&mut self, out: &mut Vec<Field>) {
        let mut at = 0;
        let mut open = None;
        while at < self.text.len() {
            let end = memchr(b'<', &self.text[at..]).map_or(self.text.len(), |i| at + i);
            let said = trimmed(self.text, at..end);
            if !said.is_empty() {
                self.said(said, open.take(), out);
            }
            let Some(close) = memchr(b'>', &self.text[end..]).map(|i| end + i) else { break };
            let tag = end + 1..close;
            at = self.behind(&tag, close + 1);
            self.tag(tag.clone(), out);
            open = Some(tag);
        }
    }

    /// Where the text behind a tag begins: scripts and styles are none.
    fn behind(&self, tag: &Range<usize>, at: usize) -> usize {
        let ends: &[u8] = match name(&self.text[tag.clone()]) {
            b"script" => b"</script",
            b"style" => b"</style",
            _ => return at,
        };
        memmem::find(&self.text[at..], ends).map_or(self.text.len(), |i| at + i)
    }

    fn tag(&mut self, tag: Range<usize>, out: &mut Vec<Field>) {
        match name(&self.text[tag.clone()]) {
            b"table" | b"/table" => self.header.clear(),
            b"tr" | b"/tr" => self.row(out),
            b"th" => self.cells.push((true, 0..0)),
            b"td" => self.cells.push((false, 0..0)),
            b"input" => self.input(tag, out),
            b"hr" | b"h1" | b"h2" | b"h3" | b"body" => self.last = None,
            _ => {}
        }
    }

    /// What a form is filled with: `<input name="ssn" value="…">`, or behind its label's text.
    fn input(&mut self, tag: Range<usize>, out: &mut Vec<Field>) {
        let value = attribute(self.text, &tag, b"value").filter(|at| !at.is_empty() && at.len() <= VALUE);
        let last = self.last.take().filter(|label| is_label(&self.text[label.clone()]));
        let Some(value) = value else { return };
        if let Some(label) = called(self.text, tag) {
            out.push(field(label, value.clone(), 0));
        }
        if let Some(label) = last {
            out.push(field(label, value, 0));
        }
    }

    fn row(&mut self, out: &mut Vec<Field>) {
        let cells = std::mem::take(&mut self.cells);
        // The first cell above a table's index is empty (pandas).
        if cells.len() >= 2 && cells.iter().all(|(heading, _)| *heading) {
            self.last = None;
            self.header = cells.into_iter().map(|(_, text)| text).collect();
        } else if cells.len() >= 2 && cells.len() == self.header.len() {
            self.rows += 1;
            for (label, (_, value)) in self.header.iter().zip(cells) {
                if is_label(&self.text[label.clone()]) && !value.is_empty() {
                    out.push(field(label.clone(), value, self.rows));
                }
            }
        }
    }

    fn said(&mut self, said: Range<usize>, tag: Option<Range<usize>>, out: &mut Vec<Field>) {
        let in_table = !self.header.is_empty() && !self.cells.is_empty();
        if let Some((_, cell)) = self.cells.last_mut().filter(|(_, cell)| cell.is_empty()) {
            *cell = said.clone();
        }
        let last = self.last.replace(said.clone());
        let heading = self.cells.last().is_some_and(|(heading, _)| *heading);
        if said.len() > VALUE || in_table || heading {
            return;
        }
        if let Some(called) = tag.and_then(|tag| called(self.text, tag)) {
            out.push(field(called, said.clone(), 0));
        }
        if let Some(label) = last.filter(|label| is_label(&self.text[label.clone()])) {
            // The colon may stand outside of the label's element: `<b>DOB</b>: …`.
            let colon = self.text[said.clone()].iter().take_while(|b| matches!(b, b':' | b' ' | b'#')).count();
            let value = said.start + colon..said.end;
            if !value.is_empty() {
                let label = label.start..label.end - usize::from(self.text[label.clone()].ends_with(b":"));
                out.push(field(label, value, 0));
            }
        }
    }
}

fn field(label: Range<usize>, value: Range<usize>, record: u32) -> Field {
    Field { label: Label::Text(label), value, owner: Owner::Unknown, record }
}

/// The name of a tag, `/` before it where it closes.
fn name(tag: &[u8]) -> &[u8] {
    let slash = usize::from(tag.first() == Some(&b'/'));
    let len = tag[slash..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    &tag[..slash + len]
}

/// What an attribute calls the element.
fn called(text: &[u8], tag: Range<usize>) -> Option<Range<usize>> {
    let named = |name: &&[u8]| attribute(text, &tag, name).filter(|at| is_label(&text[at.clone()]));
    CALLED.iter().find_map(named)
}

/// The value of a tag's attribute.
fn attribute(text: &[u8], tag: &Range<usize>, name: &[u8]) -> Option<Range<usize>> {
    let bytes = &text[tag.clone()];
    let at = memmem::find_iter(bytes, name).find(|at| {
        at.checked_sub(1).is_some_and(|i| bytes[i].is_ascii_whitespace()) && bytes.get(at + name.len()) == Some(&b'=')
    })? + name.len()
        + 1;
    let (quote, start) = match bytes.get(at)? {
        quote @ (b'"' | b'\'') => (*quote, at + 1),
        _ => (b' ', at),
    };
    let len = bytes[start..].iter().take_while(|b| **b != quote).count();
    Some(tag.start + start..tag.start + start + len)
}

/// Does a text look like what something is called: few words, letters and hardly anything else?
fn is_label(text: &[u8]) -> bool {
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
    (2..=LABEL).contains(&text.len())
        && letters * 4 >= text.len() * 3
        && text.iter().all(|b| b.is_ascii_alphanumeric() || b" :#.()/-_&'".contains(b))
        && text.iter().filter(|b| **b == b' ').count() <= 4
}

fn trimmed(text: &[u8], at: Range<usize>) -> Range<usize> {
    let inner = &text[at.clone()];
    let start = at.start + inner.len() - inner.trim_ascii_start().len();
    start..(start + inner.trim_ascii().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let document = Document::new("x.html", Kind::Markup, text.as_bytes().to_vec());
        let mut fields = Vec::new();
        read(&document, &mut fields);
        let show = |field: &Field| match &field.label {
            Label::Text(at) => (text[at.clone()].to_owned(), text[field.value.clone()].to_owned()),
            _ => Default::default(),
        };
        fields.iter().map(show).collect()
    }

    #[test]
    fn values_get_the_names_before_and_above_them() {
        for (text, label, value) in [
            ("<tr><th>MRN</th><td>4471093</td></tr>", "MRN", "4471093"),
            ("<dl><dt>Date of birth</dt><dd>12/12/1977</dd>", "Date of birth", "12/12/1977"),
            ("<p>DOB: <b>9/9/1954</b></p>", "DOB", "9/9/1954"),
            ("<p><b>MRN</b>: 4471093</p>", "MRN", "4471093"),
            ("<span id=\"mrn\">4471093</span>", "mrn", "4471093"),
            ("<label>Member ID</label><input type=\"text\" value=\"4471093\">", "Member ID", "4471093"),
            ("<input id=\"mrn\" value='4471093'/>", "mrn", "4471093"),
            ("<table><tr><th>Name<th>MRN</tr><tr><td>A</td><td><b>4471093</b></td></tr>", "MRN", "4471093"),
        ] {
            assert!(pairs(text).contains(&(label.to_owned(), value.to_owned())), "{text}: {:?}", pairs(text));
        }
        assert!(pairs("<script>var mrn = '<b>1</b>'</script>").is_empty());
        for broken in ["<", "<td", "<td>x", "</tr><tr></tr>", "<a id=", "<a id='", "a > b < c", "<>"] {
            pairs(broken);
        }
    }
}
