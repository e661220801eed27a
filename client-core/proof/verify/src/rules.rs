//! What a statement may say: its parts fit the program, the log and each other.

use crate::{
    Events, HostLog, Origin, Part, Statement, VerifyError,
    inputs::{EndInputs, HIDDEN_ARGS},
    replay::{self, Replayed},
};
use alloc::vec::Vec;
use zera_primitives::Outcome;
use zera_proof_rows::{LogEntry, Program, TRANSLATOR_VERSION, space};
use zera_vm::StorageAccess;

/// What the rest of the check needs of a statement and log that hold together.
#[derive(Debug)]
pub struct Checked {
    /// Values of the program's parameters; none for hidden ones.
    pub args: Vec<Option<u64>>,
    /// Entries of the host log; true where the value is hidden.
    pub log: Vec<(LogEntry, bool)>,
    /// Storage accesses.
    pub storage: Vec<StorageAccess>,
    /// What the end segment is told.
    pub end: EndInputs,
}

/// Checks the statement against program and log, and makes what is left to prove.
///
/// # Errors
/// [`VerifyError::Statement`], [`VerifyError::Log`].
pub fn check(statement: &Statement, log: &HostLog, program: &Program) -> Result<Checked, VerifyError> {
    let refuse = |what: &'static str| Err(VerifyError::Statement(what));
    if statement.translator != TRANSLATOR_VERSION {
        return refuse("it is about another version of the translation");
    }
    if statement.origin != Origin::Local && statement.hides() {
        return refuse("a call that stands in a block hides nothing: its arguments are there already");
    }
    let args = arguments(statement, program)?;
    let pc = ending(statement, log)?;
    gas(statement, log, pc)?;
    let Replayed { entries, storage, output } = replay::replay(statement, log, program, pc.is_none())?;
    let result = result(statement, program, output)?;
    let flag = |which: fn(&Option<u64>, bool) -> bool| {
        core::array::from_fn(|at| match (args.get(at), program.params.get(at)) {
            (Some(value), Some(wide)) => which(value, *wide),
            _ => false,
        })
    };
    let end = EndInputs {
        pc: pc.unwrap_or(0),
        any: pc.is_none(),
        result_public: result.is_some(),
        result: result.unwrap_or(0),
        words: u64::from(program.pages).saturating_mul(space::WORDS_PER_PAGE),
        hidden: flag(|value, _| value.is_none()),
        narrow: flag(|value, wide| value.is_none() && !wide),
    };
    Ok(Checked { args, log: entries, storage, end })
}

/// True for an entry that reads its arguments from the host and answers there.
pub(crate) const fn by_bytes(program: &Program) -> bool {
    program.params.is_empty() && program.result.is_none()
}

/// A little-endian integer of 4 or 8 bytes.
fn integer(bytes: &[u8], wide: bool) -> Option<u64> {
    if wide {
        bytes.try_into().ok().map(u64::from_le_bytes)
    } else {
        bytes.try_into().ok().map(|bytes| u64::from(u32::from_le_bytes(bytes)))
    }
}

/// Values of the parameters: public ones by their bytes, hidden ones of the right length and place.
fn arguments(statement: &Statement, program: &Program) -> Result<Vec<Option<u64>>, VerifyError> {
    let refuse = VerifyError::Statement("the arguments are not those that the entry takes");
    if by_bytes(program) {
        return if statement.args.len() == 1 { Ok(Vec::new()) } else { Err(refuse) };
    }
    if statement.args.len() != program.params.len() {
        return Err(refuse);
    }
    let value = |(index, (part, wide)): (usize, (&Part, &bool))| match part {
        Part::Public(bytes) => integer(bytes, *wide).map(Some).ok_or_else(|| refuse.clone()),
        Part::Hidden(_) if index >= HIDDEN_ARGS => {
            Err(VerifyError::Statement("only the first eight arguments can be hidden"))
        }
        Part::Hidden(4) if !wide => Ok(None),
        Part::Hidden(8) if *wide => Ok(None),
        Part::Hidden(_) => Err(refuse.clone()),
    };
    statement.args.iter().zip(&program.params).enumerate().map(value).collect()
}

/// Where the run ended; none if it ran out of gas on its way.
fn ending(statement: &Statement, log: &HostLog) -> Result<Option<u32>, VerifyError> {
    let ran_out = statement.outcome == Outcome::OutOfGas && statement.gas_charged > statement.gas_limit;
    if ran_out {
        return Ok(None);
    }
    match (&log.stop, statement.outcome) {
        (Some(_), Outcome::Ok) => Err(VerifyError::Statement("the host ended the call, so it did not end well")),
        (Some(_), _) => Ok(Some(space::HOST_STOP)),
        (None, Outcome::Ok) => Ok(Some(space::HALT)),
        (None, Outcome::Trap) => Ok(Some(space::TRAP)),
        (None, Outcome::StackLimit) => Ok(Some(space::STACK)),
        (None, Outcome::OutOfGas) => Err(VerifyError::Statement("it did not run out of gas")),
        (None, Outcome::HostRefused | Outcome::Invalid) => {
            Err(VerifyError::Statement("an outcome that only the host gives, without a host call that gave it"))
        }
    }
}

/// Gas of the receipt and of the rows.
fn gas(statement: &Statement, log: &HostLog, pc: Option<u32>) -> Result<(), VerifyError> {
    let stopped = log.stop.as_ref().map_or(0, |stop| stop.gas);
    let within = statement.gas_charged <= statement.gas_limit;
    let holds = match (pc, statement.outcome) {
        (None, _) => statement.gas == statement.gas_limit,
        (Some(_), Outcome::OutOfGas) => within && statement.gas == statement.gas_limit,
        (Some(_), _) => {
            let sum = statement.gas_charged.checked_add(stopped);
            within && sum == Some(statement.gas) && statement.gas <= statement.gas_limit
        }
    };
    if holds { Ok(()) } else { Err(VerifyError::Statement("gas, gas limit and outcome contradict each other")) }
}

/// The value that register 0 must end with, if the statement shows it. `output` is what the module wrote as its result.
fn result(statement: &Statement, program: &Program, output: Part) -> Result<Option<u64>, VerifyError> {
    let Some(part) = &statement.result else {
        return match statement.outcome {
            Outcome::Ok => Err(VerifyError::Statement("a call that ended well has a result, be it empty")),
            _ => Ok(None),
        };
    };
    if statement.outcome != Outcome::Ok {
        return Err(VerifyError::Statement("only a call that ended well has a result"));
    }
    let refuse = VerifyError::Statement("the result is not what the entry returns");
    match (program.result, part) {
        (Some(wide), Part::Public(bytes)) => integer(bytes, wide).map(Some).ok_or(refuse),
        (Some(wide), Part::Hidden(length)) if *length == if wide { 8 } else { 4 } => Ok(None),
        (Some(_), Part::Hidden(_)) => Err(refuse),
        (None, _) if *part == output => Ok(None),
        (None, _) => Err(VerifyError::Statement("the result is not what the module wrote")),
    }
}

/// True if the events are hidden.
pub(crate) const fn hides_events(statement: &Statement) -> bool {
    matches!(statement.events, Events::Hidden(_))
}
