//! The worst modules for a stack end at our own limits in the reference engine, never at its own or the machine's: this
//! runs without optimisation on a thread of 2 MiB. The browser's engine has the same modules in its trials.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;
#[path = "common/worst.rs"]
mod worst;

use common::{TestHost, execute, prepare, run, wasm};
use zera_primitives::{Hash, Outcome};
use zera_vm::{Engine, WasmiEngine, gas::STACK_UNITS};

#[test]
fn the_worst_modules_reach_our_limits() {
    for worst::Worst { name, text } in worst::worst() {
        let done = run(&text, "go", &[]);
        assert_eq!(done.outcome, Outcome::StackLimit, "{name}: {:?}", done.diagnostic);
    }
}

/// Seven modules call each other from deep frames, and the eighth recurses.
#[test]
fn eight_deep_calls_share_one_budget() {
    let engine = WasmiEngine::new();
    let mut host = TestHost { engine: Some(&engine), ..TestHost::default() };
    let locals = "i64 ".repeat(600);
    let mut hashes = Vec::new();
    for depth in 0..8u8 {
        // Each holds 1,200 slots while the next one runs.
        let (first, last) = match depth {
            7 => ("-1", ""),
            _ => (
                "1",
                "(drop (call $call (i32.const 0) (i32.const 32) (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 48)))",
            ),
        };
        let text = format!(
            r#"(module (import "zera" "call_module" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
                 (memory 1 1) (data (i32.const 0) "\{:02x}") (data (i32.const 32) "go")
                 (func $f (param i32) (local {locals})
                   (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else {last})))
                 (func (export "go") (call $f (i32.const {first}))))"#,
            depth + 1
        );
        hashes.push(prepare(&engine, &text));
    }
    host.modules = hashes
        .iter()
        .zip(0u8..)
        .map(|(hash, depth)| ([&[depth][..], &[0; 31]].concat().try_into().expect("32 bytes"), *hash))
        .collect();
    let first = *hashes.first().expect("eight");
    let done = execute(&engine, &mut host, first, "go", &[]);
    assert_eq!(done.outcome, Outcome::StackLimit, "{:?}", done.diagnostic);
    assert_eq!(host.nested.len(), 7, "all eight ran");
}

/// Frames that are counted by a gate behave as if they counted themselves.
#[test]
fn a_gate_hands_everything_through() {
    let locals = "i64 ".repeat(700);
    let text = format!(
        r#"(module (func $f (export "go") (param i32 i64) (result i64) (local {locals})
             (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
             (call $f (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.const 3)))))"#
    );
    let call = |depth: u32| run(&text, "go", &[&depth.to_le_bytes()[..], &5u64.to_le_bytes()[..]].concat());
    let done = call(10);
    assert_eq!((done.outcome, done.result), (Outcome::Ok, 35u64.to_le_bytes().to_vec()));
    // A round: 700 declared locals, three operators that test, six that prepare the call, and the call.
    assert_eq!(call(11).gas_used - call(10).gas_used, 700 / 4 + 3 + 6 + 5);
    let deep = u32::try_from(STACK_UNITS / 700).expect("small");
    assert_eq!(call(deep).outcome, Outcome::StackLimit);
}

#[test]
fn functions_of_too_many_operators_are_refused_with_a_reason() {
    let text = format!("(module (func (export \"go\") {}))", "nop ".repeat(40_000));
    let code = wasm(&text);
    let refused = WasmiEngine::new().prepare(&Hash::of(&code), &code).expect_err("too many").to_string();
    assert!(refused.contains("operators of one function"), "{refused}");
}
