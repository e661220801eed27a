//! Where the registry keeps what: one tag byte per kind of entry, after the room's.

use alloc::vec::Vec;
use codec::Decode;
use zera_primitives::{AccountId, Hash, ModuleId, ProposalId, Room, Sequence, StateKey};
use zera_state::{StateError, StateView, get_typed};

/// Kinds of entries under [`Room::Code`].
#[derive(Clone, Copy)]
#[repr(u8)]
enum CodeTag {
    Bytes = 0,
    Record = 1,
    Upload = 2,
    Chunk = 3,
}

/// Kinds of entries under [`Room::Registry`].
#[derive(Clone, Copy)]
#[repr(u8)]
enum Kind {
    ModuleSet = 0,
    Module = 1,
    Version = 2,
    Attempt = 3,
    Config = 4,
    Usage = 5,
    Journal = 6,
    JournalHead = 7,
    JournalOf = 8,
    Builders = 9,
    Attestation = 10,
    Tag = 11,
    TagChange = 12,
    Follower = 13,
    Migration = 14,
    Retired = 15,
    Freezes = 16,
    TagCount = 17,
}

fn code_room(tag: CodeTag, rest: &[&[u8]]) -> StateKey {
    let mut parts: Vec<&[u8]> = Vec::with_capacity(rest.len().saturating_add(1));
    let tag = [tag as u8];
    parts.push(&tag);
    parts.extend_from_slice(rest);
    StateKey::new(Room::Code, &parts)
}

fn registry_room(tag: Kind, rest: &[&[u8]]) -> StateKey {
    let mut parts: Vec<&[u8]> = Vec::with_capacity(rest.len().saturating_add(1));
    let tag = [tag as u8];
    parts.push(&tag);
    parts.extend_from_slice(rest);
    StateKey::new(Room::Registry, &parts)
}

pub(crate) fn code_bytes(code: &Hash) -> StateKey {
    code_room(CodeTag::Bytes, &[&code.0])
}

/// The code whose bytes stand at `key`; none when it is another kind of entry. What stands there never changes.
#[must_use]
pub fn code_of(key: &StateKey) -> Option<Hash> {
    let hash = key.as_bytes().strip_prefix(&[Room::Code as u8, CodeTag::Bytes as u8])?;
    Some(Hash(hash.try_into().ok()?))
}

pub(crate) fn code_record(code: &Hash) -> StateKey {
    code_room(CodeTag::Record, &[&code.0])
}

pub(crate) fn upload(code: &Hash, who: &AccountId) -> StateKey {
    code_room(CodeTag::Upload, &[&code.0, &who.0])
}

pub(crate) fn chunk(code: &Hash, who: &AccountId, index: u32) -> StateKey {
    code_room(CodeTag::Chunk, &[&code.0, &who.0, &index.to_be_bytes()])
}

pub(crate) fn module_set() -> StateKey {
    registry_room(Kind::ModuleSet, &[])
}

pub(crate) fn module(id: &ModuleId) -> StateKey {
    registry_room(Kind::Module, &[&id.0])
}

/// Prefix of all modules' entries.
pub(crate) fn module_prefix() -> StateKey {
    registry_room(Kind::Module, &[])
}

pub(crate) fn version(id: &ModuleId, sequence: Sequence) -> StateKey {
    registry_room(Kind::Version, &[&id.0, &sequence.to_be_bytes()])
}

pub(crate) fn version_prefix(id: &ModuleId) -> StateKey {
    registry_room(Kind::Version, &[&id.0])
}

pub(crate) fn attempt(id: &ModuleId, proposal: ProposalId) -> StateKey {
    registry_room(Kind::Attempt, &[&id.0, &proposal.0.to_be_bytes()])
}

pub(crate) fn attempt_prefix(id: &ModuleId) -> StateKey {
    registry_room(Kind::Attempt, &[&id.0])
}

/// Proposal and place in it make the key unique and ordered without a counter.
pub(crate) fn config(id: &ModuleId, parameter: &str, proposal: ProposalId, index: u32) -> StateKey {
    let name = Hash::of(parameter.as_bytes());
    registry_room(Kind::Config, &[&id.0, &name.0, &proposal.0.to_be_bytes(), &index.to_be_bytes()])
}

