//! Attacks on modules' data, each on a whole client: migrations that want more than they may, rollbacks that would pay
//! twice, broken code that would stay.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a failed invariant in a test is a failed test"
)]

mod kit;

use codec::Encode;
use kit::*;
use zera_client::{
    primitives::{
        AbortReason, Amount, Class, Height, ModuleId, Outcome, Params, Payload, ProposalId, ProposalState, Side,
        StateKey, manifest::ExportKind, payload::ConfigChange, tx::Call,
    },
    registry,
};

/// Adds one to the number while it moves on.
const PLUS_ONE: &str = "(call $store (i64.add (call $old_load) (i64.const 1)))";

// Migrations that want more than they may.

/// A vote to replace a filled cell by `next`, which migrates.
fn migrating(next: &Cell) -> (Chain, ModuleId, Payload) {
    let mut chain = Chain::new();
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).total("(call $load)").bytes(), Vec::new(), 100);
    chain.run(BOB, call(module, "put", number(7))).unwrap();
    let code = chain.store(&next.bytes());
    (chain, module, upgrade(module, code, 2, true))
}

fn stored(chain: &Chain, module: ModuleId, generation: u32) -> Option<Vec<u8>> {
    chain.client.state().get(&StateKey::storage(&module, generation, b"v")).unwrap()
}

#[test]
fn a_migration_moves_no_zra_and_calls_nobody() {
    let bribes = Cell::new((2, 0, 0), 2, 2)
        .total("(call $load)")
        .import("transfer", TRANSFER)
        .data(ID, &who(BOB).0)
        .data(ENTRY, &Amount::zra(5).0.to_le_bytes())
        .migrate("(call $transfer (i32.const 64) (i32.const 128)) (call $store (call $old_load))");
    let (mut chain, module, payload) = migrating(&bribes);
    let before = (chain.free(&who(BOB)), chain.free(&module.account()));
    let (reason, cause) = chain.fail(payload);
    assert_eq!(reason, AbortReason::MigrationFailed);
    assert!(cause.contains("neither moves ZRA nor calls"), "{cause}");
    assert_eq!((chain.free(&who(BOB)), chain.free(&module.account())), before);

    let mut other = Chain::new();
    let target =
        other.deploy(&Cell::new((1, 0, 0), 1, 1).call("hit", "(call $store (i64.const 1))").bytes(), Vec::new(), 0);
    let module = other.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    let meddles = Cell::new((2, 0, 0), 2, 2)
        .import("call_module", CALL_MODULE)
        .data(ID, &target.0)
        .data(ENTRY, b"hit")
        .migrate(&calls(ID, ENTRY, "hit"));
    let code = other.store(&meddles.bytes());
    assert_eq!(other.fail(upgrade(module, code, 2, true)).0, AbortReason::MigrationFailed);
    assert_eq!(other.ask(&target, "value"), Some(0));
    chain.audit();
}

#[test]
fn a_migration_writes_into_its_own_generation_only() {
    let honest =
        Cell::new((2, 0, 0), 2, 2).total("(call $old_total)").wat("(func $old_total (result i64) (i64.const 7))");
    let (mut chain, module, payload) = migrating(&honest.clone().migrate("(call $store (i64.const 9))"));
    let old = stored(&chain, module, 0);
    assert!(old.is_some());
    chain.pass(payload);
    assert_eq!((stored(&chain, module, 0), stored(&chain, module, 1)), (old.clone(), Some(number(9))));
    // What it wrote before it trapped is nowhere.
    let (mut chain, module, payload) = migrating(&honest.migrate("(call $store (i64.const 9)) (unreachable)"));
    assert_eq!(chain.fail(payload).0, AbortReason::MigrationFailed);
    assert_eq!((stored(&chain, module, 0), stored(&chain, module, 1)), (old, None));
    assert_eq!((chain.module(&module).generation, chain.ask(&module, "value")), (0, Some(7)));
}

