//! What a guest can do ends in the right outcome class with the right gas, through the public engine.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{TestHost, execute, prepare, run, wasm};
use zera_primitives::{Hash, Outcome};
use zera_vm::{CallRequest, Engine, VmError, WasmiEngine};

#[test]
fn direct_calls_pass_integers() {
    let text = r#"(module (func (export "mix") (param i64 i32) (result i64)
        (i64.sub (local.get 0) (i64.extend_i32_s (local.get 1)))))"#;
    let args: Vec<u8> = [&100i64.to_le_bytes()[..], &(-11i32).to_le_bytes()[..]].concat();
    let done = run(text, "mix", &args);
    assert_eq!((done.outcome, done.result), (Outcome::Ok, 111i64.to_le_bytes().to_vec()));
    assert_eq!(run(text, "mix", &args[1..]).outcome, Outcome::Invalid);
    let missing = run(text, "none", &args);
    assert_eq!((missing.outcome, missing.gas_used), (Outcome::Invalid, 0));
    assert!(missing.diagnostic.is_some_and(|text| text.contains("none")));
}

#[test]
fn scale_calls_read_and_write_bytes() {
    let text = r#"(module
        (import "zera" "input_len" (func $len (result i32)))
        (import "zera" "input_read" (func $read (param i32 i32 i32)))
        (import "zera" "output_write" (func $write (param i32 i32)))
        (memory 1 1)
        (func (export "echo")
          (call $read (i32.const 16) (i32.const 1) (i32.sub (call $len) (i32.const 1)))
          (call $write (i32.const 16) (i32.sub (call $len) (i32.const 1)))
          (call $write (i32.const 16) (i32.const 1))))"#;
    let done = run(text, "echo", b"xhello");
    assert_eq!((done.outcome, done.result.as_slice()), (Outcome::Ok, &b"helloh"[..]));
    // `len - 1` of nothing leaves the arguments.
    assert_eq!(run(text, "echo", b"").outcome, Outcome::Trap);
}

#[test]
fn an_infinite_loop_runs_out_of_gas() {
    for body in ["(loop (br 0))", "(loop (br_if 0 (i32.const 1)))", "(loop (br_table 0 0 (i32.const 3)))"] {
        let done = run(&format!(r#"(module (func (export "go") {body}))"#), "go", &[]);
        assert_eq!((done.outcome, done.gas_used), (Outcome::OutOfGas, 50_000_000), "{body}");
    }
    let memory = run(
        r#"(module (memory 1 1) (func (export "go") (loop
            (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0))))"#,
        "go",
        &[],
    );
    assert_eq!(memory.outcome, Outcome::OutOfGas);
}

#[test]
fn deep_recursion_reaches_our_limit() {
    for text in [
        r#"(module (func $f (export "go") (call $f)))"#,
        r#"(module (func $f (export "go") (call $g)) (func $g (call $f)))"#,
        r#"(module (func $f (export "go") (result i32) (i32.add (i32.const 1) (call $f))))"#,
        r#"(module (type $t (func)) (table 1 1 funcref) (elem (i32.const 0) $f)
            (func $f (export "go") (call_indirect (type $t) (i32.const 0))))"#,
    ] {
        let done = run(text, "go", &[]);
        assert_eq!(done.outcome, Outcome::StackLimit, "{text} {:?}", done.diagnostic);
        assert!(done.gas_used < 1_000_000);
    }
    // Recursion that returns gives its frames back: ten thousand calls in turn, each a hundred deep.
    let done = run(
        r#"(module
            (func $deep (param i32) (result i32)
              (if (result i32) (local.get 0)
                (then (return (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1))))))
                (else (i32.const 0))))
            (func (export "go") (result i32) (local i32 i32)
              (loop (local.set 1 (call $deep (i32.const 100)))
                (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 10000))))
              (local.get 1)))"#,
        "go",
        &[],
    );
    assert_eq!((done.outcome, done.result), (Outcome::Ok, 100i32.to_le_bytes().to_vec()), "{:?}", done.diagnostic);
}

