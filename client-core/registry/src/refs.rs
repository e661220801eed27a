//! External references (document 003, and CAP-0085 as its outcome): a manager's tag names a code, and every follower of
//! the tag runs that code from its next call on. A flip writes the tag and nothing else, whatever the number of followers.
//!
//! Tags only ever point to stored, hence valid, code; a follower is never a manager and a manager never a follower, so
//! there are no chains and no circles. What a follower's data need is settled at its next call: see [`arrival`].

use crate::{
    codes::required_info,
    error::RegistryError,
    events::{EXECUTABLE_UPDATED, ExecutableUpdated, WASM_REF_UPDATED, WasmRefUpdated, event},
    info::CodeInfo,
    journal::{self, Deed, Vote},
    keys,
    legality::MIGRATE,
    module_set,
    modules::{Ctx, required},
    records::{At, ModuleRecord, VersionRecord},
    usage::{self, Usage},
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zera_primitives::{
    Event, Executable, ExternalRef, Hash, ModuleId, Slot, limits,
    manifest::{ExportKind, Manifest},
};
use zera_state::{StateAccess, StateError, StateView, get_typed, put_typed};

/// A manager's tag.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct TagRecord {
    /// Its name.
    pub tag: String,
    /// The code that followers run, unless [`TagRecord::pending`] has come.
    pub code: Hash,
    /// Code that waits out the notice period.
    pub pending: Option<Pending>,
    /// Slots between a change and its effect.
    pub notice: u64,
    /// Modules that follow it, pinned ones included.
    pub followers: u64,
    /// Changes so far: the next entry of its history.
    pub changes: u32,
}

/// A change that waits out the notice period of its tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Pending {
    /// The code.
    pub code: Hash,
    /// First slot at which followers run it.
    pub from: Slot,
}

/// One change of a tag; append-only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct TagChange {
    /// The code in force before; none when the tag was made.
    pub old: Option<Hash>,
    /// The new code.
    pub new: Hash,
    /// First slot at which followers run it.
    pub from: Slot,
    /// Block of the change.
    pub at: At,
}

impl TagRecord {
    /// The code in force at `slot`.
    #[must_use]
    pub fn at(&self, slot: Slot) -> Hash {
        self.pending.filter(|pending| pending.from <= slot).map_or(self.code, |pending| pending.code)
    }
}

/// The tag of a manager.
///
/// # Errors
/// [`StateError`].
pub fn tag(st: &(impl StateView + ?Sized), manager: &ModuleId, name: &str) -> Result<Option<TagRecord>, StateError> {
    get_typed(st, &keys::tag(manager, name))
}

/// All tags of a manager.
///
/// # Errors
/// [`StateError`].
pub fn tags(st: &(impl StateView + ?Sized), manager: &ModuleId) -> Result<Vec<TagRecord>, StateError> {
    keys::scan_typed(st, &keys::tag_prefix(manager))
}

/// Every change of a tag, oldest first.
///
/// # Errors
/// [`StateError`].
pub fn tag_history(
    st: &(impl StateView + ?Sized),
    manager: &ModuleId,
    name: &str,
) -> Result<Vec<TagChange>, StateError> {
    keys::scan_typed(st, &keys::tag_change_prefix(manager, name))
}

/// Modules that follow a tag, ascending, at most `limit` of them after `after`.
///
/// # Errors
/// [`StateError`].
pub fn followers(
    st: &(impl StateView + ?Sized),
    manager: &ModuleId,
    name: &str,
    after: Option<&ModuleId>,
    limit: usize,
) -> Result<Vec<ModuleId>, StateError> {
    let prefix = keys::follower_prefix(manager, name);
    let mut last = after.map_or_else(zera_primitives::StateKey::default, |id| keys::follower(manager, name, id));
    let mut found = Vec::new();
    while found.len() < limit {
        let Some(key) = st.next_key(prefix.as_bytes(), last.as_bytes())? else { break };
        let rest = key.as_bytes().get(prefix.as_bytes().len()..).and_then(|rest| rest.try_into().ok());
        found.push(rest.map(ModuleId).ok_or_else(|| StateError::Corrupt(key.clone()))?);
        last = key;
    }
    Ok(found)
}

/// The code that `executable` comes to at `slot`: its own, its pin, or what its tag stands at.
///
/// # Errors
/// [`RegistryError::NoTag`]; [`RegistryError::State`].
pub fn resolve(st: &(impl StateView + ?Sized), slot: Slot, executable: &Executable) -> Result<Hash, RegistryError> {
    match executable {
        Executable::Code(code) | Executable::ExternalRef(ExternalRef { pin: Some(code), .. }) => Ok(*code),
        Executable::ExternalRef(reference) => {
            let tag = tag(st, &reference.manager, &reference.tag)?;
            Ok(tag.ok_or_else(|| RegistryError::NoTag(reference.tag.clone()))?.at(slot))
        }
    }
}

