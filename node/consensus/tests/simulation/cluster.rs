//! Peers on a simulated network in a deterministic runtime.

use crate::{
    byzantine::{self, Kind},
    ledger::{MemoryLedger, Pace, Rules, id, seed},
    real,
};
use commonware_codec::{Copying, Decode as _};
use commonware_cryptography::ed25519::PublicKey;
use commonware_p2p::{
    Recipients,
    simulated::{self, Link, Network, Oracle, Receiver, SplitForwarder, SplitOrigin},
};
use commonware_runtime::{Clock as _, Handle, Quota, Spawner as _, Supervisor as _, deterministic::Context};
use commonware_utils::{NZU32, NZUsize, Probability, probability};
use futures::{FutureExt as _, future::BoxFuture};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};
use zera_consensus::{
    Ledger as _, Timings,
    engine::{self, Networks, Setup},
    gossip::{Desk, Outbox, Table},
};

/// Links that lose nothing.
pub fn link(latency: u64, jitter: u64) -> Link {
    lossy(latency, jitter, probability!(1.0))
}

/// Links of so many milliseconds that deliver with this probability.
pub fn lossy(latency: u64, jitter: u64, success_rate: Probability) -> Link {
    Link { latency: Duration::from_millis(latency), jitter: Duration::from_millis(jitter), success_rate }
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
    pub kind: Kind,
    running: Vec<Handle<()>>,
    starts: u64,
}

/// All of them.
pub struct Cluster {
    pub context: Context,
    pub oracle: Oracle<PublicKey, Context>,
    pub peers: Vec<Peer>,
    pub timings: Timings,
    pub rules: Rules,
    pub link: Link,
}

impl Cluster {
    /// `count` honest peers, linked and running.
    pub async fn start(context: Context, rules: &Rules, count: u8, link: Link) -> Self {
        let mut cluster = Self::idle(context, rules, count, link).await;
        cluster.launch_all().await;
        cluster
    }

    /// `count` peers, linked but not running.
    pub async fn idle(context: Context, rules: &Rules, count: u8, link: Link) -> Self {
        let clock: Arc<dyn Pace> = Arc::new(Simulated(context.child("clock")));
        let ledgers = (0..count).map(|index| MemoryLedger::new(rules.clone(), index, Arc::clone(&clock), 0)).collect();
        Self::over(context, rules, ledgers, link).await
    }

    /// Peers over these ledgers, which may hold what an earlier run left.
    pub async fn over(context: Context, rules: &Rules, ledgers: Vec<MemoryLedger>, link: Link) -> Self {
        let config = simulated::Config {
            max_size: engine::max_message_size(),
            max_peers_per_set: NZUsize!(16),
            disconnect_on_block: true,
            tracked_peer_sets: NZUsize!(3),
        };
        let (network, oracle) = Network::new(context.child("network"), config);
        network.start();
        let clock: Arc<dyn Pace> = Arc::new(Simulated(context.child("clock")));
        let peer = |ledger: MemoryLedger| Peer {
            ledger: ledger.restarted(Arc::clone(&clock)),
            outbox: Outbox::new().0,
            heard: Table::default(),
            kind: Kind::Honest,
            running: Vec::new(),
            starts: 0,
        };
        let peers = ledgers.into_iter().map(peer).collect();
        let timings = Timings {
            leader: Duration::from_secs(1),
            certification: Duration::from_secs(2),
            retry: Duration::from_millis(500),
            fetch: Duration::from_millis(500),
        };
        let cluster = Self { context, oracle, peers, timings, rules: rules.clone(), link };
        cluster.heal().await;
        cluster
    }

    pub fn count(&self) -> u8 {
        self.peers.len() as u8
    }

    /// Links everybody with everybody.
    pub async fn heal(&self) {
        for from in 0..self.count() {
            for to in 0..self.count() {
                if from != to {
                    let _ = self.oracle.add_link(key(from), key(to), self.link.clone()).await;
                }
            }
        }
    }

    /// Cuts what lies between two sides.
    pub async fn cut(&self, side: &[u8]) {
        for from in 0..self.count() {
            for to in 0..self.count() {
                if side.contains(&from) != side.contains(&to) {
                    let _ = self.oracle.remove_link(key(from), key(to)).await;
                }
            }
        }
    }

    /// Starts everybody.
    pub async fn launch_all(&mut self) {
        for index in 0..self.count() {
            self.launch(index).await;
        }
    }

    /// Starts a peer that does not run, over what its disk holds.
    pub async fn launch(&mut self, index: u8) {
        if !self.peers[usize::from(index)].running.is_empty() {
            return;
        }
        let mut channels = Vec::new();
        for channel in 0..7 {
            let control = self.oracle.control(key(index));
            channels.push(control.register(channel, Quota::per_second(NZU32!(4096))).await.unwrap());
        }
        let (count, peer) = (self.count(), &mut self.peers[usize::from(index)]);
        peer.starts += 1;
        let context = self.context.child("peer").with_attribute("index", index).with_attribute("start", peer.starts);
        let clock: Arc<dyn Pace> = Arc::new(Simulated(context.child("clock")));
        let kind = peer.kind;
        if kind.is_mock() {
            peer.running.push(byzantine::mock(context, kind, index, &self.rules, channels.swap_remove(0)));
            return;
        }
        peer.ledger = peer.ledger.restarted(Arc::clone(&clock));
        peer.ledger.lies = kind == Kind::Liar;
        let (mut halves, mut shadows) = (Vec::new(), Vec::new());
        for (channel, (sender, receiver)) in channels.into_iter().enumerate() {
            let (sender, shadow) = sender.split_with(forwarder(kind, index, count, channel));
            let context = context.child("split").with_attribute("channel", channel);
            let (receiver, shadowed) = receiver.split_with(context, kind.router());
            halves.push((sender, receiver));
            shadows.push((shadow, shadowed));
        }
        let ledger = peer.ledger.clone();
        peer.run(&context.child("first"), index, ledger, self.timings, &self.oracle, halves, count);
        if kind == Kind::Twin {
            let mut twin = MemoryLedger::new(self.rules.clone(), index, clock, 0);
            twin.salt = 1;
            peer.run(&context.child("second"), index, twin, self.timings, &self.oracle, shadows, count);
        }
    }

