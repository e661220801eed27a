//! The state of a chain at its head: ordered entries for reads and cursors, and over the same entries a Merkle tree whose
//! root the header carries (design §5). The last 64 blocks can be taken back and proven.
//!
//! A small state is all in memory. A large one lies on pages that a host stores (see [`page`]) and is in memory only as
//! far as it was read lately: whatever needs a page that is not there answers [`StateError::NotLoaded`] or
//! [`MerkleError::NotLoaded`] and changes nothing; the host loads what [`Pages::wanted`] names and calls again.
//!
//! A state that others keep is known by its root alone, and entry by entry by their proofs: see [`Remote`].
//!
//! Reopening: the host keeps the directory of some block and one record for each block after it.
//! [`MerkleState::from_directory`] compares the tree's root with the header's; applying the records restores the blocks
//! that can be taken back. Pages are checked by hash when they are read.

mod compaction;
mod entries;
mod multi;
pub mod page;
mod pages;
mod past;
mod proof;
mod remote;
mod snapshot;
mod tree;

#[cfg(test)]
mod tests;

pub use compaction::{Compacted, Compaction, NewPages, PageSizes};
pub use multi::{MULTI_PROOF_BYTES, MultiProof, verify_many};
pub use page::{Directory, PageName};
pub use pages::{DamagedPage, Pages};
pub use proof::{Leaf, PROOF_BYTES, Proof, ProofError, verify};
pub use remote::{Range, Remote, Wanted};
pub use snapshot::{Import, ImportError};

use crate::view::{ChangeSet, StateError, StateView};
use alloc::{collections::BTreeMap, vec::Vec};
use entries::Entries;
use tree::{Change, Link, Missing, address};
use zera_primitives::{Hash, Height, StateKey, limits};

/// Root of the state without entries.
pub const EMPTY_ROOT: Hash = Hash(*b"SPARSE_MERKLE_PLACEHOLDER_HASH__");

/// Why the state could not move to another block. Nothing was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MerkleError {
    /// Recoverable: blocks are applied one after the other.
    #[error("block {given} does not follow; {expected} does")]
    NotNext {
        /// The height that comes next.
        expected: Height,
        /// The height given.
        given: Height,
    },
    /// Recoverable: only the head and the 64 blocks before it, as far as they were applied here, are kept.
    #[error("block {0} is not kept")]
    NotKept(Height),
    /// Recoverable: load what is wanted and call again.
    #[error("a part of the state is not loaded")]
    NotLoaded,
    /// Recoverable: a directory that is none, or of another root.
    #[error("the directory of the state does not give its root")]
    Directory,
    /// Recoverable: a state that others keep is read, and takes no block.
    #[error("the state is kept by others")]
    Remote,
    /// Fatal: the state contradicts itself, which is a defect of this code.
    #[error("the Merkle tree contradicts itself")]
    Tree,
}

impl MerkleError {
    /// True when the host can load what is missing and call again.
    #[must_use]
    pub const fn is_not_loaded(&self) -> bool {
        matches!(self, Self::NotLoaded)
    }
}

impl From<Missing> for MerkleError {
    fn from(_: Missing) -> Self {
        Self::NotLoaded
    }
}

impl From<StateError> for MerkleError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::NotLoaded(_) => Self::NotLoaded,
            StateError::Corrupt(_) => Self::Tree,
        }
    }
}

/// Values in the order of their keys; none for what has no entry.
pub type Values = Vec<Option<Vec<u8>>>;

/// A block that can still be proven or returned to.
#[derive(Clone)]
struct Kept {
    tree: Link,
    /// Its number of entries.
    count: u64,
    /// What its changes replaced: applying it steps back to the block before.
    undo: ChangeSet,
}

/// A key that a block changes, its new value, and its value before.
type Replaced<'a> = (&'a StateKey, Option<&'a Vec<u8>>, Option<Vec<u8>>);

/// Entries and tree at the head, with the recent past. Clones share pages and what they have in common.
#[derive(Clone)]
pub struct MerkleState {
    entries: Entries,
    tree: Link,
    pages: Pages,
    head: Height,
    kept: BTreeMap<Height, Kept>,
    /// A block that stays within reach however far the head goes, and the 64 before it.
    held: Option<Height>,
}

impl MerkleState {
    /// The state that holds `entries` after block `height`, all in memory: genesis, or a snapshot. Check
    /// [`root`](Self::root) against the header of that block.
    ///
    /// # Errors
    /// None today.
    pub fn from_entries(entries: BTreeMap<StateKey, Vec<u8>>, height: Height) -> Result<Self, MerkleError> {
        let tree = Link::of(&by_address(entries.iter().map(|(key, value)| (key, Some(value)))));
        Ok(Self::at(Entries::in_memory(entries), tree, Pages::default(), height))
    }

