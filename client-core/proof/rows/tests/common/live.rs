//! Host calls answered by a chain: the very code of `zera_vm` that answers guests, over the rows' memory.

use zera_proof_rows::{
    Answer, Replay, Request, Trace,
    host::{Unanswered, regions},
    run::Memory,
};
use zera_vm::{
    CallRequest, Ending, EngineTrap, Execution, GuestMemory, Host, HostReply, ModuleInfo, Outcome, RunningCall,
    VmError,
    abi::{ValKind, Value},
    host::table::FUNCTIONS,
};

/// Answers from a [`Host`]. Nested calls get the stack budget that the call began with.
pub struct Live<'h> {
    request: CallRequest<'h>,
    /// None once the host has ended the call.
    running: Option<RunningCall<'h>>,
    ended: Option<Result<Execution, VmError>>,
}

impl<'h> Live<'h> {
    /// Begins the call that `request` describes.
    ///
    /// # Errors
    /// The execution, if it has ended already: the entry cannot be called so, or the gas does not suffice to begin.
    pub fn begin(
        info: &ModuleInfo,
        request: &CallRequest<'h>,
        host: &'h mut dyn Host,
    ) -> Result<(Self, Vec<u64>), Box<Execution>> {
        let (running, entry) = RunningCall::begin(info, request, host)?;
        let args = entry.args.iter().map(|value| raw(*value)).collect();
        Ok((Self { request: *request, running: Some(running), ended: None }, args))
    }

    /// What the engine would have said about the call that `trace` is the run of; `result` is the kind of its result.
    ///
    /// # Errors
    /// As [`zera_vm::Engine::execute`].
    pub fn end(self, trace: &Trace, result: Option<ValKind>) -> Result<Execution, VmError> {
        if let Some(ended) = self.ended {
            return ended;
        }
        let running = self.running.ok_or_else(|| VmError::Fault(String::from("the call has no end")))?;
        let returned = trace.result.zip(result).map(|(value, kind)| match kind {
            ValKind::I32 => Value::I32((value as u32).cast_signed()),
            ValKind::I64 => Value::I64(value.cast_signed()),
        });
        let short = trace.outcome == Outcome::OutOfGas;
        let left = self.request.gas.checked_sub(trace.gas).filter(|_| !short);
        running.end(Ending {
            returned,
            gas: Some(left.map_or(-1, |left| i64::try_from(left).unwrap_or(i64::MAX))),
            stack: Some(if trace.outcome == Outcome::StackLimit { -1 } else { 0 }),
            trap: (trace.outcome != Outcome::Ok).then(|| EngineTrap::Guest(String::from("the module trapped"))),
        })
    }
}

/// A value as a register holds it.
fn raw(value: Value) -> u64 {
    match value {
        Value::I32(value) => u64::from(value.cast_unsigned()),
        Value::I64(value) => value.cast_unsigned(),
    }
}

/// The rows' memory for one host call: writes are kept until the call has been answered.
struct Lent<'m> {
    memory: &'m Memory,
    written: Option<(u32, Vec<u8>)>,
}

impl GuestMemory for Lent<'_> {
    fn read(&self, ptr: u32, len: u32) -> Option<Vec<u8>> {
        self.memory.read(ptr, len)
    }

    fn write(&mut self, ptr: u32, bytes: &[u8]) -> bool {
        let inside = u32::try_from(bytes.len()).is_ok_and(|len| self.memory.contains(ptr, len));
        if inside {
            self.written = Some((ptr, bytes.to_vec()));
        }
        inside
    }

    fn contains(&self, ptr: u32, len: u32) -> bool {
        self.memory.contains(ptr, len)
    }
}

impl Replay for Live<'_> {
    fn call(&mut self, request: &Request<'_>) -> Result<Answer, Unanswered> {
        let broken = |what: &str| Unanswered::Broken(String::from(what));
        let running = self.running.as_mut().ok_or_else(|| broken("the call has ended"))?;
        let function = FUNCTIONS.get(usize::from(request.function)).ok_or_else(|| broken("no such function"))?;
        let before = i64::try_from(request.gas).unwrap_or(i64::MAX);
        let stack = i64::try_from(self.request.stack).unwrap_or(i64::MAX);
        let mut lent = Lent { memory: request.memory, written: None };
        match running.host(function, request.args, before, stack, &mut lent) {
            HostReply::Return { value, gas } => {
                let target = regions(request.function, request.args).and_then(|regions| regions.write);
                let written = lent.written.filter(|(_, bytes)| !bytes.is_empty());
                if written.as_ref().is_some_and(|(ptr, _)| Some(*ptr) != target) {
                    return Err(broken("it writes where the function does not"));
                }
                let gas = before.checked_sub(gas).and_then(|gas| u64::try_from(gas).ok());
                let gas = gas.ok_or_else(|| broken("it gives gas"))?;
                Ok(Answer::Return { value, written: written.map(|(_, bytes)| bytes).unwrap_or_default(), gas })
            }
            HostReply::Stop => {
                let running = self.running.take().ok_or_else(|| broken("the call has ended"))?;
                let ended = running.end(Ending { returned: None, gas: None, stack: None, trap: None });
                let outcome = match &ended {
                    Ok(execution) => execution.outcome,
                    Err(error) => return Err(Unanswered::Broken(error.to_string())),
                };
                self.ended = Some(ended);
                Ok(Answer::Stop(outcome))
            }
        }
    }
}