#[test]
fn traps_are_an_outcome_and_their_text_a_diagnostic() {
    for (body, word) in [
        ("unreachable", "unreachable"),
        ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", "zero"),
        ("(drop (i32.load (i32.const 70000)))", "memory"),
        ("(call_indirect (i32.const 0))", ""),
    ] {
        let done = run(&format!(r#"(module (memory 1 1) (table 1 1 funcref) (func (export "go") {body}))"#), "go", &[]);
        assert_eq!(done.outcome, Outcome::Trap, "{body}");
        let text = done.diagnostic.expect("a diagnostic").to_lowercase();
        assert!(text.contains(word) && done.gas_used < 10_000 && done.result.is_empty(), "{text}");
    }
}

#[test]
fn start_functions_are_charged_and_their_trap_is_clear() {
    let trapping = run(r#"(module (func $s unreachable) (start $s) (func (export "go")))"#, "go", &[]);
    assert_eq!(trapping.outcome, Outcome::Trap);
    assert!(trapping.diagnostic.is_some_and(|text| text.contains("start function")));
    let looping = run(r#"(module (func $s (loop (br 0))) (start $s) (func (export "go")))"#, "go", &[]);
    assert_eq!(looping.outcome, Outcome::OutOfGas);
    let works = run(
        r#"(module (global $g (mut i32) (i32.const 1)) (func $s (global.set $g (i32.const 5))) (start $s)
            (func (export "go") (result i32) (global.get $g)))"#,
        "go",
        &[],
    );
    assert_eq!((works.outcome, works.result), (Outcome::Ok, vec![5, 0, 0, 0]));
    let segment = run(r#"(module (memory 1 1) (data (i32.const 65534) "abc") (func (export "go")))"#, "go", &[]);
    assert_eq!(segment.outcome, Outcome::Trap, "{:?}", segment.diagnostic);
    let elements = run(r#"(module (table 1 1 funcref) (elem (i32.const 1) 0) (func (export "go")))"#, "go", &[]);
    assert_eq!(elements.outcome, Outcome::Trap, "{:?}", elements.diagnostic);
}

#[test]
fn gas_follows_the_schedule() {
    let begin = zera_vm::gas::CALL_BASE;
    let used = |text: &str| {
        let done = run(text, "go", &[]);
        assert_eq!(done.outcome, Outcome::Ok, "{text}: {:?}", done.diagnostic);
        let pages = if text.contains("(memory 1") { zera_vm::gas::PAGE } else { 0 };
        done.gas_used - begin - pages - (wasm(text).len() as u64 >> zera_vm::gas::BULK_SHIFT)
    };
    for (body, gas) in [
        ("", 0),
        ("nop nop (block (block))", 0),
        ("(drop (i32.const 1))", 2),
        // A taken branch skips the rest: const, br_if; what follows is another block.
        ("(block (br_if 0 (i32.const 1)) (drop (i32.const 1)))", 2),
        ("(block (br_if 0 (i32.const 0)) (drop (i32.const 1)))", 4),
        ("(if (i32.const 1) (then nop) (else (drop (i32.const 1)) (drop (i32.const 1))))", 2),
        ("(if (i32.const 0) (then nop) (else (drop (i32.const 1)) (drop (i32.const 1))))", 6),
        ("(return) (drop (i32.const 1))", 1),
        ("(local i64 i64 i64 i64 i64 i64 i64 i64)", 2),
        ("(call $empty) (call $empty)", 10),
        ("(call_indirect (i32.const 0))", 11),
        ("(drop (memory.grow (i32.const 2)))", 3 + 2 * 1_024),
        ("(memory.fill (i32.const 0) (i32.const 0) (i32.const 800))", 4 + 100),
        ("(memory.copy (i32.const 0) (i32.const 8) (i32.const 801))", 4 + 100),
        ("(memory.init $d (i32.const 0) (i32.const 0) (i32.const 16))", 4 + 2),
        ("(drop (table.grow 0 (ref.null func) (i32.const 5)))", 4 + 5),
        ("(table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))", 4 + 1),
        // Three rounds of: header (3), get, const, sub, tee, br_if; and the two before.
        (
            "(local i32) (local.set 0 (i32.const 3)) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))",
            26,
        ),
    ] {
        let text = format!(
            r#"(module (memory 1 4) (data $d "0123456789abcdef") (table 1 9 funcref) (elem (i32.const 0) $empty)
                (func $empty) (func (export "go") {body}))"#
        );
        assert_eq!(used(&text), gas, "{body}");
    }
}

#[test]
fn the_gas_limit_is_exact() {
    let text = r#"(module (func (export "go") (local i32) (loop (br_if 0 (i32.lt_u
        (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 500))))
        (block (br_if 0 (i32.const 0)) (drop (i32.const 1)))))"#;
    let engine = WasmiEngine::new();
    let code_hash = prepare(&engine, text);
    let stack = zera_vm::gas::STACK_UNITS;
    let with = |gas| {
        let request = CallRequest { code_hash, entry: "go", args: &[], gas, stack };
        engine.execute(&request, &mut TestHost::default()).expect("no fault")
    };
    let needed = with(1_000_000).gas_used;
    assert_eq!((with(needed).outcome, with(needed).gas_used), (Outcome::Ok, needed));
    for less in [1, 2, 3, 4, 7, 100, needed] {
        let done = with(needed - less);
        assert_eq!((done.outcome, done.gas_used), (Outcome::OutOfGas, needed - less));
    }
}

