//! Four peers on real sockets of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

#[path = "simulation/ledger.rs"]
#[allow(dead_code)]
mod ledger;
#[path = "simulation/real.rs"]
#[allow(dead_code)]
mod real;

use futures::{FutureExt as _, channel::oneshot, future::BoxFuture};
use ledger::{MemoryLedger, Pace, Rules, id, seed};
use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};
use zera_consensus::{Config, Ledger as _, Node, NodeError, Timings};

struct Wall;

impl Pace for Wall {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (done, slept) = oneshot::channel();
        thread::spawn(move || {
            thread::sleep(duration);
            let _ = done.send(());
        });
        slept.map(drop).boxed()
    }
}

fn ports(count: usize) -> Vec<SocketAddr> {
    let held: Vec<_> = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
    held.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("zera-consensus-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn config(index: u8, addresses: &[SocketAddr], directory: &Directory) -> Config {
    let bootstrappers = addresses.iter().enumerate().filter(|(other, _)| *other != usize::from(index));
    Config {
        seed: seed(index),
        listen: addresses[usize::from(index)],
        reachable: addresses[usize::from(index)],
        bootstrappers: bootstrappers.map(|(other, address)| (id(other as u8), *address)).collect(),
        followers: Vec::new(),
        directory: directory.0.join(index.to_string()),
        private: true,
        timings: Timings::default(),
    }
}

fn reach(ledgers: &[MemoryLedger], height: u64) {
    let begun = Instant::now();
    while ledgers.iter().any(|ledger| ledger.final_height().0 < height) {
        let heights: Vec<_> = ledgers.iter().map(|ledger| ledger.final_height().0).collect();
        assert!(begun.elapsed() < Duration::from_secs(60), "stuck at {heights:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn rules() -> Rules {
    let heartbeat = Duration::from_millis(50);
    Rules { epoch_blocks: 40, schedule: Arc::new(|_| vec![0, 1, 2, 3]), heartbeat, real: None }
}

#[test]
fn four_processes_worth_of_peers_finalise_stop_and_go_on() {
    let (addresses, directory) = (ports(4), Directory::new("four"));
    let ledgers: Vec<_> = (0..4).map(|index| MemoryLedger::new(rules(), index, Arc::new(Wall), 0)).collect();
    let start =
        |index: usize| Node::start(config(index as u8, &addresses, &directory), ledgers[index].clone()).unwrap();
    let mut nodes: Vec<_> = (0..4).map(start).collect();
    reach(&ledgers, 30);
    assert!(matches!(
        Node::start(config(0, &addresses, &directory), ledgers[0].clone()).map(drop),
        Err(NodeError::Listen(_))
    ));
    // One leaves and comes back over what it stored; the others go on without it.
    nodes.remove(3).stop().unwrap();
    let left = ledgers[3].final_height().0;
    reach(&ledgers[..3], left + 30);
    nodes.push(start(3));
    reach(&ledgers, left + 60);
    let state = nodes[0].peers();
    assert_eq!(state.len(), 3);
    assert!(state.iter().all(|peer| peer.validator && peer.latency_ms.is_some()), "{state:?}");
    assert!(nodes[0].metrics().contains("finalized_height"));
    for node in nodes {
        assert_eq!(node.failure(), None);
        node.stop().unwrap();
    }
    let chains: Vec<_> = ledgers.iter().map(MemoryLedger::hashes).collect();
    let shortest = chains.iter().map(Vec::len).min().unwrap();
    assert!(chains.iter().all(|chain| chain[..shortest] == chains[0][..shortest]));
}
