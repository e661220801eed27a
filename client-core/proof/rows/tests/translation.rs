//! Translation: rows as listed here, control flow against the reference engine, what is refused and why, formats.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{
    Chain, Rng,
    twin::{Seen, Twin},
};
use std::fmt::Write;
use zera_primitives::conformance::line;
use zera_proof_rows::{Kind, Module, Program, Row, TRANSLATOR_VERSION, row, translate};

fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{}", text.get(..2_000).unwrap_or(text)))
}

fn module(text: &str) -> Module {
    translate(&wasm(text)).unwrap_or_else(|error| panic!("{error}\n{}", text.get(..2_000).unwrap_or(text)))
}

/// Rows in words: counter, kind, what is not zero.
fn listing(program: &Program) -> String {
    let mut text = String::new();
    for row in program.rows.iter().skip(5) {
        write!(text, "{} {:?}", row.pc, row.kind).expect("a string");
        let fields = [("d", row.d), ("a", row.a), ("b", row.b), ("to", row.target)];
        for (name, value) in fields.into_iter().filter(|(_, value)| *value != 0) {
            write!(text, " {name}{value}").expect("a string");
        }
        if row.imm != 0 {
            write!(text, " #{}", row.imm).expect("a string");
        }
        if row.flags != 0 {
            write!(text, " flags{}", row.flags).expect("a string");
        }
        text.push('\n');
    }
    text
}

/// Without the stub's two rows.
fn rows(text: &str) -> Vec<String> {
    let program = module(text).program("f").expect("provable");
    listing(&program).lines().skip(2).map(str::to_owned).collect()
}

#[test]
fn locals_are_folded_into_operands_and_results() {
    let found = rows(
        r#"(module (func (export "f") (param i32 i32) (result i32)
             (local.set 0 (i32.add (local.get 0) (local.get 1)))
             (i32.le_u (local.get 0) (local.get 1))))"#,
    );
    // Parameters 0 and 1, link 2, budget 3, operands from 4 on; the result goes to 0.
    assert_eq!(found, ["7 Jump to8 #7", "8 Add b1", "9 Add a1 flags13", "10 Return a2"].map(String::from));
}

#[test]
fn a_local_that_changes_is_copied_first() {
    let found = rows(
        r#"(module (func (export "f") (param i32) (result i32)
             (local.get 0) (local.set 0 (i32.const 9)) (local.get 0) (i32.sub)))"#,
    );
    let expected = ["7 Jump to8 #5", "8 Move d3", "9 Const #9", "10 Add a3 flags1", "11 Return a1"];
    assert_eq!(found, expected.map(String::from));
}

#[test]
fn loops_take_gas_at_their_head_and_constants_before_it() {
    let found = rows(
        r#"(module (func (export "f") (param i32)
             (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#,
    );
    let expected = ["7 Const d3 #1", "8 Jump to9 #8", "9 Add b3 flags1", "10 BranchIf to8", "11 Return a1"];
    assert_eq!(found, expected.map(String::from));
}

#[test]
fn calls_hand_the_budget_over_to_what_is_counted() {
    let found = rows(
        r#"(module (func $f (export "f") (param i32) (result i32)
             (if (result i32) (i32.eqz (local.get 0))
               (then (i32.const 5))
               (else (call $f (i32.sub (local.get 0) (i32.const 1)))))))"#,
    );
    let expected = [
        "7 Jump to8 #3",
        "8 Enter a2 #17",
        "9 BranchIf to13",
        "10 Jump to11 #1",
        "11 Const d3 #5",
        "12 Jump to19",
        "13 Jump to14 #8",
        "14 Const d4 #1",
        "15 Add d3 b4 flags1",
        "16 Move d5 a2",
        "17 Call a3 b1 to7",
        "18 Jump a3 to19",
        "19 Move a3",
        "20 Return a1",
    ];
    assert_eq!(found, expected.map(String::from));
}

