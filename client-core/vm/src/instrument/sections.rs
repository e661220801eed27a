//! Reading the original's sections and writing them again with our additions at their ends.

use super::{GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT, START_EXPORT, tables};
use crate::{gas::position, profile::ProfileError};
use alloc::{collections::BTreeMap, vec::Vec};
use core::ops::Range;
use wasm_encoder::{ElementSection, Encode, GlobalSection};
use wasmparser::{
    CompositeInnerType, ElementSectionReader, ExternalKind, FuncType, FunctionBody, GlobalSectionReader, Parser,
    Payload, TypeRef,
};

/// Ids of the sections we touch.
const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const GLOBAL: u8 = 6;
const EXPORT: u8 = 7;
const ELEMENT: u8 = 9;
const CODE: u8 = 10;
const DATA_COUNT: u8 = 12;
/// The order in which sections stand in a module; the start section and custom sections are dropped.
const ORDER: [u8; 11] = [TYPE, 2, FUNCTION, 4, 5, GLOBAL, EXPORT, ELEMENT, DATA_COUNT, CODE, 11];

/// What instrumentation needs of the original.
#[derive(Default)]
pub(super) struct Module<'a> {
    /// Entry count and the bytes behind it, by section id.
    raw: BTreeMap<u8, (u32, &'a [u8])>,
    /// Function types, by type index.
    pub(super) types: Vec<FuncType>,
    /// Type index of each imported function.
    pub(super) imports: Vec<u32>,
    /// Type index of each own function.
    pub(super) functions: Vec<u32>,
    /// Bodies of the own functions.
    pub(super) bodies: Vec<FunctionBody<'a>>,
    /// Own globals; ours follow them.
    globals: Option<GlobalSectionReader<'a>>,
    elements: Option<ElementSectionReader<'a>>,
    /// Name, kind and index of each export.
    pub(super) exports: Vec<(&'a str, ExternalKind, u32)>,
    /// Most pages of its memory, if it has one.
    pub(super) memory: Option<u64>,
    pub(super) start: Option<u32>,
}

/// What weaving makes.
#[derive(Default)]
pub(super) struct Woven {
    /// Function types behind the original's: parameters and results as raw bytes.
    pub(super) types: Vec<Vec<u8>>,
    /// Type indices of all functions: the original's, then the added ones'.
    pub(super) functions: Vec<u32>,
    /// All bodies, without their sizes, in the same order.
    pub(super) bodies: Vec<Vec<u8>>,
    /// For functions that are exported or start: what is exported in their place.
    pub(super) doors: BTreeMap<u32, u32>,
    /// For imports that are values: what stands in their place in tables.
    pub(super) adapters: BTreeMap<u32, u32>,
    /// Functions that some body takes as values.
    pub(super) values: Vec<u32>,
}

/// Collects the sections of a validated module.
pub(super) fn read(code: &[u8]) -> Result<Module<'_>, ProfileError> {
    let mut module = Module::default();
    for payload in Parser::new(0).parse_all(code) {
        let payload = payload?;
        if let Some((id, range)) = payload.as_section()
            && ORDER.contains(&id)
        {
            let (count, rest) = counted(code, id, &range)?;
            module.raw.insert(id, (count, rest));
        }
        module.payload(payload)?;
    }
    Ok(module)
}

/// Splits a section's contents into its entry count and the entries.
fn counted<'a>(code: &'a [u8], id: u8, range: &Range<u64>) -> Result<(u32, &'a [u8]), ProfileError> {
    let bytes = code.get(position(range.start)..position(range.end)).unwrap_or_default();
    if id == DATA_COUNT {
        return Ok((0, bytes));
    }
    let mut reader = wasmparser::BinaryReader::new(bytes, range.start);
    let count = reader.read_var_u32()?;
    Ok((count, bytes.get(reader.current_position()..).unwrap_or_default()))
}

