//! What changed is shown, and nothing else: on the samples, on random modules, and one by one on the ways in which code
//! can change without looking so.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod support;

use codec::{Decode, Encode};
use scale_info::{Registry, meta_type};
use support::{random_module, samples, shifted, wasm};
use wasm_encoder::{CustomSection, Section};
use zera_inspect::{Comparison, Difference, LineKind, Matched, What};
use zera_primitives::{
    Manifest,
    manifest::{Argument, Export, ExportKind, MANIFEST_FORMAT, Parameter, SemVer},
};

fn compare(old: &[u8], new: &[u8]) -> Difference {
    Comparison::new(old.to_vec(), new.to_vec()).expect("valid").finish().expect("comparable")
}

fn texts(old: &str, new: &str) -> Difference {
    compare(&wasm(old), &wasm(new))
}

fn assert_no_change(difference: &Difference, what: &str) {
    let Difference { added, removed, changed, .. } = difference;
    assert!(added.is_empty() && removed.is_empty() && changed.is_empty(), "{what}: {difference:#?}");
}

fn row<'d>(difference: &'d Difference, what: What, name: &str) -> Option<(Option<&'d str>, Option<&'d str>)> {
    let row = difference.rows.iter().find(|row| row.what == what && row.name == name)?;
    Some((row.old.as_deref(), row.new.as_deref()))
}

/// Changed lines of the only changed function.
fn lines(difference: &Difference) -> Vec<(LineKind, &str)> {
    let [changed] = difference.changed.as_slice() else { panic!("{difference:#?}") };
    let lines = changed.hunks.iter().flat_map(|hunk| &hunk.lines);
    lines.filter(|line| line.kind != LineKind::Same).map(|line| (line.kind, line.text.as_str())).collect()
}

#[test]
fn a_module_does_not_differ_from_itself() {
    for (name, code) in samples() {
        let found = compare(&code, &code);
        assert_no_change(&found, &name);
        assert!(found.rows.is_empty() && found.same > 0, "{name}: {:?}", found.rows);
    }
}

#[test]
fn an_import_in_front_changes_no_function() {
    let mut looked_at = (0, 0);
    for seed in 0..400 {
        let Some(code) = random_module(seed) else { continue };
        assert_no_change(&compare(&code, &code), "itself");
        let moved = shifted(&code);
        let found = compare(&code, &moved);
        assert_no_change(&found, &format!("seed {seed}"));
        let kinds = [What::Import, What::Capability, What::Size];
        assert!(found.rows.iter().all(|row| kinds.contains(&row.what)), "seed {seed}: {:?}", found.rows);
        looked_at = (looked_at.0 + 1, looked_at.1 + found.same);
    }
    println!("{} random modules with {} functions", looked_at.0, looked_at.1);
    assert!(looked_at.0 > 60 && looked_at.1 > 500, "{looked_at:?}");
}

#[test]
fn steps_report_progress_and_give_the_same() {
    let find = |wanted: &str| samples().into_iter().find(|(name, _)| name == wanted).expect("a sample").1;
    let (old, new) = (find("lending-v1.wasm"), find("lending-v2.wasm"));
    let whole = compare(&old, &new);
    assert!(whole.same > 100 && whole.added.len() > 20 && whole.changed.len() < 100, "{}", whole.same);
    let mut comparison = Comparison::new(old, new).expect("valid");
    let (mut last, mut steps) = (comparison.progress(), 0);
    while !last.is_complete() {
        let next = comparison.step(1).expect("comparable");
        assert!(next.done > last.done && next.total == last.total, "{last:?} {next:?}");
        (last, steps) = (next, steps + 1);
    }
    assert!(steps > 100, "{steps}");
    assert_eq!(comparison.difference(), &whole);
    assert_eq!(comparison.step(1).expect("done"), last);
    // Any one of them again, by its index.
    for changed in &whole.changed {
        assert_eq!(comparison.detail(changed.new.index).expect("changed"), *changed);
    }
    assert!(comparison.detail(0).is_err());
    assert_eq!(Difference::decode(&mut whole.encode().as_slice()), Ok(whole));
}

