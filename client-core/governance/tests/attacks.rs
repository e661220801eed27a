//! One test per attack on conviction voting that is known from elsewhere, and per bad input. `docs/governance.md` has the
//! table: for each, the line whose removal makes its test fail, and the rows that cannot apply here and why.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::{Sim, account, upgrade};
use zera_governance::{GovError, Outlook, apply_params, available, propose, queries};
use zera_primitives::{AbortReason, Amount, Class, Params, Payload, ProposalId, ProposalState, Side, Slot, limits};
use zera_state::accounts;

const STAKE: Amount = Amount::zra(30_000_000);

fn zra(whole: u64) -> Amount {
    Amount::zra(whole)
}

/// Accounts 1, 2, … with these stakes and 1,000,000 ZRA more, and one proposal of account 1.
fn chain(class: Class, stakes: &[u64]) -> (Sim, ProposalId) {
    let balances: Vec<Amount> = stakes.iter().map(|stake| zra(stake + 1_000_000)).collect();
    let mut sim = Sim::new(&Params::demo(), &balances);
    for (index, stake) in stakes.iter().enumerate().filter(|(_, stake)| **stake > 0) {
        sim.stake(index as u8 + 1, zra(*stake)).unwrap();
    }
    let id = sim.propose(1, class);
    (sim, id)
}

/// The same chain twice.
fn twice(sim: Sim) -> (Sim, Sim) {
    let first = Sim { st: sim.st.clone(), events: vec![], ..sim };
    let second = Sim { st: first.st.clone(), events: vec![], ..first };
    (first, second)
}

fn is_active(sim: &Sim, id: ProposalId) -> bool {
    matches!(sim.state(id), ProposalState::Active { .. })
}

// Stake --------------------------------------------------------------------------------------------------------------

#[test]
fn stake_reuse() {
    let (mut sim, first) = chain(Class::Minor, &[100, 100]);
    let (second, third) = (sim.propose(1, Class::Minor), sim.propose(1, Class::Minor));
    sim.allocate(1, first, Side::For, zra(60)).unwrap();
    sim.delegate(1, Class::Minor, 2, zra(30)).unwrap();
    let none_left = |asked| GovError::NotEnoughStake { asked: zra(asked), available: zra(10) };
    assert_eq!(sim.delegate(1, Class::Major, 2, zra(11)), Err(none_left(11)));
    assert_eq!(sim.unstake(1, zra(11)), Err(none_left(11)));
    sim.allocate_delegated(2, second, Side::For, 1_000_000).unwrap();
    assert_eq!(sim.allocate(1, third, Side::For, zra(11)), Err(none_left(11)));
    sim.end();
    assert_eq!(queries::base(&sim.st).unwrap().x, zra(90));
}

/// Stake that was there for a block decides nothing and leaves nothing behind.
#[test]
fn flash_stake() {
    let (mut sim, id) = chain(Class::Minor, &[2_000_000, 500_000_000]);
    sim.allocate(1, id, Side::For, zra(2_000_000)).unwrap();
    let (mut calm, mut attacked) = twice(sim);
    calm.run_to(200);
    attacked.run_to(30);
    attacked.allocate(2, id, Side::For, zra(500_000_000)).unwrap();
    attacked.run_to(33);
    assert!(!is_active(&attacked, id));
    attacked.allocate(2, id, Side::For, Amount::ZERO).unwrap();
    attacked.run_to(200);
    let (left, honest) = (attacked.standing(id).y_for.0, calm.standing(id).y_for.0);
    assert!(left.abs_diff(honest) <= 4, "{left} {honest}");
    assert_eq!(attacked.state(id), ProposalState::Accruing);
}

