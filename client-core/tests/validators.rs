//! Validators and epochs on a network: voted, taken over at the boundary, named alike by state, headers and certificates;
//! who follows needs the right set at each height, and what was stored opens with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod network;

use network::*;
use zera_client::{
    Client, ClientError, HeadPointer, Stored,
    light::{CertificateError, ValidatorSet},
    primitives::{Amount, Block, Height, Network, Payload, ProposalId, Side, block::BlockBody, tx::Call},
    zip::now,
};

/// The seeds of all who are ever validators here.
const SEEDS: [u8; 5] = [100, 101, 102, 103, 110];

/// A chain on which a vote takes one key in and another out, and all that is final.
#[expect(clippy::type_complexity, reason = "one story, taken apart where it is told")]
fn voted() -> (Client, Vec<(Block, ValidatorSet)>, Vec<(Height, Vec<u8>)>, Vec<u8>) {
    let (mut client, genesis) = Client::create(&config(), None).unwrap();
    let (mut blocks, mut records, mut head) = (Vec::new(), vec![(Height(0), genesis.record)], genesis.head);
    let payload = Payload::Validators {
        add: vec![validator(110).public()],
        remove: vec![validator(100).public()],
        evidence: Some(vec![1, 2, 3]),
        description: "one for another".into(),
    };
    let calls = vec![
        Call::Stake { amount: Amount::zra(90_000_000) },
        Call::Propose { title: "validators".into(), payload },
        Call::Allocate { proposal: ProposalId(1), side: Side::For, amount: Amount::zra(90_000_000) },
    ];
    let plan = client.prepare(who(1), client.head().slot, &[], calls).unwrap();
    for step in plan.steps {
        assert!(step.receipt.outcome.is_ok(), "{:?}", step.diagnostics);
        let signed = step.transaction.sign(&client.genesis(), &key(1));
        submit(&mut client, &signed);
    }
    for _ in 0..60 {
        let block = propose(&mut client, 10);
        let epoch = block.header.epoch;
        assert_eq!(epoch, block.header.height.0 / EPOCH);
        let set = client.committee(epoch).expect("the set of a child of the head is known");
        assert_eq!(block.header.validators, set.hash());
        let sealed = client.finalise(&block.header.hash(), Some(&certificate(&block.header, &set, &SEEDS))).unwrap();
        blocks.push((block, set));
        records.push((sealed.height, sealed.record));
        head = sealed.head;
    }
    (client, blocks, records, head)
}

fn seeds(set: &ValidatorSet) -> Vec<u8> {
    SEEDS.into_iter().filter(|seed| set.keys().contains(&validator(*seed).public())).collect()
}

#[test]
fn a_vote_counts_from_the_next_epoch_on_and_everybody_comes_to_it() {
    let (client, blocks, records, head) = voted();
    let changed = blocks.iter().position(|(_, set)| seeds(set) == [101, 102, 103, 110]).unwrap();
    assert_eq!(blocks[changed].0.header.height.0 % EPOCH, 0, "with the first block of an epoch");
    assert!(blocks[..changed].iter().all(|(_, set)| seeds(set) == [100, 101, 102, 103]));
    assert!(blocks[changed..].iter().all(|(_, set)| seeds(set) == [101, 102, 103, 110]));
    // The last block before it promises what comes.
    assert_eq!(blocks[changed - 1].0.header.next_validators, blocks[changed].0.header.validators);
    assert_ne!(blocks[changed - 1].0.header.validators, blocks[changed].0.header.validators);

    let mut follower = network::client();
    for (index, (block, set)) in blocks.iter().enumerate() {
        if index == changed {
            // Who went may sign no more, and the old set's quorum is none.
            let old = certificate(&block.header, &blocks[0].1, &SEEDS);
            let refused = accept(&mut follower, block, Some(&old));
            assert!(matches!(refused, Err(ClientError::Certificate(CertificateError::BadSignature(_)))), "{refused:?}");
        }
        let certificate = certificate(&block.header, set, &SEEDS);
        let sealed = accept(&mut follower, block, Some(&certificate)).unwrap();
        assert_eq!(sealed.record, records[index + 1].1);
    }
    assert_eq!(follower.head(), client.head());

    let (opened, found) = Client::open(&Stored { head, base: None, records }, None).unwrap();
    assert_eq!((opened.head(), found.stepped_back), (client.head(), None));
    assert_eq!(opened.validators(), client.validators());
}

