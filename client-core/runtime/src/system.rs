//! Calls that no transaction makes: the registry's migrations, health checks and setters at enactment; queries and
//! rehearsals on a copy that nobody keeps.

use crate::{
    context::BlockCtx,
    enactment,
    execute::Unfit,
    machine::Machine,
    session::{Instead, Invocation, Role, Session, Stop},
};
use alloc::{string::String, vec::Vec};
use zera_primitives::{
    AbortReason, AccountId, Amount, Effect, Event, Gas, Hash, ModuleId, Outcome, Payload, ProposalId, limits,
};
use zera_registry::{Effects, Executed, Executor, SystemCall, SystemCaller, SystemResult, Usage, Vote};
use zera_state::{ChangeSet, Overlay, StateAccess as _, StateError, StateView};
use zera_vm::{CallerKind, gas::STACK_UNITS};

/// Runs the registry's calls at the enactment of one proposal.
pub(crate) struct Enactor<'m> {
    pub machine: &'m Machine,
    pub ctx: &'m BlockCtx,
    pub proposal: ProposalId,
    /// A fault of this executor: no outcome may follow from it.
    pub fault: Option<String>,
}

impl<'o> Executor<Overlay<'o>> for Enactor<'_> {
    fn run(&mut self, st: &mut Overlay<'o>, call: &SystemCall<'_>) -> Result<SystemResult, StateError> {
        let (kind, caller) = match call.caller {
            SystemCaller::Governance => (CallerKind::Governance, proposal_caller(self.proposal)),
            SystemCaller::Runtime => (CallerKind::Runtime, [0; 32]),
        };
        let role = call.old_generation.map_or(Role::Module, |from| Role::Migration { from });
        let invocation = Invocation {
            module: call.module,
            entry: call.entry,
            args: call.args,
            value: Amount::ZERO,
            caller,
            kind,
            instead: Some(Instead { code: call.code, generation: call.generation, role }),
            read_only: call.read_only,
        };
        let checkpoint = st.checkpoint();
        let mut session = Session::new(st, self.machine, self.ctx, None);
        session.usage = call.usage;
        session.may_change_code = false;
        let ran = self.invoke(session, &invocation, call.gas)?;
        if !ran.outcome.is_ok() {
            st.rollback(checkpoint);
        }
        let Ran { outcome, result, gas, events, usage, diagnostic, .. } = ran;
        Ok(SystemResult { outcome, result, gas, events, usage, diagnostic })
    }

    fn execute(&mut self, st: &mut Overlay<'o>, code: &Hash, gas: u64) -> Result<Executed, StateError> {
        let invocation = Invocation {
            module: ModuleId(Hash::of_parts("zera/proposal-id/v1", &[&self.proposal.0.to_le_bytes()]).0),
            entry: ENACT,
            args: &[],
            value: Amount::ZERO,
            caller: proposal_caller(self.proposal),
            kind: CallerKind::Governance,
            instead: Some(Instead { code: *code, generation: 0, role: Role::Proposal }),
            read_only: false,
        };
        let checkpoint = st.checkpoint();
        let mut session = Session::new(st, self.machine, self.ctx, None);
        session.effects = Some(Effects::default());
        let ran = self.invoke(session, &invocation, gas)?;
        if !ran.outcome.is_ok() {
            st.rollback(checkpoint);
        }
        let Ran { outcome, gas, events, effects, diagnostic, .. } = ran;
        Ok(Executed { outcome, gas, events, effects, diagnostic })
    }
}

/// Export that an executable proposal's code runs.
const ENACT: &str = "enact";

/// How a call of the chain itself ended.
struct Ran {
    outcome: Outcome,
    result: Vec<u8>,
    gas: u64,
    events: Vec<Event>,
    usage: Usage,
    effects: Effects,
    diagnostic: Option<String>,
}

