//! The thread that owns the chain. `Client` is not `Send`: it never leaves its thread; others send it jobs and wait for
//! what they answer. Consensus goes first; questions wait in a queue of bounded length.

use super::{Chain, Standing};
use crate::store::Shelf;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{broadcast, oneshot, watch};
use zera_client::GenesisConfig;
use zera_primitives::{AccountId, Hash, Header, Height, Outcome};

/// Questions that may wait for the chain's thread; the next one is refused.
const QUESTIONS: usize = 512;
/// Blocks whose endings a slow listener may lag behind.
const ENDINGS: usize = 256;

type Job = Box<dyn FnOnce(&mut Chain) + Send>;

/// Unix time, milliseconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How transactions of one final block ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The block.
    pub height: Height,
    /// Those in it.
    pub included: Vec<(Hash, Outcome)>,
    /// Those that can enter no block any more.
    pub dropped: Vec<Hash>,
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Job>,
    questions: VecDeque<Job>,
    closed: bool,
}

/// What threads share of one chain.
pub struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    /// True when every call is answered before it returns.
    lockstep: bool,
    pub(super) clock: Clock,
    pub(super) standing: watch::Sender<Arc<Standing>>,
    pub(super) proposed: watch::Sender<Option<Arc<Header>>>,
    pub(super) ended: broadcast::Sender<Arc<Ended>>,
    pub(super) failure: watch::Sender<Option<String>>,
    /// The newest view in which each validator voted.
    pub(super) voted: Mutex<std::collections::BTreeMap<AccountId, u64>>,
    /// Microseconds that the thread has worked.
    busy_us: AtomicU64,
}

/// A way to one chain. Clones lead to the same one; the thread ends when [`Handle::close`] is called.
#[derive(Clone)]
pub struct Handle {
    pub(super) shared: Arc<Shared>,
    /// For reading: whatever needs no state is answered from it, on the asker's own thread.
    pub shelf: Shelf,
    /// The chain's configuration and genesis block.
    pub genesis: Arc<Genesis>,
    pub(super) thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
}

/// What never changes.
#[derive(Clone, Debug)]
pub struct Genesis {
    /// What the genesis block follows from.
    pub config: GenesisConfig,
    /// The genesis block's bytes.
    pub block: Vec<u8>,
    /// Its header's hash: which chain this is.
    pub hash: Hash,
}

/// The chain's thread does not answer. `Busy` is recoverable: ask again later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Silence {
    /// Too many questions wait.
    #[error("too many questions wait for the chain")]
    Busy,
    /// It has stopped.
    #[error("the chain has stopped")]
    Stopped,
}

impl Shared {
    pub(super) fn new(clock: Clock, standing: Standing, lockstep: bool) -> Self {
        Self {
            queue: Mutex::default(),
            wake: Condvar::new(),
            lockstep,
            clock,
            standing: watch::Sender::new(Arc::new(standing)),
            proposed: watch::Sender::new(None),
            ended: broadcast::Sender::new(ENDINGS),
            failure: watch::Sender::new(None),
            voted: Mutex::default(),
            busy_us: AtomicU64::new(0),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A job never panics while it holds the queue, so that its content is whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, job: Job, urgent: bool) -> Result<(), Silence> {
        let mut queue = self.queue();
        if queue.closed {
            return Err(Silence::Stopped);
        }
        if urgent {
            queue.urgent.push_back(job);
        } else if queue.questions.len() < QUESTIONS {
            queue.questions.push_back(job);
        } else {
            return Err(Silence::Busy);
        }
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    /// The next job; none when nothing came until `patience` was over (at once for zero), an error at the end.
    fn next(&self, patience: Duration) -> Result<Option<Job>, Silence> {
        let mut queue = self.queue();
        if queue.urgent.is_empty() && queue.questions.is_empty() && !queue.closed && !patience.is_zero() {
            let waited = self.wake.wait_timeout(queue, patience).unwrap_or_else(PoisonError::into_inner);
            queue = waited.0;
        }
        let job = queue.urgent.pop_front().or_else(|| queue.questions.pop_front());
        if job.is_none() && queue.closed { Err(Silence::Stopped) } else { Ok(job) }
    }

    /// Runs the chain until it is closed or fails. What waits then is dropped, and with it whoever waits for its answer.
    pub(super) fn run(&self, mut chain: Chain) {
        loop {
            let upkeep = chain.has_upkeep();
            let patience = if upkeep { Duration::ZERO } else { chain.patience() };
            let job = match self.next(patience) {
                Ok(job) => job,
                Err(_) => break,
            };
            let began = std::time::Instant::now();
            match job {
                Some(job) => {
                    job(&mut chain);
                    if upkeep && chain.waited_long() {
                        chain.upkeep();
                    }
                }
                None => chain.upkeep(),
            }
            chain.tick();
            let took = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.busy_us.fetch_add(took, Ordering::Relaxed);
            if let Some(failure) = chain.failure() {
                tracing::error!(%failure, "the chain has stopped");
                self.failure.send_replace(Some(failure.to_owned()));
                break;
            }
        }
        chain.close();
        let mut queue = self.queue();
        *queue = Queue { closed: true, ..Queue::default() };
    }
}

impl Handle {
    /// Has the chain's thread do something before any question; the answer comes when it is done. Dropping the future gives
    /// up the answer, not the work.
    ///
    /// # Errors
    /// [`Silence::Stopped`].
    pub async fn urgent<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Chain) -> R + Send + 'static,
    ) -> Result<R, Silence> {
        self.ask(work, true).await
    }

