//! Every integer operator, load and store, and bulk memory: rows against the reference engine, at the edges.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{
    Chain,
    twin::{Seen, Twin},
};
use std::{collections::BTreeMap, fmt::Write};
use zera_proof_rows::Kind;

const GAS: u64 = 100_000;

fn twin(text: &str) -> Twin {
    let code = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Twin::new(&code).expect("of the profile").expect("provable")
}

/// Calls on both sides, which must agree; counts outcomes and the kinds of rows.
fn call(twin: &Twin, entry: &str, args: &[u8], seen: &mut BTreeMap<String, usize>) {
    let Seen::Same(same) = twin.call(entry, args, &Chain::default(), GAS) else { panic!("{entry} is not provable") };
    *seen.entry(format!("{:?}", same.2.outcome)).or_default() += 1;
    for step in &same.1.steps {
        *seen.entry(format!("{:?}", step.kind)).or_default() += 1;
    }
}

const BINARY: &str = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr eq ne lt_s lt_u gt_s gt_u \
                      le_s le_u ge_s ge_u";
const VALUES: [u64; 10] =
    [0, 1, 2, 7, 33, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_ffff];

/// Each operator on two parameters, and with either of them a constant.
#[test]
fn operators_with_two_operands_agree() {
    let mut seen = BTreeMap::new();
    for (ty, bytes) in [("i32", 4), ("i64", 8)] {
        for name in BINARY.split_whitespace() {
            let compares = matches!(name.as_bytes(), [b'e', b'q'] | [b'n', b'e'] | [b'l' | b'g', b't' | b'e', ..]);
            let result = if compares { "i32" } else { ty };
            let op = format!("{ty}.{name}");
            let mut text = format!(
                "(module (func (export \"f\") (param {ty} {ty}) (result {result}) ({op} (local.get 0) (local.get 1)))"
            );
            for (index, value) in VALUES.iter().enumerate() {
                let value = if bytes == 4 { u64::from(*value as u32) } else { *value };
                for (side, a, b) in [("a", "const", "param"), ("b", "param", "const")] {
                    let operand = |which| match which {
                        "const" => format!("({ty}.const {value})"),
                        _ => "(local.get 0)".to_owned(),
                    };
                    let (a, b) = (operand(a), operand(b));
                    write!(text, "(func (export \"{side}{index}\") (param {ty}) (result {result}) ({op} {a} {b}))")
                        .expect("a string");
                }
            }
            let twin = twin(&(text + ")"));
            for a in VALUES {
                for b in VALUES {
                    let args = [&a.to_le_bytes()[..bytes], &b.to_le_bytes()[..bytes]].concat();
                    call(&twin, "f", &args, &mut seen);
                }
                for index in 0..VALUES.len() {
                    call(&twin, &format!("a{index}"), &a.to_le_bytes()[..bytes], &mut seen);
                    call(&twin, &format!("b{index}"), &a.to_le_bytes()[..bytes], &mut seen);
                }
            }
        }
    }
    println!("{seen:?}");
    for kind in [Kind::Add, Kind::Equal, Kind::LessSigned, Kind::Multiply, Kind::Divide, Kind::Shift, Kind::Bits] {
        assert!(seen.contains_key(&format!("{kind:?}")), "{kind:?} never ran");
    }
    assert!(seen["Trap"] > 50, "divisions trap");
}

#[test]
fn operators_with_one_operand_agree() {
    let mut seen = BTreeMap::new();
    let ops = [
        ("i32.clz", "i32", "i32"),
        ("i32.ctz", "i32", "i32"),
        ("i32.popcnt", "i32", "i32"),
        ("i32.eqz", "i32", "i32"),
        ("i32.extend8_s", "i32", "i32"),
        ("i32.extend16_s", "i32", "i32"),
        ("i32.wrap_i64", "i64", "i32"),
        ("i64.clz", "i64", "i64"),
        ("i64.ctz", "i64", "i64"),
        ("i64.popcnt", "i64", "i64"),
        ("i64.eqz", "i64", "i32"),
        ("i64.extend8_s", "i64", "i64"),
        ("i64.extend16_s", "i64", "i64"),
        ("i64.extend32_s", "i64", "i64"),
        ("i64.extend_i32_s", "i32", "i64"),
        ("i64.extend_i32_u", "i32", "i64"),
    ];
    for (op, from, to) in ops {
        let twin = twin(&format!("(module (func (export \"f\") (param {from}) (result {to}) ({op} (local.get 0))))"));
        let bytes = if from == "i32" { 4 } else { 8 };
        let bits = (0..bytes * 8).flat_map(|bit| [1u64 << bit, (1 << bit) - 1, u64::MAX << bit]);
        for value in bits.chain(VALUES).chain([0x80, 0x8000, 0x1234_5678_9abc_def0]) {
            call(&twin, "f", &value.to_le_bytes()[..bytes], &mut seen);
        }
    }
    println!("{seen:?}");
}

