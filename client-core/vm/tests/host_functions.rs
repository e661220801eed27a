//! The host API as a guest sees it.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{TestHost, execute, prepare};
use zera_primitives::Outcome;
use zera_vm::{AccessKind, CallRequest, Engine, Execution, VmError, WasmiEngine};

const IMPORTS: &str = r#"
  (import "zera" "input_len" (func $input_len (result i32)))
  (import "zera" "input_read" (func $input_read (param i32 i32 i32)))
  (import "zera" "output_write" (func $output_write (param i32 i32)))
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "storage_remove" (func $remove (param i32 i32)))
  (import "zera" "old_storage_get" (func $old_get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "old_storage_next" (func $old_next (param i32 i32 i32 i32) (result i32)))
  (import "zera" "caller" (func $caller (param i32)))
  (import "zera" "caller_kind" (func $caller_kind (result i32)))
  (import "zera" "self_id" (func $self_id (param i32)))
  (import "zera" "value" (func $value (param i32)))
  (import "zera" "balance" (func $balance (param i32 i32)))
  (import "zera" "transfer" (func $transfer (param i32 i32)))
  (import "zera" "slot" (func $slot (result i64)))
  (import "zera" "height" (func $height (result i64)))
  (import "zera" "call_module" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "zera" "returned_read" (func $returned (param i32 i32 i32)))
  (import "zera" "emit_event" (func $emit (param i32 i32 i32 i32)))
  (import "zera" "blake3" (func $blake3 (param i32 i32 i32)))
  (import "zera" "fail" (func $fail (param i32 i32)))
  (memory 1 1) (data (i32.const 0) "keyvalue")"#;

fn run_with(host: &mut TestHost<'_>, body: &str) -> Execution {
    let engine = WasmiEngine::new();
    let hash = prepare(&engine, &format!(r#"(module {IMPORTS} (func (export "go") {body}))"#));
    execute(&engine, host, hash, "go", b"args")
}

fn output(body: &str) -> Vec<u8> {
    let done = run_with(&mut TestHost::default(), body);
    assert_eq!(done.outcome, Outcome::Ok, "{body}: {:?}", done.diagnostic);
    done.result
}

#[test]
fn storage() {
    let mut host = TestHost::default();
    let done = run_with(
        &mut host,
        r#"(call $set (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 5))
           ;; room for three of five bytes, the whole length comes back
           (i32.store (i32.const 100) (call $get (i32.const 0) (i32.const 3) (i32.const 104) (i32.const 3)))
           (call $output_write (i32.const 100) (i32.const 9))
           (drop (call $get (i32.const 0) (i32.const 2) (i32.const 104) (i32.const 3)))
           (call $remove (i32.const 0) (i32.const 1))"#,
    );
    assert_eq!(done.result, [&5u32.to_le_bytes()[..], b"val", &[0, 0]].concat());
    assert_eq!(host.storage.get(&b"key"[..]).map(Vec::as_slice), Some(&b"value"[..]));
    let kinds: Vec<AccessKind> = done.trace.storage.iter().map(|access| access.kind).collect();
    assert_eq!(kinds, [AccessKind::Write, AccessKind::Read, AccessKind::Read, AccessKind::Remove]);
    assert!(done.trace.complete && done.trace.outcome == Outcome::Ok && done.trace.gas_used == done.gas_used);
    assert_eq!(done.trace.host_calls[3].returned, u64::from(u32::MAX), "absent is -1");
    // The digests depend on contents, and only on them.
    let again = run_with(
        &mut TestHost::default(),
        "(drop (call $get (i32.const 1) (i32.const 3) (i32.const 0) (i32.const 0)))",
    );
    let other = run_with(
        &mut TestHost::default(),
        "(drop (call $get (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0)))",
    );
    assert_ne!(again.trace.storage_digest, other.trace.storage_digest);
    assert_eq!(again.trace.host_digest, other.trace.host_digest);
}

#[test]
fn the_previous_generation_is_walked_in_order() {
    let mut host = TestHost::default();
    for key in ["b", "aa", "c"] {
        host.old_storage.insert(key.into(), key.to_uppercase().into());
    }
    let done = run_with(
        &mut host,
        r#"(local $len i32) (block $end (loop $next
             (local.set $len (call $old_next (i32.const 200) (local.get $len) (i32.const 200) (i32.const 50)))
             (br_if $end (i32.eq (local.get $len) (i32.const -1)))
             (call $output_write (i32.const 200) (local.get $len))
             (call $output_write (i32.const 300) (call $old_get (i32.const 200) (local.get $len) (i32.const 300) (i32.const 50)))
             (br $next)))"#,
    );
    assert_eq!(done.result, b"aaAAbBcC", "{:?}", done.diagnostic);
}

#[test]
fn who_where_and_when() {
    assert_eq!(output("(call $caller (i32.const 50)) (call $output_write (i32.const 50) (i32.const 32))"), [7; 32]);
    assert_eq!(output("(call $self_id (i32.const 50)) (call $output_write (i32.const 50) (i32.const 32))"), [8; 32]);
    let value = output("(call $value (i32.const 50)) (call $output_write (i32.const 50) (i32.const 16))");
    assert_eq!(value, 12_345u128.to_le_bytes());
    let numbers = output(
        "(i32.store (i32.const 50) (call $caller_kind)) (i64.store (i32.const 54) (call $slot))
         (i64.store (i32.const 62) (call $height)) (call $output_write (i32.const 50) (i32.const 20))",
    );
    assert_eq!(numbers, [&2u32.to_le_bytes()[..], &99u64.to_le_bytes(), &(1u64 << 40).to_le_bytes()].concat());
    let hash = output(
        "(call $blake3 (i32.const 0) (i32.const 3) (i32.const 50)) (call $output_write (i32.const 50) (i32.const 32))",
    );
    assert_eq!(hash, blake3::hash(b"key").as_bytes());
}

#[test]
fn money_and_events() {
    let mut host = TestHost::default();
    host.balances.insert([8; 32], 1_000);
    let body = r#"(i64.store (i32.const 64) (i64.const 300)) (call $transfer (i32.const 100) (i32.const 64))
        (call $self_id (i32.const 200)) (call $balance (i32.const 200) (i32.const 300))
        (call $output_write (i32.const 300) (i32.const 16))
        (call $emit (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 5))"#;
    let done = run_with(&mut host, body);
    assert_eq!(done.result, 700u128.to_le_bytes(), "{:?}", done.diagnostic);
    assert_eq!(host.balances.get(&[0; 32]), Some(&300));
    assert_eq!(host.events, [("key".to_owned(), b"value".to_vec())]);
    let poor = run_with(&mut TestHost::default(), body);
    assert_eq!(poor.outcome, Outcome::HostRefused);
    assert_eq!(poor.diagnostic.as_deref(), Some("insufficient balance"));
}

#[test]
fn guests_can_fail_with_a_message() {
    let done = run_with(&mut TestHost::default(), "(call $fail (i32.const 3) (i32.const 5)) unreachable");
    assert_eq!((done.outcome, done.diagnostic.as_deref()), (Outcome::HostRefused, Some("value")));
}

#[test]
fn pointers_out_of_bounds_trap_and_sizes_over_the_limit_are_refused() {
    for body in [
        "(call $set (i32.const 65530) (i32.const 10) (i32.const 0) (i32.const 1))",
        "(call $set (i32.const -1) (i32.const 1) (i32.const 0) (i32.const 1))",
        "(call $set (i32.const 0) (i32.const 1) (i32.const 1) (i32.const -1))",
        "(drop (call $get (i32.const 0) (i32.const 1) (i32.const 65535) (i32.const 2)))",
        "(call $caller (i32.const 65510))",
        "(call $input_read (i32.const 0) (i32.const 2) (i32.const 3))",
        "(call $input_read (i32.const 0) (i32.const -1) (i32.const 1))",
        "(call $input_read (i32.const 65534) (i32.const 0) (i32.const 4))",
        "(call $returned (i32.const 0) (i32.const 0) (i32.const 1))",
        "(call $transfer (i32.const 0) (i32.const 65530))",
        "(call $blake3 (i32.const 0) (i32.const 65537) (i32.const 0))",
        "(call $fail (i32.const 65535) (i32.const 5))",
        "(call $output_write (i32.const 2) (i32.const 65535))",
    ] {
        let done = run_with(&mut TestHost::default(), body);
        assert_eq!(done.outcome, Outcome::Trap, "{body} {:?}", done.diagnostic);
    }
    for body in [
        "(call $set (i32.const 0) (i32.const 257) (i32.const 0) (i32.const 1))",
        "(call $set (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1))",
        "(call $emit (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 16385))",
        "(call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1))",
        "(call $output_write (i32.const 0) (i32.const 40000)) (call $output_write (i32.const 0) (i32.const 40000))",
    ] {
        let done = run_with(&mut TestHost::default(), body);
        assert_eq!(done.outcome, Outcome::HostRefused, "{body} {:?}", done.diagnostic);
    }
    // Without a memory every pointer leaves it.
    let engine = WasmiEngine::new();
    let hash = prepare(
        &engine,
        r#"(module (import "zera" "caller" (func $c (param i32))) (func (export "go") (call $c (i32.const 0))))"#,
    );
    assert_eq!(execute(&engine, &mut TestHost::default(), hash, "go", &[]).outcome, Outcome::Trap);
}

#[test]
fn a_key_that_is_not_loaded_is_no_outcome() {
    let engine = WasmiEngine::new();
    let text = format!(
        r#"(module {IMPORTS} (func (export "go") (drop (call $get (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0)))))"#
    );
    let hash = prepare(&engine, &text);
    let mut host = TestHost { missing: Some(b"key".to_vec()), ..TestHost::default() };
    let request = CallRequest { code_hash: hash, entry: "go", args: &[], gas: 1_000_000, stack: 10_000 };
    // Beginning, ten operators' worth, the function and a key of three bytes: what was used before the miss.
    let gas_used = engine.info(&hash).expect("prepared").begin_gas() + 10 + 500 + 3;
    assert_eq!(engine.execute(&request, &mut host), Err(VmError::Aborted { gas_used }));
}

/// A module that calls itself (the test host allows it) until its argument is zero, with `extra` in each call.
fn nesting(extra: &str) -> String {
    format!(
        r#"(module {IMPORTS} (func (export "go")
            (call $input_read (i32.const 40) (i32.const 0) (i32.const 4))
            {extra}
            (if (i32.load (i32.const 40)) (then
              (i32.store (i32.const 40) (i32.sub (i32.load (i32.const 40)) (i32.const 1)))
              (i32.store8 (i32.const 48) (i32.const 103)) (i32.store8 (i32.const 49) (i32.const 111))
              (drop (call $call (i32.const 1000) (i32.const 48) (i32.const 2) (i32.const 40) (i32.const 4) (i32.const 2000)))
              (call $returned (i32.const 60) (i32.const 0) (i32.const 1))
              (i32.store8 (i32.const 60) (i32.add (i32.const 1) (i32.load8_u (i32.const 60))))))
            (call $output_write (i32.const 60) (i32.const 1))))"#
    )
}