#[test]
fn tables_and_types_become_rows_aside() {
    let program = module(
        r#"(module (type $a (func (param i32) (result i32))) (type $b (func)) (type $same (func (param i32) (result i32)))
             (table 4 4 funcref) (elem (i32.const 1) $one $none $one)
             (func $one (type $a) (i32.add (local.get 0) (i32.const 1)))
             (func $none (type $b))
             (func (export "f") (param i32) (result i32)
               (block $x (block $y (br_table $x $y $x (local.get 0))))
               (call_indirect (type $same) (local.get 0) (local.get 0))))"#,
    )
    .program("f")
    .expect("provable");
    let aside = listing(&program).lines().skip(program.counters as usize - 5).map(str::to_owned).collect::<Vec<_>>();
    let table = program.rows.iter().find(|row| row.kind == Kind::BranchTable).expect("a table").pc;
    let (x, y) = (aside[0].clone(), aside[1].clone());
    assert!(x.starts_with(&format!("{table} Case to")) && y.starts_with(&format!("{table} Case a1 to")), "{aside:?}");
    assert!(aside[2].starts_with(&format!("{table} Case a2 to")));
    let one = program.rows.iter().filter(|row| row.kind == Kind::Element && row.imm == 1).count();
    assert_eq!(one, 2, "entries 1 and 3 have the type, which is equal to a later one: {aside:?}");
    assert_eq!(
        &aside[3..],
        [
            "0 Element to2".to_owned(),
            aside[4].clone(),
            "0 Element a2 to2".to_owned(),
            aside[6].clone(),
            "0 Element a4 to2".to_owned()
        ]
    );
}

