//! Lines by their first bytes.

use std::ops::Range;

use super::sets::Set;
use super::{BLOCK, Form};

/// How many blocks are read together.
const WINDOW: usize = 32;

/// The lines of a text that begin with one of some bytes; with a blank only, if another one follows.
pub(crate) struct Lines<'t> {
    form: Form,
    text: &'t [u8],
    first: &'static Set,
    /// Of each block that was read last its line ends and the places where wanted lines may begin, and where that block
    /// begins that is read next.
    read: [(u64, u64); WINDOW],
    next: usize,
    /// The block among them in which the last line began, where that begins, and the lines that are left in it.
    block: usize,
    start: usize,
    left: u64,
    /// Does a line begin with the next block?
    begins: bool,
}

impl<'t> Lines<'t> {
    /// The lines of `text` from `at` on, where one begins.
    pub(crate) fn new(text: &'t [u8], at: usize, first: &'static Set) -> Self {
        Self::on(Form::best(), text, at, first)
    }

    fn on(form: Form, text: &'t [u8], at: usize, first: &'static Set) -> Self {
        let (read, block) = ([(0, 0); WINDOW], WINDOW);
        Self { form, text, first, read, next: at, block, start: at, left: 0, begins: true }
    }

    /// Goes on to the next block; false behind the last.
    #[inline]
    fn step(&mut self) -> bool {
        self.block += 1;
        self.start += BLOCK;
        if self.block >= WINDOW && !self.read() {
            return false;
        }
        let (ends, first) = self.read[self.block];
        self.left = (ends << 1 | u64::from(self.begins)) & first;
        self.begins = ends >> (BLOCK - 1) == 1;
        true
    }

    /// Reads the next blocks.
    fn read(&mut self) -> bool {
        let Some(rest) = self.text.get(self.next..).filter(|rest| !rest.is_empty()) else { return false };
        let (blocks, last) = rest.as_chunks();
        let blocks = &blocks[..blocks.len().min(WINDOW)];
        self.form.lines(self.first, blocks, &mut self.read);
        if blocks.len() < WINDOW {
            let mut block = [[0; BLOCK]];
            block[0][..last.len()].copy_from_slice(last);
            self.form.lines(self.first, &block, &mut self.read[blocks.len()..]);
            self.read[blocks.len()].1 &= (1 << last.len()) - 1;
            self.read[blocks.len() + 1..].fill((0, 0));
        }
        (self.block, self.start) = (0, self.next);
        self.next += WINDOW * BLOCK;
        true
    }
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        while self.left == 0 {
            if !self.step() {
                return None;
            }
        }
        let bit = self.left.trailing_zeros();
        self.left &= self.left - 1;
        let end = match self.read[self.block].0 >> bit {
            0 => {
                let from = self.start + BLOCK;
                let rest = self.text.get(from..).unwrap_or_default();
                memchr::memchr(b'\n', rest).map_or(self.text.len(), |n| from + n + 1)
            }
            ends => self.start + (bit + ends.trailing_zeros()) as usize + 1,
        };
        Some(self.start + bit as usize..end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static FIRST: Set = {
        let mut has = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            has[byte] = byte >= 128 || matches!(byte as u8, b' ' | b'A'..=b'Z' | b'|' | b'7');
            byte += 1;
        }
        Set::new(has)
    };

    proptest! {
        #[test]
        fn lines_are_found(
            lines in prop::collection::vec(("[ A|7\u{e9}xz\t]{0,2}", 0usize..100), 0..40),
            ends: bool,
            from in 0usize..6,
        ) {
            let mut text = lines.iter().map(|(first, len)| first.clone() + &"x".repeat(*len)).collect::<Vec<_>>().join("\n");
            text.extend(ends.then_some('\n'));
            let text = text.as_bytes();
            let line_end = |at: usize| text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n + 1);
            let from = (0..from).fold(0, |at, _| line_end(at));
            let all = std::iter::successors(Some(from..line_end(from)), |last| Some(last.end..line_end(last.end)));
            let all = all.take_while(|line| !line.is_empty());
            let wanted = |line: &Range<usize>| match text[line.clone()] {
                [b' ', second, ..] => second == b' ',
                [b' '] => true,
                [first, ..] => FIRST.has(first),
                _ => false,
            };
            let wanted: Vec<_> = all.filter(wanted).collect();
            for form in Form::all() {
                // A blank at the end of a block may be told: what follows it is not seen.
                let unsure = |line: &Range<usize>| text[line.start] == b' ' && (line.start - from) % BLOCK == BLOCK - 1;
                let found: Vec<_> = Lines::on(form, text, from, &FIRST).filter(|line| !unsure(line)).collect();
                let wanted: Vec<_> = wanted.iter().filter(|line| !unsure(line)).cloned().collect();
                // So may one at the end of the text.
                let last = |line: &&Range<usize>| line.len() > 1 || text[line.start] != b' ';
                prop_assert!(found.iter().filter(last).eq(wanted.iter().filter(last)), "{:?} {:?} {:?}", form, found, wanted);
            }
        }
    }
}
