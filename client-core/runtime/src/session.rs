//! One transaction's or system call's run through modules: the chain of calls, its budgets, records and events.

use crate::{context::BlockCtx, host::FrameHost, machine::Machine};
use alloc::{format, string::String, string::ToString, vec::Vec};
use zera_primitives::{
    AccountId, Amount, CallRecord, Event, Gas, Hash, ModuleId, Outcome, limits, manifest::ExportKind,
};
use zera_registry::{self as registry, Effects, ModuleRecord, Usage};
use zera_state::{Overlay, StateError, accounts};
use zera_vm::{CallRequest, CallerKind, ModuleInfo, TraceRecord, VmError};

/// Why a call did not end `Ok`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// An outcome of consensus, with its finer cause for people.
    Outcome(Outcome, Option<String>),
    /// No outcome: a key is not loaded, or the state is damaged.
    State(StateError),
    /// No outcome: this executor is broken.
    Fault(String),
}

impl Stop {
    /// A call that could not begin.
    pub(crate) fn invalid(cause: impl ToString) -> Self {
        Self::Outcome(Outcome::Invalid, Some(cause.to_string()))
    }

    /// A request the host refused.
    pub(crate) fn refused(cause: impl ToString) -> Self {
        Self::Outcome(Outcome::HostRefused, Some(cause.to_string()))
    }
}

impl From<StateError> for Stop {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl From<registry::RegistryError> for Stop {
    fn from(error: registry::RegistryError) -> Self {
        match error {
            registry::RegistryError::State(error) => Self::State(error),
            other => Self::invalid(other),
        }
    }
}

impl From<zera_governance::GovError> for Stop {
    fn from(error: zera_governance::GovError) -> Self {
        match error {
            zera_governance::GovError::State(error) => Self::State(error),
            other => Self::invalid(other),
        }
    }
}

impl From<accounts::AccountError> for Stop {
    fn from(error: accounts::AccountError) -> Self {
        match error {
            accounts::AccountError::State(error) => Self::State(error),
            other => Self::invalid(other),
        }
    }
}

/// One call of an export, by whoever may ask.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The module.
    pub module: ModuleId,
    /// The export.
    pub entry: &'a str,
    /// Arguments.
    pub args: &'a [u8],
    /// ZRA attached, moved from `caller`'s account.
    pub value: Amount,
    /// Who calls.
    pub caller: [u8; 32],
    /// What kind of caller that is.
    pub kind: CallerKind,
    /// Code and storage generations other than the registry's: upgrades run code that is not active yet.
    pub(crate) instead: Option<Instead>,
    /// Nothing may change: health checks and queries. Passed on to nested calls.
    pub read_only: bool,
}

/// Code and storage of a system call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Instead {
    /// The code to run.
    pub code: Hash,
    /// The storage generation it writes.
    pub generation: u32,
    /// Who runs.
    pub role: Role,
}

/// One module on the chain of calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub module: ModuleId,
    /// Who runs: a module, a migration of one, or a proposal's own code.
    pub role: Role,
    pub generation: u32,
    pub caller: [u8; 32],
    pub kind: CallerKind,
    pub value: Amount,
    pub read_only: bool,
    memory: u64,
    /// The module's data are as their migration left them, so the first change has to be noted.
    pub fresh: bool,
    /// Its place among the session's records.
    pub place: usize,
}

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// A module at work.
    Module,
    /// A migration: it reads the storage generation `from` and writes its own, and reaches nothing else.
    Migration {
        /// The generation left behind.
        from: u32,
    },
    /// The code of an executable proposal: it has no storage and no ZRA, and calls modules.
    Proposal,
}

/// The run.
pub(crate) struct Session<'s, 'o> {
    pub st: &'s mut Overlay<'o>,
    pub machine: &'s Machine,
    pub ctx: &'s BlockCtx,
    /// Who pays for stored bytes; nobody in system calls, where the registry recounts.
    pub payer: Option<AccountId>,
    pub frames: Vec<Frame>,
    pub records: Vec<CallRecord>,
    pub events: Vec<Event>,
    /// Of each call in `records`, once it has ended.
    pub traces: Vec<Option<TraceRecord>>,
    /// The state error that made the engine stop.
    pub missed: Option<StateError>,
    /// What a migration has written so far.
    pub usage: Usage,
    /// What an executable proposal has done so far; none for everything else.
    pub effects: Option<Effects>,
    /// False in calls by which governance sets parameters: those change no code, whatever a setter calls.
    pub may_change_code: bool,
    /// True on a copy of the state that nobody keeps, where calls that may only read still bring data up to date.
    pub is_copy: bool,
    /// The transaction that runs; none for what a block does by itself.
    pub transaction: Option<Hash>,
    /// Modules created so far.
    pub created: Vec<ModuleId>,
}

