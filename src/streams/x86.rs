//! The same with the vector instructions of x86-64, chosen when the program runs.
//!
//! The only module with `unsafe`: a function compiled for AVX2 or AVX-512 may only be called where the processor has
//! it, which the compiler cannot know. A [`Form`] exists only where what it needs was detected.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::fragments::{LEN, Tables};
use super::portable::gaps;
use super::sets::Set;
use super::{BLOCK, Bytes, Code, State, Vector, Words};

/// What the processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Avx2,
    Avx512,
}

impl Form {
    /// Every form that this processor has, the best last; built to measure less, none that is better than that.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let avx2 = !cfg!(phivet_portable) && is_x86_feature_detected!("avx2");
        let avx512 = avx2
            && !cfg!(phivet_avx2)
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        [avx2.then_some(Self::Avx2), avx512.then_some(Self::Avx512)].into_iter().flatten()
    }

    pub(super) fn transpose(self, bytes: &Bytes, bits: &mut [Words; 8]) {
        match self {
            // SAFETY: the form exists only where AVX2 was detected (`Form::all`).
            Self::Avx2 => unsafe { transpose_avx2(bytes, bits) },
            // SAFETY: the form exists only where AVX-512 F, BW and VL were detected (`Form::all`).
            Self::Avx512 => unsafe { transpose_avx512(bytes, bits) },
        }
    }

    pub(super) fn lines(self, set: &Set, blocks: &[[u8; BLOCK]], out: &mut [(u64, u64)]) {
        // SAFETY: each form exists only where AVX2 was detected (`Form::all`).
        unsafe { lines_avx2(set, blocks, out) }
    }

    pub(super) fn letters(self, block: &[u8; BLOCK]) -> u64 {
        // SAFETY: each form exists only where AVX2 was detected (`Form::all`).
        unsafe { letters_avx2(block) }
    }

    pub(super) fn small_letters(self, block: &[u8; BLOCK]) -> u64 {
        // SAFETY: as above.
        unsafe { small_letters_avx2(block) }
    }

    pub(super) fn letters_and_digits(self, block: &[u8; BLOCK]) -> u64 {
        // SAFETY: as above.
        unsafe { letters_and_digits_avx2(block) }
    }

    pub(super) fn fragments(self, tables: &Tables, text: &[u8], from: usize) -> Result<(usize, u8), usize> {
        match self {
            // SAFETY: as above.
            Self::Avx2 => unsafe { fragments_avx2(tables, text, from) },
            // SAFETY: the form exists only where AVX2 and AVX-512 F, BW and VL were detected (`Form::all`). Less than is
            // read at once is left to AVX2.
            Self::Avx512 => unsafe {
                fragments_avx512(tables, text, from).or_else(|rest| fragments_avx2(tables, text, rest))
            },
        }
    }

    pub(super) fn run<C: Code>(self, bits: &[Words; 8], state: &mut State, answers: &mut [Words]) {
        match self {
            // SAFETY: as above.
            Self::Avx2 => unsafe { run_avx2::<C>(bits, state, answers) },
            // SAFETY: as above.
            Self::Avx512 => unsafe { run_avx512::<C>(bits, state, answers) },
        }
    }
}

#[target_feature(enable = "avx2")]
fn load32(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: thirty-two bytes are read, and there are thirty-two; the address need not be aligned.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn load64(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: as above, of sixty-four bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn transpose_avx2(bytes: &Bytes, bits: &mut [Words; 8]) {
    for (word, block) in bytes.iter().enumerate() {
        let [a, b] = block.as_chunks::<32>().0 else { return };
        let (mut a, mut b) = (load32(a), load32(b));
        for plane in bits.iter_mut().rev() {
            plane[word] = u64::from(_mm256_movemask_epi8(a) as u32) | u64::from(_mm256_movemask_epi8(b) as u32) << 32;
            (a, b) = (_mm256_add_epi8(a, a), _mm256_add_epi8(b, b));
        }
    }
}

#[target_feature(enable = "avx2")]
fn lines_avx2(set: &Set, blocks: &[[u8; BLOCK]], out: &mut [(u64, u64)]) {
    // For each high half its bit; bytes beyond ASCII have none.
    let (low, high) = (table(&set.low), table(&[1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0]));
    let (half, end, blank) = (_mm256_set1_epi8(15), _mm256_set1_epi8(b'\n' as i8), _mm256_set1_epi8(b' ' as i8));
    let not_in_set = |bytes: __m256i| {
        let lower = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half));
        let upper = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half));
        _mm256_cmpeq_epi8(_mm256_and_si256(lower, upper), _mm256_setzero_si256())
    };
    for (block, out) in blocks.iter().zip(out) {
        let [a, b] = block.as_chunks::<32>().0 else { return };
        let (a, b) = (load32(a), load32(b));
        let beyond = if set.beyond { bits(a, b) } else { 0 };
        let first = !bits(not_in_set(a), not_in_set(b)) | beyond;
        let blanks = bits(_mm256_cmpeq_epi8(a, blank), _mm256_cmpeq_epi8(b, blank));
        *out = (bits(_mm256_cmpeq_epi8(a, end), _mm256_cmpeq_epi8(b, end)), first & gaps(blanks));
    }
}

