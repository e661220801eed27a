//! Modules written to behave differently near a limit, and those whose calls are timed.

use std::path::Path;
use zera_trials::case::{Call, Case};

const IMPORTS: &str = r#"
  (import "zera" "input_read" (func $input_read (param i32 i32 i32)))
  (import "zera" "input_len" (func $input_len (result i32)))
  (import "zera" "output_write" (func $output_write (param i32 i32)))
  (import "zera" "storage_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "zera" "storage_set" (func $set (param i32 i32 i32 i32)))
  (import "zera" "slot" (func $slot (result i64)))
  (import "zera" "call_module" (func $call (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "zera" "create_contract_wasm_ref" (func $tag (param i32 i32 i32 i64)))
  (import "zera" "fail" (func $fail (param i32 i32)))"#;

/// Name, fields of the module, calls as (export, arguments).
type Limit = (&'static str, &'static str, &'static [(&'static str, &'static [u8])]);

const ONE: &[u8] = &[1, 0, 0, 0];
const MANY: &[u8] = &[255, 255, 255, 127];

const LIMITS: &[Limit] = &[
    (
        "recursion",
        r#"(memory 1 1) (func $r (export "r") (param i32) (result i32)
             (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call $r (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0))))"#,
        &[("r", ONE), ("r", &[0, 4, 0, 0]), ("r", MANY)],
    ),
    (
        "indirect recursion",
        r#"(memory 1 1) (type $t (func (param i64 i64 i64 i64) (result i64))) (table 1 1 funcref) (elem (i32.const 0) $r)
           (func $r (type $t) (i64.add (i64.const 1) (call_indirect (type $t) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0))))
           (func (export "go") (drop (call $r (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4))))"#,
        &[("go", &[])],
    ),
    (
        "growing",
        r#"(memory 1 40) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
           (func (export "grow and write") (i32.store (i32.const 65536) (memory.grow (i32.const 3)))
             (i32.store (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)) (memory.size))
             (call $output_write (i32.const 65536) (i32.const 8)))
           (func (export "all") (loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))))"#,
        &[
            ("grow", ONE),
            ("grow", MANY),
            ("grow", &[39, 0, 0, 0]),
            ("grow", &[40, 0, 0, 0]),
            ("grow and write", &[]),
            ("all", &[]),
        ],
    ),
    (
        "the end of memory",
        r#"(memory 1 2) (data (i32.const 65530) "123456") (global $g (export "g") (mut i64) (i64.const -7))
           (func (export "load") (param i32) (result i64) (global.set $g (i64.extend_i32_u (local.get 0))) (i64.load (local.get 0)))
           (func (export "store") (param i32) (i64.store (local.get 0) (i64.const -1)))
           (func (export "copy") (param i32) (memory.copy (local.get 0) (i32.const 65530) (i32.const 6)))
           (func (export "fill") (param i32) (memory.fill (local.get 0) (i32.const 255) (i32.const 100)))
           (func (export "out") (param i32) (call $output_write (local.get 0) (i32.const 6)))
           (func (export "get") (param i32) (drop (call $get (i32.const 0) (i32.const 1) (local.get 0) (i32.const 12))))"#,
        &[
            ("load", &[248, 255, 0, 0]),
            ("load", &[249, 255, 0, 0]),
            ("load", MANY),
            ("store", &[0, 255, 0, 0]),
            ("store", &[250, 255, 0, 0]),
            ("copy", &[0, 1, 0, 0]),
            ("copy", &[251, 255, 0, 0]),
            ("fill", &[0, 0, 0, 0]),
            ("fill", &[157, 255, 0, 0]),
            ("out", &[250, 255, 0, 0]),
            ("out", &[251, 255, 0, 0]),
            ("get", &[244, 255, 0, 0]),
            ("get", &[245, 255, 0, 0]),
            ("out", &[255, 255, 255, 255]),
        ],
    ),
    (
        "traps",
        r#"(memory 1 1) (type $v (func)) (table 2 2 funcref) (elem (i32.const 0) $i) (func $i (param i32))
           (func (export "unreachable") (i32.store (i32.const 8) (i32.const 1)) unreachable)
           (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 5) (local.get 0)))
           (func (export "overflow") (param i32) (result i32) (i32.div_s (i32.const 0x80000000) (local.get 0)))
           (func (export "type") (call_indirect (type $v) (i32.const 0)))
           (func (export "null") (call_indirect (type $v) (i32.const 1)))
           (func (export "outside") (call_indirect (type $v) (i32.const 2)))
           (func (export "fails") (i64.store (i32.const 0) (i64.const 7523094288207667809)) (call $fail (i32.const 0) (i32.const 8)))
           (func (export "forever") (loop $l (br $l)))"#,
        &[
            ("unreachable", &[]),
            ("divide", &[0; 4]),
            ("divide", ONE),
            ("overflow", &[255; 4]),
            ("type", &[]),
            ("null", &[]),
            ("outside", &[]),
            ("fails", &[]),
            ("forever", &[]),
            ("none", &[]),
            ("divide", &[]),
        ],
    ),
    (
        "start",
        r#"(memory 1 3) (global $g (export "g") (mut i32) (i32.const 5)) (func $s (global.set $g (i32.add (global.get $g) (i32.const 1)))
             (i32.store (i32.const 4) (global.get $g)) (call $set (i32.const 0) (i32.const 1) (i32.const 4) (i32.const 4)))
           (start $s) (func (export "go") (result i32) (i32.load (i32.const 4)))"#,
        &[("go", &[]), ("go", &[])],
    ),
    (
        "start that traps",
        r#"(memory 1 1) (func $s (i32.store (i32.const 4) (i32.const 9)) unreachable) (start $s) (func (export "go"))"#,
        &[("go", &[])],
    ),
    ("start that loops", r#"(memory 1 1) (func $s (loop $l (br $l))) (start $s) (func (export "go"))"#, &[("go", &[])]),
    ("data that does not fit", r#"(memory 1 1) (data (i32.const 65536) "x") (func (export "go"))"#, &[("go", &[])]),
    (
        "entries that do not fit",
        r#"(table 1 1 funcref) (func $f) (elem (i32.const 1) $f) (func (export "go"))"#,
        &[("go", &[])],
    ),
    (
        "state that must not stay",
        r#"(memory 2 4) (data (i32.const 70000) "pristine") (data $later "passive") (table 4 8 funcref) (elem (i32.const 0) $f)
           (global $a (export "a") (mut i32) (i32.const -1)) (global $b (export "b") (mut i64) (i64.const 1)) (func $f)
           (func (export "stain") (memory.fill (i32.const 0) (i32.const 170) (i32.const 131072)) (global.set $a (i32.const 0))
             (global.set $b (i64.const 0)) (memory.init $later (i32.const 9) (i32.const 0) (i32.const 7)))
           (func (export "stain and trap") (i64.store (i32.const 131064) (i64.const -1)) (global.set $b (i64.const 2)) unreachable)
           (func (export "stain by host") (drop (call $get (i32.const 64) (i32.const 1) (i32.const 100000) (i32.const 30))))
           (func (export "look") (call $output_write (i32.const 69990) (i32.const 100)))"#,
        &[("stain", &[]), ("look", &[]), ("stain and trap", &[]), ("look", &[]), ("stain by host", &[]), ("look", &[])],
    ),
    (
        "what cannot be reset",
        r#"(memory 1 1) (data $d "gone") (table 2 4 funcref) (elem $e func $f) (func $f) (type $v (func))
           (func (export "table") (table.init $e (i32.const 1) (i32.const 0) (i32.const 1)) (call_indirect (type $v) (i32.const 1)))
           (func (export "grow") (result i32) (table.grow (ref.func $f) (i32.const 2)))
           (func (export "use") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 4)))
           (func (export "drop") (data.drop $d) (elem.drop $e))"#,
        &[("use", &[]), ("drop", &[]), ("use", &[]), ("table", &[]), ("grow", &[]), ("grow", &[]), ("table", &[])],
    ),
    (
        "wide integers",
        r#"(memory 1 1) (func (export "id") (param i64 i32 i64) (result i64) (i64.xor (local.get 0) (i64.rotl (local.get 2) (i64.const 1))))
           (func (export "slot") (result i64) (call $slot)) (func (export "len") (result i32) (call $input_len))
           (func (export "tag") (param i64) (i32.store8 (i32.const 9) (i32.const 65)) (call $tag (i32.const 9) (i32.const 1) (i32.const 32) (local.get 0)))"#,
        &[
            ("id", &[255; 20]),
            ("id", &[0, 0, 0, 0, 0, 0, 0, 128, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128]),
            ("slot", &[]),
            ("len", &[]),
            ("tag", &[255; 8]),
            ("tag", &[0, 0, 0, 0, 0, 0, 0, 128]),
        ],
    ),
    (
        "calls in calls",
        r#"(memory 1 2) (global $n (export "n") (mut i32) (i32.const 0))
           (func $in (call $input_read (i32.const 40) (i32.const 0) (i32.const 4)) (i32.store8 (i32.const 48) (i32.const 103)) (i32.store8 (i32.const 49) (i32.const 111)))
           (func (export "go") (call $in) (global.set $n (i32.load (i32.const 40)))
             (if (i32.load (i32.const 40)) (then
               (i32.store (i32.const 40) (i32.sub (i32.load (i32.const 40)) (i32.const 1)))
               (i32.store (i32.const 4096) (call $call (i32.const 1000) (i32.const 48) (i32.const 2) (i32.const 40) (i32.const 4) (i32.const 2000)))
               (drop (memory.grow (i32.const 1)))
               (call $set (i32.const 40) (i32.const 4) (i32.const 4096) (i32.const 4))))
             (call $output_write (i32.const 40) (i32.const 4)))
           (func (export "xx") (call $in) (i32.store (i32.const 48) (i32.const 0x7979)) (drop (call $call (i32.const 1000) (i32.const 48) (i32.const 2) (i32.const 40) (i32.const 4) (i32.const 2000))))
           (func (export "yy") (i32.store (i32.const 4) (i32.const 1)) unreachable)"#,
        &[("go", &[0; 4]), ("go", ONE), ("go", &[6, 0, 0, 0]), ("go", &[20, 0, 0, 0]), ("xx", ONE)],
    ),
];

