//! The migration, and what is new in version 3.

use super::vault::exports::EXPORTS;
use vault_v1::vault::exports::EXPORTS as V1;
use zera::prelude::*;
use zera::testing::Chain;

const ANN: AccountId = AccountId([2; 32]);
const BEN: AccountId = AccountId([3; 32]);

#[test]
fn carries_every_balance_over() {
    let mut chain = Chain::new();
    chain.fund(ANN, 100);
    chain.fund(BEN, 100);
    let vault = chain.deploy(ANN, V1, "new", &(ANN,)).unwrap();
    chain.pay::<Amount>(ANN, 70, vault, "deposit", &()).unwrap();
    chain.pay::<Amount>(BEN, 5, vault, "deposit", &()).unwrap();
    chain.upgrade(vault, EXPORTS, Some("migrate"), Some("health")).unwrap();
    assert_eq!(chain.call(BEN, vault, "balance_of", &(ANN,)), Ok(Amount(70)));
    assert_eq!(chain.call(BEN, vault, "since", &(ANN,)), Ok(Some(0u64)));
    assert_eq!(chain.call(BEN, vault, "withdraw", &(Amount(5),)), Ok(Amount(0)));
    assert_eq!(chain.call(BEN, vault, "total", &()), Ok(Amount(70)));
    assert_eq!(chain.call(BEN, vault, "health", &()), Ok(true));
    chain.pass(9);
    assert_eq!(chain.pay(BEN, 7, vault, "deposit", &()), Ok(Amount(7)));
    assert_eq!(chain.call(BEN, vault, "health", &()), Ok(true), "a member comes back as one");
}
