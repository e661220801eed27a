//! Headers and blocks (design §5).

use crate::{
    codec::{DecodeError, decode_bounded},
    hash::Hash,
    ids::{AccountId, Height, Slot},
    limits,
    tx::SignedTransaction,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};

/// The header format this client reads and writes.
pub const HEADER_FORMAT: u16 = 1;

/// What a certificate finalises.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Header {
    /// [`HEADER_FORMAT`].
    pub format: u16,
    /// Genesis hash of the chain.
    pub chain: Hash,
    /// Number of the block.
    pub height: Height,
    /// Its time; never below its parent's.
    pub slot: Slot,
    /// Validator and parameter epoch.
    pub epoch: u64,
    /// Hash of the parent's header.
    pub parent: Hash,
    /// Who proposed it.
    pub proposer: AccountId,
    /// Merkle root of the body.
    pub transaction_root: Hash,
    /// Merkle root of the receipts.
    pub receipt_root: Hash,
    /// Merkle root of all events, the runtime's included.
    pub event_root: Hash,
    /// State after the block.
    pub state_root: Hash,
    /// Hash of the validator set that certifies it.
    pub validators: Hash,
    /// Hash of the set that certifies the next epoch.
    pub next_validators: Hash,
    /// Hash of the parameters in force.
    pub params: Hash,
    /// Hash of the rules in force.
    pub runtime: Hash,
    /// Digest of active module versions and the next activation.
    pub module_set: Hash,
}

/// What a block carries besides its header.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BlockBody {
    /// Slots the solo chain skips before this block: "let time pass", stored so that replay sees it.
    pub skip: u64,
    /// Transactions in order.
    pub transactions: Vec<SignedTransaction>,
}

/// Header and body.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Block {
    /// Header.
    pub header: Header,
    /// Body.
    pub body: BlockBody,
}

impl Header {
    /// Identity of the block.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of_encoded("zera/header/v1", self)
    }
}

impl BlockBody {
    /// Root over skip and transactions.
    #[must_use]
    pub fn root(&self) -> Hash {
        let hashes: Vec<Hash> = self.transactions.iter().map(SignedTransaction::hash).collect();
        let transactions = Hash::merkle("zera/transactions/v1", &hashes);
        Hash::of_parts("zera/body/v1", &[&self.skip.to_le_bytes(), &transactions.0])
    }
}

impl Block {
    /// Decodes outside bytes within the block limit and checks that the header names this body.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let block: Self = decode_bounded(bytes, limits::BLOCK_BYTES)?;
        if block.header.format != HEADER_FORMAT || block.header.transaction_root != block.body.root() {
            return Err(DecodeError::Malformed);
        }
        Ok(block)
    }
}
