//! What a host stores of a block: one packed record of all its changes with a digest in front, so that a torn or
//! changed record is noticed when it is read; and the way back from such records to a state (design §9).

use crate::{
    merkle::{MerkleError, MerkleState},
    view::ChangeSet,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{DecodeError, Hash, Height, StateKey, decode_bounded};

/// Most bytes of one record.
pub const RECORD_BYTES: usize = 64 << 20;

const DOMAIN: &str = "zera/block-record/v1";

/// The changes of one block.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct BlockRecord {
    /// The block.
    pub height: Height,
    /// State root before it.
    pub before: Hash,
    /// State root after it.
    pub after: Hash,
    /// New values, none for removed keys; keys ascend.
    pub changes: Vec<(StateKey, Option<Vec<u8>>)>,
}

/// Why a record was refused. Recoverable: the client goes on from the block before it and says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordError {
    /// Bytes are missing or changed.
    #[error("the record is torn or was changed")]
    Torn,
    /// The digest holds, but the content is no record.
    #[error("the record does not decode: {0}")]
    Decode(#[from] DecodeError),
    /// It does not follow the state it was applied to.
    #[error("the record is of another chain of blocks")]
    NotNext,
    /// Applying it gave another root than it says.
    #[error("the record's changes do not give its root")]
    OtherRoot,
    /// The tree failed.
    #[error(transparent)]
    Tree(#[from] MerkleError),
}

impl BlockRecord {
    /// The record of `changes` between two roots.
    #[must_use]
    pub fn new(height: Height, before: Hash, after: Hash, changes: &ChangeSet) -> Self {
        let changes = changes.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        Self { height, before, after, changes }
    }

    /// Digest ‖ SCALE: the bytes to store.
    #[must_use]
    pub fn seal(&self) -> Vec<u8> {
        seal(&self.encode())
    }

    /// Checks the digest, then decodes.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn open(bytes: &[u8]) -> Result<Self, RecordError> {
        let record: Self = decode_bounded(open(bytes)?, RECORD_BYTES)?;
        let ascending = record.changes.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
        if ascending { Ok(record) } else { Err(DecodeError::Malformed.into()) }
    }

    /// Applies the record to the state before it.
    ///
    /// # Errors
    /// [`RecordError`]; the state is as it was.
    pub fn apply(self, state: &mut MerkleState) -> Result<(), RecordError> {
        let before = state.height();
        if self.height != before.plus(1) || self.before != state.root() {
            return Err(RecordError::NotNext);
        }
        let changes: ChangeSet = self.changes.into_iter().collect();
        if state.apply(self.height, &changes)? == self.after {
            return Ok(());
        }
        state.revert_to(before)?;
        Err(RecordError::OtherRoot)
    }
}

/// Applies stored records in order to `state` until one is refused; answers that refusal, if any. The state is then that
/// of the last good block; the host removes the records after it before it stores another.
pub fn recover<'a>(state: &mut MerkleState, records: impl IntoIterator<Item = &'a [u8]>) -> Option<RecordError> {
    records.into_iter().map(|bytes| BlockRecord::open(bytes)?.apply(state)).find_map(Result::err)
}

/// Puts a digest in front of `bytes`, for any record a host stores.
#[must_use]
pub fn seal(bytes: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(bytes.len().saturating_add(32));
    sealed.extend_from_slice(&Hash::of_parts(DOMAIN, &[bytes]).0);
    sealed.extend_from_slice(bytes);
    sealed
}

/// The bytes behind the digest.
///
/// # Errors
/// [`RecordError::Torn`].
pub fn open(sealed: &[u8]) -> Result<&[u8], RecordError> {
    let (digest, bytes) = sealed.split_at_checked(32).ok_or(RecordError::Torn)?;
    if Hash::of_parts(DOMAIN, &[bytes]).0 == digest { Ok(bytes) } else { Err(RecordError::Torn) }
}
