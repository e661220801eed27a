//! The interpreter against the slow check, on programs made of rows: well-formed ones agree, hostile ones end, and a trace
//! with anything changed is refused.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{
    Rng, program,
    random::{Oracle, hostile, spoiled, well_formed},
    row,
};
use std::collections::BTreeMap;
use zera_primitives::Outcome;
use zera_proof_rows::{
    Access, Cell, Kind, LogEntry, Program, Row, Runner, Start, Trace, TraceError, check::check, run, space, step::Turn,
};

fn start(gas_limit: u64) -> Start<'static> {
    Start { args: &[], stack: 1_000, gas_limit, max_steps: 5_000 }
}

fn oracle(seed: u64) -> Oracle {
    Oracle(Rng(seed))
}

/// A random program's trace, and the program.
fn random(seed: u64) -> (Program, Trace) {
    let program = well_formed(&mut Rng(seed));
    let trace = run(&program, &start(1 << 40), &mut oracle(seed)).unwrap_or_else(|error| panic!("{seed}: {error}"));
    (program, trace)
}

#[test]
fn the_slow_check_agrees() {
    let (mut kinds, mut outcomes) = (BTreeMap::new(), BTreeMap::new());
    let mut turns = [0; 5];
    for seed in 0..4_000 {
        let (program, trace) = random(seed);
        check(&program, &start(1 << 40), &trace).unwrap_or_else(|fault| panic!("{seed}: {fault}"));
        *outcomes.entry(format!("{:?}", trace.outcome)).or_insert(0) += 1;
        for step in &trace.steps {
            *kinds.entry(step.kind).or_insert(0) += 1;
            turns[match step.turn {
                Turn::Plain => 0,
                Turn::Crossing => 1,
                Turn::OutOfBounds => 2,
                Turn::HostMemory { .. } => 3,
                Turn::HostStop => 4,
            }] += 1;
        }
    }
    println!("{kinds:?} {outcomes:?} {turns:?}");
    assert_eq!(kinds.len(), 25, "every kind that runs: {kinds:?}");
    assert!(turns.iter().all(|count| *count > 20), "{turns:?}");
    assert!(outcomes.len() >= 4, "{outcomes:?}");
}

#[test]
fn no_program_does_harm() {
    let mut ends = BTreeMap::new();
    for seed in 0..60_000 {
        let program = if seed % 2 == 0 { hostile(&mut Rng(seed)) } else { spoiled(&mut Rng(seed)) };
        let start = Start { args: &[], stack: seed, gas_limit: 1 << 40, max_steps: 300 };
        let end = match run(&program, &start, &mut oracle(seed)) {
            Ok(trace) => format!("{:?}", trace.outcome),
            Err(TraceError::Malformed(_)) => "malformed".to_owned(),
            Err(TraceError::TooLong(_)) => "too long".to_owned(),
            Err(error) => format!("{error}"),
        };
        *ends.entry(end).or_insert(0) += 1;
    }
    println!("{ends:?}");
    assert!(ends.len() >= 6, "{ends:?}");
}

#[test]
fn slices_make_the_same_trace() {
    for seed in 0..200 {
        let (program, whole) = random(seed);
        let (mut runner, mut host) = (Runner::new(&program, &start(1 << 40)).expect("it begins"), oracle(seed));
        while !runner.advance(7, &mut host).expect("it runs") {
            assert!(runner.steps() <= whole.steps.len());
        }
        assert!(runner.finish().expect("it has ended") == whole, "seed {seed}");
    }
}

/// Whether the check refuses `trace` after `change`.
fn refused(program: &Program, trace: &Trace, change: impl FnOnce(&mut Trace)) -> bool {
    let mut changed = trace.clone();
    change(&mut changed);
    changed == *trace || check(program, &start(1 << 40), &changed).is_err()
}

fn change_access(access: &mut Access, field: usize) {
    match field {
        0 => access.address ^= 1,
        1 => access.before ^= 1,
        2 => access.old ^= 1 << 20,
        _ => access.new ^= 1 << 33,
    }
}

