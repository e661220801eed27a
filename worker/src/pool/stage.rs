//! One stage of a block: small work is done here, the rest is shared out, one message per pipeline; what a pipeline broke at
//! is given to another one, and in the end done here.

use super::{
    Pool,
    cost::{self, budget, shares},
    crew::{Answered, Outcome},
    incidents::kind_of_death,
    wire::{Task, message},
    workers::Workers,
};
use codec::Encode as _;
use std::collections::{BTreeMap, VecDeque};
use zera_client::zip::{Attempt, ClusterDone, JobDone, JobError, StageDone, Traffic, Work, job::answer_from_bytes};
use zera_runtime::{Machine, Unfit};
use zera_vm::tiered::Report;

/// Pipelines that may break at the same clusters before they are done here.
const TRIES: u32 = 2;
/// Clusters that go together.
struct Share {
    clusters: Vec<usize>,
    tries: u32,
}

/// A share that is under way.
struct Sent {
    share: Share,
    guess: u64,
}

struct Stage<'a, S> {
    pool: &'a Pool<S>,
    work: &'a Work<'a>,
    waiting: VecDeque<Share>,
    sent: BTreeMap<u64, Sent>,
    done: Vec<Option<ClusterDone>>,
    traffic: Traffic,
}

/// Runs a stage.
pub async fn run<S: Workers>(pool: &Pool<S>, work: &Work<'_>) -> Result<StageDone, Unfit> {
    pool.at(Some(work.ctx.height));
    pool.crew.tend().await;
    let clusters = work.stage.clusters.len();
    let speed = pool.speed.get();
    let costs: Vec<u64> = (0..clusters).map(|cluster| speed.guess(limits(work, cluster))).collect();
    let transactions = work.stage.clusters.iter().map(|cluster| cluster.transactions.len() as u64).sum();
    let shares = shares(&costs, transactions, pool.crew.idle().len(), pool.always.get());
    let mut stage = Stage {
        pool,
        work,
        waiting: shares.into_iter().map(|clusters| Share { clusters, tries: 0 }).collect(),
        sent: BTreeMap::new(),
        done: (0..clusters).map(|_| None).collect(),
        traffic: Traffic::default(),
    };
    if stage.waiting.is_empty() {
        stage.here((0..clusters).collect(), &pool.machine)?;
    } else {
        stage.elsewhere().await?;
    }
    let clusters: Option<Vec<ClusterDone>> = stage.done.into_iter().collect();
    let clusters = clusters.ok_or_else(|| Unfit::Fault("a cluster was not run".into()))?;
    Ok(StageDone { clusters, traffic: stage.traffic })
}

/// Gas limits of a cluster's transactions.
fn limits<'a>(work: &'a Work<'_>, cluster: usize) -> impl Iterator<Item = u64> + 'a {
    let places = work.stage.clusters.get(cluster).map_or(&[][..], |cluster| &cluster.transactions);
    places.iter().filter_map(|place| Some(work.transactions.get(*place)?.transaction.gas_limit.0))
}

