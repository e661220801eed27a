//! The vault on the test chain.

use super::vault::exports::EXPORTS;
use zera::prelude::*;
use zera::testing::Chain;

const OWNER: AccountId = AccountId([1; 32]);
const ANN: AccountId = AccountId([2; 32]);

#[test]
fn everyone_takes_out_their_own() {
    let mut chain = Chain::new();
    chain.fund(ANN, 100);
    let vault = chain.deploy(OWNER, EXPORTS, "new", &(OWNER,)).unwrap();
    assert_eq!(chain.pay(ANN, 70, vault, "deposit", &()), Ok(Amount(70)));
    assert_eq!(chain.call(ANN, vault, "withdraw", &(Amount(30),)), Ok(Amount(40)));
    let refused = chain.call::<Amount>(OWNER, vault, "withdraw", &(Amount(1),));
    assert_eq!(refused, Err("there is not that much of yours".into()));
    assert_eq!((chain.balance(ANN), chain.call(OWNER, vault, "total", &())), (60, Ok(Amount(40))));
}

#[test]
fn only_the_owner_switches() {
    let mut chain = Chain::new();
    let vault = chain.deploy(OWNER, EXPORTS, "new", &(OWNER,)).unwrap();
    let code = chain.code_of(vault).unwrap();
    assert_eq!(chain.call(ANN, vault, "code", &()), Ok(code));
    assert_eq!(chain.call::<()>(ANN, vault, "leave", &(code,)), Err("only the owner may do this".into()));
    assert_eq!(chain.call::<()>(OWNER, vault, "stay", &(code,)), Err("the module follows no tag".into()));
}
