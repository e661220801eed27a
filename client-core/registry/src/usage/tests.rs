//! Tests of storage deposits.

use super::*;
use crate::testing::{ALICE, BOB, MODULE, SUPPLY, assert_balanced, held, rich};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::BTreeMap;
use zera_state::{MemoryState, Overlay};

const PRICE: Amount = Amount(1_000);

#[test]
fn growth_is_paid_and_freeing_pays_back() {
    let mut st = rich();
    charge_storage(&mut st, PRICE, Some(&ALICE), &MODULE, None, Some(30)).unwrap();
    charge_storage(&mut st, PRICE, Some(&ALICE), &MODULE, None, Some(10)).unwrap();
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 2, bytes: 40 }));
    assert_eq!(storage_pool(&st, &MODULE), Ok(Amount(40_000)));
    charge_storage(&mut st, PRICE, Some(&BOB), &MODULE, Some(30), Some(20)).unwrap();
    assert_eq!(account(&st, &BOB).unwrap().free, Amount(10_000));
    charge_storage(&mut st, PRICE, Some(&BOB), &MODULE, Some(20), None).unwrap();
    charge_storage(&mut st, PRICE, Some(&ALICE), &MODULE, Some(10), None).unwrap();
    assert_eq!(storage_pool(&st, &MODULE), Ok(Amount::ZERO));
    assert_eq!(st.get(&keys::usage(&MODULE)), Ok(None));
    assert_eq!(account(&st, &BOB).unwrap().free, Amount(30_000));
    assert_balanced(&st);
}

#[test]
fn who_cannot_pay_cannot_grow() {
    let mut st = rich();
    let before = st.clone();
    let refused = charge_storage(&mut st, PRICE, Some(&BOB), &MODULE, None, Some(1));
    assert!(matches!(refused, Err(RegistryError::Account(_))), "{refused:?}");
    assert_eq!(st, before);
}

#[test]
fn a_write_of_the_same_size_touches_nothing() {
    let base = rich();
    let mut st = Overlay::new(&base);
    charge_storage(&mut st, PRICE, Some(&BOB), &MODULE, Some(12), Some(12)).unwrap();
    charge_storage(&mut st, PRICE, Some(&BOB), &MODULE, None, None).unwrap();
    assert_eq!(st.access(), zera_state::AccessSet::default());
}

#[test]
fn governance_moves_counters_but_no_zra() {
    let mut st = rich();
    charge_storage(&mut st, PRICE, None, &MODULE, None, Some(9)).unwrap();
    assert_eq!(storage_usage(&st, &MODULE), Ok(Usage { entries: 1, bytes: 9 }));
    assert_eq!(account(&st, &ALICE).unwrap().free, SUPPLY);
    charge_storage(&mut st, PRICE, Some(&ALICE), &MODULE, Some(9), None).unwrap();
    assert_eq!(account(&st, &ALICE).unwrap().free, SUPPLY);
}

#[test]
fn freeing_more_than_there_is_means_a_corrupt_state() {
    let mut st = rich();
    let error = charge_storage(&mut st, PRICE, Some(&ALICE), &MODULE, Some(1), None).unwrap_err();
    assert!(error.is_fatal(), "{error}");
}

#[test]
fn sweeping_sees_exactly_the_generations_handed_over() {
    let mut st = MemoryState::default();
    let other = ModuleId([8; 32]);
    for generation in 0..5 {
        st.put(StateKey::storage(&MODULE, generation, b""), vec![1; 3]);
        st.put(StateKey::storage(&MODULE, generation, b"ab"), vec![1; generation as usize]);
        st.put(StateKey::storage(&other, generation, b"x"), vec![]);
    }
    discard(&mut st, &MODULE, &[]).unwrap();
    assert_eq!(sweep(&mut st, 100), Ok(0));
    discard(&mut st, &MODULE, &[1, 3]).unwrap();
    let counts = [sweep(&mut st, 3), sweep(&mut st, 3), sweep(&mut st, 3)];
    assert_eq!(counts, [Ok(3), Ok(1), Ok(0)]);
    let left: Vec<bool> = (0..5).map(|g| held(&st, &MODULE, g).entries == 2).collect();
    assert_eq!(left, [true, false, true, false, true]);
    assert_eq!(st.get(&keys::retired()), Ok(None), "the queue leaves nothing behind");
    assert!((0..5).all(|g| st.get(&StateKey::storage(&other, g, b"x")).unwrap().is_some()));
}

/// Who writes which key with how many bytes (none removes), at which price.
type Write = (bool, u8, Option<usize>, u64);

#[test]
fn usage_is_what_is_stored_and_no_zra_is_made_or_lost() {
    let write = (any::<bool>(), 0..6u8, proptest::option::of(0..200usize), 0..3_000u64);
    let schedule = proptest::collection::vec(write, 1..60);
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    runner.run(&schedule, |writes: Vec<Write>| run_schedule(&writes)).unwrap();
}

fn run_schedule(writes: &[Write]) -> Result<(), TestCaseError> {
    let mut st = rich();
    transfer(&mut st, &ALICE, &BOB, Amount::zra(1)).unwrap();
    let mut stored: BTreeMap<u8, usize> = BTreeMap::new();
    let clear = (0..6).map(|key| (true, key, None, 1));
    for (alice, key, size, price) in writes.iter().copied().chain(clear) {
        let payer = if alice { &ALICE } else { &BOB };
        let old = stored.get(&key).copied();
        let pool = storage_pool(&st, &MODULE).unwrap();
        charge_storage(&mut st, Amount(price.into()), Some(payer), &MODULE, old, size).unwrap();
        match size {
            Some(size) => stored.insert(key, size),
            None => stored.remove(&key),
        };
        let expected = Usage { entries: stored.len() as u64, bytes: stored.values().sum::<usize>() as u64 };
        prop_assert_eq!(storage_usage(&st, &MODULE), Ok(expected));
        let (before, after) = (old.unwrap_or(0), size.unwrap_or(0));
        let now = storage_pool(&st, &MODULE).unwrap();
        if after >= before {
            prop_assert_eq!(now.0, pool.0 + (after - before) as u128 * u128::from(price));
        } else {
            // Never more than the exact share, and less than one base unit below it.
            let total = expected.bytes as u128 + (before - after) as u128;
            prop_assert_eq!(pool.0 - now.0, pool.0 * (before - after) as u128 / total);
        }
        prop_assert!(zera_state::accounts::audit(&st).unwrap().is_balanced());
    }
    prop_assert_eq!(storage_usage(&st, &MODULE), Ok(Usage::default()));
    prop_assert_eq!(storage_pool(&st, &MODULE), Ok(Amount::ZERO));
    Ok(())
}
