//! Small plans by hand; the rule that every plan keeps, for random hints; the cost of hostile ones.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
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

/// Keys that a transaction touches, and whether it writes them.
fn touched(signed: &SignedTransaction) -> Vec<(StateKey, bool)> {
    let hint = &signed.transaction.hint;
    let own = StateKey::account(&signed.transaction.sender);
    let writes = hint.writes.iter().cloned().chain([own]).map(|key| (key, true));
    writes.chain(hint.reads.iter().cloned().map(|key| (key, false))).collect()
}

fn conflict(a: &SignedTransaction, b: &SignedTransaction) -> bool {
    let b = touched(b);
    touched(a).iter().any(|(key, write)| b.iter().any(|(other, too)| key == other && (*write || *too)))
}

/// What conflicts stands in one cluster in block order, or in a later stage.
fn check(transactions: &[SignedTransaction], plan: &Plan) {
    let mut place = vec![None; transactions.len()];
    for (stage, clusters) in plan.stages.iter().enumerate() {
        assert!(!clusters.clusters.is_empty());
        for (cluster, members) in clusters.clusters.iter().enumerate() {
            assert!(members.transactions.is_sorted_by(|a, b| a < b));
            for index in &members.transactions {
                assert_eq!(place[*index].replace((stage, cluster)), None);
            }
        }
    }
    let place: Vec<_> = place.into_iter().map(Option::unwrap).collect();
    for (later, signed) in transactions.iter().enumerate() {
        for earlier in (0..later).filter(|earlier| conflict(&transactions[*earlier], signed)) {
            assert!(place[earlier] == place[later] || place[earlier].0 < place[later].0, "{earlier} and {later}");
        }
    }
    assert!(plan.stages.len() <= STAGES as usize);
    let touches: usize = transactions.iter().map(|signed| touched(signed).len()).sum();
    assert!(plan.steps <= 3 * touches as u64, "{} steps for {touches} hinted keys", plan.steps);
}

/// The heaviest chain, by looking at all pairs.
fn heaviest_chain(transactions: &[SignedTransaction], gas: &[u64]) -> u64 {
    let mut ends: Vec<u64> = Vec::new();
    for (later, signed) in transactions.iter().enumerate() {
        let before =
            (0..later).filter(|earlier| conflict(&transactions[*earlier], signed)).map(|earlier| ends[earlier]);
        ends.push(before.max().unwrap_or(0) + gas[later]);
    }
    ends.into_iter().max().unwrap_or(0)
}

fn random() -> impl Strategy<Value = Vec<SignedTransaction>> {
    let keys = || prop::collection::btree_set(0u8..24, 0..4).prop_map(|keys| keys.into_iter().collect::<Vec<_>>());
    let one = (0u8..30, 0u64..2 * LIGHT_GAS, keys(), keys());
    let one = one.prop_map(|(sender, gas, reads, writes)| transaction(sender, gas, &reads, &writes));
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if std::env::var_os("ZERA_LONG").is_some() { 20_000 } else { 500 },
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_120),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_plan_keeps_the_rule(transactions in random()) {
        let plan = plan(&transactions);
        check(&transactions, &plan);
        let gas: Vec<u64> = transactions.iter().map(|signed| signed.transaction.gas_limit.0).collect();
        prop_assert_eq!(plan.critical_gas(&gas), heaviest_chain(&transactions, &gas));
    }
}

#[test]
fn hostile_hints_cost_what_they_pay_for() {
    const MANY: u64 = 300;
    let keys = |from: u64, step: u64| (0..500).map(|n| StateKey((from + n * step).to_be_bytes().to_vec())).collect();
    // All read the same; then by turns all write it; then keys shift by one, so that each meets all before it; then stages
    // are forced by heavy pairs.
    let shapes: [&dyn Fn(u64) -> AccessHint; 5] = [
        &|_| AccessHint { reads: keys(0, 1), writes: Vec::new() },
        &|_| AccessHint { reads: Vec::new(), writes: keys(0, 1) },
        &|n| {
            let (reads, writes) = (keys(0, 1), Vec::new());
            if n % 2 == 0 { AccessHint { reads, writes } } else { AccessHint { reads: writes, writes: reads } }
        },
        &|n| AccessHint { reads: keys(n, 1), writes: keys(n + 7, 3) },
        &|n| AccessHint { reads: keys(n * 1_000, 1), writes: vec![StateKey((n / 2).to_be_bytes().to_vec())] },
    ];
    for shape in shapes {
        let block: Vec<_> = (0..MANY)
            .map(|n| {
                let mut signed = transaction((n % 256) as u8, LIGHT_GAS, &[], &[]);
                signed.transaction.hint = shape(n);
                signed
            })
            .collect();
        let plan = plan(&block);
        let touches: usize = block.iter().map(|signed| touched(signed).len()).sum();
        assert!(plan.steps <= 3 * touches as u64, "{} steps for {touches} hinted keys", plan.steps);
        let places: BTreeSet<usize> =
            plan.stages.iter().flat_map(|stage| &stage.clusters).flat_map(|one| one.transactions.clone()).collect();
        assert_eq!(places.len(), block.len());
    }
}
