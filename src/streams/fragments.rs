//! Short texts, looked for together: four bytes of each say whether it may stand somewhere.
//!
//! Vector instructions look the two halves of 32 bytes up at once in tables of sixteen entries (Teddy, as in
//! Hyperscan: Wang et al., NSDI 2019). Texts share eight buckets; a bucket of texts of many kinds would often say yes in
//! vain, so texts of one kind share one. Of what is left most goes by its first three bytes.

use super::Form;

/// How many bytes of a text are looked at.
pub(crate) const LEN: usize = 4;
/// How many buckets there are.
pub(crate) const BUCKETS: usize = 8;

/// How common a byte is in ordinary text, roughly.
const COMMON: [f32; 256] = {
    let mut table = [0.0002; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b' ' => 0.12,
            b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 0.05,
            b'a'..=b'z' | b'0'..=b'9' | b'_' => 0.015,
            b'A'..=b'Z' => 0.006,
            b'!'..=b'~' | b'\t' | b'\n' => 0.005,
            _ => 0.0002,
        };
        byte += 1;
    }
    table
};

/// Where in a text the four bytes stand that are least common.
pub(crate) fn offset_of_rarest(text: &[u8]) -> usize {
    let share = |at: usize| text[at..].iter().take(LEN).map(|byte| COMMON[usize::from(*byte)]).product::<f32>();
    (0..=text.len().saturating_sub(LEN)).min_by(|a, b| share(*a).total_cmp(&share(*b))).unwrap_or(0)
}

/// The bucket of a text, by its kind: three bytes, capitals, tags, numbers, other signs, three for words.
fn bucket(text: &[u8]) -> usize {
    let four = &text[..text.len().min(LEN)];
    let has = |is: fn(&u8) -> bool| four.iter().any(is);
    match four {
        [_, _, _] => 0,
        _ if four.iter().all(u8::is_ascii_uppercase) => 1,
        _ if has(|b| matches!(b, b'<' | b'>')) => 2,
        _ if has(u8::is_ascii_digit) => 3,
        _ if has(|b| !b.is_ascii_alphabetic()) => 4,
        _ => 5 + usize::from(four.get(1).copied().unwrap_or(0) & 31) % 3,
    }
}

/// Looks for four bytes of each of some texts.
pub(crate) struct Fragments {
    form: Form,
    tables: Tables,
    /// For each byte the buckets that may have it, at each of the places.
    bytes: Box<[u32; 256]>,
}

/// For each place and half of a byte the buckets that may have it; and which three bytes a text begins with.
pub(super) struct Tables {
    pub(super) low: [[u8; 16]; LEN],
    pub(super) high: [[u8; 16]; LEN],
    begins: [u64; 64],
    /// What makes three bytes small letters, if their case does not matter.
    small: u32,
}

