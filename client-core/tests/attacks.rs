//! Attacks on the module lifecycle, each on a whole client: what the attacker does, and that it gains nothing.

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
    governance::queries,
    primitives::{
        AbortReason, Amount, Class, Hash, Height, ModuleId, Outcome, Payload, ProposalId, ProposalState, Side,
        payload::{ConfigChange, Effect},
        tx::Call,
    },
    registry::{self, refs},
};

fn call_effect(module: ModuleId, entry: &str, times: u32) -> Effect {
    Effect::Call { module, entry: entry.into(), times }
}

// Confused deputy.

/// A manager: `flip` sets its tag "t" to the code that stands at 200.
fn manager(code: Hash) -> Cell {
    Cell::bare((1, 0, 0), 1)
        .import("set_contract_wasm_ref", SET_TAG)
        .data(190, b"t")
        .data(200, &code.0)
        .call("flip", "(call $set_contract_wasm_ref (i32.const 190) (i32.const 1) (i32.const 200))")
}

/// A module whose setter of `rate` calls `entry` of `target` on the way.
fn deputy(target: ModuleId, entry: &str) -> Cell {
    let setter = format!("{} (call $store (local.get 0))", calls(ID, ENTRY, entry));
    Cell::new((1, 0, 0), 1, 1)
        .import("call_module", CALL_MODULE)
        .data(ID, &target.0)
        .data(ENTRY, entry.as_bytes())
        .rate(&setter)
}

#[test]
fn a_setter_that_calls_a_manager_flips_nothing() {
    let mut chain = Chain::new();
    let (one, two) =
        (chain.store(&Cell::new((1, 0, 0), 1, 1).bytes()), chain.store(&Cell::new((1, 0, 1), 1, 2).bytes()));
    let fleet = chain.deploy(&manager(one).bytes(), Vec::new(), 0);
    chain.run(BOB, call(fleet, "flip", Vec::new())).unwrap();
    let tag = |chain: &Chain| refs::tag(chain.client.state(), &fleet, "t").unwrap().unwrap().code;
    assert_eq!(tag(&chain), one, "called by an account, the manager does what it is for");

    // The manager moves to code that would flip to `two`; the deputy is asked to do it by a mere config vote.
    let next = Cell::bare((1, 0, 1), 1)
        .import("set_contract_wasm_ref", SET_TAG)
        .data(190, b"t")
        .data(200, &two.0)
        .call("flip", "(call $set_contract_wasm_ref (i32.const 190) (i32.const 1) (i32.const 200))");
    let next = chain.store(&next.bytes());
    chain.pass(upgrade(fleet, next, 2, false));
    let deputy = chain.deploy(&deputy(fleet, "flip").bytes(), Vec::new(), 0);
    let (reason, cause) = chain.fail(set_rate(deputy, 5));
    assert_eq!(reason, AbortReason::SetterFailed);
    assert!(cause.contains("changes no code"), "{cause}");
    assert_eq!((tag(&chain), chain.ask(&deputy, "value")), (one, Some(0)));
}

#[test]
fn the_governance_caller_is_never_passed_on() {
    let mut chain = Chain::new();
    let target = chain.deploy(&Cell::new((1, 0, 0), 1, 1).rate("(call $store (local.get 0))").bytes(), Vec::new(), 0);
    chain.pass(set_rate(target, 9));
    assert_eq!(chain.ask(&target, "value"), Some(9), "named by the vote, the setter runs");
    let deputy = chain.deploy(&deputy(target, "set_rate").bytes(), Vec::new(), 0);
    let (reason, cause) = chain.fail(set_rate(deputy, 5));
    assert_eq!(reason, AbortReason::SetterFailed);
    assert!(cause.contains("by governance only"), "{cause}");
    assert_eq!(chain.ask(&target, "value"), Some(9));
    // Neither does anybody else reach it.
    let (outcome, _) = chain.run(BOB, call(target, "set_rate", number(3))).unwrap_err();
    assert_eq!(outcome, Outcome::HostRefused);
}

// Class laundering.

