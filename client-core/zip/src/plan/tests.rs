//! Small plans by hand; random and hostile ones are in the crate's own tests.

use super::*;
use zera_primitives::{AccountId, Amount, Gas, Signature, Slot, Transaction, tx::AccessHint};

fn transaction(sender: u8, gas: u64, reads: &[u8], writes: &[u8]) -> SignedTransaction {
    let keys = |names: &[u8]| names.iter().map(|name| StateKey(alloc::vec![9, *name])).collect();
    let transaction = Transaction {
        sender: AccountId([sender; 32]),
        nonce: 0,
        expiry: Slot(0),
        gas_limit: Gas(gas),
        fee_limit: Amount::ZERO,
        calls: Vec::new(),
        hint: AccessHint { reads: keys(reads), writes: keys(writes) },
    };
    SignedTransaction { transaction, signature: Signature([0; 64]) }
}

fn stages(transactions: &[SignedTransaction]) -> Vec<Vec<Vec<usize>>> {
    let clusters = |stage: Stage| stage.clusters.into_iter().map(|cluster| cluster.transactions).collect();
    plan(transactions).stages.into_iter().map(clusters).collect()
}

#[test]
fn readers_do_not_meet_but_a_writer_joins_them() {
    let apart = [transaction(1, 0, &[7], &[1]), transaction(2, 0, &[7], &[2]), transaction(3, 0, &[7], &[3])];
    assert_eq!(stages(&apart), [[[0], [1], [2]]]);
    let joined = [transaction(1, 0, &[7], &[1]), transaction(2, 0, &[7], &[2]), transaction(3, 0, &[], &[7])];
    assert_eq!(stages(&joined), [[[0, 1, 2]]]);
}

#[test]
fn one_sender_is_one_cluster_and_chains_join() {
    let all = [
        transaction(1, 0, &[], &[1]),
        transaction(2, 0, &[], &[2]),
        transaction(1, 0, &[], &[3]),
        transaction(3, 0, &[3], &[2]),
        transaction(4, 0, &[], &[4]),
    ];
    assert_eq!(stages(&all), [vec![vec![0, 1, 2, 3], vec![4]]]);
}

#[test]
fn what_would_join_heavy_clusters_begins_a_stage() {
    let heavy = LIGHT_GAS;
    let all = [
        transaction(1, heavy, &[], &[1]),
        transaction(2, heavy, &[], &[2]),
        transaction(3, heavy, &[1], &[2]),
        // Follows the third, and nobody else.
        transaction(4, heavy, &[], &[2]),
        // Stays where the first is: one cluster may grow.
        transaction(1, heavy, &[], &[3]),
    ];
    assert_eq!(stages(&all), [vec![vec![0, 4], vec![1]], vec![vec![2, 3]]]);
}
