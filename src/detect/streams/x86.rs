//! Streams with the vector instructions of x86-64, chosen when the program runs.
//!
//! The only module with `unsafe`: a function compiled for AVX2 or AVX-512 may only be called where the processor has
//! it, which the compiler cannot know. A [`Table`] of a form exists only where that form was detected.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{BLOCK, CAPITAL, High, SETS, Set, Streams};

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

/// Eight bytes as the number that holds them in memory's order.
fn quad(bytes: &[u8], at: usize) -> i64 {
    i64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]))
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
    let half =
        |at: usize| _mm256_set_epi64x(quad(bytes, at + 24), quad(bytes, at + 16), quad(bytes, at + 8), quad(bytes, at));
    let (a, b) = (half(0), half(32));
    let low = _mm256_set1_epi8(15);
    // One bit for the high half of the byte: 1 << (b >> 4), nothing above ASCII.
    let rows = _mm256_broadcastsi128_si256(_mm_set_epi8(0, 0, 0, 0, 0, 0, 0, 0, -128, 64, 32, 16, 8, 4, 2, 1));
    let row = |v: __m256i| _mm256_shuffle_epi8(rows, _mm256_and_si256(_mm256_srli_epi16::<4>(v), low));
    let (row_a, row_b) = (row(a), row(b));
    let (low_a, low_b) = (_mm256_and_si256(a, low), _mm256_and_si256(b, low));
    let zero = _mm256_setzero_si256();
    for (set, bits) in table.ascii.iter().zip(out.iter_mut()) {
        let set = _mm256_broadcastsi128_si256(_mm_set_epi64x(quad(set, 8), quad(set, 0)));
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
    let load = |b: &[u8], at: usize| {
        _mm512_set_epi64(
            quad(b, at + 56),
            quad(b, at + 48),
            quad(b, at + 40),
            quad(b, at + 32),
            quad(b, at + 24),
            quad(b, at + 16),
            quad(b, at + 8),
            quad(b, at),
        )
    };
    let v = load(bytes, 0);
    let high = _mm512_movepi8_mask(v);
    for (eight, bits) in table.ascii.iter().zip(out.as_chunks_mut::<8>().0) {
        let sets = _mm512_maskz_permutex2var_epi8(!high, load(eight, 0), v, load(eight, 64));
        for (k, bits) in bits.iter_mut().enumerate() {
            *bits = _mm512_test_epi8_mask(sets, _mm512_set1_epi8((1u8 << k) as i8));
        }
    }
    let capital = _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8(CAPITAL as i8));
    with_high(out, (table.all, table.capitals), (high, capital));
}
