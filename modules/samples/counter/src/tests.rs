//! The counter on the test chain.

use super::counter::{Counter, exports::EXPORTS};
use zera::prelude::*;
use zera::testing::Chain;

const ANN: AccountId = AccountId([1; 32]);

#[test]
fn counts_and_counts_in_another() {
    let mut chain = Chain::new();
    let first = chain.deploy(ANN, EXPORTS, "new", &(5u64,)).unwrap();
    let second = chain.deploy(ANN, EXPORTS, "new", &(u64::MAX - 1,)).unwrap();
    assert_eq!(chain.call(ANN, first, "increment", &()), Ok(6u64));
    assert_eq!(chain.call(ANN, first, "increment_other", &(second,)), Ok(u64::MAX));
    assert_eq!(
        chain.call::<u64>(ANN, first, "increment_other", &(second,)),
        Err("the counter is full".into()),
        "a callee's failure is the caller's"
    );
    assert!(chain.call::<u64>(ANN, first, "increment_other", &(first,)).is_err(), "no re-entrance");
    assert_eq!(chain.call(ANN, first, "get_count", &()), Ok(6u64));
}

#[test]
fn steps_are_voted() {
    let mut chain = Chain::new();
    let counter = chain.deploy(ANN, EXPORTS, "new", &(0u64,)).unwrap();
    assert!(chain.govern::<()>(counter, "set_step", &(0u64,)).is_err());
    chain.govern::<()>(counter, "set_step", &(10u64,)).unwrap();
    assert_eq!(chain.call(ANN, counter, "increment", &()), Ok(10u64));
}

#[test]
fn direct_entries_compute_and_store() {
    let mut chain = Chain::new();
    let counter = chain.deploy(ANN, EXPORTS, "new", &(0u64,)).unwrap();
    let mixed = chain.inside(ANN, counter, || Counter::open().critical_business_logic(1)).unwrap();
    assert_ne!(mixed, chain.inside(ANN, counter, || Counter::open().critical_business_logic(2)).unwrap());
    chain.inside(ANN, counter, || Counter::open().process_verified_condition_result(7, true)).unwrap();
    assert_eq!(chain.call(ANN, counter, "condition", &(7u64,)), Ok(Some(true)));
    assert_eq!(chain.call(ANN, counter, "condition", &(8u64,)), Ok(None::<bool>));
}
