//! What stands for one value: each strategy in a few lines.

use std::sync::{Mutex, PoisonError};

use super::base32;
use super::dates::{self, Date};
use super::forms::{slug, suppressed};
use super::keys::{Key, Ring};
use super::plan::{Plan, Strategy};
use super::surrogate;
use super::vault::Vault;
use super::{known_as, seal};
use crate::error::{Error, Result};
use crate::words;

/// Makes what stands for values.
pub(super) struct Maker {
    pub(super) plan: Plan,
    pub(super) keys: Option<Ring>,
    pub(super) vault: Option<Mutex<Vault>>,
    /// This year.
    pub(super) year: i64,
}

/// A value that is to be replaced.
pub(super) struct Asked<'a> {
    /// Its kind.
    pub(super) kind: &'a str,
    /// Its bytes.
    pub(super) value: &'a [u8],
    /// The byte behind it.
    pub(super) next: Option<u8>,
    /// By how many days dates of its person are moved; `None` where the person is not known.
    pub(super) shift: Option<Moved>,
    /// Do brackets mean something where it stands?
    pub(super) plain: bool,
    /// Does it hold signs of its format, which must stay?
    pub(super) structural: bool,
}

/// How a date is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// By so many days.
    By(i64),
    /// It was moved already: its person stands there as a token.
    Already,
}

impl Maker {
    /// What stands for a value; `None` where it stays.
    pub(super) fn make(&self, asked: &Asked<'_>) -> Result<Option<Vec<u8>>> {
        let Asked { kind, value, .. } = *asked;
        let strategy = self.plan.strategy(kind);
        if asked.structural && !matches!(strategy, Strategy::Keep) {
            return Ok(Some(mask(value)));
        }
        let text = match strategy {
            Strategy::Keep => return Ok(None),
            Strategy::Suppress => suppressed(kind, asked.plain),
            Strategy::Mask => return Ok(Some(mask(value))),
            Strategy::Token => self.token(kind, value)?,
            Strategy::Pseudonym => self.pseudonym(kind, value)?,
            Strategy::Encrypt => self.encrypted(kind, value)?,
            Strategy::Surrogate => match surrogate::make(self.key()?, kind, value) {
                Some(made) => made,
                None => return Ok(None),
            },
            Strategy::Generalize => self.general(asked),
            Strategy::Shift => return Ok(self.shifted(asked)),
        };
        Ok(Some(text.into_bytes()))
    }

    /// The key of what is new.
    fn key(&self) -> Result<&Key> {
        self.keys.as_ref().and_then(Ring::current).ok_or_else(|| Error::Usage {
            what: "the policy needs a key, and none is given".to_owned(),
            help: "make one with `phivet keys new --key-file FILE`, and name it with --key-file".to_owned(),
        })
    }

    /// By how many days the dates of a person are moved: one to 365 days into the past.
    pub(super) fn offset(&self, person: &[u8]) -> Option<i64> {
        let number = self.key().ok()?.number("shift", &[person]);
        Some(-1 - i64::try_from(number % 365).unwrap_or(0))
    }

    fn token(&self, kind: &str, value: &[u8]) -> Result<String> {
        let key = self.key()?;
        let mac = key.mac("token", &[kind.as_bytes(), &known_as(kind, value)]);
        Ok(format!("tok_{}_{}_{}", slug(kind), key.id(), base32::encode(&mac[..16])))
    }

    fn pseudonym(&self, kind: &str, value: &[u8]) -> Result<String> {
        let vault = self.vault.as_ref().ok_or_else(|| Error::Usage {
            what: "pseudonyms need a vault, and none is given".to_owned(),
            help: "name a file outside of data and repository with --vault; it is made where there is none".to_owned(),
        })?;
        let mut vault = vault.lock().unwrap_or_else(PoisonError::into_inner);
        let code = vault.code(self.key()?, kind, &known_as(kind, value), value)?;
        Ok(format!("psn_{}_{code}", slug(kind)))
    }

    fn encrypted(&self, kind: &str, value: &[u8]) -> Result<String> {
        let (key, kind) = (self.key()?, slug(kind));
        let sealed = seal::seal(key, "value", kind.as_bytes(), value)?;
        Ok(format!("enc_{kind}_{}_{}_", key.id(), base32::encode(&sealed)))
    }

