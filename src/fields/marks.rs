//! Which formats a document may be of: one search for what their documents must hold.

use std::sync::LazyLock;

use super::FORMATS;
use super::texts::{Texts, spellings};
use crate::document::Document;

/// What a document of a format must hold.
pub enum Mark {
    /// Nothing in particular: the format is always asked.
    Nothing,
    /// One of these texts, of three bytes or more. Rare ones keep the search quick.
    Text(&'static [&'static str]),
    /// A word that begins with one of these: small, capital, or begun with a capital letter.
    Word(&'static [&'static str]),
}

/// The formats that may be read in a document, one bit each, in the order of [`FORMATS`].
pub(crate) fn may_be(document: &Document) -> u64 {
    static SEARCH: LazyLock<Search> = LazyLock::new(Search::new);
    let mut found = SEARCH.always;
    for text in std::iter::once(&document.bytes[..]).chain(document.head.as_deref()) {
        SEARCH.read(text, &mut found);
    }
    found
}

struct Search {
    always: u64,
    marks: Vec<One>,
    texts: Texts,
}

/// One text of one format.
struct One {
    /// The format's number, as a bit.
    format: u64,
    text: Vec<u8>,
    /// Does it begin a word?
    word: bool,
}

impl Search {
    fn new() -> Self {
        let (mut always, mut marks) = (0, Vec::new());
        for (i, format) in FORMATS.iter().enumerate() {
            let mut add = |text: &str, word| marks.push(One { format: 1 << i, text: text.into(), word });
            match format.mark {
                Mark::Nothing => always |= 1 << i,
                Mark::Text(texts) => texts.iter().for_each(|text| add(text, false)),
                Mark::Word(words) => words.iter().for_each(|word| spellings(word).iter().for_each(|w| add(w, true))),
            }
        }
        let texts = Texts::new(&marks.iter().map(|mark| &mark.text[..]).collect::<Vec<_>>());
        Self { always, marks, texts }
    }

    fn read(&self, text: &[u8], found: &mut u64) {
        let mut from = 0;
        while let Some((at, which)) = self.texts.next(text, from) {
            let mark = &self.marks[which];
            let inside = at > 0 && (text[at - 1].is_ascii_alphanumeric() || text[at - 1] == b'_');
            if !(mark.word && inside) {
                *found |= mark.format;
            }
            // Another may begin inside of it.
            from = at + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    fn names(text: &str, head: Option<&str>) -> Vec<&'static str> {
        let mut document = Document::new("x", Kind::Data, text.as_bytes().to_vec());
        document.head = head.map(|head| head.as_bytes().into());
        let found = may_be(&document);
        let marked = |(i, format): (usize, &super::super::Format)| {
            (found >> i & 1 == 1 && !matches!(format.mark, Mark::Nothing)).then_some(format.name)
        };
        FORMATS.iter().enumerate().filter_map(marked).collect()
    }

    #[test]
    fn no_mark_begins_with_another() {
        let marks = Search::new().marks;
        for (i, mark) in marks.iter().enumerate() {
            let other = marks.iter().enumerate().find(|(j, other)| i != *j && other.text.starts_with(&mark.text));
            assert!(other.is_none(), "{} hides another", String::from_utf8_lossy(&mark.text));
        }
    }

    #[test]
    fn marks_are_found_wherever_they_stand() {
        for at in (0..70).chain([127, 128, 4095]) {
            let before = " ".repeat(at);
            assert_eq!(names(&format!("{before}MSH|^~\\&"), None), ["hl7v2"]);
            assert_eq!(names(&format!("{before}Insert"), None), ["sql"]);
            assert_eq!(names(&format!("{before}reinsert MS H IS inSErt"), None), [""; 0]);
        }
        assert_eq!(names("PID|1", Some("MSH|^~\\&|")), ["hl7v2"]);
    }
}
