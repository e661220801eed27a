//! Submitting, withdrawing and closing proposals: places, deposits, displacement (design §6).

use crate::{
    base::BaseDelta,
    error::GovError,
    records::{Ctx, Deposit, GovEvent, Progress, Proposal, Proposed, Sides},
    standing::EXPIRY_HALF_LIVES,
    store,
};
use alloc::string::String;
use zera_primitives::{AbortReason, AccountId, Amount, Class, Height, Payload, ProposalId, ProposalState, limits};
use zera_state::{Deltas, StateAccess, StateView, accounts};

/// Submits a proposal and reserves its deposit. `class` is what the registry computed from the payload's effects. When
/// all places are taken, the accruing proposal with the least conviction for is displaced at a deposit 10 % higher than
/// its own; [`deposit_needed`] tells the amount beforehand.
///
/// # Errors
/// [`GovError::BadTitle`], [`GovError::LongDescription`], [`GovError::Params`] for parameters outside their bounds,
/// [`GovError::NoSuchProposal`] or [`GovError::Closed`] for a spam verdict about nothing open,
/// [`GovError::TooManyProposals`], [`GovError::NoPlace`], [`GovError::Account`] when the deposit cannot be paid.
pub fn propose(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    title: String,
    payload: Payload,
    class: Class,
    deltas: &mut Deltas,
) -> Result<Proposed, GovError> {
    check_words(&title, &payload)?;
    check_subject(st, &payload)?;
    let params = store::params(st)?;
    let (deposit, victim) = place(st, ctx)?;
    let (displaced, base) = match victim {
        Some(victim) => {
            let (event, base) = close(st, ctx, victim, ProposalState::Expired { height: ctx.height }, deltas)?;
            (Some(event), base)
        }
        None => (None, BaseDelta::NONE),
    };
    accounts::reserve_proposal(st, who, deposit)?;
    // Read after the displacement: the displaced proposal may have been the author's own.
    let mut member = store::member(st, who)?;
    if member.live_proposals as usize >= limits::LIVE_PROPOSALS_PER_ACCOUNT {
        return Err(GovError::TooManyProposals);
    }
    member.live_proposals = member.live_proposals.saturating_add(1);
    store::put_member(st, who, &member);

    let id = ProposalId(store::count(st)?.checked_add(1).ok_or(GovError::OVERFLOW)?);
    store::put_count(st, id.0);
    let mut live = store::live(st)?;
    live.push(id);
    store::put_live(st, &live);
    let expires = ctx.slot.plus(params.half_life.saturating_mul(EXPIRY_HALF_LIVES));
    let (state, submitted, due) = (ProposalState::Submitted, ctx.slot, Height(0));
    let (filed, raised, author) = (class, None, *who);
    let (deposit_saved, transitions) = (false, 0);
    let progress =
        Progress { state, class, filed, raised, author, deposit, submitted, expires, deposit_saved, transitions, due };
    store::enter(st, ctx, id, &progress, state);
    store::put_sides(st, id, &Sides::default());
    let (height, slot, payload_hash) = (ctx.height, ctx.slot, payload.hash());
    let proposal = Proposal { id, author, title, payload, payload_hash, class, deposit, height, slot, expires };
    store::put_proposal(st, &proposal);
    Ok(Proposed { id, deposit, displaced, base })
}

fn check_words(title: &str, payload: &Payload) -> Result<(), GovError> {
    if title.trim().is_empty() || title.len() > limits::TITLE_BYTES {
        return Err(GovError::BadTitle(limits::TITLE_BYTES));
    }
    if payload.description().len() > limits::DESCRIPTION_BYTES {
        return Err(GovError::LongDescription(limits::DESCRIPTION_BYTES));
    }
    Ok(())
}

/// What can be refused before anyone votes. A verdict names an open proposal, hence an older one: never itself.
fn check_subject(st: &(impl StateView + ?Sized), payload: &Payload) -> Result<(), GovError> {
    match payload {
        Payload::Parameters { params, .. } => Ok(params.check()?),
        Payload::Spam { proposal, .. } if !store::progress(st, *proposal)?.state.is_open() => {
            Err(GovError::Closed(*proposal))
        }
        _ => Ok(()),
    }
}

/// The deposit that a proposal submitted in this block needs, base units, and the proposal that it would displace.
///
/// # Errors
/// [`GovError::NoPlace`] when all places are taken and none of the proposals is accruing.
pub fn deposit_needed(st: &(impl StateView + ?Sized), ctx: &Ctx) -> Result<(Amount, Option<ProposalId>), GovError> {
    place(st, ctx)
}

fn place(st: &(impl StateView + ?Sized), ctx: &Ctx) -> Result<(Amount, Option<ProposalId>), GovError> {
    let deposit = store::params(st)?.proposal_deposit;
    let live = store::live(st)?;
    if live.len() < limits::LIVE_PROPOSALS {
        return Ok((deposit, None));
    }
    let timeline = store::timeline(st)?;
    let mut weakest: Option<(Amount, ProposalId, Amount)> = None;
    for id in live {
        let progress = store::progress(st, id)?;
        if progress.state == ProposalState::Accruing {
            let y_for = store::sides(st, id)?.side_for.at(&timeline, ctx.slot);
            // Of equals the oldest goes: ids ascend and only a strictly smaller one replaces.
            if weakest.is_none_or(|(least, ..)| y_for < least) {
                weakest = Some((y_for, id, progress.deposit));
            }
        }
    }
    let (_, id, its_deposit) = weakest.ok_or(GovError::NoPlace)?;
    let higher = its_deposit.0.checked_mul(11).ok_or(GovError::OVERFLOW)?.div_ceil(10);
    Ok((deposit.max(Amount(higher)), Some(id)))
}

