//! Values without a format of their own: record numbers, ids, hashes, file names.

use std::ops::Deref;

use super::digits::{all_digits, all_same, is_dummy, number};
use super::placeholder::is_placeholder;
use super::{Verdict, reserved_if, valid_if};

/// A medical record number: four letters and digits at least, one of them a digit; no year. Zeros, runs such as 123456
/// and placeholders are reserved. There is no national format; facilities issue them.
pub(super) fn mrn(value: &[u8]) -> Verdict {
    let value = value.trim_ascii();
    let year = value.len() == 4 && matches!(number(value), Some(1880..=2035));
    match id_value(value) {
        _ if year => Verdict::Invalid,
        Verdict::Valid if is_count(value) => Verdict::Reserved,
        verdict => verdict,
    }
}

/// `000123`, `MRN-0001`: what examples count their people by.
fn is_count(value: &[u8]) -> bool {
    let digits = || value.iter().filter(|b| b.is_ascii_digit());
    let (all, zeros) = (digits().count(), digits().take_while(|digit| **digit == b'0').count());
    zeros >= 2 && all <= 7 && all - zeros <= 3
}

/// Longest identifier, in bytes.
const LONGEST: usize = 40;

/// Bytes of a value that are of one kind.
struct Bytes {
    room: [u8; LONGEST],
    len: usize,
}

impl Bytes {
    fn new() -> Self {
        Self { room: [0; LONGEST], len: 0 }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.room.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.room[..self.len]
    }
}

/// What identifiers are made of.
static SIGNS: [bool; 256] = {
    let mut table = [false; 256];
    let signs = b" -_./:#|^+*@&=~";
    let mut i = 0;
    while i < 256 {
        table[i] = (i as u8).is_ascii_alphanumeric();
        i += 1;
    }
    i = 0;
    while i < signs.len() {
        table[signs[i] as usize] = true;
        i += 1;
    }
    table
};

/// An identifier that someone issued: 4 to 40 characters, one of them a digit, no white space but single spaces, no
/// placeholder (those are reserved).
pub(super) fn id_value(value: &[u8]) -> Verdict {
    let value = value.trim_ascii();
    if is_placeholder(value) {
        return Verdict::Reserved;
    }
    if !(4..=LONGEST).contains(&value.len()) {
        return Verdict::Invalid;
    }
    let (mut digits, mut letters, mut signs) = (Bytes::new(), Bytes::new(), true);
    for byte in value {
        match byte {
            b'0'..=b'9' => digits.push(*byte),
            b'a'..=b'z' | b'A'..=b'Z' => letters.push(byte.to_ascii_lowercase()),
            _ => signs &= SIGNS[usize::from(*byte)],
        }
    }
    if digits.is_empty() || !signs {
        return Verdict::Invalid;
    }
    reserved_if(is_sample(&letters, &digits))
}

/// Only zeros, one digit again and again, digits that count up or down, or words for no value around digits. Letters are
/// small.
fn is_sample(letters: &[u8], digits: &[u8]) -> bool {
    let word = [
        &b"test"[..],
        b"example",
        b"sample",
        b"demo",
        b"dummy",
        b"fake",
        b"mock",
        b"foo",
        b"xxx",
        b"placeholder",
        b"synthetic",
    ];
    let named = letters.len() >= 3 && word.iter().any(|w| letters.starts_with(w) || letters.ends_with(w));
    let zeros = digits.iter().all(|b| *b == b'0');
    let small =
        letters.is_empty() && digits.len() >= 4 && number(digits).is_some_and(|n| n <= 9) && digits.starts_with(b"000");
    let counting = is_dummy(digits) && (digits.len() >= 4 || letters == b"abc");
    // Up or down and back again: 123454321, 123123, 1234512345.
    let twice = digits.len() >= 6
        && is_dummy(&digits[..digits.len() / 2])
        && digits[..digits.len() / 2] == digits[digits.len().div_ceil(2)..];
    named || zeros || small || counting || twice || (letters.len() >= 4 && all_same(letters) && is_dummy(digits))
}

