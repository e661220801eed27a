//! Pipelines to which everything happens that can happen to workers: jobs go out as bytes, run in any order, are late,
//! die before, in and after their work, come back broken, and forget what they held.

use codec::Encode;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    future::Future,
    pin::Pin,
    task::Poll,
};
use zera_client::primitives::Hash;
use zera_runtime::{Machine, Unfit};
use zera_scenarios::blocks::Dice;
use zera_zip::{
    ClusterDone, CodeCache, Job, JobError, Pipelines, Running, StageDone, Traffic, Work, job::answer_from_bytes,
    run_job,
};

/// `count` pipelines that fail in so many of a hundred jobs.
pub struct Chaos {
    machine: Machine,
    crew: RefCell<Vec<One>>,
    dice: RefCell<Dice>,
    failures: u64,
    /// Instead: what happens to which job, counted from the first.
    one_failure: Option<(u32, u64)>,
    jobs: Cell<u32>,
}

/// Killed before it looked at the message; forgets everything; killed when it is done; its answer comes cut.
pub const FATES: u64 = 4;

struct One {
    machine: Machine,
    codes: CodeCache,
    /// What the coordinator believes that it holds.
    held: BTreeSet<Hash>,
    /// It lost everything and nobody was told.
    forgot: bool,
}

impl One {
    fn fresh() -> Self {
        Self { machine: Machine::default(), codes: CodeCache::default(), held: BTreeSet::new(), forgot: false }
    }
}

impl Chaos {
    pub fn new(count: usize, seed: u64, failures: u64) -> Self {
        let crew = RefCell::new((0..count).map(|_| One::fresh()).collect());
        let (dice, jobs) = (RefCell::new(Dice::new(seed)), Cell::new(0));
        Self { machine: Machine::default(), crew, dice, failures, one_failure: None, jobs }
    }

    /// Fails at this job in this way, and never else.
    pub fn at(count: usize, job: u32, fate: u64) -> Self {
        Self { one_failure: Some((job, fate)), ..Self::new(count, 9, 0) }
    }

    fn fate(&self, dice: &mut Dice) -> Option<u64> {
        let job = self.jobs.replace(self.jobs.get() + 1);
        match self.one_failure {
            Some((at, fate)) => (at == job).then_some(fate),
            None => dice.percent(self.failures).then(|| dice.below(FATES)),
        }
    }

    fn stage(&self, work: &Work<'_>) -> Result<StageDone, Unfit> {
        let mut crew = self.crew.borrow_mut();
        let mut dice = self.dice.borrow_mut();
        let clusters = work.stage.clusters.len();
        let mut left: Vec<usize> = (0..clusters).collect();
        let mut done: Vec<Option<ClusterDone>> = vec![None; clusters];
        let mut traffic = Traffic::default();
        // Each round gives what is left to pipelines drawn by lot, in any order; what fails is left for the next one.
        for round in 0..8 {
            let mut shares: Vec<Vec<usize>> = vec![Vec::new(); crew.len()];
            for cluster in std::mem::take(&mut left) {
                let to = dice.below(shares.len() as u64) as usize;
                match shares.get_mut(to) {
                    Some(share) if round < 7 => share.push(cluster),
                    _ => left.push(cluster),
                }
            }
            let mut order: Vec<usize> = (0..shares.len()).collect();
            for at in (1..order.len()).rev() {
                order.swap(at, dice.below(at as u64 + 1) as usize);
            }
            for number in order {
                let (one, share) = (&mut crew[number], &shares[number]);
                if share.is_empty() {
                    continue;
                }
                match self.one(one, work, share, &mut dice, &mut traffic)? {
                    Some(answers) => {
                        for (cluster, answer) in share.iter().zip(answers) {
                            done[*cluster] = Some(answer.on(number as u8 + 1, 5));
                        }
                    }
                    None => left.extend(share),
                }
            }
        }
        for cluster in left {
            done[cluster] = Some(work.run_here(&self.machine, cluster, &|| 0)?);
        }
        Ok(StageDone { clusters: done.into_iter().map(Option::unwrap).collect(), traffic })
    }

    /// One job on one pipeline; none when something happened to it.
    fn one(
        &self,
        one: &mut One,
        work: &Work<'_>,
        share: &[usize],
        dice: &mut Dice,
        traffic: &mut Traffic,
    ) -> Result<Option<Vec<ClusterDone>>, Unfit> {
        let Some(job) = work.job(share, &|code| one.held.contains(code))? else { return Ok(None) };
        one.held.extend(job.codes().map(|(code, _)| code));
        let bytes = job.encode();
        traffic.messages += 1;
        traffic.bytes_out += bytes.len() as u64;
        let fate = self.fate(dice);
        if fate == Some(0) {
            // Killed before it looked at the message.
            *one = One::fresh();
            return Ok(None);
        }
        if fate == Some(1) {
            // Everything but what the coordinator knows is gone.
            (one.machine, one.codes, one.forgot) = (Machine::default(), CodeCache::default(), true);
        }
        let job = Job::from_bytes(&bytes).expect("what was encoded decodes");
        let answer = run_job(&one.machine, job, &mut one.codes, &|| 1);
        let mut bytes = answer.encode();
        match fate {
            // Killed when it was done, or with its message on the way.
            Some(2) => {
                *one = One::fresh();
                return Ok(None);
            }
            Some(3) => bytes.truncate(dice.below(bytes.len() as u64) as usize),
            _ => {}
        }
        traffic.bytes_in += bytes.len() as u64;
        match answer_from_bytes(&bytes) {
            Ok(Ok(done)) => Ok(Some(done.clusters)),
            Ok(Err(JobError::Codes(codes))) => {
                assert!(one.forgot, "a pipeline forgot {codes:?} by itself");
                (one.held, one.forgot) = (BTreeSet::new(), false);
                Ok(None)
            }
            Ok(Err(JobError::Fault(cause))) => panic!("{cause}"),
            Err(_) => {
                assert_eq!(fate, Some(3), "only a cut answer does not decode");
                *one = One::fresh();
                Ok(None)
            }
        }
    }
}

impl Pipelines for Chaos {
    fn run<'a>(&'a self, work: &'a Work<'a>) -> Running<'a> {
        let waits = self.dice.borrow_mut().below(3);
        Box::pin(async move {
            Later(waits).await;
            self.stage(work)
        })
    }

    fn machine(&self) -> &Machine {
        &self.machine
    }
}

/// Is not ready so many times.
struct Later(u64);

impl Future for Later {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Waits for a future by asking again.
pub fn wait<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
