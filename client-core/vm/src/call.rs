//! What every engine shares: code made ready once, and one call from its beginning to how its ending is read.
//!
//! An engine asks [`RunningCall::begin`] what to run, writes the counters, runs the export, hands every import to
//! [`RunningCall::host`], and gives what it saw to [`RunningCall::end`]. It decides nothing else: outcome, gas and result
//! are computed here, so that two engines can differ only in how they execute operators.

use crate::{
    CallRequest, Execution, VmError,
    abi::{self, Callable, Value},
    host::{self, Answer, GuestMemory, Host, HostFunction, Session, Stop},
    instrument::{MEMORY_REFUSED, instrument},
    profile::{Export, ModuleInfo, validate},
};
use alloc::{boxed::Box, format, string::String, sync::Arc, vec::Vec};
use zera_primitives::{Hash, Outcome};

/// Code that any engine can take: validated and instrumented once.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What validation found.
    pub info: Arc<ModuleInfo>,
    /// The module with our counters in it; valid by construction.
    pub instrumented: Arc<[u8]>,
}

/// Validates and instruments `original`.
///
/// # Errors
/// [`VmError::WrongHash`], [`VmError::Profile`].
pub fn prepare(code_hash: &Hash, original: &[u8]) -> Result<Prepared, VmError> {
    let info = validate(original)?;
    if info.code_hash != *code_hash {
        return Err(VmError::WrongHash(*code_hash));
    }
    let instrumented = instrument(original, &info)?.into();
    Ok(Prepared { info: Arc::new(info), instrumented })
}

/// What an engine is to run once it has an instance.
#[derive(Debug)]
pub struct Entry<'i> {
    /// The export.
    pub export: &'i Export,
    /// Its arguments; as many as it has parameters, of their types.
    pub args: Vec<Value>,
}

/// What happened on the engine's side, whatever made it stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The integer that the export returned, if it returned one.
    pub returned: Option<Value>,
    /// The gas counter where execution stopped; none if there never was an instance.
    pub gas: Option<i64>,
    /// The stack counter where execution stopped; none if there never was an instance.
    pub stack: Option<i64>,
    /// Why execution stopped; none if the export returned.
    pub trap: Option<EngineTrap>,
}

/// Why an engine stopped, unless a host function told it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineTrap {
    /// What the module did, the same in every engine. The text is a diagnostic of this one.
    Guest(String),
    /// What this machine could not do.
    Fault(String),
}

/// What an engine does after a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostReply {
    /// Set the gas counter and return `value` (its low 32 bits for an `i32`; nothing for a function without a result).
    Return {
        /// The result.
        value: u64,
        /// Gas that is left.
        gas: i64,
    },
    /// End the execution of this instance at once; [`RunningCall::end`] knows why.
    Stop,
}

/// One call while an engine runs it.
pub struct RunningCall<'h> {
    request: CallRequest<'h>,
    session: Session<'h>,
}

