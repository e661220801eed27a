//! The typed description a module carries in its custom section `zera` (design §2, §6): what it exports, which
//! parameters a vote may set, which storage schema it writes and reads. Types are a `scale-info` registry.

use crate::codec::{DecodeError, MAX_DEPTH};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeLimit, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::{PortableRegistry, TypeInfo};

/// Bytes a manifest may take.
pub const MANIFEST_BYTES: usize = 64 << 10;
/// Exports or parameters a manifest may list.
pub const MANIFEST_ENTRIES: usize = 512;
/// The format this client reads and writes.
pub const MANIFEST_FORMAT: u8 = 1;

/// Semantic version of a module, stated by its author.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SemVer {
    /// Breaking changes.
    pub major: u16,
    /// Additions.
    pub minor: u16,
    /// Repairs.
    pub patch: u16,
}

impl fmt::Display for SemVer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What an export is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ExportKind {
    /// Runs once at deployment.
    Constructor,
    /// Changes state; called by transactions and modules.
    Call,
    /// Reads only; pages call it without a transaction.
    Query,
    /// Sets a parameter; only governance may call it.
    Setter,
    /// Writes the new storage generation from the old one; only the runtime may call it.
    Migration,
    /// Answers whether the module is in order after an upgrade: `() -> bool`; any other answer than `true` aborts.
    Health,
    /// A query without arguments whose answer no upgrade may change: asked of the old code on the old data and of the
    /// new code on the new data, for example the sum of all balances.
    Invariant,
}

/// One named and typed argument; `ty` is an id in [`Manifest::types`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: u32,
}

/// One export.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Export {
    /// The name in the WASM export section.
    pub name: String,
    /// What it is for.
    pub kind: ExportKind,
    /// One paragraph for people.
    pub doc: String,
    /// Takes and returns integers directly instead of SCALE in guest memory (design §6).
    pub direct: bool,
    /// Accepts ZRA attached to the call.
    pub payable: bool,
    /// Its arguments in order.
    pub args: Vec<Argument>,
    /// The type it answers with, if any.
    pub result: Option<u32>,
}

/// A parameter that a configuration proposal may set.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// One paragraph for people.
    pub doc: String,
    /// Export that answers the current value.
    pub getter: String,
    /// Export that sets it; of kind [`ExportKind::Setter`] with one argument.
    pub setter: String,
    /// Its type.
    pub ty: u32,
    /// Least value, for unsigned integers.
    pub min: Option<u128>,
    /// Greatest value, for unsigned integers.
    pub max: Option<u128>,
}

/// The whole description.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: u8,
    /// Short name for people; not unique and never trusted.
    pub name: String,
    /// One paragraph for people.
    pub description: String,
    /// The author's version.
    pub version: SemVer,
    /// Storage schema this code writes.
    pub schema: u32,
    /// Older schemas it reads as they are, without migration.
    pub reads_schemas: Vec<u32>,
    /// Exports.
    pub exports: Vec<Export>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Types that the ids above name.
    pub types: PortableRegistry,
}

impl Manifest {
    /// Decodes and checks a manifest: bounded, right format, every type id known, setters and getters exported.
    ///
    /// # Errors
    /// [`DecodeError`]; the module that carries it is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MANIFEST_BYTES {
            return Err(DecodeError::TooLong { length: bytes.len(), limit: MANIFEST_BYTES });
        }
        // The registry has no memory tracking; its elements are at least as many bytes encoded as one is long, so the
        // length bound above bounds memory too.
        let manifest =
            Self::decode_all_with_depth_limit(MAX_DEPTH, &mut &*bytes).map_err(|_| DecodeError::Malformed)?;
        if manifest.is_consistent() { Ok(manifest) } else { Err(DecodeError::Malformed) }
    }

    fn is_consistent(&self) -> bool {
        let known = |ty: &u32| self.types.resolve(*ty).is_some();
        self.format == MANIFEST_FORMAT
            && self.exports.len() <= MANIFEST_ENTRIES
            && self.parameters.len() <= MANIFEST_ENTRIES
            && self.exports.iter().all(|e| e.args.iter().all(|a| known(&a.ty)) && e.result.iter().all(known))
            && self.parameters.iter().all(|p| {
                known(&p.ty)
                    && self.export(&p.getter).is_some()
                    && self.export(&p.setter).is_some_and(|e| e.kind == ExportKind::Setter && e.args.len() == 1)
            })
    }

    /// The export of this name.
    #[must_use]
    pub fn export(&self, name: &str) -> Option<&Export> {
        self.exports.iter().find(|export| export.name == name)
    }

    /// The first export of this kind.
    #[must_use]
    pub fn export_of(&self, kind: ExportKind) -> Option<&Export> {
        self.exports.iter().find(|export| export.kind == kind)
    }

    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// True when this code can work on storage of `schema` as it stands.
    #[must_use]
    pub fn reads(&self, schema: u32) -> bool {
        self.schema == schema || self.reads_schemas.contains(&schema)
    }
}
