//! Making blocks: the genesis block, drafts from what waits, and on a chain of one signer the whole of every later block.

use crate::{
    client::{Client, Tip},
    error::ClientError,
    mempool::Selection,
    record::{HeadPointer, Record, STORAGE_FORMAT, record_hash},
    sets::Sets,
};
use codec::Encode;
use zera_light as light;
use zera_primitives::{
    AccountId, Hash, Header, Height, Network, SignedTransaction, Slot,
    block::{Block, BlockBody, HEADER_FORMAT},
    limits,
};
use zera_registry as registry;
use zera_runtime::{GenesisConfig, runtime_hash};
use zera_state::{ChangeSet, StateAccess, accounts, merkle::MerkleState};
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

/// A block that has been executed on the block stood on, and is nobody's yet: [`Client::adopt`] or [`Client::extend`] take it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(crate) parent: Hash,
    pub(crate) slot: Slot,
    pub(crate) body: BlockBody,
    pub(crate) done: BlockDone,
    /// Waiting transactions that cannot stand in a block here.
    pub(crate) dropped: Vec<Hash>,
}

impl Draft {
    /// Its transactions.
    #[must_use]
    pub fn transactions(&self) -> &[SignedTransaction] {
        &self.body.transactions
    }

    /// How this node executed it.
    #[must_use]
    pub const fn schedule(&self) -> &Schedule {
        &self.done.schedule
    }
}

