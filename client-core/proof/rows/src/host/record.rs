//! Running a recorded call again on rows: host calls are answered as the record says, everything else must come out as it
//! says, or nothing may be proven.

use super::{Answer, Disagreement, Replay, Request, Unanswered, regions};
use crate::{Program, Runner, Start, Trace, TraceError, Unprovable, space, translate};
use alloc::{format, string::String, vec::Vec};
use core::fmt::Debug;
use zera_primitives::{Hash, Outcome};
use zera_vm::{
    AccessKind, HostCallResult, HostDigest, StorageDigest, TraceRecord,
    abi::ValKind,
    host::table::{FUNCTIONS, HostId},
};

/// What a read answers for nothing.
const ABSENT: u64 = u32::MAX as u64;

/// Why a recorded call has no trace.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReplayError {
    /// The rows and the record differ. Never seen as long as every part is right; it is shown until somebody looked.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// The module or the entry is outside the provable profile.
    #[error(transparent)]
    Unprovable(#[from] Unprovable),
    /// The record was too long to be kept whole.
    #[error("the record of this call was too long to be kept whole")]
    Incomplete,
    /// The run itself; too long for a proof, for example.
    #[error(transparent)]
    Trace(TraceError),
}

impl From<TraceError> for ReplayError {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::Host(Unanswered::Disagreement(disagreement)) => Self::Disagreement(disagreement),
            other => Self::Trace(other),
        }
    }
}

/// Runs the call of `record` on the rows of `code` to its end.
///
/// # Errors
/// [`ReplayError`].
pub fn replay(record: &TraceRecord, code: &[u8]) -> Result<Trace, ReplayError> {
    same("the code", &record.code_hash, &Hash::of(code))?;
    let program = translate(code)?.program(&record.entry)?;
    let mut replaying = Replaying::new(record, &program, space::MAX_STEPS)?;
    replaying.advance(usize::MAX)?;
    replaying.finish()
}

/// A replay in slices.
#[derive(Debug)]
pub struct Replaying<'r> {
    program: &'r Program,
    runner: Runner<'r>,
    answers: Recorded<'r>,
}

impl<'r> Replaying<'r> {
    /// Before the first step; `program` is that of the record's code and entry.
    ///
    /// # Errors
    /// [`ReplayError::Incomplete`], or a [`Disagreement`] about the digests or arguments.
    pub fn new(record: &'r TraceRecord, program: &'r Program, max_steps: usize) -> Result<Self, ReplayError> {
        if !record.complete {
            return Err(ReplayError::Incomplete);
        }
        digests(record)?;
        let args = arguments(program, &record.args)
            .ok_or_else(|| differ("the arguments", &record.args, &"parameters of other sizes"))?;
        let (stack, gas_limit) = (record.stack_limit, record.gas_limit);
        let runner = Runner::new(program, &Start { args: &args, stack, gas_limit, max_steps })?;
        let answers = Recorded { record, calls: 0, accesses: 0, output: Vec::new(), stopped: false };
        Ok(Self { program, runner, answers })
    }

    /// Steps so far.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.runner.steps()
    }

    /// Runs about `steps` more steps; true at the end.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn advance(&mut self, steps: usize) -> Result<bool, ReplayError> {
        Ok(self.runner.advance(steps, &mut self.answers)?)
    }

    /// The trace, if it ended as the record says in every respect.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn finish(self) -> Result<Trace, ReplayError> {
        let Self { program, runner, answers } = self;
        let trace = runner.finish()?;
        let record = answers.record;
        same("the outcome", &record.outcome, &trace.outcome)?;
        let spent = trace.gas > record.gas_limit;
        // Engines look at their counters later than rows do: a host call that was reached without gas did nothing.
        let idle = record.stop.is_some_and(|stop| stop.gas == 0) && spent;
        same("how many host calls there were", &record.host_calls.len(), &answers.calls)?;
        same("whether a host call ended it", &(record.stop.is_some() && !idle), &answers.stopped)?;
        same("how many storage accesses there were", &record.storage.len(), &answers.accesses)?;
        let of_host = record.stop.filter(|_| answers.stopped).map_or(0, |stop| stop.gas);
        let gas = if trace.outcome == Outcome::OutOfGas { record.gas_limit } else { trace.gas.saturating_add(of_host) };
        same("the gas", &record.gas_used, &gas)?;
        same("whether the gas sufficed", &true, &(gas <= record.gas_limit))?;
        let result = match (trace.outcome, program.result, trace.result) {
            (Outcome::Ok, Some(true), Some(value)) => value.to_le_bytes().to_vec(),
            (Outcome::Ok, Some(false), Some(value)) => (value as u32).to_le_bytes().to_vec(),
            (Outcome::Ok, ..) => answers.output,
            _ => Vec::new(),
        };
        same("the result", &record.result, &result)?;
        Ok(trace)
    }
}

