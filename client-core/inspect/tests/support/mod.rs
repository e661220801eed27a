//! What the tests share: modules to look at, and a change that only shifts numbers.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::expect_used, clippy::panic, reason = "a failed invariant is a failed test")]

use std::{convert::Infallible, path::Path};
use wasm_encoder::{
    EntityType, ImportSection, SectionId, ValType,
    reencode::{Error, Reencode, utils},
};

/// SplitMix64: fixed seeds, the same numbers everywhere.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }
}

/// Names and bytes of the sample modules.
pub fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules/prebuilt");
    let files = std::fs::read_dir(folder).expect("the samples are checked in").flatten().map(|entry| entry.path());
    let mut found: Vec<(String, Vec<u8>)> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "wasm"))
        .map(|path| (path.file_name().expect("a file").display().to_string(), std::fs::read(&path).expect("readable")))
        .collect();
    found.sort();
    assert!(found.len() >= 6, "{} samples", found.len());
    found
}

pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("valid text format")
}

/// The random module of a seed; none if it is outside the profile.
pub fn random_module(seed: u64) -> Option<Vec<u8>> {
    let mut rng = Rng(seed);
    let config = wasm_smith::Config {
        allow_floats: false,
        bulk_memory_enabled: true,
        disallow_traps: true,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        max_imports: 0,
        max_instructions: 200,
        max_memories: 1,
        max_memory32_bytes: 1 << 20,
        max_table_elements: 1_000,
        memory64_enabled: false,
        memory_max_size_required: true,
        min_funcs: 3,
        max_funcs: 16,
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
    };
    let bytes: Vec<u8> = (0..4_000).map(|_| rng.next().to_le_bytes()[0]).collect();
    let module = wasm_smith::Module::new(config, &mut arbitrary::Unstructured::new(&bytes)).ok()?;
    let code = module.to_bytes();
    zera_vm::validate(&code).is_ok().then_some(code)
}

/// Puts a type and an import in front of a module without imports: every type and function gets another number.
struct Shift;

impl Reencode for Shift {
    type Error = Infallible;

    fn function_index(&mut self, func: u32) -> Result<u32, Error<Infallible>> {
        Ok(func + 1)
    }

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Infallible>> {
        Ok(ty + 1)
    }

    fn parse_type_section(
        &mut self,
        types: &mut wasm_encoder::TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        types.ty().function([], [ValType::I64]);
        utils::parse_type_section(self, types, section)
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        _empty: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        imports.import("zera", "slot", EntityType::Function(0));
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error<Infallible>> {
        // An import section without entries may stand there.
        if after == Some(SectionId::Type) && before != Some(SectionId::Import) {
            let mut imports = ImportSection::new();
            imports.import("zera", "slot", EntityType::Function(0));
            module.section(&imports);
        }
        Ok(())
    }
}

pub fn shifted(code: &[u8]) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    Shift.parse_core_module(&mut module, wasmparser::Parser::new(0), code).expect("a valid module");
    module.finish()
}
