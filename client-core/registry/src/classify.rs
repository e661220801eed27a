//! The class of a proposal, from its effects (design §6). Governance stores it; enactment computes it again.

use crate::{
    builders,
    codes::required_info,
    config::setters,
    effects::Effects,
    error::RegistryError,
    freeze,
    legality::{Asked, When, drops_invariant, holds_more_than_v, is_wider, plan, unread_schema, v},
    modules::{Ctx, required},
    refs, rollback, validators,
};
use zera_primitives::{Class, Effect, Hash, ModuleId, Payload, WasmModuleUpgradeProposal, payload::Execution};
use zera_state::{StateView, accounts::account};

/// Followers of a tag up to which their values are added up; a flip for more is major whatever they hold.
const FOLLOWERS_WEIGHED: u64 = 16;

/// What `payload` would change, and that it is not hopeless already:
///
/// | effect | class |
/// |---|---|
/// | parameters of modules, inside their declared bounds; a request of a proof | patch |
/// | new code; a return to a version; a spam verdict; a proposal's own code | minor |
/// | new code that imports more, breaks the schema, migrates, drops an invariant, states a new major version, or replaces that of a module whose free ZRA are more than V | major |
/// | a return with a reverse migration; a module put under a manager's tag; the list of builders | major |
/// | a tag whose code does any of this to its followers, or has more than 16 of them; more than V moved | major |
/// | governance parameters, inside floor and ceiling; the set of validators | governance |
/// | freeze, unfreeze | emergency |
///
/// Code that at least `k` registered builders could not rebuild raises the class one step ([`raised`]).
///
/// # Errors
/// [`RegistryError`] when the proposal can never be enacted: unknown module or code, a version that is not greater,
/// values out of bounds, a migration missing for the very next version.
pub fn classify(st: &(impl StateView + ?Sized), ctx: &Ctx<'_>, payload: &Payload) -> Result<Class, RegistryError> {
    let class = match payload {
        Payload::Upgrade(upgrade) => {
            let new = required_info(st, &upgrade.new_wasm_bytecode)?;
            plan(st, ctx, upgrade.into(), new, When::Submitted)?.class
        }
        Payload::Rollback(rollback) => rollback::plan(st, ctx, rollback)?.1.class,
        Payload::Config { changes, .. } => setters(st, ctx.slot, changes).map(|_| Class::Patch)?,
        Payload::Parameters { params, .. } => params.check().map(|()| Class::Governance)?,
        Payload::Freeze { module_id, slots, .. } => {
            freeze::check(st, ctx, module_id, *slots).map(|()| Class::Emergency)?
        }
        Payload::Unfreeze { module_id, .. } => required(st, module_id).map(|_| Class::Emergency)?,
        Payload::Reference { module_id, reference, .. } => {
            required(st, module_id)?;
            refs::check(st, module_id, reference).map(|()| Class::Major)?
        }
        Payload::Execute(execution) => self::execution(st, ctx, execution)?,
        Payload::Spam { .. } => Class::Minor,
        Payload::RequestProof { .. } => Class::Patch,
        Payload::Builders { add, remove, .. } => builders::changed(st, add, remove).map(|_| Class::Major)?,
        Payload::Validators { add, remove, evidence, .. } => {
            validators::changed(st, add, remove, evidence.as_deref()).map(|_| Class::Governance)?
        }
    };
    Ok(if is_refuted(st, ctx, payload)? { class.raised() } else { class })
}

/// True when a code that `payload` carries could not be rebuilt by at least `k` registered builders.
///
/// # Errors
/// [`RegistryError::State`].
pub fn is_refuted(st: &(impl StateView + ?Sized), ctx: &Ctx<'_>, payload: &Payload) -> Result<bool, RegistryError> {
    for code in payload.codes() {
        if builders::verdicts(st, &code)?.differ >= ctx.params.builder_mismatches {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The class of an executable proposal: that of its gravest effect, at least minor.
pub(crate) fn execution(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx<'_>,
    execution: &Execution,
) -> Result<Class, RegistryError> {
    let info = required_info(st, &execution.code)?;
    let entry = info.function("enact").filter(|entry| entry.params.is_empty());
    entry.ok_or(RegistryError::NoEnact(execution.code))?;
    Effects::voted(st, ctx.slot, &execution.effects)?;
    let mut class = Class::Minor;
    for effect in &execution.effects {
        class = class.max(match effect {
            Effect::Call { .. } | Effect::Set { .. } => Class::Minor,
            Effect::Move { amount, .. } if *amount > v(ctx)? => Class::Major,
            Effect::Move { .. } => Class::Minor,
            Effect::Upgrade { module, code, version, migration } => {
                let asked = Asked { module: *module, code: *code, version: *version, migration: *migration };
                plan(st, ctx, asked, required_info(st, code)?, When::Submitted)?.class
            }
            Effect::Tag { manager, tag, code } => flip(st, ctx, manager, tag, code)?,
        });
    }
    Ok(class)
}

/// The class of a tag's change: that of the code change which its followers see.
fn flip(
    st: &(impl StateView + ?Sized),
    ctx: &Ctx<'_>,
    manager: &ModuleId,
    name: &str,
    code: &Hash,
) -> Result<Class, RegistryError> {
    let new = required_info(st, code)?;
    let Some(record) = refs::tag(st, manager, name)? else { return Ok(Class::Minor) };
    let old = required_info(st, &record.at(ctx.slot))?;
    let (old_manifest, manifest) = (old.manifest()?, new.manifest()?);
    let schema = old_manifest.as_ref().map_or(0, |manifest| manifest.schema);
    let unread = manifest.as_ref().map_or(schema != 0, |manifest| !manifest.reads(schema));
    if unread || is_wider(&old, &new) || drops_invariant(old_manifest.as_ref(), manifest.as_ref()) {
        return Ok(Class::Major);
    }
    if record.followers > FOLLOWERS_WEIGHED {
        return Ok(Class::Major);
    }
    let mut held = 0u128;
    for follower in refs::followers(st, manager, name, None, usize::try_from(FOLLOWERS_WEIGHED).unwrap_or(0))? {
        // A follower that nobody called since an earlier flip has older data than the tag's code writes.
        if unread_schema(&required(st, &follower)?.data_schemas, manifest.as_ref()).is_some() {
            return Ok(Class::Major);
        }
        held = held.saturating_add(account(st, &follower.account())?.free.0);
    }
    let grave = held > v(ctx)?.0 || holds_more_than_v(st, manager, ctx)?;
    Ok(if grave { Class::Major } else { Class::Minor })
}

impl From<&WasmModuleUpgradeProposal> for Asked {
    fn from(upgrade: &WasmModuleUpgradeProposal) -> Self {
        Self {
            module: upgrade.module_id,
            code: upgrade.new_wasm_bytecode,
            version: upgrade.new_version,
            migration: upgrade.migration_logic_hash,
        }
    }
}

#[cfg(test)]
mod tests;
