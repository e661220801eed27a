//! Migration from version 1 and what is new in version 2.

use super::lending::{Account, exports::EXPORTS};
use lending_pool::SLOTS_PER_YEAR;
use lending_v1::lending::exports::EXPORTS as V1;
use lending_v1_back::lending::exports::EXPORTS as BACK;
use zera::prelude::*;
use zera::testing::Chain;

const OWNER: AccountId = AccountId([1; 32]);
const SAVER: AccountId = AccountId([2; 32]);
const BORROWER: AccountId = AccountId([3; 32]);
const ZRA: u128 = 1_000_000_000;

fn funded() -> Chain {
    let mut chain = Chain::new();
    for account in [OWNER, SAVER, BORROWER] {
        chain.fund(account, 1_000 * ZRA);
    }
    chain
}

/// Version 1 with a depositor, one who deposits and borrows, and one who only borrows.
fn old() -> (Chain, ModuleId) {
    let mut chain = funded();
    let lending = chain.deploy(OWNER, V1, "new", &(500u32,)).unwrap();
    chain.govern::<()>(lending, "update_authorized_callers", &(vec![BORROWER],)).unwrap();
    chain.pay::<Amount>(SAVER, 100 * ZRA, lending, "deposit", &()).unwrap();
    chain.pay::<Amount>(OWNER, 10 * ZRA, lending, "deposit", &()).unwrap();
    chain.call::<Amount>(OWNER, lending, "borrow", &(Amount(20 * ZRA),)).unwrap();
    chain.call::<Amount>(BORROWER, lending, "borrow", &(Amount(30 * ZRA),)).unwrap();
    chain.pass(SLOTS_PER_YEAR / 3);
    (chain, lending)
}

fn figures(chain: &mut Chain, lending: ModuleId) -> Vec<(Amount, Amount)> {
    let of = |chain: &mut Chain, account: AccountId| {
        let deposit = chain.call(OWNER, lending, "balance_of", &(account,)).unwrap();
        (deposit, chain.call(OWNER, lending, "debt_of", &(account,)).unwrap())
    };
    [OWNER, SAVER, BORROWER].map(|account| of(chain, account)).to_vec()
}

#[test]
fn everyone_keeps_everything_through_the_migration() {
    let (mut chain, lending) = old();
    let before = figures(&mut chain, lending);
    chain.upgrade(lending, EXPORTS, Some("migrate"), Some("health")).unwrap();
    assert_eq!(figures(&mut chain, lending), before);
    assert_eq!(chain.call(OWNER, lending, "get_interest_rate", &()), Ok(500u32));
    assert_eq!(chain.call(OWNER, lending, "get_authorized_callers", &()), Ok(vec![BORROWER]));
    assert_eq!(chain.call(OWNER, lending, "get_owner", &()), Ok(OWNER));
    assert_eq!(chain.events().last().unwrap(), &("Migrated".to_owned(), 3u32.encode()));
    // And it goes on: the migrated loans are repaid, a migrated deposit withdrawn.
    assert_eq!(chain.pay(BORROWER, 40 * ZRA, lending, "repay", &()), Ok(Amount(0)));
    assert_eq!(chain.pay(OWNER, 40 * ZRA, lending, "repay", &()), Ok(Amount(0)));
    let deposit: Amount = chain.call(SAVER, lending, "balance_of", &(SAVER,)).unwrap();
    assert!(deposit >= before[1].0, "rounding never takes from depositors");
    assert_eq!(chain.call(SAVER, lending, "withdraw", &(deposit,)), Ok(Amount(0)));
    assert_eq!(chain.call(OWNER, lending, "health", &()), Ok(true));
    let again = chain.call::<()>(BORROWER, lending, "new", &(0u32,));
    assert_eq!(again, Err("this module is constructed already".into()));
}

/// A pool of version 1 with so many depositors, every third of them a borrower as well, and as many who only borrow.
fn crowded(accounts: u16) -> (Chain, ModuleId, Vec<AccountId>) {
    let (mut chain, lending) = old();
    let id = |kind: u8, n: u16| AccountId([[kind; 30].as_slice(), &n.to_be_bytes()].concat().try_into().unwrap());
    let savers: Vec<AccountId> = (0..accounts).map(|n| id(10, n)).collect();
    let borrowers: Vec<AccountId> = (0..accounts).map(|n| id(20, n)).collect();
    let mut allowed: Vec<AccountId> = savers.iter().step_by(3).chain(&borrowers).copied().collect();
    allowed.push(BORROWER);
    chain.govern::<()>(lending, "update_authorized_callers", &(allowed.clone(),)).unwrap();
    for saver in &savers {
        chain.fund(*saver, ZRA);
        chain.pay::<Amount>(*saver, ZRA, lending, "deposit", &()).unwrap();
    }
    for account in &allowed[..allowed.len() - 1] {
        chain.call::<Amount>(*account, lending, "borrow", &(Amount(1_000),)).unwrap();
    }
    (chain, lending, savers.into_iter().chain(borrowers).collect())
}

