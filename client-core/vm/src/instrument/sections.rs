//! Reading the original's sections as raw bytes and writing them again with our additions at their ends.

use super::{GAS_EXPORT, MEMORY_EXPORT, STACK_EXPORT, START_EXPORT};
use crate::{gas::position, profile::ProfileError};
use alloc::{collections::BTreeMap, vec::Vec};
use core::ops::Range;
use wasm_encoder::Encode;
use wasmparser::{CompositeInnerType, FuncType, FunctionBody, Parser, Payload, TypeRef};

/// Ids of the sections we touch.
const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const GLOBAL: u8 = 6;
const EXPORT: u8 = 7;
const CODE: u8 = 10;
const DATA_COUNT: u8 = 12;
/// The order in which sections stand in a module; the start section and custom sections are dropped.
const ORDER: [u8; 11] = [TYPE, 2, FUNCTION, 4, 5, GLOBAL, EXPORT, 9, DATA_COUNT, CODE, 11];

/// What instrumentation needs of the original.
pub(super) struct Module<'a> {
    /// Entry count and the bytes behind it, by section id.
    raw: BTreeMap<u8, (u32, &'a [u8])>,
    /// Function types, by type index.
    pub(super) types: Vec<FuncType>,
    /// Imported functions.
    pub(super) imported: u32,
    /// Type index of each own function.
    pub(super) functions: Vec<u32>,
    /// Bodies of the own functions.
    pub(super) bodies: Vec<FunctionBody<'a>>,
    /// Own globals; ours follow them.
    pub(super) globals: u32,
    /// Most pages of its memory, if it has one.
    pub(super) memory: Option<u64>,
    start: Option<u32>,
}

/// What weaving adds.
#[derive(Default)]
pub(super) struct Woven {
    /// Function types behind the original's: parameters and results as raw bytes.
    pub(super) types: Vec<Vec<u8>>,
    /// Type indices of the functions behind the original's.
    pub(super) functions: Vec<u32>,
    /// All bodies, without their sizes: the original's, then the added ones'.
    pub(super) bodies: Vec<Vec<u8>>,
}

/// Collects the sections of a validated module.
pub(super) fn read(code: &[u8]) -> Result<Module<'_>, ProfileError> {
    let mut module = Module {
        raw: BTreeMap::new(),
        types: Vec::new(),
        imported: 0,
        functions: Vec::new(),
        bodies: Vec::new(),
        globals: 0,
        memory: None,
        start: None,
    };
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
                    self.imported = self.imported.saturating_add(u32::from(matches!(import?.ty, TypeRef::Func(_))));
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
            Payload::GlobalSection(section) => self.globals = section.count(),
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    /// Type of own function `index`.
    pub(super) fn function_type(&self, index: usize) -> Option<&FuncType> {
        self.types.get(*self.functions.get(index)? as usize)
    }

    /// Index of the gas counter; the stack counter is the next.
    pub(super) fn gas_global(&self) -> u32 {
        self.globals
    }

    /// Index of the first function that we add.
    pub(super) fn first_added(&self) -> u32 {
        self.imported.saturating_add(u32::try_from(self.functions.len()).unwrap_or(u32::MAX))
    }
}

/// Writes the instrumented module.
pub(super) fn write(module: &Module<'_>, woven: &Woven) -> Vec<u8> {
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
                entries(&mut out, id, original, woven.functions.len(), &indices);
            }
            GLOBAL => {
                // Two of: i64, mutable, i64.const 0, end.
                entries(&mut out, id, original, 2, &[[0x7e, 1, 0x42, 0, 0x0b], [0x7e, 1, 0x42, 0, 0x0b]].concat());
            }
            EXPORT => {
                let (count, exports) = our_exports(module);
                entries(&mut out, id, original, count, &exports);
            }
            _ => entries(&mut out, id, original, 0, &[]),
        }
    }
    out
}

fn our_exports(module: &Module<'_>) -> (usize, Vec<u8>) {
    const FUNC: u8 = 0;
    const MEMORY: u8 = 2;
    const GLOBAL_KIND: u8 = 3;
    let gas = module.gas_global();
    let mut list = alloc::vec![(GAS_EXPORT, GLOBAL_KIND, gas), (STACK_EXPORT, GLOBAL_KIND, gas.saturating_add(1))];
    if module.memory.is_some() {
        list.push((MEMORY_EXPORT, MEMORY, 0));
    }
    if let Some(start) = module.start {
        list.push((START_EXPORT, FUNC, start));
    }
    let mut bytes = Vec::new();
    for (name, kind, index) in &list {
        name.encode(&mut bytes);
        bytes.push(*kind);
        index.encode(&mut bytes);
    }
    (list.len(), bytes)
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
