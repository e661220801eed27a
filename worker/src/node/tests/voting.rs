//! Delegations, the unlock calendar, what a forecast hangs on, flags: what voters see beside the tally.

use super::{
    bench::Bench,
    journey::{V2, deploy, proposal, propose},
};
use zera_primitives::{AccountId, Amount, Class, Side, tx::Call};
use zera_worker_protocol::{AccountView, BoundView, Command, Response};

fn account(bench: &mut Bench, id: AccountId) -> AccountView {
    match bench.ask(Command::Account(id)).unwrap() {
        Response::Account(account) => *account,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_delegation_is_seen_from_both_ends_and_in_the_vote() {
    let mut bench = Bench::new();
    let me = bench.add_key(7);
    let id = deploy(&mut bench);
    let keys = bench.crowd(2, 1_000);
    let amount = Amount::zra(500);
    for key in &keys {
        let calls = vec![Call::Stake { amount }, Call::Delegate { class: Class::Major, to: me, amount }];
        let signed = bench.signed(key, 0, calls);
        bench.ask(Command::Submit(signed)).unwrap();
    }
    bench.settle();
    let delegate = account(&mut bench, me);
    assert_eq!(delegate.delegators.len(), 2);
    assert!(delegate.delegators.iter().all(|one| (one.class, one.amount) == (Class::Major, amount)));
    let vote = propose(&mut bench, id, V2, 2);
    let open = proposal(&mut bench, vote);
    assert_eq!((open.proposal.class, open.delegated), (Class::Major, Amount::zra(1_000)));
    let all = Call::AllocateDelegated { proposal: vote, side: Side::For, share_ppm: 1_000_000 };
    bench.transact(vec![Call::Stake { amount }, all]);

    let after = proposal(&mut bench, vote);
    assert_eq!(after.changes.len(), 2);
    assert!(after.changes.iter().all(|change| change.by == Some(me) && change.account != me));
    let owner = account(&mut bench, keys[0].public());
    assert_eq!(owner.delegations.len(), 1);
    assert_eq!((owner.delegations[0].to, owner.delegations[0].allocated), (me, amount));
    assert_eq!(owner.allocations[0].by, Some(me));
    assert!(
        matches!(owner.calendar[..], [ref one] if one.bound == BoundView::Delegated { class: Class::Major, to: me })
    );
    let mine = account(&mut bench, me);
    let deposit = mine.calendar.iter().find(|entry| entry.bound == BoundView::Deposit(vote)).unwrap();
    assert_eq!(deposit.amount, after.proposal.deposit);
    assert!(mine.calendar.iter().any(|entry| entry.bound == BoundView::Staked && entry.amount == amount));

    // One takes it back: what was allocated of it leaves the vote, and the page is told.
    bench.world.events();
    let back = Call::Delegate { class: Class::Major, to: me, amount: Amount::ZERO };
    let signed = bench.signed(&keys[0], 1, vec![back]);
    bench.ask(Command::Submit(signed)).unwrap();
    bench.settle();
    let told = bench.world.events();
    assert!(
        told.iter().any(|event| matches!(event, zera_worker_protocol::Event::Proposals(ids) if ids.contains(&vote)))
    );
    assert_eq!(proposal(&mut bench, vote).proposal.stake.0, amount);
    assert!(account(&mut bench, keys[0].public()).delegations.is_empty());
}

#[test]
fn what_moves_a_forecast_is_told_and_late_stake_is_flagged() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let vote = propose(&mut bench, id, V2, 2);
    let open = proposal(&mut bench, vote);
    let none = open.sensitivity.unwrap();
    assert_eq!((none.lower.enacts, none.higher.enacts), (None, None));
    assert!(none.earliest.enacts.is_some());
    assert_eq!((open.lock, open.filed, open.forecast.locks), (None, None, None));
    assert_eq!(open.evidence.len(), 1);
    let amount = Amount::zra(25_000_000);
    bench.transact(vec![Call::Stake { amount }, Call::Allocate { proposal: vote, side: Side::For, amount }]);
    let held = proposal(&mut bench, vote);
    let moved = held.sensitivity.unwrap();
    assert!(moved.lower.enacts <= held.forecast.enacts && held.forecast.enacts <= moved.higher.enacts);
    assert!(held.forecast.locks < held.forecast.enacts);
    assert!(held.flags.iter().any(|flag| flag.what == "base_jump"), "{:?}", held.flags);
    bench.ask(Command::Advance { slots: 400 }).unwrap();
    let done = proposal(&mut bench, vote);
    let lock = done.lock.unwrap();
    assert_eq!((lock.class, done.sensitivity), (Class::Major, None));
    assert!(lock.tally.0 > Amount::ZERO);
    assert_eq!(done.codes, Some((zera_primitives::Hash::of(super::journey::V1), zera_primitives::Hash::of(V2))));
}
