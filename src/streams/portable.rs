//! Programs without vector instructions of a certain kind; the other forms compile the same code for better processors.

use super::program::{Op, Program};
use super::{BLOCK, FIRST, LAST, Window};

/// The bits of a block's bytes: stream `k` has the bit of weight `2^k` of each byte.
#[inline(always)]
pub(super) fn transpose(bytes: &[u8; BLOCK]) -> [u64; 8] {
    let mut out = [0; 8];
    for (group, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let square = transposed(u64::from_le_bytes(*eight));
        for (k, bits) in square.to_le_bytes().into_iter().enumerate() {
            out[k] |= u64::from(bits) << (group * 8);
        }
    }
    out
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

/// Runs a program over a window whose first eight registers are filled. `carries` says, for each step, whether a run
/// goes on from the window before.
#[inline(always)]
pub(super) fn run(program: &Program, registers: &mut [Window], carries: &mut [bool]) {
    for ((to, op), carry) in program.steps.iter().zip(carries) {
        let to = usize::from(*to);
        let Some((below, [out, above @ ..])) = registers.split_at_mut_checked(to) else { continue };
        let (below, above) = (&*below, &*above);
        let get = |register: u16| {
            let register = usize::from(register);
            if register < to { &below[register] } else { &above[register - to - 1] }
        };
        match *op {
            Op::Bit(_) => {}
            Op::And(a, b) => each(out, get(a), get(b), |a, b| a & b),
            Op::Or(a, b) => each(out, get(a), get(b), |a, b| a | b),
            Op::Less(a, b) => each(out, get(a), get(b), |a, b| a & !b),
            Op::Not(a) => each(out, get(a), get(a), |a, _| !a),
            Op::Select(c, a, b) => select(out, get(c), get(a), get(b)),
            Op::Before(a, n) => before(out, get(a), n),
            Op::After(a, n) => after(out, get(a), n),
            Op::AndAfter(a, b, n) => and_after(out, get(a), get(b), n),
            Op::Through(marks, runs) => through(out, get(marks), get(runs), carry),
        }
    }
}

#[inline(always)]
fn each(out: &mut Window, a: &Window, b: &Window, f: impl Fn(u64, u64) -> u64) {
    for i in FIRST..LAST + 1 {
        out.0[i] = f(a.0[i], b.0[i]);
    }
}

#[inline(always)]
fn select(out: &mut Window, c: &Window, a: &Window, b: &Window) {
    for i in FIRST..LAST + 1 {
        out.0[i] = c.0[i] & a.0[i] | !c.0[i] & b.0[i];
    }
}

#[inline(always)]
fn before(out: &mut Window, a: &Window, n: u8) {
    let n = u64::from(n & 63);
    for i in FIRST..LAST + 1 {
        out.0[i] = a.0[i] << n | a.0[i - 1] >> ((64 - n) & 63);
    }
}

#[inline(always)]
fn after(out: &mut Window, a: &Window, n: u8) {
    let n = u64::from(n & 63);
    for i in FIRST..LAST + 1 {
        out.0[i] = a.0[i] >> n | a.0[i + 1] << ((64 - n) & 63);
    }
}

#[inline(always)]
fn and_after(out: &mut Window, a: &Window, b: &Window, n: u8) {
    let n = u64::from(n & 63);
    for i in FIRST..LAST + 1 {
        out.0[i] = a.0[i] & (b.0[i] >> n | b.0[i + 1] << ((64 - n) & 63));
    }
}

#[inline(always)]
fn through(out: &mut Window, marks: &Window, runs: &Window, carry: &mut bool) {
    (out.0[FIRST], out.0[LAST]) = (0, 0);
    for i in FIRST + 1..LAST {
        out.0[i] = super::through(marks.0[i], runs.0[i], carry);
    }
}
