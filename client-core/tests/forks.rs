//! Candidates and finality: whatever tree of blocks was executed and in whichever order it was walked, the final chain is
//! the one that executing its blocks one after the other gives, byte for byte.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod network;

use network::*;
use proptest::prelude::*;
use zera_client::{
    Client, ClientError, Stored,
    light::Certificate,
    primitives::{Block, Hash, Height},
};

/// A step of somebody who makes blocks.
#[derive(Clone, Debug)]
enum Deed {
    /// Goes to one of the blocks it knows.
    Go(usize),
    /// Lets a transfer wait.
    Send { from: u8, to: u8, amount: u64, ahead: u64 },
    /// Proposes on the block stood on.
    Propose { slots: u64 },
    /// One of the candidates on the head is final, by a certificate of its own or without.
    Finalise { which: usize, certified: bool },
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => any::<usize>().prop_map(Deed::Go),
        4 => (1..=PEOPLE, 1..=PEOPLE, 1u64..1_000, 0u64..2)
            .prop_map(|(from, to, amount, ahead)| Deed::Send { from, to, amount, ahead }),
        3 => (0u64..4).prop_map(|slots| Deed::Propose { slots }),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(which, certified)| Deed::Finalise { which, certified }),
    ]
}

/// A client that makes a tree, another that checks all of it, and what became final.
struct Tree {
    maker: Client,
    checker: Client,
    known: Vec<Block>,
    last: Vec<(Block, Option<Certificate>)>,
    records: Vec<(Height, Vec<u8>)>,
}

impl Tree {
    fn new() -> Self {
        let (maker, genesis) = Client::create(&config(), None).unwrap();
        let records = vec![(Height(0), genesis.record)];
        Self { maker, checker: client(), known: Vec::new(), last: Vec::new(), records }
    }

    fn act(&mut self, deed: &Deed) {
        match *deed {
            Deed::Go(which) => {
                let head = self.maker.head().hash();
                let mut places = vec![head];
                places.extend(self.known.iter().map(|block| block.header.hash()));
                let place = places[which % places.len()];
                let reachable = self.maker.candidate(&place).is_some() || place == head;
                assert_eq!(self.maker.stand_on(&place).is_ok(), reachable);
            }
            Deed::Send { from, to, amount, ahead } => {
                let signed = transfer(&self.maker, from, to, amount, ahead);
                let slot = self.maker.tip().slot;
                // Taken, or waiting already, or one before it is missing.
                let _ = self.maker.submit(&codec::Encode::encode(&signed), slot);
            }
            Deed::Propose { slots } => {
                if self.maker.tip().height.0 < self.maker.head().height.0 + 12 {
                    let block = propose(&mut self.maker, slots);
                    self.checker.stand_on(&block.header.parent).unwrap();
                    check(&mut self.checker, &block).unwrap();
                    self.known.push(block);
                }
            }
            Deed::Finalise { which, certified } => self.finalise(which, certified),
        }
    }

    fn finalise(&mut self, which: usize, with: bool) {
        let head = self.maker.head().hash();
        let children: Vec<&Block> = self.known.iter().filter(|block| block.header.parent == head).collect();
        if children.is_empty() {
            return;
        }
        let block = children[which % children.len()].clone();
        let hash = block.header.hash();
        let certificate = with.then(|| certified(&block.header));
        let stood_on = self.maker.tip().hash();
        let above = self.above(&stood_on, &hash);
        let sealed = self.maker.finalise(&hash, certificate.as_ref()).unwrap();
        // Who stood above it stays there; anybody else goes to it.
        assert_eq!(self.maker.tip().hash(), if above { stood_on } else { hash });
        let other = self.checker.finalise(&hash, certificate.as_ref()).unwrap();
        assert_eq!(sealed.record, other.record);
        assert!(matches!(self.maker.finalise(&hash, None), Err(ClientError::AlreadyFinal)));
        self.records.push((sealed.height, sealed.record));
        self.last.push((block, certificate));
        let maker = &self.maker;
        self.known.retain(|block| maker.candidate(&block.header.hash()).is_some());
    }

