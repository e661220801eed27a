//! What a voter reads first: how two modules differ in what they offer, what they can reach and what they carry, apart
//! from their functions' bodies.

use crate::{
    module::{Module, Segment, small},
    names::{short, visible},
    types::type_name,
};
use codec::{Decode, DecodeWithMemTracking, Encode};
use std::{collections::BTreeMap, ops::Range};
use zera_primitives::{
    Hash, Manifest,
    manifest::{Argument, Export, ExportKind, Parameter},
};
use zera_vm::ValKind;

/// Custom sections that are compared one by one; the rest, with what stands between them, counts as one.
const CUSTOMS: usize = 256;

/// What a row is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum What {
    /// The author's version.
    Version,
    /// The storage schema, and which older ones it reads.
    Schema,
    /// A manifest that cannot be read.
    Manifest,
    /// A group of host functions: what the module can do on the chain.
    Capability,
    /// An export.
    Export,
    /// An export that is another function than before: the row names both.
    Target,
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
    /// The function that runs before every call.
    Start,
    /// A table.
    Table,
    /// An entry of a table: a function that indirect calls reach.
    Element,
    /// A global's type and first value.
    Global,
    /// Bytes put into memory at the start of every call.
    Data,
    /// A custom section.
    Custom,
}

impl What {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Schema => "schema",
            Self::Manifest => "manifest",
            Self::Capability => "capability",
            Self::Export => "export",
            Self::Target => "target",
            Self::Import => "import",
            Self::Parameter => "parameter",
            Self::Size => "size",
            Self::Memory => "memory",
            Self::Functions => "functions",
            Self::Start => "start",
            Self::Table => "table",
            Self::Element => "element",
            Self::Global => "global",
            Self::Data => "data",
            Self::Custom => "custom",
        }
    }
}

/// One thing that differs.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Row {
    /// What it is about.
    pub what: What,
    /// Name or number of the thing; empty where there is only one.
    pub name: String,
    /// In the old code; none when absent.
    pub old: Option<String>,
    /// In the new code; none when absent.
    pub new: Option<String>,
}

/// Things by what they are and their name, as text.
pub(crate) type Surface = BTreeMap<(What, String), String>;

/// The rows that differ, grouped by [`What`] and then by name, and how many exports, imports and parameters are the same.
/// What depends on which function is which (targets, table entries, the start function) is in a
/// [`crate::Difference`] only.
#[must_use]
pub fn surface_rows(old: &Module, new: &Module) -> (Vec<Row>, u32) {
    differing(&surface(old), &surface(new))
}

/// Compares two surfaces.
pub(crate) fn differing(old: &Surface, new: &Surface) -> (Vec<Row>, u32) {
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let (mut rows, mut same) = (Vec::new(), 0u32);
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        let (what, name) = key;
        if before != after {
            rows.push(Row { what: *what, name: name.clone(), old: before.cloned(), new: after.cloned() });
        } else if matches!(what, What::Export | What::Import | What::Parameter) {
            same = same.saturating_add(1);
        }
    }
    (rows, same)
}

/// Everything that is compared, as text.
fn surface(module: &Module) -> Surface {
    let info = module.info();
    let mut all = Surface::new();
    let mut single = |what, text| all.insert((what, String::new()), text);
    single(What::Size, format!("{}", info.code_bytes));
    single(What::Functions, format!("{}", info.functions));
    let (min, max) = info.memory.unwrap_or_default();
    single(What::Memory, format!("{min} to {max}"));
    let manifest = match module.manifest() {
        Ok(manifest) => manifest,
        Err(error) => {
            single(What::Manifest, format!("{error}"));
            None
        }
    };
    if let Some(manifest) = &manifest {
        single(What::Version, format!("{}", manifest.version));
        single(What::Schema, schema(manifest));
    }
    for name in &info.imports {
        all.insert((What::Import, name.clone()), "zera".into());
        let group = all.entry((What::Capability, capability(name).into())).or_default();
        if !group.is_empty() {
            group.push_str(", ");
        }
        group.push_str(name);
    }
    for export in &info.exports {
        let described = manifest.as_ref().and_then(|manifest| Some((manifest, manifest.export(&export.name)?)));
        let text = described.map_or_else(|| wasm_signature(export), |(manifest, typed)| signature(manifest, typed));
        all.insert((What::Export, visible(&export.name)), text);
    }
    if let Some(manifest) = &manifest {
        for parameter in &manifest.parameters {
            all.insert((What::Parameter, visible(&parameter.name)), bounds(manifest, parameter));
        }
    }
    contents(module, &mut all);
    all
}

