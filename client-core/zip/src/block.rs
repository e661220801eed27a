//! A whole block: opening, clusters, serial lane, closing. Pure: the same state and transactions give the same result.

use crate::{guard::Watch, pipelines::Pipelines, run::Run, schedule::Schedule};
use alloc::{string::String, vec::Vec};
use zera_primitives::{
    AccountId, Event, Gas, Hash, Height, ModuleId, ProposalId, Receipt, SignedTransaction, Slot, StateKey, limits,
};
use zera_runtime::{AdmissionError, BlockCtx, Chain, Closing, Diagnostic, Unfit, close_block, open_block};
use zera_state::{ChangeSet, Overlay, StateError, StateView, get_typed, put_typed};
use zera_vm::TraceRecord;

/// What a block is executed from.
#[derive(Clone, Copy, Debug)]
pub struct BlockInput<'a> {
    /// The chain it is of.
    pub chain: Chain,
    /// Its number.
    pub height: Height,
    /// Its time.
    pub slot: Slot,
    /// Slots that the solo chain skips before it.
    pub skip: u64,
    /// Who gets its fees.
    pub proposer: AccountId,
    /// Its transactions, signatures checked.
    pub transactions: &'a [SignedTransaction],
}

/// What a block did.
#[derive(Clone, Debug, Default)]
pub struct BlockDone {
    /// Entries it changed.
    pub changes: ChangeSet,
    /// Receipts in block order.
    pub receipts: Vec<Receipt>,
    /// This node's diagnostics per transaction.
    pub diagnostics: Vec<Vec<Diagnostic>>,
    /// The runtime's own events, before the transactions'.
    pub events: Vec<Event>,
    /// Finer causes of aborted enactments; diagnostics.
    pub causes: Vec<(ProposalId, String)>,
    /// Trace records per transaction.
    pub traces: Vec<Vec<TraceRecord>>,
    /// Modules created.
    pub modules: Vec<ModuleId>,
    /// Gas of all transactions.
    pub gas: Gas,
    /// How it ran here; not part of what the block is.
    pub schedule: Schedule,
}

/// Why a block cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlockError {
    /// A transaction may not stand in it: a producer leaves it out, a verifier refuses the block.
    #[error("transaction {index}: {error}")]
    Inadmissible {
        /// Its place.
        index: usize,
        /// Why.
        error: AdmissionError,
        /// The places of all that may not, it first, in ascending order: a producer need not find them one by one.
        all: Vec<usize>,
    },
    /// The gas limits of its transactions pass the block's.
    #[error("the gas limits of its transactions pass 200,000,000")]
    GasLimit,
    /// Recoverable when the key is only not loaded.
    #[error(transparent)]
    State(StateError),
    /// The executor is broken. Fatal.
    #[error("{0}")]
    Fault(String),
}

impl From<Unfit> for BlockError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Inadmissible(error) => Self::Inadmissible { index: 0, error, all: alloc::vec![0] },
            Unfit::State(error) => Self::State(error),
            Unfit::Fault(cause) => Self::Fault(cause),
        }
    }
}

/// Where the sum of all skips stands: time is wall seconds since genesis plus this (design §5).
#[must_use]
pub fn skips_key() -> StateKey {
    StateKey::system("skips")
}

/// Executes a block on `base`. A read that `base` could not answer ends the attempt at the latest when all has run,
/// whatever was made of it above.
///
/// # Errors
/// [`BlockError`]; nothing was changed.
pub async fn execute_block(
    base: &dyn StateView,
    pipelines: &dyn Pipelines,
    input: &BlockInput<'_>,
) -> Result<BlockDone, BlockError> {
    let limit = input.transactions.iter().fold(0u64, |sum, t| sum.saturating_add(t.transaction.gas_limit.0));
    if limit > limits::BLOCK_GAS {
        return Err(BlockError::GasLimit);
    }
    let watch = Watch::new(base);
    let done = on_watched(&watch, pipelines, input).await;
    match watch.into_missed() {
        Some(missed) => Err(BlockError::State(missed)),
        None => done,
    }
}

async fn on_watched(
    base: &dyn StateView,
    pipelines: &dyn Pipelines,
    input: &BlockInput<'_>,
) -> Result<BlockDone, BlockError> {
    let began = pipelines.micros();
    let mut overlay = Overlay::gathering(base);
    let ctx = BlockCtx::read(&overlay, input.chain, input.height, input.slot)?;
    let opening = open_block(pipelines.machine(), &mut overlay, &ctx)?;
    // An enactment may have begun a parameter epoch.
    let ctx = BlockCtx::read(&overlay, input.chain, input.height, input.slot)?;
    let opening_us = pipelines.micros().saturating_sub(began);
    let mut run = Run::new(pipelines, &ctx, input.transactions, began);
    run.all(&mut overlay).await?;
    let (executed, mut schedule) = run.finish();

    let mut closing = Closing { deltas: opening.deltas, ..Closing::default() };
    for one in &executed {
        closing.add(one.deltas, one.base)?;
    }
    if input.skip > 0 {
        let skips: u64 = get_typed(&overlay, &skips_key()).map_err(BlockError::State)?.unwrap_or(0);
        put_typed(&mut overlay, skips_key(), &skips.saturating_add(input.skip));
    }
    let receipts = executed.iter().map(|one| &one.receipt);
    close_block(&mut overlay, &ctx, &input.proposer, &closing, receipts)?;
    schedule.opening_us = opening_us;
    schedule.total_us = pipelines.micros().saturating_sub(began);
    let mut done = BlockDone {
        changes: overlay.into_changes(),
        receipts: Vec::new(),
        diagnostics: Vec::new(),
        events: opening.events,
        causes: opening.causes,
        traces: Vec::new(),
        modules: Vec::new(),
        gas: schedule.gas,
        schedule,
    };
    for one in executed {
        done.receipts.push(one.receipt);
        done.diagnostics.push(one.diagnostics);
        done.traces.push(one.traces);
        done.modules.extend(one.modules);
    }
    Ok(done)
}

/// Root over the runtime's events and those of the receipts, in order.
#[must_use]
pub fn event_root(events: &[Event], receipts: &[Receipt]) -> Hash {
    let all = events.iter().chain(receipts.iter().flat_map(|receipt| &receipt.events));
    Hash::merkle("zera/events/v1", &all.map(Event::hash).collect::<Vec<_>>())
}

/// Root over the receipts.
#[must_use]
pub fn receipt_root(receipts: &[Receipt]) -> Hash {
    Hash::merkle("zera/receipts/v1", &receipts.iter().map(Receipt::hash).collect::<Vec<_>>())
}
