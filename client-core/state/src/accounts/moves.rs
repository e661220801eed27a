//! Moving ZRA between accounts and between the pots of one account.

use super::{Account, AccountError, Deltas, Pot, account, give, save, supply, supply_key, take};
use crate::{typed::put_typed, view::StateAccess};
use zera_primitives::{AccountId, Amount};

/// Moves `amount` of free ZRA.
///
/// # Errors
/// [`AccountError`]; a transfer to oneself needs the balance too.
pub fn transfer(
    st: &mut (impl StateAccess + ?Sized),
    from: &AccountId,
    to: &AccountId,
    amount: Amount,
) -> Result<(), AccountError> {
    let mut sender = account(st, from)?;
    take(&mut sender, Pot::Free, amount)?;
    if from == to {
        return Ok(());
    }
    let mut receiver = account(st, to)?;
    give(&mut receiver, Pot::Free, amount)?;
    save(st, from, &sender);
    save(st, to, &receiver);
    Ok(())
}

/// Free → staked.
///
/// # Errors
/// [`AccountError`].
pub fn stake(st: &mut (impl StateAccess + ?Sized), id: &AccountId, amount: Amount) -> Result<(), AccountError> {
    between(st, id, Pot::Free, Pot::Staked, amount)
}

/// Staked → unbonding. Governance has checked that `amount` is not allocated.
///
/// # Errors
/// [`AccountError`].
pub fn begin_unstake(st: &mut (impl StateAccess + ?Sized), id: &AccountId, amount: Amount) -> Result<(), AccountError> {
    between(st, id, Pot::Staked, Pot::Unbonding, amount)
}

/// Unbonding → free. Governance has checked that the delay is over.
///
/// # Errors
/// [`AccountError`].
pub fn finish_unstake(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    amount: Amount,
) -> Result<(), AccountError> {
    between(st, id, Pot::Unbonding, Pot::Free, amount)
}

/// Free → proposal deposits.
///
/// # Errors
/// [`AccountError`].
pub fn reserve_proposal(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    amount: Amount,
) -> Result<(), AccountError> {
    between(st, id, Pot::Free, Pot::ProposalDeposits, amount)
}

/// Proposal deposits → free.
///
/// # Errors
/// [`AccountError`].
pub fn release_proposal(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    amount: Amount,
) -> Result<(), AccountError> {
    between(st, id, Pot::ProposalDeposits, Pot::Free, amount)
}

/// Proposal deposits → burnt at the end of the block.
///
/// # Errors
/// [`AccountError`].
pub fn burn_proposal_reserve(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    amount: Amount,
    deltas: &mut Deltas,
) -> Result<(), AccountError> {
    let mut holder = account(st, id)?;
    take(&mut holder, Pot::ProposalDeposits, amount)?;
    deltas.burnt = deltas.burnt.add(amount).map_err(|_| AccountError::Overflow)?;
    save(st, id, &holder);
    Ok(())
}

/// Free → storage deposits.
///
/// # Errors
/// [`AccountError`].
pub fn reserve_storage(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    amount: Amount,
) -> Result<(), AccountError> {
    between(st, id, Pot::Free, Pot::StorageDeposits, amount)
}

/// Storage deposits → free.
///
/// # Errors
/// [`AccountError`].
pub fn release_storage(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    amount: Amount,
) -> Result<(), AccountError> {
    between(st, id, Pot::StorageDeposits, Pot::Free, amount)
}

/// Counts one transaction of `id` and returns the number that it had.
///
/// # Errors
/// [`AccountError`].
pub fn bump_nonce(st: &mut (impl StateAccess + ?Sized), id: &AccountId) -> Result<u64, AccountError> {
    let mut holder = account(st, id)?;
    let used = holder.nonce;
    holder.nonce = used.checked_add(1).ok_or(AccountError::Overflow)?;
    save(st, id, &holder);
    Ok(used)
}

/// Creates ZRA. Only genesis calls this: afterwards supply is constant.
///
/// # Errors
/// [`AccountError`].
pub fn mint_genesis(st: &mut (impl StateAccess + ?Sized), id: &AccountId, amount: Amount) -> Result<(), AccountError> {
    let supply = supply(st)?.add(amount).map_err(|_| AccountError::Overflow)?;
    let mut holder: Account = account(st, id)?;
    give(&mut holder, Pot::Free, amount)?;
    put_typed(st, supply_key(), &supply);
    save(st, id, &holder);
    Ok(())
}

fn between(
    st: &mut (impl StateAccess + ?Sized),
    id: &AccountId,
    from: Pot,
    to: Pot,
    amount: Amount,
) -> Result<(), AccountError> {
    let mut holder = account(st, id)?;
    take(&mut holder, from, amount)?;
    give(&mut holder, to, amount)?;
    save(st, id, &holder);
    Ok(())
}
