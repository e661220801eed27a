//! A module taken apart for reading: checked against the profile once, then addressed by ranges of its bytes.

use crate::{
    error::InspectError,
    names::{Given, Labels, stem, visible},
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::{collections::BTreeMap, ops::Range};
use wasmparser::{
    BinaryReader, CompositeInnerType, ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, FuncType,
    FunctionBody, KnownCustom, Operator, Parser, Payload, TypeRef, ValType,
};
use zera_primitives::{DecodeError, Hash, Manifest};
use zera_vm::ModuleInfo;

/// Export names listed with one function.
const EXPORTS_LISTED: usize = 8;

/// One function of a module, as it is shown.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct FunctionInfo {
    /// Index in the module, imports first.
    pub index: u32,
    /// The name it goes by: from the name section, or an export of it, or `f` and its index.
    pub label: String,
    /// `(i32, i64) -> i32`.
    pub signature: String,
    /// Offset in the module of its body.
    pub offset: u32,
    /// Bytes of its body.
    pub bytes: u32,
    /// Names under which it is exported; the first few of them.
    pub exports: Vec<String>,
}

/// A function that the module defines.
pub(crate) struct Function {
    pub(crate) ty: u32,
    pub(crate) body: Range<usize>,
    /// Its name in the name section, without rustc's hash.
    pub(crate) stem: Option<String>,
}

/// A run of table entries, or of bytes of memory.
pub(crate) struct Segment<T> {
    /// Where it is put when the module starts; none for a segment that code copies.
    pub(crate) at: Option<String>,
    /// What is put there.
    pub(crate) items: T,
}

/// A module that passed [`zera_vm::validate`].
pub struct Module {
    pub(crate) code: Vec<u8>,
    pub(crate) info: ModuleInfo,
    pub(crate) types: Vec<FuncType>,
    /// A digest of each type, equal exactly for equal types.
    pub(crate) digests: Vec<Hash>,
    /// Names and types of the imported functions; the profile has no other imports.
    pub(crate) imports: Vec<(String, u32)>,
    pub(crate) functions: Vec<Function>,
    /// What each function is called, imports first; all different.
    pub(crate) labels: Vec<String>,
    /// What each global is called; all different.
    pub(crate) global_labels: Vec<String>,
    /// Type and initial value of each global.
    pub(crate) globals: Vec<String>,
    /// Type of each table.
    pub(crate) tables: Vec<String>,
    /// Exports of functions, by name.
    pub(crate) exports: BTreeMap<String, u32>,
    /// The first few export names of each exported function.
    exported: BTreeMap<u32, Vec<String>>,
    pub(crate) start: Option<u32>,
    pub(crate) elements: Vec<Segment<Vec<Option<u32>>>>,
    pub(crate) data: Vec<Segment<Range<usize>>>,
    /// Names and contents of the custom sections.
    pub(crate) customs: Vec<(String, Range<usize>)>,
    /// Id and contents of the other sections, in order.
    pub(crate) sections: Vec<(u8, Range<usize>)>,
    /// Functions that a value of code or of the globals refers to, apart from the elements.
    pub(crate) referred: Vec<u32>,
}

