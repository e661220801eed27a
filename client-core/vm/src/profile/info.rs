//! What validation learns about a module.

use crate::{abi::ValKind, gas};
use alloc::{string::String, vec::Vec};
use zera_primitives::Hash;

/// What is exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExportKind {
    /// A function; it can be called (see [`crate::abi::callable`]).
    Function,
    /// The memory.
    Memory,
    /// A table.
    Table,
    /// A global.
    Global,
}

/// One export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ExportKind,
    /// Parameters, if it is a function.
    pub params: Vec<ValKind>,
    /// Results, if it is a function.
    pub results: Vec<ValKind>,
}

/// A validated module. Only [`crate::validate`] makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModuleInfo {
    /// BLAKE3 of the bytes.
    pub code_hash: Hash,
    /// Size of the bytes.
    pub code_bytes: u64,
    /// Functions of its own.
    pub functions: u32,
    /// Exports in the module's order.
    pub exports: Vec<Export>,
    /// Names of the host functions it imports, in order; they are what it can reach of the chain.
    pub imports: Vec<String>,
    /// Initial and maximum memory in pages of 64 KiB; none without a memory.
    pub memory: Option<(u64, u64)>,
    /// True if a start function runs when a call begins.
    pub start: bool,
    /// Raw bytes of the custom section `zera`.
    pub manifest: Option<Vec<u8>>,
    /// Locals, parameters and operands of each own function at its highest, in slots.
    pub(crate) frames: Vec<u64>,
}

impl ModuleInfo {
    /// The exported function of that name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Export> {
        self.exports.iter().find(|export| export.kind == ExportKind::Function && export.name == name)
    }

    /// Declared memory maximum, in bytes; counts against the sum on a chain of calls.
    #[must_use]
    pub fn memory_max_bytes(&self) -> u64 {
        self.memory.map_or(0, |(_, max)| max.saturating_mul(64 << 10))
    }

    /// Gas for beginning a call of this module, before its first operator.
    #[must_use]
    pub fn begin_gas(&self) -> u64 {
        gas::begin_cost(self.memory.map_or(0, |(min, _)| min), self.code_bytes)
    }
}
