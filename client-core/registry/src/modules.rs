//! Modules and their records: what runs, the append-only versions, aborted upgrades, the history of every parameter.

use crate::{codes::required_info, error::RegistryError, keys, module_set};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zera_primitives::{
    AbortReason, AccountId, Amount, Hash, Height, Manifest, ModuleId, Params, Payload, ProposalId, Sequence, Slot,
    manifest::{ExportKind, SemVer},
};
use zera_state::{StateAccess, StateError, StateView, accounts::reserve_storage, get_typed, put_typed};

/// The block that an operation belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    /// Number of the block.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
    /// ZRA in existence: genesis supply less what is burnt.
    pub supply: Amount,
    /// Parameters in force.
    pub params: &'a Params,
}

/// A point of the chain.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct At {
    /// Number of the block.
    pub height: Height,
    /// Its slot.
    pub slot: Slot,
}

impl Ctx<'_> {
    /// Where this is.
    #[must_use]
    pub const fn at(&self) -> At {
        At { height: self.height, slot: self.slot }
    }
}

/// What a module runs (design §2). References to a manager's tag join it with the runtime version that brings them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Executable {
    /// Its own code, from the code store.
    Code(Hash),
}

/// A module as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModuleRecord {
    /// Who deployed it. Gives no right over it.
    pub deployer: AccountId,
    /// When.
    pub deployed_at: At,
    /// What it runs.
    pub executable: Executable,
    /// The running version.
    pub sequence: Sequence,
    /// Storage schema that the running code writes; 0 without a manifest.
    pub schema: u32,
    /// Every schema that the current storage generation may hold: those that code read without migrating them, and
    /// the running one last. New code must read them all, or migrate.
    pub data_schemas: Vec<u32>,
    /// Current storage generation; one more with every migration, from 0.
    pub generation: u32,
}

impl ModuleRecord {
    /// Hash of the code that runs.
    #[must_use]
    pub const fn code(&self) -> Hash {
        let Executable::Code(code) = self.executable;
        code
    }
}

/// One version of a module. Never changed, never removed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct VersionRecord {
    /// Its number in the module's history, from 1.
    pub sequence: Sequence,
    /// The author's version; none without a manifest.
    pub semver: Option<SemVer>,
    /// Its code.
    pub code: Hash,
    /// Storage schema it writes.
    pub schema: u32,
    /// Storage generation it began with.
    pub generation: u32,
    /// When it came into force.
    pub enacted: At,
    /// The vote that brought it; none for a deployment.
    pub proposal: Option<ProposalId>,
    /// Entries that the migration wrote, if there was one.
    pub migrated: Option<u64>,
}

/// An upgrade that was voted and could not be enacted. Nothing else remained of it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AttemptRecord {
    /// The vote.
    pub proposal: ProposalId,
    /// The sequence it would have had.
    pub sequence: Sequence,
    /// The code that did not come into force.
    pub code: Hash,
    /// Why.
    pub reason: AbortReason,
    /// When.
    pub at: At,
}

/// One enacted change of one parameter.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ConfigRecord {
    /// The vote.
    pub proposal: ProposalId,
    /// The value set, SCALE of the parameter's type.
    pub value: Vec<u8>,
    /// Version that was running.
    pub sequence: Sequence,
    /// When.
    pub at: At,
}

/// Creates a module from stored code; its first version has sequence 1, generation 0. The deployer pays the storage
/// deposit of the two records. Value and constructor ([`constructor_entry`]) are the caller's next steps.
///
/// # Errors
/// [`RegistryError::ModuleExists`], [`RegistryError::CodeMissing`], [`RegistryError::Account`].
pub fn deploy(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    deployer: &AccountId,
    id: &ModuleId,
    code: Hash,
) -> Result<ModuleRecord, RegistryError> {
    if module(st, id)?.is_some() {
        return Err(RegistryError::ModuleExists(*id));
    }
    let manifest = required_info(st, &code)?.manifest()?;
    let schema = manifest.as_ref().map_or(0, |manifest| manifest.schema);
    let record = ModuleRecord {
        deployer: *deployer,
        deployed_at: ctx.at(),
        executable: Executable::Code(code),
        sequence: 1,
        schema,
        data_schemas: alloc::vec![schema],
        generation: 0,
    };
    let version = VersionRecord {
        sequence: 1,
        semver: manifest.map(|manifest| manifest.version),
        code,
        schema,
        generation: 0,
        enacted: ctx.at(),
        proposal: None,
        migrated: None,
    };
    let bytes = record.encoded_size().saturating_add(version.encoded_size()) as u64;
    let per_byte = ctx.params.storage_deposit_per_byte;
    let deposit = per_byte.times(bytes).map_err(|_| RegistryError::Overflow(per_byte))?;
    reserve_storage(st, deployer, deposit)?;
    activate(st, id, &record, &version)?;
    Ok(record)
}

