//! Delegation by class: whose stake, whose voice, what leaves when, and that nobody can grieve anybody.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::{Sim, account, upgrade};
use zera_governance::{DelegationEnd, GovError, GovEvent, Mandate, available, queries};
use zera_primitives::{Amount, Class, Params, ProposalId, Side};

fn zra(whole: u64) -> Amount {
    Amount::zra(whole)
}

fn mandate(to: u8) -> Mandate {
    Mandate { class: Class::Minor, to: account(to) }
}

/// Accounts 1 to `many` with 1,000 ZRA, 500 of them staked, and one minor proposal of account 1.
fn chain(many: u8) -> (Sim, ProposalId) {
    let mut sim = Sim::new(&Params::demo(), &vec![zra(1_000); many.into()]);
    for who in 1..=many {
        sim.stake(who, zra(500)).unwrap();
    }
    let id = sim.propose(1, Class::Minor);
    (sim, id)
}

fn held(sim: &Sim, who: u8, id: ProposalId) -> Option<(Side, Amount, bool)> {
    let held = queries::allocation(&sim.st, &account(who), id).unwrap();
    held.map(|held| (held.side, held.curve.x, held.by.is_some()))
}

fn delegated(sim: &Sim, who: u8) -> Amount {
    queries::delegations(&sim.st, &account(who)).unwrap().first().map_or(Amount::ZERO, |held| held.amount)
}

#[test]
fn a_delegate_allocates_a_share_of_each_delegation_as_its_owners_stake() {
    let (mut sim, id) = chain(3);
    sim.delegate(1, Class::Minor, 3, zra(100)).unwrap();
    sim.delegate(2, Class::Minor, 3, zra(301)).unwrap();
    assert_eq!(available(&sim.st, &account(1)).unwrap(), zra(400));
    assert_eq!(sim.unstake(1, zra(401)), Err(GovError::NotEnoughStake { asked: zra(401), available: zra(400) }));
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 333_333), Ok(2));
    let third = |amount: Amount| Some((Side::For, amount.share_ppm(333_333).unwrap(), true));
    assert_eq!((held(&sim, 1, id), held(&sim, 2, id)), (third(zra(100)), third(zra(301))));
    assert_eq!(held(&sim, 3, id), None, "it is nobody's but the owners' stake");
    sim.end();
    let sides = queries::sides(&sim.st, id).unwrap();
    assert_eq!(sides.side_for.x, Amount(33_333_300_000 + 100_333_233_000));
    assert_eq!(queries::base(&sim.st).unwrap().x, sides.side_for.x, "only what is allocated moves the base");
    // Own stake is the owner's affair as before, and so is another class.
    sim.allocate(1, id, Side::Against, zra(400)).unwrap();
    let patch = sim.propose(2, Class::Patch);
    assert_eq!(sim.allocate_delegated(3, patch, Side::For, 1), Err(GovError::NoDelegators(Class::Patch)));
    let log = queries::stake_changes(&sim.st, id).unwrap();
    let by: Vec<_> = log.iter().map(|change| (change.account, change.by)).collect();
    let (one, two, three) = (account(1), account(2), account(3));
    assert_eq!(by, [(one, Some(three)), (two, Some(three)), (one, None), (one, None)]);
}

#[test]
fn a_share_that_does_not_fit_is_refused_and_one_below_the_least_releases() {
    let (mut sim, id) = chain(3);
    let second = sim.propose(1, Class::Minor);
    sim.delegate(2, Class::Minor, 3, zra(100)).unwrap();
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 1_000_001), Err(GovError::BadShare(1_000_001)));
    sim.allocate_delegated(3, id, Side::For, 600_000).unwrap();
    let refused = GovError::DelegatedElsewhere { asked: zra(60), available: zra(40) };
    assert_eq!(sim.allocate_delegated(3, second, Side::For, 600_000), Err(refused));
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 600_000), Err(GovError::NothingDelegated), "stands so already");
    assert_eq!(sim.allocate_delegated(3, id, Side::Against, 100_000), Err(GovError::OnOtherSide(Side::For)));
    // Who came later has room and is not held up by who has none.
    sim.delegate(1, Class::Minor, 3, zra(10)).unwrap();
    assert_eq!(sim.allocate_delegated(3, second, Side::For, 600_000), Ok(1));
    assert_eq!((held(&sim, 1, second), held(&sim, 2, second)), (Some((Side::For, zra(6), true)), None));
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 9_999), Ok(1), "0.9999 ZRA of 100 are none");
    assert_eq!(held(&sim, 2, id), None);
}