/// A UUID (RFC 9562). Nil, all the same, and those of the standards' and manuals' examples are reserved.
pub(super) fn uuid(value: &[u8]) -> Verdict {
    let lower = value.trim_ascii().to_ascii_lowercase();
    let text = lower.strip_prefix(b"urn:uuid:").unwrap_or(&lower);
    let text = text.strip_prefix(b"{").and_then(|t| t.strip_suffix(b"}")).unwrap_or(text);
    let hex: Vec<u8> = text.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    let dashed =
        text.len() == 36 && text.iter().enumerate().all(|(i, b)| (*b == b'-') == matches!(i, 8 | 13 | 18 | 23));
    if hex.len() != 32 || !(dashed || text.len() == 32) {
        return Verdict::Invalid;
    }
    let nil = hex[..24].iter().all(|b| *b == b'0');
    let groups = dashed && text.split(|b| *b == b'-').all(all_same);
    let samples: [&[u8]; 4] = [b"123e4567e89b12d3", b"550e8400e29b41d4", b"6ba7b81", b"12345678123412341234"];
    reserved_if(
        nil || groups
            || all_same(&hex)
            || samples.iter().any(|s| hex.starts_with(s))
            || hex.starts_with(b"0123456789abcdef"),
    )
}

/// A hash in hex, as long as MD5, SHA-1, SHA-2 or SHA-3 make it; the hash of nothing is reserved.
pub(super) fn unkeyed_hash(value: &[u8]) -> Verdict {
    let hex = value.iter().all(u8::is_ascii_hexdigit) && matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128);
    if !hex || all_same(value) {
        return Verdict::Invalid;
    }
    let lower = value.to_ascii_lowercase();
    let nothing: [&[u8]; 5] =
        [b"d41d8cd98f00b204", b"da39a3ee5e6b4b0d", b"d14a028c2a3a2bc9", b"e3b0c44298fc1c14", b"cf83e1357eefb8bd"];
    reserved_if(nothing.iter().any(|n| lower.starts_with(n)) || all_digits(value) && is_dummy(value))
}

/// A picture of a patient (full-face photographs, 45 CFR 164.514(b)(2)(i)(Q)): an image's file name, address or bytes. A
/// name that a camera gives (`IMG_2041.jpg`) must speak of a patient or a face; samples and stand-ins are reserved.
pub(super) fn photo_file(value: &[u8]) -> Verdict {
    const ENDS: [&[u8]; 12] =
        [b"jpg", b"jpeg", b"png", b"heic", b"heif", b"bmp", b"gif", b"tif", b"tiff", b"webp", b"raw", b"dcm"];
    const CAMERA: [&[u8]; 3] = [b"img", b"dsc", b"photo"];
    const PEOPLE: [&[u8]; 12] = [
        b"patient",
        b"patients",
        b"pt",
        b"face",
        b"faces",
        b"facial",
        b"headshot",
        b"mugshot",
        b"selfie",
        b"portrait",
        b"resident",
        b"residents",
    ];
    const STAND_INS: [&[u8]; 14] = [
        b"placeholder",
        b"default",
        b"sample",
        b"example",
        b"icon",
        b"icons",
        b"logo",
        b"test",
        b"demo",
        b"avatar",
        b"stock",
        b"emoji",
        b"dummy",
        b"static",
    ];
    let value = value.trim_ascii();
    // Base64 of JPEG and PNG.
    if [&b"data:image/"[..], b"/9j/", b"iVBORw0KGgo"].iter().any(|head| value.starts_with(head)) {
        return Verdict::Valid;
    }
    let lower = value.to_ascii_lowercase();
    let words = || lower.split(|b| !b.is_ascii_alphabetic()).filter(|w| !w.is_empty());
    let has = |list: &[&[u8]]| words().any(|w| list.contains(&w));
    let name = lower.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let image = name.iter().rposition(|b| *b == b'.').is_some_and(|dot| ENDS.contains(&&name[dot + 1..]));
    let camera = name.split(|b| !b.is_ascii_alphabetic()).next().is_some_and(|w| CAMERA.contains(&w));
    let address = lower.starts_with(b"http://") || lower.starts_with(b"https://");
    if (image && (!camera || has(&PEOPLE))) || address { reserved_if(has(&STAND_INS)) } else { valid_if(false) }
}
