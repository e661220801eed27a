//! Requests of proofs: by accounts, by modules (document 001's `trigger_zk_proof_generation`), by enacted proposals.

use super::{Kept, ProofState, REQUESTED, kept, kept_key};
use crate::{
    context::BlockCtx,
    events::event,
    session::{Session, Stop},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Event, Hash, ModuleId, ProposalId, Slot};
use zera_state::{StateAccess, StateError, StateView, put_typed};

/// Who asks for a proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Requester {
    /// An account, by a transaction.
    Account(AccountId),
    /// A module.
    Module(ModuleId),
    /// An enacted proposal.
    Proposal(ProposalId),
}

/// Why a proof cannot be requested. All but `State` are the requester's and recoverable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// The chain does not keep the receipt, or never had it.
    #[error("the chain keeps no receipt of transaction {0}")]
    NotKept(Hash),
    /// The receipt has no such call.
    #[error("transaction {transaction} has no call {call} that the chain keeps")]
    NoCall {
        /// The transaction.
        transaction: Hash,
        /// The place in its receipt.
        call: u32,
    },
    /// The chain has verified a proof of it.
    #[error("the execution is proven already")]
    Proven,
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
}

impl From<RequestError> for Stop {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::State(error) => Self::State(error),
            other => Self::invalid(other),
        }
    }
}

/// The receipt and the state of the call in it, if a proof of it can be requested.
///
/// # Errors
/// [`RequestError`].
pub fn requestable(
    st: &(impl StateView + ?Sized),
    slot: Slot,
    transaction: &Hash,
    call: u32,
) -> Result<Kept, RequestError> {
    let kept = kept(st, slot, transaction)?.ok_or(RequestError::NotKept(*transaction))?;
    match kept.calls.get(call as usize).map(|call| &call.proof) {
        None => Err(RequestError::NoCall { transaction: *transaction, call }),
        Some(ProofState::Verified { .. }) => Err(RequestError::Proven),
        Some(ProofState::Nothing | ProofState::Requested { .. }) => Ok(kept),
    }
}

/// Notes a request and answers its event; none where one is open already.
///
/// # Errors
/// [`RequestError`].
pub fn request(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &BlockCtx,
    transaction: &Hash,
    call: u32,
    by: Requester,
) -> Result<Option<Event>, RequestError> {
    let mut kept = requestable(st, ctx.slot, transaction, call)?;
    let until = kept.until;
    match kept.calls.get_mut(call as usize).map(|call| &mut call.proof) {
        Some(proof @ ProofState::Nothing) => {
            *proof = ProofState::Requested { by, height: ctx.height, slot: ctx.slot };
            put_typed(st, kept_key(transaction), &kept);
            Ok(Some(event(REQUESTED, &(transaction, call, by, until.plus(1)))))
        }
        _ => Ok(None),
    }
}

impl Session<'_, '_> {
    /// As [`request`]; what is verified already needs no proof either.
    pub(crate) fn request_proof(&mut self, transaction: &Hash, call: u32, by: Requester) -> Result<(), Stop> {
        match request(self.st, self.ctx, transaction, call, by) {
            Ok(told) => told.map_or(Ok(()), |event| self.emit(event)),
            Err(RequestError::Proven) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