#[test]
fn chains_and_loops_are_refused_both_ways() {
    let (mut sim, _) = chain(3);
    assert_eq!(sim.delegate(1, Class::Minor, 1, zra(1)), Err(GovError::SelfDelegation));
    sim.delegate(1, Class::Minor, 2, zra(100)).unwrap();
    assert_eq!(sim.delegate(2, Class::Minor, 1, zra(1)), Err(GovError::HasDelegators(Class::Minor)));
    assert_eq!(sim.delegate(2, Class::Minor, 3, zra(1)), Err(GovError::HasDelegators(Class::Minor)));
    assert_eq!(sim.delegate(3, Class::Minor, 1, zra(1)), Err(GovError::DelegateDelegates(Class::Minor)));
    sim.delegate(2, Class::Major, 1, zra(100)).unwrap(); // another class is another matter
}

/// Being made a delegate keeps nobody from delegating: zero to oneself gives everything back.
#[test]
fn who_is_made_a_delegate_can_resign() {
    let (mut sim, id) = chain(4);
    for who in [1, 2] {
        sim.delegate(who, Class::Minor, 3, zra(100)).unwrap();
    }
    sim.allocate_delegated(3, id, Side::For, 500_000).unwrap();
    assert_eq!(sim.delegate(3, Class::Minor, 4, zra(1)), Err(GovError::HasDelegators(Class::Minor)));
    sim.delegate(3, Class::Minor, 3, Amount::ZERO).unwrap();
    assert_eq!(available(&sim.st, &account(1)).unwrap(), zra(500));
    assert_eq!(queries::sides(&sim.st, id).unwrap().side_for.x, Amount::ZERO);
    sim.delegate(3, Class::Minor, 4, zra(1)).unwrap();
    let ended =
        |who| GovEvent::DelegationEnded { account: account(who), mandate: mandate(3), why: DelegationEnd::Resigned };
    assert!(sim.events.contains(&ended(1)) && sim.events.contains(&ended(2)));
    assert_eq!(sim.delegate(1, Class::Minor, 1, Amount::ZERO), Err(GovError::Zero));
}

#[test]
fn a_larger_delegation_displaces_the_smallest_of_a_full_list() {
    let (mut sim, id) = chain(67);
    for who in 1..=64 {
        sim.delegate(who, Class::Minor, 65, zra(if who == 5 || who == 9 { 10 } else { 20 })).unwrap();
    }
    sim.allocate_delegated(65, id, Side::For, 1_000_000).unwrap();
    assert_eq!(sim.delegate(66, Class::Minor, 65, zra(10)), Err(GovError::DelegateFull { least: zra(10) }));
    sim.delegate(66, Class::Minor, 65, zra(11)).unwrap();
    let why = DelegationEnd::Displaced;
    assert!(sim.events.contains(&GovEvent::DelegationEnded { account: account(9), mandate: mandate(65), why }));
    assert_eq!((delegated(&sim, 9), available(&sim.st, &account(9)).unwrap()), (Amount::ZERO, zra(490)));
    assert_eq!(held(&sim, 9, id), Some((Side::For, zra(10), false)), "it stays, as the owner's own");
    assert_eq!(held(&sim, 5, id), Some((Side::For, zra(10), true)));
    sim.allocate(9, id, Side::For, Amount::ZERO).unwrap();
    assert_eq!(queries::delegators(&sim.st, &account(65), Class::Minor).unwrap().len(), 64);
    // More from someone who is in the list takes nobody's place.
    sim.delegate(5, Class::Minor, 65, zra(30)).unwrap();
    assert_eq!(queries::delegators(&sim.st, &account(65), Class::Minor).unwrap().len(), 64);
}

