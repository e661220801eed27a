//! What pages tell beyond the tally: flags of the detector, the unlock calendar, what a forecast hangs on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::{Sim, account, config};
use proptest::prelude::*;
use zera_governance::{
    Mandate, Outlook,
    calendar::Bound,
    detector::{Flag, Moment},
    queries,
};
use zera_primitives::{Amount, Class, Height, Params, ProposalId, Side, Slot};

fn zra(whole: u64) -> Amount {
    Amount::zra(whole)
}

/// Accounts 1, 2, … with these stakes and 1,000 ZRA more, and one proposal of account 1.
fn chain(class: Class, stakes: &[u64]) -> (Sim, ProposalId) {
    let balances: Vec<Amount> = stakes.iter().map(|stake| zra(stake + 1_000)).collect();
    let mut sim = Sim::new(&Params::demo(), &balances);
    for (index, stake) in stakes.iter().enumerate() {
        sim.stake(index as u8 + 1, zra(*stake)).unwrap();
    }
    let id = sim.propose(1, class);
    (sim, id)
}

fn flags(sim: &mut Sim, id: ProposalId) -> Vec<Flag> {
    sim.end();
    queries::flags(&sim.st, &sim.ctx(), id).unwrap()
}

/// With a block in every slot from 1 on, height and slot are the same.
fn moment(slot: u64) -> Moment {
    Moment { height: Height(slot), slot: Slot(slot) }
}

// S is 50,000,000 ZRA throughout: 5 % of the supply. T = 60: windows of 6, 3 and 15 slots.

#[test]
fn slow_and_small_support_raises_no_flag() {
    let (mut sim, id) = chain(Class::Minor, &[40_000_000]);
    for step in 1..=10 {
        sim.run_to(step * 10);
        sim.allocate(1, id, Side::For, zra(step * 1_000_000)).unwrap();
    }
    sim.run_to(400);
    assert_eq!(flags(&mut sim, id), []);
}

#[test]
fn a_jump_of_the_base_is_flagged_with_its_mover() {
    let (mut sim, id) = chain(Class::Governance, &[1_000_000, 9_000_000]);
    sim.run_to(10);
    sim.allocate(1, id, Side::For, zra(1_000_000)).unwrap();
    sim.run_to(100);
    for (slot, amount) in [(100, 2_000_000), (103, 4_000_000), (105, 4_900_000)] {
        sim.run_to(slot);
        sim.allocate(2, id, Side::For, zra(amount)).unwrap();
    }
    assert_eq!(flags(&mut sim, id), [], "not a tenth of S yet");
    sim.run_to(106);
    sim.allocate(2, id, Side::For, zra(5_000_000)).unwrap();
    sim.run_to(107); // part of the same jump by its window, but flagged already
    sim.allocate(2, id, Side::For, zra(7_200_000)).unwrap();
    sim.run_to(200);
    let jump = Flag::BaseJump {
        from: moment(100),
        to: moment(106),
        before: zra(1_000_000),
        after: zra(6_000_000),
        base: zra(50_000_000),
        mover: Some((account(2), zra(5_000_000))),
    };
    assert_eq!(flags(&mut sim, id), [jump]);
    // The same growth one slot slower is none.
    let (mut slow, id) = chain(Class::Governance, &[1_000_000, 9_000_000]);
    for (slot, amount) in [(100, 2_000_000), (103, 4_000_000), (107, 5_000_000)] {
        slow.run_to(slot);
        slow.allocate(2, id, Side::For, zra(amount)).unwrap();
    }
    assert_eq!(flags(&mut slow, id), []);
}

#[test]
fn there_and_back_is_flagged_both_ways() {
    let (mut sim, id) = chain(Class::Governance, &[4_000_000, 4_000_000]);
    sim.run_to(10);
    sim.allocate(2, id, Side::Against, zra(4_000_000)).unwrap();
    sim.allocate(2, id, Side::Against, zra(1_000_000)).unwrap(); // in the same block
    sim.run_to(50);
    sim.allocate(1, id, Side::For, zra(4_000_000)).unwrap();
    sim.run_to(100);
    sim.allocate(1, id, Side::For, zra(1_000_000)).unwrap();
    sim.run_to(103);
    sim.allocate(1, id, Side::For, zra(4_000_000)).unwrap();
    sim.run_to(150);
    sim.allocate(1, id, Side::For, zra(1_000_000)).unwrap();
    sim.run_to(154); // four slots later is not a moment any more
    sim.allocate(1, id, Side::For, zra(4_000_000)).unwrap();
    let pulse = |who, side, dip, from, to| Flag::Pulse {
        account: account(who),
        side,
        amount: zra(3_000_000),
        dip,
        from: moment(from),
        to: moment(to),
        base: zra(50_000_000),
    };
    assert_eq!(flags(&mut sim, id), [pulse(2, Side::Against, false, 10, 10), pulse(1, Side::For, true, 100, 103)]);
}

