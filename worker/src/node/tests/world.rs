//! A world in memory that tests can look into, damage and reopen.

use super::village::Shared;
use crate::{
    net::{Heard, WireId, Wires},
    node::world::{
        Archive, Commit, Drawer, Executors, Filing, Notes, Role, Seed, Shelf, Shelved, Summary, Surroundings, Vault,
    },
    pipeline::Pipeline,
    pool::tests::yard::{Role as Part, Trouble, Yard},
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Waker},
};
use zera_primitives::{AccountId, Hash, Height, Signature, keys::SecretKey};
use zera_state::merkle::PageName;
use zera_vm::{
    WasmiEngine,
    tiered::{TieredEngine, Tiering},
};
use zera_worker_protocol::{Error, ErrorKind, Event, KeyKind, KeyView, UsageView, command::FaultPoint};

/// What is stored of a chain.
#[derive(Default)]
pub struct Parked {
    head: Option<Vec<u8>>,
    records: BTreeMap<u64, Vec<u8>>,
    index: BTreeMap<u64, Summary>,
    bases: BTreeMap<u64, Vec<u8>>,
    pages: BTreeMap<PageName, Vec<u8>>,
    drawers: BTreeMap<(Drawer, Vec<u8>), Vec<u8>>,
}

#[derive(Default)]
pub struct Inner {
    /// The chain whose shelf is in use, and the others' shelves.
    pub turned_to: Option<Hash>,
    pub parked: BTreeMap<Option<Hash>, Parked>,
    pub head: Option<Vec<u8>>,
    pub records: BTreeMap<u64, Vec<u8>>,
    pub index: BTreeMap<u64, Summary>,
    pub bases: BTreeMap<u64, Vec<u8>>,
    pub keys: BTreeMap<AccountId, Option<Seed>>,
    pub active: Option<AccountId>,
    pub roles: BTreeMap<Role, Seed>,
    pub events: Vec<Event>,
    /// Milliseconds.
    pub now: u64,
    /// Commits fail from now on.
    pub full: bool,
    pub notes: BTreeMap<String, Vec<u8>>,
    pub drawers: BTreeMap<(Drawer, Vec<u8>), Vec<u8>>,
    /// Tasks beside the node's own wait until [`Memory::finish`].
    pub slow: bool,
    pub pages: BTreeMap<PageName, Vec<u8>>,
    /// How often one was read.
    pub pages_read: usize,
    /// Bytes of pages that may stay in memory.
    pub memory: usize,
    tasks: Vec<Task>,
    random: u8,
    /// The network that this world is connected to.
    pub village: Option<Shared>,
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static CLOCK: Cell<u64> = const { Cell::new(0) };
}

/// Microseconds that pass with every look.
fn clock() -> u64 {
    CLOCK.set(CLOCK.get() + 1);
    CLOCK.get()
}

pub fn engine(tiering: Tiering) -> TieredEngine {
    TieredEngine::new(Box::new(WasmiEngine::default()), WasmiEngine::default(), tiering)
}

/// What a worker of this world does.
pub fn part() -> Part {
    let mut pipeline = Pipeline::new(engine(Tiering::default()), clock);
    Box::new(move |bytes| pipeline.answer(bytes, |_| ()))
}

impl Wires for Memory {
    fn connect(&self, wire: WireId, address: &str) {
        if let Some(village) = self.village() {
            village.borrow_mut().connect(wire, address);
        }
    }

    fn send(&self, wire: WireId, message: &[u8]) {
        if let Some(village) = self.village() {
            village.borrow_mut().send(wire, message);
        }
    }

    fn close(&self, wire: WireId) {
        if let Some(village) = self.village() {
            village.borrow_mut().close(wire);
        }
    }

    fn heard(&self) -> Option<(WireId, Heard)> {
        self.village()?.borrow_mut().heard()
    }

    fn listen(&self, _: &Waker) {}
}

/// What outlives a node, as a browser's storage outlives a tab.
#[derive(Clone)]
pub struct Memory(pub Rc<RefCell<Inner>>, pub Rc<Yard>, pub Rc<Yard>);

impl Memory {
    pub fn new() -> Self {
        let yard = Yard::new(1, Trouble::default(), part);
        yard.hardware.set(None);
        let inner = Inner { now: 1_700_000_000_000, memory: 48 << 20, ..Inner::default() };
        let provers = super::proofs::provers();
        Self(Rc::new(RefCell::new(inner)), yard, provers)
    }

    /// Lets tasks beside the node's own come to their end.
    pub fn finish(&self) {
        let tasks = std::mem::take(&mut self.0.borrow_mut().tasks);
        for mut task in tasks {
            assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        }
    }

    /// Events since the last call.
    pub fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.borrow_mut().events)
    }

    fn village(&self) -> Option<Shared> {
        self.0.borrow().village.clone()
    }

    pub fn pass(&self, seconds: u64) {
        self.0.borrow_mut().now += seconds * 1_000;
    }
}

fn full() -> Error {
    Error::browser(ErrorKind::StorageFailed, false, "the disk is full")
}