impl Enactor<'_> {
    fn invoke(
        &mut self,
        mut session: Session<'_, '_>,
        invocation: &Invocation<'_>,
        gas: u64,
    ) -> Result<Ran, StateError> {
        let mut left = gas;
        let ended = session.invoke(invocation, &mut left, STACK_UNITS);
        let mut ran = Ran {
            outcome: Outcome::Ok,
            result: Vec::new(),
            gas: gas.saturating_sub(left),
            events: session.events,
            usage: session.usage,
            effects: session.effects.unwrap_or_default(),
            diagnostic: None,
        };
        match ended {
            Ok(result) => ran.result = result,
            Err(Stop::Outcome(outcome, diagnostic)) => (ran.outcome, ran.diagnostic) = (outcome, diagnostic),
            Err(Stop::State(error)) => return Err(error),
            Err(Stop::Fault(cause)) => {
                self.fault = Some(cause.clone());
                (ran.outcome, ran.diagnostic) = (Outcome::Invalid, Some(cause));
            }
        }
        if !ran.outcome.is_ok() {
            ran.events.clear();
        }
        Ok(ran)
    }
}

/// What a setter sees as its caller: the number of the proposal, big-endian, in the last eight bytes.
fn proposal_caller(id: ProposalId) -> [u8; 32] {
    let mut caller = [0u8; 32];
    if let Some(last) = caller.last_chunk_mut() {
        *last = id.0.to_be_bytes();
    }
    caller
}

/// The proposal that [`proposal_caller`] names.
pub(crate) fn proposal_of(caller: &[u8; 32]) -> ProposalId {
    ProposalId(caller.last_chunk().map_or(0, |last| u64::from_be_bytes(*last)))
}

/// What a call on a copy answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Called {
    /// Class of the outcome.
    pub outcome: Outcome,
    /// What it answered.
    pub result: Vec<u8>,
    /// Gas used.
    pub gas: Gas,
    /// The finer cause of a failure.
    pub cause: Option<String>,
}

/// Runs an export on a copy of `view` as `caller` would; nothing is kept.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`].
pub fn query(
    machine: &Machine,
    view: &dyn StateView,
    ctx: &BlockCtx,
    caller: &AccountId,
    (module, entry, args): (&ModuleId, &str, &[u8]),
) -> Result<Called, Unfit> {
    let mut overlay = Overlay::new(view);
    let mut session = Session::new(&mut overlay, machine, ctx, Some(*caller));
    session.is_copy = true;
    let invocation = Invocation {
        module: *module,
        entry,
        args,
        value: Amount::ZERO,
        caller: caller.0,
        kind: CallerKind::Account,
        instead: None,
        read_only: true,
    };
    let mut left = limits::TRANSACTION_GAS;
    let ended = session.invoke(&invocation, &mut left, STACK_UNITS);
    let gas = Gas(limits::TRANSACTION_GAS.saturating_sub(left));
    match ended {
        Ok(result) => Ok(Called { outcome: Outcome::Ok, result, gas, cause: None }),
        Err(Stop::Outcome(outcome, cause)) => Ok(Called { outcome, result: Vec::new(), gas, cause }),
        Err(Stop::State(error)) => Err(Unfit::State(error)),
        Err(Stop::Fault(cause)) => Err(Unfit::Fault(cause)),
    }
}

/// What a proposal's own code does on a copy of `view`, as a list that could be voted: to be taken into a proposal, or held
/// against its own list. Nothing is kept. A run that does not end well has no effects, and its cause.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`].
pub fn observe(
    machine: &Machine,
    view: &dyn StateView,
    ctx: &BlockCtx,
    proposal: ProposalId,
    code: &Hash,
) -> Result<(Vec<Effect>, Option<String>), Unfit> {
    let mut overlay = Overlay::new(view);
    let mut enactor = Enactor { machine, ctx, proposal, fault: None };
    let ran = enactor.execute(&mut overlay, code, ctx.params.migration_gas)?;
    if let Some(cause) = enactor.fault {
        return Err(Unfit::Fault(cause));
    }
    if !ran.outcome.is_ok() {
        let cause = ran.diagnostic.unwrap_or_default();
        return Ok((Vec::new(), Some(alloc::format!("{:?}: {cause}", ran.outcome))));
    }
    match ran.effects.listed(&overlay, ctx.slot) {
        Ok(list) => Ok((list, None)),
        Err(zera_registry::RegistryError::State(error)) => Err(Unfit::State(error)),
        Err(error) => Ok((Vec::new(), Some(alloc::format!("{error}")))),
    }
}

