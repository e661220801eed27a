//! Sample: the lending pool, version 2. One position per account instead of two maps, and everyone may borrow against
//! their own deposit. `migrate` carries version 1's storage over, in steps, so that a pool of any size fits the chain's
//! blocks; `health` recounts a small pool. `lending-v2b` is the same source as version 2.0.1: what comes after a rollback.

#![cfg_attr(target_arch = "wasm32", no_std)]

/// A lending pool: deposits earn what loans pay. Everyone may borrow against their own deposit, the owner and authorised callers without.
#[zera::module(schema = 2)]
pub mod lending {
    use lending_pool::{BPS, Error, Pool, Round, Totals, mul_div};
    use zera::prelude::*;

    /// Everything the module keeps.
    #[storage]
    pub struct Lending {
        owner: Item<AccountId>,
        interest_rate_bps: Item<u32>,
        collateral_factor_bps: Item<u32>,
        authorized_callers: Item<Vec<AccountId>>,
        pool: Item<Pool>,
        positions: Map<AccountId, Position>,
        /// Every account that ever had a position, so that `health` can recount.
        members: List<AccountId>,
        /// Sums of what a migration has carried over so far; gone when it is done.
        carried: Item<Position>,
    }

    /// What the pool keeps of one account.
    #[data]
    #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
    pub struct Position {
        /// Shares of the pool.
        pub shares: u128,
        /// The loan, scaled.
        pub loan: u128,
    }

    /// What one account has and owes, interest included.
    #[data]
    #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
    pub struct Account {
        /// Deposit.
        pub deposit: Amount,
        /// Debt.
        pub debt: Amount,
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

    /// A debt was paid out of its borrower's deposit.
    #[event]
    pub struct Settled {
        /// Whose.
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

    /// Version 1's storage was carried over.
    #[event]
    pub struct Migrated {
        /// Accounts with a deposit or a loan.
        pub accounts: u32,
    }

    /// What a borrower may owe, in basis points of the own deposit, unless a vote says otherwise.
    pub const COLLATERAL_FACTOR_BPS: u32 = 7_500;

    /// Accounts that one step of the migration carries over.
    const STEP: usize = 256;
    /// Members that `health` recounts at most.
    const RECOUNT: u32 = 5_000;

    impl Lending {
        /// Opens the pool; the caller becomes its owner. The rate is in basis points a year.
        #[constructor]
        pub fn new(&mut self, initial_rate: u32) -> Result<(), Error> {
            if initial_rate > BPS {
                return Err(Error::Overflow);
            }
            self.owner.set(&env::caller());
            self.interest_rate_bps.set(&initial_rate);
            self.collateral_factor_bps.set(&COLLATERAL_FACTOR_BPS);
            self.authorized_callers.set(&Vec::new());
            self.pool.set(&Pool::new(env::slot()));
            Ok(())
        }

        /// Carries version 1's storage over, some accounts a step: deposits and loans of an account become one position.
        /// Fails if what was carried is not what the pool says.
        #[migration]
        pub fn migrate(&mut self, cursor: Vec<u8>) -> Result<Option<Vec<u8>>, Error> {
            if cursor.is_empty() {
                self.owner.set(&OldItem::named("owner").get());
                self.interest_rate_bps.set(&OldItem::named("interest_rate_bps").get());
                self.collateral_factor_bps.set(&COLLATERAL_FACTOR_BPS);
                self.authorized_callers.set(&OldItem::named("authorized_callers").get());
                self.pool.set(&OldItem::named("pool").get());
            }
            // One cursor walks both maps: "deposits" comes before "loans".
            let loans = OldMap::<AccountId, u128>::named("loans");
            let deposits = OldMap::<AccountId, u128>::named("deposits");
            let page = deposits.page(&cursor, STEP);
            let of = |(account, shares): &(AccountId, u128)| {
                (*account, Position { shares: *shares, loan: loans.get(account).unwrap_or_default() })
            };
            self.carry(page.entries.iter().map(of).collect())?;
            if page.next.is_some() {
                return Ok(page.next);
            }
            let page = loans.page(&cursor, STEP);
            let bare = page.entries.iter().filter(|(account, _)| deposits.get(account).is_none());
            self.carry(bare.map(|(account, loan)| (*account, Position { shares: 0, loan: *loan })).collect())?;
            if page.next.is_some() {
                return Ok(page.next);
            }
            let (pool, carried) = (self.pool.get(), self.carried.find().unwrap_or_default());
            self.carried.remove();
            if carried != (Position { shares: pool.shares, loan: pool.scaled }) {
                return Err(Error::BadSum);
            }
            env::emit(&Migrated { accounts: self.members.len() });
            Ok(None)
        }

