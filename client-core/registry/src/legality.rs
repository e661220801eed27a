//! Whether an upgrade is legal and which class its effects have (design §6): the same rules when a proposal is submitted
//! and when it is enacted.

use crate::{
    codes::required_info,
    error::RegistryError,
    info::CodeInfo,
    modules::{Ctx, required},
    records::ModuleRecord,
    refs,
};
use alloc::string::String;
use zera_primitives::{
    Amount, Class, Executable, Hash, Manifest, ModuleId, Sequence,
    manifest::{ExportKind, SemVer},
};
use zera_state::{StateView, accounts::account};

/// Name of a migration's export in code without a manifest.
pub(crate) const MIGRATE: &str = "migrate";

/// Name of a health check's export in code whose manifest names none.
pub(crate) const HEALTH: &str = "health";

/// When the rules are applied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Other upgrades may come first: refuse only what can never become legal.
    Submitted,
    /// Now: everything must hold.
    Enacted,
}

/// What a proposal asks for.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub module: ModuleId,
    pub code: Hash,
    pub version: Sequence,
    pub migration: Option<Hash>,
}

/// A migration to run.
#[derive(Clone)]
pub(crate) struct Migration {
    pub code: Hash,
    pub entry: String,
    /// It takes a cursor and answers the next one: it may take several blocks.
    pub stepwise: bool,
}

/// A legal upgrade or rollback.
pub(crate) struct Plan {
    pub record: ModuleRecord,
    pub old_code: Hash,
    pub new: CodeInfo,
    pub old_manifest: Option<Manifest>,
    pub manifest: Option<Manifest>,
    pub data: Data,
    pub class: Class,
}

/// What becomes of the module's data.
pub(crate) enum Data {
    /// They stay.
    Keep,
    /// They are written anew into a generation of their own.
    Migrate(Migration),
    /// An earlier generation comes back: its place in [`ModuleRecord::earlier`].
    Return(usize),
}

impl Plan {
    /// Storage schema that the new code writes.
    pub fn schema(&self) -> u32 {
        self.manifest.as_ref().map_or(0, |manifest| manifest.schema)
    }

    pub fn semver(&self) -> Option<SemVer> {
        self.manifest.as_ref().map(|manifest| manifest.version)
    }
}

/// Checks what is `asked` with the code `new` against the module as it stands.
///
/// A migration that is voted runs even where the new code could do without, and is then major as well: voters get the
/// effects they voted, and those rewrite all data.
pub(crate) fn plan(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx<'_>,
    asked: Asked,
    new: CodeInfo,
    when: When,
) -> Result<Plan, RegistryError> {
    let record = required(st, &asked.module)?;
    check_sequence(record.sequence, asked.version, when)?;
    let old_code = refs::resolve(st, ctx.slot, &record.executable)?;
    if old_code == asked.code && matches!(record.executable, Executable::Code(_)) {
        return Err(RegistryError::SameCode(old_code));
    }
    let old = required_info(st, &old_code)?;
    let (old_manifest, manifest) = (old.manifest()?, new.manifest()?);
    let breaking = check_semver(old_manifest.as_ref().map(|m| m.version), manifest.as_ref().map(|m| m.version))?;

    let follows = asked.version == record.sequence.saturating_add(1);
    let unread = unread_schema(&record.data_schemas, manifest.as_ref());
    let data = match (asked.migration, unread) {
        (Some(code), _) => Data::Migrate(find_migration(st, code, &asked, &new)?),
        (None, Some(schema)) if follows => return Err(RegistryError::NeedsMigration(schema)),
        (None, _) => Data::Keep,
    };
    let major = breaking
        || is_wider(&old, &new)
        || drops_invariant(old_manifest.as_ref(), manifest.as_ref())
        || unread.is_some()
        || matches!(data, Data::Migrate(_))
        || holds_more_than_v(st, &asked.module, ctx)?;
    let class = if major { Class::Major } else { Class::Minor };
    Ok(Plan { record, old_code, new, old_manifest, manifest, data, class })
}

