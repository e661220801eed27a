//! The state after any past block, rebuilt from stored records, and re-execution on it: every call under the code of
//! its own time. Sans-IO: a host feeds records in order into a [`Rebuild`]; what comes back from a store is hostile
//! until [`Rebuild::finish`] has compared the entries with a certified header.

use crate::{
    client::Client,
    error::ClientError,
    record::{Base, Record, record_hash},
    sets::Sets,
};
use codec::Encode;
use zera_light::{self as light, Certificate, CertificateError, HeaderError, ValidatorSet};
use zera_primitives::{
    DecodeError, Gas, Hash, Header, Height, ModuleId, Network, Receipt, SignedTransaction, Slot, keys::KeyError,
};
use zera_registry::{self as registry, CodeInfo, ModuleRecord};
use zera_runtime::{Chain, Diagnostic, runtime_hash};
use zera_state::{
    StateError, StateView,
    merkle::{MerkleError, MerkleState, Pages},
};
use zera_zip::{BlockDone, BlockError, BlockInput, Sequential, block, execute_block, now};

/// Why the past cannot be shown. All recoverable: the present is not affected.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PastError {
    /// A record or base does not decode, or does not fit its own header.
    #[error("the stored bytes after block {after}: {error}")]
    Decode {
        /// The last block that was read.
        after: Height,
        /// Why not.
        error: DecodeError,
    },
    /// The record names another record before it than the one that was read.
    #[error("the record of block {0} does not name the record before it")]
    Link(Height),
    /// The first record is not the genesis block's.
    #[error("the records do not begin with the genesis block")]
    NotGenesis,
    /// The header does not follow the one before it.
    #[error("block {height}: {error}")]
    Header {
        /// The block.
        height: Height,
        /// Why not.
        error: HeaderError,
    },
    /// The entries are not those that the header commits to.
    #[error("the records do not give the state root of block {0}")]
    Root(Height),
    /// The header is not final.
    #[error("block {height}: {error}")]
    Certificate {
        /// The block.
        height: Height,
        /// Why not.
        error: CertificateError,
    },
    /// The state names no signers.
    #[error("the state of block {0} has no configuration")]
    NoConfiguration(Height),
    /// The block was made by rules that this build does not have.
    #[error("block {0} was made by other rules than this client has; an older client can execute it")]
    OtherRules(Height),
    /// The block has no such transaction.
    #[error("block {height} has no transaction {index}")]
    NoTransaction {
        /// The block.
        height: Height,
        /// Its place.
        index: usize,
    },
    /// A signature in the block does not hold.
    #[error("transaction {index} of block {height}: {error}")]
    Signature {
        /// The block.
        height: Height,
        /// The transaction's place.
        index: usize,
        /// Why not.
        error: KeyError,
    },
    /// The block cannot be executed on this state.
    #[error("block {height}: {error}")]
    Block {
        /// The block.
        height: Height,
        /// Why not.
        error: BlockError,
    },
    /// There is no such module, or what it runs cannot be resolved.
    #[error("{0}")]
    Module(String),
    /// The tree refused.
    #[error(transparent)]
    Merkle(#[from] MerkleError),
}

impl PastError {
    /// True when a part of the state is not in memory: load what its pages want and try again.
    #[must_use]
    pub const fn is_not_loaded(&self) -> bool {
        matches!(
            self,
            Self::Merkle(MerkleError::NotLoaded)
                | Self::Block { error: BlockError::State(StateError::NotLoaded(_)), .. }
        )
    }
}

/// State and the last block, as records come in.
pub struct Rebuild {
    state: MerkleState,
    tip: Tip,
}

/// The last block that was read.
#[derive(Clone)]
struct Tip {
    header: Header,
    certificate: Vec<u8>,
    record: Hash,
}