fn nested(extra: &str, depth: u32, gas: u64, stack: u64) -> (Execution, usize) {
    let engine = WasmiEngine::new();
    let code_hash = prepare(&engine, &nesting(extra));
    let mut host = TestHost { engine: Some(&engine), ..TestHost::default() };
    host.modules.insert([0; 32], code_hash);
    let args = depth.to_le_bytes();
    let request = CallRequest { code_hash, entry: "go", args: &args, gas, stack };
    let done = engine.execute(&request, &mut host).expect("no fault");
    (done, host.nested.len())
}

#[test]
fn nested_calls_share_gas_and_return_results() {
    let (done, calls) = nested("", 5, 1_000_000, 10_000);
    assert_eq!((done.outcome, done.result.as_slice(), calls), (Outcome::Ok, &[5][..], 5), "{:?}", done.diagnostic);
    let (one, _) = nested("", 0, 1_000_000, 10_000);
    assert!(done.gas_used > one.gas_used * 6);
    let (exact, _) = nested("", 5, done.gas_used, 10_000);
    assert_eq!((exact.outcome, exact.gas_used), (Outcome::Ok, done.gas_used));
    let (short, _) = nested("", 5, done.gas_used - 1, 10_000);
    assert_eq!((short.outcome, short.gas_used), (Outcome::OutOfGas, done.gas_used - 1));
}

