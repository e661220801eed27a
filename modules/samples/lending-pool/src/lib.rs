//! The arithmetic that the lending samples share: a pool of deposits and loans in exact integers.
//!
//! Deposits are *shares* of the pool, loans are *scaled*: divided by an index that grows with interest. So interest
//! costs nothing per account, and whatever a division leaves over stays in the pool: nobody can gain by rounding.

#![cfg_attr(target_arch = "wasm32", no_std)]

mod wide;

pub use wide::{Round, mul_div};
use zera::{Reason, types::Amount};

/// The index of a pool that never accrued interest.
pub const ONE: u128 = 1_000_000_000_000_000_000;
/// Where the index stops: a debt grows at most 10^12-fold, and arithmetic never fails.
pub const MAX_INDEX: u128 = ONE * 1_000_000_000_000;
/// Slots of one second in a year of 365 days.
pub const SLOTS_PER_YEAR: u64 = 31_536_000;
/// Basis points in one.
pub const BPS: u32 = 10_000;

/// Why a call is refused; nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// Neither owner nor on the list of authorised callers, or not enough collateral.
    NotAuthorized,
    /// Nothing was attached or asked for, or so little that it rounds to nothing.
    TooLittle,
    /// The caller's deposit is smaller.
    DepositTooSmall,
    /// The pool has lent out too much to pay now.
    NotEnoughCash,
    /// The caller owes nothing.
    NoDebt,
    /// What is left would not cover the debt.
    CollateralTooSmall,
    /// The debt is still covered, so nobody may settle it.
    StillCovered,
    /// A number would pass 2^128.
    Overflow,
    /// What a migration carried over is not what the pool says.
    BadSum,
}

impl Reason for Error {
    fn reason(&self) -> &str {
        match self {
            Self::NotAuthorized => "only the owner and authorised callers may do this",
            Self::TooLittle => "the amount is nothing or rounds to nothing",
            Self::DepositTooSmall => "your deposit is smaller than that",
            Self::NotEnoughCash => "the pool has lent out too much to pay this now",
            Self::NoDebt => "there is no debt",
            Self::CollateralTooSmall => "what is left of the deposit would not cover the debt",
            Self::StillCovered => "the debt is still covered by the deposit",
            Self::Overflow => "the amount is too large",
            Self::BadSum => "all positions together are not the pool",
        }
    }
}

/// The sums over all accounts, in base units unless said otherwise.
#[zera::data]
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Pool {
    /// What the pool holds.
    pub cash: u128,
    /// All shares of depositors.
    pub shares: u128,
    /// All loans, scaled.
    pub scaled: u128,
    /// What one scaled unit owes, times [`ONE`].
    pub index: u128,
    /// Slot up to which interest is in the index.
    pub accrued_at: u64,
}

/// The sums as people ask for them.
#[zera::data]
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// What depositors own together.
    pub deposits: Amount,
    /// What borrowers owe together.
    pub debt: Amount,
    /// What can be withdrawn or borrowed now.
    pub cash: Amount,
}

impl Pool {
    /// An empty pool.
    #[must_use]
    pub const fn new(slot: u64) -> Self {
        Self { cash: 0, shares: 0, scaled: 0, index: ONE, accrued_at: slot }
    }

    /// The pool with interest up to `slot` at `rate_bps` basis points a year: linear since the last time anyone called,
    /// compound from call to call.
    #[must_use]
    pub fn accrued(self, rate_bps: u32, slot: u64) -> Self {
        let slots = slot.saturating_sub(self.accrued_at);
        let year = u128::from(BPS) * u128::from(SLOTS_PER_YEAR);
        let rate = u128::from(rate_bps).saturating_mul(u128::from(slots));
        let growth = mul_div(self.index, rate, year, Round::Down).unwrap_or(MAX_INDEX);
        let index = self.index.saturating_add(growth).min(MAX_INDEX);
        Self { index, accrued_at: self.accrued_at.max(slot), ..self }
    }