impl Rebuild {
    /// From the record of the genesis block.
    ///
    /// # Errors
    /// [`PastError::Decode`], [`PastError::NotGenesis`].
    pub fn from_genesis(bytes: &[u8]) -> Result<Self, PastError> {
        let record = Record::from_bytes(bytes).map_err(|error| PastError::Decode { after: Height(0), error })?;
        if record.header.height != Height(0) || record.previous != Hash::ZERO {
            return Err(PastError::NotGenesis);
        }
        let entries = record.changes.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let tip = Tip { header: record.header, certificate: record.certificate, record: record_hash(bytes) };
        Ok(Self { state: MerkleState::from_entries(entries, Height(0))?, tip })
    }

    /// From a stored base, whose pages the host loads as `pages` wants them.
    ///
    /// # Errors
    /// [`PastError::Decode`]; [`PastError::Root`] when the base is not of its own block's state.
    pub fn from_base(bytes: &[u8], pages: Pages) -> Result<Self, PastError> {
        let base = Base::from_bytes(bytes).map_err(|error| PastError::Decode { after: Height(0), error })?;
        let (height, root) = (base.header.height, base.header.state_root);
        let state = MerkleState::from_directory(base.directory, height, &root, pages);
        let tip = Tip { header: base.header, certificate: base.certificate, record: base.record };
        Ok(Self { state: state.map_err(|_| PastError::Root(height))?, tip })
    }

    /// The last block read so far; the next record is that of the block after it.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.tip.header.height
    }

    /// Reads the next record.
    ///
    /// # Errors
    /// [`PastError`]; nothing was changed. Where [`PastError::is_not_loaded`] holds, load and read it again.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), PastError> {
        let record = self.tip.next(bytes)?;
        self.state.apply(record.header.height, &record.changes.into_iter().collect())?;
        self.tip = Tip { header: record.header, certificate: record.certificate, record: record_hash(bytes) };
        Ok(())
    }

    /// Compares the state's root with the last header, and that header with its certificate.
    ///
    /// # Errors
    /// [`PastError::Root`], [`PastError::Certificate`], [`PastError::NoConfiguration`].
    pub fn finish(&self) -> Result<StateAt, PastError> {
        let (height, state, tip) = (self.height(), self.state.clone(), self.tip.clone());
        if state.root() != tip.header.state_root {
            return Err(PastError::Root(height));
        }
        let config = Client::read_config(&state).map_err(MerkleError::from)?;
        let config = config.ok_or(PastError::NoConfiguration(height))?;
        let sets = known(Sets::read(&state), height)?;
        certified(&tip.header, &tip.certificate, &sets.running, config.network)?;
        Ok(StateAt { state, tip, sets, network: config.network, pipelines: Sequential::default() })
    }
}

fn known(sets: Result<Sets, ClientError>, height: Height) -> Result<Sets, PastError> {
    sets.map_err(|error| match error {
        ClientError::State(error) => PastError::Merkle(error.into()),
        _ => PastError::NoConfiguration(height),
    })
}

impl Tip {
    /// Decodes the record that follows.
    fn next(&self, bytes: &[u8]) -> Result<Record, PastError> {
        let decode = |error| PastError::Decode { after: self.header.height, error };
        let record = Record::from_bytes(bytes).map_err(decode)?;
        let height = record.header.height;
        light::check_child(&self.header, &record.header).map_err(|error| PastError::Header { height, error })?;
        if record.previous != self.record {
            return Err(PastError::Link(height));
        }
        Ok(record)
    }
}

/// Blocks of a network may have no certificate of their own: a descendant's makes them final, to which the host's records
/// lead by their hashes.
fn certified(header: &Header, certificate: &[u8], set: &ValidatorSet, network: Network) -> Result<(), PastError> {
    if certificate.is_empty() && network != Network::Solo {
        return Ok(());
    }
    Certificate::from_bytes(certificate)
        .and_then(|certificate| certificate.verify(header, set))
        .map_err(|error| PastError::Certificate { height: header.height, error })
}

/// The state after a final block.
pub struct StateAt {
    state: MerkleState,
    tip: Tip,
    sets: Sets,
    network: Network,
    pipelines: Sequential,
}

