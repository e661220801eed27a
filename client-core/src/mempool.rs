//! Transactions that wait for a block: bounded, first come first served, per sender in nonce order.

use crate::error::ClientError;
use codec::Encode;
use std::collections::BTreeMap;
use zera_primitives::{AccountId, Hash, SignedTransaction, Slot, limits};

/// Transactions that may wait.
const MOST: usize = 1_024;
/// Bytes they may take together.
const MOST_BYTES: usize = 16 << 20;

/// The waiting transactions.
#[derive(Debug, Default)]
pub struct Mempool {
    waiting: BTreeMap<u64, SignedTransaction>,
    bytes: usize,
    arrivals: u64,
}

impl Mempool {
    /// Adds a transaction whose signature has been checked.
    ///
    /// # Errors
    /// [`ClientError::AlreadyPending`], [`ClientError::Full`].
    pub fn add(&mut self, signed: SignedTransaction) -> Result<Hash, ClientError> {
        let transaction = &signed.transaction;
        let same = |other: &SignedTransaction| {
            other.transaction.sender == transaction.sender && other.transaction.nonce == transaction.nonce
        };
        if self.waiting.values().any(same) {
            return Err(ClientError::AlreadyPending);
        }
        let bytes = signed.encoded_size();
        if self.waiting.len() >= MOST || self.bytes.saturating_add(bytes) > MOST_BYTES {
            return Err(ClientError::Full);
        }
        let hash = signed.hash();
        self.bytes = self.bytes.saturating_add(bytes);
        self.waiting.insert(self.arrivals, signed);
        self.arrivals = self.arrivals.saturating_add(1);
        Ok(hash)
    }

    /// All of them in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = &SignedTransaction> {
        self.waiting.values()
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// True when none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The nonce after `sender`'s last waiting transaction, none when it has none.
    #[must_use]
    pub fn next_nonce(&self, sender: &AccountId) -> Option<u64> {
        let own = self.iter().filter(|signed| signed.transaction.sender == *sender);
        own.map(|signed| signed.transaction.nonce.saturating_add(1)).max()
    }

    /// The next block's transactions: as many as fit by bytes and gas, each sender's in nonce order.
    #[must_use]
    pub fn select(&self) -> Vec<SignedTransaction> {
        let mut order: Vec<&SignedTransaction> = self.iter().collect();
        // Stable: senders keep their place by first arrival, one sender's own follow its nonces.
        let mut first: BTreeMap<AccountId, usize> = BTreeMap::new();
        for (place, signed) in order.iter().enumerate() {
            first.entry(signed.transaction.sender).or_insert(place);
        }
        order.sort_by_key(|signed| (first.get(&signed.transaction.sender).copied(), signed.transaction.nonce));
        let (mut bytes, mut gas) = (0usize, 0u64);
        let fits = |signed: &&SignedTransaction| {
            bytes = bytes.saturating_add(signed.encoded_size());
            gas = gas.saturating_add(signed.transaction.gas_limit.0);
            bytes < limits::BLOCK_BYTES - 64 && gas <= limits::BLOCK_GAS
        };
        order.into_iter().take_while(fits).cloned().collect()
    }

    /// Takes out what is in a block now or can no longer be in one, and answers the latter.
    pub fn settle(&mut self, included: &[SignedTransaction], slot: Slot) -> Vec<Hash> {
        let place = |signed: &SignedTransaction| (signed.transaction.sender, signed.transaction.nonce);
        let included: BTreeMap<_, _> = included.iter().map(|signed| (place(signed), signed)).collect();
        let done = |signed: &SignedTransaction| included.get(&place(signed)).is_some_and(|other| *other == signed);
        let mut dropped = Vec::new();
        self.waiting.retain(|_, signed| {
            let expired = signed.transaction.expiry < slot;
            let done = done(signed);
            if expired && !done {
                dropped.push(signed.hash());
            }
            !expired && !done
        });
        self.recount();
        dropped
    }

    /// Takes one out.
    pub fn remove(&mut self, hash: &Hash) {
        self.waiting.retain(|_, signed| signed.hash() != *hash);
        self.recount();
    }

    fn recount(&mut self) {
        self.bytes = self.waiting.values().map(Encode::encoded_size).sum();
    }
}
