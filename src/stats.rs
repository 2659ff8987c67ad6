//! Released counts: differential privacy by discrete Laplace noise, sampled exactly.
//!
//! Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020), algorithms 1 and 2: only whole
//! numbers and fair random bits, so that no rounding of floating-point numbers gives anything away (Mironov 2012).

use crate::error::{Error, Result};

/// A positive fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Above the line.
    pub over: u64,
    /// Below it; not 0.
    pub under: u64,
}

/// Gives 64 fair random bits.
pub type Random<'r> = &'r mut dyn FnMut() -> Result<u64>;

/// Decimals that an epsilon may have.
const DECIMALS: usize = 6;

impl Ratio {
    /// A positive decimal number of at most six decimals, up to 1000: `0.5`, `1`, `2.25`.
    #[must_use]
    pub fn decimal(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 4 || part.len() > DECIMALS || !digits(whole) || !digits(part) {
            return None;
        }
        let under = 10_u64.pow(u32::try_from(part.len()).ok()?);
        let over = whole.parse::<u64>().ok()? * under + if part.is_empty() { 0 } else { part.parse::<u64>().ok()? };
        (over > 0 && over <= 1000 * under).then_some(Self { over, under })
    }

    /// The number in millionths: exact for what [`Self::decimal`] reads.
    #[must_use]
    pub fn millionths(self) -> u64 {
        self.over * 1_000_000 / self.under
    }
}

/// A whole number below `bound`, each equally likely.
fn below(bound: u128, random: Random<'_>) -> Result<u128> {
    // Whatever does not divide evenly is drawn again.
    let limit = u128::MAX - (u128::MAX % bound + 1) % bound;
    loop {
        let drawn = u128::from(random()?) << 64 | u128::from(random()?);
        if drawn <= limit {
            return Ok(drawn % bound);
        }
    }
}

/// True with the probability exp(-over/under), for a fraction from 0 to 1.
fn decays(over: u128, under: u128, random: Random<'_>) -> Result<bool> {
    let mut turn = 1_u128;
    while below(under * turn, random)? < over {
        turn += 1;
    }
    Ok(turn % 2 == 1)
}

/// A draw of the discrete Laplace distribution: z with a probability in proportion to exp(-|z| / scale), where `scale` is
/// sensitivity over epsilon.
///
/// # Errors
/// Those of the source of randomness.
pub fn laplace(scale: Ratio, random: Random<'_>) -> Result<i64> {
    let (t, s) = (u128::from(scale.over), u128::from(scale.under));
    loop {
        let u = below(t, random)?;
        if !decays(u, t, random)? {
            continue;
        }
        let mut v = 0_u128;
        while decays(1, 1, random)? {
            v += 1;
        }
        let size = (u + t * v) / s;
        let negative = below(2, random)? == 1;
        if negative && size == 0 {
            continue;
        }
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        return Ok(if negative { -size } else { size });
    }
}

