//! Peers on a simulated network in a deterministic runtime.

use crate::ledger::{MemoryLedger, Pace, Rules, id, seed};
use commonware_codec::{Copying, Decode as _};
use commonware_cryptography::ed25519::PublicKey;
use commonware_p2p::simulated::{Config, Link, Network, Oracle, Receiver, Sender};
use commonware_runtime::{Clock as _, Handle, Quota, Spawner as _, Supervisor as _, deterministic::Context};
use commonware_utils::{NZU32, NZUsize, probability};
use futures::{FutureExt as _, future::BoxFuture};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};
use zera_consensus::{
    Ledger as _, Timings,
    engine::{self, Networks, Setup},
    gossip::{Outbox, Table},
};

/// What all links are like.
pub fn link(latency: u64, jitter: u64) -> Link {
    Link {
        latency: Duration::from_millis(latency),
        jitter: Duration::from_millis(jitter),
        success_rate: probability!(1.0),
    }
}

pub fn key(index: u8) -> PublicKey {
    PublicKey::decode_cfg(Copying(&id(index).0), &()).unwrap()
}

/// The clock of the simulation.
struct Simulated(Context);

impl Pace for Simulated {
    fn now(&self) -> SystemTime {
        self.0.current()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration).boxed()
    }
}

/// One peer.
pub struct Peer {
    pub ledger: MemoryLedger,
    pub outbox: Outbox,
    pub heard: Table,
    running: Option<Handle<()>>,
    starts: u64,
}

/// All of them.
pub struct Cluster {
    pub context: Context,
    pub oracle: Oracle<PublicKey, Context>,
    pub peers: Vec<Peer>,
    pub timings: Timings,
}

impl Cluster {
    /// `count` peers, linked and running.
    pub async fn start(context: Context, rules: &Rules, count: u8, link: Link) -> Self {
        let mut cluster = Self::idle(context, rules, count, |_| 0).await;
        cluster.connect(&link).await;
        for index in 0..count {
            cluster.launch(index).await;
        }
        cluster
    }

    /// `count` peers, neither linked nor running.
    pub async fn idle(context: Context, rules: &Rules, count: u8, skew: impl Fn(u8) -> i64) -> Self {
        let config = Config {
            max_size: engine::max_message_size(),
            max_peers_per_set: NZUsize!(16),
            disconnect_on_block: true,
            tracked_peer_sets: NZUsize!(3),
        };
        let (network, oracle) = Network::new(context.child("network"), config);
        network.start();
        let clock = Arc::new(Simulated(context.child("clock")));
        let peers = (0..count)
            .map(|index| {
                let ledger = MemoryLedger::new(rules.clone(), index, clock.clone(), skew(index));
                Peer { ledger, outbox: Outbox::new().0, heard: Table::default(), running: None, starts: 0 }
            })
            .collect();
        let timings = Timings {
            leader: Duration::from_secs(1),
            certification: Duration::from_secs(2),
            retry: Duration::from_millis(500),
            fetch: Duration::from_millis(500),
        };
        Self { context, oracle, peers, timings }
    }

    /// Links everybody with everybody.
    pub async fn connect(&self, link: &Link) {
        for from in 0..self.peers.len() as u8 {
            for to in 0..self.peers.len() as u8 {
                if from != to {
                    self.oracle.add_link(key(from), key(to), link.clone()).await.unwrap();
                }
            }
        }
    }

    /// Cuts what lies between two sides.
    pub async fn cut(&self, side: &[u8]) {
        for from in 0..self.peers.len() as u8 {
            for to in 0..self.peers.len() as u8 {
                if side.contains(&from) != side.contains(&to) {
                    let _ = self.oracle.remove_link(key(from), key(to)).await;
                }
            }
        }
    }

    pub async fn networks(&self, index: u8) -> Networks<Sender<PublicKey, Context>, Receiver<PublicKey>> {
        let control = self.oracle.control(key(index));
        let mut channels = Vec::new();
        for channel in 0..7 {
            channels.push(control.register(channel, Quota::per_second(NZU32!(4096))).await.unwrap());
        }
        let mut next = || channels.remove(0);
        Networks {
            votes: next(),
            certificates: next(),
            requests: next(),
            blocks: next(),
            backfill: next(),
            transactions: next(),
            pings: next(),
        }
    }

    /// Starts a peer, or starts it again over what its disk holds.
    pub async fn launch(&mut self, index: u8) {
        let networks = self.networks(index).await;
        let (oracle, timings) = (self.oracle.clone(), self.timings);
        let peer = &mut self.peers[usize::from(index)];
        assert!(peer.running.is_none());
        peer.ledger = peer.ledger.restarted();
        peer.starts += 1;
        let (outbox, waiting) = Outbox::new();
        peer.outbox = outbox.clone();
        let setup = Setup {
            ledger: peer.ledger.clone(),
            seed: seed(index),
            followers: Vec::new(),
            timings,
            outbox,
            waiting,
            peers: Arc::clone(&peer.heard),
        };
        let context = self.context.child("peer").with_attribute("index", index).with_attribute("start", peer.starts);
        let name = format!("peer-{index}");
        peer.running = Some(context.spawn(move |context| async move {
            let (manager, blocker) = (oracle.manager(), oracle.control(key(index)));
            let engine = engine::start(&context, setup, &name, manager, blocker, networks).await.unwrap();
            let error = engine.ended().await;
            panic!("peer {index}: {error}");
        }));
    }

    /// Kills a peer.
    pub async fn kill(&mut self, index: u8) {
        if let Some(running) = self.peers[usize::from(index)].running.take() {
            running.abort();
            let _ = running.await;
        }
    }

    /// Waits until those peers have a final block at `height`; false when that takes longer than `patience`.
    pub async fn reach(&self, peers: &[u8], height: u64, patience: Duration) -> bool {
        let until = self.context.current() + patience;
        while peers.iter().any(|index| self.peers[usize::from(*index)].ledger.final_height().0 < height) {
            if self.context.current() > until {
                return false;
            }
            self.context.sleep(Duration::from_millis(50)).await;
        }
        true
    }

    /// All final chains are prefixes of the longest.
    pub fn agree(&self) {
        let chains: Vec<_> = self.peers.iter().map(|peer| peer.ledger.hashes()).collect();
        let longest = chains.iter().max_by_key(|chain| chain.len()).unwrap();
        for chain in &chains {
            assert_eq!(chain.as_slice(), &longest[..chain.len()], "two final chains");
        }
    }
}
