//! What a peer's part in consensus is started with.

use std::{net::SocketAddr, path::PathBuf, time::Duration};
use zera_primitives::AccountId;

/// Where a peer listens, whom it knows, and how patient it is.
#[derive(Clone)]
pub struct Config {
    /// Seed of this peer's Ed25519 key: its name on the network, and its vote where it is in the committee.
    pub seed: [u8; 32],
    /// Where it listens for other peers.
    pub listen: SocketAddr,
    /// Where others reach it; told to them.
    pub reachable: SocketAddr,
    /// Peers to begin with; the rest of the committee is learned from them.
    pub bootstrappers: Vec<(AccountId, SocketAddr)>,
    /// Peers outside the committee that may connect and follow.
    pub followers: Vec<AccountId>,
    /// Where the engine keeps what it voted and the blocks that the ledger does not have yet. One process at a time.
    pub directory: PathBuf,
    /// Whether peers may have private addresses: a network on one machine or behind one router.
    pub private: bool,
    /// How long it waits for whom.
    pub timings: Timings,
}

/// How long the engine waits before it goes on without somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// For a leader's proposal. More than the heartbeat of an idle ledger.
    pub leader: Duration,
    /// For a quorum after that. More than `leader`.
    pub certification: Duration,
    /// Between repeated votes to skip a view.
    pub retry: Duration,
    /// For a peer's answer to a request.
    pub fetch: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            leader: Duration::from_secs(3),
            certification: Duration::from_secs(5),
            retry: Duration::from_secs(1),
            fetch: Duration::from_secs(2),
        }
    }
}
