//! The part of the host API that is about which code modules run, as a guest sees it.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{TestHost, execute, prepare};
use zera_primitives::Outcome;
use zera_vm::{Execution, WasmiEngine};

/// At 0 the tag `stable`, at 32 a manager of twos, at 64 a code of fives, at 96 a salt of sevens, at 128 an amount of 3.
const IMPORTS: &str = r#"
  (import "zera" "output_write" (func $output (param i32 i32)))
  (import "zera" "set_contract_wasm_ref" (func $set (param i32 i32 i32)))
  (import "zera" "create_contract_wasm_ref" (func $new (param i32 i32 i32 i64)))
  (import "zera" "delete_contract_wasm_ref" (func $delete (param i32 i32)))
  (import "zera" "get_contract_wasm_ref" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "create_contract_with_external_ref" (func $create (param i32 i32 i32 i32 i32)))
  (import "zera" "create_contract_with_external_ref_and_constructor"
    (func $construct (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "zera" "update_current_contract_executable_ref" (func $follow (param i32 i32 i32)))
  (import "zera" "pin_current_contract_executable" (func $pin (param i32)))
  (import "zera" "update_current_contract_wasm" (func $own (param i32)))
  (import "zera" "get_address_executable" (func $executable (param i32 i32) (result i32)))
  (import "zera" "apply_wasm_module_upgrade" (func $upgrade (param i32 i32 i32 i32 i32)))
  (memory 1 1) (data (i32.const 0) "stable")
  (func $prepare
    (memory.fill (i32.const 32) (i32.const 2) (i32.const 32)) (memory.fill (i32.const 64) (i32.const 5) (i32.const 32))
    (memory.fill (i32.const 96) (i32.const 7) (i32.const 32)) (i32.store (i32.const 128) (i32.const 3)))"#;

fn run_with(host: &mut TestHost<'_>, body: &str) -> Execution {
    let engine = WasmiEngine::new();
    let text = format!(r#"(module {IMPORTS} (func (export "go") (call $prepare) {body}))"#);
    let hash = prepare(&engine, &text);
    execute(&engine, host, hash, "go", &[])
}

/// Runs `body` and gives what it answered and what it asked of the host.
fn asked(body: &str) -> (Vec<u8>, Vec<String>) {
    let mut host = TestHost::default();
    let done = run_with(&mut host, body);
    assert_eq!(done.outcome, Outcome::Ok, "{body}: {:?}", done.diagnostic);
    (done.result, host.asked)
}

#[test]
fn a_tag_is_set_read_and_deleted() {
    let mut host = TestHost::default();
    host.tags.insert(([2; 32], "stable".into()), [6; 32]);
    let done = run_with(
        &mut host,
        "(call $set (i32.const 0) (i32.const 6) (i32.const 64))
         (call $new (i32.const 0) (i32.const 2) (i32.const 32) (i64.const 0x100000005))
         (i32.store8 (i32.const 300) (call $get (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 301)))
         (i32.store8 (i32.const 333) (call $get (i32.const 32) (i32.const 0) (i32.const 5) (i32.const 301)))
         (call $output (i32.const 300) (i32.const 34))
         (call $delete (i32.const 0) (i32.const 2))",
    );
    assert_eq!(done.outcome, Outcome::Ok, "{:?}", done.diagnostic);
    assert_eq!(done.result, [&[1][..], &[6; 32], &[0xff]].concat(), "1 and the code; -1 and nothing");
    assert_eq!(host.asked, ["notice None", "notice Some(4294967301)"]);
    assert_eq!(host.tags.get(&([8; 32], "stable".to_owned())), Some(&[5; 32]));
    assert_eq!(host.tags.len(), 2, "the tag st is gone");
    let calls: Vec<u64> = done.trace.host_calls.iter().map(|call| call.returned).collect();
    assert_eq!(calls, [0, 0, 1, u64::from(u32::MAX), 0, 0], "what the guest received");
    let twice = "(call $new (i32.const 0) (i32.const 6) (i32.const 32) (i64.const 0))";
    let done = run_with(&mut host, twice);
    assert_eq!((done.outcome, done.diagnostic.as_deref()), (Outcome::HostRefused, Some("it is there")));
}

#[test]
fn a_follower_is_created_with_and_without_constructor() {
    let (result, asked_for) = asked(
        "(call $create (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 96) (i32.const 300))
         (call $construct (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 96) (i32.const 1) (i32.const 2)
            (i32.const 128) (i32.const 332))
         (call $output (i32.const 300) (i32.const 64))",
    );
    assert_eq!(result, [9; 64]);
    let constructed = r"create (2, 7) stable Some(Construction { args: [116, 97], value: 3 })";
    assert_eq!(asked_for, ["create (2, 7) stable None", constructed]);
}

#[test]
fn what_a_constructor_uses_is_paid_by_its_creator() {
    let gas = |body: &str| run_with(&mut TestHost::default(), body).gas_used;
    let create = gas("(call $create (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 96) (i32.const 300))");
    let construct =
        gas("(call $construct (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 96) (i32.const 0) (i32.const 0)
            (i32.const 128) (i32.const 300))");
    // Three more constants, eight more bytes of code, and what the test host's constructor takes.
    assert_eq!(construct - create, 3 + 1 + 1_000);
}

#[test]
fn a_module_switches_pins_and_asks_for_upgrades() {
    let (_, asked_for) = asked(
        "(call $follow (i32.const 32) (i32.const 0) (i32.const 6))
         (call $pin (i32.const 64)) (call $pin (i32.const 400)) (call $own (i32.const 96))
         (call $upgrade (i32.const 32) (i32.const 64) (i32.const 4) (i32.const 96) (i32.const 1))
         (call $upgrade (i32.const 32) (i32.const 64) (i32.const 5) (i32.const 96) (i32.const 0))",
    );
    let words = ["follow 2 stable", "pin Some(5)", "pin None", "own 7", "upgrade 2 5 4 Some(7)", "upgrade 2 5 5 None"];
    assert_eq!(asked_for, words);
}

#[test]
fn the_code_of_a_module_is_told_with_its_source() {
    for (first, returned, code) in [(1, 0, 101), (2, 1, 102), (3, 2, 103), (4, 0xff, 0)] {
        let (result, _) = asked(&format!(
            "(i32.store8 (i32.const 400) (i32.const {first}))
             (i32.store8 (i32.const 300) (call $executable (i32.const 400) (i32.const 301)))
             (call $output (i32.const 300) (i32.const 33))"
        ));
        assert_eq!(result, [vec![returned], vec![code; 32]].concat());
    }
}

#[test]
fn pointers_out_of_bounds_trap_and_bad_tags_are_refused() {
    for body in [
        "(call $set (i32.const 65533) (i32.const 6) (i32.const 64))",
        "(call $set (i32.const 0) (i32.const -1) (i32.const 64))",
        "(call $set (i32.const 0) (i32.const 6) (i32.const 65505))",
        "(call $new (i32.const 0) (i32.const 6) (i32.const -1) (i64.const 0))",
        "(call $delete (i32.const 65536) (i32.const 1))",
        "(drop (call $get (i32.const 65505) (i32.const 0) (i32.const 6) (i32.const 64)))",
        // Absent or not: the target must be there.
        "(drop (call $get (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 65505)))",
        "(drop (call $executable (i32.const 32) (i32.const -32)))",
        "(call $create (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 65505) (i32.const 300))",
        "(call $create (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 96) (i32.const 65505))",
        "(call $construct (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 96) (i32.const 1) (i32.const 65536)
            (i32.const 128) (i32.const 332))",
        "(call $construct (i32.const 32) (i32.const 0) (i32.const 6) (i32.const 96) (i32.const 1) (i32.const 2)
            (i32.const 65521) (i32.const 332))",
        "(call $follow (i32.const 65505) (i32.const 0) (i32.const 6))",
        "(call $pin (i32.const 65505))",
        "(call $own (i32.const 65505))",
        // Read in any case.
        "(call $upgrade (i32.const 32) (i32.const 64) (i32.const 4) (i32.const 65505) (i32.const 0))",
    ] {
        let done = run_with(&mut TestHost::default(), body);
        assert_eq!(done.outcome, Outcome::Trap, "{body} {:?}", done.diagnostic);
    }
    for (body, words) in [
        ("(call $set (i32.const 0) (i32.const 0) (i32.const 64))", "empty"),
        ("(call $set (i32.const 200) (i32.const 65) (i32.const 64))", "at most 64"),
        ("(i32.store8 (i32.const 0) (i32.const 0xff)) (call $delete (i32.const 0) (i32.const 6))", "not UTF-8"),
        ("(drop (call $get (i32.const 32) (i32.const 0) (i32.const 65) (i32.const 64)))", "at most 64"),
        ("(call $follow (i32.const 32) (i32.const 0) (i32.const 65))", "at most 64"),
        ("(call $create (i32.const 32) (i32.const 0) (i32.const 0) (i32.const 96) (i32.const 300))", "empty"),
        (
            "(call $construct (i32.const 32) (i32.const 0) (i32.const 65) (i32.const 96) (i32.const 1) (i32.const 2)
                (i32.const 128) (i32.const 332))",
            "at most 64",
        ),
    ] {
        let done = run_with(&mut TestHost::default(), body);
        assert_eq!(done.outcome, Outcome::HostRefused, "{body}");
        assert!(done.diagnostic.as_deref().unwrap_or("").contains(words), "{body}: {:?}", done.diagnostic);
    }
}
