//! The host log made again, call by call: entries for the bus, storage accesses, events, both digests.
//!
//! What follows from the statement and the call itself (arguments read, results written, events, hashes) is checked here.
//! Everything else is the host's word: a receipt's digest vouches for it, or, for a local run, nobody but the prover.

use crate::{
    Emitted, Events, HostCall, HostLog, HostStop, Part, Statement, VerifyError,
    rules::{by_bytes, hides_events},
};
use alloc::vec::Vec;
use zera_primitives::{Outcome, limits};
use zera_proof_rows::{
    LogEntry, Program,
    host::{Regions, pieces, regions},
};
use zera_vm::{
    AccessKind, StorageAccess,
    abi::ValKind,
    host::{
        HostFunction,
        table::{FUNCTIONS, HostId},
    },
    trace::{self, HostDigest, StorageDigest},
};

/// Most host calls of a log.
pub const MAX_CALLS: usize = 1 << 16;
/// Most bytes of one region of memory: what a host function hashes may be all of a guest's.
pub const MAX_REGION: usize = limits::MODULE_MEMORY as usize;
/// Most bytes that are hidden in a log: far more than any end segment takes.
pub const MAX_HIDDEN: u64 = 256 << 10;
/// What a function that answers a length answers for nothing.
const ABSENT: u64 = u32::MAX as u64;
/// Most bytes of a topic.
const TOPIC_BYTES: usize = 128;

/// What a log comes to.
#[derive(Debug)]
pub struct Replayed {
    /// Entries; true where the value is hidden.
    pub entries: Vec<(LogEntry, bool)>,
    /// Storage accesses, in order.
    pub storage: Vec<StorageAccess>,
    /// What the module wrote as its result.
    pub output: Part,
}

/// Makes the log again. `ran_out`: the rows ran out of gas on their way, so that what stopped left no entry of its own.
///
/// # Errors
/// [`VerifyError::Log`], [`VerifyError::Statement`] where the statement says otherwise.
pub fn replay(statement: &Statement, log: &HostLog, program: &Program, ran_out: bool) -> Result<Replayed, VerifyError> {
    if log.calls.len() > MAX_CALLS {
        return Err(VerifyError::Log("too many host calls"));
    }
    let mut walk = Walk::new(statement, program);
    for call in &log.calls {
        walk.call(call)?;
    }
    if let Some(stop) = &log.stop {
        walk.stop(stop, ran_out)?;
    }
    walk.finish()
}

struct Walk<'s> {
    statement: &'s Statement,
    /// All argument bytes, if none is hidden.
    input: Option<Vec<u8>>,
    input_length: usize,
    /// Parts of hidden arguments that were read: one that is read twice could be two things at once.
    taken: Vec<(u64, u64)>,
    /// Its arguments are read as bytes alone.
    by_bytes: bool,
    /// Its result is what it writes.
    by_output: bool,
    entries: Vec<(LogEntry, bool)>,
    storage: Vec<StorageAccess>,
    written: Vec<u8>,
    hidden: u64,
    hidden_output: u64,
    events: Vec<Emitted>,
    hidden_events: u32,
    host: HostDigest,
}

impl<'s> Walk<'s> {
    fn new(statement: &'s Statement, program: &Program) -> Self {
        let shown: Option<Vec<&[u8]>> = statement.args.iter().map(Part::shown).collect();
        Self {
            statement,
            input: shown.map(|parts| parts.concat()),
            input_length: statement.args.iter().fold(0usize, |sum, part| sum.saturating_add(part.len())),
            taken: Vec::new(),
            by_bytes: by_bytes(program),
            by_output: program.result.is_none(),
            entries: Vec::new(),
            storage: Vec::new(),
            written: Vec::new(),
            hidden: 0,
            hidden_output: 0,
            events: Vec::new(),
            hidden_events: 0,
            host: HostDigest::default(),
        }
    }

