//! A store that fails the ways disks and browsers do, at times that a seed decides.

use super::{Batch, MemoryStore, Pair, Store, StoreError};
use alloc::{collections::BTreeMap, vec::Vec};
use zera_primitives::Hash;

/// What goes wrong with one commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The write fails cleanly.
    Failed,
    /// The process dies inside the write: some entries are there, one perhaps cut short, the rest is not.
    Torn,
    /// The write is reported done, and is gone with all later ones when the store is opened again.
    LostTail,
}

/// A memory store with faults. After [`Fault::Torn`] it refuses everything until [`reopen`](Self::reopen).
#[derive(Clone, Debug)]
pub struct FaultyStore {
    /// What a reader sees.
    seen: MemoryStore,
    /// What survives being opened again, once a write was lost.
    durable: Option<MemoryStore>,
    interrupted: bool,
    seed: u64,
    commits: u64,
    /// One commit in this many meets a fault; zero for none.
    every: u64,
}

impl FaultyStore {
    /// An empty store in which one commit in `every` meets a fault, none when zero. Equal seeds fail equally.
    #[must_use]
    pub fn new(seed: u64, every: u64) -> Self {
        Self { seen: MemoryStore::default(), durable: None, interrupted: false, seed, commits: 0, every }
    }

    /// Opens the store again, as after a crash.
    pub fn reopen(&mut self) {
        if let Some(durable) = self.durable.take() {
            self.seen = durable;
        }
        self.interrupted = false;
    }

    /// The fault that the next commit will meet.
    #[must_use]
    pub fn next_fault(&self) -> Option<Fault> {
        if self.draw(0).checked_rem(self.every) != Some(0) {
            return None;
        }
        Some(match self.draw(1) % 3 {
            0 => Fault::Failed,
            1 => Fault::Torn,
            _ => Fault::LostTail,
        })
    }

    /// A number that depends on the seed, the commit and `salt` alone.
    fn draw(&self, salt: u64) -> u64 {
        let parts = [self.seed, self.commits, salt].map(u64::to_le_bytes);
        let hash = Hash::of_parts("zera/faulty-store/v1", &[&parts.concat()]);
        hash.0.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Writes some entries whole, cuts the next one short and leaves out the rest. Which ones come first differs too.
    fn tear(&mut self, batch: &Batch) {
        let mut order: BTreeMap<Hash, (&Vec<u8>, &Option<Vec<u8>>)> = BTreeMap::new();
        for (key, value) in batch {
            order.insert(Hash::of_parts("zera/faulty-store/v1", &[&self.draw(2).to_le_bytes(), key]), (key, value));
        }
        let whole = usize::try_from(self.draw(3)).unwrap_or(usize::MAX) % batch.len().max(1);
        for (index, (key, value)) in order.into_values().enumerate().take(whole.saturating_add(1)) {
            let mut value = value.clone();
            if index == whole {
                let cut = self.draw(4);
                let Some(value) = value.as_mut() else { continue };
                let kept = usize::try_from(cut).unwrap_or(usize::MAX) % value.len().max(1);
                value.truncate(kept);
            }
            self.seen.write(key.clone(), value);
        }
    }
}

impl Store for FaultyStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if self.interrupted { Err(StoreError::Interrupted) } else { self.seen.get(key) }
    }

    fn range(&self, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StoreError> {
        if self.interrupted { Err(StoreError::Interrupted) } else { self.seen.range(from, to, limit) }
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if self.interrupted {
            return Err(StoreError::Interrupted);
        }
        let fault = self.next_fault();
        let result = match fault {
            Some(Fault::Failed) => Err(StoreError::WriteFailed),
            Some(Fault::Torn) => {
                // What was lost before stays lost: the crash loses the tail, too.
                if let Some(durable) = self.durable.take() {
                    self.seen = durable;
                }
                self.tear(batch);
                self.interrupted = true;
                Err(StoreError::Interrupted)
            }
            Some(Fault::LostTail) => {
                self.durable.get_or_insert_with(|| self.seen.clone());
                self.seen.commit(batch)
            }
            None => self.seen.commit(batch),
        };
        self.commits = self.commits.saturating_add(1);
        result
    }
}
