//! Staking and unstaking. Stake binds ZRA so that they can be allocated; unallocated stake comes back after the unstake
//! delay, by itself.

use crate::{
    allocation::available,
    error::GovError,
    records::{Ctx, GovEvent, Unstaking, Waiter},
    store,
};
use alloc::vec::Vec;
use zera_primitives::{AccountId, Amount, Slot};
use zera_state::{StateAccess, accounts};

/// Entries of the unstake queue looked at in one block; the rest follows in the next ones.
const WAITERS_PER_BLOCK: usize = 128;

/// Amounts of one account that can be on their way back at the same time; one more joins the newest of them.
const UNSTAKING_PER_ACCOUNT: usize = 8;

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
/// after its end. What of the account has waited long enough comes back now, whatever the queue says; zero asks for
/// that alone, so that nobody has to wait behind a crowded queue.
///
/// # Errors
/// [`GovError::NotEnoughStake`] when less of the stake is unallocated; [`GovError::Zero`] when there is nothing to do.
pub fn unstake(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    amount: Amount,
) -> Result<(), GovError> {
    let settled = settle(st, ctx, who)?;
    if amount.is_zero() {
        return if settled.is_zero() { Err(GovError::Zero) } else { Ok(()) };
    }
    let available = available(st, who)?;
    if amount > available {
        return Err(GovError::NotEnoughStake { asked: amount, available });
    }
    accounts::begin_unstake(st, who, amount)?;
    let params = store::params(st)?;
    match params.of_half_life(params.unstake_delay_milli) {
        0 => Ok(accounts::finish_unstake(st, who, amount)?),
        delay => wait(st, who, Unstaking { amount, free_at: ctx.slot.plus(delay) }),
    }
}

fn wait(st: &mut (impl StateAccess + ?Sized), who: &AccountId, entry: Unstaking) -> Result<(), GovError> {
    let mut member = store::member(st, who)?;
    let is_full = member.unstaking.len() >= UNSTAKING_PER_ACCOUNT;
    match member.unstaking.last_mut() {
        Some(newest) if is_full => {
            newest.amount = newest.amount.add(entry.amount)?;
            newest.free_at = newest.free_at.max(entry.free_at);
        }
        _ => member.unstaking.push(entry),
    }
    store::put_member(st, who, &member);
    let mut queue = store::unstake_queue(st)?;
    store::put_waiter(st, queue.tail, &Waiter { account: *who, free_at: entry.free_at });
    queue.tail = queue.tail.saturating_add(1);
    store::put_unstake_queue(st, &queue);
    Ok(())
}

/// Frees what of `who` has waited long enough, and answers how much.
fn settle(st: &mut (impl StateAccess + ?Sized), ctx: &Ctx, who: &AccountId) -> Result<Amount, GovError> {
    let mut member = store::member(st, who)?;
    let is_due = |free_at: Slot| free_at <= ctx.slot;
    let due = member.unstaking.iter().filter(|entry| is_due(entry.free_at));
    let amount = due.map(|entry| entry.amount).try_fold(Amount::ZERO, Amount::add)?;
    if !amount.is_zero() {
        member.unstaking.retain(|entry| !is_due(entry.free_at));
        store::put_member(st, who, &member);
        accounts::finish_unstake(st, who, amount)?;
    }
    Ok(amount)
}

/// Frees what has waited long enough, in the order in which it was unstaked. After a vote has shortened the delay an
/// entry can stand behind an older one with a longer delay; its owner need not wait for that, see [`unstake`].
pub(crate) fn pay_out(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    events: &mut Vec<GovEvent>,
) -> Result<(), GovError> {
    let mut queue = store::unstake_queue(st)?;
    let before = queue;
    for _ in 0..WAITERS_PER_BLOCK {
        if queue.head >= queue.tail {
            break;
        }
        let Waiter { account, free_at } = store::waiter(st, queue.head)?;
        if free_at > ctx.slot {
            break;
        }
        let amount = settle(st, ctx, &account)?;
        if !amount.is_zero() {
            events.push(GovEvent::Unstaked { account, amount });
        }
        store::remove_waiter(st, queue.head);
        queue.head = queue.head.saturating_add(1);
    }
    if queue != before {
        store::put_unstake_queue(st, &queue);
    }
    Ok(())
}