    /// Asks the chain's thread something.
    ///
    /// # Errors
    /// [`Silence`].
    pub async fn question<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Chain) -> R + Send + 'static,
    ) -> Result<R, Silence> {
        self.ask(work, false).await
    }

    async fn ask<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Chain) -> R + Send + 'static,
        urgent: bool,
    ) -> Result<R, Silence> {
        if self.shared.lockstep {
            return self.wait(work);
        }
        let (reply, answer) = oneshot::channel();
        // Whoever asked may have gone away.
        self.shared.send(Box::new(move |chain| drop(reply.send(work(chain)))), urgent)?;
        answer.await.map_err(|_| Silence::Stopped)
    }

    /// Has the chain's thread do something and blocks until it is done: for threads that may block.
    ///
    /// # Errors
    /// [`Silence::Stopped`].
    pub fn wait<R: Send + 'static>(&self, work: impl FnOnce(&mut Chain) -> R + Send + 'static) -> Result<R, Silence> {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        let job = move |chain: &mut Chain| {
            let done = work(chain);
            // What waited and can be done now is done before anybody goes on.
            chain.tick();
            // Whoever asked may have gone away.
            drop(reply.send(done));
        };
        self.shared.send(Box::new(job), true)?;
        answer.recv().map_err(|_| Silence::Stopped)
    }

    /// Has the chain's thread do something, and does not wait (except in lockstep).
    pub fn tell(&self, work: impl FnOnce(&mut Chain) + Send + 'static) {
        // A chain that has stopped needs to be told nothing.
        if self.shared.lockstep {
            let _ = self.wait(work);
        } else {
            let _ = self.shared.send(Box::new(work), true);
        }
    }

    /// Has the thread end when it has done what it was asked before, and waits for that: the store is closed when the last
    /// handle is gone.
    pub fn close(&self) {
        self.shared.queue().closed = true;
        self.shared.wake.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = thread.map(std::thread::JoinHandle::join) {
            tracing::error!("the chain's thread panicked");
        }
    }

    /// Where the chain stands; changes with every block.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Arc<Standing>> {
        self.shared.standing.subscribe()
    }

    /// The newest proposal that this peer has executed.
    #[must_use]
    pub fn proposed(&self) -> watch::Receiver<Option<Arc<Header>>> {
        self.shared.proposed.subscribe()
    }

    /// How transactions end.
    #[must_use]
    pub fn ended(&self) -> broadcast::Receiver<Arc<Ended>> {
        self.shared.ended.subscribe()
    }

    /// The newest view in which each validator voted.
    #[must_use]
    pub fn voted(&self) -> &Mutex<std::collections::BTreeMap<AccountId, u64>> {
        &self.shared.voted
    }

    /// Why the chain has stopped, once it has failed.
    #[must_use]
    pub fn failure(&self) -> watch::Receiver<Option<String>> {
        self.shared.failure.subscribe()
    }

    /// Unix time as this chain sees it, milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        (self.shared.clock)()
    }

    /// Microseconds that the chain's thread has worked since it began.
    #[must_use]
    pub fn busy_us(&self) -> u64 {
        self.shared.busy_us.load(Ordering::Relaxed)
    }
}
