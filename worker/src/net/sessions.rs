//! All conversations: peers, questions, news. Told what was heard and what time it is; says what is to be sent.

use super::{
    AskId, PeerId, Refusal, WireId,
    ask::{Ask, Purpose, Stage},
    peer::{Line, Peer},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use zera_primitives::{Hash, Height};
use zera_wire::{Answer, News, Request};
use zera_worker_protocol::PeerView;

/// Peers that a node knows at most.
const MOST_PEERS: usize = 16;
/// Questions that may be under way or waiting.
const MOST_ASKS: usize = 1_024;
/// News that wait to be taken; the oldest go first.
pub const MOST_NEWS: usize = 256;
/// A question waits so long for somebody who can be asked, microseconds.
const PATIENCE_US: u64 = 10_000_000;

/// Something to do on a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Out {
    /// Open it.
    Connect(WireId, String),
    /// Send a message.
    Send(WireId, Vec<u8>),
    /// Close it.
    Close(WireId),
}

/// A peer that was dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gone {
    /// Its address.
    pub address: String,
    /// Its lie.
    pub cause: String,
}

/// What time it is, and a random number.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Of a clock that only goes on, microseconds.
    pub us: u64,
    /// Unix time, milliseconds; for display.
    pub ms: u64,
    /// Random.
    pub random: u32,
}

/// The conversations of one node.
#[derive(Debug, Default)]
pub struct Sessions {
    pub(super) chain: Option<Hash>,
    pub(super) peers: BTreeMap<PeerId, Peer>,
    pub(super) next_peer: PeerId,
    pub(super) next_wire: WireId,
    pub(super) asks: BTreeMap<AskId, Ask>,
    pub(super) next_ask: AskId,
    pub(super) news: VecDeque<(PeerId, News)>,
    pub(super) gone: Vec<Gone>,
    pub(super) out: VecDeque<Out>,
    /// Bytes received, bytes sent.
    pub(super) traffic: (u64, u64),
    /// Grows with everything that the network page shows.
    pub(super) changes: u64,
    /// Questions sent.
    pub(super) turns: u64,
    /// Unix time at the last tick, milliseconds.
    pub(super) clock_ms: u64,
}

impl Sessions {
    /// Conversations about `chain`; for none, peers are only asked who they are.
    #[must_use]
    pub fn new(chain: Option<Hash>) -> Self {
        Self { chain, ..Self::default() }
    }

    /// Knows a peer from now on; the one of that address if it is known already, which gets another chance.
    pub fn add(&mut self, address: String, now: Moment) -> Option<PeerId> {
        let known = self.peers.iter_mut().find(|(_, peer)| peer.address == address);
        if let Some((id, peer)) = known {
            if matches!(peer.line, Line::Dropped | Line::Waiting { .. }) {
                (peer.line, peer.failures, peer.cause) = (Line::Waiting { until: now.us }, 0, None);
            }
            return Some(*id);
        }
        if self.peers.len() >= MOST_PEERS {
            return None;
        }
        let id = self.next_peer;
        self.next_peer = self.next_peer.wrapping_add(1);
        self.peers.insert(id, Peer::new(address, now.ms));
        self.changes = self.changes.wrapping_add(1);
        Some(id)
    }

    /// Knows a peer no more; true when it did.
    pub fn remove(&mut self, address: &str) -> bool {
        let Some(id) = self.peers.iter().find(|(_, peer)| peer.address == address).map(|(id, _)| *id) else {
            return false;
        };
        if let Some(wire) = self.peers.remove(&id).and_then(|peer| peer.wire()) {
            self.out.push_back(Out::Close(wire));
        }
        self.requeue(id);
        self.changes = self.changes.wrapping_add(1);
        true
    }

    /// Addresses of those that are known and have not lied.
    pub fn addresses(&self) -> Vec<String> {
        let honest = self.peers.values().filter(|peer| peer.line != Line::Dropped);
        honest.map(|peer| peer.address.clone()).collect()
    }

