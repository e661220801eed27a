//! How the registry runs guests: migrations, health checks and governance's setters. The runtime implements it.

use alloc::{string::String, vec::Vec};
use zera_primitives::{Event, Hash, ModuleId, Outcome};
use zera_state::StateError;

/// Who the guest sees as its caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SystemCaller {
    /// An enacted proposal. Only the entry called here sees it; nested calls see the module.
    Governance,
    /// The runtime: migrations and health checks.
    Runtime,
}

/// One call of the chain itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SystemCall<'a> {
    /// The module in whose name and on whose storage it runs.
    pub module: ModuleId,
    /// The code that runs: not always the module's own (a migration; health of code not yet in force).
    pub code: Hash,
    /// The export.
    pub entry: &'a str,
    /// Argument bytes, in the convention of the export.
    pub args: &'a [u8],
    /// Who calls.
    pub caller: SystemCaller,
    /// Storage generation that it reads and writes.
    pub generation: u32,
    /// `Some` makes it a migration: this generation is readable through `old_storage_*`, and the sandbox refuses
    /// transfers, nested calls and every other effect outside its own storage and events. Its writes are not charged
    /// with [`crate::charge_storage`].
    pub old_generation: Option<u32>,
    /// True for health checks: every write, transfer and event is refused.
    pub read_only: bool,
    /// Most gas it may use.
    pub gas: u64,
}

/// How it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SystemResult {
    /// The outcome class.
    pub outcome: Outcome,
    /// What it returned.
    pub result: Vec<u8>,
    /// Gas used; never more than the call's.
    pub gas: u64,
    /// Events it emitted.
    pub events: Vec<Event>,
    /// For people; never part of consensus.
    pub diagnostic: Option<String>,
}

/// Runs guests for the registry.
pub trait Executor<S: ?Sized> {
    /// Runs one call to its end. Unless the outcome is `Ok`, its writes are of no account: the registry aborts the
    /// enactment and the runtime rolls everything back.
    ///
    /// # Errors
    /// [`StateError`]: no outcome; the whole block step is run again or given up.
    fn run(&mut self, st: &mut S, call: &SystemCall<'_>) -> Result<SystemResult, StateError>;
}
