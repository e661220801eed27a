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
    begin(st, params, Timeline::default(), Slot(0), Height(0), 0)
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
    let mut timeline = store::timeline(st)?;
    // The base is written at the boundary, where a piecewise evaluation floors anyway: its value does not change, and
    // the spans before the boundary are no longer needed for it.
    let base = store::base(st)?;
    store::put_base(st, &base.redirected(&timeline, ctx.slot, base.x));
    let mut oldest = ctx.slot;
    for id in store::live(st)? {
        oldest = oldest.min(store::progress(st, id)?.submitted);
    }
    timeline.forget_before(oldest);
    let index = store::epoch_count(st)?;
    begin(st, params, timeline, ctx.slot, ctx.height, index)?;
    Ok(GovEvent::ParamsChanged { epoch: index })
}

fn begin(
    st: &mut (impl StateAccess + ?Sized),
    params: &Params,
    mut timeline: Timeline,
    slot: Slot,
    height: Height,
    index: u32,
) -> Result<(), GovError> {
    params.check()?;
    let alpha = alpha(params.half_life).ok_or(ParamsError::OutOfBounds {
        name: "half-life",
        value: params.half_life.into(),
        floor: crate::alpha::MIN_HALF_LIFE.into(),
        ceiling: crate::alpha::MAX_HALF_LIFE.into(),
    })?;
    timeline.begin(Span { start: slot, alpha });
    store::put_timeline(st, &timeline);
    store::put_params(st, params);
    store::append_epoch(st, &ParamEpoch { index, slot, height, params: params.clone() });
    Ok(())
}
