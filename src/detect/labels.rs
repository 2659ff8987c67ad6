//! The vocabulary: what keys, columns and words before a value are called, and which rule that means.
//!
//! A key is split into words, each brought to one spelling; the longest run of last words that a rule
//! is `called` wins, and the words before it say whose it is (`provider_phone`) or veto (`bug_mrn`).

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::detect::spots::Marks;
use crate::fields::Owner;
use crate::rule::{RuleId, Rules};

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    /// The rule that is called so.
    pub(crate) rule: RuleId,
    /// Is the label enough by itself (`called`), or only inside a person (`called_with_owner`)?
    pub(crate) strong: bool,
    /// Whose it is, by the words before the label.
    pub(crate) owner: Owner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    Plain,
    About,
}

#[derive(Default)]
struct Word {
    tail_bits: u64,
    canonical: Option<Box<[u8]>>,
    owner: Option<Owner>,
    tail: Option<Tail>,
}

/// Keys are FNV-1a hashes already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 << 8) | u64::from(*b);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

type ByHash<V> = HashMap<u64, V, BuildHasherDefault<AsIs>>;

/// All labels of a catalogue, hashed.
pub(crate) struct Vocabulary {
    labels: ByHash<(RuleId, bool)>,
    words: ByHash<Word>,
    vetoes: HashSet<(u16, u64)>,
    parts: HashSet<u64, BuildHasherDefault<AsIs>>,
    last: Box<[u64]>,
    /// Last letters of those words, as [`tail`] packs them.
    tails: Box<[u64]>,
}

const LAST_BITS: u64 = 1 << 16;
/// How many last words of a key are looked at.
const MOST_WORDS: usize = 7;

/// A polynomial hash of text. Words can be put in front of it, so that all runs of last words cost one pass.
#[derive(Clone, Copy, Default)]
struct Text {
    sum: u64,
    len: u32,
}

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Text {
    fn of(word: &[u8]) -> Self {
        let sum = word.iter().fold(0u64, |sum, b| sum.wrapping_mul(BASE).wrapping_add(u64::from(*b) + 1));
        Self { sum, len: word.len() as u32 }
    }

    /// `self` behind `word`.
    fn behind(self, word: Self) -> Self {
        Self {
            sum: word.sum.wrapping_mul(BASE.wrapping_pow(self.len)).wrapping_add(self.sum),
            len: self.len + word.len,
        }
    }

    fn hash(self) -> u64 {
        let mixed = (self.sum ^ u64::from(self.len)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 32)
    }
}

/// The last letters of a word, eight at most, packed into a bit's number: most keys are told from labels by them.
fn tail(word: &[u8]) -> u64 {
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

/// The same of the `count` bytes (1 to 8) before `end`.
fn last_letters(text: &[u8], end: usize, count: usize) -> u64 {
    let packed = match text[..end].last_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => text[..end].iter().rev().fold(0, |packed, b| packed << 8 | u64::from(*b)) << (64 - 8 * end.min(8)),
    };
    let lower = (packed >> (64 - 8 * count)) | (0x2020_2020_2020_2020 >> (64 - 8 * count));
    lower.wrapping_mul(BASE) >> 48
}

fn bit(set: &[u64], bit: u64) -> bool {
    set[(bit / 64) as usize] >> (bit % 64) & 1 == 1
}

fn set_bit(set: &mut [u64], bit: u64) {
    set[(bit / 64) as usize] |= 1 << (bit % 64);
}

fn hash(word: &[u8]) -> u64 {
    Text::of(word).hash()
}

/// The words of a key, lower-cased: at most the last [`MOST_WORDS`], of at most 63 bytes in all.
struct Words {
    text: [u8; 64],
    ends: [(u8, u8); MOST_WORDS],
    count: usize,
}