    /// True when nobody is known and nothing is left to do.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.peers.is_empty() && self.out.is_empty() && self.asks.is_empty()
    }

    /// Speaks of another chain from now on; for connections that are made from now on.
    pub fn change(&mut self, chain: Option<Hash>) {
        self.chain = chain;
        self.changes = self.changes.wrapping_add(1);
    }

    /// Closes everything.
    pub fn close(&mut self) {
        for peer in self.peers.values() {
            self.out.extend(peer.wire().map(Out::Close));
        }
        self.peers.clear();
        self.asks.clear();
        self.news.clear();
    }

    /// Those that can be asked, the best first.
    #[must_use]
    pub fn open(&self) -> Vec<PeerId> {
        let mut open: Vec<_> = self.peers.iter().filter(|(_, peer)| peer.is_open()).collect();
        open.sort_by_key(|(_, peer)| std::cmp::Reverse(peer.rank()));
        open.into_iter().map(|(id, _)| *id).collect()
    }

    /// A peer.
    #[must_use]
    pub fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.peers.get(&id)
    }

    /// All of them.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values()
    }

    /// The newest head that any connected peer speaks of.
    #[must_use]
    pub fn newest(&self) -> Option<Height> {
        let open = self.peers.values().filter(|peer| peer.is_open());
        open.filter_map(|peer| peer.head.map(|(height, _)| height)).max()
    }

    /// Bytes received and sent.
    #[must_use]
    pub const fn traffic(&self) -> (u64, u64) {
        self.traffic
    }

    /// A number that grows with everything that the network page shows.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// Peers as the page shows them.
    #[must_use]
    pub fn views(&self, origin: Option<&str>, now: Moment) -> Vec<PeerView> {
        let newest = self.newest();
        self.peers.values().map(|peer| peer.view(newest, origin, now.us)).collect()
    }

    /// The oldest thing to do.
    pub fn out(&mut self) -> Option<Out> {
        self.out.pop_front()
    }

    /// The oldest news.
    pub fn news(&mut self) -> Option<(PeerId, News)> {
        self.news.pop_front()
    }

    /// Peers that were dropped since the last call.
    pub fn gone(&mut self) -> Vec<Gone> {
        std::mem::take(&mut self.gone)
    }

    /// Asks the best peer, or only one of them; another one if it fails.
    pub fn ask(&mut self, request: Request, only: Option<PeerId>, now: Moment) -> AskId {
        self.begin(request, only, Purpose::Asked, now)
    }

    /// As [`ask`](Self::ask), but none of `not`: for a second opinion.
    pub fn ask_others(&mut self, request: Request, not: &[PeerId], now: Moment) -> AskId {
        let id = self.begin(request, None, Purpose::Asked, now);
        if let Some(ask) = self.asks.get_mut(&id) {
            ask.tried.extend(not);
        }
        id
    }

    pub(super) fn begin(&mut self, request: Request, only: Option<PeerId>, purpose: Purpose, now: Moment) -> AskId {
        let id = self.next_ask;
        self.next_ask = self.next_ask.wrapping_add(1);
        let full = self.asks.len() >= MOST_ASKS;
        let stage = if full { Stage::Done(Err(Refusal::Nobody)) } else { Stage::Waiting };
        let anybody = self.peers.values().any(Peer::is_open);
        let patience = now.us.saturating_add(if anybody { PATIENCE_US } else { PATIENCE_US / 4 });
        self.asks.insert(id, Ask { request, purpose, only, tried: BTreeSet::new(), stage, patience, last: None });
        id
    }

    /// The answer, once it is there; the question is forgotten then.
    pub fn take(&mut self, id: AskId) -> Option<Result<(PeerId, Answer), Refusal>> {
        match self.asks.get(&id).map(|ask| &ask.stage) {
            Some(Stage::Done(_)) => {}
            Some(_) => return None,
            None => return Some(Err(Refusal::Nobody)),
        }
        let Some(Ask { stage: Stage::Done(done), .. }) = self.asks.remove(&id) else { return None };
        Some(done.map(|(peer, answer)| (peer, *answer)))
    }

    /// The answer is not wanted any more.
    pub fn forget(&mut self, id: AskId) {
        match self.asks.get_mut(&id) {
            // It will come, and is then no surprise.
            Some(Ask { stage: Stage::Sent { .. }, purpose, .. }) => *purpose = Purpose::Subscription,
            _ => drop(self.asks.remove(&id)),
        }
    }

    /// What this peer answered holds.
    pub fn held(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.held();
        }
    }

    /// What this peer answered is not so: it is asked no more.
    pub fn lied(&mut self, id: PeerId, cause: impl Into<String>) {
        let cause = cause.into();
        let Some(peer) = self.peers.get_mut(&id) else { return };
        self.out.extend(peer.wire().map(Out::Close));
        (peer.line, peer.since_ms) = (Line::Dropped, self.clock_ms);
        peer.cause = Some(cause.clone());
        peer.good.1 = peer.good.1.saturating_add(1);
        peer.score = 0;
        self.gone.push(Gone { address: peer.address.clone(), cause });
        self.requeue(id);
        self.changes = self.changes.wrapping_add(1);
    }

    /// What this peer sent is of no use, and no lie; it is asked again later.
    pub fn failed(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.failed();
        }
    }

    /// Somebody connected who speaks of a head beyond `height`, the best of them.
    #[must_use]
    pub fn beyond(&self, height: Height) -> Option<PeerId> {
        let speaks = |id: &PeerId| self.peers.get(id).and_then(|peer| peer.head).is_some_and(|(head, _)| head > height);
        self.open().into_iter().find(speaks)
    }

    /// This peer does not show the head that it speaks of: that is not counted until it speaks of another.
    pub fn unproven(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.failed();
            peer.head = None;
        }
    }

    /// The browser is on line again: nobody waits any longer.
    pub fn hurry(&mut self, now: Moment) {
        for peer in self.peers.values_mut() {
            if let Line::Waiting { until } = &mut peer.line {
                *until = (*until).min(now.us);
                peer.failures = 0;
            }
        }
    }
}
