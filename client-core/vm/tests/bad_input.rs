//! Bytes that are not a module we accept: a clear refusal, and never a panic.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::wasm;
use proptest::prelude::*;
use zera_vm::{ProfileError, Reason, validate};

fn refused(text: &str) -> ProfileError {
    validate(&wasm(text)).expect_err(text)
}

fn forbidden(text: &str) -> &'static str {
    match refused(text).reason {
        Reason::Forbidden(what) => what,
        other => panic!("{other:?} for {text}"),
    }
}

const GOOD: &str = r#"(module
  (import "zera" "slot" (func (result i64)))
  (memory (export "memory") 1 2) (table 4 4 funcref) (elem (i32.const 0) 1 2)
  (global (mut i32) (i32.const 0)) (data (i32.const 0) "abc")
  (func (export "add") (param i64 i32) (result i64)
    (i64.add (local.get 0) (i64.extend_i32_u (local.get 1))))
  (func $named (loop (br_if 0 (i32.const 0)))))"#;

#[test]
fn not_wasm() {
    for bytes in [&b""[..], b"hello", b"\x7fELF\x01\x01\x01\0", b"\0asm\x02\0\0\0", b"\0as"] {
        let error = validate(bytes).expect_err("not wasm");
        assert_eq!(error.reason, Reason::NotWasm);
    }
    let component = validate(b"\0asm\x0d\0\x01\0").expect_err("component");
    assert!(component.to_string().contains("component"), "{component}");
}

#[test]
fn every_truncation_is_refused() {
    let code = wasm(GOOD);
    assert!(validate(&code).is_ok());
    let mut accepted = Vec::new();
    for end in 0..code.len() {
        if validate(&code[..end]).is_ok() {
            accepted.push(end);
        }
    }
    // Cut exactly behind a section that nothing later depends on, the bytes are a shorter module of their own.
    for end in accepted {
        let info = validate(&code[..end]).expect("just accepted");
        assert!(info.functions == 0 || end >= code.len() - 30, "cut at {end} of {}", code.len());
    }
}

#[test]
fn twenty_megabytes() {
    let mut code = wasm(GOOD);
    code.resize(20 << 20, 0);
    let error = validate(&code).expect_err("too large");
    assert_eq!(error.reason, Reason::Limit { what: "bytes of code", found: 20 << 20, max: 1 << 20 });
}

