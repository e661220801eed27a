//! The boundary between a guest and the chain: what the runtime implements ([`Host`]), the host API as data
//! (`host_api.json` → `table.rs`) and the meaning of each function (`dispatch.rs`), shared by all engines.

mod dispatch;
mod function;
mod session;
pub mod table;

pub(crate) use dispatch::dispatch;
pub use function::{HostFunction, lookup};
pub(crate) use session::{Session, SliceMemory, Stop};
pub use table::HOST_API_VERSION;

use alloc::{string::String, vec::Vec};
use zera_primitives::Outcome;

/// Who called the module, as guests see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallerKind {
    /// An account, by a signed transaction.
    Account = 0,
    /// Another module.
    Module = 1,
    /// An enacted proposal; never passed on to nested calls.
    Governance = 2,
    /// The runtime itself: migrations and health checks.
    Runtime = 3,
}

/// Why a host function did not return to the guest. Always ends the whole execution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// The request breaks a rule (insufficient balance, re-entrance, migration only …): outcome `HostRefused`.
    #[error("{0}")]
    Refused(String),
    /// A nested call did not end `Ok`; the caller ends with the same outcome. Gas was already taken from the meter.
    #[error("nested call: {}", .1.as_deref().unwrap_or("failed"))]
    Callee(Outcome, Option<String>),
    /// A key is not in memory: no outcome, the transaction is run again once it is loaded.
    #[error("a state key is not loaded")]
    NotLoaded,
    /// The host itself is broken: no outcome.
    #[error("{0}")]
    Fatal(String),
}

/// A call from one module to another.
#[derive(Clone, Copy, Debug)]
pub struct NestedCall<'a> {
    /// The module to call.
    pub module: [u8; 32],
    /// Its export.
    pub entry: &'a str,
    /// Arguments.
    pub args: &'a [u8],
    /// ZRA base units attached.
    pub value: u128,
}

/// What the runtime offers to one running call. Gas for the functions themselves is charged before they are asked,
/// by the table; keys, values and events already fit the limits of design §11.
pub trait Host {
    /// Value of `key` in the module's current storage generation.
    ///
    /// # Errors
    /// [`HostError`].
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError>;
    /// Sets `key`.
    ///
    /// # Errors
    /// [`HostError`], for example when the storage deposit cannot be paid.
    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError>;
    /// Removes `key`; removing what is absent is allowed.
    ///
    /// # Errors
    /// [`HostError`].
    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError>;
    /// Value of `key` in the previous generation; migrations only.
    ///
    /// # Errors
    /// [`HostError`]: refused outside a migration.
    fn old_storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError>;
    /// First key after `key` in the previous generation, in byte order; migrations only. The empty key starts.
    ///
    /// # Errors
    /// [`HostError`]: refused outside a migration.
    fn old_storage_next(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError>;
    /// Id of the account, module or proposal that called.
    fn caller(&self) -> [u8; 32];
    /// What kind of caller that is.
    fn caller_kind(&self) -> CallerKind;
    /// Id of the running module.
    fn self_id(&self) -> [u8; 32];
    /// ZRA base units attached to this call, already credited to the module.
    fn value(&self) -> u128;
    /// Balance of an account or module, in base units.
    ///
    /// # Errors
    /// [`HostError`].
    fn balance(&mut self, account: &[u8; 32]) -> Result<u128, HostError>;
    /// Moves base units from the running module.
    ///
    /// # Errors
    /// [`HostError`]: refused if the balance does not suffice.
    fn transfer(&mut self, to: &[u8; 32], amount: u128) -> Result<(), HostError>;
    /// Slot of the block.
    fn slot(&self) -> u64;
    /// Height of the block.
    fn height(&self) -> u64;
    /// Calls another module with what is left of `gas` and `stack`, and takes from `gas` what it used.
    ///
    /// # Errors
    /// [`HostError::Callee`] with the callee's outcome; refused for re-entrance, depth and memory of the chain of calls.
    fn call(&mut self, call: NestedCall<'_>, gas: &mut u64, stack: &mut u64) -> Result<Vec<u8>, HostError>;
    /// Records an event of the running module.
    ///
    /// # Errors
    /// [`HostError`]: refused when the transaction has too many.
    fn emit_event(&mut self, topic: &str, data: &[u8]) -> Result<(), HostError>;
}
