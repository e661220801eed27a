//! Manifests of modules that no Rust macro describes: written as JSON beside the source.

use crate::Result;
use scale_info::{MetaType, meta_type};
use serde::Deserialize;
use zera::manifest::{Builder, ExportKind, Manifest};
use zera_primitives::{AccountId, Amount, Hash, ModuleId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    description: String,
    /// `[major, minor, patch]`.
    version: (u16, u16, u16),
    schema: u32,
    #[serde(default)]
    reads_schemas: Vec<u32>,
    exports: Vec<Entry>,
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    kind: Kind,
    doc: String,
    #[serde(default)]
    direct: bool,
    #[serde(default)]
    payable: bool,
    /// Name and type of each.
    #[serde(default)]
    args: Vec<(String, String)>,
    result: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    name: String,
    doc: String,
    getter: String,
    setter: String,
    #[serde(rename = "type")]
    ty: String,
    min: Option<u64>,
    max: Option<u64>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Constructor,
    Call,
    Query,
    Setter,
    Migration,
    Health,
    Invariant,
}

impl From<Kind> for ExportKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Constructor => Self::Constructor,
            Kind::Call => Self::Call,
            Kind::Query => Self::Query,
            Kind::Setter => Self::Setter,
            Kind::Migration => Self::Migration,
            Kind::Health => Self::Health,
            Kind::Invariant => Self::Invariant,
        }
    }
}

/// The manifest that a JSON file describes.
pub fn manifest(json: &[u8]) -> Result<Manifest> {
    let file: File = serde_json::from_slice(json)?;
    let mut builder = Builder::new(&file.name, &file.description, file.version, file.schema, &file.reads_schemas);
    for entry in &file.exports {
        let args = entry.args.iter().map(|(name, ty)| Ok((name.as_str(), named(ty)?))).collect::<Result<Vec<_>>>()?;
        let result = entry.result.as_deref().map(named).transpose()?;
        builder.export(&entry.name, entry.kind.into(), &entry.doc, entry.direct, entry.payable, &args, result);
    }
    for parameter in &file.parameters {
        let (min, max) = (parameter.min.map(u128::from), parameter.max.map(u128::from));
        let ty = named(&parameter.ty)?;
        builder.parameter(&parameter.name, &parameter.doc, &parameter.getter, &parameter.setter, ty, min, max);
    }
    Ok(builder.finish())
}

/// A type by the name that it has in Rust.
fn named(name: &str) -> Result<MetaType> {
    macro_rules! table {
        ($($ty:ty),*) => {
            match name {
                $(stringify!($ty) => meta_type::<$ty>(),
                concat!("Vec<", stringify!($ty), ">") => meta_type::<Vec<$ty>>(),
                concat!("Option<", stringify!($ty), ">") => meta_type::<Option<$ty>>(),)*
                "Option<Vec<u8>>" => meta_type::<Option<Vec<u8>>>(),
                "(u64, u64, u64, u64)" => meta_type::<(u64, u64, u64, u64)>(),
                other => return Err(format!("no type {other} for manifests in JSON").into()),
            }
        };
    }
    Ok(table!(bool, u8, u16, u32, u64, u128, i32, i64, String, AccountId, ModuleId, Hash, Amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_manifest() {
        let json = br#"{"name": "n", "description": "d", "version": [1, 2, 3], "schema": 4, "exports": [
            {"name": "f", "kind": "query", "doc": "", "direct": true, "args": [["a", "u64"]], "result": "Vec<AccountId>"}
        ]}"#;
        let manifest = manifest(json).unwrap();
        assert_eq!((manifest.version.to_string().as_str(), manifest.schema), ("1.2.3", 4));
        let export = manifest.export("f").unwrap();
        assert_eq!((export.kind, export.direct, export.args.len()), (ExportKind::Query, true, 1));
        assert!(manifest.types.resolve(export.result.unwrap()).is_some());
    }

    #[test]
    fn refuses_unknown_types_and_fields() {
        assert!(named("f64").is_err());
        assert!(manifest(br#"{"name": "n"}"#).is_err());
        assert!(
            manifest(br#"{"name": "n", "description": "", "version": [1,0,0], "schema": 1, "exports": [], "x": 1}"#)
                .is_err()
        );
    }
}
