//! The token on the test chain.

use super::token::exports::EXPORTS;
use zera::prelude::*;
use zera::testing::Chain;

const ANN: AccountId = AccountId([1; 32]);
const BEN: AccountId = AccountId([2; 32]);
const CAT: AccountId = AccountId([3; 32]);

fn chain() -> (Chain, ModuleId) {
    let mut chain = Chain::new();
    let token = chain.deploy(ANN, EXPORTS, "new", &("Coin", "CN", 2u8, 1_000u128)).unwrap();
    (chain, token)
}

fn balances(chain: &mut Chain, token: ModuleId) -> [u128; 3] {
    [ANN, BEN, CAT].map(|account| chain.call(ANN, token, "balance", &(account,)).unwrap())
}

#[test]
fn moves_what_is_there() {
    let (mut chain, token) = chain();
    chain.call::<()>(ANN, token, "transfer", &(BEN, 300u128)).unwrap();
    chain.call::<()>(ANN, token, "transfer", &(ANN, 700u128)).unwrap();
    let refused = chain.call::<()>(BEN, token, "transfer", &(CAT, 301u128));
    assert_eq!(refused, Err("the balance does not suffice".into()));
    assert_eq!(balances(&mut chain, token), [700, 300, 0]);
    assert_eq!(chain.call(CAT, token, "total_supply", &()), Ok(1_000u128));
    assert_eq!(chain.call(CAT, token, "describe", &()), Ok(("Coin".to_owned(), "CN".to_owned(), 2u8)));
}

#[test]
fn spends_allowances_once() {
    let (mut chain, token) = chain();
    chain.call::<()>(ANN, token, "approve", &(BEN, 100u128)).unwrap();
    chain.call::<()>(BEN, token, "transfer_from", &(ANN, CAT, 60u128)).unwrap();
    let refused = chain.call::<()>(BEN, token, "transfer_from", &(ANN, CAT, 41u128));
    assert_eq!(refused, Err("the allowance does not suffice".into()));
    assert_eq!(chain.call(ANN, token, "allowance", &(ANN, BEN)), Ok(40u128));
    // An allowance is no balance: what fails gives the allowance back.
    chain.call::<()>(ANN, token, "approve", &(BEN, 5_000u128)).unwrap();
    assert!(chain.call::<()>(BEN, token, "transfer_from", &(ANN, CAT, 2_000u128)).is_err());
    assert_eq!(chain.call(ANN, token, "allowance", &(ANN, BEN)), Ok(5_000u128));
    assert_eq!(balances(&mut chain, token), [940, 0, 60]);
}

#[test]
fn refuses_bad_names() {
    let mut chain = Chain::new();
    for (name, symbol) in [("", "CN"), ("Coin", ""), ("Coin", "THIRTEENBYTES")] {
        assert!(chain.deploy(ANN, EXPORTS, "new", &(name, symbol, 2u8, 1u128)).is_err());
    }
}
