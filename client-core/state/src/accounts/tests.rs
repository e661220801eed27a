//! Conservation under random operations; refusals change nothing.

use super::*;
use crate::{
    overlay::Overlay,
    view::{MemoryState, StateAccess as _},
};
use proptest::prelude::*;

const PEOPLE: u8 = 5;

fn id(n: u8) -> AccountId {
    AccountId([n % PEOPLE; 32])
}

fn genesis() -> MemoryState {
    let mut st = MemoryState::default();
    for n in 0..PEOPLE - 1 {
        mint_genesis(&mut st, &id(n), Amount(1_000 * u128::from(n) + 10)).unwrap();
    }
    st
}

#[derive(Clone, Debug)]
enum Step {
    Transfer(u8, u8),
    Pot(u8, usize),
    Burn(u8),
    Fee(u8, u128, u32),
    Nonce(u8),
    EndBlock(u8),
}

fn step() -> impl Strategy<Value = (Step, u128)> {
    let step = prop_oneof![
        3 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Step::Transfer(a, b)),
        6 => (any::<u8>(), 0usize..7).prop_map(|(a, p)| Step::Pot(a, p)),
        1 => any::<u8>().prop_map(Step::Burn),
        2 => (any::<u8>(), 0u128..600, 0u32..1_000_001).prop_map(|(a, f, b)| Step::Fee(a, f, b)),
        1 => any::<u8>().prop_map(Step::Nonce),
        1 => any::<u8>().prop_map(Step::EndBlock),
    ];
    (step, prop_oneof![4 => 0u128..500, 1 => Just(u128::MAX), 1 => Just(0)])
}

type Move = fn(&mut Overlay<'_>, &AccountId, Amount) -> Result<(), AccountError>;

const MOVES: [Move; 7] = [
    |st, id, amount| stake(st, id, amount),
    |st, id, amount| begin_unstake(st, id, amount),
    |st, id, amount| finish_unstake(st, id, amount),
    |st, id, amount| reserve_proposal(st, id, amount),
    |st, id, amount| release_proposal(st, id, amount),
    |st, id, amount| reserve_storage(st, id, amount),
    |st, id, amount| release_storage(st, id, amount),
];

fn run(st: &mut Overlay<'_>, step: &Step, amount: Amount, deltas: &mut Deltas) -> Result<(), AccountError> {
    match *step {
        Step::Transfer(from, to) => transfer(st, &id(from), &id(to), amount),
        Step::Pot(who, which) => MOVES[which](st, &id(who), amount),
        Step::Burn(who) => burn_proposal_reserve(st, &id(who), amount, deltas),
        Step::Fee(who, fee, burn) => {
            let withheld = withhold_fee(st, &id(who), amount)?;
            settle_fee(st, &id(who), withheld, Amount(fee), burn, deltas).map(|_| ())
        }
        Step::Nonce(who) => bump_nonce(st, &id(who)).map(|_| ()),
        Step::EndBlock(who) => {
            let deltas = core::mem::take(deltas);
            apply_deltas(st, &deltas, &id(who))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, rng_algorithm: prop::test_runner::RngAlgorithm::ChaCha,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_created_or_lost(steps in prop::collection::vec(step(), 0..60)) {
        let base = genesis();
        let mut st = Overlay::new(&base);
        let mut deltas = Deltas::default();
        for (step, amount) in &steps {
            let (before, deltas_before) = (st.changes().clone(), deltas);
            let result = run(&mut st, step, Amount(*amount), &mut deltas);
            if let Err(error) = result {
                prop_assert!(matches!(error, AccountError::Insufficient { .. }), "{:?} {:?}", step, error);
                prop_assert_eq!(st.changes(), &before);
                prop_assert_eq!(deltas, deltas_before);
            }
            let audit = audit(&st).unwrap();
            let held = audit.free.0 + audit.staked.0 + audit.unbonding.0 + audit.proposal_deposits.0
                + audit.storage_deposits.0;
            // Inside a block, what is missing is exactly what the deltas carry.
            prop_assert_eq!(held + audit.burnt.0 + deltas.fees.0 + deltas.burnt.0, audit.supply.0);
            prop_assert_eq!(audit.is_balanced(), deltas == Deltas::default());
            let total: u128 = (0..PEOPLE).map(|n| account(&st, &id(n)).unwrap().total().unwrap().0).sum();
            prop_assert_eq!(total, held);
        }
        apply_deltas(&mut st, &deltas, &id(0)).unwrap();
        prop_assert!(audit(&st).unwrap().is_balanced());
    }
}

#[test]
fn a_refusal_names_the_pot_and_changes_nothing() {
    let mut st = genesis();
    let before = st.clone();
    let need = Amount(2_000);
    assert_eq!(
        transfer(&mut st, &id(1), &id(2), need),
        Err(AccountError::Insufficient { pot: Pot::Free, have: Amount(1_010), need })
    );
    assert_eq!(
        begin_unstake(&mut st, &id(1), need),
        Err(AccountError::Insufficient { pot: Pot::Staked, have: Amount(0), need })
    );
    // To oneself: the balance is needed, nothing is doubled.
    assert!(transfer(&mut st, &id(1), &id(1), need).is_err());
    assert_eq!(transfer(&mut st, &id(1), &id(1), Amount(1_010)), Ok(()));
    assert_eq!(st, before);
}

#[test]
fn fees_are_split_and_the_rest_comes_back() {
    let mut st = genesis();
    let mut deltas = Deltas::default();
    let withheld = withhold_fee(&mut st, &id(1), Amount(500)).unwrap();
    assert_eq!(account(&st, &id(1)).unwrap().free, Amount(510));
    assert_eq!(settle_fee(&mut st, &id(1), withheld, Amount(101), 500_000, &mut deltas), Ok(Amount(101)));
    assert_eq!(deltas, Deltas { fees: Amount(51), burnt: Amount(50) });
    assert_eq!(account(&st, &id(1)).unwrap().free, Amount(909));
    // A fee above what was withheld is cut there.
    assert_eq!(charge_fee(&mut st, &id(1), Amount(9), 0, &mut deltas), Ok(Amount(9)));
    apply_deltas(&mut st, &deltas, &id(4)).unwrap();
    assert_eq!(account(&st, &id(4)).unwrap().free, Amount(60));
    assert_eq!(burnt(&st), Ok(Amount(50)));
    assert!(audit(&st).unwrap().is_balanced());
}

#[test]
fn an_emptied_account_leaves_no_entry() {
    let mut st = genesis();
    transfer(&mut st, &id(1), &id(2), Amount(1_010)).unwrap();
    assert!(!st.0.contains_key(&StateKey::account(&id(1))));
    bump_nonce(&mut st, &id(1)).unwrap();
    assert_eq!(account(&st, &id(1)).unwrap().nonce, 1);
}

#[test]
fn bytes_that_are_no_account_are_a_fatal_error() {
    let mut st = genesis();
    let key = StateKey::account(&id(1));
    st.put(key.clone(), vec![1, 2, 3]);
    let error = account(&st, &id(1)).unwrap_err();
    assert_eq!(error, StateError::Corrupt(key));
    assert!(!error.is_recoverable());
    assert!(audit(&st).is_err());
}
