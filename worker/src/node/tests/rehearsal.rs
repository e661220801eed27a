//! Dry runs: checks with what was found, how the storage would differ, past calls run again.

use super::{
    bench::Bench,
    journey::{V2, V3, deploy, dry_run, module, propose},
};
use codec::Encode as _;
use zera_primitives::{
    AbortReason, Amount, Class, Effect, Hash, ModuleId, Outcome, Payload, WasmModuleUpgradeProposal,
    payload::{ConfigChange, Execution},
    tx::Call,
};
use zera_worker_protocol::{Command, DryRunView, ErrorKind, RehearsalOf};

const VAULT_V1: &[u8] = include_bytes!("../../../../modules/prebuilt/vault-v1.wasm");
const VAULT_V2: &[u8] = include_bytes!("../../../../modules/prebuilt/vault-v2.wasm");

fn upgrade(id: ModuleId, code: &[u8], sequence: u32) -> Payload {
    Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id: id,
        new_wasm_bytecode: Hash::of(code),
        new_version: sequence,
        migration_logic_hash: Some(Hash::of(code)),
        description: String::new(),
    })
}

fn pay(id: ModuleId, entry: &str, args: Vec<u8>, value: Amount) -> Call {
    Call::Module { module: id, entry: entry.into(), args, value }
}

/// The check of that name: before, after, held.
fn check<'d>(dry: &'d DryRunView, what: &str) -> (&'d str, &'d str, bool) {
    let found = dry.checks.iter().find(|check| check.what == what);
    let found = found.unwrap_or_else(|| panic!("no {what} in {:?}", dry.checks));
    (&found.before, &found.after, found.held)
}

#[test]
fn a_proposal_is_rehearsed_with_its_past_calls() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    for _ in 0..5 {
        bench.transact(vec![pay(id, "deposit", Vec::new(), Amount::zra(10))]);
    }
    bench.transact(vec![pay(id, "withdraw", Amount::zra(3).encode(), Amount::ZERO)]);
    bench.transact(vec![Call::Stake { amount: Amount::zra(1) }]);
    let vote = propose(&mut bench, id, V2, 2);
    let root = bench.status().head.root;
    let dry = dry_run(&mut bench, RehearsalOf::Proposal(vote), 1_000);
    assert_eq!((dry.abort, dry.root, dry.class), (None, root, Some(Class::Major)), "{:?}", dry.cause);
    assert!(dry.gas.0 > 0 && dry.writes > 0 && dry.blocks == 1);
    assert_eq!(check(&dry, "version"), ("1.0.0 (#1)", "2.0.0 (#2)", true));
    assert_eq!(check(&dry, "class"), ("major", "major", true));
    assert!(check(&dry, "schema").0 == "1" && check(&dry, "schema").1.starts_with('2'));
    assert!(check(&dry, "migration").1.contains(" entries, "));
    assert_eq!(check(&dry, "health"), ("", "true", true));
    // The generation is written anew: what changes and what stays is counted key by key.
    let state = &dry.state;
    assert_eq!(state.rows.len() as u64, state.added + state.removed + state.changed);
    assert!(state.added > 0 && state.removed > 0, "{state:?}");
    assert!(state.rows.iter().all(|row| row.module == id && row.before != row.after));

    // The constructor, six calls; the stake reached no module.
    let replay = dry.replay.as_ref().unwrap();
    assert_eq!((replay.asked, replay.replayed), (1_000, 7));
    assert_eq!(replay.same + replay.changed.len() as u32, 7);
    assert!(replay.gas.0 > 0 && replay.gas.1 > 0 && replay.gas.0 != replay.gas.1);

    let again = dry_run(&mut bench, RehearsalOf::Proposal(vote), 1_000);
    assert_eq!(again.digest, dry.digest);
    let few = dry_run(&mut bench, RehearsalOf::Proposal(vote), 2);
    assert_eq!(few.replay.as_ref().map(|replay| (replay.asked, replay.replayed)), Some((2, 2)));
    assert_ne!(few.digest, dry.digest);
    assert_eq!(bench.status().head.root, root);

    // Interest makes the pool's gas depend on the slot: on the same block the clock of whoever asks must not.
    bench.world.0.borrow_mut().now += 10_000;
    let early = dry_run(&mut bench, RehearsalOf::Proposal(vote), 0);
    bench.world.0.borrow_mut().now += 5_000;
    let late = dry_run(&mut bench, RehearsalOf::Proposal(vote), 0);
    assert_eq!((late.height, late.digest), (early.height, early.digest));
}