    fn above(&self, block: &Hash, ancestor: &Hash) -> bool {
        let mut at = *block;
        while at != *ancestor {
            let Some(known) = self.known.iter().find(|known| known.header.hash() == at) else { return false };
            at = known.header.parent;
        }
        true
    }
}

fn entries(client: &Client) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (mut all, mut at) = (Vec::new(), Vec::new());
    while let Some(key) = client.state().next_key(&[], &at).unwrap() {
        at = key.as_bytes().to_vec();
        all.push((at.clone(), client.state().get(&key).unwrap().unwrap()));
    }
    all
}

fn run(deeds: &[Deed]) {
    let mut tree = Tree::new();
    deeds.iter().for_each(|deed| tree.act(deed));
    let head = tree.maker.head().hash();
    tree.maker.stand_on(&head).unwrap();
    let mut linear = client();
    for ((block, certificate), (_, record)) in tree.last.iter().zip(&tree.records[1..]) {
        let sealed = accept(&mut linear, block, certificate.as_ref()).unwrap();
        assert_eq!(sealed.record, *record);
    }
    assert_eq!(linear.head(), tree.maker.head());
    assert_eq!(entries(&linear), entries(&tree.maker));
    assert_eq!(linear.entries(), tree.maker.entries());
    // What was stored opens again, at the last block that something certifies.
    let stored = Stored { head: pointer(&tree.records), base: None, records: tree.records.clone() };
    let (opened, found) = Client::open(&stored, None).unwrap();
    let last = tree.last.iter().rposition(|(_, certificate)| certificate.is_some());
    let expected = last.map_or(linear.genesis(), |place| tree.last[place].0.header.hash());
    assert_eq!(opened.head().hash(), expected);
    assert_eq!(found.stepped_back.is_some(), expected != head);
}

fn pointer(records: &[(Height, Vec<u8>)]) -> Vec<u8> {
    let (height, bytes) = records.last().unwrap();
    let header = zera_client::Record::from_bytes(bytes).unwrap().header.hash();
    let record = zera_client::record_hash(bytes);
    let format = zera_client::record::STORAGE_FORMAT;
    codec::Encode::encode(&zera_client::HeadPointer { format, height: *height, header, record })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if std::env::var_os("ZERA_LONG").is_some() { 2_000 } else { 48 },
        rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha, failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn any_walk_over_any_tree_gives_the_chain_that_its_final_blocks_give(
        deeds in prop::collection::vec(deed(), 1..120),
    ) {
        run(&deeds);
    }
}

#[test]
fn a_transaction_of_a_fork_that_lost_waits_again_and_none_is_executed_twice() {
    let mut client = client();
    let (first, second) = (transfer(&client, 1, 2, 5, 0), transfer(&client, 3, 2, 7, 0));
    let head = client.head().hash();
    submit(&mut client, &first);
    let a = propose(&mut client, 1);
    assert_eq!(a.body.transactions, vec![first.clone()]);
    // On it, the same transaction is not proposed again.
    assert!(propose(&mut client, 1).body.transactions.is_empty());
    client.stand_on(&head).unwrap();
    submit(&mut client, &second);
    let b = propose(&mut client, 2);
    assert_eq!(b.body.transactions, vec![first.clone(), second.clone()]);
    client.stand_on(&head).unwrap();
    // A third that holds only the second, as somebody else made it.
    let mut other = network::client();
    submit(&mut other, &second);
    let c = propose(&mut other, 3);
    check(&mut client, &c).unwrap();
    client.finalise(&c.header.hash(), Some(&certified(&c.header))).unwrap();
    assert_eq!(client.pending().collect::<Vec<_>>(), vec![&first]);
    assert!(client.candidate(&a.header.hash()).is_none() && client.candidate(&b.header.hash()).is_none());
    assert_eq!(propose(&mut client, 1).body.transactions, vec![first]);
}