/// Tokens that are staked cannot be given away, to vote again from elsewhere or at all.
#[test]
fn token_transfer_while_staked() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000, 0]);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    let free = sim.account(1).free;
    assert!(accounts::transfer(&mut sim.st, &account(1), &account(2), free.add(zra(1)).unwrap()).is_err());
    accounts::transfer(&mut sim.st, &account(1), &account(2), free).unwrap();
    assert_eq!((sim.account(1).staked, sim.account(1).free), (STAKE, Amount::ZERO));
    assert_eq!(sim.account(2).staked, Amount::ZERO);
    sim.end();
}

/// Gardens' GDN-02: who leaves takes out what it had brought in, all of it and no more.
#[test]
fn withdrawal_with_a_wrong_old_total() {
    let (mut sim, id) = chain(Class::Governance, &[20_000_000, 20_000_000]);
    sim.allocate(1, id, Side::For, zra(20_000_000)).unwrap();
    sim.allocate(2, id, Side::For, zra(20_000_000)).unwrap();
    let (mut alone, mut both) = twice(chain(Class::Governance, &[20_000_000, 20_000_000]).0);
    both.st = sim.st;
    alone.allocate(1, id, Side::For, zra(20_000_000)).unwrap();
    alone.run_to(50);
    both.run_to(50);
    both.allocate(2, id, Side::For, zra(5_000_000)).unwrap();
    let quarter = alone.standing(id).y_for.0 / 4;
    assert!(both.standing(id).y_for.0.abs_diff(alone.standing(id).y_for.0 + quarter) <= 4);
    both.allocate(2, id, Side::For, Amount::ZERO).unwrap();
    assert!(both.standing(id).y_for.0.abs_diff(alone.standing(id).y_for.0) <= 4);
}

/// Votes of stake that has gone: taken away after passing, before the lock-in and between it and the enactment.
#[test]
fn ghost_votes() {
    for (leaves_at, seen) in [(95, "at the end of the timelock"), (96, "after the lock-in")] {
        let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
        sim.allocate(1, id, Side::For, STAKE).unwrap();
        sim.block(0);
        sim.run_to(leaves_at);
        let is_locked = matches!(sim.state(id), ProposalState::LockedIn { .. });
        assert_eq!(is_locked, leaves_at == 96, "{seen}");
        sim.allocate(1, id, Side::For, zra(1)).unwrap();
        sim.unstake(1, STAKE.sub(zra(1)).unwrap()).unwrap();
        sim.run_to(leaves_at + 1);
        assert_eq!(sim.state(id), ProposalState::Accruing, "{seen}");
        sim.run_to(300);
        assert!(!is_active(&sim, id), "{seen}");
    }
}

// The threshold base -------------------------------------------------------------------------------------------------

/// GHSA-22hv-jcwr-j733: an attacker whose stake elsewhere keeps the base high takes it away to pass on little.
#[test]
fn threshold_collapse() {
    let (mut sim, id) = chain(Class::Minor, &[15_000_000, 400_000_000]);
    let elsewhere = sim.propose(2, Class::Governance);
    sim.allocate(1, id, Side::For, zra(15_000_000)).unwrap();
    sim.allocate(2, elsewhere, Side::Against, zra(400_000_000)).unwrap();
    sim.run_to(240);
    let held = sim.standing(id).base;
    assert_eq!(sim.state(id), ProposalState::Accruing);
    sim.allocate(2, elsewhere, Side::Against, Amount::ZERO).unwrap();
    sim.run_to(243);
    assert!(sim.standing(id).base.0 > held.0 / 100 * 95, "three slots later the base has hardly moved");
    assert_eq!(sim.state(id), ProposalState::Accruing);
}

/// GHSA-qpr5-mcg9-v98x: a spike of the base, long gone, holds nobody up.
#[test]
fn threshold_pinning() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000, 500_000_000]);
    let elsewhere = sim.propose(2, Class::Governance);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    let (mut calm, mut attacked) = twice(sim);
    calm.run_to(200);
    for at in [20, 50, 80] {
        attacked.run_to(at);
        attacked.allocate(2, elsewhere, Side::For, zra(500_000_000)).unwrap();
        attacked.run_to(at + 1);
        attacked.allocate(2, elsewhere, Side::For, Amount::ZERO).unwrap();
    }
    attacked.run_to(200);
    let enacted = |sim: &Sim| sim.slots(id).last().unwrap().1;
    assert!(is_active(&calm, id) && is_active(&attacked, id), "{:?}", attacked.state(id));
    assert!(enacted(&attacked) <= enacted(&calm) + 8, "{} {}", enacted(&attacked), enacted(&calm));
}

