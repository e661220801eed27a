//! The whole module on the test chain: guards, payments, interest, votes.

use super::lending::exports::EXPORTS;
use lending_pool::{SLOTS_PER_YEAR, Totals};
use zera::prelude::*;
use zera::testing::Chain;

const OWNER: AccountId = AccountId([1; 32]);
const SAVER: AccountId = AccountId([2; 32]);
const STRANGER: AccountId = AccountId([3; 32]);
const ZRA: u128 = 1_000_000_000;

fn chain() -> (Chain, ModuleId) {
    let mut chain = Chain::new();
    for account in [OWNER, SAVER, STRANGER] {
        chain.fund(account, 1_000 * ZRA);
    }
    let lending = chain.deploy(OWNER, EXPORTS, "new", &(500u32,)).unwrap();
    (chain, lending)
}

#[test]
fn deposits_earn_what_loans_pay() {
    let (mut chain, lending) = chain();
    assert_eq!(chain.pay(SAVER, 100 * ZRA, lending, "deposit", &()), Ok(Amount(100 * ZRA)));
    assert_eq!(chain.call(OWNER, lending, "borrow", &(Amount(50 * ZRA),)), Ok(Amount(50 * ZRA)));
    chain.pass(SLOTS_PER_YEAR);
    assert_eq!(chain.call(SAVER, lending, "debt_of", &(OWNER,)), Ok(Amount(52_500_000_000)));
    assert_eq!(chain.call(SAVER, lending, "balance_of", &(SAVER,)), Ok(Amount(102_500_000_000)));
    // Paying too much gives the rest back.
    assert_eq!(chain.pay(OWNER, 60 * ZRA, lending, "repay", &()), Ok(Amount(0)));
    assert_eq!(chain.balance(OWNER), 1_000 * ZRA + 50 * ZRA - 52_500_000_000);
    assert_eq!(chain.call(SAVER, lending, "withdraw", &(Amount(102_500_000_000),)), Ok(Amount(0)));
    assert_eq!(chain.balance(SAVER), 1_002_500_000_000);
    assert_eq!(chain.call(SAVER, lending, "totals", &()), Ok(Totals::default()));
    let topics: Vec<String> = chain.events().into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(topics, ["Deposited", "Borrowed", "Repaid", "Withdrawn"]);
}

#[test]
fn only_the_owner_and_those_voted_for_borrow() {
    let (mut chain, lending) = chain();
    chain.pay::<Amount>(SAVER, 10 * ZRA, lending, "deposit", &()).unwrap();
    let refused = chain.call::<Amount>(STRANGER, lending, "borrow", &(Amount(ZRA),));
    assert_eq!(refused, Err("only the owner and authorised callers may do this".into()));
    chain.govern::<()>(lending, "update_authorized_callers", &(vec![STRANGER],)).unwrap();
    assert_eq!(chain.call(SAVER, lending, "get_authorized_callers", &()), Ok(vec![STRANGER]));
    assert_eq!(chain.call(STRANGER, lending, "borrow", &(Amount(ZRA),)), Ok(Amount(ZRA)));
    assert_eq!(chain.balance(STRANGER), 1_001 * ZRA);
}

#[test]
fn only_a_vote_sets_the_rate_and_within_bounds() {
    let (mut chain, lending) = chain();
    chain.pay::<Amount>(SAVER, 100 * ZRA, lending, "deposit", &()).unwrap();
    chain.call::<Amount>(OWNER, lending, "borrow", &(Amount(100 * ZRA),)).unwrap();
    chain.pass(SLOTS_PER_YEAR);
    let set = "update_interest_rate_bps";
    assert_eq!(chain.call::<()>(OWNER, lending, set, &(0u32,)), Err("only an enacted proposal may set this".into()));
    assert_eq!(chain.govern::<()>(lending, set, &(10_001u32,)), Err("outside the bounds in the manifest".into()));
    assert_eq!(chain.call(OWNER, lending, "get_interest_rate", &()), Ok(500u32));
    assert_eq!(chain.govern(lending, set, &(0u32,)), Ok(()));
    // The year that has passed still costs five percent.
    chain.pass(SLOTS_PER_YEAR);
    assert_eq!(chain.call(OWNER, lending, "debt_of", &(OWNER,)), Ok(Amount(105 * ZRA)));
}

#[test]
fn what_is_refused_changes_nothing() {
    let (mut chain, lending) = chain();
    chain.pay::<Amount>(SAVER, 10 * ZRA, lending, "deposit", &()).unwrap();
    let again = chain.call::<()>(STRANGER, lending, "new", &(0u32,));
    assert_eq!(again, Err("this module is constructed already".into()));
    let paid = chain.pay::<Amount>(SAVER, 1, lending, "withdraw", &(Amount(1),));
    assert_eq!(paid, Err("this entry takes no ZRA".into()));
    let malformed = chain.call::<Amount>(SAVER, lending, "withdraw", &1u8);
    assert_eq!(malformed, Err("the arguments are not of the types in the manifest".into()));
    let nothing = chain.pay::<Amount>(SAVER, 0, lending, "deposit", &());
    assert_eq!(nothing, Err("the amount is nothing or rounds to nothing".into()));
    assert_eq!(chain.pay::<Amount>(SAVER, ZRA, lending, "repay", &()), Err("there is no debt".into()));
    assert_eq!(chain.balance(SAVER), 990 * ZRA);
    assert_eq!(chain.call(OWNER, lending, "get_owner", &()), Ok(OWNER));
}

#[test]
fn the_manifest_describes_it() {
    let manifest = super::lending::manifest();
    assert_eq!((manifest.name.as_str(), manifest.schema), ("lending", 1));
    let rate = manifest.parameter("interest_rate_bps").unwrap();
    assert_eq!((rate.min, rate.max, rate.setter.as_str()), (Some(0), Some(10_000), "update_interest_rate_bps"));
    assert!(manifest.parameter("authorized_callers").is_some());
    assert!(manifest.export("deposit").unwrap().payable);
    assert!(!manifest.export("withdraw").unwrap().payable);
    let amount = manifest.export("withdraw").unwrap().args[0].ty;
    let path = &manifest.types.resolve(amount).unwrap().path;
    assert_eq!(path.segments.last().map(String::as_str), Some("Amount"));
}
