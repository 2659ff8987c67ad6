//! The vault of pseudonyms: random codes, and whom they stand for.
//!
//! A code may not be derived from information about the person, and the way back is not disclosed (45 CFR 164.514(c)):
//! so codes are drawn at random, and which value has which code stands in a file of its own, sealed under a key. The file
//! is a text of lines `KEY-ID SEALED`; each is bound to its number, so lines can neither be changed nor put elsewhere.
//! The last line is a seal that is bound to the count of those before it: new lines take its place, and a new seal stands
//! behind them. So a vault that was cut off, at a line end too, has none.

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
    /// Bytes of the file before its seal: there the next lines are written.
    whole: usize,
    /// Does the file end with a seal?
    is_sealed: bool,
    /// The first line of a vault of before there were seals: its key's id and its record. It is sealed anew, so that a
    /// vault that was cut off is not taken for one of those.
    old: Option<(String, Zeroizing<Vec<u8>>)>,
}

/// How lines are bound: since there are seals of the whole, and before.
const FORMS: [u8; 2] = [2, 1];

impl Vault {
    /// Opens the vault that stands in a text (an empty text is an empty vault). One that was made before vaults had seals
    /// is taken as it is, and gets its seal by [`Vault::take_new`].
    ///
    /// # Errors
    /// [`Error::Usage`] that names the first line which is damaged, or whose key is missing; or says that the end is missing.
    pub fn open(text: &str, ring: &Ring) -> Result<Self> {
        let (mut vault, mut is_newer) = (Self::default(), false);
        for line in text.split_terminator('\n') {
            let (wrong, number) = (Wrong(vault.lines + 1), vault.lines + 1);
            let (id, sealed) = line.split_once(' ').ok_or_else(|| wrong.damaged())?;
            let key = ring.get(id).ok_or_else(|| wrong.unknown_key())?;
            let sealed = base32::decode(sealed.as_bytes()).ok_or_else(|| wrong.damaged())?;
            let opened = |about: String| seal::open(key, "vault", about.as_bytes(), &sealed);
            // Behind the seal nothing stands.
            if vault.is_sealed {
                return Err(wrong.damaged());
            }
            if opened(about_end(vault.lines)).is_some() {
                vault.is_sealed = true;
                continue;
            }
            let found = FORMS.iter().find_map(|form| Some((*form, opened(about(*form, number))?)));
            let (form, record) = found.ok_or_else(|| wrong.damaged())?;
            vault.take(&record).ok_or_else(|| wrong.damaged())?;
            is_newer |= form == FORMS[0];
            if number == 1 && form != FORMS[0] {
                vault.old = Some((id.to_owned(), record));
            }
            vault.whole += line.len() + 1;
        }
        if !vault.is_sealed && is_newer {
            return Err(Wrong(vault.lines).cut());
        }
        if vault.whole > text.len() {
            return Err(Wrong(vault.lines).damaged());
        }
        Ok(vault)
    }

    /// Takes in the record of a line; `None` where it is none.
    fn take(&mut self, record: &[u8]) -> Option<()> {
        let parts: Vec<&[u8]> = record.splitn(4, |byte| *byte == NUL).collect();
        let [code, kind, known_as, value] = parts[..] else { return None };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.codes.insert([kind, known_as].join(&NUL), text(code));
        self.values.insert(text(code), Zeroizing::new(value.to_vec()));
        self.lines += 1;
        Some(())
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
        self.new.push_str(&line(key, &about(FORMS[0], self.lines + 1), &record)?);
        self.lines += 1;
        self.codes.insert(asked, code.clone());
        self.values.insert(code.clone(), Zeroizing::new(value.to_vec()));
        Ok(code)
    }

    /// The value of a code.
    pub(super) fn value(&self, code: &str) -> Option<&[u8]> {
        self.values.get(code).map(|value| value.as_slice())
    }

    /// What is to be written into the vault's file before what holds its codes is written: from which byte on, and the
    /// text, in this order. The file ends with it. Nothing where it is complete.
    ///
    /// # Errors
    /// [`Error::Usage`] where the system gives no randomness.
    pub fn take_new(&mut self, ring: &Ring) -> Result<Vec<(u64, String)>> {
        let is_complete = self.is_sealed && self.new.is_empty() && self.old.is_none();
        let Some(key) = ring.current().filter(|_| !is_complete) else {
            return Ok(Vec::new());
        };
        let new = std::mem::take(&mut self.new);
        let end = line(key, &about_end(self.lines), &[])?;
        let mut pieces = vec![(self.whole as u64, format!("{new}{end}"))];
        if let Some((id, record)) = self.old.take()
            && let Some(key) = ring.get(&id)
        {
            // As long as the line that it replaces: the record is the same.
            pieces.push((0, line(key, &about(FORMS[0], 1), &record)?));
        }
        self.whole += new.len();
        self.is_sealed = true;
        Ok(pieces)
    }
}

