//! Random lives of a chain against a small model of them: votes, upgrades, migrations over several blocks, rollbacks,
//! freezes, tags and followers, with crashes and reopenings in between. 100,000 steps with `ZERA_LONG` set, a share of
//! them without.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "a failed invariant in a test is a failed test, and the model reckons in floats"
)]

mod kit;
mod model;

use codec::Encode;
use kit::{Chain, call, execution, freeze, key, rollback, set_rate, unfreeze, upgrade, who};
use model::{CODES, Deed, Kind, Model, Payload, Reason, Side, State};
use zera_client::{
    governance::queries,
    primitives::{
        self, AbortReason, Amount, Class, ExternalRef, Hash, Height, ModuleId, Params, ProposalId, ProposalState, Slot,
        payload::Effect, tx::Call,
    },
    registry::{self, refs},
    state::accounts,
};

/// Persons 1 to 5; the last one only delegates.
const PEOPLE: usize = 5;
const DELEGATOR: usize = 4;
const DELEGATE: usize = 1;
/// Steps of one life; then another chain begins.
const LIFE: usize = 1_500;

/// Numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn place(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).unwrap()
    }

    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// The codes and modules behind the model's numbers.
struct World {
    chain: Chain,
    codes: Vec<Hash>,
    fleet: Vec<Hash>,
    own: Hash,
    cells: Vec<ModuleId>,
    manager: ModuleId,
    followers: Vec<ModuleId>,
}

const COUNT: &str = "(call $store (i64.add (call $load) (i64.const 1)))";
const PLUS_ONE: &str = "(call $store (i64.add (call $old_load) (i64.const 1)))";

/// The code of place `n` in [`CODES`].
fn cell_code(n: usize) -> Vec<u8> {
    let code = CODES[n];
    let mut cell = kit::Cell::new(code.version, code.schema, n as u64)
        .call("count", COUNT)
        .rate("(call $store (local.get 0))")
        .health(if code.kind == Kind::Sick { "(i32.const 0)" } else { "(i32.const 1)" });
    if let Some(older) = code.reads {
        cell = cell.reads(older);
    }
    // A step takes more than a third of a block's gas, so there is one in each.
    match code.kind {
        Kind::Plain | Kind::Sick => cell,
        Kind::Whole => cell.migrate(PLUS_ONE),
        Kind::Traps => cell.migrate("(call $store (i64.const 5)) (unreachable)"),
        Kind::Steps => cell.migrate_in_steps(2, TURNS, PLUS_ONE),
        Kind::TrapsLate => cell.migrate_in_steps(2, TURNS, "(call $store (i64.const 5)) (unreachable)"),
    }
    .bytes()
}

/// Turns of a loop that cost some four of the ten million gas of a block.
const TURNS: u32 = 500_000;