/// Which bytes are letters, in either case.
#[target_feature(enable = "avx2")]
fn are_letters(bytes: __m256i) -> __m256i {
    are_among(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), b'a', 26)
}

/// Which bytes are among so many (at most 128) from one on.
#[target_feature(enable = "avx2")]
fn are_among(bytes: __m256i, first: u8, count: u8) -> __m256i {
    // Moved so that the first is the least number of all.
    let moved = _mm256_add_epi8(bytes, _mm256_set1_epi8(128_u8.wrapping_sub(first) as i8));
    _mm256_cmpgt_epi8(_mm256_set1_epi8(count.wrapping_sub(128) as i8), moved)
}

/// One bit for each byte of two halves.
#[target_feature(enable = "avx2")]
fn bits(a: __m256i, b: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(a) as u32) | u64::from(_mm256_movemask_epi8(b) as u32) << 32
}

#[target_feature(enable = "avx2")]
fn letters_avx2(block: &[u8; BLOCK]) -> u64 {
    let [a, b] = block.as_chunks::<32>().0 else { return 0 };
    bits(are_letters(load32(a)), are_letters(load32(b)))
}

#[target_feature(enable = "avx2")]
fn small_letters_avx2(block: &[u8; BLOCK]) -> u64 {
    let [a, b] = block.as_chunks::<32>().0 else { return 0 };
    bits(are_among(load32(a), b'a', 26), are_among(load32(b), b'a', 26))
}

#[target_feature(enable = "avx2")]
fn letters_and_digits_avx2(block: &[u8; BLOCK]) -> u64 {
    let [a, b] = block.as_chunks::<32>().0 else { return 0 };
    let (a, b) = (load32(a), load32(b));
    let (digits_a, digits_b) = (are_among(a, b'0', 10), are_among(b, b'0', 10));
    bits(_mm256_or_si256(are_letters(a), digits_a), _mm256_or_si256(are_letters(b), digits_b))
}

/// The same sixteen entries in both halves.
#[target_feature(enable = "avx2")]
fn table(entries: &[u8; 16]) -> __m256i {
    // SAFETY: sixteen bytes are read, and there are sixteen; the address need not be aligned.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(entries.as_ptr().cast()) })
}

#[target_feature(enable = "avx2")]
fn fragments_avx2(tables: &Tables, text: &[u8], from: usize) -> Result<(usize, u8), usize> {
    let [a, b, c, d] = &tables.low;
    let low = [table(a), table(b), table(c), table(d)];
    let [a, b, c, d] = &tables.high;
    let high = [table(a), table(b), table(c), table(d)];
    let half = _mm256_set1_epi8(15);
    let mut at = from;
    while let Some(lot) = text.get(at..).and_then(|rest| rest.first_chunk::<{ 32 + LEN - 1 }>()) {
        let mut buckets = _mm256_set1_epi8(-1);
        for i in 0..LEN {
            let Some(bytes) = lot[i..].first_chunk() else { return Err(at) };
            let bytes = load32(bytes);
            let lower = _mm256_shuffle_epi8(low[i], _mm256_and_si256(bytes, half));
            let upper = _mm256_shuffle_epi8(high[i], _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half));
            buckets = _mm256_and_si256(buckets, _mm256_and_si256(lower, upper));
        }
        let none = _mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, _mm256_setzero_si256())) as u32;
        let mut yes = !none;
        if yes != 0 {
            let mut found = [0; 32];
            // SAFETY: thirty-two bytes are written, and there are thirty-two; the address need not be aligned.
            unsafe { _mm256_storeu_si256(found.as_mut_ptr().cast(), buckets) };
            while yes != 0 {
                let place = yes.trailing_zeros() as usize;
                if lot[place..].first_chunk().is_some_and(|four| tables.begin(*four)) {
                    return Ok((at + place, found[place]));
                }
                yes &= yes - 1;
            }
        }
        at += 32;
    }
    Err(at)
}

