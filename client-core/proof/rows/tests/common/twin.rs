//! One call on the reference engine and on rows, compared in everything that can be seen.

use super::{Chain, live::Live};
use zera_primitives::Hash;
use zera_proof_rows::{
    LogEntry, Module, Program, Start, Trace, TraceError,
    check::check,
    host::{self, arguments},
    replay, run, space, translate,
};
use zera_vm::{
    CallRequest, Engine, Execution, ModuleInfo, Outcome, Remains, TraceRecord, WasmiEngine, abi, gas::STACK_UNITS,
};

/// Traces longer than this are not read a second time by the slow check.
const CHECKED_STEPS: usize = 60_000;

/// A module on both sides.
pub struct Twin {
    engine: WasmiEngine,
    pub info: std::sync::Arc<ModuleInfo>,
    pub code: Vec<u8>,
    /// None for a module outside the provable profile.
    module: Module,
    /// Index of each exported global by name.
    globals: Vec<(String, u32)>,
}

/// What a comparison came to.
pub enum Seen {
    /// Both said the same; the trace, and what the engine said.
    Same(Box<(Program, Trace, Execution)>),
    /// The export is outside the provable profile.
    Unprovable(String),
    /// It takes more steps than a proof can have.
    TooLong,
}

impl Twin {
    /// None if the profile of the ledger refuses `code`; an error if the provable profile does.
    pub fn new(code: &[u8]) -> Option<Result<Self, String>> {
        let engine = WasmiEngine::new();
        let info = engine.prepare(&Hash::of(code), code).ok()?;
        let module = match translate(code) {
            Ok(module) => module,
            Err(error) => return Some(Err(error.reason)),
        };
        Some(Ok(Self { engine, info, code: code.to_vec(), module, globals: globals(code) }))
    }

    /// Calls `entry` on both sides, each on its own copy of `chain`.
    pub fn call(&self, entry: &str, args: &[u8], chain: &Chain, more_gas: u64) -> Seen {
        let program = match self.module.program(entry) {
            Ok(program) => program,
            Err(error) => return Seen::Unprovable(error.reason),
        };
        let (code_hash, gas) = (self.info.code_hash, self.info.begin_gas() + more_gas);
        let request = CallRequest { code_hash, entry, args, gas, stack: STACK_UNITS };
        let mut remains = Remains::default();
        let (mut host, mut live_host) = (chain.clone(), chain.clone());
        let done = self.engine.execute_watched(&request, &mut host, &mut |left| remains = left).expect("no fault");
        let begun = Live::begin(&self.info, &request, &mut live_host);
        let Ok((mut live, registers)) = begun else { panic!("{entry:?} does not begin: {:?}", done.diagnostic) };
        assert_eq!(arguments(&program, args).as_deref(), Some(registers.as_slice()), "{entry:?}");
        let start = Start { args: &registers, stack: STACK_UNITS, gas_limit: gas, max_steps: space::MAX_STEPS };
        let trace = match run(&program, &start, &mut live) {
            Ok(trace) => trace,
            Err(TraceError::TooLong(_)) => return Seen::TooLong,
            Err(error) => panic!("{entry:?}: {error}"),
        };
        let kind = self.info.function(entry).and_then(|export| export.results.first().copied());
        let rows = live.end(&trace, kind).expect("no fault");
        compare(entry, &done, &rows);
        assert_eq!(host.events, live_host.events, "{entry:?}");
        assert_eq!(host.storage, live_host.storage, "{entry:?}");
        if done.outcome != Outcome::OutOfGas {
            self.remains(entry, &remains, &trace);
        }
        logged(&trace, &done.trace);
        if trace.steps.len() <= CHECKED_STEPS {
            check(&program, &start, &trace).unwrap_or_else(|fault| panic!("{entry:?}: {fault}"));
            let again = replay(&done.trace, &self.code).unwrap_or_else(|error| panic!("{entry:?}: {error}"));
            assert!(again == trace, "{entry:?}: the replay is another run");
        }
        Seen::Same(Box::new((program, trace, done)))
    }

