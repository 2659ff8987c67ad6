//! Words of labels as a table that is searched where it lies. That of the built-in rules is made when phivet is built
//! (`build.rs` shares this file), so that a start costs nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How many last words of a key are looked at.
const MOST_WORDS: usize = 7;

/// A polynomial hash of text. Words can be put in front of it, so that all runs of last words cost one pass.
#[derive(Clone, Copy, Default)]
pub(crate) struct Text {
    pub(crate) sum: u64,
    pub(crate) len: u32,
}

pub(crate) const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Text {
    pub(crate) fn of(word: &[u8]) -> Self {
        let sum = word.iter().fold(0u64, |sum, b| sum.wrapping_mul(BASE).wrapping_add(u64::from(*b) + 1));
        Self { sum, len: word.len() as u32 }
    }

    /// `self` behind `word`.
    pub(crate) fn behind(self, word: Self) -> Self {
        Self {
            sum: word.sum.wrapping_mul(BASE.wrapping_pow(self.len)).wrapping_add(self.sum),
            len: self.len + word.len,
        }
    }

    pub(crate) fn hash(self) -> u64 {
        let mixed = (self.sum ^ u64::from(self.len)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 32)
    }
}

/// The last letters of a word, eight at most, packed into a bit's number: most keys are told from labels by them.
pub(crate) fn tail(word: &[u8]) -> u64 {
    let (mut packed, mut i) = (0u64, word.len());
    let floor = word.len().saturating_sub(8);
    while i > floor && is_word(word[i - 1]) {
        i -= 1;
        packed = packed << 8 | u64::from(word[i] | 0x20);
        if i > 0 && splits(word, i) {
            break;
        }
    }
    packed.wrapping_mul(BASE) >> 48
}

pub(crate) fn hash(word: &[u8]) -> u64 {
    Text::of(word).hash()
}

/// The words of a key, lower-cased: at most the last [`MOST_WORDS`], of at most 63 bytes in all.
pub(crate) struct Words {
    text: [u8; 64],
    ends: [(u8, u8); MOST_WORDS],
    pub(crate) count: usize,
}

impl Words {
    pub(crate) fn of(key: &[u8]) -> Self {
        let key = &key[key.len().saturating_sub(63)..];
        let mut words = Self { text: [0; 64], ends: [(0, 0); MOST_WORDS], count: 0 };
        let text = &mut words.text[..key.len()];
        text.copy_from_slice(key);
        text.make_ascii_lowercase();
        let (mut start, mut before) = (0, NONE);
        for (i, &b) in key.iter().enumerate() {
            let here = CLASS[usize::from(b)];
            if here == NONE {
                words.push(start, i);
                start = i + 1;
            } else if here != before && before != NONE || here == UPPER {
                // Only where the class changes, or in capitals, may a new word begin.
                if i > start && splits(key, i) {
                    words.push(start, i);
                    start = i;
                }
            }
            before = here;
        }
        words.push(start, key.len());
        words
    }

    fn push(&mut self, start: usize, end: usize) {
        if start >= end {
            return;
        }
        if self.count == self.ends.len() {
            self.ends.copy_within(1.., 0);
            self.count -= 1;
        }
        // Both are below 64.
        self.ends[self.count] = (start as u8, end as u8);
        self.count += 1;
    }

    /// Do word `i` and the one before it belong to one identifier (no blank between)?
    pub(crate) fn joined(&self, i: usize) -> bool {
        let (from, to) = (self.ends[i - 1].1, self.ends[i].0);
        !self.text[usize::from(from)..usize::from(to)].contains(&b' ')
    }

    pub(crate) fn get(&self, i: usize) -> &[u8] {
        let (a, b) = self.ends[i];
        &self.text[usize::from(a)..usize::from(b)]
    }
}

/// Classes of bytes: of no word, capitals, digits; all else is of words.
const NONE: u8 = 0;
const UPPER: u8 = 1;
const DIGIT: u8 = 2;
const LOWER: u8 = 3;

const CLASS: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => LOWER,
            0x80.. => LOWER + 1,
            _ => NONE,
        };
        b += 1;
    }
    table
};

