//! The chain on its thread, without the engine: what is final is stored whole or not at all, wherever the power goes; what
//! comes twice changes nothing; what waits is answered when it can be.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed check in a test is a failed test")]

use super::{Handle, Options, open};
use crate::{
    development,
    keys::Seed,
    store::{RedbStore, Shelf},
    testing::Disk,
};
use codec::Encode as _;
use std::sync::Arc;
use zera_client::GenesisConfig;
use zera_consensus::{Ledger as _, Verdict};
use zera_light::SealKey;
use zera_primitives::{
    Amount, Block, Height, Slot,
    keys::SecretKey,
    tx::{Call, SignedTransaction},
};

const ZERO_MS: u64 = 1_000_000;
const SEED: Seed = [7; 32];

fn config() -> GenesisConfig {
    development::genesis(&[SEED], ZERO_MS, 8)
}

fn options() -> Options {
    let proposer = SecretKey::from_seed(&SEED).public();
    Options { proposer, lockstep: true, pipelines: 1, base_every: 5, keep_blocks: Some(20), ..Options::default() }
}

fn chain(store: RedbStore) -> Handle {
    open(&config(), Shelf::new(store), options(), Arc::new(|| ZERO_MS + 1_000_000)).unwrap()
}

/// Runs a future that is ready at once, as those of a chain in lockstep are.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("a chain in lockstep answers at once"),
    }
}

fn certificate(block: &[u8]) -> Vec<u8> {
    let header = Block::from_bytes(block).unwrap().header;
    zera_light::seal(&header, &SealKey::from_seed(&SEED).unwrap()).unwrap().to_bytes()
}

/// A transfer between development accounts.
fn transfer(chain: &Handle, nonce: u64) -> SignedTransaction {
    let (_, seed) = development::account_key(0).unwrap();
    let (_, other) = development::account_key(1).unwrap();
    let key = SecretKey::from_seed(&seed);
    let call = Call::Transfer { to: SecretKey::from_seed(&other).public(), amount: Amount::zra(1) };
    let sender = key.public();
    let prepared =
        chain.wait(move |chain| chain.client.prepare(sender, Slot(1_000), &[], vec![call]).unwrap()).unwrap();
    let mut transaction = prepared.steps.into_iter().next().unwrap().transaction;
    transaction.nonce = nonce;
    transaction.sign(&chain.genesis.hash, &key)
}

/// Proposes and finalises a block on the head, with a certificate unless told otherwise.
fn step(chain: &Handle, certified: bool) -> Vec<u8> {
    let head = chain.standing().borrow().hash;
    let block = ready(chain.propose(head)).unwrap();
    let certificate = if certified { certificate(&block) } else { Vec::new() };
    ready(chain.finalised(block.clone(), certificate));
    block
}

#[test]
fn blocks_are_final_once_and_survive_a_restart() {
    let disk = Disk::default();
    let first = chain(disk.store());
    let signed = transfer(&first, 0);
    let hash = first.wait(move |chain| chain.submit(&signed.encode())).unwrap().unwrap();
    let block = step(&first, true);
    assert_eq!(first.shelf.locate(&hash).unwrap(), Some((Height(1), 0)));
    ready(first.finalised(block.clone(), certificate(&block)));
    assert_eq!(first.final_height(), Height(1), "once more changes nothing");
    for _ in 0..30 {
        step(&first, true);
    }
    let waiting = transfer(&first, 1);
    first.wait(move |chain| chain.submit(&waiting.encode())).unwrap().unwrap();
    let (head, height) = (first.standing().borrow().hash, first.final_height());
    first.close();
    drop(first);
    let second = chain(disk.store());
    assert_eq!((second.standing().borrow().hash, second.final_height()), (head, height));
    assert_eq!(second.wait(|chain| chain.client.mempool().len()).unwrap(), 1, "what waited still waits");
    assert!(!second.shelf.bases().unwrap().is_empty());
    assert!(second.shelf.oldest().unwrap() > Height(1), "old blocks are no longer kept whole");
    assert!(second.shelf.entry(Height(1)).unwrap().is_some(), "their headers are");
    let block = Block::from_bytes(&step(&second, true)).unwrap();
    assert_eq!(block.body.transactions.len(), 1);
    assert_eq!(second.committee(3), second.committee(0), "epochs of eight blocks");
    assert_eq!(second.committee(9), None);
    second.close();
}

