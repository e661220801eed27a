//! How every room reads and writes state: two object-safe traits, and the plain in-memory state that implements them.

use alloc::{collections::BTreeMap, vec::Vec};
use zera_primitives::StateKey;

/// What an execution leaves behind: the new value of each key it wrote, `None` for a removed one.
pub type ChangeSet = BTreeMap<StateKey, Option<Vec<u8>>>;

/// Why a read had no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StateError {
    /// Recoverable: the entry (or, for a scan, the range that begins there) is not in memory. The host loads it and
    /// runs the transaction again from its beginning (design §5).
    #[error("{0:?} is not loaded")]
    NotLoaded(StateKey),
    /// Fatal: stored bytes do not decode, so this state was not written by this runtime.
    #[error("the entry {0:?} does not decode")]
    Corrupt(StateKey),
}

impl StateError {
    /// True when the host can repair the cause and run again; false when the state itself is wrong.
    #[must_use]
    pub const fn is_recoverable(&self) -> bool {
        matches!(self, Self::NotLoaded(_))
    }
}

/// Reading state. Implementations that record accesses do so behind `&self`, so that readers need no exclusive borrow.
pub trait StateView {
    /// The value of `key`, or `None` when there is no such entry.
    ///
    /// # Errors
    /// [`StateError::NotLoaded`].
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError>;

    /// True when `key` has an entry; counts as reading it, without copying the value.
    ///
    /// # Errors
    /// [`StateError::NotLoaded`].
    fn has(&self, key: &StateKey) -> Result<bool, StateError> {
        Ok(self.get(key)?.is_some())
    }

    /// The first key strictly after `after` that starts with `prefix`. To begin, pass an empty `after`: the key equal to
    /// the prefix is then included (a module's storage may hold an entry with an empty key).
    ///
    /// # Errors
    /// [`StateError::NotLoaded`].
    fn next_key(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError>;
}

/// Reading and writing state. Rooms take `&mut dyn StateAccess`.
pub trait StateAccess: StateView {
    /// Sets the value of `key`.
    fn put(&mut self, key: StateKey, value: Vec<u8>);

    /// Removes `key`; nothing happens when it is absent.
    fn remove(&mut self, key: &StateKey);
}

/// The plain state: an ordered map, everything loaded, nothing recorded. Genesis is written into one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MemoryState(pub BTreeMap<StateKey, Vec<u8>>);

impl MemoryState {
    /// Writes `changes`.
    pub fn apply(&mut self, changes: &ChangeSet) {
        for (key, value) in changes {
            match value {
                Some(value) => self.put(key.clone(), value.clone()),
                None => self.remove(key),
            }
        }
    }
}

impl StateView for MemoryState {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.0.get(key).cloned())
    }

    fn has(&self, key: &StateKey) -> Result<bool, StateError> {
        Ok(self.0.contains_key(key))
    }

    fn next_key(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        Ok(next_in(&self.0, prefix, after).map(|(key, _)| key.clone()))
    }
}

impl StateAccess for MemoryState {
    fn put(&mut self, key: StateKey, value: Vec<u8>) {
        self.0.insert(key, value);
    }

    fn remove(&mut self, key: &StateKey) {
        self.0.remove(key);
    }
}

/// First entry of `map` that [`StateView::next_key`] may answer with.
pub(crate) fn next_in<'a, V>(
    map: &'a BTreeMap<StateKey, V>,
    prefix: &[u8],
    after: &[u8],
) -> Option<(&'a StateKey, &'a V)> {
    map.range(scan_start(prefix, after)..).next().filter(|(key, _)| key.as_bytes().starts_with(prefix))
}

/// The least key that [`StateView::next_key`] may answer with: the successor of `after`, or the prefix if that is
/// further on.
pub(crate) fn scan_start(prefix: &[u8], after: &[u8]) -> StateKey {
    let mut start = after.max(prefix).to_vec();
    if after >= prefix && !after.is_empty() {
        start.push(0);
    }
    StateKey(start)
}
