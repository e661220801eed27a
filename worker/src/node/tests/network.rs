//! The network page's answers.

use super::bench::Bench;
use zera_primitives::{Height, keys::SecretKey};
use zera_worker_protocol::{Command, ErrorKind, Mode, Response};

#[test]
fn a_solo_node_shows_itself_and_its_certificates() {
    let mut bench = Bench::new();
    bench.add_key(7);
    bench.ask(Command::Shows("/network".into())).unwrap();
    let Response::Network(network) = bench.ask(Command::Network).unwrap() else { panic!() };
    assert_eq!((network.mode, network.stall.clone(), network.peers.len()), (Mode::Solo, None, 0));
    let (head, ..) = network.verified.unwrap();
    assert_eq!(network.range, Some((Height(0), head)));
    assert_eq!(network.finality.last().map(|point| point.height), Some(head));
    assert!(matches!(&network.tabs[..], [tab] if tab.own && tab.leads && tab.shows == "/network"));

    let Response::Certificate(opened) = bench.ask(Command::Certificate(None)).unwrap() else { panic!() };
    assert_eq!((opened.height, opened.quorum, opened.signatures.len()), (head, 1, 1));
    let only = &opened.signatures[0];
    assert!(only.proposer && only.checked_us.is_some());
    let Response::Block(block) = bench.ask(Command::Block(head)).unwrap() else { panic!() };
    assert_eq!(opened.block, block.header.hash());
    // An ordinary Ed25519 signature over exactly the bytes shown.
    let sealer =
        bench.world.0.borrow().roles.values().map(SecretKey::from_seed).find(|key| key.public() == only.validator);
    assert_eq!(Some(sealer.unwrap().sign(&opened.signed).0.to_vec()), only.signature);

    let refused = bench.ask(Command::ExportHeaders).unwrap_err();
    assert_eq!((refused.kind, refused.fatal), (ErrorKind::NetworkOnly, false));
}
