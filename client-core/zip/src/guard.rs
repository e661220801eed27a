//! Two views of a state: one that lets a transaction read only what its hint names, and one that remembers whether a
//! read had no answer.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use zera_primitives::{StateKey, Transaction, tx::AccessHint};
use zera_state::{StateError, StateView};

/// Lets one transaction read what its hint names and its sender's account. Anything else, every scan of a range included,
/// has no answer; that stops the attempt, and [`Guard::left`] then tells why. So a pipeline needs no more of the state
/// than hints name, and nothing that it could not know ever decides what an attempt does.
pub(crate) struct Guard<'a> {
    below: &'a dyn StateView,
    hint: &'a AccessHint,
    own: StateKey,
    left: Cell<bool>,
}

impl<'a> Guard<'a> {
    pub(crate) fn new(below: &'a dyn StateView, transaction: &'a Transaction) -> Self {
        let own = StateKey::account(&transaction.sender);
        Self { below, hint: &transaction.hint, own, left: Cell::new(false) }
    }

    /// True when the transaction read outside its hint.
    pub(crate) fn left(&self) -> bool {
        self.left.get()
    }

    /// True when the hint says that `key` may be written.
    pub(crate) fn may_write(&self, key: &StateKey) -> bool {
        *key == self.own || self.hint.writes.binary_search(key).is_ok()
    }

    fn check(&self, key: &StateKey) -> Result<(), StateError> {
        if self.may_write(key) || self.hint.reads.binary_search(key).is_ok() {
            return Ok(());
        }
        self.left.set(true);
        Err(StateError::NotLoaded(key.clone()))
    }
}

impl StateView for Guard<'_> {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        self.check(key)?;
        self.below.get(key)
    }

    fn has(&self, key: &StateKey) -> Result<bool, StateError> {
        self.check(key)?;
        self.below.has(key)
    }

    fn next_key(&self, prefix: &[u8], _: &[u8]) -> Result<Option<StateKey>, StateError> {
        self.left.set(true);
        Err(StateError::NotLoaded(StateKey(prefix.to_vec())))
    }
}

/// Remembers the first read that had no answer: then nothing that ran above it counts, whatever it made of the error.
pub(crate) struct Watch<'a> {
    below: &'a dyn StateView,
    missed: RefCell<Option<StateError>>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(below: &'a dyn StateView) -> Self {
        Self { below, missed: RefCell::default() }
    }

    /// The first error.
    pub(crate) fn into_missed(self) -> Option<StateError> {
        self.missed.into_inner()
    }

    fn note<T>(&self, answer: Result<T, StateError>) -> Result<T, StateError> {
        answer.inspect_err(|error| {
            self.missed.borrow_mut().get_or_insert_with(|| error.clone());
        })
    }
}

impl StateView for Watch<'_> {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        self.note(self.below.get(key))
    }

    fn has(&self, key: &StateKey) -> Result<bool, StateError> {
        self.note(self.below.has(key))
    }

    fn next_key(&self, prefix: &[u8], after: &[u8]) -> Result<Option<StateKey>, StateError> {
        self.note(self.below.next_key(prefix, after))
    }
}
