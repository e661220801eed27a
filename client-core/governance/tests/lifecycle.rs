//! The life of a proposal, block by block, at the parameters of the demo chain (T = 60 slots).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::{Sim, account, upgrade};
use zera_governance::{
    Deposit, GovError, GovEvent, Outlook, apply_params, available, conclude, deposit_needed, propose, queries,
};
use zera_primitives::amount::UNITS_PER_ZRA;
use zera_primitives::{AbortReason, Amount, Class, Height, Params, Payload, ProposalId, ProposalState, Side};
use zera_state::accounts;

/// 3 % of the supply, what a newcomer's account holds in the demo genesis.
const NEWCOMER: Amount = Amount::zra(30_000_000);
const STAKE: Amount = Amount::zra(29_000_000);

fn zra(whole: u64) -> Amount {
    Amount::zra(whole)
}

/// A chain with one proposal of account 1 and `stakes` of accounts 1, 2, … allocated for it at slot 0.
fn chain(class: Class, stakes: &[Amount]) -> (Sim, ProposalId) {
    let balances: Vec<Amount> = stakes.iter().map(|stake| stake.add(zra(1_000)).unwrap()).collect();
    let mut sim = Sim::new(&Params::demo(), &balances);
    let id = sim.propose(1, class);
    for (index, stake) in stakes.iter().enumerate() {
        let who = index as u8 + 1;
        sim.stake(who, *stake).unwrap();
        sim.allocate(who, id, Side::For, *stake).unwrap();
    }
    sim.block(0);
    (sim, id)
}

fn entered(sim: &Sim, id: ProposalId) -> Vec<(&'static str, u64)> {
    let name = |state| match state {
        ProposalState::Submitted => "submitted",
        ProposalState::Accruing => "accruing",
        ProposalState::Confirming { .. } => "confirming",
        ProposalState::Approved { .. } => "approved",
        ProposalState::LockedIn { .. } => "locked in",
        ProposalState::Migrating { .. } => "migrating",
        ProposalState::Active { .. } => "active",
        ProposalState::RolledBack { .. } => "rolled back",
        ProposalState::Aborted { .. } => "aborted",
        ProposalState::Expired { .. } => "expired",
        ProposalState::Withdrawn { .. } => "withdrawn",
    };
    sim.slots(id).into_iter().map(|(state, slot)| (name(state), slot)).collect()
}

/// design §11: with 3 % of the supply staked a minor upgrade crosses after about 35 s and enacts at about 95 s, a major
/// one at about 76 and 196 s; one slot more goes to the lock-in.
#[test]
fn dates_of_the_demo() {
    for (class, crosses, approved, enacts) in
        [(Class::Minor, 36, 66, 97), (Class::Major, 76, 136, 197), (Class::Governance, 156, 216, 337)]
    {
        let (mut sim, id) = chain(class, &[NEWCOMER]);
        let forecast = sim.situation(id).forecast().unwrap();
        sim.run_to(400);
        let expected = [
            ("submitted", 0),
            ("accruing", 0),
            ("confirming", crosses),
            ("approved", approved),
            ("locked in", enacts - 1),
            ("active", enacts),
        ];
        assert_eq!(entered(&sim, id), expected);
        assert_eq!(forecast.outlook, Outlook::Enacts);
        let dates = [forecast.crosses, forecast.approved, forecast.enacts].map(|slot| slot.unwrap().0);
        assert_eq!(dates, [crosses, approved, enacts]);
    }
}

#[test]
fn enactment_returns_the_deposit_and_frees_the_stake() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    assert_eq!(sim.account(1).proposal_deposits, zra(10));
    assert_eq!(available(&sim.st, &account(1)).unwrap(), Amount::ZERO);
    sim.run_to(97);
    assert!(matches!(sim.state(id), ProposalState::Active { .. }));
    let closed = GovEvent::Closed { proposal: id, state: sim.state(id), deposit: Deposit::Returned(zra(10)) };
    assert_eq!(sim.events.last(), Some(&closed));
    assert_eq!(sim.account(1).free, zra(1_000));
    assert_eq!(available(&sim.st, &account(1)).unwrap(), NEWCOMER);
    assert_eq!(sim.situation(id).base.x, Amount::ZERO);
    assert_eq!(sim.allocate(1, id, Side::For, zra(5)), Err(GovError::Closed(id)));
    sim.unstake(1, NEWCOMER).unwrap();
    assert_eq!(sim.account(1).free, NEWCOMER.add(zra(1_000)).unwrap());
}