pub(crate) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// Does a new word begin at `i`? At humps (`firstName`, `SSNNumber`) and between letters and digits.
pub(crate) fn splits(key: &[u8], i: usize) -> bool {
    let (before, here) = (key[i - 1], key[i]);
    let hump = here.is_ascii_uppercase()
        && (before.is_ascii_lowercase()
            || (before.is_ascii_uppercase() && key.get(i + 1).is_some_and(u8::is_ascii_lowercase)));
    hump || here.is_ascii_digit() != before.is_ascii_digit()
}

/// What a rule calls its values.
pub(crate) struct Names<'r> {
    /// The rule's number.
    pub(crate) rule: u16,
    /// Phrases that are enough by themselves, and those that are so inside a person only.
    pub(crate) called: Vec<&'r str>,
    pub(crate) called_with_owner: Vec<&'r str>,
    /// Words that veto the rule.
    pub(crate) never: Vec<&'r str>,
}

/// What is known of a word: whose it says things are (0 for nobody's, then as in `owners.tsv`), whether it says nothing
/// as a last word, and its usual spelling.
#[derive(Clone, Copy)]
pub(crate) struct Word(u64);

impl Word {
    pub(crate) fn owner(self) -> u8 {
        self.0 as u8 & 7
    }

    pub(crate) fn is_plain(self) -> bool {
        self.0 & 8 != 0
    }
}

/// Owners in `owners.tsv`, by the numbers of [`Word::owner`], from 1.
const OWNERS: [&str; 4] = ["person", "provider", "organisation", "software"];
/// A bit for each of so many hashes says whether there is a word of it.
const BITS: usize = 1 << 16;
/// The same of what labels end with, letter by letter.
const ENDINGS: usize = 1 << 18;
/// Where spellings begin, behind all these bits.
const SPELLINGS: usize = (2 * BITS + ENDINGS) / 8;

/// A hash table: slots of a key and what stands for it; key 0 is an empty slot.
#[derive(Clone, Copy, Default)]
struct Slots {
    at: usize,
    bits: u32,
}

/// All words of a catalogue's labels.
pub(crate) struct Table {
    bytes: Cow<'static, [u8]>,
    labels: Slots,
    words: Slots,
    vetoes: Slots,
    parts: Slots,
    /// Hashes of words that may end a label, then last letters of labels, as [`tail`] packs them, then hashes of all that
    /// labels end with; then spellings.
    ends: usize,
}

impl Table {
    /// Makes it.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = Names<'r>>) -> Self {
        Self::from_bytes(Draft::of(rules).to_bytes().into()).unwrap_or_else(Self::none)
    }

    fn none() -> Self {
        let none = Slots::default();
        Self { bytes: Cow::Borrowed(&[]), labels: none, words: none, vetoes: none, parts: none, ends: 0 }
    }

    /// Reads what [`Draft::to_bytes`] wrote; `None` if it is something else.
    pub(crate) fn from_bytes(bytes: Cow<'static, [u8]>) -> Option<Self> {
        let (sizes, _) = bytes.split_first_chunk::<4>()?;
        let mut at = sizes.len();
        let [labels, words, vetoes, parts] = sizes.map(|bits| {
            let slots = Slots { at, bits: u32::from(bits) };
            at += 16 << bits;
            slots
        });
        (bytes.len() >= at + SPELLINGS).then_some(Self { bytes, labels, words, vetoes, parts, ends: at })
    }

    /// As bytes, for [`Table::from_bytes`].
    #[allow(dead_code, reason = "only the build script and a test ask")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[inline]
    fn get(&self, slots: Slots, key: u64) -> Option<u64> {
        let (key, most) = (key.max(1), (1usize << slots.bits) - 1);
        let mut slot = place(key, slots.bits);
        // Half of the slots are empty.
        loop {
            let (held, value) = self.bytes.get(slots.at + 16 * slot..)?.first_chunk::<16>()?.split_at(8);
            match u64::from_le_bytes(*held.first_chunk()?) {
                0 => return None,
                held if held == key => return Some(u64::from_le_bytes(*value.first_chunk()?)),
                _ => slot = (slot + 1) & most,
            }
        }
    }

    /// The rule that is called so, and whether that is enough by itself.
    pub(crate) fn label(&self, hash: u64) -> Option<(u16, bool)> {
        self.get(self.labels, hash).map(|value| (value as u16, value >> 16 & 1 == 1))
    }

    pub(crate) fn word(&self, hash: u64) -> Option<Word> {
        self.get(self.words, hash).map(Word)
    }

    /// The usual spelling of a word, if it is another.
    pub(crate) fn canonical(&self, word: Word) -> Option<&[u8]> {
        let (start, len) = ((word.0 >> 8 & 0xff_ffff) as usize, (word.0 >> 32) as usize);
        let start = self.ends + SPELLINGS + start;
        self.bytes.get(start..start + len).filter(|text| !text.is_empty())
    }

    pub(crate) fn is_veto(&self, rule: u16, hash: u64) -> bool {
        self.get(self.vetoes, veto(rule, hash)).is_some()
    }

    pub(crate) fn is_part(&self, hash: u64) -> bool {
        self.get(self.parts, hash).is_some() || self.word(hash).is_some()
    }

    /// May a word with this hash end a label?
    pub(crate) fn may_end(&self, hash: u64) -> bool {
        is_set(&self.bytes, self.ends, hash as usize % BITS)
    }

    /// Does a label have these last letters?
    #[inline]
    pub(crate) fn has_tail(&self, tail: u64) -> bool {
        is_set(&self.bytes, self.ends + BITS / 8, tail as usize % BITS)
    }

    /// May a label end with words, in their usual spelling and without blanks, that have this hash?
    pub(crate) fn may_end_with(&self, hash: u64) -> bool {
        is_set(&self.bytes, self.ends + BITS / 4, hash as usize % ENDINGS)
    }
}