#[test]
fn new_code_behind_an_unchanged_interface_is_at_least_minor() {
    let mut chain = Chain::new();
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    let same = chain.store(&Cell::new((1, 0, 1), 1, 2).bytes());
    let id = chain.propose(upgrade(module, same, 2, false), 1_000).unwrap();
    assert_eq!(chain.class_of(id), Class::Minor);
    let wide = chain.store(&Cell::new((1, 0, 1), 1, 3).import("transfer", TRANSFER).bytes());
    let id = chain.propose(upgrade(module, wide, 2, false), 1_000).unwrap();
    assert_eq!(chain.class_of(id), Class::Major, "it could reach more than it could before");
    // A proposal's own code is never mere configuration either.
    let own = chain.store(&Cell::enact("").bytes());
    let id = chain.propose(execution(own, vec![call_effect(module, "put", 1)]), 1_000).unwrap();
    assert_eq!(chain.class_of(id), Class::Minor);
}

/// A proposal's code that calls `entry` of `module` so many times.
fn calling(module: ModuleId, entry: &str, times: usize) -> Cell {
    Cell::bare((1, 0, 0), 0)
        .import("call_module", CALL_MODULE)
        .data(ID, &module.0)
        .data(ENTRY, entry.as_bytes())
        .wat(&format!(r#"(func (export "enact") {})"#, calls(ID, ENTRY, entry).repeat(times)))
}

#[test]
fn hidden_effects_of_a_proposals_code_abort_it() {
    let mut chain = Chain::new();
    let counts = "(call $store (i64.add (call $load) (i64.const 1)))";
    let target = Cell::new((1, 0, 0), 1, 1).call("count", counts);
    let target = chain.deploy(&target.bytes(), Vec::new(), 0);
    let own = chain.store(&calling(target, "count", 2).bytes());
    let (reason, _) = chain.fail(execution(own, vec![call_effect(target, "count", 1)]));
    assert_eq!((reason, chain.ask(&target, "value")), (AbortReason::OtherEffects, Some(0)));
    chain.pass(execution(own, vec![call_effect(target, "count", 2)]));
    assert_eq!(chain.ask(&target, "value"), Some(2));

    // A nested call counts as much: the one that was voted calls another.
    let middle = Cell::new((1, 0, 0), 1, 1)
        .import("call_module", CALL_MODULE)
        .data(ID, &target.0)
        .data(ENTRY, b"count")
        .call("pass", &calls(ID, ENTRY, "count"));
    let middle = chain.deploy(&middle.bytes(), Vec::new(), 0);
    let own = chain.store(&calling(middle, "pass", 1).bytes());
    let (reason, _) = chain.fail(execution(own, vec![call_effect(middle, "pass", 1)]));
    assert_eq!((reason, chain.ask(&target, "value")), (AbortReason::OtherEffects, Some(2)));
    chain.pass(execution(own, vec![call_effect(middle, "pass", 1), call_effect(target, "count", 1)]));
    assert_eq!(chain.ask(&target, "value"), Some(3));

    // And so does ZRA that a called module sends on its way.
    let payer = Cell::new((1, 0, 0), 1, 1)
        .import("transfer", TRANSFER)
        .data(ID, &who(BOB).0)
        .data(ENTRY, &Amount::zra(5).0.to_le_bytes())
        .call("pay", "(call $transfer (i32.const 64) (i32.const 128))");
    let payer = chain.deploy(&payer.bytes(), Vec::new(), 50);
    let own = chain.store(&calling(payer, "pay", 1).bytes());
    let before = chain.free(&who(BOB));
    let (reason, _) = chain.fail(execution(own, vec![call_effect(payer, "pay", 1)]));
    assert_eq!((reason, chain.free(&who(BOB))), (AbortReason::OtherEffects, before));
    let pays = Effect::Move { from: payer.account(), to: who(BOB), amount: Amount::zra(5) };
    chain.pass(execution(own, vec![call_effect(payer, "pay", 1), pays]));
    assert_eq!(chain.free(&who(BOB)), before.add(Amount::zra(5)).unwrap());
    chain.audit();
}

#[test]
fn a_proposal_calls_no_setter_behind_the_back_of_its_list() {
    let mut chain = Chain::new();
    let target = chain.deploy(&Cell::new((1, 0, 0), 1, 1).rate("(call $store (local.get 0))").bytes(), Vec::new(), 0);
    let own = Cell::bare((1, 0, 0), 0)
        .import("call_module", CALL_MODULE)
        .data(ID, &target.0)
        .data(ENTRY, b"set_rate")
        .data(200, &7u64.encode())
        .wat(
            r#"(func (export "enact") (drop (call $call_module (i32.const 64) (i32.const 128) (i32.const 8)
                 (i32.const 200) (i32.const 8) (i32.const 16))))"#,
        );
    let own = chain.store(&own.bytes());
    let set = |value: u64| Effect::Set { module: target, parameter: "rate".into(), value: value.encode() };
    for list in [vec![set(8)], vec![call_effect(target, "set_rate", 1)], vec![set(7), call_effect(target, "put", 1)]] {
        let (reason, _) = chain.fail(execution(own, list));
        assert_eq!((reason, chain.ask(&target, "value")), (AbortReason::OtherEffects, Some(0)));
    }
    chain.pass(execution(own, vec![set(7)]));
    assert_eq!(chain.ask(&target, "value"), Some(7));
    let history = registry::config_history(chain.client.state(), &target, "rate").unwrap();
    assert_eq!(history.len(), 1, "and stands in the parameter's history");
}

