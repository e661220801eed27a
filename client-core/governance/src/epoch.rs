//! Parameter epochs: parameters are fixed within one and conviction is evaluated piecewise across them (design §6).

use crate::{
    alpha::alpha,
    curve::{Span, Timeline},
    error::GovError,
    records::{Ctx, GovEvent, ParamEpoch},
    store,
};
use zera_primitives::{Height, Params, ParamsError, Slot};
use zera_state::{StateAccess, StateView};

/// Writes the first parameter epoch into an empty state.
///
/// # Errors
/// [`GovError::Params`] when `params` are outside floor and ceiling.
pub fn genesis(st: &mut (impl StateAccess + ?Sized), params: &Params) -> Result<(), GovError> {
    let epoch = ParamEpoch { index: 0, slot: Slot(0), height: Height(0), params: params.clone() };
    begin(st, &epoch, Timeline::default(), Slot(0))
}

/// The parameters in force.
///
/// # Errors
/// [`GovError::State`]; [`GovError::Missing`] in a state without genesis.
pub fn params(st: &(impl StateView + ?Sized)) -> Result<Params, GovError> {
    store::params(st)
}

/// Enacts `params`: checks floor, ceiling and the order of τ, and begins a parameter epoch at this block's slot.
/// Conviction gathered so far keeps what the old half-life made of it; nothing is recomputed backwards.
///
/// # Errors
/// [`GovError::Params`] names the bound that is broken; nothing was changed then.
pub fn apply_params(st: &mut (impl StateAccess + ?Sized), ctx: &Ctx, params: &Params) -> Result<GovEvent, GovError> {
    let timeline = store::timeline(st)?;
    // The base is written at the boundary, where a piecewise evaluation floors anyway: its value does not change, and
    // the spans before the boundary are no longer needed for it.
    let base = store::base(st)?;
    store::put_base(st, &base.redirected(&timeline, ctx.slot, base.x));
    let mut oldest = ctx.slot;
    for id in store::live(st)? {
        oldest = oldest.min(store::progress(st, id)?.submitted);
    }
    let index = store::epoch_count(st)?;
    begin(st, &ParamEpoch { index, slot: ctx.slot, height: ctx.height, params: params.clone() }, timeline, oldest)?;
    Ok(GovEvent::ParamsChanged { epoch: index })
}

fn begin(
    st: &mut (impl StateAccess + ?Sized),
    epoch: &ParamEpoch,
    mut timeline: Timeline,
    oldest: Slot,
) -> Result<(), GovError> {
    epoch.params.check()?;
    let half_life = epoch.params.half_life;
    let alpha = alpha(half_life).ok_or(ParamsError::OutOfBounds {
        name: "half-life",
        value: half_life.into(),
        floor: crate::alpha::MIN_HALF_LIFE.into(),
        ceiling: crate::alpha::MAX_HALF_LIFE.into(),
    })?;
    timeline.begin(Span { start: epoch.slot, alpha });
    timeline.forget_before(oldest);
    store::put_timeline(st, &timeline);
    store::put_params(st, &epoch.params);
    store::append_epoch(st, epoch);
    Ok(())
}
