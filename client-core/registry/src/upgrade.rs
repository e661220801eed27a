//! Enactment (design §6): one step in which nothing changes unless everything holds, or, for a migration that takes several
//! blocks, a first, middle and last step of which only the last is seen by anybody. This room writes straight into the
//! state it is given; the runtime hands it an overlay and rolls back to its checkpoint on an error. How parameters are set
//! is in [`crate::config`], how a proposal's own code is held to its list in [`crate::effects`].

use crate::{
    builders, codes,
    error::RegistryError,
    events::{
        BUILDERS_CHANGED, MIGRATION_PROGRESS, MODULE_FROZEN, MODULE_ROLLED_BACK, MODULE_UNFROZEN, MODULE_UPGRADED,
        MigrationProgress, ModuleFrozen, ModuleRolledBack, ModuleUnfrozen, ModuleUpgraded, VALIDATORS_CHANGED, event,
    },
    executor::{Executor, SystemCall, SystemCaller, SystemResult},
    freeze,
    info::CodeInfo,
    journal::{self, Deed, Vote},
    keys,
    legality::{Asked, Data, HEALTH, Migration, Plan, When, covers, plan},
    migration::{self, MigrationRecord},
    modules::{Ctx, activate},
    records::VersionRecord,
    refs, rollback,
    usage::{self, Usage},
    validators,
};
use alloc::{format, string::String, vec::Vec};
use zera_primitives::{
    AbortReason, Class, Event, Executable, Hash, ModuleId, Outcome, Payload, ProposalId, Sequence,
    manifest::ExportKind, payload::Rollback,
};
use zera_state::{StateAccess, StateError, put_typed};

/// What an enactment did in this block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Enacted {
    /// Events in order, those of migrations and setters included.
    pub events: Vec<Event>,
    /// Gas that guests used.
    pub gas: u64,
    /// Entries that a migration wrote.
    pub writes: u64,
    /// Enacted proposals whose versions a rollback undid.
    pub undone: Vec<ProposalId>,
    /// True while a migration needs more blocks: go on with [`resume`].
    pub unfinished: bool,
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
    pub(crate) ctx: &'a Ctx<'a>,
    pub(crate) executor: &'a mut E,
    pub(crate) vote: &'a Vote,
    pub(crate) done: Enacted,
    /// Gas that outgoing code used for its answers.
    outgoing_gas: u64,
}

/// Enacts `payload`, voted as `vote` says.
///
/// [`Payload::Parameters`], [`Payload::Spam`] and [`Payload::RequestProof`] are only checked here: the runtime then does
/// what they ask for.
///
/// # Errors
/// [`EnactError::Abort`] with the first rule that does not hold; [`EnactError::State`].
pub fn enact<S: StateAccess + ?Sized, E: Executor<S> + ?Sized>(
    st: &mut S,
    ctx: &Ctx<'_>,
    executor: &mut E,
    vote: &Vote,
    payload: &Payload,
) -> Result<Enacted, EnactError> {
    let mut enactment = Enactment { ctx, executor, vote, done: Enacted::default(), outgoing_gas: 0 };
    enactment.payload(st, payload)?;
    Ok(enactment.ended())
}

/// Goes on with the migration of `module` that `vote` began.
///
/// # Errors
/// As [`enact`]; the caller rolls this block's part back and calls [`migration::abandon`].
pub fn resume<S: StateAccess + ?Sized, E: Executor<S> + ?Sized>(
    st: &mut S,
    ctx: &Ctx<'_>,
    executor: &mut E,
    vote: &Vote,
    payload: &Payload,
) -> Result<Enacted, EnactError> {
    let mut enactment = Enactment { ctx, executor, vote, done: Enacted::default(), outgoing_gas: 0 };
    enactment.resume(st, payload)?;
    Ok(enactment.ended())
}

/// Replaces the code of `module_id`, document 000's function of that name: validates the bytecode, runs the migration if
/// one was voted, asks invariants and `health()`, and then puts the version into force. `enactment` carries block, vote
/// and executor. The outgoing code is never asked for permission.
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
    let plan = plan(st, enactment.ctx, asked, new, When::Enacted).map_err(|error| enactment.refuse(error))?;
    covers(enactment.vote.class, plan.class).map_err(|error| enactment.refuse(error))?;
    enactment.apply(st, asked, plan, None)
}