#[test]
fn floats_are_named_with_function_offset_and_operator() {
    let code = wasm(
        r#"(module (import "zera" "slot" (func (result i64))) (func) (func $price (result i32)
             i32.const 1 f32.convert_i32_s f32.const 2 f32.add i32.trunc_f32_s))"#,
    );
    let error = validate(&code).expect_err("float");
    assert_eq!(error.operator.as_deref(), Some("f32.convert_i32_s"));
    let function = error.function.as_ref().expect("a function");
    assert_eq!((function.index, function.name.as_deref()), (2, Some("price")));
    assert_eq!(code[usize::try_from(error.offset).expect("small")], 0xb2, "the offset is that of the operator");
    let text = error.to_string();
    assert!(text.starts_with("function 2 (price), offset 0x") && text.contains("floating point"), "{text}");
    // Without a name section the export names it.
    let error = validate(&wasm(r#"(module (func (export "rate") f64.const 1 drop))"#)).expect_err("float");
    assert_eq!(error.function.and_then(|f| f.name).as_deref(), Some("rate"));
}

#[test]
fn refused_features() {
    for (text, what) in [
        ("(module (func (param f32)))", "floating point"),
        ("(module (func (local f64)))", "floating point"),
        ("(module (global f32 (f32.const 1)))", "floating point"),
        ("(module (func (block (result f32) unreachable) drop))", "floating point"),
        ("(module (memory 1 1) (func i32.const 0 f32.load drop))", "floating point"),
        ("(module (func i32.const 0 f32.reinterpret_i32 drop))", "floating point"),
        ("(module (func f32.const 0 i32.trunc_sat_f32_s drop))", "floating point"),
        ("(module (func (param externref)))", "externref"),
        ("(module (table 1 1 externref))", "externref"),
        ("(module (func ref.null extern drop))", "externref"),
        ("(module (func v128.const i32x4 0 0 0 0 drop))", "SIMD"),
        ("(module (func (local v128)))", "SIMD"),
        ("(module (memory 1 1) (func i32.const 0 i32.const 0 i32.atomic.rmw.add drop))", "a threads operator"),
        ("(module (memory 1 1 shared))", "a shared memory"),
        ("(module (func $f return_call $f))", "a tail call"),
        ("(module (tag))", "exception handling"),
        ("(module (func try_table end))", "exception handling"),
        ("(module (type (struct)))", "garbage collection"),
        ("(module (memory i64 1 1))", "a 64-bit memory"),
        ("(module (memory 1 1) (memory 1 1))", "more than one memory"),
        ("(module (func i64.const 0 i64.const 0 i64.const 0 i64.const 0 i64.add128 drop drop))", "wide arithmetic"),
    ] {
        assert_eq!(forbidden(text), what, "{text}");
    }
    // An imported or constant float, or extended constants, are refused by whatever is met first.
    for text in ["(module (global i32 (i32.add (i32.const 1) (i32.const 2))))", "(module (func (type 5)))"] {
        let code = wat::parse_str(text);
        assert!(code.is_err() || validate(&code.expect("parsed")).is_err(), "{text}");
    }
}

#[test]
fn a_missing_memory_maximum_names_the_linker_flag() {
    let error = refused("(module (memory 3))");
    assert_eq!(error.reason, Reason::MissingMemoryMaximum { suggested: 19 * 65_536 });
    assert!(error.to_string().contains("--max-memory=1245184"), "{error}");
}

#[test]
fn memory_bombs() {
    for text in ["(module (memory 1 65536))", "(module (memory 65536 65536))", "(module (memory 257 257))"] {
        assert!(matches!(refused(text).reason, Reason::Limit { max: 256, .. }), "{text}");
    }
    assert!(validate(&wasm("(module (memory 256 256))")).is_ok());
}

#[test]
fn imports() {
    for text in [
        r#"(module (import "env" "slot" (func (result i64))))"#,
        r#"(module (import "zera" "no_such" (func)))"#,
        r#"(module (import "zera" "memory" (memory 1 1)))"#,
        r#"(module (import "zera" "slot" (global i64)))"#,
    ] {
        assert!(matches!(refused(text).reason, Reason::UnknownImport { .. }), "{text}");
    }
    let error = refused(r#"(module (import "zera" "slot" (func (result i32))))"#);
    assert_eq!(error.reason, Reason::ImportSignature { name: "slot".into(), expected: "() -> i64".into() });
    let error = refused(r#"(module (import "zera" "verify_execution_proof" (func)))"#);
    let expected = "(i32, i32, i32) -> i32".into();
    assert_eq!(error.reason, Reason::ImportSignature { name: "verify_execution_proof".into(), expected });
}

#[test]
fn limits_of_the_design() {
    let many = |count: usize, item: &str| format!("(module {})", item.repeat(count));
    let imports = many(129, r#"(import "zera" "slot" (func (result i64)))"#);
    let targets = format!("(module (func (br_table {} (i32.const 0))))", "0 ".repeat(1_002));
    let nesting = format!("(module (func {} {}))", "block ".repeat(256), "end ".repeat(256));
    for (text, what) in [
        (many(10_001, "(func)"), "functions"),
        (format!("(module (func (local {})))", "i32 ".repeat(1_001)), "locals of one function"),
        ("(module (table 10001 10001 funcref))".to_owned(), "table entries"),
        ("(module (table 1 4000000000 funcref))".to_owned(), "table entries"),
        ("(module (table 6000 funcref) (table 6000 funcref))".to_owned(), "table entries"),
        (imports, "imports"),
        (targets, "targets of one br_table"),
        (nesting, "nesting of blocks"),
        (format!("(module (func {} {}))", "i32.const 0 ".repeat(4_097), "drop ".repeat(4_097)), "slots of one frame"),
    ] {
        match refused(&text).reason {
            Reason::Limit { what: found, .. } => assert_eq!(found, what),
            other => panic!("{what}: {other:?}"),
        }
    }
    // A locals count that overflows in one group.
    let mut code = wasm("(module (func (local i32)))");
    let at = code.windows(5).position(|w| w == [4, 1, 1, 0x7f, 0x0b]).expect("the body");
    code.splice(at..at + 5, [8, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b]);
    let section = code.iter().rposition(|b| *b == 6).expect("the section size");
    code[section] = 10;
    assert!(validate(&code).is_err());
}

#[test]
fn reserved_names_and_doubled_manifests() {
    let error = refused(r#"(module (func (export "zera.gas")))"#);
    assert_eq!(error.reason, Reason::ReservedExport("zera.gas".into()));
    let error = refused(r#"(module (@custom "zera" "a") (@custom "zera" "b"))"#);
    assert_eq!(error.reason, Reason::TwoManifests);
    let info = validate(&wasm(r#"(module (@custom "zera" "manifest"))"#)).expect("valid");
    assert_eq!(info.manifest.as_deref(), Some(&b"manifest"[..]));
}

#[test]
fn table_grow_needs_a_maximum() {
    let grow = "(func ref.null func i32.const 1 table.grow 0 drop)";
    assert_eq!(refused(&format!("(module (table 1 funcref) {grow})")).reason, Reason::MissingTableMaximum);
    assert!(validate(&wasm(&format!("(module (table 1 9 funcref) {grow})"))).is_ok());
}

#[test]
fn a_good_module_is_described() {
    let info = validate(&wasm(GOOD)).expect("valid");
    assert_eq!(info.imports, ["slot"]);
    assert_eq!(info.memory, Some((1, 2)));
    assert_eq!(info.memory_max_bytes(), 131_072);
    assert_eq!((info.functions, info.exports.len(), info.start), (2, 2, false));
    let add = info.function("add").expect("exported");
    assert_eq!((add.params.len(), add.results.len()), (2, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: proptest::test_runner::RngSeed::Fixed(6), ..ProptestConfig::default() })]

    /// Whatever the bytes, validation ends; what it accepts can be instrumented and prepared.
    #[test]
    fn mutated_modules_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut code = wasm(GOOD);
        for (index, byte) in changes {
            let at = index.index(code.len());
            code[at] = byte;
        }
        if let Ok(info) = validate(&code) {
            let woven = zera_vm::instrument(&code, &info).expect("an accepted module can be instrumented");
            prop_assert!(wasmparser::validate(&woven).is_ok());
        }
    }

    #[test]
    fn random_bytes_never_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut code = b"\0asm\x01\0\0\0".to_vec();
        code.extend(tail);
        let _ = validate(&code);
    }
}