const BASE: &str = r#"(module
  (type $t (func (param i64) (result i64)))
  (table 3 3 funcref)
  (memory 1 2)
  (global $g (mut i32) (i32.const 7))
  (elem (i32.const 1) $half $double)
  (data (i32.const 16) "limit")
  (func $half (param i64) (result i64) (i64.div_u (local.get 0) (i64.const 2)))
  (func $double (param i64) (result i64) (i64.mul (local.get 0) (i64.const 2)))
  (func $fee (export "fee") (param i64) (result i64) (call $half (i64.add (local.get 0) (i64.const 5))))
  (func $pay (export "pay") (param i64) (result i64)
    (call_indirect (type $t) (call $fee (local.get 0)) (i32.const 1)))
)"#;

fn edited(from: &str, to: &str) -> Difference {
    assert!(BASE.contains(from));
    texts(BASE, &BASE.replace(from, to))
}

#[test]
fn a_constant_is_one_line() {
    let found = edited("i64.const 5", "i64.const 500");
    assert_eq!(lines(&found), [(LineKind::Remove, "i64.const 5"), (LineKind::Add, "i64.const 500")]);
    let changed = &found.changed[0];
    assert!(changed.constants_only && changed.matched == Matched::Export && changed.new.label == "fee", "{changed:?}");
    assert_eq!((found.same, changed.added, changed.removed), (3, 1, 1));
    assert!(!edited("i64.add (local", "i64.sub (local").changed[0].constants_only);
}

#[test]
fn a_call_of_another_function_is_a_change_though_the_skeleton_is_equal() {
    let found = edited("call $half", "call $double");
    assert_eq!(lines(&found), [(LineKind::Remove, "call $half"), (LineKind::Add, "call $double")]);
    assert!(!found.changed[0].constants_only);
}