/// That the bodies of a record are those that its digests were made of.
fn digests(record: &TraceRecord) -> Result<(), Disagreement> {
    let mut log = HostDigest::default();
    for HostCallResult { function, returned, gas, written } in &record.host_calls {
        log.call(*function, *returned, *gas, written);
    }
    record.stop.into_iter().for_each(|stop| log.stop(stop));
    same("the digest of the host log", &record.host_digest, &log.finish())?;
    let mut storage = StorageDigest::default();
    record.storage.iter().for_each(|access| storage.access(access.kind, &access.key, access.value.as_deref()));
    same("the digest of the storage log", &record.storage_digest, &storage.finish())
}

/// The registers that a call's argument bytes stand for; none if they have another length. A call without parameters and
/// without a result reads them itself.
#[must_use]
pub fn arguments(program: &Program, mut bytes: &[u8]) -> Option<Vec<u64>> {
    if program.params.is_empty() && program.result.is_none() {
        return Some(Vec::new());
    }
    let mut values = Vec::with_capacity(program.params.len());
    for wide in &program.params {
        let (head, rest) = bytes.split_at_checked(if *wide { 8 } else { 4 })?;
        values.push(head.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte)));
        bytes = rest;
    }
    bytes.is_empty().then_some(values)
}

fn differ(what: impl Into<String>, recorded: &dyn Debug, replayed: &dyn Debug) -> Disagreement {
    Disagreement { what: what.into(), recorded: format!("{recorded:?}"), replayed: format!("{replayed:?}") }
}

fn same<T: PartialEq + Debug>(what: &str, recorded: &T, replayed: &T) -> Result<(), Disagreement> {
    if recorded == replayed { Ok(()) } else { Err(differ(what, recorded, replayed)) }
}

/// Answers as a record says, and holds what the guest asks against it.
#[derive(Debug)]
struct Recorded<'r> {
    record: &'r TraceRecord,
    /// Host calls answered so far.
    calls: usize,
    /// Storage accesses made so far.
    accesses: usize,
    /// What the guest has written as its result.
    output: Vec<u8>,
    /// A host call has ended the run.
    stopped: bool,
}

impl Replay for Recorded<'_> {
    fn call(&mut self, request: &Request<'_>) -> Result<Answer, Unanswered> {
        let asked = || FUNCTIONS.get(usize::from(request.function)).map_or("an unknown function", |known| known.name);
        let what = || format!("host call {}", self.calls);
        let Some(recorded) = self.record.host_calls.get(self.calls) else {
            let stop = self.record.stop.filter(|stop| stop.function == request.function);
            stop.ok_or_else(|| differ(what(), &"no such call", &asked()))?;
            self.stopped = true;
            self.stop(request)?;
            return Ok(Answer::Stop(self.record.outcome));
        };
        if recorded.function != request.function {
            return Err(differ(what(), &name(recorded.function), &asked()).into());
        }
        let regions = regions(request.function, request.args).unwrap_or_default();
        let mut read = Vec::with_capacity(regions.read.len());
        for (ptr, len) in regions.read {
            let outside = || differ(what(), &asked(), &format!("{}, which leaves the memory", asked()));
            read.push(request.memory.read(ptr, len).ok_or_else(outside)?);
        }
        self.hold(request, recorded, &read)?;
        self.calls = self.calls.saturating_add(1);
        Ok(Answer::Return { value: recorded.returned, written: recorded.written.clone(), gas: recorded.gas })
    }
}

fn name(function: u16) -> &'static str {
    FUNCTIONS.get(usize::from(function)).map_or("an unknown function", |known| known.name)
}