#[test]
fn what_nobody_has_sent_yet_is_rehearsed_and_nothing_is_kept() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let root = bench.status().head.root;
    let of = RehearsalOf::Payload { codes: vec![V2.to_vec()], payload: upgrade(id, V2, 2) };
    let dry = dry_run(&mut bench, of, 0);
    assert_eq!((dry.abort, dry.class, dry.payload), (None, Some(Class::Major), upgrade(id, V2, 2).hash()));
    assert_eq!(dry.replay, None);
    bench.refused(Command::Code(Hash::of(V2)), ErrorKind::NotFound);
    assert_eq!(bench.status().head.root, root);

    // The same without the code, with a wrong sequence, and with bytes that are none.
    let missing = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![], payload: upgrade(id, V2, 2) }, 0);
    let last = missing.checks.last().unwrap();
    assert_eq!((last.what.as_str(), last.held, missing.class), ("code", false, None));
    let of = RehearsalOf::Payload { codes: vec![V2.to_vec()], payload: upgrade(id, V2, 5) };
    let jumped = dry_run(&mut bench, of, 0);
    assert!(jumped.checks.last().is_some_and(|check| check.what == "version" && !check.held));
    let of = RehearsalOf::Payload { codes: vec![b"no code".to_vec()], payload: upgrade(id, V2, 2) };
    bench.refused(Command::DryRun { of, replay: 0 }, ErrorKind::NotWasm);
}

#[test]
fn a_migration_that_fails_names_its_check_and_leaves_the_rest_out() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let of = RehearsalOf::Payload { codes: vec![V3.to_vec()], payload: upgrade(id, V3, 2) };
    let dry = dry_run(&mut bench, of, 10);
    assert!(dry.abort.is_some());
    let last = dry.checks.last().unwrap();
    assert!(!last.held && !last.after.is_empty());
    // What does not happen changes neither data nor calls.
    assert_eq!((dry.state.added, dry.state.changed, dry.state.removed, dry.replay), (0, 0, 0, None));
}

#[test]
fn a_parameter_is_shown_before_and_after() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let change =
        |value: u32| ConfigChange { module_id: id, parameter: "interest_rate_bps".into(), value: value.encode() };
    let config = |value| Payload::Config { changes: vec![change(value)], description: String::new() };
    let dry = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![], payload: config(725) }, 10);
    assert_eq!(dry.abort, None, "{:?}", dry.cause);
    assert_eq!(check(&dry, "parameter:interest_rate_bps"), ("500", "725", true));
    // No code changes, so there is nothing to run again; the entry shows.
    assert_eq!((dry.replay, dry.state.same), (None, 0));
    let rate = dry.state.rows.iter().find(|row| row.name == "interest_rate_bps").unwrap();
    assert_eq!(rate.text, (Some("500 (u32)".into()), Some("725 (u32)".into())));
    let far = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![], payload: config(u32::MAX) }, 10);
    assert!(far.abort.is_some() && far.checks.last().is_some_and(|check| check.what == "parameter" && !check.held));
    let stop = Payload::Freeze { module_id: id, slots: 30, description: String::new() };
    let stopped = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![], payload: stop }, 10);
    assert_eq!((stopped.abort, stopped.class), (None, Some(Class::Emergency)));
    assert!(check(&stopped, "frozen").1.parse::<u64>().is_ok_and(|until| until >= 30));
    assert!(!module(&mut bench, id).module.stopped);
    let params = Box::new(zera_primitives::Params { half_life: 90, ..bench.status().params });
    let payload = Payload::Parameters { params, description: String::new() };
    let slower = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![], payload }, 0);
    assert_eq!((slower.abort, check(&slower, "bounds:half-life")), (None, ("60", "90", true)));
    let payload = Payload::Spam { proposal: zera_primitives::ProposalId(7), description: String::new() };
    let nothing = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![], payload }, 0);
    assert!(nothing.abort.is_some() && nothing.checks.last().is_some_and(|check| check.what == "close" && !check.held));
}