/// Shapes that translation could get wrong: values across labels, swaps, conditions turned round, dead code.
const CONTROL: &str = r#"(module
  (memory 1 2)
  (type $pair (func (param i32 i32) (result i32 i32)))
  (func $swap (type $pair) (local.get 1) (local.get 0))
  (func $rotate (param i32 i32 i32) (result i32 i32 i32) (local.get 2) (local.get 0) (local.get 1))
  (func $some (param i32 i32) (result i32 i32)
    (if (local.get 0) (then (return (local.get 1) (local.get 0))))
    (br_if 0 (i32.const 3) (local.get 1) (local.get 1)))
  (func (export "swaps") (param i32 i32) (result i32)
    (call $swap (local.get 0) (local.get 1)) (i32.sub)
    (call $some (local.get 0) (local.get 1)) (i32.const 7) (call $rotate) (i32.mul) (i32.sub) (i32.add))
  (func (export "params") (param i32 i32) (result i32)
    (local.get 0) (local.get 1)
    (loop (param i32 i32) (result i32)
      (i32.sub) (local.tee 0) (i32.const 3)
      (br_if 0 (i32.gt_s (local.get 0) (i32.const 100)))
      (i32.add)))
  (func (export "pending") (param i32 i32) (result i32)
    (local.get 0) (local.get 1)
    (block (local.set 0 (i32.const 50)) (br_if 0 (local.get 1)) (local.set 1 (i32.const 60)))
    (i32.add) (i32.mul (local.get 0) (local.get 1)) (i32.add))
  (func (export "constants") (param i32 i32) (result i32) (local i32 i32)
    (if (local.get 0) (then (local.set 2 (i32.mul (local.get 1) (i32.const 12345)))))
    (block
      (br_if 0 (local.get 1))
      (local.set 3 (i32.xor (local.get 2) (i32.const 12345)))
      (loop (br_if 0 (i32.lt_u (local.tee 3 (i32.add (local.get 3) (i32.const 1000000))) (i32.const 3000000)))))
    (i32.add (i32.and (local.get 2) (i32.const 12345)) (i32.add (local.get 3) (i32.const 1000000))))
  (func (export "selects") (param i32 i32) (result i32)
    (i32.add
      (select (local.get 0) (i32.const 4) (i32.eqz (local.get 1)))
      (select (i32.const 5) (local.get 1) (i32.ne (local.get 0) (local.get 1)))))
  (func (export "turned") (param i32 i32) (result i32)
    (block (br_if 0 (i32.eqz (i32.eqz (local.get 0)))) (return (i32.const 1)))
    (if (i32.eqz (i32.eqz (i32.eqz (local.get 1)))) (then (return (i32.const 2))))
    (if (i64.eqz (i64.extend_i32_s (local.get 1))) (then (return (i32.const 4))))
    (i32.const 3))
  (func (export "cases") (param i32 i32) (result i32)
    (block $a (result i32)
      (block $b (result i32)
        (block $c (result i32)
          (i32.const 11) (i32.const 22)
          (br_table $a $b $c 3 $a (local.get 1) (local.get 0)))
        (i32.add (i32.const 100)))
      (i32.add (i32.const 1000)))
    (i32.add (i32.const 10000)))
  (func (export "dead") (param i32 i32) (result i32)
    (block (result i32)
      (if (local.get 0) (then (br 1 (i32.const 1)) (loop (br 0)) (block (br_if 0 (unreachable)))) (else (unreachable) (drop (i32.add))))
      (block (br 0) (i32.const 1) (drop)) (i32.const 9)))
  (func (export "zeroes") (param i32 i32) (result i32) (local i32 i64 i32)
    (loop (local.set 4 (i32.add (local.get 4) (local.get 2)))
      (local.set 2 (i32.const 8))
      (br_if 0 (i32.lt_u (local.get 4) (i32.const 30))))
    (i32.add (i32.wrap_i64 (local.get 3)) (local.get 4)))
  (func (export "stores") (param i32 i32) (result i32)
    (local.get 0)
    (i32.store (i32.const 8) (local.tee 0 (i32.add (local.get 1) (i32.const 1))))
    (i32.add (i32.load (i32.const 8))) (i32.sub (local.get 0)))
  (func $down (export "down") (param i32 i32) (result i32) (local i64 i64)
    (local.set 3 (i64.extend_i32_u (local.get 0)))
    (if (result i32) (local.get 0)
      (then (i32.add (i32.wrap_i64 (i64.add (local.get 2) (local.get 3)))
        (call $down (i32.sub (local.get 0) (i32.const 1)) (local.get 1))))
      (else (local.get 1)))))"#;

#[test]
fn control_flow_agrees() {
    let twin = Twin::new(&wasm(CONTROL)).expect("of the profile").expect("provable");
    let mut rng = Rng(7);
    let mut ok = 0;
    for export in twin.info.exports.clone() {
        let few = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 7), (3, 5), (4, 9), (5, 200), (300, 2), (1 << 31, u32::MAX)];
        let many = (0..10).map(|_| (rng.value(false) as u32, rng.value(false) as u32));
        for (a, b) in few.into_iter().chain(many) {
            let (a, b): (u32, u32) = (a, b);
            let a = if export.name == "down" { a % 3_000 } else { a };
            let args = [a.to_le_bytes(), b.to_le_bytes()].concat();
            match twin.call(&export.name, &args, &Chain::default(), 1_000_000) {
                Seen::Same(same) => ok += usize::from(same.2.outcome == zera_vm::Outcome::Ok),
                _ => panic!("{} is not provable", export.name),
            }
        }
    }
    assert!(ok > 200, "{ok}");
}

