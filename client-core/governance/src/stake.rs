//! Staking and unstaking. Stake binds ZRA so that they can be allocated; unallocated stake comes back after the unstake
//! delay, by itself.

use crate::{
    allocation::available,
    error::GovError,
    records::{Ctx, GovEvent, Unstaking},
    store,
};
use alloc::vec::Vec;
use zera_primitives::{AccountId, Amount};
use zera_state::{StateAccess, accounts};

/// Entries of the unstake queue paid out in one block; the rest follows in the next ones.
const PAYOUTS_PER_BLOCK: usize = 64;

/// Binds `amount` of free ZRA.
///
/// # Errors
/// [`GovError::Zero`]; [`GovError::Account`] when less is free.
pub fn stake(
    st: &mut (impl StateAccess + ?Sized),
    _ctx: &Ctx,
    who: &AccountId,
    amount: Amount,
) -> Result<(), GovError> {
    if amount.is_zero() {
        return Err(GovError::Zero);
    }
    Ok(accounts::stake(st, who, amount)?)
}

/// Takes `amount` of unallocated stake back: at once when the unstake delay is zero, else by the first block at or
/// after its end.
///
/// # Errors
/// [`GovError::Zero`]; [`GovError::NotEnoughStake`] when less of the stake is unallocated.
pub fn unstake(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    amount: Amount,
) -> Result<(), GovError> {
    if amount.is_zero() {
        return Err(GovError::Zero);
    }
    let available = available(st, who)?;
    if amount > available {
        return Err(GovError::NotEnoughStake { asked: amount, available });
    }
    accounts::begin_unstake(st, who, amount)?;
    let params = store::params(st)?;
    let delay = params.of_half_life(params.unstake_delay_milli);
    if delay == 0 {
        return Ok(accounts::finish_unstake(st, who, amount)?);
    }
    let mut queue = store::unstake_queue(st)?;
    store::put_unstaking(st, queue.tail, &Unstaking { account: *who, amount, free_at: ctx.slot.plus(delay) });
    queue.tail = queue.tail.saturating_add(1);
    store::put_unstake_queue(st, &queue);
    Ok(())
}

/// Pays out what has waited long enough, oldest first. After a vote has shortened the delay an entry can wait for an
/// older one with a longer delay in front of it.
pub(crate) fn pay_out(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    events: &mut Vec<GovEvent>,
) -> Result<(), GovError> {
    let mut queue = store::unstake_queue(st)?;
    let before = queue;
    for _ in 0..PAYOUTS_PER_BLOCK {
        if queue.head >= queue.tail {
            break;
        }
        let Unstaking { account, amount, free_at } = store::unstaking(st, queue.head)?;
        if free_at > ctx.slot {
            break;
        }
        accounts::finish_unstake(st, &account, amount)?;
        store::remove_unstaking(st, queue.head);
        queue.head = queue.head.saturating_add(1);
        events.push(GovEvent::Unstaked { account, amount });
    }
    if queue != before {
        store::put_unstake_queue(st, &queue);
    }
    Ok(())
}
