//! The profile (design §6) and its limits (§11): which modules we accept, and why not the others.
//!
//! Accepted: integers, mutable globals, sign extension, multi-value, bulk memory, funcref tables, one memory with a
//! declared maximum. wasmparser decides validity; this room adds what a ledger needs and says it in an author's words.

mod error;
mod function;
mod info;
mod operators;

pub use error::{FunctionName, ProfileError, Reason};
pub use info::{Export, ExportKind, ModuleInfo};
pub use operators::name as operator_name;

use crate::{
    abi::ValKind,
    host::{lookup as host_lookup, table},
};
use alloc::{string::String, vec::Vec};
use wasmparser::{
    CompositeInnerType, Encoding, ExternalKind, FuncType, FuncValidatorAllocations, KnownCustom, Name, Parser, Payload,
    RefType, TypeRef, ValType, ValidPayload, Validator, WasmFeatures,
};
use zera_primitives::{Hash, limits};

/// Name of the custom section that carries the manifest.
pub const MANIFEST_SECTION: &str = "zera";
/// Prefix of the export names that instrumentation adds.
pub const RESERVED_PREFIX: &str = "zera.";
/// Most entries of each kind that design §11 does not name: types, globals, exports, tables, segments.
pub const ENTRIES: u64 = 10_000;
/// Highest frame of one function, in slots: locals, parameters and operands. Engines number slots with 16 bits.
pub const FRAME_SLOTS: u64 = 4_096;
/// Operators of one function. Its frame in an optimising compiler grows with them (see [`crate::gas::OPERATORS_PER_UNIT`]):
/// with more, one call could take more than half of a transaction's stack, and compiling takes an engine very long.
pub const FUNCTION_OPERATORS: u64 = 32_768;
/// Parameters, and results, of one function or block.
pub const ARITY: u64 = 128;
/// Bytes of one data segment; wasmi takes no more.
pub const SEGMENT_BYTES: u64 = 1_000_000;

const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES);

/// Checks that `code` is a module of the profile. Never panics, whatever the bytes; linear in their number.
///
/// # Errors
/// [`ProfileError`] naming function, offset and operator where there is one.
pub fn validate(code: &[u8]) -> Result<ModuleInfo, ProfileError> {
    ProfileError::limit(0, "bytes of code", code.len() as u64, limits::CODE_BYTES as u64)?;
    match code.first_chunk::<8>() {
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => {}
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => {
            return Err(ProfileError::at(4, Reason::Forbidden("a component (instead of a core module)")));
        }
        _ => return Err(ProfileError::at(0, Reason::NotWasm)),
    }
    let mut walk = Walk::new(code);
    walk.run(code).map_err(|mut error| {
        if let Some(function) = &mut error.function {
            function.name = function_name(code, function.index);
        }
        error
    })?;
    Ok(walk.info)
}

/// State while walking over the sections in order.
struct Walk {
    info: ModuleInfo,
    validator: Validator,
    types: Vec<Option<FuncType>>,
    /// Type index of every function, imports first.
    functions: Vec<u32>,
    imported: u32,
    bodies: u32,
    /// True for each table that declares a maximum.
    table_has_max: Vec<bool>,
    allocations: Option<FuncValidatorAllocations>,
}

impl Walk {
    fn new(code: &[u8]) -> Self {
        Self {
            info: ModuleInfo {
                code_hash: Hash::of(code),
                code_bytes: code.len() as u64,
                functions: 0,
                exports: Vec::new(),
                imports: Vec::new(),
                memory: None,
                start: false,
                manifest: None,
                frames: Vec::new(),
            },
            validator: Validator::new_with_features(FEATURES),
            types: Vec::new(),
            functions: Vec::new(),
            imported: 0,
            bodies: 0,
            table_has_max: Vec::new(),
            allocations: None,
        }
    }

    fn run(&mut self, code: &[u8]) -> Result<(), ProfileError> {
        for payload in Parser::new(0).parse_all(code) {
            let payload = payload?;
            self.before(&payload)?;
            match self.validator.payload(&payload)? {
                ValidPayload::Func(to_validate, body) => self.function(to_validate, &body)?,
                ValidPayload::End(_) => {}
                _ => self.after(payload)?,
            }
        }
        Ok(())
    }

