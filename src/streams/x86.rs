//! Streams with the vector instructions of x86-64, chosen when the program runs.
//!
//! The only module with `unsafe`: a function compiled for AVX2 or AVX-512 may only be called where the processor has
//! it, which the compiler cannot know. A [`Table`] of a form exists only where that form was detected.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{BLOCK, CAPITAL, High, PREFIX, SETS, Set, Streams, WINDOW};

/// Sets in the layout that a form of the code reads; made only where the processor has what the form needs.
pub(super) enum Table {
    Avx2(Box<Avx2>),
    Avx512(Box<Avx512>),
}

pub(super) struct Avx2 {
    ascii: Vec<[u8; 16]>,
    all: u32,
    capitals: u32,
}

/// For ASCII bytes a byte of eight sets, four times.
pub(super) struct Avx512 {
    ascii: [[u8; 128]; SETS / 8],
    all: u32,
    capitals: u32,
}

impl Table {
    /// The best that this processor has.
    pub(super) fn new(sets: &[Set]) -> Option<Self> {
        Self::all(sets).pop()
    }

    /// Every form that this processor has, the best last.
    pub(super) fn all(sets: &[Set]) -> Vec<Self> {
        let flags = |of: High| (0..).zip(sets).fold(0, |bits, (k, set)| bits | u32::from(set.high == of) << k);
        let (all, capitals) = (flags(High::All), flags(High::Capitals));
        let mut forms = Vec::new();
        if is_x86_feature_detected!("avx2") {
            let ascii = sets.iter().map(|set| set.ascii).collect();
            forms.push(Self::Avx2(Box::new(Avx2 { ascii, all, capitals })));
        }
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi") {
            let mut ascii = [[0; 128]; SETS / 8];
            for (k, set) in sets.iter().enumerate() {
                for b in (0..128u8).filter(|b| set.has(*b)) {
                    ascii[k / 8][usize::from(b)] |= 1 << (k % 8);
                }
            }
            forms.push(Self::Avx512(Box::new(Avx512 { ascii, all, capitals })));
        }
        forms
    }

    #[inline]
    pub(super) fn block(&self, bytes: &[u8; BLOCK], out: &mut Streams) {
        match self {
            // SAFETY: the table exists only where AVX2 was detected (`Table::all`).
            Self::Avx2(table) => unsafe { avx2(table, bytes, out) },
            // SAFETY: the table exists only where AVX-512 BW and VBMI were detected (`Table::all`).
            Self::Avx512(table) => unsafe { avx512(table, bytes, out) },
        }
    }
}

