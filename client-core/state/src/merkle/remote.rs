//! A state of which nothing is here: only its root, from a header that is certified. Entries come one by one, each with
//! its proof, from whoever serves them. A read of an unknown entry has no answer, as one of a page that is not loaded; the
//! host asks for what is wanted and runs again what missed.
//!
//! That an entry is there, or is not, is proven. What the next key of a range is, is not: keys stand in the tree by their
//! hashes. A run of entries is therefore proven entry by entry, and that none lies between them is the word of those
//! who served it.

use super::{MerkleState, MultiProof, ProofError, entries::Entries, pages::Pages, tree::Link};
use crate::view::{StateError, scan_start};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    vec::Vec,
};
use core::cell::RefCell;
use zera_primitives::{Hash, Height, StateKey};

/// Keys that begin with `prefix`, beyond `after` (see [`StateView::next_key`](crate::StateView::next_key)).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Range {
    /// What the keys begin with.
    pub prefix: Vec<u8>,
    /// What they are beyond; empty for all of them.
    pub after: Vec<u8>,
}

/// What reads have asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Entries, ascending.
    pub keys: Vec<StateKey>,
    /// Ranges of which the next entries are asked for, ascending.
    pub ranges: Vec<Range>,
}

impl Wanted {
    /// True when nothing is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.ranges.is_empty()
    }
}

/// What is known of such a state. Clones share it.
#[derive(Clone)]
pub struct Remote {
    known: Rc<RefCell<Known>>,
    pages: Pages,
    root: Hash,
    height: Height,
}

struct Known {
    entries: BTreeMap<StateKey, Option<Vec<u8>>>,
    /// From prefix and first key on: the next key.
    next: BTreeMap<(Vec<u8>, StateKey), Option<StateKey>>,
    /// As much of the tree as the entries' proofs show.
    tree: Link,
    keys: BTreeSet<StateKey>,
    ranges: BTreeSet<Range>,
    bytes: usize,
}

impl MerkleState {
    /// The state after block `height`, whose header says `root`, of which no entry is known yet.
    #[must_use]
    pub fn remote(root: Hash, height: Height) -> Self {
        Remote::on(root, height, Pages::default()).state()
    }

    /// What is known, where this state is remote.
    #[must_use]
    pub const fn known(&self) -> Option<&Remote> {
        self.entries.remote.as_ref()
    }
}

impl Remote {
    fn on(root: Hash, height: Height, pages: Pages) -> Self {
        let known = Known {
            entries: BTreeMap::new(),
            next: BTreeMap::new(),
            tree: Link::unknown(root),
            keys: BTreeSet::new(),
            ranges: BTreeSet::new(),
            bytes: 0,
        };
        Self { known: Rc::new(RefCell::new(known)), pages, root, height }
    }

    fn state(self) -> MerkleState {
        let (pages, root, height) = (self.pages.clone(), self.root, self.height);
        MerkleState::at(Entries::remote(self), Link::unknown(root), pages, height)
    }

    /// The state after another block of the same chain. Nothing known carries over; misses go on being counted.
    #[must_use]
    pub fn moved(&self, root: Hash, height: Height) -> MerkleState {
        Self::on(root, height, self.pages.clone()).state()
    }

