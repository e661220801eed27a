//! The whole outcome: deploy, call, propose, stake, wait; the upgrade enacts itself, and a fresh node finds it all.

use super::bench::Bench;
use codec::{Decode as _, Encode as _};
use zera_primitives::{
    AccountId, Amount, Hash, ModuleId, Payload, ProposalId, ProposalState, Side, WasmModuleUpgradeProposal, tx::Call,
};
use zera_worker_protocol::{
    Command, DryRunView, ErrorKind, Event, ModuleDetail, Page, ProposalDetail, RehearsalOf, Response, TransactionStage,
    WhatIf,
};

pub const V1: &[u8] = include_bytes!("../../../../modules/prebuilt/lending-v1.wasm");
pub const V2: &[u8] = include_bytes!("../../../../modules/prebuilt/lending-v2.wasm");
pub const V3: &[u8] = include_bytes!("../../../../modules/prebuilt/lending-v3.wasm");

pub fn deploy(bench: &mut Bench) -> ModuleId {
    let call = Call::Deploy { code: Hash::of(V1), args: 500u32.encode(), value: Amount::ZERO };
    let plan = bench.plan(vec![V1.to_vec()], vec![call]);
    bench.carry_out(&plan);
    plan.modules[0]
}

pub fn module(bench: &mut Bench, id: ModuleId) -> ModuleDetail {
    match bench.ask(Command::Module(id)).unwrap() {
        Response::Module(module) => *module,
        other => panic!("{other:?}"),
    }
}

pub fn proposal(bench: &mut Bench, id: ProposalId) -> ProposalDetail {
    match bench.ask(Command::Proposal(id)).unwrap() {
        Response::Proposal(proposal) => *proposal,
        other => panic!("{other:?}"),
    }
}

pub fn propose(bench: &mut Bench, id: ModuleId, code: &[u8], sequence: u32) -> ProposalId {
    let payload = Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id: id,
        new_wasm_bytecode: Hash::of(code),
        new_version: sequence,
        migration_logic_hash: Some(Hash::of(code)),
        description: "better terms".into(),
    });
    let plan = bench.plan(vec![code.to_vec()], vec![Call::Propose { title: "Upgrade".into(), payload }]);
    bench.carry_out(&plan);
    plan.proposals[0].0
}

pub fn dry_run(bench: &mut Bench, of: RehearsalOf, replay: u32) -> DryRunView {
    match bench.ask(Command::DryRun { of, replay }).unwrap() {
        Response::DryRun(dry) => *dry,
        other => panic!("{other:?}"),
    }
}

pub fn support(bench: &mut Bench, proposal: ProposalId, amount: Amount) {
    let allocate = Call::Allocate { proposal, side: Side::For, amount };
    bench.transact(vec![Call::Stake { amount }, allocate]);
}

#[test]
fn an_upgrade_enacts_itself_and_survives_a_reload() {
    let mut bench = Bench::new();
    let me = bench.add_key(7);
    let id = deploy(&mut bench);
    let pay = Call::Module { module: id, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(100) };
    let plan = bench.plan(Vec::new(), vec![pay]);
    assert_eq!(Amount::decode(&mut &*plan.steps[0].results[0]), Ok(Amount::zra(100)));
    assert!(plan.steps[0].balance.1 < plan.steps[0].balance.0);
    bench.carry_out(&plan);

    let before = module(&mut bench, id);
    let manifest = before.code.manifest.as_ref().unwrap();
    let rate = manifest.parameters.iter().find(|parameter| parameter.name == "interest_rate_bps").unwrap();
    assert_eq!(rate.value, Some(500u32.encode()));
    assert_eq!(before.module.balance, Amount::zra(100));
    let Response::Storage(page) = bench.ask(Command::Storage { module: id, after: vec![], limit: 100 }).unwrap() else {
        panic!()
    };
    assert!(!page.entries.is_empty() && page.entries.iter().all(|entry| entry.proof_bytes.is_some()));

    let vote = propose(&mut bench, id, V2, 2);
    let assumed = WhatIf { side: Side::For, amount: Amount::zra(20_000_000) };
    let what_if = Command::Forecast { proposal: vote, what_if: Some(assumed) };
    let Response::Forecast(forecast) = bench.ask(what_if).unwrap() else { panic!() };
    assert!(forecast.enacts.is_some());
    assert_eq!(proposal(&mut bench, vote).forecast.enacts, None);
    support(&mut bench, vote, Amount::zra(20_000_000));
    let open = proposal(&mut bench, vote);
    assert_eq!((open.payload_hash, open.code_recomputed), (open.payload_recomputed, Some(Hash::of(V2))));
    assert_eq!(open.codes, Some((Hash::of(V1), Hash::of(V2))));
    let dry = dry_run(&mut bench, RehearsalOf::Proposal(vote), 0);
    assert_eq!(dry.abort, None, "{:?}", dry.cause);

    bench.ask(Command::Advance { slots: 400 }).unwrap();
    let done = proposal(&mut bench, vote);
    assert!(matches!(done.proposal.state, ProposalState::Active { .. }), "{:?}", done.proposal.state);
    assert!(done.transitions.len() >= 4);
    let after = module(&mut bench, id);
    assert_eq!((after.module.sequence, after.module.code, after.generation), (2, Hash::of(V2), 1));
    assert_eq!(after.versions.len(), 2);

    let (status, free) = (bench.status(), bench.free(me));
    let mut bench = bench.crash();
    let again = bench.status();
    assert_eq!((again.head, again.account, again.skipped), (status.head, status.account, status.skipped));
    assert_eq!(bench.free(me), free);
    assert_eq!(module(&mut bench, id), after);
}

