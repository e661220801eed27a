//! Consensus over simulated networks: the same seed gives the same run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod byzantine;
mod cluster;
mod ledger;
mod real;
mod scenario;
mod vectors;

use byzantine::Kind;
use cluster::{Cluster, link};
use commonware_runtime::{Clock as _, Runner as _, deterministic::Runner};
use ledger::Rules;
use scenario::Plan;
use std::{sync::Arc, time::Duration};
use zera_consensus::{Fault, Ledger as _, evidence};
use zera_primitives::Hash;

const MINUTE: Duration = Duration::from_secs(60);

fn rules(epoch_blocks: u64, validators: u8) -> Rules {
    let heartbeat = Duration::from_millis(50);
    Rules { epoch_blocks, schedule: Arc::new(move |_| (0..validators).collect()), heartbeat, real: None }
}

#[test]
fn four_finalise_blocks() {
    Runner::seeded(1).start(|context| async move {
        let cluster = Cluster::start(context, &rules(1000, 4), 4, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3], 50, MINUTE).await);
        cluster.agree();
        let ledger = &cluster.peers[0].ledger;
        assert!(ledger.certified_blocks() > 40);
        assert_eq!(ledger.voters(), 4);
        assert_eq!(ledger.faults(), []);
    });
}

#[test]
fn one_alone_finalises_blocks() {
    Runner::seeded(2).start(|context| async move {
        let cluster = Cluster::start(context, &rules(20, 1), 1, link(10, 2)).await;
        assert!(cluster.reach(&[0], 50, MINUTE).await);
    });
}

#[test]
fn the_committee_changes_with_every_epoch() {
    Runner::seeded(3).start(|context| async move {
        let rotating = |epoch: u64| (0..5).filter(|index| u64::from(*index) != epoch % 5).collect();
        let rules = Rules { schedule: Arc::new(rotating), ..rules(8, 0) };
        let cluster = Cluster::start(context, &rules, 5, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3, 4], 8 * 11, 3 * MINUTE).await);
        cluster.agree();
    });
}

#[test]
fn a_committee_of_one_becomes_four_and_one_again() {
    Runner::seeded(4).start(|context| async move {
        let growing = |epoch: u64| if (2..4).contains(&epoch) { vec![0, 1, 2, 3] } else { vec![0] };
        let rules = Rules { schedule: Arc::new(growing), ..rules(10, 0) };
        let cluster = Cluster::start(context, &rules, 4, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3], 60, 3 * MINUTE).await);
        cluster.agree();
    });
}

#[test]
fn who_contradicts_himself_is_reported_with_evidence() {
    for (kind, reported) in [
        (Kind::Conflicter, "conflicting notarize"),
        (Kind::Nuller, "nullify after finalize"),
        (Kind::Twin, "conflicting notarize"),
    ] {
        Runner::seeded(5).start(|context| async move {
            let mut cluster = Cluster::idle(context, &rules(1000, 4), 4, link(10, 2)).await;
            cluster.peers[3].kind = kind;
            cluster.launch_all().await;
            assert!(cluster.reach(&[0, 1, 2], 30, 3 * MINUTE).await);
            cluster.agree();
            let faults: Vec<_> = (0..3).flat_map(|index| cluster.peers[index].ledger.faults()).collect();
            assert!(faults.iter().any(|fault| fault.kind == reported), "{kind:?}: {faults:?}");
            // Anybody can check it, and it says nothing about anybody or anything else.
            let (set, chain) = (cluster.rules.set(0), cluster.rules.genesis().header.hash());
            for fault in faults {
                assert_eq!(fault.validator, ledger::id(3));
                assert!(evidence::holds(&fault, &set, &chain));
                assert!(!evidence::holds(&fault, &set, &Hash::ZERO));
                assert!(!evidence::holds(&Fault { validator: ledger::id(0), ..fault.clone() }, &set, &chain));
                assert!(!evidence::holds(&Fault { round: (0, fault.round.1 + 1), ..fault.clone() }, &set, &chain));
                let mut bent = fault.clone();
                let last = bent.bytes.len() - 1;
                bent.bytes[last] ^= 1;
                assert!(!evidence::holds(&bent, &set, &chain));
            }
        });
    }
}

#[test]
fn without_a_quorum_nothing_is_final_and_with_one_it_goes_on() {
    Runner::seeded(6).start(|context| async move {
        let cluster = Cluster::start(context, &rules(1000, 4), 4, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3], 10, MINUTE).await);
        cluster.cut(&[0, 1]).await;
        cluster.context.sleep(Duration::from_secs(1)).await;
        let stuck: Vec<_> = (0..4).map(|index| cluster.height(index)).collect();
        cluster.context.sleep(MINUTE).await;
        assert_eq!(stuck, (0..4).map(|index| cluster.height(index)).collect::<Vec<_>>());
        cluster.heal().await;
        assert!(cluster.reach(&[0, 1, 2, 3], stuck[0] + 20, MINUTE).await);
        cluster.agree();
    });
}

