//! Native pipelines: a block's clusters on threads of this process. Each thread has its own machine and runs detached
//! jobs, as workers of a browser do, so that nothing is shared and both are held to the same. The coordinator's own
//! thread takes a share too, straight from the state.

mod share;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use share::{Share, split};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    time::Instant,
};
use zera_primitives::Hash;
use zera_runtime::{Machine, Unfit};
use zera_zip::{Answer, ClusterDone, CodeCache, Job, Pipelines, Running, StageDone, Traffic, Work, run_job};

/// A stage that is expected to gain less than this, and for each of its transactions [`HAND_OVER_NS`], is run by the coordinator
/// alone: waking threads takes that long. Microseconds.
const WORTH_US: u64 = 75;
/// What handing a transaction over and taking its results back costs the coordinator (docs/benchmarks.md, zip). Nanoseconds.
const HAND_OVER_NS: u64 = 6_000;

/// Makes the machine of one pipeline; called again when one is replaced.
pub type MakeMachine = dyn Fn() -> Machine + Send + Sync;

/// Threads behind [`Pipelines`]. Answers are there when [`Pipelines::run`] returns.
pub struct Threads {
    pool: Option<ThreadPool>,
    machine: Machine,
    make: Box<MakeMachine>,
    /// Codes that each thread was sent.
    held: RefCell<Vec<BTreeSet<Hash>>>,
    replaced: Cell<u64>,
    /// Mean time of one transaction, nanoseconds, over the last few hundred.
    mean_ns: Cell<u64>,
    /// Shares even what is not worth it; for tests.
    always: bool,
    began: Instant,
}

thread_local! {
    /// What one thread of a pool keeps between jobs.
    static PIPELINE: RefCell<Option<(Machine, CodeCache)>> = const { RefCell::new(None) };
}

