//! Sample: an upgrade of the lending pool that must fail. Its migration writes part of the new storage and then traps,
//! so that one can see that an upgrade is all or nothing: after it, version 2 runs on untouched.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A lending pool whose migration fails on purpose: half-way it finds a fault and traps. Voting for it must change nothing.
#[zera::module(version = "3.0.0", schema = 3)]
pub mod lending {
    use lending_pool::{Error, Pool, Totals};
    use zera::prelude::*;

    /// Everything the module would keep.
    #[storage]
    pub struct Lending {
        owner: Item<AccountId>,
        interest_rate_bps: Item<u32>,
        pool: Item<Pool>,
    }

    impl Lending {
        /// Opens the pool; the caller becomes its owner. The rate is in basis points a year.
        #[constructor]
        pub fn new(&mut self, initial_rate: u32) {
            self.owner.set(&env::caller());
            self.interest_rate_bps.set(&initial_rate);
            self.pool.set(&Pool::new(env::slot()));
        }

        /// Copies some of the old storage and traps on purpose.
        #[migration]
        pub fn migrate(&mut self) {
            self.owner.set(&OldItem::named("owner").get());
            self.interest_rate_bps.set(&OldItem::named("interest_rate_bps").get());
            self.pool.set(&OldItem::named("pool").get());
            env::trap();
        }

        /// Interest in basis points a year.
        #[query]
        pub fn get_interest_rate(&self) -> u32 {
            self.interest_rate_bps.get()
        }

        /// Interest in basis points a year.
        #[setter(parameter = "interest_rate_bps", getter = "get_interest_rate", min = 0, max = 10_000)]
        pub fn update_interest_rate_bps(&mut self, new_rate: u32) {
            self.interest_rate_bps.set(&new_rate);
        }

        /// What the pool holds, is owed and owes.
        #[query]
        pub fn totals(&self) -> Result<Totals, Error> {
            self.pool.get().totals()
        }
    }
}

#[cfg(test)]
mod tests;
