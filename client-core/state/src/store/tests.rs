//! The suite over both stores, and recovery of a chain's state from stores that fail.

use super::*;
use crate::{
    merkle::MerkleState,
    record::{BlockRecord, RecordError, recover},
    view::ChangeSet,
};
use zera_primitives::{Hash, Height, StateKey};

#[test]
fn the_memory_store_passes_the_suite() {
    suite::run(MemoryStore::default);
}

#[test]
fn the_faulty_store_without_faults_passes_the_suite() {
    suite::run(|| FaultyStore::new(1, 0));
}

fn block(height: u64) -> ChangeSet {
    (0..4)
        .map(|n| {
            let number = height * 4 + n;
            let value = (!number.is_multiple_of(5)).then(|| number.to_le_bytes().repeat(3));
            (StateKey(vec![(number * 31 % 23) as u8]), value)
        })
        .collect()
}

fn record_key(height: Height) -> Vec<u8> {
    [b"block/".as_slice(), &height.0.to_be_bytes()].concat()
}

fn genesis() -> MerkleState {
    MerkleState::from_entries([(StateKey(vec![200]), vec![1])].into(), Height(0)).unwrap()
}

/// The state that the records in `store` give, and what stopped them.
fn reopened(store: &FaultyStore) -> (MerkleState, Option<RecordError>) {
    let records = store.range(b"block/", Some(b"block0"), usize::MAX).unwrap();
    let mut state = genesis();
    let stopped = recover(&mut state, records.iter().map(|(_, record)| record.as_slice()));
    (state, stopped)
}

/// Seals a chain onto a failing store, starting again after every crash; every block it comes back to is one that was
/// sealed, with the root it had.
fn survives(seed: u64) -> (u32, u32) {
    let mut store = FaultyStore::new(seed, 4);
    let mut state = genesis();
    let mut roots: Vec<Hash> = vec![state.root()];
    let (mut crashes, mut torn) = (0, 0);
    while state.height() < Height(40) {
        let (before, height) = (state.root(), state.height().plus(1));
        let changes = block(height.0);
        let after = state.apply(height, &changes).unwrap();
        let record = BlockRecord::new(height, before, after, &changes).seal();
        let fault = store.next_fault();
        // Beside the record, a batch carries other keys: a tear may hit either.
        let batch = Batch::from([(record_key(height), Some(record)), (b"head".to_vec(), Some(vec![height.0 as u8]))]);
        match store.commit(&batch) {
            Ok(()) => {}
            Err(StoreError::WriteFailed) => {
                state.revert_to(Height(height.0 - 1)).unwrap();
                continue;
            }
            Err(error) => assert_eq!(error, StoreError::Interrupted),
        }
        roots.truncate(height.0 as usize);
        roots.push(after);
        if fault == Some(Fault::Torn) || height.0 % 7 == 0 && crashes < 100 {
            crashes += 1;
            store.reopen();
            let (recovered, stopped) = reopened(&store);
            torn += u32::from(stopped.is_some());
            // Torn, or the whole record of a block whose predecessors were lost.
            assert!(matches!(stopped, None | Some(RecordError::Torn | RecordError::NotNext)), "{stopped:?}");
            let head = recovered.height();
            assert_eq!(recovered.root(), roots[head.0 as usize], "seed {seed}, block {head}");
            state = recovered;
        }
    }
    (crashes, torn)
}

#[test]
fn a_chain_comes_back_to_a_sealed_block_after_every_fault() {
    let sums = (0..60).map(survives).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(sums.0 > 300 && sums.1 > 20, "crashes and torn records seen: {sums:?}");
}

#[test]
fn a_record_of_another_chain_or_with_another_root_is_refused() {
    let mut state = genesis();
    let before = state.root();
    let after = state.clone().apply(Height(1), &block(1)).unwrap();
    let good = BlockRecord::new(Height(1), before, after, &block(1));
    assert_eq!(BlockRecord::open(&good.seal()), Ok(good.clone()));
    let wrong_root = BlockRecord { after: before, ..good.clone() };
    assert_eq!(wrong_root.apply(&mut state), Err(RecordError::OtherRoot));
    assert_eq!((state.height(), state.root()), (Height(0), before));
    for other in [BlockRecord { before: after, ..good.clone() }, BlockRecord { height: Height(2), ..good.clone() }] {
        assert_eq!(other.apply(&mut state), Err(RecordError::NotNext));
    }
    assert_eq!(good.clone().apply(&mut state), Ok(()));
    // Unordered changes have a good digest and are still refused.
    let mut shuffled = good.clone();
    shuffled.changes.reverse();
    assert!(matches!(BlockRecord::open(&shuffled.seal()), Err(RecordError::Decode(_))));
    for (index, _) in good.seal().iter().enumerate() {
        let mut bent = good.seal();
        bent[index] ^= 0x10;
        assert_eq!(BlockRecord::open(&bent), Err(RecordError::Torn));
        assert_eq!(BlockRecord::open(&good.seal()[..index]), Err(RecordError::Torn));
    }
}
