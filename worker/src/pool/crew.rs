//! The pipelines of a node: starting them, giving them work, and replacing those that end, hang or talk nonsense. Knows
//! nothing of what the work is.

use super::{
    incidents::{Incident, Incidents, kind_of_death},
    wire::{FromPipeline, Tuning, read},
    workers::{Report, Said, Workers},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};
use zera_primitives::{Hash, Height};
use zera_worker_protocol::{IncidentKind, PipelineState};

/// Most pipelines that a node starts.
pub const MOST: u8 = 8;
/// A worker that does not listen after this many microseconds is given up: compiling is done, it only has to start.
const START_US: u64 = 20_000_000;
/// Workers of one pipeline that end before they listened, one after another, until the pipeline is down.
const STARTS: u32 = 3;

/// One pipeline.
pub struct Pipeline {
    /// Its worker's number.
    serial: u64,
    /// What it is doing.
    pub state: PipelineState,
    /// While it starts or is busy: when it must have answered.
    until: u64,
    /// The task it works on, and since when.
    task: Option<(u64, u64)>,
    /// Starts in a row that came to nothing.
    failed: u32,
    /// Tasks it answered.
    pub jobs: u64,
    /// Microseconds from work to answer, summed.
    pub busy_us: u64,
    /// Gas of what it executed.
    pub gas: u64,
    /// Workers it lost.
    pub replaced: u32,
    /// What its worker holds.
    pub held: Held,
}

/// What a worker was told and holds.
#[derive(Default)]
pub struct Held {
    /// Codes.
    pub codes: BTreeSet<Hash>,
    /// How to use engines.
    pub tuning: Option<Tuning>,
}

impl Pipeline {
    const fn new() -> Self {
        Self {
            serial: 0,
            state: PipelineState::Down,
            until: 0,
            task: None,
            failed: 0,
            jobs: 0,
            busy_us: 0,
            gas: 0,
            replaced: 0,
            held: Held { codes: BTreeSet::new(), tuning: None },
        }
    }
}

/// What became of a task.
pub enum Outcome {
    /// Its pipeline answered.
    Answered(Answered),
    /// Its pipeline is no more.
    Lost {
        /// The task.
        number: u64,
    },
}

/// An answer.
pub struct Answered {
    /// Which pipeline.
    pub pipeline: usize,
    /// The task.
    pub number: u64,
    /// The whole message.
    pub bytes: Vec<u8>,
    /// Where its body begins.
    pub body: usize,
    /// What its engine reports, encoded.
    pub report: Vec<u8>,
    /// Microseconds from work to answer.
    pub took: u64,
}

/// The pipelines.
pub struct Crew<S> {
    workers: S,
    pipelines: RefCell<Vec<Pipeline>>,
    serials: Cell<u64>,
    tasks: Cell<u64>,
    /// What went wrong.
    pub incidents: Incidents,
    /// The block under way.
    pub height: Cell<Option<Height>>,
}

impl<S: Workers> Crew<S> {
    /// No pipelines yet: see [`Self::resize`].
    pub fn new(workers: S) -> Self {
        Self {
            workers,
            pipelines: RefCell::default(),
            serials: Cell::new(0),
            tasks: Cell::new(0),
            incidents: Incidents::default(),
            height: Cell::new(None),
        }
    }

    /// The world.
    pub const fn workers(&self) -> &S {
        &self.workers
    }

    /// As many pipelines as this from now on; those that are too many are ended, whatever they do.
    pub fn resize(&self, count: u8) {
        let count = usize::from(count.min(MOST));
        let ended = {
            let mut pipelines = self.pipelines.borrow_mut();
            if count < pipelines.len() { pipelines.split_off(count) } else { Vec::new() }
        };
        for pipeline in ended {
            self.workers.kill(pipeline.serial);
        }
        let there = self.pipelines.borrow().len();
        for number in there..count {
            self.pipelines.borrow_mut().push(Pipeline::new());
            self.start(number);
        }
    }

