//! Why something was not believed.

use crate::{certificate::CertificateError, headers::HeaderError, validators::ValidatorSetError};
use zera_primitives::{Height, Slot};

/// Why something was not believed. Recoverable, all but the last two: another peer may serve better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LightError {
    /// A header of another chain, of unknown rules, or of an epoch that is not its height's.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// No certificate of it.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No validator set.
    #[error(transparent)]
    Set(ValidatorSetError),
    /// The set served is not the one that the block names.
    #[error("the validator set is not the one that the block names")]
    OtherSet,
    /// The block served as the last of its epoch is another one.
    #[error("block {0} is not the last of its epoch")]
    NotLast(Height),
    /// It contradicts the checkpoint.
    #[error("the block contradicts the checkpoint")]
    Anchor,
    /// Its slot is more than ten minutes ahead of this client's clock: one of the two is wrong.
    #[error("slot {0} lies ahead of this clock")]
    Ahead(Slot),
    /// The boundaries from `needed` on come first.
    #[error("the set of epoch {given} is not known yet; the boundary of epoch {needed} comes first")]
    Gap {
        /// The epoch whose boundary comes next.
        needed: u64,
        /// The epoch of the block given.
        given: u64,
    },
    /// The set of that epoch is not kept any more, or was before the checkpoint.
    #[error("the set of epoch {0} is not kept")]
    TooOld(u64),
    /// The saved state does not hold together.
    #[error("the saved state of the light client was changed")]
    Saved,
    /// The newest verified block is older than the trusting period: a newer checkpoint is needed.
    #[error("the newest verified block is older than the trusting period")]
    Expired,
    /// Two certified blocks contradict each other: see [`Light::evidence`](super::Light::evidence).
    #[error("two finalised blocks contradict each other")]
    Conflict,
}

impl LightError {
    /// True when only somebody who is wrong or lying serves this: whoever did is dropped.
    #[must_use]
    pub const fn is_lie(&self) -> bool {
        match self {
            Self::Header(_)
            | Self::Certificate(_)
            | Self::Set(_)
            | Self::OtherSet
            | Self::NotLast(_)
            | Self::Anchor => true,
            Self::Ahead(_) | Self::Gap { .. } | Self::TooOld(_) | Self::Saved | Self::Expired | Self::Conflict => false,
        }
    }
}