    /// What all borrowers owe, rounded down.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn debt(&self) -> Result<u128, Error> {
        mul_div(self.scaled, self.index, ONE, Round::Down).ok_or(Error::Overflow)
    }

    /// What all depositors own: cash and what is owed.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn value(&self) -> Result<u128, Error> {
        self.cash.checked_add(self.debt()?).ok_or(Error::Overflow)
    }

    /// The sums.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn totals(&self) -> Result<Totals, Error> {
        Ok(Totals { deposits: Amount(self.value()?), debt: Amount(self.debt()?), cash: Amount(self.cash) })
    }

    /// What `shares` are worth, rounded down.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn worth(&self, shares: u128) -> Result<u128, Error> {
        match self.shares {
            0 => Ok(0),
            all => mul_div(shares, self.value()?, all, Round::Down).ok_or(Error::Overflow),
        }
    }

    /// What a scaled loan owes, rounded up.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn owed(&self, scaled: u128) -> Result<u128, Error> {
        mul_div(scaled, self.index, ONE, Round::Up).ok_or(Error::Overflow)
    }

    /// Takes `amount` in; gives the shares it buys, rounded down.
    ///
    /// # Errors
    /// [`Error::TooLittle`], [`Error::Overflow`].
    pub fn deposit(&mut self, amount: u128) -> Result<u128, Error> {
        let bought = match (self.shares, self.value()?) {
            (0, _) => amount,
            (_, 0) => return Err(Error::Overflow),
            (all, value) => mul_div(amount, all, value, Round::Down).ok_or(Error::Overflow)?,
        };
        if bought == 0 {
            return Err(Error::TooLittle);
        }
        self.cash = self.cash.checked_add(amount).ok_or(Error::Overflow)?;
        self.shares = self.shares.checked_add(bought).ok_or(Error::Overflow)?;
        Ok(bought)
    }

    /// Pays `amount` out; gives the shares it costs, rounded up and at most `owned`.
    ///
    /// # Errors
    /// [`Error::TooLittle`], [`Error::DepositTooSmall`], [`Error::NotEnoughCash`], [`Error::Overflow`].
    pub fn withdraw(&mut self, amount: u128, owned: u128) -> Result<u128, Error> {
        if amount == 0 {
            return Err(Error::TooLittle);
        }
        if amount > self.worth(owned)? {
            return Err(Error::DepositTooSmall);
        }
        let cost = mul_div(amount, self.shares, self.value()?, Round::Up).ok_or(Error::Overflow)?;
        self.cash = self.cash.checked_sub(amount).ok_or(Error::NotEnoughCash)?;
        self.shares = self.shares.checked_sub(cost).ok_or(Error::DepositTooSmall)?;
        Ok(cost)
    }

    /// Lends `amount`; gives the scaled loan, rounded up.
    ///
    /// # Errors
    /// [`Error::TooLittle`], [`Error::NotEnoughCash`], [`Error::Overflow`].
    pub fn borrow(&mut self, amount: u128) -> Result<u128, Error> {
        if amount == 0 {
            return Err(Error::TooLittle);
        }
        let scaled = mul_div(amount, ONE, self.index, Round::Up).ok_or(Error::Overflow)?;
        self.cash = self.cash.checked_sub(amount).ok_or(Error::NotEnoughCash)?;
        self.scaled = self.scaled.checked_add(scaled).ok_or(Error::Overflow)?;
        Ok(scaled)
    }

    /// Takes at most `amount` for a loan; gives what is left of the loan and what was taken. Part payments are rounded
    /// down, the last one pays everything.
    ///
    /// # Errors
    /// [`Error::NoDebt`], [`Error::TooLittle`], [`Error::Overflow`].
    pub fn repay(&mut self, amount: u128, loan: u128) -> Result<(u128, u128), Error> {
        let owed = self.owed(loan)?;
        if owed == 0 {
            return Err(Error::NoDebt);
        }
        let taken = amount.min(owed);
        let paid = match taken == owed {
            true => loan,
            false => mul_div(taken, ONE, self.index, Round::Down).ok_or(Error::Overflow)?,
        };
        if paid == 0 {
            return Err(Error::TooLittle);
        }
        self.cash = self.cash.checked_add(taken).ok_or(Error::Overflow)?;
        self.scaled = self.scaled.checked_sub(paid).ok_or(Error::Overflow)?;
        Ok((loan.saturating_sub(paid), taken))
    }
}

#[cfg(test)]
mod tests;