    /// Looks at every pipeline, by number.
    pub fn each<T>(&self, look: impl FnMut((usize, &Pipeline)) -> T) -> Vec<T> {
        self.pipelines.borrow().iter().enumerate().map(look).collect()
    }

    /// Changes one pipeline; none when there is none of that number.
    pub fn with<T>(&self, pipeline: usize, change: impl FnOnce(&mut Pipeline) -> T) -> Option<T> {
        self.pipelines.borrow_mut().get_mut(pipeline).map(change)
    }

    /// Pipelines that wait for work, by number.
    pub fn idle(&self) -> Vec<usize> {
        let idle = |(number, pipeline): (usize, &Pipeline)| (pipeline.state == PipelineState::Idle).then_some(number);
        self.each(idle).into_iter().flatten().collect()
    }

    /// True when a pipeline is idle, or will be.
    pub fn any(&self) -> bool {
        self.pipelines.borrow().iter().any(|pipeline| pipeline.state != PipelineState::Down)
    }

    /// A number for a task.
    pub fn next_task(&self) -> u64 {
        self.tasks.set(self.tasks.get().saturating_add(1));
        self.tasks.get()
    }

    /// Sends a task to an idle pipeline, which must answer within `budget` microseconds. False when it could not be sent.
    pub fn give(&self, pipeline: usize, number: u64, message: Vec<u8>, budget: u64) -> bool {
        let now = self.workers.micros();
        let Some(serial) = self.with(pipeline, |pipeline| {
            pipeline.state = PipelineState::Busy;
            pipeline.task = Some((number, now));
            pipeline.until = now.saturating_add(budget);
            pipeline.serial
        }) else {
            return false;
        };
        match self.workers.post(serial, message) {
            Ok(()) => true,
            Err(detail) => {
                // Nothing was lost: the caller still has the work.
                self.replace(pipeline, IncidentKind::Trapped, format!("it takes no message: {detail}"));
                false
            }
        }
    }

    /// Waits until a task is answered or lost; none when no pipeline is busy or starting.
    pub async fn next(&self) -> Option<Outcome> {
        loop {
            let until = self.deadline()?;
            if let Some(outcome) = self.turn(until).await {
                return Some(outcome);
            }
        }
    }

    /// Takes in what has been said meanwhile. Answers to tasks that nobody waits for any more only free their pipelines.
    pub async fn tend(&self) {
        while let Some(report) = self.workers.next(0).await {
            self.hear(report);
        }
        self.expire();
    }

    /// When the first pipeline is overdue.
    fn deadline(&self) -> Option<u64> {
        let waits = |pipeline: &&Pipeline| matches!(pipeline.state, PipelineState::Starting | PipelineState::Busy);
        self.pipelines.borrow().iter().filter(waits).map(|pipeline| pipeline.until).min()
    }

    /// One report, or the end of someone's time.
    pub async fn turn(&self, until: u64) -> Option<Outcome> {
        match self.workers.next(until).await {
            Some(report) => self.hear(report),
            None => self.expire(),
        }
    }

    fn hear(&self, report: Report) -> Option<Outcome> {
        let found = self.each(|(number, pipeline)| (number, pipeline.serial));
        // A worker that was replaced may have said something before it ended.
        let (pipeline, _) = found.into_iter().find(|(_, serial)| *serial == report.serial)?;
        let bytes = match report.said {
            Said::Message(bytes) => bytes,
            Said::Died(detail) => return self.replace(pipeline, kind_of_death(&detail), detail),
        };
        let (head, body) = match read::<FromPipeline>(&bytes) {
            Ok((head, body)) => (head, bytes.len().saturating_sub(body.len())),
            Err(detail) => return self.garbled(pipeline, format!("not an answer: {detail}")),
        };
        match head {
            FromPipeline::Ready => {
                self.ready(pipeline);
                None
            }
            FromPipeline::Done { number, report } => {
                self.answered(Answered { pipeline, number, bytes, body, report, took: 0 })
            }
            FromPipeline::Panicked(detail) => self.replace(pipeline, IncidentKind::Trapped, detail),
        }
    }