impl Shelf for Memory {
    async fn open(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn shelved(&self) -> Result<Option<Shelved>, Error> {
        let inner = self.0.borrow();
        let bases = inner.bases.iter().rev().map(|(height, base)| (Height(*height), base.clone())).collect();
        Ok(inner.head.clone().map(|head| Shelved { head, bases }))
    }

    async fn records(&self, from: Height, limit: u32) -> Result<Vec<(Height, Vec<u8>)>, Error> {
        let inner = self.0.borrow();
        let range = inner.records.range(from.0..).take(limit as usize);
        Ok(range.map(|(height, record)| (Height(*height), record.clone())).collect())
    }

    async fn commit(&self, block: &Commit) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        if inner.full {
            return Err(full());
        }
        let height = block.summary.head.height.0;
        inner.records.insert(height, block.record.clone());
        inner.index.insert(height, block.summary.clone());
        inner.head = Some(block.head.clone());
        Ok(())
    }

    async fn commit_all(&self, blocks: &[Commit]) -> Result<(), Error> {
        for block in blocks {
            self.commit(block).await?;
        }
        Ok(())
    }

    async fn cut(&self, to: Height, head: &[u8]) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        inner.records.retain(|height, _| *height <= to.0);
        inner.index.retain(|height, _| *height <= to.0);
        inner.bases.retain(|height, _| *height <= to.0);
        inner.head = Some(head.to_vec());
        Ok(())
    }

    async fn summaries(&self, from: Option<Height>, limit: u32) -> Result<Vec<Summary>, Error> {
        let inner = self.0.borrow();
        let range = inner.index.range(..=from.map_or(u64::MAX, |from| from.0)).rev().take(limit as usize);
        Ok(range.map(|(_, summary)| summary.clone()).collect())
    }

    async fn find(&self, transaction: &Hash) -> Result<Option<Height>, Error> {
        let inner = self.0.borrow();
        let holds = |summary: &&Summary| summary.transactions.iter().any(|(hash, ..)| hash == transaction);
        Ok(inner.index.values().find(holds).map(|summary| summary.head.height))
    }

    async fn of_account(&self, account: &AccountId, limit: u32) -> Result<Vec<Summary>, Error> {
        let inner = self.0.borrow();
        let holds = |summary: &&Summary| summary.transactions.iter().any(|(_, sender, _)| sender == account);
        Ok(inner.index.values().rev().filter(holds).take(limit as usize).cloned().collect())
    }

    async fn pages(&self, names: &[PageName]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let mut inner = self.0.borrow_mut();
        inner.pages_read += names.len();
        Ok(names.iter().map(|name| inner.pages.get(name).cloned()).collect())
    }

    async fn put_pages(&self, pages: &[(PageName, Vec<u8>)]) -> Result<(), Error> {
        self.0.borrow_mut().pages.extend(pages.iter().cloned());
        Ok(())
    }

    async fn keep_pages(&self, names: &BTreeSet<PageName>) -> Result<(), Error> {
        self.0.borrow_mut().pages.retain(|name, _| names.contains(name));
        Ok(())
    }

    async fn forget_bases(&self) -> Result<(), Error> {
        self.0.borrow_mut().bases.clear();
        Ok(())
    }

    async fn put_base(&self, height: Height, base: &[u8], keep: u32) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        inner.bases.insert(height.0, base.to_vec());
        while inner.bases.len() > keep as usize {
            inner.bases.pop_first();
        }
        Ok(())
    }

    async fn replace(&self, blocks: &[Commit]) -> Result<(), Error> {
        {
            let mut inner = self.0.borrow_mut();
            inner.head = None;
            inner.records.clear();
            inner.index.clear();
            inner.bases.clear();
            inner.pages.clear();
        }
        for block in blocks {
            self.commit(block).await?;
        }
        Ok(())
    }

    async fn turn_to(&self, chain: Option<Hash>) -> Result<(), Error> {
        let inner = &mut *self.0.borrow_mut();
        if inner.turned_to == chain {
            return Ok(());
        }
        let mut shelf = inner.parked.remove(&chain).unwrap_or_default();
        std::mem::swap(&mut shelf.head, &mut inner.head);
        std::mem::swap(&mut shelf.records, &mut inner.records);
        std::mem::swap(&mut shelf.index, &mut inner.index);
        std::mem::swap(&mut shelf.bases, &mut inner.bases);
        std::mem::swap(&mut shelf.pages, &mut inner.pages);
        std::mem::swap(&mut shelf.drawers, &mut inner.drawers);
        inner.parked.insert(std::mem::replace(&mut inner.turned_to, chain), shelf);
        Ok(())
    }

    async fn forget_below(&self, height: Height) -> Result<u64, Error> {
        let mut inner = self.0.borrow_mut();
        let before = inner.records.len();
        inner.records.retain(|stored, _| *stored >= height.0);
        inner.index.retain(|stored, _| *stored >= height.0);
        Ok((before - inner.records.len()) as u64)
    }

    async fn usage(&self) -> Result<UsageView, Error> {
        let records = self.0.borrow().records.len() as u64;
        Ok(UsageView { used: 0, quota: 0, persistent: false, records, entries: 0 })
    }
}