impl Client {
    /// Begins a chain: with the key of its one signer, who certifies the genesis block, or, on a network, without: its
    /// genesis block follows from the configuration, and everybody knows it by its hash.
    ///
    /// # Errors
    /// [`ClientError`] when the configuration is out of bounds, or the key is not its one signer's.
    pub fn create(config: &GenesisConfig, sealer: Option<light::SealKey>) -> Result<(Self, Sealed), ClientError> {
        let mut entries = zera_state::MemoryState::default();
        config.apply(&mut entries)?;
        entries.put(Self::config_key(), config.encode());
        let changes: ChangeSet = entries.0.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        let state = MerkleState::from_entries(entries.0, Height(0))?;
        let sets = Sets::read(&state)?;
        let header = Header {
            format: HEADER_FORMAT,
            chain: Hash::ZERO,
            height: Height(0),
            slot: Slot(0),
            epoch: 0,
            parent: config.hash(),
            proposer: sets.running.keys().first().copied().unwrap_or_default(),
            transaction_root: BlockBody::default().root(),
            receipt_root: block::receipt_root(&[]),
            event_root: block::event_root(&[], &[]),
            state_root: state.root(),
            validators: sets.running.hash(),
            next_validators: sets.next.hash(),
            params: config.params.hash(),
            runtime: runtime_hash(),
            module_set: registry::module_set_id(&state)?,
        };
        let certificate = sealer.as_ref().map(|sealer| light::seal(&header, sealer)).transpose()?;
        let done = BlockDone { changes, ..BlockDone::default() };
        let body = BlockBody::default();
        let (sealed, record) = pack(Hash::ZERO, Block { header, body }, certificate.as_ref(), done, Vec::new());
        let tip = Tip { header: sealed.decoded.header.clone(), certificate, sets, record };
        Ok((Self::assemble(config.clone(), state, tip, sealer), sealed))
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

    /// As [`Client::draft_by`] in the name of this client's own signer, or of the first validator where it has none.
    ///
    /// # Errors
    /// As [`Client::draft_by`].
    pub async fn draft(&self, slot: Slot, skip: u64) -> Result<Draft, ClientError> {
        let first = || self.head.sets.running.keys().first().copied().unwrap_or_default();
        self.draft_by(slot, skip, self.sealer.as_ref().map_or_else(first, light::SealKey::public)).await
    }

    /// Executes the next block at `slot` from waiting transactions, leaving out what
    /// cannot stand in it; `skip` slots pass before it, on a chain of one tab. Its fees go to `proposer`. Nothing changes:
    /// questions can be asked meanwhile.
    ///
    /// # Errors
    /// [`ClientError::State`] when a key is not loaded: load it and draft again. [`ClientError::Fault`].
    pub async fn draft_by(&self, slot: Slot, skip: u64, proposer: AccountId) -> Result<Draft, ClientError> {
        let skip = if self.config.network == Network::Solo { skip } else { 0 };
        let tip = self.tip();
        let (slot, parent, height) = (slot.plus(skip).max(tip.slot), tip.hash(), tip.height.plus(1));
        let number = |sender: &AccountId| accounts::account(&self.state, sender).map(|account| account.nonce);
        let Selection { mut transactions, stuck } = self.mempool.select(number)?;
        // On a network what is missing before them may be on its way, and candidates below may never be final.
        let mut dropped = if self.sealer.is_some() { stuck } else { Vec::new() };
        loop {
            let input = BlockInput { chain: self.chain(), height, slot, skip, proposer, transactions: &transactions };
            match execute_block(&self.state, &*self.pipelines, &input).await {
                Ok(done) => {
                    let body = BlockBody { skip, transactions };
                    return Ok(Draft { parent, slot, body, done, dropped });
                }
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

    /// Makes `draft` the new head of a chain of one signer: state root, header, certificate, record.
    ///
    /// # Errors
    /// [`ClientError::Stale`] when the head is another one by now; [`ClientError::NoSealer`]; others as [`Client::seal`].
    /// The client stands where it stood.
    pub fn adopt(&mut self, draft: Draft) -> Result<Sealed, ClientError> {
        let sealer = self.sealer.as_ref().ok_or(ClientError::NoSealer)?.public();
        if draft.parent != self.head.header.hash() {
            return Err(ClientError::Stale);
        }
        let block = self.extend(draft, sealer)?;
        let sealer = self.sealer.as_ref().ok_or(ClientError::NoSealer)?;
        match light::seal(&block.header, sealer) {
            Ok(certificate) => self.finalise(&block.header.hash(), Some(&certificate)),
            Err(error) => {
                self.step_back(self.head.header.height)?;
                Err(error.into())
            }
        }
    }

    /// The header of a draft whose changes the state has taken, and who certifies then.
    pub(crate) fn header(
        &self,
        draft: &Draft,
        proposer: AccountId,
        state_root: Hash,
    ) -> Result<(Header, Sets), ClientError> {
        let Draft { parent, slot, body, done, .. } = draft;
        let height = self.tip().height.plus(1);
        let sets = self.tip_sets().after(&done.changes, &self.state)?;
        let header = Header {
            format: HEADER_FORMAT,
            chain: self.genesis,
            height,
            slot: *slot,
            epoch: height.0 / self.epoch_blocks(),
            parent: *parent,
            proposer,
            transaction_root: body.root(),
            receipt_root: block::receipt_root(&done.receipts),
            event_root: block::event_root(&done.events, &done.receipts),
            state_root,
            validators: sets.running.hash(),
            next_validators: sets.next.hash(),
            params: self.params()?.hash(),
            runtime: runtime_hash(),
            module_set: registry::module_set_id(&self.state)?,
        };
        Ok((header, sets))
    }

    pub(crate) fn push_tip(&mut self, tip: Tip) {
        self.head = tip.clone();
        self.tips.push_back(tip);
        while self.tips.len() as u64 > limits::STATE_VERSIONS {
            self.tips.pop_front();
        }
        self.state.hold(self.head.header.height);
        self.note_committees();
    }

    /// Goes back to final block `to`, one of the last 64, and forgets all candidates. Transactions of the blocks taken back
    /// are gone; hosts that could not store them submit them again.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when that block is not kept.
    pub fn step_back(&mut self, to: Height) -> Result<(), ClientError> {
        let place = self.tips.iter().position(|tip| tip.header.height == to).ok_or(ClientError::NotFound("block"))?;
        self.state.revert_to(to)?;
        self.forget_candidates();
        self.tips.truncate(place.saturating_add(1));
        if let Some(tip) = self.tips.back() {
            self.head = tip.clone();
        }
        self.note_committees();
        Ok(())
    }
}

pub(crate) fn fault(error: impl std::fmt::Display) -> ClientError {
    ClientError::Fault(error.to_string())
}

/// The record of a final block, and that record's hash.
pub(crate) fn pack(
    previous: Hash,
    block: Block,
    certificate: Option<&light::Certificate>,
    done: BlockDone,
    dropped: Vec<Hash>,
) -> (Sealed, Hash) {
    let record = Record {
        format: STORAGE_FORMAT,
        previous,
        header: block.header,
        certificate: certificate.map(light::Certificate::to_bytes).unwrap_or_default(),
        body: block.body,
        receipts: done.receipts,
        events: done.events,
        diagnostics: done.diagnostics,
        causes: done.causes,
        changes: done.changes.into_iter().collect(),
    };
    let bytes = record.encode();
    let hash = record_hash(&bytes);
    let height = record.header.height;
    let pointer = HeadPointer { format: STORAGE_FORMAT, height, header: record.header.hash(), record: hash };
    let sealed =
        Sealed { height, record: bytes, head: pointer.encode(), decoded: record, dropped, schedule: done.schedule };
    (sealed, hash)
}
