//! Random modules with host calls, from fixed seeds.

use crate::rewrite;
use wasm_encoder::{EntityType, ImportSection, Module, TypeSection, ValType};
use zera_trials::case::{Call, Case, Rng};
use zera_vm::{Callable, ExportKind, ValKind, abi, host::table};

/// Gas of one call; two calls of a random module in three end by themselves.
const GAS: u64 = 400_000;

/// So many cases, each of two modules that can call one another.
pub fn cases(count: usize) -> Vec<Case> {
    let imports = available();
    let mut cases = Vec::new();
    let mut seed = 0;
    let mut waiting: Option<Vec<u8>> = None;
    while cases.len() < count {
        seed += 1;
        assert!(seed < count as u64 * 40 + 1_000, "too few random modules fit: {} of {seed}", cases.len());
        let Some(code) = module(seed, &imports) else { continue };
        let Ok(info) = zera_vm::validate(&code) else { continue };
        let mut rng = Rng(seed);
        let mut calls = Vec::new();
        for export in info.exports.iter().filter(|export| export.kind == ExportKind::Function) {
            if abi::callable(&export.params, &export.results) == Callable::Internal {
                continue;
            }
            for _ in 0..2 {
                let bytes = |kind: &ValKind, number: u64| number.to_le_bytes()[..kind.bytes()].to_vec();
                let args = export.params.iter().flat_map(|kind| bytes(kind, rng.number())).collect();
                calls.push(Call::new(export.name.clone(), args, GAS));
            }
        }
        calls.truncate(16);
        if calls.is_empty() {
            continue;
        }
        let other = waiting.replace(code.clone()).unwrap_or_else(|| code.clone());
        cases.push(Case { suite: "random".into(), name: format!("seed {seed}"), modules: vec![code, other], calls });
    }
    cases
}

/// A module that imports every host function: what random ones may import.
fn available() -> Vec<u8> {
    let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
    let ty = |kind: &ValKind| match kind {
        ValKind::I32 => ValType::I32,
        ValKind::I64 => ValType::I64,
    };
    for (index, function) in (0u32..).zip(table::FUNCTIONS) {
        types.ty().function(function.params.iter().map(ty), function.result.iter().map(ty));
        imports.import(table::MODULE, function.name, EntityType::Function(index));
    }
    let mut module = Module::new();
    module.section(&types).section(&imports);
    module.finish()
}

fn config(rng: &mut Rng, imports: &[u8]) -> wasm_smith::Config {
    let host = rng.below(4) > 0;
    wasm_smith::Config {
        allow_floats: false,
        available_imports: host.then(|| imports.to_vec()),
        bulk_memory_enabled: true,
        disallow_traps: rng.below(4) > 0,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        compact_imports_enabled: false,
        max_imports: if host { 40 } else { 0 },
        max_instructions: 400,
        min_memories: u32::from(host),
        max_memories: 1,
        max_memory32_bytes: 4 << 16,
        max_table_elements: 1_000,
        memory64_enabled: false,
        memory_max_size_required: true,
        min_funcs: 3,
        // Imported ones count, too; about half of the host functions are imported.
        max_funcs: if host { 40 } else { 10 },
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

fn module(seed: u64, imports: &[u8]) -> Option<Vec<u8>> {
    let mut rng = Rng(seed);
    let config = config(&mut rng, imports);
    let bytes = rng.bytes(6_000);
    let mut module = wasm_smith::Module::new(config, &mut arbitrary::Unstructured::new(&bytes)).ok()?;
    if rng.below(3) > 0 {
        module.ensure_termination(200).ok()?;
    }
    rewrite::trial(&module.to_bytes(), &[])
}
