//! One cluster's attempts, in block order, on one pipeline.

use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};
use zera_primitives::{AccountId, Gas, SignedTransaction, StateKey, tx::AccessHint};
use zera_runtime::{BlockCtx, Executed, Machine, Unfit, execute};
use zera_state::{AccessSet, ChangeSet, Overlay, StateAccess, StateView};

/// Indices into the block's transactions, in block order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cluster {
    /// The indices.
    pub transactions: Vec<usize>,
}

/// How one attempt in a cluster ended.
#[derive(Debug)]
pub enum Attempt {
    /// It stayed inside its hint; its effects stand.
    Done(Box<Executed>),
    /// It goes to the serial lane; `spent` is the gas of a discarded attempt, none when there was none.
    Moved {
        /// Gas of the attempt.
        spent: Option<Gas>,
    },
}

/// What a cluster did.
#[derive(Debug)]
pub struct ClusterDone {
    /// One per transaction of the cluster.
    pub attempts: Vec<(usize, Attempt)>,
    /// Entries it changed; disjoint from other clusters' by construction.
    pub changes: ChangeSet,
}

/// Runs `cluster` of `transactions` on `base`.
///
/// # Errors
/// [`Unfit::State`] and [`Unfit::Fault`]: this pipeline could not run it; never because of what a transaction does.
pub fn run_cluster(
    machine: &Machine,
    base: &dyn StateView,
    ctx: &BlockCtx,
    transactions: &[SignedTransaction],
    cluster: &Cluster,
) -> Result<ClusterDone, Unfit> {
    let mut overlay = Overlay::new(base);
    let mut attempts = Vec::with_capacity(cluster.transactions.len());
    let mut moved: BTreeSet<AccountId> = BTreeSet::new();
    for &index in &cluster.transactions {
        let Some(signed) = transactions.get(index) else { continue };
        let sender = signed.transaction.sender;
        let attempt = if moved.contains(&sender) {
            Attempt::Moved { spent: None }
        } else {
            attempt(machine, &mut overlay, ctx, signed)?
        };
        if matches!(attempt, Attempt::Moved { .. }) {
            moved.insert(sender);
        }
        attempts.push((index, attempt));
    }
    Ok(ClusterDone { attempts, changes: overlay.into_parts().0 })
}

fn attempt(
    machine: &Machine,
    overlay: &mut Overlay<'_>,
    ctx: &BlockCtx,
    signed: &SignedTransaction,
) -> Result<Attempt, Unfit> {
    let mut trial = Overlay::new(&*overlay);
    let executed = match execute(machine, &mut trial, ctx, signed, None) {
        Ok(executed) => executed,
        // Whether it may stand in the block is decided where it finally runs.
        Err(Unfit::Inadmissible(_)) => return Ok(Attempt::Moved { spent: None }),
        Err(other) => return Err(other),
    };
    let (changes, access) = trial.into_parts();
    if !covers(&signed.transaction.hint, &signed.transaction.sender, &access) {
        return Ok(Attempt::Moved { spent: Some(executed.receipt.gas) });
    }
    apply(overlay, changes);
    Ok(Attempt::Done(Box::new(executed)))
}

/// True when every access is in the hint. Scans of ranges never are.
#[must_use]
pub fn covers(hint: &AccessHint, sender: &AccountId, access: &AccessSet) -> bool {
    let own = StateKey::account(sender);
    let written = |key: &StateKey| *key == own || hint.writes.binary_search(key).is_ok();
    access.ranges.is_empty()
        && access.writes.iter().all(written)
        && access.reads.iter().all(|key| written(key) || hint.reads.binary_search(key).is_ok())
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
