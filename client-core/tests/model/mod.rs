//! A small model of the module lifecycle and its votes, written from the design (§6) and not from the code: what a
//! client does is compared with it after every block. Amounts are whole ZRA, conviction is a float; where a vote stands
//! too near its threshold for that, the model says so and the run ends.

mod cells;
mod votes;

pub use cells::{CODES, Cell, Follower, Kind, Reason};
pub use votes::{Curve, Side};

use std::collections::BTreeMap;

/// T, and the rest of the demo chain's parameters (design §11) in slots and shares.
pub const T: u64 = 60;
const TAU: [f64; 5] = [0.10, 0.20, 0.35, 0.50, 0.15];
const CONFIRMATION: [u64; 5] = [15, 30, 60, 60, 3];
const TIMELOCK: [u64; 5] = [15, 30, 60, 120, 0];
const LEAST_BASE: f64 = 0.05 * 1e9;

/// Classes by their place.
pub const PATCH: usize = 0;
pub const MINOR: usize = 1;
pub const MAJOR: usize = 2;
pub const EMERGENCY: usize = 4;

/// What is voted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    Upgrade {
        cell: usize,
        code: usize,
        version: u32,
        migration: bool,
    },
    Rollback {
        cell: usize,
        to: u32,
    },
    Config {
        cell: usize,
        value: u64,
    },
    Freeze {
        cell: usize,
        slots: u64,
    },
    Unfreeze {
        cell: usize,
    },
    /// A proposal's code that counts cell 0 up once, voted with so many calls.
    Execute {
        times: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Submitted,
    Accruing,
    Confirming { held: u64, at: u64 },
    Approved { held: u64, at: u64, since: u64 },
    LockedIn { since: u64 },
    Migrating,
    Active,
    RolledBack { by: u64 },
    Aborted(Reason),
    Expired,
    Withdrawn,
}

impl State {
    pub fn is_live(self) -> bool {
        self.is_open() || self == Self::Migrating
    }

    pub fn is_open(self) -> bool {
        use State::{Accruing, Approved, Confirming, LockedIn, Submitted};
        matches!(self, Submitted | Accruing | Confirming { .. } | Approved { .. } | LockedIn { .. })
    }
}

#[derive(Clone, Debug)]
pub struct Proposal {
    pub payload: Payload,
    pub class: usize,
    pub author: usize,
    pub state: State,
    expires: u64,
    /// Somebody else than its author has allocated.
    others: bool,
    /// By person, and whether a delegate did it.
    pub allocations: BTreeMap<usize, (Side, Curve, bool)>,
}

#[derive(Clone, Debug, Default)]
pub struct Person {
    pub staked: u64,
    /// To whom, in the class minor, and how much.
    pub delegated: Option<(usize, u64)>,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub people: Vec<Person>,
    pub proposals: Vec<Proposal>,
    pub cells: Vec<Cell>,
    /// What the tag stands at, by place in [`cells::FLEET`].
    pub tag: usize,
    pub followers: Vec<Follower>,
    base: Curve,
    pub slot: u64,
    /// A vote was too near its threshold for floats.
    pub undecided: bool,
}

/// One thing that somebody does.
#[derive(Clone, Debug)]
pub enum Deed {
    Transfer { to: usize, zra: u64 },
    Stake { zra: u64 },
    Unstake { zra: u64 },
    Allocate { proposal: usize, side: Side, zra: u64 },
    Delegate { to: usize, zra: u64 },
    AllocateDelegated { proposal: usize, side: Side, share_ppm: u32 },
    Propose(Payload),
    Withdraw { proposal: usize },
    Put { cell: usize, value: u64 },
    PutFollower { follower: usize, value: u64 },
    Flip { to: usize },
    Follow,
}

impl Model {
    pub fn new(people: usize) -> Self {
        Self {
            people: vec![Person::default(); people],
            proposals: Vec::new(),
            cells: vec![Cell::new(), Cell::new()],
            tag: 0,
            followers: Vec::new(),
            base: Curve::default(),
            slot: 0,
            undecided: false,
        }
    }

    /// What `person` does in the block of the current slot; false when the chain has to refuse it.
    pub fn act(&mut self, person: usize, deed: &Deed) -> bool {
        match *deed {
            Deed::Transfer { .. } => true,
            Deed::Stake { zra } => {
                self.people[person].staked += zra;
                zra > 0
            }
            Deed::Unstake { zra } => {
                let legal = zra > 0 && zra <= self.unbound(person, None);
                self.people[person].staked -= if legal { zra } else { 0 };
                legal
            }
            Deed::Allocate { proposal, side, zra } => self.allocate(person, proposal, side, zra),
            Deed::Delegate { to, zra } => self.delegate(person, to, zra),
            Deed::AllocateDelegated { proposal, side, share_ppm } => {
                self.allocate_delegated(person, proposal, side, share_ppm)
            }
            Deed::Propose(ref payload) => self.propose(person, payload),
            Deed::Withdraw { proposal } => {
                let Some(found) = self.proposals.get(proposal) else { return false };
                let legal = found.state.is_open() && found.author == person && !found.others;
                if legal {
                    self.close(proposal, State::Withdrawn);
                }
                legal
            }
            Deed::Put { cell, value } => self.cells[cell].put(self.slot, value),
            Deed::PutFollower { follower, value } => {
                let tag = self.tag;
                self.followers.get_mut(follower).is_some_and(|follower| follower.put(tag, value))
            }
            Deed::Flip { to } => {
                let legal = self.tag != to;
                self.tag = to;
                legal
            }
            Deed::Follow => {
                self.followers.push(Follower::new(self.tag));
                true
            }
        }
    }

