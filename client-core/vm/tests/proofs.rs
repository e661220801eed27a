//! Host functions about proofs as a guest sees them; what the chain says to them is the runtime's matter.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{TestHost, execute, prepare};
use zera_primitives::{Outcome, limits};
use zera_vm::{Execution, WasmiEngine, host};

const IMPORTS: &str = r#"
  (import "zera" "log_execution_for_proof" (func $log (param i32 i32)))
  (import "zera" "has_execution_trace" (func $has (param i32) (result i32)))
  (import "zera" "trigger_zk_proof_generation" (func $request (param i32)))
  (import "zera" "verify_execution_proof" (func $verify (param i32 i32 i32) (result i32)))
  (import "zera" "verify_groth16" (func $groth16 (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory 3 3) (data (i32.const 0) "context\ff") (data (i32.const 32) "\01\02\03\04\05\06")"#;

fn run(host: &mut TestHost<'_>, body: &str) -> Execution {
    let engine = WasmiEngine::new();
    let hash = prepare(&engine, &format!(r#"(module {IMPORTS} (func (export "go") (result i32) {body}))"#));
    execute(&engine, host, hash, "go", b"")
}

fn answer(host: &mut TestHost<'_>, body: &str) -> i32 {
    let done = run(host, body);
    assert_eq!(done.outcome, Outcome::Ok, "{body}: {:?}", done.diagnostic);
    i32::from_le_bytes(done.result.try_into().expect("four bytes"))
}

fn price(name: &str, bytes: u64) -> u64 {
    let function = host::lookup(name).expect("a host function");
    function.base + function.per_byte * bytes
}

#[test]
fn an_execution_asks_to_be_kept_under_a_name() {
    let mut host = TestHost::default();
    assert_eq!(answer(&mut host, "(call $log (i32.const 0) (i32.const 7)) (i32.const 5)"), 5);
    assert_eq!(host.asked, ["log context"]);
    for (length, outcome) in [(0, Outcome::HostRefused), (8, Outcome::HostRefused), (200, Outcome::HostRefused)] {
        let done = run(&mut host, &format!("(call $log (i32.const 0) (i32.const {length})) (i32.const 5)"));
        assert_eq!(done.outcome, outcome, "{length}: empty, no UTF-8, too long");
    }
    let done = run(&mut host, "(call $log (i32.const -1) (i32.const 7)) (i32.const 5)");
    assert_eq!(done.outcome, Outcome::Trap);
}

#[test]
fn a_kept_execution_is_known_and_requested() {
    let mut host = TestHost::default();
    assert_eq!(answer(&mut host, "(call $has (i32.const 32))"), 1);
    assert_eq!(answer(&mut host, "(call $has (i32.const 64))"), 0);
    assert_eq!(answer(&mut host, "(call $request (i32.const 32)) (i32.const 1)"), 1);
    assert_eq!(host.asked, ["request 1"]);
    assert_eq!(run(&mut host, "(call $request (i32.const 64)) (i32.const 1)").outcome, Outcome::HostRefused);
}

#[test]
fn verification_reads_its_bytes_and_is_priced_by_them() {
    let mut host = TestHost::default();
    let verify = "(call $verify (i32.const 33) (i32.const 3) (i32.const 32))";
    let done = run(&mut host, verify);
    assert_eq!(done.result, 1i32.to_le_bytes());
    assert_eq!(done.trace.host_calls[0].gas, price("verify_execution_proof", 3) + 1_000, "and what the host took");
    assert_eq!(answer(&mut host, "(call $verify (i32.const 33) (i32.const 2) (i32.const 32))"), 0);
    let groth16 =
        "(call $groth16 (i32.const 32) (i32.const 1) (i32.const 33) (i32.const 2) (i32.const 35) (i32.const 3))";
    let done = run(&mut host, groth16);
    assert_eq!((done.result, done.trace.host_calls[0].gas), (1i32.to_le_bytes().to_vec(), price("verify_groth16", 6)));
    assert_eq!(host.asked, ["verify [2, 3, 4] 1", "verify [2, 3] 1", "groth16 [1] [2, 3] [4, 5, 6]"]);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let mut host = TestHost::default();
    let most = limits::PROOF_BYTES;
    let done = run(&mut host, &format!("(call $verify (i32.const 0) (i32.const {}) (i32.const 32))", most + 1));
    assert_eq!(done.outcome, Outcome::HostRefused);
    assert!(done.gas_used < price("verify_execution_proof", most as u64), "unread bytes are not charged");
    let long = "(call $groth16 (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 129) (i32.const 0) (i32.const 0))";
    assert_eq!(run(&mut host, long).outcome, Outcome::HostRefused);
    let outside = "(call $verify (i32.const 196600) (i32.const 20) (i32.const 32))";
    assert_eq!(run(&mut host, outside).outcome, Outcome::Trap);
    assert!(host.asked.is_empty());
}
