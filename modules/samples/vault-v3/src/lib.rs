//! Sample: what a follower runs, version 3, with another state schema: each follower's first call runs `migrate` and `health`.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A vault that a fleet runs, third version: it also remembers since when. Each vault migrates its data at its first call.
#[zera::module(version = "2.0.0", schema = 2)]
pub mod vault {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Vault {
        owner: Item<AccountId>,
        /// Everything together, base units.
        total: Item<u128>,
        balances: Map<AccountId, Entry>,
        /// Who put in, so that `health` can walk them.
        members: List<AccountId>,
    }

    /// What the vault keeps of one account.
    #[data]
    #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
    pub struct Entry {
        /// Base units.
        pub amount: u128,
        /// Slot of the first deposit; 0 when version 3 found it there.
        pub since: u64,
    }

    impl Vault {
        /// `owner` may pin the vault to a code and take it out of its fleet.
        #[constructor(payable)]
        pub fn new(&mut self, owner: AccountId) {
            self.owner.set(&owner);
            self.total.set(&0);
        }

        /// Carries a vault of version 1 or 2 over.
        #[migration]
        pub fn migrate(&mut self) {
            self.owner.set(&OldItem::named("owner").get());
            self.total.set(&OldItem::named("total").get());
            for (account, amount) in OldMap::<AccountId, u128>::named("balances").iter() {
                self.balances.set(&account, &Entry { amount, since: 0 });
                self.members.push(&account);
            }
        }

        /// All entries together are the total, and it is there.
        #[health]
        pub fn health(&self) -> bool {
            let amounts = self.members.iter().map(|account| self.balances.get_or_default(&account).amount);
            let sum = amounts.fold(0u128, u128::saturating_add);
            sum == self.total.get() && env::balance(&env::self_id().account()) >= sum
        }

        /// Since when an account has something in the vault.
        #[query]
        pub fn since(&self, account: AccountId) -> Option<u64> {
            self.balances.get(&account).map(|entry| entry.since)
        }

        /// Puts the attached ZRA in; answers what the caller has then.
        #[call(payable)]
        pub fn deposit(&mut self) -> Amount {
            let (account, amount) = (env::caller(), env::value());
            let mut entry = self.balances.get(&account).unwrap_or_else(|| {
                self.members.push(&account);
                Entry { amount: 0, since: env::slot() }
            });
            entry.amount = entry.amount.saturating_add(amount);
            self.balances.set(&account, &entry);
            self.total.set(&self.total.get().saturating_add(amount));
            Amount(entry.amount)
        }

        /// Takes ZRA out; answers what the caller has left.
        #[call]
        pub fn withdraw(&mut self, amount: Amount) -> Result<Amount> {
            let account = env::caller();
            let mut entry = self.balances.get_or_default(&account);
            entry.amount = entry.amount.checked_sub(amount.0).ok_or("there is not that much of yours")?;
            // The entry stays, so that nobody is a member twice.
            self.balances.set(&account, &entry);
            self.total.set(&self.total.get().saturating_sub(amount.0));
            env::transfer(&account, amount.0);
            Ok(Amount(entry.amount))
        }

        /// Stays at this code whatever the tag says; zeros end that. For the owner.
        #[call]
        pub fn stay(&mut self, code: Hash) -> Result<()> {
            self.require_owner()?;
            if code == Hash::default() {
                refs::unpin()
            } else {
                refs::pin(&code)
            }
            Ok(())
        }

        /// Runs code of its own from now on, following no tag. For the owner.
        #[call]
        pub fn leave(&mut self, code: Hash) -> Result<()> {
            self.require_owner()?;
            refs::leave(&code);
            Ok(())
        }

        /// Follows a manager's tag from now on. For the owner.
        #[call]
        pub fn join(&mut self, manager: ModuleId, tag: String) -> Result<()> {
            self.require_owner()?;
            refs::follow(&manager, &tag);
            Ok(())
        }

        /// Tries to set a tag: refused in a follower. For the owner.
        #[call]
        pub fn release(&mut self, tag: String, code: Hash) -> Result<()> {
            self.require_owner()?;
            refs::set(&tag, &code);
            Ok(())
        }

        /// What an account has in the vault.
        #[query]
        pub fn balance_of(&self, account: AccountId) -> Amount {
            Amount(self.balances.get_or_default(&account).amount)
        }

        /// Everything together; no upgrade may change it.
        #[invariant]
        pub fn total(&self) -> Amount {
            Amount(self.total.get())
        }

        /// Which version of the vault this is.
        #[query]
        pub fn version(&self) -> u32 {
            3
        }

        /// The code that this vault runs now.
        #[query]
        pub fn code(&self) -> Hash {
            refs::executable(&env::self_id()).map(|(_, code)| code).unwrap_or_default()
        }

        fn require_owner(&self) -> Result<()> {
            if env::caller() == self.owner.get() { Ok(()) } else { Err("only the owner may do this") }
        }
    }
}

#[cfg(test)]
mod tests;
