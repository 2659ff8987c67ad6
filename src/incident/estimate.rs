//! HyperLogLog (Flajolet, Fusy, Gandouet, Meunier 2007).

/// Registers of an estimate: a power of two. One standard error is 1.04 / sqrt(16384) = 0.8 %.
const BITS: u32 = 14;

/// An estimate of how many different seals there were.
#[derive(Clone)]
pub(super) struct Estimate(Vec<u8>);

impl Default for Estimate {
    fn default() -> Self {
        Self(vec![0; 1 << BITS])
    }
}

impl Estimate {
    /// Sees a seal.
    pub(super) fn add(&mut self, seal: u64) {
        let rank = ((seal << BITS) | 1 << (BITS - 1)).leading_zeros() + 1;
        if let Some(register) = usize::try_from(seal >> (64 - BITS)).ok().and_then(|at| self.0.get_mut(at)) {
            *register = (*register).max(u8::try_from(rank).unwrap_or(u8::MAX));
        }
    }

    /// How many different seals there were.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn count(&self) -> u64 {
        let registers = self.0.len() as f64;
        let zeros = self.0.iter().filter(|rank| **rank == 0).count();
        let sum: f64 = self.0.iter().map(|rank| 2f64.powi(-i32::from(*rank))).sum();
        let raw = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / sum;
        let small = raw <= 2.5 * registers && zeros > 0;
        if small { (registers * (registers / zeros as f64).ln()).round() as u64 } else { raw.round() as u64 }
    }

    /// The relative standard error.
    pub(super) fn error(&self) -> f64 {
        1.04 / f64::from(1_u32 << BITS).sqrt()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// SplitMix64.
    pub(in crate::incident) fn mixed(number: u64) -> u64 {
        let z = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    #[test]
    fn estimates_are_within_three_standard_errors() {
        for many in [1_000, 100_000, 3_000_000_u64] {
            let mut estimate = Estimate::default();
            (1..=many).for_each(|number| estimate.add(mixed(number)));
            let off = estimate.count().abs_diff(many);
            assert!(off * 1000 <= many * 25, "{many}: {}", estimate.count());
        }
    }
}
