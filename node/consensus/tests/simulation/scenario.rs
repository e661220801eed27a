//! Runs that a seed decides: network, faults, committees and their changes.

use crate::{
    byzantine::Kind,
    cluster::{Cluster, lossy},
    ledger::Rules,
};
use commonware_runtime::{
    Clock as _, Runner as _,
    deterministic::{Config, Runner},
};
use commonware_utils::Probability;
use std::{sync::Arc, time::Duration};
use zera_consensus::Ledger as _;

/// Numbers from a seed (splitmix64), apart from the runtime's own.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

#[derive(Clone, Debug)]
enum Event {
    Kill(u8),
    Launch(u8),
    Cut(Vec<u8>),
    Heal,
}

/// What happens in one run.
#[derive(Debug)]
pub struct Plan {
    seed: u64,
    peers: u8,
    /// Whether the committee of an epoch leaves one peer out, another one in each epoch.
    rotates: bool,
    epoch_blocks: u64,
    heartbeat: u64,
    latency: u64,
    jitter: u64,
    loss_percent: u64,
    bad: Vec<(u8, Kind)>,
    skews: Vec<i64>,
    slow: Vec<u64>,
    /// At which millisecond what happens.
    events: Vec<(u64, Event)>,
    /// Whether clients execute the blocks, with transfers in them.
    clients: bool,
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub height: u64,
    pub epochs: u64,
    pub faults: usize,
    pub transactions: usize,
    /// Digest over all that happened: the same for the same seed.
    pub state: String,
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let rotates = dice.chance(40);
        let committee = if dice.chance(20) { 7 } else { 4 };
        let (peers, most_bad) = (committee + u8::from(rotates), u64::from((committee - 1) / 3));
        let mut bad: Vec<(u8, Kind)> = Vec::new();
        for _ in 0..dice.roll(most_bad + 1) {
            let (who, kind) = (dice.roll(peers.into()) as u8, Kind::BAD[dice.roll(Kind::BAD.len() as u64) as usize]);
            if bad.iter().all(|(other, _)| *other != who) {
                bad.push((who, kind));
            }
        }
        let mut events = Vec::new();
        for _ in 0..dice.roll(5) {
            let (at, lasts) = (500 + dice.roll(9_000), 200 + dice.roll(4_000));
            let who = dice.roll(peers.into()) as u8;
            if dice.chance(50) {
                events.extend([(at, Event::Kill(who)), (at + lasts, Event::Launch(who))]);
            } else {
                let side = (0..peers).filter(|_| dice.chance(40)).collect();
                events.extend([(at, Event::Cut(side)), (at + lasts, Event::Heal)]);
            }
        }
        if dice.chance(10) {
            // Everybody goes at once.
            let at = 500 + dice.roll(8_000);
            events.extend((0..peers).flat_map(|who| [(at, Event::Kill(who)), (at + 500, Event::Launch(who))]));
        }
        events.sort_by_key(|(at, _)| *at);
        Self {
            seed,
            peers,
            rotates,
            epoch_blocks: 4 + dice.roll(24),
            heartbeat: 50 + dice.roll(300),
            latency: 1 + dice.roll(60),
            jitter: dice.roll(20),
            loss_percent: if dice.chance(40) { dice.roll(10) } else { 0 },
            bad,
            skews: (0..peers).map(|_| dice.roll(3) as i64 - 1).collect(),
            slow: (0..peers).map(|_| if dice.chance(20) { dice.roll(150) } else { 0 }).collect(),
            events,
            clients: false,
        }
    }

    /// The same with real clients, whose committee stays the same.
    pub fn with_clients(mut self) -> Self {
        self.clients = true;
        self.peers -= u8::from(self.rotates);
        self.rotates = false;
        self.bad.retain(|(index, _)| *index < self.peers);
        self
    }

    fn rules(&self) -> Rules {
        let (peers, rotates) = (self.peers, self.rotates);
        let schedule = move |epoch: u64| {
            (0..peers).filter(|index| !rotates || u64::from(*index) != epoch % u64::from(peers)).collect()
        };
        let heartbeat = Duration::from_millis(self.heartbeat);
        if self.clients {
            return Rules::of_clients(peers, self.epoch_blocks, heartbeat);
        }
        Rules { real: None, epoch_blocks: self.epoch_blocks, schedule: Arc::new(schedule), heartbeat }
    }

    /// Runs it and checks that nothing final was forked or lost, and that those who follow the rules go on once the
    /// network heals.
    pub fn run(self) -> Outcome {
        let runner = Runner::new(Config::new().with_seed(self.seed));
        runner.start(|context| async move {
            let auditor = context.auditor();
            let rate = Probability::new(100 - self.loss_percent, 100).unwrap();
            let link = lossy(self.latency, self.jitter, rate);
            let mut cluster = Cluster::idle(context, &self.rules(), self.peers, link).await;
            for (index, peer) in cluster.peers.iter_mut().enumerate() {
                peer.ledger.skew = self.skews[index];
                peer.ledger.slow = Duration::from_millis(self.slow[index]);
            }
            for (index, kind) in &self.bad {
                cluster.peers[usize::from(*index)].kind = *kind;
            }
            cluster.launch_all().await;
            let spending = self.clients.then(|| cluster.spend());
            let mut now = 0;
            for (at, event) in &self.events {
                cluster.context.sleep(Duration::from_millis(at - now)).await;
                now = *at;
                match event {
                    Event::Kill(index) | Event::Launch(index) if *index >= self.peers => {}
                    Event::Kill(index) => cluster.kill(*index).await,
                    Event::Launch(index) => cluster.launch(*index).await,
                    Event::Cut(side) => cluster.cut(side).await,
                    Event::Heal => cluster.heal().await,
                }
            }
            cluster.heal().await;
            cluster.launch_all().await;
            drop(spending);
            let honest = cluster.honest();
            let highest = honest.iter().map(|index| cluster.height(*index)).max().unwrap();
            let reached = cluster.reach(&honest, highest + 20, Duration::from_secs(240)).await;
            let heights: Vec<_> = honest.iter().map(|index| cluster.height(*index)).collect();
            assert!(reached, "no progress beyond {highest}: {heights:?}\n{self:#?}");
            cluster.agree();
            let ledgers = || honest.iter().map(|index| &cluster.peers[usize::from(*index)].ledger);
            let guilty: Vec<_> = self.bad.iter().map(|(index, _)| crate::ledger::id(*index)).collect();
            let faults: Vec<_> = ledgers().flat_map(|ledger| ledger.faults()).collect();
            assert!(faults.iter().all(|fault| guilty.contains(&fault.validator)), "an innocent peer is accused");
            let height = ledgers().map(|ledger| ledger.final_height().0).max().unwrap();
            let transactions = ledgers().map(|ledger| ledger.transactions()).max().unwrap();
            Outcome {
                transactions,
                height,
                epochs: height / self.epoch_blocks,
                faults: faults.len(),
                state: auditor.state(),
            }
        })
    }
}