/// Little stake passes nothing while almost nobody has staked.
#[test]
fn dust_proposals() {
    let (mut sim, id) = chain(Class::Patch, &[1_000]);
    assert!(matches!(sim.allocate(1, id, Side::For, Amount(999_999_999)), Err(GovError::BelowLeast { .. })));
    sim.allocate(1, id, Side::For, zra(1_000)).unwrap();
    sim.end();
    assert_eq!(sim.situation(id).forecast().unwrap().outlook, Outlook::Never);
    sim.run_to(1_300);
    sim.end();
    assert!(matches!(sim.state(id), ProposalState::Expired { .. }));
    assert_eq!(accounts::burnt(&sim.st).unwrap(), zra(10), "and costs its deposit");
}

// Proposals ----------------------------------------------------------------------------------------------------------

/// GHSA-942w-gjvj-mrrf: what has gathered conviction cannot become something else. There is no call that edits; the same
/// author's next proposal is another one, and begins with nothing.
#[test]
fn residual_conviction_by_editing() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
    let voted = queries::proposal(&sim.st, id).unwrap();
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    sim.run_to(50);
    let edited = Payload::Config { changes: vec![], description: "Something else.".into() };
    let second = sim.submit(1, Class::Minor, edited).unwrap().id;
    assert_ne!(second, id);
    assert_eq!((sim.standing(second).y_for, sim.standing(second).x_for), (Amount::ZERO, Amount::ZERO));
    sim.raise(id);
    sim.run_to(300);
    let still = queries::proposal(&sim.st, id).unwrap();
    assert_eq!(still, voted);
    assert_eq!(still.payload.hash(), still.payload_hash);
}

/// GDN-05: places are for live proposals; those that closed take none, however many.
#[test]
fn cancelled_proposals_exhaust_no_cap() {
    let (mut sim, first) = chain(Class::Patch, &[0]);
    sim.withdraw(1, first).unwrap();
    for _ in 0..300 {
        let id = sim.propose(1, Class::Patch);
        sim.withdraw(1, id).unwrap();
    }
    sim.end();
    assert_eq!(queries::live(&sim.st).unwrap(), []);
    assert_eq!(accounts::burnt(&sim.st).unwrap(), zra(3_010), "each cost its deposit: nobody had cared for it");
    for _ in 0..limits::LIVE_PROPOSALS_PER_ACCOUNT {
        sim.propose(1, Class::Patch);
    }
    assert_eq!(sim.submit(1, Class::Patch, upgrade()), Err(GovError::TooManyProposals));
}