#[test]
fn steps_carry_everyone_there_and_back() {
    // More depositors and more bare borrowers than a step takes, and the case of exactly one step.
    for accounts in [254, 300] {
        let (mut chain, lending, all) = crowded(accounts);
        let figures = |chain: &mut Chain| {
            let mut of =
                |entry: &str, account: &AccountId| chain.call::<Amount>(OWNER, lending, entry, &(*account,)).unwrap();
            let each: Vec<_> = all.iter().map(|who| (of("balance_of", who), of("debt_of", who))).collect();
            (each, chain.call::<Amount>(OWNER, lending, "total_deposits", &()).unwrap())
        };
        let before = figures(&mut chain);
        chain.upgrade(lending, EXPORTS, Some("migrate"), Some("health")).unwrap();
        assert_eq!(figures(&mut chain), before);
        assert_eq!(chain.events().last().unwrap().1, (u32::from(accounts) * 2 + 3).encode());
        chain.upgrade(lending, BACK, Some("migrate"), None).unwrap();
        chain.upgrade(lending, V1, None, None).unwrap();
        assert_eq!(figures(&mut chain), before);
        // What is taken out after the way back stays taken.
        chain.call::<Amount>(all[1], lending, "withdraw", &(Amount(ZRA / 2),)).unwrap();
        chain.upgrade(lending, EXPORTS, Some("migrate"), Some("health")).unwrap();
        let left: Amount = chain.call(OWNER, lending, "balance_of", &(all[1],)).unwrap();
        assert!(left.0.abs_diff(ZRA / 2) < 1_000_000, "{left:?}");
    }
}

#[test]
fn an_upgrade_without_its_migration_is_unhealthy() {
    let (mut chain, lending) = old();
    let before = figures(&mut chain, lending);
    // Without migration the old pool stands there, but none of the positions that add up to it.
    let result = chain.upgrade(lending, EXPORTS, None, Some("health"));
    assert_eq!(result, Err("the module says that it is not in order".into()));
    assert_eq!(figures(&mut chain, lending), before);
}

#[test]
fn nobody_but_the_runtime_migrates() {
    let (mut chain, lending) = old();
    chain.upgrade(lending, EXPORTS, Some("migrate"), None).unwrap();
    for result in [chain.call::<()>(OWNER, lending, "migrate", &()), chain.govern::<()>(lending, "migrate", &())] {
        assert_eq!(result, Err("only the runtime may migrate".into()));
    }
}

fn new() -> (Chain, ModuleId) {
    let mut chain = funded();
    let lending = chain.deploy(OWNER, EXPORTS, "new", &(10_000u32,)).unwrap();
    chain.pay::<Amount>(SAVER, 500 * ZRA, lending, "deposit", &()).unwrap();
    chain.pay::<Amount>(BORROWER, 100 * ZRA, lending, "deposit", &()).unwrap();
    (chain, lending)
}

#[test]
fn anyone_borrows_against_a_deposit() {
    let (mut chain, lending) = new();
    let too_much = chain.call::<Amount>(BORROWER, lending, "borrow", &(Amount(75 * ZRA + 1),));
    assert_eq!(too_much, Err("what is left of the deposit would not cover the debt".into()));
    assert_eq!(chain.call(BORROWER, lending, "borrow", &(Amount(75 * ZRA),)), Ok(Amount(75 * ZRA)));
    let bare = chain.call::<Amount>(BORROWER, lending, "withdraw", &(Amount(1),));
    assert_eq!(bare, Err("what is left of the deposit would not cover the debt".into()));
    chain.govern::<()>(lending, "update_collateral_factor_bps", &(9_000u32,)).unwrap();
    assert_eq!(chain.call(BORROWER, lending, "borrow", &(Amount(15 * ZRA),)), Ok(Amount(90 * ZRA)));
    assert_eq!(chain.call(OWNER, lending, "health", &()), Ok(true));
}

#[test]
fn a_debt_that_outgrows_its_deposit_is_settled_from_it() {
    let (mut chain, lending) = new();
    chain.call::<Amount>(BORROWER, lending, "borrow", &(Amount(70 * ZRA),)).unwrap();
    assert_eq!(
        chain.call::<Amount>(SAVER, lending, "settle", &(BORROWER,)),
        Err("the debt is still covered by the deposit".into())
    );
    chain.pass(SLOTS_PER_YEAR / 4);
    let before: Account = chain.call(SAVER, lending, "account_of", &(BORROWER,)).unwrap();
    let saver: Amount = chain.call(SAVER, lending, "balance_of", &(SAVER,)).unwrap();
    let settled: Amount = chain.call(SAVER, lending, "settle", &(BORROWER,)).unwrap();
    assert_eq!(settled, before.debt.min(before.deposit));
    let after: Account = chain.call(SAVER, lending, "account_of", &(BORROWER,)).unwrap();
    assert_eq!(after.debt, Amount(0));
    assert!(before.deposit.0 - settled.0 - after.deposit.0 <= 1, "rounding costs at most one unit");
    // Whom it does not concern loses nothing.
    assert!(chain.call::<Amount>(SAVER, lending, "balance_of", &(SAVER,)).unwrap() >= saver);
    assert_eq!(chain.call(OWNER, lending, "health", &()), Ok(true));
}

#[test]
fn a_debt_above_the_whole_deposit_takes_all_of_it() {
    let (mut chain, lending) = new();
    chain.call::<Amount>(BORROWER, lending, "borrow", &(Amount(75 * ZRA),)).unwrap();
    chain.pass(SLOTS_PER_YEAR);
    let before: Account = chain.call(SAVER, lending, "account_of", &(BORROWER,)).unwrap();
    assert!(before.debt > before.deposit);
    chain.call::<Amount>(SAVER, lending, "settle", &(BORROWER,)).unwrap();
    let after: Account = chain.call(SAVER, lending, "account_of", &(BORROWER,)).unwrap();
    assert_eq!(after.deposit, Amount(0));
    assert!(after.debt.0.abs_diff(before.debt.0 - before.deposit.0) <= 1);
    assert_eq!(chain.call(OWNER, lending, "health", &()), Ok(true));
}
