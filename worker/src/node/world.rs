//! What the node needs of the world it runs in: a shelf for blocks, a vault for keys, a clock, randomness, a listener.
//! The browser is one world (`platform`), the tests' memory is another.

mod archive;

pub use archive::{Archive, Drawer, Filing};

use crate::{net::Wires, pool::workers::Workers};
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::{collections::BTreeSet, future::Future, pin::Pin};
use zera_primitives::{AccountId, Hash, Height, Outcome, Signature};
use zera_state::merkle::PageName;
use zera_vm::tiered::{TieredEngine, Tiering};
use zera_worker_protocol::{Error, Event, HeadView, KeyView, TabView, UsageView};

/// A 32-byte Ed25519 seed.
pub type Seed = [u8; 32];

/// What is kept beside a block's record, so that lists and look-ups need not open records.
#[derive(Clone, PartialEq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Summary {
    /// The block as lists show it.
    pub head: HeadView,
    /// Its transactions in order: hash, sender, outcome.
    pub transactions: Vec<(Hash, AccountId, Outcome)>,
}

/// Everything that one block changes on the shelf; written in one transaction, the head pointer last.
#[derive(Clone, PartialEq, Debug)]
pub struct Commit {
    /// The packed record.
    pub record: Vec<u8>,
    /// What is kept beside it.
    pub summary: Summary,
    /// The new head pointer.
    pub head: Vec<u8>,
}

/// What the shelf holds of a chain when the node starts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Shelved {
    /// The head pointer.
    pub head: Vec<u8>,
    /// What names the pages of the state after some blocks, newest first: at most [`super::upkeep::BASES`].
    pub bases: Vec<(Height, Vec<u8>)>,
}

/// A seed with a task instead of an owner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Seals the solo chain.
    Sealer,
    /// Holds the newcomer's share of the demo genesis until it is claimed.
    Newcomer,
}

/// Where blocks are kept. Everything read from it is untrusted: the client checks it.
#[expect(async_fn_in_trait, reason = "the worker has one thread; no future leaves it")]
pub trait Shelf {
    /// Claims this origin's storage for this node and opens it. `migrating` steps are reported as events.
    ///
    /// # Errors
    /// `OtherTab`, `NewerSchema`, `StorageFailed`.
    async fn open(&self) -> Result<(), Error>;
    /// The head pointer and the bases; `None` before the first block.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn shelved(&self) -> Result<Option<Shelved>, Error>;
    /// Records of `limit` heights at most, ascending from `from`; a missing one is simply not there.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn records(&self, from: Height, limit: u32) -> Result<Vec<(Height, Vec<u8>)>, Error>;
    /// Stores one block, all or nothing, and returns when it is durable.
    ///
    /// # Errors
    /// `StorageFailed`: nothing was stored. `OtherTab`: another node has taken over.
    async fn commit(&self, block: &Commit) -> Result<(), Error>;
    /// Stores blocks in their order, all or nothing: those that follow a network are stored many at once.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    async fn commit_all(&self, blocks: &[Commit]) -> Result<(), Error>;
    /// Forgets blocks above `head`'s height and points to `head`: after a step back.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn cut(&self, to: Height, head: &[u8]) -> Result<(), Error>;
    /// Summaries at and below `from` (the newest for `None`), newest first.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn summaries(&self, from: Option<Height>, limit: u32) -> Result<Vec<Summary>, Error>;
    /// The block that holds a transaction.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn find(&self, transaction: &Hash) -> Result<Option<Height>, Error>;
    /// Summaries of the newest blocks that hold transactions of `account`, newest first.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn of_account(&self, account: &AccountId, limit: u32) -> Result<Vec<Summary>, Error>;
    /// Pages of the state, in the order of their names; a missing one is none.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn pages(&self, names: &[PageName]) -> Result<Vec<Option<Vec<u8>>>, Error>;
    /// Stores pages, before the base that names them.
    ///
    /// # Errors
    /// `StorageFailed`, `OtherTab`.
    async fn put_pages(&self, pages: &[(PageName, Vec<u8>)]) -> Result<(), Error>;
    /// Forgets all pages but these.
    ///
    /// # Errors
    /// `StorageFailed`, `OtherTab`.
    async fn keep_pages(&self, names: &BTreeSet<PageName>) -> Result<(), Error>;
    /// Forgets all bases: what they name is damaged.
    ///
    /// # Errors
    /// `StorageFailed`, `OtherTab`.
    async fn forget_bases(&self) -> Result<(), Error>;
    /// Adds a base and forgets all but the newest `keep`.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn put_base(&self, height: Height, base: &[u8], keep: u32) -> Result<(), Error>;
    /// Replaces the chain (not the keys) by these blocks, or by nothing, in one transaction.
    ///
    /// # Errors
    /// `StorageFailed`: the old chain is still there.
    async fn replace(&self, blocks: &[Commit]) -> Result<(), Error>;
    /// Turns to the shelf of another chain: a network's by its genesis, the solo chain's for none. Blocks, state and archive
    /// come from there and go there from now on; keys and notes stay where they are.
    ///
    /// # Errors
    /// `StorageFailed`, `NewerSchema`: the shelf is still the old one.
    async fn turn_to(&self, chain: Option<Hash>) -> Result<(), Error>;
    /// Forgets the records and summaries of the oldest blocks, those below `height`, to make room; how many went.
    ///
    /// # Errors
    /// `StorageFailed`, `OtherTab`.
    async fn forget_below(&self, height: Height) -> Result<u64, Error>;
    /// What is stored, as far as the world can tell; `entries` is filled by the node.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn usage(&self) -> Result<UsageView, Error>;
}