impl Recorded<'_> {
    /// That `call` can be the answer to what was asked, where that follows from the record or the guest.
    fn hold(&mut self, request: &Request<'_>, call: &HostCallResult, read: &[Vec<u8>]) -> Result<(), Disagreement> {
        let what = format!("host call {}, {}", self.calls, name(call.function));
        let Some(known) = FUNCTIONS.get(usize::from(call.function)) else {
            return Err(differ(what, &call.function, &"no such function"));
        };
        if known.result != Some(ValKind::I64) && call.returned > ABSENT {
            return Err(differ(what, &call.returned, &"a result of 32 bits"));
        }
        let part = |at: usize| read.get(at).map(Vec::as_slice).unwrap_or_default();
        match known.id {
            HostId::InputLen => same(&what, &call.returned, &(self.record.args.len() as u64)),
            HostId::InputRead => {
                let arg = |at: usize| request.args.get(at).and_then(|arg| usize::try_from(*arg).ok()).unwrap_or(0);
                let end = arg(1).saturating_add(arg(2));
                same(&what, &Some(call.written.as_slice()), &self.record.args.get(arg(1)..end))
            }
            HostId::OutputWrite => {
                self.output.extend_from_slice(part(0));
                Ok(())
            }
            HostId::Blake3 => same(&what, &call.written.as_slice(), &blake3::hash(part(0)).as_bytes().as_slice()),
            HostId::StorageGet => self.found(&what, AccessKind::Read, part(0), call),
            HostId::OldStorageGet => self.found(&what, AccessKind::OldRead, part(0), call),
            HostId::OldStorageNext => self.found(&what, AccessKind::OldNext, part(0), call),
            HostId::StorageSet => {
                self.access(&what, AccessKind::Write, part(0)).and_then(|value| same(&what, &value, &Some(part(1))))
            }
            HostId::StorageRemove => {
                self.access(&what, AccessKind::Remove, part(0)).and_then(|value| same(&what, &value, &None))
            }
            _ => Ok(()),
        }
    }

    /// The value of the next storage access, if it is of that kind and key.
    fn access(&mut self, what: &str, kind: AccessKind, key: &[u8]) -> Result<Option<&[u8]>, Disagreement> {
        let Some(access) = self.record.storage.get(self.accesses) else {
            return Err(differ(what, &"no further storage access", &(kind, key)));
        };
        same(what, &(access.kind, access.key.as_slice()), &(kind, key))?;
        self.accesses = self.accesses.saturating_add(1);
        Ok(access.value.as_deref())
    }

    /// That a storage read answered what the storage log says.
    fn found(&mut self, what: &str, kind: AccessKind, key: &[u8], call: &HostCallResult) -> Result<(), Disagreement> {
        let value = self.access(what, kind, key)?;
        let (length, copied) = value.map_or((ABSENT, &[][..]), |value| {
            (value.len() as u64, value.get(..call.written.len()).unwrap_or_default())
        });
        same(what, &(call.returned, call.written.as_slice()), &(length, copied))
    }

    /// What follows from the host having ended the call: an outcome of failure, for `fail` itself which one; and a read may
    /// stand in the storage log all the same.
    fn stop(&mut self, request: &Request<'_>) -> Result<(), Disagreement> {
        let what = "the host call that ended it";
        let region = regions(request.function, request.args).and_then(|regions| regions.read.first().copied());
        let first = region.and_then(|(ptr, len)| request.memory.read(ptr, len));
        let possible = match self.record.outcome {
            Outcome::Ok | Outcome::Invalid => false,
            Outcome::HostRefused | Outcome::OutOfGas => true,
            _ => first.is_none() || request.function != HostId::Fail as u16,
        };
        if !possible {
            return Err(differ(what, &self.record.outcome, &name(request.function)));
        }
        let kind = match FUNCTIONS.get(usize::from(request.function)).map(|known| known.id) {
            Some(HostId::StorageGet) => AccessKind::Read,
            Some(HostId::OldStorageGet) => AccessKind::OldRead,
            Some(HostId::OldStorageNext) => AccessKind::OldNext,
            _ => return Ok(()),
        };
        let (Some(key), true) = (first, self.accesses < self.record.storage.len()) else { return Ok(()) };
        self.access(what, kind, &key).map(|_| ())
    }
}
