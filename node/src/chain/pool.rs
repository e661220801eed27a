//! Transactions from outside: into the pool, and from there to whoever asks what waits.

use super::Chain;
use zera_client::{ClientError, Verified};
use zera_primitives::{Hash, Header};
use zera_wire::{
    PeerError, PeerErrorKind,
    answer::{Finality, PoolStatus},
};

impl Chain {
    /// Takes a signed transaction.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn submit(&mut self, bytes: &[u8]) -> Result<Hash, PeerError> {
        self.take(Verified::from_bytes(bytes, &self.client.genesis()))
    }

    /// Takes a transaction whose signature was checked elsewhere, or the reason why it does not hold.
    ///
    /// # Errors
    /// `Refused` says why; `Busy` when too many wait; `Internal` when the store fails.
    pub fn take(&mut self, verified: Result<Verified, ClientError>) -> Result<Hash, PeerError> {
        let slot = self.slot();
        let done = self.retry(|chain| chain.client.take(verified.clone()?, slot));
        let done = done.map_err(|error| PeerError::new(PeerErrorKind::Internal, error.to_string()))?;
        let hash = done.map_err(|error| {
            let kind = match error {
                ClientError::Full => PeerErrorKind::Busy,
                ref error if error.is_fatal() => PeerErrorKind::Internal,
                _ => PeerErrorKind::Refused,
            };
            PeerError::new(kind, error.to_string())
        })?;
        self.arrivals = self.arrivals.saturating_add(1);
        self.publish_pool();
        Ok(hash)
    }

    /// What waits.
    fn pool_status(&self) -> PoolStatus {
        let (transactions, bytes) = (self.client.mempool().len(), self.client.mempool().bytes());
        PoolStatus {
            transactions: u32::try_from(transactions).unwrap_or(u32::MAX),
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
        }
    }

    /// Tells everybody what waits.
    pub(super) fn publish_pool(&self) {
        let pool = self.pool_status();
        // Nobody need be woken for it.
        self.shared.standing.send_if_modified(|standing| {
            std::sync::Arc::make_mut(standing).pool = pool;
            false
        });
    }

    /// Tells everybody where the chain stands now.
    pub(super) fn publish(&self, header: &Header, certificate: &[u8]) {
        let (pool, finality_ms) = (self.pool_status(), self.times.percentiles());
        let (transactions, executed, faults) = (self.transactions, self.client.executed(), self.faults);
        let since_ms = self.now_ms();
        let page_bytes = self.client.pages().bytes() as u64;
        self.shared.standing.send_modify(|standing| {
            let standing = std::sync::Arc::make_mut(standing);
            if standing.head.height < header.height || standing.hash == header.hash() {
                standing.head = header.clone();
                standing.hash = header.hash();
                standing.since_ms = since_ms;
            }
            if !certificate.is_empty() {
                let certificate = certificate.to_vec();
                standing.certified = Some(Finality { header: header.clone(), certificate });
            }
            (standing.pool, standing.finality_ms, standing.page_bytes) = (pool, finality_ms, page_bytes);
            (standing.transactions, standing.executed, standing.faults) = (transactions, executed, faults);
        });
    }
}
