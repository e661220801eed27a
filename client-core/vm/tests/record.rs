//! What is kept of an execution: every host call with its gas, the one that ended it, and digests that anyone with the
//! results comes to.

#![allow(clippy::expect_used, reason = "a failed invariant is a failed test")]

mod common;

use common::{TestHost, execute, prepare};
use zera_primitives::{Hash, Outcome};
use zera_vm::{Engine, Execution, HostDigest, HostStop, StorageDigest, TraceRecord, WasmiEngine, host};

const IMPORTS: &str = r#"
  (import "zera" "input_read" (func $input_read (param i32 i32 i32)))
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "call_module" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "zera" "returned_read" (func $returned (param i32 i32 i32)))
  (import "zera" "fail" (func $fail (param i32 i32)))
  (memory 1 1) (data (i32.const 0) "keyvalue")"#;

fn run(host: &mut TestHost<'_>, body: &str) -> Execution {
    let engine = WasmiEngine::new();
    let hash = prepare(&engine, &format!(r#"(module {IMPORTS} (func (export "go") {body}))"#));
    execute(&engine, host, hash, "go", b"args")
}

fn base(name: &str) -> u64 {
    host::lookup(name).expect("a host function").base
}

/// The digests as a verifier computes them, from what was kept.
fn digests(record: &TraceRecord) -> (Hash, Hash) {
    let mut log = HostDigest::default();
    for call in &record.host_calls {
        log.call(call.function, call.returned, call.gas, &call.written);
    }
    if let Some(stop) = record.stop {
        log.stop(stop);
    }
    let mut storage = StorageDigest::default();
    for access in &record.storage {
        storage.access(access.kind, &access.key, access.value.as_deref());
    }
    (log.finish(), storage.finish())
}

#[test]
fn every_host_call_stands_there_with_what_it_wrote_and_took() {
    let body = "(call $input_read (i32.const 100) (i32.const 1) (i32.const 3))
                (call $set (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 5))
                (drop (call $get (i32.const 0) (i32.const 3) (i32.const 104) (i32.const 3)))";
    let done = run(&mut TestHost::default(), body);
    assert_eq!(done.outcome, Outcome::Ok, "{:?}", done.diagnostic);
    let record = &done.trace;
    let seen: Vec<(&str, u64, &[u8], u64)> = record
        .host_calls
        .iter()
        .map(|call| {
            let name = host::table::FUNCTIONS[usize::from(call.function)].name;
            (name, call.returned, call.written.as_slice(), call.gas)
        })
        .collect();
    let expected: [(&str, u64, &[u8], u64); 3] = [
        ("input_read", 0, b"rgs", base("input_read") + 3),
        ("storage_set", 0, b"", base("storage_set") + 2 * 8),
        ("storage_get", 5, b"val", base("storage_get") + 3 + 5),
    ];
    assert_eq!(seen, expected);
    assert_eq!((record.stop, record.gas_limit, record.stack_limit), (None, 50_000_000, zera_vm::gas::STACK_UNITS));
    assert_eq!(digests(record), (record.host_digest, record.storage_digest));
}

#[test]
fn gas_of_a_host_call_changes_the_digest() {
    let get = "(drop (call $get (i32.const 0) (i32.const 3) (i32.const 104) (i32.const 0)))";
    let with = |value: &[u8]| {
        let mut host = TestHost::default();
        host.storage.insert(b"key".to_vec(), value.to_vec());
        run(&mut host, get).trace
    };
    let (short, long) = (with(b"v"), with(b"vv"));
    assert_ne!(short.host_digest, long.host_digest);
    let mut same_but_gas = short.clone();
    same_but_gas.host_calls[0].gas += 1;
    assert_ne!(digests(&same_but_gas).0, short.host_digest);
}

#[test]
fn a_nested_call_is_one_entry_that_took_all_of_its_gas() {
    let engine = WasmiEngine::new();
    let callee = prepare(
        &engine,
        r#"(module (import "zera" "output_write" (func $o (param i32 i32))) (memory 1 1) (data (i32.const 0) "hello")
             (func (export "k") (call $o (i32.const 0) (i32.const 5))))"#,
    );
    let caller = prepare(
        &engine,
        &format!(
            r#"(module {IMPORTS} (func (export "go")
                 (drop (call $call (i32.const 32) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 64)))
                 (call $returned (i32.const 200) (i32.const 0) (i32.const 5))))"#
        ),
    );
    let mut host = TestHost { engine: Some(&engine), ..TestHost::default() };
    host.modules.insert([0; 32], callee);
    let done = execute(&engine, &mut host, caller, "go", b"");
    assert_eq!(done.outcome, Outcome::Ok, "{:?}", done.diagnostic);
    let (nested, calls) = (&host.nested[0], &done.trace.host_calls);
    assert_eq!((calls[0].returned, calls[0].written.as_slice()), (5, &b""[..]));
    assert_eq!(calls[0].gas, base("call_module") + 1 + 2 + 5 + nested.gas_used);
    assert_eq!(calls[1].written, b"hello");
}

#[test]
fn the_call_that_ended_it_stands_there_too() {
    let done = run(&mut TestHost::default(), "(call $fail (i32.const 0) (i32.const 8))");
    assert_eq!(done.outcome, Outcome::HostRefused);
    let function = host::lookup("fail").expect("a host function").id as u16;
    assert_eq!(done.trace.stop, Some(HostStop { function, gas: base("fail") + 8 }));
    assert!(done.trace.host_calls.is_empty());
    assert_eq!(digests(&done.trace).0, done.trace.host_digest);
    assert_ne!(HostDigest::default().finish(), done.trace.host_digest);
}

#[test]
fn out_of_gas_inside_a_host_call_is_the_same_stop_however_much_was_left() {
    let engine = WasmiEngine::new();
    let hash = prepare(
        &engine,
        &format!(r#"(module {IMPORTS} (func (export "go") (call $fail (i32.const 0) (i32.const 8))))"#),
    );
    let begin = engine.info(&hash).expect("prepared").begin_gas();
    let block = 2 + 5; // two constants and the call
    for more in [0, block - 1, block, 20, 60] {
        let gas = begin + more;
        let request =
            zera_vm::CallRequest { code_hash: hash, entry: "go", args: b"", gas, stack: zera_vm::gas::STACK_UNITS };
        let done = engine.execute(&request, &mut TestHost::default()).expect("no fault");
        assert_eq!((done.outcome, done.gas_used), (Outcome::OutOfGas, gas), "{more}");
        assert_eq!(done.trace.stop.is_some(), more >= block, "whether the host function was reached with {more}");
        assert_eq!(digests(&done.trace).0, done.trace.host_digest);
    }
}