    /// Kills a peer.
    pub async fn kill(&mut self, index: u8) {
        for running in self.peers[usize::from(index)].running.drain(..) {
            running.abort();
            let _ = running.await;
        }
    }

    /// Has users send transfers to peers for five seconds.
    pub fn spend(&self) -> Handle<()> {
        let chain = self.rules.genesis().header.hash();
        let peers: Vec<_> = self.peers.iter().map(|peer| (peer.ledger.clone(), peer.outbox.clone())).collect();
        self.context.child("users").spawn(move |context| async move {
            for number in 0..100_u64 {
                let (ledger, outbox) = &peers[(number as usize / 3) % peers.len()];
                let bytes = real::transfer(&chain, (number % 8) as u8, number / 8);
                if ledger.take(bytes.clone()) {
                    outbox.push(vec![bytes]);
                }
                context.sleep(Duration::from_millis(50)).await;
            }
        })
    }

    /// Waits until those peers have a final block at `height`; false when that takes longer than `patience`.
    pub async fn reach(&self, peers: &[u8], height: u64, patience: Duration) -> bool {
        let until = self.context.current() + patience;
        while peers.iter().any(|index| self.height(*index) < height) {
            if self.context.current() > until {
                return false;
            }
            self.context.sleep(Duration::from_millis(50)).await;
        }
        true
    }

    pub fn height(&self, index: u8) -> u64 {
        self.peers[usize::from(index)].ledger.final_height().0
    }

    /// Those who follow the rules.
    pub fn honest(&self) -> Vec<u8> {
        (0..self.count()).filter(|index| self.peers[usize::from(*index)].kind == Kind::Honest).collect()
    }

    /// The final chains of honest peers are prefixes of the longest.
    pub fn agree(&self) {
        let chains: Vec<_> =
            self.honest().iter().map(|index| self.peers[usize::from(*index)].ledger.hashes()).collect();
        let longest = chains.iter().max_by_key(|chain| chain.len()).unwrap();
        for chain in &chains {
            assert_eq!(chain.as_slice(), &longest[..chain.len()], "two final chains");
        }
    }
}

impl Peer {
    #[allow(clippy::too_many_arguments)]
    fn run<F: SplitForwarder<PublicKey>>(
        &mut self,
        context: &Context,
        index: u8,
        ledger: MemoryLedger,
        timings: Timings,
        oracle: &Oracle<PublicKey, Context>,
        mut channels: Vec<(simulated::SplitSender<PublicKey, Context, F>, Receiver<PublicKey>)>,
        count: u8,
    ) {
        let mut next = || channels.remove(0);
        let networks = Networks {
            votes: next(),
            certificates: next(),
            requests: next(),
            blocks: next(),
            backfill: next(),
            transactions: next(),
            pings: next(),
        };
        let desk;
        (desk, self.outbox, self.heard) = Desk::new();
        let name = format!("peer-{index}-{}", ledger.salt);
        let followers = (0..count).map(id).collect();
        let setup = Setup { ledger, seed: seed(index), followers, timings, desk };
        let (manager, blocker) = (oracle.manager(), oracle.control(key(index)));
        self.running.push(context.child("run").spawn(move |context| async move {
            let engine = engine::start(&context, setup, &name, manager, blocker, networks).await.unwrap();
            let error = engine.ended().await;
            panic!("peer {index}: {error}");
        }));
    }
}

/// Where the messages of a peer go: all of them for honest ones; those of twins to overlapping halves of the others; the
/// blocks of one who withholds to nobody.
fn forwarder(kind: Kind, me: u8, count: u8, channel: usize) -> impl SplitForwarder<PublicKey> {
    let others: Vec<_> = (0..count).filter(|index| *index != me).map(key).collect();
    let half = others.len().div_ceil(2);
    let (low, high) = (others[..half].to_vec(), others[half.saturating_sub(1).min(others.len())..].to_vec());
    move |origin, recipients: &Recipients<PublicKey>, _: &_| match (kind, origin) {
        (Kind::Withholder, _) if channel == 3 || channel == 4 => None,
        (Kind::Twin, origin) => {
            let side = if origin == SplitOrigin::Primary { &low } else { &high };
            let to = |wanted: &[PublicKey]| wanted.iter().filter(|key| side.contains(key)).cloned().collect();
            Some(Recipients::Some(match recipients {
                Recipients::All => side.clone(),
                Recipients::Some(wanted) => to(wanted),
                Recipients::One(wanted) => to(std::slice::from_ref(wanted)),
            }))
        }
        _ => Some(recipients.clone()),
    }
}
