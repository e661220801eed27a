//! Delegation against a small model that knows no delegation: whatever a delegate does leaves the chain as it would be if
//! every owner had done the same with their own hands.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed invariant in a test is a failed test")]

mod common;

use common::{Sim, account, config};
use proptest::prelude::*;
use zera_governance::queries;
use zera_primitives::{Amount, Class, Params, ProposalId, Side, amount::UNITS_PER_ZRA};

const DELEGATE: u8 = 5;
const LEAST: u128 = UNITS_PER_ZRA;

#[derive(Clone, Debug)]
enum Op {
    Wait(u64),
    /// Proposal, share.
    Share(usize, u32),
    /// Who, what remains delegated, base units.
    ClawBack(u8, u128),
    /// Who, what of the allocated leaves, base units.
    Trim(u8, u128),
    /// Who, how much, base units.
    Delegate(u8, u128),
    /// Who, proposal, how much, base units.
    Direct(u8, usize, u128),
}

fn op() -> impl Strategy<Value = Op> {
    let amount = || prop_oneof![Just(0), 0..3 * LEAST, 0..50_000_000 * LEAST];
    let share = prop_oneof![Just(0), 1_u32..=1_000_000, 300_000_u32..500_000];
    prop_oneof![
        3 => prop_oneof![1_u64..10, 10_u64..60].prop_map(Op::Wait),
        5 => (0_usize..3, share).prop_map(|(proposal, share)| Op::Share(proposal, share)),
        2 => (1_u8..=4, amount()).prop_map(|(who, rest)| Op::ClawBack(who, rest)),
        1 => (1_u8..=4, 0..40_000_000 * LEAST).prop_map(|(who, less)| Op::Trim(who, less)),
        2 => (1_u8..=4, amount()).prop_map(|(who, amount)| Op::Delegate(who, amount)),
        1 => (1_u8..=4, 0_usize..3, amount()).prop_map(|(who, proposal, amount)| Op::Direct(who, proposal, amount)),
    ]
}

/// What the model knows about one owner.
#[derive(Default)]
struct Owner {
    delegated: u128,
    /// Proposal, amount, in order of their making: what the delegate allocated.
    placed: Vec<(usize, u128)>,
    /// What the owner allocated itself.
    own: [u128; 3],
    spoke: [bool; 3],
}

impl Owner {
    fn on(&self, proposal: usize) -> u128 {
        self.own[proposal] + self.placed.iter().find(|(other, _)| *other == proposal).map_or(0, |(_, amount)| *amount)
    }

    fn sum(&self) -> u128 {
        self.placed.iter().map(|(_, amount)| amount).sum()
    }

    fn shrink(&mut self, most: u128) {
        self.delegated = most;
        let mut excess = self.sum().saturating_sub(most);
        for (_, amount) in self.placed.iter_mut().rev() {
            let rest = amount.saturating_sub(excess);
            let rest = if excess > 0 && rest < LEAST { 0 } else { rest };
            excess = excess.saturating_sub(*amount - rest);
            *amount = rest;
        }
        self.placed.retain(|(_, amount)| *amount > 0);
    }

    fn share(&mut self, proposal: usize, ppm: u32) {
        let target = self.delegated * u128::from(ppm) / 1_000_000;
        let target = if target < LEAST { 0 } else { target };
        let elsewhere: u128 =
            self.placed.iter().filter(|(other, _)| *other != proposal).map(|(_, amount)| amount).sum();
        if self.spoke[proposal] || self.own[proposal] > 0 || target > self.delegated - elsewhere {
            return;
        }
        match self.placed.iter_mut().find(|(other, _)| *other == proposal) {
            Some((_, amount)) => *amount = target,
            None => self.placed.push((proposal, target)),
        }
        self.placed.retain(|(_, amount)| *amount > 0);
    }

    /// Sets its own allocation; false when that is refused.
    fn direct(&mut self, proposal: usize, amount: u128, staked: u128) -> bool {
        let elsewhere: u128 =
            self.placed.iter().filter(|(other, _)| *other != proposal).map(|(_, amount)| amount).sum();
        let others: u128 = (0..3).filter(|other| *other != proposal).map(|other| self.own[other]).sum();
        let unbound = staked - others - self.delegated;
        let missing = amount.saturating_sub(unbound);
        let nothing = amount == 0 && self.on(proposal) == 0 && (self.delegated == 0 || self.spoke[proposal]);
        if (amount > 0 && amount < LEAST) || missing > self.delegated - elsewhere || nothing {
            return false;
        }
        self.spoke[proposal] |= self.delegated > 0;
        self.placed.retain(|(other, _)| *other != proposal);
        self.own[proposal] = amount;
        self.delegated -= missing;
        if missing > 0 && self.placed.is_empty() && self.delegated < LEAST {
            self.delegated = 0;
        }
        true
    }
}