impl Threads {
    /// `count` pipelines, the coordinator's own thread included; 0 and 1 need no other.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(count: usize, make: Box<MakeMachine>) -> Result<Self, ThreadPoolBuildError> {
        let others = count.saturating_sub(1);
        let pool = match others {
            0 => None,
            _ => Some(ThreadPoolBuilder::new().num_threads(others).thread_name(|n| format!("pipeline {n}")).build()?),
        };
        Ok(Self {
            pool,
            machine: make(),
            make,
            held: RefCell::new(vec![BTreeSet::new(); others]),
            replaced: Cell::new(0),
            mean_ns: Cell::new(0),
            always: false,
            began: Instant::now(),
        })
    }

    /// Shares every stage, worth it or not.
    #[must_use]
    pub const fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// How many pipelines failed at a job and were replaced.
    #[must_use]
    pub const fn replaced(&self) -> u64 {
        self.replaced.get()
    }

    fn stage(&self, work: &Work<'_>) -> Result<StageDone, Unfit> {
        let clusters = work.stage.clusters.len();
        let mut done: Vec<Option<ClusterDone>> = Vec::new();
        done.resize_with(clusters, || None);
        let mut traffic = Traffic::default();
        match &self.pool {
            Some(pool) if clusters > 1 && (self.always || self.is_worth(work)) => {
                self.share(pool, work, &mut done, &mut traffic)?;
            }
            _ => {}
        }
        for (cluster, slot) in done.iter_mut().enumerate() {
            if slot.is_none() {
                *slot = Some(self.here(work, cluster)?);
            }
        }
        let clusters: Vec<ClusterDone> = done.into_iter().flatten().collect();
        self.learn(&clusters);
        Ok(StageDone { clusters, traffic })
    }

    /// Runs a part of the stage on the pool's threads and a part here, at the same time.
    fn share(
        &self,
        pool: &ThreadPool,
        work: &Work<'_>,
        done: &mut [Option<ClusterDone>],
        traffic: &mut Traffic,
    ) -> Result<(), Unfit> {
        let Share { here, elsewhere } = split(work, pool.current_num_threads());
        let mut jobs: Vec<Mutex<Option<Job>>> = Vec::with_capacity(elsewhere.len());
        for (held, clusters) in self.held.borrow_mut().iter_mut().zip(&elsewhere) {
            let job = if clusters.is_empty() { None } else { work.job(clusters, &|code| held.contains(code))? };
            if let Some(job) = &job {
                traffic.messages = traffic.messages.saturating_add(1);
                held.extend(job.codes().map(|(code, _)| code));
            }
            jobs.push(Mutex::new(job));
        }
        let began = self.began;
        let answers: Vec<Mutex<Option<(u64, Answer)>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
        let own = pool.in_place_scope(|scope| {
            scope.spawn_broadcast(|_, thread| {
                let Some(job) = jobs.get(thread.index()).and_then(|job| job.lock().ok()?.take()) else { return };
                let start = micros(began);
                let answer = self_contained(&*self.make, job);
                if let (Some(answer), Some(Ok(mut slot))) = (answer, answers.get(thread.index()).map(Mutex::lock)) {
                    *slot = Some((start, answer));
                }
            });
            here.iter().map(|cluster| Ok((*cluster, self.here(work, *cluster)?))).collect::<Result<Vec<_>, Unfit>>()
        })?;
        for (cluster, one) in own {
            if let Some(slot) = done.get_mut(cluster) {
                *slot = Some(one);
            }
        }
        for (number, (answer, clusters)) in answers.into_iter().zip(&elsewhere).enumerate() {
            let answer = answer.into_inner().ok().flatten();
            if clusters.is_empty() {
                continue;
            }
            let Some((start, Ok(answer))) = answer else {
                // It does not hold what it was thought to hold, or it broke: its work is done here.
                self.replaced.set(self.replaced.get().saturating_add(1));
                if let Some(held) = self.held.borrow_mut().get_mut(number) {
                    held.clear();
                }
                continue;
            };
            let pipeline = u8::try_from(number.saturating_add(1)).unwrap_or(u8::MAX);
            for (cluster, one) in clusters.iter().zip(answer.clusters) {
                if let Some(slot) = done.get_mut(*cluster) {
                    *slot = Some(one.on(pipeline, start));
                }
            }
        }
        Ok(())
    }

    fn here(&self, work: &Work<'_>, cluster: usize) -> Result<ClusterDone, Unfit> {
        work.run_here(&self.machine, cluster, &|| self.micros())
    }

    fn is_worth(&self, work: &Work<'_>) -> bool {
        let transactions: usize = work.stage.clusters.iter().map(|cluster| cluster.transactions.len()).sum();
        let (mean, others) = (self.mean_ns.get(), self.held.borrow().len() as u64);
        let gain = (mean.saturating_mul(others) / others.saturating_add(1)).saturating_sub(HAND_OVER_NS);
        // Nothing is known before the first block: then threads are tried.
        mean == 0 || (transactions as u64).saturating_mul(gain) / 1_000 > WORTH_US
    }

    fn learn(&self, clusters: &[ClusterDone]) {
        for tried in clusters.iter().flat_map(|cluster| &cluster.tried) {
            let took = tried.span.1.saturating_sub(tried.span.0).saturating_mul(1_000).max(1);
            let mean = self.mean_ns.get();
            self.mean_ns.set(if mean == 0 { took } else { mean.saturating_mul(63).saturating_add(took) / 64 });
        }
    }
}

impl Pipelines for Threads {
    fn run<'a>(&'a self, work: &'a Work<'a>) -> Running<'a> {
        Box::pin(std::future::ready(self.stage(work)))
    }

    fn machine(&self) -> &Machine {
        &self.machine
    }

    fn micros(&self) -> u64 {
        micros(self.began)
    }
}

fn micros(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// Runs a job on this thread's own machine; none when it broke, and then the machine is gone.
fn self_contained(make: &MakeMachine, job: Job) -> Option<Answer> {
    let began = Instant::now();
    let run = || {
        PIPELINE.with_borrow_mut(|pipeline| {
            let (machine, codes) = pipeline.get_or_insert_with(|| (make(), CodeCache::default()));
            run_job(machine, job, codes, &|| micros(began))
        })
    };
    let answer = catch_unwind(AssertUnwindSafe(run)).ok();
    if answer.is_none() {
        PIPELINE.with(|pipeline| {
            if let Ok(mut pipeline) = pipeline.try_borrow_mut() {
                *pipeline = None;
            }
        });
    }
    answer
}