/// Five hundred proposals of accounts with deep pockets: places stay bounded, each further one costs more, the honest one
/// with support keeps its place and passes, and a vote takes what the spammers' support had saved.
#[test]
fn spam() {
    let balances: Vec<Amount> = (0..200).map(|_| zra(1_000_000)).collect();
    let mut sim = Sim::new(&Params::demo(), &[&[zra(31_000_000)], balances.as_slice()].concat());
    sim.stake(1, STAKE).unwrap();
    let honest = sim.propose(1, Class::Minor);
    sim.allocate(1, honest, Side::For, STAKE).unwrap();
    let (mut sent, mut refused, mut dearest) = (0, 0, Amount::ZERO);
    for index in 0..500 {
        if index % 50 == 0 {
            sim.block(sim.slot.0 + 1);
        }
        match sim.submit(2 + (index % 200) as u8, Class::Patch, upgrade()) {
            Ok(done) => (sent, dearest) = (sent + 1, dearest.max(done.deposit)),
            Err(GovError::TooManyProposals | GovError::NoPlace | GovError::Account(_)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(queries::live(&sim.st).unwrap().len() <= limits::LIVE_PROPOSALS);
    }
    assert!(sent > 300 && sent + refused == 500, "{sent} {refused}");
    assert!(dearest > zra(13), "the price of a place rises: {dearest}");
    sim.run_to(sim.slot.0 + 120);
    assert!(is_active(&sim, honest), "{:?}", sim.state(honest));
    assert!(accounts::burnt(&sim.st).unwrap() > zra(2_000));
}

/// Support of the spammer's own saves its deposit from the rule of 1 %, not from a verdict.
#[test]
fn a_spam_verdict_burns_a_deposit_that_support_had_saved() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
    sim.allocate(1, id, Side::For, zra(5_000_000)).unwrap();
    sim.run_to(40);
    assert!(queries::progress(&sim.st, id).unwrap().deposit_saved);
    sim.spam(id).unwrap();
    sim.end();
    let height = sim.height;
    assert_eq!(sim.state(id), ProposalState::Aborted { reason: AbortReason::Spam, height });
    assert_eq!(accounts::burnt(&sim.st).unwrap(), zra(10));
    assert_eq!(available(&sim.st, &account(1)).unwrap(), STAKE, "its supporters' stake is free");
    assert_eq!(queries::base(&sim.st).unwrap().x, Amount::ZERO);
}

#[test]
fn a_spam_verdict_about_itself_or_what_is_closed_is_refused() {
    let (mut sim, id) = chain(Class::Minor, &[0]);
    let verdict = |about| Payload::Spam { proposal: ProposalId(about), description: String::new() };
    let own = queries::count(&sim.st).unwrap() + 1;
    assert_eq!(sim.submit(1, Class::Minor, verdict(own)), Err(GovError::NoSuchProposal(ProposalId(own))));
    sim.submit(1, Class::Minor, verdict(id.0)).unwrap();
    sim.withdraw(1, id).unwrap();
    assert_eq!(sim.submit(1, Class::Minor, verdict(id.0)), Err(GovError::Closed(id)));
    assert_eq!(sim.spam(id), Err(GovError::Closed(id)), "closed between the vote and its enactment");
}

/// Whatever stage the target is in when the verdict is enacted, also where both are named in one block: nothing halts, and
/// the verdict closes its target exactly while that is below its own threshold.
#[test]
fn a_spam_verdict_and_its_target_in_one_block() {
    let (mut together, mut closed, mut late) = (0, 0, 0);
    for from in (25..60).chain([90, 95]) {
        let (mut sim, target) = chain(Class::Patch, &[29_000_000, 29_000_000]);
        let payload = Payload::Spam { proposal: target, description: String::new() };
        let verdict = sim.submit(2, Class::Minor, payload).unwrap().id;
        sim.allocate(2, verdict, Side::For, zra(29_000_000)).unwrap();
        for slot in 1..=200 {
            let tick = sim.block(slot);
            together += u32::from(tick.due.contains(&verdict) && tick.locking.contains(&target));
            if slot == from {
                sim.allocate(1, target, Side::For, zra(29_000_000)).unwrap();
            }
        }
        match (sim.state(target), sim.state(verdict)) {
            (ProposalState::Aborted { reason: AbortReason::Spam, .. }, ProposalState::Active { .. }) => closed += 1,
            (ProposalState::Active { .. }, ProposalState::Aborted { reason: AbortReason::NothingToClose, .. }) => {
                late += 1
            }
            other => panic!("from {from}: {other:?}"),
        }
    }
    assert!(together > 0 && closed > 0 && late > 0, "{together} {closed} {late}");
}

/// A minor vote is no veto over what a graver class's threshold has let through.
#[test]
fn a_spam_verdict_closes_nothing_that_passes() {
    let (mut sim, id) = chain(Class::Governance, &[200_000_000]);
    sim.allocate(1, id, Side::For, zra(200_000_000)).unwrap();
    sim.run_to(8);
    assert!(matches!(sim.state(id), ProposalState::Accruing), "{:?}", sim.state(id));
    assert_eq!(sim.spam(id), Ok(()), "below its threshold it can be closed");
    let (mut sim, id) = chain(Class::Governance, &[200_000_000]);
    sim.allocate(1, id, Side::For, zra(200_000_000)).unwrap();
    sim.run_to(100);
    assert_eq!(sim.spam(id), Err(GovError::Supported(id)));
}

/// A proposal whose migration has begun cannot be talked away by a verdict.
#[test]
fn a_spam_verdict_stops_no_migration() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    sim.migrates = true;
    sim.run_to(97);
    assert!(matches!(sim.state(id), ProposalState::Migrating { .. }), "{:?}", sim.state(id));
    assert_eq!(sim.spam(id), Err(GovError::Closed(id)));
    assert!(!sim.raise(id));
    sim.allocate(1, id, Side::For, Amount::ZERO).unwrap();
    sim.run_to(99);
    assert!(matches!(sim.state(id), ProposalState::Migrating { .. }), "nor by leaving");
}

