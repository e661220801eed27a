//! Whether an upgrade is legal and which class its effects have (design §6): the same rules when a proposal is submitted
//! and when it is enacted.

use crate::{
    codes::required_info,
    error::RegistryError,
    info::CodeInfo,
    modules::{ModuleRecord, required},
};
use alloc::string::String;
use zera_primitives::{
    Amount, Class, Hash, Manifest, ModuleId, Params, Sequence,
    manifest::{ExportKind, SemVer},
};
use zera_state::{StateView, accounts::account};

/// Name of a migration's export in code without a manifest.
const MIGRATE: &str = "migrate";

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
pub(crate) struct Migration {
    pub code: Hash,
    pub entry: String,
}

/// A legal upgrade.
pub(crate) struct Plan {
    pub record: ModuleRecord,
    pub new: CodeInfo,
    pub manifest: Option<Manifest>,
    pub migration: Option<Migration>,
    pub class: Class,
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
    supply: Amount,
    params: &Params,
    asked: Asked,
    new: CodeInfo,
    when: When,
) -> Result<Plan, RegistryError> {
    let record = required(st, &asked.module)?;
    check_sequence(record.sequence, asked.version, when)?;
    let old = required_info(st, &record.code())?;
    let (old_manifest, manifest) = (old.manifest()?, new.manifest()?);
    let breaking = check_semver(old_manifest.map(|m| m.version), manifest.as_ref().map(|m| m.version))?;

    let follows = asked.version == record.sequence.saturating_add(1);
    let unread = unread_schema(&record, manifest.as_ref());
    let migration = match (asked.migration, unread) {
        (Some(code), _) => Some(find_migration(st, code, &asked, &new)?),
        (None, Some(schema)) if follows => return Err(RegistryError::NeedsMigration(schema)),
        (None, _) => None,
    };
    let wider = new.imports.iter().any(|import| !old.imports.contains(import));
    let major = breaking
        || wider
        || unread.is_some()
        || migration.is_some()
        || holds_more_than_v(st, &asked.module, supply, params)?;
    let class = if major { Class::Major } else { Class::Minor };
    Ok(Plan { record, new, manifest, migration, class })
}

/// True when a vote of class `voted` may have effects of class `computed`. Emergency votes stop calls and enact nothing.
pub(crate) fn covers(voted: Class, computed: Class) -> Result<(), RegistryError> {
    if voted != Class::Emergency && voted >= computed {
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
fn unread_schema(record: &ModuleRecord, manifest: Option<&Manifest>) -> Option<u32> {
    let reads = |schema: u32| manifest.map_or(schema == 0, |manifest| manifest.reads(schema));
    record.data_schemas.iter().copied().find(|schema| !reads(*schema))
}

fn find_migration(
    st: &(impl StateView + ?Sized),
    code: Hash,
    asked: &Asked,
    new: &CodeInfo,
) -> Result<Migration, RegistryError> {
    let find = |info: &CodeInfo| -> Result<Option<String>, RegistryError> {
        Ok(info.entry(info.manifest()?.as_ref(), ExportKind::Migration, MIGRATE))
    };
    let entry = if code == asked.code { find(new)? } else { find(&required_info(st, &code)?)? };
    entry.map(|entry| Migration { code, entry }).ok_or(RegistryError::NoMigration(code))
}

/// Free ZRA only: stored deposits are refunded to users, a module cannot take them.
fn holds_more_than_v(
    st: &(impl StateView + ?Sized),
    module: &ModuleId,
    supply: Amount,
    params: &Params,
) -> Result<bool, RegistryError> {
    let v = supply.share_ppm(params.major_value_ppm).map_err(|_| RegistryError::Overflow(supply))?;
    Ok(account(st, &module.account())?.free > v)
}
