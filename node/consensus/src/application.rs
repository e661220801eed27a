//! The ledger as the engine's application: makes blocks and executes those of others.

use crate::{
    Ledger, Verdict,
    block::{Digest, Proposed, hash},
    committee::account,
};
use commonware_consensus::{
    Application, Heightable as _,
    marshal::ancestry::Ancestry,
    simplex::{scheme::ed25519::Scheme, types::Context},
};
use commonware_cryptography::{Digested, Digestible as _, ed25519::PublicKey};
use commonware_runtime::{Clock, Metrics, Spawner};
use futures::StreamExt as _;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tracing::{debug, warn};
use zera_primitives::Hash;

/// How often a ledger that has to catch up with final blocks is asked again whether it has.
const PATIENCE: Duration = Duration::from_millis(10);

/// Height of the newest block that is known to be final, whether or not the ledger has it yet.
#[derive(Clone, Default)]
pub struct Tip(Arc<AtomicU64>);

impl Tip {
    /// Notes a final height.
    pub fn raise(&self, height: u64) {
        self.0.fetch_max(height, Ordering::AcqRel);
    }

    /// The newest noted.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// Proposes and checks blocks on a ledger.
#[derive(Clone)]
pub struct Proposals<L> {
    ledger: L,
    tip: Tip,
}

impl<L: Ledger> Proposals<L> {
    /// Over `ledger`.
    pub const fn new(ledger: L, tip: Tip) -> Self {
        Self { ledger, tip }
    }

    /// Has the ledger execute what lies between its final head and the next block of `ancestry`, that one included: the
    /// engine may build on a block that others checked while this peer did not. None when a block of them is invalid or
    /// cannot be had, or when one that is to be built upon forked off below the final head.
    async fn stand(&self, clock: &impl Clock, mut ancestry: impl Ancestry<Proposed>) -> Option<Hash> {
        let parent = ancestry.next().await?;
        let top = hash(&parent.digest());
        while self.ledger.final_height().0 < self.tip.get().min(parent.height().get()) {
            clock.sleep(PATIENCE).await;
        }
        let mut path = Vec::new();
        let mut next = Some(parent);
        while let Some(block) = next.take() {
            if block.height().get() <= self.ledger.final_height().0 {
                break;
            }
            path.push(block);
            next = ancestry.next().await;
        }
        for block in path.into_iter().rev() {
            if let Verdict::Invalid(why) = self.ledger.check(block.inner().parent_hash(), block.inner().bytes()).await {
                warn!(height = block.height().get(), why, "a block that others build on is not valid here");
                return None;
            }
        }
        Some(top)
    }
}

impl<E, L> Application<E> for Proposals<L>
where
    E: Clock + Spawner + Metrics,
    L: Ledger,
{
    type SigningScheme = Scheme;
    type Context = Context<Digest, PublicKey>;
    type Block = Proposed;
    type Input = ();

    async fn propose(
        &mut self,
        (clock, _round): (E, Self::Context),
        ancestry: impl Ancestry<Proposed>,
        (): (),
    ) -> Option<Digested<Proposed>> {
        let parent = self.stand(&clock, ancestry).await?;
        let bytes = self.ledger.propose(parent).await?;
        match Proposed::from_bytes(bytes) {
            Ok(block) => Some(block.digested()),
            Err(error) => {
                warn!(%error, "the ledger proposed no block");
                None
            }
        }
    }

    async fn verify(&mut self, (clock, round): (E, Self::Context), mut ancestry: impl Ancestry<Proposed>) -> bool {
        let Some(block) = ancestry.next().await else { return false };
        let proposed = block.inner();
        if proposed.epoch() != round.round.epoch().get() || proposed.proposer() != account(&round.leader) {
            debug!(height = block.height().get(), "a block names another epoch or proposer than its round");
            return false;
        }
        let Some(parent) = self.stand(&clock, ancestry).await else { return false };
        match self.ledger.check(parent, proposed.bytes()).await {
            Verdict::Valid => true,
            Verdict::Invalid(why) => {
                warn!(height = block.height().get(), proposer = ?proposed.proposer(), why, "a block is not valid");
                false
            }
        }
    }
}