/// A past transaction, executed again.
#[derive(Clone, PartialEq, Debug)]
pub struct Reexecution {
    /// Its block.
    pub height: Height,
    /// Its hash.
    pub transaction: Hash,
    /// The receipt that came out now.
    pub receipt: Receipt,
    /// True when it is the block's, byte for byte.
    pub agrees: bool,
    /// What this node saw of its calls now.
    pub diagnostics: Vec<Diagnostic>,
}

/// A past block, executed again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockReexecution {
    /// The block.
    pub height: Height,
    /// True when all receipts are the block's.
    pub receipts: bool,
    /// True when all events are.
    pub events: bool,
    /// The state root that came out now.
    pub root: Hash,
    /// True when it is the header's.
    pub root_agrees: bool,
    /// Gas of all transactions.
    pub gas: Gas,
}

impl BlockReexecution {
    /// True when the block came out as it is stored.
    #[must_use]
    pub const fn agrees(&self) -> bool {
        self.receipts && self.events && self.root_agrees
    }
}

/// Code that a module ran at some time.
#[derive(Clone, PartialEq, Debug)]
pub struct CodeAt {
    /// The code.
    pub code: Hash,
    /// What it offers; its manifest reads that time's calls.
    pub info: CodeInfo,
    /// How the module stood.
    pub record: ModuleRecord,
}

impl StateAt {
    /// The state at the head or one of the last 64 blocks of `client`, without stored records.
    pub(crate) fn kept(client: &Client, height: Height) -> Result<Self, ClientError> {
        let tip = client.tips.iter().find(|tip| tip.header.height == height).ok_or(ClientError::NotFound("block"))?;
        let mut state = client.state.clone();
        state.revert_to(height)?;
        let certificate = tip.certificate.as_ref().map(Certificate::to_bytes).unwrap_or_default();
        let (sets, network) = (tip.sets.clone(), client.config.network);
        let tip = Tip { header: tip.header.clone(), certificate, record: tip.record };
        Ok(Self { state, tip, sets, network, pipelines: Sequential::default() })
    }