#[test]
fn a_call_that_the_new_code_answers_otherwise_is_shown_with_both_ends() {
    let mut bench = Bench::new();
    let me = bench.add_key(7);
    let deploy = Call::Deploy { code: Hash::of(VAULT_V1), args: me.encode(), value: Amount::ZERO };
    let plan = bench.plan(vec![VAULT_V1.to_vec()], vec![deploy]);
    bench.carry_out(&plan);
    let id = plan.modules[0];
    bench.transact(vec![pay(id, "deposit", Vec::new(), Amount::zra(10))]);
    let asked = bench.transact(vec![pay(id, "version", Vec::new(), Amount::ZERO)])[0];
    bench.transact(vec![pay(id, "deposit", Vec::new(), Amount::zra(5))]);
    let payload = Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id: id,
        new_wasm_bytecode: Hash::of(VAULT_V2),
        new_version: 2,
        migration_logic_hash: None,
        description: String::new(),
    });
    let dry = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![VAULT_V2.to_vec()], payload }, 3);
    assert_eq!((dry.abort, dry.class), (None, Some(Class::Minor)), "{:?}", dry.cause);
    // What no upgrade may change is asked before and after.
    assert_eq!(check(&dry, "invariant:total"), ("15 ZRA", "15 ZRA", true));
    let replay = dry.replay.unwrap();
    assert_eq!((replay.replayed, replay.same), (3, 2));
    let [ref row] = replay.changed[..] else { panic!("{:?}", replay.changed) };
    assert_eq!((row.transaction, row.entry.as_str()), (asked, "version"));
    assert_eq!((&row.before.result, &row.after.result), (&1u32.encode(), &2u32.encode()));
    assert_eq!((row.before.outcome, row.after.outcome), (Outcome::Ok, Outcome::Ok));
}

/// The author of an executable proposal takes its list of effects from a run, and that list is then exactly what it does.
#[test]
fn what_code_does_can_be_taken_as_its_list() {
    const TREASURY: &[u8] = include_bytes!("../../../../modules/prebuilt/treasury.wasm");
    const ENACTOR: &[u8] = include_bytes!("../../../../modules/prebuilt/enactor.wasm");
    let mut bench = Bench::new();
    let who = bench.add_key(7);
    let (code, args) = (Hash::of(TREASURY), vec![who].encode());
    let plan = bench.plan(vec![TREASURY.to_vec()], vec![Call::Deploy { code, args, value: Amount::zra(100) }]);
    bench.carry_out(&plan);
    let treasury = plan.modules[0];
    let mut enactor = ENACTOR.to_vec();
    for (number, bytes) in [(b'0', treasury.0), (b'1', [9; 32])] {
        let mut marker = *b"zera:replace-these-32-bytes:#0#!";
        marker[29] = number;
        let at = enactor.windows(32).position(|window| window == marker).unwrap();
        enactor[at..at + 32].copy_from_slice(&bytes);
    }
    let mut rehearse = |effects: Vec<Effect>| {
        let execution = Execution { code: Hash::of(&enactor), effects, description: String::new() };
        let of = RehearsalOf::Payload { codes: vec![enactor.clone()], payload: Payload::Execute(execution) };
        dry_run(&mut bench, of, 0)
    };
    let none = rehearse(Vec::new());
    assert!(none.abort.is_some());
    assert_eq!(none.effects.len(), 4, "{:?}", none.effects);
    let all = rehearse(none.effects.clone());
    assert_eq!((all.abort, &all.effects), (None, &none.effects), "{:?}", all.cause);
    let fewer = rehearse(none.effects[1..].to_vec());
    assert_eq!((fewer.abort, &fewer.effects), (Some(AbortReason::OtherEffects), &none.effects));
}