/// Words are the author's, kept as they are and bounded; escaping them is the page's work.
#[test]
fn hostile_words() {
    let (mut sim, _) = chain(Class::Patch, &[0]);
    let ctx = sim.ctx();
    let nasty = "<script>alert(1)</script> \u{202e}txt.exe\u{2066} [x](javascript:alert(1)) \0 ";
    let payload = |words: &str| Payload::Config { changes: vec![], description: words.into() };
    let mut deltas = std::mem::take(&mut sim.deltas);
    let id = propose(&mut sim.st, &ctx, &account(1), nasty.into(), payload(nasty), Class::Patch, &mut deltas);
    let kept = queries::proposal(&sim.st, id.unwrap().id).unwrap();
    assert_eq!((kept.title.as_str(), kept.payload.description()), (nasty, nasty));
    for (title, words) in
        [("t", "x".repeat(1 << 20)), (&*"x".repeat(1 << 20), "d".into()), ("t", "\u{202e}".repeat(2_731))]
    {
        let refused = propose(&mut sim.st, &ctx, &account(1), title.into(), payload(&words), Class::Patch, &mut deltas);
        assert!(matches!(refused, Err(GovError::LongDescription(8_192) | GovError::BadTitle(200))));
    }
}

// Time ---------------------------------------------------------------------------------------------------------------

/// Support that comes late has to stay: it passes nothing before the whole confirmation is over, and stake against that
/// comes late and goes again resets nothing.
#[test]
fn late_sniping() {
    let (mut sim, id) = chain(Class::Minor, &[5_000_000, 500_000_000]);
    sim.allocate(1, id, Side::For, zra(5_000_000)).unwrap();
    sim.run_to(1_190); // it would expire at 1,200
    sim.allocate(2, id, Side::For, zra(500_000_000)).unwrap();
    sim.run_to(1_200);
    let ProposalState::Confirming { .. } = sim.state(id) else { panic!("{:?}", sim.state(id)) };
    sim.run_to(1_215);
    sim.allocate(2, id, Side::For, Amount::ZERO).unwrap();
    sim.run_to(1_400);
    assert!(matches!(sim.state(id), ProposalState::Expired { .. }), "{:?}", sim.state(id));
}

/// What closed keeps the conviction it closed with; its stake is free in that block and no longer in the base.
#[test]
fn conviction_after_close() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    sim.block(0);
    sim.run_to(97);
    assert!(is_active(&sim, id));
    let closed_with = sim.standing(id).y_for;
    assert_eq!(available(&sim.st, &account(1)).unwrap(), STAKE);
    assert_eq!(queries::base(&sim.st).unwrap().x, Amount::ZERO);
    assert_eq!(sim.allocate(1, id, Side::For, STAKE), Err(GovError::Closed(id)));
    assert_eq!(sim.allocate_delegated(1, id, Side::For, 1), Err(GovError::Closed(id)));
    sim.run_to(200);
    assert_eq!(sim.standing(id).y_for, closed_with);
}

