//! What the pool needs of the world: something that runs pipelines beside this thread. The browser's is `platform::workers`; tests
//! have one that delays, kills, hangs and talks nonsense.

/// Workers that share nothing with this thread and talk in bytes.
#[expect(async_fn_in_trait, reason = "the worker has one thread; no future leaves it")]
pub trait Workers {
    /// How many threads this machine runs at once; none where there are no workers.
    fn hardware(&self) -> Option<u8>;
    /// Starts a worker under a number that no other one has had. It says [`super::wire::FromPipeline::Ready`] when it listens.
    ///
    /// # Errors
    /// Why this world refuses, as a diagnostic.
    fn spawn(&self, serial: u64) -> Result<(), String>;
    /// Sends a message and keeps no copy.
    ///
    /// # Errors
    /// Why it could not be sent, as a diagnostic.
    fn post(&self, serial: u64, message: Vec<u8>) -> Result<(), String>;
    /// Ends a worker at once, whatever it does; nothing that it said before is delivered any more.
    fn kill(&self, serial: u64);
    /// The next thing that any worker says. None when nobody says anything until the clock shows `until`; with `until`
    /// in the past it never waits.
    async fn next(&self, until: u64) -> Option<Report>;
    /// A clock for measuring, microseconds; the same for this thread and for every worker.
    fn micros(&self) -> u64;
    /// Unix time, milliseconds.
    fn now_ms(&self) -> u64;
}

/// What a worker says, or what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Which worker.
    pub serial: u64,
    /// What it says.
    pub said: Said,
}

/// One thing that a worker says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// A message.
    Message(Vec<u8>),
    /// It ended by itself; the text is a diagnostic.
    Died(String),
}
