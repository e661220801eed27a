//! Enactments of a block (design §6): rehearsals that lock proposals in, enactments of what was locked in, the next part of a
//! migration that takes several blocks. Each is all or nothing; what fails is rolled back, recorded and closed.

use crate::{
    block::{ABORTED, Opening},
    context::BlockCtx,
    events::{self, event},
    execute::Unfit,
    machine::Machine,
    proofs::{self, RequestError, Requester},
    system::Enactor,
};
use alloc::string::String;
use zera_governance::{self as governance, Tick, queries};
use zera_primitives::{AbortReason, Hash, Payload, ProposalId};
use zera_registry::{self as registry, Abort, Enacted, Vote};
use zera_state::{Overlay, StateView};

/// What becomes of all that governance named in this block. Locks and enactments together stop once a quarter of the
/// migration gas is used, so that one block's stay within one and a quarter of it, and half of it more for what outgoing
/// code answers; what is left is named again. The oldest migration under way has the whole migration gas for itself.
pub(crate) fn run(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    tick: &Tick,
    opening: &mut Opening,
) -> Result<(), Unfit> {
    if let Some(id) = tick.continuing.first() {
        one(machine, st, ctx, *id, true, opening)?;
    }
    let mut gas = 0u64;
    for id in &tick.due {
        if gas <= ctx.params.migration_gas / 4 {
            gas = gas.saturating_add(one(machine, st, ctx, *id, false, opening)?);
        }
    }
    for id in &tick.locking {
        if gas <= ctx.params.migration_gas / 4 {
            gas = gas.saturating_add(lock_in(machine, st, ctx, *id, opening)?);
        }
    }
    Ok(())
}

/// Enacts one proposal, or goes on with it, and answers the gas it took.
fn one(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    id: ProposalId,
    goes_on: bool,
    opening: &mut Opening,
) -> Result<u64, Unfit> {
    let payload = queries::proposal(st, id)?.payload;
    if !governance::is_due(st, &ctx.governance(), id)? {
        return Ok(0); // a spam verdict that was enacted in this block has closed it
    }
    if !goes_on && is_busy(st, &payload)? {
        return Ok(0); // its module is migrating: it is named again in the next block
    }
    let vote = vote(st, ctx, id)?;
    let checkpoint = st.checkpoint();
    let ended = if goes_on { resume } else { enact }(machine, st, ctx, &vote, &payload)?;
    let gov = ctx.governance();
    match ended {
        Ok(done) => {
            opening.events.extend(done.events);
            if let Payload::Spam { proposal, .. } = &payload {
                match governance::close_as_spam(st, &gov, *proposal, &mut opening.deltas) {
                    Ok((closed, base)) => {
                        opening.events.push(events::governance_event(&closed));
                        governance::apply_base(st, &gov, base)?;
                    }
                    Err(governance::GovError::State(error)) => return Err(Unfit::State(error)),
                    Err(_) => {
                        let reason = AbortReason::NothingToClose;
                        return abort(
                            st,
                            ctx,
                            &vote,
                            &payload,
                            Abort { reason, detail: String::new(), gas: 0 },
                            opening,
                        );
                    }
                }
            }
            for undone in done.undone {
                let event = governance::rolled_back(st, &gov, undone, id)?;
                opening.events.extend(event.iter().map(events::governance_event));
            }
            if !done.unfinished {
                let closed = governance::conclude(st, &gov, id, Ok(()), &mut opening.deltas)?;
                opening.events.push(events::governance_event(&closed));
            } else if !goes_on {
                let moved = governance::begin_migration(st, &gov, id)?;
                opening.events.push(events::governance_event(&moved));
            }
            Ok(done.gas)
        }
        Err(failed) => {
            st.rollback(checkpoint);
            if let (true, Some(module)) = (goes_on, payload.module()) {
                registry::abandon(st, module, id).map_err(fault)?;
            }
            abort(st, ctx, &vote, &payload, failed, opening)
        }
    }
}

/// Records an enactment that changed nothing, and closes its proposal.
fn abort(
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    vote: &Vote,
    payload: &Payload,
    failed: Abort,
    opening: &mut Opening,
) -> Result<u64, Unfit> {
    let (id, reason) = (vote.proposal, failed.reason);
    registry::record_attempt(st, &ctx.registry(), vote, payload, reason)?;
    opening.events.push(event(ABORTED, &(id, reason)));
    opening.causes.push((id, failed.detail));
    let closed = governance::conclude(st, &ctx.governance(), id, Err(reason), &mut opening.deltas)?;
    opening.events.push(events::governance_event(&closed));
    Ok(failed.gas)
}