/// A new half-life counts from the block that brings it; what was gathered before is neither rescaled nor gathered again.
#[test]
fn a_parameter_change_is_not_retroactive() {
    let (mut sim, id) = chain(Class::Governance, &[30_000_000]);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    sim.run_to(40);
    let before = (sim.standing(id), queries::allocations(&sim.st, &sim.ctx(), &account(1)).unwrap()[0].1);
    let ctx = sim.ctx();
    apply_params(&mut sim.st, &ctx, &Params { half_life: 7_776_000, ..Params::demo() }).unwrap();
    let after = (sim.standing(id), queries::allocations(&sim.st, &sim.ctx(), &account(1)).unwrap()[0].1);
    assert_eq!(after, before);
    sim.run_to(60);
    assert!(sim.standing(id).y_for.0 - before.0.y_for.0 < STAKE.0 / 100_000, "the new half-life is long");
}

/// A block whose slot is earlier, or the same, gains nothing: time only goes on.
#[test]
fn block_regression() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
    sim.run_to(50);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    let situation = sim.situation(id);
    assert_eq!(situation.side_for.at(&situation.timeline, Slot(10)), Amount::ZERO);
    sim.run_to(60);
    let held = sim.situation(id).side_for;
    sim.allocate(1, id, Side::For, zra(20_000_000)).unwrap();
    let written = sim.situation(id).side_for;
    assert_eq!(written.at(&situation.timeline, Slot(0)), written.y);
    for _ in 0..50 {
        sim.block(60);
    }
    assert_eq!(sim.standing(id).y_for, written.y);
    assert!(held.at(&situation.timeline, Slot(60)) > written.y);
}

/// Parameters that would leave governance unable to act are refused when they are proposed and again when they are
/// enacted; that all supply can always pass a change inside the bounds is a property of `chain_properties`.
#[test]
fn governance_bricks_itself() {
    let (mut sim, _) = chain(Class::Minor, &[0]);
    let ctx = sim.ctx();
    let demo = Params::demo;
    let impossible = [
        Params { threshold_ppm: [100_000, 200_000, 350_000, 1_000_000, 150_000], ..demo() },
        Params { threshold_ppm: [600_000, 200_000, 350_000, 500_000, 150_000], ..demo() },
        Params { half_life: u64::MAX, ..demo() },
        Params { timelock_milli: [250, 500, 1_000, u32::MAX, 0], ..demo() },
        Params { confirmation_milli: [250, 500, 1_000, 0, 50], ..demo() },
        Params { proposal_deposit: zra(1_000_000_000), ..demo() },
        Params { least_allocation: zra(1_000_000_000), ..demo() },
        Params { base_floor_ppm: 1_000_000, ..demo() },
        Params { unstake_delay_milli: u32::MAX, ..demo() },
    ];
    for params in impossible {
        let payload = Payload::Parameters { params: Box::new(params.clone()), description: String::new() };
        assert!(matches!(sim.submit(1, Class::Governance, payload), Err(GovError::Params(_))), "{params:?}");
        assert!(matches!(apply_params(&mut sim.st, &ctx, &params), Err(GovError::Params(_))), "{params:?}");
        assert_eq!(zera_governance::params(&sim.st).unwrap(), demo());
    }
}

// Lists --------------------------------------------------------------------------------------------------------------