impl<'s, 'o> Session<'s, 'o> {
    pub(crate) fn new(
        st: &'s mut Overlay<'o>,
        machine: &'s Machine,
        ctx: &'s BlockCtx,
        payer: Option<AccountId>,
    ) -> Self {
        Self {
            st,
            machine,
            ctx,
            payer,
            frames: Vec::new(),
            records: Vec::new(),
            events: Vec::new(),
            traces: Vec::new(),
            missed: None,
            usage: Usage::default(),
            effects: None,
            may_change_code: true,
            is_copy: false,
            transaction: None,
            created: Vec::new(),
        }
    }

    /// Moves ZRA, and notes it where effects are counted.
    pub(crate) fn transfer(&mut self, from: &AccountId, to: &AccountId, amount: Amount) -> Result<(), Stop> {
        accounts::transfer(self.st, from, to, amount)?;
        if let Some(effects) = &mut self.effects {
            effects.move_zra(*from, *to, amount);
        }
        Ok(())
    }

    /// Records an event.
    pub(crate) fn emit(&mut self, event: Event) -> Result<(), Stop> {
        if self.events.len() >= limits::EVENTS {
            return Err(Stop::refused("more than 256 events in one transaction"));
        }
        self.events.push(event);
        Ok(())
    }

    /// Notes that the module of `frame` changed its data or moved ZRA.
    pub(crate) fn touch(&mut self, frame: &Frame) -> Result<(), Stop> {
        if frame.fresh {
            registry::touch(self.st, &frame.module)?;
        }
        Ok(())
    }

    /// Runs one call, taking what it uses from `gas`.
    pub(crate) fn invoke(&mut self, call: &Invocation<'_>, gas: &mut u64, stack: u64) -> Result<Vec<u8>, Stop> {
        let (frame, info) = self.enter(call, gas, stack)?;
        if !call.value.is_zero() {
            self.transfer(&AccountId(call.caller), &call.module.account(), call.value)?;
            self.touch(&frame)?;
        }
        if let (Some(effects), Role::Module) = (&mut self.effects, frame.role) {
            match call.kind {
                CallerKind::Governance => effects.sets.push((call.module, call.entry.into(), call.args.to_vec())),
                _ => effects.call(call.module, call.entry),
            }
        }
        let place = self.records.len();
        self.records.push(CallRecord {
            depth: u8::try_from(self.frames.len()).unwrap_or(u8::MAX),
            module: call.module,
            code: info.code_hash,
            entry: call.entry.into(),
            args: Hash::of(call.args),
            result: Hash::ZERO,
            gas: Gas(0),
            host_log: Hash::ZERO,
            storage_log: Hash::ZERO,
            logged: None,
            outcome: Outcome::Invalid,
        });
        self.traces.push(None);
        self.frames.push(frame);
        let request = CallRequest { code_hash: info.code_hash, entry: call.entry, args: call.args, gas: *gas, stack };
        let machine = self.machine;
        let ended = machine.engine().execute(&request, &mut FrameHost { session: self, frame });
        self.frames.pop();
        let execution = match ended {
            Ok(execution) => execution,
            Err(error) => {
                if let VmError::Aborted { gas_used } = error {
                    *gas = gas.saturating_sub(gas_used);
                }
                return Err(self.stop(error));
            }
        };
        *gas = gas.saturating_sub(execution.gas_used);
        if let Some(record) = self.records.get_mut(place) {
            record.result = Hash::of(&execution.result);
            record.gas = Gas(execution.gas_used);
            record.host_log = execution.trace.host_digest;
            record.storage_log = execution.trace.storage_digest;
            record.outcome = execution.outcome;
        }
        if let Some(trace) = self.traces.get_mut(place).filter(|_| self.machine.records()) {
            *trace = Some(execution.trace);
        }
        if execution.outcome.is_ok() {
            Ok(execution.result)
        } else {
            Err(Stop::Outcome(execution.outcome, execution.diagnostic))
        }
    }