#[test]
fn a_failed_enactment_aborts_and_returns_the_deposit() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    sim.enactment = Err(AbortReason::Unhealthy);
    sim.run_to(97);
    // One block more than there are slots: the first one was at slot 0, the last but one locked it in.
    assert!(matches!(sim.state(id), ProposalState::Aborted { reason: AbortReason::Unhealthy, height: Height(98) }));
    assert_eq!(sim.account(1).proposal_deposits, Amount::ZERO);
    assert_eq!(accounts::burnt(&sim.st).unwrap(), Amount::ZERO);
}

#[test]
fn leaving_stake_resets_the_confirmation() {
    let (mut sim, id) = chain(Class::Minor, &[STAKE]);
    sim.run_to(50);
    assert!(matches!(sim.state(id), ProposalState::Confirming { held: 13, .. }), "{:?}", sim.state(id));
    sim.allocate(1, id, Side::For, zra(10_000_000)).unwrap();
    sim.run_to(51);
    assert_eq!(sim.state(id), ProposalState::Accruing);
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    sim.run_to(200);
    let names: Vec<_> = entered(&sim, id).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["submitted", "accruing", "confirming", "accruing", "confirming", "approved", "locked in", "active"]
    );
}

#[test]
fn support_lost_in_the_timelock_sends_it_back_at_enactment() {
    let (mut sim, id) = chain(Class::Minor, &[STAKE]);
    sim.run_to(80);
    assert!(matches!(sim.state(id), ProposalState::Approved { .. }));
    sim.allocate(1, id, Side::For, zra(1_000_000)).unwrap();
    let expected = sim.situation(id).forecast().unwrap();
    sim.run_to(120);
    assert_eq!(sim.state(id), ProposalState::Accruing);
    assert_eq!((expected.outlook, expected.enacts), (Outlook::FallsBack, None));
}

/// A flash of stake against only pauses: once it is gone the proposal goes on where it stood.
#[test]
fn a_flash_against_cannot_veto() {
    let (mut sim, id) = chain(Class::Minor, &[STAKE, NEWCOMER]);
    sim.allocate(2, id, Side::For, Amount::ZERO).unwrap();
    let mut calm = Sim { st: sim.st.clone(), events: vec![], ..sim };
    let mut attacked = Sim { st: calm.st.clone(), events: vec![], ..calm };
    calm.run_to(200);
    for (from, blocks) in [(45, 3), (70, 2)] {
        attacked.run_to(from);
        attacked.allocate(2, id, Side::Against, NEWCOMER).unwrap();
        attacked.run_to(from + blocks);
        attacked.allocate(2, id, Side::Against, Amount::ZERO).unwrap();
    }
    attacked.run_to(200);
    let (calm, attacked) = (entered(&calm, id), entered(&attacked, id));
    assert_eq!(calm.last().unwrap().0, "active");
    assert_eq!(attacked.len(), calm.len(), "{attacked:?}");
    // Five slots of flash cost five slots of pause and what the pulse did to the base: less than a slot each.
    let late = attacked.last().unwrap().1 - calm.last().unwrap().1;
    assert!((5..=8).contains(&late), "{late} slots late");
}

#[test]
fn enactment_waits_no_longer_than_one_half_life() {
    let (mut sim, id) = chain(Class::Minor, &[STAKE, STAKE]);
    sim.run_to(60);
    assert!(matches!(sim.state(id), ProposalState::Approved { .. }), "{:?}", sim.state(id));
    sim.allocate(2, id, Side::For, Amount::ZERO).unwrap();
    sim.allocate(2, id, Side::Against, STAKE).unwrap();
    let paused_from = sim.slot.0;
    assert_eq!(sim.situation(id).forecast().unwrap().outlook, Outlook::Paused);
    sim.run_to(paused_from + 60);
    assert!(matches!(sim.state(id), ProposalState::Approved { .. }));
    sim.run_to(paused_from + 61);
    assert!(matches!(sim.state(id), ProposalState::Expired { .. }));
}

