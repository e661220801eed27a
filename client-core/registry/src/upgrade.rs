//! Enactment (design §6): one atomic step, in which nothing changes unless everything holds. This room writes straight
//! into the state it is given; the runtime hands it an overlay and rolls back to its checkpoint on an error.

use crate::{
    codes,
    config::{Setter, setters},
    error::RegistryError,
    events::{CONFIG_CHANGED, ConfigChanged, MODULE_UPGRADED, ModuleUpgraded, event},
    executor::{Executor, SystemCall, SystemCaller, SystemResult},
    info::CodeInfo,
    keys,
    legality::{Asked, Migration, Plan, When, covers, plan},
    modules::{ConfigRecord, Ctx, Executable, VersionRecord, activate},
    usage,
};
use alloc::{format, string::String, vec::Vec};
use zera_primitives::{
    AbortReason, Class, Event, Hash, ModuleId, Outcome, Payload, ProposalId, Sequence, WasmModuleUpgradeProposal,
    limits, manifest::ExportKind, proposal::ConfigChange,
};
use zera_state::{StateAccess, StateError, put_typed};

/// Name of a health check's export in code whose manifest names none.
const HEALTH: &str = "health";

/// What an enactment did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Enacted {
    /// Events in order, those of migrations and setters included.
    pub events: Vec<Event>,
    /// Gas that guests used.
    pub gas: u64,
    /// Entries that a migration wrote.
    pub writes: u64,
}

/// Why an enactment changed nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Abort {
    /// The reason that becomes part of the chain.
    pub reason: AbortReason,
    /// The finer cause, for people; never part of consensus.
    pub detail: String,
    /// Gas that guests used until then.
    pub gas: u64,
}

/// How an enactment ended without effects.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EnactError {
    /// The proposal is aborted. The caller rolls back and records it (`record_attempt`, governance's `conclude`).
    #[error("{:?}: {}", .0.reason, .0.detail)]
    Abort(Abort),
    /// No verdict: the state could not be read; [`StateError::is_recoverable`] says which kind.
    #[error(transparent)]
    State(#[from] StateError),
}

/// One enactment under way: in which block, by which vote, and what it has used and emitted so far.
pub struct Enactment<'a, E: ?Sized> {
    ctx: &'a Ctx<'a>,
    executor: &'a mut E,
    proposal: ProposalId,
    class: Class,
    done: Enacted,
}

/// Enacts `payload`, voted as proposal `id` with class `class`.
///
/// [`Payload::Parameters`] is only checked here: the runtime then gives the new set to governance.
///
/// # Errors
/// [`EnactError::Abort`] with the first rule that does not hold; [`EnactError::State`].
pub fn enact<S: StateAccess + ?Sized, E: Executor<S> + ?Sized>(
    st: &mut S,
    ctx: &Ctx<'_>,
    executor: &mut E,
    id: ProposalId,
    class: Class,
    payload: &Payload,
) -> Result<Enacted, EnactError> {
    let mut enactment = Enactment { ctx, executor, proposal: id, class, done: Enacted::default() };
    match payload {
        Payload::Upgrade(upgrade) => enactment.upgrade(st, upgrade)?,
        Payload::Config { changes, .. } => enactment.config(st, changes)?,
        Payload::Parameters { params, .. } => {
            params.check().map_err(|error| enactment.refuse(error.into()))?;
            covers(class, Class::Governance).map_err(|error| enactment.refuse(error))?;
        }
    }
    Ok(enactment.done)
}

