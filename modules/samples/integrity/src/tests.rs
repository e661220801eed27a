//! The integrity sample on the test chain, which takes for proven what the test names.

use super::integrity::{Integrity, exports::EXPORTS};
use zera::prelude::*;
use zera::testing::Chain;
use zera::types::Hash;

const ANN: AccountId = AccountId([1; 32]);

#[test]
fn logic_computes_and_asks_to_be_kept() {
    let mut chain = Chain::new();
    let module = chain.deploy(ANN, EXPORTS, "new", &(Vec::<u8>::new(),)).unwrap();
    assert_eq!(chain.inside(ANN, module, || Integrity::open().critical_business_logic(16)).unwrap(), 42);
    assert_eq!(chain.logged(), ["critical_business_logic_call"]);
}

#[test]
fn requests_need_a_receipt() {
    let mut chain = Chain::new();
    let module = chain.deploy(ANN, EXPORTS, "new", &(Vec::<u8>::new(),)).unwrap();
    let transaction = Hash([7; 32]);
    assert_eq!(chain.call(ANN, module, "request_integrity_proof", &(transaction,)), Ok(false));
    assert!(chain.requested().is_empty());
    chain.keep_receipt(transaction);
    assert_eq!(chain.call(ANN, module, "request_integrity_proof", &(transaction,)), Ok(true));
    assert_eq!(chain.requested(), [transaction]);
}

#[test]
fn only_what_is_proven_counts() {
    let mut chain = Chain::new();
    let module = chain.deploy(ANN, EXPORTS, "new", &(vec![3u8],)).unwrap();
    let statement = Hash([9; 32]);
    chain.take_for_proven(b"proof", statement);
    assert!(chain.call::<()>(ANN, module, "accept_proof", &(b"other".to_vec(), statement)).is_err());
    assert!(chain.call::<()>(ANN, module, "accept_proof", &(b"proof".to_vec(), Hash([8; 32]))).is_err());
    assert_eq!(chain.call(ANN, module, "is_verified", &(statement,)), Ok(false));
    chain.call::<()>(ANN, module, "accept_proof", &(b"proof".to_vec(), statement)).unwrap();
    assert_eq!(chain.call(ANN, module, "is_verified", &(statement,)), Ok(true));
    assert!(chain.call::<u64>(ANN, module, "accept_foreign", &(vec![1u8], vec![2u8])).is_err());
    chain.take_for_groth16(&[3], &[1], &[2]);
    assert_eq!(chain.call(ANN, module, "accept_foreign", &(vec![1u8], vec![2u8])), Ok(1u64));
}
