//! Making blocks: the genesis block, and on a solo chain every later one.

use crate::{
    client::{Client, Tip},
    error::ClientError,
    record::{HeadPointer, Record, STORAGE_FORMAT, record_hash},
};
use codec::Encode;
use zera_light as light;
use zera_primitives::{Hash, Header, Height, SignedTransaction, Slot, block::BlockBody, block::HEADER_FORMAT, limits};
use zera_registry as registry;
use zera_runtime::{GenesisConfig, runtime_hash};
use zera_state::{ChangeSet, StateAccess, merkle::MerkleState};
use zera_zip::{BlockDone, BlockError, BlockInput, Schedule, block, execute_block, now};

/// A block that is part of the chain as soon as the host has stored it.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its number.
    pub height: Height,
    /// The packed record, one value of the host's store.
    pub record: Vec<u8>,
    /// Encoded [`HeadPointer`]; to be written last, in the same transaction.
    pub head: Vec<u8>,
    /// The record, decoded.
    pub decoded: Record,
    /// Transactions that were dropped: expired, or no longer admissible.
    pub dropped: Vec<Hash>,
    /// How this node executed it.
    pub schedule: Schedule,
}

/// A block that has been executed on the head, and is nobody's yet: [`Client::adopt`] makes it the new head.
#[derive(Clone, Debug)]
pub struct Draft {
    parent: Hash,
    slot: Slot,
    skip: u64,
    transactions: Vec<SignedTransaction>,
    done: BlockDone,
    /// Transactions that cannot stand in a block any more.
    dropped: Vec<Hash>,
}

impl Draft {
    /// Its transactions.
    #[must_use]
    pub fn transactions(&self) -> &[SignedTransaction] {
        &self.transactions
    }

    /// How this node executed it.
    #[must_use]
    pub const fn schedule(&self) -> &Schedule {
        &self.done.schedule
    }
}

impl Client {
    /// Begins a chain.
    ///
    /// # Errors
    /// [`ClientError`] when the configuration is out of bounds.
    pub fn create(config: &GenesisConfig, sealer: light::SealKey) -> Result<(Self, Sealed), ClientError> {
        let mut entries = zera_state::MemoryState::default();
        config.apply(&mut entries)?;
        entries.put(Self::config_key(), config.encode());
        let changes: ChangeSet = entries.0.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        let state = MerkleState::from_entries(entries.0, Height(0))?;
        let validators = light::ValidatorSet::solo(config.sealer)?;
        let header = Header {
            format: HEADER_FORMAT,
            chain: Hash::ZERO,
            height: Height(0),
            slot: Slot(0),
            epoch: 0,
            parent: config.hash(),
            proposer: config.sealer,
            transaction_root: BlockBody::default().root(),
            receipt_root: block::receipt_root(&[]),
            event_root: block::event_root(&[], &[]),
            state_root: state.root(),
            validators: validators.hash(),
            next_validators: validators.hash(),
            params: config.params.hash(),
            runtime: runtime_hash(),
            module_set: registry::module_set_id(&state)?,
        };
        let certificate = light::seal(&header, &sealer)?;
        let record = Record {
            format: STORAGE_FORMAT,
            previous: Hash::ZERO,
            header,
            certificate: certificate.to_bytes(),
            body: BlockBody::default(),
            receipts: Vec::new(),
            events: Vec::new(),
            diagnostics: Vec::new(),
            causes: Vec::new(),
            changes: changes.into_iter().collect(),
        };
        let (sealed, tip) = pack(record, certificate, Vec::new(), Schedule::default());
        Ok((Self::assemble(config.clone(), state, tip, sealer)?, sealed))
    }

    /// Executes and adopts the next block at `slot` in one go, for pipelines that answer at once; others take
    /// [`Client::draft`] and [`Client::adopt`]. The client stands on the new block at once; a host that cannot store it
    /// calls [`Client::step_back`].
    ///
    /// # Errors
    /// [`ClientError`]; the client stands where it stood.
    pub fn seal(&mut self, slot: Slot, skip: u64) -> Result<Sealed, ClientError> {
        let draft = now(self.draft(slot, skip)).ok_or_else(|| fault("these pipelines do not answer at once"))??;
        self.adopt(draft)
    }

    /// Executes the next block at `slot` from waiting transactions, leaving out what cannot stand in it; `skip` slots pass
    /// before it. Nothing changes: questions can be asked meanwhile.
    ///
    /// # Errors
    /// [`ClientError::State`] when a key is not loaded: load it and draft again. [`ClientError::Fault`].
    pub async fn draft(&self, slot: Slot, skip: u64) -> Result<Draft, ClientError> {
        let slot = slot.plus(skip).max(self.head.header.slot);
        let parent = self.head.header.hash();
        let mut transactions = self.mempool.select();
        let mut dropped = Vec::new();
        loop {
            let input = BlockInput {
                chain: self.chain(),
                height: self.head.header.height.plus(1),
                slot,
                skip,
                proposer: self.config.sealer,
                transactions: &transactions,
            };
            match execute_block(&self.state, &*self.pipelines, &input).await {
                Ok(done) => return Ok(Draft { parent, slot, skip, transactions, done, dropped }),
                Err(BlockError::Inadmissible { all, .. }) if all.iter().any(|index| *index < transactions.len()) => {
                    for index in all.into_iter().rev() {
                        if index < transactions.len() {
                            dropped.push(transactions.remove(index).hash());
                        }
                    }
                }
                Err(other) => return Err(other.into()),
            }
        }
    }