    /// One answered call.
    fn call(&mut self, call: &HostCall) -> Result<(), VerifyError> {
        let (function, regions) = known(call.function, &call.args)?;
        fits(function, call, &regions)?;
        self.meaning(function, call)?;
        for (position, value) in (0u8..).zip(&call.args) {
            self.entries.push((LogEntry::Argument { function: call.function, position, value: *value }, false));
        }
        for (part, (ptr, _)) in call.read.iter().zip(&regions.read) {
            self.memory(call.function, *ptr, part, false)?;
        }
        if let Some(ptr) = regions.write {
            self.memory(call.function, ptr, &call.written, true)?;
        }
        let answer = LogEntry::Call { function: call.function, result: call.returned, gas: call.gas };
        self.entries.push((answer, false));
        self.host.call(call.function, call.returned, call.gas, call.written.shown().unwrap_or_default());
        Ok(())
    }

    /// The call that ended the execution.
    fn stop(&mut self, stop: &HostStop, ran_out: bool) -> Result<(), VerifyError> {
        let name = stop.function;
        self.host.stop(trace::HostStop { function: name, gas: stop.gas });
        if ran_out {
            // The rows end before it: there is nothing of it on the bus.
            let nothing = stop.args.is_empty() && stop.read.is_empty() && stop.access.is_none();
            return if nothing { Ok(()) } else { Err(VerifyError::Log("a host call after the gas ran out")) };
        }
        let (function, regions) = known(name, &stop.args)?;
        let lengths = stop.read.iter().zip(&regions.read).all(|(bytes, (_, length))| bytes.len() == *length as usize);
        if stop.read.len() > regions.read.len() || !lengths {
            return Err(VerifyError::Log("memory that the host did not read"));
        }
        self.stopped_access(function, stop)?;
        for (position, value) in (0u8..).zip(&stop.args) {
            self.entries.push((LogEntry::Argument { function: name, position, value: *value }, false));
        }
        for (bytes, (ptr, _)) in stop.read.iter().zip(&regions.read) {
            self.entries.extend(pieces(name, *ptr, bytes, false).map(|entry| (entry, false)));
        }
        self.entries.push((LogEntry::Stop { function: name }, false));
        Ok(())
    }

    /// Only a read can have been made before the host stopped: its value did not fit the memory or the gas.
    fn stopped_access(&mut self, function: &HostFunction, stop: &HostStop) -> Result<(), VerifyError> {
        let Some(access) = &stop.access else { return Ok(()) };
        let kind = read_kind(function.id);
        if kind != Some(access.kind) || stop.read.first() != Some(&access.key) {
            return Err(VerifyError::Log("a storage access that the stopped call did not make"));
        }
        self.storage.push(access.clone());
        Ok(())
    }

    /// Entries of one region.
    fn memory(&mut self, function: u16, ptr: u32, part: &Part, write: bool) -> Result<(), VerifyError> {
        match part {
            Part::Public(bytes) => {
                self.entries.extend(pieces(function, ptr, bytes, write).map(|entry| (entry, false)));
            }
            Part::Hidden(length) => {
                self.hidden = self.hidden.saturating_add((*length).into());
                claim(self.hidden <= MAX_HIDDEN, "too much is hidden")?;
                let blank = alloc::vec![0u8; *length as usize];
                self.entries.extend(pieces(function, ptr, &blank, write).map(|entry| (entry, true)));
            }
        }
        Ok(())
    }

