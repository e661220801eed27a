//! One transaction's or system call's run through modules: the chain of calls, its budgets, records and events.

use crate::{context::BlockCtx, host::FrameHost, machine::Machine};
use alloc::{format, string::String, string::ToString, vec::Vec};
use zera_primitives::{
    AccountId, Amount, CallRecord, Event, Gas, Hash, ModuleId, Outcome, limits, manifest::ExportKind,
};
use zera_registry as registry;
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
    pub instead: Option<Instead>,
    /// Nothing may change: health checks and queries. Passed on to nested calls.
    pub read_only: bool,
}

/// Code and storage of a system call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instead {
    /// The code to run.
    pub code: Hash,
    /// The storage generation it writes.
    pub generation: u32,
    /// The generation a migration reads.
    pub old_generation: Option<u32>,
}

/// One module on the chain of calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub module: ModuleId,
    pub generation: u32,
    pub old_generation: Option<u32>,
    pub caller: [u8; 32],
    pub kind: CallerKind,
    pub value: Amount,
    pub read_only: bool,
    memory: u64,
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
    pub traces: Vec<TraceRecord>,
    /// The state error that made the engine stop.
    pub missed: Option<StateError>,
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
        }
    }

    /// Runs one call, taking what it uses from `gas`.
    pub(crate) fn invoke(&mut self, call: &Invocation<'_>, gas: &mut u64, stack: u64) -> Result<Vec<u8>, Stop> {
        let (frame, info) = self.enter(call)?;
        if !call.value.is_zero() {
            accounts::transfer(self.st, &AccountId(call.caller), &call.module.account(), call.value)?;
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
            storage_log: Hash::ZERO,
            outcome: Outcome::Invalid,
        });
        self.frames.push(frame);
        let request = CallRequest { code_hash: info.code_hash, entry: call.entry, args: call.args, gas: *gas, stack };
        let machine = self.machine;
        let ended = machine.engine().execute(&request, &mut FrameHost { session: self, frame });
        self.frames.pop();
        let execution = ended.map_err(|error| self.stop(error))?;
        *gas = gas.saturating_sub(execution.gas_used);
        if let Some(record) = self.records.get_mut(place) {
            record.result = Hash::of(&execution.result);
            record.gas = Gas(execution.gas_used);
            record.storage_log = execution.trace.storage_digest;
            record.outcome = execution.outcome;
        }
        self.traces.push(execution.trace);
        if execution.outcome.is_ok() {
            Ok(execution.result)
        } else {
            Err(Stop::Outcome(execution.outcome, execution.diagnostic))
        }
    }

    /// Everything that decides whether a call may begin.
    fn enter(&mut self, call: &Invocation<'_>) -> Result<(Frame, alloc::sync::Arc<ModuleInfo>), Stop> {
        if self.frames.len() >= limits::CALL_DEPTH {
            return Err(Stop::refused(format!("calls nest deeper than {}", limits::CALL_DEPTH)));
        }
        if self.frames.iter().any(|frame| frame.module == call.module) {
            return Err(Stop::refused("a module on the chain of calls was called again"));
        }
        let instead = match call.instead {
            Some(instead) => instead,
            None => {
                let record = registry::module(self.st, &call.module)?.ok_or_else(|| Stop::invalid("no such module"))?;
                Instead { code: record.code(), generation: record.generation, old_generation: None }
            }
        };
        let info = self.prepare(&instead.code)?;
        let memory = self.frames.iter().fold(info.memory_max_bytes(), |sum, frame| sum.saturating_add(frame.memory));
        if memory > limits::CALL_CHAIN_MEMORY {
            return Err(Stop::refused("the memories on the chain of calls pass 64 MiB"));
        }
        self.check_kind(call, &info)?;
        let frame = Frame {
            module: call.module,
            generation: instead.generation,
            old_generation: instead.old_generation,
            caller: call.caller,
            kind: call.kind,
            value: call.value,
            read_only: call.read_only,
            memory: info.memory_max_bytes(),
        };
        Ok((frame, info))
    }

    /// Loads and prepares code. The code is read from the state each time, cached or not: what a transaction touches
    /// must not depend on what this executor ran before.
    fn prepare(&mut self, code: &Hash) -> Result<alloc::sync::Arc<ModuleInfo>, Stop> {
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
            ExportKind::Health | ExportKind::Query | ExportKind::Call => true,
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
            VmError::NotLoaded => match self.missed.take() {
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
