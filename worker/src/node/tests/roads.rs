//! Following a network: joined, read, voted on, left, in light and full mode, among honest peers and liars.

use super::{
    bench::Bench,
    village::{EPOCH, RICH, Shared, Village},
    world::Memory,
};
use crate::node::network::export::Headers;
use codec::Decode as _;
use std::{cell::RefCell, rc::Rc};
use zera_liar::Lie;
use zera_primitives::{AccountId, Amount, Height, Slot, keys::SecretKey, tx::Call};
use zera_worker_protocol::{
    Command, ErrorKind, Event, Join, Mode, NetworkView, Page, PeerState, Response, Stall, TransactionStage,
    event::Notice,
};

const HONEST: &str = "ws://honest:1/wire";
const OTHER: &str = "ws://other:1/wire";

struct Trip {
    bench: Bench,
    village: Shared,
}

impl Trip {
    /// A solo node beside a network of `blocks` blocks.
    fn new(blocks: u64) -> Self {
        let world = Memory::new();
        let village = Rc::new(RefCell::new(Village::new(world.0.borrow().now)));
        village.borrow_mut().peers.insert(HONEST.into(), None);
        world.0.borrow_mut().village = Some(Rc::clone(&village));
        let mut trip = Self { bench: Bench::open(world), village };
        trip.blocks(blocks);
        trip
    }

    /// So many more blocks, one a second; every third without a certificate of its own.
    fn blocks(&mut self, count: u64) {
        for _ in 0..count {
            self.bench.world.pass(1);
            let mut village = self.village.borrow_mut();
            let slot = Slot(village.head().0 + 1);
            let bare = (village.head().0 + 1).is_multiple_of(3);
            village.block(slot, bare);
        }
    }

    fn peer(&self, address: &str, lie: Option<Lie>) {
        self.village.borrow_mut().peers.insert(address.into(), lie);
    }

    fn join(&mut self, mode: Mode, peers: &[&str]) -> Result<Response, zera_worker_protocol::Error> {
        let checkpoint = self.village.borrow().genesis().to_hex();
        let peers = peers.iter().map(|peer| (*peer).to_owned()).collect();
        self.bench.ask(Command::Join(Join { mode, peers, checkpoint }))
    }

    fn network(&mut self) -> NetworkView {
        match self.bench.ask(Command::Network).unwrap() {
            Response::Network(network) => *network,
            other => panic!("{other:?}"),
        }
    }

    /// Lets the node hear what there is to hear.
    fn settle(&mut self) {
        self.bench.settle();
    }

    fn head(&self) -> Height {
        self.village.borrow().head()
    }
}

#[test]
fn a_light_node_joins_reads_with_proofs_and_follows() {
    let mut trip = Trip::new(3 * EPOCH + 4);
    let Response::Status(status) = trip.join(Mode::Light, &[HONEST]).unwrap() else { panic!() };
    assert_eq!((status.mode, status.genesis), (Mode::Light, trip.village.borrow().genesis()));
    let verified = trip.network().verified.unwrap().0;
    assert_eq!(status.head.height, verified);
    assert!(verified.0 >= 3 * EPOCH + 2, "{verified}");

    let rich = SecretKey::from_seed(&RICH).public();
    assert_eq!(trip.bench.free(rich), Amount::zra(1_000_000));
    assert_eq!(trip.bench.free(AccountId([7; 32])), Amount::ZERO, "absence is proven, too");
    let network = trip.network();
    assert!(network.proven.0 > 0 && network.start.is_some() && network.stall.is_none(), "{network:?}");
    assert!(matches!(&network.peers[..], [peer] if peer.state == PeerState::Good && peer.good.0 == peer.good.1));

    trip.bench.world.events();
    trip.blocks(EPOCH);
    trip.settle();
    let events = trip.bench.world.events();
    let heads: Vec<_> =
        events.iter().filter_map(|e| if let Event::Head(head) = e { Some(head.height) } else { None }).collect();
    assert!(heads.is_sorted() && heads.len() as u64 >= EPOCH / 2, "{heads:?}");
    assert_eq!(trip.bench.free(rich), Amount::zra(1_000_000));

    let Response::Certificate(opened) = trip.bench.ask(Command::Certificate(None)).unwrap() else { panic!() };
    assert_eq!((opened.signatures.len(), opened.quorum), (4, 3));
    assert_eq!(opened.way.len() as u64, opened.round.0, "a boundary for each epoch before");
    let Response::Blocks(blocks) = trip.bench.ask(Command::Blocks(Page { from: None, limit: 20 })).unwrap() else {
        panic!()
    };
    assert_eq!(blocks.len(), 20);
    for height in [0, 1, 3, EPOCH, opened.height.0] {
        let Response::Block(block) = trip.bench.ask(Command::Block(Height(height))).unwrap() else { panic!() };
        assert_eq!(block.header.height, Height(height));
    }
    trip.bench.refused(Command::Export, ErrorKind::SoloOnly);
    let Response::Bytes(file) = trip.bench.ask(Command::ExportHeaders).unwrap() else { panic!() };
    let headers = Headers::decode(&mut &file[b"zera headers 1\n".len()..]).unwrap();
    assert_eq!(headers.boundaries.len() as u64, opened.round.0);
    assert_eq!(headers.tip.map(|tip| tip.header.height), Some(opened.height));

    let Response::Status(back) = trip.bench.ask(Command::Leave).unwrap() else { panic!() };
    assert_eq!((back.mode, back.head.height), (Mode::Solo, Height(0)));
}

