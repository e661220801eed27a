//! Runs at the edges: ends of memory, growth, traps, limits, hidden arguments. Whole proofs' worth of segments each.

mod common;

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use common::runs::{Run, challenge, text};
use zera_proof::circuit::builder::Tables;
use zera_vm::Outcome;

const MEMORY: &str = r#"(module (memory 1 3)
    (data (i32.const 65520) "\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10")
    (func (export "load8") (param i32) (result i64) (i64.load (local.get 0)))
    (func (export "load4") (param i32) (result i32) (i32.load offset=4 (local.get 0)))
    (func (export "load2") (param i32) (result i32) (i32.load16_s (local.get 0)))
    (func (export "load1") (param i32) (result i32) (i32.load8_u offset=4294967295 (local.get 0)))
    (func (export "store8") (param i32) (result i64)
        (i64.store (local.get 0) (i64.const 0x1122334455667788)) (i64.load align=1 (local.get 0)))
    (func (export "store2") (param i32) (result i64)
        (i32.store16 (local.get 0) (i32.const 0xabcd)) (i64.load (i32.const 65528)))
    (func (export "grow") (param i32) (result i32)
        (i32.add
            (i32.mul (memory.grow (local.get 0)) (i32.const 100))
            (i32.mul (memory.grow (i32.const 1)) (i32.const 10)))
        (if (i32.gt_u (memory.size) (i32.const 1))
            (then (i64.store (i32.const 70001) (i64.const -2)) (i32.store8 (i32.const 131071) (i32.const 9))))
        (i32.add (memory.size)))
    (func (export "copy") (param i32) (result i64)
        (memory.copy (i32.const 100) (i32.const 65521) (i32.const 13))
        (memory.fill (i32.const 103) (i32.const 7) (local.get 0))
        (i64.load (i32.const 101))))"#;

fn run(wat: &str, entry: &str, argument: u32) -> Run {
    text(wat, entry, &argument.to_le_bytes(), 200_000)
}

#[test]
fn the_ends_of_memory() {
    let mut trapped = 0;
    for entry in ["load8", "load4", "load2", "store8", "store2"] {
        for at in
            [0, 1, 7, 65_519, 65_520, 65_524, 65_525, 65_527, 65_528, 65_529, 65_532, 65_534, 65_535, 65_536, u32::MAX]
        {
            let run = run(MEMORY, entry, at);
            trapped += usize::from(run.trace.outcome == Outcome::Trap);
            run.check();
        }
    }
    assert_eq!(run(MEMORY, "load1", 1).trace.outcome, Outcome::Trap, "nothing wraps round 2^32");
    run(MEMORY, "load1", 1).check();
    run(MEMORY, "load1", u32::MAX).check();
    assert!(trapped > 20, "{trapped}");
}

#[test]
fn memory_grows_or_not() {
    for (by, outcome) in
        [(0, Outcome::Ok), (1, Outcome::Ok), (2, Outcome::Ok), (3, Outcome::Ok), (u32::MAX, Outcome::OutOfGas)]
    {
        let run = run(MEMORY, "grow", by);
        assert_eq!(run.trace.outcome, outcome, "{by}");
        run.check();
    }
    for len in [0, 1, 9, 70_000] {
        run(MEMORY, "copy", len).check();
    }
}

const CONTROL: &str = r#"(module
    (table 4 funcref) (elem (i32.const 0) $one $two $other) (type $int (func (result i32)))
    (global $count (mut i64) (i64.const 5))
    (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2)) (func $other (param i32))
    (func (export "indirect") (param i32) (result i32) (call_indirect (type $int) (local.get 0)))
    (func (export "table") (param i32) (result i32)
        (block (block (block (br_table 0 1 2 (local.get 0))) (return (i32.const 10))) (return (i32.const 20)))
        (i32.const 30))
    (func $down (export "down") (param i32) (result i32)
        (global.set $count (i64.add (global.get $count) (i64.const 1)))
        (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0))))
    (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const -2147483648) (local.get 0)))
    (func (export "forever") (param i32) (result i32) (loop (br 0)) (unreachable)))"#;

#[test]
fn traps_and_limits() {
    let expect = |entry: &str, argument: u32, outcome: Outcome| {
        let run = run(CONTROL, entry, argument);
        assert_eq!(run.trace.outcome, outcome, "{entry}({argument})");
        run.check();
    };
    for (argument, outcome) in [(0, Outcome::Ok), (1, Outcome::Ok), (2, Outcome::Trap), (3, Outcome::Trap)] {
        expect("indirect", argument, outcome);
    }
    expect("indirect", u32::MAX, Outcome::Trap);
    for argument in [0, 1, 2, 3, u32::MAX] {
        expect("table", argument, Outcome::Ok);
    }
    expect("down", 30, Outcome::Ok);
    expect("down", 100_000, Outcome::StackLimit);
    for (argument, outcome) in [(0, Outcome::Trap), (7, Outcome::Ok), (u32::MAX, Outcome::Trap)] {
        expect("divide", argument, outcome);
    }
    let run = text(CONTROL, "forever", &0_u32.to_le_bytes(), 1_000);
    assert_eq!(run.trace.outcome, Outcome::OutOfGas);
    run.check();
}

#[test]
fn hidden_arguments_and_results() {
    let mut run = run(CONTROL, "down", 3);
    (run.end.hidden[0], run.end.narrow[0]) = (true, true);
    (run.end.result_public, run.end.result) = (false, 0);
    run.check();
}

/// Each segment once: nothing closes without one of them, or with one of them twice.
#[test]
fn segments_are_neither_left_out_nor_repeated() {
    let run = run(CONTROL, "down", 30);
    let plan = run.check();
    let challenge = challenge();
    let mut used = Tables::default();
    let mut sums = Vec::new();
    for segment in &plan.segments {
        let cs = plan.fill(segment, &run.program, &run.trace, &used);
        used.add(&cs.tables);
        sums.push(cs.finish(&challenge).expect("it holds").bus_sum());
    }
    let all: Fr = sums.iter().sum::<Fr>() + run.public(&plan, &challenge);
    assert_eq!(all, Fr::ZERO);
    for sum in sums {
        assert_ne!(all - sum, Fr::ZERO);
        assert_ne!(all + sum, Fr::ZERO);
    }
}

/// Another run of the same program under this one's statement.
#[test]
fn a_statement_is_of_its_run_alone() {
    let (run, other) = (run(CONTROL, "down", 3), run(CONTROL, "down", 4));
    let challenge = challenge();
    let plan = other.check();
    let sums: Fr = other.fill(&plan).iter().map(|cs| cs.finish(&challenge).expect("it holds").bus_sum()).sum();
    assert_eq!(sums + other.public(&plan, &challenge), Fr::ZERO);
    assert_ne!(sums + run.public(&plan, &challenge), Fr::ZERO, "it began with another argument");
}
