//! Every past transaction comes out again byte for byte on the state rebuilt from stored records, under the code of its
//! time; records that were touched are refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed invariant in a test is a failed test"
)]

mod world;

use codec::Encode;
use std::collections::BTreeSet;
use world::{World, prebuilt};
use zera_client::{
    Rebuild, Record, StateAt, module_code_at,
    past::PastError,
    primitives::{Hash, Height},
};

/// The state after block `height`, from the genesis record.
fn at(world: &World, height: usize) -> StateAt {
    let mut rebuild = Rebuild::from_genesis(&world.records[0]).unwrap();
    for record in &world.records[1..=height] {
        rebuild.push(record).unwrap();
    }
    rebuild.finish().unwrap()
}

#[test]
fn every_transaction_and_every_block_comes_out_again() {
    let world = World::lending();
    let mut codes = BTreeSet::new();
    let (mut transactions, mut seconds) = (0, 0);
    for height in 1..world.records.len() {
        let mut before = at(&world, height - 1);
        let bytes = &world.records[height];
        let block = before.reexecute_block(bytes).unwrap();
        assert!(block.receipts && block.events && block.root_agrees, "block {height}: {block:?}");
        let record = Record::from_bytes(bytes).unwrap();
        for (index, receipt) in record.receipts.iter().enumerate() {
            let again = before.reexecute(bytes, index).unwrap();
            assert!(again.agrees, "block {height}, transaction {index}");
            assert_eq!((&again.receipt, &again.diagnostics), (receipt, &record.diagnostics[index]));
            codes.extend(again.receipt.calls.iter().map(|call| call.code));
            transactions += 1;
            seconds += u64::from(receipt.attempts == 2);
        }
        assert!(matches!(before.reexecute(bytes, record.receipts.len()), Err(PastError::NoTransaction { .. })));
    }
    let versions = ["lending-v1", "lending-v2"].map(|name| Hash::of(&prebuilt(name)));
    assert_eq!(codes, BTreeSet::from(versions), "calls ran under both versions");
    assert!(transactions > 15 && seconds > 1, "{transactions} transactions, {seconds} in the serial lane");
}

#[test]
fn genesis_records_a_base_and_the_client_give_the_same_past() {
    let world = World::lending();
    let (head, height) = (world.client.head().height, 20);
    let from_genesis = at(&world, height);
    let mut rebuild = Rebuild::from_base(&world.base, world.loaded()).unwrap();
    assert_eq!(rebuild.height(), Height(10));
    for record in &world.records[11..=height] {
        rebuild.push(record).unwrap();
    }
    let from_base = rebuild.finish().unwrap();
    let kept = world.client.state_at(Height(height as u64)).unwrap();
    for other in [&from_base, &kept] {
        assert_eq!(other.header(), from_genesis.header());
        let (next, entries) = (&world.records[height + 1], |state: &StateAt| state.state().next_key(&[], &[]));
        // Everything before the missing transaction is checked.
        assert!(matches!(other.reexecute(next, 0), Err(PastError::NoTransaction { .. })));
        assert_eq!(entries(other), entries(&from_genesis));
    }
    assert!(world.client.state_at(head.plus(1)).is_err());
    assert!(at(&world, head.0 as usize).state().get(&zera_client::registry::journal::head_key()).unwrap().is_some());
}

#[test]
fn a_module_has_the_code_of_each_height() {
    let world = World::lending();
    let module = world.modules[0];
    let (v1, v2) = (Hash::of(&prebuilt("lending-v1")), Hash::of(&prebuilt("lending-v2")));
    let code = |height: usize| {
        let state = at(&world, height);
        module_code_at(state.state(), &module, state.header().slot)
    };
    assert!(matches!(code(0), Err(PastError::Module(_))), "it is not there yet");
    let last = world.records.len() - 1;
    let codes: Vec<Hash> = (1..=last).map(|height| code(height).unwrap().code).collect();
    assert_eq!((codes[0], codes[last - 1]), (v1, v2));
    assert!(codes.is_sorted_by_key(|code| *code == v2), "it changes once");
    let of_schema = |height| code(height).unwrap().record.schema;
    assert_eq!((of_schema(1), of_schema(last)), (1, 2));
}