/// Where to look first.
fn place(key: u64, bits: u32) -> usize {
    (key.wrapping_mul(BASE) >> 32) as usize & ((1 << bits) - 1)
}

fn veto(rule: u16, hash: u64) -> u64 {
    hash ^ (u64::from(rule) + 1).wrapping_mul(BASE)
}

/// Is a bit set, of those that begin at a byte?
#[inline]
fn is_set(bytes: &[u8], from: usize, bit: usize) -> bool {
    bytes.get(from + bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
}

/// Sets the bit of a hash.
fn set_bit(bits: &mut [u8], hash: u64) {
    let bit = hash as usize % (bits.len() * 8);
    bits[bit / 8] |= 1 << (bit % 8);
}

#[derive(Default)]
struct Drafted {
    tail: u64,
    canonical: Option<&'static str>,
    owner: u8,
    plain: bool,
}

/// A table in the making.
struct Draft {
    labels: BTreeMap<u64, (u16, bool)>,
    words: BTreeMap<u64, Drafted>,
    vetoes: BTreeSet<u64>,
    parts: BTreeSet<u64>,
    ends: Vec<u8>,
    tails: Vec<u8>,
    endings: Vec<u8>,
}

impl Draft {
    fn of<'r>(rules: impl Iterator<Item = Names<'r>>) -> Self {
        let mut draft = Self {
            labels: BTreeMap::new(),
            words: word_lists(),
            vetoes: BTreeSet::new(),
            parts: BTreeSet::new(),
            ends: vec![0; BITS / 8],
            tails: vec![0; BITS / 8],
            endings: vec![0; ENDINGS / 8],
        };
        for names in rules {
            // Weak labels first, so that a phrase that is both is strong.
            names.called_with_owner.iter().for_each(|phrase| draft.add(phrase, names.rule, false));
            names.called.iter().for_each(|phrase| draft.add(phrase, names.rule, true));
            for word in names.never {
                draft.vetoes.insert(veto(names.rule, hash(word.to_ascii_lowercase().as_bytes())));
            }
        }
        draft.open_tails();
        draft
    }

    fn add(&mut self, phrase: &str, rule: u16, strong: bool) {
        let words = Words::of(phrase.as_bytes());
        let mut whole = Text::default();
        for i in (0..words.count).rev() {
            for letter in self.canonical(words.get(i)).to_vec().iter().rev() {
                whole = whole.behind(Text::of(&[*letter]));
                set_bit(&mut self.endings, whole.hash());
            }
            self.parts.insert(hash(words.get(i)));
        }
        let whole = whole.hash();
        let entry = self.labels.entry(whole).or_insert((rule, strong));
        if strong && !entry.1 {
            *entry = (rule, strong);
        }
        set_bit(&mut self.ends, whole);
        let joined: Vec<u8> = (0..words.count).flat_map(|i| words.get(i).to_vec()).collect();
        set_bit(&mut self.tails, tail(&joined));
        if words.count > 0 {
            let last = words.get(words.count - 1);
            let usual = self.canonical(last).to_vec();
            for end in [last, &usual] {
                set_bit(&mut self.tails, tail(end));
                set_bit(&mut self.ends, hash(end));
            }
        }
    }

    fn canonical<'a>(&self, word: &'a [u8]) -> &'a [u8] {
        self.words.get(&hash(word)).and_then(|word| word.canonical).map_or(word, str::as_bytes)
    }

    /// Other spellings of last words, and words that may follow a label, must pass the filter too.
    fn open_tails(&mut self) {
        let ends = self.ends.clone();
        let may_end = |word: &Drafted| {
            word.canonical.is_some_and(|usual| is_set(&ends, 0, hash(usual.as_bytes()) as usize % BITS))
        };
        for (hash, word) in self.words.iter().filter(|(_, word)| word.plain || may_end(word)) {
            set_bit(&mut self.ends, *hash);
            set_bit(&mut self.tails, word.tail);
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut texts = Vec::new();
        let words = self.words.iter().map(|(hash, word)| {
            let (start, usual) = (texts.len() as u64, word.canonical.unwrap_or_default());
            texts.extend(usual.as_bytes());
            (*hash, u64::from(word.owner) | u64::from(word.plain) << 3 | start << 8 | (usual.len() as u64) << 32)
        });
        let words: Vec<(u64, u64)> = words.collect();
        let labels =
            self.labels.iter().map(|(hash, (rule, strong))| (*hash, u64::from(*rule) | u64::from(*strong) << 16));
        let set = |keys: &BTreeSet<u64>| slots(&keys.iter().map(|key| (*key, 0)).collect::<Vec<_>>());
        let tables = [slots(&labels.collect::<Vec<_>>()), slots(&words), set(&self.vetoes), set(&self.parts)];
        let mut bytes: Vec<u8> = tables.iter().map(|(bits, _)| *bits).collect();
        tables.iter().for_each(|(_, table)| bytes.extend(table));
        [bytes, self.ends.clone(), self.tails.clone(), self.endings.clone(), texts].concat()
    }
}

