//! Properties of whole chains: random operations, forecasts held against what blocks do, attacks, the lifeline.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::{SUPPLY, Sim, account, config, edges, name, upgrade};
use proptest::prelude::*;
use zera_governance::{Delegation, Delegator, Mandate, Outlook, Situation, available, queries};
use zera_primitives::{AbortReason, Amount, Class, Params, Payload, ProposalId, ProposalState, Side, limits};

const WHOLE: u64 = 1_000_000_000;

#[derive(Clone, Debug)]
enum Op {
    Wait(u64),
    Stake(u8, u64),
    Unstake(u8, u64),
    Propose(u8, usize),
    Allocate(u8, u64, bool, u64),
    Withdraw(u8, u64),
    /// Of the stake that is unbound or delegated already, so many thousandths.
    Delegate(u8, usize, u8, u64),
    /// The delegate and the proposal are one of the pairs that there are.
    AllocateDelegated(usize, bool, u32),
    /// One of the live proposals.
    Spam(usize),
    /// One of the live proposals.
    Raise(usize),
    /// From here on rehearsals fail, enactments fail, migrations take more blocks.
    Fate(bool, bool, bool),
    /// One of all proposals, if it is active.
    RollBack(usize),
    /// So many blocks, so many slots apart.
    Blocks(u64, u64),
    /// One of the live proposals, with so many thousandths of what is unbound or there already.
    Vote(u8, usize, bool, u64),
}

/// Rarely a verdict, or nothing would live long enough.
fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![40 => op(), 1 => any::<usize>().prop_map(Op::Spam)]
}

