//! A slow second reading of [`crate::row`] that shares no code with the interpreter: whether a trace is a run of a program,
//! step by step from the rows and accesses alone, and as a whole. Tests of the interpreter, the translation and the
//! circuit stand on it.

mod cells;
mod expect;
mod number;
mod shape;

use crate::{Kind, LogEntry, Program, Start, Step, Trace, space, step::Turn};
use alloc::{format, string::String};
use expect::Expected;
use zera_primitives::Outcome;

/// What is wrong with a trace.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("step {step}: {what}")]
pub struct Fault {
    /// The step; one beyond the last for what concerns the whole.
    pub step: usize,
    /// What.
    pub what: String,
}

/// Checks that `trace` is the run of `program` that begins with `start`, whatever the host answered in it.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(program: &Program, start: &Start<'_>, trace: &Trace) -> Result<(), Fault> {
    let whole = |what: String| Fault { step: trace.steps.len(), what };
    shape::program(program).map_err(whole)?;
    let mut state = (space::ENTRY, 0u32, 4u32);
    let (mut gas, mut logged) = (u128::from(program.begin_gas), 0usize);
    for (index, step) in trace.steps.iter().enumerate() {
        let at = |what: String| Fault { step: index, what };
        if (step.row, step.fp, step.ts) != state {
            return Err(at(format!("begins in {:?}, not {state:?}", (step.row, step.fp, step.ts))));
        }
        if gas > u128::from(start.gas_limit) {
            return Err(at(String::from("runs without gas")));
        }
        let entry = trace.log.get(logged);
        let expected = expect::step(program, step, entry).map_err(at)?;
        accesses(step, &expected).map_err(at)?;
        if expected.logs {
            let seen = step.accesses.iter().find(|access| access.address == space::SPECIAL + space::SEQUENCE);
            if seen.map(|access| access.old) != Some(logged as u64) {
                return Err(at(format!("logs out of turn, as entry {logged}")));
            }
            logged += 1;
        }
        if step.next != expected.next {
            return Err(at(format!("goes on at {}, not {}", step.next, expected.next)));
        }
        if step.kind != Kind::Grow && u128::from(step.extra) != expected.extra {
            return Err(at(format!("has {} beside its row, not {}", step.extra, expected.extra)));
        }
        gas += expected.gas;
        state = (step.next, expected.fp, step.ts + 4);
    }
    if logged != trace.log.len() {
        return Err(whole(format!("the log has {} entries, {logged} were made", trace.log.len())));
    }
    if state != trace.last || gas != u128::from(trace.gas) {
        return Err(whole(format!("ends in {state:?} with {gas} gas, not {:?} with {}", trace.last, trace.gas)));
    }
    ending(program, start, trace).map_err(whole)?;
    cells::check(program, start, trace)
}

/// That the outcome and the result are those of the last state.
fn ending(program: &Program, start: &Start<'_>, trace: &Trace) -> Result<(), String> {
    let outcome = match trace.last.0 {
        _ if trace.gas > start.gas_limit => Outcome::OutOfGas,
        space::HALT => Outcome::Ok,
        space::TRAP => Outcome::Trap,
        space::STACK => Outcome::StackLimit,
        // The host says why.
        space::HOST_STOP if matches!(trace.log.last(), Some(LogEntry::Stop { .. })) => trace.outcome,
        pc => return Err(format!("ends at {pc}, where nothing ends")),
    };
    if outcome != trace.outcome || (trace.last.0 == space::HOST_STOP && outcome == Outcome::Ok) {
        return Err(format!("ended {outcome:?}, not {:?}", trace.outcome));
    }
    let register = trace.cells.iter().find(|cell| cell.address == 0).map_or(0, |cell| cell.value);
    let result = (program.result.is_some() && outcome == Outcome::Ok).then_some(register);
    let narrow = program.result == Some(false) && result.is_some_and(|value| value >= 1 << 32);
    if result != trace.result || narrow {
        return Err(format!("returned {result:?}, not {:?}", trace.result));
    }
    Ok(())
}

/// That the accesses of a step are those of its row.
fn accesses(step: &Step, expected: &Expected) -> Result<(), String> {
    if usize::from(step.used) != expected.accesses.len() {
        return Err(format!("has {} accesses, not {}", step.used, expected.accesses.len()));
    }
    for (number, (seen, (address, new))) in step.accesses.iter().zip(&expected.accesses).enumerate() {
        if u128::from(seen.address) != *address || u128::from(seen.new) != *new {
            return Err(format!("access {number} is {seen:?}, not {new} in {address}"));
        }
    }
    let unused = step.accesses.iter().skip(expected.accesses.len());
    if unused.clone().any(|access| *access != crate::Access::default()) {
        return Err(String::from("an access that its row does not make"));
    }
    Ok(())
}

/// True for the turns that a row of `kind` can take.
fn turns(kind: Kind, turn: Turn) -> bool {
    match turn {
        Turn::Plain => true,
        Turn::Crossing | Turn::OutOfBounds => matches!(kind, Kind::Load | Kind::Store),
        Turn::HostMemory { .. } | Turn::HostStop => kind == Kind::HostCall,
    }
}