#[test]
fn a_step_with_anything_changed_is_refused() {
    for seed in 0..60 {
        let (program, trace) = random(seed);
        for at in 0..trace.steps.len() {
            let step = |name: &str, change: &dyn Fn(&mut zera_proof_rows::Step)| {
                let refused = refused(&program, &trace, |trace| change(&mut trace.steps[at]));
                assert!(refused, "seed {seed}, step {at}, {name}: {:?}", trace.steps[at]);
            };
            step("row", &|step| step.row ^= 1);
            step("kind", &|step| step.kind = if step.kind == Kind::Move { Kind::Const } else { Kind::Move });
            step("turn", &|step| step.turn = if step.turn == Turn::Plain { Turn::Crossing } else { Turn::Plain });
            step("auxiliary", &|step| step.auxiliary ^= 1);
            step("fp", &|step| step.fp += 1);
            step("ts", &|step| step.ts += 4);
            step("next", &|step| step.next ^= 1);
            step("extra", &|step| step.extra += 1);
            step("used", &|step| step.used ^= 1);
            for access in 0..4 {
                for field in 0..4 {
                    step("access", &|step| change_access(&mut step.accesses[access], field));
                }
            }
            assert!(
                refused(&program, &trace, |trace| {
                    trace.steps.remove(at);
                }),
                "seed {seed}, step {at} left out"
            );
            let twice = |trace: &mut Trace| trace.steps.insert(at, trace.steps[at]);
            assert!(refused(&program, &trace, twice), "seed {seed}, step {at} twice");
        }
    }
}

fn change_entry(entry: &mut LogEntry, field: usize) {
    match (entry, field) {
        (LogEntry::Argument { function, .. }, 0)
        | (LogEntry::Memory { function, .. }, 0)
        | (LogEntry::Call { function, .. }, 0)
        | (LogEntry::Stop { function }, _) => *function ^= 1,
        (LogEntry::Argument { position, .. }, 1) => *position ^= 1,
        (LogEntry::Argument { value, .. }, _) => *value ^= 1,
        (LogEntry::Memory { word, .. }, 1) => *word ^= 1,
        (LogEntry::Memory { mask, .. }, 2) => *mask ^= 1,
        (LogEntry::Memory { write, .. }, 3) => *write ^= true,
        (LogEntry::Memory { value, .. }, _) => *value ^= 1 << 63,
        (LogEntry::Call { result, .. }, 1) => *result ^= 1,
        (LogEntry::Call { gas, .. }, _) => *gas ^= 1,
    }
}

#[test]
fn a_whole_with_anything_changed_is_refused() {
    for seed in 0..200 {
        let (program, trace) = random(seed);
        let wrong = |what: &str, change: &dyn Fn(&mut Trace)| {
            assert!(refused(&program, &trace, change), "seed {seed}: {what}");
        };
        for at in 0..trace.cells.len() {
            wrong("cell's address", &|trace| trace.cells[at].address ^= 1);
            wrong("cell's value", &|trace| trace.cells[at].value ^= 1);
            wrong("cell's time", &|trace| trace.cells[at].ts ^= 1);
            wrong("cell's birth", &|trace| trace.cells[at].born = trace.cells[at].born.xor(Some(0)));
            wrong("cell left out", &|trace| {
                trace.cells.remove(at);
            });
            wrong("cell twice", &|trace| trace.cells.insert(at, trace.cells[at]));
        }
        let more = Cell { address: space::SPECIAL + 63, value: 0, ts: 0, born: None };
        wrong("a cell more", &|trace| trace.cells.push(more));
        for at in 0..trace.log.len() {
            for field in 0..5 {
                wrong("log entry", &|trace| change_entry(&mut trace.log[at], field));
            }
            wrong("log entry left out", &|trace| {
                trace.log.remove(at);
            });
        }
        wrong("a log entry more", &|trace| trace.log.push(LogEntry::Stop { function: 0 }));
        wrong("gas", &|trace| trace.gas += 1);
        wrong("state at the end", &|trace| trace.last.1 += 1);
        wrong("result", &|trace| trace.result = trace.result.xor(Some(1)));
        wrong("outcome", &|trace| trace.outcome = Outcome::Ok);
        // A host that ends a call says why, and the trace does not show it.
        for outcome in [Outcome::OutOfGas, Outcome::StackLimit, Outcome::Trap] {
            wrong("outcome", &|trace| {
                if trace.last.0 != space::HOST_STOP {
                    trace.outcome = outcome;
                }
            });
        }
    }
}