#[test]
fn a_failing_migration_changes_nothing_and_says_why() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let vote = propose(&mut bench, id, V2, 2);
    support(&mut bench, vote, Amount::zra(20_000_000));
    bench.ask(Command::Advance { slots: 400 }).unwrap();
    let before = module(&mut bench, id);
    let vote = propose(&mut bench, id, V3, 3);
    // The stake is free again since the first vote closed.
    bench.transact(vec![Call::Allocate { proposal: vote, side: Side::For, amount: Amount::zra(20_000_000) }]);
    let dry = dry_run(&mut bench, RehearsalOf::Proposal(vote), 0);
    assert!(dry.abort.is_some() && dry.checks.last().is_some_and(|check| !check.held && !check.after.is_empty()));
    bench.ask(Command::Advance { slots: 500 }).unwrap();
    let state = proposal(&mut bench, vote).proposal.state;
    assert!(matches!(state, ProposalState::Aborted { .. }), "{state:?}");
    let after = module(&mut bench, id);
    assert_eq!((after.module.sequence, after.module.code), (before.module.sequence, before.module.code));
    assert_eq!(after.attempts.len(), 1);
}

#[test]
fn blocks_and_transactions_are_found_and_checked() {
    let mut bench = Bench::new();
    let me = bench.add_key(7);
    let hashes = bench.transact(vec![Call::Transfer { to: AccountId([9; 32]), amount: Amount::zra(1) }]);
    let Response::Transaction(view) = bench.ask(Command::Transaction(hashes[0])).unwrap() else { panic!() };
    assert_eq!(view.signed.transaction.sender, me);
    let (height, _) = view.block.unwrap();
    let Response::Block(block) = bench.ask(Command::Block(height)).unwrap() else { panic!() };
    assert_eq!(block.head.hash, block.header.hash());
    let Response::Blocks(heads) = bench.ask(Command::Blocks(Page { from: None, limit: 2 })).unwrap() else { panic!() };
    assert_eq!(
        heads.iter().map(|head| head.height).collect::<Vec<_>>(),
        [height, zera_primitives::Height(height.0 - 1)]
    );
    let Response::Account(account) = bench.ask(Command::Account(me)).unwrap() else { panic!() };
    assert_eq!(account.recent[0].1, hashes[0]);
    bench.refused(Command::Block(height.plus(1)), ErrorKind::NotFound);
    bench.refused(Command::Transaction(Hash([1; 32])), ErrorKind::NotFound);

    bench.world.0.borrow_mut().records.get_mut(&1).unwrap()[40] ^= 1;
    bench.refused(Command::Block(zera_primitives::Height(1)), ErrorKind::StorageCorrupt);
}