    /// Makes `draft` the new head: state root, header, certificate, record.
    ///
    /// # Errors
    /// [`ClientError::Stale`] when the head is another one by now; others as [`Client::seal`]. The client stands where it
    /// stood.
    pub fn adopt(&mut self, draft: Draft) -> Result<Sealed, ClientError> {
        let Draft { parent, slot, skip, transactions, mut done, mut dropped } = draft;
        if parent != self.head.header.hash() {
            return Err(ClientError::Stale);
        }
        let height = self.head.header.height.plus(1);
        let began = self.pipelines.micros();
        let state_root = self.state.apply(height, &done.changes)?;
        done.schedule.root_us = self.pipelines.micros().saturating_sub(began);
        let made = self.header(slot, skip, &transactions, &done, state_root);
        let sealed = made.and_then(|header| Ok((light::seal(&header, &self.sealer)?, header)));
        let (certificate, header) = match sealed {
            Ok(sealed) => sealed,
            Err(error) => {
                self.state.revert_to(self.head.header.height)?;
                return Err(error);
            }
        };
        for hash in &dropped {
            self.mempool.remove(hash);
        }
        dropped.extend(self.mempool.settle(&transactions, slot));
        for (signed, traces) in transactions.iter().zip(done.traces) {
            self.keep_traces(signed.hash(), traces);
        }
        let record = Record {
            format: STORAGE_FORMAT,
            previous: self.head.record,
            header,
            certificate: certificate.to_bytes(),
            body: BlockBody { skip, transactions },
            receipts: done.receipts,
            events: done.events,
            diagnostics: done.diagnostics,
            causes: done.causes,
            changes: done.changes.into_iter().collect(),
        };
        let (sealed, tip) = pack(record, certificate, dropped, done.schedule);
        self.push_tip(tip);
        self.executed = self.executed.saturating_add(1);
        Ok(sealed)
    }

    fn header(
        &self,
        slot: Slot,
        skip: u64,
        transactions: &[SignedTransaction],
        done: &BlockDone,
        state_root: Hash,
    ) -> Result<Header, ClientError> {
        let params = self.params()?;
        let body = BlockBody { skip, transactions: transactions.to_vec() };
        Ok(Header {
            format: HEADER_FORMAT,
            chain: self.genesis,
            height: self.head.header.height.plus(1),
            slot,
            epoch: slot.0 / params.epoch_slots.max(1),
            parent: self.head.header.hash(),
            proposer: self.config.sealer,
            transaction_root: body.root(),
            receipt_root: block::receipt_root(&done.receipts),
            event_root: block::event_root(&done.events, &done.receipts),
            state_root,
            validators: self.validators.hash(),
            next_validators: self.validators.hash(),
            params: params.hash(),
            runtime: runtime_hash(),
            module_set: registry::module_set_id(&self.state)?,
        })
    }

    pub(crate) fn push_tip(&mut self, tip: Tip) {
        self.head = tip.clone();
        self.tips.push_back(tip);
        while self.tips.len() as u64 > limits::STATE_VERSIONS {
            self.tips.pop_front();
        }
    }

    /// Goes back to block `to`, one of the last 64. Transactions of the blocks taken back are gone; hosts that could
    /// not store them submit them again.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when that block is not kept.
    pub fn step_back(&mut self, to: Height) -> Result<(), ClientError> {
        let place = self.tips.iter().position(|tip| tip.header.height == to).ok_or(ClientError::NotFound("block"))?;
        self.state.revert_to(to)?;
        self.tips.truncate(place.saturating_add(1));
        if let Some(tip) = self.tips.back() {
            self.head = tip.clone();
        }
        Ok(())
    }
}

pub(crate) fn fault(error: impl std::fmt::Display) -> ClientError {
    ClientError::Fault(error.to_string())
}

fn pack(record: Record, certificate: light::Certificate, dropped: Vec<Hash>, schedule: Schedule) -> (Sealed, Tip) {
    let bytes = record.encode();
    let hash = record_hash(&bytes);
    let height = record.header.height;
    let pointer = HeadPointer { format: STORAGE_FORMAT, height, header: record.header.hash(), record: hash };
    let tip = Tip { header: record.header.clone(), certificate, record: hash };
    (Sealed { height, record: bytes, head: pointer.encode(), decoded: record, dropped, schedule }, tip)
}