    fn propose(&mut self, author: usize, payload: &Payload) -> bool {
        let live = self.proposals.iter().filter(|one| one.state.is_live() && one.author == author).count();
        let Ok(class) = cells::class(&self.cells, self.slot, payload) else { return false };
        if live >= 8 {
            return false;
        }
        self.proposals.push(Proposal {
            payload: payload.clone(),
            class,
            author,
            state: State::Submitted,
            expires: self.slot + 20 * T,
            others: false,
            allocations: BTreeMap::new(),
        });
        true
    }

    /// Everything that a block does before its transactions.
    pub fn open_block(&mut self, slot: u64) {
        self.slot = slot;
        let (mut locking, mut due, mut continuing) = (Vec::new(), Vec::new(), Vec::new());
        let live: Vec<usize> = (0..self.proposals.len()).filter(|id| self.proposals[*id].state.is_live()).collect();
        // All are judged by the base as it stands before any of them closes.
        let threshold_base = self.base.at(slot).max(LEAST_BASE);
        for id in live {
            match self.step(id, threshold_base) {
                Step::To(State::Expired) => self.close(id, State::Expired),
                Step::To(state) => self.proposals[id].state = state,
                Step::LockIn => locking.push(id),
                Step::Enact => due.push(id),
                Step::GoOn => continuing.push(id),
            }
        }
        if let Some(id) = continuing.first() {
            self.go_on(*id);
        }
        // One that takes several blocks leaves nothing of this block's gas to the others.
        let mut spent = false;
        for id in due {
            if !spent {
                spent = self.enact(id, false);
            }
        }
        for id in locking {
            if !spent {
                spent = self.enact(id, true);
            }
        }
    }

    fn step(&mut self, id: usize, base: f64) -> Step {
        let now = self.slot;
        let one = &self.proposals[id];
        let (mut y, mut x) = ([0.0, 0.0], [0, 0]);
        for (side, curve, _) in one.allocations.values() {
            y[*side as usize] += curve.at(now);
            x[*side as usize] += curve.x;
        }
        let margin = y[0] - y[1] - TAU[one.class] * base;
        let (passes, paused) = (margin > 0.0, x[0] <= x[1]);
        let (confirmation, timelock) = (CONFIRMATION[one.class], TIMELOCK[one.class]);
        let matters = !matches!(one.state, State::Submitted | State::Migrating);
        self.undecided |= matters && margin.abs() < 1e-6 * base;
        let advance = |held: u64, at: u64| if paused { held } else { held + (now - at) };
        match one.state {
            State::Submitted => Step::To(State::Accruing),
            State::Accruing if passes => Step::To(State::Confirming { held: 0, at: now }),
            State::Accruing if now >= one.expires => Step::To(State::Expired),
            State::Confirming { .. } | State::LockedIn { .. } if !passes => Step::To(State::Accruing),
            State::Confirming { held, at } => {
                let held = advance(held, at);
                let done = held >= confirmation && !paused;
                let approved = State::Approved { held: 0, at: now, since: now };
                Step::To(if done { approved } else { State::Confirming { held, at: now } })
            }
            State::Approved { held, at, since } => {
                let held = advance(held, at);
                match () {
                    () if now - since - held > T => Step::To(State::Expired),
                    () if held < timelock || paused => Step::To(State::Approved { held, at: now, since }),
                    () if passes => Step::LockIn,
                    () => Step::To(State::Accruing),
                }
            }
            State::LockedIn { .. } if !paused => Step::Enact,
            State::LockedIn { since } if now - since > T => Step::To(State::Expired),
            State::Migrating => Step::GoOn,
            other => Step::To(other),
        }
    }

    /// Enacts a proposal, or only rehearses it; true when that took most of a block's gas.
    fn enact(&mut self, id: usize, rehearsal: bool) -> bool {
        let (payload, class) = (self.proposals[id].payload.clone(), self.proposals[id].class);
        if let Payload::Upgrade { cell, .. } | Payload::Rollback { cell, .. } = payload
            && self.cells[cell].work.is_some()
        {
            return false; // it waits for the other one
        }
        let mut after = self.cells.clone();
        match cells::enact(&mut after, self.slot, id as u64 + 1, class, &payload) {
            Ok(done) => {
                if rehearsal {
                    self.proposals[id].state = State::LockedIn { since: self.slot };
                } else {
                    self.cells = after;
                    self.done(id, &done);
                }
                done.unfinished
            }
            Err(reason) => {
                self.close(id, State::Aborted(reason));
                false
            }
        }
    }

    fn go_on(&mut self, id: usize) {
        let Payload::Upgrade { cell, .. } = self.proposals[id].payload else { panic!("only upgrades take blocks") };
        match self.cells[cell].go_on(id as u64 + 1) {
            Ok(done) => self.done(id, &done),
            Err(reason) => self.close(id, State::Aborted(reason)),
        }
    }

    fn done(&mut self, id: usize, done: &cells::Done) {
        for undone in &done.undone {
            let other = &mut self.proposals[usize::try_from(*undone).unwrap() - 1];
            if other.state == State::Active {
                other.state = State::RolledBack { by: id as u64 + 1 };
            }
        }
        if done.unfinished {
            self.proposals[id].state = State::Migrating;
        } else {
            self.close(id, State::Active);
        }
    }
}

enum Step {
    To(State),
    LockIn,
    Enact,
    GoOn,
}

/// The codes of the fleet: number, schema, the older schema that is read.
pub fn fleet() -> impl Iterator<Item = (usize, u32, Option<u32>)> {
    cells::FLEET.iter().enumerate().map(|(n, (schema, older))| (n, *schema, *older))
}