#[test]
fn a_migration_keeps_the_declared_supply() {
    let next = |migrate: &str| Cell::new((2, 0, 0), 2, 2).total("(call $load)").migrate(migrate);
    let (mut chain, module, payload) = migrating(&next(PLUS_ONE));
    assert_eq!(chain.fail(payload).0, AbortReason::InvariantBroken);
    assert_eq!((chain.ask(&module, "mark"), chain.ask(&module, "value")), (Some(1), Some(7)));
    let (mut chain, module, payload) = migrating(&next("(call $store (call $old_load))"));
    chain.pass(payload);
    assert_eq!((chain.ask(&module, "mark"), chain.ask(&module, "value")), (Some(2), Some(7)));
    // Code that drops the promise is possible, for a vote of a higher class.
    let drops = Cell::new((2, 0, 1), 2, 3);
    let drops = chain.store(&drops.bytes());
    let id = chain.propose(upgrade(module, drops, 3, false), 1_000).unwrap();
    assert_eq!(chain.class_of(id), Class::Major);
}

#[test]
fn a_migration_in_steps_pauses_its_module_and_shows_no_half_done_data() {
    let next = Cell::new((2, 0, 0), 2, 2).migrate_in_steps(3, 2_000_000, PLUS_ONE);
    let mut chain = Chain::with(Params { migration_gas: 30_000_000, ..Params::demo() }, &[700_000_000, 300_000_000]);
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    chain.run(BOB, call(module, "put", number(7))).unwrap();
    let code = chain.store(&next.bytes());
    let id = chain.propose(upgrade(module, code, 2, true), 100_000_000).unwrap();
    chain.until(id, |state| matches!(state, ProposalState::Migrating { .. }));
    assert_eq!(chain.module(&module).migrating, Some(id));
    let (outcome, cause) = chain.run(BOB, call(module, "put", number(8))).unwrap_err();
    assert_eq!(outcome, Outcome::HostRefused);
    assert!(cause.contains(&format!("the migration of proposal {id}")), "{cause}");
    assert_eq!(chain.ask(&module, "value"), None, "no query reads mixed data either");
    // No vote stops it any more, not even its own voters leaving; and it survives a crash half-way.
    chain.send(VOTER, gone(id));
    chain.seal(1);
    let height = chain.last.height;
    chain.crash(height);
    chain.until(id, |state| !state.is_live());
    assert_eq!((chain.ask(&module, "mark"), chain.ask(&module, "value")), (Some(2), Some(8)));
    chain.audit();
}

// Rollback theft.

#[test]
fn nobody_withdraws_is_rolled_back_and_withdraws_again() {
    let mut chain = Chain::new();
    let lending = chain.deploy(&prebuilt("lending-v1"), 450u32.encode(), 0);
    let pay =
        |zra: u64| Call::Module { module: lending, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(zra) };
    chain.run(3, pay(500)).unwrap();
    chain.run(BOB, pay(20)).unwrap();
    let v2 = chain.store(&prebuilt("lending-v2"));
    chain.pass(upgrade(lending, v2, 2, true));
    assert!(chain.module(&lending).fresh);

    // The rollback is proposed while nothing was written, and passes; just before, Bob takes his money out.
    let id = chain.propose(rollback(lending, 1), 100_000_000).unwrap();
    chain.until(id, |state| matches!(state, ProposalState::Approved { .. }));
    let take = |zra: u64| call(lending, "withdraw", Amount::zra(zra).encode());
    chain.run(BOB, take(20)).unwrap();
    let rich = chain.free(&who(BOB));
    let ended = chain.until(id, |state| !state.is_live());
    let ProposalState::Aborted { reason, .. } = ended else { panic!("{ended:?}") };
    assert_eq!(reason, AbortReason::DataWritten);
    assert_eq!(chain.module(&lending).generation, 1);
    assert!(chain.run(BOB, take(20)).is_err());
    assert!(chain.free(&who(BOB)) <= rich);
    // From now on it is refused as soon as it is proposed.
    let (_, cause) = chain.propose(rollback(lending, 1), 1_000).unwrap_err();
    assert!(cause.contains("have been written since version 1"), "{cause}");
    chain.audit();
}

#[test]
fn a_return_of_untouched_data_gives_everybody_what_they_had() {
    let mut chain = Chain::new();
    let lending = chain.deploy(&prebuilt("lending-v1"), 450u32.encode(), 0);
    let deposit = Call::Module { module: lending, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(20) };
    chain.run(BOB, deposit).unwrap();
    let usage = registry::storage_usage(chain.client.state(), &lending).unwrap();
    let v2 = chain.store(&prebuilt("lending-v2"));
    chain.pass(upgrade(lending, v2, 2, true));
    chain.pass(rollback(lending, 1));
    let record = chain.module(&lending);
    assert_eq!((record.sequence, record.generation), (3, 0));
    assert_eq!(registry::storage_usage(chain.client.state(), &lending), Ok(usage));
    chain.run(BOB, call(lending, "withdraw", Amount::zra(20).encode())).unwrap();
    assert!(chain.run(BOB, call(lending, "withdraw", Amount::zra(1).encode())).is_err());
    chain.audit();
}