/// Two chains with three live proposals and 40,000,000 ZRA of stake for each of four owners.
fn chain() -> (Sim, Vec<ProposalId>) {
    let mut sim = Sim::new(&Params { half_life: 600, ..Params::demo() }, &[Amount::zra(41_000_000); 5]);
    for who in 1..=4 {
        sim.stake(who, Amount::zra(40_000_000)).unwrap();
    }
    let ids = (0..3).map(|_| sim.propose(DELEGATE, Class::Minor)).collect();
    (sim, ids)
}

/// Sets every owner's allocations on the chain that knows no delegation to what the model says.
fn follow(by_hand: &mut Sim, ids: &[ProposalId], owners: &[Owner]) {
    // What shrinks goes first, so that its stake is there for what grows.
    for grows in [false, true] {
        for (owner, who) in owners.iter().zip(1..) {
            for (place, id) in ids.iter().enumerate() {
                let held = queries::allocation(&by_hand.st, &account(who), *id).unwrap();
                let (before, after) = (held.map_or(0, |held| held.curve.x.0), owner.on(place));
                if before != after && (after > before) == grows {
                    by_hand.allocate(who, *id, Side::For, Amount(after)).unwrap();
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn a_delegates_votes_are_its_owners_votes(ops in prop::collection::vec(op(), 1..40)) {
        let staked = Amount::zra(40_000_000).0;
        let ((mut sim, ids), (mut by_hand, _)) = (chain(), chain());
        let mut owners: Vec<Owner> = (1..=4).map(|_| Owner::default()).collect();
        for op in &ops {
            match *op {
                Op::Wait(slots) => {
                    for one in [&mut sim, &mut by_hand] {
                        one.block(one.slot.0 + slots);
                    }
                }
                Op::Share(proposal, ppm) => {
                    drop(sim.allocate_delegated(DELEGATE, ids[proposal], Side::For, ppm));
                    owners.iter_mut().for_each(|owner| owner.share(proposal, ppm));
                }
                Op::ClawBack(who, amount) | Op::Delegate(who, amount) | Op::Trim(who, amount) => {
                    let owner = &mut owners[usize::from(who) - 1];
                    let rest = match op {
                        Op::ClawBack(..) if amount > owner.delegated => continue,
                        // Leaves a little of one of the allocations.
                        Op::Trim(..) => {
                            let keep = amount as usize % (owner.placed.len() + 1);
                            owner.placed.iter().take(keep).map(|(_, amount)| amount).sum::<u128>() + amount % LEAST
                        }
                        _ => amount,
                    };
                    let done = sim.delegate(who, Class::Minor, DELEGATE, Amount(rest)).is_ok();
                    let own: u128 = owner.own.iter().sum();
                    let lawful = if rest == 0 { owner.delegated > 0 } else { rest >= LEAST && rest <= staked - own };
                    prop_assert_eq!(done, lawful, "{:?}", op);
                    if done {
                        owner.shrink(rest);
                    }
                }
                Op::Direct(who, proposal, amount) => {
                    let done = sim.allocate(who, ids[proposal], Side::For, Amount(amount)).is_ok();
                    prop_assert_eq!(done, owners[usize::from(who) - 1].direct(proposal, amount, staked), "{:?}", op);
                }
            }
            if ids.iter().any(|id| !sim.state(*id).is_live()) {
                break;
            }
            follow(&mut by_hand, &ids, &owners);
            for (owner, who) in owners.iter().zip(1..) {
                let delegated = queries::delegations(&sim.st, &account(who)).unwrap();
                prop_assert_eq!(delegated.first().map_or(0, |held| held.amount.0), owner.delegated);
                let held = |one: &Sim| {
                    let held = queries::allocations(&one.st, &one.ctx(), &account(who)).unwrap();
                    let on = |id| held.iter().find(|(held, _)| held.proposal == id).map(|(held, y)| (held.curve.x, *y));
                    ids.iter().map(|id| on(*id)).collect::<Vec<_>>()
                };
                prop_assert_eq!(held(&sim), held(&by_hand), "account {} after {:?}", who, op);
            }
            for one in [&mut sim, &mut by_hand] {
                one.end();
            }
            prop_assert_eq!(queries::base(&sim.st).unwrap().x, queries::base(&by_hand.st).unwrap().x);
        }
    }
}
