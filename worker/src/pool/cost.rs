//! What running a stage costs, here and in pipelines, and so who does it. Only time depends on these guesses, never a result.

/// Microseconds of a transaction before its first call: its signature, its account, its fee.
const TRANSACTION_US: u64 = 180;
/// Nanoseconds per unit of a gas limit, before anything was measured.
const GAS_NS: u64 = 3;
/// Microseconds that a message to a pipeline and its answer take beside the work: encoding, two turns of two event loops.
const MESSAGE_US: u64 = 350;
/// Microseconds that handing over one transaction, its part of the state and its results takes this thread: encoding here,
/// decoding there and back. Measured as what blocks of 5, 50 and 500 µs a transaction lose (docs/benchmarks.md, blocks).
const HAND_OVER_US: u64 = 14;
/// Work that keeps this thread from answering for longer than this goes to a pipeline even when nothing is gained.
const PATIENCE_US: u64 = 8_000;
/// The guess may be this many times off before it is no longer followed, either way.
const MOST_OFF: u64 = 64;
/// A measurement counts for one part in so many.
const INERTIA: u64 = 4;

/// Microseconds that a batch may take before its pipeline counts as hung: far more than the slowest engine on a slow machine
/// needs, since every unit of gas is paid for before it is used.
pub const fn budget(gas_limits: u64, transactions: u64) -> u64 {
    let gas = gas_limits / 4;
    5_000_000u64.saturating_add(gas).saturating_add(transactions.saturating_mul(20_000))
}

/// How fast this machine executes, compared with the first guess.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    /// Measured time divided by the guess, in 1/1,024.
    scale: u64,
}

impl Default for Speed {
    fn default() -> Self {
        Self { scale: 1_024 }
    }
}

impl Speed {
    /// Microseconds that transactions with these gas limits should take one after another.
    pub fn guess(self, gas_limits: impl IntoIterator<Item = u64>) -> u64 {
        let raw = gas_limits.into_iter().fold(0, |sum: u64, limit| sum.saturating_add(raw(limit)));
        raw.saturating_mul(self.scale) / 1_024
    }

    /// Learns from work that was guessed to take `guessed` and took `took` microseconds.
    pub fn learn(&mut self, guessed: u64, took: u64) {
        if guessed == 0 {
            return;
        }
        let seen = took.saturating_mul(self.scale) / guessed;
        let seen = seen.clamp(1_024 / MOST_OFF, 1_024 * MOST_OFF);
        self.scale = self.scale.saturating_mul(INERTIA - 1).saturating_add(seen) / INERTIA;
        self.scale = self.scale.max(1_024 / MOST_OFF);
    }
}

const fn raw(gas_limit: u64) -> u64 {
    TRANSACTION_US.saturating_add(gas_limit.saturating_mul(GAS_NS) / 1_000)
}

/// Which clusters go together in one message, for at most `pipelines` of them: heaviest first, each to whoever has least.
/// Empty when this thread had better run all of them itself, unless they are to go `always`. `costs` are microseconds, one
/// per cluster; `transactions` is how many there are in all of them.
pub fn shares(costs: &[u64], transactions: u64, pipelines: usize, always: bool) -> Vec<Vec<usize>> {
    let total = sum(costs.iter().copied());
    if pipelines == 0 || costs.is_empty() {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by_key(|cluster| (std::cmp::Reverse(costs.get(*cluster)), *cluster));
    let mut shares = vec![(0u64, Vec::new()); pipelines.min(costs.len())];
    for cluster in order {
        if let Some((load, share)) = shares.iter_mut().min_by_key(|(load, _)| *load) {
            *load = load.saturating_add(costs.get(cluster).copied().unwrap_or(0));
            share.push(cluster);
        }
    }
    let longest = shares.iter().map(|(load, _)| *load).max().unwrap_or(0);
    let messages = (shares.len() as u64).saturating_mul(MESSAGE_US / 2).saturating_add(MESSAGE_US / 2);
    let beside = messages.saturating_add(transactions.saturating_mul(HAND_OVER_US));
    if !always && longest.saturating_add(beside) >= total && total < PATIENCE_US {
        return Vec::new();
    }
    shares.into_iter().map(|(_, mut share)| (share.sort_unstable(), share).1).collect()
}

/// Sums without overflow.
pub fn sum(costs: impl Iterator<Item = u64>) -> u64 {
    costs.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_work_stays_here_and_large_work_is_spread() {
        assert!(shares(&[100, 100], 2, 2, false).is_empty());
        assert_eq!(shares(&[3_000, 3_000], 2, 2, false), [vec![0], vec![1]]);
        assert_eq!(shares(&[1_000, 9_000, 4_000, 4_000], 4, 2, false), [vec![1], vec![0, 2, 3]]);
        // Many short ones cost more to hand over than to run.
        assert!(shares(&[3_000, 3_000], 300, 2, false).is_empty());
        // Nothing is gained by one chain, but it would keep questions waiting.
        assert!(shares(&[7_000], 1, 2, false).is_empty());
        assert_eq!(shares(&[9_000], 1, 2, false), [vec![0]]);
        assert!(shares(&[9_000, 9_000], 2, 0, true).is_empty() && shares(&[], 0, 3, true).is_empty());
    }

    #[test]
    fn the_guess_follows_what_is_measured_and_is_never_lost() {
        let mut speed = Speed::default();
        let limits = || [1_000_000; 10];
        for _ in 0..60 {
            speed.learn(speed.guess(limits()), 200_000);
        }
        assert!((180_000..=210_000).contains(&speed.guess(limits())), "{}", speed.guess(limits()));
        for _ in 0..200 {
            speed.learn(speed.guess(limits()), 0);
        }
        speed.learn(0, 5);
        assert!(speed.guess(limits()) > 0);
        speed.learn(1, u64::MAX);
        assert!(speed.guess([u64::MAX; 9]) > 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_cluster_has_one_place_and_no_share_is_far_from_the_best(
            costs in proptest::collection::vec(0u64..50_000, 0..60), pipelines in 0usize..9,
        ) {
            let shares = shares(&costs, 60, pipelines, false);
            prop_assert!(shares.len() <= pipelines);
            if !shares.is_empty() {
                let mut all: Vec<usize> = shares.concat();
                all.sort_unstable();
                prop_assert_eq!(all, (0..costs.len()).collect::<Vec<_>>());
                let load = |share: &Vec<usize>| sum(share.iter().map(|cluster| costs[*cluster]));
                let longest = shares.iter().map(load).max().unwrap();
                let bound = (sum(costs.iter().copied()) / shares.len() as u64).max(*costs.iter().max().unwrap());
                // Heaviest first is never more than a third worse than the best.
                prop_assert!(longest <= bound + bound / 2 + 1, "{} of {}", longest, bound);
            }
        }
    }
}