    /// What follows from the statement and the call itself.
    fn meaning(&mut self, function: &HostFunction, call: &HostCall) -> Result<(), VerifyError> {
        let read = |index: usize| call.read.get(index).and_then(Part::shown).unwrap_or_default();
        let bytes: usize = call.read.iter().map(Part::len).sum();
        match function.id {
            HostId::InputLen => {
                takes(function, call, 0)?;
                claim(call.returned == self.input_length as u64, "the length of the arguments is another")
            }
            HostId::InputRead => {
                takes(function, call, call.written.len())?;
                self.input_read(call)
            }
            HostId::OutputWrite => {
                takes(function, call, bytes)?;
                self.output_write(call.read.first())
            }
            HostId::EmitEvent => {
                takes(function, call, bytes)?;
                self.emit_event(call)
            }
            HostId::Blake3 => {
                takes(function, call, bytes)?;
                let hash = blake3::hash(read(0));
                claim(call.written.shown() == Some(hash.as_bytes()), "a hash is not that of its bytes")
            }
            HostId::StorageGet | HostId::OldStorageGet | HostId::OldStorageNext => self.storage_read(function.id, call),
            HostId::StorageSet => {
                self.access(AccessKind::Write, read(0), Some(read(1).to_vec()));
                Ok(())
            }
            HostId::StorageRemove => {
                self.access(AccessKind::Remove, read(0), None);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn access(&mut self, kind: AccessKind, key: &[u8], value: Option<Vec<u8>>) {
        self.storage.push(StorageAccess { kind, key: key.to_vec(), value });
    }

    fn input_read(&mut self, call: &HostCall) -> Result<(), VerifyError> {
        let [_, offset, length] = call.args.as_slice() else {
            return Err(VerifyError::Log("a host call without arguments"));
        };
        let (offset, end) = (*offset, offset.saturating_add(*length));
        let inside = end <= self.input_length as u64 && call.written.len() as u64 == *length;
        claim(inside, "arguments are read past their end")?;
        let Some(input) = &self.input else {
            claim(self.by_bytes, "hidden arguments of a direct call are read as bytes")?;
            claim(call.written.is_hidden(), "hidden arguments stand in the log")?;
            let twice = self.taken.iter().any(|(from, to)| offset < *to && *from < end);
            claim(!twice, "a hidden part of the arguments is read twice")?;
            self.taken.push((offset, end));
            return Ok(());
        };
        let range = usize::try_from(offset).ok().zip(usize::try_from(end).ok());
        let shown = range.and_then(|(from, to)| input.get(from..to));
        claim(shown.is_some() && call.written.shown() == shown, "the arguments that were read are others")
    }

    fn output_write(&mut self, part: Option<&Part>) -> Result<(), VerifyError> {
        let free = self.statement.outcome != Outcome::Ok;
        let hidden = !free && self.by_output && self.statement.result.as_ref().is_some_and(Part::is_hidden);
        match part {
            Some(Part::Public(bytes)) if free || !hidden => self.written.extend_from_slice(bytes),
            Some(Part::Hidden(length)) if free || hidden => {
                self.hidden_output = self.hidden_output.saturating_add((*length).into());
            }
            _ => return Err(VerifyError::Log("a result is hidden in one place and shown in another")),
        }
        let total = self.hidden_output.saturating_add(self.written.len() as u64);
        claim(total <= limits::CALL_BYTES as u64, "the result is too long")
    }

    fn emit_event(&mut self, call: &HostCall) -> Result<(), VerifyError> {
        let [topic, data] = call.read.as_slice() else { return Err(VerifyError::Log("an event without its parts")) };
        let lengths = (1..=TOPIC_BYTES).contains(&topic.len()) && data.len() <= limits::EVENT_BYTES;
        claim(lengths, "an event that no host takes")?;
        match (topic, data) {
            (Part::Public(topic), Part::Public(data)) if !hides_events(self.statement) => {
                claim(core::str::from_utf8(topic).is_ok(), "an event whose topic is not UTF-8")?;
                self.events.push(Emitted { topic: topic.clone(), data: data.clone() });
            }
            (Part::Hidden(_), Part::Hidden(_)) if hides_events(self.statement) => {
                self.hidden_events = self.hidden_events.saturating_add(1);
            }
            _ => return Err(VerifyError::Log("an event is hidden in one place and shown in another")),
        }
        Ok(())
    }

    /// Reads copy what fits, and answer the whole length.
    fn storage_read(&mut self, id: HostId, call: &HostCall) -> Result<(), VerifyError> {
        let (key, copied) = (call.read.first().and_then(Part::shown), call.written.shown());
        let (Some(key), Some(copied), Some(room)) = (key, copied, call.args.get(3)) else {
            return Err(VerifyError::Log("a storage read without its parts"));
        };
        let value = match (&call.whole, call.returned) {
            (None, ABSENT) => {
                claim(copied.is_empty(), "an absent storage value has bytes")?;
                None
            }
            (None, length) => {
                claim(copied.len() as u64 == length && length <= *room, "a storage value has another length")?;
                Some(copied.to_vec())
            }
            (Some(whole), length) => {
                let cut = copied.len() as u64 == *room && whole.len() as u64 == length && length > *room;
                claim(cut && whole.starts_with(copied), "a storage value is not what was copied of it")?;
                Some(whole.clone())
            }
        };
        let kind = read_kind(id).ok_or(VerifyError::Log("a storage read of no kind"))?;
        self.access(kind, key, value);
        Ok(())
    }

    fn finish(self) -> Result<Replayed, VerifyError> {
        let events = match &self.statement.events {
            Events::Public(events) => *events == self.events,
            Events::Hidden(count) => *count == self.hidden_events,
        };
        if !events {
            return Err(VerifyError::Statement("the events are not those that the module emitted"));
        }
        if self.host.finish() != self.statement.host_digest {
            return Err(VerifyError::Statement("the digest of the host log is another"));
        }
        let mut digest = StorageDigest::default();
        for StorageAccess { kind, key, value } in &self.storage {
            digest.access(*kind, key, value.as_deref());
        }
        if digest.finish() != self.statement.storage_digest {
            return Err(VerifyError::Statement("the digest of the storage log is another"));
        }
        let hidden = self.statement.result.as_ref().is_some_and(Part::is_hidden);
        let length = u32::try_from(self.hidden_output).unwrap_or(u32::MAX);
        let output = if hidden { Part::Hidden(length) } else { Part::Public(self.written) };
        Ok(Replayed { entries: self.entries, storage: self.storage, output })
    }
}

fn claim(holds: bool, what: &'static str) -> Result<(), VerifyError> {
    if holds { Ok(()) } else { Err(VerifyError::Log(what)) }
}

/// The function and its regions; arguments of 32 bits have no upper half.
fn known(function: u16, args: &[u64]) -> Result<(&'static HostFunction, Regions), VerifyError> {
    let unknown = VerifyError::Log("a function that the host does not have");
    let known = FUNCTIONS.get(usize::from(function)).ok_or(unknown)?;
    let regions = regions(function, args).ok_or(VerifyError::Log("another number of arguments"))?;
    let narrow = |(kind, value): (&ValKind, &u64)| *kind == ValKind::I64 || u32::try_from(*value).is_ok();
    claim(known.params.iter().zip(args).all(narrow), "an argument of 32 bits is larger")?;
    Ok((known, regions))
}

/// Regions have the lengths that the arguments say; what the function does not return or write is empty; hidden parts stand
/// only where they may.
fn fits(function: &HostFunction, call: &HostCall, regions: &Regions) -> Result<(), VerifyError> {
    let lengths = call.read.iter().zip(&regions.read).all(|(part, (_, length))| part.len() == *length as usize);
    let bounded = call.read.iter().chain([&call.written]).all(|part| part.len() <= MAX_REGION);
    claim(call.read.len() == regions.read.len() && lengths && bounded, "memory that the host did not read")?;
    claim(regions.write.is_some() || call.written == Part::Public(Vec::new()), "memory that the host did not write")?;
    let returned = match function.result {
        None => call.returned == 0,
        Some(ValKind::I32) => u32::try_from(call.returned).is_ok(),
        Some(ValKind::I64) => true,
    };
    claim(returned, "a result that the function cannot return")?;
    let may_read = matches!(function.id, HostId::OutputWrite | HostId::EmitEvent);
    let may_write = function.id == HostId::InputRead;
    let hidden = (may_read || !call.read.iter().any(Part::is_hidden)) && (may_write || !call.written.is_hidden());
    claim(hidden, "something is hidden that cannot be")?;
    let reads = matches!(function.id, HostId::StorageGet | HostId::OldStorageGet | HostId::OldStorageNext);
    claim(reads || call.whole.is_none(), "a storage value where none was read")?;
    claim(call.gas >= function.base, "less gas than the function takes")
}

/// The gas of a function that asks the chain nothing.
fn takes(function: &HostFunction, call: &HostCall, bytes: usize) -> Result<(), VerifyError> {
    let gas = function.per_byte.saturating_mul(bytes as u64).saturating_add(function.base);
    claim(call.gas == gas, "a host call took another amount of gas than it takes")
}

const fn read_kind(id: HostId) -> Option<AccessKind> {
    match id {
        HostId::StorageGet => Some(AccessKind::Read),
        HostId::OldStorageGet => Some(AccessKind::OldRead),
        HostId::OldStorageNext => Some(AccessKind::OldNext),
        _ => None,
    }
}