#[test]
fn an_unsupported_proposal_expires_and_its_deposit_burns() {
    let (mut sim, id) = chain(Class::Minor, &[zra(1_000)]);
    sim.run_to(1_199);
    assert_eq!(sim.state(id), ProposalState::Accruing);
    assert_eq!(sim.situation(id).forecast().unwrap().outlook, Outlook::Never);
    sim.run_to(1_200);
    assert!(matches!(sim.state(id), ProposalState::Expired { .. }));
    sim.end();
    assert_eq!(accounts::burnt(&sim.st).unwrap(), zra(10));
}

#[test]
fn one_percent_of_the_base_saves_the_deposit() {
    // 1 % of S = 1 % of 5 % of the supply: 500,000 ZRA, reached only for a moment around slot 60.
    let (mut sim, id) = chain(Class::Minor, &[zra(1_000_001)]);
    sim.run_to(60);
    assert!(queries::progress(&sim.st, id).unwrap().deposit_saved);
    sim.allocate(1, id, Side::For, Amount::ZERO).unwrap();
    sim.run_to(1_201);
    sim.end();
    assert!(matches!(sim.state(id), ProposalState::Expired { .. }));
    assert_eq!(accounts::burnt(&sim.st).unwrap(), Amount::ZERO);
}

/// A chain that slept moves each proposal by one state per block, timed from the blocks it then seals.
#[test]
fn a_sleeping_chain_buries_nothing() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    for slot in [100_000, 200_000, 300_000, 400_000] {
        sim.block(slot);
    }
    let expected = [
        ("submitted", 0),
        ("accruing", 0),
        ("confirming", 100_000),
        ("approved", 200_000),
        ("locked in", 300_000),
        ("active", 400_000),
    ];
    assert_eq!(entered(&sim, id), expected);
}

#[test]
fn several_blocks_in_one_slot_move_no_clock() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    sim.run_to(35);
    for _ in 0..10 {
        sim.block(36);
    }
    assert!(matches!(sim.state(id), ProposalState::Confirming { held: 0, .. }));
}

#[test]
fn withdrawing_is_the_authors_right_until_others_allocate() {
    let (mut sim, id) = chain(Class::Minor, &[STAKE, STAKE]);
    assert_eq!(sim.withdraw(2, id), Err(GovError::NotAuthor(id)));
    sim.allocate(2, id, Side::For, Amount::ZERO).unwrap();
    assert_eq!(sim.withdraw(1, id), Err(GovError::OthersAllocated(id)));
    let second = sim.propose(1, Class::Patch);
    sim.withdraw(1, second).unwrap();
    assert!(matches!(sim.state(second), ProposalState::Withdrawn { .. }));
    assert_eq!(sim.withdraw(1, second), Err(GovError::Closed(second)));
    assert_eq!(queries::live(&sim.st).unwrap(), [id]);
    sim.end();
    assert_eq!(accounts::burnt(&sim.st).unwrap(), zra(10));
}

#[test]
fn stake_counts_once() {
    let (mut sim, first) = chain(Class::Minor, &[zra(100)]);
    let second = sim.propose(1, Class::Minor);
    assert_eq!(
        sim.allocate(1, second, Side::For, zra(1)),
        Err(GovError::NotEnoughStake { asked: zra(1), available: Amount::ZERO })
    );
    assert_eq!(sim.unstake(1, zra(1)), Err(GovError::NotEnoughStake { asked: zra(1), available: Amount::ZERO }));
    assert_eq!(sim.allocate(1, first, Side::Against, zra(1)), Err(GovError::OnOtherSide(Side::For)));
    sim.allocate(1, first, Side::For, zra(60)).unwrap();
    sim.allocate(1, second, Side::Against, zra(40)).unwrap();
    let least = Amount(UNITS_PER_ZRA - 1);
    assert_eq!(
        sim.allocate(1, second, Side::Against, least),
        Err(GovError::BelowLeast { amount: least, least: zra(1) })
    );
    assert_eq!(sim.stake(1, Amount::ZERO), Err(GovError::Zero));
    assert_eq!(sim.allocate(1, ProposalId(99), Side::For, zra(1)), Err(GovError::NoSuchProposal(ProposalId(99))));
    sim.end();
    assert_eq!(sim.situation(first).base.x, zra(100));
}