/// A hash table of these, at most half full: how many bits number its slots, and they.
fn slots(entries: &[(u64, u64)]) -> (u8, Vec<u8>) {
    let size = (entries.len() * 2).next_power_of_two().max(2);
    let (bits, mut table) = (size.trailing_zeros(), vec![(0, 0); size]);
    for (key, value) in entries {
        let key = (*key).max(1);
        let mut slot = place(key, bits);
        while table[slot].0 != 0 {
            slot = (slot + 1) & (size - 1);
        }
        table[slot] = (key, *value);
    }
    (bits as u8, table.into_iter().flat_map(|(key, value)| [key, value]).flat_map(u64::to_le_bytes).collect())
}

fn word_lists() -> BTreeMap<u64, Drafted> {
    let mut words: BTreeMap<u64, Drafted> = BTreeMap::new();
    for (word, canonical) in rows(include_str!("../../rules/vocabulary/canonical.tsv")) {
        entry(&mut words, word).canonical = Some(canonical);
    }
    for (word, owner) in rows(include_str!("../../rules/vocabulary/owners.tsv")) {
        let owner = OWNERS.iter().position(|own| *own == owner).map_or(OWNERS.len(), |at| at + 1);
        entry(&mut words, word).owner = owner as u8;
    }
    for (word, tail) in rows(include_str!("../../rules/vocabulary/tails.tsv")) {
        entry(&mut words, word).plain = tail == "plain";
    }
    words
}

fn entry<'w>(words: &'w mut BTreeMap<u64, Drafted>, word: &str) -> &'w mut Drafted {
    let entry = words.entry(hash(word.as_bytes())).or_default();
    entry.tail = tail(word.as_bytes());
    entry
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'))
}
