//! Conversations with a peer that the test plays, by the clock that the test sets.

use super::{Heard, Moment, Out, Refusal, Sessions, WireId};
use codec::Encode as _;
use zera_primitives::{Hash, Height, Slot};
use zera_wire::{
    Answer, Greeting, PeerError, PeerErrorKind, PeerStatus, Request, ToPeer, ToTab, WIRE_VERSION, decode_to_peer,
};
use zera_worker_protocol::PeerState;

const CHAIN: [u8; 32] = [7; 32];

struct Play {
    sessions: Sessions,
    us: u64,
    /// The head that peers speak of when they greet.
    head: u64,
}

impl Play {
    fn new(peers: &[&str]) -> Self {
        let mut play = Self { sessions: Sessions::new(Some(Hash(CHAIN))), us: 1, head: 0 };
        for peer in peers {
            play.sessions.add((*peer).into(), play.now()).unwrap();
        }
        play
    }

    fn now(&self) -> Moment {
        Moment { us: self.us, ms: self.us / 1_000, random: u32::MAX / 2 }
    }

    fn pass(&mut self, ms: u64) -> Vec<Out> {
        self.us += ms * 1_000;
        let now = self.now();
        self.sessions.tick(now);
        self.outs()
    }

    fn outs(&mut self) -> Vec<Out> {
        std::iter::from_fn(|| self.sessions.out()).collect()
    }

    fn hear(&mut self, wire: WireId, message: &ToTab) -> Vec<Out> {
        let now = self.now();
        self.sessions.heard(wire, Heard::Message(message.encode()), now);
        self.outs()
    }

    /// Connects to everybody; answers their wires.
    fn greet(&mut self) -> Vec<WireId> {
        let wires: Vec<WireId> = self
            .pass(0)
            .into_iter()
            .filter_map(|out| if let Out::Connect(wire, _) = out { Some(wire) } else { None })
            .collect();
        for wire in &wires {
            let now = self.now();
            self.sessions.heard(*wire, Heard::Open, now);
            let own = self.hear(*wire, &greeting(Hash(CHAIN)));
            self.answer_own(own);
        }
        wires
    }

    /// Answers what a session asks by itself.
    fn answer_own(&mut self, outs: Vec<Out>) {
        for out in outs {
            let Out::Send(wire, bytes) = out else { continue };
            let ToPeer::Ask { id, request } = decode_to_peer(&bytes).unwrap() else { continue };
            let answer = if request == Request::Status { status(self.head) } else { Answer::Done };
            self.hear(wire, &ToTab::Answer { id, result: Ok(answer) });
        }
    }

    fn state(&self, place: usize) -> (PeerState, Option<String>) {
        let view = self.sessions.views(None, self.now()).remove(place);
        (view.state, view.cause)
    }

    fn asked(&mut self, request: Request) -> (u32, Vec<(WireId, u32)>) {
        let now = self.now();
        let id = self.sessions.ask(request, None, now);
        let sent = self.pass(0).into_iter().filter_map(sent).collect();
        (id, sent)
    }
}

fn sent(out: Out) -> Option<(WireId, u32)> {
    let Out::Send(wire, bytes) = out else { return None };
    match decode_to_peer(&bytes).unwrap() {
        ToPeer::Ask { id, .. } => Some((wire, id)),
        ToPeer::Hello { .. } => None,
    }
}

fn greeting(chain: Hash) -> ToTab {
    let (version, runtime) = (WIRE_VERSION, Hash::ZERO);
    ToTab::Hello(Greeting { version, agent: "test".into(), chain, runtime, oldest: 0, open_requests: 16 })
}

fn status(head: u64) -> Answer {
    Answer::Status(Box::new(PeerStatus {
        head: Height(head),
        hash: Hash::ZERO,
        slot: Slot(head),
        epoch: 0,
        role: "full".into(),
        validator: None,
        finality_ms: (0, 0),
        pending: 0,
        peers: 0,
        tabs: 0,
    }))
}

#[test]
fn tries_come_later_and_later_and_never_of_many_tabs_at_once() {
    let mut play = Play::new(&["ws://a/wire"]);
    let mut waits = Vec::new();
    for _ in 0..8 {
        let mut waited = 0;
        let wire = loop {
            match play
                .pass(50)
                .into_iter()
                .find_map(|out| if let Out::Connect(wire, _) = out { Some(wire) } else { None })
            {
                Some(wire) => break wire,
                None => waited += 50,
            }
        };
        waits.push(waited);
        let now = play.now();
        play.sessions.heard(wire, Heard::Closed("gone".into()), now);
        assert_eq!(play.state(0), (PeerState::Waiting, Some("gone".into())));
    }
    assert!(waits.is_sorted() && waits[1] >= 400 && waits[7] >= 25_000 && waits[7] <= 45_000, "{waits:?}");
    let (early, late) = (Moment { random: 0, ..play.now() }, Moment { random: u32::MAX, ..play.now() });
    let until = |now: Moment| {
        let mut peer = super::peer::Peer::new("ws://a/wire".into(), 0);
        peer.lost("gone".into(), now.us, now.ms, now.random);
        peer.view(None, None, now.us).retry_ms.unwrap()
    };
    assert_eq!((until(early), until(late)), (250, 750));
    play.sessions.hurry(play.now());
    assert!(matches!(&play.pass(0)[..], [Out::Connect(..)]), "on line again, nobody waits");
}

