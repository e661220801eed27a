//! Past transactions run again on the state of now, before and after an enactment: what a voter's next calls would do
//! differently. Both states are copies, so that a host can take its time between two transactions.

use crate::{client::Client, error::ClientError};
use zera_primitives::{
    AccountId, Amount, Event, Gas, Hash, Height, ModuleId, Outcome, Receipt, SignedTransaction, Slot, tx::Call,
};
use zera_runtime::{BlockCtx, Called, Chain, Diagnostic, Machine, Unfit, execute, query};
use zera_state::{ChangeSet, MemoryState, Overlay, StateView, accounts};

/// The head's state as it is and as an enactment would leave it.
pub struct Replay {
    before: Side,
    after: Side,
    machine: Machine,
}

/// One of the two states.
struct Side {
    state: MemoryState,
    ctx: BlockCtx,
}

/// How one transaction ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// How it ended.
    pub outcome: Outcome,
    /// Gas of the whole transaction.
    pub gas: Gas,
    /// What the call that it is replayed for answered.
    pub result: Vec<u8>,
    /// All its events.
    pub events: Vec<Event>,
    /// The finer cause of a failure.
    pub cause: Option<String>,
}

/// A past transaction on both states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// Its hash on the chain.
    pub transaction: Hash,
    /// The export of the module that it calls first, nested or not.
    pub entry: String,
    /// On the state of now.
    pub before: Ending,
    /// On the state that the enactment would leave.
    pub after: Ending,
}

impl Replayed {
    /// True when outcome, result and events are alike. Gas is left out: other code costs other gas.
    #[must_use]
    pub fn same(&self) -> bool {
        let (before, after) = (&self.before, &self.after);
        before.outcome == after.outcome && before.result == after.result && before.events == after.events
    }
}

impl Client {
    /// Both states at `slot`: the head's, and the head's with `changes` of a rehearsal over it.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub fn replay(&self, changes: &ChangeSet, slot: Slot) -> Result<Replay, ClientError> {
        let slot = slot.max(self.tip().slot);
        Replay::new(MemoryState(self.state.all()?), changes, self.chain(), self.tip().height.plus(1), slot)
    }
}

impl Replay {
    /// The state `before`, and the same with `changes` over it, in a block of that height and slot.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub(crate) fn new(
        before: MemoryState,
        changes: &ChangeSet,
        chain: Chain,
        height: Height,
        slot: Slot,
    ) -> Result<Self, ClientError> {
        let mut after = before.clone();
        after.apply(changes);
        let side = |state: MemoryState| {
            let ctx = BlockCtx::read(&state, chain, height, slot)?;
            Ok::<_, ClientError>(Side { state, ctx })
        };
        Ok(Self { before: side(before)?, after: side(after)?, machine: Machine::default() })
    }

    /// Runs `signed`, a transaction of the past whose receipt is `receipt`, on both states, for the sake of `module`. What
    /// it does stays for those that follow. It gets its sender's present nonce and a new expiry; its signature is not
    /// looked at, since its block was certified.
    ///
    /// # Errors
    /// [`ClientError::State`], [`ClientError::Fault`]. A transaction that could not stand in a block today, for example
    /// for lack of ZRA, ends as [`Outcome::Invalid`] with the cause.
    pub fn run(
        &mut self,
        signed: &SignedTransaction,
        receipt: &Receipt,
        module: &ModuleId,
    ) -> Result<Replayed, ClientError> {
        let first = receipt.calls.iter().find(|call| call.module == *module);
        let direct = |call: &Call| matches!(call, Call::Module { module: called, .. } if called == module);
        let place = signed.transaction.calls.iter().position(direct);
        Ok(Replayed {
            transaction: signed.hash(),
            entry: first.map_or_else(String::new, |call| call.entry.clone()),
            before: self.before.run(&self.machine, signed, place)?,
            after: self.after.run(&self.machine, signed, place)?,
        })
    }

    /// The state without the enactment, and what has run on it since.
    #[must_use]
    pub fn before(&self) -> &dyn StateView {
        &self.before.state
    }

    /// The state that the enactment would leave, and what has run on it since.
    #[must_use]
    pub fn after(&self) -> &dyn StateView {
        &self.after.state
    }

    /// What a query export answers without and with the enactment.
    ///
    /// # Errors
    /// [`ClientError::State`], [`ClientError::Fault`].
    pub fn query(&self, module: &ModuleId, entry: &str, args: &[u8]) -> Result<(Called, Called), ClientError> {
        let ask =
            |side: &Side| query(&self.machine, &side.state, &side.ctx, &AccountId::default(), (module, entry, args));
        Ok((ask(&self.before)?, ask(&self.after)?))
    }
}

impl Side {
    fn run(
        &mut self,
        machine: &Machine,
        signed: &SignedTransaction,
        place: Option<usize>,
    ) -> Result<Ending, ClientError> {
        let mut again = signed.clone();
        let transaction = &mut again.transaction;
        transaction.nonce = accounts::account(&self.state, &transaction.sender)?.nonce;
        transaction.expiry = self.ctx.slot;
        transaction.fee_limit = Amount(u128::MAX);
        let mut overlay = Overlay::new(&self.state);
        let done = match execute(machine, &mut overlay, &self.ctx, &again, None) {
            Ok(done) => done,
            Err(Unfit::Inadmissible(error)) => return Ok(Ending::refused(error.to_string())),
            Err(other) => return Err(other.into()),
        };
        let changes = overlay.into_parts().0;
        self.state.apply(&changes);
        let Diagnostic { result, .. } =
            place.and_then(|place| done.diagnostics.get(place)).cloned().unwrap_or_default();
        let cause = done.diagnostics.into_iter().find_map(|diagnostic| diagnostic.cause);
        let Receipt { outcome, gas, events, .. } = done.receipt;
        Ok(Ending { outcome, gas, result, events, cause })
    }
}

impl Ending {
    fn refused(cause: String) -> Self {
        Self { outcome: Outcome::Invalid, gas: Gas(0), result: Vec::new(), events: Vec::new(), cause: Some(cause) }
    }
}
