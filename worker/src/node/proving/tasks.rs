//! Proofs under way: one at a time, the others wait. They go on whatever the node does meanwhile, and end with this tab.

use super::crew::Progress;
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};
use zera_primitives::{CallRecord, Hash};
use zera_prover_worker::wire::Job;
use zera_worker_protocol::{CallId, ProofPhase, ProofTask};

/// Proofs that may be under way and waiting.
const MOST: usize = 16;
/// Milliseconds between two reports of one proof, unless its phase changes.
const REPORT_MS: u64 = 250;

/// One proof under way.
pub struct Task {
    view: ProofTask,
    /// What it is made from, once that is known; taken when provers begin.
    work: Option<Work>,
    begun_ms: u64,
    told_ms: u64,
}

/// What a proof is made from.
pub struct Work {
    /// For the provers.
    pub job: Box<Job>,
    /// Name of the module.
    pub name: String,
    /// What executing the call again gave, and its result's bytes.
    pub executed: Option<(CallRecord, Vec<u8>)>,
}

/// All of them, the one under way first.
#[derive(Default)]
pub struct Tasks {
    tasks: RefCell<VecDeque<Task>>,
    last: Cell<u32>,
    /// Whether somebody drives them.
    pub driven: Cell<bool>,
}

impl Tasks {
    /// Adds one; none when there are too many.
    pub fn add(&self, call: Option<CallId>, code: Hash, entry: String, now_ms: u64) -> Option<u32> {
        let mut tasks = self.tasks.borrow_mut();
        if tasks.len() >= MOST {
            return None;
        }
        let id = self.last.get().wrapping_add(1).max(1);
        self.last.set(id);
        let view = ProofTask {
            id,
            call,
            code,
            entry,
            phase: if call.is_some() { ProofPhase::Executing } else { ProofPhase::Waiting },
            segment: 0,
            of: 0,
            millis_left: None,
            key_bytes: (0, 0),
            memory_bytes: 0,
            millis: 0,
        };
        tasks.push_back(Task { view, work: None, begun_ms: now_ms, told_ms: 0 });
        Some(id)
    }

    /// Gives one what it is made from.
    pub fn ready(&self, id: u32, work: Work) {
        if let Some(task) = self.tasks.borrow_mut().iter_mut().find(|task| task.view.id == id) {
            task.view.phase = ProofPhase::Waiting;
            task.work = Some(work);
        }
    }

    /// The next one that can be proven.
    pub fn next(&self) -> Option<(u32, Work)> {
        let mut tasks = self.tasks.borrow_mut();
        tasks.iter_mut().find_map(|task| Some((task.view.id, task.work.take()?)))
    }

    /// Takes one out.
    pub fn end(&self, id: u32) -> Option<ProofTask> {
        let mut tasks = self.tasks.borrow_mut();
        let place = tasks.iter().position(|task| task.view.id == id)?;
        tasks.remove(place).map(|task| task.view)
    }

    /// Whether one is still wanted.
    pub fn wanted(&self, id: u32) -> bool {
        self.tasks.borrow().iter().any(|task| task.view.id == id)
    }

    /// The proof of a call that is under way.
    pub fn of(&self, call: &CallId) -> Option<u32> {
        let tasks = self.tasks.borrow();
        tasks.iter().find(|task| task.view.call == Some(*call)).map(|task| task.view.id)
    }

    /// Notes how far one is; what is to be told, if it is time to tell. None, too, when it is given up.
    pub fn note(&self, id: u32, progress: Progress, now_ms: u64) -> Option<ProofTask> {
        let mut tasks = self.tasks.borrow_mut();
        let task = tasks.iter_mut().find(|task| task.view.id == id)?;
        let changed = task.view.phase != progress.phase;
        let Progress { phase, segment, of, millis_left, key_bytes, memory_bytes } = progress;
        let millis = now_ms.saturating_sub(task.begun_ms);
        let view = &mut task.view;
        *view = ProofTask { phase, segment, of, millis_left, key_bytes, memory_bytes, millis, ..view.clone() };
        let due = changed || now_ms.saturating_sub(task.told_ms) >= REPORT_MS;
        task.told_ms = if due { now_ms } else { task.told_ms };
        due.then(|| task.view.clone())
    }

    /// All of them.
    pub fn views(&self) -> Vec<ProofTask> {
        self.tasks.borrow().iter().map(|task| task.view.clone()).collect()
    }

    /// Gives all up; their numbers.
    pub fn clear(&self) -> Vec<u32> {
        self.tasks.borrow_mut().drain(..).map(|task| task.view.id).collect()
    }
}
