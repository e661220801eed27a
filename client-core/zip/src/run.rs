//! A block's transactions on their way: stage after stage, then the serial lane in block order (design §7).

use crate::{
    block::BlockError,
    cluster::{Attempt, ClusterDone},
    pipelines::{Pipelines, Work},
    plan::{Cluster, Plan, Stage, plan},
    schedule::{Engines, Lane, Placed, Schedule},
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};
use zera_primitives::{AccountId, Gas, SignedTransaction};
use zera_runtime::{AdmissionError, BlockCtx, Executed, Unfit, execute};
use zera_state::Overlay;

/// The run.
pub(crate) struct Run<'a> {
    pipelines: &'a dyn Pipelines,
    ctx: &'a BlockCtx,
    transactions: &'a [SignedTransaction],
    began: u64,
    plan: Plan,
    done: BTreeMap<usize, Executed>,
    /// Transactions for the serial lane, with the gas of a discarded attempt.
    lane: BTreeMap<usize, Option<Gas>>,
    /// Their senders, whose later transactions follow them.
    moved: BTreeSet<AccountId>,
    schedule: Schedule,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        pipelines: &'a dyn Pipelines,
        ctx: &'a BlockCtx,
        transactions: &'a [SignedTransaction],
        began: u64,
    ) -> Self {
        let before = pipelines.micros();
        let plan = plan(transactions);
        let schedule = Schedule { plan_us: pipelines.micros().saturating_sub(before), ..Schedule::default() };
        let (done, lane, moved) = Default::default();
        Self { pipelines, ctx, transactions, began, plan, done, lane, moved, schedule }
    }

    /// Runs all of them into `overlay`.
    pub(crate) async fn all(&mut self, overlay: &mut Overlay<'_>) -> Result<(), BlockError> {
        let stages = core::mem::take(&mut self.plan.stages);
        for (number, planned) in stages.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let stage = self.without_moved(planned);
            let work = Work { ctx: self.ctx, transactions: self.transactions, stage: &stage, number, base: &*overlay };
            let answered = self.pipelines.run(&work).await?;
            if answered.clusters.len() != stage.clusters.len() {
                return Err(BlockError::Fault(String::from("a stage came back with other clusters than it had")));
            }
            self.schedule.stages.push(u32::try_from(stage.clusters.len()).unwrap_or(u32::MAX));
            self.schedule.traffic.add(answered.traffic);
            for (place, (cluster, done)) in stage.clusters.iter().zip(answered.clusters).enumerate() {
                self.merge(overlay, (number, u32::try_from(place).unwrap_or(u32::MAX)), cluster, done)?;
            }
        }
        self.serial(overlay)
    }

    /// The stage without those who follow a transaction of their sender into the serial lane.
    fn without_moved(&mut self, stage: &Stage) -> Stage {
        if self.moved.is_empty() {
            return stage.clone();
        }
        let mut left = Stage::default();
        for cluster in &stage.clusters {
            let mut kept = Cluster::default();
            for &index in &cluster.transactions {
                let sender = self.transactions.get(index).map(|signed| signed.transaction.sender);
                if sender.is_some_and(|sender| self.moved.contains(&sender)) {
                    self.lane.insert(index, None);
                } else {
                    kept.transactions.push(index);
                }
            }
            if !kept.transactions.is_empty() {
                left.clusters.push(kept);
            }
        }
        left
    }

    fn merge(
        &mut self,
        overlay: &mut Overlay<'_>,
        (stage, place): (u32, u32),
        cluster: &Cluster,
        done: ClusterDone,
    ) -> Result<(), BlockError> {
        let asked = cluster.transactions.iter().copied();
        if !asked.eq(done.tried.iter().map(|tried| tried.index as usize)) {
            return Err(BlockError::Fault(String::from("a cluster came back with other transactions than it had")));
        }
        overlay.absorb(done.changes);
        for tried in done.tried {
            let index = tried.index as usize;
            let since = |at: u64| at.saturating_sub(self.began);
            self.schedule.transactions.push(Placed {
                index: tried.index,
                stage,
                cluster: place,
                pipeline: done.pipeline,
                tried: (since(tried.span.0), since(tried.span.1)),
                engines: tried.engines,
                ..Placed::default()
            });
            match tried.attempt {
                Attempt::Done(executed) => {
                    self.done.insert(index, *executed);
                }
                Attempt::Moved { spent } => {
                    self.lane.insert(index, spent);
                    self.moved.extend(self.transactions.get(index).map(|signed| signed.transaction.sender));
                }
            }
        }
        Ok(())
    }

    /// What may not stand in the block is left out and makes it no block; the others run on, so that all such are found.
    fn serial(&mut self, overlay: &mut Overlay<'_>) -> Result<(), BlockError> {
        let mut unfit: Vec<(usize, AdmissionError)> = Vec::new();
        for (index, spent) in core::mem::take(&mut self.lane) {
            let Some(signed) = self.transactions.get(index) else { continue };
            let start = self.pipelines.micros().saturating_sub(self.began);
            let before = self.pipelines.machine().engine().calls_run();
            let mut trial = Overlay::gathering(&*overlay);
            let executed = match execute(self.pipelines.machine(), &mut trial, self.ctx, signed, spent) {
                Ok(executed) => executed,
                Err(Unfit::Inadmissible(error)) => {
                    unfit.push((index, error));
                    continue;
                }
                Err(other) => return Err(other.into()),
            };
            let changes = trial.into_changes();
            overlay.absorb(changes);
            let end = self.pipelines.micros().saturating_sub(self.began);
            self.schedule.transactions.push(Placed {
                index: u32::try_from(index).unwrap_or(u32::MAX),
                serial: Some((start, end)),
                serial_engines: Engines::since(before, self.pipelines.machine()),
                lane: Lane::Serial,
                ..Placed::default()
            });
            self.done.insert(index, executed);
        }
        let all: Vec<usize> = unfit.iter().map(|(index, _)| *index).collect();
        match unfit.into_iter().next() {
            Some((index, error)) => Err(BlockError::Inadmissible { index, error, all }),
            None => Ok(()),
        }
    }

    /// What each did, in block order, and how it went.
    pub(crate) fn finish(self) -> (Vec<Executed>, Schedule) {
        let Self { plan, done, mut schedule, .. } = self;
        let executed: Vec<Executed> = done.into_values().collect();
        schedule.settle(&plan, &executed);
        (executed, schedule)
    }
}
