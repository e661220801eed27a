//! A ledger in memory that executes next to nothing, but checks all that consensus promises it.

use crate::real::{self, Real};
use codec::Encode as _;
use futures::future::BoxFuture;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use zera_client::GenesisConfig;
use zera_consensus::{Fault, Ledger, Verdict};
use zera_light::{Certificate, SealKey, ValidatorSet};
use zera_primitives::{AccountId, Block, BlockBody, Hash, Header, Height, Slot, block::HEADER_FORMAT};

/// The committee of every epoch: indices of the keys of all seeds.
pub type Schedule = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// Key seed of a validator.
pub fn seed(index: u8) -> [u8; 32] {
    [index + 1; 32]
}

/// Name of a validator.
pub fn id(index: u8) -> AccountId {
    SealKey::from_seed(&seed(index)).unwrap().public()
}

/// What the whole network shares.
#[derive(Clone)]
pub struct Rules {
    pub epoch_blocks: u64,
    pub schedule: Schedule,
    /// How long a leader with nothing to say waits.
    pub heartbeat: Duration,
    /// What clients begin with, where they execute blocks instead of this file.
    pub real: Option<Arc<GenesisConfig>>,
}

impl Rules {
    pub fn set(&self, epoch: u64) -> ValidatorSet {
        ValidatorSet::new((self.schedule)(epoch).into_iter().map(id).collect()).unwrap()
    }

    /// Rules of a network of real clients, whose committee stays.
    pub fn of_clients(validators: u8, epoch_blocks: u64, heartbeat: Duration) -> Self {
        let config = real::genesis((0..validators).map(id).collect(), epoch_blocks);
        let schedule = Arc::new(move |_| (0..validators).collect());
        Self { epoch_blocks, schedule, heartbeat, real: Some(Arc::new(config)) }
    }

    pub fn genesis(&self) -> Block {
        if let Some(config) = &self.real {
            return real::first(config);
        }
        let mut block =
            Block { header: header(self, None, Slot(0), AccountId([0; 32]), Hash::ZERO), body: BlockBody::default() };
        block.header.transaction_root = block.body.root();
        block
    }
}

fn header(rules: &Rules, parent: Option<&Header>, slot: Slot, proposer: AccountId, salt: Hash) -> Header {
    let height = parent.map_or(0, |parent| parent.height.0 + 1);
    let epoch = height / rules.epoch_blocks;
    let parent_hash = parent.map_or(Hash::ZERO, Header::hash);
    Header {
        format: HEADER_FORMAT,
        chain: parent.map_or(Hash::ZERO, |parent| if parent.height.0 == 0 { parent.hash() } else { parent.chain }),
        height: Height(height),
        slot,
        epoch,
        parent: parent_hash,
        proposer,
        transaction_root: BlockBody::default().root(),
        receipt_root: salt,
        event_root: Hash::ZERO,
        state_root: Hash::of_parts("test/state", &[&parent_hash.0, &height.to_le_bytes()]),
        validators: rules.set(epoch).hash(),
        next_validators: rules.set(epoch + 1).hash(),
        params: Hash::ZERO,
        runtime: Hash::ZERO,
        module_set: Hash::ZERO,
    }
}