#[test]
fn a_block_that_differs_anywhere_is_no_block() {
    let mut maker = client();
    let signed = transfer(&maker, 1, 2, 5, 0);
    submit(&mut maker, &signed);
    let good = propose(&mut maker, 1);
    let mut other = client();
    let mut refused = |change: &dyn Fn(&mut Block), field: &str| {
        let mut bent = good.clone();
        change(&mut bent);
        match check(&mut other, &bent) {
            Err(ClientError::Disagrees { field: found }) => assert_eq!(found, field),
            Err(ClientError::Header(_)) => assert_eq!("header", field),
            Err(ClientError::Refused(_)) => assert_eq!("transaction", field),
            other => panic!("{field}: {other:?}"),
        }
        assert_eq!(other.tip(), other.head(), "{field}");
    };
    let hash = Hash::of(b"other");
    refused(&|block| block.header.receipt_root = hash, "receipt_root");
    refused(&|block| block.header.event_root = hash, "event_root");
    refused(&|block| block.header.state_root = hash, "state_root");
    refused(&|block| block.header.transaction_root = hash, "transaction_root");
    refused(&|block| block.header.next_validators = hash, "next_validators");
    refused(&|block| block.header.params = hash, "params");
    refused(&|block| block.header.runtime = hash, "runtime");
    refused(&|block| block.header.module_set = hash, "module_set");
    refused(&|block| block.header.validators = hash, "header");
    refused(&|block| block.header.epoch = 1, "epoch");
    refused(&|block| block.header.height = Height(2), "header");
    refused(&|block| block.header.chain = hash, "header");
    refused(&|block| block.header.format = 9, "header");
    // Nobody else's fees: who proposes is in the set.
    refused(&|block| block.header.proposer = who(1), "proposer");
    // Time cannot be skipped on a network.
    refused(
        &|block| {
            block.body.skip = 1;
            block.header.transaction_root = block.body.root();
        },
        "skip",
    );
    refused(
        &|block| {
            block.body.transactions[0].signature.0[5] ^= 1;
            block.header.transaction_root = block.body.root();
        },
        "transaction",
    );
    let parent =
        Block { header: zera_client::primitives::Header { parent: hash, ..good.header.clone() }, ..good.clone() };
    assert!(matches!(check(&mut other, &parent), Err(ClientError::Stale)));
    check(&mut other, &good).unwrap();
    assert_eq!(other.tip(), &good.header);
}

#[test]
fn what_is_final_needs_its_own_certificate_or_none() {
    let (mut maker, mut follower) = (client(), client());
    let (a, b) = (propose(&mut maker, 1), propose(&mut maker, 1));
    let wrong = certified(&b.header);
    assert!(matches!(accept(&mut follower, &a, Some(&wrong)), Err(ClientError::Certificate(_))));
    assert!(follower.candidate(&a.header.hash()).is_none(), "nothing is executed for a false certificate");
    assert!(matches!(accept(&mut follower, &b, Some(&wrong)), Err(ClientError::Stale)));
    assert!(matches!(follower.finalise(&a.header.hash(), None), Err(ClientError::NotFound(_))));
    accept(&mut follower, &a, None).unwrap();
    assert!(follower.head_certificate().is_none());
    assert!(matches!(accept(&mut follower, &a, None), Err(ClientError::AlreadyFinal)));
    // It comes later, and only one that holds is taken.
    let certificate = certified(&a.header);
    assert!(!follower.note_certificate(&wrong).unwrap());
    assert!(follower.note_certificate(&certificate).unwrap());
    assert_eq!(follower.head_certificate(), Some(&certificate));
    accept(&mut follower, &b, Some(&wrong)).unwrap();
    assert_eq!(follower.head_certificate(), Some(&wrong));
    assert_eq!(follower.certificate_at(Height(1)), Some(&certificate));
}

#[test]
fn a_fork_deeper_than_what_is_kept_of_the_past_can_still_be_left() {
    let mut client = client();
    let head = client.head().hash();
    let first = propose(&mut client, 1);
    for _ in 0..100 {
        propose(&mut client, 1);
    }
    let tip = client.tip().hash();
    client.stand_on(&head).unwrap();
    let other = propose(&mut client, 5);
    client.stand_on(&tip).unwrap();
    assert_eq!(client.tip().height, Height(101));
    client.finalise(&other.header.hash(), None).unwrap();
    assert!(client.candidate(&first.header.hash()).is_none() && client.stand_on(&tip).is_err());
    assert_eq!(client.tip(), &other.header);
}
