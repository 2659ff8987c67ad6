//! Lists of texts that are taken apart only when somebody asks for them: a scan hardly ever does.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What stands before each text of a list that is kept as one: DEL, which no rule says.
const BEFORE: char = '\u{7f}';

/// The lists of the built-in catalogue, one behind the other: `build.rs` has put them here. Where a list stands is said in
/// its stead, as DEL, its first byte and the one behind its last.
pub(super) const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/texts.txt"));

/// A list of texts.
#[derive(Default)]
pub struct Texts {
    joined: &'static str,
    list: OnceLock<Vec<String>>,
}

impl Texts {
    /// Is there no text?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty() && self.list.get().is_none_or(Vec::is_empty)
    }

    /// The texts, one after the other: for those who read them all, once.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        let list = self.list.get().map(Vec::as_slice).unwrap_or_default();
        let joined = if self.list.get().is_none() { self.joined } else { "" };
        #[allow(clippy::manual_pattern_char_comparison, reason = "a search for a char is slower: most are short")]
        let parts = joined.split(|c: char| c == BEFORE).skip(1);
        list.iter().map(String::as_str).chain(parts)
    }
}

impl Deref for Texts {
    type Target = [String];

    fn deref(&self) -> &[String] {
        self.list.get_or_init(|| self.joined.split(BEFORE).skip(1).map(str::to_owned).collect())
    }
}

impl From<Vec<String>> for Texts {
    fn from(list: Vec<String>) -> Self {
        Self { joined: "", list: list.into() }
    }
}

impl Clone for Texts {
    fn clone(&self) -> Self {
        self.to_vec().into()
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for &'a Texts {
    type Item = &'a String;
    type IntoIter = std::slice::Iter<'a, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
        let part = || {
            let (start, end) = text.strip_prefix(BEFORE)?.split_once(' ')?;
            BUILTIN.get(start.parse().ok()?..end.parse().ok()?)
        };
        let joined = part().ok_or_else(|| E::invalid_type(serde::de::Unexpected::Str(text), &self))?;
        Ok(Texts { joined, list: OnceLock::new() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Texts, A::Error> {
        let mut list = Vec::new();
        while let Some(text) = seq.next_element()? {
            list.push(text);
        }
        Ok(list.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_the_same_in_both_forms() {
        let read = |json: &str| serde_json::from_str::<Texts>(json);
        let whole = read(&format!("\"\u{7f}0 {}\"", BUILTIN.len())).expect("all that is built in");
        let written = serde_json::to_string(&whole).expect("a list");
        let list = read(&written).expect("a list");
        assert!(list.len() > 100 && whole.each().eq(list.each()));
        assert!(list[..] == whole[..] && whole.each().eq(list.iter()));
        assert!(!whole.is_empty() && Texts::default().is_empty() && read("[]").is_ok_and(|none| none.is_empty()));
        for wrong in ["\"mrn\"", "\"\u{7f}1\"", "\"\u{7f}5 4\"", "\"\u{7f}0 99999999\"", "7"] {
            assert!(read(wrong).is_err(), "{wrong:?} is no list");
        }
    }
}
