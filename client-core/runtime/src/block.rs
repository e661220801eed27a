//! What a block does by itself (design §5, §6): governance is evaluated first, due proposals are enacted, then come
//! the transactions, and last what commutes: fees, burns, the threshold base.

use crate::{context::BlockCtx, enactment, events, execute::Unfit, machine::Machine, proofs};
use alloc::{string::String, vec::Vec};
use zera_governance::{self as governance, BaseDelta};
use zera_primitives::{AccountId, Event, ProposalId, Receipt, limits};
use zera_registry::{self as registry, validators};
use zera_state::{Deltas, Overlay, accounts};

/// `(proposal, reason, detail is a diagnostic and not part of it)`: an enactment changed nothing.
pub const ABORTED: &str = "enactment_aborted";

/// What a block did before its transactions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// Events of the runtime, in order.
    pub events: Vec<Event>,
    /// Burns of deposits.
    pub deltas: Deltas,
    /// Finer causes of aborted enactments; not part of consensus.
    pub causes: Vec<(ProposalId, String)>,
}

/// What is left to apply when all transactions have run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Closing {
    /// Fees and burns of opening and transactions.
    pub deltas: Deltas,
    /// Change of the threshold base's input.
    pub base: BaseDelta,
}

/// Begins an epoch where one is due, evaluates governance at the block's slot, locks in and enacts what is due, and removes a share of what nobody can reach
/// or prove any more. `ctx` is re-read by the caller afterwards, because an enactment may begin a parameter epoch.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`]; never because of what a proposal does.
pub fn open_block(machine: &Machine, st: &mut Overlay<'_>, ctx: &BlockCtx) -> Result<Opening, Unfit> {
    let mut opening = Opening::default();
    begin_epoch(st, ctx, &mut opening)?;
    let tick = governance::tick(st, &ctx.governance(), &mut opening.deltas)?;
    opening.events.extend(events::governance(&tick.events));
    enactment::run(machine, st, ctx, &tick, &mut opening)?;
    registry::sweep(st, limits::PRUNED_ENTRIES)?;
    opening.events.extend(proofs::prune(st, ctx)?);
    Ok(opening)
}

/// In the first block of an epoch, lets its validators certify.
fn begin_epoch(st: &mut Overlay<'_>, ctx: &BlockCtx, opening: &mut Opening) -> Result<(), Unfit> {
    if validators::begin_block(st, ctx.height)? {
        let epoch = ctx.height.0.checked_div(validators::epoch_blocks(st)?).unwrap_or_default();
        let count = validators::current(st)?.len() as u64;
        opening.events.push(events::event(events::EPOCH_BEGAN, &(epoch, count)));
    }
    Ok(())
}

/// Applies what commutes: fees to `proposer`, burns, the base's input; and keeps, of the block's `receipts`, what proofs
/// of its executions are held against.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`].
pub fn close_block<'r>(
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    proposer: &AccountId,
    closing: &Closing,
    receipts: impl Iterator<Item = &'r Receipt>,
) -> Result<(), Unfit> {
    proofs::keep(st, ctx, receipts);
    governance::apply_base(st, &ctx.governance(), closing.base)?;
    accounts::apply_deltas(st, &closing.deltas, proposer)?;
    Ok(())
}

impl Closing {
    /// Adds what one part of the block left.
    ///
    /// # Errors
    /// [`Unfit::Fault`] when a sum passes its type: impossible while supply is conserved.
    pub fn add(&mut self, deltas: Deltas, base: BaseDelta) -> Result<(), Unfit> {
        self.deltas = self.deltas.merge(deltas)?;
        self.base = self.base.plus(base).map_err(|_| Unfit::Fault("the base's input overflows".into()))?;
        Ok(())
    }
}