/// What is wrong with a line of a vault.
struct Wrong(usize);

impl Wrong {
    fn line(&self, what: &str, help: &str) -> Error {
        Error::Usage { what: format!("line {} of the vault {what}", self.0), help: help.to_owned() }
    }

    fn damaged(&self) -> Error {
        self.line("was changed, moved or cut off", "take the vault back from its last backup")
    }

    fn unknown_key(&self) -> Error {
        self.line("is sealed under a key that is not among those given", "give the file with all keys, old ones too")
    }

    fn cut(&self) -> Error {
        self.line(
            "is its last, and the seal behind it is missing: lines were cut off",
            "take the vault back from its last backup: people whose codes are gone would get other ones",
        )
    }
}

/// A line of the file.
fn line(key: &Key, about: &str, record: &[u8]) -> Result<String> {
    let sealed = seal::seal(key, "vault", about.as_bytes(), record)?;
    Ok(format!("{} {}\n", key.id(), base32::encode(&sealed)))
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.codes.drain().for_each(|(mut known_as, _)| known_as.zeroize());
    }
}

/// What the line of a code is bound to.
fn about(form: u8, line: usize) -> String {
    format!("vault {form} line {line}")
}

/// What the seal behind so many lines is bound to.
fn about_end(lines: usize) -> String {
    format!("vault {} end {lines}", FORMS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file after what was to be written into it.
    fn written(file: &str, pieces: Vec<(u64, String)>) -> String {
        let mut bytes = file.as_bytes().to_vec();
        for (at, text) in pieces {
            let at = usize::try_from(at).expect("a place");
            let end = bytes.len().min(at + text.len());
            bytes.splice(at..end, text.into_bytes());
        }
        String::from_utf8(bytes).expect("a text")
    }

    #[test]
    fn what_is_appended_is_read_again_and_changes_are_found() {
        let ring = Ring::fresh("k1", "-").expect("random");
        let key = ring.current().expect("a key");
        let mut vault = Vault::default();
        let first = vault.code(key, "name", b"caldwell denise", b"Denise Caldwell").expect("random");
        let second = vault.code(key, "mrn", b"00482913", b"00482913").expect("random");
        assert_eq!(vault.code(key, "name", b"caldwell denise", b"CALDWELL^DENISE").expect("known"), first);
        let text = written("", vault.take_new(&ring).expect("random"));
        assert!(!text.contains("Caldwell") && vault.take_new(&ring).expect("random").is_empty());
        let mut again = Vault::open(&text, &ring).expect("a vault");
        assert_eq!(again.value(&second), Some(&b"00482913"[..]));
        assert_eq!(again.code(key, "name", b"caldwell denise", b"").expect("known"), first);
        let swapped: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
        assert!(Vault::open(&swapped, &ring).is_err());
        let other = Ring::fresh("k2", "-").expect("random");
        assert!(Vault::open(&text, &other).is_err());
        let cut = &text[..text.len() - 3];
        assert!(Vault::open(cut, &ring).is_err());
        // New lines take the place of the seal: whatever is cut off is missed, whole batches too.
        again.code(key, "mrn", b"00518827", b"00518827").expect("random");
        let longer = written(&text, again.take_new(&ring).expect("random"));
        assert_eq!((text.lines().count(), longer.lines().count()), (3, 4));
        assert_eq!(Vault::open(&longer, &ring).expect("a vault").lines, 3);
        for lines in 1..4 {
            let cut: String = longer.lines().take(lines).map(|line| format!("{line}\n")).collect();
            assert!(Vault::open(&cut, &ring).is_err(), "{lines} lines");
        }
        assert!(Vault::open(&format!("{longer}{longer}"), &ring).is_err());
    }

    #[test]
    fn an_old_vault_is_accepted_once() {
        let ring = Ring::fresh("k1", "-").expect("random");
        let key = ring.current().expect("a key");
        let record = |code: &str, name: &str| [code, "name", name, name].join("\0").into_bytes();
        let old: String = [("aa", "denise"), ("bb", "harold")]
            .iter()
            .zip(1..)
            .map(|((code, name), at)| line(key, &about(1, at), &record(code, name)).expect("random"))
            .collect();
        let mut vault = Vault::open(&old, &ring).expect("an old vault");
        assert_eq!(vault.code(key, "name", b"harold", b"").expect("known"), "bb");
        let sealed = written(&old, vault.take_new(&ring).expect("random"));
        assert_eq!(sealed.lines().count(), 3);
        let mut vault = Vault::open(&sealed, &ring).expect("a sealed vault");
        assert!(vault.take_new(&ring).expect("random").is_empty());
        for lines in [1, 2] {
            let cut: String = sealed.lines().take(lines).map(|line| format!("{line}\n")).collect();
            assert!(Vault::open(&cut, &ring).is_err(), "{lines} lines");
        }
    }
}
