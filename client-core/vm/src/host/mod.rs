//! The boundary between a guest and the chain: what the runtime implements ([`Host`]), the host API as data
//! (`host_api.json` → `table.rs`) and the meaning of each function (`dispatch.rs`), shared by all engines.

mod dispatch;
mod function;
mod session;
pub mod table;

pub(crate) use dispatch::{Answer, dispatch};
pub use function::{HostFunction, lookup};
pub use session::GuestMemory;
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
    /// The state cannot answer now (a key is not in memory, or not this transaction's to touch): no outcome, the call
    /// ends with [`crate::VmError::Aborted`]. Gas of a nested call that ended so was already taken from the meter.
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

/// A manager's tag, as a guest names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TagRef<'a> {
    /// The module that owns the tag.
    pub manager: [u8; 32],
    /// Its name, 1 to 64 bytes.
    pub tag: &'a str,
}

/// A constructor's call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Construction<'a> {
    /// Arguments.
    pub args: &'a [u8],
    /// ZRA base units attached, from the creating module.
    pub value: u128,
}

/// What a module asks to run from its next call on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExecutableRequest<'a> {
    /// A tag.
    Follow(TagRef<'a>),
    /// The tag that it follows, but staying at this code; none ends that.
    Pin(Option<[u8; 32]>),
    /// Code of its own.
    Own([u8; 32]),
}

/// Where the code of a module comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// Its own.
    Own = 0,
    /// A tag.
    Reference = 1,
    /// A tag, but pinned.
    Pinned = 2,
}

/// An upgrade that a proposal's code asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpgradeRequest {
    /// The module.
    pub module: [u8; 32],
    /// The new code.
    pub code: [u8; 32],
    /// Its sequence.
    pub new_version: u32,
    /// Code of the migration.
    pub migration: Option<[u8; 32]>,
}

/// What the runtime offers to one running call. Gas for the functions themselves is charged before they are asked,
/// by the table; keys, values and events already fit the limits of design §11.
pub trait Host {
    /// True if the bodies of the call's record are wanted. Local: digests, outcome, gas and what guests see never depend on
    /// it.
    fn records(&self) -> bool {
        true
    }
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
    /// Sets a tag of the running module; `notice` makes a new one, whose later changes wait that many slots.
    ///
    /// # Errors
    /// [`HostError`]: refused for code that is not stored, and for a new tag that is there.
    fn set_tag(&mut self, tag: &str, code: [u8; 32], notice: Option<u64>) -> Result<(), HostError>;
    /// Deletes a tag of the running module.
    ///
    /// # Errors
    /// [`HostError`]: refused while modules follow it.
    fn delete_tag(&mut self, tag: &str) -> Result<(), HostError>;
    /// The code that a tag stands at; none without such a tag.
    ///
    /// # Errors
    /// [`HostError`].
    fn tag(&mut self, tag: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError>;
    /// Creates a module that follows `tag` and runs its constructor if asked to, with what is left of `gas` and `stack`;
    /// takes from `gas` what that used. Answers the module's id.
    ///
    /// # Errors
    /// [`HostError`]; [`HostError::Callee`] with the constructor's outcome.
    fn create_follower(
        &mut self,
        tag: TagRef<'_>,
        salt: [u8; 32],
        constructor: Option<Construction<'_>>,
        gas: &mut u64,
        stack: &mut u64,
    ) -> Result<[u8; 32], HostError>;
    /// Changes what the running module runs from its next call on.
    ///
    /// # Errors
    /// [`HostError`].
    fn update_executable(&mut self, to: ExecutableRequest<'_>) -> Result<(), HostError>;
    /// The code that a module runs, and where it comes from; none without such a module.
    ///
    /// # Errors
    /// [`HostError`].
    fn executable(&mut self, module: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError>;
    /// Has the chain keep the receipt of the running execution longer, under a name.
    ///
    /// # Errors
    /// [`HostError`].
    fn log_execution(&mut self, context: &str) -> Result<(), HostError>;
    /// True while the chain keeps the receipt of that transaction.
    ///
    /// # Errors
    /// [`HostError`].
    fn has_trace(&mut self, transaction: &[u8; 32]) -> Result<bool, HostError>;
    /// Requests a proof of that transaction's first execution.
    ///
    /// # Errors
    /// [`HostError`]: refused when its receipt is not kept, or too many requests are open.
    fn request_proof(&mut self, transaction: &[u8; 32]) -> Result<(), HostError>;
    /// Verifies a proof of an execution that the chain still keeps the receipt of, and takes from `gas` what that costs.
    ///
    /// # Errors
    /// [`HostError`]; [`HostError::Callee`] when `gas` does not suffice.
    fn verify_proof(&mut self, proof: &[u8], statement: &[u8; 32], gas: &mut u64) -> Result<bool, HostError>;
    /// Verifies a Groth16 proof on BN254. Depends on nothing but its arguments.
    ///
    /// # Errors
    /// [`HostError`].
    fn verify_groth16(&mut self, key: &[u8], proof: &[u8], public: &[u8]) -> Result<bool, HostError>;
    /// Notes an upgrade to be applied when the running proposal's code has ended.
    ///
    /// # Errors
    /// [`HostError`]: refused everywhere but in a proposal's code.
    fn apply_upgrade(&mut self, upgrade: UpgradeRequest) -> Result<(), HostError>;
}
