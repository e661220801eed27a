//! Sample: the lending contract of the source documents, made whole. Anyone deposits ZRA and earns interest; the owner
//! and the callers that a vote authorises may borrow. The rate and the list are parameters that only governance sets.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A lending pool: deposits earn what loans pay. The owner and authorised callers may borrow; rate and list of callers are set by vote.
#[zera::module(version = "1.0.0", schema = 1)]
pub mod lending {
    use lending_pool::{Error, Pool, Totals};
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Lending {
        owner: Item<AccountId>,
        interest_rate_bps: Item<u32>,
        authorized_callers: Item<Vec<AccountId>>,
        pool: Item<Pool>,
        /// Shares of each depositor.
        deposits: Map<AccountId, u128>,
        /// Scaled loan of each borrower.
        loans: Map<AccountId, u128>,
    }

    /// Somebody deposited.
    #[event]
    pub struct Deposited {
        /// Who.
        pub account: AccountId,
        /// How much.
        pub amount: Amount,
    }

    /// Somebody withdrew.
    #[event]
    pub struct Withdrawn {
        /// Who.
        pub account: AccountId,
        /// How much.
        pub amount: Amount,
    }

    /// Somebody borrowed.
    #[event]
    pub struct Borrowed {
        /// Who.
        pub account: AccountId,
        /// How much.
        pub amount: Amount,
    }

    /// Somebody repaid.
    #[event]
    pub struct Repaid {
        /// Who.
        pub account: AccountId,
        /// How much.
        pub amount: Amount,
    }

    /// A vote changed the interest rate.
    #[event]
    pub struct InterestRateUpdated {
        /// Basis points a year before.
        pub old_rate: u32,
        /// Basis points a year from now on.
        pub new_rate: u32,
    }

    impl Lending {
        /// Opens the pool; the caller becomes its owner. The rate is in basis points a year.
        #[constructor]
        pub fn new(&mut self, initial_rate: u32) -> Result<(), Error> {
            if initial_rate > lending_pool::BPS {
                return Err(Error::Overflow);
            }
            self.owner.set(&env::caller());
            self.interest_rate_bps.set(&initial_rate);
            self.authorized_callers.set(&Vec::new());
            self.pool.set(&Pool::new(env::slot()));
            Ok(())
        }

        /// Puts the attached ZRA into the pool; answers what the caller owns then.
        #[call(payable)]
        pub fn deposit(&mut self) -> Result<Amount, Error> {
            let (account, amount) = (env::caller(), env::value());
            let mut pool = self.current();
            let shares = self.deposits.get_or_default(&account);
            let shares = shares.checked_add(pool.deposit(amount)?).ok_or(Error::Overflow)?;
            self.deposits.set(&account, &shares);
            self.pool.set(&pool);
            env::emit(&Deposited { account, amount: Amount(amount) });
            pool.worth(shares).map(Amount)
        }

        /// Takes ZRA out of the caller's deposit; answers what is left of it.
        #[call]
        pub fn withdraw(&mut self, amount: Amount) -> Result<Amount, Error> {
            let account = env::caller();
            let mut pool = self.current();
            let shares = self.deposits.get_or_default(&account);
            let left = shares.saturating_sub(pool.withdraw(amount.0, shares)?);
            self.deposits.set_or_remove(&account, &left);
            self.pool.set(&pool);
            env::transfer(&account, amount.0);
            env::emit(&Withdrawn { account, amount });
            pool.worth(left).map(Amount)
        }

        /// Lends ZRA to the owner or an authorised caller; answers what the caller owes then.
        #[call]
        pub fn borrow(&mut self, amount: Amount) -> Result<Amount, Error> {
            let account = env::caller();
            if account != self.owner.get() && !self.authorized_callers.get().contains(&account) {
                return Err(Error::NotAuthorized);
            }
            let mut pool = self.current();
            let loan = self.loans.get_or_default(&account);
            let loan = loan.checked_add(pool.borrow(amount.0)?).ok_or(Error::Overflow)?;
            self.loans.set(&account, &loan);
            self.pool.set(&pool);
            env::transfer(&account, amount.0);
            env::emit(&Borrowed { account, amount });
            pool.owed(loan).map(Amount)
        }

        /// Pays back with the attached ZRA and returns what is too much; answers what the caller still owes.
        #[call(payable)]
        pub fn repay(&mut self) -> Result<Amount, Error> {
            let (account, amount) = (env::caller(), env::value());
            let mut pool = self.current();
            let (left, taken) = pool.repay(amount, self.loans.get_or_default(&account))?;
            self.loans.set_or_remove(&account, &left);
            self.pool.set(&pool);
            if amount > taken {
                env::transfer(&account, amount - taken);
            }
            env::emit(&Repaid { account, amount: Amount(taken) });
            pool.owed(left).map(Amount)
        }

        /// What an account has in the pool, interest included.
        #[query]
        pub fn balance_of(&self, account: AccountId) -> Result<Amount, Error> {
            self.current().worth(self.deposits.get_or_default(&account)).map(Amount)
        }

        /// What an account owes, interest included.
        #[query]
        pub fn debt_of(&self, account: AccountId) -> Result<Amount, Error> {
            self.current().owed(self.loans.get_or_default(&account)).map(Amount)
        }

        /// What the pool holds, is owed and owes.
        #[query]
        pub fn totals(&self) -> Result<Totals, Error> {
            self.current().totals()
        }

        /// What depositors own together, interest included; no upgrade may change it.
        #[invariant]
        pub fn total_deposits(&self) -> Result<Amount, Error> {
            self.current().value().map(Amount)
        }

        /// Who opened the pool.
        #[query]
        pub fn get_owner(&self) -> AccountId {
            self.owner.get()
        }

        /// Interest in basis points a year: 100 are one percent.
        #[query]
        pub fn get_interest_rate(&self) -> u32 {
            self.interest_rate_bps.get()
        }

        /// Interest in basis points a year that borrowers pay and depositors earn: 100 are one percent.
        #[setter(parameter = "interest_rate_bps", getter = "get_interest_rate", min = 0, max = 10_000)]
        pub fn update_interest_rate_bps(&mut self, new_rate: u32) {
            // Up to now the old rate holds.
            let pool = self.current();
            self.pool.set(&pool);
            let old_rate = self.interest_rate_bps.get();
            self.interest_rate_bps.set(&new_rate);
            env::emit(&InterestRateUpdated { old_rate, new_rate });
        }

        /// Who may borrow besides the owner.
        #[query]
        pub fn get_authorized_callers(&self) -> Vec<AccountId> {
            self.authorized_callers.get()
        }

        /// Accounts that may borrow besides the owner.
        #[setter(parameter = "authorized_callers", getter = "get_authorized_callers")]
        pub fn update_authorized_callers(&mut self, callers: Vec<AccountId>) {
            self.authorized_callers.set(&callers);
        }

        /// The pool with interest up to now.
        fn current(&self) -> Pool {
            self.pool.get().accrued(self.interest_rate_bps.get(), env::slot())
        }
    }
}

#[cfg(test)]
mod tests;