#[test]
fn time_passes_visibly_and_within_bounds() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let before = bench.status().slot.0;
    bench.world.events();
    bench.ask(Command::Advance { slots: 25 }).unwrap();
    assert_eq!(bench.status().slot.0, before + 25);
    let reported = bench.world.events();
    assert!(reported.iter().any(|event| matches!(event, Event::Progress { done: 25, total: 25, .. })));
    bench.refused(Command::Advance { slots: 10_001 }, ErrorKind::TransactionRefused);

    // While a proposal is live governance sees a block at least every ten slots, by the clock and when time is let pass.
    let id = deploy(&mut bench);
    propose(&mut bench, id, V2, 2);
    bench.ask(Command::Advance { slots: 1 }).unwrap();
    let height = bench.status().head.height.0;
    bench.ask(Command::Advance { slots: 95 }).unwrap();
    assert_eq!(bench.status().head.height.0, height + 10);
    bench.world.pass(9);
    bench.settle();
    assert_eq!(bench.status().head.height.0, height + 10);
    bench.world.pass(1);
    bench.settle();
    assert_eq!(bench.status().head.height.0, height + 11);
}

/// The dates that voters see come true to the second, by the clock alone.
#[test]
fn a_forecast_comes_true_to_the_slot() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let vote = propose(&mut bench, id, V2, 2);
    support(&mut bench, vote, Amount::zra(25_000_000));
    let shown = proposal(&mut bench, vote).forecast;
    for _ in 0..400 {
        bench.world.pass(1);
        bench.settle();
    }
    let slot = |wanted: fn(&ProposalState) -> bool, detail: &ProposalDetail| {
        detail.transitions.iter().find(|step| wanted(&step.state)).map(|step| step.at.1)
    };
    let done = proposal(&mut bench, vote);
    assert_eq!(slot(|state| matches!(state, ProposalState::Confirming { .. }), &done), shown.crosses);
    assert_eq!(slot(|state| matches!(state, ProposalState::Approved { .. }), &done), shown.approved);
    assert_eq!(slot(|state| matches!(state, ProposalState::Active { .. }), &done), shown.enacts);
    assert!(shown.enacts.is_some());
}

#[test]
fn bad_code_and_bad_calls_end_in_clear_errors() {
    let mut bench = Bench::new();
    let me = bench.add_key(7);
    let root = bench.status().head.root;
    bench.refused(Command::Inspect(b"not wasm".to_vec()), ErrorKind::NotWasm);
    let long = [&V1[..8], &vec![0; 20 << 20]].concat();
    assert!(bench.refused(Command::Inspect(long), ErrorKind::CodeRefused).detail.contains("at most"));
    bench.refused(Command::Inspect(V1[..V1.len() / 2].to_vec()), ErrorKind::CodeRefused);
    let float = include_bytes!("../../../../modules/prebuilt/bad/float.wasm");
    let error = bench.refused(Command::Inspect(float.to_vec()), ErrorKind::CodeRefused);
    assert!(error.detail.contains("f32") || error.detail.contains("f64"), "{}", error.detail);

    bench.refused(Command::Module(ModuleId([1; 32])), ErrorKind::NotFound);
    bench.refused(Command::Proposal(ProposalId(9)), ErrorKind::NotFound);
    bench.refused(Command::Code(Hash([1; 32])), ErrorKind::NotFound);
    let too_much = Call::Stake { amount: Amount::zra(40_000_000) };
    let plan = bench.plan(Vec::new(), vec![too_much]);
    assert!(!plan.steps[0].outcome.is_ok() && plan.steps[0].cause.is_some());
    bench.refused(Command::Sign { plan: plan.id }, ErrorKind::WouldFail);
    bench.refused(Command::Sign { plan: plan.id }, ErrorKind::NotFound);
    bench.refused(Command::Submit(vec![1, 2, 3]), ErrorKind::Malformed);
    assert_eq!((bench.status().head.root, bench.status().account), (root, Some(me)));
}

#[test]
fn a_transaction_goes_through_its_stages() {
    let mut bench = Bench::new();
    bench.add_key(7);
    bench.world.events();
    let hash = bench.transact(vec![Call::Stake { amount: Amount::zra(5) }])[0];
    let plan = bench.plan(Vec::new(), vec![Call::Stake { amount: Amount::zra(5) }]);
    bench.ask(Command::Sign { plan: plan.id }).unwrap();
    let stages = |events: Vec<Event>| {
        let stage = |event| match event {
            Event::Transaction { stage, .. } => Some(stage),
            _ => None,
        };
        events.into_iter().filter_map(stage).collect::<Vec<_>>()
    };
    assert_eq!(stages(bench.world.events()), [TransactionStage::Signed, TransactionStage::Pending]);
    assert_eq!(bench.status().pending, 1);
    bench.settle();
    assert!(matches!(stages(bench.world.events())[..], [TransactionStage::Final { .. }]));
    assert_ne!(hash, Hash::ZERO);
}