/// The same sixteen entries in all quarters.
#[target_feature(enable = "avx512f")]
fn table512(entries: &[u8; 16]) -> __m512i {
    // SAFETY: sixteen bytes are read, and there are sixteen; the address need not be aligned.
    _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(entries.as_ptr().cast()) })
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn fragments_avx512(tables: &Tables, text: &[u8], from: usize) -> Result<(usize, u8), usize> {
    let [a, b, c, d] = &tables.low;
    let low = [table512(a), table512(b), table512(c), table512(d)];
    let [a, b, c, d] = &tables.high;
    let high = [table512(a), table512(b), table512(c), table512(d)];
    let half = _mm512_set1_epi8(15);
    let mut at = from;
    while let Some(lot) = text.get(at..).and_then(|rest| rest.first_chunk::<{ BLOCK + LEN - 1 }>()) {
        let mut buckets = _mm512_set1_epi8(-1);
        for i in 0..LEN {
            let Some(bytes) = lot[i..].first_chunk() else { return Err(at) };
            let bytes = load64(bytes);
            let lower = _mm512_shuffle_epi8(low[i], _mm512_and_si512(bytes, half));
            let upper = _mm512_shuffle_epi8(high[i], _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half));
            buckets = _mm512_and_si512(buckets, _mm512_and_si512(lower, upper));
        }
        let mut yes = _mm512_test_epi8_mask(buckets, buckets);
        if yes != 0 {
            let mut found = [0; BLOCK];
            // SAFETY: sixty-four bytes are written, and there are sixty-four; the address need not be aligned.
            unsafe { _mm512_storeu_si512(found.as_mut_ptr().cast(), buckets) };
            while yes != 0 {
                let place = yes.trailing_zeros() as usize;
                if lot[place..].first_chunk().is_some_and(|four| tables.begin(*four)) {
                    return Ok((at + place, found[place]));
                }
                yes &= yes - 1;
            }
        }
        at += BLOCK;
    }
    Err(at)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn transpose_avx512(bytes: &Bytes, bits: &mut [Words; 8]) {
    for (word, block) in bytes.iter().enumerate() {
        let mut v = load64(block);
        for plane in bits.iter_mut().rev() {
            plane[word] = _mm512_movepi8_mask(v);
            v = _mm512_add_epi8(v, v);
        }
    }
}

#[target_feature(enable = "avx2")]
fn run_avx2<C: Code>(bits: &[Words; 8], state: &mut State, answers: &mut [Words]) {
    C::group::<Halves>(bits, state, answers);
}

#[target_feature(enable = "avx2,avx512f,avx512bw,avx512vl")]
fn run_avx512<C: Code>(bits: &[Words; 8], state: &mut State, answers: &mut [Words]) {
    C::group::<Whole>(bits, state, answers);
}

/// Eight words in one register of AVX-512. Used only below [`run_avx512`].
#[derive(Clone, Copy)]
struct Whole(__m512i);

