//! What the translation needs of a validated module's sections.

use super::names::Names;
use crate::Unprovable;
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use wasmparser::{
    CompositeInnerType, DataKind, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody, Operator, Parser,
    Payload, TypeRef, ValType,
};

/// A module taken apart.
#[derive(Default)]
pub(super) struct Sections<'a> {
    /// Function types by index.
    pub types: Vec<FuncType>,
    /// For each type the number that stands for it and all types equal to it; never 0.
    pub canonical: Vec<u64>,
    /// Type index of every function, imports first.
    pub functions: Vec<u32>,
    /// Number in the host API of every imported function.
    pub imports: Vec<u16>,
    /// Bodies of the own functions.
    pub bodies: Vec<FunctionBody<'a>>,
    /// Entries of every table at the beginning.
    pub tables: Vec<u32>,
    /// Entries of table 0 that active segments fill: index, function.
    pub entries: BTreeMap<u32, u32>,
    /// Type and first value of every global; references begin as 0 and are never read.
    pub globals: Vec<(ValType, u64)>,
    /// Pages of memory at the beginning and at most.
    pub memory: (u32, u32),
    /// Active data segments: address, bytes.
    pub data: Vec<(u32, &'a [u8])>,
    /// Exported functions: name, function.
    pub exports: Vec<(&'a str, u32)>,
    /// The start function.
    pub start: Option<u32>,
    /// Names of functions, for messages.
    pub names: Names,
}

fn module(reason: String) -> Unprovable {
    Unprovable { reason }
}

fn malformed(error: wasmparser::BinaryReaderError) -> Unprovable {
    module(format!("{error}"))
}

/// Takes a validated module apart.
///
/// # Errors
/// [`Unprovable`] where instances can never begin: a segment that does not fit.
pub(super) fn read(code: &[u8]) -> Result<Sections<'_>, Unprovable> {
    let mut sections = Sections::default();
    for payload in Parser::new(0).parse_all(code) {
        sections.payload(payload.map_err(malformed)?)?;
    }
    sections.fits()?;
    sections.number();
    Ok(sections)
}

impl<'a> Sections<'a> {
    /// Which own function that is; none for an import.
    pub(super) fn own(&self, function: u32) -> Option<usize> {
        (function as usize).checked_sub(self.imports.len())
    }

    /// Type of a function.
    pub(super) fn type_of(&self, function: u32) -> Option<&FuncType> {
        self.types.get(*self.functions.get(function as usize)? as usize)
    }

    /// The number that stands for a type and all types equal to it; never 0.
    pub(super) fn canonical(&self, index: u32) -> u64 {
        self.canonical.get(index as usize).copied().unwrap_or(u64::MAX)
    }

    /// Numbers the types: equal ones have the number of the first.
    fn number(&mut self) {
        let mut known: BTreeMap<(Vec<u8>, Vec<u8>), u64> = BTreeMap::new();
        let kinds = |list: &[ValType]| list.iter().map(kind).collect();
        for (index, ty) in self.types.iter().enumerate() {
            let number = (index as u64).saturating_add(1);
            self.canonical.push(*known.entry((kinds(ty.params()), kinds(ty.results()))).or_insert(number));
        }
    }

    fn payload(&mut self, payload: Payload<'a>) -> Result<(), Unprovable> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for sub_type in group.map_err(malformed)?.types() {
                        if let CompositeInnerType::Func(func) = &sub_type.composite_type.inner {
                            self.types.push(func.clone());
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(malformed)?;
                    if let (TypeRef::Func(ty), Some(host)) = (import.ty, zera_vm::host::lookup(import.name)) {
                        self.functions.push(ty);
                        self.imports.push(host.id as u16);
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    self.functions.push(index.map_err(malformed)?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let initial = table.map_err(malformed)?.ty.initial;
                    self.tables.push(u32::try_from(initial).unwrap_or(u32::MAX));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory.map_err(malformed)?;
                    let pages = |pages| u32::try_from(pages).unwrap_or(u32::MAX);
                    // The profile accepts none without a maximum.
                    self.memory = (pages(memory.initial), pages(memory.maximum.unwrap_or(memory.initial)));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global.map_err(malformed)?;
                    self.globals.push((global.ty.content_type, constant(&global.init_expr)?.number()));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(malformed)?;
                    if export.kind == ExternalKind::Func {
                        self.exports.push((export.name, export.index));
                        self.names.export(export.index, export.name);
                    }
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    self.element(element.map_err(malformed)?)?;
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => {
                for data in section {
                    let data = data.map_err(malformed)?;
                    if let DataKind::Active { offset_expr, .. } = data.kind {
                        self.data.push((constant(&offset_expr)?.number() as u32, data.data));
                    }
                }
            }
            Payload::CustomSection(section) => self.names.section(&section),
            _ => {}
        }
        Ok(())
    }

    fn element(&mut self, element: wasmparser::Element<'_>) -> Result<(), Unprovable> {
        let ElementKind::Active { table_index, offset_expr } = element.kind else { return Ok(()) };
        let table = table_index.unwrap_or(0);
        let offset = constant(&offset_expr)?.number();
        let mut end = offset;
        let mut put = |function: Option<u32>| {
            // A table holds at most as many entries as limits allow, and `fits` looks at the end.
            if let (0, Some(function), Ok(index)) = (table, function, u32::try_from(end)) {
                self.entries.insert(index, function);
            } else if let (0, None, Ok(index)) = (table, function, u32::try_from(end)) {
                self.entries.remove(&index);
            }
            end = end.saturating_add(1);
        };
        match element.items {
            ElementItems::Functions(items) => {
                for function in items {
                    put(Some(function.map_err(malformed)?));
                }
            }
            ElementItems::Expressions(_, items) => {
                for item in items {
                    put(match constant(&item.map_err(malformed)?)? {
                        Constant::Function(function) => Some(function),
                        _ => None,
                    });
                }
            }
        }
        let size = self.tables.get(table as usize).copied().unwrap_or(0);
        if end > u64::from(size) {
            return Err(module("a table segment does not fit, so that every call traps".into()));
        }
        Ok(())
    }

    /// Data segments must fit: otherwise no instance ever begins.
    fn fits(&self) -> Result<(), Unprovable> {
        let bytes = u64::from(self.memory.0) << 16;
        let ends = |(offset, data): &(u32, &[u8])| u64::from(*offset).saturating_add(data.len() as u64);
        if self.data.iter().any(|segment| ends(segment) > bytes) {
            return Err(module("a data segment does not fit, so that every call traps".into()));
        }
        Ok(())
    }
}

/// The types of the profile, told apart.
fn kind(ty: &ValType) -> u8 {
    match ty {
        ValType::I32 => 0,
        ValType::I64 => 1,
        _ => 2,
    }
}

/// Value of a constant expression.
enum Constant {
    Number(u64),
    Function(u32),
    Null,
}

impl Constant {
    fn number(&self) -> u64 {
        match self {
            Self::Number(value) => *value,
            Self::Function(_) | Self::Null => 0,
        }
    }
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<Constant, Unprovable> {
    match expression.get_operators_reader().read().map_err(malformed)? {
        Operator::I32Const { value } => Ok(Constant::Number(u64::from(value.cast_unsigned()))),
        Operator::I64Const { value } => Ok(Constant::Number(value.cast_unsigned())),
        Operator::RefFunc { function_index } => Ok(Constant::Function(function_index)),
        Operator::RefNull { .. } => Ok(Constant::Null),
        // The profile imports no globals, so no other constant passes validation.
        _ => Err(module("a constant expression that is not a number or a function".into())),
    }
}
