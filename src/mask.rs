//! The only maker of printable text from a document's bytes.
//!
//! Width, blanks and punctuation stay; letters become `x`, digits `0`. Only words that rules *call* things
//! by (`patient`, `mrn`) stay readable, and only outside of every hit.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::streams::WordStarts;

/// Text that is safe to print. Nothing outside this module makes one.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Masked(Arc<str>);

impl Masked {
    fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Masked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Only out of a journal that phivet wrote itself (`--checkpoint`): what stands there was masked when it was made.
impl<'de> Deserialize<'de> for Masked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// How much of a line stands before and after a value in an excerpt, in bytes.
const AROUND: usize = 60;

/// A masked excerpt of a line around `value`, and where the value stands in it (bytes of the excerpt).
///
/// `hits` are all values on the line, reported or not; `keep` says which words may stay readable.
pub(crate) fn excerpt(
    text: &[u8],
    line: Range<usize>,
    value: Range<usize>,
    hits: &[Range<usize>],
    keep: impl Fn(&[u8]) -> bool,
) -> (Masked, Range<usize>) {
    let from = line.start.max(value.start.saturating_sub(AROUND));
    let from = (from..value.start).find(|i| starts_char(text, *i)).unwrap_or(value.start);
    let until = value.end.min(value.start + 120).max(value.start);
    let to = line.end.min(until + AROUND).max(until);
    let to = (until..=to).rev().find(|i| starts_char(text, *i)).unwrap_or(until);
    let mut out = String::with_capacity(to - from);
    masked_into(&mut out, &text[from..value.start], from, hits, &keep);
    let start = out.len();
    push_masked(&mut out, &text[value.start..until]);
    let end = out.len();
    masked_into(&mut out, &text[until..to], until, hits, &keep);
    (Masked::new(out), start..end)
}

/// A masked excerpt of a line of source code around `at`. What is written in code is no value: words that `keep` takes
/// stay readable there too; in texts and comments nothing does.
pub(crate) fn code_excerpt(
    text: &[u8],
    line: Range<usize>,
    at: Range<usize>,
    keep: impl Fn(&[u8]) -> bool,
) -> (Masked, Range<usize>) {
    let from = line.start.max(at.start.saturating_sub(AROUND));
    let from = (from..at.start).find(|i| starts_char(text, *i)).unwrap_or(at.start);
    let until = at.end.min(at.start + 120).max(at.start);
    let to = line.end.min(until + AROUND).max(until);
    let to = (until..=to).rev().find(|i| starts_char(text, *i)).unwrap_or(until);
    let hidden = literals(text, line);
    let mut out = String::with_capacity(to - from);
    let (mut start, mut end) = (0, 0);
    for (piece, mark) in [(from..at.start, &mut start), (at.start..until, &mut end), (until..to, &mut 0)] {
        masked_into(&mut out, &text[piece.clone()], piece.start, &hidden, &keep);
        *mark = out.len();
    }
    (Masked::new(out), start..end)
}

/// Texts and the comment in a line of code; all of it, where the line begins or ends inside a text.
fn literals(text: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    let (mut list, mut open, mut i) = (Vec::new(), None, line.start);
    while i < line.end {
        match (text[i], open) {
            (b'\\', Some(_)) => i += 1,
            (b'"', Some(start)) => {
                list.push(start..i + 1);
                open = None;
            }
            (b'"', None) if text[line.start..i].last() != Some(&b'\'') => open = Some(i),
            (b'/', None) if matches!(text.get(i + 1), Some(b'/' | b'*')) => {
                list.push(i..line.end);
                break;
            }
            _ => {}
        }
        i += 1;
    }
    if open.is_some() { vec![line] } else { list }
}

/// A sentence of a document's writer (why something is allowed), masked but for the words that `keep` takes:
/// it is asked for each word of ASCII letters, and told whether it is the first of all.
pub(crate) fn sentence(text: &[u8], keep: impl Fn(&[u8], bool) -> bool) -> Masked {
    let mut out = String::with_capacity(text.len());
    let first = std::cell::Cell::new(true);
    masked_into(&mut out, text, 0, &[], &|word: &[u8]| keep(word, first.replace(false)));
    Masked::new(out)
}

/// A document's name, masked where `hits` say that it holds a value.
pub(crate) fn document_name(name: &str, hits: &[Range<usize>]) -> Masked {
    let mut out = String::with_capacity(name.len());
    for (i, c) in name.char_indices() {
        let hit = hits.iter().any(|h| h.contains(&i));
        out.push(if hit {
            mask_char(c)
        } else if c.is_control() || turns_text(c) {
            ' '
        } else {
            c
        });
    }
    Masked::new(out)
}

/// Does it end a line or turn the direction of what follows (Unicode Standard Annex 9)?
fn turns_text(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn starts_char(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|b| b & 0xc0 != 0x80)
}

/// Masks `text`, which stands at `offset` in the document, word by word.
fn masked_into(out: &mut String, text: &[u8], offset: usize, hits: &[Range<usize>], keep: &impl Fn(&[u8]) -> bool) {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80;
    let overlap = |hit: &Range<usize>, at: &Range<usize>| hit.start < at.end && at.start < hit.end;
    let all = offset..offset + text.len();
    let hits: Vec<&Range<usize>> = hits.iter().filter(|hit| overlap(hit, &all)).collect();
    let may_stay = |piece: &[u8], at: Range<usize>| {
        let free = !hits.iter().any(|hit| overlap(hit, &at));
        free && piece.iter().all(u8::is_ascii_alphabetic) && keep(piece)
    };
    if text.is_ascii() {
        let mut masked: Vec<u8> = text.iter().map(|b| MASKED[usize::from(*b & 127)]).collect();
        for start in WordStarts::new(text).filter(|start| *start == 0 || !is_word(&text[start - 1])) {
            let len = text[start..].iter().take_while(|b| is_word(b)).count();
            let piece = &text[start..start + len];
            if may_stay(piece, offset + start..offset + start + len) {
                masked[start..start + len].copy_from_slice(piece);
            }
        }
        return out.push_str(&String::from_utf8_lossy(&masked));
    }
    let mut i = 0;
    while i < text.len() {
        let in_word = is_word(&text[i]);
        let len = text[i..].iter().take_while(|b| is_word(b) == in_word).count();
        let piece = &text[i..i + len];
        if in_word && may_stay(piece, offset + i..offset + i + len) {
            out.push_str(&String::from_utf8_lossy(piece));
        } else {
            push_masked(out, piece);
        }
        i += len;
    }
}

fn push_masked(out: &mut String, text: &[u8]) {
    if text.is_ascii() {
        let masked: Vec<u8> = text.iter().map(|byte| MASKED[usize::from(*byte & 127)]).collect();
        return out.push_str(&String::from_utf8_lossy(&masked));
    }
    out.extend(String::from_utf8_lossy(text).chars().map(mask_char));
}

fn mask_char(c: char) -> char {
    match c {
        c if c.is_ascii() => char::from(MASKED[c as usize]),
        c if c.is_control() || c.is_whitespace() => ' ',
        c if c.is_numeric() => '0',
        _ => 'x',
    }
}

/// What stands for each character of ASCII.
static MASKED: [u8; 128] = {
    let (mut table, mut byte) = ([b' '; 128], 0_u8);
    while byte < 128 {
        table[byte as usize] = match byte {
            b'0'..=b'9' => b'0',
            b'a'..=b'z' | b'A'..=b'Z' => b'x',
            byte if byte.is_ascii_punctuation() => byte,
            _ => b' ',
        };
        byte += 1;
    }
    table
};

/// SHA-256 in hex of something that holds no value: rules, configuration, masked text.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

/// A secret of a team. Under it a value has a seal (an HMAC), by which phivet knows the value again without keeping it.
///
/// Without the key a seal says nothing of the value. It stays out of the repository: whoever has key and seals can try
/// all Social Security numbers.
#[derive(Clone)]
pub struct Key {
    hmac: Hmac<Sha256>,
    /// Does it end with the run? Its seals begin with [`PASSING`].
    passing: bool,
}

/// What seals begin with that only this run can compare.
pub(crate) const PASSING: char = '~';

/// Bytes that a key has at least.
pub const KEY_LEAST: usize = 16;

impl Key {
    /// A key of at least [`KEY_LEAST`] bytes; `None` for a shorter one.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        let hmac = Hmac::new_from_slice(secret).ok()?;
        (secret.len() >= KEY_LEAST).then_some(Self { hmac, passing: false })
    }

