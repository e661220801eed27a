//! A whole state in pieces: out of one client, into another, with the root as the judge.

use super::{Directory, MerkleError, MerkleState, PageName, PageSizes};
use crate::view::StateError;
use alloc::{collections::BTreeMap, vec::Vec};
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
    ///
    /// # Errors
    /// [`StateError::NotLoaded`].
    pub fn export(&self, after: Option<&StateKey>, bytes: usize) -> Result<Vec<(StateKey, Vec<u8>)>, StateError> {
        let mut piece = Vec::new();
        let mut taken = 0usize;
        self.entries.walk(&self.pages, after, |key, value| {
            taken = taken.saturating_add(key.as_bytes().len()).saturating_add(value.len());
            let fits = taken <= bytes || piece.is_empty();
            if fits {
                piece.push((key.clone(), value.clone()));
            }
            fits
        })?;
        Ok(piece)
    }

    /// All entries, in memory.
    ///
    /// # Errors
    /// [`StateError::NotLoaded`]: every page is wanted.
    pub fn all(&self) -> Result<BTreeMap<StateKey, Vec<u8>>, StateError> {
        for page in self.entries.base.iter() {
            self.pages.want(PageName::Entries(page.hash));
        }
        Ok(self.export(None, usize::MAX)?.into_iter().collect())
    }

    /// Notes all pages as wanted if together they take about `bytes` or less; true when it did.
    pub fn touch_small(&self, bytes: usize) -> bool {
        if self.known().is_some() {
            return false;
        }
        let mut top = Vec::new();
        self.tree.top(&mut top);
        let directory = Directory { entries: self.entries.base.to_vec(), tree: top };
        let small = directory.pages().count().saturating_mul(PageSizes::default().bytes) <= bytes;
        if small {
            directory.pages().for_each(|name| self.pages.want(name));
        }
        small
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
