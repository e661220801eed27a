//! A peer's part in consensus on real threads and sockets.

use crate::{
    Config, Ledger,
    block::Proposed,
    committee::{key, secret},
    engine::{self, Networks, Setup},
    gossip::{Desk, Heard, Outbox, Table},
};
use commonware_cryptography::{ChaCha20Poly1305, ed25519::PrivateKey};
use commonware_p2p::authenticated::discovery::{self, Network};
use commonware_runtime::{Metrics as _, Quota, Runner as _, Spawner as _, Supervisor as _, tokio};
use commonware_stream::{
    SakeCups,
    cups::{self, Cups},
    sake::{self, Sake},
};
use commonware_utils::{
    NZU32, NZUsize,
    channel::{mpsc, oneshot},
    sync::Mutex,
};
use futures::future::{Either, select};
use std::{
    net::TcpListener,
    num::{NonZeroU32, NonZeroUsize},
    pin::pin,
    sync::{Arc, mpsc as blocking},
    thread::JoinHandle,
    time::{Duration, SystemTime},
};
use zera_light::validators::MAX_VALIDATORS;
use zera_primitives::{AccountId, Hash};

/// How long a stopping engine may take to close its storage.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long a peer is shown after it was last heard.
const SHOWN: Duration = Duration::from_secs(60);

/// Why consensus did not start, or stopped.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NodeError {
    /// The seed or a key in the configuration is no Ed25519 key.
    #[error("not an Ed25519 key")]
    BadKey,
    /// The ledger's genesis does not decode, or its epochs are shorter than two blocks.
    #[error("not a genesis for a network: {0}")]
    Genesis(&'static str),
    /// The address cannot be listened on.
    #[error("cannot listen for peers: {0}")]
    Listen(String),
    /// The engine's thread ended: storage failed, the network closed, or a bug.
    #[error("the engine stopped: {0}")]
    Stopped(String),
}

/// Another peer, as this one last heard of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerState {
    /// Its key.
    pub id: AccountId,
    /// Whether it is in the committee of the current epoch.
    pub validator: bool,
    /// Height of its newest final block.
    pub height: u64,
    /// Round trip, once one came back.
    pub latency_ms: Option<u32>,
    /// Milliseconds since it was last heard.
    pub silent_ms: u64,
}

