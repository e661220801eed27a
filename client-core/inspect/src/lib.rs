//! What code does, for those who vote on it: disassembly, function-level differences and static gas.
//!
//! Pure functions over module bytes; nothing here takes part in consensus. Every module is first checked against the
//! profile, so all work is bounded by its limits, and no walk recurses on the depth of the input. The path:
//! [`Module::read`] → [`function_text`] and [`module_text`], [`Comparison`], [`analyse`] and [`compare_gas`].

pub mod compare;
pub mod disassembly;
pub mod error;
pub mod gas;
pub mod module;
mod names;
pub mod surface;
mod types;

pub use compare::{ChangedFunction, Comparison, DiffLine, Difference, Hunk, LineKind, Matched, Progress};
pub use disassembly::{Line, Listing, function_text, module_text};
pub use error::InspectError;
pub use gas::{
    Analysis, ExportGas, GasComparison, GasRow, HostCall, IndirectCall, Listed, Loop, OperandCharge, Recursion, Site,
    Unit, analyse, compare_gas,
};
pub use module::{FunctionInfo, Module};
pub use surface::{Row, What, surface_rows};
pub use types::type_name;
