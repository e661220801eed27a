//! Allocating stake to proposals. A staked token counts once across proposals; conviction leaves with its stake
//! (design §6).

use crate::{
    base::BaseDelta,
    curve::{Curve, change},
    error::GovError,
    records::{Allocation, Ctx, Member, StakeChange},
    store,
};
use alloc::vec::Vec;
use zera_primitives::{AccountId, Amount, ProposalId, Side, limits};
use zera_state::{StateAccess, StateView, accounts};

/// Sets the allocation of `who` on `side` of `proposal` to `amount`; zero releases it. Returns the change of the base's
/// input, which the runtime sums over the block and gives to [`crate::tick::apply_base`] at its end.
///
/// # Errors
/// [`GovError::NoSuchProposal`], [`GovError::Closed`], [`GovError::OnOtherSide`], [`GovError::BelowLeast`],
/// [`GovError::NotEnoughStake`], [`GovError::TooManyAllocations`]; [`GovError::Zero`] when there is nothing to release.
pub fn allocate(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    proposal: ProposalId,
    side: Side,
    amount: Amount,
) -> Result<BaseDelta, GovError> {
    let progress = store::progress(st, proposal)?;
    if !progress.state.is_live() {
        return Err(GovError::Closed(proposal));
    }
    let mut member = live_member(st, who)?;
    let place = place(&mut member, proposal, side, amount)?;
    let held = place.curve;
    check_amount(st, who, &member, held.x, amount)?;

    let timeline = store::timeline(st)?;
    let mut sides = store::sides(st, proposal)?;
    let (side_after, after) = change(sides.get(side), &held, &timeline, ctx.slot, amount).ok_or(GovError::OVERFLOW)?;
    *sides.get_mut(side) = side_after;
    sides.others |= *who != progress.author;
    let entry = StakeChange { account: *who, side, before: held.x, after: amount, side_after, height: ctx.height };
    store::append_stake_change(st, proposal, sides.changes, &entry);
    sides.changes = sides.changes.saturating_add(1);
    store::put_sides(st, proposal, &sides);

    for allocation in &mut member.allocations {
        if allocation.proposal == proposal {
            allocation.curve = after;
        }
    }
    member.allocations.retain(|allocation| !allocation.curve.x.is_zero());
    store::put_member(st, who, &member);
    Ok(BaseDelta::between(held.x, amount)?)
}

/// The allocation to be changed, made first when there is none.
fn place(member: &mut Member, proposal: ProposalId, side: Side, amount: Amount) -> Result<Allocation, GovError> {
    if let Some(held) = member.allocations.iter().find(|held| held.proposal == proposal) {
        return if held.side == side { Ok(*held) } else { Err(GovError::OnOtherSide(held.side)) };
    }
    if amount.is_zero() {
        return Err(GovError::Zero);
    }
    if member.allocations.len() >= limits::ALLOCATIONS_PER_ACCOUNT {
        return Err(GovError::TooManyAllocations);
    }
    let fresh = Allocation { proposal, side, curve: Curve::default() };
    member.allocations.push(fresh);
    Ok(fresh)
}

fn check_amount(
    st: &(impl StateView + ?Sized),
    who: &AccountId,
    member: &Member,
    held: Amount,
    amount: Amount,
) -> Result<(), GovError> {
    if amount <= held && amount.is_zero() {
        return Ok(()); // releasing is always possible
    }
    let least = store::params(st)?.least_allocation;
    if amount < least {
        return Err(GovError::BelowLeast { amount, least });
    }
    let available = unallocated(st, who, member)?.add(held)?;
    if amount > available {
        return Err(GovError::NotEnoughStake { asked: amount, available });
    }
    Ok(())
}

/// Stake of `who` that is not allocated to a live proposal, base units.
///
/// # Errors
/// [`GovError::State`].
pub fn available(st: &(impl StateView + ?Sized), who: &AccountId) -> Result<Amount, GovError> {
    unallocated(st, who, &live_member(st, who)?)
}

fn unallocated(st: &(impl StateView + ?Sized), who: &AccountId, member: &Member) -> Result<Amount, GovError> {
    let mut rest = accounts::account(st, who)?.staked;
    for allocation in &member.allocations {
        rest = rest.sub(allocation.curve.x)?;
    }
    Ok(rest)
}

/// What governance knows about `who`, without the allocations of proposals that have closed: closing a proposal frees
/// all of them at once by touching none.
///
/// # Errors
/// [`GovError::State`].
pub fn live_member(st: &(impl StateView + ?Sized), who: &AccountId) -> Result<Member, GovError> {
    let mut member = store::member(st, who)?;
    let mut live = Vec::with_capacity(member.allocations.len());
    for allocation in &member.allocations {
        if store::progress(st, allocation.proposal)?.state.is_live() {
            live.push(*allocation);
        }
    }
    member.allocations = live;
    Ok(member)
}
