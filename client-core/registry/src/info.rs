//! What is known about stored code without validating it again: its size, its surface and its manifest.

use crate::error::RegistryError;
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;
use zera_primitives::{
    Manifest,
    manifest::{Export, ExportKind},
};
use zera_vm::{Callable, ModuleInfo, ValKind, abi::callable};

/// An integer that crosses the boundary directly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum IntType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}

/// What is exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum CodeExportKind {
    /// A function.
    Function,
    /// The memory.
    Memory,
    /// A table.
    Table,
    /// A global.
    Global,
}

/// One export of stored code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CodeExport {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: CodeExportKind,
    /// Parameters, if it is a function.
    pub params: Vec<IntType>,
    /// Results, if it is a function.
    pub results: Vec<IntType>,
}

/// What validation learnt about stored code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CodeInfo {
    /// Bytes of the code.
    pub size: u32,
    /// Functions of its own.
    pub functions: u32,
    /// Initial memory, in pages of 64 KiB.
    pub memory_min: u32,
    /// Declared memory maximum, in pages of 64 KiB.
    pub memory_max: u32,
    /// Names of the host functions it imports, in order: what it can reach of the chain.
    pub imports: Vec<String>,
    /// Exports in the module's order.
    pub exports: Vec<CodeExport>,
    /// Raw bytes of the custom section `zera`.
    pub manifest: Option<Vec<u8>>,
}

impl CodeInfo {
    /// Validates `code` against the profile, and its manifest if it carries one.
    ///
    /// # Errors
    /// [`RegistryError::Profile`], [`RegistryError::Manifest`], [`RegistryError::ManifestExport`].
    pub fn read(code: &[u8]) -> Result<Self, RegistryError> {
        let info = Self::from_validated(&zera_vm::validate(code)?);
        if let Some(manifest) = info.manifest()? {
            manifest.exports.iter().try_for_each(|export| info.check_export(export))?;
        }
        Ok(info)
    }

    fn from_validated(info: &ModuleInfo) -> Self {
        // Validation has bounded all of these far below 2^32.
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let (memory_min, memory_max) = info.memory.unwrap_or_default();
        Self {
            size: small(info.code_bytes),
            functions: info.functions,
            memory_min: small(memory_min),
            memory_max: small(memory_max),
            imports: info.imports.clone(),
            exports: info.exports.iter().map(CodeExport::from).collect(),
            manifest: info.manifest.clone(),
        }
    }

    /// The decoded manifest, if the code carries one.
    ///
    /// # Errors
    /// [`RegistryError::Manifest`], never for code that is in the store.
    pub fn manifest(&self) -> Result<Option<Manifest>, RegistryError> {
        self.manifest.as_deref().map(Manifest::from_bytes).transpose().map_err(RegistryError::Manifest)
    }

    /// The exported function of that name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&CodeExport> {
        self.exports.iter().find(|export| export.kind == CodeExportKind::Function && export.name == name)
    }

    /// The export that serves `kind`: the one the manifest names, or else the function called `name`.
    pub(crate) fn entry(&self, manifest: Option<&Manifest>, kind: ExportKind, name: &str) -> Option<String> {
        let named = manifest.and_then(|manifest| manifest.export_of(kind)).map(|export| export.name.as_str());
        named.or_else(|| self.function(name).map(|export| export.name.as_str())).map(String::from)
    }

    /// A manifest may only promise what the code has: a function, called as the manifest says.
    fn check_export(&self, export: &Export) -> Result<(), RegistryError> {
        let convention = self.function(&export.name).map(CodeExport::callable);
        let fits = match convention {
            Some(Callable::Scale) => !export.direct || export.args.is_empty(),
            Some(Callable::Direct) => export.direct,
            Some(Callable::Internal) | None => false,
        };
        if fits { Ok(()) } else { Err(RegistryError::ManifestExport(export.name.clone())) }
    }
}

impl CodeExport {
    /// How it can be called.
    #[must_use]
    pub fn callable(&self) -> Callable {
        let kinds = |list: &[IntType]| list.iter().map(|int| ValKind::from(*int)).collect::<Vec<_>>();
        callable(&kinds(&self.params), &kinds(&self.results))
    }
}

impl From<&zera_vm::Export> for CodeExport {
    fn from(export: &zera_vm::Export) -> Self {
        let ints = |list: &[ValKind]| list.iter().map(|kind| IntType::from(*kind)).collect();
        let kind = match export.kind {
            zera_vm::ExportKind::Function => CodeExportKind::Function,
            zera_vm::ExportKind::Memory => CodeExportKind::Memory,
            zera_vm::ExportKind::Table => CodeExportKind::Table,
            zera_vm::ExportKind::Global => CodeExportKind::Global,
        };
        Self { name: export.name.clone(), kind, params: ints(&export.params), results: ints(&export.results) }
    }
}

impl From<ValKind> for IntType {
    fn from(kind: ValKind) -> Self {
        match kind {
            ValKind::I32 => Self::I32,
            ValKind::I64 => Self::I64,
        }
    }
}

impl From<IntType> for ValKind {
    fn from(int: IntType) -> Self {
        match int {
            IntType::I32 => Self::I32,
            IntType::I64 => Self::I64,
        }
    }
}
