//! The chain as consensus sees it.

use super::{Handle, Silence, signatures::verify};
use std::{future::pending, sync::PoisonError};
use tokio::sync::oneshot;
use zera_consensus::{Fault, Ledger, Verdict};
use zera_light::ValidatorSet;
use zera_primitives::{AccountId, Hash, Height};
use zera_wire::answer;

impl Ledger for Handle {
    fn genesis(&self) -> Vec<u8> {
        self.genesis.block.clone()
    }

    fn epoch_blocks(&self) -> u64 {
        self.genesis.config.epoch_blocks
    }

    fn committee(&self, epoch: u64) -> Option<ValidatorSet> {
        self.shelf.committee(epoch).ok().flatten()
    }

    fn final_height(&self) -> Height {
        self.shared.standing.borrow().head.height
    }

    fn block(&self, height: Height) -> Option<(Vec<u8>, Vec<u8>)> {
        let certificate = self.shelf.entry(height).ok().flatten()?.certificate;
        let record = self.shelf.record(height).ok().flatten()?;
        let block = zera_primitives::Block { header: record.header, body: record.body };
        Some((codec::Encode::encode(&block), certificate))
    }

    async fn propose(&self, parent: Hash) -> Option<Vec<u8>> {
        let (reply, answer) = oneshot::channel();
        self.urgent(move |chain| chain.propose(parent, reply)).await.ok()?;
        answer.await.ok().flatten()
    }

    async fn check(&self, parent: Hash, block: Vec<u8>) -> Verdict {
        let (reply, answer) = oneshot::channel();
        let asked = self.urgent(move |chain| chain.check(&parent, &block, reply)).await;
        match (asked, answer.await) {
            (Ok(()), Ok(verdict)) => verdict,
            // A chain that has stopped knows nothing, and "invalid" would be a lie for good.
            _ => pending().await,
        }
    }

    async fn finalised(&self, block: Vec<u8>, certificate: Vec<u8>) {
        let done = self.urgent(move |chain| {
            chain.finalised(&block, &certificate);
            chain.failure().is_none()
        });
        if !matches!(done.await, Ok(true)) {
            // It is not durable: consensus must not go on as if it were.
            pending().await
        }
    }

    fn certified(&self, block: Hash, certificate: Vec<u8>) {
        self.tell(move |chain| chain.certified(&block, &certificate));
    }

    fn height_of(&self, block: Hash) -> Option<Height> {
        self.shelf.height_of(&block).ok().flatten()
    }

    async fn admit(&self, transactions: Vec<Vec<u8>>) -> Vec<bool> {
        let count = transactions.len();
        let verified = verify(transactions, self.genesis.hash).await;
        let taken: Result<Vec<bool>, Silence> =
            self.question(move |chain| verified.into_iter().map(|one| chain.take(one).is_ok()).collect()).await;
        taken.unwrap_or_else(|_| vec![false; count])
    }

    fn fault(&self, fault: Fault) {
        let Fault { validator, round, kind, bytes } = fault;
        self.tell(move |chain| chain.fault(&answer::Fault { validator, round, kind: kind.into(), bytes }));
    }

    fn voted(&self, validator: AccountId, view: u64) {
        let mut voted = self.shared.voted.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = voted.entry(validator).or_default();
        *newest = view.max(*newest);
    }
}