/// A clock, simulated or real.
pub trait Pace: Send + Sync {
    fn now(&self) -> SystemTime;
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of a machine without power.
struct Stopped;

impl Pace for Stopped {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

/// What survives a crash.
#[derive(Default)]
struct Disk {
    /// Final blocks from genesis on, each with its certificate or none.
    blocks: Vec<(Block, Vec<u8>)>,
}

#[derive(Default)]
struct Memory {
    candidates: BTreeMap<Hash, Header>,
    certificates: BTreeMap<Hash, Vec<u8>>,
    pub faults: Vec<Fault>,
    voted: BTreeMap<AccountId, u64>,
    admitted: Vec<Vec<u8>>,
}

/// One peer's ledger.
#[derive(Clone)]
pub struct MemoryLedger {
    rules: Rules,
    me: AccountId,
    clock: Arc<dyn Pace>,
    /// Seconds that this peer's clock is ahead of everybody's (or behind).
    pub skew: i64,
    disk: Arc<Mutex<Disk>>,
    memory: Arc<Mutex<Memory>>,
    /// Whether what this peer proposes is invalid.
    pub lies: bool,
    /// How long its machine takes to execute or to store a block.
    pub slow: Duration,
    real: Option<Arc<Real>>,
    /// Makes its blocks differ from those of a twin.
    pub salt: u8,
}

impl MemoryLedger {
    pub fn new(rules: Rules, index: u8, clock: Arc<dyn Pace>, skew: i64) -> Self {
        let disk = Disk { blocks: vec![(rules.genesis(), Vec::new())] };
        let memory = Arc::default();
        let real = rules.real.as_ref().map(|config| Arc::new(Real::open(config, &disk.blocks)));
        Self {
            rules,
            me: id(index),
            clock,
            skew,
            disk: Arc::new(Mutex::new(disk)),
            memory,
            lies: false,
            slow: Duration::ZERO,
            real,
            salt: 0,
        }
    }

    /// What is left of it after a crash.
    pub fn restarted(&self, clock: Arc<dyn Pace>) -> Self {
        let real = self.rules.real.as_ref().map(|config| Arc::new(Real::open(config, &self.disk().blocks)));
        Self { memory: Arc::default(), clock, real, ..self.clone() }
    }

    /// What is left of it when the whole runtime is gone.
    pub fn remains(&self) -> Self {
        self.restarted(Arc::new(Stopped))
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap()
    }

    fn slot(&self) -> u64 {
        let seconds = self.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        seconds.saturating_add_signed(self.skew)
    }

    fn header_of(&self, hash: &Hash) -> Option<Header> {
        if let Some(header) = self.memory().candidates.get(hash) {
            return Some(header.clone());
        }
        self.disk().blocks.iter().map(|(block, _)| &block.header).find(|header| header.hash() == *hash).cloned()
    }

    pub fn hashes(&self) -> Vec<Hash> {
        self.disk().blocks.iter().map(|(block, _)| block.header.hash()).collect()
    }

    pub fn faults(&self) -> Vec<Fault> {
        self.memory().faults.clone()
    }

    /// Takes a transaction as from a user of this peer.
    pub fn take(&self, bytes: Vec<u8>) -> bool {
        self.real.as_ref().is_none_or(|real| real.admit(bytes))
    }

    /// Transactions in final blocks.
    pub fn transactions(&self) -> usize {
        self.disk().blocks.iter().map(|(block, _)| block.body.transactions.len()).sum()
    }

    /// Transactions that came from other peers.
    pub fn admitted(&self) -> Vec<Vec<u8>> {
        self.memory().admitted.clone()
    }

    /// Puts back what another ledger has up to a height, as from a copy of its disk.
    pub fn put_back(&self, from: &Self, height: u64) {
        let blocks = from.disk().blocks.iter().take(height as usize + 1).cloned().collect();
        self.disk().blocks = blocks;
    }

    /// How many validators were heard voting.
    pub fn voters(&self) -> usize {
        self.memory().voted.len()
    }

    /// How many final blocks carry their own certificate.
    pub fn certified_blocks(&self) -> usize {
        self.disk().blocks.iter().filter(|(_, certificate)| !certificate.is_empty()).count()
    }

    fn expect(&self, header: &Header, certificate: &[u8]) {
        let decoded = Certificate::from_bytes(certificate).expect("the engine's certificate is not ours");
        assert_eq!(decoded.to_bytes(), certificate);
        decoded.verify(header, &self.rules.set(header.epoch)).expect("the engine's certificate does not hold");
    }
}

impl Ledger for MemoryLedger {
    fn genesis(&self) -> Vec<u8> {
        self.rules.genesis().encode()
    }

    fn epoch_blocks(&self) -> u64 {
        self.rules.epoch_blocks
    }

    fn committee(&self, epoch: u64) -> Option<ValidatorSet> {
        let known = epoch == 0 || self.final_height().0 + 1 >= epoch * self.rules.epoch_blocks;
        known.then(|| self.rules.set(epoch))
    }