/// Replaces the code of `module_id`, document 000's function of that name: validates the bytecode, runs the migration if
/// one was voted, asks `health()`, and then puts the version into force. `enactment` carries block, vote and executor.
/// The outgoing code is never asked.
///
/// # Errors
/// As [`enact`].
pub fn apply_wasm_module_upgrade<S: StateAccess + ?Sized, E: Executor<S> + ?Sized>(
    st: &mut S,
    enactment: &mut Enactment<'_, E>,
    module_id: ModuleId,
    new_wasm_bytecode: &[u8],
    new_version: Sequence,
    migration_logic_hash: Option<Hash>,
) -> Result<(), EnactError> {
    let code = Hash::of(new_wasm_bytecode);
    let asked = Asked { module: module_id, code, version: new_version, migration: migration_logic_hash };
    let new = CodeInfo::read(new_wasm_bytecode).map_err(|error| enactment.refuse(error))?;
    let plan = plan(st, enactment.ctx.supply, enactment.ctx.params, asked, new, When::Enacted)
        .map_err(|error| enactment.refuse(error))?;
    covers(enactment.class, plan.class).map_err(|error| enactment.refuse(error))?;

    let old_generation = plan.record.generation;
    let (generation, migrated) = match &plan.migration {
        Some(migration) => {
            let generation = old_generation.saturating_add(1);
            enactment.migrate(st, module_id, migration, generation, old_generation)?;
            let entries = usage::recount(st, &module_id, generation)?.entries;
            (generation, Some(entries))
        }
        None => (old_generation, None),
    };
    enactment.health(st, module_id, code, &plan, generation)?;
    enactment.put_into_force(st, asked, plan, generation, migrated)?;
    let first_kept = generation.saturating_add(1).saturating_sub(limits::STORAGE_GENERATIONS);
    if migrated.is_some() && first_kept > 0 {
        usage::prune(st, &module_id, first_kept)?;
    }
    Ok(())
}

