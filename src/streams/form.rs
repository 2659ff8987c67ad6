//! What the processor has: each task in the best form that it can run.

use super::sets::Set;
#[cfg(target_arch = "x86_64")]
use super::x86;
use super::{BLOCK, Bytes, Code, State, Words, fragments, portable};

/// What code runs on: the best that this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Portable,
    #[cfg(target_arch = "x86_64")]
    X86(x86::Form),
}

impl Form {
    /// Every form that this processor has, the best last.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let all = std::iter::once(Self::Portable);
        #[cfg(target_arch = "x86_64")]
        let all = all.chain(x86::Form::all().map(Self::X86));
        all
    }

    /// The best that this processor has.
    pub(super) fn best() -> Self {
        Self::all().last().unwrap_or(Self::Portable)
    }

    /// Of each block the line ends, and the bytes of a set but for blanks that no blank follows, one bit a byte; behind a
    /// block one may.
    pub(super) fn lines(self, set: &Set, blocks: &[[u8; BLOCK]], out: &mut [(u64, u64)]) {
        match self {
            Self::Portable => portable::lines(set, blocks, out),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.lines(set, blocks, out),
        }
    }

    /// The ASCII letters in a block, one bit a byte.
    pub(super) fn letters(self, block: &[u8; BLOCK]) -> u64 {
        match self {
            Self::Portable => portable::letters(block),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.letters(block),
        }
    }

    /// The small ones of them.
    pub(super) fn small_letters(self, block: &[u8; BLOCK]) -> u64 {
        match self {
            Self::Portable => portable::small_letters(block),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.small_letters(block),
        }
    }

    /// Letters and digits.
    pub(super) fn letters_and_digits(self, block: &[u8; BLOCK]) -> u64 {
        match self {
            Self::Portable => portable::letters_and_digits(block),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.letters_and_digits(block),
        }
    }

    /// The first place from `from` on where a bucket says yes, and the buckets; or where reading must go on without
    /// vectors.
    pub(super) fn fragments(self, tables: &fragments::Tables, text: &[u8], from: usize) -> Result<(usize, u8), usize> {
        match self {
            Self::Portable => Err(from),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.fragments(tables, text, from),
        }
    }

    pub(super) fn transpose(self, bytes: &Bytes, bits: &mut [Words; 8]) {
        match self {
            Self::Portable => portable::transpose(bytes, bits),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.transpose(bytes, bits),
        }
    }

    pub(super) fn run<C: Code>(self, bits: &[Words; 8], state: &mut State, answers: &mut [Words]) {
        match self {
            Self::Portable => C::group::<portable::Plain>(bits, state, answers),
            #[cfg(target_arch = "x86_64")]
            Self::X86(form) => form.run::<C>(bits, state, answers),
        }
    }
}