impl<'a> Module<'a> {
    fn payload(&mut self, payload: Payload<'a>) -> Result<(), ProfileError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for sub_type in group?.types() {
                        if let CompositeInnerType::Func(func) = &sub_type.composite_type.inner {
                            self.types.push(func.clone());
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if let TypeRef::Func(ty) = import?.ty {
                        self.imports.push(ty);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    self.functions.push(index?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    // The profile accepts none without a maximum.
                    self.memory = memory?.maximum;
                }
            }
            Payload::GlobalSection(section) => self.globals = Some(section),
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.push((export.name, export.kind, export.index));
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => self.elements = Some(section),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    /// True when a block of this type takes values from the stack.
    pub(super) fn takes_values(&self, block: wasmparser::BlockType) -> bool {
        let wasmparser::BlockType::FuncType(index) = block else { return false };
        self.types.get(index as usize).is_some_and(|ty| !ty.params().is_empty())
    }

    /// Type of own function `index`.
    pub(super) fn function_type(&self, index: usize) -> Option<&FuncType> {
        self.types.get(*self.functions.get(index)? as usize)
    }

    /// Which own function that is; none for an import.
    pub(super) fn own(&self, function: u32) -> Option<usize> {
        function.checked_sub(self.imported()).map(|own| own as usize)
    }

    /// Imported functions.
    pub(super) fn imported(&self) -> u32 {
        u32::try_from(self.imports.len()).unwrap_or(u32::MAX)
    }

    /// Index of the gas counter; the stack counter is the next.
    pub(super) fn gas_global(&self) -> u32 {
        self.globals.as_ref().map_or(0, GlobalSectionReader::count)
    }

    /// Imports that stand in tables or globals.
    pub(super) fn import_values(&self) -> Result<Vec<u32>, ProfileError> {
        let mut found = Vec::new();
        tables::elements(self.elements.as_ref(), &mut |function| {
            found.push(function);
            function
        })?;
        tables::globals(self.globals.as_ref(), &mut |function| {
            found.push(function);
            function
        })?;
        found.retain(|function| self.own(*function).is_none());
        Ok(found)
    }
}

/// Writes the instrumented module.
pub(super) fn write(module: &Module<'_>, woven: &Woven) -> Result<Vec<u8>, ProfileError> {
    let mut value = |function| woven.adapters.get(&function).copied().unwrap_or(function);
    let mut out = b"\0asm\x01\0\0\0".to_vec();
    for id in ORDER {
        let original = module.raw.get(&id).copied();
        match id {
            DATA_COUNT => {
                if let Some((_, bytes)) = original {
                    section(&mut out, id, bytes);
                }
            }
            CODE => {
                let mut bodies = Vec::new();
                for body in &woven.bodies {
                    body.as_slice().encode(&mut bodies);
                }
                entries(&mut out, id, None, woven.bodies.len(), &bodies);
            }
            TYPE => entries(&mut out, id, original, woven.types.len(), &woven.types.concat()),
            FUNCTION => {
                let mut indices = Vec::new();
                woven.functions.iter().for_each(|index| index.encode(&mut indices));
                entries(&mut out, id, None, woven.functions.len(), &indices);
            }
            GLOBAL => {
                let mut globals: GlobalSection = tables::globals(module.globals.as_ref(), &mut value)?;
                // Twice: i64, mutable, i64.const 0, end.
                globals.raw(&[0x7e, 1, 0x42, 0, 0x0b]).raw(&[0x7e, 1, 0x42, 0, 0x0b]);
                out.push(id);
                globals.encode(&mut out);
            }
            EXPORT => {
                let (count, exports) = exports(module, woven);
                entries(&mut out, id, None, count, &exports);
            }
            ELEMENT => {
                let mut elements: ElementSection = tables::elements(module.elements.as_ref(), &mut value)?;
                if !woven.values.is_empty() {
                    elements.declared(wasm_encoder::Elements::Functions(woven.values.as_slice().into()));
                }
                if !elements.is_empty() {
                    out.push(id);
                    elements.encode(&mut out);
                }
            }
            _ => entries(&mut out, id, original, 0, &[]),
        }
    }
    Ok(out)
}

/// The original's exports, its functions by their doors, and ours.
fn exports(module: &Module<'_>, woven: &Woven) -> (usize, Vec<u8>) {
    let gas = module.gas_global();
    let ours = [
        Some((GAS_EXPORT, ExternalKind::Global, gas)),
        Some((STACK_EXPORT, ExternalKind::Global, gas.saturating_add(1))),
        module.memory.map(|_| (MEMORY_EXPORT, ExternalKind::Memory, 0)),
        module.start.map(|start| (START_EXPORT, ExternalKind::Func, start)),
    ];
    let mut bytes = Vec::new();
    let mut count = 0usize;
    for (name, kind, index) in module.exports.iter().copied().chain(ours.into_iter().flatten()) {
        let (kind, index) = match kind {
            ExternalKind::Func => (0u8, woven.doors.get(&index).copied().unwrap_or(index)),
            ExternalKind::Table => (1, index),
            ExternalKind::Memory => (2, index),
            // The profile leaves nothing else.
            _ => (3, index),
        };
        name.encode(&mut bytes);
        bytes.push(kind);
        index.encode(&mut bytes);
        count = count.saturating_add(1);
    }
    (count, bytes)
}

/// Writes a section of the original's entries followed by `more` of ours; nothing if there are none at all.
fn entries(out: &mut Vec<u8>, id: u8, original: Option<(u32, &[u8])>, more: usize, ours: &[u8]) {
    let (count, bytes) = original.unwrap_or_default();
    let total = (count as usize).saturating_add(more);
    if total == 0 {
        return;
    }
    let mut contents = Vec::with_capacity(bytes.len().saturating_add(ours.len()).saturating_add(5));
    total.encode(&mut contents);
    contents.extend_from_slice(bytes);
    contents.extend_from_slice(ours);
    section(out, id, &contents);
}

fn section(out: &mut Vec<u8>, id: u8, contents: &[u8]) {
    out.push(id);
    contents.encode(out);
}
