//! Consensus over simulated networks: the same seed gives the same run.

mod cluster;
mod ledger;

use cluster::{Cluster, link};
use commonware_runtime::{Runner as _, deterministic::Runner};
use ledger::Rules;
use std::{sync::Arc, time::Duration};

const MINUTE: Duration = Duration::from_secs(60);

fn rules(epoch_blocks: u64, validators: u8) -> Rules {
    Rules { epoch_blocks, schedule: Arc::new(move |_| (0..validators).collect()), heartbeat: Duration::from_millis(50) }
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
