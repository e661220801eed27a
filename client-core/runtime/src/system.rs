//! Calls that no transaction makes: the registry's migrations, health checks and setters at enactment; queries and
//! rehearsals on a copy that nobody keeps.

use crate::{
    block,
    context::BlockCtx,
    execute::Unfit,
    machine::Machine,
    session::{Instead, Invocation, Session, Stop},
};
use alloc::{string::String, string::ToString, vec::Vec};
use zera_primitives::{
    AbortReason, AccountId, Amount, Class, Event, Gas, ModuleId, Outcome, Payload, ProposalId, limits,
};
use zera_registry::{Executor, SystemCall, SystemCaller, SystemResult};
use zera_state::{Overlay, StateError, StateView};
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
        let mut session = Session::new(st, self.machine, self.ctx, None);
        let (kind, caller) = match call.caller {
            SystemCaller::Governance => (CallerKind::Governance, proposal_caller(self.proposal)),
            SystemCaller::Runtime => (CallerKind::Runtime, [0; 32]),
        };
        let invocation = Invocation {
            module: call.module,
            entry: call.entry,
            args: call.args,
            value: Amount::ZERO,
            caller,
            kind,
            instead: Some(Instead {
                code: call.code,
                generation: call.generation,
                old_generation: call.old_generation,
            }),
            read_only: call.read_only,
        };
        let mut left = call.gas;
        let ended = session.invoke(&invocation, &mut left, STACK_UNITS);
        let events = core::mem::take(&mut session.events);
        let gas = call.gas.saturating_sub(left);
        match ended {
            Ok(result) => Ok(SystemResult { outcome: Outcome::Ok, result, gas, events, diagnostic: None }),
            Err(Stop::Outcome(outcome, diagnostic)) => {
                Ok(SystemResult { outcome, result: Vec::new(), gas, events: Vec::new(), diagnostic })
            }
            Err(Stop::State(error)) => Err(error),
            Err(Stop::Fault(cause)) => {
                self.fault = Some(cause.clone());
                let outcome = Outcome::Invalid;
                Ok(SystemResult { outcome, result: Vec::new(), gas, events: Vec::new(), diagnostic: Some(cause) })
            }
        }
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

/// What an enactment would do on a copy of the state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rehearsal {
    /// None when it would succeed.
    pub abort: Option<AbortReason>,
    /// The finer cause.
    pub cause: Option<String>,
    /// Gas of migration, health check and setters.
    pub gas: Gas,
    /// Entries of the state it would write.
    pub writes: u64,
    /// Events it would emit.
    pub events: Vec<Event>,
}

/// Enacts `payload` on a copy of `view`; nothing is kept.
///
/// # Errors
/// [`Unfit::State`], [`Unfit::Fault`].
pub fn rehearse(
    machine: &Machine,
    view: &dyn StateView,
    ctx: &BlockCtx,
    id: ProposalId,
    class: Class,
    payload: &Payload,
) -> Result<Rehearsal, Unfit> {
    let mut overlay = Overlay::new(view);
    let enactment = block::enact(machine, &mut overlay, ctx, id, class, payload)?;
    let writes = overlay.changes().len() as u64;
    Ok(match enactment {
        Ok(done) => Rehearsal { abort: None, cause: None, gas: Gas(done.gas), writes, events: done.events },
        Err(abort) => Rehearsal {
            abort: Some(abort.reason),
            cause: Some(abort.detail.to_string()),
            gas: Gas(abort.gas),
            writes,
            events: Vec::new(),
        },
    })
}