/// Conviction is exact per person: what one delegator earned is what an account that voted alone would have, and one
/// who leaves takes only that.
#[test]
fn leaving_takes_ones_own_conviction_and_no_other() {
    let (mut sim, id) = chain(4);
    sim.delegate(1, Class::Minor, 4, zra(100)).unwrap();
    sim.delegate(2, Class::Minor, 4, zra(300)).unwrap();
    sim.allocate_delegated(4, id, Side::For, 1_000_000).unwrap();
    let mut alone = Sim { st: chain(4).0.st, events: vec![], ..chain(4).0 };
    alone.allocate(2, id, Side::For, zra(300)).unwrap();
    sim.run_to(40);
    alone.run_to(40);
    sim.delegate(1, Class::Minor, 4, Amount::ZERO).unwrap();
    let conviction = |sim: &Sim| queries::allocations(&sim.st, &sim.ctx(), &account(2)).unwrap()[0].1;
    assert_eq!(conviction(&sim), conviction(&alone));
    let (left, honest) = (sim.standing(id).y_for.0, alone.standing(id).y_for.0);
    assert!(left.abs_diff(honest) <= 4, "{left} {honest}");
    assert_eq!(queries::delegators(&sim.st, &account(4), Class::Minor).unwrap().len(), 1);
}

/// Less delegated takes the newest allocations first; what would be below the least allocation goes whole.
#[test]
fn clawing_back_takes_the_newest_first() {
    let (mut sim, first) = chain(2);
    let second = sim.propose(1, Class::Minor);
    sim.delegate(1, Class::Minor, 2, zra(100)).unwrap();
    sim.allocate_delegated(2, first, Side::For, 600_000).unwrap();
    sim.allocate_delegated(2, second, Side::Against, 400_000).unwrap();
    sim.delegate(1, Class::Minor, 2, zra(70)).unwrap();
    assert_eq!(held(&sim, 1, first), Some((Side::For, zra(60), true)));
    assert_eq!(held(&sim, 1, second), Some((Side::Against, zra(10), true)));
    sim.delegate(1, Class::Minor, 2, Amount(60_500_000_000)).unwrap();
    assert_eq!(held(&sim, 1, second), None, "half a ZRA would be dust");
    sim.delegate(1, Class::Minor, 2, zra(20)).unwrap();
    assert_eq!(held(&sim, 1, first), Some((Side::For, zra(20), true)));
    // A new delegate begins with nothing allocated.
    sim.delegate(1, Class::Minor, 3, zra(20)).unwrap();
    assert_eq!(held(&sim, 1, first), None);
    assert_eq!(sim.allocate_delegated(2, first, Side::For, 1), Err(GovError::NoDelegators(Class::Minor)));
}

/// The direct voice wins: on the same side the stake stays with its conviction, on the other it begins anew, and the
/// delegate has no say any more.
#[test]
fn the_direct_voice_wins() {
    let (mut sim, id) = chain(3);
    for who in [1, 2] {
        sim.delegate(who, Class::Minor, 3, zra(500)).unwrap();
    }
    sim.allocate_delegated(3, id, Side::For, 200_000).unwrap();
    sim.run_to(60);
    let before = queries::allocations(&sim.st, &sim.ctx(), &account(1)).unwrap()[0].1;
    assert_eq!(available(&sim.st, &account(1)).unwrap(), Amount::ZERO, "all is delegated");
    sim.allocate(1, id, Side::For, zra(150)).unwrap();
    assert_eq!((held(&sim, 1, id), delegated(&sim, 1)), (Some((Side::For, zra(150), false)), zra(350)));
    assert_eq!(queries::allocations(&sim.st, &sim.ctx(), &account(1)).unwrap()[0].1, before);
    sim.allocate(2, id, Side::Against, zra(500)).unwrap();
    assert_eq!((held(&sim, 2, id), delegated(&sim, 2)), (Some((Side::Against, zra(500), false)), Amount::ZERO));
    assert_eq!(queries::allocations(&sim.st, &sim.ctx(), &account(2)).unwrap()[0].1, Amount::ZERO);
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 100_000), Err(GovError::NothingDelegated));
    // Not even after the owner has let go again.
    sim.allocate(1, id, Side::For, Amount::ZERO).unwrap();
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 100_000), Err(GovError::NothingDelegated));
    let other = sim.propose(1, Class::Minor);
    assert_eq!(sim.allocate_delegated(3, other, Side::For, 100_000), Ok(1));
}

