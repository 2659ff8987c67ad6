//! Where known values stand once more in a text: looked for where words begin, so that many cost no more than one.

use std::cmp::Ordering;
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
    /// Numbers of the values by their heads, those of a head in order, of equal ones the first number last.
    by_head: Vec<(u64, usize)>,
    heads: Vec<u64>,
    /// Do all begin with a digit or a capital letter?
    firm: bool,
    any_case: bool,
}

impl<'v> Again<'v> {
    /// Looks for these values, those of four bytes and more; in capitals or not where `any_case`.
    pub(crate) fn new(values: &'v [&'v [u8]], any_case: bool) -> Self {
        let mut by_head = Vec::with_capacity(values.len());
        let mut heads = vec![0; BITS / 64];
        for (number, value) in values.iter().enumerate() {
            let Some(short) = head::<SHORT>(value) else { continue };
            let own = head::<LONG>(value).unwrap_or(short);
            by_head.push((own, number));
            for bit in [bit(own), bit(short)] {
                heads[bit / 64] |= 1 << (bit % 64);
            }
        }
        by_head.sort_unstable_by(|(a, one), (b, two)| {
            let order = || compared(values[*one], values[*two], any_case).0;
            a.cmp(b).then_with(order).then_with(|| two.cmp(one))
        });
        let is_firm = |byte: u8| byte.is_ascii_digit() || !any_case && byte.is_ascii_uppercase();
        let firm = by_head.iter().all(|(_, number)| is_firm(values[*number][0]));
        Self { values, by_head, heads, firm, any_case }
    }

    /// Where they stand, with their numbers, in order: no letter or digit (ASCII) stands before them. Of several that
    /// begin at a place it is the longest; they do not overlap.
    pub(crate) fn find(&self, text: &[u8]) -> Vec<(usize, Range<usize>)> {
        // Few values begin with a small letter or a sign, and most places of a text do.
        if self.firm { self.find_at(text, FirmStarts::new(text)) } else { self.find_at(text, FreePlaces::new(text)) }
    }

    fn find_at(&self, text: &[u8], places: impl Iterator<Item = usize>) -> Vec<(usize, Range<usize>)> {
        let (mut found, mut end) = (Vec::new(), 0);
        for at in places {
            // Few places get beyond their first bytes.
            if let Some(short) = head::<SHORT>(&text[at..]).filter(|head| self.may_be(*head))
                && at >= end
                && let Some(number) = self.longest(short, &text[at..])
            {
                end = at + self.values[number].len();
                found.push((number, at..end));
            }
        }
        found
    }

    /// The longest value that `text` begins with, which has this short head; what is known by more bytes is longer.
    fn longest(&self, short: u64, text: &[u8]) -> Option<usize> {
        let long = head::<LONG>(text).filter(|head| self.may_be(*head));
        long.and_then(|head| self.at(head, text)).or_else(|| self.at(short, text))
    }

    fn may_be(&self, head: u64) -> bool {
        let bit = bit(head);
        self.heads[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// The longest value with this head that `text` begins with.
    fn at(&self, head: u64, text: &[u8]) -> Option<usize> {
        let from = self.by_head.partition_point(|(own, _)| *own < head);
        let of_head = &self.by_head[from..];
        let of_head = &of_head[..of_head.partition_point(|(own, _)| *own == head)];
        let mut text = text;
        // Many values may begin alike, as telephone numbers do: the last in order is looked at that is not behind the text,
        // and then the last that is not behind what both have in common.
        loop {
            let is_before = |(_, number): &(u64, usize)| compared(self.values[*number], text, self.any_case).0.is_le();
            let (_, number) = *of_head[..of_head.partition_point(is_before)].last()?;
            let value = self.values[number];
            let (_, common) = compared(value, text, self.any_case);
            if common == value.len() {
                return Some(number);
            }
            text = &text[..common];
        }
    }
}

/// The order of two texts, and how many first bytes they have in common.
fn compared(one: &[u8], two: &[u8], any_case: bool) -> (Ordering, usize) {
    let in_case = |byte: &u8| if any_case { byte.to_ascii_lowercase() } else { *byte };
    let common = one.iter().zip(two).take_while(|(a, b)| in_case(a) == in_case(b)).count();
    (one.get(common).map(in_case).cmp(&two.get(common).map(in_case)), common)
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

        /// Of values that begin alike the longest is told, in any case, too; of equal ones the first.
        #[test]
        fn the_longest_is_told(values in prop::collection::vec("6144[aA0]{0,6}", 1..20), text in "6144[aA0]{0,8}", any_case: bool) {
            let values: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
            let is = |value: &&[u8]| text.as_bytes().get(..value.len()).is_some_and(|own| {
                if any_case { own.eq_ignore_ascii_case(value) } else { own == *value }
            });
            let longest = values.iter().filter(|value| is(value)).map(|value| value.len()).max();
            let wanted = longest.and_then(|len| values.iter().position(|value| value.len() == len && is(value)));
            let found = Again::new(&values, any_case).find(text.as_bytes()).first().map(|(number, _)| *number);
            prop_assert_eq!(found, wanted);
        }
    }
}
