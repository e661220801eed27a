//! Where the chain stands, for everybody who only looks: published after every block, read without asking the chain.

use std::collections::VecDeque;
use zera_primitives::{Hash, Header};
use zera_wire::answer::{Finality, PoolStatus};

/// Blocks over which finality is measured.
const SAMPLES: usize = 512;

/// Where the chain stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The newest final block.
    pub head: Header,
    /// Its hash.
    pub hash: Hash,
    /// Unix time at which it became final here, milliseconds.
    pub since_ms: u64,
    /// The newest final block whose own certificate is here; the genesis of a network has none.
    pub certified: Option<Finality>,
    /// What waits for a block.
    pub pool: PoolStatus,
    /// Milliseconds from a proposal to its finality: median and 99th percentile of the newest blocks.
    pub finality_ms: (u32, u32),
    /// Transactions in final blocks since this peer started.
    pub transactions: u64,
    /// Blocks executed since this peer started.
    pub executed: u64,
    /// Faults recorded since this peer started.
    pub faults: u64,
    /// Bytes of the state's pages in memory.
    pub page_bytes: u64,
}

/// Times of the newest blocks.
#[derive(Debug, Default)]
pub struct Times(VecDeque<u32>);

impl Times {
    /// Adds one.
    pub fn add(&mut self, ms: u64) {
        self.0.push_back(u32::try_from(ms).unwrap_or(u32::MAX));
        if self.0.len() > SAMPLES {
            self.0.pop_front();
        }
    }

    /// Median and 99th percentile; zero before the first.
    #[must_use]
    pub fn percentiles(&self) -> (u32, u32) {
        let mut sorted: Vec<u32> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let place = sorted.len().saturating_mul(percent) / 100;
            sorted.get(place.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0)
        };
        (at(50), at(99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_newest() {
        let mut times = Times::default();
        assert_eq!(times.percentiles(), (0, 0));
        times.add(7);
        assert_eq!(times.percentiles(), (7, 7));
        (0..10_000).for_each(|ms| times.add(ms));
        assert_eq!(times.percentiles(), (10_000 - 512 + 256, 10_000 - 512 + 506));
    }
}
