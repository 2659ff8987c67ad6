//! Where lines end.

use super::{BLOCK, Form};

/// How many blocks are read together.
const WINDOW: usize = 64;

/// Tells where a text's lines end, from its beginning on: many lines together, since most are short.
pub(crate) struct LineEnds<'t> {
    form: Form,
    text: &'t [u8],
    /// Where the blocks begin that were read last, and the line ends in each.
    start: usize,
    bits: [u64; WINDOW],
    /// What was told last, the block in which it stands, and the line ends that follow in that block.
    told: usize,
    block: usize,
    left: u64,
}

impl<'t> LineEnds<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self::on(Form::best(), text)
    }

    fn on(form: Form, text: &'t [u8]) -> Self {
        // Nothing is read yet, and nothing was told.
        Self { form, text, start: text.len(), bits: [0; WINDOW], told: usize::MAX, block: 0, left: 0 }
    }

    /// The offset just behind the first line end at or behind `at`; where there is none, the text's end.
    #[inline]
    pub(crate) fn after(&mut self, at: usize) -> usize {
        if at != self.told {
            return self.seek(at);
        }
        while self.left == 0 {
            self.block += 1;
            match self.bits.get(self.block) {
                Some(bits) => self.left = *bits,
                None => return self.seek(at),
            }
        }
        self.tell()
    }

    /// The first of the line ends that are left in the block.
    #[inline]
    fn tell(&mut self) -> usize {
        self.told = self.start + self.block * BLOCK + self.left.trailing_zeros() as usize + 1;
        self.left &= self.left - 1;
        self.told
    }

    fn seek(&mut self, at: usize) -> usize {
        let mut at = at;
        while at < self.text.len() {
            if !(self.start..self.start + WINDOW * BLOCK).contains(&at) {
                self.read(at);
            }
            let (first, bit) = ((at - self.start) / BLOCK, (at - self.start) % BLOCK);
            self.left = self.bits[first] & u64::MAX << bit;
            self.block = first;
            while self.left == 0 && self.block + 1 < WINDOW {
                self.block += 1;
                self.left = self.bits[self.block];
            }
            if self.left != 0 {
                return self.tell();
            }
            at = self.start + WINDOW * BLOCK;
        }
        self.text.len()
    }

    /// Reads the blocks from that of `at` on.
    fn read(&mut self, at: usize) {
        self.start = at / BLOCK * BLOCK;
        let (blocks, rest) = self.text[self.start..].as_chunks::<BLOCK>();
        let blocks = &blocks[..blocks.len().min(WINDOW)];
        self.form.line_ends(blocks, &mut self.bits);
        if let Some(left) = self.bits.get_mut(blocks.len()..) {
            left.fill(0);
            if let Some(last) = left.first_mut() {
                *last = memchr::memchr_iter(b'\n', rest).fold(0, |bits, at| bits | 1 << at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn line_ends_are_found(lines in prop::collection::vec(0usize..300, 0..60), step in 1usize..200) {
            let mut text = Vec::new();
            for (i, len) in lines.iter().enumerate() {
                text.extend(std::iter::repeat_n(if i % 2 == 0 { 0x8a } else { b'\t' }, *len));
                text.push(b'\n');
            }
            text.truncate(text.len().saturating_sub(step % 3));
            for form in Form::all() {
                let mut ends = LineEnds::on(form, &text);
                for at in (0..text.len() + 2).step_by(step).chain([0]) {
                    let behind = text.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n'));
                    prop_assert_eq!(ends.after(at), behind.map_or(text.len(), |n| at + n + 1), "{:?} {}", form, at);
                }
            }
        }
    }
}
