//! Code: what it offers, what it reaches, and how two of them differ.

use super::{inspection, shapes::shapes};
use crate::node::{
    Answer,
    chain::{Chain, count},
    convert,
};
use zera_primitives::{Hash, Manifest, manifest};
use zera_registry::{CodeExport, CodeExportKind, CodeInfo, IntType};
use zera_worker_protocol::{CodeView, DifferenceView, Error, ExportView, ManifestView, ParameterView, Response};

/// The bytes of stored code.
pub fn bytes(chain: &Chain, hash: &Hash) -> Answer {
    stored_bytes(chain, hash).map(Response::Bytes)
}

/// Checks code that is not on the chain.
pub fn inspect(chain: &Chain, code: &[u8]) -> Answer {
    let info = convert::read_code(code)?;
    let hash = Hash::of(code);
    let instrumented = instrumented(chain, &hash, code)?;
    let stored = zera_registry::code_info(chain.client.state(), &hash).map_err(convert::defect)?.is_some();
    view(&info, hash, instrumented, stored).map(|view| Response::Code(Box::new(view)))
}

/// What differs between two stored codes, apart from the bodies of their functions.
pub fn difference(chain: &Chain, old: &Hash, new: &Hash) -> Answer {
    let module = |hash: &Hash| zera_inspect::Module::read(stored_bytes(chain, hash)?).map_err(inspection::inspect);
    let (rows, same) = zera_inspect::surface_rows(&module(old)?, &module(new)?);
    Ok(Response::Difference(Box::new(DifferenceView {
        old: stored(chain, old)?,
        new: stored(chain, new)?,
        rows: rows.into_iter().map(inspection::row).collect(),
        same,
    })))
}

/// A check of stored code.
pub fn stored(chain: &Chain, hash: &Hash) -> Result<CodeView, Error> {
    let info = zera_registry::code_info(chain.client.state(), hash).map_err(convert::defect)?;
    let info = info.ok_or_else(|| convert::not_found("code"))?;
    let known = chain.instrumented.borrow().get(hash).copied();
    let instrumented = match known {
        Some(size) => size,
        None => instrumented(chain, hash, &stored_bytes(chain, hash)?)?,
    };
    view(&info, *hash, instrumented, true)
}

/// The manifest of stored code.
pub fn manifest(chain: &Chain, hash: &Hash) -> Result<Option<Manifest>, Error> {
    let info = zera_registry::code_info(chain.client.state(), hash).map_err(convert::defect)?;
    info.map_or(Ok(None), |info| info.manifest()).map_err(convert::registry)
}

/// The bytes of stored code.
pub fn stored_bytes(chain: &Chain, hash: &Hash) -> Result<Vec<u8>, Error> {
    let bytes = zera_registry::code(chain.client.state(), hash).map_err(convert::defect)?;
    bytes.ok_or_else(|| convert::not_found("code"))
}

fn instrumented(chain: &Chain, hash: &Hash, code: &[u8]) -> Result<u32, Error> {
    let inspected = chain.client.inspect(code);
    let inspected =
        inspected.map_err(|error| Error::module(zera_worker_protocol::ErrorKind::CodeRefused, error.to_string()))?;
    let size = count(inspected.instrumented);
    chain.instrumented.borrow_mut().insert(*hash, size);
    Ok(size)
}

fn view(info: &CodeInfo, hash: Hash, instrumented_size: u32, stored: bool) -> Result<CodeView, Error> {
    let manifest = info.manifest().map_err(convert::registry)?;
    Ok(CodeView {
        hash,
        size: info.size,
        functions: info.functions,
        memory: (info.memory_min, info.memory_max),
        imports: info.imports.clone(),
        raw_exports: info.exports.iter().map(|export| (export.name.clone(), signature(export))).collect(),
        manifest: manifest.as_ref().map(manifest_view),
        instrumented_size,
        stored,
    })
}

/// `(i64, i32) -> i32`, or what it is instead of a function.
fn signature(export: &CodeExport) -> String {
    let list = |ints: &[IntType]| {
        let names = ints.iter().map(|int| match int {
            IntType::I32 => "i32",
            IntType::I64 => "i64",
        });
        names.collect::<Vec<_>>().join(", ")
    };
    match export.kind {
        CodeExportKind::Function if export.results.is_empty() => format!("({})", list(&export.params)),
        CodeExportKind::Function => format!("({}) -> {}", list(&export.params), list(&export.results)),
        CodeExportKind::Memory => "memory".into(),
        CodeExportKind::Table => "table".into(),
        CodeExportKind::Global => "global".into(),
    }
}

/// A manifest with shapes in the place of its types.
fn manifest_view(manifest: &Manifest) -> ManifestView {
    ManifestView {
        name: manifest.name.clone(),
        description: manifest.description.clone(),
        version: manifest.version,
        schema: manifest.schema,
        reads_schemas: manifest.reads_schemas.clone(),
        exports: manifest.exports.iter().map(export_view).collect(),
        parameters: manifest.parameters.iter().map(parameter_view).collect(),
        shapes: shapes(&manifest.types),
    }
}

fn export_view(export: &manifest::Export) -> ExportView {
    ExportView {
        name: export.name.clone(),
        kind: export.kind,
        doc: export.doc.clone(),
        direct: export.direct,
        payable: export.payable,
        args: export.args.iter().map(|arg| (arg.name.clone(), arg.ty)).collect(),
        result: export.result,
    }
}

fn parameter_view(parameter: &manifest::Parameter) -> ParameterView {
    ParameterView {
        name: parameter.name.clone(),
        doc: parameter.doc.clone(),
        shape: parameter.ty,
        bounds: (parameter.min, parameter.max),
        value: None,
        history: Vec::new(),
    }
}
