//! The binary form: elements one after the other (PS3.5, section 7), explicit or implicit VR, little or big end first.
//!
//! The walk is flat: a sequence's header is stepped over and its items follow. Pixels are jumped over.

use std::ops::Range;

use super::tags::{Tag, vr_of};
use super::values::Values;
use super::vr::{is_binary, is_long, is_vr};
use crate::fields::{Field, Label, Owner};

const UNDEFINED: u32 = 0xFFFF_FFFF;
/// Items and delimiters of sequences.
const ITEMS: u16 = 0xFFFE;
const DEFLATED: &[u8] = b"1.2.840.10008.1.2.1.99";

/// Where the data set begins: behind preamble and `DICM` (PS3.10, section 7.1), or at once.
pub(super) fn begins(bytes: &[u8]) -> Option<usize> {
    if bytes.get(128..132) == Some(b"DICM") {
        return Some(132);
    }
    // Without a preamble: a first element of group 0002 or 0008 with a VR, or with a short even length.
    let &[a, b, c, d, v, w, x, y] = bytes.first_chunk::<8>()?;
    let group = if b == 0 { a } else { b };
    let known = (a == 0 || b == 0) && matches!(group, 2 | 8) && (c == 0 || d == 0);
    let implicit = b == 0 && d == 0 && w == 0 && x == 0 && y == 0 && v % 2 == 0 && (2..=64).contains(&v);
    (known && (is_vr([v, w]) || implicit) && Walk::new(bytes, 0).take(4).count() >= 3).then_some(0)
}

/// Claims all from `start` on: identifiers, prose, nothing.
pub(super) fn read(bytes: &[u8], start: usize, out: &mut Vec<Field>) {
    if is_deflated(bytes) {
        return;
    }
    let mut values = Values { bytes, out, record: 0, claims: false };
    let mut done = start;
    for (tag, vr, range) in Walk::new(bytes, start) {
        let before = values.out.len();
        let text = vr.is_none_or(|vr| !is_binary(vr)) || tag == (0x42, 0x11);
        if text && tag.0 != 0x7FE0 {
            values.value(tag, vr, range.clone());
        }
        // What lies between identifiers is nobody's.
        let found: Vec<Range<usize>> = values.out[before..].iter().map(|field| field.value.clone()).collect();
        for value in found {
            nothing(values.out, done..value.start);
            done = value.end;
        }
        nothing(values.out, done..range.end.max(done));
        done = done.max(range.end);
    }
}

/// VR and place of each value.
pub(super) fn elements(bytes: &[u8], start: usize) -> Vec<super::Element> {
    Walk::new(bytes, start).map(|(_, vr, value)| (vr, value)).collect()
}

fn nothing(out: &mut Vec<Field>, gap: Range<usize>) {
    if gap.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(last) if last.label == Label::Nothing && last.value.end == gap.start => last.value.end = gap.end,
        _ => out.push(Field { label: Label::Nothing, value: gap, owner: Owner::Unknown, record: 0 }),
    }
}

/// Is the data set compressed as a whole?
pub(super) fn is_deflated(bytes: &[u8]) -> bool {
    begins(bytes).is_some_and(|start| {
        let mut meta = Walk::new(bytes, start).take(16).take_while(|(tag, ..)| tag.0 == 2);
        meta.any(|(tag, _, value)| tag == (2, 0x10) && bytes[value].starts_with(DEFLATED))
    })
}

/// Where the elements stop making sense before the bytes end.
pub(super) fn broken(bytes: &[u8]) -> Option<usize> {
    let mut walk = Walk::new(bytes, begins(bytes)?);
    if is_deflated(bytes) {
        return None;
    }
    while walk.next().is_some() {}
    let padding = bytes.get(walk.at..).unwrap_or_default().iter().all(|b| *b == 0);
    (!padding).then_some(walk.at)
}

