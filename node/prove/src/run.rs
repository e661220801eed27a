//! One call without a chain: run by the ledger's engine, then again on the rows, which must come to the same end.

use crate::{failure::Failure, local::Local};
use zera_primitives::Hash;
use zera_proof_rows::{Program, Replaying, Trace, host::arguments, space, translate};
use zera_vm::{CallRequest, Engine, TraceRecord, WasmiEngine};

/// What is called, on what.
#[derive(Debug)]
pub struct Call<'c> {
    /// The module's bytes.
    pub code: &'c [u8],
    /// The export.
    pub entry: &'c str,
    /// Argument bytes, as on the ledger.
    pub args: &'c [u8],
    /// Gas that it may use.
    pub gas: u64,
    /// Stack units that it may use.
    pub stack: u64,
}

/// A run that can be proven.
#[derive(Debug)]
pub struct Run {
    /// Its program.
    pub program: Program,
    /// What the engine recorded.
    pub record: TraceRecord,
    /// Its rows.
    pub trace: Trace,
}

/// The program of an export, or why it has none, for people.
///
/// # Errors
/// [`Failure::Unprovable`].
pub fn program(code: &[u8], entry: &str) -> Result<Program, Failure> {
    let cannot = |reason: String| Failure::Unprovable(format!("{entry} cannot be proven: {reason}."));
    let module = translate(code).map_err(|error| {
        let reason = error.reason;
        Failure::Unprovable(format!("The module is outside the provable profile: {reason}."))
    })?;
    module.program(entry).map_err(|error| cannot(error.reason))
}

/// Runs `call`.
///
/// # Errors
/// [`Failure::Unprovable`] with what stands against a proof; faults.
pub fn run(call: &Call<'_>) -> Result<Run, Failure> {
    let Call { code, entry, args, gas, stack } = *call;
    let program = program(code, entry)?;
    if arguments(&program, args).is_none() {
        return Err(Failure::Usage(format!("{entry} takes {}.", parameters(&program))));
    }
    let code_hash = Hash::of(code);
    let engine = WasmiEngine::new();
    let fault = |error: &dyn std::fmt::Display| Failure::Fault(format!("The engine failed: {error}."));
    engine.prepare(&code_hash, code).map_err(|error| fault(&error))?;
    let mut host = Local::default();
    let request = CallRequest { code_hash, entry, args, gas, stack };
    let execution = engine.execute(&request, &mut host).map_err(|error| fault(&error))?;
    if let Some(what) = host.asked() {
        let text =
            format!("{entry} asks the chain for {what}, and there is no chain here: prove it from a node's page.");
        return Err(Failure::Unprovable(text));
    }
    let record = execution.trace;
    let trace = trace(&record, &program)?;
    Ok(Run { program, record, trace })
}

fn trace(record: &TraceRecord, program: &Program) -> Result<Trace, Failure> {
    let replayed = Replaying::new(record, program, space::MAX_STEPS).and_then(|mut replaying| {
        replaying.advance(usize::MAX)?;
        replaying.finish()
    });
    replayed.map_err(|error| Failure::Unprovable(format!("The run cannot be proven: {error}.")))
}

/// What an entry takes, for people.
#[must_use]
pub fn parameters(program: &Program) -> String {
    if program.params.is_empty() && program.result.is_none() {
        return String::from("bytes (--args 0x…)");
    }
    let kinds: Vec<&str> = program.params.iter().map(|wide| if *wide { "i64" } else { "i32" }).collect();
    match kinds.as_slice() {
        [] => String::from("no arguments"),
        kinds => format!("({})", kinds.join(", ")),
    }
}

/// Argument bytes from words of a command line: numbers for a direct call, hexadecimal digits for bytes.
///
/// # Errors
/// [`Failure::Usage`].
pub fn encode(program: &Program, words: &[String]) -> Result<Vec<u8>, Failure> {
    if program.params.is_empty() && program.result.is_none() {
        return words
            .iter()
            .map(|word| crate::options::hex(word))
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat());
    }
    if words.len() != program.params.len() {
        return Err(Failure::Usage(format!("The export takes {}.", parameters(program))));
    }
    let mut bytes = Vec::new();
    for (word, wide) in words.iter().zip(&program.params) {
        let number = number(word).ok_or_else(|| Failure::Usage(format!("{word} is not an integer.")))?;
        let fits = if *wide {
            i64::try_from(number).is_ok() || u64::try_from(number).is_ok()
        } else {
            i32::try_from(number).is_ok() || u32::try_from(number).is_ok()
        };
        if !fits {
            return Err(Failure::Usage(format!("{word} does not fit its parameter; {}.", parameters(program))));
        }
        bytes.extend_from_slice(&number.to_le_bytes()[..if *wide { 8 } else { 4 }]);
    }
    Ok(bytes)
}

/// A decimal or hexadecimal integer.
fn number(word: &str) -> Option<i128> {
    let digits = word.replace('_', "");
    match digits.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}
