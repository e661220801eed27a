//! What each block does by itself: unstaked ZRA come back, every live proposal is looked at once, and those that want
//! something of the runtime are named: a rehearsal, an enactment, the next part of a migration.

use crate::{
    base::{BaseDelta, threshold_base},
    curve::{Curve, Timeline},
    error::GovError,
    proposal::close,
    records::{BaseChange, Ctx, GovEvent, Lock, Progress, Sides, Tick},
    stake::pay_out,
    standing::{Standing, Step, step},
    store,
};
use zera_primitives::{AbortReason, Amount, Hash, Params, ProposalId, ProposalState};
use zera_state::{Deltas, StateAccess, StateView};

/// Looks at every live proposal at this block's slot. Call it once per block, before the block's transactions: it then
/// judges what stood since the block before. Order inside the block cannot change the base, and changes of stake made
/// at this slot have no conviction yet.
///
/// The proposals in [`Tick::locking`] have waited out their timelock: the runtime rehearses each and calls [`lock_in`] or
/// [`conclude`]. Those in [`Tick::due`] were locked in and still pass: the runtime enacts each and calls [`conclude`], or
/// [`begin_migration`] when that takes several blocks; [`Tick::continuing`] names those again. Any that the runtime leaves
/// out is named again in the next block.
///
/// # Errors
/// Only fatal ones, or state that is not loaded.
pub fn tick(st: &mut (impl StateAccess + ?Sized), ctx: &Ctx, deltas: &mut Deltas) -> Result<Tick, GovError> {
    let mut tick = Tick::default();
    pay_out(st, ctx, &mut tick.events)?;
    let live = store::live(st)?;
    if live.is_empty() {
        return Ok(tick);
    }
    let scene = Scene::load(st, ctx)?;
    let mut base = BaseDelta::NONE;
    for id in live {
        base = base.plus(scene.visit(st, ctx, id, &mut tick, deltas)?)?;
    }
    apply_base(st, ctx, base)?;
    Ok(tick)
}

/// What is the same for all proposals in one block.
struct Scene {
    params: Params,
    timeline: Timeline,
    base: Amount,
}

impl Scene {
    fn load(st: &(impl StateView + ?Sized), ctx: &Ctx) -> Result<Self, GovError> {
        let (params, timeline) = (store::params(st)?, store::timeline(st)?);
        let base = threshold_base(&store::base(st)?, &timeline, &params, ctx.supply, ctx.slot)?;
        Ok(Self { params, timeline, base })
    }

    fn standing(&self, ctx: &Ctx, sides: &Sides) -> Standing {
        Standing {
            y_for: sides.side_for.at(&self.timeline, ctx.slot),
            y_against: sides.side_against.at(&self.timeline, ctx.slot),
            x_for: sides.side_for.x,
            x_against: sides.side_against.x,
            base: self.base,
        }
    }

    fn visit(
        &self,
        st: &mut (impl StateAccess + ?Sized),
        ctx: &Ctx,
        id: ProposalId,
        tick: &mut Tick,
        deltas: &mut Deltas,
    ) -> Result<BaseDelta, GovError> {
        let progress = store::progress(st, id)?;
        let standing = self.standing(ctx, &store::sides(st, id)?);
        let mut after = Progress { deposit_saved: progress.deposit_saved || standing.saves_deposit(), ..progress };
        match step(progress.state, &standing, progress.class, &self.params, progress.expires, ctx.slot) {
            Step::To(state) if core::mem::discriminant(&state) != core::mem::discriminant(&progress.state) => {
                store::enter(st, ctx, id, &after, state);
                tick.events.push(GovEvent::Moved { proposal: id, from: progress.state, to: state });
                return Ok(BaseDelta::NONE);
            }
            Step::To(state) => after.state = state,
            Step::LockIn | Step::Due | Step::Continue => {
                after.due = ctx.height;
                match progress.state {
                    ProposalState::LockedIn { .. } => tick.due.push(id),
                    ProposalState::Migrating { .. } => tick.continuing.push(id),
                    _ => tick.locking.push(id),
                }
            }
            Step::Expire => {
                let (event, base) = close(st, ctx, id, ProposalState::Expired { height: ctx.height }, deltas)?;
                tick.events.push(event);
                return Ok(base);
            }
        }
        if after != progress {
            store::put_progress(st, id, &after);
        }
        Ok(BaseDelta::NONE)
    }
}

