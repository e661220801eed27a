//! Who certifies: the set of a block's epoch and that of the next one, as its state holds them.

use crate::{client::Client, error::ClientError};
use std::sync::Arc;
use zera_light::ValidatorSet;
use zera_registry::validators;
use zera_state::{ChangeSet, StateView};

/// The two sets after one block. Clones share them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sets {
    /// Certifies blocks of its epoch.
    pub running: Arc<ValidatorSet>,
    /// Will certify those of the next.
    pub next: Arc<ValidatorSet>,
}

impl Sets {
    /// Reads both.
    ///
    /// # Errors
    /// [`ClientError::State`], [`ClientError::Validators`].
    pub fn read(state: &dyn StateView) -> Result<Self, ClientError> {
        let running = Arc::new(ValidatorSet::new(validators::current(state)?)?);
        let next = validators::next(state)?;
        let next = if next == running.keys() { running.clone() } else { Arc::new(ValidatorSet::new(next)?) };
        Ok(Self { running, next })
    }

    /// Those after a block that made `changes` of `state`: they seldom differ.
    ///
    /// # Errors
    /// As [`Sets::read`].
    pub fn after(&self, changes: &ChangeSet, state: &dyn StateView) -> Result<Self, ClientError> {
        let touched = [validators::current_key(), validators::next_key()].iter().any(|key| changes.contains_key(key));
        if touched { Self::read(state) } else { Ok(self.clone()) }
    }

    /// The same set twice.
    pub fn same(set: ValidatorSet) -> Self {
        let running = Arc::new(set);
        Self { next: running.clone(), running }
    }
}

impl Client {
    /// Who certifies blocks of the final head's epoch.
    #[must_use]
    pub fn validators(&self) -> &ValidatorSet {
        &self.head.sets.running
    }

    /// Who will certify those of the next epoch, as the final head has it.
    #[must_use]
    pub fn next_validators(&self) -> &ValidatorSet {
        &self.head.sets.next
    }

    /// The set that certifies `epoch`: of the running epoch, of the next one as soon as the last block before it is final,
    /// and of past ones as far as this client went through them.
    #[must_use]
    pub fn committee(&self, epoch: u64) -> Option<ValidatorSet> {
        self.committees.get(&epoch).map(|set| ValidatorSet::clone(set))
    }

    /// Blocks of an epoch.
    #[must_use]
    pub const fn epoch_blocks(&self) -> u64 {
        if self.config.epoch_blocks == 0 { 1 } else { self.config.epoch_blocks }
    }

    /// Notes what the final head decides, and forgets what the chain went back behind.
    pub(crate) fn note_committees(&mut self) {
        let header = &self.head.header;
        self.committees.retain(|epoch, _| *epoch < header.epoch);
        self.committees.insert(header.epoch, self.head.sets.running.clone());
        let following = header.height.0.saturating_add(1);
        if following.is_multiple_of(self.epoch_blocks()) {
            self.committees.insert(header.epoch.saturating_add(1), self.head.sets.next.clone());
        }
        while self.committees.len() > COMMITTEES {
            self.committees.pop_first();
        }
    }
}

/// Past and present sets kept in memory.
const COMMITTEES: usize = 64;
