//! Programs without vector instructions of a certain kind. The other forms are held against this one.

use super::sets::Set;
use super::{BLOCK, Bytes, OWN, Vector, Words};

/// The bits of a group's bytes: stream `k` has the bit of weight `2^k` of each byte.
pub(super) fn transpose(bytes: &Bytes, bits: &mut [Words; 8]) {
    for (word, block) in bytes.iter().enumerate() {
        let mut out = [0; 8];
        for (group, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let square = transposed(u64::from_le_bytes(*eight));
            for (k, bits) in square.to_le_bytes().into_iter().enumerate() {
                out[k] |= u64::from(bits) << (group * 8);
            }
        }
        bits.iter_mut().zip(out).for_each(|(plane, bits)| plane[word] = bits);
    }
}

/// Which bytes of a block are of a kind, one bit a byte.
fn bits(block: &[u8; BLOCK], is: impl Fn(&u8) -> bool) -> u64 {
    block.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(is(byte)))
}

/// Of each block the line ends, and the bytes of a set but for blanks that no blank follows.
pub(super) fn lines(set: &Set, blocks: &[[u8; BLOCK]], out: &mut [(u64, u64)]) {
    for (block, out) in blocks.iter().zip(out) {
        let blanks = bits(block, |byte| *byte == b' ');
        *out = (bits(block, |byte| *byte == b'\n'), bits(block, |byte| set.has(*byte)) & gaps(blanks));
    }
}

/// All places but for those of blanks that no blank follows; behind the last place one may.
pub(super) fn gaps(blanks: u64) -> u64 {
    !blanks | blanks >> 1 | 1 << (BLOCK - 1)
}

/// The ASCII letters in a block.
pub(super) fn letters(block: &[u8; BLOCK]) -> u64 {
    bits(block, u8::is_ascii_alphabetic)
}

/// Those of them that are small.
pub(super) fn small_letters(block: &[u8; BLOCK]) -> u64 {
    bits(block, u8::is_ascii_lowercase)
}

/// Letters and digits.
pub(super) fn letters_and_digits(block: &[u8; BLOCK]) -> u64 {
    bits(block, u8::is_ascii_alphanumeric)
}

/// An 8 × 8 square of bits, rows to columns (Warren, Hacker's Delight, 7-3).
fn transposed(x: u64) -> u64 {
    let swap = |x: u64, mask: u64, by: u32| {
        let t = (x ^ (x >> by)) & mask;
        x ^ t ^ (t << by)
    };
    let x = swap(x, 0x00aa_00aa_00aa_00aa, 7);
    let x = swap(x, 0x0000_cccc_0000_cccc, 14);
    swap(x, 0x0000_0000_f0f0_f0f0, 28)
}

/// Words one by one.
#[derive(Clone, Copy)]
pub(super) struct Plain(Words);

impl Plain {
    #[inline(always)]
    fn each(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

impl Vector for Plain {
    #[inline(always)]
    fn load(words: &Words) -> Self {
        Self(*words)
    }

    #[inline(always)]
    fn store(self, to: &mut Words) {
        *to = self.0;
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.each(other, |a, b| a & b)
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.each(other, |a, b| a | b)
    }

    #[inline(always)]
    fn less(self, other: Self) -> Self {
        self.each(other, |a, b| a & !b)
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.each(self, |a, _| !a)
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        yes.and(self).or(no.less(self))
    }

    #[inline(always)]
    fn before(self, n: u32, last: &mut Words) -> Self {
        // The group before ended one word earlier: its last word of its own is the seventh.
        let first = last[OWN - 1];
        *last = self.0;
        let near = |i: usize| if i == 0 { first } else { self.0[i - 1] };
        Self(std::array::from_fn(|i| self.0[i] << n | near(i) >> (64 - n)))
    }

    #[inline(always)]
    fn after(self, n: u32) -> Self {
        let near = |i: usize| self.0.get(i + 1).copied().unwrap_or(u64::MAX);
        Self(std::array::from_fn(|i| self.0[i] >> n | near(i) << (64 - n)))
    }

    #[inline(always)]
    fn any(self, ahead: u32) -> bool {
        let own = self.0[..OWN].iter().fold(0, |all, word| all | word);
        own | self.0[OWN] & ((1 << ahead) - 1) != 0
    }
}