/// New code that imports what the old one does not can reach more of the chain.
pub(crate) fn is_wider(old: &CodeInfo, new: &CodeInfo) -> bool {
    new.imports.iter().any(|import| !old.imports.contains(import))
}

/// New code without an invariant that the old code declares gives up a promise.
pub(crate) fn drops_invariant(old: Option<&Manifest>, new: Option<&Manifest>) -> bool {
    let kept = |name: &str| {
        let export = new.and_then(|manifest| manifest.export(name));
        export.is_some_and(|export| export.kind == ExportKind::Invariant)
    };
    let invariants = old.into_iter().flat_map(|manifest| &manifest.exports);
    invariants.filter(|export| export.kind == ExportKind::Invariant).any(|export| !kept(&export.name))
}

/// True when a vote of class `voted` may have effects of class `computed`. Emergency votes freeze and unfreeze, and
/// nothing else; nothing else freezes.
pub(crate) fn covers(voted: Class, computed: Class) -> Result<(), RegistryError> {
    let emergencies = (voted == Class::Emergency, computed == Class::Emergency);
    if emergencies == (true, true) || emergencies == (false, false) && voted >= computed {
        return Ok(());
    }
    Err(RegistryError::ClassTooLow { voted, computed })
}

fn check_sequence(current: Sequence, given: Sequence, when: When) -> Result<(), RegistryError> {
    let legal = match when {
        When::Submitted => given > current,
        When::Enacted => current.checked_add(1) == Some(given),
    };
    if legal { Ok(()) } else { Err(RegistryError::Sequence { current, given }) }
}

/// The author's version must grow; a new major number states a breaking change, which makes the upgrade major. Code
/// without a manifest has no version and may follow only code without one.
fn check_semver(old: Option<SemVer>, new: Option<SemVer>) -> Result<bool, RegistryError> {
    match (old, new) {
        (Some(old), Some(new)) if new > old => Ok(new.major > old.major),
        (Some(old), Some(new)) => Err(RegistryError::SemVer { old, new }),
        (Some(old), None) => Err(RegistryError::ManifestLost(old)),
        (None, _) => Ok(false),
    }
}

/// A schema that the module's data may have and the new code does not read. Code without a manifest reads schema 0.
pub(crate) fn unread_schema(schemas: &[u32], manifest: Option<&Manifest>) -> Option<u32> {
    let reads = |schema: u32| manifest.map_or(schema == 0, |manifest| manifest.reads(schema));
    schemas.iter().copied().find(|schema| !reads(*schema))
}

pub(crate) fn find_migration(
    st: &(impl StateView + ?Sized),
    code: Hash,
    asked: &Asked,
    new: &CodeInfo,
) -> Result<Migration, RegistryError> {
    let find = |info: &CodeInfo| -> Result<Option<Migration>, RegistryError> {
        let manifest = info.manifest()?;
        let entry = info.entry(manifest.as_ref(), ExportKind::Migration, MIGRATE);
        Ok(entry.map(|entry| {
            let export = manifest.as_ref().and_then(|manifest| manifest.export(&entry));
            let stepwise = export.is_some_and(|export| export.args.len() == 1);
            Migration { code, entry, stepwise }
        }))
    };
    let found = if code == asked.code { find(new)? } else { find(&required_info(st, &code)?)? };
    found.ok_or(RegistryError::NoMigration(code))
}

/// Free ZRA only: stored deposits are refunded to users, a module cannot take them.
pub(crate) fn holds_more_than_v(
    st: &(impl StateView + ?Sized),
    module: &ModuleId,
    ctx: &Ctx<'_>,
) -> Result<bool, RegistryError> {
    Ok(account(st, &module.account())?.free > v(ctx)?)
}

/// V: the value from which on a change of code is major.
pub(crate) fn v(ctx: &Ctx<'_>) -> Result<Amount, RegistryError> {
    ctx.supply.share_ppm(ctx.params.major_value_ppm).map_err(|_| RegistryError::Overflow(ctx.supply))
}