/// One case each.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, fields, calls) in LIMITS {
        let code = wat::parse_str(format!("(module {IMPORTS} {fields})")).unwrap_or_else(|e| panic!("{name}: {e}"));
        let calls = calls.iter().map(|(entry, args)| Call::new(*entry, args.to_vec(), 3_000_000)).collect();
        cases.push(Case { suite: "limits".into(), name: (*name).into(), modules: vec![code], calls });
    }
    cases
}

/// A thousand codes that differ in one number: more than an engine keeps instances of.
pub fn many() -> Vec<Case> {
    let case = |number: i32| {
        let code = wat::parse_str(format!(
            r#"(module (memory 1 2) (global (export "g") (mut i32) (i32.const {number}))
                 (func (export "go") (result i32) (i32.store (i32.const {number}) (i32.const -1)) (i32.const {number})))"#
        ));
        let modules = vec![code.unwrap_or_else(|error| panic!("{number}: {error}"))];
        Case {
            suite: "many".into(),
            name: number.to_string(),
            modules,
            calls: vec![Call::new("go", Vec::new(), 100_000)],
        }
    };
    (0..1_000).map(case).collect()
}

/// Cases whose first call is timed.
pub fn figures(samples: &Path) -> Vec<Case> {
    let loops = |body: &str| {
        format!(
            r#"(memory 1 1) (func (export "f") (local i32) (loop $l {body}
               (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 1000)))))"#
        )
    };
    let texts = [
        ("empty call without memory", r#"(func (export "f"))"#.to_owned()),
        ("empty call, 1 page", r#"(memory 1 16) (func (export "f"))"#.into()),
        ("empty call, 2 pages", r#"(memory 2 16) (func (export "f"))"#.into()),
        ("empty call, 17 pages", r#"(memory 17 32) (func (export "f"))"#.into()),
        ("1,000 rounds without host calls", loops("")),
        ("1,000 host calls: input_len", loops("(drop (call $input_len))")),
        ("1,000 host calls: slot", loops("(drop (call $slot))")),
        (
            "1,000 host calls: storage_get",
            loops("(drop (call $get (i32.const 64) (i32.const 16) (i32.const 128) (i32.const 32)))"),
        ),
    ];
    let mut cases = Vec::new();
    for (name, fields) in texts {
        let imports = if fields.contains("(memory 1 1)") { IMPORTS } else { "" };
        let code = wat::parse_str(format!("(module {imports} {fields})")).unwrap_or_else(|e| panic!("{name}: {e}"));
        let calls = vec![Call::new("f", Vec::new(), 1_000_000_000)];
        cases.push(Case { suite: "figures".into(), name: name.into(), modules: vec![code], calls });
    }
    let counter = std::fs::read(samples.join("counter.wasm")).expect("the counter sample");
    let calls = vec![Call::new("critical_business_logic", vec![7; 8], 1_000_000_000)];
    cases.push(Case { suite: "figures".into(), name: "counter: 64 rounds".into(), modules: vec![counter], calls });
    cases
}
