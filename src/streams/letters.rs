//! Where words begin.

use super::{BLOCK, Form};

/// The places of a text at which runs of ASCII letters begin.
pub(crate) struct WordStarts<'t>(Places<'t>);

/// The places of a text before which no ASCII letter or digit stands.
pub(crate) struct FreePlaces<'t>(Places<'t>);

/// The places of a text at which runs of ASCII letters and digits begin.
pub(crate) struct TokenStarts<'t>(Places<'t>);

impl<'t> TokenStarts<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self(Places::on(Form::best(), text))
    }
}

impl Iterator for TokenStarts<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.0.next(Form::letters_and_digits, u8::is_ascii_alphanumeric, |signs, before| signs & !before)
    }
}

impl<'t> WordStarts<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self(Places::on(Form::best(), text))
    }
}

impl<'t> FreePlaces<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self(Places::on(Form::best(), text))
    }
}

impl Iterator for WordStarts<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.0.next(Form::letters, u8::is_ascii_alphabetic, |letters, before| letters & !before)
    }
}

impl Iterator for FreePlaces<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.0.next(Form::letters_and_digits, u8::is_ascii_alphanumeric, |_, before| !before)
    }
}

/// Places of a text, a block at a time.
struct Places<'t> {
    form: Form,
    text: &'t [u8],
    /// Where the block begins that is read next, and what is left of the one before it.
    next: usize,
    left: u64,
    /// Did the block before end in a byte of the kind?
    inside: bool,
}

impl<'t> Places<'t> {
    fn on(form: Form, text: &'t [u8]) -> Self {
        Self { form, text, next: 0, left: 0, inside: false }
    }

    /// The next place: which ones are told by the bytes of a kind, and by those behind such a byte.
    #[inline(always)]
    fn next(
        &mut self,
        kind: impl Fn(Form, &[u8; BLOCK]) -> u64,
        is: impl Fn(&u8) -> bool,
        told: impl Fn(u64, u64) -> u64,
    ) -> Option<usize> {
        while self.left == 0 {
            let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
            let (bytes, len) = match rest.first_chunk() {
                Some(block) => (kind(self.form, block), BLOCK),
                None => (rest.iter().rev().fold(0, |bits, b| bits << 1 | u64::from(is(b))), rest.len()),
            };
            self.left = told(bytes, bytes << 1 | u64::from(self.inside)) & u64::MAX >> (BLOCK - len);
            self.inside = bytes >> (BLOCK - 1) == 1;
            self.next += BLOCK;
        }
        let place = self.next - BLOCK + self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn starts_are_found(text in prop::collection::vec(prop_oneof![Just(b' '), Just(b'@'), Just(b'['), Just(b'`'), Just(b'{'), Just(0xe1), Just(b'a'), Just(b'Z'), Just(b'z'), Just(b'A'), Just(b'/'), Just(b'0'), Just(b'9'), Just(b':')], 0..300)) {
            let letter = |at: usize| text[at].is_ascii_alphabetic();
            let starts: Vec<usize> = (0..text.len()).filter(|at| letter(*at) && (*at == 0 || !letter(at - 1))).collect();
            let free: Vec<usize> = (0..text.len()).filter(|at| *at == 0 || !text[at - 1].is_ascii_alphanumeric()).collect();
            for form in Form::all() {
                let places = || Places::on(form, &text);
                prop_assert_eq!(WordStarts(places()).collect::<Vec<_>>(), &starts[..], "{:?}", form);
                let tokens: Vec<usize> = free.iter().copied().filter(|at| text[*at].is_ascii_alphanumeric()).collect();
                prop_assert_eq!(TokenStarts(places()).collect::<Vec<_>>(), &tokens[..], "{:?}", form);
                prop_assert_eq!(FreePlaces(places()).collect::<Vec<_>>(), &free[..], "{:?}", form);
            }
        }
    }
}
