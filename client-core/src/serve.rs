//! What a peer that serves others needs of a client: the state with its proofs, and what waits.

use crate::{client::Client, mempool::Mempool};
use zera_state::merkle::MerkleState;

impl Client {
    /// The state after the block stood on, with proofs of it and of the last 64 blocks.
    #[must_use]
    pub const fn merkle(&self) -> &MerkleState {
        &self.state
    }

    /// What waits for a block.
    #[must_use]
    pub const fn mempool(&self) -> &Mempool {
        &self.mempool
    }
}
