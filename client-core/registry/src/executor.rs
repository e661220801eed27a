//! How the registry runs guests: migrations, health checks and governance's setters. The runtime implements it.

use crate::{effects::Effects, usage::Usage};
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
    /// with [`crate::charge_storage`] but counted in [`SystemResult::usage`].
    pub old_generation: Option<u32>,
    /// What the written generation of a migration holds before this call.
    pub usage: Usage,
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
    /// What the written generation of a migration holds now.
    pub usage: Usage,
    /// For people; never part of consensus.
    pub diagnostic: Option<String>,
}

/// How a proposal's own code ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Executed {
    /// The outcome class.
    pub outcome: Outcome,
    /// Gas used; never more than given.
    pub gas: u64,
    /// Events it caused.
    pub events: Vec<Event>,
    /// Everything it did. Upgrades it asked for are only listed: the registry applies them.
    pub effects: Effects,
    /// For people; never part of consensus.
    pub diagnostic: Option<String>,
}

/// Runs guests for the registry. Unless the outcome is `Ok`, nothing that a call wrote remains.
pub trait Executor<S: ?Sized> {
    /// Runs one call to its end.
    ///
    /// # Errors
    /// [`StateError`]: no outcome; the whole block step is run again or given up.
    fn run(&mut self, st: &mut S, call: &SystemCall<'_>) -> Result<SystemResult, StateError>;

    /// Runs the export `enact` of `code` as the proposal under enactment, with at most `gas`, recording its effects.
    ///
    /// # Errors
    /// As [`Executor::run`].
    fn execute(&mut self, st: &mut S, code: &Hash, gas: u64) -> Result<Executed, StateError>;
}
