//! What a block does by itself (design §5, §6): governance is evaluated first, due proposals are enacted, then come
//! the transactions, and last what commutes: fees, burns, the threshold base.

use crate::{
    context::BlockCtx,
    events::{self, event},
    execute::Unfit,
    machine::Machine,
    system::Enactor,
};
use alloc::{string::String, vec::Vec};
use zera_governance::{self as governance, BaseDelta};
use zera_primitives::{AccountId, Class, Event, Payload, ProposalId};
use zera_registry::{self as registry, Abort, Enacted};
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

/// Evaluates governance at the block's slot and enacts what is due. `ctx` is re-read by the caller afterwards, because
/// an enactment may begin a parameter epoch.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`]; never because of what a proposal does.
pub fn open_block(machine: &Machine, st: &mut Overlay<'_>, ctx: &BlockCtx) -> Result<Opening, Unfit> {
    let gov = ctx.governance();
    let mut opening = Opening::default();
    let tick = governance::tick(st, &gov, &mut opening.deltas)?;
    opening.events.extend(events::governance(&tick.events));
    let mut gas = 0u64;
    for id in tick.due {
        // What is left stays approved and is due again in the next block: one block's enactments stay within one and a
        // quarter of the migration gas.
        if gas > ctx.params.migration_gas / 4 {
            break;
        }
        let proposal = governance::queries::proposal(st, id)?;
        let checkpoint = st.checkpoint();
        let outcome = match enact(machine, st, ctx, id, proposal.class, &proposal.payload)? {
            Ok(done) => {
                gas = gas.saturating_add(done.gas);
                opening.events.extend(done.events);
                Ok(())
            }
            Err(abort) => {
                gas = gas.saturating_add(abort.gas);
                st.rollback(checkpoint);
                registry::record_attempt(st, &ctx.registry(), id, &proposal.payload, abort.reason)?;
                opening.events.push(event(ABORTED, &(id, abort.reason)));
                opening.causes.push((id, abort.detail));
                Err(abort.reason)
            }
        };
        let closed = governance::conclude(st, &gov, id, outcome, &mut opening.deltas)?;
        opening.events.push(events::governance_event(&closed));
    }
    Ok(opening)
}

/// One enactment. What it wrote before failing is for the caller to roll back.
pub(crate) fn enact(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    id: ProposalId,
    class: Class,
    payload: &Payload,
) -> Result<Result<Enacted, Abort>, Unfit> {
    let mut enactor = Enactor { machine, ctx, proposal: id, fault: None };
    let ended = registry::enact(st, &ctx.registry(), &mut enactor, id, class, payload);
    if let Some(cause) = enactor.fault {
        return Err(Unfit::Fault(cause));
    }
    let mut done = match ended {
        Ok(done) => done,
        Err(registry::upgrade::EnactError::State(error)) => return Err(Unfit::State(error)),
        Err(registry::upgrade::EnactError::Abort(abort)) => return Ok(Err(abort)),
    };
    if let Payload::Parameters { params, .. } = payload {
        let changed = governance::apply_params(st, &ctx.governance(), params)?;
        done.events.push(events::governance_event(&changed));
    }
    Ok(Ok(done))
}

/// Applies what commutes: fees to `proposer`, burns, the base's input.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`].
pub fn close_block(st: &mut Overlay<'_>, ctx: &BlockCtx, proposer: &AccountId, closing: &Closing) -> Result<(), Unfit> {
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
