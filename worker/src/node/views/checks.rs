//! What a rehearsal found under the name of each check: before and after, in words.

use super::{rehearsal::Fact, text};
use crate::node::convert;
use zera_client::rehearsal::Rehearsed;
use zera_primitives::{
    Class, Executable, Hash, Manifest, ModuleId, Params, Payload, manifest::ExportKind, payload::ConfigChange,
};
use zera_registry::{CodeInfo, ModuleRecord};
use zera_state::StateView;
use zera_worker_protocol::Error;

/// Hexadecimal digits of a hash that are shown.
const DIGITS: usize = 16;

fn fact(what: impl Into<String>, before: impl Into<String>, after: impl Into<String>) -> Fact {
    Fact { what: what.into(), before: before.into(), after: after.into() }
}

/// Everything that was found, in any order.
pub fn facts(rehearsed: &Rehearsed) -> Result<Vec<Fact>, Error> {
    let now = match &rehearsed.class {
        Ok(class) => format!("{class:?}").to_lowercase(),
        Err(why) => why.clone(),
    };
    let mut facts = vec![fact("class", format!("{:?}", rehearsed.voted).to_lowercase(), now)];
    match &rehearsed.payload {
        Payload::Upgrade(upgrade) => {
            replacement(rehearsed, &upgrade.module_id, Some(upgrade.new_wasm_bytecode), &mut facts)?;
        }
        Payload::Rollback(rollback) => {
            let before = rehearsed.states.before();
            let target = zera_registry::version(before, &rollback.module_id, rollback.to_version);
            let code = target.map_err(convert::defect)?.map(|version| version.code);
            replacement(rehearsed, &rollback.module_id, code, &mut facts)?;
        }
        Payload::Reference { module_id, reference, .. } => {
            let executable = Executable::ExternalRef(reference.clone());
            let code = zera_registry::resolve(rehearsed.states.before(), rehearsed.slot, &executable).ok();
            replacement(rehearsed, module_id, code, &mut facts)?;
            facts.push(fact("reference", "", reference.tag.clone()));
        }
        Payload::Config { changes, .. } => configuration(rehearsed, changes, &mut facts)?,
        Payload::Freeze { module_id, .. } | Payload::Unfreeze { module_id, .. } => {
            let until = |state: &dyn StateView| -> Result<String, Error> {
                let record = zera_registry::module(state, module_id).map_err(convert::defect)?;
                let frozen = record.and_then(|record| record.frozen).filter(|frozen| frozen.until > rehearsed.slot);
                Ok(frozen.map(|frozen| frozen.until.to_string()).unwrap_or_default())
            };
            facts.push(fact("frozen", until(rehearsed.states.before())?, until(rehearsed.states.after())?));
        }
        Payload::Execute(execution) => {
            facts.push(fact("code", "", short(&execution.code)));
            facts.push(fact("effects", "", execution.effects.len().to_string()));
        }
        Payload::Spam { proposal, .. } => facts.push(fact("close", "", format!("#{proposal}"))),
        Payload::RequestProof { transaction, call, .. } => {
            facts.push(fact("request", "", format!("{} · {call}", short(transaction))));
        }
        Payload::Builders { .. } => {
            let known = |state| zera_registry::builders::builders(state).map(|list| list.len().to_string());
            let (before, after) = (rehearsed.states.before(), rehearsed.states.after());
            facts.push(fact(
                "builders",
                known(before).map_err(convert::defect)?,
                known(after).map_err(convert::defect)?,
            ));
        }
        Payload::Validators { .. } => {
            let known = |state| zera_registry::validators::next(state).map(|set| set.len().to_string());
            let (before, after) = (rehearsed.states.before(), rehearsed.states.after());
            facts.push(fact(
                "validators",
                known(before).map_err(convert::defect)?,
                known(after).map_err(convert::defect)?,
            ));
        }
        Payload::Parameters { params, .. } => {
            let before = zera_governance::params(rehearsed.states.before()).map_err(convert::governance)?;
            parameters(&before, params, &mut facts);
        }
    }
    Ok(facts)
}

