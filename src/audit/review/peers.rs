//! How far somebody is from the others, by median and median absolute deviation: a few extremes do not move them.

/// Fewest others that somebody is compared with.
pub(super) const PEERS_LEAST: usize = 5;

/// How far is too far, in robust standard deviations (Iglewicz and Hoaglin, 1993).
pub(super) const FAR: f64 = 3.5;

/// The median; 0 of nothing.
pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

/// The median of the others, and by how many robust standard deviations `own` lies above it. `least` is the smallest
/// deviation that is believed: where all are alike, the next is not infinitely far.
pub(super) fn above(own: f64, others: &[f64], least: f64) -> Option<(f64, f64)> {
    if others.len() < PEERS_LEAST {
        return None;
    }
    let mut values = others.to_vec();
    let middle = median(&mut values);
    let mut off: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    // 0.6745: the MAD of a normal distribution in standard deviations.
    let deviation = (median(&mut off) / 0.6745).max(least);
    Some((middle, (own - middle) / deviation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_do_not_move_the_middle() {
        assert!((median(&mut [3.0, 1.0, 1000.0]) - 3.0).abs() < 1e-9);
        assert!((median(&mut [4.0, 1.0, 1000.0, 2.0]) - 3.0).abs() < 1e-9);
        let (middle, far) = above(100.0, &[10.0, 11.0, 9.0, 10.0, 12.0, 900.0], 1.0).expect("enough others");
        assert!((10.0..=11.0).contains(&middle) && far > 20.0);
        assert!(above(12.0, &[10.0, 11.0, 9.0, 10.0, 12.0], 1.0).is_some_and(|(_, far)| far < FAR));
        assert_eq!(above(100.0, &[1.0; 4], 1.0), None);
    }
}
