//! Who is tried when, who is asked first, who is dropped.

use super::*;

const A: &str = "ws://a/wire";
const B: &str = "ws://b/wire";
const C: &str = "ws://c/wire";

/// A book with these connected at time 0.
fn book(addresses: &[&str]) -> Peers {
    let mut peers = Peers::default();
    for address in addresses {
        assert!(peers.add(address, 0));
        peers.connecting(address, 0);
        peers.connected(address, "zera-node 0.1.0", 0);
    }
    peers
}

fn state(peers: &Peers, address: &str) -> PeerState {
    peers.get(address).unwrap().state
}

#[test]
fn a_new_peer_is_due_and_the_book_has_an_end() {
    let mut peers = Peers::default();
    assert!(peers.add(A, 5) && !peers.add(A, 5));
    assert_eq!((peers.due(4), peers.due(5), peers.next_due_ms()), (vec![], vec![A.into()], Some(5)));
    peers.connecting(A, 6);
    assert_eq!((peers.due(7), peers.next_due_ms(), peers.connected_count()), (vec![], None, 0));
    peers.connected(A, &"x".repeat(1_000), 8);
    let peer = peers.get(A).unwrap();
    assert_eq!((peer.state, peer.since_ms, peer.agent.as_ref().unwrap().len()), (PeerState::Good, 8, 64));
    for number in 0..MOST_PEERS {
        peers.add(&format!("ws://{number}"), 0);
    }
    assert_eq!(peers.iter().count(), MOST_PEERS);
    assert!(!peers.add(B, 0) && peers.remove(A) && peers.add(B, 0));
}

