//! One cluster's attempts, in block order, on one pipeline.

use crate::{guard::Guard, schedule::Engines};
use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use zera_primitives::{AccountId, Gas, SignedTransaction, tx::AccessHint};
use zera_runtime::{BlockCtx, Executed, Machine, Stopped, Unfit, attempt};
use zera_state::{AccessSet, ChangeSet, Overlay, StateAccess, StateView};

/// How one attempt in a cluster ended.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub enum Attempt {
    /// It stayed inside its hint; its effects stand.
    Done(Box<Executed>),
    /// It goes to the serial lane; `spent` is the gas of a discarded attempt, none when there was none.
    Moved {
        /// Gas of the attempt.
        spent: Option<Gas>,
    },
}

/// One transaction in a cluster.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking)]
pub struct Tried {
    /// Its place in the block.
    pub index: u32,
    /// How its attempt ended.
    pub attempt: Attempt,
    /// When it began and ended, microseconds of the clock that the pipeline was given. Local, never part of consensus.
    pub span: (u64, u64),
    /// What ran its calls. Local too.
    pub engines: Engines,
}

/// What a cluster did.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, DecodeWithMemTracking)]
pub struct ClusterDone {
    /// One per transaction of the cluster.
    pub tried: Vec<Tried>,
    /// Entries it changed; disjoint from other clusters' by construction.
    pub changes: ChangeSet,
    /// Where it ran: 0 is the coordinator itself. Local, never part of consensus.
    pub pipeline: u8,
}

impl ClusterDone {
    /// Says where it ran, and moves its times, which begin at zero, to the coordinator's clock.
    #[must_use]
    pub fn on(mut self, pipeline: u8, start_us: u64) -> Self {
        self.pipeline = pipeline;
        for tried in &mut self.tried {
            tried.span = (tried.span.0.saturating_add(start_us), tried.span.1.saturating_add(start_us));
        }
        self
    }
}

/// Runs the transactions of one cluster, given with their places, on `base`. `clock` gives microseconds for the local
/// schedule.
///
/// # Errors
/// [`Unfit::State`] and [`Unfit::Fault`]: this pipeline could not run it; never because of what a transaction does.
pub(crate) fn run_cluster<'t>(
    machine: &Machine,
    base: &dyn StateView,
    ctx: &BlockCtx,
    transactions: impl Iterator<Item = (u32, &'t SignedTransaction)>,
    clock: &dyn Fn() -> u64,
) -> Result<ClusterDone, Unfit> {
    let mut overlay = Overlay::gathering(base);
    let mut tried = Vec::new();
    let mut moved: BTreeSet<AccountId> = BTreeSet::new();
    for (index, signed) in transactions {
        let sender = signed.transaction.sender;
        let (start, before) = (clock(), machine.engine().calls_run());
        let attempt = if moved.contains(&sender) {
            Attempt::Moved { spent: None }
        } else {
            guarded(machine, &mut overlay, ctx, signed)?
        };
        if matches!(attempt, Attempt::Moved { .. }) {
            moved.insert(sender);
        }
        tried.push(Tried { index, attempt, span: (start, clock()), engines: Engines::since(before, machine) });
    }
    Ok(ClusterDone { tried, changes: overlay.into_changes(), pipeline: 0 })
}

/// One attempt: it ends where it reads the state outside its hint, and what it wrote outside is seen when it has ended.
/// What it only wrote, read back and took back itself is nobody's concern.
fn guarded(
    machine: &Machine,
    overlay: &mut Overlay<'_>,
    ctx: &BlockCtx,
    signed: &SignedTransaction,
) -> Result<Attempt, Unfit> {
    let guard = Guard::new(&*overlay, &signed.transaction);
    let mut trial = Overlay::gathering(&guard);
    let ended = attempt(machine, &mut trial, ctx, signed, None);
    let changes = trial.into_changes();
    match ended {
        Ok(executed) if !guard.left() && changes.keys().all(|key| guard.may_write(key)) => {
            overlay.absorb(changes);
            Ok(Attempt::Done(Box::new(executed)))
        }
        Ok(executed) => Ok(Attempt::Moved { spent: Some(executed.receipt.gas) }),
        Err(Stopped { why: Unfit::State(_), used }) if guard.left() => Ok(Attempt::Moved { spent: Some(used) }),
        // Whether it may stand in the block is decided where it finally runs.
        Err(Stopped { why: Unfit::Inadmissible(_), .. }) => Ok(Attempt::Moved { spent: None }),
        Err(Stopped { why, .. }) => Err(why),
    }
}

/// The hint that covers exactly `access`.
#[must_use]
pub fn hint(access: &AccessSet) -> AccessHint {
    AccessHint {
        reads: access.reads.iter().filter(|key| !access.writes.contains(*key)).cloned().collect(),
        writes: access.writes.iter().cloned().collect(),
    }
}

/// Writes `changes` into `st`.
pub fn apply(st: &mut (impl StateAccess + ?Sized), changes: ChangeSet) {
    for (key, value) in changes {
        match value {
            Some(value) => st.put(key, value),
            None => st.remove(&key),
        }
    }
}
