//! The places of a text that are worth a look, found 64 bytes at a time on bit streams.
//!
//! A spot is a place where something may begin or end: a pattern, a key's separator, a number behind a word, a name.
//! Nothing that [`crate::detect::text`] would use may be missed; a spot too many only costs time.

use crate::streams::{Classifier, Near, Prefixes, Set, Walk};

/// Numbers of the sets, as the classifier knows them.
mod set {
    pub(super) const WORD: usize = 0;
    pub(super) const DIGIT: usize = 1;
    pub(super) const CAPITAL: usize = 2;
    pub(super) const UPPER: usize = 3;
    pub(super) const LOWER: usize = 4;
    /// What may stand before a number that follows words.
    pub(super) const OPENS_NUMBER: usize = 5;
    /// What may stand between words and their number.
    pub(super) const BETWEEN: usize = 6;
    /// What words before a number end with.
    pub(super) const ENDS_WORDS: usize = 7;
    pub(super) const SPACE: usize = 8;
    pub(super) const PLUS: usize = 9;
    pub(super) const MINUS: usize = 10;
    pub(super) const DOT: usize = 11;
    pub(super) const COMMA: usize = 12;
    /// What ends a cell.
    pub(super) const CELL: usize = 13;
    /// What may stand inside a name's word.
    pub(super) const IN_NAME: usize = 14;
    pub(super) const COLON: usize = 15;
    pub(super) const SLASH: usize = 16;
    pub(super) const EQUALS: usize = 17;
    /// What makes an operator of the `=` behind it.
    pub(super) const OPERATOR: usize = 18;
    pub(super) const OPEN: usize = 19;
    pub(super) const QUOTE: usize = 20;
    pub(super) const LESS: usize = 21;
    pub(super) const MORE: usize = 22;
    /// A pattern may begin with it.
    pub(super) const FIRST: usize = 23;
    /// A pattern is known by it.
    pub(super) const INNER: usize = 24;
    /// Brackets of all kinds.
    pub(super) const OPENS: usize = 25;
    pub(super) const CLOSES: usize = 26;
    pub(super) const COUNT: usize = 27;
}

/// The sets, those of the rules included.
pub(crate) fn classifier(first: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> Classifier {
    let mut sets = [Set::default(); set::COUNT];
    let mut put = |number: usize, is: &dyn Fn(u8) -> bool| sets[number] = Set::of(is);
    put(set::WORD, &|b| b.is_ascii_alphanumeric() || b >= 0x80);
    put(set::DIGIT, &|b| b.is_ascii_digit());
    put(set::CAPITAL, &|b| b.is_ascii_uppercase() || b >= 0xc3);
    put(set::UPPER, &|b| b.is_ascii_uppercase());
    put(set::LOWER, &|b| b.is_ascii_lowercase());
    put(set::OPENS_NUMBER, &|b| matches!(b, b' ' | b'#' | b'\'' | b'"' | b'`' | b'(' | b'*' | b'\t'));
    put(set::BETWEEN, &|b| matches!(b, b' ' | b'#' | b'\'' | b'"' | b'`' | b'(' | b'*' | b'\t' | b'-'));
    put(set::ENDS_WORDS, &|b| b.is_ascii_alphabetic() || b == b'.');
    for (number, byte) in [
        (set::SPACE, b' '),
        (set::PLUS, b'+'),
        (set::MINUS, b'-'),
        (set::DOT, b'.'),
        (set::COMMA, b','),
        (set::COLON, b':'),
        (set::SLASH, b'/'),
        (set::EQUALS, b'='),
        (set::LESS, b'<'),
        (set::MORE, b'>'),
    ] {
        put(number, &|b| b == byte);
    }
    put(set::CELL, &|b| matches!(b, b'|' | b'\t' | b',' | b';'));
    put(set::IN_NAME, &|b| matches!(b, b'\'' | b'-'));
    put(set::OPERATOR, &|b| matches!(b, b'=' | b'!' | b'<' | b'>' | b'+' | b'~'));
    put(set::OPEN, &|b| matches!(b, b'(' | b'['));
    put(set::QUOTE, &|b| matches!(b, b'"' | b'\''));
    put(set::OPENS, &|b| matches!(b, b'{' | b'(' | b'['));
    put(set::CLOSES, &|b| matches!(b, b'}' | b')' | b']'));
    put(set::FIRST, &first);
    put(set::INNER, &inner);
    Classifier::new(&sets)
}

/// What may be at a place; several at once, to be asked in the order of these fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spots {
    /// Offset of the block in the text.
    pub(crate) at: usize,
    /// Ends of words that begin with a capital and are followed as names are.
    pub(crate) names: u64,
    /// A hyphen between letters and a digit, in a token behind words.
    pub(crate) hyphens: u64,
    /// A pattern may begin here.
    pub(crate) patterns: u64,
    /// The first digit of a token behind words.
    pub(crate) numbers: u64,
    /// The first digit of a token, in prose.
    pub(crate) dates: u64,
    /// A byte that patterns are known by.
    pub(crate) inner: u64,
    /// A key may end here and its value begin behind.
    pub(crate) separators: u64,
}