/// How many people have each of the categories, with noise; one person counts in at most `most` of them, chosen at
/// random, so that the sum of all counts changes by at most `most` with one person.
///
/// # Errors
/// Those of the source of randomness; [`Error::Usage`] for numbers that are too large.
pub fn release(
    people: &[Vec<String>],
    categories: &[String],
    (epsilon, most): (Ratio, u32),
    random: Random<'_>,
) -> Result<Vec<(String, i64)>> {
    let mut counts = vec![0_i64; categories.len()];
    for own in people {
        let mut own: Vec<usize> =
            own.iter().filter_map(|kind| categories.iter().position(|known| known == kind)).collect();
        own.sort_unstable();
        own.dedup();
        for _ in 0..most {
            if own.is_empty() {
                break;
            }
            let at = usize::try_from(below(own.len() as u128, random)?).unwrap_or(0);
            counts[own.swap_remove(at)] += 1;
        }
    }
    let over = u64::from(most).checked_mul(epsilon.under).ok_or_else(|| Error::Usage {
        what: "the sensitivity is too large".to_owned(),
        help: "count each person in fewer categories: --per-person 3".to_owned(),
    })?;
    let scale = Ratio { over, under: epsilon.over };
    let noisy =
        |(category, count): (&String, i64)| Ok((category.clone(), count.saturating_add(laplace(scale, random)?)));
    categories.iter().zip(counts).map(noisy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64: the same draws in every test run.
    fn dice(mut state: u64) -> impl FnMut() -> Result<u64> {
        move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            Ok(z ^ (z >> 31))
        }
    }

    #[test]
    fn epsilons_are_read_exactly() {
        assert_eq!(Ratio::decimal("0.5"), Some(Ratio { over: 5, under: 10 }));
        assert_eq!(Ratio::decimal("2"), Some(Ratio { over: 2, under: 1 }));
        assert_eq!(Ratio::decimal("0.25").map(Ratio::millionths), Some(250_000));
        for no in ["0", "", ".5", "-1", "1e3", "0.0000001", "99999", "0.0", "inf", "1001"] {
            assert_eq!(Ratio::decimal(no), None, "{no}");
        }
    }

    /// Chi-square against P(z) = (1 - a) / (1 + a) * a^|z|, a = exp(-1 / scale), at a significance of 0.001.
    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn noise_has_the_distribution_that_it_should() {
        let draws = 100_000;
        for (seed, over, under) in [(1, 1, 1), (2, 3, 1), (3, 2, 5), (4, 7, 3)] {
            let (scale, mut random) = (Ratio { over, under }, dice(seed));
            let a = (-(under as f64) / over as f64).exp();
            let mut seen = [0_u64; 21];
            let mut sum = 0;
            for _ in 0..draws {
                let z = laplace(scale, &mut random).expect("dice do not fail");
                sum += z;
                seen[usize::try_from(z.clamp(-10, 10) + 10).expect("small")] += 1;
            }
            let (mut square, mut cells) = (0.0, 0);
            for z in -10..=10_i32 {
                let p = if z.abs() == 10 { a.powi(10) / (1.0 + a) } else { (1.0 - a) / (1.0 + a) * a.powi(z.abs()) };
                let expected = p * f64::from(draws);
                if expected >= 5.0 {
                    square += (seen[usize::try_from(z + 10).expect("small")] as f64 - expected).powi(2) / expected;
                    cells += 1;
                }
            }
            // The 0.999 quantile of chi-square with 20 degrees of freedom is 45.3; with fewer it is less.
            assert!(cells >= 5 && square < 45.3, "scale {over}/{under}: {square} over {cells} cells");
            let deviation = (2.0 * a).sqrt() / (1.0 - a) * f64::from(draws).sqrt();
            assert!((sum as f64).abs() < 4.0 * deviation, "scale {over}/{under}: mean is off");
        }
    }

    /// The test above can fail: noise of half the scale does not pass it.
    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn neighbours_are_as_alike_as_epsilon_says() {
        let (epsilon, draws) = (Ratio { over: 1, under: 1 }, 60_000);
        let (with, without) = (vec![vec!["mrn".to_owned()]; 3], vec![vec!["mrn".to_owned()]; 2]);
        let histogram = |people: &[Vec<String>], seed| {
            let (mut random, mut seen) = (dice(seed), [0_u64; 12]);
            for _ in 0..draws {
                let counts = release(people, &["mrn".to_owned()], (epsilon, 1), &mut random).expect("dice");
                seen[usize::try_from(counts[0].1.clamp(-3, 8) + 3).expect("small")] += 1;
            }
            seen
        };
        let (one, other) = (histogram(&with, 5), histogram(&without, 6));
        let ratios: Vec<f64> = one
            .iter()
            .zip(&other)
            .filter(|(a, b)| **a > 800 && **b > 800)
            .map(|(a, b)| *a as f64 / *b as f64)
            .collect();
        let most = ratios.iter().fold(0.0_f64, |most, ratio| most.max(ratio.max(1.0 / ratio)));
        assert!(ratios.len() >= 5 && most < 1_f64.exp() * 1.12, "{most}");
        assert!(most > 1_f64.exp() * 0.88, "less noise would do: {most}");
    }

    #[test]
    fn one_person_counts_in_few_categories() {
        let kinds: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let people = vec![kinds.clone(); 10_000];
        let counts = release(&people, &kinds, (Ratio { over: 1000, under: 1 }, 2), &mut dice(9)).expect("dice");
        let sum: i64 = counts.iter().map(|(_, count)| count).sum();
        assert!((19_990..=20_010).contains(&sum), "{sum}");
        assert!(counts.iter().all(|(_, count)| (4_700..5_300).contains(count)), "{counts:?}");
    }
}