/// Conviction, stake and base of one proposal at this block's slot.
pub(crate) fn standing(st: &(impl StateView + ?Sized), ctx: &Ctx, sides: &Sides) -> Result<Standing, GovError> {
    Ok(Scene::load(st, ctx)?.standing(ctx, sides))
}

/// Locks a proposal in after a rehearsal that succeeded; `rehearsal` is its digest, kept with the tally it passed with.
///
/// # Errors
/// [`GovError::NotDue`] unless this block's [`tick`] named it.
pub fn lock_in(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    rehearsal: Hash,
) -> Result<GovEvent, GovError> {
    let progress = due(st, ctx, id)?;
    let tally = standing(st, ctx, &store::sides(st, id)?)?;
    store::put_lock(st, id, &Lock { height: ctx.height, slot: ctx.slot, class: progress.class, tally, rehearsal });
    Ok(go_on(st, ctx, id, &progress, ProposalState::LockedIn { height: ctx.height, since: ctx.slot }))
}

/// Records that the enactment of a due proposal has begun and takes more blocks.
///
/// # Errors
/// [`GovError::NotDue`] unless this block's [`tick`] named it.
pub fn begin_migration(st: &mut (impl StateAccess + ?Sized), ctx: &Ctx, id: ProposalId) -> Result<GovEvent, GovError> {
    let progress = due(st, ctx, id)?;
    Ok(go_on(st, ctx, id, &progress, ProposalState::Migrating { height: ctx.height }))
}

fn go_on(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    progress: &Progress,
    to: ProposalState,
) -> GovEvent {
    store::enter(st, ctx, id, progress, to);
    GovEvent::Moved { proposal: id, from: progress.state, to }
}

/// True while what this block's [`tick`] named still waits to be done. Ask before doing it: a spam verdict enacted in the
/// same block may have closed it meanwhile.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn is_due(st: &(impl StateView + ?Sized), ctx: &Ctx, id: ProposalId) -> Result<bool, GovError> {
    let progress = store::progress(st, id)?;
    Ok(progress.state.is_live() && progress.due == ctx.height)
}

fn due(st: &(impl StateView + ?Sized), ctx: &Ctx, id: ProposalId) -> Result<Progress, GovError> {
    if is_due(st, ctx, id)? { store::progress(st, id) } else { Err(GovError::NotDue(id)) }
}

/// Records that a later vote, `by`, rolled back what `id` had brought. Without effect unless it was enacted.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn rolled_back(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    by: ProposalId,
) -> Result<Option<GovEvent>, GovError> {
    let progress = store::progress(st, id)?;
    if !matches!(progress.state, ProposalState::Active { .. }) {
        return Ok(None);
    }
    Ok(Some(go_on(st, ctx, id, &progress, ProposalState::RolledBack { height: ctx.height, by })))
}

/// Records the outcome of enacting a due proposal, or of the rehearsal that should have locked it in, and closes it.
///
/// # Errors
/// [`GovError::NoSuchProposal`]; [`GovError::NotDue`] unless this block's [`tick`] named it.
pub fn conclude(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    outcome: Result<(), AbortReason>,
    deltas: &mut Deltas,
) -> Result<GovEvent, GovError> {
    due(st, ctx, id)?;
    let height = ctx.height;
    let state = match outcome {
        Ok(()) => ProposalState::Active { height },
        Err(reason) => ProposalState::Aborted { reason, height },
    };
    let (event, base) = close(st, ctx, id, state, deltas)?;
    apply_base(st, ctx, base)?;
    Ok(event)
}

/// Applies the block's net change of the base's input, once, at its end.
///
/// # Errors
/// [`GovError::Amount`] when the changes do not belong to this state.
pub fn apply_base(st: &mut (impl StateAccess + ?Sized), ctx: &Ctx, net: BaseDelta) -> Result<(), GovError> {
    if net == BaseDelta::NONE {
        return Ok(());
    }
    let base: Curve = store::base(st)?;
    let curve = base.redirected(&store::timeline(st)?, ctx.slot, net.apply(base.x)?);
    store::put_base(st, &curve);
    store::append_base_change(st, &BaseChange { curve, supply: ctx.supply, height: ctx.height })
}