    /// A pipeline said something that it may not say.
    pub fn garbled(&self, pipeline: usize, detail: String) -> Option<Outcome> {
        self.replace(pipeline, IncidentKind::Garbled, detail)
    }

    fn ready(&self, pipeline: usize) {
        self.with(pipeline, |pipeline| {
            if pipeline.state == PipelineState::Starting {
                pipeline.state = PipelineState::Idle;
                pipeline.failed = 0;
            }
        });
    }

    fn answered(&self, mut answer: Answered) -> Option<Outcome> {
        let (pipeline, number) = (answer.pipeline, answer.number);
        let now = self.workers.micros();
        let expected = self.with(pipeline, |pipeline| {
            let (_, since) = pipeline.task.take_if(|(expected, _)| *expected == number)?;
            let took = now.saturating_sub(since);
            pipeline.state = PipelineState::Idle;
            pipeline.jobs = pipeline.jobs.saturating_add(1);
            pipeline.busy_us = pipeline.busy_us.saturating_add(took);
            Some(took)
        });
        match expected.flatten() {
            Some(took) => {
                answer.took = took;
                Some(Outcome::Answered(answer))
            }
            None => self.garbled(pipeline, format!("it answers task {number}, which it does not have")),
        }
    }

    /// Replaces one pipeline whose time is over.
    fn expire(&self) -> Option<Outcome> {
        let now = self.workers.micros();
        let over = |(number, pipeline): (usize, &Pipeline)| {
            let state = pipeline.state;
            let waits = matches!(state, PipelineState::Starting | PipelineState::Busy);
            (waits && pipeline.until <= now).then_some((number, state))
        };
        let (pipeline, state) = self.each(over).into_iter().flatten().next()?;
        let (kind, detail) = match state {
            PipelineState::Busy => (IncidentKind::Hung, "it did not answer within its budget of time"),
            _ => (IncidentKind::NotStarted, "it did not start in time"),
        };
        self.replace(pipeline, kind, detail.into())
    }

    /// Ends a pipeline's worker and starts another; what became of its task, if it had one.
    pub fn replace(&self, pipeline: usize, kind: IncidentKind, detail: String) -> Option<Outcome> {
        let (serial, task, started) = self.with(pipeline, |pipeline| {
            pipeline.replaced = pipeline.replaced.saturating_add(1);
            (pipeline.serial, pipeline.task.take(), pipeline.state != PipelineState::Starting)
        })?;
        self.workers.kill(serial);
        let kind = if started { kind } else { IncidentKind::NotStarted };
        self.note(pipeline, kind, detail, task.is_some());
        let failed = self.with(pipeline, |pipeline| {
            pipeline.failed = if started { 0 } else { pipeline.failed.saturating_add(1) };
            pipeline.state = PipelineState::Down;
            pipeline.failed
        });
        if failed.is_some_and(|failed| failed < STARTS) {
            self.start(pipeline);
        }
        task.map(|(number, _)| Outcome::Lost { number })
    }

    fn start(&self, pipeline: usize) {
        self.serials.set(self.serials.get().saturating_add(1));
        let serial = self.serials.get();
        match self.workers.spawn(serial) {
            Ok(()) => {
                let until = self.workers.micros().saturating_add(START_US);
                self.with(pipeline, |pipeline| {
                    (pipeline.serial, pipeline.state, pipeline.until) = (serial, PipelineState::Starting, until);
                    pipeline.held = Held::default();
                });
            }
            // A world that refuses once refuses again: this pipeline stays down.
            Err(detail) => self.note(pipeline, IncidentKind::NotStarted, detail, false),
        }
    }

    fn note(&self, pipeline: usize, kind: IncidentKind, detail: String, redone: bool) {
        let pipeline = u8::try_from(pipeline).unwrap_or(u8::MAX);
        let at_ms = self.workers.now_ms();
        self.incidents.note(Incident { height: self.height.get(), pipeline, kind, detail, redone, at_ms });
    }
}
