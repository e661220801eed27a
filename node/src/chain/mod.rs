//! The chain of one peer: the client state machine on a thread of its own, its store, and what others ask of it.

pub mod answers;
pub mod block;
pub mod ledger;
pub mod open;
pub mod pages;
pub mod pool;
pub mod propose;
pub mod signatures;
pub mod standing;
#[cfg(test)]
mod tests;
pub mod thread;
pub mod upkeep;

pub use open::{OpenError, open};
pub use standing::Standing;
pub use thread::{Clock, Ended, Genesis, Handle, Silence};

use crate::store::{Shelf, ShelfError};
use propose::{Check, Proposal};
use standing::Times;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use thread::Shared;
use upkeep::Upkeep;
use zera_client::{Client, ClientError};
use zera_primitives::{AccountId, Hash, Slot};
use zera_state::{merkle::DamagedPage, store::StoreError};

/// How a chain is kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// Milliseconds after which an idle leader makes an empty block.
    pub heartbeat_ms: u64,
    /// Bytes of the state's pages that stay in memory.
    pub memory: usize,
    /// Newest blocks that are kept whole; all for none.
    pub keep_blocks: Option<u64>,
    /// Blocks between two bases.
    pub base_every: u64,
    /// Threads that execute a block.
    pub pipelines: usize,
    /// Who proposes the blocks that this peer makes.
    pub proposer: AccountId,
    /// True when every call is answered before it returns, and nothing waits for time: for simulated time.
    pub lockstep: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            heartbeat_ms: 1_000,
            memory: 512 << 20,
            keep_blocks: None,
            base_every: 1_024,
            pipelines: 2,
            proposer: AccountId([0; 32]),
            lockstep: false,
        }
    }
}

/// Jobs after which the upkeep has its turn, however many wait.
const UPKEEP_EVERY: u32 = 128;

/// What ends the chain's thread. The peer stops, and opens its store again when it is started again.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChainError {
    /// The store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// A stored value.
    #[error("{0}")]
    Shelf(#[from] ShelfError),
    /// A page of the state.
    #[error(transparent)]
    DamagedPage(#[from] DamagedPage),
    /// The client: a defect, or a block that contradicts what is final here.
    #[error("{0}")]
    Client(String),
}

impl From<ClientError> for ChainError {
    fn from(error: ClientError) -> Self {
        Self::Client(error.to_string())
    }
}

/// The chain, on its own thread.
pub struct Chain {
    /// The state machine.
    pub(crate) client: Client,
    pub(crate) shelf: Shelf,
    shared: Arc<Shared>,
    options: Options,
    upkeep: Upkeep,
    proposals: Vec<Proposal>,
    checks: Vec<Check>,
    /// When blocks that are not final were first seen, Unix milliseconds.
    seen: BTreeMap<Hash, u64>,
    times: Times,
    transactions: u64,
    faults: u64,
    /// A parent, and the arrivals in the pool when nothing that waited could follow it.
    stale: Option<(Hash, u64)>,
    /// Transactions that came into the pool, or came back to it.
    arrivals: u64,
    /// Jobs since the upkeep had its turn.
    jobs: u32,
    failure: Option<String>,
}

impl Chain {
    /// Why it must stop, if it must.
    #[must_use]
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Unix time, milliseconds.
    fn now_ms(&self) -> u64 {
        (self.shared.clock)()
    }

    /// The slot of this moment.
    fn slot(&self) -> Slot {
        self.client.slot_at(self.now_ms())
    }

    /// What is done between two jobs: whatever waited and can be done now.
    pub(crate) fn tick(&mut self) {
        self.tick_proposals();
        while self.tick_checks() {}
    }

    /// How long the thread may sleep when nobody asks anything.
    pub(crate) fn patience(&self) -> Duration {
        let now = self.now_ms();
        let next =
            self.proposals.iter().map(|proposal| proposal.due_ms).chain(self.checks.iter().map(|check| check.due_ms));
        let wait = next.min().map_or(1_000, |due| due.saturating_sub(now).clamp(1, 1_000));
        Duration::from_millis(wait)
    }

    /// The last thing the thread does: what waits is kept for the next start.
    pub(crate) fn close(&mut self) {
        let waiting: Vec<Vec<u8>> = self.client.pending().map(codec::Encode::encode).collect();
        if let Err(error) = self.shelf.put_pool(&waiting) {
            tracing::warn!(%error, "waiting transactions are not kept");
        }
    }
}

impl Chain {
    /// Records a fault of a validator.
    pub(crate) fn fault(&mut self, fault: &zera_wire::answer::Fault) {
        let (epoch, view) = fault.round;
        tracing::warn!(validator = ?fault.validator, epoch, view, kind = fault.kind, "a validator broke the rules");
        self.faults = self.faults.saturating_add(1);
        if let Err(error) = self.shelf.put_fault(fault) {
            tracing::error!(%error, "a fault is not kept");
        }
    }
}