/// A start function runs before the entry, on the same counters: it may trap, use the stack up, and leave values.
#[test]
fn start_functions_agree() {
    let text = |depth: u32, then: &str| {
        format!(
            r#"(module (memory 1 1) (global $g (mut i32) (i32.const 3)) (export "g" (global $g))
              (func $deep (param i32) (result i32) (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0))))
              (func $start (global.set $g (call $deep (i32.const {depth}))) {then})
              (start $start)
              (func (export "f") (param i32 i64) (result i64)
                (i64.add (i64.extend_i32_s (call $deep (local.get 0)))
                  (i64.mul (local.get 1) (i64.extend_i32_u (global.get $g))))))"#
        )
    };
    let mut outcomes = Vec::new();
    for (depth, then) in [(5, ""), (5, "(unreachable)"), (1_000_000, "")] {
        let twin = Twin::new(&wasm(&text(depth, then))).expect("of the profile").expect("provable");
        for depth in [7u32, 100_000] {
            let args = [&depth.to_le_bytes()[..], &11u64.to_le_bytes()].concat();
            let Seen::Same(same) = twin.call("f", &args, &Chain::default(), 10_000_000) else { panic!("provable") };
            outcomes.push(format!("{:?}", same.2.outcome));
        }
    }
    assert_eq!(outcomes, ["Ok", "StackLimit", "Trap", "Trap", "StackLimit", "StackLimit"].map(String::from));
}

#[test]
fn what_cannot_be_proven_is_said_where() {
    let text = r#"(module (import "zera" "slot" (func $slot (result i64)))
      (memory 1 1) (table 2 2 funcref) (data "abc") (global $r (mut funcref) (ref.null func))
      (elem (i32.const 0) $slot)
      (func $deep (param i32) (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1)))
      (func (export "good") (result i32) (i32.const 1))
      (func (export "passive") (call $deep (i32.const 0)))
      (func (export "table") (table.set 0 (i32.const 0) (ref.null func)))
      (func (export "global") (drop (global.get $r)))
      (func (export "dead") (return) (table.set 0 (i32.const 0) (ref.null func)))
      (func (export "host") (result i64) (call_indirect (result i64) (i32.const 0)))
      (func (export "pair") (result i32 i32) (i32.const 1) (i32.const 2))
      (func (export "reference") (param funcref)))"#;
    let module = module(text);
    let verdicts: Vec<(String, String)> = module
        .exports()
        .into_iter()
        .map(|(name, verdict)| (name, verdict.err().map_or_else(|| "provable".to_owned(), |error| error.reason)))
        .collect();
    for (name, words) in [
        ("good", "provable"),
        ("passive", "function 1 (deep), offset 0x"),
        ("passive", ", memory.init: memory from a passive segment"),
        ("table", "function 4 (table), offset 0x"),
        ("table", "ref.null: operations on tables and references"),
        ("global", "global.get: globals that hold references"),
        ("dead", "provable"),
        ("host", "function 0: a host function in a table"),
        ("pair", "cannot be called from outside"),
        ("reference", "cannot be called from outside"),
    ] {
        let (_, reason) = verdicts.iter().find(|(known, _)| known == name).expect("exported");
        assert!(reason.contains(words), "{name}: {reason}");
        let program = module.program(name).map(|_| "provable".to_owned()).unwrap_or_else(|error| error.reason);
        assert_eq!(&program, reason, "{name}");
    }
    assert!(module.program("missing").unwrap_err().reason.contains("exports no function"));
}

#[test]
fn modules_that_never_begin_are_refused() {
    let refused = |text: &str| translate(&wasm(text)).expect_err("cannot be proven").reason;
    let many = "(global (mut i32) (i32.const 0))".repeat(63);
    assert!(refused(&format!("(module {many})")).contains("63 globals"));
    assert!(refused("(module (memory 1 1) (data (i32.const 65535) \"ab\"))").contains("data segment does not fit"));
    let table = "(module (table 1 1 funcref) (func $f) (elem (i32.const 1) $f))";
    assert!(refused(table).contains("table segment does not fit"));
    assert!(translate(b"\0asm\x01\0\0\0\x7f").is_err());
}

/// A few bytes that branch with very many values must not become gigabytes of rows.
#[test]
fn rows_are_bounded() {
    let results = "i64 ".repeat(128);
    let values = "(i64.const 1) ".repeat(128);
    let branches = "(i64.const 2) (br_if 0 (i32.const 1)) drop ".repeat(7_000);
    let text = format!(
        "(module (func (export \"f\") (block (result {results}) {values} {branches}) {}))",
        "drop ".repeat(128)
    );
    let module = module(&text);
    let (_, verdict) = module.exports().remove(0);
    assert!(verdict.expect_err("too long").reason.contains("too long"));
}