#[test]
fn an_answer_finds_its_question_and_a_slow_peer_is_passed_over() {
    let mut play = Play::new(&["ws://a/wire", "ws://b/wire"]);
    play.greet();
    let (id, sent_to) = play.asked(Request::Genesis);
    let [(first, number)] = sent_to[..] else { panic!("{sent_to:?}") };
    assert_eq!(number, id);
    assert_eq!(play.sessions.take(id), None);
    // The first does not answer: the other one is asked.
    let again: Vec<_> = play.pass(6_100).into_iter().filter_map(sent).filter(|(_, number)| *number == id).collect();
    let [(second, _)] = again[..] else { panic!("{again:?}") };
    assert_ne!(first, second);
    // A late answer is no lie, and is not taken.
    play.hear(first, &ToTab::Answer { id, result: Ok(Answer::Bytes(vec![1])) });
    assert_eq!(play.sessions.take(id), None);
    play.hear(second, &ToTab::Answer { id, result: Ok(Answer::Bytes(vec![2])) });
    assert!(matches!(play.sessions.take(id), Some(Ok((_, Answer::Bytes(bytes)))) if bytes == [2]));
    assert!((0..2).all(|place| play.state(place).0 == PeerState::Good));
}

#[test]
fn who_breaks_the_rules_of_a_conversation_is_dropped() {
    let ask = |id| ToTab::Answer { id, result: Ok(Answer::Bytes(vec![])) };
    type Act = fn(&mut Play, WireId);
    let broken: [(&str, Act); 4] = [
        ("no message", |play, wire| {
            let now = play.now();
            play.sessions.heard(wire, Heard::Message(vec![0xff; 9]), now);
        }),
        ("a second greeting", |play, wire| drop(play.hear(wire, &greeting(Hash(CHAIN))))),
        ("an answer that nobody asked for", |play, wire| drop(play.hear(wire, &ask_far()))),
        ("too much", |play, wire| {
            let now = play.now();
            play.sessions.heard(wire, Heard::Flooded("too much".into()), now);
        }),
    ];
    for (what, act) in broken {
        let mut play = Play::new(&["ws://a/wire"]);
        let wires = play.greet();
        act(&mut play, wires[0]);
        assert_eq!(play.state(0).0, PeerState::Dropped, "{what}");
        assert_eq!(play.sessions.gone().len(), 1, "{what}");
        play.outs();
        assert_eq!(play.pass(100_000), [], "{what}: it is not asked again");
    }
    // An answer of another kind than the question's.
    let mut play = Play::new(&["ws://a/wire"]);
    let wires = play.greet();
    let (id, _) = play.asked(Request::Pool);
    play.hear(wires[0], &ask(id));
    assert_eq!(play.state(0).0, PeerState::Dropped);
}

fn ask_far() -> ToTab {
    ToTab::Answer { id: 9_999, result: Ok(Answer::Done) }
}

#[test]
fn another_chain_or_version_is_no_lie_and_no_peer() {
    let mut play = Play::new(&["ws://a/wire"]);
    let wire = play
        .pass(0)
        .into_iter()
        .find_map(|out| if let Out::Connect(wire, _) = out { Some(wire) } else { None })
        .unwrap();
    let now = play.now();
    play.sessions.heard(wire, Heard::Open, now);
    assert!(play.hear(wire, &greeting(Hash::ZERO)).contains(&Out::Close(wire)));
    let (state, cause) = play.state(0);
    assert!(state == PeerState::Waiting && cause.unwrap().contains("another chain"));
}

#[test]
fn questions_without_anybody_to_ask_end_and_refusals_are_passed_on() {
    let mut play = Play::new(&[]);
    let (id, sent_to) = play.asked(Request::Pool);
    assert!(sent_to.is_empty() && play.sessions.take(id).is_none());
    play.pass(3_000);
    assert_eq!(play.sessions.take(id), Some(Err(Refusal::Nobody)));

    let mut play = Play::new(&["ws://a/wire", "ws://b/wire"]);
    let wires = play.greet();
    let (id, _) = play.asked(Request::Pool);
    let no = PeerError::new(PeerErrorKind::NotFound, "no");
    for wire in &wires {
        play.hear(*wire, &ToTab::Answer { id, result: Err(no.clone()) });
        play.hear(wires[0], &ToTab::Answer { id, result: Err(no.clone()) });
    }
    assert_eq!(play.sessions.take(id), Some(Err(Refusal::Peer(no))), "both were asked");
}

#[test]
fn heads_that_peers_speak_of_are_counted_until_they_cannot_show_them() {
    let mut play = Play::new(&["ws://a/wire"]);
    play.head = 50;
    play.greet();
    assert_eq!(play.sessions.newest(), Some(Height(50)));
    let id = play.sessions.beyond(Height(10)).unwrap();
    assert_eq!(play.sessions.beyond(Height(50)), None);
    play.sessions.unproven(id);
    assert_eq!((play.sessions.newest(), play.sessions.beyond(Height(10))), (None, None));
}
