//! What every engine promises: the same instrumented bytes give the same outcome, result and gas.
//!
//! wasmi is the reference ([`crate::WasmiEngine`]); the browser's own engine stands behind the same trait.

use crate::{host::Host, profile::ModuleInfo, profile::ProfileError, trace::TraceRecord};
use alloc::{string::String, sync::Arc, vec::Vec};
use zera_primitives::{Hash, Outcome};

/// One call of an export of one module.
#[derive(Clone, Copy, Debug)]
pub struct CallRequest<'a> {
    /// BLAKE3 of the module's original bytes; it must have been prepared.
    pub code_hash: Hash,
    /// Name of the export.
    pub entry: &'a str,
    /// Arguments: little-endian parameters of a direct call, or SCALE bytes (see [`crate::abi`]).
    pub args: &'a [u8],
    /// Gas that is left for this call and everything nested in it.
    pub gas: u64,
    /// Stack units that are left (see [`crate::gas::STACK_UNITS`]), shared by nested calls.
    pub stack: u64,
}

/// How a call ended. Only `outcome`, `result`, `gas_used` and the trace's digests may enter consensus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// The outcome class (design §5).
    pub outcome: Outcome,
    /// What the call returned; empty unless the outcome is `Ok`.
    pub result: Vec<u8>,
    /// Gas used, nested calls included; never more than the request's gas.
    pub gas_used: u64,
    /// For people: what exactly happened. Differs between engines, so it is never part of consensus.
    pub diagnostic: Option<String>,
    /// What a later proof of this execution needs. Local, never visible to guests.
    pub trace: TraceRecord,
}

/// Why there is no [`Execution`]: never an outcome, never part of a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VmError {
    /// A read missed memory. Recoverable: load the key and run the transaction again.
    #[error("a state key is not loaded")]
    NotLoaded,
    /// The code was not prepared. Recoverable: call [`Engine::prepare`] first.
    #[error("code {0} is not prepared")]
    NotPrepared(Hash),
    /// The bytes do not have the hash they were given for. Fatal for these bytes.
    #[error("bytes do not have the hash {0}")]
    WrongHash(Hash),
    /// The bytes are not a module we accept. Fatal for these bytes.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The engine or the host failed (for example to allocate). A fault of this pipeline, fatal for the attempt.
    #[error("engine fault: {0}")]
    Fault(String),
    /// The fast engine and the reference came to different results; see [`crate::tiered`]. Fatal for the attempt, and the
    /// next one runs this code on the reference alone.
    #[error("the engines disagree about code {0}")]
    Disagreed(Hash),
}

/// Runs prepared modules. Re-entrant: a [`Host`] may call `execute` of the same engine from inside a host function.
pub trait Engine {
    /// Validates, instruments and caches `original`; does nothing if it is cached. The cache key is
    /// (code hash, instrumentation version).
    ///
    /// # Errors
    /// [`VmError::WrongHash`], [`VmError::Profile`], [`VmError::Fault`].
    fn prepare(&self, code_hash: &Hash, original: &[u8]) -> Result<Arc<ModuleInfo>, VmError>;

    /// The description of a prepared module.
    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>>;

    /// Runs one call to its end, on a fresh instance.
    ///
    /// # Errors
    /// [`VmError::NotPrepared`], [`VmError::NotLoaded`], [`VmError::Fault`]; everything a guest does is an outcome.
    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError>;
}