#[test]
fn tries_come_later_each_time_and_spread() {
    let mut peers = book(&[A]);
    let mut waits = Vec::new();
    for _ in 0..12 {
        peers.lost(A, "closed", 1_000, 0);
        let least = peers.get(A).unwrap().retry_at_ms - 1_000;
        waits.push(least);
        peers.connecting(A, 2_000);
    }
    assert_eq!(waits[..8], [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    assert_eq!(waits[11], LONGEST_WAIT_MS / 2);
    let spread: Vec<u64> = (0..1_000)
        .map(|random| {
            let mut peers = book(&[A]);
            peers.lost(A, "closed", 0, u64::wrapping_mul(random, 0x9e37_79b9_7f4a_7c15));
            peers.get(A).unwrap().retry_at_ms
        })
        .collect();
    assert!(spread.iter().all(|wait| (250..=500).contains(wait)));
    assert!(spread.iter().collect::<alloc::collections::BTreeSet<_>>().len() > 200);
    peers.lost(A, "closed", 0, u64::MAX);
    assert_eq!(peers.get(A).unwrap().cause.as_deref(), Some("closed"));
    // What it serves afterwards makes up for it.
    peers.connected(A, "", 0);
    peers.served(A);
    peers.lost(A, "closed", 0, 0);
    assert_eq!(peers.get(A).unwrap().retry_at_ms, 250);
}

#[test]
fn offline_nobody_is_tried_and_online_all_are() {
    let mut peers = book(&[A, B]);
    for address in [A, B] {
        for _ in 0..9 {
            peers.lost(address, "offline", 1_000, 7);
        }
    }
    peers.set_offline(true, 1_000);
    assert_eq!((peers.due(u64::MAX), peers.next_due_ms()), (vec![], None));
    peers.set_offline(false, 2_000);
    assert_eq!(peers.due(2_000), [A, B]);
    peers.lost(A, "refused", 2_000, 0);
    assert_eq!(peers.due(2_000), [B]);
    peers.try_all(2_000);
    assert_eq!(peers.due(2_000), [A, B]);
}

#[test]
fn a_liar_is_dropped_until_a_person_forgives() {
    let mut peers = book(&[A, B]);
    peers.said(A, Height(9), Hash::ZERO);
    peers.lied(A, "the certificate does not hold", 50);
    let dropped = peers.get(A).unwrap().clone();
    assert_eq!((dropped.state, dropped.score, dropped.since_ms), (PeerState::Dropped, 0, 50));
    assert_eq!(dropped.cause.as_deref(), Some("the certificate does not hold"));
    // Late news change nothing, whatever they are.
    peers.connected(A, "again", 60);
    peers.served(A);
    peers.lost(A, "closed", 60, 0);
    peers.said(A, Height(10), Hash::ZERO);
    assert_eq!(peers.get(A), Some(&dropped));
    assert_eq!((peers.ask(None), peers.due(u64::MAX), peers.heard()), (vec![B.into()], vec![], None));
    peers.set_offline(true, 60);
    peers.set_offline(false, 70);
    peers.try_all(70);
    assert_eq!(peers.due(u64::MAX), [""; 0]);
    peers.forgive(A, 80);
    assert_eq!((state(&peers, A), peers.due(80)), (PeerState::Waiting, vec![A.into()]));
}

#[test]
fn the_best_are_asked_first() {
    let mut peers = book(&[A, B, C]);
    for (address, round_trip) in [(A, 9_000), (B, 100), (C, 5_000)] {
        peers.took(address, round_trip);
    }
    assert_eq!(peers.ask(None), [B, C, A]);
    (0..8).for_each(|_| peers.served(A));
    assert_eq!(peers.ask(None), [A, B, C], "who served well comes before who is near");
    peers.failed_to_serve(B);
    assert_eq!(peers.ask(None), [A, C, B]);
    peers.said(A, Height(10), Hash::ZERO);
    peers.said(C, Height(20), Hash::ZERO);
    assert_eq!(peers.ask(Some(Height(15))), [C, B], "of B nothing is known");
    assert_eq!(peers.heard(), Some(Height(20)));
    let scores: Vec<u32> = peers.iter().map(|peer| peer.score).collect();
    assert!(scores.iter().all(|score| *score <= 1_000));
    (0..1_000).for_each(|_| peers.served(A));
    assert_eq!(peers.get(A).unwrap().score, 1_000);
    (0..1_000).for_each(|_| peers.failed_to_serve(A));
    assert!(peers.get(A).unwrap().score < 10);
    let peer = peers.get(A).unwrap();
    assert_eq!((peer.good, peer.checked), (1_008, 1_008));
}

#[test]
fn who_is_far_below_is_behind_and_can_catch_up() {
    let mut peers = book(&[A, B]);
    peers.said(A, Height(10), Hash::ZERO);
    peers.said(B, Height(30), Hash::ZERO);
    peers.verified(Height(30), 5);
    assert_eq!((state(&peers, A), state(&peers, B)), (PeerState::Behind, PeerState::Good));
    assert_eq!(peers.ask(None), [B, A]);
    peers.said(A, Height(29), Hash::ZERO);
    peers.verified(Height(30), 6);
    assert_eq!((state(&peers, A), peers.get(A).unwrap().cause.clone()), (PeerState::Good, None));
}

#[test]
fn peers_are_compared_at_one_height() {
    let mut peers = book(&[A, B, C]);
    let (one, two) = (Hash::of(b"one"), Hash::of(b"two"));
    peers.said(A, Height(10), one);
    peers.said(A, Height(11), two);
    peers.said(B, Height(10), two);
    let agreement = peers.agreement(Height(10), &one);
    assert_eq!((agreement.agree, agreement.differ), (vec![A.to_string()], vec![B.to_string()]));
    peers.said(B, Height(10), one);
    assert_eq!(peers.agreement(Height(10), &one).differ, [""; 0], "its last word counts");
    for height in 100..400 {
        peers.said(B, Height(height), one);
    }
    assert_eq!(peers.get(B).unwrap().block_at(Height(10)), None, "not all is remembered");
    assert_eq!(peers.get(B).unwrap().block_at(Height(399)), Some(one));
}
