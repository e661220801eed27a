//! Transactions that wait for a block: bounded, first come first served, per sender in nonce order.

use crate::error::ClientError;
use codec::Encode;
use std::collections::{BTreeMap, BTreeSet};
use zera_primitives::{AccountId, Hash, Network, SignedTransaction, Slot, limits};

/// Bytes of a block that are left to its header and the lengths in its body.
const FRAME_BYTES: usize = 1_024;

/// How much may wait.
#[derive(Clone, Copy, Debug)]
struct Room {
    transactions: usize,
    bytes: usize,
    /// Of one sender.
    of_one: usize,
}

/// Of one tab's own chain.
const SOLO: Room = Room { transactions: 1_024, bytes: 16 << 20, of_one: 1_024 };
/// Of a network: some seconds of full blocks; nobody takes all of it.
const NETWORK: Room = Room { transactions: 20_000, bytes: 32 << 20, of_one: 1_024 };

/// Where a transaction stands: its sender and its number.
type Place = (AccountId, u64);

/// What one sender's waiting transactions come to.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    transactions: usize,
    gas: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    signed: SignedTransaction,
    hash: Hash,
    bytes: usize,
    arrival: u64,
}

/// What the next block is made from.
#[derive(Debug, Default)]
pub struct Selection {
    /// As many as fit by bytes and gas, each sender's in nonce order.
    pub transactions: Vec<SignedTransaction>,
    /// Of the senders that were looked at, those that do not follow the account's number: another transaction took their
    /// place, or one before them is missing.
    pub stuck: Vec<Hash>,
}

/// The waiting transactions.
#[derive(Debug)]
pub struct Mempool {
    room: Room,
    waiting: BTreeMap<Place, Waiting>,
    /// By arrival.
    order: BTreeMap<u64, Place>,
    hashes: BTreeMap<Hash, Place>,
    expiries: BTreeSet<(Slot, Place)>,
    loads: BTreeMap<AccountId, Load>,
    bytes: usize,
    arrivals: u64,
}

impl Mempool {
    /// An empty one with the room that a chain of this kind gives.
    #[must_use]
    pub fn new(network: Network) -> Self {
        Self {
            room: if network == Network::Solo { SOLO } else { NETWORK },
            waiting: BTreeMap::new(),
            order: BTreeMap::new(),
            hashes: BTreeMap::new(),
            expiries: BTreeSet::new(),
            loads: BTreeMap::new(),
            bytes: 0,
            arrivals: 0,
        }
    }

    /// Adds a transaction whose signature has been checked.
    ///
    /// # Errors
    /// [`ClientError::AlreadyPending`], [`ClientError::Full`].
    pub fn add(&mut self, signed: SignedTransaction) -> Result<Hash, ClientError> {
        let place = place(&signed);
        if self.waiting.contains_key(&place) {
            return Err(ClientError::AlreadyPending);
        }
        let bytes = signed.encoded_size();
        let Room { transactions, bytes: most, of_one } = self.room;
        let full = self.waiting.len() >= transactions || self.bytes.saturating_add(bytes) > most;
        if full || self.loads.get(&place.0).is_some_and(|load| load.transactions >= of_one) {
            return Err(ClientError::Full);
        }
        let (hash, arrival) = (signed.hash(), self.arrivals);
        self.arrivals = self.arrivals.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        let load = self.loads.entry(place.0).or_default();
        load.transactions = load.transactions.saturating_add(1);
        load.gas = load.gas.saturating_add(signed.transaction.gas_limit.0);
        load.bytes = load.bytes.saturating_add(bytes);
        self.order.insert(arrival, place);
        self.hashes.insert(hash, place);
        self.expiries.insert((signed.transaction.expiry, place));
        self.waiting.insert(place, Waiting { signed, hash, bytes, arrival });
        Ok(hash)
    }

    /// Lets transactions of blocks that are no more wait again, as far as there is room and nothing took their place, here
    /// or in the block with `included`, which was made instead.
    pub fn wait_again(
        &mut self,
        transactions: impl Iterator<Item = SignedTransaction>,
        included: &[SignedTransaction],
    ) {
        let used: BTreeSet<Place> = included.iter().map(place).collect();
        for signed in transactions {
            let (sender, number) = place(&signed);
            if used.range((sender, number)..=(sender, u64::MAX)).next().is_none() {
                // What is full or taken is lost here, and comes again from whoever sent it.
                let _ = self.add(signed);
            }
        }
    }

