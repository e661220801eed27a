//! The state of the machine, and what can be asked of it without changing it.

use crate::{error::ClientError, fork::Fork, mempool::Mempool, sets::Sets};
use codec::{Decode, Encode};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};
use zera_governance as governance;
use zera_light::{Certificate, SealKey, ValidatorSet};
use zera_primitives::{AccountId, Hash, Header, Height, ModuleId, Network, Params, ProposalId, Slot, StateKey};
use zera_runtime::{BlockCtx, Called, Chain, GenesisConfig, Rehearsal, query, rehearse};
use zera_state::{ChangeSet, StateError, StateView, get_typed, merkle::MerkleState, merkle::Proof};
use zera_vm::{ModuleInfo, ProfileError, TraceRecord};
use zera_zip::{Pipelines, Sequential};

/// Slots a prepared transaction stays valid.
pub const EXPIRY_SLOTS: u64 = 600;
/// Bytes of trace records kept, beyond which the oldest go: enough for some thousand calls, little enough for a tab.
const TRACE_BYTES: usize = 16 << 20;

/// A final block as far as later blocks need it.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub header: Header,
    /// None where only a descendant is certified, and for the genesis block of a network.
    pub certificate: Option<Certificate>,
    pub sets: Sets,
    /// Hash of its record's bytes.
    pub record: Hash,
}

/// The chain of one host.
pub struct Client {
    pub(crate) config: GenesisConfig,
    pub(crate) genesis: Hash,
    pub(crate) state: MerkleState,
    /// The last [`zera_primitives::limits::STATE_VERSIONS`] final blocks and the head, oldest first; never empty.
    pub(crate) tips: VecDeque<Tip>,
    /// The newest final block.
    pub(crate) head: Tip,
    /// What was executed on it and is not final; the state is that of the block stood on.
    pub(crate) fork: Fork,
    /// Only where this client certifies by itself: a chain of one signer.
    pub(crate) sealer: Option<SealKey>,
    /// Sets by epoch, as far as they are decided and remembered.
    pub(crate) committees: BTreeMap<u64, Arc<ValidatorSet>>,
    pub(crate) mempool: Mempool,
    /// Transactions of proposed blocks whose signatures the host has checked.
    pub(crate) vouched: BTreeSet<Hash>,
    pub(crate) pipelines: Box<dyn Pipelines>,
    /// Transaction, its trace records, their bytes.
    pub(crate) traces: VecDeque<(Hash, Vec<TraceRecord>, usize)>,
    pub(crate) executed: u64,
}

/// What a check of code that is not on the chain found.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What validation learnt.
    pub info: ModuleInfo,
    /// Bytes of the instrumented code.
    pub instrumented: usize,
}

impl Client {
    pub(crate) fn assemble(config: GenesisConfig, state: MerkleState, head: Tip, sealer: Option<SealKey>) -> Self {
        let genesis = if head.header.height == Height(0) { head.header.hash() } else { head.header.chain };
        let mut client = Self {
            genesis,
            state,
            tips: VecDeque::from([head.clone()]),
            head,
            fork: Fork::default(),
            sealer,
            committees: BTreeMap::new(),
            mempool: Mempool::new(config.network),
            vouched: BTreeSet::new(),
            config,
            pipelines: Box::new(Sequential::default()),
            traces: VecDeque::new(),
            executed: 0,
        };
        client.state.hold(client.head.header.height);
        client.note_committees();
        client
    }

    /// Executes from now on with these; results do not depend on it.
    pub fn set_pipelines(&mut self, pipelines: Box<dyn Pipelines>) {
        self.pipelines = pipelines;
    }

    /// The newest final block.
    #[must_use]
    pub const fn head(&self) -> &Header {
        &self.head.header
    }

    /// The head's certificate; none where only a descendant's is known, or nobody's yet.
    #[must_use]
    pub const fn head_certificate(&self) -> Option<&Certificate> {
        self.head.certificate.as_ref()
    }

    /// The block that the client stands on: the head, or a candidate above it. State, questions and drafts are of this
    /// block. On a chain of one signer it is always the head.
    #[must_use]
    pub fn tip(&self) -> &Header {
        self.fork.tip().unwrap_or(&self.head.header)
    }

    pub(crate) fn tip_sets(&self) -> &Sets {
        self.fork.tip_sets().unwrap_or(&self.head.sets)
    }

    /// Hash of the genesis block: which chain this is.
    #[must_use]
    pub const fn genesis(&self) -> Hash {
        self.genesis
    }