#[test]
fn what_bodies_do_not_hold_has_rows() {
    let found = edited("$half $double)", "$double $half)");
    assert_no_change(&found, "table");
    assert_eq!(row(&found, What::Element, "0.00000"), Some((Some("half"), Some("double"))));
    let found = edited("\"limit\"", "\"limix\"");
    assert!(found.rows.iter().any(|row| row.what == What::Data), "{:?}", found.rows);
    let found = edited("i32.const 7", "i32.const 8");
    assert_eq!(row(&found, What::Global, "g"), Some((Some("mut i32 = 7"), Some("mut i32 = 8"))));
    let found = edited("(memory 1 2)", "(memory 1 9)");
    assert_eq!(row(&found, What::Memory, ""), Some((Some("1 to 2"), Some("1 to 9"))));
    let found = edited("(table 3 3", "(table 3 4");
    assert_eq!(row(&found, What::Table, "0"), Some((Some("3 to 3 entries"), Some("3 to 4 entries"))));
    let found =
        texts(r#"(module (func $a) (func $b nop) (start $a))"#, r#"(module (func $a) (func $b nop) (start $b))"#);
    assert_eq!(row(&found, What::Start, ""), Some((Some("a"), Some("b"))));
}

#[test]
fn an_export_that_leads_elsewhere_is_named() {
    let text = |a: &str, b: &str| {
        format!(r#"(module (func $one nop) (func $two nop nop) (export "a" (func {a})) (export "b" (func {b})))"#)
    };
    // Two names of one function part ways: `b` is another function now, though no body changed.
    let found = texts(&text("$one", "$one"), &text("$one", "$two"));
    assert_no_change(&found, "targets");
    assert_eq!(row(&found, What::Target, "b"), Some((Some("one"), Some("two"))));
    assert_eq!(row(&found, What::Target, "a"), None);
}

#[test]
fn names_are_no_proof_of_sameness() {
    // Bodies swapped under their names: both changed.
    let text = |one: &str, two: &str| {
        format!(
            r#"(module (func $one (result i32) {one}) (func $two (result i32) {two}) (func (export "x") (result i32) call $one call $two i32.add))"#
        )
    };
    let found = texts(&text("i32.const 1", "i32.const 2"), &text("i32.const 2", "i32.const 1"));
    assert_eq!(found.changed.len(), 2, "{found:#?}");
    assert_eq!(found.same, 1);
}

#[test]
fn functions_come_and_go() {
    let found = texts(
        r#"(module (func $gone (param i64) nop unreachable) (func $kept (export "k") (param i32)))"#,
        r#"(module (func $kept (export "k") (param i32)) (func $come (result i64) i64.const 3))"#,
    );
    assert_eq!((found.same, found.changed.len()), (1, 0));
    assert_eq!(found.added.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["come"]);
    assert_eq!(found.removed.iter().map(|one| one.signature.as_str()).collect::<Vec<_>>(), ["(i64)"]);
    assert_eq!(row(&found, What::Functions, ""), None);
}

/// `text` with this manifest in it.
fn described(text: &str, manifest: &Manifest) -> Vec<u8> {
    let mut code = wasm(text);
    let section = CustomSection { name: "zera".into(), data: manifest.encode().into() };
    section.append_to(&mut code);
    code
}

#[test]
fn the_manifest_speaks_of_exports_and_parameters() {
    let mut types = Registry::new();
    let ty = types.register_type(&meta_type::<u32>()).id;
    let export = |name: &str, kind, args: &[&str]| Export {
        name: name.into(),
        kind,
        doc: String::new(),
        direct: true,
        payable: false,
        args: args.iter().map(|name| Argument { name: (*name).into(), ty }).collect(),
        result: None,
    };
    let parameter = |max| Parameter {
        name: "rate".into(),
        doc: String::new(),
        getter: "get_rate".into(),
        setter: "set_rate".into(),
        ty,
        min: Some(0),
        max: Some(max),
    };
    let mut manifest = Manifest {
        format: MANIFEST_FORMAT,
        name: "test".into(),
        description: String::new(),
        version: SemVer { major: 1, minor: 0, patch: 0 },
        schema: 1,
        reads_schemas: vec![],
        exports: vec![export("get_rate", ExportKind::Query, &[]), export("set_rate", ExportKind::Setter, &["to"])],
        parameters: vec![parameter(10_000)],
        types: types.into(),
    };
    let text =
        |more: &str| format!(r#"(module (func (export "get_rate")) (func (export "set_rate") (param i32)) {more})"#);
    let old = described(&text(r#"(func (export "gone"))"#), &manifest);
    manifest.version.minor = 1;
    manifest.schema = 2;
    manifest.reads_schemas = vec![1];
    manifest.parameters = vec![parameter(20_000)];
    manifest.exports.push(export("lend", ExportKind::Call, &["amount", "days"]));
    let new = described(&text(r#"(func (export "lend") (param i32 i32)) (memory (export "memory") 1 2)"#), &manifest);
    let found = compare(&old, &new);
    assert_eq!(row(&found, What::Version, ""), Some((Some("1.0.0"), Some("1.1.0"))));
    assert_eq!(row(&found, What::Schema, ""), Some((Some("1"), Some("2, reads 1"))));
    assert_eq!(row(&found, What::Parameter, "rate"), Some((Some("u32, 0 to 10000"), Some("u32, 0 to 20000"))));
    assert_eq!(row(&found, What::Export, "gone"), Some((Some("()"), None)));
    assert_eq!(row(&found, What::Export, "lend"), Some((None, Some("call(amount: u32, days: u32)"))));
    assert_eq!(row(&found, What::Export, "memory"), Some((None, Some("memory"))));
    assert_eq!(row(&found, What::Export, "set_rate"), None);
    assert_eq!(found.same_rows, 2);
    // A manifest that cannot be read is said to be so.
    let mut broken = old.clone();
    let length = broken.len();
    broken.truncate(length - 1);
    let found = Comparison::new(old.clone(), broken);
    assert!(found.is_err(), "a section that is cut off is no module");
    manifest.format = 99;
    let found = compare(&old, &described(&text(""), &manifest));
    assert_eq!(row(&found, What::Manifest, ""), Some((None, Some("not a valid encoding"))));
}

#[test]
fn host_functions_have_words() {
    let text = |import: &str| format!(r#"(module (import "zera" "storage_remove" (func (param i32 i32))) {import})"#);
    let found = texts(&text(""), &text(r#"(import "zera" "transfer" (func (param i32 i32)))"#));
    assert_eq!(row(&found, What::Capability, "send ZRA"), Some((None, Some("transfer"))));
    assert_eq!(row(&found, What::Import, "transfer"), Some((None, Some("zera"))));
    assert_eq!((row(&found, What::Capability, "keep data"), found.same_rows), (None, 1));
}