#[test]
fn limits_per_account() {
    let mut sim = Sim::new(&Params::demo(), &[zra(1_000); 5]);
    sim.stake(5, zra(100)).unwrap();
    let ids: Vec<_> = (1..=4).flat_map(|who| [who; 8]).map(|who| sim.propose(who, Class::Patch)).collect();
    assert_eq!(sim.submit(1, Class::Patch, upgrade()), Err(GovError::TooManyProposals));
    for id in &ids {
        sim.allocate(5, *id, Side::For, zra(1)).unwrap();
    }
    let more = sim.propose(5, Class::Patch);
    assert_eq!(sim.allocate(5, more, Side::For, zra(1)), Err(GovError::TooManyAllocations));
    // A place of the author and a place among the allocations come back when a proposal closes.
    sim.run_to(1_200);
    assert_eq!(queries::live(&sim.st).unwrap(), []);
    let again = sim.propose(1, Class::Patch);
    sim.allocate(5, again, Side::For, zra(100)).unwrap();
    assert_eq!(queries::allocations(&sim.st, &sim.ctx(), &account(5)).unwrap().len(), 1);
}

#[test]
fn a_higher_deposit_displaces_the_weakest() {
    let mut sim = Sim::new(&Params::demo(), &[zra(10_000); 18]);
    let ids: Vec<_> = (1..=16).flat_map(|who| [who; 8]).map(|who| sim.propose(who, Class::Patch)).collect();
    assert_eq!(ids.len(), 128);
    assert_eq!(sim.submit(17, Class::Patch, upgrade()), Err(GovError::NoPlace), "none is accruing yet");
    sim.stake(18, zra(9_000)).unwrap();
    for (place, id) in ids.iter().enumerate().filter(|(place, _)| *place != 77).take(32) {
        sim.allocate(18, *id, Side::For, zra(10 + place as u64)).unwrap();
    }
    sim.run_to(20);
    assert_eq!(deposit_needed(&sim.st, &sim.ctx()).unwrap(), (zra(11), Some(ids[32])), "oldest of those with none");
    let new = sim.submit(17, Class::Patch, upgrade()).unwrap();
    assert_eq!(new.deposit, zra(11));
    assert!(matches!(sim.state(ids[32]), ProposalState::Expired { .. }));
    assert_eq!(queries::live(&sim.st).unwrap().len(), 128);
    sim.end();
    assert_eq!(accounts::burnt(&sim.st).unwrap(), zra(10), "it never gathered anything");
}

#[test]
fn unstaking_waits_and_comes_back_by_itself() {
    let params = Params { unstake_delay_milli: 500, ..Params::demo() };
    let mut sim = Sim::new(&params, &[zra(100), zra(100)]);
    for who in [1, 2] {
        sim.stake(who, zra(80)).unwrap();
        sim.unstake(who, zra(50)).unwrap();
    }
    let waiting = sim.account(1);
    assert_eq!((waiting.free, waiting.staked, waiting.unbonding), (zra(20), zra(30), zra(50)));
    assert_eq!(queries::unstaking(&sim.st, &account(1)).unwrap().len(), 1);
    let id = sim.propose(1, Class::Patch);
    assert!(sim.allocate(1, id, Side::For, zra(31)).is_err(), "what is being unstaked votes no longer");
    sim.run_to(29);
    assert_eq!(sim.account(1).unbonding, zra(50));
    sim.run_to(30);
    assert_eq!((sim.account(1).unbonding, sim.account(2).unbonding), (Amount::ZERO, Amount::ZERO));
    let back: Vec<_> = sim.events.iter().filter(|event| matches!(event, GovEvent::Unstaked { .. })).collect();
    assert_eq!(back, [1, 2].map(|who| GovEvent::Unstaked { account: account(who), amount: zra(50) }).each_ref());
    assert!(queries::unstaking(&sim.st, &account(1)).unwrap().is_empty());
}

