//! What is new in version 2, on data of version 1.

use super::vault::exports::EXPORTS;
use vault_v1::vault::exports::EXPORTS as V1;
use zera::prelude::*;
use zera::testing::Chain;

const ANN: AccountId = AccountId([2; 32]);

#[test]
fn takes_everything_out_of_a_vault_of_version_1() {
    let mut chain = Chain::new();
    chain.fund(ANN, 100);
    let vault = chain.deploy(ANN, V1, "new", &(ANN,)).unwrap();
    chain.pay::<Amount>(ANN, 70, vault, "deposit", &()).unwrap();
    chain.upgrade(vault, EXPORTS, None, None).unwrap();
    assert_eq!(chain.call(ANN, vault, "withdraw_all", &()), Ok(Amount(70)));
    assert_eq!((chain.balance(ANN), chain.call(ANN, vault, "total", &())), (100, Ok(Amount(0))));
}