fn short(hash: &Hash) -> String {
    let digits: String = hash.to_hex().chars().take(DIGITS).collect();
    format!("{digits}…")
}

/// A code's surface and manifest; none when it is not stored.
type Known = Option<(CodeInfo, Option<Manifest>)>;

fn known(state: &dyn StateView, code: &Hash) -> Result<Known, Error> {
    let Some(info) = zera_registry::code_info(state, code).map_err(convert::defect)? else { return Ok(None) };
    let manifest = info.manifest().map_err(convert::registry)?;
    Ok(Some((info, manifest)))
}

fn manifest(known: &Known) -> Option<&Manifest> {
    known.as_ref().and_then(|(_, manifest)| manifest.as_ref())
}

/// What a module's new code changes beside its functions.
fn replacement(
    rehearsed: &Rehearsed,
    module: &ModuleId,
    new: Option<Hash>,
    facts: &mut Vec<Fact>,
) -> Result<(), Error> {
    let (before, after) = (rehearsed.states.before(), rehearsed.states.after());
    let record = |state: &dyn StateView| zera_registry::module(state, module).map_err(convert::defect);
    let (Some(old_record), Some(new_record)) = (record(before)?, record(after)?) else { return Ok(()) };
    let old = zera_registry::resolve(before, rehearsed.slot, &old_record.executable).map_err(convert::registry)?;
    let old_known = known(before, &old)?;
    // The code of a payload that is not proposed yet is in the second state only.
    let new_known = new.map(|new| known(after, &new)).transpose()?.flatten();
    let (old_manifest, new_manifest) = (manifest(&old_known), manifest(&new_known));
    facts.push(fact("module", old_manifest.map_or("", |manifest| &manifest.name), ""));
    facts.push(fact("code", short(&old), new.as_ref().map(short).unwrap_or_default()));
    let size = |known: &Known| known.as_ref().map(|(info, _)| format!("{} bytes", info.size)).unwrap_or_default();
    facts.push(fact("profile", size(&old_known), size(&new_known)));
    let version = |manifest: Option<&Manifest>, sequence: u32| {
        manifest.map_or_else(|| format!("#{sequence}"), |manifest| format!("{} (#{sequence})", manifest.version))
    };
    let next = old_record.sequence.saturating_add(1);
    facts.push(fact("version", version(old_manifest, old_record.sequence), version(new_manifest, next)));
    let schemas: Vec<String> = old_record.data_schemas.iter().map(u32::to_string).collect();
    facts.push(fact("schema", schemas.join(", "), schema(new_manifest)));
    if rehearsed.rehearsal.abort.is_none() {
        data(rehearsed, module, (&old_record, &new_record), facts)?;
        invariants(rehearsed, module, (old_manifest, new_manifest), facts)?;
        if new_known.as_ref().is_some_and(|(info, _)| health(info, new_manifest)) {
            facts.push(fact("health", "", "true"));
        }
    }
    Ok(())
}

/// `2`, or `2, reads 0, 1`.
fn schema(manifest: Option<&Manifest>) -> String {
    let Some(manifest) = manifest else { return "0".into() };
    let older: Vec<String> = manifest.reads_schemas.iter().map(u32::to_string).collect();
    let reads = if older.is_empty() { String::new() } else { format!(", reads {}", older.join(", ")) };
    format!("{}{reads}", manifest.schema)
}

fn health(info: &CodeInfo, manifest: Option<&Manifest>) -> bool {
    manifest.is_some_and(|manifest| manifest.export_of(ExportKind::Health).is_some())
        || info.function("health").is_some()
}

