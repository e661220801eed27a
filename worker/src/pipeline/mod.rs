//! The role of a pipeline: it runs jobs one after another on a machine of its own and knows nothing of the chain. Same
//! program as the node's, in another worker.

use crate::pool::wire::{Break, FromPipeline, Task, Tuning, message, read};
use codec::Encode as _;
use zera_client::zip::{Answer, CodeCache, Job, JobError, run_job};
use zera_runtime::Machine;
use zera_vm::tiered::{TieredEngine, Tiering};

/// One pipeline.
pub struct Pipeline {
    engine: TieredEngine,
    machine: Machine,
    codes: CodeCache,
    clock: fn() -> u64,
}

impl Pipeline {
    /// On `engine`; `clock` gives microseconds and is the node's own.
    pub fn new(engine: TieredEngine, clock: fn() -> u64) -> Self {
        let machine = Machine::new(Box::new(engine.clone()));
        Self { engine, machine, codes: CodeCache::default(), clock }
    }

    /// Does what a message asks, and answers it; `break_now` is what a test may ask for instead.
    pub fn answer(&mut self, bytes: &[u8], break_now: fn(Break)) -> Vec<u8> {
        let (number, answer) = match read::<Task>(bytes) {
            Ok((task, job)) => {
                if let Some(how) = task.breaks {
                    break_now(how);
                }
                if let Some(tuning) = &task.tuning {
                    self.follow(tuning);
                }
                (task.number, self.run(job))
            }
            // Only a defect of ours sends such a message; no task has this number.
            Err(error) => (0, Err(JobError::Fault(error))),
        };
        message(&FromPipeline::Done { number, report: self.engine.report().encode() }, &answer.encode())
    }

    fn run(&mut self, job: &[u8]) -> Answer {
        let job = Job::from_bytes(job).map_err(|error| JobError::Fault(error.to_string()))?;
        run_job(&self.machine, job, &mut self.codes, &self.clock)
    }

    fn follow(&self, tuning: &Tuning) {
        let Tuning { fast, sampling_ppm, off, lies } = tuning;
        self.engine.set_tiering(Tiering { fast: *fast, sampling_ppm: *sampling_ppm, ..self.engine.tiering() });
        off.iter().for_each(|code| self.engine.disable(code, "the engines disagreed about it"));
        self.engine.set_lies(*lies);
    }
}