fn no_key() -> Error {
    Error::request(ErrorKind::NoKey, "no such key")
}

impl Vault for Memory {
    async fn keys(&self) -> Result<Vec<KeyView>, Error> {
        let inner = self.0.borrow();
        let mut keys: Vec<KeyView> = inner
            .keys
            .iter()
            .map(|(account, seed)| KeyView {
                account: *account,
                kind: if seed.is_some() { KeyKind::BackedUp } else { KeyKind::Device },
                active: inner.active == Some(*account),
            })
            .collect();
        keys.sort_by_key(|key| !key.active);
        Ok(keys)
    }

    async fn add(&self, seed: Option<&Seed>) -> Result<AccountId, Error> {
        let Some(seed) = seed else { return Err(Error::request(ErrorKind::KeyRefused, "no device keys here")) };
        let account = SecretKey::from_seed(seed).public();
        let mut inner = self.0.borrow_mut();
        inner.keys.insert(account, Some(*seed));
        inner.active = Some(account);
        Ok(account)
    }

    async fn activate(&self, account: &AccountId) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        inner.keys.get(account).ok_or_else(no_key)?;
        inner.active = Some(*account);
        Ok(())
    }

    async fn remove(&self, account: &AccountId) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        inner.keys.remove(account).ok_or_else(no_key)?;
        if inner.active == Some(*account) {
            inner.active = inner.keys.keys().next().copied();
        }
        Ok(())
    }

    async fn sign(&self, account: &AccountId, payload: &[u8]) -> Result<Signature, Error> {
        let seed = self.seed(account).await?.ok_or_else(no_key)?;
        Ok(SecretKey::from_seed(&seed).sign(payload))
    }

    async fn seed(&self, account: &AccountId) -> Result<Option<Seed>, Error> {
        self.0.borrow().keys.get(account).copied().ok_or_else(no_key)
    }

    async fn role(&self, role: Role) -> Result<Option<Seed>, Error> {
        Ok(self.0.borrow().roles.get(&role).copied())
    }

    async fn set_role(&self, role: Role, seed: Option<&Seed>) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        match seed {
            Some(seed) => inner.roles.insert(role, *seed),
            None => inner.roles.remove(&role),
        };
        Ok(())
    }

    async fn clear(&self) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        inner.keys.clear();
        inner.roles.clear();
        inner.active = None;
        Ok(())
    }
}

impl Notes for Memory {
    async fn note(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.borrow().notes.get(name).cloned())
    }

    async fn keep_note(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.0.borrow_mut().notes.insert(name.into(), bytes.to_vec());
        Ok(())
    }
}

impl Archive for Memory {
    async fn keys_in(&self, drawer: Drawer) -> Result<Vec<Vec<u8>>, Error> {
        let inner = self.0.borrow();
        Ok(inner.drawers.keys().filter(|(of, _)| *of == drawer).map(|(_, key)| key.clone()).collect())
    }

    async fn item(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.borrow().drawers.get(&(drawer, key.to_vec())).cloned())
    }

    async fn file(&self, filings: &[Filing]) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        for Filing { drawer, key, item } in filings.iter().cloned() {
            match item {
                Some(item) => inner.drawers.insert((drawer, key), item),
                None => inner.drawers.remove(&(drawer, key)),
            };
        }
        Ok(())
    }

    async fn empty(&self, drawer: Drawer) -> Result<(), Error> {
        self.0.borrow_mut().drawers.retain(|(of, _), _| *of != drawer);
        Ok(())
    }
}

impl Executors for Memory {
    type Workers = Rc<Yard>;

    fn workers(&self) -> Rc<Yard> {
        Rc::clone(&self.1)
    }

    fn provers(&self) -> Rc<Yard> {
        Rc::clone(&self.2)
    }

    fn engine(&self, tiering: Tiering) -> TieredEngine {
        engine(tiering)
    }

    fn pooled(&self, _: &Hash) -> u32 {
        0
    }

    fn no_fast(&self) -> Option<String> {
        None
    }

    fn beside(&self, task: Task) {
        self.0.borrow_mut().tasks.push(task);
        if !self.0.borrow().slow {
            self.finish();
        }
    }
}

impl Surroundings for Memory {
    fn now_ms(&self) -> u64 {
        self.0.borrow().now
    }

    fn memory(&self) -> usize {
        self.0.borrow().memory
    }

    fn micros(&self) -> u64 {
        self.0.borrow().now * 1_000
    }

    fn fill_random(&self, bytes: &mut [u8]) -> Result<(), Error> {
        let mut inner = self.0.borrow_mut();
        inner.random = inner.random.wrapping_add(1);
        bytes.fill(inner.random);
        Ok(())
    }

    async fn breathe(&self) {}

    fn emit(&self, event: Event) {
        self.0.borrow_mut().events.push(event);
    }

    fn set_fault(&self, _: FaultPoint) -> Result<(), Error> {
        Ok(())
    }
}
