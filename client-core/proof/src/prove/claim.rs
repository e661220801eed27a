//! What is to be proven of a run: the statement and the host log, from the record that the ledger's engine made and the
//! trace that the rows made of it.

use alloc::vec::Vec;
use zera_primitives::{Hash, Outcome};
use zera_proof_rows::{LogEntry, Program, TRANSLATOR_VERSION, Trace, host::regions};
use zera_proof_verify::{Emitted, Events, HostCall, HostLog, HostStop, Origin, Part, Statement};
use zera_vm::{
    StorageAccess, TraceRecord,
    host::table::{FUNCTIONS, HostId},
    trace::HostDigest,
};

/// What a statement says that the run does not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Context {
    /// Genesis hash of the chain; zero without one.
    pub chain: Hash,
    /// Version of the chain's rules.
    pub runtime_version: u32,
    /// Digest of the verifying keys.
    pub keys: Hash,
    /// Where the run happened.
    pub origin: Origin,
    /// Whatever the verifier asked to be named.
    pub nonce: Hash,
    /// What the proof shall not tell.
    pub hide: Hide,
}

/// What a proof shall not tell. Only of local runs.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Hide {
    /// Arguments by their place; shorter lists show the rest. Of a call that reads its arguments as bytes there is one.
    pub args: Vec<bool>,
    /// The result.
    pub result: bool,
    /// Topics and data of events.
    pub events: bool,
}

/// Why a run cannot be stated so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClaimError {
    /// The trace and the record are not of one run.
    #[error("the record and the trace of the run do not belong together")]
    OtherRun,
    /// Hiding and the ledger exclude each other.
    #[error("a call that stands in a block hides nothing: its arguments are there already")]
    OnLedger,
    /// Arguments would be hidden in the statement and stand in the log.
    #[error("hidden arguments might show: what the module gives to {0} stands in the proof's host log")]
    Shown(&'static str),
}

/// Statement and host log of `record`, whose trace over the rows of `program` is `trace`.
///
/// # Errors
/// See [`ClaimError`].
pub fn claim(
    record: &TraceRecord,
    program: &Program,
    trace: &Trace,
    context: Context,
) -> Result<(Statement, HostLog), ClaimError> {
    let Context { chain, runtime_version, keys, origin, nonce, hide } = context;
    if origin != Origin::Local && (hide.result || hide.events || hide.args.contains(&true)) {
        return Err(ClaimError::OnLedger);
    }
    let by_bytes = program.params.is_empty() && program.result.is_none();
    let covers = Covers {
        input: by_bytes && hide.args.first() == Some(&true),
        output: program.result.is_none() && hide.result && record.outcome == Outcome::Ok,
        events: hide.events,
    };
    let log = host_log(record, trace, covers).ok_or(ClaimError::OtherRun)?;
    if hide.args.contains(&true)
        && let Some(name) = shown(&log)
    {
        return Err(ClaimError::Shown(name));
    }
    let result = (record.outcome == Outcome::Ok).then(|| part(record.result.clone(), hide.result));
    let statement = Statement {
        chain,
        runtime_version,
        translator: TRANSLATOR_VERSION,
        keys,
        code_hash: record.code_hash,
        entry: record.entry.clone(),
        args: arguments(record, program, by_bytes, &hide.args).ok_or(ClaimError::OtherRun)?,
        result,
        events: events(&log, hide.events),
        outcome: record.outcome,
        gas: record.gas_used,
        gas_charged: trace.gas,
        gas_limit: record.gas_limit,
        stack_limit: record.stack_limit,
        host_digest: host_digest(record, &log),
        storage_digest: record.storage_digest,
        origin,
        nonce,
    };
    Ok((statement, log))
}

/// The first host function that was given bytes which a proof shows although they are neither result nor event.
fn shown(log: &HostLog) -> Option<&'static str> {
    let meant = |id: HostId| matches!(id, HostId::OutputWrite | HostId::EmitEvent);
    let answered = log.calls.iter().filter(|call| !call.read.is_empty()).map(|call| call.function);
    let stopped = log.stop.iter().filter(|stop| !stop.read.is_empty()).map(|stop| stop.function);
    let functions = answered.chain(stopped).filter_map(|function| FUNCTIONS.get(usize::from(function)));
    functions.into_iter().find(|function| !meant(function.id)).map(|function| function.name)
}

/// What of the host log is hidden.
#[derive(Clone, Copy)]
struct Covers {
    input: bool,
    output: bool,
    events: bool,
}

fn part(bytes: Vec<u8>, hidden: bool) -> Part {
    if hidden { Part::Hidden(u32::try_from(bytes.len()).unwrap_or(u32::MAX)) } else { Part::Public(bytes) }
}

fn arguments(record: &TraceRecord, program: &Program, by_bytes: bool, hide: &[bool]) -> Option<Vec<Part>> {
    let hidden = |index: usize| hide.get(index).copied().unwrap_or(false);
    if by_bytes {
        return Some(alloc::vec![part(record.args.clone(), hidden(0))]);
    }
    let mut rest = record.args.as_slice();
    let mut parts = Vec::with_capacity(program.params.len());
    for (index, wide) in program.params.iter().enumerate() {
        let (bytes, after) = rest.split_at_checked(if *wide { 8 } else { 4 })?;
        parts.push(part(bytes.to_vec(), hidden(index)));
        rest = after;
    }
    rest.is_empty().then_some(parts)
}