#[test]
fn a_block_without_a_certificate_counts_when_a_later_one_has_one() {
    let disk = Disk::default();
    let first = chain(disk.store());
    step(&first, true);
    step(&first, false);
    assert_eq!(first.standing().borrow().certified.as_ref().unwrap().header.height, Height(1));
    let late = step(&first, false);
    first.certified(Block::from_bytes(&late).unwrap().header.hash(), certificate(&late));
    assert_eq!(first.standing().borrow().certified.as_ref().unwrap().header.height, Height(3));
    assert_eq!(first.shelf.entry(Height(3)).unwrap().unwrap().certificate, certificate(&late));
    step(&first, false);
    step(&first, true);
    first.close();
    drop(first);
    let second = chain(disk.store());
    assert_eq!(second.final_height(), Height(5));
    second.close();
}

#[test]
fn foreign_blocks_are_executed_and_lies_condemned() {
    let (ours, theirs) = (chain(Disk::default().store()), chain(Disk::default().store()));
    let genesis = ours.genesis.hash;
    let signed = transfer(&theirs, 0);
    theirs.wait(move |chain| chain.submit(&signed.encode())).unwrap().unwrap();
    let block = ready(theirs.propose(genesis)).unwrap();
    assert_eq!(ready(ours.check(genesis, block.clone())), Verdict::Valid);
    let decoded = Block::from_bytes(&block).unwrap();
    let lie = |change: fn(&mut Block)| {
        let mut block = decoded.clone();
        change(&mut block);
        ready(ours.check(genesis, block.encode()))
    };
    assert!(matches!(lie(|block| block.header.state_root.0[0] ^= 1), Verdict::Invalid(_)));
    assert!(matches!(lie(|block| block.header.proposer.0[0] ^= 1), Verdict::Invalid(_)));
    assert!(matches!(lie(|block| block.body.transactions.clear()), Verdict::Invalid(_)));
    assert!(matches!(ready(ours.check(genesis, vec![1, 2, 3])), Verdict::Invalid(_)));
    // A child whose parent is not known waits until it is.
    let child = {
        ready(theirs.finalised(block.clone(), certificate(&block)));
        ready(theirs.propose(decoded.header.hash())).unwrap()
    };
    let third = chain(Disk::default().store());
    let mut early = std::pin::pin!(third.check(decoded.header.hash(), child));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(early.as_mut().poll(&mut context).is_pending());
    assert_eq!(ready(third.check(genesis, block)), Verdict::Valid);
    assert_eq!(early.as_mut().poll(&mut context), std::task::Poll::Ready(Verdict::Valid));
    assert_eq!(ready(ours.propose(zera_primitives::Hash([9; 32]))), None, "no such parent");
    [&ours, &theirs, &third].into_iter().for_each(Handle::close);
}

/// The power goes at every write of the disk, with what was not synced yet partly there; the chain that is opened then has
/// every block that was reported as stored, and goes on.
#[test]
fn the_power_may_go_at_any_write() {
    const BLOCKS: u64 = 12;
    let whole = Disk::default();
    let store = whole.store();
    // A store that is being made is made under another name: see `RedbStore::open`.
    let made = whole.writes();
    let peer = chain(store);
    for _ in 0..BLOCKS {
        step(&peer, true);
    }
    peer.close();
    let writes = whole.writes();
    assert!(writes > made + 50, "{writes}");
    let every = if std::env::var_os("ZERA_LONG").is_some() { 1 } else { (writes - made) / 60 };
    for (seed, cut) in (made..writes).step_by(every.max(1)).enumerate() {
        let disk = Disk::cut(cut, seed as u64);
        let mut stored = Height(0);
        if let Ok(store) = disk.try_store() {
            let opened = open(&config(), Shelf::new(store), options(), Arc::new(|| ZERO_MS + 1_000_000));
            if let Ok(peer) = opened {
                for _ in 0..BLOCKS {
                    let head = peer.standing().borrow().hash;
                    let Some(block) = ready(peer.propose(head)) else { break };
                    let certificate = certificate(&block);
                    let done = peer.wait(move |chain| {
                        chain.finalised(&block, &certificate);
                        chain.failure().is_none()
                    });
                    if !matches!(done, Ok(true)) {
                        break;
                    }
                    stored = peer.final_height();
                }
                peer.close();
            }
        }
        let peer = chain(disk.after_power_loss().store());
        assert!(
            peer.final_height() >= stored,
            "write {cut}: {:?} was stored, {:?} is there",
            stored,
            peer.final_height()
        );
        step(&peer, true);
        peer.close();
    }
}
