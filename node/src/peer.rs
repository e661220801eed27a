//! One peer from its configuration: store, chain, consensus, server; and the way down again.

use crate::{
    chain::{self, Clock, Handle, Options},
    config::{Config, FileError, Role},
    genesis::GenesisText,
    keys::{self, Seed},
    server::{self, Peer, Settings, site::Site},
    store::{RedbStore, Shelf},
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use zera_client::GenesisConfig;
use zera_consensus::{Node, NodeError};

/// How long the server may take to let its connections go.
const FAREWELL: Duration = Duration::from_secs(3);

/// Why a peer does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::redb::OpenError),
    /// The chain.
    #[error(transparent)]
    Chain(#[from] chain::OpenError),
    /// The port, or the page's folder.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// The system's word.
        error: io::Error,
    },
    /// Consensus.
    #[error(transparent)]
    Consensus(#[from] NodeError),
}

/// A running peer.
pub struct Running {
    /// What it serves.
    pub peer: Peer,
    /// Where it serves.
    pub address: std::net::SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
}

/// This machine's clock.
#[must_use]
pub fn clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// The store's file in a data folder.
#[must_use]
pub fn store_file(data: &Path) -> PathBuf {
    data.join("chain.redb")
}

/// Opens the store of a configuration.
///
/// # Errors
/// [`StartError`].
pub fn open_shelf(config: &Config) -> Result<Shelf, StartError> {
    let data = &config.data.0;
    std::fs::create_dir_all(data).map_err(|error| FileError::new(data, error))?;
    let cache = megabytes(config.keep.store_megabytes);
    Ok(Shelf::new(RedbStore::open(&store_file(data), cache)?))
}

/// Opens the chain of a configuration.
///
/// # Errors
/// [`StartError`].
pub fn open_chain(config: &Config, seed: &Seed) -> Result<Handle, StartError> {
    let genesis: GenesisConfig = GenesisText::read(&config.genesis.0)?.config();
    let options = Options {
        proposer: keys::public(seed),
        heartbeat_ms: config.network.heartbeat_ms,
        memory: megabytes(config.keep.state_megabytes),
        keep_blocks: (config.role != Role::Archive).then_some(config.keep.blocks),
        base_every: config.keep.base_every,
        pipelines: std::thread::available_parallelism().map_or(1, |count| count.get().min(8)),
        lockstep: false,
    };
    Ok(chain::open(&genesis, open_shelf(config)?, options, clock())?)
}

fn megabytes(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(1 << 20)
}

impl Running {
    /// Starts everything. Returns when the page is served; the chain may have to catch up yet.
    ///
    /// # Errors
    /// [`StartError`]; nothing goes on then.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let seed = keys::read(&config.key.0)?;
        let chain = open_chain(config, &seed)?;
        let started = Self::over(config, seed, chain.clone()).await;
        if started.is_err() {
            chain.close();
        }
        started
    }

    async fn over(config: &Config, seed: Seed, chain: Handle) -> Result<Self, StartError> {
        let site = match &config.serve.page {
            Some(folder) => Site::load(folder, config.serve.keys.clone()),
            None => Ok(Site::default()),
        };
        let page = || config.serve.page.as_ref().map_or_else(String::new, |page| page.display().to_string());
        let site = site.map_err(|error| StartError::Io { what: page(), error })?;
        let listen = config.serve.listen;
        let failed = |error| StartError::Io { what: format!("cannot serve on {listen}"), error };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let votes = matches!(config.role, Role::Solo | Role::Validator);
        let settings =
            Settings { role: config.role, validator: votes.then(|| keys::public(&seed)), serve: config.serve.clone() };
        let (stop, stopping) = watch::channel(false);
        let peer = Peer::new(chain.clone(), settings, site, stopping);
        peer.joins(Node::start(consensus(config, seed), chain)?);
        let server = tokio::spawn(server::serve(listener, peer.clone()));
        Ok(Self { peer, address, stop, server })
    }

    /// Why the peer cannot go on, as soon as it cannot.
    pub async fn failed(&self) -> String {
        let mut chain = self.peer.chain.failure();
        loop {
            if let Some(failure) = chain.borrow_and_update().clone() {
                return failure;
            }
            if let Some(failure) = self.peer.engine_failure() {
                return failure;
            }
            if self.server.is_finished() {
                return "the server has stopped".into();
            }
            // Consensus has nothing to listen to: it is asked now and then.
            drop(tokio::time::timeout(Duration::from_millis(500), chain.changed()).await);
        }
    }

    /// Stops in order: nobody new is let in and tabs are told, consensus closes its journal, then the chain its store.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // Connections that do not go in time are cut when the process ends.
        drop(tokio::time::timeout(FAREWELL, self.server).await);
        let mut left = FAREWELL;
        while self.peer.counts.tabs() > 0 && !left.is_zero() {
            let step = Duration::from_millis(20);
            tokio::time::sleep(step).await;
            left = left.saturating_sub(step);
        }
        let (engine, chain) = (self.peer.leaves(), self.peer.chain.clone());
        let down = tokio::task::spawn_blocking(move || {
            let stopped = engine.map(Node::stop);
            chain.close();
            stopped
        });
        if let Ok(Some(Err(error))) = down.await {
            tracing::error!(%error, "consensus did not stop well");
        }
    }
}

/// What consensus is started with.
fn consensus(config: &Config, seed: Seed) -> zera_consensus::Config {
    let network = &config.network;
    zera_consensus::Config {
        seed,
        listen: network.listen,
        reachable: network.reachable.unwrap_or(network.listen),
        bootstrappers: network.peers.iter().map(|peer| (peer.key.0, peer.address)).collect(),
        followers: network.followers.iter().map(|key| key.0).collect(),
        directory: config.data.0.join("consensus"),
        private: network.private,
        timings: zera_consensus::Timings::default(),
    }
}