#[test]
fn everybody_loses_power_at_once() {
    let rules = rules(12, 4);
    let begun = rules.clone();
    let (mut ledgers, mut checkpoint) = Runner::seeded(7).start_and_recover(|context| async move {
        let cluster = Cluster::start(context, &begun, 4, link(10, 2)).await;
        assert!(cluster.reach(&[0], 20, MINUTE).await);
        cluster.peers.iter().map(|peer| peer.ledger.remains()).collect::<Vec<_>>()
    });
    for round in 1..6 {
        let rules = rules.clone();
        (ledgers, checkpoint) = Runner::from(checkpoint).start_and_recover(|context| async move {
            let before = ledgers.iter().map(|ledger| ledger.final_height().0).max().unwrap();
            let mut cluster = Cluster::over(context, &rules, ledgers, link(10, 2)).await;
            cluster.launch_all().await;
            assert!(cluster.reach(&[0, 1, 2, 3], before + 7, MINUTE).await, "round {round}");
            // Another moment of the block's life each time.
            cluster.context.sleep(Duration::from_millis(17 * round)).await;
            cluster.agree();
            cluster.peers.iter().map(|peer| peer.ledger.remains()).collect::<Vec<_>>()
        });
    }
}

#[test]
fn a_peer_that_was_away_for_epochs_catches_up() {
    Runner::seeded(8).start(|context| async move {
        let mut cluster = Cluster::start(context, &rules(10, 4), 4, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3], 5, MINUTE).await);
        cluster.kill(2).await;
        assert!(cluster.reach(&[0, 1, 3], 700, 30 * MINUTE).await);
        cluster.launch(2).await;
        assert!(cluster.reach(&[2], 700, 2 * MINUTE).await, "at {}", cluster.height(2));
        cluster.agree();
    });
}

#[test]
fn a_ledger_put_back_from_an_older_copy_is_given_the_rest() {
    Runner::seeded(12).start(|context| async move {
        let mut cluster = Cluster::start(context, &rules(10, 4), 4, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3], 45, MINUTE).await);
        cluster.kill(1).await;
        let older = cluster.peers[1].ledger.clone();
        older.put_back(&cluster.peers[0].ledger, 17);
        assert_eq!(cluster.height(1), 17);
        cluster.launch(1).await;
        assert!(cluster.reach(&[0, 1, 2, 3], 80, MINUTE).await);
        cluster.agree();
    });
}

#[test]
fn a_follower_begins_where_a_snapshot_ends() {
    // At the last block of an epoch, at the first of one, and between.
    for height in [39, 40, 44] {
        Runner::seeded(13).start(|context| async move {
            let mut cluster = Cluster::idle(context, &rules(10, 4), 5, link(10, 2)).await;
            for index in 0..4 {
                cluster.launch(index).await;
            }
            assert!(cluster.reach(&[0, 1, 2, 3], 60, MINUTE).await);
            cluster.peers[4].ledger.put_back(&cluster.peers[0].ledger, height);
            cluster.launch(4).await;
            assert!(cluster.reach(&[4], 80, MINUTE).await, "from {height}: {}", cluster.height(4));
            cluster.agree();
        });
    }
}

#[test]
fn transactions_reach_everybody_once() {
    Runner::seeded(9).start(|context| async move {
        let cluster = Cluster::start(context, &rules(1000, 4), 4, link(10, 2)).await;
        assert!(cluster.reach(&[0, 1, 2, 3], 2, MINUTE).await);
        let sent: Vec<Vec<u8>> = (1..=200).map(|number: u8| vec![number; 900]).collect();
        cluster.peers[0].outbox.push(sent.clone());
        cluster.peers[0].outbox.push(sent.clone());
        cluster.context.sleep(Duration::from_secs(2)).await;
        for index in 1..4 {
            let mut got = cluster.peers[index].ledger.admitted();
            got.sort();
            assert_eq!(got, sent);
        }
        assert_eq!(cluster.peers[0].ledger.admitted(), Vec::<Vec<u8>>::new());
        assert_eq!(cluster.peers[0].heard.lock().len(), 3);
    });
}

/// The many seeds: 16 by default, as many as `ZERA_SEEDS` says from `ZERA_FIRST_SEED` on, or 2,000 under `ZERA_LONG`.
#[test]
fn nothing_final_is_forked_or_lost_whatever_the_seed() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let default = if std::env::var_os("ZERA_LONG").is_some() { 2_000 } else { 16 };
    let (first, count) = (number("ZERA_FIRST_SEED").unwrap_or(1), number("ZERA_SEEDS").unwrap_or(default));
    let (mut blocks, mut epochs, mut faults) = (0, 0, 0);
    for seed in first..first + count {
        let outcome = Plan::of(seed).run();
        blocks += outcome.height;
        epochs += outcome.epochs;
        faults += outcome.faults;
    }
    println!("{count} seeds: {blocks} blocks, {epochs} epochs, {faults} faults recorded");
    assert!(count < 20 || (blocks > 0 && epochs > 0 && faults > 0));
}

#[test]
fn clients_execute_the_same_whatever_the_seed() {
    let long = std::env::var_os("ZERA_LONG").is_some();
    let transactions: usize =
        (1..if long { 200 } else { 5 }).map(|seed| Plan::of(seed).with_clients().run().transactions).sum();
    println!("{transactions} transfers were final");
    assert!(transactions > 50);
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [3, 14] {
        assert_eq!(Plan::of(seed).run(), Plan::of(seed).run());
    }
}