/// Nothing that one account can make longer is without a bound.
#[test]
fn unbounded_lists() {
    let params = Params { unstake_delay_milli: 2_000, ..Params::demo() };
    let mut sim = Sim::new(&params, &[zra(1_000_000); 72]);
    let ids: Vec<_> = (1..=5).flat_map(|who| [who; 8]).map(|who| sim.propose(who, Class::Minor)).collect();
    for who in 1..=70 {
        sim.stake(who, zra(1_000)).unwrap();
    }
    let taken = ids.iter().filter(|id| sim.allocate(70, **id, Side::For, zra(1)).is_ok()).count();
    assert_eq!(taken, limits::ALLOCATIONS_PER_ACCOUNT);
    let listed = (1..=66).filter(|who| sim.delegate(*who, Class::Minor, 71, zra(1)).is_ok()).count();
    assert_eq!(listed, limits::DELEGATORS);
    for _ in 0..50 {
        sim.unstake(69, zra(1)).unwrap();
    }
    assert_eq!(queries::unstaking(&sim.st, &account(69)).unwrap().len(), 8);
    let mut entries = [0; 2];
    for (round, entries) in entries.iter_mut().enumerate() {
        for extra in 0..4_200_u128 {
            sim.allocate(70, ids[0], Side::For, Amount(zra(1).0 + (extra + round as u128) % 2)).unwrap();
        }
        *entries = sim.st.0.len();
    }
    assert_eq!(entries[0], entries[1], "the oldest entries of a log make room");
    assert_eq!(queries::stake_changes(&sim.st, ids[0]).unwrap().len(), 4_096);
    for id in &ids {
        drop(sim.allocate(66, *id, Side::For, Amount::ZERO));
        sim.delegate(68, Class::Patch, 71, zra(1)).unwrap();
    }
    assert_eq!(queries::delegations(&sim.st, &account(68)).unwrap().len(), 1);
}

// Delegation ---------------------------------------------------------------------------------------------------------

#[test]
fn delegation_cycle() {
    let (mut sim, _) = chain(Class::Minor, &[100, 100, 100]);
    assert_eq!(sim.delegate(1, Class::Minor, 1, zra(1)), Err(GovError::SelfDelegation));
    sim.delegate(1, Class::Minor, 2, zra(50)).unwrap();
    assert_eq!(sim.delegate(2, Class::Minor, 1, zra(50)), Err(GovError::HasDelegators(Class::Minor)));
    assert_eq!(sim.delegate(3, Class::Minor, 1, zra(50)), Err(GovError::DelegateDelegates(Class::Minor)));
}

#[test]
fn delegation_then_direct_vote() {
    let (mut sim, id) = chain(Class::Minor, &[1_000, 0]);
    sim.delegate(1, Class::Minor, 2, zra(1_000)).unwrap();
    sim.allocate_delegated(2, id, Side::For, 1_000_000).unwrap();
    sim.run_to(60);
    sim.allocate(1, id, Side::Against, zra(1_000)).unwrap();
    let standing = sim.standing(id);
    assert_eq!((standing.x_for, standing.x_against), (Amount::ZERO, zra(1_000)));
    assert_eq!((standing.y_for, standing.y_against), (Amount::ZERO, Amount::ZERO), "it begins anew over there");
    assert_eq!(sim.allocate_delegated(2, id, Side::For, 1_000_000), Err(GovError::NoDelegators(Class::Minor)));
    sim.end();
    assert_eq!(queries::base(&sim.st).unwrap().x, zra(1_000), "once in the base");
}

/// Clawing back takes effect at once, also in the block before the one that would lock in, and before the one that would
/// enact.
#[test]
fn undelegate_at_the_moment_of_passing() {
    for leaves_at in [35, 95, 96] {
        let (mut sim, id) = chain(Class::Minor, &[30_000_000, 0]);
        sim.delegate(1, Class::Minor, 2, STAKE).unwrap();
        sim.allocate_delegated(2, id, Side::For, 1_000_000).unwrap();
        sim.block(0);
        sim.run_to(leaves_at);
        sim.delegate(1, Class::Minor, 2, Amount::ZERO).unwrap();
        assert_eq!(sim.standing(id).y_for, Amount::ZERO);
        sim.unstake(1, STAKE).unwrap();
        sim.run_to(leaves_at + 1);
        // With nobody for it its timelock stands still; elsewhere it is sent back.
        match sim.state(id) {
            ProposalState::Approved { .. } => assert_eq!(leaves_at, 95),
            state => assert_eq!(state, ProposalState::Accruing, "left at {leaves_at}"),
        }
        sim.run_to(400);
        assert!(!is_active(&sim, id), "left at {leaves_at}");
    }
}