    /// Everything that decides whether a call may begin. Data of a follower that wait for their migration take it first,
    /// from `gas`.
    fn enter(
        &mut self,
        call: &Invocation<'_>,
        gas: &mut u64,
        stack: u64,
    ) -> Result<(Frame, alloc::sync::Arc<ModuleInfo>), Stop> {
        if self.frames.len() >= limits::CALL_DEPTH {
            return Err(Stop::refused(format!("calls nest deeper than {}", limits::CALL_DEPTH)));
        }
        if self.frames.iter().any(|frame| frame.module == call.module) {
            return Err(Stop::refused("a module on the chain of calls was called again"));
        }
        let (generation, role, fresh, info) = match call.instead {
            Some(instead) => (instead.generation, instead.role, false, self.prepare(&instead.code)?),
            None => {
                let record = registry::module(self.st, &call.module)?.ok_or_else(|| Stop::invalid("no such module"))?;
                self.check_running(call, &record)?;
                let info = self.prepare(&registry::resolve(self.st, self.ctx.slot, &record.executable)?)?;
                let record = self.arrive(call, record, &info, gas, stack)?;
                (record.generation, Role::Module, record.fresh, info)
            }
        };
        let memory = self.frames.iter().fold(info.memory_max_bytes(), |sum, frame| sum.saturating_add(frame.memory));
        if memory > limits::CALL_CHAIN_MEMORY {
            return Err(Stop::refused("the memories on the chain of calls pass 64 MiB"));
        }
        self.check_kind(call, &info)?;
        let frame = Frame {
            module: call.module,
            role,
            generation,
            caller: call.caller,
            kind: call.kind,
            value: call.value,
            read_only: call.read_only,
            memory: info.memory_max_bytes(),
            fresh,
            place: self.records.len(),
        };
        Ok((frame, info))
    }

    /// A module whose data are being written anew answers nobody; a frozen one answers questions and governance.
    fn check_running(&self, call: &Invocation<'_>, record: &ModuleRecord) -> Result<(), Stop> {
        if let Some(proposal) = record.migrating {
            return Err(Stop::refused(format!(
                "the module is paused: the migration of proposal {proposal} is under way"
            )));
        }
        let stopped = record.frozen.filter(|frozen| frozen.until > self.ctx.slot);
        match stopped {
            Some(frozen) if !call.read_only && call.kind != CallerKind::Governance => Err(Stop::refused(format!(
                "the module is frozen until slot {} by proposal {}",
                frozen.until, frozen.proposal
            ))),
            _ => Ok(()),
        }
    }

    /// True when `entry` sets a parameter of `module`.
    pub(crate) fn is_setter(&mut self, module: &ModuleId, entry: &str) -> Result<bool, Stop> {
        let manifest = match registry::running_manifest(self.st, self.ctx.slot, module) {
            Ok(manifest) => manifest,
            Err(registry::RegistryError::State(error)) => return Err(Stop::State(error)),
            Err(_) => None,
        };
        let export = manifest.as_ref().and_then(|manifest| manifest.export(entry));
        Ok(export.is_some_and(|export| export.kind == ExportKind::Setter))
    }

    /// Loads and prepares code. The code counts as read each time, cached or not, since what a transaction touches must
    /// not depend on what this executor ran before; but its bytes are only copied when the engine does not have it.
    fn prepare(&mut self, code: &Hash) -> Result<alloc::sync::Arc<ModuleInfo>, Stop> {
        if let Some(info) = self.machine.engine().info(code)
            && registry::is_code(self.st, code)?
        {
            return Ok(info);
        }
        let bytes = registry::code(self.st, code)?.ok_or_else(|| Stop::invalid(format!("no code {code}")))?;
        self.machine.engine().prepare(code, &bytes).map_err(|error| self.stop(error))
    }

    /// Holds callers to what the manifest says an export is for.
    fn check_kind(&self, call: &Invocation<'_>, info: &ModuleInfo) -> Result<(), Stop> {
        let Some(manifest) = self.machine.manifest(info) else { return Ok(()) };
        let Some(export) = manifest.export(call.entry) else { return Ok(()) };
        let allowed = match export.kind {
            ExportKind::Setter => call.kind == CallerKind::Governance,
            ExportKind::Constructor | ExportKind::Migration => call.kind == CallerKind::Runtime,
            ExportKind::Health | ExportKind::Invariant | ExportKind::Query | ExportKind::Call => true,
        };
        if !allowed {
            return Err(Stop::refused(format!("{} may be called by {} only", export.name, whom(export.kind))));
        }
        if !call.value.is_zero() && !export.payable && export.kind != ExportKind::Constructor {
            return Err(Stop::refused(format!("{} does not accept ZRA", export.name)));
        }
        Ok(())
    }

    fn stop(&mut self, error: VmError) -> Stop {
        match error {
            VmError::Aborted { .. } => match self.missed.take() {
                Some(missed) => Stop::State(missed),
                None => Stop::Fault("the engine missed a key that nobody named".into()),
            },
            VmError::Profile(error) => Stop::invalid(error),
            other => Stop::Fault(other.to_string()),
        }
    }
}

fn whom(kind: ExportKind) -> &'static str {
    if kind == ExportKind::Setter { "governance" } else { "the runtime" }
}
