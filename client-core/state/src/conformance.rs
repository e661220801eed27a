//! This crate's formats on file.

use crate::{
    accounts::{Account, Deltas},
    merkle::{Leaf, MerkleState, Proof},
    record::BlockRecord,
};
use zera_primitives::{
    Amount, Hash, Height, StateKey,
    conformance::{bytes_line, line},
};

fn account() -> Account {
    Account {
        nonce: 1,
        free: Amount(2),
        staked: Amount(3),
        unbonding: Amount(4),
        proposal_deposits: Amount(5),
        storage_deposits: Amount(6),
    }
}

fn record() -> BlockRecord {
    let changes = vec![(StateKey(vec![1]), Some(vec![2, 3])), (StateKey(vec![4]), None)];
    BlockRecord { height: Height(7), before: Hash([8; 32]), after: Hash([9; 32]), changes }
}

#[test]
fn formats_are_those_on_file() {
    let siblings = vec![None, Some(Hash([3; 32]))];
    let leaf = Leaf { key: Hash([1; 32]), value: Hash([2; 32]) };
    let entries = (0..40u8).step_by(2).map(|number| (StateKey(vec![number]), vec![number])).collect();
    let state = MerkleState::from_entries(entries, Height(1)).unwrap();
    let (_, many) = state.prove_many(Height(1), &[2, 3, 20, 38].map(|number| StateKey(vec![number]))).unwrap();
    zera_primitives::check_conformance!(&[
        line("MultiProof", &[many]),
        line("Account", &[Account::default(), account()]),
        line("Deltas", &[Deltas { fees: Amount(1), burnt: Amount(2) }]),
        line("Proof", &[Proof { leaf: None, siblings: siblings.clone() }, Proof { leaf: Some(leaf), siblings }]),
        line("BlockRecord", &[record()]),
        bytes_line("sealed record", &[&record().seal()]),
    ]);
}