// Ghost votes.

/// A vote that waits to be locked in or enacted, and the chain in that block.
fn passing(wanted: fn(ProposalState) -> bool) -> (Chain, ModuleId, ProposalId) {
    let mut chain = Chain::new();
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    let code = chain.store(&Cell::new((1, 0, 1), 1, 2).bytes());
    let id = chain.propose(upgrade(module, code, 2, false), 100_000_000).unwrap();
    chain.until(id, wanted);
    (chain, module, id)
}

#[test]
fn conviction_leaves_with_its_stake_before_lock_in() {
    let (mut chain, module, id) = passing(|state| matches!(state, ProposalState::Approved { .. }));
    chain.send(VOTER, gone(id));
    chain.seal(1);
    assert!(chain.last.decoded.receipts[0].outcome.is_ok());
    // With nobody for it the vote stands still, and ends when it has stood still for a half-life.
    let state = chain.until(id, |state| !matches!(state, ProposalState::Approved { .. }));
    assert!(matches!(state, ProposalState::Expired { .. }), "{state:?}: no ghost locks it in");
    assert_eq!(chain.ask(&module, "mark"), Some(1));

    // With somebody for it, but not enough, it falls back.
    let (mut chain, module, id) = passing(|state| matches!(state, ProposalState::Approved { .. }));
    chain.send(VOTER, vec![Call::Allocate { proposal: id, side: Side::For, amount: Amount::zra(1_000_000) }]);
    let state = chain.until(id, |state| !matches!(state, ProposalState::Approved { .. }));
    assert_eq!((state, chain.ask(&module, "mark")), (ProposalState::Accruing, Some(1)));
}

#[test]
fn conviction_leaves_with_its_stake_between_lock_in_and_enactment() {
    let (mut chain, module, id) = passing(|state| matches!(state, ProposalState::LockedIn { .. }));
    // The block after the lock-in would enact it, and judges first; so the stake must have left in the lock-in block.
    let locked = chain.last.height;
    chain.crash(Height(locked.0 - 1));
    chain.send(VOTER, gone(id));
    chain.seal(5);
    state_is(chain.state_of(id), |state| matches!(state, ProposalState::LockedIn { .. }));
    chain.seal(5);
    assert_eq!(chain.state_of(id), ProposalState::Accruing);
    assert_eq!(chain.ask(&module, "mark"), Some(1));
    chain.audit();
}

// Freezes.

#[test]
fn renewals_do_not_freeze_a_module_for_longer_than_its_window_allows() {
    let mut chain = Chain::new();
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).rate("(call $store (local.get 0))").bytes(), Vec::new(), 0);
    chain.pass(freeze(module, 100));
    let (outcome, cause) = chain.run(BOB, call(module, "put", number(7))).unwrap_err();
    assert_eq!(outcome, Outcome::HostRefused);
    assert!(cause.contains("frozen until slot"), "{cause}");
    assert_eq!(chain.ask(&module, "value"), Some(0), "questions are answered");
    chain.pass(set_rate(module, 9));
    assert_eq!(chain.ask(&module, "value"), Some(9), "and votes are enacted");
    let until = chain.module(&module).frozen.unwrap().until;
    let (_, cause) = chain.propose(freeze(module, 10), 1_000).unwrap_err();
    assert!(cause.contains("frozen until"), "{cause}");
    while chain.slot < until {
        chain.seal(5);
    }
    chain.run(BOB, call(module, "put", number(7))).unwrap();
    // 100 of 120 are spent in this window of 600.
    let (_, cause) = chain.propose(freeze(module, 21), 1_000).unwrap_err();
    assert!(cause.contains("20 of its window are left"), "{cause}");
    chain.pass(freeze(module, 20));
    while chain.slot < chain.module(&module).frozen.unwrap().until {
        chain.seal(5);
    }
    let (_, cause) = chain.propose(freeze(module, 1), 1_000).unwrap_err();
    assert!(cause.contains("0 of its window are left"), "{cause}");
}

