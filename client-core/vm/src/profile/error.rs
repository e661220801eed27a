//! Why bytes are not a module we accept, said so that an author can fix it.

use alloc::string::String;
use core::fmt;

/// A refusal: where and why. Recoverable for the caller, final for these bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileError {
    /// The function it happened in, if it happened in one.
    pub function: Option<FunctionName>,
    /// Byte offset in the module.
    pub offset: u64,
    /// The operator in text format, if it happened at one.
    pub operator: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// A function by index and, where the module carries names, by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionName {
    /// Index in the module, imports first.
    pub index: u32,
    /// From the `name` section, or the export that names it.
    pub name: Option<String>,
}

/// What is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Reason {
    /// The bytes do not begin with the magic number and version of a WASM module.
    #[error("not a WASM module: it must begin with the bytes 00 61 73 6d 01 00 00 00")]
    NotWasm,
    /// The bytes are cut off or not valid WASM.
    #[error("not valid WASM: {0}")]
    Malformed(String),
    /// A feature outside the profile.
    #[error("{0} is not accepted: modules compute with integers only, so that every node gets the same result")]
    Forbidden(&'static str),
    /// The memory can grow without bound.
    #[error(
        "the memory declares no maximum: link with --max-memory={suggested} \
         (bytes, a multiple of 65536, at most 16777216; rustc: -C link-arg=--max-memory={suggested})"
    )]
    MissingMemoryMaximum {
        /// A value that would be accepted, in bytes.
        suggested: u64,
    },
    /// `table.grow` on a table that declares no maximum.
    #[error("table.grow needs a table that declares a maximum")]
    MissingTableMaximum,
    /// A limit of design §11 is passed.
    #[error("{what}: {found} is more than {max}")]
    Limit {
        /// What is counted, with its unit.
        what: &'static str,
        /// What was found.
        found: u64,
        /// The limit.
        max: u64,
    },
    /// An import that is not part of the host API.
    #[error("unknown import {module}.{name}: modules can import only the functions of the host API, from \"zera\"")]
    UnknownImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// A host function that this version of the client does not have yet.
    #[error("import zera.{name} appears in host API version {since}; this client has version {have}")]
    LaterImport {
        /// The function.
        name: String,
        /// The version it appears in.
        since: u32,
        /// The version of this client.
        have: u32,
    },
    /// A host function with another signature.
    #[error("import zera.{name} must have the signature {expected}")]
    ImportSignature {
        /// The function.
        name: String,
        /// Its signature in the host API.
        expected: String,
    },
    /// An export whose name is ours.
    #[error("the export name {0:?} is reserved: names beginning with \"zera.\" belong to the client")]
    ReservedExport(String),
    /// Two `zera` custom sections.
    #[error("the custom section \"zera\" appears twice")]
    TwoManifests,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = &self.function {
            write!(f, "function {}", function.index)?;
            if let Some(name) = &function.name {
                write!(f, " ({name})")?;
            }
            f.write_str(", ")?;
        }
        write!(f, "offset {:#x}", self.offset)?;
        if let Some(operator) = &self.operator {
            write!(f, ", {operator}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl core::error::Error for ProfileError {}

impl ProfileError {
    pub(crate) fn at(offset: u64, reason: Reason) -> Self {
        Self { function: None, offset, operator: None, reason }
    }

    /// `found` passes `max`, or nothing.
    pub(crate) fn limit(offset: u64, what: &'static str, found: u64, max: u64) -> Result<(), Self> {
        if found > max { Err(Self::at(offset, Reason::Limit { what, found, max })) } else { Ok(()) }
    }
}

impl From<wasmparser::BinaryReaderError> for ProfileError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::at(error.offset(), Reason::Malformed(error.message().into()))
    }
}
