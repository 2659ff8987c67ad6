//! Where known values stand once more in a text: looked for where words begin, so that many cost no more than one.

use std::cmp::Reverse;
use std::ops::Range;

use crate::streams::{FirmStarts, FreePlaces};

/// Values are known by so many first bytes; shorter ones are not looked for.
const SHORT: usize = 4;
/// The same of values that have as many.
const LONG: usize = 8;
/// How many bits tell at once that no value begins so.
const BITS: usize = 1 << 16;

/// Values that are looked for.
pub(crate) struct Again<'v> {
    values: &'v [&'v [u8]],
    /// Heads in order, and of each the numbers of its values, the longest first.
    by_head: Vec<(u64, Reverse<usize>, usize)>,
    heads: Vec<u64>,
    /// Does a value begin with this byte, and is this its third?
    firsts: [bool; 256],
    thirds: [bool; 256],
    same: fn(&[u8], &[u8]) -> bool,
}

impl<'v> Again<'v> {
    /// Looks for these values, those of four bytes and more; in capitals or not where `any_case`.
    pub(crate) fn new(values: &'v [&'v [u8]], any_case: bool) -> Self {
        let mut by_head = Vec::with_capacity(values.len());
        let mut heads = vec![0; BITS / 64];
        let (mut firsts, mut thirds) = ([false; 256], [false; 256]);
        for (number, value) in values.iter().enumerate() {
            let Some(short) = head::<SHORT>(value) else { continue };
            let own = head::<LONG>(value).unwrap_or(short);
            for (known, own) in [(&mut firsts, value[0]), (&mut thirds, value[2])] {
                for byte in [own.to_ascii_lowercase(), own.to_ascii_uppercase()] {
                    known[usize::from(byte)] |= any_case || byte == own;
                }
            }
            by_head.push((own, Reverse(value.len()), number));
            for bit in [bit(own), bit(short)] {
                heads[bit / 64] |= 1 << (bit % 64);
            }
        }
        by_head.sort_unstable();
        let same: fn(&[u8], &[u8]) -> bool = if any_case { |a, b| a.eq_ignore_ascii_case(b) } else { |a, b| a == b };
        Self { values, by_head, heads, firsts, thirds, same }
    }

    /// Where they stand, with their numbers, in order: no letter or digit (ASCII) stands before them. Of several that
    /// begin at a place it is the longest; they do not overlap.
    pub(crate) fn find(&self, text: &[u8]) -> Vec<(usize, Range<usize>)> {
        // Few values begin with a small letter or a sign, and most places of a text do.
        if (0..=u8::MAX).all(|b| !self.firsts[usize::from(b)] || b.is_ascii_digit() || b.is_ascii_uppercase()) {
            self.find_at(text, FirmStarts::new(text))
        } else {
            self.find_at(text, FreePlaces::new(text))
        }
    }

    fn find_at(&self, text: &[u8], places: impl Iterator<Item = usize>) -> Vec<(usize, Range<usize>)> {
        let (mut found, mut end) = (Vec::new(), 0);
        for at in places.filter(|at| self.firsts[usize::from(text[*at])]) {
            if at >= end
                && text.get(at + 2).is_some_and(|third| self.thirds[usize::from(*third)])
                && let Some(number) = self.longest(&text[at..])
            {
                end = at + self.values[number].len();
                found.push((number, at..end));
            }
        }
        found
    }

    /// The longest value that `text` begins with.
    fn longest(&self, text: &[u8]) -> Option<usize> {
        // Few places get beyond their first bytes; what is known by more of them is longer.
        let short = head::<SHORT>(text).filter(|head| self.may_be(*head))?;
        let long = head::<LONG>(text).filter(|head| self.may_be(*head));
        long.and_then(|head| self.at(head, text)).or_else(|| self.at(short, text))
    }

    fn may_be(&self, head: u64) -> bool {
        let bit = bit(head);
        self.heads[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// The longest value with this head that `text` begins with.
    fn at(&self, head: u64, text: &[u8]) -> Option<usize> {
        let is = |number: &usize| {
            let value = self.values[*number];
            text.get(..value.len()).is_some_and(|own| (self.same)(own, value))
        };
        let from = self.by_head.partition_point(|(own, ..)| *own < head);
        self.by_head[from..].iter().take_while(|(own, ..)| *own == head).map(|(.., number)| *number).find(is)
    }
}

/// The first bytes in one case (and more, by chance: the values themselves are compared).
fn head<const N: usize>(text: &[u8]) -> Option<u64> {
    let mut eight = [0; LONG];
    eight[..N].copy_from_slice(text.first_chunk::<N>()?);
    Some((u64::from_le_bytes(eight) | 0x2020_2020_2020_2020) & (u64::MAX >> (64 - 8 * N)))
}

fn bit(head: u64) -> usize {
    (head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_found_where_words_begin() {
        let values: Vec<&[u8]> = vec![b"4410927", b"4410927-2", b"Wanda Roe", b"Roe"];
        let text = b"id=4410927, 14410927 x4410927-2 (4410927-2) WANDA ROE Roe 4410927";
        let found = |any_case| -> Vec<(usize, usize)> {
            Again::new(&values, any_case).find(text).into_iter().map(|(number, at)| (number, at.start)).collect()
        };
        assert_eq!(found(false), [(0, 3), (1, 33), (0, 58)]);
        assert_eq!(found(true), [(0, 3), (1, 33), (2, 44), (0, 58)]);
    }

    proptest! {
        /// As a plain search finds them.
        #[test]
        fn none_is_lost(text in "[aB1 .-]{0,120}", values in prop::collection::vec("[aB1 .-]{4,9}", 0..9)) {
            let (text, values): (&[u8], Vec<&[u8]>) = (text.as_bytes(), values.iter().map(|value| value.as_bytes()).collect());
            let mut plain = Vec::new();
            let mut at = 0;
            while at < text.len() {
                let begins = at == 0 || !text[at - 1].is_ascii_alphanumeric();
                let fits = values.iter().filter(|value| begins && text[at..].starts_with(value)).map(|value| value.len()).max();
                plain.extend(fits.map(|len| at..at + len));
                at += fits.unwrap_or(1);
            }
            let found: Vec<Range<usize>> = Again::new(&values, false).find(text).into_iter().map(|(_, at)| at).collect();
            prop_assert_eq!(found, plain);
        }
    }
}