    fn final_height(&self) -> Height {
        Height(self.disk().blocks.len() as u64 - 1)
    }

    fn block(&self, height: Height) -> Option<(Vec<u8>, Vec<u8>)> {
        self.disk().blocks.get(height.0 as usize).map(|(block, certificate)| (block.encode(), certificate.clone()))
    }

    fn height_of(&self, block: Hash) -> Option<Height> {
        self.hashes().iter().position(|hash| *hash == block).map(|height| Height(height as u64))
    }

    async fn propose(&self, parent: Hash) -> Option<Vec<u8>> {
        let parent = self.header_of(&parent)?;
        self.clock.sleep(self.rules.heartbeat).await;
        let slot = Slot(parent.slot.0.max(self.slot() + u64::from(self.salt)));
        let mut block = if let Some(real) = &self.real {
            real.make(parent.hash(), slot, self.me)?
        } else {
            let header = header(&self.rules, Some(&parent), slot, self.me, Hash([self.salt; 32]));
            Block { header, body: BlockBody::default() }
        };
        if self.lies {
            block.header.state_root = Hash::of(b"not the state");
        }
        self.memory().candidates.insert(block.header.hash(), block.header.clone());
        Some(block.encode())
    }

    async fn check(&self, parent: Hash, block: Vec<u8>) -> Verdict {
        let block = Block::from_bytes(&block).unwrap();
        let parent = self.header_of(&parent).expect("a block is checked before its parent");
        while block.header.slot.0 > self.slot() + 2 {
            self.clock.sleep(Duration::from_millis(100)).await;
        }
        self.clock.sleep(self.slow).await;
        if let Some(real) = &self.real {
            let verdict = real.check(block.clone());
            if verdict == Verdict::Valid {
                self.memory().candidates.insert(block.header.hash(), block.header);
            }
            return verdict;
        }
        let (slot, salt) = (block.header.slot, block.header.receipt_root);
        let expected = header(&self.rules, Some(&parent), slot, block.header.proposer, salt);
        if block.header != expected || block.header.slot < parent.slot {
            return Verdict::Invalid("another state".into());
        }
        self.memory().candidates.insert(block.header.hash(), block.header);
        Verdict::Valid
    }

    async fn finalised(&self, block: Vec<u8>, certificate: Vec<u8>) {
        let block = Block::from_bytes(&block).unwrap();
        let height = block.header.height.0;
        self.clock.sleep(self.slow).await;
        if !certificate.is_empty() {
            self.expect(&block.header, &certificate);
        }
        let mut disk = self.disk();
        if let Some((known, _)) = disk.blocks.get(height as usize) {
            assert_eq!(known.header.hash(), block.header.hash(), "two final blocks at height {height}");
            return;
        }
        assert_eq!(height, disk.blocks.len() as u64, "a final block is delivered out of order");
        assert_eq!(
            block.header.parent,
            disk.blocks.last().unwrap().0.header.hash(),
            "a final block has another parent"
        );
        if let Some(real) = &self.real {
            real.finalised(block.clone(), certificate.clone());
        }
        disk.blocks.push((block, certificate));
    }

    fn certified(&self, block: Hash, certificate: Vec<u8>) {
        let decoded = Certificate::from_bytes(&certificate).expect("the engine's certificate is not ours");
        assert_eq!(decoded.block(), block);
        let mut memory = self.memory();
        memory.certificates.insert(block, certificate);
        if memory.certificates.len() > 64 {
            memory.certificates.pop_first();
        }
    }

    async fn admit(&self, transactions: Vec<Vec<u8>>) -> Vec<bool> {
        let new = transactions.iter().map(|bytes| self.take(bytes.clone())).collect();
        self.memory().admitted.extend(transactions);
        new
    }

    fn fault(&self, fault: Fault) {
        self.memory().faults.push(fault);
    }

    fn voted(&self, validator: AccountId, view: u64) {
        self.memory().voted.insert(validator, view);
    }
}