/// What an enactment would do on a copy of the state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rehearsal {
    /// None when it would succeed.
    pub abort: Option<AbortReason>,
    /// The finer cause.
    pub cause: Option<String>,
    /// Gas of migration, invariants, health check and setters.
    pub gas: Gas,
    /// Entries of the state it would write.
    pub writes: u64,
    /// Events it would emit.
    pub events: Vec<Event>,
    /// Blocks it would take: more than one for a migration in steps.
    pub blocks: u64,
}

/// Enacts `payload` on a copy of `view`, all blocks of a migration included; nothing is kept. `changes` takes what would
/// be written.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`].
pub fn rehearse(
    machine: &Machine,
    view: &dyn StateView,
    ctx: &BlockCtx,
    vote: &Vote,
    payload: &Payload,
    changes: &mut ChangeSet,
) -> Result<Rehearsal, Unfit> {
    let mut rehearsing = Rehearsing::new(ctx.clone(), *vote);
    while !rehearsing.step(machine, view, payload)? {}
    let rehearsal;
    (rehearsal, *changes) = rehearsing.finish();
    Ok(rehearsal)
}

/// A rehearsal on its way, one block's part a step, so that a host can do other things between them.
#[derive(Clone, Debug)]
pub struct Rehearsing {
    /// The block that comes next.
    ctx: BlockCtx,
    vote: Vote,
    changes: ChangeSet,
    total: Rehearsal,
}

impl Rehearsing {
    /// A rehearsal that begins in the block of `ctx`.
    #[must_use]
    pub const fn new(ctx: BlockCtx, vote: Vote) -> Self {
        let total = Rehearsal { abort: None, cause: None, gas: Gas(0), writes: 0, events: Vec::new(), blocks: 0 };
        Self { ctx, vote, changes: ChangeSet::new(), total }
    }

    /// Entries that would be written so far.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.changes.len() as u64
    }

    /// The part of the next block, on the `view` and with the `payload` that all parts are about; true when it was the
    /// last one.
    ///
    /// # Errors
    /// [`Unfit::State`], [`Unfit::Fault`].
    pub fn step(&mut self, machine: &Machine, view: &dyn StateView, payload: &Payload) -> Result<bool, Unfit> {
        let mut overlay = Overlay::new(view);
        for (key, value) in core::mem::take(&mut self.changes) {
            match value {
                Some(value) => overlay.put(key, value),
                None => overlay.remove(&key),
            }
        }
        let part = if self.total.blocks == 0 { enactment::enact } else { enactment::resume };
        let ended = part(machine, &mut overlay, &self.ctx, &self.vote, payload)?;
        self.changes = overlay.into_parts().0;
        (self.ctx.height, self.ctx.slot) = (self.ctx.height.plus(1), self.ctx.slot.plus(1));
        self.total.blocks = self.total.blocks.saturating_add(1);
        match ended {
            Ok(done) => {
                self.total.gas = self.total.gas.plus(done.gas);
                self.total.events.extend(done.events);
                Ok(!done.unfinished)
            }
            Err(abort) => {
                self.total.gas = self.total.gas.plus(abort.gas);
                (self.total.abort, self.total.cause) = (Some(abort.reason), Some(abort.detail));
                self.total.events.clear();
                Ok(true)
            }
        }
    }

    /// What came of it, and what would be written.
    #[must_use]
    pub fn finish(mut self) -> (Rehearsal, ChangeSet) {
        self.total.writes = self.changes.len() as u64;
        (self.total, self.changes)
    }
}