/// The log of the run, call by call. None if the entries do not fit the record.
fn host_log(record: &TraceRecord, trace: &Trace, covers: Covers) -> Option<HostLog> {
    let mut entries = trace.log.as_slice();
    let mut accesses = record.storage.iter();
    let mut calls = Vec::with_capacity(record.host_calls.len());
    for recorded in &record.host_calls {
        let asked = Asked::take(&mut entries, recorded.function, false)?;
        let id = FUNCTIONS.get(usize::from(recorded.function))?.id;
        let hide_read = match id {
            HostId::OutputWrite => covers.output,
            HostId::EmitEvent => covers.events,
            _ => false,
        };
        calls.push(HostCall {
            function: recorded.function,
            args: asked.args,
            read: asked.read.into_iter().map(|bytes| part(bytes, hide_read)).collect(),
            whole: whole(id, &mut accesses, recorded.written.len()),
            written: part(recorded.written.clone(), covers.input && id == HostId::InputRead),
            returned: recorded.returned,
            gas: recorded.gas,
        });
    }
    let stop = match record.stop {
        None => None,
        Some(stop) => {
            let asked = Asked::take(&mut entries, stop.function, true)?;
            let (function, gas, access) = (stop.function, stop.gas, accesses.next().cloned());
            Some(HostStop { function, args: asked.args, read: asked.read, gas, access })
        }
    };
    entries.is_empty().then_some(HostLog { calls, stop })
}

/// The whole value of a storage read, where it is longer than what was copied; moves past the access of the call.
fn whole<'r>(id: HostId, accesses: &mut impl Iterator<Item = &'r StorageAccess>, copied: usize) -> Option<Vec<u8>> {
    match id {
        HostId::StorageGet | HostId::OldStorageGet | HostId::OldStorageNext => {
            let value = accesses.next()?.value.as_ref()?;
            (value.len() > copied).then(|| value.clone())
        }
        HostId::StorageSet | HostId::StorageRemove => {
            accesses.next()?;
            None
        }
        _ => None,
    }
}

/// What the entries of one call say was asked.
#[derive(Default)]
struct Asked {
    args: Vec<u64>,
    read: Vec<Vec<u8>>,
}

impl Asked {
    /// Takes the entries of the next call, to its end. A call that stopped may have left fewer, or none.
    fn take(entries: &mut &[LogEntry], function: u16, stopped: bool) -> Option<Self> {
        let mut asked = Self::default();
        let mut bytes = Vec::new();
        let mut ended = false;
        while let Some((entry, rest)) = entries.split_first() {
            *entries = rest;
            match *entry {
                LogEntry::Argument { function: of, value, .. } if of == function => asked.args.push(value),
                LogEntry::Memory { function: of, mask, write: false, value, .. } if of == function => {
                    let set = value.to_le_bytes().into_iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
                    bytes.extend(set.map(|(_, byte)| byte));
                }
                LogEntry::Memory { function: of, write: true, .. } if of == function => {}
                LogEntry::Call { function: of, .. } if of == function && !stopped => ended = true,
                LogEntry::Stop { function: of } if of == function && stopped => ended = true,
                _ => return None,
            }
            if ended {
                break;
            }
        }
        if !ended && !stopped {
            return None;
        }
        let regions = regions(function, &asked.args).unwrap_or_default();
        let mut rest = bytes.as_slice();
        for (_, length) in regions.read {
            let Some((region, after)) = rest.split_at_checked(length as usize) else { break };
            asked.read.push(region.to_vec());
            rest = after;
            // What a stopped call did not log is no region that it read.
            if stopped && rest.is_empty() {
                break;
            }
        }
        rest.is_empty().then_some(asked)
    }
}

fn events(log: &HostLog, hidden: bool) -> Events {
    let of_event = |call: &&HostCall| {
        FUNCTIONS.get(usize::from(call.function)).is_some_and(|function| function.id == HostId::EmitEvent)
    };
    let emitted = log.calls.iter().filter(of_event);
    if hidden {
        return Events::Hidden(u32::try_from(emitted.count()).unwrap_or(u32::MAX));
    }
    let bytes = |call: &HostCall, index: usize| {
        call.read.get(index).and_then(Part::shown).map(<[u8]>::to_vec).unwrap_or_default()
    };
    Events::Public(emitted.map(|call| Emitted { topic: bytes(call, 0), data: bytes(call, 1) }).collect())
}

/// The digest of the log as the verifier sees it: hidden bytes count as none.
fn host_digest(record: &TraceRecord, log: &HostLog) -> Hash {
    let mut digest = HostDigest::default();
    for call in &log.calls {
        digest.call(call.function, call.returned, call.gas, call.written.shown().unwrap_or_default());
    }
    if let Some(stop) = record.stop {
        digest.stop(stop);
    }
    digest.finish()
}
