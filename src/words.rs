//! Dictionaries: what is known about a word. They are searched where they lie; nothing is built at start-up.
//!
//! The lists stand in `rules/words/`, each with its origin and licence; `build.rs` makes one table of them.
//! Words are looked up without regard to case or Latin accents. A word in no list has the facts of one in it
//! with a chance below one in a hundred million (a slot keeps 32 bits of the word's hash, not the word).

mod hash;
mod places;

pub use places::{is_area_code, is_icd10cm, is_restricted_zip3, is_zip5, zip3_in_state, zip3_state};

/// Slots of eight bytes: 32 bits of hash, 32 bits of facts; a slot of zero facts is free.
static TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/words.bin"));
/// By [`hash::beginning`]: does a street suffix begin so? One bit each.
static SUFFIXES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/suffixes.bin"));
/// By [`hash::four`]: does a word of health care begin so? One bit each.
static MEDICAL: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/medical.bin"));
/// Length of the longest folded word that is looked up, in bytes.
const LONGEST_WORD: usize = 32;
/// Bits that `Facts` shows; above them stand the mark of a placeholder and the number of a state.
const SHOWN: u32 = (1 << 24) - 1;
const PLACEHOLDER: u32 = 1 << 24;

/// Is it a street suffix or one of its variants (USPS Publication 28, C1), in any case?
#[must_use]
pub fn is_street_suffix(word: &[u8]) -> bool {
    is_set(SUFFIXES, hash::beginning(word)) && facts(word).is(Class::StreetSuffix)
}

fn is_set(bits: &[u8], bit: usize) -> bool {
    bits.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
}

/// A quick no for words of three ASCII letters or more that do not speak of health care by themselves, as drugs,
/// conditions and laboratory tests of five letters and more do, and words of the list `health` that are no
/// abbreviations. `four` are the word's first letters and what may stand behind them.
#[inline]
#[must_use]
pub(crate) fn may_be_medical(four: [u8; 4]) -> bool {
    let [.., last] = four;
    let small = u32::from_le_bytes(four) | 0x2020_2020;
    let letters = if last.is_ascii_alphabetic() { small } else { small & 0xff_ffff };
    is_set(MEDICAL, hash::four(letters.to_le_bytes()))
}

/// What a word can be. A word may be several of them, and a name as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// A calendar word, product or technical term that is also a name: never enough alone.
    Stop,
    /// A US city or place of 1 000 people and more (GeoNames).
    City,
    /// A US state or territory, by name or USPS code (`or`, `in` and `me` are codes too: see `common`).
    State,
    /// A drug, by generic name or brand (FDA UNII, DrugBank vocabulary).
    Drug,
    /// A disease, disorder or symptom (ICD-10-CM titles, WordNet).
    Condition,
    /// A laboratory test or observation.
    Lab,
    /// A word that speaks of health care (`patient`, `icu`, `prescription`).
    Health,
    /// A month or day of the week, or its abbreviation.
    Month,
    /// A street suffix or one of its variants (USPS Publication 28, C1).
    StreetSuffix,
    /// A title that stands before a name (`mr`, `dr`, `sgt`).
    Title,
    /// A credential or suffix that stands behind a name (`md`, `rn`, `jr`).
    Credential,
    /// A relative or another person close to a patient (`mother`, `spouse`, `next of kin`).
    Relative,
    /// A role, verb or signature that stands beside names in clinical text (`patient`, `denies`, `signed by`).
    NameCue,
    /// A clinical abbreviation (`copd`, `htn`); always `Health` as well.
    Abbreviation,
    /// A US county or its equivalent, with or without the word "county".
    County,
}

/// All that is known about a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(u32);

impl Facts {
    /// How frequent it is as a given name in the US: 0 not one, 1 under 3 000 people, then from 3 000, 10 000,
    /// 30 000, 100 000, 300 000, and 7 a million and more (Census 2020).
    #[must_use]
    pub fn given(self) -> u8 {
        (self.0 & 7) as u8
    }

    /// The same as a surname (the most of Census 2000, 2010 and 2020).
    #[must_use]
    pub fn surname(self) -> u8 {
        (self.0 >> 3 & 7) as u8
    }

    /// How frequent it is as an English word: 0 not one, 1 rare, then from 0.01, 0.1, 1, 10, 100, and 7 for a thousand
    /// and more in a million words (SCOWL, Google Books); at most 3 where its use as a name dominates.
    #[must_use]
    pub fn common(self) -> u8 {
        (self.0 >> 6 & 7) as u8
    }

    /// Whether it is of a class.
    #[must_use]
    pub fn is(self, class: Class) -> bool {
        self.0 >> (9 + class as u32) & 1 == 1
    }

    /// Whether nothing is known about it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What is known about a single word. Part names with hyphens and take `'s` off before; nothing is known of words
/// whose folded form is over 32 bytes long.
#[must_use]
pub fn facts(word: &[u8]) -> Facts {
    match hash::hash(word) {
        Some(hash) if word.len() <= LONGEST_WORD => Facts(find(hash) & SHOWN),
        _ if word.is_ascii() => Facts(0),
        _ => folded(word),
    }
}

/// What is known about a word with letters beyond ASCII.
#[cold]
fn folded(word: &[u8]) -> Facts {
    let mut out = [0; LONGEST_WORD];
    let plain = fold(word, &mut out).and_then(|length| hash::hash(&out[..length]));
    Facts(plain.map_or(0, find) & SHOWN)
}

/// What is known about words that belong together (`new york`, `heart failure`), with any white space between them.
/// Nothing is known of phrases over 96 bytes long.
#[must_use]
pub fn phrase(text: &[u8]) -> Facts {
    Facts(find_phrase(text) & SHOWN)
}

/// Whether a full name is that of a well-known fictitious person (`John Doe`, `EVERYMAN^ADAM`, `Duck, Donald`).
#[must_use]
pub fn is_placeholder_person(full_name: &[u8]) -> bool {
    let part = |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b'^' | b'.' | b'_');
    let parts = || full_name.split(part).filter(|p| !p.is_empty());
    let known = |bits: u32| bits & PLACEHOLDER != 0;
    known(find_words(parts())) || known(find_words(parts().skip(1).chain(parts().take(1))))
}

/// Folds a word to lower case without Latin accents (UTF-8, composed or not, or Latin-1), as dictionaries are
/// searched: `ß` is `ss`, `æ` is `ae`, a typographic apostrophe is `'`. Says how long it is, or `None` if over 32 bytes.
pub fn fold(word: &[u8], out: &mut [u8; 32]) -> Option<usize> {
    hash::fold_words(std::iter::once(word), out)
}

/// All bits of words that belong together, the hidden ones too.
fn find_words<'a>(words: impl Iterator<Item = &'a [u8]>) -> u32 {
    let mut out = [0; hash::LONGEST_PHRASE];
    let plain = hash::fold_words(words, &mut out).and_then(|length| hash::hash(&out[..length]));
    plain.map_or(0, find)
}

/// All bits of a phrase.
fn find_phrase(text: &[u8]) -> u32 {
    find_words(text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()))
}

/// All bits of the word or phrase that has this hash.
#[inline]
fn find(hash: u64) -> u32 {
    let slots = TABLE.as_chunks::<8>().0;
    let mask = slots.len() - 1;
    let mut at = (hash >> 32) as usize & mask;
    loop {
        let slot = u64::from_le_bytes(slots[at]);
        let facts = (slot >> 32) as u32;
        // The table is never full, so there is a free slot to stop at.
        if facts == 0 || slot as u32 == hash as u32 {
            return facts;
        }
        at = (at + 1) & mask;
    }
}