#[test]
fn what_a_setter_pays_out_is_not_returned_either() {
    let pays = "(call $transfer (i32.const 64) (i32.const 128))";
    let next = Cell::new((2, 0, 0), 2, 2)
        .import("transfer", TRANSFER)
        .data(ID, &who(BOB).0)
        .data(ENTRY, &Amount::zra(5).0.to_le_bytes())
        .rate(pays)
        .migrate(PLUS_ONE);
    let mut chain = Chain::new();
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 100);
    chain.run(BOB, call(module, "put", number(7))).unwrap();
    let code = chain.store(&next.bytes());
    chain.pass(upgrade(module, code, 2, true));
    let before = chain.free(&who(BOB));
    chain.pass(set_rate(module, 5));
    assert_eq!(chain.free(&who(BOB)), before.add(Amount::zra(5)).unwrap());
    let (_, cause) = chain.propose(rollback(module, 1), 1_000).unwrap_err();
    assert!(cause.contains("have been written"), "{cause}");
}

// Broken old code.

/// Code of which every export traps.
fn broken() -> Cell {
    Cell::bare((1, 0, 0), 1)
        .export("put", ExportKind::Call, Some(0), None, true)
        .wat(r#"(func (export "put") (param i64) (unreachable))"#)
        .total("(unreachable)")
        .health("(unreachable)")
        .migrate("(unreachable)")
        .rate("(unreachable)")
        .export("value", ExportKind::Query, Some(1), Some(0), true)
        .wat(r#"(func (export "value") (param i32) (result i64) (unreachable))"#)
}

fn sound(version: (u16, u16, u16), schema: u32, mark: u64) -> Cell {
    Cell::new(version, schema, mark)
        .total("(call $load)")
        .health("(i32.const 1)")
        .rate("(call $store (local.get 0))")
        .migrate("(call $store (call $old_load))")
}

#[test]
fn broken_code_never_blocks_its_replacement() {
    for (version, schema, migrates) in [((1, 0, 1), 1, false), ((2, 0, 0), 2, true)] {
        let mut chain = Chain::new();
        let module = chain.deploy(&broken().bytes(), Vec::new(), 0);
        assert!(chain.run(BOB, call(module, "put", number(7))).is_err());
        let code = chain.store(&sound(version, schema, 2).bytes());
        chain.pass(upgrade(module, code, 2, migrates));
        chain.run(BOB, call(module, "put", number(7))).unwrap();
        assert_eq!((chain.ask(&module, "mark"), chain.ask(&module, "value")), (Some(2), Some(7)));
    }
}

#[test]
fn code_that_never_ends_does_not_block_its_replacement() {
    let endless = Cell::new((1, 0, 0), 1, 1).total("(loop $for_ever (br $for_ever)) (unreachable)");
    let mut chain = Chain::new();
    let module = chain.deploy(&endless.bytes(), Vec::new(), 0);
    let code = chain.store(&sound((2, 0, 0), 2, 2).bytes());
    chain.pass(upgrade(module, code, 2, true));
    assert_eq!(chain.ask(&module, "mark"), Some(2));
}

#[test]
fn broken_code_is_rolled_back() {
    let mut chain = Chain::new();
    let module = chain.deploy(&sound((0, 9, 0), 1, 1).bytes(), Vec::new(), 0);
    chain.run(BOB, call(module, "put", number(7))).unwrap();
    // It looks well while it is asked at its enactment, and answers nobody from some slot on.
    let turns = "(if (i64.gt_u (call $slot) (i64.const 250)) (then (unreachable)))";
    let sick = Cell::new((1, 0, 0), 1, 2)
        .import("slot", "(result i64)")
        .total(&format!("{turns} (call $load)"))
        .health(&format!("{turns} (i32.const 1)"))
        .rate("(unreachable)")
        .migrate("(unreachable)");
    let code = chain.store(&sick.bytes());
    chain.pass(upgrade(module, code, 2, false));
    while chain.slot.0 <= 250 {
        chain.seal(5);
    }
    chain.pass(rollback(module, 1));
    assert_eq!((chain.ask(&module, "mark"), chain.ask(&module, "value")), (Some(1), Some(7)));
}

// A migration that would never end, and one that leaves much behind.

#[test]
fn what_failed_is_removed_little_by_little_and_its_number_never_comes_back() {
    let writes = r"(call $store (i64.const 1)) (unreachable)";
    let mut chain = Chain::with(Params { migration_gas: 30_000_000, ..Params::demo() }, &[700_000_000, 300_000_000]);
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    chain.run(BOB, call(module, "put", number(7))).unwrap();
    let code = chain.store(&Cell::new((2, 0, 0), 2, 2).migrate_in_steps(2, 2_000_000, writes).bytes());
    let (reason, _) = chain.fail(upgrade(module, code, 2, true));
    assert_eq!(reason, AbortReason::MigrationFailed);
    let record = chain.module(&module);
    assert_eq!((record.migrating, record.generation, record.next_generation), (None, 0, 2));
    chain.run(BOB, call(module, "put", number(8))).unwrap();
    let code = chain.store(&Cell::new((2, 0, 0), 2, 3).migrate(PLUS_ONE).bytes());
    chain.pass(upgrade(module, code, 2, true));
    assert_eq!((chain.module(&module).generation, chain.ask(&module, "value")), (2, Some(9)));
    assert_eq!(stored(&chain, module, 1), None);
}

/// Proposes and goes to the block before `id` is locked in, so that the next one locks it in.
fn up_to_lock_in(chain: &mut Chain, payload: Payload) -> ProposalId {
    up_to_lock_in_with(chain, payload, 100_000_000)
}

fn up_to_lock_in_with(chain: &mut Chain, payload: Payload, zra: u64) -> ProposalId {
    let id = chain.propose(payload, zra).unwrap();
    chain.until(id, |state| matches!(state, ProposalState::LockedIn { .. }));
    let before = Height(chain.last.height.0 - 1);
    chain.crash(before);
    id
}

#[test]
fn an_enactment_that_its_rehearsal_did_not_foresee_leaves_nothing() {
    let mut chain = Chain::new();
    let good = chain.deploy(&Cell::new((1, 0, 0), 1, 1).rate("(call $store (local.get 0))").bytes(), Vec::new(), 0);
    let moody = "(if (i64.eq (call $load) (i64.const 99)) (then (unreachable)))";
    let moody = chain.deploy(&Cell::new((1, 0, 0), 1, 1).rate(moody).bytes(), Vec::new(), 0);
    let change = |module_id| ConfigChange { module_id, parameter: "rate".into(), value: 5u64.encode() };
    let both = Payload::Config { changes: vec![change(good), change(moody)], description: String::new() };
    let id = up_to_lock_in(&mut chain, both);
    // In the very block that locks it in, somebody changes what the second setter looks at.
    chain.send(BOB, vec![call(moody, "put", number(99))]);
    chain.seal(5);
    state_is(chain.state_of(id), |state| matches!(state, ProposalState::LockedIn { .. }));
    chain.seal(5);
    let ended = chain.state_of(id);
    assert!(matches!(ended, ProposalState::Aborted { reason: AbortReason::SetterFailed, .. }), "{ended:?}");
    assert_eq!(chain.ask(&good, "value"), Some(0), "the first setter's work is taken back");
    assert_eq!(registry::config_history(chain.client.state(), &good, "rate"), Ok(Vec::new()));
    chain.audit();
}

#[test]
fn what_a_failed_migration_wrote_block_by_block_is_removed() {
    let mut chain = Chain::with(Params { migration_gas: 30_000_000, ..Params::demo() }, &[700_000_000, 300_000_000]);
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    chain.run(BOB, call(module, "put", number(7))).unwrap();
    // Every step writes; the last one finds the module ill.
    let sick = Cell::new((2, 0, 0), 2, 2).migrate_and_write_in_steps(2, 2_000_000).health("(i32.const 0)");
    let code = chain.store(&sick.bytes());
    let id = chain.propose(upgrade(module, code, 2, true), 100_000_000).unwrap();
    chain.until(id, |state| matches!(state, ProposalState::Migrating { .. }));
    assert!(stored(&chain, module, 1).is_some());
    let ended = chain.until(id, |state| !state.is_live());
    assert!(matches!(ended, ProposalState::Aborted { reason: AbortReason::Unhealthy, .. }), "{ended:?}");
    chain.seal(1);
    assert_eq!((stored(&chain, module, 1), chain.ask(&module, "value")), (None, Some(7)));
    assert_eq!((chain.module(&module).migrating, chain.module(&module).next_generation), (None, 2));
}

#[test]
fn a_vote_about_a_migrating_module_waits_and_is_not_lost() {
    let mut chain = Chain::with(Params { migration_gas: 30_000_000, ..Params::demo() }, &[700_000_000, 300_000_000]);
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    let slow = chain.store(&Cell::new((2, 0, 0), 2, 2).migrate_in_steps(4, 2_000_000, PLUS_ONE).bytes());
    let next = chain.store(&Cell::new((2, 0, 1), 2, 3).reads(1).migrate(PLUS_ONE).bytes());
    let amount = Amount::zra(200_000_000);
    // Both are locked in by the same block: the second one for the version after the first.
    chain.send(
        VOTER,
        vec![
            Call::Stake { amount: Amount::zra(400_000_000) },
            Call::Propose { title: "slow".into(), payload: upgrade(module, slow, 2, true) },
            Call::Propose { title: "next".into(), payload: upgrade(module, next, 2, true) },
            Call::Allocate { proposal: ProposalId(1), side: Side::For, amount },
            Call::Allocate { proposal: ProposalId(2), side: Side::For, amount },
        ],
    );
    chain.seal(1);
    chain.until(ProposalId(1), |state| matches!(state, ProposalState::Migrating { .. }));
    for _ in 0..3 {
        assert_eq!(chain.module(&module).migrating, Some(ProposalId(1)));
        assert!(chain.state_of(ProposalId(2)).is_open(), "{:?}", chain.state_of(ProposalId(2)));
        chain.seal(5);
    }
    let first = chain.until(ProposalId(1), |state| !state.is_live());
    state_is(first, |state| matches!(state, ProposalState::Active { .. }));
    // Then it is judged by what stands: its version is taken.
    let second = chain.until(ProposalId(2), |state| !state.is_live());
    assert!(matches!(second, ProposalState::Aborted { reason: AbortReason::BadVersion, .. }), "{second:?}");
}

#[test]
fn a_vote_that_was_locked_in_before_a_migration_began_waits_too() {
    let mut chain = Chain::with(Params { migration_gas: 30_000_000, ..Params::demo() }, &[700_000_000, 300_000_000]);
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    let slow = chain.store(&Cell::new((2, 0, 0), 2, 2).migrate_in_steps(6, 2_000_000, PLUS_ONE).bytes());
    let light = chain.store(&Cell::new((1, 0, 1), 1, 3).bytes());
    let slow = chain.propose(upgrade(module, slow, 2, true), 300_000_000).unwrap();
    chain.until(slow, |state| matches!(state, ProposalState::LockedIn { .. }));
    // Proposed 100 slots earlier, the smaller vote is locked in just before it; and then stands still.
    let before = Height(chain.last.height.0 - 20);
    chain.crash(before);
    let light = up_to_lock_in_with(&mut chain, upgrade(module, light, 2, false), 250_000_000);
    let amount = Amount::zra(250_000_000);
    chain.send(BOB, vec![Call::Stake { amount }, Call::Allocate { proposal: light, side: Side::Against, amount }]);
    chain.seal(5);
    chain.until(slow, |state| matches!(state, ProposalState::Migrating { .. }));
    state_is(chain.state_of(light), |state| matches!(state, ProposalState::LockedIn { .. }));
    chain.send(BOB, vec![Call::Allocate { proposal: light, side: Side::Against, amount: Amount::ZERO }]);
    chain.seal(1);
    chain.seal(1);
    assert_eq!(chain.module(&module).migrating, Some(slow));
    state_is(chain.state_of(light), |state| matches!(state, ProposalState::LockedIn { .. }));
    state_is(chain.until(slow, |state| !state.is_live()), |state| matches!(state, ProposalState::Active { .. }));
    let ended = chain.until(light, |state| !state.is_live());
    assert!(matches!(ended, ProposalState::Aborted { reason: AbortReason::BadVersion, .. }), "{ended:?}");
}