#[test]
fn what_another_program_does_is_refused() {
    let mut others = 0;
    for seed in 0..6_000 {
        let (program, trace) = random(seed);
        // One executed row does something else, and the rest follows from that.
        let mut rng = Rng(!seed);
        let mut other = program.clone();
        let executed = trace.steps[rng.below(trace.steps.len() as u64) as usize].row as usize;
        let row = &mut other.rows[executed];
        match rng.below(6) {
            0 => row.flags ^= 1 << rng.below(6),
            1 => row.d ^= 1,
            2 => row.a ^= 1,
            3 => row.b ^= 1,
            4 => row.imm ^= 1,
            _ => row.target = program.rows[5 + rng.below(20) as usize].pc,
        }
        let Ok(traced) = run(&other, &start(1 << 40), &mut oracle(seed)) else { continue };
        if traced != trace {
            others += 1;
            assert!(
                check(&program, &start(1 << 40), &traced).is_err(),
                "seed {seed}, row {:?}",
                program.rows[executed]
            );
        }
    }
    assert!(others > 1_500, "{others}");
}

/// Two blocks of 100 gas around a host call.
fn two_blocks() -> Program {
    let jump = |target: u32| Row { imm: 100, target, ..row(Kind::Jump) };
    let height = zera_vm::host::lookup("height").expect("a host function").id as u64;
    program(&[jump(6), Row { d: 3, imm: height, ..row(Kind::HostCall) }, jump(space::HALT)], &[])
}

/// Counts the calls.
struct Counting(u64);

impl zera_proof_rows::Replay for Counting {
    fn call(
        &mut self,
        request: &zera_proof_rows::Request<'_>,
    ) -> Result<zera_proof_rows::Answer, zera_proof_rows::host::Unanswered> {
        assert!(request.args.is_empty());
        self.0 += 1;
        Ok(zera_proof_rows::Answer::Return { value: 1 << 40, written: Vec::new(), gas: 20 })
    }
}

#[test]
fn a_run_ends_where_its_gas_does() {
    let program = two_blocks();
    for (more, outcome, steps, calls) in [
        (220, Outcome::Ok, 3, 1),
        (219, Outcome::OutOfGas, 3, 1),
        (120, Outcome::OutOfGas, 3, 1),
        (119, Outcome::OutOfGas, 2, 1),
        (100, Outcome::OutOfGas, 2, 1),
        (99, Outcome::OutOfGas, 1, 0),
        (0, Outcome::OutOfGas, 1, 0),
    ] {
        let mut host = Counting(0);
        let start = start(program.begin_gas + more);
        let trace = run(&program, &start, &mut host).expect("it runs");
        assert_eq!((trace.outcome, trace.steps.len(), host.0), (outcome, steps, calls), "{more}");
        assert_eq!(trace.gas > start.gas_limit, outcome == Outcome::OutOfGas);
        assert_eq!(check(&program, &start, &trace), Ok(()));
    }
    let never = run(&program, &start(program.begin_gas - 1), &mut Counting(0)).expect("it runs");
    assert_eq!((never.outcome, never.steps.len(), never.last), (Outcome::OutOfGas, 0, (space::ENTRY, 0, 4)));
}

#[test]
fn what_is_asked_for_wrongly_is_refused() {
    let mut program = two_blocks();
    let two = Start { max_steps: 2, ..start(1 << 30) };
    assert_eq!(run(&program, &two, &mut Counting(0)), Err(TraceError::TooLong(2)));
    assert_eq!(run(&program, &Start { args: &[1], ..two }, &mut Counting(0)), Err(TraceError::Arguments));
    program.params = vec![false];
    assert_eq!(run(&program, &Start { args: &[1 << 32], ..two }, &mut Counting(0)), Err(TraceError::Arguments));
    program.params = Vec::new();
    program.rows[6].imm = 999;
    assert_eq!(run(&program, &start(1 << 30), &mut Counting(0)), Err(TraceError::Malformed(6)));
}
