//! Keys: a ring of them, each with an id. The last one makes what is new, the others still reveal what is old.
//!
//! A ring is a text: a line for each key, `ID DAY SECRET`, where the secret is 64 hex digits. It is kept apart from the
//! data (45 CFR 164.514(c)(2)); who keeps it and where it is refused is for `cli`.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Bytes of a secret.
const SECRET: usize = 32;

/// Longest id of a key, in letters and digits.
const ID: usize = 16;

/// One key.
pub struct Key {
    id: String,
    made: String,
    secret: Zeroizing<Vec<u8>>,
}

/// Keys, the newest last.
#[derive(Debug)]
pub struct Ring {
    keys: Vec<Key>,
}

impl Ring {
    /// Reads a ring, or a secret alone (64 hex digits), whose id is then made of itself.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the line and shows nothing of it.
    pub fn parse(text: &str) -> Result<Self> {
        let mut keys: Vec<Key> = Vec::new();
        for (at, line) in text.split(['\n', ';']).enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |what: &str| wrong(&format!("line {} of the keys {what}", at + 1));
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            let (id, made, secret) = match words[..] {
                [id, made, secret] => (id, made, secret),
                [secret] => ("", "", secret),
                _ => return Err(wrong("is not `ID DAY SECRET`")),
            };
            let secret = secret_of(secret).ok_or_else(|| wrong("has no secret of 64 hex digits"))?;
            let id = if id.is_empty() { id_of(&secret) } else { id.to_owned() };
            if !is_id(&id) {
                return Err(wrong("has an id that is not of 1 to 16 small letters and digits"));
            }
            if keys.iter().any(|key| key.id == id) {
                return Err(wrong("has an id that another line has too"));
            }
            keys.push(Key { id, made: made.to_owned(), secret });
        }
        if keys.is_empty() { Err(wrong("there is no key in what was given")) } else { Ok(Self { keys }) }
    }

    /// A ring of one new key.
    ///
    /// # Errors
    /// [`Error::Usage`] where the id is not usable, or the system gives no randomness.
    pub fn fresh(id: &str, day: &str) -> Result<Self> {
        let mut ring = Self { keys: Vec::new() };
        ring.rotate(id, day)?;
        Ok(ring)
    }

    /// Adds a new key, which from now on makes what is new.
    ///
    /// # Errors
    /// [`Error::Usage`] where the id is not usable or taken, or the system gives no randomness.
    pub fn rotate(&mut self, id: &str, day: &str) -> Result<()> {
        if !is_id(id) || self.get(id).is_some() {
            let what = format!("`{id}` cannot be the id of a new key");
            let help = "an id is of 1 to 16 small letters and digits, and no other key has it".to_owned();
            return Err(Error::Usage { what, help });
        }
        let secret = Zeroizing::new(random(SECRET)?);
        self.keys.push(Key { id: id.to_owned(), made: day.to_owned(), secret });
        Ok(())
    }

    /// The id that the next key has if nobody names one: `k1`, `k2` …
    #[must_use]
    pub fn next_id(&self) -> String {
        let free = (1..=self.keys.len() + 1).map(|n| format!("k{n}")).rfind(|id| self.get(id).is_none());
        free.unwrap_or_else(|| format!("k{}", self.keys.len() + 2))
    }

    /// The text of the ring.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::from(
            "# Keys of phivet. Whoever has them can link and reveal what they protect: keep this file apart from the data.\n",
        ));
        for key in &self.keys {
            let secret =
                Zeroizing::new(key.secret.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")));
            out.push_str(&format!("{} {} ", key.id, if key.made.is_empty() { "-" } else { &key.made }));
            out.push_str(&secret);
            out.push('\n');
        }
        out
    }

    /// The key that makes what is new.
    #[must_use]
    pub fn current(&self) -> Option<&Key> {
        self.keys.last()
    }

    /// The key with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// All keys, the newest last.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }
}

impl Key {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The day on which it was made, as its line says.
    #[must_use]
    pub fn made(&self) -> &str {
        &self.made
    }

    /// HMAC-SHA-256 of some parts, for one purpose.
    pub(super) fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(b"phivet 1 ");
        mac.update(purpose.as_bytes());
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The same, as a number.
    pub(super) fn number(&self, purpose: &str, parts: &[&[u8]]) -> u64 {
        self.mac(purpose, parts).first_chunk::<8>().map_or(0, |eight| u64::from_le_bytes(*eight))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key {}", self.id)
    }
}

fn is_id(id: &str) -> bool {
    (1..=ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn secret_of(hex: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |b: u8| char::from(b).to_digit(16);
    if hex.len() != 2 * SECRET {
        return None;
    }
    let pairs = hex.as_bytes().chunks_exact(2);
    let bytes: Option<Vec<u8>> = pairs.map(|two| Some((digit(two[0])? * 16 + digit(two[1])?) as u8)).collect();
    bytes.map(Zeroizing::new)
}

/// The id of a secret that came without one: 32 bits of an HMAC of nothing.
fn id_of(secret: &Zeroizing<Vec<u8>>) -> String {
    let key = Key { id: String::new(), made: String::new(), secret: secret.clone() };
    key.mac("id", &[])[..4].iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn wrong(what: &str) -> Error {
    let help = "`phivet keys new --key-file FILE` makes a file of keys; keep it where only its users can read it";
    Error::Usage { what: what.to_owned(), help: help.to_owned() }
}

/// Bytes that nobody can guess.
///
/// # Errors
/// [`Error::Usage`] where the system gives none.
pub(super) fn random(len: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes).map_err(|error| Error::Usage {
        what: format!("the system gives no random bytes: {error}"),
        help: "without randomness there are no keys, no codes and no encryption".to_owned(),
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
