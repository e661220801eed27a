//! A whole state in pieces: out of one client, into another, with the root as the judge.

use super::{MerkleError, MerkleState};
use alloc::{collections::BTreeMap, vec::Vec};
use core::ops::Bound;
use zera_primitives::{Hash, Height, StateKey};

/// Why a snapshot was refused. Recoverable: nothing was taken over.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ImportError {
    /// Keys must ascend over all pieces.
    #[error("the entry {0:?} is out of order")]
    Order(StateKey),
    /// Some entry was changed, added or left out.
    #[error("the entries have the root {found}, not {expected}")]
    OtherRoot {
        /// The root of the block.
        expected: Hash,
        /// The root of the entries given.
        found: Hash,
    },
    /// The tree could not be built.
    #[error(transparent)]
    Tree(#[from] MerkleError),
}

impl MerkleState {
    /// Entries after `after` (from the first on when none), in order, until their bytes reach `bytes`; at least one
    /// while there are any, so an empty answer is the end.
    #[must_use]
    pub fn export(&self, after: Option<&StateKey>, bytes: usize) -> Vec<(StateKey, Vec<u8>)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut piece = Vec::new();
        let mut taken = 0usize;
        for (key, value) in self.entries.range::<StateKey, _>((start, Bound::Unbounded)) {
            taken = taken.saturating_add(key.as_bytes().len()).saturating_add(value.len());
            if taken > bytes && !piece.is_empty() {
                break;
            }
            piece.push((key.clone(), value.clone()));
        }
        piece
    }
}

/// A state being taken over, piece by piece.
pub struct Import {
    entries: BTreeMap<StateKey, Vec<u8>>,
    height: Height,
    root: Hash,
}

impl Import {
    /// Begins the import of the state after block `height`, whose trusted header says `root`.
    #[must_use]
    pub const fn new(height: Height, root: Hash) -> Self {
        Self { entries: BTreeMap::new(), height, root }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// [`ImportError::Order`].
    pub fn push(&mut self, piece: Vec<(StateKey, Vec<u8>)>) -> Result<(), ImportError> {
        for (key, value) in piece {
            if self.entries.last_key_value().is_some_and(|(last, _)| key <= *last) {
                return Err(ImportError::Order(key));
            }
            self.entries.insert(key, value);
        }
        Ok(())
    }

    /// Builds the tree and compares its root.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn finish(self) -> Result<MerkleState, ImportError> {
        let state = MerkleState::from_entries(self.entries, self.height)?;
        if state.root() == self.root {
            Ok(state)
        } else {
            Err(ImportError::OtherRoot { expected: self.root, found: state.root() })
        }
    }
}
