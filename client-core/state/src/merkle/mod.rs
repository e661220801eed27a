//! The state of a chain at its head: flat ordered entries for reads and cursors, and over the same entries a Merkle
//! tree whose root the header carries (design §5). Everything is in memory; the last 64 blocks can be taken back and
//! proven.
//!
//! Reopening: the host keeps the flat entries of some block and one [`BlockRecord`](crate::record::BlockRecord) for
//! each block after it. [`MerkleState::from_entries`] rebuilds the tree from the entries in one pass,
//! [`recover`](crate::record::recover) applies the records, which also restores the blocks that can be taken back. Tree
//! nodes are never persisted: rebuilding costs one hash per entry and inner node (measured in docs/benchmarks.md), while
//! nodes on disk would be a second, untrusted copy of what the entries already say.

mod proof;
mod snapshot;
mod tree;

#[cfg(test)]
mod tests;

pub use proof::{Leaf, PROOF_BYTES, Proof, ProofError, verify};
pub use snapshot::{Import, ImportError};

use crate::view::{ChangeSet, StateError, StateView, next_in};
use alloc::{collections::BTreeMap, vec::Vec};
use tree::{Change, Link, address};
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
    /// Fatal: the tree contradicts itself, which is a defect of this code.
    #[error("the Merkle tree contradicts itself")]
    Tree,
}

/// A block that can still be proven or returned to.
#[derive(Clone)]
struct Kept {
    tree: Link,
    /// What its changes replaced: applying it steps back to the block before.
    undo: ChangeSet,
}

/// Entries and tree at the head, with the recent past.
#[derive(Clone)]
pub struct MerkleState {
    entries: BTreeMap<StateKey, Vec<u8>>,
    tree: Link,
    head: Height,
    kept: BTreeMap<Height, Kept>,
}

impl MerkleState {
    /// The state that holds `entries` after block `height`: genesis, a snapshot, or what a host kept. Check
    /// [`root`](Self::root) against the header of that block.
    ///
    /// # Errors
    /// [`MerkleError::Tree`].
    pub fn from_entries(entries: BTreeMap<StateKey, Vec<u8>>, height: Height) -> Result<Self, MerkleError> {
        let tree = Link::default().update(&by_address(entries.iter().map(|(key, value)| (key, Some(value)))));
        let kept = Kept { tree: tree.clone(), undo: ChangeSet::new() };
        Ok(Self { entries, tree, head: height, kept: BTreeMap::from([(height, kept)]) })
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

    /// All entries at the head, in order.
    #[must_use]
    pub const fn entries(&self) -> &BTreeMap<StateKey, Vec<u8>> {
        &self.entries
    }

    /// Applies the changes of block `height` and answers the new root. Writes that change nothing are dropped, so the
    /// root depends on the entries alone.
    ///
    /// # Errors
    /// [`MerkleError`].
    pub fn apply(&mut self, height: Height, changes: &ChangeSet) -> Result<Hash, MerkleError> {
        let expected = self.head.plus(1);
        if height != expected {
            return Err(MerkleError::NotNext { expected, given: height });
        }
        let changed = |(key, value): &(&StateKey, &Option<Vec<u8>>)| self.entries.get(*key) != value.as_ref();
        let changed = changes.iter().filter(changed).map(|(key, value)| (key, value.as_ref()));
        self.tree = self.tree.update(&by_address(changed));
        let undo = exchange(&mut self.entries, changes);
        self.kept.insert(height, Kept { tree: self.tree.clone(), undo });
        self.head = height;
        self.forget_old();
        Ok(self.root())
    }

    /// Steps back to a kept block.
    ///
    /// # Errors
    /// [`MerkleError::NotKept`].
    pub fn revert_to(&mut self, height: Height) -> Result<(), MerkleError> {
        let tree = self.kept(height)?.tree.clone();
        while self.head > height {
            let Some((_, kept)) = self.kept.pop_last() else { return Err(MerkleError::Tree) };
            exchange(&mut self.entries, &kept.undo);
            self.head = Height(self.head.0.saturating_sub(1));
        }
        self.tree = tree;
        Ok(())
    }

    /// Proof that `key` has, or has not, its entry at the head.
    ///
    /// # Errors
    /// [`MerkleError::Tree`].
    pub fn prove(&self, key: &StateKey) -> Result<Proof, MerkleError> {
        Ok(self.tree.prove(&address(key)))
    }

    /// The entry of `key` after a kept block, with its proof against that block's root.
    ///
    /// # Errors
    /// [`MerkleError::NotKept`].
    pub fn prove_at(&self, height: Height, key: &StateKey) -> Result<(Option<Vec<u8>>, Proof), MerkleError> {
        let proof = self.kept(height)?.tree.prove(&address(key));
        // The first later block that changed the key knows what it replaced.
        let replaced = self.kept.range(height.plus(1)..).find_map(|(_, kept)| kept.undo.get(key));
        let value = replaced.map_or_else(|| self.entries.get(key).cloned(), Clone::clone);
        Ok((value, proof))
    }

    fn kept(&self, height: Height) -> Result<&Kept, MerkleError> {
        self.kept.get(&height).ok_or(MerkleError::NotKept(height))
    }

    fn forget_old(&mut self) {
        let oldest = Height(self.head.0.saturating_sub(limits::STATE_VERSIONS));
        while self.kept.first_key_value().is_some_and(|(height, _)| *height < oldest) {
            self.kept.pop_first();
        }
    }
}

impl StateView for MerkleState {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.entries.get(key).cloned())
    }

    fn next_key(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        Ok(next_in(&self.entries, prefix, after).map(|(key, _)| key.clone()))
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

/// Writes `changes` into `entries` and answers the changes that undo it.
fn exchange(entries: &mut BTreeMap<StateKey, Vec<u8>>, changes: &ChangeSet) -> ChangeSet {
    let mut undo = ChangeSet::new();
    for (key, value) in changes {
        let before = match value {
            Some(value) => entries.insert(key.clone(), value.clone()),
            None => entries.remove(key),
        };
        if before != *value {
            undo.insert(key.clone(), before);
        }
    }
    undo
}
