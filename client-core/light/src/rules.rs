//! What of a chain's genesis a light client needs, and how long it trusts certificates.

use crate::headers::HeaderError;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{Hash, Header, Height, Slot, block::HEADER_FORMAT};

/// Of the genesis configuration, which hashes to the genesis header; the trusting period may change by vote.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Rules {
    /// Blocks of an epoch: epoch e holds the heights e·n to (e + 1)·n − 1. Two at least.
    pub epoch_blocks: u64,
    /// Unix time of slot 0, milliseconds. A slot takes a second.
    pub zero_ms: u64,
    /// How long certificates are trusted, slots: within it former validators can still be held to account.
    pub trusting_slots: u64,
}

impl Rules {
    /// The epoch of a height.
    #[must_use]
    pub const fn epoch_of(&self, height: Height) -> u64 {
        match height.0.checked_div(self.epoch_blocks) {
            Some(epoch) => epoch,
            None => 0,
        }
    }

    /// True for the last height of an epoch.
    #[must_use]
    pub const fn is_last(&self, height: Height) -> bool {
        self.epoch_of(height) != self.epoch_of(Height(height.0.saturating_add(1)))
    }

    /// The last height of an epoch.
    #[must_use]
    pub const fn last_of(&self, epoch: u64) -> Height {
        Height(epoch.saturating_add(1).saturating_mul(self.epoch_blocks).saturating_sub(1))
    }

    /// Unix time at which a slot begins, milliseconds.
    #[must_use]
    pub const fn time_ms(&self, slot: Slot) -> u64 {
        self.zero_ms.saturating_add(slot.0.saturating_mul(1_000))
    }

    /// Checks what a header alone tells: its format, its chain, and that its epoch is its height's.
    ///
    /// # Errors
    /// [`HeaderError`].
    pub fn check(&self, chain: &Hash, header: &Header) -> Result<(), HeaderError> {
        if header.format != HEADER_FORMAT {
            return Err(HeaderError::Format(header.format));
        }
        // The genesis header cannot name its own hash.
        if header.chain != *chain && (header.height > Height(0) || header.hash() != *chain) {
            return Err(HeaderError::OtherChain);
        }
        if header.epoch == self.epoch_of(header.height) { Ok(()) } else { Err(HeaderError::Epoch) }
    }
}