    /// The root that entries are proven against.
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// The block.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.height
    }

    /// What reads have asked for in vain since it was last [`insert`](Self::insert)ed or given up.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        let known = self.known.borrow();
        Wanted { keys: known.keys.iter().cloned().collect(), ranges: known.ranges.iter().cloned().collect() }
    }

    /// Everything that is known, as it was asked for: what to ask at the next block before anyone misses it.
    #[must_use]
    pub fn asked(&self) -> Wanted {
        let known = self.known.borrow();
        Wanted {
            keys: known.entries.keys().cloned().collect(),
            ranges: known.next.keys().map(|(prefix, start)| Range::from(prefix.clone(), start)).collect(),
        }
    }

    /// Forgets what is wanted, for when nobody serves it: it is wanted again when it is read again.
    pub fn give_up(&self) {
        let mut known = self.known.borrow_mut();
        known.keys.clear();
        known.ranges.clear();
    }

    /// Entries known, and bytes that they take.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let known = self.known.borrow();
        (known.entries.len(), known.bytes)
    }

    /// Takes entries with their proof: `values` in the order of `keys`, none for what has no entry.
    ///
    /// # Errors
    /// [`ProofError`]: nothing was taken, whoever served it is wrong or lying.
    pub fn insert(&self, keys: &[StateKey], values: &[Option<Vec<u8>>], proof: &MultiProof) -> Result<(), ProofError> {
        let tree = proof.tree(keys, values)?;
        if tree.hash() != self.root {
            return Err(ProofError::OtherRoot);
        }
        let mut known = self.known.borrow_mut();
        known.tree = known.tree.merged(&tree);
        for (key, value) in keys.iter().zip(values) {
            known.keys.remove(key);
            known.bytes =
                known.bytes.saturating_add(key.as_bytes().len()).saturating_add(value.as_ref().map_or(0, Vec::len));
            known.entries.insert(key.clone(), value.clone());
        }
        Ok(())
    }

    /// Takes the next entries of `range`, in order, none left out, with their proof; `end` says that these are all. That none
    /// was left out is the word of those who served them. At least one entry, or the end.
    ///
    /// # Errors
    /// [`ProofError`]: nothing was taken.
    pub fn insert_run(
        &self,
        range: &Range,
        entries: &[(StateKey, Vec<u8>)],
        end: bool,
        proof: &MultiProof,
    ) -> Result<(), ProofError> {
        let mut start = scan_start(&range.prefix, &range.after);
        let inside = entries.iter().all(|(key, _)| key.as_bytes().starts_with(&range.prefix) && *key >= start);
        if !inside || !entries.is_sorted_by(|a, b| a.0 < b.0) || (entries.is_empty() && !end) {
            return Err(ProofError::Range);
        }
        if !entries.is_empty() {
            let (keys, values): (Vec<_>, Vec<_>) =
                entries.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).unzip();
            self.insert(&keys, &values, proof)?;
        }
        let mut known = self.known.borrow_mut();
        known.ranges.remove(range);
        let ended = end.then_some(None);
        for next in entries.iter().map(|(key, _)| Some(key.clone())).chain(ended) {
            known.next.insert((range.prefix.clone(), start), next.clone());
            start = scan_start(&range.prefix, next.unwrap_or_default().as_bytes());
        }
        Ok(())
    }

    pub(super) fn with<T>(&self, key: &StateKey, read: impl FnOnce(Option<&Vec<u8>>) -> T) -> Result<T, StateError> {
        let mut known = self.known.borrow_mut();
        match known.entries.get(key) {
            Some(value) => Ok(read(value.as_ref())),
            None => {
                known.keys.insert(key.clone());
                self.pages.missed();
                Err(StateError::NotLoaded(key.clone()))
            }
        }
    }

    pub(super) fn next_key(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        let start = scan_start(prefix, after);
        let mut known = self.known.borrow_mut();
        // The answer for an earlier beginning is that for this one, too, if it is not passed by now.
        let earlier = known.next.range(..=(prefix.to_vec(), start.clone())).next_back();
        if let Some(((of, _), next)) = earlier
            && of == prefix
            && next.as_ref().is_none_or(|next| *next >= start)
        {
            return Ok(next.clone());
        }
        known.ranges.insert(Range { prefix: prefix.to_vec(), after: after.to_vec() });
        self.pages.missed();
        Err(StateError::NotLoaded(start))
    }

    /// As much of the tree as is known.
    pub(super) fn tree(&self) -> Link {
        self.known.borrow().tree.clone()
    }

    /// Notes an entry as wanted if it is not known.
    pub(super) fn want(&self, key: &StateKey) {
        let mut known = self.known.borrow_mut();
        if !known.entries.contains_key(key) {
            known.keys.insert(key.clone());
        }
    }
}

impl Range {
    /// The range whose scan begins at `start`.
    fn from(prefix: Vec<u8>, start: &StateKey) -> Self {
        let mut after = start.0.clone();
        if after == prefix {
            after.clear();
        } else {
            after.pop();
        }
        Self { prefix, after }
    }
}
