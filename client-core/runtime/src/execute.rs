//! One transaction on a view gives an outcome (design §5): all of its calls or none, its fee and nonce always.

use crate::{
    admission::{self, AdmissionError},
    calls,
    context::BlockCtx,
    gas,
    machine::Machine,
    session::{Session, Stop},
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_governance::BaseDelta;
use zera_primitives::{Class, Gas, ModuleId, Outcome, ProposalId, Receipt, SignedTransaction};
use zera_state::{AccountError, Deltas, Overlay, StateError, accounts};
use zera_vm::TraceRecord;

/// What this node saw of one call; never part of consensus.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct Diagnostic {
    /// What a module call answered.
    pub result: Vec<u8>,
    /// The finer cause of a failure.
    pub cause: Option<String>,
}

/// What a transaction did.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Executed {
    /// The part that every node agrees on.
    pub receipt: Receipt,
    /// Per call, up to the one that failed.
    pub diagnostics: Vec<Diagnostic>,
    /// Fees and burns, applied at the end of the block.
    pub deltas: Deltas,
    /// Change of the threshold base's input, applied at the end of the block.
    pub base: BaseDelta,
    /// Trace records for proofs later: one per call in the receipt and in that order, or none at all where this executor
    /// had no room for them.
    pub traces: Vec<TraceRecord>,
    /// Modules it created.
    pub modules: Vec<ModuleId>,
    /// Proposals it opened.
    pub proposals: Vec<(ProposalId, Class)>,
}

/// Why a transaction has no receipt: it may not stand in this block, or this executor could not run it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// It may not stand in a block on this state.
    #[error(transparent)]
    Inadmissible(AdmissionError),
    /// Reading the state failed; recoverable when the key is only not loaded.
    #[error(transparent)]
    State(#[from] StateError),
    /// The executor or the state is broken. Fatal.
    #[error("{0}")]
    Fault(String),
}

impl From<AccountError> for Unfit {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::State(error) => Self::State(error),
            other => Self::Fault(alloc::format!("{other}")),
        }
    }
}

impl From<zera_governance::GovError> for Unfit {
    fn from(error: zera_governance::GovError) -> Self {
        match error {
            zera_governance::GovError::State(error) => Self::State(error),
            other => Self::Fault(alloc::format!("{other}")),
        }
    }
}

impl From<AdmissionError> for Unfit {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::State(error) => Self::State(error),
            other => Self::Inadmissible(other),
        }
    }
}

/// A transaction that was stopped on its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// Why it has no receipt.
    pub why: Unfit,
    /// What it had been charged until then: the gas of a transaction, its hinted keys, and every step up to and with the
    /// one that was stopped.
    pub used: Gas,
}

impl<E: Into<Unfit>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self { why: error.into(), used: Gas(0) }
    }
}

/// Runs `signed`, whose signature has been checked, on `st`. `spent` is what a discarded first attempt used: it counts
/// against the one gas limit and is charged (design §7).
///
/// # Errors
/// [`Unfit`]; `st` then holds leftovers and is to be dropped or rolled back by the caller.
pub fn execute(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    signed: &SignedTransaction,
    spent: Option<Gas>,
) -> Result<Executed, Unfit> {
    attempt(machine, st, ctx, signed, spent).map_err(|stopped| stopped.why)
}

/// As [`execute`], and tells how much gas was used when a read had no answer. Everything is charged before it is done,
/// so a stopped transaction never did more than it says.
///
/// # Errors
/// [`Stopped`]; `st` then holds leftovers and is to be dropped or rolled back by the caller.
pub fn attempt(
    machine: &Machine,
    st: &mut Overlay<'_>,
    ctx: &BlockCtx,
    signed: &SignedTransaction,
    spent: Option<Gas>,
) -> Result<Executed, Stopped> {
    admission::admit_shape(signed)?;
    admission::admit_state(st, ctx, signed)?;
    let transaction = &signed.transaction;
    let sender = transaction.sender;
    let withheld = accounts::withhold_fee(st, &sender, admission::greatest_fee(signed, &ctx.params))?;
    accounts::bump_nonce(st, &sender)?;
    let checkpoint = st.checkpoint();

    let hash = signed.hash();
    let mut session = Session::new(st, machine, ctx, Some(sender));
    session.transaction = Some(hash);
    let mut run = calls::Run::new(session, signed);
    let first = spent.unwrap_or_default().0;
    let mut left = transaction.gas_limit.0.saturating_sub(first);
    let ended = run.all(&mut left);
    let calls::Done { session, diagnostics, mut deltas, mut base, modules, proposals, at } = run.finish();
    let (records, traces, mut events) = (session.records, session.traces, session.events);

    let outcome = match ended {
        Ok(()) => Outcome::Ok,
        Err(Stop::Outcome(outcome, _)) => outcome,
        Err(Stop::State(error)) => {
            let used = Gas(transaction.gas_limit.0.saturating_sub(left));
            return Err(Stopped { why: Unfit::State(error), used });
        }
        Err(Stop::Fault(cause)) => return Err(Unfit::Fault(cause).into()),
    };
    if !outcome.is_ok() {
        st.rollback(checkpoint);
        events.clear();
        (deltas, base) = (Deltas::default(), BaseDelta::default());
    }
    let used = transaction.gas_limit.0.saturating_sub(left);
    let fee = admission::fee(used, signed.encoded_size(), &ctx.params);
    let fee = accounts::settle_fee(st, &sender, withheld, fee, ctx.params.burn_ppm, &mut deltas)?;
    let receipt = Receipt {
        transaction: hash,
        outcome,
        failed_call: (!outcome.is_ok()).then_some(at),
        gas: Gas(used),
        fee,
        attempts: if spent.is_some() { 2 } else { 1 },
        calls: records,
        events,
    };
    let (modules, proposals) = if outcome.is_ok() { (modules, proposals) } else { Default::default() };
    let traces = traces.into_iter().flatten().collect();
    Ok(Executed { receipt, diagnostics, deltas, base, traces, modules, proposals })
}

/// Takes `amount` from `left`.
pub(crate) fn charge(left: &mut u64, amount: u64) -> Result<(), Stop> {
    match left.checked_sub(amount) {
        Some(rest) => {
            *left = rest;
            Ok(())
        }
        None => {
            *left = 0;
            Err(Stop::Outcome(Outcome::OutOfGas, None))
        }
    }
}

/// Gas before the first call, under the parameters of `ctx`.
pub(crate) fn intrinsic(signed: &SignedTransaction, ctx: &BlockCtx) -> u64 {
    gas::intrinsic(&signed.transaction, &ctx.params)
}