    fn general(&self, asked: &Asked<'_>) -> String {
        let Asked { kind, value, .. } = *asked;
        let less = match kind {
            "zip" => zip3(value),
            "age_over_89" => Some(age(asked)).filter(|_| value.iter().any(u8::is_ascii_digit)),
            "date" | "dob" => self.years(kind, value),
            _ if kind.starts_with("health.") => category(value),
            _ => None,
        };
        less.unwrap_or_else(|| suppressed(kind, asked.plain))
    }

    /// Two-digit years up to this one are of this century.
    pub(super) fn pivot(&self) -> i64 {
        self.year.rem_euclid(100) + 1
    }

    /// The years of the dates in a value, 45 CFR 164.514(b)(2)(i)(C). A year of birth that tells an age over 89 becomes
    /// the last one that does.
    fn years(&self, kind: &str, value: &[u8]) -> Option<String> {
        let years: Option<Vec<i64>> = dates::find(value, self.pivot()).iter().map(Date::year).collect();
        let oldest = self.year - 90;
        let capped = |year: i64| if kind == "dob" { year.max(oldest) } else { year };
        let mut years: Vec<String> = years?.into_iter().map(|year| format!("{:04}", capped(year))).collect();
        years.dedup();
        (1..=2).contains(&years.len()).then(|| years.join("-"))
    }

    fn shifted(&self, asked: &Asked<'_>) -> Option<Vec<u8>> {
        let by = match asked.shift {
            Some(Moved::Already) => return None,
            Some(Moved::By(days)) => Some(days),
            None => None,
        };
        let dates = dates::find(asked.value, self.pivot());
        let moved = by.filter(|_| !dates.is_empty() && dates.iter().all(Date::is_full));
        let Some(by) = moved else { return Some(self.general(asked).into_bytes()) };
        let mut out = asked.value.to_vec();
        for date in dates.iter().rev() {
            for (at, new) in date.shifted(asked.value, by)?.into_iter().rev() {
                out.splice(at, new.into_bytes());
            }
        }
        Some(out)
    }
}

/// The first three digits, or 000 where 20,000 people or fewer live there, 45 CFR 164.514(b)(2)(i)(B).
fn zip3(value: &[u8]) -> Option<String> {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    if !matches!(digits.len(), 3 | 5 | 9) || value.iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    let three = std::str::from_utf8(&digits[..3]).ok()?;
    let restricted = words::is_restricted_zip3(three.parse().ok()?);
    Some(if restricted { "000" } else { three }.to_owned())
}

/// All ages over 89 are one, 45 CFR 164.514(b)(2)(i)(C).
fn age(asked: &Asked<'_>) -> String {
    let text = String::from_utf8_lossy(asked.value);
    let digits = |c: char| c.is_ascii_digit();
    let start = text.find(digits).unwrap_or(0);
    let rest = text[start..].trim_start_matches(digits);
    let plus = if rest.starts_with('+') || (rest.is_empty() && asked.next == Some(b'+')) { "" } else { "+" };
    format!("{}90{plus}{rest}", &text[..start])
}

/// The category of a code of ICD-10-CM (`E11.9` is `E11`).
fn category(value: &[u8]) -> Option<String> {
    if !words::is_icd10cm(value) {
        return None;
    }
    String::from_utf8(value.get(..3)?.to_vec()).ok()
}

/// The shape of a value: letters become `x`, digits `0`; what escapes something becomes a letter too.
fn mask(value: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(value.len()), 0);
    while let Some(&byte) = value.get(at) {
        at += 1;
        match byte {
            b'\\' => {
                at += if value.get(at) == Some(&b'u') { 5 } else { 1 };
                out.push(b'x');
            }
            b'%' | b'&' => out.push(b'.'),
            b'0'..=b'9' => out.push(b'0'),
            b'A'..=b'Z' => out.push(b'X'),
            b'a'..=b'z' | 0xC0.. => out.push(b'x'),
            0x80..0xC0 => {}
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests;