// SAFETY (of all `unsafe` below): loads and stores are of eight words that are there, at any address; the instructions
// are there, since these types are used only in the two functions above, which are called where they were detected.
impl Vector for Whole {
    #[inline(always)]
    fn load(words: &Words) -> Self {
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, to: &mut Words) {
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), self.0) }
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(unsafe { _mm512_and_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(unsafe { _mm512_or_si512(self.0, other.0) })
    }

    #[inline(always)]
    fn less(self, other: Self) -> Self {
        Self(unsafe { _mm512_andnot_si512(other.0, self.0) })
    }

    #[inline(always)]
    fn not(self) -> Self {
        Self(unsafe { _mm512_xor_si512(self.0, _mm512_set1_epi64(-1)) })
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        Self(unsafe { _mm512_ternarylogic_epi64::<0xca>(self.0, yes.0, no.0) })
    }

    #[inline(always)]
    fn before(self, n: u32, last: &mut Words) -> Self {
        // The group before ended one word earlier: its last word of its own is the seventh.
        let near = unsafe { _mm512_alignr_epi64::<7>(self.0, _mm512_set1_epi64(last[6] as i64)) };
        self.store(last);
        unsafe {
            let (left, right) = (_mm512_set1_epi64(i64::from(n)), _mm512_set1_epi64(i64::from(64 - n)));
            Self(_mm512_or_si512(_mm512_sllv_epi64(self.0, left), _mm512_srlv_epi64(near, right)))
        }
    }

    #[inline(always)]
    fn any(self, ahead: u32) -> bool {
        let last = (1_i64 << ahead) - 1;
        unsafe { _mm512_test_epi64_mask(self.0, _mm512_set_epi64(last, -1, -1, -1, -1, -1, -1, -1)) != 0 }
    }

    #[inline(always)]
    fn after(self, n: u32) -> Self {
        unsafe {
            // Behind the last word everything may be.
            let near = _mm512_alignr_epi64::<1>(_mm512_set1_epi64(-1), self.0);
            let (right, left) = (_mm512_set1_epi64(i64::from(n)), _mm512_set1_epi64(i64::from(64 - n)));
            Self(_mm512_or_si512(_mm512_srlv_epi64(self.0, right), _mm512_sllv_epi64(near, left)))
        }
    }
}

/// Eight words in two registers of AVX2. Used only below [`run_avx2`].
#[derive(Clone, Copy)]
struct Halves(__m256i, __m256i);

impl Halves {
    #[inline(always)]
    fn each(self, other: Self, f: impl Fn(__m256i, __m256i) -> __m256i) -> Self {
        Self(f(self.0, other.0), f(self.1, other.1))
    }
}

impl Vector for Halves {
    #[inline(always)]
    fn load(words: &Words) -> Self {
        let at = words.as_ptr();
        unsafe { Self(_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(4).cast())) }
    }

    #[inline(always)]
    fn store(self, to: &mut Words) {
        let at = to.as_mut_ptr();
        unsafe {
            _mm256_storeu_si256(at.cast(), self.0);
            _mm256_storeu_si256(at.add(4).cast(), self.1);
        }
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.each(other, |a, b| unsafe { _mm256_and_si256(a, b) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.each(other, |a, b| unsafe { _mm256_or_si256(a, b) })
    }

    #[inline(always)]
    fn less(self, other: Self) -> Self {
        self.each(other, |a, b| unsafe { _mm256_andnot_si256(b, a) })
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.each(self, |a, _| unsafe { _mm256_xor_si256(a, _mm256_set1_epi64x(-1)) })
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        yes.and(self).or(no.less(self))
    }

    #[inline(always)]
    fn before(self, n: u32, last: &mut Words) -> Self {
        let first = unsafe { _mm256_set1_epi64x(last[6] as i64) };
        self.store(last);
        unsafe {
            // Each word's neighbour before it: 3 of the half before, then 0, 1, 2.
            let near = |before: __m256i, own: __m256i| {
                _mm256_alignr_epi8::<8>(own, _mm256_permute2x128_si256::<0x21>(before, own))
            };
            let near = Self(near(first, self.0), near(self.0, self.1));
            let (left, right) = (_mm256_set1_epi64x(i64::from(n)), _mm256_set1_epi64x(i64::from(64 - n)));
            self.each(near, |own, near| _mm256_or_si256(_mm256_sllv_epi64(own, left), _mm256_srlv_epi64(near, right)))
        }
    }

    #[inline(always)]
    fn any(self, ahead: u32) -> bool {
        let last = (1_i64 << ahead) - 1;
        unsafe {
            let known = _mm256_and_si256(self.1, _mm256_set_epi64x(last, -1, -1, -1));
            let all = _mm256_or_si256(self.0, known);
            _mm256_testz_si256(all, all) == 0
        }
    }

    #[inline(always)]
    fn after(self, n: u32) -> Self {
        unsafe {
            // Behind the last word everything may be.
            let near = |own: __m256i, behind: __m256i| {
                _mm256_alignr_epi8::<8>(_mm256_permute2x128_si256::<0x21>(own, behind), own)
            };
            let near = Self(near(self.0, self.1), near(self.1, _mm256_set1_epi64x(-1)));
            let (right, left) = (_mm256_set1_epi64x(i64::from(n)), _mm256_set1_epi64x(i64::from(64 - n)));
            self.each(near, |own, near| _mm256_or_si256(_mm256_srlv_epi64(own, right), _mm256_sllv_epi64(near, left)))
        }
    }
}