/// Sets a tag of `manager`, making it first when there is none; document 003's function of that name. `notice` counts
/// only when the tag is made. The change takes effect at once, or after the tag's notice period.
///
/// # Errors
/// [`RegistryError::TagName`], [`RegistryError::CodeMissing`], [`RegistryError::SameCode`],
/// [`RegistryError::BadReference`] for a manager that is a follower.
pub fn set_contract_wasm_ref(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    manager: &ModuleId,
    name: &str,
    code: Hash,
    notice: u64,
    vote: Option<&Vote>,
) -> Result<Event, RegistryError> {
    if name.is_empty() || name.len() > limits::TAG_BYTES {
        return Err(RegistryError::TagName(limits::TAG_BYTES));
    }
    required_info(st, &code)?;
    if matches!(required(st, manager)?.executable, Executable::ExternalRef(_)) {
        return Err(RegistryError::BadReference("a follower cannot manage tags"));
    }
    let known = tag(st, manager, name)?;
    let old = known.as_ref().map(|record| record.at(ctx.slot));
    let fresh = || TagRecord { tag: name.into(), code, pending: None, notice, followers: 0, changes: 0 };
    let mut record = known.unwrap_or_else(fresh);
    let from = if old.is_some() { ctx.slot.plus(record.notice) } else { ctx.slot };
    if old == Some(code) && record.pending.is_none_or(|pending| pending.from <= ctx.slot) {
        return Err(RegistryError::SameCode(code));
    }
    record.code = old.unwrap_or(code);
    record.pending = (from > ctx.slot).then_some(Pending { code, from });
    if record.pending.is_none() {
        record.code = code;
    }
    put_typed(st, keys::tag_change(manager, name, record.changes), &TagChange { old, new: code, from, at: ctx.at() });
    record.changes = record.changes.saturating_add(1);
    put_typed(st, keys::tag(manager, name), &record);
    module_set::activated(st, manager, record.changes, &code)?;
    journal::note(st, ctx, Some(manager), vote, Deed::TagSet { tag: name.into(), old, new: code, from })?;
    Ok(event(WASM_REF_UPDATED, &WasmRefUpdated { manager: *manager, tag: name.into(), old, new: code, from }))
}

/// Deletes a tag that nobody follows.
///
/// # Errors
/// [`RegistryError::NoTag`], [`RegistryError::Followed`].
pub fn delete_contract_wasm_ref(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    manager: &ModuleId,
    name: &str,
) -> Result<(), RegistryError> {
    let record = tag(st, manager, name)?.ok_or_else(|| RegistryError::NoTag(name.into()))?;
    if record.followers > 0 {
        return Err(RegistryError::Followed(record.followers));
    }
    st.remove(&keys::tag(manager, name));
    for index in 0..record.changes {
        st.remove(&keys::tag_change(manager, name, index));
    }
    Ok(journal::note(st, ctx, Some(manager), None, Deed::TagDeleted { tag: name.into() })?)
}

/// Checks that `follower` may run `reference`.
///
/// # Errors
/// [`RegistryError::BadReference`], [`RegistryError::NoTag`], [`RegistryError::NoSuchModule`],
/// [`RegistryError::CodeMissing`] for a pin.
pub(crate) fn check(
    st: &(impl StateView + ?Sized),
    follower: &ModuleId,
    reference: &ExternalRef,
) -> Result<(), RegistryError> {
    if reference.manager == *follower {
        return Err(RegistryError::BadReference("a module cannot follow itself"));
    }
    if matches!(required(st, &reference.manager)?.executable, Executable::ExternalRef(_)) {
        return Err(RegistryError::BadReference("its manager is a follower itself"));
    }
    if tag(st, &reference.manager, &reference.tag)?.is_none() {
        return Err(RegistryError::NoTag(reference.tag.clone()));
    }
    if let Some(pin) = &reference.pin {
        required_info(st, pin)?;
    }
    if st.next_key(keys::tag_prefix(follower).as_bytes(), &[])?.is_some() {
        return Err(RegistryError::BadReference("a module with tags of its own cannot follow"));
    }
    Ok(())
}

/// Counts `follower` in or out of the tag of `executable`, if it has one.
pub(crate) fn count(
    st: &mut (impl StateAccess + ?Sized),
    follower: &ModuleId,
    executable: &Executable,
    joins: bool,
) -> Result<(), RegistryError> {
    let Executable::ExternalRef(ExternalRef { manager, tag: name, .. }) = executable else { return Ok(()) };
    let mut record = tag(st, manager, name)?.ok_or_else(|| RegistryError::NoTag(name.clone()))?;
    let key = keys::follower(manager, name, follower);
    if joins {
        record.followers = record.followers.saturating_add(1);
        put_typed(st, key, &true);
    } else {
        record.followers = record.followers.saturating_sub(1);
        st.remove(&key);
    }
    put_typed(st, keys::tag(manager, name), &record);
    Ok(())
}