#[test]
fn preparing_checks_the_hash_and_running_needs_preparing() {
    let engine = WasmiEngine::new();
    let code = wasm("(module)");
    let wrong = Hash::of(b"other");
    assert_eq!(engine.prepare(&wrong, &code), Err(VmError::WrongHash(wrong)));
    let request = CallRequest { code_hash: wrong, entry: "go", args: &[], gas: 1, stack: 1 };
    assert_eq!(engine.execute(&request, &mut TestHost::default()), Err(VmError::NotPrepared(wrong)));
    assert!(matches!(engine.prepare(&Hash::of(b"x"), b"x"), Err(VmError::Profile(_))));
}

#[test]
fn uncallable_exports_are_invalid() {
    let text = r#"(module (func (export "pair") (result i32 i32) (i32.const 1) (i32.const 2))
        (func (export "ref") (param funcref)))"#;
    assert_eq!(run(text, "pair", &[]).outcome, Outcome::Invalid);
    assert_eq!(run(text, "ref", &[]).outcome, Outcome::Invalid);
}

#[test]
fn each_call_begins_on_a_fresh_instance() {
    let text = r#"(module (global $g (mut i32) (i32.const 0)) (func (export "go") (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))"#;
    let engine = WasmiEngine::new();
    let hash = prepare(&engine, text);
    let mut host = TestHost::default();
    let first = execute(&engine, &mut host, hash, "go", &[]);
    assert_eq!(first, execute(&engine, &mut host, hash, "go", &[]));
    assert_eq!(first.result, [1, 0, 0, 0]);
}

/// wasmi 2.0.0 alone answers 0 for the first: `select` on `i32.eqz` of a local tests whatever register was used last.
#[test]
fn wasmi_selects_by_the_condition() {
    for (condition, zero, seven) in [
        ("(i32.eqz (local.get 0))", 1, 7),
        ("(i32.eq (local.get 0) (i32.const 0))", 1, 7),
        ("(i32.ne (local.get 0) (i32.const 0))", 0, 1),
    ] {
        let text = format!(
            r#"(module (func (export "go") (param i32 i32) (result i32)
                 (local.set 1 (i32.add (local.get 1) (i32.const 3)))
                 (select (i32.const 1) (local.get 0) {condition})))"#
        );
        for (argument, wanted) in [(0i32, zero), (7, seven)] {
            let args = [argument.to_le_bytes(), 5i32.to_le_bytes()].concat();
            assert_eq!(run(&text, "go", &args).result, i32::to_le_bytes(wanted), "{condition} of {argument}");
        }
    }
}

#[test]
fn wasmi_keeps_locals_below_a_block_s_parameters() {
    let text = r#"(module
        (type $arm (func (param i64) (result i32)))
        (func (export "go") (param i64 i32) (result i64)
            (local.get 0)
            (i64.const 1)
            (local.get 1)
            (if (type $arm)
                (then drop i32.const 1 (block unreachable))
                (else drop i32.const 2))
            drop))"#;
    let args = |arm: i32| [42i64.to_le_bytes().as_slice(), &arm.to_le_bytes()].concat();
    assert_eq!(run(text, "go", &args(0)).result, 42i64.to_le_bytes());
    assert_eq!(run(text, "go", &args(1)).outcome, Outcome::Trap);
}
