//! What every engine promises: the same instrumented bytes give the same outcome, result and gas.
//!
//! wasmi is the reference ([`crate::WasmiEngine`]); the browser's own engine stands behind the same trait. What they
//! share is in [`crate::call`].

use crate::{
    abi::Value,
    call::{self, Prepared},
    host::Host,
    profile::ModuleInfo,
    profile::ProfileError,
    trace::TraceRecord,
};
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

/// What is left of an instance after a call: nobody but a comparison of engines needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains {
    /// The whole memory.
    pub memory: Option<Vec<u8>>,
    /// The exported integer globals, in the order of the module's exports.
    pub globals: Vec<(String, Value)>,
}

/// Why there is no [`Execution`]: never an outcome, never part of a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VmError {
    /// The host ended the call because of the state it stands on, for example a read that missed memory
    /// ([`crate::HostError::NotLoaded`]). Recoverable: mend what the host knows of, and run the transaction again.
    #[error("the state ended the call after {gas_used} gas")]
    Aborted {
        /// Gas used until then, nested calls included: the same in every engine.
        gas_used: u64,
    },
    /// The code was not prepared. Recoverable: call [`Engine::prepare`] first.
    #[error("code {0} is not prepared")]
    NotPrepared(Hash),
    /// The bytes do not have the hash they were given for. Fatal for these bytes.
    #[error("bytes do not have the hash {0}")]
    WrongHash(Hash),
    /// The bytes are not a module we accept. Fatal for these bytes.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// This engine does not take code that is valid (for example its compiler refuses). Recoverable: nothing ran, and
    /// another engine may take it.
    #[error("the engine refuses the code: {0}")]
    Refused(String),
    /// Two engines ran the same call to different ends. Fatal for the attempt: nothing of it may be kept.
    #[error("engines disagree about code {0}")]
    Disagreed(Hash),
    /// The engine or the host failed (for example to allocate). A fault of this pipeline, fatal for the attempt.
    #[error("engine fault: {0}")]
    Fault(String),
}

/// How many calls an engine has begun so far, and on what; a call that two engines run counts for both. Local: it never
/// enters a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CallsRun {
    /// On a fast engine.
    pub fast: u64,
    /// On the reference beside it.
    pub reference: u64,
}

/// Runs prepared modules. Re-entrant: a [`Host`] may call `execute` of the same engine from inside a host function.
pub trait Engine {
    /// Takes code that was made ready by [`call::prepare`] into its cache; does nothing if it is there. The cache key is
    /// (code hash, instrumentation version).
    ///
    /// # Errors
    /// [`VmError::Refused`], [`VmError::Fault`].
    fn install(&self, prepared: &Prepared) -> Result<(), VmError>;

    /// The description of code that is in the cache.
    fn info(&self, code_hash: &Hash) -> Option<Arc<ModuleInfo>>;

    /// Runs one call to its end, on an instance that is as good as fresh.
    ///
    /// # Errors
    /// [`VmError::NotPrepared`], [`VmError::Aborted`], [`VmError::Refused`], [`VmError::Fault`],
    /// [`VmError::Disagreed`]; everything a guest does is an outcome.
    fn execute(&self, call: &CallRequest<'_>, host: &mut dyn Host) -> Result<Execution, VmError>;

    /// What ran its calls so far; an engine that has no other beside it does not count.
    fn calls_run(&self) -> CallsRun {
        CallsRun::default()
    }

    /// Validates, instruments and installs `original`; does nothing if it is in the cache.
    ///
    /// # Errors
    /// [`VmError::WrongHash`], [`VmError::Profile`], and those of [`Engine::install`].
    fn prepare(&self, code_hash: &Hash, original: &[u8]) -> Result<Arc<ModuleInfo>, VmError> {
        if let Some(info) = self.info(code_hash) {
            return Ok(info);
        }
        let prepared = call::prepare(code_hash, original)?;
        self.install(&prepared)?;
        Ok(prepared.info)
    }
}
