//! Static costs against what the engine charges.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod support;
#[path = "../../vm/tests/common/mod.rs"]
mod vm;

use support::{Rng, random_module, wasm};
use zera_inspect::{Analysis, ExportGas, Module, analyse};
use zera_vm::{CallRequest, Callable, Engine, Execution, Outcome, WasmiEngine, abi};

fn analysis(code: &[u8]) -> Analysis {
    analyse(&Module::read(code.to_vec()).expect("valid")).expect("has costs")
}

fn only(code: &[u8], name: &str) -> ExportGas {
    analysis(code).exports.into_iter().find(|export| export.export == name).expect("exported")
}

fn run(code: &[u8], entry: &str, args: &[u8]) -> Execution {
    let engine = WasmiEngine::new();
    let code_hash = zera_primitives::Hash::of(code);
    engine.prepare(&code_hash, code).expect("valid");
    let stack = zera_vm::gas::STACK_UNITS;
    let request = CallRequest { code_hash, entry, args, gas: 50_000_000, stack };
    engine.execute(&request, &mut vm::TestHost::default()).expect("no fault")
}

/// One function of `pieces` random pieces that calls functions below `at`; with branches or without.
fn function(rng: &mut Rng, at: usize, pieces: usize, branches: bool) -> String {
    let mut body = String::new();
    for _ in 0..pieces {
        let kinds = if branches { 8 } else { 5 };
        body.push(' ');
        body.push_str(&match rng.below(kinds) {
            0 => format!("(local.set 1 (i32.add (local.get 1) (i32.const {})))", rng.below(100)),
            1 if at > 0 => format!("(local.set 1 (call $f{} (local.get 1)))", rng.below(at)),
            2 => "(drop (i32.load (i32.const 8))) nop".into(),
            3 => "block (local.set 2 (call $slot)) end".into(),
            4 => "(local.set 1 (call_indirect (type $wide) (i32.const 1) (i64.const 0) (i32.const 0)))".into(),
            5 => format!("(if (i32.and (local.get 1) (i32.const {})) (then (drop (call $kind))) (else nop (local.set 1 (local.get 0))))", rng.below(4)),
            6 => format!("block (br_if 0 (i32.and (local.get 0) (i32.const {}))) (drop (call $kind)) end", rng.below(4)),
            7 => "block block (br_table 0 1 (local.get 1)) end (drop (call $slot)) end (if (i32.eqz (local.get 1)) (then (return (i32.const 1))))".into(),
            _ => "(local.set 1 (local.get 0))".into(),
        });
    }
    format!(
        "(func $f{at} (export \"f{at}\") (param i32) (result i32) (local i32 i64 i64 i64 i64) {body} (local.get 1))"
    )
}

fn module(seed: u64, branches: bool) -> Vec<u8> {
    let mut rng = Rng(seed);
    let functions: String = (0..6)
        .map(|at| {
            let pieces = rng.below(9);
            function(&mut rng, at, pieces, branches)
        })
        .collect();
    wasm(&format!(
        r#"(module
        (import "zera" "slot" (func $slot (result i64))) (import "zera" "caller_kind" (func $kind (result i32)))
        (type $wide (func (param i32 i64) (result i32))) (table 1 1 funcref) (elem (i32.const 0) $target)
        (memory 1 2) (global $seen (mut i64) (i64.const 0)) (start $start)
        (func $start (global.set $seen (call $slot)))
        (func $target (param i32 i64) (result i32) (i32.wrap_i64 (i64.add (local.get 1) (i64.extend_i32_u (local.get 0)))))
        {functions})"#
    ))
}

#[test]
fn without_branches_the_cost_is_exact() {
    let mut calls = 0;
    for seed in 0..60 {
        let code = module(seed, false);
        for export in analysis(&code).exports {
            let done = run(&code, &export.export, &[3, 0, 0, 0]);
            assert_eq!((done.outcome, done.gas_used), (Outcome::Ok, export.total()), "seed {seed}: {export:#?}");
            calls += 1;
        }
    }
    assert_eq!(calls, 360);
}

#[test]
fn with_branches_no_call_costs_more_and_some_cost_as_much() {
    let (mut calls, mut exact) = (0, 0);
    for seed in 0..60 {
        let code = module(seed, true);
        for export in analysis(&code).exports {
            for argument in [0u32, 1, 2, 3, u32::MAX] {
                let done = run(&code, &export.export, &argument.to_le_bytes());
                assert!(done.gas_used <= export.total(), "seed {seed}, {argument}: {} {export:#?}", done.gas_used);
                calls += 1;
                exact += usize::from(done.gas_used == export.total());
            }
        }
    }
    println!("{exact} of {calls} calls took the most expensive way");
    assert!(exact * 5 > calls, "{exact} of {calls}");
}