/// A delegate's hand is one hand, however many accounts it moves.
#[test]
fn a_delegates_pulse_counts_together() {
    let stakes: Vec<u64> = (0..20).map(|_| 100_000).collect();
    let (mut sim, id) = chain(Class::Governance, &stakes);
    for who in 1..=19 {
        sim.delegate(who, Class::Governance, 20, zra(100_000)).unwrap();
    }
    sim.run_to(30);
    sim.allocate_delegated(20, id, Side::For, 1_000_000).unwrap();
    sim.run_to(32);
    sim.allocate_delegated(20, id, Side::For, 0).unwrap();
    let found = flags(&mut sim, id);
    let [Flag::Pulse { account: hand, amount, dip: false, .. }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((*hand, *amount), (account(20), zra(1_900_000)));
}

#[test]
fn support_that_comes_just_before_crossing_is_flagged() {
    let (mut sim, id) = chain(Class::Minor, &[10_500_000, 25_000_000]);
    sim.run_to(10);
    sim.allocate(1, id, Side::For, zra(10_500_000)).unwrap();
    sim.run_to(150);
    sim.allocate(2, id, Side::For, zra(25_000_000)).unwrap();
    sim.run_to(400);
    let crossed = sim.slots(id)[2].1;
    assert!((151..165).contains(&crossed), "{crossed}");
    let found = flags(&mut sim, id);
    let late = Flag::LateArrival {
        account: account(2),
        amount: zra(25_000_000),
        from: moment(150),
        to: moment(crossed),
        base: zra(50_000_000),
    };
    assert!(found.contains(&late), "{found:?}");
    assert_eq!(found.iter().filter(|flag| matches!(flag, Flag::LateArrival { .. })).count(), 1);
}

#[test]
fn the_calendar_names_every_binding_and_its_date() {
    let params = Params { unstake_delay_milli: 500, ..Params::demo() };
    let mut sim = Sim::new(&params, &[zra(1_000), zra(1_000)]);
    let id = sim.propose(1, Class::Minor);
    sim.stake(1, zra(100)).unwrap();
    sim.run_to(20);
    sim.unstake(1, zra(10)).unwrap();
    sim.run_to(30);
    sim.allocate(1, id, Side::For, zra(20)).unwrap();
    sim.delegate(1, Class::Major, 2, zra(30)).unwrap();
    let calendar = |sim: &Sim| -> Vec<_> {
        let found = queries::calendar(&sim.st, &sim.ctx(), &account(1)).unwrap();
        found.into_iter().map(|binding| (binding.bound, binding.amount, binding.free_at.0)).collect()
    };
    let major = Mandate { class: Class::Major, to: account(2) };
    let stake = [
        (Bound::Unstaking, zra(10), 50),
        (Bound::Staked, zra(40), 60),
        (Bound::Allocated { proposal: id, side: Side::For }, zra(20), 60),
        (Bound::Delegated(major), zra(30), 60),
    ];
    let withdrawable = (Bound::Deposit(id), zra(10), 30);
    assert_eq!(calendar(&sim), [&[withdrawable], stake.as_slice()].concat());
    sim.stake(2, zra(1)).unwrap();
    sim.allocate(2, id, Side::For, zra(1)).unwrap();
    assert_eq!(calendar(&sim), [stake.as_slice(), &[(Bound::Deposit(id), zra(10), 1_200)]].concat());
    // What it promises holds: all of the stake is free in the block it names, and not before.
    sim.allocate(1, id, Side::For, Amount::ZERO).unwrap();
    sim.delegate(1, Class::Major, 2, Amount::ZERO).unwrap();
    sim.unstake(1, zra(90)).unwrap();
    sim.run_to(59);
    assert_eq!(sim.account(1).unbonding, zra(90));
    sim.run_to(60);
    assert_eq!(sim.account(1).free, zra(990));
}

#[test]
fn a_forecast_says_what_it_hangs_on() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
    sim.allocate(1, id, Side::For, zra(30_000_000)).unwrap();
    sim.end();
    let found = sim.situation(id).sensitivity().unwrap();
    assert_eq!(found.present, sim.situation(id).forecast().unwrap());
    // y = x·(1 − 2^(−t/60)) passes 9, 10 and 11 million of 30 at slots 30.9, 35.1 and 39.5.
    let crosses = [found.lower, found.present, found.higher].map(|forecast| forecast.crosses.unwrap().0);
    assert_eq!(crosses, [31, 36, 40]);
    // The whole supply, 1,000 million: past 10 million after 0.9 slots, hence in the block after the one that made it
    // accruing.
    assert_eq!(found.earliest.crosses, Some(Slot(2)));
    let (mut weak, id) = chain(Class::Minor, &[10_500_000]);
    weak.allocate(1, id, Side::For, zra(10_500_000)).unwrap();
    weak.end();
    let found = weak.situation(id).sensitivity().unwrap();
    assert_eq!((found.present.outlook, found.higher.outlook), (Outlook::Enacts, Outlook::Never));
    assert_eq!(found.earliest.outlook, Outlook::Enacts);
}

proptest! {
    #![proptest_config(config(100))]

    /// No stake that anybody adds, and none that leaves the other side, makes it pass before the earliest date.
    #[test]
    fn nothing_passes_before_the_earliest_date(
        start in (1_u64..300_000_000, 0_u64..300_000_000, 0_u64..300_000_000),
        at in 0_u64..150,
        class in 0_usize..5,
        then in 1_u64..300_000_000,
        leaves: bool,
    ) {
        let (mut sim, id) = chain(Class::ALL[class], &[300_000_000; 3]);
        let other = sim.propose(1, Class::Governance);
        for (who, target, side, amount) in
            [(1, id, Side::For, start.0), (2, id, Side::Against, start.1), (3, other, Side::Against, start.2)]
        {
            drop(sim.allocate(who, target, side, zra(amount)));
        }
        sim.run_to(at);
        sim.end();
        prop_assume!(sim.state(id).is_live());
        let earliest = sim.situation(id).sensitivity().unwrap().earliest;
        drop(sim.allocate(3, other, Side::Against, Amount::ZERO));
        drop(sim.allocate(3, id, Side::For, zra(then)));
        if leaves {
            drop(sim.allocate(2, id, Side::Against, Amount::ZERO));
        }
        sim.end();
        let possible = sim.situation(id).forecast().unwrap();
        if let Some(slot) = possible.enacts {
            prop_assert!(earliest.enacts.is_some_and(|least| least <= slot), "{earliest:?} {possible:?}");
        }
    }
}