/// Pushing others out of a delegate's full list, with stake that is there for a block, takes no conviction from anybody.
#[test]
fn a_flash_of_delegations_is_no_veto() {
    let mut sim = Sim::new(&Params::demo(), &[Amount::zra(1_100_000); 129]);
    for who in 1..=128 {
        sim.stake(who, zra(if who <= 64 { 500_000 } else { 1_000_000 })).unwrap();
    }
    let id = sim.propose(1, Class::Minor);
    for who in 1..=64 {
        sim.delegate(who, Class::Minor, 129, zra(500_000)).unwrap();
    }
    sim.allocate_delegated(129, id, Side::For, 1_000_000).unwrap();
    sim.block(0);
    sim.run_to(80);
    let before = sim.standing(id);
    for who in 65..=128 {
        sim.delegate(who, Class::Minor, 129, zra(1_000_000)).unwrap();
    }
    assert_eq!(queries::delegators(&sim.st, &account(129), Class::Minor).unwrap()[0].account, account(65));
    assert_eq!(sim.standing(id), before);
    for who in 65..=128 {
        sim.delegate(who, Class::Minor, 129, Amount::ZERO).unwrap();
    }
    sim.run_to(100);
    assert!(is_active(&sim, id));
}

// Class --------------------------------------------------------------------------------------------------------------

/// A raised proposal holds the higher threshold for the whole of the higher class's confirmation and timelock, whatever it
/// had held before; once, and never a freeze.
#[test]
fn raised_class() {
    let (mut sim, id) = chain(Class::Minor, &[30_000_000]);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    sim.block(0);
    sim.run_to(96);
    assert!(matches!(sim.state(id), ProposalState::LockedIn { .. }));
    assert!(sim.raise(id));
    assert!(!sim.raise(id), "once");
    let forecast = sim.situation(id).forecast().unwrap();
    assert_eq!(queries::progress(&sim.st, id).unwrap().class, Class::Major);
    sim.run_to(400);
    assert!(is_active(&sim, id));
    let enacted = sim.slots(id).last().unwrap().1;
    assert_eq!((enacted, forecast.enacts), (96 + 60 + 60 + 1, Some(Slot(217))));
    for class in [Class::Governance, Class::Emergency] {
        let id = sim.propose(1, class);
        assert!(!sim.raise(id));
        assert_eq!(queries::progress(&sim.st, id).unwrap().class, class);
    }
}

#[test]
fn a_raised_proposal_below_the_higher_threshold_falls_back() {
    let (mut sim, id) = chain(Class::Minor, &[12_000_000, 1_000_000]);
    sim.allocate(1, id, Side::For, zra(12_000_000)).unwrap();
    sim.delegate(2, Class::Minor, 1, zra(1_000_000)).unwrap();
    sim.run_to(200);
    assert!(matches!(sim.state(id), ProposalState::Approved { .. }), "{:?}", sim.state(id));
    assert!(sim.raise(id));
    sim.run_to(201);
    assert_eq!(sim.state(id), ProposalState::Accruing);
    // Delegations count by the class it was filed in: a raise takes nobody's vote away.
    assert_eq!(sim.allocate_delegated(1, id, Side::For, 1_000_000), Ok(1));
    // The chart of the past knows which class was in force when.
    let chart = queries::past_chart(&sim.st, &sim.ctx(), id, 201).unwrap();
    let threshold = |slot: u64| chart.iter().find(|point| point.slot == Slot(slot)).unwrap().threshold;
    assert_eq!((threshold(199), threshold(200)), (zra(10_000_000), zra(17_500_000)));
}