/// What the module carries besides functions.
fn contents(module: &Module, all: &mut Surface) {
    let numbered = |texts: &[String]| -> Vec<(String, String)> {
        texts.iter().enumerate().map(|(at, text)| (at.to_string(), text.clone())).collect()
    };
    all.extend(numbered(&module.tables).into_iter().map(|(at, text)| ((What::Table, at), text)));
    let globals = module.global_labels.iter().zip(&module.globals);
    all.extend(globals.map(|(label, text)| ((What::Global, label.clone()), text.clone())));
    for (at, Segment { at: place, items }) in module.data.iter().enumerate() {
        let place = place.as_ref().map_or_else(|| "passive".to_owned(), |place| format!("at {place}"));
        all.insert((What::Data, at.to_string()), format!("{place}, {}", digest(module, items)));
    }
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (name, range) in module.customs.iter().take(CUSTOMS) {
        let name = short(name);
        let count = seen.entry(name.clone()).or_default();
        *count = count.saturating_add(1);
        let mut key = if *count == 1 { name } else { format!("{name} ({count})") };
        while all.contains_key(&(What::Custom, key.clone())) {
            key.push('\'');
        }
        all.insert((What::Custom, key), digest(module, range));
    }
    let rest = module.customs.get(CUSTOMS..).unwrap_or_default();
    if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
        let rest = digest(module, &(first.1.start..last.1.end));
        all.insert((What::Custom, format!("from the {CUSTOMS}th on")), rest);
    }
}

/// `512 bytes, 0123456789abcdef…`: the first 64 bits of their BLAKE3.
fn digest(module: &Module, range: &Range<usize>) -> String {
    let hash = Hash::of(module.bytes(range)).to_hex();
    format!("{} bytes, {}…", small(range.len()), hash.chars().take(16).collect::<String>())
}

/// `2`, or `2, reads 0, 1`.
fn schema(manifest: &Manifest) -> String {
    let older: Vec<String> = manifest.reads_schemas.iter().map(u32::to_string).collect();
    let reads = if older.is_empty() { String::new() } else { format!(", reads {}", older.join(", ")) };
    format!("{}{reads}", manifest.schema)
}

/// What a host function is for, in a voter's words.
fn capability(import: &str) -> &'static str {
    match import {
        "storage_get" | "storage_set" | "storage_remove" => "keep data",
        "old_storage_get" | "old_storage_next" => "migrate data",
        "transfer" => "send ZRA",
        "call_module" => "call other modules",
        "emit_event" => "record events",
        "balance" => "read balances",
        "apply_wasm_module_upgrade" => "replace code of modules",
        "set_contract_wasm_ref" | "create_contract_wasm_ref" | "delete_contract_wasm_ref" => {
            "replace code of followers"
        }
        "update_current_contract_executable_ref"
        | "update_current_contract_wasm"
        | "pin_current_contract_executable" => "replace its own code",
        "create_contract_with_external_ref" | "create_contract_with_external_ref_and_constructor" => "create modules",
        "get_contract_wasm_ref" | "get_address_executable" => "read code references",
        "blake3" | "input_len" | "input_read" | "output_write" | "returned_read" | "fail" | "caller"
        | "caller_kind" | "self_id" | "value" | "slot" | "height" => "read its call and the block",
        name if name.contains("proof") || name.contains("trace") || name.contains("groth16") => "use proofs",
        _ => "other",
    }
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
    let argument =
        |argument: &Argument| format!("{}: {}", short(&argument.name), type_name(&manifest.types, argument.ty));
    let args: Vec<String> = export.args.iter().map(argument).collect();
    let result = export.result.map_or_else(String::new, |ty| format!(" -> {}", type_name(&manifest.types, ty)));
    let payable = if export.payable { ", payable" } else { "" };
    format!("{kind}({}){result}{payable}", args.join(", "))
}

/// `(i64, i32) -> i32`, or the kind of an export that is no function.
fn wasm_signature(export: &zera_vm::Export) -> String {
    let list = |kinds: &[ValKind]| {
        let names: Vec<&str> = kinds
            .iter()
            .map(|kind| match kind {
                ValKind::I32 => "i32",
                ValKind::I64 => "i64",
            })
            .collect();
        names.join(", ")
    };
    match export.kind {
        zera_vm::ExportKind::Function if export.results.is_empty() => format!("({})", list(&export.params)),
        zera_vm::ExportKind::Function => format!("({}) -> {}", list(&export.params), list(&export.results)),
        zera_vm::ExportKind::Memory => "memory".into(),
        zera_vm::ExportKind::Table => "table".into(),
        zera_vm::ExportKind::Global => "global".into(),
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
