//! Voted rollback (design §6): back to an earlier version's code, and to its data only while every generation since is
//! as its migration left it. Otherwise people could withdraw, be rolled back and withdraw again, so the data stay, and
//! where the old code does not read them a reverse migration writes them anew.

use crate::{
    codes::required_info,
    error::RegistryError,
    legality::{Asked, Data, Plan, find_migration, unread_schema},
    modules::{Ctx, required, version},
    records::{ModuleRecord, VersionRecord},
    refs,
};
use zera_primitives::{Class, Manifest, payload::Rollback};
use zera_state::StateView;

/// Checks a rollback against the module as it stands, and what it asks for as an upgrade would.
pub(crate) fn plan(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx<'_>,
    rollback: &Rollback,
) -> Result<(Asked, Plan), RegistryError> {
    let record = required(st, &rollback.module_id)?;
    let missing = RegistryError::NoSuchVersion(rollback.to_version);
    let target = version(st, &rollback.module_id, rollback.to_version)?;
    let Some(target) = target.filter(|target| target.sequence < record.sequence && target.reference.is_none()) else {
        return Err(missing);
    };
    let asked = Asked {
        module: rollback.module_id,
        code: target.code,
        version: record.sequence.saturating_add(1),
        migration: rollback.reverse_migration,
    };
    let old_code = refs::resolve(st, ctx.slot, &record.executable)?;
    let new = required_info(st, &target.code)?;
    let (old_manifest, manifest) = (required_info(st, &old_code)?.manifest()?, new.manifest()?);
    let data = match &rollback.reverse_migration {
        Some(code) => Data::Migrate(find_migration(st, *code, &asked, &new)?),
        None => data(&record, &target, manifest.as_ref())?,
    };
    if old_code == target.code && !matches!(data, Data::Return(_)) {
        return Err(missing); // it runs already
    }
    let class = if rollback.reverse_migration.is_some() { Class::Major } else { Class::Minor };
    Ok((asked, Plan { record, old_code, new, old_manifest, manifest, data, class }))
}

/// What becomes of the data without a reverse migration.
fn data(record: &ModuleRecord, target: &VersionRecord, manifest: Option<&Manifest>) -> Result<Data, RegistryError> {
    let place = record.earlier.iter().position(|generation| generation.number == target.generation);
    let since = |place: usize| record.earlier.iter().skip(place.saturating_add(1));
    let untouched = |place: &usize| record.fresh && since(*place).all(|generation| generation.fresh);
    // A version that came without a migration may have written more into that generation than this one reads.
    let schemas = |place: &usize| record.earlier.get(*place).map_or(&[][..], |generation| &generation.schemas);
    let readable = |place: &usize| unread_schema(schemas(place), manifest).is_none();
    if let Some(place) = place.filter(untouched).filter(readable) {
        return Ok(Data::Return(place));
    }
    let Some(schema) = unread_schema(&record.data_schemas, manifest) else { return Ok(Data::Keep) };
    Err(match place {
        _ if record.generation == target.generation => RegistryError::NeedsMigration(schema),
        Some(_) => RegistryError::DataWritten(target.sequence),
        None => RegistryError::GenerationGone(target.sequence),
    })
}

#[cfg(test)]
mod tests;
