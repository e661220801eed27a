//! What pages and nodes ask: read-only, nothing here changes state.

pub use crate::{calendar::calendar, detector::flags, past::past_chart};
use crate::{
    curve::Curve,
    error::GovError,
    forecast::Situation,
    records::{
        Allocation, Ctx, Delegation, Delegator, Lock, Mandate, Member, ParamEpoch, Progress, Proposal, Sides,
        StakeChange, Transition, Unstaking,
    },
    standing::Standing,
    store,
};
use alloc::vec::Vec;
use zera_primitives::{AccountId, Amount, Class, ProposalId};
use zera_state::StateView;

/// Numbers of the live proposals, ascending.
///
/// # Errors
/// [`GovError::State`].
pub fn live(st: &(impl StateView + ?Sized)) -> Result<Vec<ProposalId>, GovError> {
    store::live(st)
}

/// Proposals ever submitted; their numbers are 1 to this.
///
/// # Errors
/// [`GovError::State`].
pub fn count(st: &(impl StateView + ?Sized)) -> Result<u64, GovError> {
    store::count(st)
}

/// What never changes about a proposal.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn proposal(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Proposal, GovError> {
    store::proposal(st, id)
}

/// Where a proposal stands.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn progress(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Progress, GovError> {
    store::progress(st, id)
}

/// Both sides of a proposal as last written; those of a closed one are as they stood when it closed.
///
/// # Errors
/// [`GovError::State`].
pub fn sides(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Sides, GovError> {
    store::sides(st, id)
}

/// The threshold base B as last written: its conviction, all stake allocated to live proposals, and since when.
///
/// # Errors
/// [`GovError::State`].
pub fn base(st: &(impl StateView + ?Sized)) -> Result<Curve, GovError> {
    store::base(st)
}

/// Everything a forecast of `id` depends on; `cadence` as in [`Situation`].
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn situation(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    cadence: u64,
) -> Result<Situation, GovError> {
    let (progress, sides) = (store::progress(st, id)?, store::sides(st, id)?);
    Ok(Situation {
        state: progress.state,
        class: progress.class,
        expires: progress.expires,
        side_for: sides.side_for,
        side_against: sides.side_against,
        base: store::base(st)?,
        timeline: store::timeline(st)?,
        params: store::params(st)?,
        supply: ctx.supply,
        now: ctx.slot,
        cadence,
    })
}

/// Conviction, stake and base of `id` at this block's slot; of a closed one, the conviction that it closed with.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn standing(st: &(impl StateView + ?Sized), ctx: &Ctx, id: ProposalId) -> Result<Standing, GovError> {
    let situation = situation(st, ctx, id, 1)?;
    let mut standing = situation.standing(ctx.slot)?;
    if !situation.state.is_live() {
        (standing.y_for, standing.y_against) = (situation.side_for.y, situation.side_against.y);
    }
    Ok(standing)
}

/// Stake changes of `id` that are kept, oldest first.
///
/// # Errors
/// [`GovError::State`].
pub fn stake_changes(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Vec<StakeChange>, GovError> {
    log(store::sides(st, id)?.changes, |index| store::stake_change(st, id, index))
}

/// States that `id` entered, oldest first.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn transitions(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Vec<Transition>, GovError> {
    log(store::progress(st, id)?.transitions, |index| store::transition(st, id, index))
}

/// How `id` stood when it was last locked in; none when it never was.
///
/// # Errors
/// [`GovError::State`].
pub fn lock(st: &(impl StateView + ?Sized), id: ProposalId) -> Result<Option<Lock>, GovError> {
    store::lock(st, id)
}

/// Parameter epochs, oldest first.
///
/// # Errors
/// [`GovError::State`].
pub fn epochs(st: &(impl StateView + ?Sized)) -> Result<Vec<ParamEpoch>, GovError> {
    (0..store::epoch_count(st)?).filter_map(|index| store::epoch(st, index).transpose()).collect()
}

/// Allocations of an account with the conviction each has at this block's slot, those of closed proposals left out.
///
/// # Errors
/// [`GovError::State`].
pub fn allocations(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
) -> Result<Vec<(Allocation, Amount)>, GovError> {
    let timeline = store::timeline(st)?;
    let Member { allocations, .. } = crate::allocation::live_member(st, who)?;
    Ok(allocations.into_iter().map(|held| (held, held.curve.at(&timeline, ctx.slot))).collect())
}

/// The allocation of `who` to `proposal`, if any.
///
/// # Errors
/// [`GovError::State`].
pub fn allocation(
    st: &(impl StateView + ?Sized),
    who: &AccountId,
    proposal: ProposalId,
) -> Result<Option<Allocation>, GovError> {
    Ok(crate::allocation::live_member(st, who)?.allocations.into_iter().find(|held| held.proposal == proposal))
}

/// What `who` has delegated, at most one entry per class.
///
/// # Errors
/// [`GovError::State`].
pub fn delegations(st: &(impl StateView + ?Sized), who: &AccountId) -> Result<Vec<Delegation>, GovError> {
    Ok(store::member(st, who)?.delegations)
}

/// Who has delegated to `who` in `class`, in order of their coming.
///
/// # Errors
/// [`GovError::State`].
pub fn delegators(st: &(impl StateView + ?Sized), who: &AccountId, class: Class) -> Result<Vec<Delegator>, GovError> {
    store::delegators(st, &Mandate { class, to: *who })
}

/// Stake of `who` that waits out the unstake delay, oldest first.
///
/// # Errors
/// [`GovError::State`].
pub fn unstaking(st: &(impl StateView + ?Sized), who: &AccountId) -> Result<Vec<Unstaking>, GovError> {
    Ok(store::member(st, who)?.unstaking)
}

/// The entries of an append-only log that are kept, oldest first.
fn log<T>(count: u64, entry: impl Fn(u64) -> Result<Option<T>, GovError>) -> Result<Vec<T>, GovError> {
    (count.saturating_sub(store::LOG_ENTRIES)..count).filter_map(|index| entry(index).transpose()).collect()
}