#[target_feature(enable = "avx2")]
fn load16(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: sixteen bytes are read, and there are sixteen; the address need not be aligned.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn load32(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: as above, of thirty-two bytes.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn load64(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: as above, of sixty-four bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// The two halves of a block.
#[target_feature(enable = "avx2")]
fn halves(bytes: &[u8; BLOCK]) -> [__m256i; 2] {
    let [a, b] = bytes.as_chunks::<32>().0 else { return [_mm256_setzero_si256(); 2] };
    [load32(a), load32(b)]
}

/// Above ASCII a set has all bytes, those that may be capitals, or none.
fn with_high(out: &mut Streams, (all, capitals): (u32, u32), (high, capital): (u64, u64)) {
    if high != 0 {
        for (k, bits) in out.iter_mut().enumerate() {
            *bits |= if all >> k & 1 == 1 { high } else { 0 } | if capitals >> k & 1 == 1 { capital } else { 0 };
        }
    }
}

#[target_feature(enable = "avx2")]
fn avx2(table: &Avx2, bytes: &[u8; BLOCK], out: &mut Streams) {
    let [a, b] = halves(bytes);
    let low = _mm256_set1_epi8(15);
    // One bit for the high half of the byte: 1 << (b >> 4), nothing above ASCII.
    let rows = _mm256_broadcastsi128_si256(_mm_set_epi8(0, 0, 0, 0, 0, 0, 0, 0, -128, 64, 32, 16, 8, 4, 2, 1));
    let row = |v: __m256i| _mm256_shuffle_epi8(rows, _mm256_and_si256(_mm256_srli_epi16::<4>(v), low));
    let (row_a, row_b) = (row(a), row(b));
    let (low_a, low_b) = (_mm256_and_si256(a, low), _mm256_and_si256(b, low));
    let zero = _mm256_setzero_si256();
    for (set, bits) in table.ascii.iter().zip(out.iter_mut()) {
        let set = _mm256_broadcastsi128_si256(load16(set));
        let outside = |low: __m256i, row: __m256i| {
            let inside = _mm256_and_si256(_mm256_shuffle_epi8(set, low), row);
            _mm256_movemask_epi8(_mm256_cmpeq_epi8(inside, zero)) as u32
        };
        *bits = !(u64::from(outside(low_a, row_a)) | u64::from(outside(low_b, row_b)) << 32);
    }
    let joined = |a: __m256i, b: __m256i| {
        u64::from(_mm256_movemask_epi8(a) as u32) | u64::from(_mm256_movemask_epi8(b) as u32) << 32
    };
    let capital = |v: __m256i| _mm256_cmpeq_epi8(_mm256_max_epu8(v, _mm256_set1_epi8(CAPITAL as i8)), v);
    with_high(out, (table.all, table.capitals), (joined(a, b), joined(capital(a), capital(b))));
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn avx512(table: &Avx512, bytes: &[u8; BLOCK], out: &mut Streams) {
    let v = load64(bytes);
    let high = _mm512_movepi8_mask(v);
    for (eight, bits) in table.ascii.iter().zip(out.as_chunks_mut::<8>().0) {
        let [low, upper] = eight.as_chunks::<64>().0 else { continue };
        let sets = _mm512_maskz_permutex2var_epi8(!high, load64(low), v, load64(upper));
        for (k, bits) in bits.iter_mut().enumerate() {
            *bits = _mm512_test_epi8_mask(sets, _mm512_set1_epi8((1u8 << k) as i8));
        }
    }
    let capital = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8(CAPITAL as i8));
    with_high(out, (table.all, table.capitals), (high, capital));
}

/// Eight of the groups of prefixes, one bit each, and how a form of the code asks for them.
pub(super) enum Prefixes {
    /// By depth: what the low half of a byte allows, and what its high half does. More is allowed than a group says.
    Avx2(Vec<[Nibbles; PREFIX]>),
    /// By depth: what each ASCII byte allows, and what any other does.
    Avx512(Vec<[([u8; 128], u8); PREFIX]>),
}

/// What the low and the high half of a byte allow.
type Nibbles = ([u8; 16], [u8; 16]);

impl Prefixes {
    /// Every form that this processor has, the best last. `allowed` says which of eight groups, one bit each, allow a
    /// byte at a depth.
    pub(super) fn all(eights: usize, allowed: impl Fn(usize, usize, u8) -> u8) -> Vec<Self> {
        let mut forms = Vec::new();
        if is_x86_feature_detected!("avx2") {
            let nibbles = |eight: usize, depth: usize| {
                let (mut low, mut high) = ([0; 16], [0; 16]);
                for b in 0..=255u8 {
                    low[usize::from(b & 15)] |= allowed(eight, depth, b);
                    high[usize::from(b >> 4)] |= allowed(eight, depth, b);
                }
                (low, high)
            };
            let table = |eight| std::array::from_fn(|depth| nibbles(eight, depth));
            forms.push(Self::Avx2((0..eights).map(table).collect()));
        }
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi") {
            let bytes = |eight: usize, depth: usize| {
                let ascii = std::array::from_fn(|b| allowed(eight, depth, b as u8));
                (ascii, (0x80..=255).fold(0, |all, b| all | allowed(eight, depth, b)))
            };
            let table = |eight| std::array::from_fn(|depth| bytes(eight, depth));
            forms.push(Self::Avx512((0..eights).map(table).collect()));
        }
        forms
    }

    #[inline]
    pub(super) fn ask(&self, text: &[u8; WINDOW]) -> u64 {
        match self {
            // SAFETY: the table exists only where AVX2 was detected (`Prefixes::all`).
            Self::Avx2(table) => unsafe { prefixes_avx2(table, text) },
            // SAFETY: the table exists only where AVX-512 BW and VBMI were detected (`Prefixes::all`).
            Self::Avx512(table) => unsafe { prefixes_avx512(table, text) },
        }
    }
}

/// The block that begins at `depth`.
fn block_at(text: &[u8; WINDOW], depth: usize) -> &[u8; BLOCK] {
    const NONE: &[u8; BLOCK] = &[0; BLOCK];
    text.get(depth..).and_then(<[u8]>::first_chunk).unwrap_or(NONE)
}

#[target_feature(enable = "avx2")]
fn prefixes_avx2(table: &[[Nibbles; PREFIX]], text: &[u8; WINDOW]) -> u64 {
    let (low, zero) = (_mm256_set1_epi8(15), _mm256_setzero_si256());
    let mut any = [zero; 2];
    for eight in table {
        let mut left = [_mm256_set1_epi8(-1); 2];
        for (depth, (of_low, of_high)) in eight.iter().enumerate() {
            let (of_low, of_high) =
                (_mm256_broadcastsi128_si256(load16(of_low)), _mm256_broadcastsi128_si256(load16(of_high)));
            for (left, v) in left.iter_mut().zip(halves(block_at(text, depth))) {
                let high = _mm256_and_si256(_mm256_srli_epi16::<4>(v), low);
                let by_low = _mm256_shuffle_epi8(of_low, _mm256_and_si256(v, low));
                *left = _mm256_and_si256(*left, _mm256_and_si256(by_low, _mm256_shuffle_epi8(of_high, high)));
            }
        }
        any = [_mm256_or_si256(any[0], left[0]), _mm256_or_si256(any[1], left[1])];
    }
    let none = |v: __m256i| u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, zero)) as u32);
    !(none(any[0]) | none(any[1]) << 32)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn prefixes_avx512(table: &[[([u8; 128], u8); PREFIX]], text: &[u8; WINDOW]) -> u64 {
    let mut any = _mm512_setzero_si512();
    for eight in table {
        let mut left = _mm512_set1_epi8(-1);
        for (depth, (ascii, high)) in eight.iter().enumerate() {
            let v = load64(block_at(text, depth));
            let [low, upper] = ascii.as_chunks::<64>().0 else { continue };
            let allowed = _mm512_permutex2var_epi8(load64(low), v, load64(upper));
            let allowed = _mm512_mask_blend_epi8(_mm512_movepi8_mask(v), allowed, _mm512_set1_epi8(*high as i8));
            left = _mm512_and_si512(left, allowed);
        }
        any = _mm512_or_si512(any, left);
    }
    _mm512_test_epi8_mask(any, any)
}
