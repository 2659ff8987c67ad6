//! Where words begin.

use super::{BLOCK, Form};

/// The places of a text at which runs of ASCII letters begin.
pub(crate) struct WordStarts<'t>(Places<'t>);

/// The places of a text before which no ASCII letter or digit stands.
pub(crate) struct FreePlaces<'t>(Places<'t>);

/// The places of a text at which runs of ASCII letters and digits begin, and not with a small letter.
pub(crate) struct FirmStarts<'t>(Places<'t>);

impl<'t> FirmStarts<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self(Places::on(Form::best(), text))
    }
}

impl Iterator for FirmStarts<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let firm = |form: Form, block: &[u8; BLOCK]| {
            let signs = form.letters_and_digits(block);
            (signs, signs & !form.small_letters(block))
        };
        self.0.next(firm, |b| (b.is_ascii_alphanumeric(), b.is_ascii_alphanumeric() && !b.is_ascii_lowercase()))
    }
}

impl<'t> WordStarts<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self(Places::on(Form::best(), text))
    }

    /// Where the word ends that was told last, and begins at `start`.
    #[inline]
    pub(crate) fn end(&self, start: usize) -> usize {
        let places = &self.0;
        let end = start + (places.kind >> (start % BLOCK)).trailing_ones() as usize;
        let beyond = || places.text[end..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if end < places.next { end } else { end + beyond() }
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
        let letters = |form: Form, block: &[u8; BLOCK]| {
            let letters = form.letters(block);
            (letters, letters)
        };
        self.0.next(letters, |b| (b.is_ascii_alphabetic(), b.is_ascii_alphabetic()))
    }
}

impl Iterator for FreePlaces<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.0.next(|form, block| (form.letters_and_digits(block), u64::MAX), |b| (b.is_ascii_alphanumeric(), true))
    }
}

/// Places of a text, a block at a time.
struct Places<'t> {
    form: Form,
    text: &'t [u8],
    /// Where the block begins that is read next, and what is left of the one before it.
    next: usize,
    left: u64,
    /// Which bytes of that block are of the kind.
    kind: u64,
    /// Did the block before end in a byte of the kind?
    inside: bool,
}

impl<'t> Places<'t> {
    fn on(form: Form, text: &'t [u8]) -> Self {
        Self { form, text, next: 0, left: 0, kind: 0, inside: false }
    }

    /// The next place: of those that `kind` wants, one that does not stand behind a byte of the kind. It tells of a block,
    /// and `is` of a byte, what is of the kind, and what is wanted.
    #[inline(always)]
    fn next(
        &mut self,
        kind: impl Fn(Form, &[u8; BLOCK]) -> (u64, u64),
        is: impl Fn(&u8) -> (bool, bool),
    ) -> Option<usize> {
        while self.left == 0 {
            let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
            let ((bytes, wanted), len) = match rest.first_chunk() {
                Some(block) => (kind(self.form, block), BLOCK),
                None => {
                    let add = |(bytes, wanted), b| {
                        let (own, want) = is(b);
                        (bytes << 1 | u64::from(own), wanted << 1 | u64::from(want))
                    };
                    (rest.iter().rev().fold((0, 0), add), rest.len())
                }
            };
            let before = bytes << 1 | u64::from(self.inside);
            self.left = wanted & !before & u64::MAX >> (BLOCK - len);
            self.inside = bytes >> (BLOCK - 1) == 1;
            self.kind = bytes;
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
                let mut words = WordStarts(places());
                while let Some(start) = words.next() {
                    let len = text[start..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
                    prop_assert_eq!(words.end(start), start + len, "{:?}", form);
                }
                let is_firm = |at: &usize| text[*at].is_ascii_alphanumeric() && !text[*at].is_ascii_lowercase();
                let firm: Vec<usize> = free.iter().copied().filter(is_firm).collect();
                prop_assert_eq!(FirmStarts(places()).collect::<Vec<_>>(), &firm[..], "{:?}", form);
                prop_assert_eq!(FreePlaces(places()).collect::<Vec<_>>(), &free[..], "{:?}", form);
            }
        }
    }
}