/// Rehearses one proposal on the state of this block, and locks it in or closes it.
fn lock_in(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    id: ProposalId,
    opening: &mut Opening,
) -> Result<u64, Unfit> {
    let payload = queries::proposal(st, id)?.payload;
    if !governance::is_due(st, &ctx.governance(), id)? || is_busy(st, &payload)? {
        return Ok(0);
    }
    let vote = vote(st, ctx, id)?;
    let mut copy = Overlay::new(&*st);
    let ended = enact(machine, &mut copy, ctx, &vote, &payload)?;
    let writes = copy.changes().len() as u64;
    match ended {
        Ok(done) => {
            let digest = Hash::of_encoded("zera/rehearsal/v1", &(done.gas, writes, &done.events, done.unfinished));
            let moved = governance::lock_in(st, &ctx.governance(), id, digest)?;
            opening.events.push(events::governance_event(&moved));
            Ok(done.gas)
        }
        Err(failed) => abort(st, ctx, &vote, &payload, failed, opening),
    }
}

/// True while another vote's migration of the same module is under way.
fn is_busy(st: &(impl StateView + ?Sized), payload: &Payload) -> Result<bool, Unfit> {
    let busy = match payload {
        Payload::Upgrade(_) | Payload::Rollback(_) | Payload::Reference { .. } => match payload.module() {
            Some(module) => registry::module(st, module)?.is_some_and(|record| record.migrating.is_some()),
            None => false,
        },
        _ => false,
    };
    Ok(busy)
}

/// The vote behind a proposal: as it was locked in, or as it stands now.
///
/// # Errors
/// [`Unfit::Fault`] when there is no such proposal; [`Unfit::State`].
pub fn vote(st: &(impl StateView + ?Sized), ctx: &BlockCtx, id: ProposalId) -> Result<Vote, Unfit> {
    let (proposal, class) = (queries::proposal(st, id)?, queries::progress(st, id)?.class);
    let (tally, rehearsal) = match queries::lock(st, id)? {
        Some(lock) => (lock.tally, lock.rehearsal),
        None => (queries::standing(st, &ctx.governance(), id)?, Hash::ZERO),
    };
    Ok(Vote {
        proposal: id,
        payload: proposal.payload_hash,
        class,
        y_for: tally.y_for,
        y_against: tally.y_against,
        base: tally.base,
        rehearsal,
    })
}

/// The first part of an enactment, or all of it. What it wrote before failing is for the caller to roll back.
pub(crate) fn enact(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    vote: &Vote,
    payload: &Payload,
) -> Result<Result<Enacted, Abort>, Unfit> {
    let mut enactor = Enactor { machine, ctx, proposal: vote.proposal, fault: None };
    let ended = registry::enact(st, &ctx.registry(), &mut enactor, vote, payload);
    let ended = verdict(enactor.fault, ended)?;
    if let (Ok(done), Payload::Parameters { params, .. }) = (&ended, payload) {
        let mut done = done.clone();
        let changed = governance::apply_params(st, &ctx.governance(), params)?;
        done.events.push(events::governance_event(&changed));
        return Ok(Ok(done));
    }
    if let (Ok(done), Payload::RequestProof { transaction, call, .. }) = (&ended, payload) {
        let mut done = done.clone();
        let by = Requester::Proposal(vote.proposal);
        return match proofs::request(st, ctx, transaction, *call, by) {
            Ok(event) => {
                done.events.extend(event);
                Ok(Ok(done))
            }
            Err(RequestError::State(error)) => Err(Unfit::State(error)),
            Err(error) => {
                let detail = alloc::format!("{error}");
                Ok(Err(Abort { reason: AbortReason::NothingToProve, detail, gas: done.gas }))
            }
        };
    }
    Ok(ended)
}

/// The next part of a migration that takes several blocks.
pub(crate) fn resume(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    vote: &Vote,
    payload: &Payload,
) -> Result<Result<Enacted, Abort>, Unfit> {
    let mut enactor = Enactor { machine, ctx, proposal: vote.proposal, fault: None };
    let ended = registry::resume(st, &ctx.registry(), &mut enactor, vote, payload);
    verdict(enactor.fault, ended)
}

fn verdict(
    fault: Option<String>,
    ended: Result<Enacted, registry::EnactError>,
) -> Result<Result<Enacted, Abort>, Unfit> {
    match (fault, ended) {
        (Some(cause), _) => Err(Unfit::Fault(cause)),
        (None, Ok(done)) => Ok(Ok(done)),
        (None, Err(registry::EnactError::State(error))) => Err(Unfit::State(error)),
        (None, Err(registry::EnactError::Abort(abort))) => Ok(Err(abort)),
    }
}

pub(crate) fn fault(error: registry::RegistryError) -> Unfit {
    match error {
        registry::RegistryError::State(error) => Unfit::State(error),
        other => Unfit::Fault(alloc::format!("{other}")),
    }
}
