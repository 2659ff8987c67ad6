//! What identifiers of programs are called: words, whole phrases, the last word decides.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::detect::vocabulary::hash;

/// What a phrase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Names PHI by itself.
    Strong,
    /// Names PHI where the workspace is about health.
    Health,
    /// Names PHI inside a person only.
    Weak,
    /// Names PHI inside a person or a record of care.
    Note,
}

/// Index of a kind (`ssn`, `health.diagnosis`) in the vocabulary.
pub type Label = u8;

/// Whose a thing is, told by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// The name does not say.
    #[default]
    Unknown,
    /// Surely a person under care.
    Person,
    /// A person, if what else is known of it agrees.
    Maybe,
    /// A record about a person.
    Record,
    /// Something that is no person.
    Thing,
}

/// What an identifier's name says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The identifier of a person that it names, and how surely.
    pub label: Option<(Label, RoleOf)>,
    /// It is about a value (`ssn_len`, `has_dob`), not the value.
    pub about: bool,
    /// Whose it is, if it is an owner's name.
    pub owner: Owner,
}

/// The role of a label that was found.
pub type RoleOf = Role;

/// Phrases and words by their hashes, and what they say.
#[derive(Default)]
pub struct Vocabulary {
    kinds: Vec<String>,
    phrases: FxHashMap<u64, (Label, Role)>,
    words: FxHashMap<u64, Facts>,
    longest: usize,
}

#[derive(Clone, Copy, Default)]
struct Facts {
    owner: Owner,
    neutral: bool,
    about: bool,
    clean: bool,
    plain: bool,
}

impl Vocabulary {
    /// The kinds that labels stand for.
    #[must_use]
    pub fn kind(&self, label: Label) -> &str {
        self.kinds.get(usize::from(label)).map_or("", String::as_str)
    }

    /// The label that a declaration means: a kind, or a phrase that names one.
    #[must_use]
    pub fn declared(&self, said: &str) -> Label {
        let kind = |kind: &str| self.kinds.iter().position(|k| k == kind || k.strip_prefix("health.") == Some(kind));
        let phrase = || self.phrase(&phrase(said)).map(|(label, _)| label);
        let other = || kind("other_id").and_then(|at| u8::try_from(at).ok()).unwrap_or(0);
        kind(said).and_then(|at| u8::try_from(at).ok()).or_else(phrase).unwrap_or_else(other)
    }

    fn phrase(&self, phrase: &str) -> Option<(Label, Role)> {
        self.phrases.get(&key(phrase)).copied()
    }

    fn label(&mut self, kind: &str) -> Label {
        let at = self.kinds.iter().position(|k| k == kind).unwrap_or_else(|| {
            self.kinds.push(kind.to_owned());
            self.kinds.len() - 1
        });
        u8::try_from(at).unwrap_or(u8::MAX)
    }

    /// Adds a phrase; what is there already stays.
    pub fn add(&mut self, said: &str, kind: &str, role: Role) {
        self.add_all(std::iter::once((said, role)), kind, &FxHashSet::default());
    }