impl World {
    fn new() -> Self {
        let params = Params { migration_gas: 10_000_000, ..Params::demo() };
        let mut chain = Chain::with(params, &[200_000_000; PEOPLE]);
        let codes: Vec<Hash> = (0..CODES.len()).map(|n| chain.store(&cell_code(n))).collect();
        let fleet: Vec<Hash> = model::fleet()
            .map(|(n, schema, older)| {
                let cell = kit::Cell::new((1, 0, u16::try_from(n).unwrap()), schema, n as u64);
                let cell = if let Some(older) = older { cell.reads(older) } else { cell };
                chain.store(&cell.bytes())
            })
            .collect();
        let cells = (0..2).map(|_| chain.deploy(&cell_code(0), Vec::new(), 0)).collect::<Vec<_>>();
        let mut manager = kit::Cell::bare((1, 0, 0), 1).import("set_contract_wasm_ref", kit::SET_TAG).data(60, b"t");
        for (n, code) in fleet.iter().enumerate() {
            let at = 100 + 32 * n;
            let flip = format!("(call $set_contract_wasm_ref (i32.const 60) (i32.const 1) (i32.const {at}))");
            manager = manager.data(u32::try_from(at).unwrap(), &code.0).call(&format!("flip{n}"), &flip);
        }
        let manager = chain.deploy(&manager.bytes(), Vec::new(), 0);
        chain.run(1, call(manager, "flip0", Vec::new())).unwrap();
        let own = kit::Cell::bare((1, 0, 0), 0)
            .import("call_module", kit::CALL_MODULE)
            .data(64, &cells[0].0)
            .data(128, b"count")
            .wat(&format!(r#"(func (export "enact") {})"#, kit::calls(64, 128, "count")));
        let own = chain.store(&own.bytes());
        chain.compact();
        Self { chain, codes, fleet, own, cells, manager, followers: Vec::new() }
    }

    fn payload(&self, payload: &Payload) -> primitives::Payload {
        match *payload {
            Payload::Upgrade { cell, code, version, migration } => {
                upgrade(self.cells[cell], self.codes[code], version, migration)
            }
            Payload::Rollback { cell, to } => rollback(self.cells[cell], to),
            Payload::Config { cell, value } => set_rate(self.cells[cell], value),
            Payload::Freeze { cell, slots } => freeze(self.cells[cell], slots),
            Payload::Unfreeze { cell } => unfreeze(self.cells[cell]),
            Payload::Execute { times } => {
                let effect = Effect::Call { module: self.cells[0], entry: "count".into(), times };
                execution(self.own, vec![effect])
            }
        }
    }

    fn call(&self, deed: &Deed) -> Call {
        let id = |proposal: usize| ProposalId(proposal as u64 + 1);
        let side = |side: Side| if side == Side::For { primitives::Side::For } else { primitives::Side::Against };
        match deed {
            Deed::Transfer { to, zra } => Call::Transfer { to: account(*to), amount: Amount::zra(*zra) },
            Deed::Stake { zra } => Call::Stake { amount: Amount::zra(*zra) },
            Deed::Unstake { zra } => Call::Unstake { amount: Amount::zra(*zra) },
            Deed::Allocate { proposal, side: on, zra } => {
                Call::Allocate { proposal: id(*proposal), side: side(*on), amount: Amount::zra(*zra) }
            }
            Deed::Delegate { to, zra } => {
                Call::Delegate { class: Class::Minor, to: account(*to), amount: Amount::zra(*zra) }
            }
            Deed::AllocateDelegated { proposal, side: on, share_ppm } => {
                Call::AllocateDelegated { proposal: id(*proposal), side: side(*on), share_ppm: *share_ppm }
            }
            Deed::Propose(payload) => Call::Propose { title: "t".into(), payload: self.payload(payload) },
            Deed::Withdraw { proposal } => Call::Withdraw { proposal: id(*proposal) },
            Deed::Put { cell, value } => call(self.cells[*cell], "put", value.encode()),
            Deed::PutFollower { follower, value } => call(self.followers[*follower], "put", value.encode()),
            Deed::Flip { to } => call(self.manager, &format!("flip{to}"), Vec::new()),
            Deed::Follow => {
                let reference = ExternalRef { manager: self.manager, tag: "t".into(), pin: None };
                Call::DeployReference { reference, constructor: None, value: Amount::ZERO }
            }
        }
    }
}

fn account(person: usize) -> primitives::AccountId {
    key(u8::try_from(person + 1).unwrap()).public()
}

/// What somebody might do now: mostly what can succeed.
fn deed(dice: &mut Dice, model: &Model, world: &World) -> (usize, Deed) {
    let person = dice.place(PEOPLE - 1);
    let side = if dice.once_in(8) { Side::Against } else { Side::For };
    let any = |dice: &mut Dice| dice.place(model.proposals.len().max(1));
    let live: Vec<usize> = (0..model.proposals.len()).filter(|id| model.proposals[*id].state.is_live()).collect();
    let one = |dice: &mut Dice| {
        if live.is_empty() || dice.once_in(15) { any(dice) } else { live[dice.place(live.len())] }
    };
    let deed = match dice.below(22) {
        0 => Deed::Transfer { to: dice.place(PEOPLE), zra: dice.below(3) },
        1 if model.people[person].staked < 120_000_000 => Deed::Stake { zra: 1 + dice.below(40_000_000) },
        1 | 2 => Deed::Unstake { zra: dice.below(model.unbound(person, None) * 11 / 10 + 2) },
        3..=8 => {
            let proposal = one(dice);
            let most = model.unbound(person, Some(proposal));
            let held = model.proposals.get(proposal).and_then(|one| one.allocations.get(&person));
            let side = held.filter(|_| !dice.once_in(10)).map_or(side, |held| held.0);
            // Few votes pass unless people put much of what they have behind them.
            let zra = match dice.below(8) {
                0 => 0,
                1 | 2 => dice.below(most * 21 / 20 + 2),
                _ => most / 2 + dice.below(most / 2 + 1),
            };
            Deed::Allocate { proposal, side, zra }
        }
        9 => return (DELEGATOR, delegator(dice, model)),
        10 => {
            let share_ppm = [0, 250_000, 500_000, 1_000_000][dice.place(4)];
            return (DELEGATE, Deed::AllocateDelegated { proposal: one(dice), side, share_ppm });
        }
        11..=14 if live.len() < 4 || dice.once_in(6) => Deed::Propose(payload(dice, model)),
        15 if dice.once_in(3) => Deed::Withdraw { proposal: one(dice) },
        11..=17 if dice.once_in(3) => Deed::Put { cell: dice.place(2), value: dice.below(1_000) },
        18 => Deed::Flip { to: dice.place(3) },
        19 if model.followers.len() < 6 => Deed::Follow,
        _ if world.followers.is_empty() => Deed::Transfer { to: dice.place(PEOPLE), zra: 1 },
        _ => Deed::PutFollower { follower: dice.place(world.followers.len()), value: dice.below(1_000) },
    };
    (person, deed)
}

fn delegator(dice: &mut Dice, model: &Model) -> Deed {
    let me = &model.people[DELEGATOR];
    let held = me.delegated.map_or(0, |(_, zra)| zra);
    match dice.below(4) {
        0 if me.staked < 120_000_000 => Deed::Stake { zra: 1 + dice.below(40_000_000) },
        1 => Deed::Delegate { to: DELEGATE, zra: 0 },
        // Never less than before: which allocations shrink first is governance's own model's affair.
        _ => {
            Deed::Delegate { to: DELEGATE, zra: held.max(1) + dice.below(model.unbound(DELEGATOR, None) * 11 / 10 + 1) }
        }
    }
}

fn payload(dice: &mut Dice, model: &Model) -> Payload {
    let cell = dice.place(2);
    let now = &model.cells[cell];
    match dice.below(10) {
        0..=4 => {
            // Mostly one of the next few codes.
            let code = (now.code() + 1 + dice.place(6)).min(CODES.len() - 1);
            let code = if dice.once_in(8) { dice.place(CODES.len()) } else { code };
            let version = (now.sequence() + [1, 1, 1, 1, 2, 0][dice.place(6)]).max(1);
            let migrates = !matches!(CODES[code].kind, Kind::Plain | Kind::Sick);
            Payload::Upgrade { cell, code, version, migration: migrates != dice.once_in(12) }
        }
        5 | 6 => {
            let last = now.sequence().saturating_sub(1);
            let to = if dice.once_in(2) { last } else { u32::try_from(dice.below(u64::from(last) + 2)).unwrap() };
            Payload::Rollback { cell, to }
        }
        7 => Payload::Config { cell, value: dice.below(40) },
        8 if dice.once_in(2) => Payload::Unfreeze { cell },
        8 => Payload::Freeze { cell, slots: dice.below(now.freezable(model.slot) * 6 / 5 + 2) },
        _ => Payload::Execute { times: if dice.once_in(4) { 2 } else { 1 } },
    }
}

/// One block: what is done in it, and the comparison after it. Answers its steps.
fn block(dice: &mut Dice, model: &mut Model, world: &mut World) -> usize {
    let pass = match dice.below(12) {
        0 => 60 + dice.below(60),
        1..=4 => 10 + dice.below(20),
        _ => 1 + dice.below(8),
    };
    let count = dice.place(7);
    let mut deeds: Vec<(usize, Deed)> = (0..count).map(|_| deed(dice, model, world)).collect();
    for (person, deed) in &deeds {
        world.chain.send(u8::try_from(person + 1).unwrap(), vec![world.call(deed)]);
    }
    // A block takes each sender's together, in order of their first.
    let first: Vec<usize> =
        deeds.iter().map(|(person, _)| deeds.iter().position(|(other, _)| other == person).unwrap()).collect();
    let mut order: Vec<usize> = (0..deeds.len()).collect();
    order.sort_by_key(|place| first[*place]);
    deeds = order.iter().map(|place| deeds[*place].clone()).collect();

    let nonces: Vec<u64> = (0..PEOPLE).map(|person| nonce(world, person)).collect();
    let record = world.chain.seal(pass).decoded.clone();
    model.open_block(world.chain.slot.0);
    let mut sent = [0; PEOPLE];
    for (place, (person, deed)) in deeds.iter().enumerate() {
        let expected = model.act(*person, deed);
        let got = record.receipts[place].outcome.is_ok();
        let cause = record.diagnostics[place].last().and_then(|seen| seen.cause.clone());
        assert_eq!(got, expected, "{deed:?} by {person} at {}: {cause:?}\n{model:#?}", world.chain.slot);
        if let (Deed::Follow, true) = (deed, got) {
            world.followers.push(ModuleId::derive(&account(*person), nonces[*person] + sent[*person], 0));
        }
        sent[*person] += 1;
    }
    deeds.len() + 1
}

fn nonce(world: &World, person: usize) -> u64 {
    accounts::account(world.chain.client.state(), &account(person)).unwrap().nonce
}

/// The chain's view of a proposal in the model's words.
fn state_of(state: ProposalState) -> State {
    match state {
        ProposalState::Submitted => State::Submitted,
        ProposalState::Accruing => State::Accruing,
        ProposalState::Confirming { held, at } => State::Confirming { held, at: at.0 },
        ProposalState::Approved { held, at, since } => State::Approved { held, at: at.0, since: since.0 },
        ProposalState::LockedIn { since, .. } => State::LockedIn { since: since.0 },
        ProposalState::Migrating { .. } => State::Migrating,
        ProposalState::Active { .. } => State::Active,
        ProposalState::RolledBack { by, .. } => State::RolledBack { by: by.0 },
        ProposalState::Aborted { reason, .. } => State::Aborted(reason_of(reason)),
        ProposalState::Expired { .. } => State::Expired,
        ProposalState::Withdrawn { .. } => State::Withdrawn,
    }
}

fn reason_of(reason: AbortReason) -> Reason {
    match reason {
        AbortReason::BadVersion => Reason::BadVersion,
        AbortReason::SameCode => Reason::SameCode,
        AbortReason::SchemaMismatch => Reason::SchemaMismatch,
        AbortReason::ClassTooLow => Reason::ClassTooLow,
        AbortReason::MigrationFailed => Reason::MigrationFailed,
        AbortReason::Unhealthy => Reason::Unhealthy,
        AbortReason::BadParameter => Reason::BadParameter,
        AbortReason::NoSuchVersion => Reason::NoSuchVersion,
        AbortReason::GenerationGone => Reason::GenerationGone,
        AbortReason::DataWritten => Reason::DataWritten,
        AbortReason::AlreadyFrozen => Reason::AlreadyFrozen,
        AbortReason::NotFrozen => Reason::NotFrozen,
        AbortReason::FreezeTooLong => Reason::FreezeTooLong,
        AbortReason::Busy => Reason::Busy,
        AbortReason::ExecutionFailed => Reason::ExecutionFailed,
        AbortReason::OtherEffects => Reason::OtherEffects,
        other => panic!("the model knows no {other:?}"),
    }
}

/// Compares everything that the model knows with the chain.
fn compare(model: &Model, world: &World) {
    let (st, slot) = (world.chain.client.state(), world.chain.slot);
    assert_eq!(queries::count(st).unwrap(), model.proposals.len() as u64);
    for (id, known) in model.proposals.iter().enumerate() {
        let progress = queries::progress(st, ProposalId(id as u64 + 1)).unwrap();
        assert_eq!(state_of(progress.state), known.state, "proposal {} at {slot}: {known:?}", id + 1);
        assert_eq!(progress.class.index(), known.class);
    }
    for (cell, id) in model.cells.iter().zip(&world.cells) {
        let record = registry::module(st, id).unwrap().unwrap();
        let code = registry::resolve(st, slot, &record.executable).unwrap();
        assert_eq!((record.sequence, code), (cell.sequence(), world.codes[cell.code()]), "{cell:?}");
        let generations = (record.generation, record.next_generation, record.fresh);
        assert_eq!(generations, (cell.generation, cell.next_generation, cell.fresh), "{cell:?}");
        assert_eq!(record.frozen.map(|frozen| frozen.until), cell.frozen_until.map(Slot), "{cell:?}");
        assert_eq!(record.migrating.map(|id| id.0), cell.work.as_ref().map(|work| work.proposal));
        assert_eq!(world.chain.ask(id, "value"), cell.value(), "{cell:?}");
        let mark = cell.work.is_none().then(|| cell.code() as u64);
        assert_eq!(world.chain.ask(id, "mark"), mark);
    }
    let tag = refs::tag(st, &world.manager, "t").unwrap().unwrap();
    assert_eq!((tag.at(slot), tag.followers), (world.fleet[model.tag], model.followers.len() as u64));
    for (follower, id) in model.followers.iter().zip(&world.followers) {
        assert_eq!(world.chain.ask(id, "value"), follower.value(model.tag), "{follower:?} at {}", model.tag);
    }
    for (person, known) in model.people.iter().enumerate() {
        let staked = accounts::account(st, &account(person)).unwrap().staked;
        assert_eq!(staked, Amount::zra(known.staked), "person {person}");
    }
}

/// One chain from its beginning on. Answers its steps, and how often each state was reached.
fn life(seed: u64, most: usize) -> (usize, Vec<State>) {
    let (mut dice, mut world, mut model) = (Dice(seed), World::new(), Model::new(PEOPLE));
    model.slot = world.chain.slot.0;
    let mut steps = 0;
    // What the model knew after each block that the host still has records of.
    let mut past = vec![(model.clone(), world.followers.clone())];
    while steps < most {
        steps += block(&mut dice, &mut model, &mut world);
        if model.undecided {
            break;
        }
        compare(&model, &world);
        past.push((model.clone(), world.followers.clone()));
        if dice.once_in(12) {
            steps += 1;
            // Mostly nothing is lost, or a block or two.
            let most = if dice.once_in(6) { 12 } else { 3 };
            let back = dice.place(past.len().min(most));
            past.truncate(past.len() - back);
            (model, world.followers) = past.last().unwrap().clone();
            let head = world.chain.client.head().height.0;
            world.chain.crash(Height(head - back as u64));
            compare(&model, &world);
        }
        if past.len() > 40 {
            world.chain.audit();
            world.chain.compact();
            past.drain(..past.len() - 1);
        }
    }
    world.chain.audit();
    (steps, model.proposals.iter().map(|one| one.state).collect())
}

#[test]
fn a_chain_does_what_the_model_says() {
    let wanted = if std::env::var_os("ZERA_LONG").is_some() { 100_000 } else { 20_000 };
    let only = std::env::var("ZERA_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let (mut steps, mut reached) = (0, std::collections::BTreeMap::<String, usize>::new());
    let mut seed = only.unwrap_or(20_261_120);
    while steps < wanted {
        println!("seed {seed}, {steps} steps");
        let (more, states) = life(seed, LIFE.min(wanted - steps));
        steps += more;
        for state in states {
            let name = format!("{state:?}");
            let name = name.split(" { by").next().unwrap();
            *reached.entry(name.split(" {").next().unwrap().into()).or_default() += 1;
        }
        if only.is_some() {
            break;
        }
        seed += 1;
    }
    println!("{steps} steps; proposals ended or stand: {reached:#?}");
    for state in ["Active", "RolledBack", "Expired", "Withdrawn", "Aborted(MigrationFailed)", "Aborted(Unhealthy)"] {
        assert!(only.is_some() || reached.contains_key(state), "no proposal ended {state}: the deeds are too tame");
    }
    assert_eq!(who(1), account(0));
}