#[test]
fn a_set_is_decided_by_the_last_block_of_the_epoch_before() {
    let mut client = client();
    assert!(client.committee(0).is_some() && client.committee(1).is_none());
    for height in 1..2 * EPOCH {
        propose(&mut client, 1);
        let hash = client.tip().hash();
        client.finalise(&hash, None).unwrap();
        let epoch = height / EPOCH;
        let decided = (height + 1).is_multiple_of(EPOCH);
        assert!(client.committee(epoch).is_some(), "{height}");
        assert_eq!(client.committee(epoch + 1).is_some(), decided, "{height}");
        assert!(client.committee(epoch + 2).is_none());
    }
    // Gone back, it is open again.
    client.step_back(Height(EPOCH)).unwrap();
    assert!(client.committee(0).is_some() && client.committee(1).is_some() && client.committee(2).is_none());
    client.step_back(Height(EPOCH - 2)).unwrap();
    assert!(client.committee(1).is_none());
}

#[test]
fn the_chain_of_one_tab_keeps_its_signer() {
    let sealer = validator(100);
    let mut config = zera_client::GenesisConfig::demo(who(1), sealer.public(), 0);
    assert_eq!(config.network, Network::Solo);
    let (client, _) = Client::create(&config, Some(sealer)).unwrap();
    let payload = Payload::Validators {
        add: vec![validator(101).public()],
        remove: Vec::new(),
        evidence: None,
        description: String::new(),
    };
    let plan = client.prepare(who(1), client.head().slot, &[], vec![Call::Propose { title: "t".into(), payload }]);
    let step = &plan.unwrap().steps[0];
    assert!(!step.receipt.outcome.is_ok());
    assert!(format!("{:?}", step.diagnostics).contains("one signer"), "{:?}", step.diagnostics);
    // A network without validators, or an epoch that its genesis block would end, is none.
    config.epoch_blocks = 1;
    assert!(Client::create(&config, None).is_err());
    config.epoch_blocks = 2;
    config.validators.clear();
    assert!(Client::create(&config, None).is_err());
}

#[test]
fn time_is_skipped_on_a_chain_of_one_tab_alone() {
    let client = client();
    let draft = now(client.draft_by(client.head().slot, 1_000, who(1))).unwrap().unwrap();
    let mut other = network::client();
    let block = other.extend(draft, who(1)).unwrap();
    assert_eq!((block.header.slot, block.body), (client.head().slot, BlockBody::default()));
}

#[test]
fn a_chain_that_nothing_stored_certifies_opens_at_its_genesis() {
    let (mut client, genesis) = Client::create(&config(), None).unwrap();
    let mut records = vec![(Height(0), genesis.record.clone())];
    let opened = Client::open(&Stored { head: genesis.head.clone(), base: None, records: records.clone() }, None);
    assert_eq!(opened.unwrap().0.head(), client.head());
    let mut head = genesis.head;
    for _ in 0..3 {
        let block = propose(&mut client, 1);
        let sealed = client.finalise(&block.header.hash(), None).unwrap();
        records.push((sealed.height, sealed.record));
        head = sealed.head;
    }
    let (opened, found) =
        Client::open(&Stored { head: head.clone(), base: None, records: records.clone() }, None).unwrap();
    assert_eq!(opened.head().height, Height(0));
    let (from, to, why) = found.stepped_back.unwrap();
    assert_eq!((from, to), (Height(3), Height(0)));
    assert!(why.contains("nothing stored certifies it"), "{why}");
    // A genesis block that does not follow from its configuration does not open.
    let mut record = zera_client::Record::from_bytes(&genesis.record).unwrap();
    record.header.proposer = who(1);
    let bytes = codec::Encode::encode(&record);
    let pointer = HeadPointer {
        format: zera_client::record::STORAGE_FORMAT,
        height: Height(0),
        header: record.header.hash(),
        record: zera_client::record_hash(&bytes),
    };
    let stored = Stored { head: codec::Encode::encode(&pointer), base: None, records: vec![(Height(0), bytes)] };
    assert!(matches!(Client::open(&stored, None), Err(ClientError::Damaged { .. })));
}