    /// Which chain this is, as its rules see it.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        Chain { genesis: self.genesis, network: self.config.network }
    }

    /// How the chain began.
    #[must_use]
    pub const fn config(&self) -> &GenesisConfig {
        &self.config
    }

    /// The state after the block stood on.
    #[must_use]
    pub fn state(&self) -> &dyn StateView {
        &self.state
    }

    /// Number of entries of that state.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.state.count()
    }

    /// Blocks this client has executed since it was made.
    #[must_use]
    pub const fn executed(&self) -> u64 {
        self.executed
    }

    /// Parameters in force.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub fn params(&self) -> Result<Params, ClientError> {
        Ok(governance::params(&self.state).map_err(zera_runtime::Unfit::from)?)
    }

    /// Slots skipped since genesis, by stored skips; on a network none are.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        if self.config.network != Network::Solo {
            return 0;
        }
        get_typed(&self.state, &zera_zip::block::skips_key()).ok().flatten().unwrap_or(0)
    }

    /// The slot at a wall-clock time: seconds since genesis plus skips, never before that of the block stood on.
    #[must_use]
    pub fn slot_at(&self, unix_ms: u64) -> Slot {
        let wall = unix_ms.saturating_sub(self.config.zero_ms) / 1_000;
        Slot(wall.saturating_add(self.skipped())).max(self.tip().slot)
    }

    /// The context of a block after the one stood on at `slot`.
    ///
    /// # Errors
    /// [`ClientError::State`].
    pub fn context(&self, slot: Slot) -> Result<BlockCtx, ClientError> {
        let slot = slot.max(self.tip().slot);
        Ok(BlockCtx::read(&self.state, self.chain(), self.tip().height.plus(1), slot)?)
    }

    /// Runs an export on the head's state as `caller` would; nothing is kept.
    ///
    /// # Errors
    /// [`ClientError::State`], [`ClientError::Fault`].
    pub fn query(
        &self,
        caller: &AccountId,
        module: &ModuleId,
        entry: &str,
        args: &[u8],
        slot: Slot,
    ) -> Result<Called, ClientError> {
        let ctx = self.context(slot)?;
        Ok(query(self.pipelines.machine(), &self.state, &ctx, caller, (module, entry, args))?)
    }

    /// Rehearses a proposal's enactment on a copy of the head's state, all blocks of a migration included. The second part
    /// is what it would write.
    ///
    /// # Errors
    /// [`ClientError::NotFound`], [`ClientError::State`], [`ClientError::Fault`].
    pub fn dry_run(&self, id: ProposalId, slot: Slot) -> Result<(Rehearsal, ChangeSet), ClientError> {
        let proposal = governance::queries::proposal(&self.state, id).map_err(|_| ClientError::NotFound("proposal"))?;
        let ctx = self.context(slot)?;
        let vote = zera_runtime::vote(&self.state, &ctx, id)?;
        let mut changes = ChangeSet::default();
        let machine = self.pipelines.machine();
        let rehearsal = rehearse(machine, &self.state, &ctx, &vote, &proposal.payload, &mut changes)?;
        Ok((rehearsal, changes))
    }

    /// The entry of `key` at the head with its proof against the head's root.
    ///
    /// # Errors
    /// [`ClientError::Merkle`].
    pub fn prove(&self, key: &StateKey) -> Result<(Option<Vec<u8>>, Proof), ClientError> {
        Ok((self.state.get(key)?, self.state.prove(key)?))
    }

    /// Checks code that is not on the chain.
    ///
    /// # Errors
    /// [`ProfileError`] names function, offset and operator.
    pub fn inspect(&self, code: &[u8]) -> Result<Inspected, ProfileError> {
        let info = zera_vm::validate(code)?;
        let instrumented = zera_vm::instrument(code, &info)?.len();
        Ok(Inspected { info, instrumented })
    }

    /// Trace records of a recent transaction, as long as they are kept.
    #[must_use]
    pub fn traces(&self, transaction: &Hash) -> Option<&[TraceRecord]> {
        self.traces.iter().find(|(hash, ..)| hash == transaction).map(|(_, traces, _)| traces.as_slice())
    }

    pub(crate) fn keep_traces(&mut self, hash: Hash, traces: Vec<TraceRecord>) {
        if !traces.is_empty() {
            let bytes = traces.iter().map(Encode::encoded_size).sum();
            self.traces.push_back((hash, traces, bytes));
        }
        let mut kept: usize = self.traces.iter().map(|(.., bytes)| bytes).sum();
        while kept > TRACE_BYTES {
            kept = self.traces.pop_front().map_or(0, |(.., bytes)| kept.saturating_sub(bytes));
        }
    }

    /// Where genesis keeps its configuration.
    #[must_use]
    pub fn config_key() -> StateKey {
        StateKey::system("genesis")
    }

    pub(crate) fn read_config(state: &MerkleState) -> Result<Option<GenesisConfig>, StateError> {
        let bytes = state.get(&Self::config_key())?;
        Ok(bytes.and_then(|bytes| GenesisConfig::decode(&mut &*bytes).ok()))
    }
}