/// An account can have eight amounts on their way; more join the newest. A queue crowded by others delays nobody who
/// asks for what is due.
#[test]
fn a_crowded_queue_holds_nobody_up() {
    let params = Params { unstake_delay_milli: 500, ..Params::demo() };
    let mut sim = Sim::new(&params, &[zra(1_000), zra(100)]);
    for who in [1, 2] {
        sim.stake(who, zra(100)).unwrap();
    }
    for _ in 0..300 {
        sim.unstake(1, Amount(UNITS_PER_ZRA / 10)).unwrap();
    }
    assert_eq!(queries::unstaking(&sim.st, &account(1)).unwrap().len(), 8);
    sim.unstake(2, zra(100)).unwrap();
    assert_eq!(sim.unstake(2, Amount::ZERO), Err(GovError::Zero));
    sim.block(30);
    assert_eq!(sim.account(1).unbonding, Amount::ZERO);
    assert_eq!(sim.account(2).unbonding, zra(100), "still queued behind 300 others");
    sim.unstake(2, Amount::ZERO).unwrap();
    assert_eq!(sim.account(2).free, zra(100));
    sim.block(31);
    sim.block(32);
    assert_eq!(sim.events.iter().filter(|event| matches!(event, GovEvent::Unstaked { .. })).count(), 1);
}

#[test]
fn a_vote_changes_the_parameters_and_begins_an_epoch() {
    let mut sim = Sim::new(&Params::demo(), &[NEWCOMER]);
    let params = Params { half_life: 120, ..Params::demo() };
    let payload = |params: &Params| Payload::Parameters { params: Box::new(params.clone()), description: "".into() };
    let bad = Params { half_life: 29, ..Params::demo() };
    assert!(matches!(sim.submit(1, Class::Governance, payload(&bad)), Err(GovError::Params(_))));
    let id = sim.submit(1, Class::Governance, payload(&params)).unwrap().id;
    sim.stake(1, STAKE).unwrap();
    sim.allocate(1, id, Side::For, STAKE).unwrap();
    sim.run_to(400);
    assert!(matches!(sim.state(id), ProposalState::Active { .. }));
    assert_eq!(zera_governance::params(&sim.st).unwrap(), params);
    let epochs = queries::epochs(&sim.st).unwrap();
    assert_eq!(epochs.len(), 2);
    assert!(sim.events.contains(&GovEvent::ParamsChanged { epoch: 1 }));
    // The old span is forgotten as soon as nothing living can need it.
    let ctx = sim.ctx();
    apply_params(&mut sim.st, &ctx, &params).unwrap();
    assert_eq!(queries::situation(&sim.st, &ctx, id, 1).unwrap().timeline.0.len(), 1);
    assert!(apply_params(&mut sim.st, &ctx, &bad).is_err());
}

#[test]
fn only_what_is_due_concludes() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    sim.run_to(80);
    let ctx = sim.ctx();
    let mut deltas = std::mem::take(&mut sim.deltas);
    assert_eq!(conclude(&mut sim.st, &ctx, id, Ok(()), &mut deltas), Err(GovError::NotDue(id)));
}

#[test]
fn words_are_bounded() {
    let mut sim = Sim::new(&Params::demo(), &[zra(100)]);
    let ctx = sim.ctx();
    let mut deltas = std::mem::take(&mut sim.deltas);
    for title in [String::new(), "  ".into(), "x".repeat(201)] {
        let refused = propose(&mut sim.st, &ctx, &account(1), title, upgrade(), Class::Minor, &mut deltas);
        assert!(matches!(refused, Err(GovError::BadTitle(200))));
    }
    let long = Payload::Config { changes: vec![], description: "x".repeat(8_193) };
    let refused = propose(&mut sim.st, &ctx, &account(1), "t".into(), long, Class::Patch, &mut deltas);
    assert!(matches!(refused, Err(GovError::LongDescription(_))));
}

/// The chart of the past, recomputed from the logs, is what the chain had at each slot.
#[test]
fn the_past_is_recomputed_exactly() {
    let (mut sim, id) = chain(Class::Minor, &[STAKE, STAKE]);
    let mut seen = vec![];
    for slot in 1..=90 {
        sim.block(slot);
        match slot {
            10 => sim.allocate(2, id, Side::For, zra(2_000_000)).unwrap(),
            20 => {
                sim.allocate(2, id, Side::For, Amount::ZERO).unwrap();
                sim.allocate(2, id, Side::Against, zra(5_000_000)).unwrap();
            }
            40 => {
                let ctx = sim.ctx();
                apply_params(&mut sim.st, &ctx, &Params { half_life: 90, ..Params::demo() }).unwrap();
            }
            _ => {}
        }
        sim.end();
        let (standing, tau) = (sim.standing(id), sim.situation(id).params.threshold_ppm[1]);
        seen.push((slot, standing.y_for, standing.y_against, standing.threshold(tau)));
    }
    let chart = queries::past_chart(&sim.st, &sim.ctx(), id, 90).unwrap();
    let chart: Vec<_> = chart.into_iter().skip(1).map(|p| (p.slot.0, p.y_for, p.y_against, p.threshold)).collect();
    assert_eq!(chart, seen);
    let changes = queries::stake_changes(&sim.st, id).unwrap();
    assert_eq!(changes.len(), 5);
    assert_eq!((changes[3].side, changes[3].before, changes[3].after), (Side::For, zra(2_000_000), Amount::ZERO));
}

