//! A chain of blocks for tests: the calls the runtime makes, in its order, over the plain in-memory state.
#![allow(dead_code)] // each test file uses a part

use proptest::test_runner::{Config, RngSeed};
use std::collections::BTreeSet;
use zera_governance::{
    BaseDelta, Ctx, GovError, GovEvent, Proposed, Situation, Tick, allocate, allocate_delegated, apply_base,
    apply_params, begin_migration, close_as_spam, conclude, delegate, genesis, is_due, lock_in, propose, queries,
    raise_class, rolled_back, stake, standing::Standing, tick, unstake, withdraw,
};
use zera_primitives::{
    AbortReason, AccountId, Amount, Class, Hash, Height, ModuleId, Params, Payload, ProposalId, ProposalState, Side,
    Slot, WasmModuleUpgradeProposal,
};
use zera_state::{Deltas, MemoryState, accounts};

/// Supply of the demo genesis, base units.
pub const SUPPLY: Amount = Amount::zra(1_000_000_000);

/// Fixed seed; `cargo xtask test --long` sets ZERA_LONG and runs twenty times as many cases.
pub fn config(cases: u32) -> Config {
    let times = if std::env::var_os("ZERA_LONG").is_some() { 20 } else { 1 };
    Config { cases: cases * times, rng_seed: RngSeed::Fixed(2_026), failure_persistence: None, ..Config::default() }
}

pub fn account(number: u8) -> AccountId {
    AccountId([number; 32])
}

pub fn upgrade() -> Payload {
    Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id: ModuleId([7; 32]),
        new_wasm_bytecode: Hash::of(b"code"),
        new_version: 2,
        migration_logic_hash: None,
        description: "An upgrade.".into(),
    })
}

pub struct Sim {
    pub st: MemoryState,
    pub height: Height,
    pub slot: Slot,
    pub supply: Amount,
    pub base: BaseDelta,
    pub deltas: Deltas,
    pub events: Vec<GovEvent>,
    /// What the enactment of a due proposal answers.
    pub enactment: Result<(), AbortReason>,
    /// What the rehearsal of a proposal to be locked in answers.
    pub rehearsal: Result<(), AbortReason>,
    /// Enactments take more blocks, as long as this is so.
    pub migrates: bool,
}

/// The states that docs/governance.md says may follow one another.
pub fn edges() -> BTreeSet<(String, String)> {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/governance.md")).unwrap();
    let rows = document.lines().skip_while(|line| !line.starts_with("| from | to |")).skip(2);
    let mut edges = BTreeSet::new();
    for row in rows.take_while(|row| row.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let from = cells[0].replace("any before Migrating", "Submitted, Accruing, Confirming, Approved, LockedIn");
        let to = cells[1].split([',', ' ']).next().unwrap();
        edges.extend(from.split(", ").map(|from| (from.to_owned(), to.to_owned())));
    }
    edges
}

/// The name of a state, without what it holds.
pub fn name(state: &ProposalState) -> String {
    format!("{state:?}").split(' ').next().unwrap().to_owned()
}

impl Sim {
    /// Accounts 1, 2, … with the given balances; the rest of the supply has no key.
    pub fn new(params: &Params, balances: &[Amount]) -> Self {
        let mut st = MemoryState::default();
        genesis(&mut st, params).unwrap();
        let mut rest = SUPPLY;
        for (index, balance) in balances.iter().enumerate() {
            accounts::mint_genesis(&mut st, &account(index as u8 + 1), *balance).unwrap();
            rest = rest.saturating_sub(*balance);
        }
        accounts::mint_genesis(&mut st, &account(255), rest).unwrap();
        let (base, deltas) = (BaseDelta::NONE, Deltas::default());
        let (height, slot) = (Height(0), Slot(0));
        Self {
            st,
            height,
            slot,
            supply: SUPPLY,
            base,
            deltas,
            events: vec![],
            enactment: Ok(()),
            rehearsal: Ok(()),
            migrates: false,
        }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx { height: self.height, slot: self.slot, supply: self.supply }
    }

    /// Ends the current block and begins one at `slot`: locks in what waited long enough, enacts what is due.
    pub fn block(&mut self, slot: u64) -> Tick {
        self.end();
        assert!(slot >= self.slot.0, "slots never decrease");
        (self.height, self.slot) = (self.height.plus(1), Slot(slot));
        let ctx = self.ctx();
        let result = tick(&mut self.st, &ctx, &mut self.deltas).unwrap();
        self.events.extend(&result.events);
        for id in &result.continuing {
            if !self.migrates {
                self.events.push(conclude(&mut self.st, &ctx, *id, self.enactment, &mut self.deltas).unwrap());
            }
        }
        for id in &result.due {
            self.enact(*id);
        }
        for id in &result.locking {
            if is_due(&self.st, &ctx, *id).unwrap() {
                self.events.push(match self.rehearsal {
                    Ok(()) => lock_in(&mut self.st, &ctx, *id, Hash::ZERO).unwrap(),
                    failed => conclude(&mut self.st, &ctx, *id, failed, &mut self.deltas).unwrap(),
                });
            }
        }
        result
    }

