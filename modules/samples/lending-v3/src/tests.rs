//! Its upgrade fails and leaves what was there.

use lending_v1::lending::exports::EXPORTS as V1;
use zera::prelude::*;
use zera::testing::Chain;

#[test]
fn the_upgrade_fails_and_changes_nothing() {
    let owner = AccountId([1; 32]);
    let mut chain = Chain::new();
    chain.fund(owner, 1_000);
    let lending = chain.deploy(owner, V1, "new", &(500u32,)).unwrap();
    chain.pay::<Amount>(owner, 400, lending, "deposit", &()).unwrap();
    let result = chain.upgrade(lending, super::lending::exports::EXPORTS, Some("migrate"), None);
    assert_eq!(result, Err("trap".into()));
    assert_eq!(chain.call(owner, lending, "balance_of", &(owner,)), Ok(Amount(400)));
}
