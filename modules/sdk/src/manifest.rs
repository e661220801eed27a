//! Builds the manifest that `#[zera::module]` describes; native only, guests carry the finished bytes.

use codec::Encode;
use scale_info::{MetaType, Registry};
use std::io::Write;
use zera_primitives::manifest::{Argument, Export, MANIFEST_FORMAT, Parameter, SemVer};
pub use zera_primitives::manifest::{ExportKind, Manifest};

/// Writes a manifest to standard output, for `cargo xtask module`: the body of an author's `examples/manifest.rs`.
pub fn print(manifest: &Manifest) {
    // Cut off, it would be refused where it is read.
    let _ = std::io::stdout().write_all(&manifest.encode());
}

/// Collects what a module exports.
#[derive(Debug)]
pub struct Builder {
    manifest: Manifest,
    types: Registry,
}

impl Builder {
    /// Starts with what the module says about itself.
    #[must_use]
    pub fn new(name: &str, description: &str, version: (u16, u16, u16), schema: u32, reads: &[u32]) -> Self {
        let (major, minor, patch) = version;
        let manifest = Manifest {
            format: MANIFEST_FORMAT,
            name: name.into(),
            description: description.into(),
            version: SemVer { major, minor, patch },
            schema,
            reads_schemas: reads.to_vec(),
            exports: Vec::new(),
            parameters: Vec::new(),
            types: Registry::new().into(),
        };
        Self { manifest, types: Registry::new() }
    }

    fn ty(&mut self, ty: MetaType) -> u32 {
        self.types.register_type(&ty).id
    }

    /// Adds the type of an event, so that whoever sees its topic can decode its data: the topic is the last segment of
    /// the type's path.
    pub fn event(&mut self, ty: MetaType) {
        self.ty(ty);
    }

    /// Adds an export.
    #[allow(clippy::too_many_arguments, reason = "called by generated code only")]
    pub fn export(
        &mut self,
        name: &str,
        kind: ExportKind,
        doc: &str,
        direct: bool,
        payable: bool,
        args: &[(&str, MetaType)],
        result: Option<MetaType>,
    ) {
        let args = args.iter().map(|(name, ty)| Argument { name: (*name).into(), ty: self.ty(*ty) }).collect();
        let result = result.map(|ty| self.ty(ty));
        self.manifest.exports.push(Export { name: name.into(), kind, doc: doc.into(), direct, payable, args, result });
    }

    /// Adds a parameter.
    #[allow(clippy::too_many_arguments, reason = "called by generated code only")]
    pub fn parameter(
        &mut self,
        name: &str,
        doc: &str,
        getter: &str,
        setter: &str,
        ty: MetaType,
        min: Option<u128>,
        max: Option<u128>,
    ) {
        let ty = self.ty(ty);
        let (name, doc, getter, setter) = (name.into(), doc.into(), getter.into(), setter.into());
        self.manifest.parameters.push(Parameter { name, doc, getter, setter, ty, min, max });
    }

    /// The manifest.
    #[must_use]
    pub fn finish(self) -> Manifest {
        Manifest { types: self.types.into(), ..self.manifest }
    }
}
