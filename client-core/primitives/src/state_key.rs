//! Keys of the state: room ‖ module id ‖ generation ‖ key (design §5).

use crate::ids::{AccountId, ModuleId, ProposalId};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};

/// First byte of every key: which room owns the entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Room {
    /// Chain-wide singletons: supply, burnt, skips, parameters.
    System = 0,
    /// Accounts by id.
    Accounts = 1,
    /// Code by hash, and uploads not yet complete.
    Code = 2,
    /// Modules, versions, history, configuration.
    Registry = 3,
    /// Proposals, allocations, sides, threshold base.
    Governance = 4,
    /// Modules' own storage.
    Storage = 5,
    /// Receipts that the chain keeps for proofs, requests of proofs, what translation made of code.
    Proofs = 6,
}

/// One key of the state, ordered by its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct StateKey(pub Vec<u8>);

impl core::fmt::Debug for StateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&crate::hash::to_hex(&self.0))
    }
}

impl StateKey {
    /// `room ‖ parts`. Rooms that need more than one kind of entry put a tag byte first.
    #[must_use]
    pub fn new(room: Room, parts: &[&[u8]]) -> Self {
        let mut bytes = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
        bytes.push(room as u8);
        for part in parts {
            bytes.extend_from_slice(part);
        }
        Self(bytes)
    }

    /// A chain-wide singleton.
    #[must_use]
    pub fn system(name: &str) -> Self {
        Self::new(Room::System, &[name.as_bytes()])
    }

    /// The entry of an account.
    #[must_use]
    pub fn account(id: &AccountId) -> Self {
        Self::new(Room::Accounts, &[&id.0])
    }

    /// A governance entry about one proposal; `tag` tells which kind.
    #[must_use]
    pub fn proposal(tag: u8, id: ProposalId, rest: &[u8]) -> Self {
        Self::new(Room::Governance, &[&[tag], &id.0.to_be_bytes(), rest])
    }

    /// A module's own storage entry in one storage generation. Generations are big-endian so that one generation is
    /// one contiguous range.
    #[must_use]
    pub fn storage(module: &ModuleId, generation: u32, key: &[u8]) -> Self {
        Self::new(Room::Storage, &[&module.0, &generation.to_be_bytes(), key])
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