#[test]
fn a_callee_that_fails_ends_its_callers_in_the_same_way() {
    let when = |body: &str| format!("(if (i32.eqz (i32.load (i32.const 40))) (then {body}))");
    for (body, outcome) in [
        ("unreachable", Outcome::Trap),
        ("(call $fail (i32.const 0) (i32.const 3))", Outcome::HostRefused),
        ("(loop (br 0))", Outcome::OutOfGas),
    ] {
        let (done, _) = nested(&when(body), 3, 1_000_000, 10_000);
        assert_eq!(done.outcome, outcome, "{body}");
    }
    let engine = WasmiEngine::new();
    let hash = prepare(&engine, &nesting(""));
    let done = execute(&engine, &mut TestHost::default(), hash, "go", &1u32.to_le_bytes());
    assert_eq!((done.outcome, done.diagnostic.as_deref()), (Outcome::HostRefused, Some("no such module")));
}

#[test]
fn the_table_is_what_the_data_file_says() {
    let data: serde_json::Value =
        serde_json::from_str(include_str!("../src/host/host_api.json")).expect("host_api.json is JSON");
    let listed = data["functions"].as_array().expect("functions");
    let version = u64::from(zera_vm::host::HOST_API_VERSION);
    let linked = |entry: &&serde_json::Value| entry["since"].as_u64().is_some_and(|since| since <= version);
    assert_eq!(zera_vm::host::table::FUNCTIONS.len(), listed.iter().filter(linked).count());
    for (position, entry) in listed.iter().filter(linked).enumerate() {
        let function = zera_vm::host::lookup(entry["name"].as_str().expect("name")).expect("linked");
        assert_eq!(function.id as usize, position);
        assert_eq!(entry["gas"]["base"], function.base);
        assert_eq!(entry["gas"]["per_byte"], function.per_byte);
        assert_eq!(entry["params"].as_array().map(Vec::len), Some(function.params.len()));
    }
}