pub(crate) fn config_prefix(id: &ModuleId, parameter: &str) -> StateKey {
    registry_room(Kind::Config, &[&id.0, &Hash::of(parameter.as_bytes()).0])
}

pub(crate) fn usage(id: &ModuleId) -> StateKey {
    registry_room(Kind::Usage, &[&id.0])
}

pub(crate) fn journal(index: u64) -> StateKey {
    registry_room(Kind::Journal, &[&index.to_be_bytes()])
}

pub(crate) fn journal_head() -> StateKey {
    registry_room(Kind::JournalHead, &[])
}

pub(crate) fn journal_of(id: &ModuleId, index: u64) -> StateKey {
    registry_room(Kind::JournalOf, &[&id.0, &index.to_be_bytes()])
}

pub(crate) fn journal_of_prefix(id: &ModuleId) -> StateKey {
    registry_room(Kind::JournalOf, &[&id.0])
}

pub(crate) fn builders() -> StateKey {
    registry_room(Kind::Builders, &[])
}

pub(crate) fn attestation(code: &Hash, builder: &AccountId) -> StateKey {
    registry_room(Kind::Attestation, &[&code.0, &builder.0])
}

pub(crate) fn attestation_prefix(code: &Hash) -> StateKey {
    registry_room(Kind::Attestation, &[&code.0])
}

/// Tags are keyed by the hash of their names, so that no name is a prefix of another's key.
pub(crate) fn tag(manager: &ModuleId, name: &str) -> StateKey {
    registry_room(Kind::Tag, &[&manager.0, &Hash::of(name.as_bytes()).0])
}

pub(crate) fn tag_prefix(manager: &ModuleId) -> StateKey {
    registry_room(Kind::Tag, &[&manager.0])
}

/// How many tags a manager has: one entry tells who manages, where a scan could not be hinted.
pub(crate) fn tag_count(manager: &ModuleId) -> StateKey {
    registry_room(Kind::TagCount, &[&manager.0])
}

pub(crate) fn tag_change(manager: &ModuleId, name: &str, index: u64) -> StateKey {
    registry_room(Kind::TagChange, &[&manager.0, &Hash::of(name.as_bytes()).0, &index.to_be_bytes()])
}

pub(crate) fn tag_change_prefix(manager: &ModuleId, name: &str) -> StateKey {
    registry_room(Kind::TagChange, &[&manager.0, &Hash::of(name.as_bytes()).0])
}

pub(crate) fn follower(manager: &ModuleId, name: &str, id: &ModuleId) -> StateKey {
    registry_room(Kind::Follower, &[&manager.0, &Hash::of(name.as_bytes()).0, &id.0])
}

pub(crate) fn follower_prefix(manager: &ModuleId, name: &str) -> StateKey {
    registry_room(Kind::Follower, &[&manager.0, &Hash::of(name.as_bytes()).0])
}

/// The migration of a module that is under way.
pub(crate) fn migration(id: &ModuleId) -> StateKey {
    registry_room(Kind::Migration, &[&id.0])
}

/// Storage generations that wait for their removal.
pub(crate) fn retired() -> StateKey {
    registry_room(Kind::Retired, &[])
}

/// Past and present freezes of a module.
pub(crate) fn freezes(id: &ModuleId) -> StateKey {
    registry_room(Kind::Freezes, &[&id.0])
}

/// Every key under `prefix`, in order.
pub(crate) fn scan(st: &(impl StateView + ?Sized), prefix: &StateKey) -> Result<Vec<StateKey>, StateError> {
    let mut keys = Vec::new();
    let mut after = StateKey::default();
    while let Some(key) = st.next_key(prefix.as_bytes(), after.as_bytes())? {
        after = key.clone();
        keys.push(key);
    }
    Ok(keys)
}

/// Every value under `prefix`, in the order of its keys.
pub(crate) fn scan_typed<T: Decode>(st: &(impl StateView + ?Sized), prefix: &StateKey) -> Result<Vec<T>, StateError> {
    scan(st, prefix)?.into_iter().map(|key| get_typed(st, &key)?.ok_or(StateError::Corrupt(key))).collect()
}