#[test]
fn random_modules_never_cost_more() {
    let (mut calls, mut exact) = (0, 0);
    for seed in 0..1_500 {
        let Some(code) = random_module(seed) else { continue };
        let info = zera_vm::validate(&code).expect("valid");
        for export in analysis(&code).exports {
            // Names that had to be made visible are not the names to call.
            let Some(function) = info.function(&export.export) else { continue };
            let bounded = export.loops.total + export.recursions.total + export.operands.total == 0;
            if !bounded || abi::callable(&function.params, &function.results) == Callable::Internal {
                continue;
            }
            let args = vec![1u8; function.params.iter().map(|kind| kind.bytes()).sum()];
            let done = run(&code, &export.export, &args);
            assert!(done.gas_used <= export.total(), "seed {seed}: {} {export:#?}", done.gas_used);
            calls += 1;
            exact += usize::from(done.gas_used == export.total());
        }
    }
    println!("{exact} of {calls} calls of random modules took the most expensive way");
    assert!(calls > 150 && exact > 50, "{exact} of {calls}");
}

#[test]
fn the_costliest_of_several_ways_counts_and_no_other() {
    let code = wasm(
        r#"(module (import "zera" "slot" (func $slot (result i64)))
        (func (export "arms") (param i32)
          (if (local.get 0) (then (drop (call $slot)) nop) (else (drop (call $slot)) (drop (call $slot)))))
        (func (export "skipped") (param i32) (if (local.get 0) (then (drop (call $slot)))))
        (func (export "table") (param i32)
          block $c block $b block $a (br_table $a $b $c (local.get 0)) end
            (drop (call $slot)) br $c end (drop (call $slot)) (drop (call $slot)) end)
        (func (export "early") (param i32)
          (if (local.get 0) (then (drop (call $slot)) return))
          (drop (i32.const 1))))"#,
    );
    for name in ["arms", "skipped", "table", "early"] {
        let used = [0u32, 1, 2].map(|argument| run(&code, name, &argument.to_le_bytes()).gas_used);
        assert_eq!(used.into_iter().max(), Some(only(&code, name).total()), "{name}: {used:?}");
    }
}

#[test]
fn a_turn_of_a_loop_is_exact() {
    let code = wasm(
        r#"(module (import "zera" "slot" (func $slot (result i64)))
        (func (export "rounds") (param i32)
          loop $outer
            (drop (call $slot))
            (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
            (br_if $outer (local.get 0))
          end))"#,
    );
    let gas = only(&code, "rounds");
    assert_eq!((gas.loops.total, gas.hosts[0].name.as_str(), gas.hosts[0].sites), (1, "slot", 1));
    let turn = gas.loops.first[0].turn;
    for rounds in [1u32, 2, 9] {
        let used = run(&code, "rounds", &rounds.to_le_bytes()).gas_used;
        assert_eq!(used, gas.total() + u64::from(rounds - 1) * turn, "{rounds}");
    }
    // A loop in a loop: each outer turn holds one inner turn.
    let code = wasm(
        r#"(module (func (export "grid") (param $n i32) (param $m i32) (local $left i32)
          loop $outer
            (local.set $left (local.get $m))
            loop $inner
              (br_if $inner (local.tee $left (i32.sub (local.get $left) (i32.const 1))))
            end
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (if (local.get $n) (then (br $outer)))
          end))"#,
    );
    let grid = only(&code, "grid");
    let [outer, inner] = grid.loops.first.as_slice() else { panic!("{grid:#?}") };
    assert!(outer.turn > inner.turn && outer.site.offset < inner.site.offset, "{grid:#?}");
    for (n, m) in [(1u32, 1u32), (2, 1), (1, 5), (4, 7)] {
        let used = run(&code, "grid", &[n.to_le_bytes(), m.to_le_bytes()].concat()).gas_used;
        let turns = u64::from(n - 1) * outer.turn + u64::from(n * (m - 1)) * inner.turn;
        // The last look at the condition goes past the branch back, which costs one: the costliest way takes it.
        assert_eq!(used + 1, grid.total() + turns, "{n} by {m}");
    }
    let code = wasm(r#"(module (func (export "never") loop nop end))"#);
    // A loop that nothing goes back to is none.
    assert_eq!(only(&code, "never").loops.total, 0);
}

#[test]
fn recursion_indirect_calls_and_operands_are_named() {
    let code = wasm(
        r#"(module (type $t (func (result i32))) (table 2 4 funcref) (memory 1 4) (elem (i32.const 0) $even $other)
        (func $even (export "even") (result i32) (call $odd))
        (func $odd (result i32) (call $even))
        (func $other (result i32) (call_indirect (type $t) (i32.const 0)))
        (func (export "grow") (memory.fill (i32.const 0) (i32.const 0) (i32.const 9)) (drop (memory.grow (i32.const 1))))
        (func (export "through") (result i32) (call $other)))"#,
    );
    let even = only(&code, "even");
    let recursion = &even.recursions.first[0];
    assert!(recursion.direct && recursion.functions.first.len() == 2, "{recursion:?}");
    let through = only(&code, "through");
    assert_eq!((through.recursions.total, through.indirect.total), (2, 1));
    assert_eq!(through.indirect.first[0].targets.first, ["even", "other"]);
    let possible = through.recursions.first.iter().find(|one| !one.direct).expect("through the table");
    assert_eq!(possible.functions.first, ["other"]);
    let grow = only(&code, "grow");
    let operators: Vec<&str> = grow.operands.first.iter().map(|one| one.operator.as_str()).collect();
    assert_eq!((operators, even.operands.total), (vec!["memory.fill", "memory.grow"], 0));
}