#[test]
fn a_transaction_is_sent_again_until_its_block_is_verified() {
    for mode in [Mode::Light, Mode::Full] {
        let mut trip = Trip::new(EPOCH + 2);
        trip.join(mode, &[HONEST]).unwrap();
        trip.settle();
        let key = SecretKey::from_seed(&RICH);
        let signed =
            trip.bench.signed(&key, 0, vec![Call::Transfer { to: AccountId([6; 32]), amount: Amount::zra(5) }]);
        let Response::Submitted(hashes) = trip.bench.ask(Command::Submit(signed)).unwrap() else { panic!() };
        // The connection is lost before the peer has it; a restart does not lose it either.
        trip.village.borrow_mut().cut(HONEST);
        let Trip { bench, village } = trip;
        let mut trip = Trip { bench: bench.crash(), village };
        trip.bench.world.pass(2);
        trip.settle();
        assert!(trip.village.borrow().submitted.contains(&hashes[0]), "{mode:?}");
        trip.bench.world.events();
        trip.blocks(2);
        trip.settle();
        let events = trip.bench.world.events();
        let done = |event: &Event| matches!(event, Event::Transaction { hash, stage: TransactionStage::Final { .. } } if *hash == hashes[0]);
        assert!(events.iter().any(done), "{mode:?}: {events:?}");
        let Response::Transaction(view) = trip.bench.ask(Command::Transaction(hashes[0])).unwrap() else { panic!() };
        assert!(view.block.is_some() && view.receipt.is_some());
        assert_eq!(trip.bench.free(AccountId([6; 32])), Amount::zra(5));
        assert_eq!(trip.bench.status().pending, 0);
    }
}

#[test]
fn a_full_node_executes_everything_and_goes_on_after_a_restart() {
    let mut trip = Trip::new(2 * EPOCH + 3);
    trip.join(Mode::Full, &[HONEST]).unwrap();
    trip.settle();
    let synced = trip.bench.status().head.height;
    assert!(synced.0 >= 2 * EPOCH + 2, "{synced}");
    let Trip { bench, village } = trip;
    let mut trip = Trip { bench: bench.crash(), village };
    assert_eq!(trip.bench.status().head.height, synced, "what was executed is not executed again");
    trip.blocks(5);
    trip.settle();
    let status = trip.bench.status();
    let village = Rc::clone(&trip.village);
    let theirs = village.borrow().client.head().clone();
    assert!(theirs.height.since(status.head.height) <= 1);
    let Response::Block(block) = trip.bench.ask(Command::Block(status.head.height)).unwrap() else { panic!() };
    assert!(trip.head() > block.header.height || block.header == theirs);
    assert_eq!(trip.network().sync, Some((status.head.height.0, status.head.height.0)));

    trip.bench.ask(Command::SetMode(Mode::Light)).unwrap();
    assert_eq!(trip.bench.status().mode, Mode::Light);
    trip.bench.ask(Command::SetMode(Mode::Full)).unwrap();
    assert_eq!(trip.bench.status().head.height, status.head.height);
    trip.bench.ask(Command::Leave).unwrap();
    assert_eq!(trip.bench.status().head.height, Height(0));
}

