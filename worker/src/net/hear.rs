//! What is heard: greetings, answers, news, and the ends of connections.

use super::{
    AskId, Heard, Moment, Out, PeerId, Refusal, Sessions, WireId,
    ask::{Ask, Purpose, Stage, fits},
    peer::{Line, Peer},
    sessions::MOST_NEWS,
};
use zera_wire::{Answer, News, PeerError, PeerErrorKind, Request, ToPeer, ToTab, Topic, WIRE_VERSION, decode_to_tab};

impl Sessions {
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

    pub(super) fn told(&mut self, id: PeerId, message: ToTab, now: Moment) {
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
    pub(super) fn welcome(&mut self, id: PeerId, now: Moment) {
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

    pub(super) fn answered(&mut self, id: PeerId, ask: AskId, result: Result<Answer, PeerError>, now: Moment) {
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

    pub(super) fn refused(&mut self, id: PeerId, ask: AskId, error: PeerError) {
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

    pub(super) fn lose_and_close(&mut self, id: PeerId, wire: WireId, cause: String, now: Moment) {
        self.out.push_back(Out::Close(wire));
        self.lose(id, cause, now);
    }

    /// The connection is gone; what was asked over it is asked elsewhere.
    pub(super) fn lose(&mut self, id: PeerId, cause: String, now: Moment) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.lost(cause, now.us, now.ms, now.random);
        }
        self.requeue(id);
        self.changes = self.changes.wrapping_add(1);
        self.assign(now);
    }

    /// Questions that this peer had wait again; those that only it could answer have no answer.
    pub(super) fn requeue(&mut self, id: PeerId) {
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
}
