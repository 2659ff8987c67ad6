//! Streams without vector instructions: a table look-up a byte, then bits turned by 8 × 8.

use super::{BLOCK, SETS, Set, Streams};

/// For each byte the sets that it is in, one bit each.
pub(super) struct Table([u32; 256]);

impl Table {
    pub(super) fn new(sets: &[Set]) -> Self {
        let mut table = [0u32; 256];
        for (b, entry) in (0..=255u8).zip(table.iter_mut()) {
            for (k, _) in sets.iter().enumerate().take(SETS).filter(|(_, set)| set.has(b)) {
                *entry |= 1 << k;
            }
        }
        Self(table)
    }

    pub(super) fn block(&self, bytes: &[u8; BLOCK], out: &mut Streams) {
        *out = [0; SETS];
        let (groups, _) = bytes.as_chunks::<8>();
        for (group, bytes) in groups.iter().enumerate() {
            let sets = bytes.map(|b| self.0[usize::from(b)].to_le_bytes());
            for plane in 0..4 {
                let square = u64::from_le_bytes(sets.map(|s| s[plane]));
                for (k, bits) in transposed(square).to_le_bytes().into_iter().enumerate() {
                    out[plane * 8 + k] |= u64::from(bits) << (group * 8);
                }
            }
        }
    }
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