impl Words {
    fn of(key: &[u8]) -> Self {
        let key = &key[key.len().saturating_sub(63)..];
        let mut words = Self { text: [0; 64], ends: [(0, 0); MOST_WORDS], count: 0 };
        let mut start = 0;
        for (i, &b) in key.iter().enumerate() {
            words.text[i] = b.to_ascii_lowercase();
            if !is_word(b) {
                words.push(start, i);
                start = i + 1;
            } else if i > start && splits(key, i) {
                words.push(start, i);
                start = i;
            }
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
    fn joined(&self, i: usize) -> bool {
        let (from, to) = (self.ends[i - 1].1, self.ends[i].0);
        !self.text[usize::from(from)..usize::from(to)].contains(&b' ')
    }

    fn get(&self, i: usize) -> &[u8] {
        let (a, b) = self.ends[i];
        &self.text[usize::from(a)..usize::from(b)]
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// Does a new word begin at `i`? At humps (`firstName`, `SSNNumber`) and between letters and digits.
fn splits(key: &[u8], i: usize) -> bool {
    let (before, here) = (key[i - 1], key[i]);
    let hump = here.is_ascii_uppercase()
        && (before.is_ascii_lowercase()
            || (before.is_ascii_uppercase() && key.get(i + 1).is_some_and(u8::is_ascii_lowercase)));
    hump || here.is_ascii_digit() != before.is_ascii_digit()
}

impl Vocabulary {
    /// The labels of `rules`, with the word lists of `rules/vocabulary/`.
    pub(crate) fn new(rules: &Rules) -> Self {
        let mut v = Self {
            labels: ByHash::default(),
            words: word_lists(),
            vetoes: HashSet::new(),
            parts: HashSet::default(),
            last: vec![0; (LAST_BITS / 64) as usize].into_boxed_slice(),
            tails: vec![0; (LAST_BITS / 64) as usize].into_boxed_slice(),
        };
        for (id, rule) in rules.iter() {
            let ident = &rule.identifier;
            // Weak labels first, so that a phrase that is both is strong.
            for phrase in &ident.called_with_owner {
                v.add(phrase, id, false);
            }
            for phrase in &ident.called {
                v.add(phrase, id, true);
            }
            for word in &ident.never {
                v.vetoes.insert((id.0, hash(word.to_ascii_lowercase().as_bytes())));
            }
        }
        v.open_tails();
        v
    }

    fn add(&mut self, phrase: &str, rule: RuleId, strong: bool) {
        let words = Words::of(phrase.as_bytes());
        let mut whole = Text::default();
        for i in (0..words.count).rev() {
            whole = whole.behind(Text::of(self.canonical(words.get(i))));
            self.parts.insert(hash(words.get(i)));
        }
        let whole = whole.hash();
        let entry = self.labels.entry(whole).or_insert((rule, strong));
        if strong && !entry.1 {
            *entry = (rule, strong);
        }
        self.open(whole);
        let joined: Vec<u8> = (0..words.count).flat_map(|i| words.get(i).to_vec()).collect();
        set_bit(&mut self.tails, tail(&joined));
        if words.count > 0 {
            let last = words.get(words.count - 1);
            set_bit(&mut self.tails, tail(last));
            let end = self.canonical(last).to_vec();
            set_bit(&mut self.tails, tail(&end));
            let canonical = hash(&end);
            self.open(canonical);
            self.open(hash(last));
        }
    }

    /// Other spellings of last words, and words that may follow a label, must pass the filter too.
    fn open_tails(&mut self) {
        let more: Vec<(u64, u64)> = self
            .words
            .iter()
            .filter(|(_, w)| w.tail == Some(Tail::Plain) || w.canonical.as_ref().is_some_and(|c| self.may_end(hash(c))))
            .map(|(hash, w)| (*hash, w.tail_bits))
            .collect();
        for (hash, tail) in more {
            self.open(hash);
            set_bit(&mut self.tails, tail);
        }
    }

    fn open(&mut self, hash: u64) {
        let bit = hash % LAST_BITS;
        self.last[(bit / 64) as usize] |= 1 << (bit % 64);
    }

    fn may_end(&self, hash: u64) -> bool {
        let bit = hash % LAST_BITS;
        self.last[(bit / 64) as usize] & (1 << (bit % 64)) != 0
    }

    fn canonical<'a>(&'a self, word: &'a [u8]) -> &'a [u8] {
        match self.words.get(&hash(word)) {
            Some(Word { canonical: Some(c), .. }) => c,
            _ => word,
        }
    }

    /// What `key` means, if a rule is called so: `patientHomePhone`, `"Date of Birth"`, `PAT_MRN_ID`.
    pub(crate) fn look_up(&self, key: &[u8]) -> Option<Called> {
        if !self.may_be_label(key) {
            return None;
        }
        let words = Words::of(key);
        let mut end = words.count;
        while end > 0 {
            if let Some(called) = self.longest(&words, end) {
                return called;
            }
            let last = words.get(end - 1);
            let plain = last.iter().all(u8::is_ascii_digit)
                || self.words.get(&hash(last)).is_some_and(|w| w.tail == Some(Tail::Plain));
            if !plain {
                return None;
            }
            end -= 1;
        }
        None
    }

    /// The longest label that ends at word `end`; `Some(None)` when its rule vetoes the words before it.
    fn longest(&self, words: &Words, end: usize) -> Option<Option<Called>> {
        let mut whole = Text::default();
        let mut best = None;
        for start in (0..end).rev() {
            whole = whole.behind(Text::of(self.canonical(words.get(start))));
            if let Some(&(rule, strong)) = self.labels.get(&whole.hash()) {
                best = Some((start, rule, strong));
            }
        }
        let (start, rule, strong) = best?;
        let before = || (0..start).map(|i| hash(words.get(i)));
        // `ERROR no patient with ssn 417…`: to a firm label only the word right before it says what it is.
        let far = if strong && start > 0 && !words.joined(start) { start - 1 } else { 0 };
        if before().skip(far).any(|h| self.vetoes.contains(&(rule.0, h))) {
            return Some(None);
        }
        // `test.patientName`: what the label itself says is nearer than what stands before it.
        let owner = match self.owner_within(words, start, end) {
            own @ (Owner::Person | Owner::Provider) if start > 0 && words.joined(start) => own,
            own => (0..start).rev().find_map(|i| self.owner_of(words.get(i))).unwrap_or(own),
        };
        // `correlation_id`, `dHar`: another word in the same identifier makes a loose or short label something else.
        let short = end - start == 1 && words.get(start).len() <= 3 && start > 0 && words.get(start - 1).len() == 1;
        if (!strong || short) && owner == Owner::Unknown && start > 0 && words.joined(start) {
            return Some(None);
        }
        Some(Some(Called { rule, strong, owner }))
    }

    /// `patient name` is a label as a whole and says whose name it is.
    fn owner_within(&self, words: &Words, start: usize, end: usize) -> Owner {
        let last = if end - start == 1 { end } else { end.saturating_sub(1) };
        (start..last).find_map(|i| self.owner_of(words.get(i)).filter(|o| *o != Owner::Software)).unwrap_or_default()
    }

    fn owner_of(&self, word: &[u8]) -> Option<Owner> {
        self.words.get(&hash(self.canonical(word))).and_then(|w| w.owner)
    }

    /// The label that `#` behind `key` makes: `Unit #`. Any number's is none.
    pub(crate) fn numbered(&self, key: &[u8]) -> Option<Called> {
        let any = self.look_up(b"number").map(|called| called.rule);
        self.look_up(&[key, b" number"].concat()).filter(|called| called.strong || Some(called.rule) != any)
    }

    /// Whose record a thing called `name` holds (`patients`, `ProviderDto`, `tls_config`).
    pub(crate) fn owner(&self, name: &[u8]) -> Owner {
        let words = Words::of(name);
        (0..words.count)
            .rev()
            .find_map(|i| {
                let word = words.get(i);
                self.owner_of(word).or_else(|| self.owner_of(word.strip_suffix(b"s")?))
            })
            .unwrap_or_default()
    }

    /// Does one of the last three words of `text` veto the rule (`part 719-…`, `Order #…`)?
    pub(crate) fn vetoes(&self, rule: RuleId, text: &[u8]) -> bool {
        let words = Words::of(text);
        let last = words.count.saturating_sub(3)..words.count;
        // `Message-ID:` is two words that say one thing.
        let joined = |i: usize| hash(&[words.get(i - 1), words.get(i)].concat());
        last.clone().any(|i| self.vetoes.contains(&(rule.0, hash(words.get(i)))))
            || last.skip(1).any(|i| self.vetoes.contains(&(rule.0, joined(i))))
    }

    /// Is it a word that labels are made of (and may therefore stay readable)?
    pub(crate) fn is_part(&self, word: &[u8]) -> bool {
        let mut lower = [0u8; 32];
        let Some(text) = lower.get_mut(..word.len()) else { return false };
        text.copy_from_slice(word);
        text.make_ascii_lowercase();
        let hash = hash(text);
        self.parts.contains(&hash) || self.words.contains_key(&hash)
    }

    /// A quick no for words `text[floor..end]` that end no label, where it is known where words begin.
    pub(crate) fn may_end_label(&self, text: &[u8], floor: usize, mut end: usize, marks: &Marks) -> bool {
        while end > floor && !text[end - 1].is_ascii_alphabetic() && text[end - 1] < 0x80 {
            end -= 1;
        }
        let numbered = text.get(end).is_some_and(u8::is_ascii_digit);
        end > floor && (numbered || self.may_end_with(text, end, marks.last_word(end).min(end - floor)))
    }

    /// Does a label end like the last `count` bytes (1 to 8) before `end`?
    #[inline]
    pub(crate) fn may_end_with(&self, text: &[u8], end: usize, count: usize) -> bool {
        bit(&self.tails, last_letters(text, end, count))
    }

    /// A quick no for keys whose last word ends no label.
    pub(crate) fn may_be_label(&self, key: &[u8]) -> bool {
        let mut end = key.len();
        while end > 0 && (!is_word(key[end - 1]) || key[end - 1].is_ascii_digit()) {
            end -= 1;
        }
        if end == 0 {
            return false;
        }
        let numbered = key.get(end).is_some_and(u8::is_ascii_digit);
        if !numbered && !bit(&self.tails, tail(&key[..end])) {
            return false;
        }
        // The last word's hash, from its last letter on.
        let (mut sum, mut power, mut start) = (0u64, 1u64, end);
        while start > 0 && is_word(key[start - 1]) && end - start < 40 {
            start -= 1;
            sum = sum.wrapping_add(power.wrapping_mul(u64::from(key[start].to_ascii_lowercase()) + 1));
            power = power.wrapping_mul(BASE);
            if start > 0 && splits(key, start) {
                break;
            }
        }
        numbered || self.may_end(Text { sum, len: (end - start) as u32 }.hash())
    }
}

/// What keys of a document mean: a log has few and repeats them on every line.
pub(crate) struct Known(Vec<(u64, Option<Called>)>);

impl Default for Known {
    fn default() -> Self {
        Self(vec![(0, None); 512])
    }
}

impl Known {
    /// As [`Vocabulary::look_up`].
    pub(crate) fn look_up(&mut self, words: &Vocabulary, key: &[u8]) -> Option<Called> {
        let hash = hash_of(key);
        let slot = &mut self.0[(hash >> 55) as usize];
        if slot.0 != hash {
            *slot = (hash, words.look_up(key));
        }
        slot.1
    }
}

/// A hash of a whole key, eight bytes at a time; never 0.
fn hash_of(key: &[u8]) -> u64 {
    let mix = |hash: u64, n: u64| (hash ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (chunks, rest) = key.as_chunks::<8>();
    let hash = chunks.iter().fold(key.len() as u64 ^ BASE, |h, c| mix(h, u64::from_le_bytes(*c)));
    let last = rest.iter().fold(0u64, |n, b| (n << 8) | u64::from(*b));
    mix(mix(hash, last), 1) | 1
}

fn word_lists() -> ByHash<Word> {
    let mut words: ByHash<Word> = ByHash::default();
    for (word, canonical) in rows(include_str!("../../rules/vocabulary/canonical.tsv")) {
        entry(&mut words, word).canonical = Some(canonical.as_bytes().into());
    }
    for (word, owner) in rows(include_str!("../../rules/vocabulary/owners.tsv")) {
        entry(&mut words, word).owner = match owner {
            "person" => Some(Owner::Person),
            "provider" => Some(Owner::Provider),
            "organisation" => Some(Owner::Organisation),
            _ => Some(Owner::Software),
        };
    }
    for (word, tail) in rows(include_str!("../../rules/vocabulary/tails.tsv")) {
        entry(&mut words, word).tail = Some(if tail == "plain" { Tail::Plain } else { Tail::About });
    }
    words
}

fn entry<'w>(words: &'w mut ByHash<Word>, word: &str) -> &'w mut Word {
    let entry = words.entry(hash(word.as_bytes())).or_default();
    entry.tail_bits = tail(word.as_bytes());
    entry
}

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'))
}
