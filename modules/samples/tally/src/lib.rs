//! Sample: counts conviction with the ledger's own arithmetic (`zera-conviction`), on integers passed directly, so that a
//! count can be proven, and proven without showing the stake.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// Conviction, counted outside the ledger by the ledger's rules.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod tally {
    use zera::prelude::*;
    use zera_conviction::{alpha::alpha, decay::decay};

    /// alpha of a half-life of 60 slots, the demo chain's, in units of 2^-128.
    pub const ALPHA_60: u128 = 0xfd0f_413d_0d9c_5ef1_dbe4_85cf_ba44_a80f;

    /// Nothing is kept.
    #[storage]
    pub struct Tally {}

    impl Tally {
        /// Nothing to begin with.
        #[constructor]
        pub fn new(&mut self) {}

        /// Conviction after `slots`, from `conviction` towards `stake` (base units), at the demo chain's half-life of 60.
        #[query(direct)]
        pub fn conviction_after(&self, conviction: u64, stake: u64, slots: u64) -> u64 {
            let after = decay(ALPHA_60, slots).blend(conviction.into(), stake.into());
            // Between the two, so it fits.
            after as u64
        }

        /// The same at any half-life in bounds; fails outside.
        #[query(direct)]
        pub fn conviction_at(&self, conviction: u64, stake: u64, slots: u64, half_life: u64) -> u64 {
            let Some(alpha) = alpha(half_life) else { env::fail("this half-life is out of bounds") };
            decay(alpha, slots).blend(conviction.into(), stake.into()) as u64
        }
    }
}

#[cfg(test)]
mod tests;
