//! Where clusters run: one trait, so that the algorithm is written once over all of them.

use crate::{
    cluster::{ClusterDone, run_cluster},
    plan::{Cluster, Stage},
};
use alloc::{boxed::Box, vec::Vec};
use core::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};
use zera_primitives::SignedTransaction;
use zera_runtime::{BlockCtx, Machine, Unfit};
use zera_state::StateView;

/// One stage of a block, as its pipelines get it.
pub struct Work<'a> {
    /// The block.
    pub ctx: &'a BlockCtx,
    /// All transactions of the block; clusters name their places.
    pub transactions: &'a [SignedTransaction],
    /// The clusters to run. Transactions that are already on their way to the serial lane are left out.
    pub stage: &'a Stage,
    /// Which stage of the block, from 0.
    pub number: u32,
    /// The state that the stage begins on.
    pub base: &'a dyn StateView,
}

impl Work<'_> {
    /// Runs one cluster of the stage in this thread. `clock` gives microseconds.
    ///
    /// # Errors
    /// [`Unfit::State`], [`Unfit::Fault`].
    pub fn run_here(&self, machine: &Machine, cluster: usize, clock: &dyn Fn() -> u64) -> Result<ClusterDone, Unfit> {
        run_cluster(machine, self.base, self.ctx, self.members(cluster), clock)
    }

    /// Sum of the gas limits of one cluster: the best guess at how long it takes.
    #[must_use]
    pub fn gas(&self, cluster: usize) -> u64 {
        self.members(cluster).fold(0, |sum, (_, signed)| sum.saturating_add(signed.transaction.gas_limit.0))
    }

    /// The transactions of one cluster with their places.
    pub(crate) fn members(&self, cluster: usize) -> impl Iterator<Item = (u32, &SignedTransaction)> {
        let places = self.stage.clusters.get(cluster).map_or(&[][..], |Cluster { transactions }| transactions);
        places.iter().filter_map(|place| Some((u32::try_from(*place).ok()?, self.transactions.get(*place)?)))
    }
}

/// What a stage did.
#[derive(Debug, Default)]
pub struct StageDone {
    /// In the order of the stage's clusters.
    pub clusters: Vec<ClusterDone>,
    /// What it took to have it done elsewhere.
    pub traffic: Traffic,
}

/// Messages between coordinator and pipelines, both ways.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// To pipelines.
    pub messages: u32,
    /// Bytes to pipelines.
    pub bytes_out: u64,
    /// Bytes of their answers.
    pub bytes_in: u64,
}

/// The answer of a stage, which may come later.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<StageDone, Unfit>> + 'a>>;

/// Executors that share nothing.
pub trait Pipelines {
    /// Runs every cluster of a stage.
    ///
    /// # Errors
    /// [`Unfit::State`], [`Unfit::Fault`].
    fn run<'a>(&'a self, work: &'a Work<'a>) -> Running<'a>;

    /// The machine of the serial lane and of what a block does by itself.
    fn machine(&self) -> &Machine;

    /// Microseconds of some clock, for the local schedule only; zero where there is none.
    fn micros(&self) -> u64 {
        0
    }
}

/// One after the other on one machine: the reference that every other implementation must equal.
#[derive(Default)]
pub struct Sequential {
    machine: Machine,
}

impl Sequential {
    /// On this machine.
    #[must_use]
    pub const fn new(machine: Machine) -> Self {
        Self { machine }
    }
}

impl Pipelines for Sequential {
    fn run<'a>(&'a self, work: &'a Work<'a>) -> Running<'a> {
        let clusters = (0..work.stage.clusters.len()).map(|cluster| work.run_here(&self.machine, cluster, &|| 0));
        let done: Result<Vec<_>, _> = clusters.collect();
        Box::pin(core::future::ready(done.map(|clusters| StageDone { clusters, traffic: Traffic::default() })))
    }

    fn machine(&self) -> &Machine {
        &self.machine
    }
}

/// What a future that needs nobody else gives; none when it would have to wait. For pipelines that answer at once.
pub fn now<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
