//! The treasury on the test chain.

use super::treasury::{Fee, Grant, Payment, exports::EXPORTS};
use zera::prelude::*;
use zera::testing::Chain;

const ANN: AccountId = AccountId([1; 32]);
const BEN: AccountId = AccountId([2; 32]);
const CAT: AccountId = AccountId([3; 32]);

fn chain() -> (Chain, ModuleId) {
    let mut chain = Chain::new();
    chain.fund(ANN, 1_000_000);
    let treasury = chain.deploy(ANN, EXPORTS, "new", &(vec![ANN, BEN],)).unwrap();
    chain.pay::<Amount>(ANN, 1_000_000, treasury, "fund", &()).unwrap();
    (chain, treasury)
}

#[test]
fn officers_pay_together() {
    let (mut chain, treasury) = chain();
    let payment = Payment { to: CAT, amount: Amount(40_000), note: 1 };
    assert_eq!(chain.call(ANN, treasury, "agree", &(payment,)), Ok(1u32));
    assert!(chain.call::<u32>(ANN, treasury, "agree", &(payment,)).is_err(), "nobody agrees twice");
    assert!(chain.call::<u32>(CAT, treasury, "agree", &(payment,)).is_err(), "who is no officer does not count");
    assert_eq!(chain.call(BEN, treasury, "agree", &(payment,)), Ok(0u32));
    assert_eq!(chain.balance(CAT), 40_000);
}

#[test]
fn fees_follow_the_schedule() {
    let (mut chain, treasury) = chain();
    let step = |from, bps| Fee { from: Amount(from), bps };
    let fees = [step(0, 0), step(10_000, 100), step(100_000, 50)];
    chain.govern::<()>(treasury, "set_fees", &(fees,)).unwrap();
    for (amount, fee) in [(9_999, 0), (10_000, 100), (100_000, 500)] {
        assert_eq!(chain.call(ANN, treasury, "fee", &(Amount(amount),)), Ok(Amount(fee)));
    }
    chain.govern::<()>(treasury, "set_threshold", &(1u32,)).unwrap();
    let payment = Payment { to: CAT, amount: Amount(20_000), note: 1 };
    assert_eq!(chain.call(BEN, treasury, "agree", &(payment,)), Ok(0u32));
    assert_eq!(chain.balance(CAT), 19_800);
    assert!(chain.govern::<()>(treasury, "set_fees", &([step(5, 1), step(4, 1), step(9, 1)],)).is_err());
    assert!(chain.govern::<()>(treasury, "set_fees", &([step(0, 1_001), step(4, 1), step(9, 1)],)).is_err());
}

#[test]
fn a_grant_is_paid_once() {
    let (mut chain, treasury) = chain();
    let none = chain.call::<Amount>(CAT, treasury, "pay_grant", &());
    assert_eq!(none, Err("there is no grant to pay".into()));
    chain.govern::<()>(treasury, "set_grant", &(Some(Grant { to: CAT, amount: Amount(7) }),)).unwrap();
    assert_eq!(chain.call(BEN, treasury, "pay_grant", &()), Ok(Amount(7)));
    assert!(chain.call::<Amount>(BEN, treasury, "pay_grant", &()).is_err());
    assert_eq!(chain.balance(CAT), 7);
}

#[test]
fn bounds_hold() {
    let (mut chain, treasury) = chain();
    for threshold in [0u32, 3, 17] {
        assert!(chain.govern::<()>(treasury, "set_threshold", &(threshold,)).is_err(), "{threshold} of two");
    }
    for officers in [vec![], vec![ANN], vec![ANN, ANN]] {
        assert!(chain.govern::<()>(treasury, "set_officers", &(officers.clone(),)).is_err(), "{officers:?}");
    }
    for oracle in ["http://plain".to_owned(), ["https://", &"x".repeat(200)].concat()] {
        assert!(chain.govern::<()>(treasury, "set_oracle", &(oracle.clone(),)).is_err(), "{oracle}");
    }
    chain.govern::<()>(treasury, "set_oracle", &("https://prices.example",)).unwrap();
    assert_eq!(chain.call(CAT, treasury, "get_oracle", &()), Ok("https://prices.example".to_owned()));
    assert!(chain.call::<()>(ANN, treasury, "set_oracle", &("https://prices.example",)).is_err(), "votes alone set it");
}
