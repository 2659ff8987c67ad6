//! Which formats a document may be of: one search for what their documents must hold.

use std::sync::LazyLock;

use super::FORMATS;
use crate::document::Document;
use crate::streams::Machine;
use crate::streams::program::{Builder, Node, Program};

/// What a document of a format must hold.
pub enum Mark {
    /// Nothing in particular: the format is always asked.
    Nothing,
    /// One of these texts, of three bytes or more. Rare ones keep the search quick.
    Text(&'static [&'static str]),
    /// A word that begins with one of these, of four letters or more, in any case.
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
    program: Program,
    /// By a text's first byte.
    begin: Vec<Vec<One>>,
}

/// One text of one format.
struct One {
    /// The format's number, as a bit.
    format: u64,
    text: &'static [u8],
    /// Does it begin a word, in any case?
    word: bool,
}

/// How many of a text's first bytes are searched for.
const FIRST: usize = 4;

impl Search {
    fn new() -> Self {
        let mut always = 0;
        let mut marks: Vec<(u64, &'static [&'static str], bool)> = Vec::new();
        for (i, format) in FORMATS.iter().enumerate() {
            match format.mark {
                Mark::Nothing => always |= 1 << i,
                Mark::Text(texts) => marks.push((1 << i, texts, false)),
                Mark::Word(texts) => marks.push((1 << i, texts, true)),
            }
        }
        let holds = |word: bool, depth: usize, b: u8| {
            let texts = marks.iter().filter(|(_, _, w)| *w == word).flat_map(|(_, texts, _)| texts.iter());
            let fits = |text: &str| match text.as_bytes().get(depth) {
                Some(own) => *own == b || word && own.eq_ignore_ascii_case(&b),
                None => true,
            };
            texts.into_iter().any(|text| fits(text))
        };
        let mut b = Builder::new();
        let mut begins = |word: bool| {
            let bytes: Vec<Node> = (0..FIRST).map(|depth| b.set(|byte| holds(word, depth, byte))).collect();
            let (last, before) = bytes.split_last()?;
            Some(before.iter().rev().fold(*last, |then, here| b.and_after(*here, then, 1)))
        };
        let (texts, words) = (begins(false), begins(true));
        let word = b.set(|b| b.is_ascii_alphanumeric() || b == b'_');
        let inside = b.before(word, 1);
        let words = words.map(|words| b.less(words, inside));
        let found: Vec<Node> = texts.into_iter().chain(words).collect();
        let begins: Vec<Node> = b.any(&found).into_iter().collect();
        let program = b.finish(&begins);
        let mut begin: Vec<Vec<One>> = (0..256).map(|_| Vec::new()).collect();
        for &(format, texts, word) in &marks {
            for text in texts.iter().map(|text| text.as_bytes()) {
                let firsts = text.first().map_or([0; 2], |b| [b.to_ascii_lowercase(), b.to_ascii_uppercase()]);
                let firsts = if !word { &[text[0]] as &[u8] } else { &firsts[..] };
                firsts.iter().for_each(|first| begin[usize::from(*first)].push(One { format, text, word }));
            }
        }
        Self { always, program, begin }
    }

    fn read(&self, text: &[u8], found: &mut u64) {
        let mut machine = Machine::new(&self.program, None, text);
        while machine.next().is_some() {
            for block in machine.blocks() {
                let mut left = machine.answer(0, block);
                while left != 0 {
                    let at = block + left.trailing_zeros() as usize;
                    left &= left - 1;
                    self.at(text.get(at..).unwrap_or_default(), found);
                }
            }
        }
    }

    fn at(&self, text: &[u8], found: &mut u64) {
        let Some(first) = text.first() else { return };
        for One { format, text: mark, word } in &self.begin[usize::from(*first)] {
            // Most that begins alike differs in the second byte or the third.
            let (second, third) = (mark[1], mark[2]);
            let alike = |own: u8, mark: u8| own == mark || *word && own | 0x20 == mark | 0x20;
            let begins = text.len() >= mark.len()
                && alike(text[1], second)
                && alike(text[2], third)
                && (text[..mark.len()] == **mark || *word && text[..mark.len()].eq_ignore_ascii_case(mark));
            if begins && *found & format == 0 {
                *found |= format;
            }
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
    fn marks_are_found_wherever_they_stand() {
        for at in (0..70).chain([127, 128, 4095]) {
            let before = " ".repeat(at);
            assert_eq!(names(&format!("{before}MSH|^~\\&"), None), ["hl7v2"]);
            assert_eq!(names(&format!("{before}inSErt"), None), ["sql"]);
            assert_eq!(names(&format!("{before}reinsert MS H ISB"), None), [""; 0]);
        }
        assert_eq!(names("PID|1", Some("MSH|^~\\&|")), ["hl7v2"]);
    }
}