impl<E: ?Sized> Enactment<'_, E> {
    fn payload<S: StateAccess + ?Sized>(&mut self, st: &mut S, payload: &Payload) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let proposal = self.vote.proposal;
        match payload {
            Payload::Upgrade(upgrade) => self.upgrade(st, &upgrade.into()),
            Payload::Rollback(rollback) => self.rollback(st, rollback),
            Payload::Config { changes, .. } => self.config(st, changes),
            Payload::Execute(execution) => self.execution(st, execution),
            Payload::Parameters { params, .. } => {
                params.check().map_err(|error| self.refuse(error.into()))?;
                self.covered(Class::Governance)
            }
            Payload::Freeze { module_id: module, slots, .. } => {
                self.covered(Class::Emergency)?;
                let until = freeze::freeze(st, self.ctx, module, *slots, proposal);
                let until = until.map_err(|error| self.refuse(error))?;
                self.done.events.push(event(MODULE_FROZEN, &ModuleFrozen { module: *module, until, proposal }));
                self.note(st, Some(module), Deed::Frozen { until })
            }
            Payload::Unfreeze { module_id: module, .. } => {
                self.covered(Class::Emergency)?;
                freeze::unfreeze(st, self.ctx, module).map_err(|error| self.refuse(error))?;
                self.done.events.push(event(MODULE_UNFROZEN, &ModuleUnfrozen { module: *module, proposal }));
                self.note(st, Some(module), Deed::Unfrozen)
            }
            Payload::Reference { module_id, reference, .. } => {
                self.covered(Class::Major)?;
                let new = Executable::ExternalRef(reference.clone());
                let event = refs::switch(st, self.ctx, module_id, new, Some(self.vote));
                self.done.events.push(event.map_err(|error| self.refuse(error))?);
                Ok(())
            }
            Payload::Builders { add, remove, .. } => {
                self.covered(Class::Major)?;
                let list = builders::changed(st, add, remove).map_err(|error| self.refuse(error))?;
                builders::put(st, &list);
                self.done.events.push(event(BUILDERS_CHANGED, &proposal));
                self.note(st, None, Deed::Builders { added: add.clone(), removed: remove.clone() })
            }
            Payload::Validators { add, remove, evidence, .. } => {
                self.covered(Class::Governance)?;
                let set = validators::changed(st, add, remove, evidence.as_deref());
                validators::put(st, &set.map_err(|error| self.refuse(error))?);
                self.done.events.push(event(VALIDATORS_CHANGED, &proposal));
                self.note(st, None, Deed::Validators { added: add.clone(), removed: remove.clone() })
            }
            Payload::Spam { .. } => self.covered(Class::Minor),
            Payload::RequestProof { .. } => self.covered(Class::Patch),
        }
    }

    pub(crate) fn covered(&self, computed: Class) -> Result<(), EnactError> {
        covers(self.vote.class, computed).map_err(|error| self.refuse(error))
    }

    pub(crate) fn note<S: StateAccess + ?Sized>(
        &self,
        st: &mut S,
        module: Option<&ModuleId>,
        deed: Deed,
    ) -> Result<(), EnactError> {
        Ok(journal::note(st, self.ctx, module, Some(self.vote), deed)?)
    }

    pub(crate) fn upgrade<S: StateAccess + ?Sized>(&mut self, st: &mut S, asked: &Asked) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        crate::modules::required(st, &asked.module).map_err(|error| self.refuse(error))?;
        let bytes = codes::code(st, &asked.code)?.filter(|bytes| Hash::of(bytes) == asked.code);
        let bytes = bytes.ok_or_else(|| self.refuse(RegistryError::CodeMissing(asked.code)))?;
        apply_wasm_module_upgrade(st, self, asked.module, &bytes, asked.version, asked.migration)
    }

    fn rollback<S: StateAccess + ?Sized>(&mut self, st: &mut S, rollback: &Rollback) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let (asked, plan) = rollback::plan(st, self.ctx, rollback).map_err(|error| self.refuse(error))?;
        self.covered(plan.class)?;
        self.apply(st, asked, plan, Some(rollback.to_version))
    }

    /// Applies what was found legal: at once, or by the first steps of a migration.
    fn apply<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        asked: Asked,
        plan: Plan,
        rollback_to: Option<Sequence>,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        if plan.record.migrating.is_some() {
            return Err(self.refuse(RegistryError::Busy));
        }
        let Data::Migrate(migration) = &plan.data else { return self.finish(st, asked, plan, None, rollback_to) };
        let migration = migration.clone();
        let mut work = MigrationRecord {
            proposal: self.vote.proposal,
            code: asked.code,
            version: asked.version,
            migration: migration.code,
            rollback_to,
            generation: plan.record.next_generation,
            cursor: Vec::new(),
            usage: Usage::default(),
            begun: self.ctx.height,
            blocks: 0,
            steps: 0,
            gas: 0,
        };
        let complete = if migration.stepwise {
            self.steps(st, asked.module, &migration, &mut work, plan.record.generation)?
        } else {
            work.usage = self.migrate(st, asked.module, &migration, work.generation, plan.record.generation)?;
            true
        };
        if complete {
            return self.finish(st, asked, plan, Some(&work), rollback_to);
        }
        let mut record = plan.record;
        record.migrating = Some(self.vote.proposal);
        record.next_generation = work.generation.saturating_add(1);
        put_typed(st, keys::module(&asked.module), &record);
        self.note(st, Some(&asked.module), Deed::MigrationBegun { generation: work.generation, code: migration.code })?;
        self.pause(st, asked.module, &work);
        Ok(())
    }

    fn pause<S: StateAccess + ?Sized>(&mut self, st: &mut S, module: ModuleId, work: &MigrationRecord) {
        migration::put(st, &module, work);
        let (proposal, steps, entries, gas) = (work.proposal, work.steps, work.usage.entries, work.gas);
        let fields = MigrationProgress { module, proposal, steps, entries, gas };
        self.done.events.push(event(MIGRATION_PROGRESS, &fields));
        self.done.unfinished = true;
    }

    fn resume<S: StateAccess + ?Sized>(&mut self, st: &mut S, payload: &Payload) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let gone = || RegistryError::NoSuchModule(payload.module().copied().unwrap_or_default());
        let module = *payload.module().ok_or_else(|| self.refuse(gone()))?;
        let mut work = migration::migration(st, &module)?.ok_or_else(|| self.refuse(gone()))?;
        migration::close(st, &module).map_err(|error| self.refuse(error))?;
        let (asked, plan) = match payload {
            Payload::Rollback(rollback) => rollback::plan(st, self.ctx, rollback),
            _ => codes::required_info(st, &work.code).and_then(|new| {
                let asked = work.asked(module);
                Ok((asked, plan(st, self.ctx, asked, new, When::Enacted)?))
            }),
        }
        .map_err(|error| self.refuse(error))?;
        let Data::Migrate(migration) = &plan.data else { return Err(self.refuse(gone())) };
        let migration = migration.clone();
        if self.steps(st, module, &migration, &mut work, plan.record.generation)? {
            let rollback_to = work.rollback_to;
            return self.finish(st, asked, plan, Some(&work), rollback_to);
        }
        let mut record = plan.record;
        record.migrating = Some(self.vote.proposal);
        put_typed(st, keys::module(&module), &record);
        self.pause(st, module, &work);
        Ok(())
    }

    /// Runs a migration that does all in one call, and answers what it wrote.
    fn migrate<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        module: ModuleId,
        migration: &Migration,
        generation: u32,
        old_generation: u32,
    ) -> Result<Usage, EnactError>
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
                usage: Usage::default(),
                read_only: false,
                gas: 0,
            },
        )?;
        match ended.outcome {
            Outcome::Ok => Ok(ended.usage),
            Outcome::OutOfGas => Err(self.failed(AbortReason::MigrationOutOfGas, "the migration", &ended)),
            _ => Err(self.failed(AbortReason::MigrationFailed, "the migration", &ended)),
        }
    }

    /// Asks invariants and health of what would be in force, then puts it into force.
    fn finish<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        asked: Asked,
        plan: Plan,
        migrated: Option<&MigrationRecord>,
        rollback_to: Option<Sequence>,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let generation = match (&plan.data, migrated) {
            (_, Some(work)) => work.generation,
            (Data::Return(place), None) => {
                plan.record.earlier.get(*place).map_or(plan.record.generation, |earlier| earlier.number)
            }
            _ => plan.record.generation,
        };
        // A return to code that ran before is the way out of code that lies, so what the lying code says binds it only where
        // a migration writes the data anew.
        if rollback_to.is_none() || migrated.is_some() {
            self.invariants(st, asked, &plan, generation)?;
        }
        if let Some(entry) = plan.new.entry(plan.manifest.as_ref(), ExportKind::Health, HEALTH) {
            let ended = self.run(st, looking(asked.module, asked.code, &entry, generation))?;
            if !ended.outcome.is_ok() || !matches!(ended.result.as_slice(), [1] | [1, 0, 0, 0]) {
                return Err(self.failed(AbortReason::Unhealthy, "health()", &ended));
            }
        }
        self.put_into_force(st, asked, plan, generation, migrated, rollback_to)
    }

    /// Asks both codes what must not change. What the old code cannot answer binds nobody: a broken old version never
    /// blocks its replacement.
    fn invariants<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        asked: Asked,
        plan: &Plan,
        generation: u32,
    ) -> Result<(), EnactError>
    where
        E: Executor<S>,
    {
        let (Some(old), Some(new)) = (&plan.old_manifest, &plan.manifest) else { return Ok(()) };
        let both = old.exports.iter().filter(|export| export.kind == ExportKind::Invariant);
        for export in both {
            if new.export(&export.name).is_none_or(|other| other.kind != ExportKind::Invariant) {
                continue;
            }
            let before = looking(asked.module, plan.old_code, &export.name, plan.record.generation);
            let before = self.ask_outgoing(st, &before)?;
            let after = self.run(st, looking(asked.module, asked.code, &export.name, generation))?;
            if before.outcome.is_ok() && (!after.outcome.is_ok() || after.result != before.result) {
                let detail = format!("{}() has another value afterwards", export.name);
                return Err(self.abort(AbortReason::InvariantBroken, detail));
            }
        }
        Ok(())
    }

    /// Runs outgoing code with gas of its own, half of an enactment's: a broken old version cannot use up what its
    /// replacement needs, and a migration that leaves no gas cannot keep it from being heard.
    fn ask_outgoing<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        call: &SystemCall<'_>,
    ) -> Result<SystemResult, EnactError>
    where
        E: Executor<S>,
    {
        let gas = (self.ctx.params.migration_gas / 2).saturating_sub(self.outgoing_gas);
        let ended = self.executor.run(st, &SystemCall { gas, ..*call })?;
        self.outgoing_gas = self.outgoing_gas.saturating_add(ended.gas);
        Ok(ended)
    }

    fn put_into_force<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        asked: Asked,
        plan: Plan,
        generation: u32,
        work: Option<&MigrationRecord>,
        rollback_to: Option<Sequence>,
    ) -> Result<(), EnactError> {
        let (schema, semver, old_code) = (plan.schema(), plan.semver(), plan.old_code);
        let (data, mut record) = (plan.data, plan.record);
        let module = asked.module;
        if let Some(work) = work {
            record.turn_to(generation, schema, usage::storage_usage(st, &module)?);
            usage::save(st, &module, &work.usage);
            usage::retire(st, &module, &mut record)?;
        } else if let Data::Return(place) = data {
            let gone = record.return_to(place, usage::storage_usage(st, &module)?);
            usage::discard(st, &module, &gone.numbers)?;
            usage::save(st, &module, &gone.usage);
        }
        record.data_schemas.retain(|known| *known != schema);
        record.data_schemas.push(schema);
        refs::count(st, &module, &record.executable, false).map_err(|error| self.refuse(error))?;
        record.executable = Executable::Code(asked.code);
        record.sequence = asked.version;
        record.schema = schema;
        record.migrating = None;
        let migrated = work.map(|work| work.usage.entries);
        let version = VersionRecord {
            sequence: asked.version,
            semver,
            code: asked.code,
            reference: None,
            schema,
            generation,
            enacted: self.ctx.at(),
            proposal: Some(self.vote.proposal),
            migrated,
            rollback_to,
        };
        if let Some(to) = rollback_to {
            let undone = crate::modules::versions(st, &module)?.into_iter();
            let undone = undone.filter(|version| version.sequence > to && version.rollback_to.is_none());
            self.done.undone.extend(undone.filter_map(|version| version.proposal));
        }
        activate(st, &module, &record, &version)?;
        self.done.writes = self.done.writes.saturating_add(migrated.unwrap_or(0));
        self.tell(st, module, &version, old_code, matches!(data, Data::Return(_)))
    }

    /// Event and journal entry of a version that came into force.
    fn tell<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        module: ModuleId,
        version: &VersionRecord,
        old_code: Hash,
        data: bool,
    ) -> Result<(), EnactError> {
        let VersionRecord { sequence, code: new_code, schema, generation, migrated, .. } = *version;
        let proposal = self.vote.proposal;
        let deed = if let Some(to) = version.rollback_to {
            let fields = ModuleRolledBack { module, sequence, to, old_code, new_code, generation, data, proposal };
            self.done.events.push(event(MODULE_ROLLED_BACK, &fields));
            Deed::RolledBack { sequence, to, old_code, new_code, generation, data }
        } else {
            let fields = ModuleUpgraded { module, sequence, old_code, new_code, generation, migrated, proposal };
            self.done.events.push(event(MODULE_UPGRADED, &fields));
            let builders = builders::verdicts(st, &new_code)?;
            Deed::Upgraded { sequence, old_code, new_code, schema, generation, migrated, builders }
        };
        self.note(st, Some(&module), deed)
    }

    /// Runs a guest with the gas that is left of one enactment's: the migration gas of the parameters in force.
    pub(crate) fn run<S: StateAccess + ?Sized>(
        &mut self,
        st: &mut S,
        call: SystemCall<'_>,
    ) -> Result<SystemResult, EnactError>
    where
        E: Executor<S>,
    {
        let gas = self.gas_left();
        let mut ended = self.executor.run(st, &SystemCall { gas, ..call })?;
        self.done.gas = self.done.gas.saturating_add(ended.gas);
        if ended.outcome.is_ok() {
            self.done.events.append(&mut ended.events);
        }
        Ok(ended)
    }

    /// What it did; the gas of outgoing code is part of what the block has to bear.
    fn ended(self) -> Enacted {
        let gas = self.done.gas.saturating_add(self.outgoing_gas);
        Enacted { gas, ..self.done }
    }

    pub(crate) const fn gas_left(&self) -> u64 {
        self.ctx.params.migration_gas.saturating_sub(self.done.gas)
    }

    pub(crate) const fn gas_used(&self) -> u64 {
        self.done.gas
    }

    pub(crate) fn refuse(&self, error: RegistryError) -> EnactError {
        match error {
            RegistryError::State(error) => EnactError::State(error),
            error => self.abort(error.abort_reason(), format!("{error}")),
        }
    }

    pub(crate) fn failed(&self, reason: AbortReason, what: &str, ended: &SystemResult) -> EnactError {
        let cause = ended.diagnostic.as_deref().unwrap_or("no more is known");
        let detail = match ended.outcome {
            Outcome::Ok => format!("{what} did not answer true"),
            outcome => format!("{what} ended {outcome:?}: {cause}"),
        };
        self.abort(reason, detail)
    }

    pub(crate) const fn abort(&self, reason: AbortReason, detail: String) -> EnactError {
        EnactError::Abort(Abort { reason, detail, gas: self.done.gas.saturating_add(self.outgoing_gas) })
    }
}

/// A read-only call of `code` on one generation of a module's data.
fn looking(module: ModuleId, code: Hash, entry: &str, generation: u32) -> SystemCall<'_> {
    SystemCall {
        module,
        code,
        entry,
        args: &[],
        caller: SystemCaller::Runtime,
        generation,
        old_generation: None,
        usage: Usage::default(),
        read_only: true,
        gas: 0,
    }
}

#[cfg(test)]
mod tests;