#[test]
fn a_long_chain_is_begun_at_a_snapshot_that_holds() {
    for lie in [None, Some(Lie::BadPage)] {
        let mut trip = Trip::new(2 * EPOCH);
        trip.village.borrow_mut().keep_snapshot();
        trip.blocks(4);
        trip.bench.node.network.long.set(Some(EPOCH));
        trip.peer(OTHER, lie);
        trip.join(Mode::Full, &[OTHER, HONEST]).unwrap();
        trip.settle();
        let status = trip.bench.status();
        assert!(status.head.height.0 >= 2 * EPOCH + 3);
        assert_eq!(status.executed, status.head.height.0 - 2 * EPOCH, "{lie:?}: only what follows the snapshot");
        let liar = trip.network().peers.into_iter().find(|peer| peer.address == OTHER).unwrap();
        assert_eq!(liar.state == PeerState::Dropped, lie.is_some());
        let Trip { bench, village } = trip;
        let mut trip = Trip { bench: bench.crash(), village };
        assert_eq!(trip.bench.status().head.height, status.head.height);
        trip.settle();
        let damaged = |event: &Event| matches!(event, Event::Notice(Notice::Damaged { .. }));
        assert!(!trip.bench.world.events().iter().any(damaged), "what lies before the snapshot is not missed");
    }
}

#[test]
fn what_is_no_checkpoint_and_what_no_peer_has_is_refused() {
    let mut trip = Trip::new(3);
    let mut join = |checkpoint: String, peers: Vec<String>| {
        trip.bench.ask(Command::Join(Join { mode: Mode::Light, peers, checkpoint })).unwrap_err().kind
    };
    let peers = || vec![HONEST.to_owned()];
    assert_eq!(join("nothing".into(), peers()), ErrorKind::CheckpointRefused);
    assert_eq!(join("0".repeat(64), peers()), ErrorKind::NoPeer, "the peer follows another chain");
    let genesis = trip.village.borrow().genesis().to_hex();
    let mut join = |checkpoint: String, peers: Vec<String>| {
        trip.bench.ask(Command::Join(Join { mode: Mode::Light, peers, checkpoint })).unwrap_err().kind
    };
    assert_eq!(join(genesis.clone(), vec!["ws://nobody:1".into()]), ErrorKind::NoPeer);
    assert_eq!(join(genesis.clone(), vec![]), ErrorKind::Malformed);
    let other = format!("{genesis}:2:{genesis}:{genesis}");
    assert_eq!(join(other, peers()), ErrorKind::CheckpointRefused);
    assert_eq!(trip.bench.status().mode, Mode::Solo);
    let Response::Offer(offer) = trip.bench.ask(Command::Probe { peer: "honest:1".into() }).unwrap() else { panic!() };
    assert_eq!((offer.genesis.to_hex(), offer.same_rules), (genesis, true));
    let joined = Join { mode: Mode::Light, peers: vec![HONEST.into()], checkpoint: offer.checkpoint };
    let Response::Status(status) = trip.bench.ask(Command::Join(joined)).unwrap() else { panic!() };
    assert_eq!(status.head.height, Height(2), "the last block of three has no certificate of its own yet");
}

#[test]
fn without_peers_it_says_so_and_shows_what_it_knew() {
    let mut trip = Trip::new(5);
    trip.join(Mode::Light, &[HONEST]).unwrap();
    let head = trip.bench.status().head.height;
    trip.village.borrow_mut().peers.clear();
    trip.village.borrow_mut().cut(HONEST);
    trip.bench.world.pass(15);
    trip.settle();
    assert_eq!(trip.network().stall, Some(Stall::NoPeer));
    trip.bench.ask(Command::Online(false)).unwrap();
    assert_eq!(trip.network().stall, Some(Stall::Offline));
    let told = |trip: &Trip, wanted: &Notice| {
        trip.bench.world.events().iter().any(|event| matches!(event, Event::Notice(notice) if notice == wanted))
    };
    assert!(told(&trip, &Notice::Stalled(Stall::Offline)));
    assert_eq!(trip.bench.status().head.height, head, "the last status that was whole");
    trip.settle();
    // Started again without a peer it still shows what it knew.
    let Trip { bench, village } = trip;
    let mut trip = Trip { bench: bench.crash(), village };
    assert_eq!(trip.bench.status().head.height, head);
    trip.peer(HONEST, None);
    trip.blocks(20);
    trip.bench.ask(Command::Online(true)).unwrap();
    trip.bench.world.pass(60);
    trip.settle();
    trip.blocks(2);
    trip.settle();
    assert_eq!(trip.network().stall, None);
    assert!(trip.bench.status().head.height > head);
}