    /// All of them in order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = &SignedTransaction> {
        self.order.values().filter_map(|place| self.waiting.get(place)).map(|waiting| &waiting.signed)
    }

    /// Those of one sender, in nonce order.
    fn of(&self, sender: &AccountId) -> impl DoubleEndedIterator<Item = &Waiting> {
        self.waiting.range((*sender, 0)..=(*sender, u64::MAX)).map(|(_, waiting)| waiting)
    }

    /// Gas limits and bytes of all that waits of `sender`.
    #[must_use]
    pub fn load(&self, sender: &AccountId) -> (u64, usize) {
        self.loads.get(sender).map_or((0, 0), |load| (load.gas, load.bytes))
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Bytes of all of them.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// True when none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// True when the transaction of this hash waits: its signature has been checked.
    #[must_use]
    pub fn holds(&self, hash: &Hash) -> bool {
        self.hashes.contains_key(hash)
    }

    /// The waiting transaction of this hash.
    #[must_use]
    pub fn get(&self, hash: &Hash) -> Option<&SignedTransaction> {
        self.hashes.get(hash).and_then(|place| self.waiting.get(place)).map(|waiting| &waiting.signed)
    }

    /// The nonce after `sender`'s last waiting transaction, none when it has none.
    #[must_use]
    pub fn next_nonce(&self, sender: &AccountId) -> Option<u64> {
        self.of(sender).next_back().map(|last| last.signed.transaction.nonce.saturating_add(1))
    }

    /// The next block's transactions: senders in order of their first arrival, each one's own from `next`, its account's
    /// number, on without a gap.
    ///
    /// # Errors
    /// Whatever `next` answers; it is asked for all senders that come into question before that.
    pub fn select<E>(&self, next: impl Fn(&AccountId) -> Result<u64, E>) -> Result<Selection, E> {
        let (mut seen, mut selection) = (BTreeSet::new(), Selection::default());
        let (mut bytes, mut gas, mut failed) = (0usize, 0u64, None);
        'senders: for (sender, _) in self.order.values() {
            if !seen.insert(*sender) {
                continue;
            }
            let mut number = match next(sender) {
                Ok(number) => number,
                Err(error) => {
                    failed = failed.or(Some(error));
                    continue;
                }
            };
            for waiting in self.of(sender) {
                if waiting.signed.transaction.nonce != number {
                    selection.stuck.push(waiting.hash);
                    continue;
                }
                number = number.saturating_add(1);
                bytes = bytes.saturating_add(waiting.bytes);
                gas = gas.saturating_add(waiting.signed.transaction.gas_limit.0);
                if bytes > limits::BLOCK_BYTES - FRAME_BYTES || gas > limits::BLOCK_GAS {
                    break 'senders;
                }
                selection.transactions.push(waiting.signed.clone());
            }
        }
        failed.map_or(Ok(selection), Err)
    }

    /// Takes out what is in a block now or can no longer be in one, and answers the latter.
    pub fn settle(&mut self, included: &[SignedTransaction], slot: Slot) -> Vec<Hash> {
        let mut dropped = Vec::new();
        for signed in included {
            let (sender, nonce) = place(signed);
            let used: Vec<Place> = self.waiting.range((sender, 0)..=(sender, nonce)).map(|(place, _)| *place).collect();
            for waiting in used.iter().filter_map(|place| self.take(place)) {
                if waiting.signed != *signed {
                    dropped.push(waiting.hash);
                }
            }
        }
        while let Some((expiry, place)) = self.expiries.first().copied()
            && expiry < slot
        {
            dropped.extend(self.take(&place).map(|waiting| waiting.hash));
        }
        dropped
    }

    /// Takes one out; true when it waited.
    pub fn remove(&mut self, hash: &Hash) -> bool {
        let place = self.hashes.get(hash).copied();
        place.and_then(|place| self.take(&place)).is_some()
    }

    fn take(&mut self, place: &Place) -> Option<Waiting> {
        let waiting = self.waiting.remove(place)?;
        self.order.remove(&waiting.arrival);
        self.hashes.remove(&waiting.hash);
        self.expiries.remove(&(waiting.signed.transaction.expiry, *place));
        self.bytes = self.bytes.saturating_sub(waiting.bytes);
        if let Some(load) = self.loads.get_mut(&place.0) {
            load.transactions = load.transactions.saturating_sub(1);
            load.gas = load.gas.saturating_sub(waiting.signed.transaction.gas_limit.0);
            load.bytes = load.bytes.saturating_sub(waiting.bytes);
            if load.transactions == 0 {
                self.loads.remove(&place.0);
            }
        }
        Some(waiting)
    }
}

const fn place(signed: &SignedTransaction) -> Place {
    (signed.transaction.sender, signed.transaction.nonce)
}

#[cfg(test)]
mod tests;
