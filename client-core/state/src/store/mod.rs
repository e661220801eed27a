//! Where a host keeps bytes: an ordered map with atomic batches. The chain needs nothing else of a disk. Every
//! implementation passes [`suite`]; [`FaultyStore`] breaks on purpose, so that recovery can be tested.

mod faulty;
mod memory;
#[cfg(any(test, feature = "test-suite"))]
pub mod suite;
#[cfg(test)]
mod tests;

pub use faulty::{Fault, FaultyStore};
pub use memory::MemoryStore;

use alloc::{collections::BTreeMap, vec::Vec};

/// Writes that happen together: a new value, or none to remove.
pub type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A stored pair.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Why a store did not do what was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreError {
    /// Recoverable: nothing of the batch was written; it may be tried again.
    #[error("the write failed and nothing was written")]
    WriteFailed,
    /// Fatal for this handle: it is not known how much was written. Open the store again and recover from its records.
    #[error("the store was interrupted; open it again")]
    Interrupted,
    /// Fatal: it cannot be read.
    #[error("the store cannot be read")]
    ReadFailed,
}

/// An ordered map of bytes with atomic batches.
pub trait Store {
    /// The value of `key`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Up to `limit` pairs with keys from `from` on and below `to` (all that follow when none), in ascending order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn range(&self, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StoreError>;

    /// Writes all of `batch`, durably, before it answers `Ok`.
    ///
    /// # Errors
    /// [`StoreError::WriteFailed`] when nothing was written, [`StoreError::Interrupted`] when that is not known.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;
}
