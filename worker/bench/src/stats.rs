//! Medians, and how sure one may be of them: bootstrap intervals with a fixed seed, so that the same samples always give
//! the same figures.

/// Resamplings of one interval.
const RESAMPLES: usize = 2_000;
/// Share of resampled medians below and above a 95 % interval.
const TAIL: f64 = 0.025;

/// A middle value and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The median, or the geometric mean of medians.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Estimate {
    /// The same in another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }
}

/// The median; 0 of nothing.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (None, _) => 0.0,
        (Some(upper), 1) => *upper,
        (Some(upper), _) => (sorted[middle - 1] + upper) / 2.0,
    }
}

/// The median of `values` with its interval.
#[must_use]
pub fn estimate(values: &[f64]) -> Estimate {
    geometric_mean(&[values])
}

/// The geometric mean of the medians of several groups of ratios, resampled within each group; with one group its median.
#[must_use]
pub fn geometric_mean(groups: &[&[f64]]) -> Estimate {
    let mut random = Random(0x5eed);
    let mut means: Vec<f64> =
        (0..RESAMPLES).map(|_| mean(groups.iter().map(|group| median(&random.resample(group))))).collect();
    means.sort_by(f64::total_cmp);
    let tail = (RESAMPLES as f64 * TAIL) as usize;
    Estimate {
        value: mean(groups.iter().map(|group| median(group))),
        low: means[tail],
        high: means[RESAMPLES - 1 - tail],
    }
}

fn mean(medians: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = medians.len();
    let mut medians = medians;
    match count {
        1 => medians.next().unwrap_or(0.0),
        // Of nothing: no ratio.
        0 => 0.0,
        _ => (medians.map(f64::ln).sum::<f64>() / count as f64).exp(),
    }
}

/// splitmix64: as good as a bootstrap needs, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// As many values as there are, each drawn from all of them.
    fn resample(&mut self, values: &[f64]) -> Vec<f64> {
        let count = values.len() as u64;
        values.iter().map(|_| values[(self.next() % count) as usize]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn an_interval_holds_the_median_and_is_the_same_every_time() {
        let values: Vec<f64> = (0..21).map(|n| 10.0 + f64::from(n * 5 % 21)).collect();
        let first = estimate(&values);
        assert_eq!(first, estimate(&values));
        assert_eq!(first.value, 20.0);
        assert!(first.low < 20.0 && first.low > 10.0 && first.high > 20.0 && first.high < 30.0, "{first:?}");
        let sure = estimate(&[5.0; 21]);
        assert_eq!((sure.low, sure.value, sure.high), (5.0, 5.0, 5.0));
    }

    #[test]
    fn an_interval_covers_as_often_as_it_says() {
        // 400 samples of 21 values with median 1: about 95 % of their intervals hold it.
        let mut random = Random(7);
        let covered = (0..400)
            .filter(|_| {
                let sample: Vec<f64> =
                    (0..21).map(|_| 0.5 + (random.next() >> 11) as f64 / (1u64 << 53) as f64).collect();
                let estimate = estimate(&sample);
                estimate.low <= 1.0 && 1.0 <= estimate.high
            })
            .count();
        assert!((360..=400).contains(&covered), "{covered} of 400");
    }

    #[test]
    fn the_mean_of_ratios_is_geometric() {
        let estimate = geometric_mean(&[&[2.0, 2.0, 2.0], &[8.0, 8.0, 8.0]]);
        assert!((estimate.value - 4.0).abs() < 1e-9 && (estimate.low - 4.0).abs() < 1e-9, "{estimate:?}");
        assert_eq!(geometric_mean(&[]).value, 0.0);
    }
}