/// Also what the registry answers, which no forecast knows.
fn any_op_and_fate() -> impl Strategy<Value = Op> {
    let rarely = || prop::bool::weighted(0.2);
    let fate = (rarely(), rarely(), any::<bool>());
    prop_oneof![
        12 => any_op(),
        6 => (1_u64..40, 1_u64..6).prop_map(|(blocks, apart)| Op::Blocks(blocks, apart)),
        6 => (1_u8..=4, any::<usize>(), prop::bool::weighted(0.8), 0_u64..=1_000)
            .prop_map(|(who, pick, is_for, milli)| Op::Vote(who, pick, is_for, milli)),
        1 => fate.prop_map(|(rehearsal, enactment, migrates)| Op::Fate(rehearsal, enactment, migrates)),
        1 => any::<usize>().prop_map(Op::RollBack),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let who = || 1_u8..=4;
    let zra = || prop_oneof![Just(0), 1_u64..10, 1_u64..WHOLE / 5, WHOLE / 50..WHOLE / 5];
    let ppm = prop_oneof![Just(0), 1_u32..=1_000_000, Just(1_000_000)];
    prop_oneof![
        4 => prop_oneof![0_u64..3, 1_u64..40, 100_u64..2_000].prop_map(Op::Wait),
        2 => (who(), zra()).prop_map(|(who, amount)| Op::Stake(who, amount)),
        1 => (who(), zra()).prop_map(|(who, amount)| Op::Unstake(who, amount)),
        1 => (who(), 0_usize..5).prop_map(|(who, class)| Op::Propose(who, class)),
        1 => (who(), 0_usize..2).prop_map(|(who, class)| Op::Propose(who, class)),
        8 => (who(), 1_u64..5, any::<bool>(), zra()).prop_map(|(who, id, side, x)| Op::Allocate(who, id, side, x)),
        1 => (who(), 1_u64..5).prop_map(|(who, id)| Op::Withdraw(who, id)),
        4 => (who(), 0_usize..2, who(), prop_oneof![Just(0), 1_u64..=1_000, 500_u64..=1_000])
            .prop_map(|(who, class, to, milli)| Op::Delegate(who, class, to, milli)),
        8 => (any::<usize>(), any::<bool>(), ppm).prop_map(|(pick, side, x)| Op::AllocateDelegated(pick, side, x)),
        1 => any::<usize>().prop_map(Op::Raise),
    ]
}

/// What holds in every state, between blocks.
fn check(sim: &Sim) {
    let mut in_base = 0;
    for id in queries::live(&sim.st).unwrap() {
        let (sides, standing) = (queries::sides(&sim.st, id).unwrap(), sim.standing(id));
        assert!(standing.y_for <= sides.side_for.x && standing.y_against <= sides.side_against.x);
        in_base += sides.side_for.x.0 + sides.side_against.x.0;
        for side in [Side::For, Side::Against] {
            let allocated: u128 = (1..=4)
                .filter_map(|who| queries::allocation(&sim.st, &account(who), id).unwrap())
                .filter(|held| held.side == side)
                .map(|held| held.curve.x.0)
                .sum();
            assert_eq!(sides.get(side).x.0, allocated);
        }
    }
    assert_eq!(base_x(sim), in_base, "the base follows all stake allocated to live proposals and nothing else");
    for who in 1..=4 {
        let held = queries::allocations(&sim.st, &sim.ctx(), &account(who)).unwrap();
        let delegations = queries::delegations(&sim.st, &account(who)).unwrap();
        let sum = |by: Option<Mandate>| -> u128 {
            held.iter().filter(|(held, _)| held.by == by).map(|(held, _)| held.curve.x.0).sum()
        };
        let delegated: u128 = delegations.iter().map(|held| held.amount.0).sum();
        assert!(sum(None) + delegated <= sim.account(who).staked.0, "a staked token counts once");
        assert!(held.iter().all(|(held, y)| *y <= held.curve.x && held.curve.x >= Amount::zra(1)));
        assert!(held.len() <= limits::ALLOCATIONS_PER_ACCOUNT && delegations.len() <= Class::ALL.len());
        let placed: u128 = held.iter().filter(|(held, _)| held.by.is_some()).map(|(held, _)| held.curve.x.0).sum();
        let under: u128 = delegations.iter().map(|held| sum(Some(held.mandate))).sum();
        assert_eq!(placed, under, "what a delegate allocated stands under a delegation that is there");
        for delegation in &delegations {
            assert!(sum(Some(delegation.mandate)) <= delegation.amount.0);
        }
        check_delegations(sim, who, &delegations);
    }
}

/// Both ends of each delegation say the same, and there are no chains.
fn check_delegations(sim: &Sim, who: u8, delegations: &[Delegation]) {
    for class in Class::ALL {
        let delegators = queries::delegators(&sim.st, &account(who), class).unwrap();
        let of_class = delegations.iter().find(|held| held.mandate.class == class);
        assert!(of_class.is_none() || delegators.is_empty(), "no chains");
        for delegator in &delegators {
            let Delegator { account: owner, amount } = *delegator;
            let other = queries::delegations(&sim.st, &owner).unwrap();
            let mandate = Mandate { class, to: account(who) };
            assert!(other.contains(&Delegation { mandate, amount }));
        }
        if let Some(held) = of_class {
            let list = queries::delegators(&sim.st, &held.mandate.to, class).unwrap();
            assert_eq!(list.iter().filter(|one| one.account == account(who)).count(), 1);
        }
    }
}

/// Each side's conviction is its allocations' within rounding: two units for each change of its stake.
fn check_sums(sim: &Sim) {
    for id in queries::live(&sim.st).unwrap() {
        let (sides, standing) = (queries::sides(&sim.st, id).unwrap(), sim.standing(id));
        for (side, y) in [(Side::For, standing.y_for), (Side::Against, standing.y_against)] {
            let one = |who| queries::allocations(&sim.st, &sim.ctx(), &account(who)).unwrap();
            let own = (1..=4).flat_map(one).filter(|(held, _)| held.proposal == id && held.side == side);
            let sum: u128 = own.map(|(_, y)| y.0).sum();
            assert!(sum.abs_diff(y.0) <= 2 * u128::from(sides.changes) + 4, "{sum} {y}");
        }
    }
}

fn base_x(sim: &Sim) -> u128 {
    queries::base(&sim.st).unwrap().x.0
}

fn run(sim: &mut Sim, op: &Op) {
    let side = |is_for: bool| if is_for { Side::For } else { Side::Against };
    // Refused operations are part of the game; the chain must stay whole either way.
    match *op {
        Op::Wait(slots) => drop(sim.block(sim.slot.0 + slots)),
        Op::Stake(who, zra) => drop(sim.stake(who, Amount::zra(zra))),
        Op::Unstake(who, zra) => drop(sim.unstake(who, Amount::zra(zra))),
        Op::Propose(who, class) => drop(sim.submit(who, Class::ALL[class], upgrade())),
        Op::Allocate(who, id, is_for, zra) => {
            drop(sim.allocate(who, ProposalId(id), side(is_for), Amount::zra(zra)));
        }
        Op::Withdraw(who, id) => drop(sim.withdraw(who, ProposalId(id))),
        Op::Delegate(who, class, to, milli) => {
            let class = Class::ALL[class];
            let held = queries::delegations(&sim.st, &account(who)).unwrap();
            let held = held.iter().find(|held| held.mandate.class == class).map_or(0, |held| held.amount.0);
            let most = available(&sim.st, &account(who)).unwrap().0 + held;
            drop(sim.delegate(who, class, to, Amount(most / 1_000 * u128::from(milli))));
        }
        Op::AllocateDelegated(pick, is_for, ppm) => {
            let all = queries::live(&sim.st).unwrap().into_iter().flat_map(|id| (1..=4).map(move |who| (who, id)));
            let is_delegate = |(who, id): &(u8, ProposalId)| {
                let filed = queries::progress(&sim.st, *id).unwrap().filed;
                !queries::delegators(&sim.st, &account(*who), filed).unwrap().is_empty()
            };
            let pairs: Vec<_> = all.filter(is_delegate).collect();
            if let Some((who, id)) = pairs.get(pick % pairs.len().max(1)) {
                drop(sim.allocate_delegated(*who, *id, side(is_for), ppm));
            }
        }
        Op::Blocks(blocks, apart) => (0..blocks).for_each(|_| drop(sim.block(sim.slot.0 + apart))),
        Op::Vote(who, pick, is_for, milli) => {
            let live = queries::live(&sim.st).unwrap();
            let Some(id) = live.get(pick % live.len().max(1)) else { return };
            let held = queries::allocation(&sim.st, &account(who), *id).unwrap().map_or(0, |held| held.curve.x.0);
            let most = available(&sim.st, &account(who)).unwrap().0 + held;
            drop(sim.allocate(who, *id, side(is_for), Amount(most / 1_000 * u128::from(milli))));
        }
        Op::Fate(rehearsal, enactment, migrates) => {
            let fate = |fails: bool| if fails { Err(AbortReason::Unhealthy) } else { Ok(()) };
            (sim.rehearsal, sim.enactment, sim.migrates) = (fate(rehearsal), fate(enactment), migrates);
        }
        Op::RollBack(pick) => {
            let count = queries::count(&sim.st).unwrap();
            sim.roll_back(ProposalId(pick as u64 % count + 1), ProposalId(count));
        }
        Op::Spam(pick) | Op::Raise(pick) => {
            let live = queries::live(&sim.st).unwrap();
            match (op, live.get(pick % live.len().max(1))) {
                (Op::Spam(_), Some(id)) => drop(sim.spam(*id)),
                (_, Some(id)) => drop(sim.raise(*id)),
                _ => {}
            }
        }
    }
}

fn chain() -> Sim {
    let params = Params { unstake_delay_milli: 100, ..Params::demo() };
    let mut sim = Sim::new(&params, &[Amount::zra(WHOLE / 5); 4]);
    for who in 1..=4 {
        sim.stake(who, Amount::zra(WHOLE / 10)).unwrap();
        sim.propose(who, Class::ALL[usize::from(who) - 1]);
    }
    sim
}

/// What decides what a page shows, slot by slot; the detail inside a state is the chain's own bookkeeping.
fn outline(sim: &Sim, id: ProposalId) -> (Outlook, [Option<u64>; 3]) {
    let (mut dates, mut outlook) = ([None; 3], Outlook::Never);
    for (state, slot) in sim.slots(id) {
        match state {
            ProposalState::Confirming { .. } => dates[0] = Some(slot),
            ProposalState::Approved { .. } => dates[1] = Some(slot),
            ProposalState::Active { .. } => (dates[2], outlook) = (Some(slot), Outlook::Enacts),
            _ => {}
        }
    }
    (outlook, dates)
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn every_state_is_sound(ops in prop::collection::vec(any_op_and_fate(), 1..80)) {
        let (mut sim, edges) = (chain(), edges());
        for op in &ops {
            run(&mut sim, op);
            if matches!(op, Op::Wait(_) | Op::Blocks(..)) {
                sim.end();
                check(&sim);
                check_sums(&sim);
            }
        }
        for id in 1..=queries::count(&sim.st).unwrap() {
            let states: Vec<String> = sim.slots(ProposalId(id)).iter().map(|(state, _)| name(state)).collect();
            for pair in states.windows(2) {
                let edge = (pair[0].clone(), pair[1].clone());
                prop_assert!(edges.contains(&edge), "docs/governance.md knows no edge {edge:?}");
            }
        }
    }

    /// A forecast is what the chain then does, to the slot, from any state that random operations lead to.
    #[test]
    fn forecasts_come_true(
        ops in prop::collection::vec(any_op(), 1..40),
        which in 0_usize..5,
        cadence in prop_oneof![Just(1), Just(3), Just(10)],
    ) {
        let mut sim = chain();
        for op in &ops {
            run(&mut sim, op);
        }
        let live = queries::live(&sim.st).unwrap();
        let Some(id) = live.get(which % live.len().max(1)).copied() else { return Ok(()) };
        // A forecast assumes that nobody changes anything. Other proposals close and take their stake out of the base
        // when they do, so theirs leaves now.
        for (other, who) in live.iter().filter(|other| **other != id).flat_map(|id| (1..=4).map(move |who| (*id, who))) {
            // (a direct vote of zero releases what a delegate allocated as well)
            for side in [Side::For, Side::Against] {
                drop(sim.allocate(who, other, side, Amount::ZERO));
            }
        }
        sim.end();
        let forecast = Situation { cadence, ..sim.situation(id) }.forecast().unwrap();
        let from = sim.slot.0;
        while sim.state(id).is_live() {
            sim.block(sim.slot.0 + cadence);
            prop_assert!(sim.slot.0 < from + 3_000);
        }
        let (outlook, dates) = outline(&sim, id);
        prop_assert_eq!(forecast.outlook == Outlook::Enacts, outlook == Outlook::Enacts, "{:?}", forecast);
        if outlook == Outlook::Enacts {
            let future = |slot: Option<u64>| slot.filter(|slot| *slot > from);
            prop_assert_eq!(forecast.enacts.map(|slot| slot.0), dates[2]);
            prop_assert_eq!(forecast.approved.map(|slot| slot.0), future(dates[1]));
            prop_assert_eq!(forecast.crosses.map(|slot| slot.0), future(dates[0]));
        }
    }

    /// Evaluating changes nothing, and neither does a block in which nobody does anything: the same operations at the
    /// same slots leave the same triples, whether every slot had a block or only these.
    #[test]
    fn blocks_between_change_no_conviction(
        gaps in prop::collection::vec((1_u64..15, 1_u8..=4, any::<bool>(), 1_u64..WHOLE / 10), 1..12),
    ) {
        let (mut dense, mut sparse) = (chain(), chain());
        let id = ProposalId(4); // of class governance: slow enough to stay live
        for (gap, who, is_for, zra) in gaps {
            let at = dense.slot.0 + gap;
            dense.run_to(at);
            sparse.block(at);
            for sim in [&mut dense, &mut sparse] {
                run(sim, &Op::Allocate(who, id.0, is_for, zra));
            }
        }
        dense.end();
        sparse.end();
        prop_assert_eq!(queries::sides(&dense.st, id).unwrap().side_for, queries::sides(&sparse.st, id).unwrap().side_for);
        prop_assert_eq!(queries::base(&dense.st).unwrap(), queries::base(&sparse.st).unwrap());
    }

    /// Whatever an attacker adds to the base and takes away again within a few blocks, an honest proposal is enacted
    /// within a few slots of when it would have been.
    #[test]
    fn a_base_pinned_or_collapsed_for_a_few_blocks_decides_nothing(
        at in 1_u64..90,
        blocks in 1_u64..4,
        zra in 1_000_000_u64..60_000_000,
        collapse: bool,
    ) {
        let start = || {
            let mut sim = Sim::new(&Params::demo(), &[Amount::zra(40_000_000), Amount::zra(70_000_000)]);
            sim.stake(1, Amount::zra(30_000_000)).unwrap();
            sim.stake(2, Amount::zra(60_000_000)).unwrap();
            let honest = sim.propose(1, Class::Minor);
            let other = sim.propose(2, Class::Governance);
            sim.allocate(1, honest, Side::For, Amount::zra(30_000_000)).unwrap();
            if collapse {
                sim.allocate(2, other, Side::Against, Amount::zra(zra)).unwrap();
            }
            (sim, honest, other)
        };
        let enacted = |sim: &Sim, id| outline(sim, id).1[2];
        let (mut calm, honest, other) = start();
        calm.run_to(400);
        let (mut attacked, ..) = start();
        attacked.run_to(at);
        let (first, then) = if collapse { (0, zra) } else { (zra, 0) };
        attacked.allocate(2, other, Side::Against, Amount::zra(first)).unwrap();
        attacked.run_to(at + blocks);
        attacked.allocate(2, other, Side::Against, Amount::zra(then)).unwrap();
        attacked.run_to(400);
        let (before, after) = (enacted(&calm, honest), enacted(&attacked, honest));
        prop_assert!(before.unwrap().abs_diff(after.unwrap()) <= 8, "{before:?} {after:?}");
    }

    /// Flash stake: however much is there for a few blocks, once it is gone nothing of it is left, and it passes
    /// nothing on its own because confirmation outlasts it.
    #[test]
    fn flash_stake_decides_nothing(at in 1_u64..200, blocks in 1_u64..15, zra in 1_u64..WHOLE / 2) {
        let mut sim = Sim::new(&Params::demo(), &[Amount::zra(2_000_000), Amount::zra(WHOLE / 2 + 1)]);
        sim.stake(1, Amount::zra(1_500_000)).unwrap();
        sim.stake(2, Amount::zra(WHOLE / 2)).unwrap();
        let id = sim.propose(1, Class::Minor);
        sim.allocate(1, id, Side::For, Amount::zra(1_500_000)).unwrap();
        let mut calm = Sim { st: sim.st.clone(), events: vec![], ..sim };
        let mut attacked = Sim { st: calm.st.clone(), events: vec![], ..calm };
        calm.run_to(at + blocks);
        attacked.run_to(at);
        attacked.allocate(2, id, Side::For, Amount::zra(zra)).unwrap();
        attacked.run_to(at + blocks);
        attacked.allocate(2, id, Side::For, Amount::ZERO).unwrap();
        let (left, honest) = (attacked.standing(id).y_for.0, calm.standing(id).y_for.0);
        prop_assert!(left.abs_diff(honest) <= 6, "{left} {honest}");
        attacked.run_to(1_300);
        let is_expired = matches!(attacked.state(id), ProposalState::Expired { .. });
        prop_assert!(is_expired);
    }
}

/// Parameter sets inside floor and ceiling of design §11, in order.
fn lawful() -> impl Strategy<Value = Params> {
    let tau = (50_000_u32..=600_000, 100_000_u32..=700_000, 200_000_u32..=800_000, 400_000_u32..=900_000);
    let half_life = prop_oneof![30_u64..=7_776_000, Just(30), Just(7_776_000)];
    (half_life, 50_000_u32..=500_000, tau, 500_u32..=4_000, 1_000_u32..=8_000, 1_u64..=10_000, 1_u64..=1_000).prop_map(
        |(half_life, base_floor_ppm, (a, b, c, d), confirmation, timelock, deposit, least)| {
            let mut params = Params { half_life, base_floor_ppm, ..Params::demo() };
            params.threshold_ppm = [a, b.max(a), c.max(b).max(a), d.max(c).max(b).max(a), 150_000];
            params.confirmation_milli[Class::Governance.index()] = confirmation;
            params.timelock_milli[Class::Governance.index()] = timelock;
            (params.proposal_deposit, params.least_allocation) = (Amount::zra(deposit), Amount::zra(least));
            params
        },
    )
}

proptest! {
    #![proptest_config(config(200))]

    /// The lifeline (design §6): inside section 11's bounds all supply can always pass a governance proposal, even
    /// where all of it has long been allocated elsewhere and holds the base at its highest.
    #[test]
    fn all_supply_can_always_pass_a_governance_proposal(params in lawful(), base_is_full: bool, next in lawful()) {
        prop_assert_eq!(params.check(), Ok(()));
        let deposits = Amount::zra(20_000);
        let all = SUPPLY.sub(deposits).unwrap();
        let mut sim = Sim::new(&params, &[SUPPLY]);
        sim.stake(1, all).unwrap();
        if base_is_full {
            let elsewhere = sim.propose(1, Class::Patch);
            sim.allocate(1, elsewhere, Side::Against, all).unwrap();
            sim.block(params.half_life * 19);
            sim.allocate(1, elsewhere, Side::Against, Amount::ZERO).unwrap();
        }
        let payload = Payload::Parameters { params: Box::new(next.clone()), description: String::new() };
        let id = sim.submit(1, Class::Governance, payload).unwrap().id;
        sim.allocate(1, id, Side::For, all).unwrap();
        sim.end();
        let forecast = sim.situation(id).forecast().unwrap();
        prop_assert_eq!(forecast.outlook, Outlook::Enacts);
        sim.block(sim.slot.0 + 1);
        for slot in [forecast.crosses, forecast.approved, forecast.locks, forecast.enacts] {
            sim.block(slot.unwrap().0);
        }
        let is_enacted = matches!(sim.state(id), ProposalState::Active { .. });
        prop_assert!(is_enacted);
        prop_assert_eq!(zera_governance::params(&sim.st).unwrap(), next);
    }
}