    /// The seal of a value of one kind: HMAC-SHA256, its first 128 bits, in hex.
    #[must_use]
    pub(crate) fn seal(&self, kind: &str, value: &[u8]) -> Box<str> {
        let mut hmac = self.hmac.clone();
        hmac.update(kind.as_bytes());
        hmac.update(&[0]);
        hmac.update(value);
        let seal = hex(&hmac.finalize().into_bytes()[..16]);
        if self.passing { format!("{PASSING}{seal}").into() } else { seal.into() }
    }

    /// By what a baseline knows the key again: 32 bits of a seal of nothing, in hex.
    #[must_use]
    pub fn id(&self) -> String {
        self.seal("phivet's own", b"").chars().take(8).collect()
    }

    /// A key that nobody knows and that ends with the run: under it values of one run are compared.
    #[must_use]
    pub fn of_this_run() -> Option<Self> {
        use std::hash::{BuildHasher, RandomState};
        let secret: Vec<u8> = (0..4u8).flat_map(|n| RandomState::new().hash_one(n).to_le_bytes()).collect();
        Some(Self { passing: true, ..Self::new(&secret)? })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// A fingerprint without any value in it: rule, document, masked line, seal (if there is a key) and ordinal, as 16 hex
/// digits.
pub(crate) fn fingerprint(rule: &str, document: &Masked, excerpt: &Masked, seal: Option<&str>, ordinal: u32) -> String {
    let mut text = Vec::with_capacity(256);
    for part in [rule, document.as_str(), excerpt.as_str().trim()] {
        text.extend_from_slice(part.as_bytes());
        text.push(0);
    }
    text.extend_from_slice(seal.unwrap_or_default().as_bytes());
    text.extend_from_slice(&ordinal.to_le_bytes());
    let mut hex = digest(&text);
    hex.truncate(16);
    hex
}

/// A message with the digits of numbers as long as those that identify people as zeros: seven digits and more, with
/// signs as telephone numbers and dates have between them.
pub(crate) fn long_numbers(text: &str) -> String {
    const LONG: usize = 7;
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let joins = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'/' | b'(' | b')' | b' ' | b'_');
        let run = bytes[at..].iter().take_while(|b| joins(b)).count();
        if bytes[at..at + run].iter().filter(|b| b.is_ascii_digit()).count() >= LONG {
            out[at..at + run].iter_mut().filter(|b| b.is_ascii_digit()).for_each(|b| *b = b'0');
        }
        at += run.max(1);
    }
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_hidden() {
        assert_eq!(long_numbers("1 │ ssn: 536-90-4399 at é 12:30"), "1 │ ssn: 000-00-0000 at é 12:30");
        assert_eq!(long_numbers("x(206) 387-9921, 48213977"), "x(000) 000-0000, 00000000");
        assert_eq!(long_numbers("line 1204 of 3 files"), "line 1204 of 3 files");
    }
}