/// Puts a version into force: module, history and module set together.
pub(crate) fn activate(
    st: &mut (impl StateAccess + ?Sized),
    id: &ModuleId,
    record: &ModuleRecord,
    version: &VersionRecord,
) -> Result<(), StateError> {
    put_typed(st, keys::module(id), record);
    put_typed(st, keys::version(id, version.sequence), version);
    module_set::activated(st, id, version.sequence, &version.code)
}

/// The export to run once after [`deploy`], when the manifest of stored `code` names one.
///
/// # Errors
/// [`RegistryError::CodeMissing`], [`RegistryError::State`].
pub fn constructor_entry(st: &(impl StateView + ?Sized), code: &Hash) -> Result<Option<String>, RegistryError> {
    let manifest = required_info(st, code)?.manifest()?;
    Ok(manifest.and_then(|manifest| manifest.export_of(ExportKind::Constructor).map(|export| export.name.clone())))
}

/// The module `id`.
///
/// # Errors
/// [`StateError`].
pub fn module(st: &(impl StateView + ?Sized), id: &ModuleId) -> Result<Option<ModuleRecord>, StateError> {
    get_typed(st, &keys::module(id))
}

/// The module `id`, which must exist.
pub(crate) fn required(st: &(impl StateView + ?Sized), id: &ModuleId) -> Result<ModuleRecord, RegistryError> {
    module(st, id)?.ok_or(RegistryError::NoSuchModule(*id))
}

/// Ids of all modules in ascending order.
///
/// # Errors
/// [`StateError`].
pub fn modules(st: &(impl StateView + ?Sized)) -> Result<Vec<ModuleId>, StateError> {
    let prefix = keys::module_prefix();
    let id = |key: zera_primitives::StateKey| {
        let rest = key.as_bytes().get(prefix.as_bytes().len()..).and_then(|rest| rest.try_into().ok());
        rest.map(ModuleId).ok_or(StateError::Corrupt(key))
    };
    keys::scan(st, &prefix)?.into_iter().map(id).collect()
}

/// Number of modules.
///
/// # Errors
/// [`StateError`].
pub fn module_count(st: &(impl StateView + ?Sized)) -> Result<usize, StateError> {
    Ok(keys::scan(st, &keys::module_prefix())?.len())
}

/// All versions of a module, oldest first; the last one runs.
///
/// # Errors
/// [`StateError`].
pub fn versions(st: &(impl StateView + ?Sized), id: &ModuleId) -> Result<Vec<VersionRecord>, StateError> {
    keys::scan_typed(st, &keys::version_prefix(id))
}

/// One version of a module.
///
/// # Errors
/// [`StateError`].
pub fn version(
    st: &(impl StateView + ?Sized),
    id: &ModuleId,
    sequence: Sequence,
) -> Result<Option<VersionRecord>, StateError> {
    get_typed(st, &keys::version(id, sequence))
}

/// Upgrades of a module that were aborted, oldest proposal first.
///
/// # Errors
/// [`StateError`].
pub fn attempts(st: &(impl StateView + ?Sized), id: &ModuleId) -> Result<Vec<AttemptRecord>, StateError> {
    keys::scan_typed(st, &keys::attempt_prefix(id))
}

/// Enacted changes of one parameter, oldest first.
///
/// # Errors
/// [`StateError`].
pub fn config_history(
    st: &(impl StateView + ?Sized),
    id: &ModuleId,
    parameter: &str,
) -> Result<Vec<ConfigRecord>, StateError> {
    keys::scan_typed(st, &keys::config_prefix(id, parameter))
}

/// Keeps the memory of an aborted upgrade; call it after rolling the enactment back. Other payloads leave none: their
/// proposal says it all.
///
/// # Errors
/// [`StateError`].
pub fn record_attempt(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    proposal: ProposalId,
    payload: &Payload,
    reason: AbortReason,
) -> Result<(), StateError> {
    let Payload::Upgrade(upgrade) = payload else { return Ok(()) };
    if module(st, &upgrade.module_id)?.is_none() {
        return Ok(());
    }
    let record = AttemptRecord {
        proposal,
        sequence: upgrade.new_version,
        code: upgrade.new_wasm_bytecode,
        reason,
        at: ctx.at(),
    };
    put_typed(st, keys::attempt(&upgrade.module_id, proposal), &record);
    Ok(())
}

/// The manifest of the code that `id` runs, if it carries one.
///
/// # Errors
/// [`RegistryError::NoSuchModule`], [`RegistryError::State`].
pub fn running_manifest(st: &(impl StateView + ?Sized), id: &ModuleId) -> Result<Option<Manifest>, RegistryError> {
    required_info(st, &required(st, id)?.code())?.manifest()
}

#[cfg(test)]
mod tests;