/// What the rehearsal refuses is not locked in: it closes with the reason, its deposit returns.
#[test]
fn a_failed_rehearsal_aborts_and_returns_the_deposit() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    sim.rehearsal = Err(AbortReason::MigrationFailed);
    sim.run_to(96);
    let height = Height(97);
    assert_eq!(sim.state(id), ProposalState::Aborted { reason: AbortReason::MigrationFailed, height });
    assert_eq!(queries::lock(&sim.st, id).unwrap(), None);
    assert_eq!((sim.account(1).proposal_deposits, accounts::burnt(&sim.st).unwrap()), (Amount::ZERO, Amount::ZERO));
}

/// The lock keeps the tally that it was locked in with.
#[test]
fn a_lock_keeps_the_tally() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    sim.run_to(96);
    let lock = queries::lock(&sim.st, id).unwrap().unwrap();
    assert_eq!((lock.height, lock.slot.0, lock.class, lock.tally), (Height(97), 96, Class::Minor, sim.standing(id)));
}

/// Stake against that comes after the lock-in holds the enactment up, for one half-life at most.
#[test]
fn what_is_locked_in_waits_no_longer_than_one_half_life() {
    for leaves in [true, false] {
        let (mut sim, id) = chain(Class::Patch, &[STAKE, STAKE]);
        sim.allocate(2, id, Side::For, Amount::ZERO).unwrap();
        while !matches!(sim.state(id), ProposalState::LockedIn { .. }) {
            sim.block(sim.slot.0 + 1);
        }
        let since = sim.slot.0;
        sim.allocate(2, id, Side::Against, STAKE).unwrap();
        assert_eq!(sim.situation(id).forecast().unwrap().outlook, Outlook::Paused);
        sim.run_to(since + 60);
        assert!(matches!(sim.state(id), ProposalState::LockedIn { .. }), "{:?}", sim.state(id));
        if leaves {
            sim.allocate(2, id, Side::Against, Amount::ZERO).unwrap();
        }
        sim.run_to(since + 61);
        assert_eq!(matches!(sim.state(id), ProposalState::Active { .. }), leaves);
        assert_eq!(matches!(sim.state(id), ProposalState::Expired { .. }), !leaves);
    }
}

/// A migration takes as many blocks as it needs; then the proposal is active, or aborted with the old version running on.
#[test]
fn a_migration_over_several_blocks_ends_either_way() {
    for outcome in [Ok(()), Err(AbortReason::MigrationFailed)] {
        let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
        sim.migrates = true;
        sim.run_to(100);
        assert_eq!(sim.state(id), ProposalState::Migrating { height: Height(98) });
        assert_eq!(sim.block(101).continuing, [id]);
        (sim.migrates, sim.enactment) = (false, outcome);
        sim.run_to(102);
        assert_eq!(matches!(sim.state(id), ProposalState::Active { .. }), outcome.is_ok());
        assert_eq!(sim.account(1).proposal_deposits, Amount::ZERO);
    }
}

/// Only what was enacted can be rolled back, once.
#[test]
fn a_rollback_is_recorded_on_what_it_undoes() {
    let (mut sim, id) = chain(Class::Minor, &[NEWCOMER]);
    let by = sim.propose(1, Class::Minor);
    sim.roll_back(id, by);
    assert_eq!(sim.state(id), ProposalState::Accruing);
    sim.run_to(97);
    sim.roll_back(id, by);
    sim.roll_back(id, id);
    assert_eq!(sim.state(id), ProposalState::RolledBack { height: Height(98), by });
}