/// Where keys are kept. Seeds are at rest only under a key that cannot be read out.
#[expect(async_fn_in_trait, reason = "the worker has one thread; no future leaves it")]
pub trait Vault {
    /// Stored keys, the active one first.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn keys(&self) -> Result<Vec<KeyView>, Error>;
    /// Stores a key and makes it active: this seed, or a new device key.
    ///
    /// # Errors
    /// `StorageFailed`; `KeyRefused` when this world makes no device keys.
    async fn add(&self, seed: Option<&Seed>) -> Result<AccountId, Error>;
    /// Makes a stored key active.
    ///
    /// # Errors
    /// `NoKey`, `StorageFailed`.
    async fn activate(&self, account: &AccountId) -> Result<(), Error>;
    /// Forgets a key. If it was the active one, another becomes active.
    ///
    /// # Errors
    /// `NoKey`, `StorageFailed`.
    async fn remove(&self, account: &AccountId) -> Result<(), Error>;
    /// Signs with a stored key.
    ///
    /// # Errors
    /// `NoKey`, `StorageFailed`.
    async fn sign(&self, account: &AccountId, payload: &[u8]) -> Result<Signature, Error>;
    /// The seed of a backed-up key; `None` for a device key.
    ///
    /// # Errors
    /// `NoKey`, `StorageFailed`.
    async fn seed(&self, account: &AccountId) -> Result<Option<Seed>, Error>;
    /// The seed of a role.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn role(&self, role: Role) -> Result<Option<Seed>, Error>;
    /// Sets or forgets the seed of a role.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn set_role(&self, role: Role, seed: Option<&Seed>) -> Result<(), Error>;
    /// Forgets all keys and roles.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn clear(&self) -> Result<(), Error>;
}

/// Time, randomness, and who listens.
#[expect(async_fn_in_trait, reason = "the worker has one thread; no future leaves it")]
pub trait Surroundings {
    /// Unix time, milliseconds.
    fn now_ms(&self) -> u64;
    /// Bytes of the state's pages that may stay in memory; a state of fewer is loaded whole when it is opened.
    fn memory(&self) -> usize;
    /// A clock for measuring, microseconds since some moment.
    fn micros(&self) -> u64;
    /// Fills `bytes` with randomness fit for keys.
    ///
    /// # Errors
    /// When the world has none.
    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error>;
    /// Lets requests arrive that were sent while the node computed.
    async fn breathe(&self);
    /// Reports an event to the page.
    fn emit(&self, event: Event);
    /// Tabs that share this node, the leader first; none where the world keeps no list.
    fn tabs(&self) -> Vec<TabView> {
        Vec::new()
    }
    /// Milliseconds that this worker's take-over from another one took; none when it did not take over.
    fn hand_over_ms(&self) -> Option<u32> {
        None
    }
    /// Tells whoever may lead next of a signed transaction that waits from now on: it is submitted again there.
    fn share(&self, _signed: &[u8]) {}
    /// Tells whoever may lead next of a plan that was shown, so that it can be signed there, exactly as it was shown.
    fn share_plan(&self, _id: u32, _plan: &[u8]) {}
    /// A plan that an earlier leader has shown.
    fn shared_plan(&self, _id: u32) -> Option<Vec<u8>> {
        None
    }
    /// Breaks at the named point; see [`zera_worker_protocol::command::FaultPoint`].
    ///
    /// # Errors
    /// When this world cannot.
    fn set_fault(&self, fault: zera_worker_protocol::command::FaultPoint) -> Result<(), Error>;
}

/// Small things that are kept beside the chain, for this browser alone: settings, what was learnt about engines. A new
/// chain in the old one's place leaves them be.
#[expect(async_fn_in_trait, reason = "the worker has one thread; no future leaves it")]
pub trait Notes {
    /// What is kept under `name`. Untrusted, as all that is stored.
    ///
    /// # Errors
    /// `StorageFailed`.
    async fn note(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;
    /// Keeps `bytes` under `name`.
    ///
    /// # Errors
    /// `StorageFailed`, `OtherTab`.
    async fn keep_note(&self, name: &str, bytes: &[u8]) -> Result<(), Error>;
}

/// What executes: threads for pipelines, engines, and work that goes on beside the node's own.
pub trait Executors {
    /// Threads for pipelines.
    type Workers: Workers + 'static;
    /// Threads for pipelines.
    fn workers(&self) -> Self::Workers;
    /// Threads for provers, new ones each time.
    fn provers(&self) -> Self::Workers;
    /// A new engine: the world's own fast one, where it has one, and the reference.
    fn engine(&self, tiering: Tiering) -> TieredEngine;
    /// Instances of a code that this thread's fast engine keeps to be used again.
    fn pooled(&self, code: &Hash) -> u32;
    /// Why there is no fast engine, in English; none where there is.
    fn no_fast(&self) -> Option<String>;
    /// Runs a task to its end, whatever the node does meanwhile.
    fn beside(&self, task: Pin<Box<dyn Future<Output = ()>>>);
}

/// All of it.
pub trait World: Shelf + Vault + Surroundings + Notes + Archive + Executors + Wires + 'static {}

impl<T: Shelf + Vault + Surroundings + Notes + Archive + Executors + Wires + 'static> World for T {}
