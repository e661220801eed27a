//! What is sent, and what time brings: questions to those who can answer, tries that are due, answers that did not come.

use super::{
    AskId, Moment, Out, PeerId, Refusal, Sessions, WireId,
    ask::{Purpose, Stage},
    peer::{Line, Peer},
};
use codec::Encode as _;
use zera_wire::{PeerError, PeerErrorKind, Request, ToPeer};

/// A connection and its greeting must come within this, microseconds.
const GREETING_US: u64 = 5_000_000;
/// An answer must come within this, microseconds.
const ANSWER_US: u64 = 6_000_000;
/// Between two looks at how a peer stands, microseconds.
const PING_US: u64 = 10_000_000;
/// So many answers in a row that do not come in time end a connection.
const SLOW: u32 = 3;

impl Sessions {
    /// Sends what waits to those who can be asked.
    pub(super) fn assign(&mut self, now: Moment) {
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

    pub(super) fn send_ask(&mut self, id: AskId, to: PeerId, now: Moment) {
        let (Some(ask), Some(peer)) = (self.asks.get_mut(&id), self.peers.get_mut(&to)) else { return };
        let Some(wire) = peer.wire() else { return };
        ask.stage = Stage::Sent { peer: to, at: now.us };
        self.turns = self.turns.saturating_add(1);
        peer.turn = self.turns;
        peer.open = peer.open.saturating_add(1);
        let message = ToPeer::Ask { id, request: ask.request.clone() };
        self.send(wire, &message);
    }

    pub(super) fn send(&mut self, wire: WireId, message: &ToPeer) {
        let bytes = message.encode();
        self.traffic.1 = self.traffic.1.saturating_add(bytes.len() as u64);
        self.out.push_back(Out::Send(wire, bytes));
    }

    /// What time brings: tries that are due, answers that did not come, looks at how peers stand.
    pub fn tick(&mut self, now: Moment) {
        self.clock_ms = now.ms;
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
    pub(super) fn overdue(&mut self, now: Moment) {
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
