//! From a checkpoint to the tip: one certified block per epoch, the last, names the set of the next epoch; the newest
//! certified block is the tip. Following costs one certificate per block, whatever the chain's length. Nothing here asks
//! anybody or looks at a clock: answers of peers come in as arguments, and so does the time.
//!
//! What is believed, and why: a certificate holds when a quorum of a set signed, and a set is believed because a block that
//! is believed names it. Votes of different epochs are never counted together, and a set counts for its own epoch only, so
//! former validators can forge no block of a later epoch. They could forge another past, once nothing binds them any more:
//! therefore nothing is believed any longer that builds on a block older than the trusting period, and a new
//! checkpoint is needed then.
//!
//! When two certified blocks contradict each other, a third of the validators or more have broken their promise; no rule can
//! say which block is right. The client keeps the [`Evidence`] and stops.

mod advance;
mod error;
mod saved;
#[cfg(test)]
pub(crate) mod tests;

pub use error::LightError;
pub use saved::SAVED_BYTES;

use crate::{
    anchor::Anchor,
    committee::Committee,
    evidence::Evidence,
    rules::Rules,
    validators::{ValidatorSet, ValidatorSetError},
};
use alloc::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Header, Height};
use zera_wire::answer::Finality;

/// Certified blocks that are kept to compare others with.
pub const KEPT_BLOCKS: usize = 64;
/// Past epochs of which the set is kept, to check what is said of them.
pub const KEPT_EPOCHS: usize = 8;
/// Boundaries of the way from the checkpoint that are kept for display, the newest.
pub const KEPT_WAY: usize = 1_024;
/// How far ahead of this client's clock a block may be, milliseconds: clocks of people are wrong by minutes.
pub const AHEAD_MS: u64 = 600_000;

/// What a certified block was good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It is the new tip.
    Advanced,
    /// It is certified, below the tip.
    Older,
    /// It was known.
    Known,
}

/// A boundary that was verified, for display.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Waymark {
    /// The epoch that ended.
    pub epoch: u64,
    /// Its last height.
    pub height: Height,
    /// Hash of the set that its last block names.
    pub next: Hash,
}

/// An epoch that is over: its last block and its set.
#[derive(Clone, Debug)]
struct Passed {
    last: Finality,
    committee: Arc<Committee>,
}

/// A light client's knowledge of one chain.
#[derive(Clone, Debug)]
pub struct Light {
    anchor: Anchor,
    start: Header,
    rules: Rules,
    /// The newest epoch whose set is known.
    epoch: u64,
    committee: Arc<Committee>,
    /// The newest epochs before it, ascending.
    passed: VecDeque<Passed>,
    /// The highest certified blocks.
    recent: BTreeMap<Height, Finality>,
    way: VecDeque<Waymark>,
    evidence: Option<Evidence>,
}

impl Light {
    /// Begins at `anchor`, of which `start` is the header and `set` the set that the header names. All three may come from
    /// peers: they are compared with the anchor.
    ///
    /// # Errors
    /// [`LightError`].
    pub fn new(anchor: Anchor, start: Header, set: ValidatorSet, rules: Rules) -> Result<Self, LightError> {
        if !anchor.is(&start) {
            return Err(LightError::Anchor);
        }
        rules.check(&anchor.genesis, &start)?;
        let committee = Arc::new(Committee::new(set, None)?);
        if rules.epoch_blocks < 2 || committee.hash() != start.validators {
            return Err(LightError::OtherSet);
        }
        Ok(Self {
            anchor,
            epoch: start.epoch,
            start,
            rules,
            committee,
            passed: VecDeque::new(),
            recent: BTreeMap::new(),
            way: VecDeque::new(),
            evidence: None,
        })
    }

    /// What was trusted at the beginning.
    #[must_use]
    pub const fn anchor(&self) -> &Anchor {
        &self.anchor
    }

    /// The header of the block that was trusted at the beginning.
    #[must_use]
    pub const fn start(&self) -> &Header {
        &self.start
    }

    /// The chain's rules.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The trusting period that the newest verified state names, slots.
    pub const fn set_trusting_slots(&mut self, slots: u64) {
        self.rules.trusting_slots = slots;
    }

    /// The newest verified header.
    #[must_use]
    pub fn head(&self) -> &Header {
        self.recent.last_key_value().map_or(&self.start, |(_, last)| &last.header)
    }

    /// It with its certificate; none while that is the checkpoint itself, which needs none.
    #[must_use]
    pub fn finality(&self) -> Option<&Finality> {
        self.recent.last_key_value().map(|(_, last)| last)
    }

    /// A certified block, as far as they are kept.
    #[must_use]
    pub fn certified(&self, height: Height) -> Option<&Finality> {
        let passed = || self.passed.iter().map(|passed| &passed.last).find(|last| last.header.height == height);
        self.recent.get(&height).or_else(passed)
    }

    /// The newest epoch whose set is known: ask for boundaries from here on.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The set of an epoch, as far as they are kept.
    #[must_use]
    pub fn set(&self, epoch: u64) -> Option<&ValidatorSet> {
        self.committee_of(epoch).ok().map(|committee| committee.set())
    }

    /// The boundaries verified since the checkpoint, ascending; only the newest [`KEPT_WAY`].
    pub fn way(&self) -> impl Iterator<Item = &Waymark> {
        self.way.iter()
    }

    /// Evidence, when two certified blocks contradict each other: then nothing is taken any more.
    #[must_use]
    pub const fn evidence(&self) -> Option<&Evidence> {
        self.evidence.as_ref()
    }

    /// Share of the trusting period that has passed since the newest verified block, parts per million.
    #[must_use]
    pub fn age_ppm(&self, now_ms: u64) -> u32 {
        let age = u128::from(now_ms.saturating_sub(self.rules.time_ms(self.head().slot)));
        let period = u128::from(self.rules.trusting_slots).saturating_mul(1_000).max(1);
        u32::try_from(age.saturating_mul(1_000_000) / period).unwrap_or(u32::MAX)
    }

    /// True when the newest verified block is older than the trusting period: a newer checkpoint is needed.
    #[must_use]
    pub fn is_expired(&self, now_ms: u64) -> bool {
        self.age_ppm(now_ms) >= 1_000_000
    }

    fn committee_of(&self, epoch: u64) -> Result<&Arc<Committee>, LightError> {
        if epoch == self.epoch {
            return Ok(&self.committee);
        }
        if epoch > self.epoch {
            return Err(LightError::Gap { needed: self.epoch, given: epoch });
        }
        let passed = self.passed.iter().find(|passed| passed.last.header.epoch == epoch);
        passed.map(|passed| &passed.committee).ok_or(LightError::TooOld(epoch))
    }
}

/// The committee of an encoded set that a header has named by `hash`.
fn committee(bytes: &[u8], hash: &Hash, before: &Committee) -> Result<Arc<Committee>, LightError> {
    let set = ValidatorSet::ordered(bytes)?;
    if set.hash() == *hash { Ok(Arc::new(Committee::new(set, Some(before))?)) } else { Err(LightError::OtherSet) }
}

impl From<ValidatorSetError> for LightError {
    fn from(error: ValidatorSetError) -> Self {
        Self::Set(error)
    }
}
