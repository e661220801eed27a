//! Allocating one's own stake to proposals. A staked token counts once across proposals; conviction leaves with its
//! stake (design §6). What a delegate allocates is in [`crate::delegation`].

use crate::{
    base::BaseDelta,
    curve::{Curve, change},
    delegation,
    error::GovError,
    records::{Allocation, Ctx, GovEvent, Member, Progress, StakeChange},
    store,
};
use alloc::vec::Vec;
use zera_primitives::{AccountId, Amount, ProposalId, Side, limits};
use zera_state::{StateAccess, StateView, accounts};

/// Sets the allocation of `who` on `side` of `proposal` to `amount`; zero releases it. Answers what became of a
/// delegation by it, and the change of the base's input, which the runtime sums over the block and gives to
/// [`crate::tick::apply_base`] at its end.
///
/// The direct voice wins over a delegate's: what a delegate had allocated here becomes the account's own, with its
/// conviction when the side stays the same, and leaves when it does not; from then on the delegate has no say about this
/// account's stake on this proposal. Stake that is missing comes out of the delegation of the proposal's class, as far as
/// the delegate has not allocated it elsewhere; a place that is missing is taken from the delegate's newest allocation.
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
) -> Result<(Vec<GovEvent>, BaseDelta), GovError> {
    let progress = store::progress(st, proposal)?;
    if !progress.state.is_live() {
        return Err(GovError::Closed(proposal));
    }
    let mut member = live_member(st, who)?;
    let spoke = speak(&mut member, &progress, proposal);
    let mut base = BaseDelta::NONE;
    let at = member.allocations.iter().position(|held| held.proposal == proposal);
    let mut held = match at {
        Some(at) => {
            let mut held = member.allocations.remove(at);
            if held.side != side && held.by.is_none() {
                return Err(GovError::OnOtherSide(held.side));
            }
            held.by = None;
            if held.side != side {
                base = set_stake(st, ctx, who, &mut held, Amount::ZERO, None)?;
                held = Allocation { side, ..held };
            }
            held
        }
        None if amount.is_zero() && !spoke => return Err(GovError::Zero),
        None => Allocation { proposal, side, curve: Curve::default(), by: None },
    };
    let mut events = Vec::new();
    if !amount.is_zero() {
        check_least(st, amount)?;
        if member.allocations.len() >= limits::ALLOCATIONS_PER_ACCOUNT {
            base = base.plus(delegation::yield_place(st, ctx, who, &mut member)?)?;
        }
        events = delegation::draw(st, who, &mut member, progress.filed, amount)?;
    }
    if !(held.curve.x.is_zero() && amount.is_zero()) {
        base = base.plus(set_stake(st, ctx, who, &mut held, amount, None)?)?;
    }
    put_back(&mut member, at, held);
    store::put_member(st, who, &member);
    Ok((events, base))
}

/// Puts an allocation where it was taken out of the member's list, or at its end, unless nothing of it is left.
pub(crate) fn put_back(member: &mut Member, at: Option<usize>, held: Allocation) {
    if !held.curve.x.is_zero() {
        let end = member.allocations.len();
        member.allocations.insert(at.map_or(end, |at| at.min(end)), held);
    }
}

/// Notes that the account speaks for itself on `proposal`, when its class is delegated; true when that is new.
fn speak(member: &mut Member, progress: &Progress, proposal: ProposalId) -> bool {
    let is_delegated = member.delegations.iter().any(|held| held.mandate.class == progress.filed);
    let is_new = is_delegated && !member.own_voice.contains(&proposal);
    if is_new {
        member.own_voice.push(proposal);
    }
    is_new
}

/// Sets one allocation of `who` to `x`: its triple, its side's triple, and the log; `by` is the delegate that does it.
/// The caller keeps the allocation.
pub(crate) fn set_stake(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    held: &mut Allocation,
    x: Amount,
    by: Option<AccountId>,
) -> Result<BaseDelta, GovError> {
    let (proposal, side, before) = (held.proposal, held.side, held.curve.x);
    let timeline = store::timeline(st)?;
    let mut sides = store::sides(st, proposal)?;
    let (side_after, after) = change(sides.get(side), &held.curve, &timeline, ctx.slot, x).ok_or(GovError::OVERFLOW)?;
    *sides.get_mut(side) = side_after;
    sides.others |= *who != store::progress(st, proposal)?.author;
    let entry = StakeChange { account: *who, by, side, before, after: x, side_after, height: ctx.height };
    store::append_stake_change(st, proposal, sides.changes, &entry);
    sides.changes = sides.changes.saturating_add(1);
    store::put_sides(st, proposal, &sides);
    held.curve = after;
    Ok(BaseDelta::between(before, x)?)
}

/// # Errors
/// [`GovError::BelowLeast`].
pub(crate) fn check_least(st: &(impl StateView + ?Sized), amount: Amount) -> Result<(), GovError> {
    let least = store::params(st)?.least_allocation;
    if amount < least { Err(GovError::BelowLeast { amount, least }) } else { Ok(()) }
}

/// Stake of `who` that is neither allocated to a live proposal nor delegated, base units.
///
/// # Errors
/// [`GovError::State`].
pub fn available(st: &(impl StateView + ?Sized), who: &AccountId) -> Result<Amount, GovError> {
    unbound(st, who, &live_member(st, who)?)
}

/// Stake that nothing in `member` binds. What delegates allocated is part of what is delegated to them.
pub(crate) fn unbound(st: &(impl StateView + ?Sized), who: &AccountId, member: &Member) -> Result<Amount, GovError> {
    let mut rest = accounts::account(st, who)?.staked;
    for own in member.allocations.iter().filter(|held| held.by.is_none()) {
        rest = rest.sub(own.curve.x)?;
    }
    for delegation in &member.delegations {
        rest = rest.sub(delegation.amount)?;
    }
    Ok(rest)
}

/// What governance knows about `who`, without what belongs to proposals that have closed: closing a proposal frees all
/// of it at once by touching none.
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
    let mut spoken = Vec::with_capacity(member.own_voice.len());
    for proposal in &member.own_voice {
        if store::progress(st, *proposal)?.state.is_live() {
            spoken.push(*proposal);
        }
    }
    member.own_voice = spoken;
    Ok(member)
}
