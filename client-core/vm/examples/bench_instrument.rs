//! What instrumentation costs: code growth and slow-down against the original on the same engine, one JSON object per
//! line. `cargo run --release -p zera-vm --example bench_instrument`.
//!
//! Pairs are interleaved (A B, B A, …); the ratio is the median over pairs and `ci` its 95 % interval by order
//! statistics. `peer` is what the value is divided by.

#![expect(clippy::expect_used, reason = "a measuring tool stops at the first surprise")]
#![expect(clippy::float_arithmetic, reason = "times and ratios; nothing here is consensus")]

use std::{path::Path, time::Instant};
use wasmi::{Config, Engine, Instance, Module, Store, Val};
use zera_vm::{
    instrument,
    instrument::{GAS_EXPORT, STACK_EXPORT},
    validate,
};

const PAIRS: usize = 21;
/// Order statistics of 21 values that enclose the median with 97.3 %.
const INTERVAL: (usize, usize) = (5, 15);

const FIB: &str = r#"(module (func $fib (export "run") (param i32) (result i32)
  (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
    (then (local.get 0))
    (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                   (call $fib (i32.sub (local.get 0) (i32.const 2))))))))"#;

const INTEREST: &str = r#"(module (func (export "run") (param $n i32) (result i32) (local $balance i64)
  (local.set $balance (i64.const 1000000000))
  (loop $next
    (local.set $balance (i64.add (local.get $balance)
      (i64.div_u (i64.mul (i64.and (local.get $balance) (i64.const 0xffffffffff)) (i64.const 5)) (i64.const 10000))))
    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.wrap_i64 (local.get $balance))))"#;

const SIEVE: &str = r#"(module (memory 4 4) (func (export "run") (param $n i32) (result i32)
  (local $i i32) (local $j i32) (local $count i32)
  (local.set $i (i32.const 2))
  (loop $outer
    (if (i32.eqz (i32.load8_u (local.get $i))) (then
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (local.set $j (i32.mul (local.get $i) (local.get $i)))
      (block $done (loop $inner
        (br_if $done (i32.ge_u (local.get $j) (local.get $n)))
        (i32.store8 (local.get $j) (i32.const 1))
        (local.set $j (i32.add (local.get $j) (local.get $i)))
        (br $inner)))))
    (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 450))))
  (local.get $count)))"#;

const CALLS: &str = r#"(module
  (func $mix (param i64 i64) (result i64) (i64.rotl (i64.xor (local.get 0) (local.get 1)) (i64.const 7)))
  (func (export "run") (param $n i32) (result i32) (local $x i64)
    (loop $next
      (local.set $x (call $mix (call $mix (local.get $x) (i64.const 99)) (i64.extend_i32_u (local.get $n))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.wrap_i64 (local.get $x))))"#;

struct Side {
    store: Store<()>,
    instance: Instance,
}

impl Side {
    fn new(code: &[u8]) -> Self {
        let mut config = Config::default();
        config.set_max_recursion_depth(100_000).set_max_stack_height(64 << 20);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, code).expect("translates");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("instantiates");
        Self { store, instance }
    }

    /// Milliseconds of one run.
    fn run(&mut self, argument: i32) -> f64 {
        for name in [GAS_EXPORT, STACK_EXPORT] {
            if let Some(counter) = self.instance.get_global(&self.store, name) {
                counter.set(&mut self.store, Val::I64(1 << 40)).expect("mutable");
            }
        }
        let run = self.instance.get_func(&self.store, "run").expect("exported");
        let mut result = [Val::I32(0)];
        let begin = Instant::now();
        run.call(&mut self.store, &[Val::I32(argument)], &mut result).expect("runs");
        begin.elapsed().as_secs_f64() * 1e3
    }
}

fn print(case: &str, value: f64, unit: &str, peer: &str, ratio: f64, ci: Option<(f64, f64)>) {
    let ci = ci.map_or("null".to_owned(), |(low, high)| format!("[{low:.4},{high:.4}]"));
    println!(
        r#"{{"suite":"instrument","case":"{case}","value":{value:.3},"unit":"{unit}","peer":"{peer}","ratio":{ratio:.4},"ci":{ci}}}"#
    );
}

fn slowdown(case: &str, text: &str, argument: i32) {
    let code = wat::parse_str(text).expect("valid text format");
    let woven = instrument(&code, &validate(&code).expect("in the profile")).expect("instruments");
    let (mut original, mut instrumented) = (Side::new(&code), Side::new(&woven));
    original.run(argument);
    instrumented.run(argument);
    let mut times = Vec::new();
    let mut ratios = Vec::new();
    for pair in 0..PAIRS {
        let (a, b) = if pair % 2 == 0 {
            let a = original.run(argument);
            (a, instrumented.run(argument))
        } else {
            let b = instrumented.run(argument);
            (original.run(argument), b)
        };
        times.push(b);
        ratios.push(b / a);
    }
    times.sort_by(f64::total_cmp);
    ratios.sort_by(f64::total_cmp);
    let ci = (ratios[INTERVAL.0], ratios[INTERVAL.1]);
    print(case, times[PAIRS / 2], "ms", "original on wasmi", ratios[PAIRS / 2], Some(ci));
}

fn growth(case: &str, code: &[u8]) {
    let Ok(info) = validate(code) else { return };
    let woven = instrument(code, &info).expect("instruments");
    // Custom sections are dropped, so they are left out of the comparison.
    let custom: usize = wasmparser::Parser::new(0)
        .parse_all(code)
        .flatten()
        .map(|payload| if let wasmparser::Payload::CustomSection(section) = payload { section.data().len() } else { 0 })
        .sum();
    let original = code.len() - custom;
    print(
        case,
        woven.len() as f64,
        "bytes",
        "original without custom sections",
        woven.len() as f64 / original as f64,
        None,
    );
}

fn main() {
    slowdown("slow-down fib(24)", FIB, 24);
    slowdown("slow-down interest x300000", INTEREST, 300_000);
    slowdown("slow-down sieve 200000", SIEVE, 200_000);
    slowdown("slow-down small calls x100000", CALLS, 100_000);
    let prebuilt = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules/prebuilt");
    let mut files: Vec<_> =
        std::fs::read_dir(prebuilt).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "wasm")) {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        growth(&format!("growth {name}"), &std::fs::read(path).expect("readable"));
    }
}
