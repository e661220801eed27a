//! What a voter reads first: how two codes differ in what they offer, what they can reach and what they take.

use crate::{
    error::RegistryError,
    info::{CodeExport, CodeExportKind, CodeInfo, IntType},
    names::type_name,
};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use zera_primitives::{
    Manifest,
    manifest::{Argument, Export, ExportKind, Parameter},
};

/// What a row is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// The author's version.
    Version,
    /// The storage schema.
    Schema,
    /// An export.
    Export,
    /// An imported host function.
    Import,
    /// A parameter that votes set.
    Parameter,
    /// Bytes of code.
    Size,
    /// Initial and maximum memory, pages of 64 KiB.
    Memory,
    /// Number of functions.
    Functions,
}

impl What {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Schema => "schema",
            Self::Export => "export",
            Self::Import => "import",
            Self::Parameter => "parameter",
            Self::Size => "size",
            Self::Memory => "memory",
            Self::Functions => "functions",
        }
    }
}

/// One thing that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it is about.
    pub what: What,
    /// Name of the export, import or parameter; empty otherwise.
    pub name: String,
    /// In the old code; none when absent.
    pub old: Option<String>,
    /// In the new code; none when absent.
    pub new: Option<String>,
}

/// How two codes differ.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// What differs, grouped by [`What`], then by name.
    pub rows: Vec<Row>,
    /// Exports, imports and parameters that are the same.
    pub same: u32,
}

/// Compares two stored codes. Pure.
///
/// # Errors
/// [`RegistryError::Manifest`], never for code from the store.
pub fn difference(old: &CodeInfo, new: &CodeInfo) -> Result<Difference, RegistryError> {
    let (old, new) = (surface(old)?, surface(new)?);
    let mut difference = Difference::default();
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        let (what, name) = key;
        if before != after {
            let row = Row { what: *what, name: name.clone(), old: before.cloned(), new: after.cloned() };
            difference.rows.push(row);
        } else if matches!(what, What::Export | What::Import | What::Parameter) {
            difference.same = difference.same.saturating_add(1);
        }
    }
    Ok(difference)
}

/// Everything that is compared, as text.
fn surface(info: &CodeInfo) -> Result<BTreeMap<(What, String), String>, RegistryError> {
    let manifest = info.manifest()?;
    let mut all = BTreeMap::new();
    let mut single = |what, text| all.insert((what, String::new()), text);
    single(What::Size, format!("{}", info.size));
    single(What::Functions, format!("{}", info.functions));
    single(What::Memory, format!("{} to {}", info.memory_min, info.memory_max));
    if let Some(manifest) = &manifest {
        single(What::Version, format!("{}", manifest.version));
        single(What::Schema, format!("{}", manifest.schema));
    }
    for import in &info.imports {
        all.insert((What::Import, import.clone()), String::from("zera"));
    }
    for export in &info.exports {
        let described = manifest.as_ref().and_then(|manifest| Some((manifest, manifest.export(&export.name)?)));
        let text = described.map_or_else(|| wasm_signature(export), |(manifest, typed)| signature(manifest, typed));
        all.insert((What::Export, export.name.clone()), text);
    }
    for parameter in manifest.iter().flat_map(|manifest| &manifest.parameters) {
        let text = manifest.as_ref().map_or_else(String::new, |manifest| bounds(manifest, parameter));
        all.insert((What::Parameter, parameter.name.clone()), text);
    }
    Ok(all)
}

/// `call(amount: u128) -> bool, payable`
fn signature(manifest: &Manifest, export: &Export) -> String {
    let kind = match export.kind {
        ExportKind::Constructor => "constructor",
        ExportKind::Call => "call",
        ExportKind::Query => "query",
        ExportKind::Setter => "setter",
        ExportKind::Migration => "migration",
        ExportKind::Health => "health",
        ExportKind::Invariant => "invariant",
    };
    let argument = |argument: &Argument| format!("{}: {}", argument.name, type_name(&manifest.types, argument.ty));
    let args: Vec<String> = export.args.iter().map(argument).collect();
    let result = export.result.map_or_else(String::new, |ty| format!(" -> {}", type_name(&manifest.types, ty)));
    let payable = if export.payable { ", payable" } else { "" };
    format!("{kind}({}){result}{payable}", args.join(", "))
}

/// `(i64, i32) -> i32`, or the kind of an export that is no function.
fn wasm_signature(export: &CodeExport) -> String {
    let list = |ints: &[IntType]| {
        let names: Vec<&str> = ints
            .iter()
            .map(|int| match int {
                IntType::I32 => "i32",
                IntType::I64 => "i64",
            })
            .collect();
        names.join(", ")
    };
    match export.kind {
        CodeExportKind::Function if export.results.is_empty() => format!("({})", list(&export.params)),
        CodeExportKind::Function => format!("({}) -> {}", list(&export.params), list(&export.results)),
        CodeExportKind::Memory => String::from("memory"),
        CodeExportKind::Table => String::from("table"),
        CodeExportKind::Global => String::from("global"),
    }
}

/// `u32, 0 to 10000`
fn bounds(manifest: &Manifest, parameter: &Parameter) -> String {
    let name = type_name(&manifest.types, parameter.ty);
    match (parameter.min, parameter.max) {
        (None, None) => name,
        (Some(min), None) => format!("{name}, from {min}"),
        (None, Some(max)) => format!("{name}, to {max}"),
        (Some(min), Some(max)) => format!("{name}, {min} to {max}"),
    }
}

#[cfg(test)]
mod tests;