/// Takes a proposal back. Only its author may, and only before anyone else has ever allocated to it.
///
/// # Errors
/// [`GovError::NoSuchProposal`], [`GovError::Closed`], [`GovError::NotAuthor`], [`GovError::OthersAllocated`].
pub fn withdraw(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    who: &AccountId,
    proposal: ProposalId,
    deltas: &mut Deltas,
) -> Result<(GovEvent, BaseDelta), GovError> {
    let progress = store::progress(st, proposal)?;
    if !progress.state.is_open() {
        return Err(GovError::Closed(proposal));
    }
    if progress.author != *who {
        return Err(GovError::NotAuthor(proposal));
    }
    if store::sides(st, proposal)?.others {
        return Err(GovError::OthersAllocated(proposal));
    }
    close(st, ctx, proposal, ProposalState::Withdrawn { height: ctx.height }, deltas)
}

/// Closes an open proposal as spam and burns its deposit, whatever it gathered short of its own threshold. The runtime
/// calls this when it enacts a verdict; the answered change of the base is applied with [`crate::tick::apply_base`].
///
/// # Errors
/// [`GovError::NoSuchProposal`]; [`GovError::Closed`] when votes no longer decide about it; [`GovError::Supported`] while
/// it passes its own threshold: what so many stand behind is no spam, and a minor vote no veto.
pub fn close_as_spam(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    target: ProposalId,
    deltas: &mut Deltas,
) -> Result<(GovEvent, BaseDelta), GovError> {
    let progress = store::progress(st, target)?;
    if !progress.state.is_open() {
        return Err(GovError::Closed(target));
    }
    let standing = crate::tick::standing(st, ctx, &store::sides(st, target)?)?;
    if standing.passes(store::params(st)?.threshold_ppm[progress.class.index()]) {
        return Err(GovError::Supported(target));
    }
    close(st, ctx, target, ProposalState::Aborted { reason: AbortReason::Spam, height: ctx.height }, deltas)
}

/// Raises the class of an open proposal by one step, because evidence about it was refuted: what a threshold decides
/// about, a higher one must. Its confirmation begins anew, so that it holds the higher threshold as long as the higher
/// class asks; the next tick sends it back to accruing when it does not reach it. Once per proposal; the highest class
/// and a freeze stay what they are, which answers `None`, as does a proposal about which votes no longer decide.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn raise_class(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
) -> Result<Option<GovEvent>, GovError> {
    let progress = store::progress(st, id)?;
    let (from, to) = (progress.class, progress.class.raised());
    if from == to || progress.raised.is_some() || !progress.state.is_open() {
        return Ok(None);
    }
    let raised = Progress { class: to, raised: Some(ctx.slot), due: Height(0), ..progress };
    let anew = ProposalState::Confirming { held: 0, at: ctx.slot };
    match progress.state {
        ProposalState::Confirming { .. } => store::put_progress(st, id, &Progress { state: anew, ..raised }),
        ProposalState::Approved { .. } | ProposalState::LockedIn { .. } => store::enter(st, ctx, id, &raised, anew),
        _ => store::put_progress(st, id, &raised),
    }
    Ok(Some(GovEvent::Raised { proposal: id, from, to }))
}

/// Closes a live proposal: its place, its deposit and all its allocations become free. The allocations are freed in
/// O(1): accounts ignore those of closed proposals, and the base's input loses both sides' stake at once.
pub(crate) fn close(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    state: ProposalState,
    deltas: &mut Deltas,
) -> Result<(GovEvent, BaseDelta), GovError> {
    let mut progress = store::progress(st, id)?;
    let mut sides = store::sides(st, id)?;
    progress.deposit_saved |= crate::tick::standing(st, ctx, &sides)?.saves_deposit();
    store::enter(st, ctx, id, &progress, state);
    // What stood at the end stays readable: conviction no longer moves.
    let timeline = store::timeline(st)?;
    for side in [&mut sides.side_for, &mut sides.side_against] {
        *side = side.redirected(&timeline, ctx.slot, side.x);
    }
    store::put_sides(st, id, &sides);

    let mut live = store::live(st)?;
    live.retain(|other| *other != id);
    store::put_live(st, &live);
    let mut author = store::member(st, &progress.author)?;
    author.live_proposals = author.live_proposals.saturating_sub(1);
    store::put_member(st, &progress.author, &author);

    let is_spam = matches!(state, ProposalState::Aborted { reason: AbortReason::Spam, .. });
    let deposit = if progress.deposit_saved && !is_spam {
        accounts::release_proposal(st, &progress.author, progress.deposit)?;
        Deposit::Returned(progress.deposit)
    } else {
        accounts::burn_proposal_reserve(st, &progress.author, progress.deposit, deltas)?;
        Deposit::Burnt(progress.deposit)
    };
    let freed = sides.side_for.x.add(sides.side_against.x)?;
    Ok((GovEvent::Closed { proposal: id, state, deposit }, BaseDelta::between(freed, Amount::ZERO)?))
}