/// Walks over the elements that hold values.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    big: bool,
    explicit: bool,
    /// Is group 0002, always explicit and little end first, still to be left?
    meta: bool,
    /// How many sequences of undefined length are open, where implicit VR began inside one of unknown VR.
    unknown: Option<(u32, bool)>,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], at: usize) -> Self {
        let mut walk = Self { bytes, at, big: false, explicit: true, meta: true, unknown: None };
        walk.sniff();
        walk
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let two = *self.bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four = *self.bytes.get(at..)?.first_chunk::<4>()?;
        Some(if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    /// Tells the encoding from the element that stands here: transfer syntaxes are often stated wrong.
    fn sniff(&mut self) {
        let Some(&[a, b, _, _, v, w]) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<6>()) else {
            return;
        };
        self.meta = (a, b) == (2, 0);
        self.big = a == 0 && b != 0;
        self.explicit = is_vr([v, w]);
    }

    /// The header of the element that stands here: tag, VR, length, where its value begins.
    fn header(&self) -> Option<(Tag, Option<[u8; 2]>, u32, usize)> {
        let tag = (self.u16(self.at)?, self.u16(self.at + 2)?);
        let vr = *self.bytes.get(self.at + 4..)?.first_chunk::<2>()?;
        if tag.0 == ITEMS {
            return Some((tag, None, self.u32(self.at + 4)?, self.at + 8));
        }
        if self.explicit && is_vr(vr) {
            return Some(if is_long(vr) {
                (tag, Some(vr), self.u32(self.at + 8)?, self.at + 12)
            } else {
                (tag, Some(vr), u32::from(self.u16(self.at + 6)?), self.at + 8)
            });
        }
        Some((tag, vr_of(tag), self.u32(self.at + 4)?, self.at + 8))
    }

    /// Steps over an item or delimiter; the items of encapsulated pixels are taken by `pixels`.
    fn delimiter(&mut self, tag: Tag, start: usize) {
        self.at = start;
        if tag.1 == 0xE0DD
            && let Some((open, explicit)) = self.unknown
        {
            self.unknown = (open > 1).then_some((open - 1, explicit));
            if self.unknown.is_none() {
                self.explicit = explicit;
            }
        }
    }

    /// The end of encapsulated pixels, fragment by fragment.
    fn pixels(&self, mut at: usize) -> usize {
        while let (Some(ITEMS), Some(element), Some(length)) = (self.u16(at), self.u16(at + 2), self.u32(at + 4)) {
            at = (at + 8).saturating_add(if element == 0xE000 { length as usize } else { 0 }).min(self.bytes.len());
            if element == 0xE0DD {
                break;
            }
        }
        at
    }

    fn is_sequence(&self, vr: Option<[u8; 2]>, length: u32, start: usize) -> bool {
        let item = self.u16(start) == Some(ITEMS) && self.u16(start + 2) == Some(0xE000);
        vr == Some(*b"SQ") || length == UNDEFINED || (vr.is_none() && length >= 8 && item)
    }
}

impl Iterator for Walk<'_> {
    type Item = (Tag, Option<[u8; 2]>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.meta && self.u16(self.at) != Some(2) {
                self.sniff();
                self.meta = false;
            }
            let (tag, vr, length, start) = self.header()?;
            if tag == (0, 0) && length == 0 {
                return None;
            }
            if tag.0 == ITEMS {
                self.delimiter(tag, start);
                continue;
            }
            if tag.0 == 0x7FE0 && length == UNDEFINED {
                let end = self.pixels(start);
                self.at = end;
                return Some((tag, vr, start..end));
            }
            if self.is_sequence(vr, length, start) {
                if length == UNDEFINED {
                    let implicit = vr == Some(*b"UN") && self.explicit;
                    if let Some((open, _)) = &mut self.unknown {
                        *open += 1;
                    } else if implicit {
                        // PS3.5, section 6.2.2, note 2: what a sequence of unknown VR holds is implicit.
                        self.unknown = Some((1, true));
                        self.explicit = false;
                    }
                }
                self.at = start;
                continue;
            }
            let end = start.checked_add(length as usize)?;
            if end > self.bytes.len() {
                // Cut off: pixels are claimed as far as they go, all else is left to the text detectors.
                self.at = if tag.0 == 0x7FE0 { self.bytes.len() } else { self.at };
                return (tag.0 == 0x7FE0).then_some((tag, vr, start..self.bytes.len()));
            }
            self.at = end;
            return Some((tag, vr, start..end));
        }
    }
}
