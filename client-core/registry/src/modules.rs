//! Modules: creating them, putting versions into force, and what is asked about them.

use crate::{
    codes::required_info,
    error::RegistryError,
    journal::{self, Deed, Vote},
    keys, module_set,
    records::{At, AttemptRecord, ConfigRecord, ModuleRecord, VersionRecord},
    refs,
};
use alloc::{string::String, vec::Vec};
use codec::Encode;
use zera_primitives::{
    AbortReason, AccountId, Amount, Executable, Hash, Height, Manifest, ModuleId, Params, Payload, Sequence, Slot,
    manifest::ExportKind,
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

impl Ctx<'_> {
    /// Where this is.
    #[must_use]
    pub const fn at(&self) -> At {
        At { height: self.height, slot: self.slot }
    }
}

/// Creates a module; its first version has sequence 1, generation 0. The deployer pays the storage deposit of the two
/// records. Value and constructor ([`constructor_entry`]) are the caller's next steps.
///
/// # Errors
/// [`RegistryError::ModuleExists`], [`RegistryError::CodeMissing`], [`RegistryError::Account`], and what is wrong with a
/// reference.
pub fn deploy(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    deployer: &AccountId,
    id: &ModuleId,
    executable: Executable,
) -> Result<Hash, RegistryError> {
    create(st, ctx, (deployer, Some(deployer)), id, executable)
}

/// As [`deploy`], paid by somebody else: who sent the transaction in which a module creates another. Nobody pays inside an
/// executable proposal, which may create none and is taken back.
///
/// # Errors
/// As [`deploy`].
pub fn create(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    (deployer, payer): (&AccountId, Option<&AccountId>),
    id: &ModuleId,
    executable: Executable,
) -> Result<Hash, RegistryError> {
    if module(st, id)?.is_some() {
        return Err(RegistryError::ModuleExists(*id));
    }
    if let Executable::ExternalRef(reference) = &executable {
        refs::check(st, id, reference)?;
        refs::count(st, id, &executable, true)?;
    }
    let code = refs::resolve(st, ctx.slot, &executable)?;
    let manifest = required_info(st, &code)?.manifest()?;
    let schema = manifest.as_ref().map_or(0, |manifest| manifest.schema);
    let reference = if let Executable::ExternalRef(reference) = &executable { Some(reference.clone()) } else { None };
    let record = ModuleRecord {
        deployer: *deployer,
        deployed_at: ctx.at(),
        executable: executable.clone(),
        sequence: 1,
        schema,
        data_schemas: alloc::vec![schema],
        generation: 0,
        next_generation: 1,
        fresh: false,
        earlier: Vec::new(),
        frozen: None,
        migrating: None,
    };
    let version = VersionRecord {
        sequence: 1,
        semver: manifest.map(|manifest| manifest.version),
        code,
        reference,
        schema,
        generation: 0,
        enacted: ctx.at(),
        proposal: None,
        migrated: None,
        rollback_to: None,
    };
    let bytes = record.encoded_size().saturating_add(version.encoded_size()) as u64;
    let per_byte = ctx.params.storage_deposit_per_byte;
    let deposit = per_byte.times(bytes).map_err(|_| RegistryError::Overflow(per_byte))?;
    if let Some(payer) = payer {
        reserve_storage(st, payer, deposit)?;
    }
    activate(st, id, &record, &version)?;
    journal::note(st, ctx, Some(id), None, Deed::Deployed { deployer: *deployer, executable, code })?;
    Ok(code)
}

/// Notes that a module wrote its data or moved ZRA: from now on a rollback cannot return to earlier data.
///
/// # Errors
/// [`RegistryError::NoSuchModule`], [`RegistryError::State`].
pub fn touch(st: &mut (impl StateAccess + ?Sized), id: &ModuleId) -> Result<(), RegistryError> {
    let mut record = required(st, id)?;
    if record.fresh {
        record.fresh = false;
        put_typed(st, keys::module(id), &record);
    }
    Ok(())
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

/// Keeps the memory of an enactment that changed nothing; call it after rolling it back.
///
/// # Errors
/// [`StateError`].
pub fn record_attempt(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    vote: &Vote,
    payload: &Payload,
    reason: AbortReason,
) -> Result<(), StateError> {
    let known = match payload.module() {
        Some(id) => module(st, id)?.map(|record| (*id, record)),
        None => None,
    };
    let code = if let Payload::Upgrade(upgrade) = payload { Some(upgrade.new_wasm_bytecode) } else { None };
    journal::note(st, ctx, known.as_ref().map(|(id, _)| id), Some(vote), Deed::Aborted { reason, code })?;
    if let (Payload::Upgrade(upgrade), Some(_)) = (payload, known) {
        let record = AttemptRecord {
            proposal: vote.proposal,
            sequence: upgrade.new_version,
            code: upgrade.new_wasm_bytecode,
            reason,
            at: ctx.at(),
        };
        put_typed(st, keys::attempt(&upgrade.module_id, vote.proposal), &record);
    }
    Ok(())
}

/// The manifest of the code that `id` runs at `slot`, if it carries one.
///
/// # Errors
/// [`RegistryError::NoSuchModule`], [`RegistryError::State`].
pub fn running_manifest(
    st: &(impl StateView + ?Sized),
    slot: Slot,
    id: &ModuleId,
) -> Result<Option<Manifest>, RegistryError> {
    let code = refs::resolve(st, slot, &required(st, id)?.executable)?;
    required_info(st, &code)?.manifest()
}

#[cfg(test)]
mod tests;
