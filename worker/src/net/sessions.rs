//! All conversations: peers, questions, news. Told what was heard and what time it is; says what is to be sent.

use super::{
    AskId, Heard, PeerId, Refusal, WireId,
    ask::{Ask, Purpose, Stage, fits},
    peer::{Line, Peer},
};
use codec::Encode as _;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use zera_primitives::{Hash, Height};
use zera_wire::{Answer, News, PeerError, PeerErrorKind, Request, ToPeer, ToTab, Topic, WIRE_VERSION, decode_to_tab};
use zera_worker_protocol::PeerView;

/// Peers that a node knows at most.
const MOST_PEERS: usize = 16;
/// Questions that may be under way or waiting.
const MOST_ASKS: usize = 1_024;
/// News that wait to be taken; the oldest go first.
const MOST_NEWS: usize = 256;
/// A connection and its greeting must come within this, microseconds.
const GREETING_US: u64 = 5_000_000;
/// An answer must come within this, microseconds.
const ANSWER_US: u64 = 6_000_000;
/// A question waits so long for somebody who can be asked, microseconds.
const PATIENCE_US: u64 = 10_000_000;
/// Between two looks at how a peer stands, microseconds.
const PING_US: u64 = 10_000_000;
/// So many answers in a row that do not come in time end a connection.
const SLOW: u32 = 3;

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
    chain: Option<Hash>,
    peers: BTreeMap<PeerId, Peer>,
    next_peer: PeerId,
    next_wire: WireId,
    asks: BTreeMap<AskId, Ask>,
    next_ask: AskId,
    news: VecDeque<(PeerId, News)>,
    gone: Vec<Gone>,
    out: VecDeque<Out>,
    /// Bytes received, bytes sent.
    traffic: (u64, u64),
    /// Grows with everything that the network page shows.
    changes: u64,
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

    fn begin(&mut self, request: Request, only: Option<PeerId>, purpose: Purpose, now: Moment) -> AskId {
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
        peer.line = Line::Dropped;
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

    /// The browser is on line again: nobody waits any longer.
    pub fn hurry(&mut self, now: Moment) {
        for peer in self.peers.values_mut() {
            if let Line::Waiting { until } = &mut peer.line {
                *until = (*until).min(now.us);
                peer.failures = 0;
            }
        }
    }

    /// Takes what was heard.
    pub fn heard(&mut self, wire: WireId, heard: Heard, now: Moment) {
        let Some(id) = self.peers.iter().find(|(_, peer)| peer.wire() == Some(wire)).map(|(id, _)| *id) else { return };
        match heard {
            Heard::Open => {
                if let Some(Peer { line: Line::Connecting { open, .. }, .. }) = self.peers.get_mut(&id) {
                    *open = true;
                }
                self.send(wire, &ToPeer::Hello { version: WIRE_VERSION, chain: self.chain });
            }
            Heard::Closed(cause) => self.lose(id, cause, now),
            Heard::Flooded(cause) => self.lied(id, cause),
            Heard::Message(bytes) => {
                let length = bytes.len() as u64;
                self.traffic.0 = self.traffic.0.saturating_add(length);
                if let Some(peer) = self.peers.get_mut(&id) {
                    peer.received = peer.received.saturating_add(length);
                }
                match decode_to_tab(&bytes) {
                    Ok(message) => self.told(id, message, now),
                    Err(_) => self.lied(id, format!("it sent {length} bytes that are no message")),
                }
            }
        }
    }

    fn told(&mut self, id: PeerId, message: ToTab, now: Moment) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        match (message, peer.line.clone()) {
            (ToTab::Hello(greeting), Line::Connecting { wire, open: true, since }) => {
                if greeting.version != WIRE_VERSION {
                    let cause = format!("it speaks version {} of the protocol", greeting.version);
                    return self.lose_and_close(id, wire, cause, now);
                }
                if let Some(chain) = self.chain.filter(|chain| *chain != greeting.chain) {
                    let cause = format!("it follows another chain, {}, not {chain}", greeting.chain);
                    return self.lose_and_close(id, wire, cause, now);
                }
                peer.took(now.us.saturating_sub(since));
                peer.greeting = Some(greeting);
                (peer.line, peer.cause, peer.since_ms) = (Line::Open { wire }, None, now.ms);
                self.changes = self.changes.wrapping_add(1);
                self.welcome(id, now);
            }
            (ToTab::Answer { id: ask, result }, Line::Open { .. }) => self.answered(id, ask, result, now),
            (ToTab::News(news), Line::Open { .. }) => {
                if let News::Head(finality) = &news {
                    peer.head = Some((finality.header.height, finality.header.hash()));
                }
                self.news.push_back((id, news));
                while self.news.len() > MOST_NEWS {
                    self.news.pop_front();
                }
            }
            (ToTab::Bye(error), _) => {
                if let Some(wire) = peer.wire() {
                    self.lose_and_close(id, wire, error.detail, now);
                }
            }
            _ => self.lied(id, "it spoke out of turn"),
        }
    }

    /// A peer has greeted: how does it stand, and news please.
    fn welcome(&mut self, id: PeerId, now: Moment) {
        self.begin(Request::Status, Some(id), Purpose::Standing, now);
        if self.chain.is_some() {
            for topic in [Topic::Heads, Topic::Transactions] {
                self.begin(Request::Subscribe(topic), Some(id), Purpose::Subscription, now);
            }
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.pinged = now.us;
        }
        self.assign(now);
    }

    fn answered(&mut self, id: PeerId, ask: AskId, result: Result<Answer, PeerError>, now: Moment) {
        let asked = self.asks.get_mut(&ask).and_then(|asked| match asked.stage {
            Stage::Sent { peer, at } if peer == id => Some((at, asked)),
            _ => None,
        });
        let Some((at, asked)) = asked else {
            // The answer to a question that was given up for its time is late, not wrong.
            if ask < self.next_ask {
                return;
            }
            return self.lied(id, "it answered what nobody asked");
        };
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.open = peer.open.saturating_sub(1);
        (peer.failures, peer.slow) = (0, 0);
        match result {
            Ok(answer) if !fits(&asked.request, &answer) => {
                self.asks.remove(&ask);
                self.lied(id, "its answer is none to the question");
            }
            Ok(answer) => {
                match (asked.purpose, &answer) {
                    (Purpose::Asked, _) => {}
                    (Purpose::Standing, Answer::Status(status)) => {
                        peer.head = Some((status.head, status.hash));
                        peer.status = Some((**status).clone());
                        self.changes = self.changes.wrapping_add(1);
                    }
                    (Purpose::Way, _) => peer.took(now.us.saturating_sub(at)),
                    _ => {}
                }
                if asked.purpose == Purpose::Asked {
                    asked.stage = Stage::Done(Ok((id, Box::new(answer))));
                } else {
                    self.asks.remove(&ask);
                }
            }
            Err(error) => self.refused(id, ask, error),
        }
        self.assign(now);
    }

    fn refused(&mut self, id: PeerId, ask: AskId, error: PeerError) {
        let Some(asked) = self.asks.get_mut(&ask) else { return };
        if asked.purpose != Purpose::Asked {
            self.asks.remove(&ask);
            return;
        }
        if matches!(error.kind, PeerErrorKind::Internal | PeerErrorKind::Busy)
            && let Some(peer) = self.peers.get_mut(&id)
        {
            peer.failed();
        }
        asked.tried.insert(id);
        if error.kind == PeerErrorKind::Refused || asked.only.is_some() {
            asked.stage = Stage::Done(Err(Refusal::Peer(error)));
        } else {
            (asked.stage, asked.last) = (Stage::Waiting, Some(error));
        }
    }

    fn lose_and_close(&mut self, id: PeerId, wire: WireId, cause: String, now: Moment) {
        self.out.push_back(Out::Close(wire));
        self.lose(id, cause, now);
    }

    /// The connection is gone; what was asked over it is asked elsewhere.
    fn lose(&mut self, id: PeerId, cause: String, now: Moment) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.lost(cause, now.us, now.ms, now.random);
        }
        self.requeue(id);
        self.changes = self.changes.wrapping_add(1);
        self.assign(now);
    }

    /// Questions that this peer had wait again; those that only it could answer have no answer.
    fn requeue(&mut self, id: PeerId) {
        let own = |ask: &Ask| matches!(ask.stage, Stage::Sent { peer, .. } if peer == id) || ask.only == Some(id);
        self.asks.retain(|_, ask| !(own(ask) && ask.purpose != Purpose::Asked));
        for ask in self.asks.values_mut().filter(|ask| own(ask)) {
            match (&ask.stage, ask.only) {
                (Stage::Done(_), _) => {}
                (_, Some(_)) => ask.stage = Stage::Done(Err(Refusal::Nobody)),
                _ => ask.stage = Stage::Waiting,
            }
        }
    }

    /// Sends what waits to those who can be asked.
    fn assign(&mut self, now: Moment) {
        let waiting: Vec<AskId> =
            self.asks.iter().filter(|(_, ask)| matches!(ask.stage, Stage::Waiting)).map(|(id, _)| *id).collect();
        for id in waiting {
            let Some(ask) = self.asks.get_mut(&id) else { continue };
            let may = |(peer, of): &(&PeerId, &Peer)| {
                of.has_room() && !ask.tried.contains(peer) && ask.only.is_none_or(|only| only == **peer)
            };
            let best = self.peers.iter().filter(may).max_by_key(|(_, peer)| peer.rank()).map(|(id, _)| *id);
            match best {
                Some(peer) => self.send_ask(id, peer, now),
                // Everybody who is connected has been asked and could not.
                None if ask.last.is_some()
                    && self.peers.iter().all(|(id, of)| !of.is_open() || ask.tried.contains(id)) =>
                {
                    let refusal = ask.last.take().map_or(Refusal::Nobody, Refusal::Peer);
                    ask.stage = Stage::Done(Err(refusal));
                }
                None => {}
            }
        }
    }

    fn send_ask(&mut self, id: AskId, to: PeerId, now: Moment) {
        let (Some(ask), Some(peer)) = (self.asks.get_mut(&id), self.peers.get_mut(&to)) else { return };
        let Some(wire) = peer.wire() else { return };
        ask.stage = Stage::Sent { peer: to, at: now.us };
        peer.open = peer.open.saturating_add(1);
        let message = ToPeer::Ask { id, request: ask.request.clone() };
        self.send(wire, &message);
    }

    fn send(&mut self, wire: WireId, message: &ToPeer) {
        let bytes = message.encode();
        self.traffic.1 = self.traffic.1.saturating_add(bytes.len() as u64);
        self.out.push_back(Out::Send(wire, bytes));
    }

    /// What time brings: tries that are due, answers that did not come, looks at how peers stand.
    pub fn tick(&mut self, now: Moment) {
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            match peer.line {
                Line::Waiting { until } if until <= now.us => {
                    let wire = self.next_wire;
                    self.next_wire = self.next_wire.wrapping_add(1);
                    peer.line = Line::Connecting { wire, since: now.us, open: false };
                    peer.since_ms = now.ms;
                    self.out.push_back(Out::Connect(wire, peer.address.clone()));
                    self.changes = self.changes.wrapping_add(1);
                }
                Line::Connecting { wire, since, .. } if since.saturating_add(GREETING_US) <= now.us => {
                    self.lose_and_close(id, wire, "it did not answer in time".into(), now);
                }
                Line::Open { .. } if peer.pinged.saturating_add(PING_US) <= now.us => {
                    peer.pinged = now.us;
                    self.begin(Request::Ping, Some(id), Purpose::Way, now);
                    self.begin(Request::Status, Some(id), Purpose::Standing, now);
                }
                _ => {}
            }
        }
        self.overdue(now);
        self.assign(now);
    }

    /// Answers that did not come, questions that nobody could be asked.
    fn overdue(&mut self, now: Moment) {
        let mut slow: Vec<PeerId> = Vec::new();
        for ask in self.asks.values_mut() {
            match ask.stage {
                Stage::Sent { peer, at } if at.saturating_add(ANSWER_US) <= now.us => {
                    slow.push(peer);
                    ask.tried.insert(peer);
                    let last = PeerError::new(PeerErrorKind::Busy, "it did not answer in time");
                    ask.last = Some(last.clone());
                    ask.stage = if ask.only.is_some() { Stage::Done(Err(Refusal::Peer(last))) } else { Stage::Waiting };
                }
                Stage::Waiting if ask.patience <= now.us => {
                    let refusal = ask.last.take().map_or(Refusal::Nobody, Refusal::Peer);
                    ask.stage = Stage::Done(Err(refusal));
                }
                _ => {}
            }
        }
        self.asks.retain(|_, ask| ask.purpose == Purpose::Asked || !matches!(ask.stage, Stage::Done(_)));
        for id in slow {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            peer.failed();
            (peer.slow, peer.open) = (peer.slow.saturating_add(1), peer.open.saturating_sub(1));
            if let Some(wire) = peer.wire().filter(|_| peer.slow >= SLOW) {
                self.lose_and_close(id, wire, "it does not answer".into(), now);
            }
        }
    }
}
