//! Sample: a fungible token with the usual functions.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A fungible token: a fixed supply that its owners transfer, or let others transfer up to an allowance.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod token {
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Token {
        name: Item<String>,
        symbol: Item<String>,
        decimals: Item<u8>,
        supply: Item<u128>,
        balances: Map<AccountId, u128>,
        /// What an owner lets a spender transfer.
        allowances: Map<(AccountId, AccountId), u128>,
    }

    /// Tokens moved.
    #[event]
    pub struct Transferred {
        /// From whom; nobody when the token is made.
        pub from: Option<AccountId>,
        /// To whom.
        pub to: AccountId,
        /// How many.
        pub amount: u128,
    }

    /// An owner set an allowance.
    #[event]
    pub struct Approved {
        /// Who lets.
        pub owner: AccountId,
        /// Whom.
        pub spender: AccountId,
        /// How many.
        pub amount: u128,
    }

    /// Why a call is refused; nothing was changed.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Error {
        /// The owner has fewer.
        InsufficientBalance,
        /// The owner lets fewer.
        InsufficientAllowance,
        /// The name or symbol is empty or long.
        BadName,
    }

    impl Reason for Error {
        fn reason(&self) -> &str {
            match self {
                Self::InsufficientBalance => "the balance does not suffice",
                Self::InsufficientAllowance => "the allowance does not suffice",
                Self::BadName => "a name has 1 to 64 bytes, a symbol 1 to 12",
            }
        }
    }

    impl Token {
        /// Makes the token; the caller owns the whole supply, counted in the smallest unit.
        #[constructor]
        pub fn new(&mut self, name: String, symbol: String, decimals: u8, supply: u128) -> Result<(), Error> {
            if !(1..=64).contains(&name.len()) || !(1..=12).contains(&symbol.len()) {
                return Err(Error::BadName);
            }
            let to = env::caller();
            self.name.set(&name);
            self.symbol.set(&symbol);
            self.decimals.set(&decimals);
            self.supply.set(&supply);
            self.balances.set_or_remove(&to, &supply);
            env::emit(&Transferred { from: None, to, amount: supply });
            Ok(())
        }

        /// Moves tokens of the caller.
        #[call]
        pub fn transfer(&mut self, to: AccountId, amount: u128) -> Result<(), Error> {
            self.move_tokens(env::caller(), to, amount)
        }

        /// Lets `spender` move tokens of the caller: that many in all from now on, whatever was allowed before.
        #[call]
        pub fn approve(&mut self, spender: AccountId, amount: u128) {
            let owner = env::caller();
            self.allowances.set_or_remove(&(owner, spender), &amount);
            env::emit(&Approved { owner, spender, amount });
        }

        /// Moves tokens of `from`, out of what `from` lets the caller move.
        #[call]
        pub fn transfer_from(&mut self, from: AccountId, to: AccountId, amount: u128) -> Result<(), Error> {
            let key = (from, env::caller());
            let allowed = self.allowances.get_or_default(&key);
            let left = allowed.checked_sub(amount).ok_or(Error::InsufficientAllowance)?;
            self.allowances.set_or_remove(&key, &left);
            self.move_tokens(from, to, amount)
        }

        /// How many tokens an account has.
        #[query]
        pub fn balance(&self, account: AccountId) -> u128 {
            self.balances.get_or_default(&account)
        }

        /// How many tokens of `owner` `spender` may still move.
        #[query]
        pub fn allowance(&self, owner: AccountId, spender: AccountId) -> u128 {
            self.allowances.get_or_default(&(owner, spender))
        }

        /// How many tokens there are.
        #[query]
        pub fn total_supply(&self) -> u128 {
            self.supply.get()
        }

        /// Name, symbol and number of decimals.
        #[query]
        pub fn describe(&self) -> (String, String, u8) {
            (self.name.get(), self.symbol.get(), self.decimals.get())
        }

        fn move_tokens(&mut self, from: AccountId, to: AccountId, amount: u128) -> Result<(), Error> {
            let left = self.balances.get_or_default(&from).checked_sub(amount).ok_or(Error::InsufficientBalance)?;
            self.balances.set_or_remove(&from, &left);
            // Read after the write above, so that paying oneself adds to what is left. Never more than the supply.
            let sum = self.balances.get_or_default(&to).saturating_add(amount);
            self.balances.set_or_remove(&to, &sum);
            env::emit(&Transferred { from: Some(from), to, amount });
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
