//! Where clusters run: one trait, so that the algorithm is written once over all of them.

use crate::cluster::{Cluster, ClusterDone, run_cluster};
use alloc::vec::Vec;
use zera_primitives::SignedTransaction;
use zera_runtime::{BlockCtx, Machine, Unfit};
use zera_state::StateView;

/// Executors that share nothing.
pub trait Pipelines {
    /// Runs every cluster on `base` and answers in the order of `clusters`.
    ///
    /// # Errors
    /// [`Unfit::State`], [`Unfit::Fault`].
    fn run(
        &self,
        base: &dyn StateView,
        ctx: &BlockCtx,
        transactions: &[SignedTransaction],
        clusters: &[Cluster],
    ) -> Result<Vec<ClusterDone>, Unfit>;

    /// The machine of the serial lane and of what a block does by itself.
    fn machine(&self) -> &Machine;
}

/// One after the other on one machine: the reference that every other implementation must equal.
#[derive(Default)]
pub struct Sequential {
    machine: Machine,
}

impl Pipelines for Sequential {
    fn run(
        &self,
        base: &dyn StateView,
        ctx: &BlockCtx,
        transactions: &[SignedTransaction],
        clusters: &[Cluster],
    ) -> Result<Vec<ClusterDone>, Unfit> {
        clusters.iter().map(|cluster| run_cluster(&self.machine, base, ctx, transactions, cluster)).collect()
    }

    fn machine(&self) -> &Machine {
        &self.machine
    }
}