impl<'h> RunningCall<'h> {
    /// Finds the export, decodes the arguments and takes the gas for beginning; without these the call has ended already.
    ///
    /// # Errors
    /// The execution that has ended: [`Outcome::Invalid`] or [`Outcome::OutOfGas`]. Boxed, as it is rare.
    pub fn begin<'i>(
        info: &'i ModuleInfo,
        request: &CallRequest<'h>,
        host: &'h mut dyn Host,
    ) -> Result<(Self, Entry<'i>), Box<Execution>> {
        let session = Session::new(host, request.args, request.gas, request.stack);
        let mut call = Self { request: *request, session };
        match Entry::find(info, request) {
            Err(message) => Err(Box::new(call.execution(Outcome::Invalid, Vec::new(), Some(message)))),
            Ok(entry) => match call.session.charge(info.begin_gas()) {
                Err(_) => Err(Box::new(call.execution(Outcome::OutOfGas, Vec::new(), None))),
                Ok(()) => Ok((call, entry)),
            },
        }
    }

    /// What the gas counter must hold before the instance runs.
    #[must_use]
    pub fn gas(&self) -> i64 {
        i64::try_from(self.session.gas).unwrap_or(i64::MAX)
    }

    /// What the stack counter must hold before the instance runs.
    #[must_use]
    pub fn stack(&self) -> i64 {
        i64::try_from(self.session.stack).unwrap_or(i64::MAX)
    }

    /// Runs one host function: `args` are its parameters, 32-bit ones zero-extended; `gas` and `stack` the counters.
    pub fn host(
        &mut self,
        function: &'static HostFunction,
        args: &[u64],
        gas: i64,
        stack: i64,
        memory: &mut dyn GuestMemory,
    ) -> HostReply {
        let session = &mut self.session;
        session.stack = u64::try_from(stack).unwrap_or(0);
        // A counter below zero: the call is out of gas before the function begins.
        let (before, answer) = match u64::try_from(gas) {
            Ok(left) => {
                session.gas = left;
                (left, host::dispatch(function, args, memory, session))
            }
            Err(_) => (session.gas, Err(Stop::OutOfGas)),
        };
        let (id, taken) = (function.id as u16, before.saturating_sub(session.gas));
        match answer {
            Ok(Answer { value, written }) => {
                session.trace.host_call(id, value, written, taken);
                HostReply::Return { value, gas: self.gas() }
            }
            Err(stop) => {
                session.trace.host_stop(id, taken);
                session.stop = Some(stop);
                HostReply::Stop
            }
        }
    }

    /// Reads how the call ended. Whatever stopped it, a gas counter below zero is [`Outcome::OutOfGas`].
    ///
    /// # Errors
    /// [`VmError::Aborted`] when a host function missed a key, [`VmError::Fault`] for what is no outcome.
    pub fn end(mut self, ending: Ending) -> Result<Execution, VmError> {
        let Ending { returned, gas, stack, trap } = ending;
        // Where a host function stopped the call, the session holds the gas; before there are counters, too.
        if let Some(stop) = self.session.stop.take() {
            return self.stopped(stop);
        }
        if let Some(gas) = gas {
            if gas == MEMORY_REFUSED {
                return Err(VmError::Fault("out of memory".into()));
            }
            self.session.gas = u64::try_from(gas).unwrap_or(0);
            if gas < 0 {
                return Ok(self.execution(Outcome::OutOfGas, Vec::new(), None));
            }
        }
        match trap {
            None => {
                let output = core::mem::take(&mut self.session.output);
                Ok(self.execution(Outcome::Ok, returned.map_or(output, Value::to_bytes), None))
            }
            Some(_) if stack.is_some_and(i64::is_negative) => {
                Ok(self.execution(Outcome::StackLimit, Vec::new(), Some("calls nest too deeply".into())))
            }
            Some(EngineTrap::Guest(text)) => Ok(self.execution(Outcome::Trap, Vec::new(), Some(text))),
            Some(EngineTrap::Fault(text)) => Err(VmError::Fault(text)),
        }
    }

    fn stopped(self, stop: Stop) -> Result<Execution, VmError> {
        let (outcome, diagnostic) = match stop {
            Stop::OutOfGas => (Outcome::OutOfGas, None),
            Stop::Trap(message) => (Outcome::Trap, Some(message)),
            Stop::Refused(message) => (Outcome::HostRefused, Some(message)),
            Stop::Callee(outcome, diagnostic) => (outcome, diagnostic),
            Stop::NotLoaded => return Err(VmError::Aborted { gas_used: self.gas_used() }),
            Stop::Fault(message) => return Err(VmError::Fault(message)),
        };
        Ok(self.execution(outcome, Vec::new(), diagnostic))
    }

    fn gas_used(&self) -> u64 {
        self.request.gas.saturating_sub(self.session.gas)
    }

    fn execution(self, outcome: Outcome, result: Vec<u8>, diagnostic: Option<String>) -> Execution {
        let gas_used = if outcome == Outcome::OutOfGas { self.request.gas } else { self.gas_used() };
        let trace = self.session.trace.finish(&self.request, &result, gas_used, outcome);
        Execution { outcome, result, gas_used, diagnostic, trace }
    }
}

impl<'i> Entry<'i> {
    fn find(info: &'i ModuleInfo, call: &CallRequest<'_>) -> Result<Self, String> {
        let Some(export) = info.function(call.entry) else {
            return Err(format!("the module exports no function {:?}", call.entry));
        };
        let args = match abi::callable(&export.params, &export.results) {
            Callable::Scale => Some(Vec::new()),
            Callable::Direct => abi::decode_args(&export.params, call.args),
            Callable::Internal => return Err(format!("{:?} cannot be called from outside", call.entry)),
        };
        let wanted: usize = export.params.iter().map(|kind| kind.bytes()).sum();
        let args =
            args.ok_or_else(|| format!("{:?} takes {wanted} bytes of arguments, not {}", call.entry, call.args.len()))?;
        Ok(Self { export, args })
    }
}
