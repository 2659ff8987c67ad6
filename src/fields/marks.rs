//! Which formats a document may be of: one search for what their documents must hold.

use std::sync::LazyLock;

use super::FORMATS;
use super::texts::spellings;
use crate::document::Document;
use crate::streams::fragments::{BUCKETS, Fragments, offset_of_rarest};

/// What a document of a format must hold.
pub enum Mark {
    /// Nothing in particular: the format is always asked.
    Nothing,
    /// One of these texts, of three bytes or more. Rare ones keep the search quick.
    Text(&'static [&'static str]),
    /// A word that begins with one of these: small, capital, or begun with a capital letter.
    Word(&'static [&'static str]),
}

/// Folders that hold people.
pub(crate) const FOLDERS: [&str; 6] = ["patient/", "patients/", "chart/", "charts/", "member/", "members/"];
/// What a database says of a value that it holds already.
pub(crate) const DUPLICATE: &str = "' for key '";
/// What a comment that allows something begins with.
pub(crate) const ALLOW: &str = "phivet:allow";

/// What speaks of patients, in words or in names of things.
pub(crate) const PATIENTS: [&str; 3] = ["patient", "Patient", "PATIENT"];

/// Rare texts that are looked for beside the marks of formats; their bits are behind those of the formats. What speaks of
/// patients comes last.
const OTHERS: [&[&str]; 4] = [&FOLDERS, &[DUPLICATE], &[ALLOW], &PATIENTS];

/// What a document may hold: one bit for each format, in the order of [`FORMATS`], then one for other rare texts; and
/// where it first speaks of `PATIENTS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holds(u64, usize);

impl Holds {
    /// Looks through the document, and the head of its first part.
    pub(crate) fn of(document: &Document) -> Self {
        static SEARCH: LazyLock<Search> = LazyLock::new(Search::new);
        let mut found = Self(SEARCH.always, usize::MAX);
        SEARCH.read(&document.bytes, &mut found);
        if let Some(head) = document.head.as_deref() {
            let mut of_head = found;
            SEARCH.read(head, &mut of_head);
            found.0 |= of_head.0;
        }
        found
    }

    /// May the format of this number be read in it?
    pub(crate) fn is_format(self, number: usize) -> bool {
        self.0 >> number & 1 == 1
    }

    /// Does it speak of [`FOLDERS`]?
    pub(crate) fn has_folders(self) -> bool {
        self.is_format(FORMATS.len())
    }

    /// Does it say [`DUPLICATE`]?
    pub(crate) fn has_duplicates(self) -> bool {
        self.is_format(FORMATS.len() + 1)
    }

    /// Does it say [`ALLOW`]?
    pub(crate) fn has_allows(self) -> bool {
        self.is_format(FORMATS.len() + 2)
    }

    /// Where it first speaks of [`PATIENTS`], in its own bytes.
    pub(crate) fn patients(self) -> Option<usize> {
        (self.1 < usize::MAX).then_some(self.1)
    }
}

struct Search {
    always: u64,
    fragments: Fragments,
    /// For each bucket of fragments the marks that are looked for there.
    marks: [Vec<One>; BUCKETS],
}

/// One text, and the formats that are marked by it, as bits.
struct One {
    text: Vec<u8>,
    /// How far its fragment stands behind its beginning, and what that begins with.
    offset: usize,
    three: [u8; 3],
    /// Wherever it stands.
    formats: u64,
    /// Where it begins a word.
    of_words: u64,
}

impl Search {
    fn new() -> Self {
        let (mut always, mut marks) = (0, Vec::<One>::new());
        for (i, format) in FORMATS.iter().enumerate() {
            let mut add = |text: &str, word: bool| {
                let (formats, of_words) = (u64::from(!word) << i, u64::from(word) << i);
                marks.push(One { text: text.into(), offset: 0, three: [0; 3], formats, of_words });
            };
            match format.mark {
                Mark::Nothing => always |= 1 << i,
                Mark::Text(texts) => texts.iter().for_each(|text| add(text, false)),
                Mark::Word(words) => words.iter().for_each(|word| spellings(word).iter().for_each(|w| add(w, true))),
            }
        }
        for (i, texts) in (FORMATS.len()..).zip(OTHERS) {
            marks.extend(texts.iter().map(|text| One {
                text: (*text).into(),
                offset: 0,
                three: [0; 3],
                formats: 1 << i,
                of_words: 0,
            }));
        }
        let fragments: Vec<Vec<u8>> = marks.iter_mut().map(One::cut).collect();
        let (fragments, buckets) = Fragments::new(&fragments.iter().map(Vec::as_slice).collect::<Vec<_>>(), false);
        let mut of_bucket: [Vec<One>; BUCKETS] = Default::default();
        marks.into_iter().zip(buckets).for_each(|(mark, bucket)| of_bucket[bucket].push(mark));
        Self { always, fragments, marks: of_bucket }
    }

    fn read(&self, text: &[u8], found: &mut Holds) {
        let patients = 1 << (FORMATS.len() + OTHERS.len() - 1);
        let mut from = 0;
        while let Some((at, buckets)) = self.fragments.next(text, from) {
            from = at + 1;
            let Some(three) = text[at..].first_chunk() else { continue };
            let marks = self.marks.iter().enumerate().filter(|(bucket, _)| buckets >> bucket & 1 == 1);
            for mark in marks.flat_map(|(_, marks)| marks).filter(|mark| mark.three == *three) {
                let Some(start) = at.checked_sub(mark.offset).filter(|i| text[*i..].starts_with(&mark.text)) else {
                    continue;
                };
                let inside = start > 0 && (text[start - 1].is_ascii_alphanumeric() || text[start - 1] == b'_');
                found.0 |= mark.formats | if inside { 0 } else { mark.of_words };
                if mark.formats & patients != 0 {
                    found.1 = found.1.min(start);
                }
            }
        }
    }
}

impl One {
    /// What of it is looked for: its rarest bytes.
    fn cut(&mut self) -> Vec<u8> {
        self.offset = offset_of_rarest(&self.text);
        let fragment = &self.text[self.offset..];
        self.three = fragment.first_chunk().copied().unwrap_or_default();
        fragment.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    fn names(text: &str, head: Option<&str>) -> Vec<&'static str> {
        let mut document = Document::new("x", Kind::Data, text.as_bytes().to_vec());
        document.head = head.map(|head| head.as_bytes().into());
        let found = Holds::of(&document);
        let marked = |(i, format): (usize, &super::super::Format)| {
            (found.is_format(i) && !matches!(format.mark, Mark::Nothing)).then_some(format.name)
        };
        FORMATS.iter().enumerate().filter_map(marked).collect()
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
        assert_eq!(names("a PatientName", None), ["dicom", "web"]);
    }

    #[test]
    fn other_texts_are_found() {
        let marks = |text: &str| Holds::of(&Document::new("x", Kind::Log, text.as_bytes().to_vec()));
        let has = |text: &str| [Holds::has_folders, Holds::has_duplicates, Holds::has_allows].map(|is| is(marks(text)));
        assert_eq!(has("GET /patients/4410927"), [true, false, false]);
        assert_eq!(has("Duplicate entry '1' for key 'a'"), [false, true, false]);
        assert_eq!(has("# phivet:allow ssn"), [false, false, true]);
        assert_eq!(has("patients, charts and members"), [false; 3]);
    }
}
