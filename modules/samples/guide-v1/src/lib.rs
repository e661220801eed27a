//! Version 1 of the module that docs/modules.md writes; `cargo xtask module FOLDER --new` copies it.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A savings jar: everyone may put ZRA in, and take their own out.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod jar {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Jar {
        limit: Item<u32>,
        total: Item<u128>,
        savings: Map<AccountId, u128>,
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

    impl Jar {
        /// `limit` is the most ZRA that one account may keep here.
        #[constructor]
        pub fn new(&mut self, limit: u32) {
            self.limit.set(&limit);
            self.total.set(&0);
        }

        /// Puts the attached ZRA in; answers what the caller has then.
        #[call(payable)]
        pub fn put(&mut self) -> Result<Amount> {
            let (account, amount) = (env::caller(), env::value());
            let saved = self.savings.get_or_default(&account).saturating_add(amount);
            if saved > u128::from(self.limit.get()) * ZRA {
                return Err("that is more than one account may keep here");
            }
            self.savings.set_or_remove(&account, &saved);
            self.total.set(&self.total.get().saturating_add(amount));
            env::emit(&Saved { account, amount: Amount(amount) });
            Ok(Amount(saved))
        }

        /// Takes ZRA out; answers what the caller has left.
        #[call]
        pub fn take(&mut self, amount: Amount) -> Result<Amount> {
            let account = env::caller();
            let left =
                self.savings.get_or_default(&account).checked_sub(amount.0).ok_or("you have not that much here")?;
            self.savings.set_or_remove(&account, &left);
            self.total.set(&self.total.get().saturating_sub(amount.0));
            env::transfer(&account, amount.0);
            Ok(Amount(left))
        }

        /// What an account has in the jar.
        #[query]
        pub fn savings_of(&self, account: AccountId) -> Amount {
            Amount(self.savings.get_or_default(&account))
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
    use zera::{prelude::*, testing::Chain};

    #[test]
    fn keeps_and_returns() {
        let (mut chain, ann) = (Chain::new(), AccountId([1; 32]));
        chain.fund(ann, 9_000_000_000);
        let jar = chain.deploy(ann, EXPORTS, "new", &(5u32,)).unwrap();
        assert_eq!(chain.pay(ann, 5_000_000_000, jar, "put", &()), Ok(Amount(5_000_000_000)));
        assert!(chain.pay::<Amount>(ann, 1, jar, "put", &()).unwrap_err().contains("more than one account"));
        assert!(chain.call::<()>(ann, jar, "set_limit", &(6u32,)).is_err(), "only a vote may");
        assert_eq!(chain.govern(jar, "set_limit", &(6u32,)), Ok(()));
        assert!(chain.govern::<()>(jar, "set_limit", &(0u32,)).is_err(), "out of bounds");
        assert_eq!(chain.call(ann, jar, "take", &(Amount(2_000_000_000),)), Ok(Amount(3_000_000_000)));
        assert_eq!(chain.call(ann, jar, "total", &()), Ok(Amount(3_000_000_000)));
    }
}
