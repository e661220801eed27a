//! Requests that take long: one at a time, in steps between which other requests are answered and blocks are sealed. A few
//! more wait their turn; each can be cancelled, and none outlives the chain that it was asked about.

mod compare;
pub mod dry_run;
mod past;
pub mod reexecute;
pub mod way;

use super::{
    Answer, Node, Work, not_started,
    proving::{Prove, Verify},
    run::{Inbox, Ticket},
    seal::Advance,
    world::World,
};
use compare::Compare;
use dry_run::DryRun;
use reexecute::Reexecute;
use std::collections::VecDeque;
use zera_worker_protocol::{Command, Error, ErrorKind, Event, Response};

/// Long requests that may be under way and waiting.
const MOST: usize = 5;
/// A step ends soon after this many microseconds: short enough that a page which asks meanwhile sees no delay.
const STEP_MICROS: u64 = 12_000;

/// One long request's work.
pub enum Job {
    /// Letting time pass.
    Advance(Advance),
    /// Rehearsing an enactment.
    DryRun(Box<DryRun>),
    /// Comparing two codes.
    Compare(Box<Compare>),
    /// Executing a past transaction again.
    Reexecute(Box<Reexecute>),
    /// Looking at a proof file.
    Verify(Box<Verify>),
    /// Executing a call again before it is proven.
    Prove(Box<Prove>),
}

impl Job {
    /// The work of a long request; none for any other command.
    pub fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Advance { slots } => Some(Self::Advance(Advance::new(*slots))),
            Command::DryRun { of, replay } => Some(Self::DryRun(Box::new(DryRun::new(of.clone(), *replay)))),
            Command::Compare { old, new } => Some(Self::Compare(Box::new(Compare::new(*old, *new)))),
            Command::Reexecute(transaction) => Some(Self::Reexecute(Box::new(Reexecute::new(*transaction)))),
            Command::VerifyProof { file, keep } => Some(Self::Verify(Box::new(Verify::file(file.clone(), *keep)))),
            Command::Proof(id) => Some(Self::Verify(Box::new(Verify::kept(*id)))),
            _ => None,
        }
    }
}

/// The long requests of a node, the one under way first.
pub struct Long<T> {
    /// Those that nobody waits for have no ticket.
    jobs: VecDeque<(Option<T>, Job)>,
    /// Those that ended without their work's doing, with their answers.
    ended: VecDeque<(T, Error)>,
}

fn cancelled(detail: &str) -> Error {
    Error::request(ErrorKind::Cancelled, detail)
}

impl<T: Ticket> Long<T> {
    /// None.
    pub const fn new() -> Self {
        Self { jobs: VecDeque::new(), ended: VecDeque::new() }
    }

    /// Ends the request that `asker` knows as `request`.
    pub fn cancel(&mut self, asker: &T, request: u32) -> Answer {
        let place = self.jobs.iter().position(|(ticket, _)| ticket.is_some_and(|ticket| ticket.is(asker, request)));
        let found = place.and_then(|place| self.jobs.remove(place));
        let missing = || Error::request(ErrorKind::NotFound, "no long request of that number is under way or waiting");
        let (Some(ticket), _) = found.ok_or_else(missing)? else { return Err(missing()) };
        self.ended.push_back((ticket, cancelled("it was cancelled")));
        Ok(Response::Done)
    }

    /// Ends all of them.
    pub fn give_up(&mut self, why: &str) {
        let waiting = self.jobs.drain(..).filter_map(|(ticket, _)| Some((ticket?, cancelled(why))));
        self.ended.extend(waiting);
    }

    /// The next one that ended without its work's doing; without a chain none goes on.
    pub fn ended(&mut self, has_chain: bool) -> Option<(T, Answer)> {
        if !has_chain {
            let waiting = self.jobs.drain(..).filter_map(|(ticket, _)| Some((ticket?, not_started())));
            self.ended.extend(waiting);
        }
        self.ended.pop_front().map(|(ticket, error)| (ticket, Err(error)))
    }
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Takes a long request; [`Node::work`] does it.
    pub(super) fn begin(&mut self, ticket: T, job: Job) -> Result<(), Error> {
        self.chain()?;
        if let Job::Advance(advance) = &job {
            advance.check()?;
        }
        if self.long.jobs.len() >= MOST {
            let detail = format!("{MOST} long requests are under way or waiting; cancel one, or wait for its answer");
            return Err(Error::request(ErrorKind::Busy, detail));
        }
        self.long.jobs.push_back((Some(ticket), job));
        Ok(())
    }

    /// Takes a request that nobody waits for.
    pub(in crate::node) fn begin_alone(&mut self, job: Prove) {
        self.long.jobs.push_back((None, Job::Prove(Box::new(job))));
    }

    /// One step of the request under way; `None` when there is none. Letting time pass seals blocks itself; beside
    /// everything else they are sealed as they fall due.
    pub(super) async fn long_step(&mut self, inbox: &dyn Inbox<T>) -> Option<Work<T>> {
        let (ticket, mut job) = self.long.jobs.pop_front()?;
        if !matches!(job, Job::Advance(_)) {
            self.seal_if_due(inbox).await;
            if self.chain.is_none() {
                return Some(ticket.map_or(Work::Step, |ticket| Work::Done(ticket, Err(not_started()))));
            }
        }
        let done = match &mut job {
            Job::Advance(job) => self.advance_step(job, inbox).await,
            Job::DryRun(job) => self.dry_run_step(job).await,
            Job::Compare(job) => self.compare_step(job),
            Job::Reexecute(job) => self.reexecute_step(job).await,
            Job::Verify(job) => self.verify_step(job).await,
            Job::Prove(job) => Ok(self.prove_step(job).await.then_some(Response::Done)),
        };
        if !matches!(job, Job::Advance(_)) {
            // These steps compute and may wait for nothing, so what has arrived meanwhile would not be seen.
            self.world.breathe().await;
        }
        Some(match (done.transpose(), ticket) {
            (None, ticket) => {
                self.long.jobs.push_front((ticket, job));
                Work::Step
            }
            (Some(answer), Some(ticket)) => Work::Done(ticket, answer),
            (Some(_), None) => Work::Step,
        })
    }

    /// Reports how far a long request is.
    pub(super) fn progress(&self, what: &str, done: u64, total: u64) {
        self.world.emit(Event::Progress { what: what.into(), done, total });
    }

    /// True while a step that began at `since` may go on.
    pub(in crate::node) fn has_time(&self, since: u64) -> bool {
        self.world.micros().saturating_sub(since) < STEP_MICROS
    }
}
