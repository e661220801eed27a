//! Freezes (design §6): an emergency vote stops all calls of a module for some slots. It stops no enactment and changes
//! nothing else, and what a module may be frozen in any window of 10 half-lives is bounded, renewals included.

use crate::{
    error::RegistryError,
    keys,
    modules::{Ctx, required},
    records::Frozen,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zera_primitives::{ModuleId, ProposalId, Slot};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// Half-lives in the window that a module's freezes are counted in.
const WINDOW_HALF_LIVES: u64 = 10;

/// One freeze, past or present.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Freeze {
    /// From this slot on.
    pub from: Slot,
    /// Up to this slot, exclusive; earlier than voted when it was ended.
    pub until: Slot,
    /// The vote.
    pub proposal: ProposalId,
}

/// Freezes of a module that still count against its window, oldest first.
///
/// # Errors
/// [`StateError`].
pub fn freezes(st: &(impl StateView + ?Sized), module: &ModuleId) -> Result<Vec<Freeze>, StateError> {
    Ok(get_typed(st, &keys::freezes(module))?.unwrap_or_default())
}

/// Slots for which a module may still be frozen from now on.
///
/// # Errors
/// [`StateError`].
pub fn freezable(st: &(impl StateView + ?Sized), ctx: &Ctx<'_>, module: &ModuleId) -> Result<u64, StateError> {
    let spent = counted(&freezes(st, module)?, ctx).fold(0u64, u64::saturating_add);
    Ok(most(ctx).saturating_sub(spent))
}

/// The longest that a module may be frozen in one window, slots.
fn most(ctx: &Ctx<'_>) -> u64 {
    ctx.params.of_half_life(ctx.params.freeze_milli)
}

/// Slots of each freeze that lie in the window ending now, or are still to come.
fn counted<'f>(freezes: &'f [Freeze], ctx: &Ctx<'_>) -> impl Iterator<Item = u64> + 'f {
    let begin = Slot(ctx.slot.0.saturating_sub(ctx.params.half_life.saturating_mul(WINDOW_HALF_LIVES)));
    freezes.iter().map(move |freeze| freeze.until.since(freeze.from.max(begin)))
}

/// Checks that a module may be frozen for `slots` from now on.
pub(crate) fn check(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx<'_>,
    module: &ModuleId,
    slots: u64,
) -> Result<(), RegistryError> {
    if let Some(frozen) = required(st, module)?.frozen.filter(|frozen| frozen.until > ctx.slot) {
        return Err(RegistryError::AlreadyFrozen(frozen.until));
    }
    let left = freezable(st, ctx, module)?;
    if slots == 0 || slots > left {
        return Err(RegistryError::FreezeTooLong { asked: slots, left });
    }
    Ok(())
}

/// Freezes a module for `slots`.
pub(crate) fn freeze(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    module: &ModuleId,
    slots: u64,
    proposal: ProposalId,
) -> Result<Slot, RegistryError> {
    check(st, ctx, module, slots)?;
    let until = ctx.slot.plus(slots);
    let mut record = required(st, module)?;
    record.frozen = Some(Frozen { until, proposal });
    put_typed(st, keys::module(module), &record);
    let mut kept: Vec<Freeze> = freezes(st, module)?;
    let counts: Vec<u64> = counted(&kept, ctx).collect();
    let mut counts = counts.into_iter();
    kept.retain(|_| counts.next().is_some_and(|slots| slots > 0));
    kept.push(Freeze { from: ctx.slot, until, proposal });
    put_typed(st, keys::freezes(module), &kept);
    Ok(until)
}

/// Ends a freeze now. What it lasted stays counted.
pub(crate) fn unfreeze(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    module: &ModuleId,
) -> Result<(), RegistryError> {
    let mut record = required(st, module)?;
    if record.frozen.take().is_none_or(|frozen| frozen.until <= ctx.slot) {
        return Err(RegistryError::NotFrozen);
    }
    put_typed(st, keys::module(module), &record);
    let mut kept = freezes(st, module)?;
    for freeze in kept.iter_mut().filter(|freeze| freeze.until > ctx.slot) {
        freeze.until = ctx.slot;
    }
    put_typed(st, keys::freezes(module), &kept);
    Ok(())
}

#[cfg(test)]
mod tests;
