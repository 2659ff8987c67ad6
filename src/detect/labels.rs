//! The vocabulary: what keys, columns and words before a value are called, and which rule that means.
//!
//! A key is split into words, each brought to one spelling; the longest run of last words that a rule
//! is `called` wins, and the words before it say whose it is (`provider_phone`) or veto (`bug_mrn`).

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::detect::spots::Marks;
use crate::detect::vocabulary::{BASE, Names, Table, Text, Word, Words, hash, is_word, splits, tail};
use crate::fields::Owner;
use crate::rule::{Rule, RuleId, Rules};

/// The words of the built-in rules, made when phivet was built.
const BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/labels.bin"));

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

/// The same of the `count` bytes (1 to 8) before `end`.
fn last_letters(text: &[u8], end: usize, count: usize) -> u64 {
    let packed = match text[..end].last_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => text[..end].iter().rev().fold(0, |packed, b| packed << 8 | u64::from(*b)) << (64 - 8 * end.min(8)),
    };
    let lower = (packed >> (64 - 8 * count)) | (0x2020_2020_2020_2020 >> (64 - 8 * count));
    lower.wrapping_mul(BASE) >> 48
}

/// What a rule calls its values.
fn names(id: RuleId, rule: &Rule) -> Names<'_> {
    let own = &rule.identifier;
    let [called, called_with_owner, never] =
        [&own.called, &own.called_with_owner, &own.never].map(|words| words.iter().map(String::as_str).collect());
    Names { rule: id.0, called, called_with_owner, never }
}

/// Whose a word says things are.
fn owner(word: Word) -> Option<Owner> {
    match word.owner() {
        0 => None,
        1 => Some(Owner::Person),
        2 => Some(Owner::Provider),
        3 => Some(Owner::Organisation),
        _ => Some(Owner::Software),
    }
}

/// All labels of a catalogue.
pub(crate) struct Vocabulary {
    table: Table,
    /// No other one of this process has it.
    number: u64,
}

impl Vocabulary {
    /// The labels of `rules`, with the word lists of `rules/vocabulary/`.
    pub(crate) fn new(rules: &Rules) -> Self {
        let built_in = rules.is_builtin().then(|| Table::from_bytes(BUILTIN.into())).flatten();
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        Self {
            table: built_in.unwrap_or_else(|| Table::new(rules.iter().map(|(id, rule)| names(id, rule)))),
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Which vocabulary of this process it is.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    fn canonical<'a>(&'a self, word: &'a [u8]) -> &'a [u8] {
        self.table.word(hash(word)).and_then(|word| self.table.canonical(word)).unwrap_or(word)
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
            let plain = last.iter().all(u8::is_ascii_digit) || self.table.word(hash(last)).is_some_and(Word::is_plain);
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
            // What no label ends with is no part of a longer one, either.
            if !self.table.may_end_with(whole.hash()) {
                break;
            }
            if let Some((rule, strong)) = self.table.label(whole.hash()) {
                best = Some((start, RuleId(rule), strong));
            }
        }
        let (start, rule, strong) = best?;
        let before = || (0..start).map(|i| hash(words.get(i)));
        // `ERROR no patient with ssn 417…`: to a firm label only the word right before it says what it is.
        let far = if strong && start > 0 && !words.joined(start) { start - 1 } else { 0 };
        if before().skip(far).any(|h| self.table.is_veto(rule.0, h)) {
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
        owner(self.table.word(hash(self.canonical(word)))?)
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
        last.clone().any(|i| self.table.is_veto(rule.0, hash(words.get(i))))
            || last.skip(1).any(|i| self.table.is_veto(rule.0, joined(i)))
    }

    /// Is it a word that labels are made of (and may therefore stay readable)?
    pub(crate) fn is_part(&self, word: &[u8]) -> bool {
        let mut lower = [0u8; 32];
        let Some(text) = lower.get_mut(..word.len()) else { return false };
        text.copy_from_slice(word);
        text.make_ascii_lowercase();
        self.table.is_part(hash(text))
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
        self.table.has_tail(last_letters(text, end, count))
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
        if !numbered && !self.table.has_tail(tail(&key[..end])) {
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
        numbered || self.table.may_end(Text { sum, len: (end - start) as u32 }.hash())
    }
}

/// What keys mean that were looked up lately: a log has few and repeats them on every line, and files of one project
/// have many in common. It outlives the document, and belongs to the thread.
pub(crate) struct Known {
    /// Whose words they are.
    vocabulary: u64,
    keys: Vec<(u64, Option<Called>)>,
}

/// How many keys are known; a power of two.
const KEYS: usize = 4096;

thread_local! {
    static KNOWN: Cell<Option<Known>> = const { Cell::new(None) };
}

impl Known {
    /// What this thread knows of these words. Where a text stands in a text, the inner one begins anew.
    pub(crate) fn of(words: &Vocabulary) -> Self {
        let last = KNOWN.take().filter(|known| known.vocabulary == words.number);
        last.unwrap_or_else(|| Self { vocabulary: words.number, keys: vec![(0, None); KEYS] })
    }

    /// Keeps it for the next text.
    pub(crate) fn keep(self) {
        KNOWN.set(Some(self));
    }

    /// As [`Vocabulary::look_up`].
    pub(crate) fn look_up(&mut self, words: &Vocabulary, key: &[u8]) -> Option<Called> {
        let hash = hash_of(key);
        let slot = &mut self.keys[(hash >> 32) as usize % KEYS];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_in_is_what_the_rules_say() {
        let rules = Rules::builtin().expect("the built-in rules");
        let made = Table::new(rules.iter().map(|(id, rule)| names(id, rule)));
        assert!(made.as_bytes() == BUILTIN, "build.rs and the rules disagree");
    }
}