impl<E: ?Sized> Enactment<'_, E> {
    fn upgrade<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        upgrade: &WasmModuleUpgradeProposal,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        crate::modules::required(st, &upgrade.module_id).map_err(|error| self.refuse(error))?;
        let voted = upgrade.new_wasm_bytecode;
        let bytes = codes::code(st, &voted)?.filter(|bytes| Hash::of(bytes) == voted);
        let bytes = bytes.ok_or_else(|| self.refuse(RegistryError::CodeMissing(voted)))?;
        let (version, migration) = (upgrade.new_version, upgrade.migration_logic_hash);
        apply_wasm_module_upgrade(st, self, upgrade.module_id, &bytes, version, migration)
    }

    fn migrate<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        module: ModuleId,
        migration: &Migration,
        generation: u32,
        old_generation: u32,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let ended = self.run(
            st,
            SystemCall {
                module,
                code: migration.code,
                entry: &migration.entry,
                args: &[],
                caller: SystemCaller::Runtime,
                generation,
                old_generation: Some(old_generation),
                read_only: false,
                gas: 0,
            },
        )?;
        match ended.outcome {
            Outcome::Ok => Ok(()),
            Outcome::OutOfGas => Err(self.failed(AbortReason::MigrationOutOfGas, "the migration", &ended)),
            _ => Err(self.failed(AbortReason::MigrationFailed, "the migration", &ended)),
        }
    }

    /// Asks the new code on the data it will have. It must answer true: 1 directly, or SCALE's.
    fn health<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        module: ModuleId,
        code: Hash,
        plan: &Plan,
        generation: u32,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let Some(entry) = plan.new.entry(plan.manifest.as_ref(), ExportKind::Health, HEALTH) else { return Ok(()) };
        let ended = self.run(
            st,
            SystemCall {
                module,
                code,
                entry: &entry,
                args: &[],
                caller: SystemCaller::Runtime,
                generation,
                old_generation: None,
                read_only: true,
                gas: 0,
            },
        )?;
        let healthy = ended.outcome.is_ok() && matches!(ended.result.as_slice(), [1] | [1, 0, 0, 0]);
        if healthy { Ok(()) } else { Err(self.failed(AbortReason::Unhealthy, "health()", &ended)) }
    }

    fn put_into_force<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        asked: Asked,
        plan: Plan,
        generation: u32,
        migrated: Option<u64>,
    ) -> Result<(), EnactError> {
        let (schema, semver, old_code) = (plan.schema(), plan.semver(), plan.record.code());
        let mut record = plan.record;
        if migrated.is_some() {
            record.data_schemas.clear();
        }
        record.data_schemas.retain(|known| *known != schema);
        record.data_schemas.push(schema);
        record.executable = Executable::Code(asked.code);
        record.sequence = asked.version;
        record.schema = schema;
        record.generation = generation;
        let version = VersionRecord {
            sequence: asked.version,
            semver,
            code: asked.code,
            schema,
            generation,
            enacted: self.ctx.at(),
            proposal: Some(self.proposal),
            migrated,
        };
        activate(st, &asked.module, &record, &version)?;
        self.done.writes = self.done.writes.saturating_add(migrated.unwrap_or(0));
        let fields = ModuleUpgraded {
            module: asked.module,
            sequence: asked.version,
            old_code,
            new_code: asked.code,
            generation,
            migrated,
            proposal: self.proposal,
        };
        self.done.events.push(event(MODULE_UPGRADED, &fields));
        Ok(())
    }

    /// Calls every setter in order with the governance caller, once all changes are known to be legal. A setter cannot
    /// change which code runs, so they stay so.
    fn config<S: StateAccess + ?Sized>(&mut self, st: &mut S, changes: &[ConfigChange]) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let setters = setters(st, changes).map_err(|error| self.refuse(error))?;
        covers(self.class, Class::Patch).map_err(|error| self.refuse(error))?;
        (0..)
            .zip(changes.iter().zip(&setters))
            .try_for_each(|(index, (change, setter))| self.set(st, index, change, setter))
    }

    fn set<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        index: u32,
        change: &ConfigChange,
        setter: &Setter,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let call = SystemCall {
            module: change.module_id,
            code: setter.record.code(),
            entry: &setter.entry,
            args: &setter.args,
            caller: SystemCaller::Governance,
            generation: setter.record.generation,
            old_generation: None,
            read_only: false,
            gas: 0,
        };
        let ended = self.run(st, call)?;
        if !ended.outcome.is_ok() {
            return Err(self.failed(AbortReason::SetterFailed, &setter.entry, &ended));
        }
        let proposal = self.proposal;
        let record =
            ConfigRecord { proposal, value: change.value.clone(), sequence: setter.record.sequence, at: self.ctx.at() };
        put_typed(st, keys::config(&change.module_id, &change.parameter, proposal, index), &record);
        let fields = ConfigChanged {
            module: change.module_id,
            parameter: change.parameter.clone(),
            value: change.value.clone(),
            proposal,
        };
        self.done.events.push(event(CONFIG_CHANGED, &fields));
        Ok(())
    }

    /// Runs a guest with the gas that is left of one enactment's: the migration gas of the parameters in force.
    fn run<S: StateAccess + ?Sized>(&mut self, st: &mut S, call: SystemCall<'_>) -> Result<SystemResult, EnactError>
    where
        E: Executor<S>,
    {
        let gas = self.ctx.params.migration_gas.saturating_sub(self.done.gas);
        let mut ended = self.executor.run(st, &SystemCall { gas, ..call })?;
        self.done.gas = self.done.gas.saturating_add(ended.gas);
        if ended.outcome.is_ok() {
            self.done.events.append(&mut ended.events);
        }
        Ok(ended)
    }

    fn refuse(&self, error: RegistryError) -> EnactError {
        match error {
            RegistryError::State(error) => EnactError::State(error),
            error => self.abort(error.abort_reason(), format!("{error}")),
        }
    }

    fn failed(&self, reason: AbortReason, what: &str, ended: &SystemResult) -> EnactError {
        let cause = ended.diagnostic.as_deref().unwrap_or("no more is known");
        let detail = match ended.outcome {
            Outcome::Ok => format!("{what} did not answer true"),
            outcome => format!("{what} ended {outcome:?}: {cause}"),
        };
        self.abort(reason, detail)
    }

    const fn abort(&self, reason: AbortReason, detail: String) -> EnactError {
        EnactError::Abort(Abort { reason, detail, gas: self.done.gas })
    }
}

#[cfg(test)]
mod tests;