impl Spots {
    /// All places, whatever may be there.
    pub(crate) fn any(&self) -> u64 {
        self.names | self.hyphens | self.patterns | self.numbers | self.dates | self.inner | self.separators
    }
}

/// What is asked of places before a spot, one bit a byte, up to the block that was read last.
#[derive(Default)]
pub(crate) struct Marks {
    /// Where words begin, in keys too (`firstName`), and every byte of no word.
    begins: Vec<u64>,
    /// Brackets that open and that close.
    opens: Vec<u64>,
    closes: Vec<u64>,
}

impl Marks {
    fn push(&mut self, near: &Places<'_>) {
        self.begins.push(near.begins());
        self.opens.push(near.is(set::OPENS));
        self.closes.push(near.is(set::CLOSES));
    }

    /// How many bytes, at most 8, the word has that ends with the byte before `end`.
    pub(crate) fn last_word(&self, end: usize) -> usize {
        let last = end.wrapping_sub(1);
        let bits = |word: usize| self.begins.get(word).copied().unwrap_or(0);
        // The 64 bits that end with the one of `last`.
        let (word, bit) = (last / 64, last % 64);
        let mut run = bits(word) << (63 - bit);
        if bit < 63 && word > 0 {
            run |= bits(word - 1) >> (bit + 1);
        }
        (run.leading_zeros() as usize + 1).min(8).min(end)
    }

    /// The brackets of `floor..at`, the last one first: where, and whether it opens.
    pub(crate) fn brackets(&self, floor: usize, at: usize) -> impl Iterator<Item = (usize, bool)> {
        let (first, last) = (floor / 64, at / 64);
        (first..=last).rev().flat_map(move |word| {
            let inside = if word == last { (1u64 << (at % 64)) - 1 } else { u64::MAX }
                & if word == first { u64::MAX << (floor % 64) } else { u64::MAX };
            let opens = self.opens.get(word).copied().unwrap_or(0);
            let mut left = (opens | self.closes.get(word).copied().unwrap_or(0)) & inside;
            std::iter::from_fn(move || {
                let bit = 63u32.checked_sub(left.leading_zeros())?;
                left ^= 1 << bit;
                Some((word * 64 + bit as usize, opens >> bit & 1 == 1))
            })
        })
    }
}

/// Where the runs of letters end that begin at `marks`: the first byte that is no letter.
fn ends(carry: &mut bool, marks: u64, letters: u64) -> u64 {
    let (sum, over) = letters.overflowing_add(marks);
    let (sum, more) = sum.overflowing_add(u64::from(*carry));
    *carry = over | more;
    sum & !letters
}

/// Reads a text block by block.
pub(crate) struct Reader<'t> {
    walk: Walk<'t>,
    prefixes: &'t Prefixes,
    text: &'t [u8],
    prose: bool,
    /// Runs of letters that go on from the block before: of a capital's word, of a number's token, of any token.
    carries: [bool; 3],
}

impl<'t> Reader<'t> {
    /// `prefixes` are those of the patterns.
    pub(crate) fn new((sets, prefixes): (&'t Classifier, &'t Prefixes), text: &'t [u8], prose: bool) -> Self {
        Self { walk: Walk::new(sets, text), prefixes, text, prose, carries: [false; 3] }
    }

    /// The spots of the next block; `None` behind the last.
    #[inline]
    pub(crate) fn next(&mut self, marks: &mut Marks) -> Option<Spots> {
        let near = Places(self.walk.next()?);
        marks.push(&near);
        let mut spots = near.spots(&mut self.carries, self.prose);
        spots.patterns &= self.prefixes.ask(self.text, spots.at);
        Some(spots)
    }
}

/// What stands where in a block.
struct Places<'s>(Near<'s>);

