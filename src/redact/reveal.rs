//! The way back: sealed values and pseudonyms become what they stand for.

use std::sync::OnceLock;

use regex::bytes::Regex;

use super::forms::sealed;
use super::keys::Ring;
use super::vault::Vault;
use super::{Counts, seal};
use crate::error::{Error, Result};

/// What looks like one of ours, also where it was changed, or written in capitals by a program that does so with names.
static OURS: OnceLock<Option<Regex>> = OnceLock::new();

const PATTERN: &str = r"(?-u)\b(?:enc_[a-z0-9-]+_[a-z0-9]{1,16}_(?:[a-z2-7]+_|[A-Za-z0-9]*_?)|psn_[a-z0-9-]+_[a-z2-7]{26}|(?i:enc_[a-z0-9-]+_[a-z0-9]{1,16}_[a-z0-9]{20,}_?|psn_[a-z0-9-]+_[a-z2-7]{26}))";

/// The text with all sealed values and pseudonyms revealed, and how many there were of each kind. Tokens stay: nothing
/// leads back from them.
///
/// # Errors
/// [`Error::Usage`] with the line, where a sealed value was changed or its key or code is not known; nothing is revealed
/// then.
pub fn reveal(text: &[u8], keys: &Ring, vault: Option<&Vault>) -> Result<(Vec<u8>, Counts)> {
    let Some(ours) = OURS.get_or_init(|| Regex::new(PATTERN).ok()) else { return Ok((text.to_vec(), Counts::new())) };
    let (mut out, mut counts, mut from) = (Vec::with_capacity(text.len()), Counts::new(), 0);
    for found in ours.find_iter(text) {
        let line = 1 + memchr::memchr_iter(b'\n', &text[..found.start()]).count();
        out.extend_from_slice(&text[from..found.start()]);
        let kind = if found.as_bytes().iter().any(u8::is_ascii_uppercase) {
            return Err(wrong(
                line,
                "a sealed value or a pseudonym was changed: some of its letters are capitals",
                "nothing was revealed; take the text from where it was written",
            ));
        } else if found.as_bytes().starts_with(b"enc_") {
            value(found.as_bytes(), keys, line, &mut out)?
        } else {
            person(found.as_bytes(), vault, line, &mut out)?
        };
        *counts.entry(kind).or_insert(0) += 1;
        from = found.end();
    }
    out.extend_from_slice(&text[from..]);
    Ok((out, counts))
}

fn wrong(line: usize, what: &str, help: &str) -> Error {
    Error::Usage { what: format!("line {line}: {what}"), help: help.to_owned() }
}

fn value(text: &[u8], keys: &Ring, line: usize, out: &mut Vec<u8>) -> Result<String> {
    let damaged = || {
        wrong(
            line,
            "an encrypted value was changed or cut off, or is of another key of this id",
            "nothing was revealed; take the text from where it was written",
        )
    };
    let (kind, id, bytes) = sealed(text).ok_or_else(damaged)?;
    let key = keys.get(id).ok_or_else(|| {
        let help = "give the file with all keys, old ones too; `phivet keys list` names those it has";
        wrong(line, &format!("the key `{id}` is not among those given"), help)
    })?;
    let value = seal::open(key, "value", kind.as_bytes(), &bytes).ok_or_else(damaged)?;
    out.extend_from_slice(&value);
    Ok(kind.to_owned())
}

fn person(text: &[u8], vault: Option<&Vault>, line: usize, out: &mut Vec<u8>) -> Result<String> {
    let text = String::from_utf8_lossy(text);
    let (kind, code) = text.trim_start_matches("psn_").split_once('_').unwrap_or_default();
    let Some(vault) = vault else {
        return Err(wrong(line, "a pseudonym stands there, and no vault is given", "name the vault with --vault"));
    };
    let value = vault.value(code).ok_or_else(|| {
        wrong(line, "a pseudonym that is not in this vault", "name the vault that was used when it was made")
    })?;
    out.extend_from_slice(value);
    Ok(kind.to_owned())
}