/// A vote that was cast before the delegation stands, too.
#[test]
fn a_vote_cast_before_the_delegation_stands() {
    let (mut sim, id) = chain(3);
    sim.allocate(1, id, Side::For, zra(100)).unwrap();
    for who in [1, 2] {
        sim.delegate(who, Class::Minor, 3, zra(300)).unwrap();
    }
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 1_000_000), Ok(1));
    assert_eq!(held(&sim, 1, id), Some((Side::For, zra(100), false)));
}

/// An account can keep its delegate off a proposal without voting itself.
#[test]
fn a_vote_of_zero_keeps_the_delegate_off() {
    let (mut sim, id) = chain(3);
    assert_eq!(sim.allocate(1, id, Side::For, Amount::ZERO), Err(GovError::Zero));
    sim.delegate(1, Class::Minor, 3, zra(100)).unwrap();
    sim.allocate(1, id, Side::For, Amount::ZERO).unwrap();
    assert_eq!(sim.allocate_delegated(3, id, Side::For, 500_000), Err(GovError::NothingDelegated));
    assert_eq!(sim.allocate(1, id, Side::For, Amount::ZERO), Err(GovError::Zero));
}

/// What the delegate has placed elsewhere a direct vote does not take; clawing back does.
#[test]
fn a_direct_vote_takes_what_is_not_placed_elsewhere() {
    let (mut sim, first) = chain(2);
    let second = sim.propose(1, Class::Minor);
    sim.delegate(1, Class::Minor, 2, zra(500)).unwrap();
    sim.allocate_delegated(2, first, Side::For, 800_000).unwrap();
    let refused = GovError::NotEnoughStake { asked: zra(101), available: zra(100) };
    assert_eq!(sim.allocate(1, second, Side::For, zra(101)), Err(refused));
    sim.allocate(1, second, Side::For, zra(100)).unwrap();
    assert_eq!((delegated(&sim, 1), held(&sim, 1, first)), (zra(400), Some((Side::For, zra(400), true))));
}

/// A delegate can fill a delegator's list; it keeps the owner from nothing, and a full list stops nobody else's vote.
#[test]
fn a_full_list_of_allocations_keeps_nobody_from_voting() {
    let mut sim = Sim::new(&Params::demo(), &[zra(1_000); 8]);
    let ids: Vec<_> = (3..=6).flat_map(|who| [who; 8]).map(|who| sim.propose(who, Class::Minor)).collect();
    let (own, more) = (sim.propose(7, Class::Patch), sim.propose(7, Class::Minor));
    sim.stake(1, zra(500)).unwrap();
    sim.stake(8, zra(500)).unwrap();
    sim.delegate(1, Class::Minor, 2, zra(320)).unwrap();
    for id in &ids {
        sim.allocate_delegated(2, *id, Side::For, 10_000).unwrap();
    }
    assert_eq!(queries::allocations(&sim.st, &sim.ctx(), &account(1)).unwrap().len(), 32);
    assert_eq!(sim.allocate_delegated(2, more, Side::For, 10_000), Err(GovError::NothingDelegated), "no place left");
    sim.delegate(8, Class::Minor, 2, zra(100)).unwrap();
    assert_eq!(sim.allocate_delegated(2, more, Side::For, 10_000), Ok(1), "the other delegator has places");
    sim.allocate(1, own, Side::For, zra(180)).unwrap();
    assert_eq!(held(&sim, 1, ids[31]), None, "the newest made room");
    assert_eq!(queries::allocations(&sim.st, &sim.ctx(), &account(1)).unwrap().len(), 32);
}

/// Closed proposals free a delegate's allocations as they free one's own, and the marks of own voices with them.
#[test]
fn closing_frees_delegated_stake() {
    let (mut sim, id) = chain(2);
    sim.delegate(1, Class::Minor, 2, zra(100)).unwrap();
    sim.allocate_delegated(2, id, Side::For, 1_000_000).unwrap();
    sim.spam(id).unwrap();
    let next = sim.submit(1, Class::Minor, upgrade()).unwrap().id;
    assert_eq!(sim.allocate_delegated(2, next, Side::For, 1_000_000), Ok(1));
    sim.end();
    assert_eq!(queries::base(&sim.st).unwrap().x, zra(100));
}
