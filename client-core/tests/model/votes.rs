//! Stake, allocations and delegation of the model.

use super::{MINOR, Model, State, T};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    For,
    Against,
}

/// Conviction that moves towards `x` and halves its distance every T slots.
#[derive(Clone, Copy, Debug, Default)]
pub struct Curve {
    y: f64,
    pub x: u64,
    s: u64,
}

impl Curve {
    pub fn at(&self, slot: u64) -> f64 {
        let left = (-((slot - self.s) as f64) / T as f64).exp2();
        self.y * left + self.x as f64 * (1.0 - left)
    }

    /// Takes up another stake; conviction leaves with the stake that earned it.
    fn set(&mut self, slot: u64, x: u64) {
        let y = self.at(slot);
        self.y = if x < self.x { y * x as f64 / self.x as f64 } else { y };
        (self.x, self.s) = (x, slot);
    }

    /// The same for the base, which keeps its conviction.
    fn redirect(&mut self, slot: u64, x: u64) {
        (self.y, self.x, self.s) = (self.at(slot), x, slot);
    }
}

impl Model {
    /// Stake of `person` that nothing binds, leaving out what it has on `except`.
    pub fn unbound(&self, person: usize, except: Option<usize>) -> u64 {
        let own = self.proposals.iter().enumerate().filter(|(id, one)| one.state.is_live() && Some(*id) != except);
        let own = own.filter_map(|(_, one)| one.allocations.get(&person));
        let own: u64 = own.filter(|(.., delegated)| !delegated).map(|(_, curve, _)| curve.x).sum();
        self.people[person].staked - own - self.people[person].delegated.map_or(0, |(_, zra)| zra)
    }

    fn set(&mut self, person: usize, id: usize, side: Side, zra: u64, delegated: bool) {
        let slot = self.slot;
        let one = &mut self.proposals[id];
        one.others |= person != one.author;
        let (_, curve, _) = one.allocations.entry(person).or_insert((side, Curve::default(), delegated));
        curve.set(slot, zra);
        if zra == 0 {
            one.allocations.remove(&person);
        }
        self.rebase();
    }

    /// All that is allocated to live proposals drives the base.
    fn rebase(&mut self) {
        let live = self.proposals.iter().filter(|one| one.state.is_live());
        let x = live.flat_map(|one| one.allocations.values()).map(|(_, curve, _)| curve.x).sum();
        self.base.redirect(self.slot, x);
    }

    pub(super) fn close(&mut self, id: usize, state: State) {
        self.proposals[id].state = state;
        self.proposals[id].allocations.clear();
        self.rebase();
    }

    pub(super) fn allocate(&mut self, person: usize, id: usize, side: Side, zra: u64) -> bool {
        let Some(one) = self.proposals.get(id).filter(|one| one.state.is_live()) else { return false };
        let held = one.allocations.get(&person).map(|(side, ..)| *side);
        let legal = match held {
            Some(held) => held == side,
            None => zra > 0,
        };
        let legal = legal && zra <= self.unbound(person, Some(id));
        if legal {
            self.set(person, id, side, zra, false);
        }
        legal
    }

    /// Gives `zra` of the class minor over, or takes all back.
    pub(super) fn delegate(&mut self, person: usize, to: usize, zra: u64) -> bool {
        let held = self.people[person].delegated;
        if zra == 0 {
            self.claw_back(person);
            return held.is_some();
        }
        let unbound = self.unbound(person, None) + held.map_or(0, |(_, zra)| zra);
        // A larger delegation to the same person leaves what was allocated; the deeds ask for no smaller one.
        let legal = zra <= unbound;
        if legal {
            self.people[person].delegated = Some((to, zra));
        }
        legal
    }

    fn claw_back(&mut self, person: usize) {
        self.people[person].delegated = None;
        for id in 0..self.proposals.len() {
            let one = &self.proposals[id];
            let held = one.allocations.get(&person).filter(|held| one.state.is_live() && held.2);
            if let Some((side, ..)) = held.copied() {
                self.set(person, id, side, 0, true);
            }
        }
    }

    pub(super) fn allocate_delegated(&mut self, delegate: usize, id: usize, side: Side, share_ppm: u32) -> bool {
        let Some(one) = self.proposals.get(id) else { return false };
        if !one.state.is_live() || one.class != MINOR {
            return false;
        }
        let from =
            (0..self.people.len()).find(|person| self.people[*person].delegated.is_some_and(|d| d.0 == delegate));
        let Some(from) = from else { return false };
        let (_, whole) = self.people[from].delegated.unwrap();
        let held = one.allocations.get(&from).copied();
        let elsewhere = self.proposals.iter().enumerate().filter(|(other, one)| one.state.is_live() && *other != id);
        let elsewhere: u64 = elsewhere.filter_map(|(_, one)| one.allocations.get(&from)).map(|held| held.1.x).sum();
        let zra = whole * u64::from(share_ppm) / 1_000_000;
        let now = held.map_or(0, |(_, curve, _)| curve.x);
        let same_side = held.is_none_or(|(held, ..)| held == side);
        let legal = same_side && zra != now && zra <= whole - elsewhere;
        if legal {
            self.set(from, id, side, zra, true);
        }
        legal
    }
}