#[test]
fn tampered_records_are_refused() {
    let world = World::lending();
    let height = 2;
    let before = at(&world, height - 1);
    let bytes = &world.records[height];
    let good = Record::from_bytes(bytes).unwrap();
    let refused = |change: &dyn Fn(&mut Record)| {
        let mut record = good.clone();
        change(&mut record);
        before.reexecute(&record.encode(), 0).unwrap_err()
    };
    // What the header commits to.
    assert!(matches!(refused(&|r| r.receipts[0].gas.0 += 1), PastError::Decode { .. }));
    assert!(matches!(refused(&|r| r.body.transactions[0].transaction.nonce += 1), PastError::Decode { .. }));
    assert!(matches!(refused(&|r| r.body.skip = 1), PastError::Decode { .. }));
    // What its certificate is over.
    assert!(matches!(refused(&|r| r.header.slot.0 += 1), PastError::Certificate { .. }));
    assert!(matches!(refused(&|r| r.header.state_root = Hash::ZERO), PastError::Certificate { .. }));
    // Its place.
    assert!(matches!(refused(&|r| r.previous = Hash::ZERO), PastError::Link(_)));
    assert!(matches!(refused(&|r| r.header.parent = Hash::ZERO), PastError::Header { .. }));
    assert!(matches!(before.reexecute(&world.records[height + 1], 0), Err(PastError::Header { .. })));

    // Changes are what the state is rebuilt from: the next record's link, or the state root, tells.
    let mut record = good.clone();
    let value = record.changes.iter_mut().find_map(|(_, value)| value.as_mut()).unwrap();
    value[0] ^= 1;
    let mut rebuild = Rebuild::from_genesis(&world.records[0]).unwrap();
    rebuild.push(&world.records[1]).unwrap();
    rebuild.push(&record.encode()).unwrap();
    assert!(matches!(rebuild.push(&world.records[3]), Err(PastError::Link(Height(3)))));
    assert!(matches!(rebuild.finish(), Err(PastError::Root(Height(2)))));
    assert!(matches!(Rebuild::from_genesis(&world.records[1]), Err(PastError::NotGenesis)));
    let mut base = world.base.clone();
    *base.last_mut().unwrap() ^= 1;
    assert!(matches!(Rebuild::from_base(&base, world.loaded()), Err(PastError::Decode { .. })));
    // A base with a digest of its own, but of another state than its header's.
    let mut base = zera_client::Base::from_bytes(&world.base).unwrap();
    base.directory.tree.clear();
    assert!(matches!(Rebuild::from_base(&base.to_bytes(), world.loaded()), Err(PastError::Root(Height(10)))));
}

#[test]
fn a_receipt_that_is_not_what_execution_gives_is_seen() {
    let world = World::lending();
    let height = 2;
    let before = at(&world, height - 1);
    // A sealer that lies about a receipt certifies the lie: nothing but re-execution notices.
    let sealer = zera_client::light::SealKey::from_seed(&world::SEALER).unwrap();
    let mut record = Record::from_bytes(&world.records[height]).unwrap();
    record.receipts[1].gas.0 += 1;
    record.header.receipt_root = zera_zip::block::receipt_root(&record.receipts);
    record.certificate = zera_client::light::seal(&record.header, &sealer).unwrap().to_bytes();
    let bytes = record.encode();
    assert!(before.reexecute(&bytes, 0).unwrap().agrees);
    assert!(!before.reexecute(&bytes, 1).unwrap().agrees);
    let mut before = before;
    let block = before.reexecute_block(&bytes).unwrap();
    assert!(!block.receipts && block.events && block.root_agrees);
}
