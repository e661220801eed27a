//! Version 2 of the module that docs/modules.md writes: it remembers since when somebody saves.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A savings jar: everyone may put ZRA in, and take their own out. It remembers since when.
#[zera::module(version = "2.0.0", schema = 2)]
pub mod jar {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Jar {
        limit: Item<u32>,
        total: Item<u128>,
        savings: Map<AccountId, Savings>,
    }

    /// What the jar keeps of one account.
    #[data]
    #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
    pub struct Savings {
        /// Base units.
        pub amount: u128,
        /// Slot of the first deposit, or of the upgrade for those who came before it.
        pub since: u64,
    }

    /// Somebody put ZRA in.
    #[event]
    pub struct Saved {
        /// Who.
        pub account: AccountId,
        /// How much.
        pub amount: Amount,
    }

    /// Base units of one ZRA.
    const ZRA: u128 = 1_000_000_000;
    /// Accounts that one step of the migration carries over.
    const STEP: usize = 256;

    impl Jar {
        /// `limit` is the most ZRA that one account may keep here.
        #[constructor]
        pub fn new(&mut self, limit: u32) {
            self.limit.set(&limit);
            self.total.set(&0);
        }

        /// Carries the savings of version 1 over, some accounts a step.
        #[migration]
        pub fn migrate(&mut self, cursor: Vec<u8>) -> Option<Vec<u8>> {
            if cursor.is_empty() {
                self.limit.set(&OldItem::named("limit").get());
                self.total.set(&0);
            }
            let page = OldMap::<AccountId, u128>::named("savings").page(&cursor, STEP);
            let mut total = self.total.get();
            for (account, amount) in &page.entries {
                self.savings.set(account, &Savings { amount: *amount, since: env::slot() });
                total = total.saturating_add(*amount);
            }
            // Recounted, not copied: had an account been lost, the invariant `total` would differ and the upgrade abort.
            self.total.set(&total);
            page.next
        }

        /// The ZRA that the jar owes are there.
        #[health]
        pub fn health(&self) -> bool {
            env::balance(&env::self_id().account()) >= self.total.get()
        }

        /// Puts the attached ZRA in; answers what the caller has then.
        #[call(payable)]
        pub fn put(&mut self) -> Result<Amount> {
            let (account, amount) = (env::caller(), env::value());
            let first = Savings { amount: 0, since: env::slot() };
            let mut savings = self.savings.get(&account).unwrap_or(first);
            savings.amount = savings.amount.saturating_add(amount);
            if savings.amount > u128::from(self.limit.get()) * ZRA {
                return Err("that is more than one account may keep here");
            }
            self.savings.set(&account, &savings);
            self.total.set(&self.total.get().saturating_add(amount));
            env::emit(&Saved { account, amount: Amount(amount) });
            Ok(Amount(savings.amount))
        }

        /// Takes ZRA out; answers what the caller has left.
        #[call]
        pub fn take(&mut self, amount: Amount) -> Result<Amount> {
            let account = env::caller();
            let mut savings = self.savings.get_or_default(&account);
            savings.amount = savings.amount.checked_sub(amount.0).ok_or("you have not that much here")?;
            if savings.amount == 0 {
                self.savings.remove(&account);
            } else {
                self.savings.set(&account, &savings);
            }
            self.total.set(&self.total.get().saturating_sub(amount.0));
            env::transfer(&account, amount.0);
            Ok(Amount(savings.amount))
        }

        /// What an account has in the jar.
        #[query]
        pub fn savings_of(&self, account: AccountId) -> Amount {
            Amount(self.savings.get_or_default(&account).amount)
        }

        /// Since which slot an account has something in the jar.
        #[query]
        pub fn since(&self, account: AccountId) -> Option<u64> {
            self.savings.get(&account).map(|savings| savings.since)
        }

        /// Everything together. No upgrade may change it.
        #[invariant]
        pub fn total(&self) -> Amount {
            Amount(self.total.get())
        }

        /// The most ZRA that one account may keep.
        #[query]
        pub fn get_limit(&self) -> u32 {
            self.limit.get()
        }

        /// The most ZRA that one account may keep.
        #[setter(parameter = "limit", getter = "get_limit", min = 1, max = 1_000_000)]
        pub fn set_limit(&mut self, limit: u32) {
            self.limit.set(&limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::jar::exports::EXPORTS;
    use guide_v1::jar::exports::EXPORTS as V1;
    use zera::{prelude::*, testing::Chain};

    #[test]
    fn carries_every_account_over() {
        let mut chain = Chain::new();
        let accounts: Vec<AccountId> =
            (1..=600u16).map(|n| AccountId([n.to_le_bytes(); 16].concat().try_into().unwrap())).collect();
        let jar = chain.deploy(accounts[0], V1, "new", &(5u32,)).unwrap();
        for account in &accounts {
            chain.fund(*account, 7);
            chain.pay::<Amount>(*account, 7, jar, "put", &()).unwrap();
        }
        chain.pass(90);
        chain.upgrade(jar, EXPORTS, Some("migrate"), Some("health")).unwrap();
        assert_eq!(chain.call(accounts[0], jar, "total", &()), Ok(Amount(4_200)));
        assert_eq!(chain.call(accounts[0], jar, "since", &(accounts[599],)), Ok(Some(90u64)));
        assert_eq!(chain.call(accounts[599], jar, "take", &(Amount(7),)), Ok(Amount(0)));
        assert_eq!(chain.call(accounts[0], jar, "since", &(accounts[599],)), Ok(None::<u64>));
    }
}
