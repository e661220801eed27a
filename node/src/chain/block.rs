//! Final blocks: into the store, then to everybody who listens.

use super::{Chain, ChainError, Ended, propose::late};
use std::sync::Arc;
use zera_client::Sealed;
use zera_light::{Certificate, ValidatorSet};
use zera_primitives::{Block, Hash, Height};
use zera_zip::now;

impl Chain {
    /// Stores a final block, once: one that is final already is passed over. Anything that goes wrong here ends the thread,
    /// because consensus has decided and this peer cannot follow.
    pub(crate) fn finalised(&mut self, bytes: &[u8], certificate: &[u8]) {
        if let Err(error) = self.finalise(bytes, certificate) {
            tracing::error!(%error, "a final block cannot be taken in");
            self.failure.get_or_insert_with(|| error.to_string());
        }
    }

    fn finalise(&mut self, bytes: &[u8], certificate: &[u8]) -> Result<(), ChainError> {
        let block = Block::from_bytes(bytes).map_err(|error| ChainError::Client(error.to_string()))?;
        let (height, hash) = (block.header.height, block.header.hash());
        if height <= self.client.head().height {
            return self.again(height, &hash, certificate);
        }
        let signed = match certificate {
            [] => None,
            bytes => Some(Certificate::from_bytes(bytes).map_err(|error| ChainError::Client(error.to_string()))?),
        };
        let sealed = if self.client.candidate(&hash).is_some() {
            self.retry(|chain| chain.client.finalise(&hash, signed.as_ref()))??
        } else {
            self.retry(|chain| now(chain.client.accept(&block, signed.as_ref())).unwrap_or_else(late))??
        };
        self.keep(&sealed)
    }

    /// A final block that comes once more.
    fn again(&mut self, height: Height, hash: &Hash, certificate: &[u8]) -> Result<(), ChainError> {
        match self.shelf.entry(height)? {
            Some(entry) if entry.header.hash() == *hash => {
                if entry.certificate.is_empty() && !certificate.is_empty() {
                    self.certified(hash, certificate);
                }
                Ok(())
            }
            Some(_) => Err(ChainError::Client(format!("another block is final at height {height}"))),
            None => Ok(()),
        }
    }

    /// Writes a block that the client has made final, then tells everybody.
    pub(super) fn keep(&mut self, sealed: &Sealed) -> Result<(), ChainError> {
        let record = &sealed.decoded;
        self.stale = None;
        let committees = self.committees(sealed.height);
        self.shelf.append(sealed, &committees)?;
        let now = self.now_ms();
        if let Some(since) = self.seen.remove(&record.header.hash()) {
            self.times.add(now.saturating_sub(since));
        }
        self.transactions = self.transactions.saturating_add(record.body.transactions.len() as u64);
        self.publish(&record.header, &record.certificate);
        let included = record.receipts.iter().map(|receipt| (receipt.transaction, receipt.outcome)).collect();
        let ended = Ended { height: sealed.height, included, dropped: sealed.dropped.clone() };
        if !ended.included.is_empty() || !ended.dropped.is_empty() {
            // Nobody need listen.
            drop(self.shared.ended.send(Arc::new(ended)));
        }
        tracing::info!(
            height = sealed.height.0,
            slot = record.header.slot.0,
            transactions = record.body.transactions.len(),
            "final"
        );
        Ok(())
    }

    /// The sets that the block of `height` decides: that of the next epoch, where it ends one.
    pub(super) fn committees(&self, height: Height) -> Vec<(u64, ValidatorSet)> {
        let blocks = self.client.config().epoch_blocks.max(1);
        let (epoch, ends) = (height.0 / blocks, height.0 % blocks == blocks - 1);
        let first = (height == Height(0)).then_some(0);
        let next = ends.then(|| epoch.saturating_add(1));
        let of = |epoch| Some((epoch, self.client.committee(epoch)?));
        first.into_iter().chain(next).filter_map(of).collect()
    }

    /// Notes the certificate of a block that is final, or that will be.
    pub(crate) fn certified(&mut self, hash: &Hash, certificate: &[u8]) {
        let Ok(Some(height)) = self.shelf.height_of(hash) else { return };
        let noted = self.note(height, certificate);
        if let Err(error) = noted {
            tracing::warn!(%error, height = height.0, "a certificate is not kept");
        }
    }

    fn note(&mut self, height: Height, certificate: &[u8]) -> Result<(), ChainError> {
        let Some(entry) = self.shelf.entry(height)?.filter(|entry| entry.certificate.is_empty()) else { return Ok(()) };
        let signed = Certificate::from_bytes(certificate).map_err(|error| ChainError::Client(error.to_string()))?;
        let set = self.shelf.committee(entry.header.epoch).map_err(ChainError::from)?;
        let set = set.ok_or_else(|| ChainError::Client("its committee is not known".into()))?;
        signed.verify(&entry.header, &set).map_err(|error| ChainError::Client(error.to_string()))?;
        self.shelf.note_certificate(height, certificate.to_vec())?;
        self.client.note_certificate(&signed)?;
        let newest = self.shared.standing.borrow().certified.as_ref().map(|certified| certified.header.height);
        if newest.is_none_or(|newest| newest < height) {
            self.publish(&entry.header, certificate);
        }
        Ok(())
    }
}