    /// What the runtime does with a due proposal.
    fn enact(&mut self, id: ProposalId) {
        let ctx = self.ctx();
        if !is_due(&self.st, &ctx, id).unwrap() {
            return;
        }
        if self.migrates {
            self.events.push(begin_migration(&mut self.st, &ctx, id).unwrap());
            return;
        }
        let mut outcome = self.enactment;
        match (outcome, queries::proposal(&self.st, id).unwrap().payload) {
            (Ok(()), Payload::Parameters { params, .. }) => {
                self.events.push(apply_params(&mut self.st, &ctx, &params).unwrap());
            }
            (Ok(()), Payload::Spam { proposal, .. }) => {
                match close_as_spam(&mut self.st, &ctx, proposal, &mut self.deltas) {
                    Ok((event, base)) => {
                        apply_base(&mut self.st, &ctx, base).unwrap();
                        self.events.push(event);
                    }
                    Err(error) => {
                        assert!(!error.is_fatal());
                        outcome = Err(AbortReason::NothingToClose);
                    }
                }
            }
            _ => {}
        }
        self.events.push(conclude(&mut self.st, &ctx, id, outcome, &mut self.deltas).unwrap());
    }

    /// What the runtime does after the transactions of a block.
    pub fn end(&mut self) {
        let ctx = self.ctx();
        apply_base(&mut self.st, &ctx, std::mem::take(&mut self.base)).unwrap();
        accounts::apply_deltas(&mut self.st, &std::mem::take(&mut self.deltas), &account(255)).unwrap();
        assert!(accounts::audit(&self.st).unwrap().is_balanced());
    }

    /// One block in every slot up to and including `slot`.
    pub fn run_to(&mut self, slot: u64) {
        for next in self.slot.0 + 1..=slot {
            self.block(next);
        }
    }

    /// Runs `f` as a transaction: refused ones leave no trace.
    pub fn transaction<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, GovError>) -> Result<T, GovError> {
        let (st, deltas, base, events) = (self.st.clone(), self.deltas, self.base, self.events.len());
        let result = f(self);
        if result.is_err() {
            (self.st, self.deltas, self.base) = (st, deltas, base);
            self.events.truncate(events);
        }
        result
    }

    pub fn stake(&mut self, who: u8, amount: Amount) -> Result<(), GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| stake(&mut sim.st, &ctx, &account(who), amount))
    }

    pub fn unstake(&mut self, who: u8, amount: Amount) -> Result<(), GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| unstake(&mut sim.st, &ctx, &account(who), amount))
    }

    pub fn submit(&mut self, who: u8, class: Class, payload: Payload) -> Result<Proposed, GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| {
            let done = propose(&mut sim.st, &ctx, &account(who), "Title".into(), payload, class, &mut sim.deltas)?;
            sim.base = sim.base.plus(done.base)?;
            sim.events.extend(done.displaced);
            Ok(done)
        })
    }

    pub fn propose(&mut self, who: u8, class: Class) -> ProposalId {
        self.submit(who, class, upgrade()).unwrap().id
    }

    pub fn allocate(&mut self, who: u8, id: ProposalId, side: Side, amount: Amount) -> Result<(), GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| {
            let (events, delta) = allocate(&mut sim.st, &ctx, &account(who), id, side, amount)?;
            sim.base = sim.base.plus(delta)?;
            sim.events.extend(events);
            Ok(())
        })
    }

    pub fn delegate(&mut self, who: u8, class: Class, to: u8, amount: Amount) -> Result<(), GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| {
            let (events, delta) = delegate(&mut sim.st, &ctx, &account(who), class, &account(to), amount)?;
            sim.base = sim.base.plus(delta)?;
            sim.events.extend(events);
            Ok(())
        })
    }

    pub fn allocate_delegated(&mut self, who: u8, id: ProposalId, side: Side, ppm: u32) -> Result<u32, GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| {
            let (touched, delta) = allocate_delegated(&mut sim.st, &ctx, &account(who), id, side, ppm)?;
            sim.base = sim.base.plus(delta)?;
            Ok(touched)
        })
    }

    /// What the enactment of a spam verdict does, in the place of a transaction.
    pub fn spam(&mut self, id: ProposalId) -> Result<(), GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| {
            let (event, delta) = close_as_spam(&mut sim.st, &ctx, id, &mut sim.deltas)?;
            sim.base = sim.base.plus(delta)?;
            sim.events.push(event);
            Ok(())
        })
    }

    /// What the enactment of a rollback does.
    pub fn roll_back(&mut self, id: ProposalId, by: ProposalId) {
        let ctx = self.ctx();
        self.events.extend(rolled_back(&mut self.st, &ctx, id, by).unwrap());
    }

    /// What the last builder's refutation does.
    pub fn raise(&mut self, id: ProposalId) -> bool {
        let ctx = self.ctx();
        let event = raise_class(&mut self.st, &ctx, id).unwrap();
        self.events.extend(event);
        event.is_some()
    }

    pub fn withdraw(&mut self, who: u8, id: ProposalId) -> Result<(), GovError> {
        let ctx = self.ctx();
        self.transaction(|sim| {
            let (event, delta) = withdraw(&mut sim.st, &ctx, &account(who), id, &mut sim.deltas)?;
            sim.base = sim.base.plus(delta)?;
            sim.events.push(event);
            Ok(())
        })
    }

    pub fn state(&self, id: ProposalId) -> ProposalState {
        queries::progress(&self.st, id).unwrap().state
    }

    pub fn standing(&self, id: ProposalId) -> Standing {
        queries::standing(&self.st, &self.ctx(), id).unwrap()
    }

    /// What a page would see at this block. The block's own changes of the base are not in it before it ends.
    pub fn situation(&self, id: ProposalId) -> Situation {
        queries::situation(&self.st, &self.ctx(), id, 1).unwrap()
    }

    pub fn account(&self, who: u8) -> accounts::Account {
        accounts::account(&self.st, &account(who)).unwrap()
    }

    /// Slots at which `id` entered each of its states, in order.
    pub fn slots(&self, id: ProposalId) -> Vec<(ProposalState, u64)> {
        queries::transitions(&self.st, id).unwrap().into_iter().map(|entry| (entry.state, entry.slot.0)).collect()
    }
}