/// Gives a module another executable without an upgrade: a tag, another tag, a pin, or code of its own. Its data stay; what
/// the code needs of them is settled at its next call.
///
/// # Errors
/// As [`check`]; [`RegistryError::Busy`] while a migration is under way; [`RegistryError::CodeMissing`];
/// [`RegistryError::NeedsMigration`] when the code reads the data neither as they are nor with a migration of its own.
pub fn switch(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    id: &ModuleId,
    new: Executable,
    vote: Option<&Vote>,
) -> Result<Event, RegistryError> {
    let mut record = required(st, id)?;
    if record.migrating.is_some() {
        return Err(RegistryError::Busy);
    }
    if let Executable::ExternalRef(reference) = &new {
        check(st, id, reference)?;
    }
    let (old_code, code) = (resolve(st, ctx.slot, &record.executable)?, resolve(st, ctx.slot, &new)?);
    let info = required_info(st, &code)?;
    let manifest = info.manifest()?;
    arrival(&record, &info, manifest.as_ref())?;
    count(st, id, &record.executable, false)?;
    count(st, id, &new, true)?;
    let old = core::mem::replace(&mut record.executable, new.clone());
    record.sequence = record.sequence.saturating_add(1);
    let reference = if let Executable::ExternalRef(reference) = &new { Some(reference.clone()) } else { None };
    let version = VersionRecord {
        sequence: record.sequence,
        semver: manifest.map(|manifest| manifest.version),
        code,
        reference,
        schema: record.schema,
        generation: record.generation,
        enacted: ctx.at(),
        proposal: vote.map(|vote| vote.proposal),
        migrated: None,
        rollback_to: None,
    };
    crate::modules::activate(st, id, &record, &version)?;
    journal::note(st, ctx, Some(id), vote, Deed::Switched { old: old.clone(), new: new.clone(), code })?;
    Ok(event(EXECUTABLE_UPDATED, &ExecutableUpdated { module: *id, old, new, old_code, new_code: code }))
}

/// What a call must do about a module's data before code runs on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arrival {
    /// Nothing: the data may already hold the schema that this code writes.
    Ready,
    /// Note that the data may hold this schema from now on: see [`adopt`].
    Adopt(u32),
    /// Run this export of the code as a migration first: see [`arrived`].
    Migrate(String),
}

/// Compares what `code` reads and writes with what the data of a module may hold. Only a follower whose tag moved, or a
/// module that switched, ever needs more than [`Arrival::Ready`].
///
/// # Errors
/// [`RegistryError::NeedsMigration`] when the code neither reads the data nor brings a migration that runs in one call.
pub fn arrival(record: &ModuleRecord, code: &CodeInfo, manifest: Option<&Manifest>) -> Result<Arrival, RegistryError> {
    let schema = manifest.map_or(0, |manifest| manifest.schema);
    let reads = |known: u32| manifest.map_or(known == 0, |manifest| manifest.reads(known));
    match record.data_schemas.iter().copied().find(|known| !reads(*known)) {
        None if record.data_schemas.last() == Some(&schema) => Ok(Arrival::Ready),
        None => Ok(Arrival::Adopt(schema)),
        Some(unread) => {
            let entry = code.entry(manifest, ExportKind::Migration, MIGRATE);
            let whole = |name: &String| {
                let export = manifest.and_then(|manifest| manifest.export(name));
                export.is_none_or(|export| export.args.is_empty())
            };
            entry.filter(whole).map(Arrival::Migrate).ok_or(RegistryError::NeedsMigration(unread))
        }
    }
}

/// Notes that a module's data may hold `schema` from now on.
///
/// # Errors
/// [`RegistryError::NoSuchModule`], [`RegistryError::State`].
pub fn adopt(st: &mut (impl StateAccess + ?Sized), id: &ModuleId, schema: u32) -> Result<ModuleRecord, RegistryError> {
    let mut record = required(st, id)?;
    record.data_schemas.retain(|known| *known != schema);
    record.data_schemas.push(schema);
    record.schema = schema;
    put_typed(st, keys::module(id), &record);
    Ok(record)
}

/// Puts the generation that a follower's migration wrote into force. `usage` is what it holds; `schema` what it is.
///
/// # Errors
/// [`RegistryError::NoSuchModule`], [`RegistryError::State`].
pub fn arrived(
    st: &mut (impl StateAccess + ?Sized),
    id: &ModuleId,
    schema: u32,
    usage: &Usage,
) -> Result<ModuleRecord, RegistryError> {
    let mut record = required(st, id)?;
    let next = record.next_generation;
    record.turn_to(next, schema, usage::storage_usage(st, id)?);
    usage::save(st, id, usage);
    usage::retire(st, id, &mut record)?;
    put_typed(st, keys::module(id), &record);
    Ok(record)
}
