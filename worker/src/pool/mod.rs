//! Pipelines on workers (design §7): a block's clusters run on as many threads as the machine has. They share nothing with
//! this one, so a pipeline that traps, hangs or runs out of memory breaks alone: it is replaced and its work done again.
//! What a block comes to never depends on any of this.

pub mod cost;
mod crew;
mod incidents;
mod settings;
mod stage;
pub mod wire;
pub mod workers;

pub use crew::MOST;
pub use settings::Settings;

use crew::Crew;
use std::{cell::Cell, rc::Rc};
use wire::{Break, Tuning};
use workers::Workers;
use zera_client::zip::{Pipelines, Running, Work};
use zera_primitives::Height;
use zera_runtime::Machine;
use zera_vm::tiered::{TieredEngine, Tiering};
use zera_worker_protocol::{IncidentView, PipelineState, PipelineView};

/// Everything that executes on behalf of one node: its pipelines, and its own machine for what is too small to send, for
/// serial lanes and for questions.
pub struct Pool<S> {
    crew: Crew<S>,
    engine: TieredEngine,
    machine: Machine,
    /// With wasmi alone: it ends whatever it is given, so it does again what pipelines broke at.
    reference: Machine,
    settings: Cell<Settings>,
    speed: Cell<cost::Speed>,
    /// How the next pipeline that gets work is to break.
    breaks: Cell<Option<Break>>,
    /// Whatever can be sent is sent, however small.
    always: Cell<bool>,
    /// A test has fast engines give wrong results.
    lies: Cell<bool>,
}

impl<S: Workers> Pool<S> {
    /// No pipelines until [`Self::follow`].
    pub fn new(workers: S, engine: TieredEngine) -> Self {
        Self {
            crew: Crew::new(workers),
            machine: Machine::new(Box::new(engine.clone())),
            engine,
            reference: Machine::default(),
            settings: Cell::default(),
            speed: Cell::default(),
            breaks: Cell::new(None),
            always: Cell::new(false),
            lies: Cell::new(false),
        }
    }

    /// Wishes in force.
    pub fn settings(&self) -> Settings {
        self.settings.get()
    }

    /// Follows these wishes from now on.
    pub fn follow(&self, settings: Settings) {
        self.settings.set(settings);
        self.engine.set_tiering(self.tiering());
        let available = self.available().unwrap_or(0);
        let count =
            if available == 0 { 0 } else { settings.pipelines.unwrap_or(available.saturating_sub(1).clamp(1, MOST)) };
        self.crew.resize(count);
    }

    /// Threads that this machine runs at once; none where there are no workers.
    pub fn available(&self) -> Option<u8> {
        self.crew.workers().hardware()
    }

    /// The node's own engine; counts and differences of the pipelines' engines are added to its own.
    pub const fn engine(&self) -> &TieredEngine {
        &self.engine
    }

    /// Sends whatever can be sent, however small: for tests and measurements of pipelines themselves.
    pub fn set_always(&self, always: bool) {
        self.always.set(always);
    }

    /// The next pipeline that gets work breaks like this.
    pub fn set_break(&self, how: Break) {
        self.breaks.set(Some(how));
    }

    /// The fast engine of every thread gives wrong results from now on, until it is found out.
    pub fn set_lies(&self) {
        self.lies.set(true);
        self.engine.set_lies(true);
    }

    /// The block that is executed from now on, for incidents.
    pub fn at(&self, height: Option<Height>) {
        self.crew.height.set(height);
    }

    /// Takes in what pipelines have said while nothing was asked of them.
    pub async fn tend(&self) {
        self.crew.tend().await;
    }

    /// What went wrong lately, newest first.
    pub fn incidents(&self) -> Vec<IncidentView> {
        self.crew.incidents.all()
    }

    /// What went wrong since the last call, oldest first.
    pub fn news(&self) -> Vec<IncidentView> {
        self.crew.incidents.news()
    }

    /// The pipelines, by number.
    pub fn pipelines(&self) -> Vec<PipelineView> {
        self.crew.each(|(number, pipeline)| PipelineView {
            number: u8::try_from(number).unwrap_or(u8::MAX),
            state: pipeline.state,
            jobs: pipeline.jobs,
            busy_us: pipeline.busy_us,
            gas: pipeline.gas,
            replaced: pipeline.replaced,
            codes: u32::try_from(pipeline.held.codes.len()).unwrap_or(u32::MAX),
        })
    }

    /// Pipelines in use.
    pub fn count(&self) -> u8 {
        let up = |pipeline: &PipelineView| pipeline.state != PipelineState::Down;
        u8::try_from(self.pipelines().iter().filter(|pipeline| up(pipeline)).count()).unwrap_or(u8::MAX)
    }

    fn tiering(&self) -> Tiering {
        let Settings { fast, sampling_ppm, .. } = self.settings.get();
        Tiering { fast, sampling_ppm, ..self.engine.tiering() }
    }

    /// What every pipeline is to know about engines.
    fn tuning(&self) -> Tuning {
        let Tiering { fast, sampling_ppm, .. } = self.tiering();
        Tuning { fast, sampling_ppm, off: self.engine.disabled(), lies: self.lies.get() }
    }
}

/// A pool as the client holds it.
pub struct Handle<S>(Rc<Pool<S>>);

impl<S> Handle<S> {
    /// Shares a pool.
    pub fn new(pool: &Rc<Pool<S>>) -> Self {
        Self(Rc::clone(pool))
    }
}

impl<S: Workers> Pipelines for Handle<S> {
    fn run<'a>(&'a self, work: &'a Work<'a>) -> Running<'a> {
        Box::pin(stage::run(&self.0, work))
    }

    fn machine(&self) -> &Machine {
        &self.0.machine
    }

    fn micros(&self) -> u64 {
        self.0.crew.workers().micros()
    }
}

#[cfg(test)]
pub(crate) mod tests;
