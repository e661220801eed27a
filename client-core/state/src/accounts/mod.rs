//! Accounts and the only functions that move ZRA. Between blocks
//! `Σ(free + staked + unbonding + proposal deposits + storage deposits) + burnt = supply` (design: conservation);
//! each function here keeps that sum or says in [`Deltas`] what leaves it until the end of the block.

mod audit;
mod deltas;
mod moves;
#[cfg(test)]
mod tests;

pub use audit::{Audit, audit};
pub use deltas::{Deltas, Withheld, apply_deltas, charge_fee, settle_fee, withhold_fee};
pub use moves::{
    begin_unstake, bump_nonce, burn_proposal_reserve, finish_unstake, mint_genesis, release_proposal, release_storage,
    reserve_proposal, reserve_storage, stake, transfer,
};

use crate::{
    typed::{get_typed, put_typed},
    view::{StateAccess, StateError, StateView},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use zera_primitives::{AccountId, Amount, StateKey};

/// One account; a module's ZRA stand in the account with the module's id. All amounts in base units.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen)]
pub struct Account {
    /// Number of the next transaction.
    pub nonce: u64,
    /// What it can spend.
    pub free: Amount,
    /// Bound for voting, allocated or not; governance knows how much of it is allocated.
    pub staked: Amount,
    /// Unstaked, waiting out the unstake delay; governance knows until when.
    pub unbonding: Amount,
    /// Deposits of its live proposals.
    pub proposal_deposits: Amount,
    /// Deposits for bytes it keeps in the state.
    pub storage_deposits: Amount,
}

impl Account {
    /// Everything it owns, spendable or not.
    ///
    /// # Errors
    /// [`AccountError::Overflow`], never in a state that conserves supply.
    pub fn total(&self) -> Result<Amount, AccountError> {
        [self.staked, self.unbonding, self.proposal_deposits, self.storage_deposits]
            .into_iter()
            .try_fold(self.free, |sum, part| sum.add(part).map_err(|_| AccountError::Overflow))
    }
}

/// A part of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pot {
    /// [`Account::free`].
    Free,
    /// [`Account::staked`].
    Staked,
    /// [`Account::unbonding`].
    Unbonding,
    /// [`Account::proposal_deposits`].
    ProposalDeposits,
    /// [`Account::storage_deposits`].
    StorageDeposits,
}

impl Pot {
    const fn of(self, account: &mut Account) -> &mut Amount {
        match self {
            Self::Free => &mut account.free,
            Self::Staked => &mut account.staked,
            Self::Unbonding => &mut account.unbonding,
            Self::ProposalDeposits => &mut account.proposal_deposits,
            Self::StorageDeposits => &mut account.storage_deposits,
        }
    }
}

/// Why ZRA were not moved. Nothing was changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AccountError {
    /// Recoverable: the pot holds less than was asked for.
    #[error("{pot:?} holds {have} ZRA, {need} are needed")]
    Insufficient {
        /// Where it should have come from.
        pot: Pot,
        /// What is there.
        have: Amount,
        /// What was asked for.
        need: Amount,
    },
    /// A sum or a nonce passes its type: impossible while supply is conserved.
    #[error("an amount or a nonce overflows")]
    Overflow,
    /// The state could not be read; [`StateError::is_recoverable`] says which kind.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The account of `id`; an account nobody has touched is empty, not absent.
///
/// # Errors
/// [`StateError`].
pub fn account(st: &(impl StateView + ?Sized), id: &AccountId) -> Result<Account, StateError> {
    Ok(get_typed(st, &StateKey::account(id))?.unwrap_or_default())
}

/// ZRA in existence at genesis; constant afterwards.
///
/// # Errors
/// [`StateError`].
pub fn supply(st: &(impl StateView + ?Sized)) -> Result<Amount, StateError> {
    Ok(get_typed(st, &supply_key())?.unwrap_or_default())
}

/// ZRA burnt since genesis.
///
/// # Errors
/// [`StateError`].
pub fn burnt(st: &(impl StateView + ?Sized)) -> Result<Amount, StateError> {
    Ok(get_typed(st, &burnt_key())?.unwrap_or_default())
}

fn supply_key() -> StateKey {
    StateKey::system("supply")
}

fn burnt_key() -> StateKey {
    StateKey::system("burnt")
}

/// Writes an account; an empty one has no entry, so that equal contents give equal roots.
fn save(st: &mut (impl StateAccess + ?Sized), id: &AccountId, account: &Account) {
    let key = StateKey::account(id);
    if *account == Account::default() { st.remove(&key) } else { put_typed(st, key, account) }
}

fn take(account: &mut Account, pot: Pot, amount: Amount) -> Result<(), AccountError> {
    let slot = pot.of(account);
    *slot = slot.sub(amount).map_err(|_| AccountError::Insufficient { pot, have: *slot, need: amount })?;
    Ok(())
}

fn give(account: &mut Account, pot: Pot, amount: Amount) -> Result<(), AccountError> {
    let slot = pot.of(account);
    *slot = slot.add(amount).map_err(|_| AccountError::Overflow)?;
    Ok(())
}
