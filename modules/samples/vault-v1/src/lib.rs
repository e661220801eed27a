//! Sample: what a follower runs, version 1. Its owner may leave the fleet, or stay behind at one code.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A vault that a fleet runs: everyone may put ZRA in and take their own out. First version.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod vault {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Vault {
        owner: Item<AccountId>,
        /// Everything together, base units.
        total: Item<u128>,
        balances: Map<AccountId, u128>,
    }

    impl Vault {
        /// `owner` may pin the vault to a code and take it out of its fleet.
        #[constructor(payable)]
        pub fn new(&mut self, owner: AccountId) {
            self.owner.set(&owner);
            self.total.set(&0);
        }

        /// Puts the attached ZRA in; answers what the caller has then.
        #[call(payable)]
        pub fn deposit(&mut self) -> Amount {
            let account = env::caller();
            let sum = self.balances.get_or_default(&account).saturating_add(env::value());
            self.balances.set_or_remove(&account, &sum);
            self.total.set(&self.total.get().saturating_add(env::value()));
            Amount(sum)
        }

        /// Takes ZRA out; answers what the caller has left.
        #[call]
        pub fn withdraw(&mut self, amount: Amount) -> Result<Amount> {
            let account = env::caller();
            let left = self.balances.get_or_default(&account);
            let left = left.checked_sub(amount.0).ok_or("there is not that much of yours")?;
            self.balances.set_or_remove(&account, &left);
            self.total.set(&self.total.get().saturating_sub(amount.0));
            env::transfer(&account, amount.0);
            Ok(Amount(left))
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
            Amount(self.balances.get_or_default(&account))
        }

        /// Everything together; no upgrade may change it.
        #[invariant]
        pub fn total(&self) -> Amount {
            Amount(self.total.get())
        }

        /// Which version of the vault this is.
        #[query]
        pub fn version(&self) -> u32 {
            1
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
