//! The counters that travel as values inside a module are right wherever somebody looks from outside: at a trap, in a host
//! function, behind a table, and when the machine has no memory left.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{run, wasm};
use wasmi::{Engine, Instance, Module, Store, StoreLimits, StoreLimitsBuilder, Val};
use zera_vm::{
    Outcome, gas, instrument,
    instrument::{GAS_EXPORT, MEMORY_REFUSED, STACK_EXPORT},
    validate,
};

const SLOT: &str = r#"(import "zera" "slot" (func $slot (result i64)))"#;

fn used(text: &str, outcome: Outcome) -> u64 {
    let done = run(text, "go", &[]);
    assert_eq!(done.outcome, outcome, "{text}: {:?}", done.diagnostic);
    let pages = if text.contains("(memory 1") { gas::PAGE } else { 0 };
    done.gas_used - gas::CALL_BASE - pages - (wasm(text).len() as u64 >> gas::BULK_SHIFT)
}

#[test]
fn a_trap_finds_the_gas_it_stopped_at() {
    for (body, gas) in [
        ("unreachable", 1),
        ("(drop (i32.const 1)) unreachable (drop (i32.const 1))", 3),
        ("(drop (i32.load (i32.const 70000)))", 3),
        // What the callee used counts, and the block behind the call is the same one.
        ("(call $f) (drop (i32.div_u (i32.const 1) (i32.const 0)))", 5 + 2 + 4),
        ("(call_indirect (i32.const 0)) unreachable", 1 + 10 + 2 + 1),
        // Two ways join; one of them charged.
        ("(block (br_if 0 (i32.const 1)) (drop (i32.const 1))) (i32.store (i32.const -1) (i32.const 0))", 2 + 3),
        ("(if (i32.const 0) (then (drop (i32.const 1)))) (call_indirect (i32.const 1))", 2 + 11),
        ("(loop (br_if 0 (i32.const 0))) (memory.fill (i32.const -9) (i32.const 0) (i32.const 16))", 3 + 2 + 4 + 2),
    ] {
        let text = format!(
            r#"(module (memory 1 1) (table 2 2 funcref) (elem (i32.const 0) $f)
                 (func $f (drop (i32.const 7))) (func (export "go") {body}))"#
        );
        assert_eq!(used(&text, Outcome::Trap), gas, "{body}");
    }
}

#[test]
fn host_functions_are_values_too() {
    let base = zera_vm::host::lookup("slot").expect("in the table").base;
    let direct = used(&format!(r#"(module {SLOT} (func (export "go") (drop (call $slot))))"#), Outcome::Ok);
    assert_eq!(direct, 5 + 1 + base);
    for (fields, body) in [
        ("(table 1 1 funcref) (elem (i32.const 0) $slot)", "(call_indirect (result i64) (i32.const 0))"),
        (
            "(table 1 1 funcref) (elem (table 0) (offset (i32.const 0)) funcref (ref.func $slot))",
            "(call_indirect (result i64) (i32.const 0))",
        ),
        (
            "(table 1 1 funcref) (global $g funcref (ref.func $slot))",
            "(table.set 0 (i32.const 0) (global.get $g)) (call_indirect (result i64) (i32.const 0))",
        ),
        (
            r#"(table 1 1 funcref) (export "slot" (func $slot))"#,
            "(table.set 0 (i32.const 0) (ref.func $slot)) (call_indirect (result i64) (i32.const 0))",
        ),
        (
            r#"(table 1 1 funcref) (func $own (export "own") (result i64) (call $slot))"#,
            "(table.set 0 (i32.const 0) (ref.func $own)) (call_indirect (result i64) (i32.const 0))",
        ),
        (
            "(table 2 2 funcref) (elem $e func $slot)",
            "(table.init $e (i32.const 1) (i32.const 0) (i32.const 1)) (call_indirect (result i64) (i32.const 1))",
        ),
    ] {
        let done = run(&format!(r#"(module {SLOT} {fields} (func (export "go") (result i64) {body}))"#), "go", &[]);
        assert_eq!(
            (done.outcome, done.result),
            (Outcome::Ok, 99u64.to_le_bytes().to_vec()),
            "{fields} {:?}",
            done.diagnostic
        );
        assert!(done.gas_used > gas::CALL_BASE + base, "{fields}");
    }
    let exported = run(&format!(r#"(module {SLOT} (export "go" (func $slot)))"#), "go", &[]);
    assert_eq!((exported.outcome, exported.result), (Outcome::Ok, 99u64.to_le_bytes().to_vec()));
}

/// A start function that calls the host from a deep frame leaves the whole stack to the call behind it.
#[test]
fn the_stack_is_whole_after_host_calls() {
    let text = format!(
        r#"(module {SLOT} (func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
             (else (drop (call $slot)))))
           (func $s (call $deep (i32.const 400))) (start $s)
           (func (export "go") (call $deep (i32.const 600))))"#
    );
    assert_eq!(run(&text, "go", &[]).outcome, Outcome::Ok);
}

/// An answer of -1 for memory that the module may have ends the call, and its counter says why; beyond the maximum it is
/// an answer.
#[test]
fn memory_that_the_machine_refuses_ends_the_call() {
    let code =
        wasm(r#"(module (memory 1 3) (func (export "go") (param i32) (result i32) (memory.grow (local.get 0))))"#);
    let info = validate(&code).expect("valid");
    let woven = instrument(&code, &info).expect("its description");
    let engine = Engine::default();
    let module = Module::new(&engine, &woven).expect("valid");
    let limits = StoreLimitsBuilder::new().memory_size(2 << 16).build();
    let mut store = Store::<StoreLimits>::new(&engine, limits);
    store.limiter(|limits| limits);
    let instance = Instance::new(&mut store, &module, &[]).expect("no imports");
    let [gas, stack] = [GAS_EXPORT, STACK_EXPORT].map(|name| instance.get_global(&store, name).expect("exported"));
    let mut grow = |pages: i32| {
        // 2^32 pages cost 2^42.
        gas.set(&mut store, Val::I64(1 << 44)).expect("mutable");
        stack.set(&mut store, Val::I64(1 << 20)).expect("mutable");
        let mut result = [Val::I32(0)];
        let function = instance.get_func(&store, "go").expect("exported");
        let done = function.call(&mut store, &[Val::I32(pages)], &mut result);
        (done.ok().and_then(|()| result[0].i32()), gas.get(&store).i64())
    };
    assert_eq!(grow(3).0, Some(-1), "beyond the declared maximum");
    assert_eq!(grow(-1).0, Some(-1));
    assert_eq!(grow(1).0, Some(1));
    assert_eq!(grow(1), (None, Some(MEMORY_REFUSED)), "the machine allows two of three pages");
}