impl Tables {
    /// Does a text begin with the first three of these bytes? Hardly ever wrong where a bucket has said yes.
    #[inline]
    pub(super) fn begin(&self, four: [u8; LEN]) -> bool {
        let bit = self.bit(four);
        self.begins[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// The number of the first three bytes' bit.
    #[inline]
    fn bit(&self, four: [u8; LEN]) -> usize {
        ((u32::from_le_bytes(four) | self.small) << 8).wrapping_mul(0x9e37_79b1) as usize >> 20
    }
}

impl Fragments {
    /// Makes it of texts of three bytes or more, of which the first four are looked for, in capitals or not where
    /// `any_case`; says which bucket each is in, too.
    pub(crate) fn new(texts: &[&[u8]], any_case: bool) -> (Self, Vec<usize>) {
        Self::on(Form::best(), texts, any_case)
    }

    fn on(form: Form, texts: &[&[u8]], any_case: bool) -> (Self, Vec<usize>) {
        let small = if any_case { 0x20_2020 } else { 0 };
        let mut tables = Tables { low: [[0; 16]; LEN], high: [[0; 16]; LEN], begins: [0; 64], small };
        let of: Vec<usize> = texts.iter().map(|text| bucket(text)).collect();
        for (text, bucket) in texts.iter().zip(&of) {
            for i in 0..LEN {
                // Behind three bytes any may follow.
                let any = || (0..16).map(|half| (half, half)).collect();
                let halves = |byte: &u8| {
                    let cases = [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()];
                    let cases = if any_case { cases } else { [*byte; 2] };
                    cases.map(|byte| (usize::from(byte & 15), usize::from(byte >> 4))).to_vec()
                };
                for (low, high) in text.get(i).map_or_else(any, halves) {
                    tables.low[i][low] |= 1 << bucket;
                    tables.high[i][high] |= 1 << bucket;
                }
            }
            if let Some([a, b, c]) = text.first_chunk() {
                let bit = tables.bit([*a, *b, *c, 0]);
                tables.begins[bit / 64] |= 1 << (bit % 64);
            }
        }
        let of_byte = |byte: usize| {
            let at = |i: usize| tables.low[i][byte & 15] & tables.high[i][byte >> 4];
            u32::from_le_bytes(std::array::from_fn(at))
        };
        (Self { form, bytes: Box::new(std::array::from_fn(of_byte)), tables }, of)
    }

    /// The first place from `from` on where four bytes may be those of a text, and the buckets of such texts as bits.
    /// Texts of three bytes are looked for at the very end, too.
    #[inline]
    pub(crate) fn next(&self, text: &[u8], from: usize) -> Option<(usize, u8)> {
        match self.form.fragments(&self.tables, text, from) {
            Ok(found) => Some(found),
            Err(rest) => self.plain(text, rest),
        }
    }

    /// The same without vector instructions.
    fn plain(&self, text: &[u8], from: usize) -> Option<(usize, u8)> {
        let mut state = 0;
        // Behind the end any byte may stand at the last place.
        let bytes = text.get(from..)?.iter().map(|byte| self.bytes[usize::from(*byte)]).chain([u32::MAX << 24]);
        for (i, may) in bytes.enumerate() {
            state = (state << 8 | 0xff) & may;
            let buckets = (state >> 24) as u8;
            if buckets != 0
                && let Some([a, b, c]) = text[from + i + 1 - LEN..].first_chunk()
                && self.tables.begin([*a, *b, *c, 0])
            {
                return Some((from + i + 1 - LEN, buckets));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Every form finds every text, whatever else it finds.
        #[test]
        fn no_text_is_passed_over(
            texts in prop::collection::vec("[a-h|*]{3,6}", 1..20),
            parts in prop::collection::vec((0usize..40, 0usize..20), 0..12),
            any_case: bool,
        ) {
            let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
            let mut text = Vec::new();
            for (blanks, which) in parts {
                text.extend(std::iter::repeat_n(b'.', blanks));
                let part = texts[which % texts.len()];
                text.extend(if any_case && which % 2 == 0 { part.to_ascii_uppercase() } else { part.to_vec() });
            }
            for form in Form::all() {
                let (fragments, buckets) = Fragments::on(form, &texts, any_case);
                prop_assert!(buckets.iter().all(|bucket| *bucket < BUCKETS));
                let mut found = vec![0; text.len() + 1];
                let mut from = 0;
                while let Some((at, bits)) = fragments.next(&text, from) {
                    prop_assert!(at >= from && bits != 0);
                    found[at] = bits;
                    from = at + 1;
                }
                for (one, bucket) in texts.iter().zip(&buckets) {
                    let len = one.len().min(LEN);
                    let stands = |at: &usize| {
                        let own = text[*at..].get(..len).unwrap_or_default();
                        own == &one[..len] || any_case && own.eq_ignore_ascii_case(&one[..len])
                    };
                    for at in (0..text.len()).filter(stands) {
                        prop_assert!(found[at] >> bucket & 1 == 1, "{:?} {:?} at {}", form, one, at);
                    }
                }
            }
        }
    }
}
