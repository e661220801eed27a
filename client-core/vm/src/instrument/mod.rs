//! Instrumentation: the original module with our gas and stack counters woven in (design §6).
//!
//! Two mutable `i64` globals, appended behind the module's own and exported as `zera.gas` and `zera.stack`, are set by
//! the engine before a call and read after it. Inside, both counters travel as two more parameters of every function, and
//! the gas as one more result: a store and a load for each block would cost a small function several times what it does.
//! Each basic block subtracts its cost; a function that could take part in deep recursion subtracts its frame. Below zero
//! means `unreachable`, and the counter that is below zero tells `OutOfGas` from `StackLimit` from a real trap. Functions
//! keep their indices; what is exported in their place has the original's type. What is not about counters, calls and
//! locals is copied byte for byte.
//! A start function is not run by the engine but exported as `zera.start`, so that it is charged like any other.

mod added;
mod code;
mod sections;
mod sink;
mod stack;
mod tables;

pub use added::MEMORY_REFUSED;

use crate::profile::{ModuleInfo, ProfileError};
use alloc::vec::Vec;

/// Version of the transformation; a part of every cache's key.
pub const INSTRUMENTATION_VERSION: u32 = 3;
/// Export of the gas counter, a mutable `i64`.
pub const GAS_EXPORT: &str = "zera.gas";
/// Export of the stack counter, a mutable `i64`.
pub const STACK_EXPORT: &str = "zera.stack";
/// Export of the memory, whether or not the guest exports it.
pub const MEMORY_EXPORT: &str = "zera.memory";
/// Export of the start function.
pub const START_EXPORT: &str = "zera.start";

/// Weaves the counters into a validated module. Deterministic, linear in the size.
///
/// # Errors
/// Only if `info` is not the description of `code`.
pub fn instrument(code: &[u8], info: &ModuleInfo) -> Result<Vec<u8>, ProfileError> {
    let module = sections::read(code)?;
    let plans = stack::plan(&module, info)?;
    let woven = code::weave(code, &module, &plans)?;
    sections::write(&module, &woven)
}

/// Stack units that each own function takes when it is entered; none for functions that are not counted. For whoever
/// translates the original in another way and must end where its instrumented form ends.
///
/// # Errors
/// Only if `info` is not the description of `code`.
pub fn stack_units(code: &[u8], info: &ModuleInfo) -> Result<Vec<Option<u64>>, ProfileError> {
    let plans = stack::plan(&sections::read(code)?, info)?;
    let units = |plan: stack::Plan| match plan.count {
        stack::Count::Light => None,
        stack::Count::Here(units) | stack::Count::Gate(units) => Some(units),
    };
    Ok(plans.into_iter().map(units).collect())
}