        /// The pool's cash is there, and all positions together are the pool. A pool too large to be recounted in one call
        /// was counted while it migrated.
        #[health]
        pub fn health(&self) -> bool {
            let pool = self.pool.get();
            let cash = env::balance(&env::self_id().account()) >= pool.cash;
            if self.members.len() > RECOUNT {
                return cash;
            }
            let mut sum = Some(Position::default());
            for account in self.members.iter() {
                let position = self.positions.get_or_default(&account);
                sum = sum.and_then(|sum| {
                    let shares = sum.shares.checked_add(position.shares)?;
                    Some(Position { shares, loan: sum.loan.checked_add(position.loan)? })
                });
            }
            cash && sum == Some(Position { shares: pool.shares, loan: pool.scaled })
        }

        /// Puts the attached ZRA into the pool; answers what the caller owns then.
        #[call(payable)]
        pub fn deposit(&mut self) -> Result<Amount, Error> {
            let (account, amount) = (env::caller(), env::value());
            let (mut pool, mut position) = self.current(&account);
            position.shares = position.shares.checked_add(pool.deposit(amount)?).ok_or(Error::Overflow)?;
            self.save(&account, &pool, &position);
            env::emit(&Deposited { account, amount: Amount(amount) });
            pool.worth(position.shares).map(Amount)
        }

        /// Takes ZRA out of the caller's deposit, as far as the debt stays covered; answers what is left of it.
        #[call]
        pub fn withdraw(&mut self, amount: Amount) -> Result<Amount, Error> {
            let account = env::caller();
            let (mut pool, mut position) = self.current(&account);
            position.shares = position.shares.saturating_sub(pool.withdraw(amount.0, position.shares)?);
            if !self.may_borrow_freely(&account) && !self.covered(&pool, &position)? {
                return Err(Error::CollateralTooSmall);
            }
            self.save(&account, &pool, &position);
            env::transfer(&account, amount.0);
            env::emit(&Withdrawn { account, amount });
            pool.worth(position.shares).map(Amount)
        }

        /// Lends ZRA against the caller's deposit, or freely to the owner and authorised callers; answers what the
        /// caller owes then.
        #[call]
        pub fn borrow(&mut self, amount: Amount) -> Result<Amount, Error> {
            let account = env::caller();
            let (mut pool, mut position) = self.current(&account);
            position.loan = position.loan.checked_add(pool.borrow(amount.0)?).ok_or(Error::Overflow)?;
            if !self.may_borrow_freely(&account) && !self.covered(&pool, &position)? {
                return Err(Error::CollateralTooSmall);
            }
            self.save(&account, &pool, &position);
            env::transfer(&account, amount.0);
            env::emit(&Borrowed { account, amount });
            pool.owed(position.loan).map(Amount)
        }

        /// Pays back with the attached ZRA and returns what is too much; answers what the caller still owes.
        #[call(payable)]
        pub fn repay(&mut self) -> Result<Amount, Error> {
            let (account, amount) = (env::caller(), env::value());
            let (mut pool, mut position) = self.current(&account);
            let (left, taken) = pool.repay(amount, position.loan)?;
            position.loan = left;
            self.save(&account, &pool, &position);
            if amount > taken {
                env::transfer(&account, amount - taken);
            }
            env::emit(&Repaid { account, amount: Amount(taken) });
            pool.owed(left).map(Amount)
        }

        /// Pays a debt that the deposit covers no longer out of that deposit; anyone may ask for it. Answers how much.
        #[call]
        pub fn settle(&mut self, account: AccountId) -> Result<Amount, Error> {
            let (mut pool, mut position) = self.current(&account);
            if self.may_borrow_freely(&account) || self.covered(&pool, &position)? {
                return Err(Error::StillCovered);
            }
            // Deposit and debt cancel inside the pool: cash leaves as a withdrawal and comes back as a repayment.
            let worth = pool.worth(position.shares)?;
            let amount = worth.min(pool.owed(position.loan)?);
            let cost = mul_div(amount, pool.shares, pool.value()?, Round::Up).ok_or(Error::Overflow)?;
            pool.shares = pool.shares.checked_sub(cost).ok_or(Error::Overflow)?;
            position.shares = position.shares.checked_sub(cost).ok_or(Error::Overflow)?;
            let cash = pool.cash;
            (position.loan, _) = pool.repay(amount, position.loan)?;
            pool.cash = cash;
            self.save(&account, &pool, &position);
            env::emit(&Settled { account, amount: Amount(amount) });
            Ok(Amount(amount))
        }