impl Places<'_> {
    fn is(&self, set: usize) -> u64 {
        self.0.is(set)
    }

    fn before<const N: u32>(&self, set: usize) -> u64 {
        self.0.before::<N>(set)
    }

    fn after<const N: u32>(&self, set: usize) -> u64 {
        self.0.after::<N>(set)
    }

    /// Where words begin, humps and changes between letters and digits included; every byte of no word, too.
    fn begins(&self) -> u64 {
        let inside = self.is(set::WORD) & self.before::<1>(set::WORD);
        let hump = self.is(set::UPPER)
            & (self.before::<1>(set::LOWER) | self.before::<1>(set::UPPER) & self.after::<1>(set::LOWER));
        !inside | hump | (self.is(set::DIGIT) ^ self.before::<1>(set::DIGIT))
    }

    fn spots(&self, carries: &mut [bool; 3], prose: bool) -> Spots {
        let [of_names, of_numbers, of_dates] = carries;
        let (word, digit) = (self.is(set::WORD), self.is(set::DIGIT));
        let letters = word & !digit;
        let free = !self.before::<1>(set::WORD);
        let token = word & free;
        let capitals = ends(of_names, token & self.is(set::CAPITAL), letters) & !word;
        let behind = self.behind_words();
        let signed = self.before::<1>(set::PLUS) & self.before::<2>(set::SPACE);
        let number = token & (self.before::<1>(set::OPENS_NUMBER) & behind.0 | signed & behind.1);
        let number_ends = ends(of_numbers, number & letters, letters);
        let dates = if prose { (token & digit) | (ends(of_dates, token & letters, letters) & digit) } else { 0 };
        Spots {
            at: self.0.at,
            names: capitals & self.follows_a_name(prose),
            hyphens: number_ends & self.is(set::MINUS) & self.after::<1>(set::DIGIT),
            patterns: self.is(set::FIRST) & free,
            numbers: (number | number_ends) & digit,
            dates,
            inner: self.is(set::INNER),
            separators: self.separators(),
        }
    }

    /// Places behind words, with one to four bytes between; and those a byte further.
    fn behind_words(&self) -> (u64, u64) {
        let (b1, b2, b3, b4, b5) = (
            self.before::<1>(set::BETWEEN),
            self.before::<2>(set::BETWEEN),
            self.before::<3>(set::BETWEEN),
            self.before::<4>(set::BETWEEN),
            self.before::<5>(set::BETWEEN),
        );
        let (w2, w3, w4, w5, w6) = (
            self.before::<2>(set::ENDS_WORDS),
            self.before::<3>(set::ENDS_WORDS),
            self.before::<4>(set::ENDS_WORDS),
            self.before::<5>(set::ENDS_WORDS),
            self.before::<6>(set::ENDS_WORDS),
        );
        let here = b1 & (w2 | b2 & (w3 | b3 & (w4 | b4 & w5)));
        let further = b2 & (w3 | b3 & (w4 | b4 & (w5 | b5 & w6)));
        (here, further)
    }

    /// Ends of words behind which a name goes on or ends as names do.
    fn follows_a_name(&self, prose: bool) -> u64 {
        let (space, dot) = (self.is(set::SPACE), self.is(set::DOT));
        let next = self.after::<1>(set::CAPITAL);
        let wide = (dot | self.is(set::COMMA)) & self.after::<1>(set::SPACE) & self.after::<2>(set::CAPITAL);
        let month = if prose { space | dot } else { 0 };
        (space | self.is(set::IN_NAME)) & next | wide | self.is(set::CELL) | month
    }

    fn separators(&self) -> u64 {
        let (colon, word) = (self.is(set::COLON), self.before::<1>(set::WORD));
        let url = self.after::<1>(set::SLASH) & self.after::<2>(set::SLASH);
        let quoted = self.after::<1>(set::QUOTE) | self.after::<1>(set::SPACE) & self.after::<2>(set::QUOTE);
        colon & !(self.after::<1>(set::COLON) | self.before::<1>(set::COLON) | url)
            | self.is(set::EQUALS) & !self.before::<1>(set::OPERATOR)
            | self.is(set::OPEN) & (self.after::<1>(set::QUOTE) | self.after::<1>(set::DIGIT)) & word
            | self.is(set::LESS) & self.after::<1>(set::MINUS)
            | self.is(set::MORE) & word
            | self.is(set::COMMA) & (quoted | self.before::<1>(set::QUOTE))
    }
}
