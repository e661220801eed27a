//! A peer's part in consensus on real threads and sockets.

use crate::{Config, Ledger};
use zera_primitives::AccountId;

/// Why consensus did not start, or stopped.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NodeError {
    /// The seed or a key in the configuration is no Ed25519 key.
    #[error("not an Ed25519 key")]
    BadKey,
    /// The ledger's genesis does not decode, or its epochs are shorter than two blocks.
    #[error("not a genesis for a network: {0}")]
    Genesis(&'static str),
    /// The engine's thread ended: storage failed, the port is taken, or a bug.
    #[error("the engine stopped: {0}")]
    Stopped(String),
}

/// Another peer, as this one last heard of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerState {
    /// Its key.
    pub id: AccountId,
    /// Whether it is in the committee of the current epoch.
    pub validator: bool,
    /// Height of its newest final block.
    pub height: u64,
    /// Round trip, once one came back.
    pub latency_ms: Option<u32>,
    /// Milliseconds since it was last heard.
    pub silent_ms: u64,
}

/// Running consensus. Dropping it stops it, too, without waiting.
pub struct Node {}

impl Node {
    /// Starts consensus over `ledger` on threads of its own and returns at once.
    ///
    /// # Errors
    /// [`NodeError::BadKey`], [`NodeError::Genesis`].
    pub fn start<L: Ledger>(_config: Config, _ledger: L) -> Result<Self, NodeError> {
        Err(NodeError::Stopped(String::new()))
    }

    /// Passes transactions (SCALE of `SignedTransaction`) on to other peers. Never waits; what does not fit is left to the
    /// next block that this peer proposes itself.
    pub fn gossip(&self, _transactions: Vec<Vec<u8>>) {}

    /// Peers heard of in the last minute.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerState> {
        Vec::new()
    }

    /// The engine's own metrics in Prometheus' text format.
    #[must_use]
    pub fn metrics(&self) -> String {
        String::new()
    }

    /// Why it ended, when it ended by itself.
    #[must_use]
    pub fn failure(&self) -> Option<NodeError> {
        None
    }

    /// Stops it and waits until its storage is closed.
    ///
    /// # Errors
    /// [`NodeError::Stopped`], when it had failed before.
    pub fn stop(self) -> Result<(), NodeError> {
        Ok(())
    }
}