    /// Checks that say more than the validator would; they must not trust indices.
    fn before(&mut self, payload: &Payload<'_>) -> Result<(), ProfileError> {
        match payload {
            Payload::Version { encoding: Encoding::Component, range, .. } => {
                Err(ProfileError::at(range.start, Reason::Forbidden("a component (instead of a core module)")))
            }
            Payload::TypeSection(section) => self.type_section(section.clone()),
            Payload::ImportSection(section) => self.import_section(section.clone()),
            Payload::FunctionSection(section) => {
                let functions = u64::from(section.count());
                ProfileError::limit(section.range().start, "functions", functions, u64::from(limits::FUNCTIONS))
            }
            Payload::TableSection(section) => self.table_section(section.clone()),
            Payload::MemorySection(section) => self.memory_section(section.clone()),
            Payload::TagSection(section) => {
                Err(ProfileError::at(section.range().start, Reason::Forbidden("exception handling")))
            }
            Payload::GlobalSection(section) => global_section(section.clone()),
            Payload::ElementSection(section) => count(section.range().start, "element segments", section.count()),
            Payload::DataSection(section) => data_section(section.clone()),
            Payload::CustomSection(section) if section.name() == MANIFEST_SECTION => {
                if self.info.manifest.is_some() {
                    return Err(ProfileError::at(section.range().start, Reason::TwoManifests));
                }
                self.info.manifest = Some(section.data().to_vec());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What is read once the validator has accepted a section.
    fn after(&mut self, payload: Payload<'_>) -> Result<(), ProfileError> {
        match payload {
            Payload::FunctionSection(section) => {
                self.info.functions = section.count();
                for index in section {
                    self.functions.push(index?);
                }
            }
            Payload::ExportSection(section) => self.export_section(section)?,
            Payload::StartSection { .. } => self.info.start = true,
            _ => {}
        }
        Ok(())
    }

    fn type_section(&mut self, section: wasmparser::TypeSectionReader<'_>) -> Result<(), ProfileError> {
        count(section.range().start, "types", section.count())?;
        for group in section.into_iter_with_offsets() {
            let (offset, group) = group?;
            for sub_type in group.types() {
                let CompositeInnerType::Func(func) = &sub_type.composite_type.inner else {
                    return Err(ProfileError::at(offset, Reason::Forbidden("garbage collection")));
                };
                for list in [func.params(), func.results()] {
                    ProfileError::limit(offset, "parameters or results", list.len() as u64, ARITY)?;
                    list.iter().try_for_each(|ty| value_type(offset, *ty))?;
                }
                self.types.push(Some(func.clone()));
            }
        }
        Ok(())
    }

    fn import_section(&mut self, section: wasmparser::ImportSectionReader<'_>) -> Result<(), ProfileError> {
        let start = section.range().start;
        ProfileError::limit(start, "imports", u64::from(section.count()), u64::from(limits::IMPORTS))?;
        for import in section.into_imports_with_offsets() {
            let (offset, import) = import?;
            let unknown = || {
                ProfileError::at(
                    offset,
                    Reason::UnknownImport { module: import.module.into(), name: import.name.into() },
                )
            };
            let TypeRef::Func(index) = import.ty else { return Err(unknown()) };
            if import.module != table::MODULE {
                return Err(unknown());
            }
            if let Some((name, since)) = table::LATER.iter().find(|(name, _)| *name == import.name) {
                let reason = Reason::LaterImport { name: (*name).into(), since: *since, have: table::HOST_API_VERSION };
                return Err(ProfileError::at(offset, reason));
            }
            let function = host_lookup(import.name).ok_or_else(unknown)?;
            let ty = self.types.get(index as usize).and_then(Option::as_ref);
            let (params, results) = ty.map(signature).unwrap_or_default();
            if ty.is_none() || params != function.params || results != function.result.as_slice() {
                let reason = Reason::ImportSignature { name: import.name.into(), expected: function.signature() };
                return Err(ProfileError::at(offset, reason));
            }
            self.functions.push(index);
            self.imported = self.imported.saturating_add(1);
            ProfileError::limit(offset, "imports", u64::from(self.imported), u64::from(limits::IMPORTS))?;
            self.info.imports.push(import.name.into());
        }
        Ok(())
    }

    fn table_section(&mut self, section: wasmparser::TableSectionReader<'_>) -> Result<(), ProfileError> {
        count(section.range().start, "tables", section.count())?;
        let mut entries = 0u64;
        for table in section.into_iter_with_offsets() {
            let (offset, table) = table?;
            value_type(offset, ValType::Ref(table.ty.element_type))?;
            entries = entries.saturating_add(table.ty.maximum.unwrap_or(0).max(table.ty.initial));
            ProfileError::limit(offset, "table entries", entries, limits::TABLE_ENTRIES)?;
            self.table_has_max.push(table.ty.maximum.is_some());
        }
        Ok(())
    }

    fn memory_section(&mut self, section: wasmparser::MemorySectionReader<'_>) -> Result<(), ProfileError> {
        const PAGE: u64 = 64 << 10;
        if section.count() > 1 {
            return Err(ProfileError::at(section.range().start, Reason::Forbidden("more than one memory")));
        }
        for memory in section.into_iter_with_offsets() {
            let (offset, memory) = memory?;
            if memory.memory64 {
                return Err(ProfileError::at(offset, Reason::Forbidden("a 64-bit memory")));
            }
            if memory.shared {
                return Err(ProfileError::at(offset, Reason::Forbidden("a shared memory")));
            }
            let max_pages = limits::MODULE_MEMORY / PAGE;
            ProfileError::limit(offset, "pages of initial memory", memory.initial, max_pages)?;
            let Some(maximum) = memory.maximum else {
                let suggested = memory.initial.saturating_add(16).min(max_pages).saturating_mul(PAGE);
                return Err(ProfileError::at(offset, Reason::MissingMemoryMaximum { suggested }));
            };
            ProfileError::limit(offset, "pages of maximum memory", maximum, max_pages)?;
            self.info.memory = Some((memory.initial, maximum));
        }
        Ok(())
    }

    fn export_section(&mut self, section: wasmparser::ExportSectionReader<'_>) -> Result<(), ProfileError> {
        count(section.range().start, "exports", section.count())?;
        for export in section.into_iter_with_offsets() {
            let (offset, export) = export?;
            if export.name.starts_with(RESERVED_PREFIX) {
                return Err(ProfileError::at(offset, Reason::ReservedExport(export.name.into())));
            }
            ProfileError::limit(
                offset,
                "bytes of an export name",
                export.name.len() as u64,
                limits::ENTRY_BYTES as u64,
            )?;
            let kind = match export.kind {
                ExternalKind::Func => ExportKind::Function,
                ExternalKind::Memory => ExportKind::Memory,
                ExternalKind::Table => ExportKind::Table,
                ExternalKind::Global => ExportKind::Global,
                _ => return Err(ProfileError::at(offset, Reason::Forbidden("this kind of export"))),
            };
            let (params, results) = match kind {
                ExportKind::Function => self.function_type(export.index).map(signature).unwrap_or_default(),
                _ => Default::default(),
            };
            self.info.exports.push(Export { name: export.name.into(), kind, params, results });
        }
        Ok(())
    }

    fn function_type(&self, function: u32) -> Option<&FuncType> {
        let index = self.functions.get(function as usize)?;
        self.types.get(*index as usize)?.as_ref()
    }
}

fn count(offset: u64, what: &'static str, found: u32) -> Result<(), ProfileError> {
    ProfileError::limit(offset, what, u64::from(found), ENTRIES)
}

fn global_section(section: wasmparser::GlobalSectionReader<'_>) -> Result<(), ProfileError> {
    count(section.range().start, "globals", section.count())?;
    for global in section.into_iter_with_offsets() {
        let (offset, global) = global?;
        value_type(offset, global.ty.content_type)?;
    }
    Ok(())
}

fn data_section(section: wasmparser::DataSectionReader<'_>) -> Result<(), ProfileError> {
    count(section.range().start, "data segments", section.count())?;
    for data in section.into_iter_with_offsets() {
        let (offset, data) = data?;
        ProfileError::limit(offset, "bytes of a data segment", data.data.len() as u64, SEGMENT_BYTES)?;
    }
    Ok(())
}

/// Refuses types outside the profile.
fn value_type(offset: u64, ty: ValType) -> Result<(), ProfileError> {
    let what = match ty {
        ValType::I32 | ValType::I64 => return Ok(()),
        ValType::Ref(ty) if ty == RefType::FUNCREF => return Ok(()),
        ValType::F32 | ValType::F64 => "floating point",
        ValType::V128 => "SIMD",
        ValType::Ref(ty) if ty == RefType::EXTERNREF => "externref",
        ValType::Ref(_) => "this reference type",
    };
    Err(ProfileError::at(offset, Reason::Forbidden(what)))
}

/// The integer signature of a type; other types do not cross the boundary and make the function uncallable.
fn signature(ty: &FuncType) -> (Vec<ValKind>, Vec<ValKind>) {
    let kinds = |list: &[ValType]| -> Option<Vec<ValKind>> {
        list.iter()
            .map(|ty| match ty {
                ValType::I32 => Some(ValKind::I32),
                ValType::I64 => Some(ValKind::I64),
                _ => None,
            })
            .collect()
    };
    // A funcref cannot be passed from outside: two results make such a function internal (see `abi::callable`).
    match (kinds(ty.params()), kinds(ty.results())) {
        (Some(params), Some(results)) => (params, results),
        _ => (Vec::new(), alloc::vec![ValKind::I32; 2]),
    }
}

/// The name of a function: from the `name` section, or else an export of it. Only looked up for messages.
fn function_name(code: &[u8], wanted: u32) -> Option<String> {
    let mut exported = None;
    for payload in Parser::new(0).parse_all(code) {
        match payload.ok()? {
            Payload::ExportSection(section) => {
                let mut exports = section.into_iter().flatten();
                exported =
                    exports.find(|e| e.kind == ExternalKind::Func && e.index == wanted).map(|e| String::from(e.name));
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(names) = section.as_known() else { continue };
                for name in names.flatten() {
                    let Name::Function(map) = name else { continue };
                    if let Some(naming) = map.into_iter().flatten().find(|naming| naming.index == wanted) {
                        return Some(naming.name.chars().take(200).collect());
                    }
                }
            }
            _ => {}
        }
    }
    exported
}
