//! What was: parameters and base at any slot, and the chart of a proposal's past, recomputed from the logs.

use crate::{
    alpha::alpha,
    base::threshold_base,
    curve::{Curve, Span, Timeline},
    error::GovError,
    forecast::{ChartPoint, sample},
    queries,
    records::{BaseChange, Ctx, ParamEpoch, Progress},
    standing::Standing,
    store,
};
use alloc::{collections::BTreeSet, vec::Vec};
use zera_primitives::{Amount, Class, Params, ProposalId, Side, Slot};
use zera_state::StateView;

/// The chart of `id` from its submission to this block's slot or to its end: evenly spaced slots and, while they are no
/// more than `points`, every slot at which a stake changed. Recomputed from the log of stake changes, the log of the
/// base and the parameter epochs, with the arithmetic that the chain used.
///
/// # Errors
/// [`GovError::NoSuchProposal`].
pub fn past_chart(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx,
    id: ProposalId,
    points: u16,
) -> Result<Vec<ChartPoint>, GovError> {
    let progress = store::progress(st, id)?;
    let changes = queries::stake_changes(st, id)?;
    let end = if progress.state.is_live() {
        ctx.slot
    } else {
        queries::transitions(st, id)?.last().map_or(ctx.slot, |closed| closed.slot)
    };
    let mut slots: BTreeSet<Slot> = sample(progress.submitted, end, points).collect();
    if changes.len() <= usize::from(points) {
        slots.extend(changes.iter().map(|change| change.side_after.since));
    }
    let past = Past::load(st, ctx, progress.submitted)?;
    slots
        .into_iter()
        .map(|slot| {
            let side = |side| {
                let last = changes.iter().rev().find(|change| change.side == side && change.side_after.since <= slot);
                last.map_or(Amount::ZERO, |change| change.side_after.at(&past.timeline, slot))
            };
            let (y_for, y_against) = (side(Side::For), side(Side::Against));
            let threshold = past.threshold(slot, class_at(&progress, slot))?;
            Ok(ChartPoint { slot, y_for, y_against, threshold })
        })
        .collect()
}

/// The class by which `progress` was judged at `slot`.
fn class_at(progress: &Progress, slot: Slot) -> Class {
    if progress.raised.is_some_and(|raised| slot < raised) { progress.filed } else { progress.class }
}

/// Parameters and base as they were.
pub(crate) struct Past {
    epochs: Vec<ParamEpoch>,
    timeline: Timeline,
    /// Changes of the base, oldest first; the first one may lie before the time asked for.
    pub base: Vec<BaseChange>,
    supply: Amount,
}

impl Past {
    /// What was from slot `from` on.
    pub fn load(st: &(impl StateView + ?Sized), ctx: &Ctx, from: Slot) -> Result<Self, GovError> {
        let epochs = queries::epochs(st)?;
        let mut timeline = Timeline::default();
        for epoch in &epochs {
            let alpha = alpha(epoch.params.half_life).ok_or(GovError::Missing("half-life"))?;
            timeline.begin(Span { start: epoch.slot, alpha });
        }
        let mut base = Vec::new();
        for index in (0..store::base_log_count(st)?).rev() {
            let Some(change) = store::base_change(st, index)? else { break };
            base.push(change);
            if change.curve.since <= from {
                break;
            }
        }
        base.reverse();
        Ok(Self { epochs, timeline, base, supply: ctx.supply })
    }

    /// The parameters in force at `slot`.
    pub fn params(&self, slot: Slot) -> Result<&Params, GovError> {
        let epoch = self.epochs.iter().rev().find(|epoch| epoch.slot <= slot).ok_or(GovError::Missing("epoch"))?;
        Ok(&epoch.params)
    }

    /// The threshold base S at `slot`.
    pub fn base_at(&self, slot: Slot) -> Result<Amount, GovError> {
        let after = self.base.partition_point(|change| change.curve.since <= slot);
        let change = after.checked_sub(1).and_then(|last| self.base.get(last));
        // Before the first change of the base nothing was allocated, and supply was what the next change recorded.
        let supply = change.or(self.base.first()).map_or(self.supply, |change| change.supply);
        let curve = change.map_or_else(Curve::default, |change| change.curve);
        Ok(threshold_base(&curve, &self.timeline, self.params(slot)?, supply, slot)?)
    }

    fn threshold(&self, slot: Slot, class: Class) -> Result<Amount, GovError> {
        let none = Amount::ZERO;
        let standing =
            Standing { y_for: none, y_against: none, x_for: none, x_against: none, base: self.base_at(slot)? };
        Ok(standing.threshold(self.params(slot)?.threshold_ppm[class.index()]))
    }
}