    /// Adds the phrases of one kind, but for those that mean `nothing`, by their [`key`]s; what is there already stays.
    pub fn add_all<'p>(&mut self, said: impl Iterator<Item = (&'p str, Role)>, kind: &str, nothing: &FxHashSet<u64>) {
        let mut label = None;
        for (said, role) in said {
            let phrase = phrase(said);
            let key = key(&phrase);
            if !phrase.is_empty() && !nothing.contains(&key) && !self.phrases.contains_key(&key) {
                let label = *label.get_or_insert_with(|| self.label(kind));
                self.longest = self.longest.max(1 + phrase.bytes().filter(|byte| *byte == b' ').count());
                self.phrases.insert(key, (label, role));
            }
        }
    }

    /// Makes room for so many more phrases.
    pub fn reserve(&mut self, phrases: usize) {
        self.phrases.reserve(phrases);
    }

    /// Forgets a phrase.
    pub fn forget(&mut self, phrase: &str) {
        self.phrases.remove(&key(&self::phrase(phrase)));
    }

    /// Adds the rows of a word list: `word<TAB>role[<TAB>kind]`; what it says first holds. Returns the phrases that
    /// are said to mean nothing.
    pub fn add_rows(&mut self, text: &str) -> Vec<String> {
        let mut nothing = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (phrase, role) = (columns.next().unwrap_or(""), columns.next().unwrap_or(""));
            let kind = columns.next().unwrap_or("other_id");
            let facts = self.words.entry(key(phrase)).or_default();
            match role {
                "strong" => self.add(phrase, kind, Role::Strong),
                "health" => self.add(phrase, kind, Role::Health),
                "weak" => self.add(phrase, kind, Role::Weak),
                "note" => self.add(phrase, kind, Role::Note),
                "not" => nothing.push(phrase.to_owned()),
                "person" => facts.owner = Owner::Person,
                "maybe" => facts.owner = Owner::Maybe,
                "record" => facts.owner = Owner::Record,
                "thing" => facts.owner = Owner::Thing,
                "neutral" => facts.neutral = true,
                "about" => facts.about = true,
                "clean" => facts.clean = true,
                "plain" => facts.plain = true,
                _ => {}
            }
        }
        nothing
    }

    fn facts(&self, word: &str) -> Facts {
        self.words.get(&key(word)).copied().unwrap_or_default()
    }

    /// What `name` says.
    #[must_use]
    pub fn meaning(&self, name: &str) -> Meaning {
        if name.len() > 80 || name.is_empty() {
            return Meaning::default();
        }
        let words = split(name);
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words.len() > 1 && words.first().is_some_and(|w| self.facts(w).clean) {
            return Meaning { about: true, ..Meaning::default() };
        }
        let owner = self.owner(&words);
        loop {
            if let Some(found) = self.at_end(&words) {
                return Meaning { owner, ..found };
            }
            match words.last().map(|w| self.facts(w)) {
                Some(last) if last.about => return Meaning { about: true, owner, label: None },
                Some(last) if last.plain && words.len() > 1 => words.pop(),
                _ => break,
            };
        }
        let label = self.inside(&words);
        Meaning { label, about: false, owner }
    }

    /// A phrase that the words end with.
    fn at_end(&self, words: &[&str]) -> Option<Meaning> {
        for from in words.len().saturating_sub(self.longest)..words.len() {
            let phrase = words[from..].join(" ");
            let known = self.phrase(&phrase).or_else(|| self.phrase(phrase.strip_suffix('s')?));
            let Some((label, role)) = known else { continue };
            let before = &words[..from];
            let owners = || before.iter().map(|w| self.facts(w).owner);
            if role != Role::Strong && owners().any(|o| o == Owner::Thing) {
                return Some(Meaning::default());
            }
            let theirs = owners().any(|o| matches!(o, Owner::Person));
            let perhaps = owners().any(|o| matches!(o, Owner::Maybe));
            let role = match role {
                _ if theirs => Role::Strong,
                Role::Weak | Role::Note if perhaps => Role::Health,
                Role::Weak | Role::Note if before.len() > 1 => continue,
                Role::Weak | Role::Note if before.len() == 1 && !QUALIFIERS.contains(&before[0]) => continue,
                role => role,
            };
            return Some(Meaning { label: Some((label, role)), ..Meaning::default() });
        }
        None
    }

    /// A strong phrase anywhere.
    fn inside(&self, words: &[&str]) -> Option<(Label, Role)> {
        for from in 0..words.len() {
            for to in (from + 1..=words.len().min(from + self.longest)).rev() {
                if let Some((label, role @ (Role::Strong | Role::Health))) = self.phrase(&words[from..to].join(" ")) {
                    return Some((label, role));
                }
            }
        }
        None
    }

    /// Whose: the last word that is not neutral decides; a person's things stay the person's (`patient_record`).
    fn owner(&self, words: &[&str]) -> Owner {
        for word in words.iter().rev() {
            let facts = self.facts(word);
            let singular = word.strip_suffix('s').map(|w| self.facts(w).owner).unwrap_or_default();
            let owner = if facts.owner == Owner::Unknown { singular } else { facts.owner };
            if facts.neutral && owner == Owner::Unknown || facts.plain {
                continue;
            }
            if owner == Owner::Unknown && word.len() < 3 && word.bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            return owner;
        }
        Owner::Unknown
    }
}

/// Words before a weak one that leave it what it is.
const QUALIFIERS: &[&str] = &[
    "new",
    "old",
    "raw",
    "full",
    "the",
    "my",
    "their",
    "his",
    "her",
    "current",
    "primary",
    "secondary",
    "home",
    "work",
    "mobile",
    "other",
    "previous",
    "first",
    "last",
    "personal",
    "private",
    "given",
    "legal",
    "preferred",
    "date",
    "of",
    "contact",
    "emergency",
    "clinical",
    "medical",
    "discharge",
    "admission",
    "visit",
    "intake",
    "nursing",
    "free",
];

/// What a phrase or word is kept by.
#[must_use]
pub fn key(phrase: &str) -> u64 {
    hash(phrase.as_bytes())
}

/// The words of an identifier with a blank between each two, as phrases are kept.
#[must_use]
pub fn phrase(name: &str) -> Cow<'_, str> {
    // Nearly all that rules say is written so: there are thousands.
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_phrase = name.as_bytes().split(|byte| *byte == b' ').all(|word| !word.is_empty() && word.iter().all(plain));
    if is_phrase { Cow::Borrowed(name) } else { Cow::Owned(split(name).join(" ")) }
}

/// The words of an identifier, in lower case: `patientSSN`, `patient_ssn` and `PatientSsn` are the same.
#[must_use]
pub fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let chars: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut word = String::new();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let previous = i.checked_sub(1).map(|p| chars[p]);
        let lower = |c: Option<&char>| c.is_some_and(|c| c.is_lowercase());
        let after_lower = previous.is_some_and(|p| p.is_lowercase() || p.is_numeric());
        let ends_run = previous.is_some_and(char::is_uppercase) && lower(chars.get(i + 1));
        if c.is_uppercase() && (after_lower || ends_run) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn phrases_are_words_with_blanks_between(name in "([a-z0-9]{0,3}|[A-Z_# é]){0,6}") {
            prop_assert_eq!(phrase(&name), split(&name).join(" "));
        }
    }
}