        /// What an account has in the pool, interest included.
        #[query]
        pub fn balance_of(&self, account: AccountId) -> Result<Amount, Error> {
            self.account_of(account).map(|account| account.deposit)
        }

        /// What an account owes, interest included.
        #[query]
        pub fn debt_of(&self, account: AccountId) -> Result<Amount, Error> {
            self.account_of(account).map(|account| account.debt)
        }

        /// What an account has and owes, interest included.
        #[query]
        pub fn account_of(&self, account: AccountId) -> Result<Account, Error> {
            let (pool, position) = self.current(&account);
            Ok(Account { deposit: Amount(pool.worth(position.shares)?), debt: Amount(pool.owed(position.loan)?) })
        }

        /// What the pool holds, is owed and owes.
        #[query]
        pub fn totals(&self) -> Result<Totals, Error> {
            self.pool_now().totals()
        }

        /// What depositors own together, interest included; no upgrade may change it.
        #[invariant]
        pub fn total_deposits(&self) -> Result<Amount, Error> {
            self.pool_now().value().map(Amount)
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
            self.pool.set(&self.pool_now());
            let old_rate = self.interest_rate_bps.get();
            self.interest_rate_bps.set(&new_rate);
            env::emit(&InterestRateUpdated { old_rate, new_rate });
        }

        /// What a borrower may owe, in basis points of the own deposit.
        #[query]
        pub fn get_collateral_factor(&self) -> u32 {
            self.collateral_factor_bps.get()
        }

        /// What a borrower may owe, in basis points of the own deposit: 7,500 are three quarters.
        #[setter(parameter = "collateral_factor_bps", getter = "get_collateral_factor", min = 0, max = 9_500)]
        pub fn update_collateral_factor_bps(&mut self, new_factor: u32) {
            self.collateral_factor_bps.set(&new_factor);
        }

        /// Who may borrow without collateral besides the owner.
        #[query]
        pub fn get_authorized_callers(&self) -> Vec<AccountId> {
            self.authorized_callers.get()
        }

        /// Accounts that may borrow without collateral besides the owner.
        #[setter(parameter = "authorized_callers", getter = "get_authorized_callers")]
        pub fn update_authorized_callers(&mut self, callers: Vec<AccountId>) {
            self.authorized_callers.set(&callers);
        }

        /// The pool with interest up to now.
        fn pool_now(&self) -> Pool {
            self.pool.get().accrued(self.interest_rate_bps.get(), env::slot())
        }

        fn current(&self, account: &AccountId) -> (Pool, Position) {
            (self.pool_now(), self.positions.get_or_default(account))
        }

        fn save(&mut self, account: &AccountId, pool: &Pool, position: &Position) {
            self.pool.set(pool);
            self.store(account, position);
        }

        /// An empty position stays, so that nobody is a member twice.
        fn store(&mut self, account: &AccountId, position: &Position) {
            if self.positions.get(account).is_none() {
                self.members.push(account);
            }
            self.positions.set(account, position);
        }

        /// Writes positions of accounts that have none yet, and adds them to the sums.
        fn carry(&mut self, positions: Vec<(AccountId, Position)>) -> Result<(), Error> {
            if positions.is_empty() {
                return Ok(());
            }
            let mut sum = self.carried.find().unwrap_or_default();
            for (account, position) in &positions {
                self.positions.set(account, position);
                sum.shares = sum.shares.checked_add(position.shares).ok_or(Error::Overflow)?;
                sum.loan = sum.loan.checked_add(position.loan).ok_or(Error::Overflow)?;
            }
            self.members.extend(positions.iter().map(|(account, _)| account));
            self.carried.set(&sum);
            Ok(())
        }

        fn may_borrow_freely(&self, account: &AccountId) -> bool {
            *account == self.owner.get() || self.authorized_callers.get().contains(account)
        }

        fn covered(&self, pool: &Pool, position: &Position) -> Result<bool, Error> {
            let worth = pool.worth(position.shares)?;
            let factor = u128::from(self.collateral_factor_bps.get());
            let limit = mul_div(worth, factor, u128::from(BPS), Round::Down).ok_or(Error::Overflow)?;
            Ok(pool.owed(position.loan)? <= limit)
        }
    }
}

#[cfg(test)]
mod tests;