    /// The block after which this is the state.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.tip.header
    }

    /// The entries.
    #[must_use]
    pub fn state(&self) -> &dyn StateView {
        &self.state
    }

    /// Executes transaction `index` of the next block again. The whole block is run, because what a transaction costs can
    /// depend on later ones of its cluster: a first attempt that left its hint is charged for what it saw.
    ///
    /// # Errors
    /// [`PastError`]. A result that differs is no error: see [`Reexecution::agrees`].
    pub fn reexecute(&self, record: &[u8], index: usize) -> Result<Reexecution, PastError> {
        let record = self.following(record)?;
        let height = record.header.height;
        let missing = PastError::NoTransaction { height, index };
        let (Some(signed), Some(theirs)) = (record.body.transactions.get(index), record.receipts.get(index)) else {
            return Err(missing);
        };
        self.check_signature(height, index, signed)?;
        let mut done = self.run(&record)?;
        if index >= done.receipts.len() || index >= done.diagnostics.len() {
            return Err(missing);
        }
        let receipt = done.receipts.swap_remove(index);
        Ok(Reexecution {
            height,
            transaction: signed.hash(),
            agrees: receipt.encode() == theirs.encode(),
            receipt,
            diagnostics: done.diagnostics.swap_remove(index),
        })
    }

    /// Executes the next block again, signatures included, and compares receipts, events and the state root.
    ///
    /// # Errors
    /// [`PastError`]. A result that differs is no error: see [`BlockReexecution`].
    pub fn reexecute_block(&mut self, record: &[u8]) -> Result<BlockReexecution, PastError> {
        let record = self.following(record)?;
        let header = &record.header;
        for (index, signed) in record.body.transactions.iter().enumerate() {
            self.check_signature(header.height, index, signed)?;
        }
        let done = self.run(&record)?;
        let root = self.state.apply(header.height, &done.changes)?;
        self.state.revert_to(self.tip.header.height)?;
        Ok(BlockReexecution {
            height: header.height,
            receipts: block::receipt_root(&done.receipts) == header.receipt_root,
            events: block::event_root(&done.events, &done.receipts) == header.event_root,
            root,
            root_agrees: root == header.state_root,
            gas: done.gas,
        })
    }

    /// Goes on to the next block, taking its record's word for what it changed; the root must be the header's.
    ///
    /// # Errors
    /// [`PastError`]; nothing was changed.
    pub fn follow(&mut self, bytes: &[u8]) -> Result<(), PastError> {
        let record = self.following(bytes)?;
        let height = record.header.height;
        let changes = record.changes.into_iter().collect();
        if self.state.apply(height, &changes)? != record.header.state_root {
            self.state.revert_to(self.tip.header.height)?;
            return Err(PastError::Root(height));
        }
        match known(self.sets.after(&changes, &self.state), height) {
            Ok(sets) => self.sets = sets,
            Err(error) => {
                self.state.revert_to(self.tip.header.height)?;
                return Err(error);
            }
        }
        self.tip = Tip { header: record.header, certificate: record.certificate, record: record_hash(bytes) };
        Ok(())
    }

    /// The record of the next block, if it follows, is final and was made by these rules.
    fn following(&self, bytes: &[u8]) -> Result<Record, PastError> {
        let record = self.tip.next(bytes)?;
        let begins = record.header.epoch != self.tip.header.epoch;
        let set = if begins { &self.sets.next } else { &self.sets.running };
        certified(&record.header, &record.certificate, set, self.network)?;
        if record.header.runtime != runtime_hash() {
            return Err(PastError::OtherRules(record.header.height));
        }
        Ok(record)
    }

    fn check_signature(&self, height: Height, index: usize, signed: &SignedTransaction) -> Result<(), PastError> {
        signed.verify(&self.genesis()).map_err(|error| PastError::Signature { height, index, error })
    }

    fn genesis(&self) -> Hash {
        let header = &self.tip.header;
        if header.height == Height(0) { header.hash() } else { header.chain }
    }

    fn chain(&self) -> Chain {
        Chain { genesis: self.genesis(), network: self.network }
    }

    fn run(&self, record: &Record) -> Result<BlockDone, PastError> {
        let input = BlockInput {
            chain: self.chain(),
            height: record.header.height,
            slot: record.header.slot,
            skip: record.body.skip,
            proposer: record.header.proposer,
            transactions: &record.body.transactions,
        };
        let late = || Err(BlockError::Fault("the reference did not answer at once".into()));
        now(execute_block(&self.state, &self.pipelines, &input))
            .unwrap_or_else(late)
            .map_err(|error| PastError::Block { height: input.height, error })
    }
}

/// The code that `module` ran in `state` at `slot`. To read a block's calls take the state after that block and its slot:
/// the block's opening may have enacted an upgrade, and its calls ran under that.
///
/// # Errors
/// [`PastError::Module`] when there is no such module or its tag is gone.
pub fn module_code_at(state: &dyn StateView, module: &ModuleId, slot: Slot) -> Result<CodeAt, PastError> {
    let words = |error: &dyn std::fmt::Display| PastError::Module(error.to_string());
    let record = registry::module(state, module).map_err(|error| words(&error))?;
    let record = record.ok_or_else(|| PastError::Module("there is no such module at that block".into()))?;
    let code = registry::resolve(state, slot, &record.executable).map_err(|error| words(&error))?;
    let info = registry::code_info(state, &code).map_err(|error| words(&error))?;
    let info = info.ok_or_else(|| PastError::Module("its code is not stored at that block".into()))?;
    Ok(CodeAt { code, info, record })
}

impl Client {
    /// The state at `height`, one of the last 64 blocks; for older ones see [`Rebuild`].
    ///
    /// # Errors
    /// [`ClientError::NotFound`], [`ClientError::Merkle`].
    pub fn state_at(&self, height: Height) -> Result<StateAt, ClientError> {
        StateAt::kept(self, height)
    }
}