    /// Memory and globals at the end.
    fn remains(&self, entry: &str, remains: &Remains, trace: &Trace) {
        let value = |address: u64| {
            let found = trace.cells.binary_search_by_key(&address, |cell| cell.address);
            found.map_or(0, |index| trace.cells[index].value)
        };
        let pages = value(space::SPECIAL + space::PAGES);
        let memory = remains.memory.as_deref().unwrap_or_default();
        assert_eq!(memory.len() as u64, pages << 16, "{entry:?}: pages");
        for (word, bytes) in memory.chunks(8).enumerate() {
            let bytes = u64::from_le_bytes(bytes.try_into().expect("whole words"));
            assert_eq!(bytes, value(space::MEMORY + word as u64), "{entry:?}: memory word {word}");
        }
        for (name, global) in &remains.globals {
            let Some((_, index)) = self.globals.iter().find(|(known, _)| known == name) else { continue };
            let left = match *global {
                abi::Value::I32(value) => u64::from(value.cast_unsigned()),
                abi::Value::I64(value) => value.cast_unsigned(),
            };
            assert_eq!(left, value(space::SPECIAL + space::GLOBALS + u64::from(*index)), "{entry:?}: global {name}");
        }
    }
}

/// All that enters consensus, and the record.
fn compare(entry: &str, engine: &Execution, rows: &Execution) {
    let seen = |done: &Execution| (done.outcome, done.result.clone(), done.gas_used);
    assert_eq!(seen(engine), seen(rows), "{entry:?}: {:?}", engine.diagnostic);
    // A host call that an engine reaches without gas stands in its record; rows do not reach it.
    if engine.outcome != Outcome::OutOfGas {
        assert_eq!(engine.trace, rows.trace, "{entry:?}");
    }
}

/// That the log is what the record says, in order: arguments, words read, words written, answer.
fn logged(trace: &Trace, record: &TraceRecord) {
    let mut log = trace.log.iter().copied().peekable();
    let (mut calls, mut stops) = (record.host_calls.iter(), 0);
    while log.peek().is_some() {
        let mut args = Vec::new();
        while let Some(LogEntry::Argument { position, value, .. }) =
            log.next_if(|entry| matches!(entry, LogEntry::Argument { .. }))
        {
            assert_eq!(usize::from(position), args.len());
            args.push(value);
        }
        let mut words = Vec::new();
        while let Some(LogEntry::Memory { word, mask, write, value, .. }) =
            log.next_if(|entry| matches!(entry, LogEntry::Memory { .. }))
        {
            // What was read is not in the record.
            words.push((word, mask, write, if write { value } else { 0 }));
        }
        let (function, written) = match log.next() {
            Some(LogEntry::Call { function, result, gas }) => {
                let call = calls.next().expect("a call that the record has, too");
                assert_eq!((function, result, gas), (call.function, call.returned, call.gas));
                (function, Some(call.written.as_slice()))
            }
            Some(LogEntry::Stop { function }) => {
                assert_eq!(record.stop.map(|stop| stop.function), Some(function));
                stops += 1;
                (function, None)
            }
            other => panic!("{other:?} ends no host call"),
        };
        let regions = host::regions(function, &args).expect("a known function");
        let mut expected = Vec::new();
        for (ptr, len) in regions.read {
            expected.extend(host::pieces(function, ptr, &vec![0; len.min(1 << 18) as usize], false));
        }
        let writes = regions.write.zip(written);
        expected.extend(writes.into_iter().flat_map(|(ptr, bytes)| host::pieces(function, ptr, bytes, true)));
        let expected = expected.into_iter().map(|entry| match entry {
            LogEntry::Memory { word, mask, write, value, .. } => (word, mask, write, value),
            other => panic!("{other:?} is no memory"),
        });
        let expected: Vec<_> = expected.collect();
        // A call that was stopped has the first regions.
        let fits = if written.is_some() { expected == words } else { expected.starts_with(&words) };
        assert!(fits, "function {function} of {args:?} logs {words:?}, not {expected:?}");
    }
    let out_of_gas = trace.outcome == Outcome::OutOfGas;
    assert!(calls.next().is_none() && (stops == usize::from(record.stop.is_some()) || out_of_gas && stops == 0));
}

/// Indices of exported globals that are integers.
fn globals(code: &[u8]) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(code).flatten() {
        let wasmparser::Payload::ExportSection(section) = payload else { continue };
        for export in section.into_iter().flatten() {
            if export.kind == wasmparser::ExternalKind::Global {
                found.push((export.name.to_owned(), export.index));
            }
        }
    }
    found
}
