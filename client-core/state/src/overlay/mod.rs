//! Writes of an execution kept apart from the state below them, with checkpoints and a record of what was touched
//! (design §5, §7).

use crate::view::{ChangeSet, StateAccess, StateError, StateView, next_in, scan_start};
use alloc::{collections::BTreeSet, vec::Vec};
use core::{cell::RefCell, mem};
use zera_primitives::StateKey;

#[cfg(test)]
mod tests;

/// Keys from `from` to `to`, whose presence an execution depends on. `to: None` means to the end of the state (a prefix
/// of 0xff bytes only).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct KeyRange {
    /// Inclusive lower end.
    pub from: StateKey,
    /// Inclusive upper end.
    pub to: Option<StateKey>,
}

impl KeyRange {
    /// True when `key` lies in the range.
    #[must_use]
    pub fn contains(&self, key: &StateKey) -> bool {
        *key >= self.from && self.to.as_ref().is_none_or(|to| key <= to)
    }
}

/// What an execution touched. Two executions whose sets do not conflict commute.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AccessSet {
    /// Keys read, whether or not an entry was there, also when the reading part was rolled back later: what it saw
    /// decided that it rolled back.
    pub reads: BTreeSet<StateKey>,
    /// Keys whose writes stand at the end.
    pub writes: BTreeSet<StateKey>,
    /// Ranges that scans saw, the keys they found included.
    pub ranges: BTreeSet<KeyRange>,
}

impl AccessSet {
    /// True when a write of `key` by someone else would change what this execution saw or wrote.
    #[must_use]
    pub fn depends_on(&self, key: &StateKey) -> bool {
        self.reads.contains(key) || self.writes.contains(key) || self.ranges.iter().any(|range| range.contains(key))
    }

    /// True when the two do not commute.
    #[must_use]
    pub fn conflicts_with(&self, other: &Self) -> bool {
        self.writes.iter().any(|key| other.depends_on(key)) || other.writes.iter().any(|key| self.depends_on(key))
    }

    /// Adds what `other` touched.
    pub fn merge(&mut self, other: Self) {
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
        self.ranges.extend(other.ranges);
    }
}

/// A point to roll back to. Checkpoints nest: rolling back to one forgets those made after it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Checkpoint(usize);

#[derive(Clone, Default)]
struct Seen {
    reads: BTreeSet<StateKey>,
    ranges: BTreeSet<KeyRange>,
}

/// Writes over a borrowed state. Nothing below changes; [`Overlay::into_parts`] gives the writes away.
pub struct Overlay<'a> {
    below: &'a dyn StateView,
    changes: ChangeSet,
    /// For each write in order: the key and what `changes` held before; undoing is walking it backwards.
    undo: Vec<(StateKey, Option<Option<Vec<u8>>>)>,
    /// None where nobody asks what was read.
    seen: Option<RefCell<Seen>>,
}

impl<'a> Overlay<'a> {
    /// An overlay without writes.
    #[must_use]
    pub fn new(below: &'a dyn StateView) -> Self {
        Self { below, changes: ChangeSet::new(), undo: Vec::new(), seen: Some(RefCell::default()) }
    }

    /// An overlay without writes that only gathers them: its access set names no reads.
    #[must_use]
    pub fn gathering(below: &'a dyn StateView) -> Self {
        Self { seen: None, ..Self::new(below) }
    }

    /// The present point. Free of cost.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.undo.len())
    }

    /// Takes back every write since `checkpoint`; costs as much as those writes did. What was read stays recorded.
    pub fn rollback(&mut self, checkpoint: Checkpoint) {
        while self.undo.len() > checkpoint.0 {
            let Some((key, before)) = self.undo.pop() else { return };
            match before {
                Some(change) => self.changes.insert(key, change),
                None => self.changes.remove(&key),
            };
        }
    }

    /// The writes so far.
    #[must_use]
    pub const fn changes(&self) -> &ChangeSet {
        &self.changes
    }

    /// What was touched so far.
    #[must_use]
    pub fn access(&self) -> AccessSet {
        let seen = self.seen.as_ref().map(|seen| seen.borrow().clone()).unwrap_or_default();
        AccessSet { reads: seen.reads, writes: self.changes.keys().cloned().collect(), ranges: seen.ranges }
    }

    /// The writes and what was touched.
    #[must_use]
    pub fn into_parts(self) -> (ChangeSet, AccessSet) {
        let seen = self.seen.map(RefCell::into_inner).unwrap_or_default();
        let writes = self.changes.keys().cloned().collect();
        (self.changes, AccessSet { reads: seen.reads, writes, ranges: seen.ranges })
    }

    /// The writes.
    #[must_use]
    pub fn into_changes(self) -> ChangeSet {
        self.changes
    }

    /// Takes over finished writes of a part that ran on this state elsewhere. They stay: checkpoints made before cannot be
    /// rolled back to any more.
    pub fn absorb(&mut self, changes: ChangeSet) {
        self.undo.clear();
        self.changes.extend(changes);
    }

    fn saw(&self, note: impl FnOnce(&mut Seen)) {
        if let Some(seen) = &self.seen {
            note(&mut seen.borrow_mut());
        }
    }

    fn saw_key(&self, key: &StateKey) {
        self.saw(|seen| {
            if !seen.reads.contains(key) {
                seen.reads.insert(key.clone());
            }
        });
    }

    fn write(&mut self, key: StateKey, change: Option<Vec<u8>>) {
        let before = match self.changes.get_mut(&key) {
            Some(slot) => Some(mem::replace(slot, change)),
            None => {
                self.changes.insert(key.clone(), change);
                None
            }
        };
        self.undo.push((key, before));
    }

    /// The next key without recording: the lower of the next kept write and the next key below that no write removed.
    fn find_next(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        let mut ours = next_in(&self.changes, prefix, after);
        while let Some((key, None)) = ours {
            ours = next_in(&self.changes, prefix, key.as_bytes());
        }
        let ours = ours.map(|(key, _)| key);
        let mut below = self.below.next_key(prefix, after)?;
        while let Some(key) = below.as_ref().filter(|key| ours.is_none_or(|ours| *key < ours)) {
            if !matches!(self.changes.get(key), Some(None)) {
                return Ok(below);
            }
            below = self.below.next_key(prefix, key.as_bytes())?;
        }
        Ok(ours.cloned())
    }
}

impl StateView for Overlay<'_> {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        self.saw_key(key);
        match self.changes.get(key) {
            Some(change) => Ok(change.clone()),
            None => self.below.get(key),
        }
    }

    fn has(&self, key: &StateKey) -> Result<bool, StateError> {
        self.saw_key(key);
        match self.changes.get(key) {
            Some(change) => Ok(change.is_some()),
            None => self.below.has(key),
        }
    }

    fn next_key(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        let found = self.find_next(prefix, after)?;
        let to = found.clone().or_else(|| prefix_end(prefix));
        self.saw(|seen| {
            seen.ranges.insert(KeyRange { from: scan_start(prefix, after), to });
        });
        Ok(found)
    }
}

impl StateAccess for Overlay<'_> {
    fn put(&mut self, key: StateKey, value: Vec<u8>) {
        self.write(key, Some(value));
    }

    fn remove(&mut self, key: &StateKey) {
        self.write(key.clone(), None);
    }
}

/// The first key after every key that starts with `prefix`; none when the prefix is all 0xff.
fn prefix_end(prefix: &[u8]) -> Option<StateKey> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = prefix.get(..=last)?.to_vec();
    if let Some(byte) = end.last_mut() {
        *byte = byte.saturating_add(1);
    }
    Some(StateKey(end))
}