/// What became of the module's data.
fn data(
    rehearsed: &Rehearsed,
    module: &ModuleId,
    (old, new): (&ModuleRecord, &ModuleRecord),
    facts: &mut Vec<Fact>,
) -> Result<(), Error> {
    let generation = |record: &ModuleRecord| format!("generation {}", record.generation);
    facts.push(fact("data", generation(old), generation(new)));
    if new.generation > old.generation {
        let entries = |state| zera_registry::storage_usage(state, module).map(|usage| usage.entries);
        let before = entries(rehearsed.states.before()).map_err(convert::defect)?;
        let after = entries(rehearsed.states.after()).map_err(convert::defect)?;
        let gas = rehearsed.rehearsal.gas;
        facts.push(fact("migration", format!("{before} entries"), format!("{after} entries, {gas} gas")));
    }
    Ok(())
}

/// What both codes declare unchangeable, as each answers.
fn invariants(
    rehearsed: &Rehearsed,
    module: &ModuleId,
    (old, new): (Option<&Manifest>, Option<&Manifest>),
    facts: &mut Vec<Fact>,
) -> Result<(), Error> {
    let (Some(old), Some(new)) = (old, new) else { return Ok(()) };
    for export in old.exports.iter().filter(|export| export.kind == ExportKind::Invariant) {
        let Some(other) = new.export(&export.name).filter(|other| other.kind == ExportKind::Invariant) else {
            continue;
        };
        let (before, after) = rehearsed.states.query(module, &export.name, &[]).map_err(convert::client)?;
        let words = |manifest: &Manifest, export: &zera_primitives::manifest::Export, called: zera_client::Called| {
            if !called.outcome.is_ok() {
                return called.cause.unwrap_or_else(|| format!("{:?}", called.outcome));
            }
            let value = match export.result {
                Some(ty) if export.direct => text::narrow(manifest, ty, called.result),
                _ => called.result,
            };
            text::typed(manifest, export.result, &value)
        };
        let name = format!("invariant:{}", export.name);
        facts.push(fact(name, words(old, export, before), words(new, other, after)));
    }
    Ok(())
}

/// Every parameter that would be set.
fn configuration(rehearsed: &Rehearsed, changes: &[ConfigChange], facts: &mut Vec<Fact>) -> Result<(), Error> {
    let before = rehearsed.states.before();
    for change in changes {
        let manifest = match zera_registry::running_manifest(before, rehearsed.slot, &change.module_id) {
            Ok(manifest) => manifest,
            Err(zera_registry::RegistryError::State(error)) => return Err(convert::defect(error)),
            // The rehearsal says what is wrong with it.
            Err(_) => None,
        };
        let Some(manifest) = manifest else { continue };
        let Some(parameter) = manifest.parameter(&change.parameter) else { continue };
        let asked = rehearsed.states.query(&change.module_id, &parameter.getter, &[]).map_err(convert::client)?;
        let direct = manifest.export(&parameter.getter).is_some_and(|getter| getter.direct);
        let words = |called: zera_client::Called| {
            let value = called.result;
            let value = if direct { text::narrow(&manifest, parameter.ty, value) } else { value };
            text::typed(&manifest, Some(parameter.ty), &value)
        };
        let shown: String = change.parameter.chars().take(64).collect();
        facts.push(fact(format!("parameter:{shown}"), words(asked.0), words(asked.1)));
    }
    Ok(())
}

/// Every governance parameter that would be another.
fn parameters(before: &Params, after: &Params, facts: &mut Vec<Fact>) {
    let whole = before.scalars().into_iter().zip(after.scalars());
    for ((name, old, ..), (_, new, ..)) in whole.filter(|(old, new)| old.1 != new.1) {
        facts.push(fact(format!("bounds:{name}"), old.to_string(), new.to_string()));
    }
    for class in Class::ALL {
        let both = before.of_class(class).into_iter().zip(after.of_class(class));
        for ((name, old, ..), (_, new, ..)) in both.filter(|(old, new)| old.1 != new.1) {
            let name = format!("bounds:{name}, {}", format!("{class:?}").to_lowercase());
            facts.push(fact(name, old.to_string(), new.to_string()));
        }
    }
}