/// Every width at every offset in a word, at the end of memory, behind it, and far outside.
#[test]
fn loads_and_stores_agree() {
    let mut seen = BTreeMap::new();
    let loads = "i32.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load i64.load8_s i64.load8_u \
                 i64.load16_s i64.load16_u i64.load32_s i64.load32_u";
    let stores = "i32.store i32.store8 i32.store16 i64.store i64.store8 i64.store16 i64.store32";
    let mut text = String::from(
        r#"(module (memory 1 2) (data (i32.const 0) "\01\82\03\84\05\86\07\88\09\8a\0b\8c\0d\8e\0f\90\11\92")
           (data (i32.const 65520) "\ff\fe\fd\fc\fb\fa\f9\f8\f7\f6\f5\f4\f3\f2\f1\f0")"#,
    );
    for offset in [0u32, 3, 65_530, u32::MAX] {
        for op in loads.split_whitespace() {
            let ty = &op[..3];
            let body = format!("({op} offset={offset} (local.get 0))");
            write!(text, "(func (export \"{op}{offset}\") (param i32) (result {ty}) {body})").expect("a string");
        }
        for op in stores.split_whitespace() {
            let body = format!("({op} offset={offset} (local.get 0) ({}.const -0x12345679))", &op[..3]);
            write!(text, "(func (export \"{op}{offset}\") (param i32) {body})").expect("a string");
        }
    }
    let twin = twin(&(text + ")"));
    let ends = (65_525u32..65_540).chain([u32::MAX, u32::MAX - 7, 1 << 31]);
    for address in (0..10).chain(ends) {
        for export in twin.info.exports.clone() {
            call(&twin, &export.name, &address.to_le_bytes(), &mut seen);
        }
    }
    println!("{seen:?}");
    assert!(seen["Ok"] > 500 && seen["Trap"] > 500);
}

/// Copies and fills of every small size, known beforehand and not, apart and overlapping, at the end of memory and behind.
#[test]
fn bulk_memory_agrees() {
    let mut seen = BTreeMap::new();
    let bytes: String = (1..=96).fold(String::new(), |text, byte| text + &format!("\\{byte:02x}"));
    let mut text = format!(
        r#"(module (memory 1 1) (data (i32.const 0) "{bytes}") (data (i32.const 65440) "{bytes}")
           (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
           (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))"#
    );
    let sizes: Vec<u32> = (0..35).chain([47, 63, 64, 65, 80]).collect();
    for size in &sizes {
        let size = format!("(i32.const {size})");
        let name = size.replace("(i32.const ", "").replace(')', "");
        write!(
            text,
            "(func (export \"copy{name}\") (param i32 i32) (memory.copy (local.get 0) (local.get 1) {size}))
             (func (export \"fill{name}\") (param i32 i32) (memory.fill (local.get 0) (local.get 1) {size}))
             (func (export \"zero{name}\") (param i32 i32) (memory.fill (local.get 0) (i32.const 0x1c3) {size}))"
        )
        .expect("a string");
    }
    let twin = twin(&(text + ")"));
    let places = [(3u32, 3u32), (0, 1), (1, 0), (5, 12), (12, 5), (8, 40), (40, 7), (65_500, 2), (2, 65_500)];
    let outside = [(65_530, 0), (0, 65_530), (u32::MAX - 3, 0), (0, u32::MAX - 3), (65_536, 65_536), (65_537, 1)];
    for (a, b) in places.into_iter().chain(outside) {
        for size in &sizes {
            let two = [a.to_le_bytes(), b.to_le_bytes()].concat();
            let three = [&two[..], &size.to_le_bytes()].concat();
            call(&twin, "copy", &three, &mut seen);
            call(&twin, "fill", &three, &mut seen);
            for name in ["copy", "fill", "zero"] {
                call(&twin, &format!("{name}{size}"), &two, &mut seen);
            }
        }
    }
    for size in [1_000, 65_536, 65_537, u32::MAX] {
        for (a, b) in [(0u32, 0u32), (0, 9), (9, 0), (64_000, 0)] {
            let three = [a.to_le_bytes(), b.to_le_bytes(), u32::to_le_bytes(size)].concat();
            call(&twin, "copy", &three, &mut seen);
            call(&twin, "fill", &three, &mut seen);
        }
    }
    println!("{seen:?}");
    assert!(seen["Ok"] > 500 && seen["Trap"] > 200 && seen["Charge"] > 200);
}

#[test]
fn memory_that_grows_agrees() {
    let mut seen = BTreeMap::new();
    let twin = twin(
        r#"(module (memory 1 3) (global $g (mut i32) (i32.const 7)) (export "g" (global $g))
           (func (export "f") (param i32 i32) (result i32)
             (global.set $g (i32.mul (memory.grow (local.get 0)) (i32.const 100)))
             (i32.store8 (local.get 1) (i32.const 5))
             (i32.add (i32.load8_u (local.get 1)) (i32.add (global.get $g) (memory.size)))))"#,
    );
    for pages in [0u32, 1, 2, 3, 255, 65_536, u32::MAX] {
        for address in [0u32, 65_535, 65_536, 131_072, 196_607, 196_608] {
            call(&twin, "f", &[pages.to_le_bytes(), address.to_le_bytes()].concat(), &mut seen);
        }
    }
    println!("{seen:?}");
    assert!(seen["Ok"] > 10 && seen["Trap"] > 10 && seen["OutOfGas"] > 5);
}
