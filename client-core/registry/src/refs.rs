//! External references (document 003, and CAP-0085 as its outcome): a manager's tag names a code, and every follower of
//! the tag runs that code from its next call on. A flip writes the tag and nothing else, whatever the number of followers.
//!
//! Tags only ever point to stored, hence valid, code; a follower is never a manager and a manager never a follower, so
//! there are no chains and no circles. What a follower's data need is settled at its next call: see [`arrival`].

use crate::{
    codes::required_info,
    error::RegistryError,
    events::{
        EXECUTABLE_UPDATED, ExecutableUpdated, FOLLOWER_MIGRATED, FollowerMigrated, WASM_REF_UPDATED, WasmRefUpdated,
        event,
    },
    info::CodeInfo,
    journal::{self, Deed, Vote},
    keys,
    legality::{HEALTH, MIGRATE, unread_schema},
    module_set,
    modules::{Ctx, required},
    records::{At, ModuleRecord, VersionRecord},
    usage::{self, Usage},
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zera_primitives::{
    AccountId, Event, Executable, ExternalRef, Hash, ModuleId, Slot, limits,
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
    /// Changes since it was made, that one included.
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

/// Every change of a tag of that name, oldest first; what came before a deletion stays in it.
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

/// Sets a tag of `manager`, document 003's function of that name: at once, or after the tag's notice period. A tag that is
/// not there is made, without one.
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
    vote: Option<&Vote>,
) -> Result<Event, RegistryError> {
    check_change(st, manager, name, &code)?;
    let Some(mut record) = tag(st, manager, name)? else { return make(st, ctx, manager, name, code, 0, vote) };
    let old = record.at(ctx.slot);
    let announced = record.pending.filter(|pending| pending.from > ctx.slot);
    if code == announced.map_or(old, |pending| pending.code) {
        return Err(RegistryError::SameCode(code));
    }
    let from = ctx.slot.plus(record.notice);
    (record.code, record.pending) = if from > ctx.slot { (old, Some(Pending { code, from })) } else { (code, None) };
    change(st, ctx, manager, &mut record, TagChange { old: Some(old), new: code, from, at: ctx.at() }, vote)
}

/// Makes a tag of `manager`. Its later changes take effect `notice` slots after they are made.
///
/// # Errors
/// As [`set_contract_wasm_ref`]; [`RegistryError::TagExists`].
pub fn create_contract_wasm_ref(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    manager: &ModuleId,
    name: &str,
    code: Hash,
    notice: u64,
) -> Result<Event, RegistryError> {
    check_change(st, manager, name, &code)?;
    if tag(st, manager, name)?.is_some() {
        return Err(RegistryError::TagExists(name.into()));
    }
    make(st, ctx, manager, name, code, notice, None)
}

/// Number of tags that a manager has.
///
/// # Errors
/// [`StateError`].
pub fn tag_count(st: &(impl StateView + ?Sized), manager: &ModuleId) -> Result<u32, StateError> {
    Ok(get_typed(st, &keys::tag_count(manager))?.unwrap_or_default())
}

fn check_change(
    st: &(impl StateView + ?Sized),
    manager: &ModuleId,
    name: &str,
    code: &Hash,
) -> Result<(), RegistryError> {
    if name.is_empty() || name.len() > limits::TAG_BYTES {
        return Err(RegistryError::TagName(limits::TAG_BYTES));
    }
    required_info(st, code)?;
    if matches!(required(st, manager)?.executable, Executable::ExternalRef(_)) {
        return Err(RegistryError::BadReference("a follower cannot manage tags"));
    }
    Ok(())
}

fn make(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    manager: &ModuleId,
    name: &str,
    code: Hash,
    notice: u64,
    vote: Option<&Vote>,
) -> Result<Event, RegistryError> {
    let mut record = TagRecord { tag: name.into(), code, pending: None, notice, followers: 0, changes: 0 };
    let tags = tag_count(st, manager)?.saturating_add(1);
    put_typed(st, keys::tag_count(manager), &tags);
    change(st, ctx, manager, &mut record, TagChange { old: None, new: code, from: ctx.slot, at: ctx.at() }, vote)
}

/// Writes a tag and remembers what became of it. The journal's own count numbers the history, so that a tag made again
/// after its deletion goes on with it.
fn change(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    manager: &ModuleId,
    record: &mut TagRecord,
    change: TagChange,
    vote: Option<&Vote>,
) -> Result<Event, RegistryError> {
    record.changes = record.changes.saturating_add(1);
    put_typed(st, keys::tag_change(manager, &record.tag, journal::head(st)?.count), &change);
    put_typed(st, keys::tag(manager, &record.tag), record);
    module_set::activated(st, manager, record.changes, &change.new)?;
    let (tag, TagChange { old, new, from, .. }) = (record.tag.clone(), change);
    journal::note(st, ctx, Some(manager), vote, Deed::TagSet { tag: tag.clone(), old, new, from })?;
    Ok(event(WASM_REF_UPDATED, &WasmRefUpdated { manager: *manager, tag, old, new, from }))
}

/// Deletes a tag that nobody follows. Its history stays.
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
    match tag_count(st, manager)?.saturating_sub(1) {
        0 => st.remove(&keys::tag_count(manager)),
        left => put_typed(st, keys::tag_count(manager), &left),
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
    if tag_count(st, follower)? > 0 {
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
/// [`RegistryError::SameCode`] when nothing would change; [`RegistryError::Unreadable`] when the code reads the data
/// neither as they are nor with a migration of its own.
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
    if record.executable == new {
        return Err(RegistryError::SameCode(code));
    }
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

/// Makes a follower stay at `pin` whatever its tag says, or go with the tag again.
///
/// # Errors
/// As [`switch`]; [`RegistryError::NoFollower`].
pub fn pin(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    id: &ModuleId,
    pin: Option<Hash>,
) -> Result<Event, RegistryError> {
    match required(st, id)?.executable {
        Executable::ExternalRef(reference) => {
            switch(st, ctx, id, Executable::ExternalRef(ExternalRef { pin, ..reference }), None)
        }
        Executable::Code(_) => Err(RegistryError::NoFollower),
    }
}

/// What a call must do about a module's data before code runs on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Arrival {
    /// Nothing: the data may already hold the schema that this code writes.
    Ready,
    /// Note that the data may hold this schema from now on: see [`adopt`].
    Adopt(u32),
    /// Migrate first.
    Migrate(Migration),
}

/// A migration that a follower's next call runs: see [`arrived`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Migration {
    /// The export that migrates.
    pub entry: String,
    /// It goes from cursor to cursor: all of its steps belong to the one call.
    pub in_steps: bool,
    /// The export that must answer true afterwards, if the code has one.
    pub health: Option<String>,
    /// Schema of the data afterwards.
    pub schema: u32,
}

/// True when code with this manifest may run on a module's data as they stand: the common case, told without looking at
/// the code itself.
#[must_use]
pub fn is_ready(record: &ModuleRecord, manifest: Option<&Manifest>) -> bool {
    unread_schema(&record.data_schemas, manifest).is_none() && record.data_schemas.last() == Some(&schema_of(manifest))
}

fn schema_of(manifest: Option<&Manifest>) -> u32 {
    manifest.map_or(0, |manifest| manifest.schema)
}

/// Compares what `code` reads and writes with what the data of a module may hold. Only a follower whose tag moved, or a
/// module that switched, ever needs more than [`Arrival::Ready`].
///
/// # Errors
/// [`RegistryError::Unreadable`] when the code neither reads the data nor brings a migration of its own.
pub fn arrival(record: &ModuleRecord, code: &CodeInfo, manifest: Option<&Manifest>) -> Result<Arrival, RegistryError> {
    if is_ready(record, manifest) {
        return Ok(Arrival::Ready);
    }
    let schema = schema_of(manifest);
    let Some(unread) = unread_schema(&record.data_schemas, manifest) else { return Ok(Arrival::Adopt(schema)) };
    let entry = code.entry(manifest, ExportKind::Migration, MIGRATE);
    let entry = entry.ok_or(RegistryError::Unreadable(unread))?;
    let export = manifest.and_then(|manifest| manifest.export(&entry));
    let in_steps = export.is_some_and(|export| export.args.len() == 1);
    let health = code.entry(manifest, ExportKind::Health, HEALTH);
    Ok(Arrival::Migrate(Migration { entry, in_steps, health, schema }))
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

/// Puts the generation that a follower's migration to `code` wrote into force. `usage` is what it holds; `payer` pays the
/// storage deposit for what it holds more than the one before; nobody does on a copy of the state.
///
/// # Errors
/// [`RegistryError::NoSuchModule`], [`RegistryError::Account`], [`RegistryError::State`].
pub fn arrived(
    st: &mut (impl StateAccess + ?Sized),
    ctx: &Ctx<'_>,
    id: &ModuleId,
    (code, schema): (Hash, u32),
    usage: &Usage,
    payer: Option<&AccountId>,
) -> Result<(ModuleRecord, Event), RegistryError> {
    let mut record = required(st, id)?;
    let (left, generation) = (usage::storage_usage(st, id)?, record.next_generation);
    let growth = usage.bytes.saturating_sub(left.bytes);
    if let (Some(payer), 1..) = (payer, growth) {
        usage::pay(st, ctx.params.storage_deposit_per_byte, payer, id, growth)?;
    }
    record.turn_to(generation, schema, left);
    record.schema = schema;
    usage::save(st, id, usage);
    usage::retire(st, id, &mut record)?;
    put_typed(st, keys::module(id), &record);
    let entries = usage.entries;
    journal::note(st, ctx, Some(id), None, Deed::FollowerMigrated { code, schema, generation, entries })?;
    let fields = FollowerMigrated { module: *id, code, schema, generation, entries };
    Ok((record, event(FOLLOWER_MIGRATED, &fields)))
}

#[cfg(test)]
mod tests;