    /// The state after block `height` on stored pages, of which none needs to be in memory.
    ///
    /// # Errors
    /// [`MerkleError::Directory`] unless the directory's tree has this root.
    pub fn from_directory(
        directory: Directory,
        height: Height,
        root: &Hash,
        pages: Pages,
    ) -> Result<Self, MerkleError> {
        let mut top = directory.tree.into_iter();
        let tree = Link::from_top(&mut top, 0).ok_or(MerkleError::Directory)?;
        let ascending = directory.entries.is_sorted_by(|a, b| a.first < b.first);
        if top.next().is_some() || !ascending || tree.hash() != *root {
            return Err(MerkleError::Directory);
        }
        Ok(Self::at(Entries::on_pages(directory.entries), tree, pages, height))
    }

    fn at(entries: Entries, tree: Link, pages: Pages, head: Height) -> Self {
        let kept = Kept { tree: tree.clone(), count: entries.count(), undo: ChangeSet::new() };
        Self { entries, tree, pages, head, kept: BTreeMap::from([(head, kept)]), held: None }
    }

    /// Height of the block whose state this is.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.head
    }

    /// Root at the head.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.hash()
    }

    /// Root after a kept block.
    ///
    /// # Errors
    /// [`MerkleError::NotKept`].
    pub fn root_at(&self, height: Height) -> Result<Hash, MerkleError> {
        self.kept(height).map(|kept| kept.tree.hash())
    }

    /// The oldest block that [`revert_to`](Self::revert_to) reaches.
    #[must_use]
    pub fn oldest(&self) -> Height {
        self.kept.keys().next().copied().unwrap_or(self.head)
    }

    /// Number of entries at the head.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.entries.count()
    }

    /// Entries and removals that no page holds yet.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.entries.written.len()
    }

    /// The pages in memory, which all states cloned from this one share.
    #[must_use]
    pub const fn pages(&self) -> &Pages {
        &self.pages
    }

    /// Notes as wanted what a block needs to read and to write these keys.
    pub fn touch<'a>(&self, keys: impl IntoIterator<Item = &'a StateKey>) {
        for key in keys {
            self.entries.touch(&self.pages, key);
            if self.known().is_none() {
                self.tree.touch(&address(key), &self.pages);
            }
        }
    }

    /// Applies the changes of block `height` and answers the new root. Writes that change nothing are dropped, so the
    /// root depends on the entries alone.
    ///
    /// # Errors
    /// [`MerkleError`]; where it is [`MerkleError::NotLoaded`], all that is missing is wanted.
    pub fn apply(&mut self, height: Height, changes: &ChangeSet) -> Result<Hash, MerkleError> {
        let expected = self.head.plus(1);
        if height != expected {
            return Err(MerkleError::NotNext { expected, given: height });
        }
        if self.known().is_some() {
            return Err(MerkleError::Remote);
        }
        let replaced = self.replaced(changes)?;
        let new = replaced.iter().map(|(key, value, _)| (*key, *value));
        let tree = self.tree.update(&by_address(new.clone()), &self.pages)?;
        self.entries.write(new.clone().map(|(key, value)| (key.clone(), value.cloned())));
        let gone = replaced.iter().filter(|(_, _, before)| before.is_some()).count() as u64;
        let there = new.filter(|(_, value)| value.is_some()).count() as u64;
        self.entries.set_count(self.entries.count().saturating_sub(gone).saturating_add(there));
        let undo = replaced.into_iter().map(|(key, _, before)| (key.clone(), before)).collect();
        self.tree = tree;
        self.kept.insert(height, Kept { tree: self.tree.clone(), count: self.entries.count(), undo });
        self.head = height;
        self.forget_old();
        Ok(self.root())
    }

    /// Those of `changes` that do change something: key, new value, value before.
    fn replaced<'a>(&self, changes: &'a ChangeSet) -> Result<Vec<Replaced<'a>>, MerkleError> {
        let mut replaced = Vec::with_capacity(changes.len());
        let mut missing = false;
        for (key, value) in changes {
            let value = value.as_ref();
            match self.entries.with(&self.pages, key, |before| (before != value).then(|| before.cloned())) {
                Ok(Some(before)) => replaced.push((key, value, before)),
                Ok(None) => {}
                Err(StateError::NotLoaded(_)) => {
                    self.tree.touch(&address(key), &self.pages);
                    missing = true;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if missing { Err(MerkleError::NotLoaded) } else { Ok(replaced) }
    }

    /// Steps back to a kept block.
    ///
    /// # Errors
    /// [`MerkleError::NotKept`].
    pub fn revert_to(&mut self, height: Height) -> Result<(), MerkleError> {
        let Kept { tree, count, .. } = self.kept(height)?;
        let (tree, count) = (tree.clone(), *count);
        while self.head > height {
            let Some((_, kept)) = self.kept.pop_last() else { return Err(MerkleError::Tree) };
            self.entries.write(kept.undo.into_iter());
            self.head = Height(self.head.0.saturating_sub(1));
        }
        self.entries.set_count(count);
        self.tree = tree;
        Ok(())
    }

    /// Proof that `key` has, or has not, its entry at the head.
    ///
    /// # Errors
    /// [`MerkleError::NotLoaded`].
    pub fn prove(&self, key: &StateKey) -> Result<Proof, MerkleError> {
        match self.known() {
            // An entry that is known has its way in the tree; of another one the way is not even looked for.
            Some(remote) => {
                self.has(key)?;
                Ok(remote.tree().prove(&address(key), &self.pages)?)
            }
            None => Ok(self.tree.prove(&address(key), &self.pages)?),
        }
    }

    /// The entries of `keys` after a kept block, in their order, with one proof for all of them against that block's root.
    ///
    /// # Errors
    /// [`MerkleError::NotKept`], [`MerkleError::NotLoaded`], [`MerkleError::Remote`].
    pub fn prove_many(&self, height: Height, keys: &[StateKey]) -> Result<(Values, MultiProof), MerkleError> {
        if self.known().is_some() {
            return Err(MerkleError::Remote);
        }
        let kept = self.kept(height)?;
        let values: Vec<_> = keys.iter().map(|key| self.value_at(height, key)).collect();
        // Both first, so that all that is missing is wanted at once.
        let proof = MultiProof::of(&kept.tree, keys, &self.pages);
        Ok((values.into_iter().collect::<Result<_, _>>()?, proof?))
    }

    /// The entry of `key` after a kept block, with its proof against that block's root.
    ///
    /// # Errors
    /// [`MerkleError::NotKept`], [`MerkleError::NotLoaded`].
    pub fn prove_at(&self, height: Height, key: &StateKey) -> Result<(Option<Vec<u8>>, Proof), MerkleError> {
        let kept = self.kept(height)?;
        if self.known().is_some() {
            return Ok((self.get(key)?, self.prove(key)?));
        }
        let proof = kept.tree.prove(&address(key), &self.pages)?;
        Ok((self.value_at(height, key)?, proof))
    }

    /// The value of `key` after a kept block.
    fn value_at(&self, height: Height, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        // The first later block that changed the key knows what it replaced.
        let replaced = self.kept.range(height.plus(1)..).find_map(|(_, kept)| kept.undo.get(key));
        replaced.map_or_else(|| self.get(key), |before| Ok(before.clone()))
    }

    /// Keeps block `height` and the 64 before it within reach of [`revert_to`](Self::revert_to), however far the head goes,
    /// until another is held; what is behind them and behind the head's own 64 is forgotten.
    pub fn hold(&mut self, height: Height) {
        self.held = Some(height);
        self.forget_old();
    }

    fn kept(&self, height: Height) -> Result<&Kept, MerkleError> {
        self.kept.get(&height).ok_or(MerkleError::NotKept(height))
    }

    fn forget_old(&mut self) {
        let from = self.held.map_or(self.head, |held| held.min(self.head));
        let oldest = Height(from.0.saturating_sub(limits::STATE_VERSIONS));
        while self.kept.first_key_value().is_some_and(|(height, _)| *height < oldest) {
            self.kept.pop_first();
        }
    }
}

impl StateView for MerkleState {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        self.entries.with(&self.pages, key, |value| value.cloned())
    }

    fn has(&self, key: &StateKey) -> Result<bool, StateError> {
        self.entries.with(&self.pages, key, |value| value.is_some())
    }

    fn next_key(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        self.entries.next_key(&self.pages, prefix, after)
    }
}

/// What becomes of the addresses of these keys, in the order of the tree.
fn by_address<'a>(entries: impl Iterator<Item = (&'a StateKey, Option<&'a Vec<u8>>)>) -> Vec<Change> {
    let change = |(key, value): (&StateKey, Option<&Vec<u8>>)| {
        let value = value.map(|value| Hash::of(value));
        Change { address: address(key), value }
    };
    let mut changes: Vec<Change> = entries.map(change).collect();
    changes.sort_unstable_by_key(|change| change.address);
    changes
}