impl<S: Workers> Stage<'_, S> {
    async fn elsewhere(&mut self) -> Result<(), Unfit> {
        loop {
            self.hand_out()?;
            if self.sent.is_empty() && self.waiting.is_empty() {
                return Ok(());
            }
            match self.pool.crew.next().await {
                Some(Outcome::Answered(answer)) => self.take_in(answer)?,
                Some(Outcome::Lost { number }) => self.again(number),
                // A pipeline is ready, or none is left; both are seen above.
                None => {}
            }
        }
    }

    /// Gives what waits to whoever is idle, and does here what nobody is there for.
    fn hand_out(&mut self) -> Result<(), Unfit> {
        while let Some(share) = self.waiting.pop_front() {
            if share.tries >= TRIES || !self.pool.crew.any() {
                self.here(share.clusters, &self.pool.reference)?;
                continue;
            }
            match self.pool.crew.idle().first() {
                Some(pipeline) => self.give(*pipeline, share)?,
                None => {
                    self.waiting.push_front(share);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Sends a share to an idle pipeline.
    fn give(&mut self, pipeline: usize, share: Share) -> Result<(), Unfit> {
        let crew = &self.pool.crew;
        let held = crew.with(pipeline, |pipeline| pipeline.held.codes.clone()).unwrap_or_default();
        let Some(job) = self.work.job(&share.clusters, &|code| held.contains(code))? else {
            return self.here(share.clusters, &self.pool.machine);
        };
        let number = crew.next_task();
        let tuning = self.pool.tuning();
        let told = crew.with(pipeline, |pipeline| {
            pipeline.held.codes.extend(job.codes().map(|(code, _)| code));
            pipeline.held.tuning.replace(tuning.clone()) == Some(tuning.clone())
        });
        let tuning = (told != Some(true)).then_some(tuning);
        let message = message(&Task { number, tuning, breaks: self.pool.breaks.take() }, &job.encode());
        let bytes = message.len() as u64;
        let limits = || share.clusters.iter().flat_map(|cluster| limits(self.work, *cluster));
        let budget = budget(cost::sum(limits()), limits().count() as u64);
        let guess = self.pool.speed.get().guess(limits());
        if crew.give(pipeline, number, message, budget) {
            self.traffic.messages = self.traffic.messages.saturating_add(1);
            self.traffic.bytes_out = self.traffic.bytes_out.saturating_add(bytes);
            self.sent.insert(number, Sent { share, guess });
        } else {
            self.waiting.push_back(Share { tries: share.tries.saturating_add(1), ..share });
        }
        Ok(())
    }

    fn take_in(&mut self, answer: Answered) -> Result<(), Unfit> {
        // An answer that comes after its asker has gone is nobody's.
        let Some(Sent { share, guess }) = self.sent.remove(&answer.number) else { return Ok(()) };
        let crew = &self.pool.crew;
        self.traffic.bytes_in = self.traffic.bytes_in.saturating_add(answer.bytes.len() as u64);
        if let Ok(report) = Report::from_bytes(&answer.report) {
            self.pool.engine.absorb(report);
        }
        if self.pool.engine.has_disagreements() {
            return Err(Unfit::Fault("engines disagree".into()));
        }
        let body = answer.bytes.get(answer.body..).unwrap_or_default();
        let wrong = match answer_from_bytes(body) {
            Ok(Ok(done)) if self.fits(&share, &done) => {
                self.keep(&answer, &share, done, guess);
                return Ok(());
            }
            Ok(Ok(_)) => "it answers another job".into(),
            // It has forgotten codes: they go along with the next message.
            Ok(Err(JobError::Codes(codes))) => {
                crew.with(answer.pipeline, |pipeline| {
                    pipeline.held.codes.retain(|code| !codes.contains(code));
                });
                self.again_with(share);
                return Ok(());
            }
            Ok(Err(JobError::Fault(detail))) => {
                crew.replace(answer.pipeline, kind_of_death(&detail), detail);
                self.again_with(share);
                return Ok(());
            }
            Err(error) => error.to_string(),
        };
        crew.garbled(answer.pipeline, wrong);
        self.again_with(share);
        Ok(())
    }

    /// True when `done` has the clusters of `share`, each with its transactions in their order.
    fn fits(&self, share: &Share, done: &JobDone) -> bool {
        let tried = |done: &ClusterDone| done.tried.iter().map(|tried| tried.index as usize).collect::<Vec<_>>();
        let asked = |cluster: &usize| self.work.stage.clusters.get(*cluster).map(|cluster| &cluster.transactions);
        share.clusters.len() == done.clusters.len()
            && share.clusters.iter().zip(&done.clusters).all(|(cluster, done)| asked(cluster) == Some(&tried(done)))
    }

    fn keep(&mut self, answer: &Answered, share: &Share, done: JobDone, guess: u64) {
        let spans = done.clusters.iter().flat_map(|cluster| &cluster.tried);
        let took = spans.fold(0, |sum: u64, tried| sum.saturating_add(tried.span.1.saturating_sub(tried.span.0)));
        let mut speed = self.pool.speed.get();
        speed.learn(guess, took);
        self.pool.speed.set(speed);
        let gas = done.clusters.iter().flat_map(|cluster| &cluster.tried).map(|tried| match &tried.attempt {
            Attempt::Done(executed) => executed.receipt.gas.0,
            Attempt::Moved { spent } => spent.map_or(0, |gas| gas.0),
        });
        let gas = gas.fold(0, u64::saturating_add);
        self.pool.crew.with(answer.pipeline, |pipeline| pipeline.gas = pipeline.gas.saturating_add(gas));
        // Zero stands for this thread. Every worker's clock is this one's.
        let number = u8::try_from(answer.pipeline.saturating_add(1)).unwrap_or(u8::MAX);
        for (cluster, done) in share.clusters.iter().zip(done.clusters) {
            self.put(*cluster, done.on(number, 0));
        }
    }

    /// A task was lost: its share waits again.
    fn again(&mut self, number: u64) {
        if let Some(sent) = self.sent.remove(&number) {
            self.again_with(sent.share);
        }
    }

    fn again_with(&mut self, share: Share) {
        self.waiting.push_back(Share { tries: share.tries.saturating_add(1), ..share });
    }

    fn here(&mut self, clusters: Vec<usize>, machine: &Machine) -> Result<(), Unfit> {
        let clock = || self.pool.crew.workers().micros();
        for cluster in clusters {
            let began = clock();
            let done = self.work.run_here(machine, cluster, &clock)?;
            let mut speed = self.pool.speed.get();
            speed.learn(speed.guess(limits(self.work, cluster)), clock().saturating_sub(began));
            self.pool.speed.set(speed);
            self.put(cluster, done);
        }
        Ok(())
    }

    fn put(&mut self, cluster: usize, done: ClusterDone) {
        if let Some(place) = self.done.get_mut(cluster) {
            *place = Some(done);
        }
    }
}