/// Running consensus. Dropping it stops it, too, without waiting.
pub struct Node<L> {
    ledger: L,
    outbox: Outbox,
    peers: Table,
    metrics: mpsc::UnboundedSender<blocking::Sender<String>>,
    failure: Arc<Mutex<Option<NodeError>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl<L: Ledger> Node<L> {
    /// Starts consensus over `ledger` on threads of its own and returns at once.
    ///
    /// # Errors
    /// [`NodeError`], but for [`NodeError::Stopped`].
    pub fn start(config: Config, ledger: L) -> Result<Self, NodeError> {
        let genesis = Proposed::from_bytes(ledger.genesis()).map_err(|_| NodeError::Genesis("it does not decode"))?;
        let network = network(&config, &genesis.hash())?;
        let listen = |error: std::io::Error| NodeError::Listen(format!("{}: {error}", config.listen));
        // The engine itself would only panic.
        drop(TcpListener::bind(config.listen).map_err(listen)?);
        let (desk, outbox, peers) = Desk::new();
        let (metrics, asked) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let failure: Arc<Mutex<Option<NodeError>>> = Arc::default();
        let (seed, followers, timings) = (config.seed, config.followers.clone(), config.timings);
        let setup = Setup { ledger: ledger.clone(), seed, followers, timings, desk };
        let run = Run { setup, network, asked, stopped };
        let runtime = tokio::Config::new().with_storage_directory(&config.directory).with_worker_threads(2);
        let failed = Arc::clone(&failure);
        let body = move || {
            let ended = tokio::Runner::new(runtime).start(|context| run.run(context));
            *failed.lock() = ended.err();
        };
        let thread = std::thread::Builder::new().name("consensus".into()).spawn(body);
        let thread = thread.map_err(|error| NodeError::Stopped(error.to_string()))?;
        Ok(Self { ledger, outbox, peers, metrics, failure, stop: Some(stop), thread: Some(thread) })
    }

    /// Passes transactions (SCALE of `SignedTransaction`) on to other peers. Never waits; what does not fit is left to the
    /// next block that this peer proposes itself.
    pub fn gossip(&self, transactions: Vec<Vec<u8>>) {
        self.outbox.push(transactions);
    }

    /// Peers heard of in the last minute.
    #[must_use]
    pub fn peers(&self) -> Vec<PeerState> {
        let epoch = self.ledger.final_height().0.saturating_add(1) / self.ledger.epoch_blocks();
        let committee = self.ledger.committee(epoch);
        let now = SystemTime::now();
        let state = |(id, heard): (&AccountId, &Heard)| {
            let silent = now.duration_since(heard.at).unwrap_or_default();
            (silent < SHOWN).then(|| PeerState {
                id: *id,
                validator: committee.as_ref().is_some_and(|set| set.keys().contains(id)),
                height: heard.height,
                latency_ms: heard.latency,
                silent_ms: u64::try_from(silent.as_millis()).unwrap_or(u64::MAX),
            })
        };
        self.peers.lock().iter().filter_map(state).collect()
    }

    /// The engine's own metrics in Prometheus' text format; empty when it does not answer within a second.
    #[must_use]
    pub fn metrics(&self) -> String {
        let (answer, text) = blocking::channel();
        if self.metrics.send(answer).is_err() {
            return String::new();
        }
        text.recv_timeout(Duration::from_secs(1)).unwrap_or_default()
    }

    /// Why it ended, when it ended by itself.
    #[must_use]
    pub fn failure(&self) -> Option<NodeError> {
        let ended = self.thread.as_ref().is_some_and(JoinHandle::is_finished);
        let unknown = || NodeError::Stopped("its thread panicked".into());
        ended.then(|| self.failure.lock().clone().unwrap_or_else(unknown))
    }

    /// Stops it and waits until its storage is closed.
    ///
    /// # Errors
    /// [`NodeError::Stopped`], when it had failed before.
    pub fn stop(mut self) -> Result<(), NodeError> {
        let failed = self.failure();
        drop(self.stop.take());
        let joined = self.thread.take().map(JoinHandle::join);
        match failed {
            Some(error) => Err(error),
            None if matches!(joined, Some(Err(_))) => Err(NodeError::Stopped("its thread panicked".into())),
            None => Ok(()),
        }
    }
}

type Handshake = SakeCups<PrivateKey, ChaCha20Poly1305>;

/// What the engine's thread does.
struct Run<L> {
    setup: Setup<L>,
    network: discovery::Config<Handshake>,
    asked: mpsc::UnboundedReceiver<blocking::Sender<String>>,
    stopped: oneshot::Receiver<()>,
}

impl<L: Ledger> Run<L> {
    async fn run(self, context: tokio::Context) -> Result<(), NodeError> {
        let Self { setup, network, mut asked, stopped } = self;
        let (mut network, oracle) = Network::new(context.child("network"), network);
        // Messages of one peer a second, and at once: far above what honest peers need. The latter decide how long the
        // queues are, for which there is room from the beginning.
        let mut channel = |number: u64, rate: NonZeroU32, burst: NonZeroU32| {
            network.register(number, Quota::per_second(rate).allow_burst(burst))
        };
        let networks = Networks {
            votes: channel(0, NZU32!(1024), NZU32!(128)),
            certificates: channel(1, NZU32!(512), NZU32!(64)),
            requests: channel(2, NZU32!(256), NZU32!(32)),
            blocks: channel(3, NZU32!(64), NZU32!(16)),
            backfill: channel(4, NZU32!(256), NZU32!(64)),
            transactions: channel(5, NZU32!(128), NZU32!(32)),
            pings: channel(6, NZU32!(8), NZU32!(8)),
        };
        let mut listening = network.start();
        let engine = engine::start(&context, setup, "zera", oracle.clone(), oracle, networks).await?;
        let metrics = context.child("metrics").spawn(move |context| async move {
            while let Some(answer) = asked.recv().await {
                // Who asked may have gone away.
                let _ = answer.send(context.encode());
            }
        });
        let ended = {
            let engine = pin!(engine.ended());
            match select(select(engine, &mut listening), stopped).await {
                Either::Left((Either::Left((error, _)), _)) => Err(error),
                Either::Left((Either::Right((ended, _)), _)) => {
                    Err(NodeError::Stopped(format!("the network ended: {ended:?}")))
                }
                Either::Right(_) => Ok(()),
            }
        };
        metrics.abort();
        // Whatever does not end in time is dropped with the runtime; the stores survive that.
        let _ = context.stop(0, Some(FAREWELL)).await;
        ended
    }
}

fn network(config: &Config, chain: &Hash) -> Result<discovery::Config<Handshake>, NodeError> {
    let sake = Sake {
        signer: secret(&config.seed)?,
        synchrony_bound: Duration::from_secs(10),
        max_handshake_age: Duration::from_secs(10),
        version: sake::Version::V1,
    };
    let mut bootstrappers = Vec::new();
    for (id, address) in &config.bootstrappers {
        bootstrappers.push((key(id)?, (*address).into()));
    }
    config.followers.iter().try_for_each(|id| key(id).map(drop))?;
    let most = MAX_VALIDATORS.saturating_add(config.followers.len()).saturating_add(1);
    let mut network = discovery::Config::local(
        Cups::new(sake, cups::Version::V1),
        &[b"zera/peers/v1".as_slice(), &chain.0].concat(),
        config.listen,
        config.reachable,
        bootstrappers,
        NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN),
        engine::max_message_size(),
        NZUsize!(1024),
    );
    network.allow_private_ips = config.private;
    // Those who left the committee can still catch up with the epoch in which they did.
    network.tracked_peer_sets = NZUsize!(2);
    Ok(network)
}