/// The largest modules take time by their size, whatever they are made of.
#[test]
fn large_modules_translate_in_time() {
    let locals = format!("(local {})", "i64 ".repeat(900));
    let ifs = "(if (local.get 0) (then (local.set 5 (i64.const 7))) (else (br_if 0 (local.get 0)))) ".repeat(2_000);
    let depths = (0..250).map(|depth| depth.to_string()).collect::<Vec<_>>().join(" ");
    let tables = format!("(block (br_table {depths} (local.get 0)) )").repeat(60);
    let nested = format!("{}{tables}{}", "(block ".repeat(250), ")".repeat(250));
    let pending = format!(
        "{}{}{}",
        "(local.get 0) ".repeat(2_000),
        "(local.set 0 (local.get 0)) ".repeat(5_000),
        "drop ".repeat(2_000)
    );
    for (what, body, functions, exports) in [
        ("ifs", ifs.as_str(), 20, 1),
        ("tables", &nested, 20, 1),
        ("pending", &pending, 20, 1),
        ("exports", "(call 0 (local.get 0))", 200, 40),
    ] {
        let mut text = String::from("(module ");
        for function in 0..functions {
            write!(text, "(func ").expect("a string");
            for export in 0..exports {
                write!(text, "(export \"{function} {export}\")").expect("a string");
            }
            write!(text, "(param i32) {locals} {body})").expect("a string");
        }
        let code = wasm(&(text + ")"));
        let begun = std::time::Instant::now();
        let module = translate(&code).expect("translates");
        let verdicts = module.exports().len();
        println!("{what}: {} bytes in {:?}, {verdicts} exports", code.len(), begun.elapsed());
        assert!(begun.elapsed().as_secs() < 20);
    }
}

/// Whatever bytes are changed, translation ends, and programs are well formed.
#[test]
fn changed_bytes_do_no_harm() {
    let mut rng = Rng(3);
    let base = wasm(CONTROL);
    let mut translated = 0;
    for _ in 0..3_000 {
        let mut code = base.clone();
        for _ in 0..=rng.below(3) {
            let at = rng.below(code.len() as u64) as usize;
            code[at] = rng.next() as u8;
        }
        let Ok(module) = translate(&code) else { continue };
        translated += 1;
        for (name, verdict) in module.exports() {
            let program = module.program(&name);
            assert_eq!(program.is_ok(), verdict.is_ok(), "{name}");
            let Ok(program) = program else { continue };
            let ends = program.rows.iter().take(program.counters as usize).enumerate();
            assert!(
                ends.into_iter().all(|(at, row)| row.pc as usize == at && row.target as usize <= program.rows.len())
            );
        }
    }
    assert!(translated > 100, "{translated}");
}

/// What is hashed and stored, and the translation itself: other rows for the same bytes are another version.
#[test]
fn formats_are_those_on_file() {
    let row = Row { pc: 1, kind: Kind::Add, flags: row::WIDE, d: 2, a: 3, b: 4, imm: 5, target: 6 };
    let program = Program {
        rows: vec![row],
        counters: 1,
        globals: vec![7],
        pages: 8,
        data: vec![(9, 10)],
        params: vec![true],
        result: Some(false),
        stack_slot: 11,
        begin_gas: 12,
    };
    let control = module(CONTROL);
    let programs: Vec<Program> =
        control.exports().iter().map(|(name, _)| control.program(name).expect("provable")).collect();
    zera_primitives::check_conformance!(&[
        line("Row", &[row]),
        line("Program", &[program]),
        line("Translation", &[(TRANSLATOR_VERSION, control.digest(), programs)]),
    ]);
}
