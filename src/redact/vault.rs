//! The vault of pseudonyms: random codes, and whom they stand for.
//!
//! A code may not be derived from information about the person, and the way back is not disclosed (45 CFR 164.514(c)):
//! so codes are drawn at random, and which value has which code stands in a file of its own, sealed under a key. The file
//! is a text of lines `KEY-ID SEALED`; each is bound to its number, so lines can neither be changed nor put elsewhere.
//! New lines are appended: nothing of what is there is written again.

use std::collections::HashMap;

use zeroize::{Zeroize, Zeroizing};

use super::base32;
use super::keys::{Key, Ring, random};
use super::seal;
use crate::error::{Error, Result};

/// Random bytes of a code.
const CODE: usize = 16;

/// What separates the parts of a record.
const NUL: u8 = 0;

/// Which value has which code.
#[derive(Default)]
pub struct Vault {
    /// By kind and what the value is known as.
    codes: HashMap<Vec<u8>, String>,
    values: HashMap<String, Zeroizing<Vec<u8>>>,
    lines: usize,
    new: String,
}

impl Vault {
    /// Opens the vault that stands in a text (an empty text is an empty vault).
    ///
    /// # Errors
    /// [`Error::Usage`] that names the first line which is damaged, or whose key is missing.
    pub fn open(text: &str, ring: &Ring) -> Result<Self> {
        let mut vault = Self::default();
        for line in text.lines() {
            vault.lines += 1;
            let wrong = |what: &str, help: &str| Error::Usage {
                what: format!("line {} of the vault {what}", vault.lines),
                help: help.to_owned(),
            };
            let damaged = || wrong("was changed, moved or cut off", "take the vault back from its last backup");
            let (id, sealed) = line.split_once(' ').ok_or_else(damaged)?;
            let key = ring.get(id).ok_or_else(|| {
                wrong(
                    "is sealed under a key that is not among those given",
                    "give the file with all keys, old ones too",
                )
            })?;
            let sealed = base32::decode(sealed.as_bytes()).ok_or_else(damaged)?;
            let record = seal::open(key, "vault", about(vault.lines).as_bytes(), &sealed).ok_or_else(damaged)?;
            let parts: Vec<&[u8]> = record.splitn(4, |byte| *byte == NUL).collect();
            let [code, kind, known_as, value] = parts[..] else { return Err(damaged()) };
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            vault.codes.insert([kind, known_as].join(&NUL), text(code));
            vault.values.insert(text(code), Zeroizing::new(value.to_vec()));
        }
        Ok(vault)
    }

    /// The code of a value that is known as `known_as`; the first time a new one is drawn.
    ///
    /// # Errors
    /// [`Error::Usage`] where the system gives no randomness.
    pub(super) fn code(&mut self, key: &Key, kind: &str, known_as: &[u8], value: &[u8]) -> Result<String> {
        let asked = [kind.as_bytes(), known_as].join(&NUL);
        if let Some(code) = self.codes.get(&asked) {
            return Ok(code.clone());
        }
        let code = base32::encode(&random(CODE)?);
        let parts = [code.as_bytes(), kind.as_bytes(), known_as, value];
        let record = Zeroizing::new(parts.join(&NUL));
        let sealed = seal::seal(key, "vault", about(self.lines + 1).as_bytes(), &record)?;
        self.new.push_str(&format!("{} {}\n", key.id(), base32::encode(&sealed)));
        self.lines += 1;
        self.codes.insert(asked, code.clone());
        self.values.insert(code.clone(), Zeroizing::new(value.to_vec()));
        Ok(code)
    }

    /// The value of a code.
    pub(super) fn value(&self, code: &str) -> Option<&[u8]> {
        self.values.get(code).map(|value| value.as_slice())
    }

    /// Lines that are to be appended to the vault's file, before what holds their codes is written.
    #[must_use]
    pub fn take_new(&mut self) -> String {
        std::mem::take(&mut self.new)
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.codes.drain().for_each(|(mut known_as, _)| known_as.zeroize());
    }
}

fn about(line: usize) -> String {
    format!("vault 1 line {line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_is_read_again_and_changes_are_found() {
        let ring = Ring::fresh("k1", "-").expect("random");
        let key = ring.current().expect("a key");
        let mut vault = Vault::default();
        let first = vault.code(key, "name", b"caldwell denise", b"Denise Caldwell").expect("random");
        let second = vault.code(key, "mrn", b"00482913", b"00482913").expect("random");
        assert_eq!(vault.code(key, "name", b"caldwell denise", b"CALDWELL^DENISE").expect("known"), first);
        let text = vault.take_new();
        assert!(!text.contains("Caldwell") && vault.take_new().is_empty());
        let mut again = Vault::open(&text, &ring).expect("a vault");
        assert_eq!(again.value(&second), Some(&b"00482913"[..]));
        assert_eq!(again.code(key, "name", b"caldwell denise", b"").expect("known"), first);
        let swapped: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
        assert!(Vault::open(&swapped, &ring).is_err());
        let other = Ring::fresh("k2", "-").expect("random");
        assert!(Vault::open(&text, &other).is_err());
        let cut = &text[..text.len() - 3];
        assert!(Vault::open(cut, &ring).is_err());
    }
}