#[test]
fn two_freezes_that_pass_together_do_not_add_up() {
    let mut chain = Chain::new();
    let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 0);
    let first = chain.propose(freeze(module, 120), 100_000_000).unwrap();
    let second = chain.propose(freeze(module, 120), 100_000_000).unwrap();
    state_is(chain.until(first, |state| !state.is_live()), |state| matches!(state, ProposalState::Active { .. }));
    let ended = chain.until(second, |state| !state.is_live());
    let ProposalState::Aborted { reason, .. } = ended else { panic!("{ended:?}") };
    assert_eq!(reason, AbortReason::AlreadyFrozen);
}

#[test]
fn a_freeze_passes_on_to_nested_calls() {
    let mut chain = Chain::new();
    let target =
        chain.deploy(&Cell::new((1, 0, 0), 1, 1).call("hit", "(call $store (i64.const 1))").bytes(), Vec::new(), 0);
    let around = Cell::new((1, 0, 0), 1, 1)
        .import("call_module", CALL_MODULE)
        .data(ID, &target.0)
        .data(ENTRY, b"hit")
        .call("around", &calls(ID, ENTRY, "hit"));
    let around = chain.deploy(&around.bytes(), Vec::new(), 0);
    chain.pass(freeze(target, 50));
    assert!(chain.run(BOB, call(around, "around", Vec::new())).is_err());
    assert_eq!(chain.ask(&target, "value"), Some(0));
    chain.pass(unfreeze(target));
    chain.run(BOB, call(around, "around", Vec::new())).unwrap();
    assert_eq!(chain.ask(&target, "value"), Some(1));
}

// Re-entrancy.

#[test]
fn a_proposal_is_not_entered_again_by_what_it_calls() {
    let mut chain = Chain::new();
    let id = queries::count(chain.client.state()).unwrap() + 1;
    let itself = ModuleId(Hash::of_parts("zera/proposal-id/v1", &[&id.to_le_bytes()]).0);
    let back = Cell::new((1, 0, 0), 1, 1)
        .import("call_module", CALL_MODULE)
        .data(ID, &itself.0)
        .data(ENTRY, b"enact")
        .call("back", &calls(ID, ENTRY, "enact"));
    let back = chain.deploy(&back.bytes(), Vec::new(), 0);
    let own = chain.store(&calling(back, "back", 1).bytes());
    let list = vec![call_effect(back, "back", 1), call_effect(itself, "enact", 1)];
    let (reason, cause) = chain.fail(execution(own, list));
    assert_eq!(reason, AbortReason::ExecutionFailed);
    assert!(cause.contains("was called again"), "{cause}");
    // Nor does it call itself, nor one module through another.
    let own = chain
        .store(&calling(ModuleId(Hash::of_parts("zera/proposal-id/v1", &[&2u64.to_le_bytes()]).0), "enact", 1).bytes());
    assert_eq!(chain.fail(execution(own, vec![call_effect(back, "back", 1)])).0, AbortReason::ExecutionFailed);
}

#[test]
fn several_parameters_are_set_together_or_not_at_all() {
    let mut chain = Chain::new();
    let good = chain.deploy(&Cell::new((1, 0, 0), 1, 1).rate("(call $store (local.get 0))").bytes(), Vec::new(), 0);
    let bad = chain.deploy(&Cell::new((1, 0, 0), 1, 1).rate("(unreachable)").bytes(), Vec::new(), 0);
    let change = |module_id| ConfigChange { module_id, parameter: "rate".into(), value: 5u64.encode() };
    let both = Payload::Config { changes: vec![change(good), change(bad)], description: String::new() };
    assert_eq!(chain.fail(both).0, AbortReason::SetterFailed);
    assert_eq!(chain.ask(&good, "value"), Some(0));
}