/// What a liar is caught at, in light mode and in full mode.
fn caught(lie: Lie, mode: Mode) -> (NetworkView, Vec<Event>, Trip) {
    let mut trip = Trip::new(EPOCH + 3);
    trip.peer(OTHER, Some(lie));
    // The liar is known first, so that it is asked first.
    trip.join(mode, &[OTHER, HONEST]).unwrap();
    let key = SecretKey::from_seed(&RICH);
    let mut seen = trip.bench.world.events();
    for nonce in 0..4 {
        let call = Call::Transfer { to: AccountId([6; 32]), amount: Amount::zra(1) };
        let signed = trip.bench.signed(&key, nonce, vec![call]);
        trip.bench.ask(Command::Submit(signed)).unwrap();
        trip.settle();
        trip.blocks(2);
        trip.settle();
        trip.bench.free(key.public());
        trip.bench.ask(Command::Block(Height(3))).unwrap();
        let _ = trip.bench.ask(Command::Proposals);
        trip.bench.world.pass(20);
        trip.settle();
        seen.extend(trip.bench.world.events());
    }
    trip.blocks(2);
    trip.settle();
    seen.extend(trip.bench.world.events());
    assert_eq!(trip.bench.free(AccountId([6; 32])), Amount::zra(4), "{lie:?}: nothing is lost");
    let network = trip.network();
    (network, seen, trip)
}

#[test]
fn liars_are_dropped_with_their_cause_and_the_honest_peer_serves_on() {
    let dropped = [
        Lie::ForgedCertificate,
        Lie::TooFewSigners,
        Lie::WrongEpoch,
        Lie::WrongSet,
        Lie::TruncatedProof,
        Lie::SwappedProof,
        Lie::FalseValue,
        Lie::HiddenEntry,
        Lie::FalseReceipt,
        Lie::Garbage,
        Lie::HugeFrame,
    ];
    for lie in dropped {
        let (network, events, _) = caught(lie, Mode::Light);
        let liar = network.peers.iter().find(|peer| peer.address == OTHER).unwrap();
        assert_eq!(liar.state, PeerState::Dropped, "{lie:?}: {liar:?}");
        assert!(liar.cause.is_some());
        let told =
            |event: &Event| matches!(event, Event::Notice(Notice::PeerDropped { address, .. }) if address == OTHER);
        assert!(events.iter().any(told), "{lie:?}");
        assert_eq!(network.stall, None, "{lie:?}");
    }
}

#[test]
fn who_serves_nothing_is_passed_over() {
    for lie in [Lie::StaleTip, Lie::Swallow, Lie::SlowLoris, Lie::Silent, Lie::OtherChain] {
        let (network, ..) = caught(lie, Mode::Light);
        assert_eq!(network.stall, None, "{lie:?}");
        let honest = network.peers.iter().find(|peer| peer.address == HONEST).unwrap();
        assert_eq!(honest.state, PeerState::Good, "{lie:?}");
    }
}

#[test]
fn in_full_mode_a_false_block_is_found_by_executing_it() {
    let (network, ..) = caught(Lie::BadBlock, Mode::Full);
    let liar = network.peers.iter().find(|peer| peer.address == OTHER).unwrap();
    assert_eq!(liar.state, PeerState::Dropped, "{liar:?}");
}

#[test]
fn two_certified_blocks_of_one_height_end_following_and_leave_evidence() {
    for mode in [Mode::Light, Mode::Full] {
        let mut trip = Trip::new(EPOCH + 3);
        trip.join(mode, &[HONEST]).unwrap();
        trip.settle();
        let before = trip.bench.status().head.height;
        trip.peer(OTHER, Some(Lie::Fork));
        trip.bench.ask(Command::AddPeer(OTHER.into())).unwrap();
        trip.settle();
        trip.blocks(3);
        trip.settle();
        let network = trip.network();
        assert_eq!(network.stall, Some(Stall::Conflict), "{mode:?}");
        assert!(matches!(&network.conflicts[..], [fork] if fork.signers.len() >= 2), "{mode:?}");
        let Response::Bytes(file) = trip.bench.ask(Command::ExportEvidence(0)).unwrap() else { panic!() };
        zera_client::light::Evidence::from_bytes(&file).unwrap().verify().unwrap();
        let stopped = network.verified.unwrap().0;
        trip.blocks(3);
        trip.settle();
        assert_eq!(trip.network().verified.unwrap().0, stopped, "nothing is followed any more");
        assert!(stopped >= before);
        // It does not come back by a restart.
        let Trip { bench, village } = trip;
        let mut trip = Trip { bench: bench.crash(), village };
        trip.settle();
        assert_eq!(trip.network().stall, Some(Stall::Conflict));
    }
}
