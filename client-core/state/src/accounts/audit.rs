//! Counting every ZRA there is.

use super::{Account, AccountError, burnt, supply};
use crate::{
    typed::get_typed,
    view::{StateError, StateView},
};
use zera_primitives::{Amount, Room, StateKey};

/// Sums over all accounts, beside what the chain says they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Audit {
    /// Accounts with an entry.
    pub accounts: u64,
    /// ZRA at genesis.
    pub supply: Amount,
    /// Burnt since.
    pub burnt: Amount,
    /// Sum of free.
    pub free: Amount,
    /// Sum of staked.
    pub staked: Amount,
    /// Sum of unbonding.
    pub unbonding: Amount,
    /// Sum of proposal deposits.
    pub proposal_deposits: Amount,
    /// Sum of storage deposits.
    pub storage_deposits: Amount,
}

impl Audit {
    /// True when nothing was created or lost: holds between blocks.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let parts = [self.free, self.staked, self.unbonding, self.proposal_deposits, self.storage_deposits];
        parts.into_iter().try_fold(self.burnt, Amount::add) == Ok(self.supply)
    }

    fn count(&mut self, account: &Account) -> Result<(), AccountError> {
        self.accounts = self.accounts.saturating_add(1);
        for (sum, part) in [
            (&mut self.free, account.free),
            (&mut self.staked, account.staked),
            (&mut self.unbonding, account.unbonding),
            (&mut self.proposal_deposits, account.proposal_deposits),
            (&mut self.storage_deposits, account.storage_deposits),
        ] {
            *sum = sum.add(part).map_err(|_| AccountError::Overflow)?;
        }
        Ok(())
    }
}

/// Walks all accounts.
///
/// # Errors
/// [`AccountError::State`] when an entry cannot be read, [`AccountError::Overflow`] when the sums pass 2^128.
pub fn audit(st: &(impl StateView + ?Sized)) -> Result<Audit, AccountError> {
    let mut audit = Audit { supply: supply(st)?, burnt: burnt(st)?, ..Audit::default() };
    let prefix = [Room::Accounts as u8];
    let mut after = StateKey::default();
    while let Some(key) = st.next_key(&prefix, after.as_bytes())? {
        let account = get_typed(st, &key)?.ok_or_else(|| StateError::Corrupt(key.clone()))?;
        audit.count(&account)?;
        after = key;
    }
    Ok(audit)
}