impl Module {
    /// Checks `code` against the profile and takes it apart. Linear in its size.
    ///
    /// # Errors
    /// [`InspectError::Profile`], naming function, offset and operator.
    pub fn read(code: Vec<u8>) -> Result<Self, InspectError> {
        let info = zera_vm::validate(&code)?;
        let mut module = Self {
            code: Vec::new(),
            info,
            types: Vec::new(),
            digests: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            labels: Vec::new(),
            global_labels: Vec::new(),
            globals: Vec::new(),
            tables: Vec::new(),
            exports: BTreeMap::new(),
            exported: BTreeMap::new(),
            start: None,
            elements: Vec::new(),
            data: Vec::new(),
            customs: Vec::new(),
            sections: Vec::new(),
            referred: Vec::new(),
        };
        let mut given = Given::default();
        let mut kinds = Vec::new();
        for payload in Parser::new(0).parse_all(&code) {
            let payload = payload?;
            if let Some((id, range)) = payload.as_section()
                && id != 0
            {
                module.sections.push((id, span(&range)));
            }
            match payload {
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        given.read(names);
                    }
                    let data = span(&(section.data_offset()..section.range().end));
                    module.customs.push((visible(section.name()), data));
                }
                Payload::FunctionSection(section) => kinds = section.into_iter().collect::<Result<Vec<_>, _>>()?,
                Payload::CodeSectionEntry(body) => {
                    let ty = kinds.get(module.functions.len()).copied().unwrap_or_default();
                    module.functions.push(Function { ty, body: span(&body.range()), stem: None });
                }
                other => module.payload(other)?,
            }
        }
        module.code = code;
        module.name(given);
        Ok(module)
    }

    fn payload(&mut self, payload: Payload<'_>) -> Result<(), InspectError> {
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
                    let import = import?;
                    if let TypeRef::Func(ty) = import.ty {
                        self.imports.push((import.name.into(), ty));
                    }
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let ty = table?.ty;
                    let max = ty.maximum.map_or_else(String::new, |max| format!(" to {max}"));
                    self.tables.push(format!("{}{max} entries", ty.initial));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    let value = self.constant(&global.init_expr)?;
                    let mutable = if global.ty.mutable { "mut " } else { "" };
                    self.globals.push(format!("{mutable}{} = {value}", global.ty.content_type));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.insert(visible(export.name), export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    self.element(element?)?;
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    let at = match &data.kind {
                        DataKind::Active { offset_expr, .. } => Some(self.constant(offset_expr)?),
                        DataKind::Passive => None,
                    };
                    let end = data.range.end;
                    let start = end.saturating_sub(data.data.len() as u64);
                    self.data.push(Segment { at, items: span(&(start..end)) });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn element(&mut self, element: wasmparser::Element<'_>) -> Result<(), InspectError> {
        let at = match &element.kind {
            ElementKind::Active { offset_expr, table_index, .. } => {
                let table = table_index.filter(|table| *table > 0);
                let table = table.map_or_else(String::new, |table| format!("table {table}, "));
                Some(table + &self.constant(offset_expr)?)
            }
            ElementKind::Passive | ElementKind::Declared => None,
        };
        let mut items = Vec::new();
        match element.items {
            ElementItems::Functions(list) => {
                for index in list {
                    items.push(Some(index?));
                }
            }
            ElementItems::Expressions(_, list) => {
                for expression in list {
                    let first = expression?.get_operators_reader().read()?;
                    items.push(if let Operator::RefFunc { function_index } = first {
                        Some(function_index)
                    } else {
                        None
                    });
                }
            }
        }
        self.elements.push(Segment { at, items });
        Ok(())
    }

    /// A constant in words; notes the functions it refers to.
    fn constant(&mut self, expression: &ConstExpr<'_>) -> Result<String, InspectError> {
        let text = match expression.get_operators_reader().read()? {
            Operator::I32Const { value } => value.to_string(),
            Operator::I64Const { value } => value.to_string(),
            Operator::GlobalGet { global_index } => format!("global {global_index}"),
            Operator::RefFunc { function_index } => {
                self.referred.push(function_index);
                format!("function {function_index}")
            }
            _ => "null".into(),
        };
        Ok(text)
    }

    /// Gives every function and global a label of its own.
    fn name(&mut self, mut given: Given) {
        for (name, index) in &self.exports {
            let names = self.exported.entry(*index).or_default();
            if names.len() < EXPORTS_LISTED {
                names.push(name.clone());
            }
        }
        self.digests = (0..small(self.types.len())).map(|ty| Hash::of(self.signature(ty).as_bytes())).collect();
        let mut labels = Labels::default();
        self.labels =
            self.imports.iter().zip(0..).map(|((name, _), at)| labels.take(format!("zera.{name}"), at)).collect();
        for (function, index) in self.functions.iter_mut().zip(small(self.imports.len())..) {
            let name = given.functions.remove(&index);
            function.stem = name.as_deref().map(|name| stem(name).to_owned());
            let exported = self.exported.get(&index).and_then(|names| names.first().cloned());
            let wanted = name.or(exported).unwrap_or_else(|| format!("f{index}"));
            self.labels.push(labels.take(wanted, index));
        }
        let mut labels = Labels::default();
        let global = |index| given.globals.remove(&index).unwrap_or_else(|| format!("g{index}"));
        self.global_labels =
            (0..small(self.globals.len())).map(global).zip(0..).map(|(name, at)| labels.take(name, at)).collect();
    }

    /// BLAKE3 of the bytes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.info.code_hash
    }

    /// The bytes.
    #[must_use]
    pub fn code(&self) -> &[u8] {
        &self.code
    }

    /// What validation learnt.
    #[must_use]
    pub fn info(&self) -> &ModuleInfo {
        &self.info
    }

    /// The manifest, if the module carries one.
    ///
    /// # Errors
    /// [`DecodeError`] for a manifest that the chain would refuse.
    pub fn manifest(&self) -> Result<Option<Manifest>, DecodeError> {
        self.info.manifest.as_deref().map(Manifest::from_bytes).transpose()
    }

    /// Imported functions; the index of the first own function.
    #[must_use]
    pub fn imported(&self) -> u32 {
        small(self.imports.len())
    }

    /// Own functions in order.
    pub fn functions(&self) -> impl Iterator<Item = FunctionInfo> + '_ {
        (self.imported()..).take(self.functions.len()).filter_map(|index| self.function(index))
    }

    /// The own function of that index, imports counted first.
    #[must_use]
    pub fn function(&self, index: u32) -> Option<FunctionInfo> {
        let function = self.own(index)?;
        Some(FunctionInfo {
            index,
            label: self.label(index).into(),
            signature: self.signature(function.ty),
            offset: small(function.body.start),
            bytes: small(function.body.len()),
            exports: self.exported.get(&index).cloned().unwrap_or_default(),
        })
    }

    pub(crate) fn own(&self, index: u32) -> Option<&Function> {
        self.functions.get(index.checked_sub(self.imported())? as usize)
    }

    pub(crate) fn label(&self, index: u32) -> &str {
        self.labels.get(index as usize).map_or("?", String::as_str)
    }

    /// Type index of a function, imports first.
    pub(crate) fn type_of(&self, index: u32) -> u32 {
        let import = self.imports.get(index as usize).map(|(_, ty)| *ty);
        import.or_else(|| self.own(index).map(|function| function.ty)).unwrap_or(u32::MAX)
    }

    /// Digest of a type; no other type has it.
    pub(crate) fn digest(&self, ty: u32) -> &[u8] {
        self.digests.get(ty as usize).map_or(&[], |digest| &digest.0)
    }

    pub(crate) fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.code.get(range.clone()).unwrap_or_default()
    }

    pub(crate) fn body(&self, function: &Function) -> FunctionBody<'_> {
        FunctionBody::new(BinaryReader::new(self.bytes(&function.body), function.body.start as u64))
    }

    /// `(i32, i64) -> i32`.
    pub(crate) fn signature(&self, ty: u32) -> String {
        let Some(ty) = self.types.get(ty as usize) else { return "?".into() };
        let arrow = if ty.results().is_empty() { String::new() } else { format!(" -> {}", list(ty.results())) };
        format!("({}){arrow}", list(ty.params()))
    }
}

fn list(types: &[ValType]) -> String {
    types.iter().map(ValType::to_string).collect::<Vec<_>>().join(", ")
}

/// Everything in a module of at most 1 MiB fits 32 bits.
pub(crate) fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn span(range: &Range<u64>) -> Range<usize> {
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    at(range.start)..at(range.end)
}
