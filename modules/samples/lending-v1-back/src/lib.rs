//! Sample: the way back of the lending pool, from the storage of version 2 to that of version 1. A voted rollback names it as
//! its reverse migration once users have written since the upgrade; it is no version of the pool itself.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// Carries a lending pool's data from version 2 back to version 1, in steps. A rollback names it; nobody calls it.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod lending {
    use lending_pool::{Error, Pool};
    use zera::prelude::*;

    /// What version 1 keeps.
    #[storage]
    pub struct Lending {
        owner: Item<AccountId>,
        interest_rate_bps: Item<u32>,
        authorized_callers: Item<Vec<AccountId>>,
        pool: Item<Pool>,
        deposits: Map<AccountId, u128>,
        loans: Map<AccountId, u128>,
        /// Sums of shares and loans carried over so far; gone when it is done.
        carried: Item<(u128, u128)>,
    }

    /// Version 2's storage was carried back.
    #[event]
    pub struct CarriedBack {
        /// All shares of depositors.
        pub shares: u128,
    }

    /// Accounts that one step carries over.
    const STEP: usize = 256;

    impl Lending {
        /// Splits every position into a deposit and a loan. Fails if what was carried is not what the pool says.
        #[migration]
        pub fn migrate(&mut self, cursor: Vec<u8>) -> Result<Option<Vec<u8>>, Error> {
            if cursor.is_empty() {
                self.owner.set(&OldItem::named("owner").get());
                self.interest_rate_bps.set(&OldItem::named("interest_rate_bps").get());
                self.authorized_callers.set(&OldItem::named("authorized_callers").get());
                self.pool.set(&OldItem::named("pool").get());
            }
            let page = OldMap::<AccountId, (u128, u128)>::named("positions").page(&cursor, STEP);
            let mut sum = self.carried.find().unwrap_or_default();
            for (account, (shares, loan)) in &page.entries {
                self.deposits.set_or_remove(account, shares);
                self.loans.set_or_remove(account, loan);
                sum.0 = sum.0.checked_add(*shares).ok_or(Error::Overflow)?;
                sum.1 = sum.1.checked_add(*loan).ok_or(Error::Overflow)?;
            }
            if page.next.is_some() {
                self.carried.set(&sum);
                return Ok(page.next);
            }
            self.carried.remove();
            let pool = self.pool.get();
            if sum != (pool.shares, pool.scaled) {
                return Err(Error::BadSum);
            }
            env::emit(&CarriedBack { shares: pool.shares });
            Ok(None)
        }
    }
}
