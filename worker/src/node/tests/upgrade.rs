//! An upgrade whose migration takes several blocks, from its dry run to the end, seen through the protocol.

use super::{
    bench::{Bench, now},
    journey::{V1, V2, deploy, dry_run, module, proposal, propose, support},
};
use crate::node::{Work, run::Deaf};
use zera_primitives::{
    Amount, Executable, Hash, ModuleId, Params, Payload, ProposalState, Side, payload::Rollback, tx::Call,
};
use zera_worker_protocol::{Command, ErrorKind, Event, FactView, RehearsalOf, Response};

/// Puts as many accounts into the pool, in a few blocks.
fn fill(bench: &mut Bench, id: ModuleId, accounts: u32) {
    let keys = bench.crowd(accounts, 10);
    for key in &keys {
        let deposit = Call::Module { module: id, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(2) };
        let signed = bench.signed(key, 0, vec![deposit]);
        bench.ask(Command::Submit(signed)).unwrap();
    }
    bench.settle();
    assert_eq!(module(bench, id).module.balance, Amount::zra(2 * u64::from(accounts)));
}

/// Votes the least migration gas per block that the bounds allow.
fn little_gas(bench: &mut Bench) {
    let params = Box::new(Params { migration_gas: 10_000_000, ..bench.status().params });
    let payload = Payload::Parameters { params, description: String::new() };
    let plan = bench.plan(Vec::new(), vec![Call::Propose { title: "Small steps".into(), payload }]);
    bench.carry_out(&plan);
    support(bench, plan.proposals[0].0, Amount::zra(29_000_000));
    bench.ask(Command::Advance { slots: 600 }).unwrap();
    assert_eq!(bench.status().params.migration_gas, 10_000_000);
}

/// A pool with so many depositors that the upgrade takes several blocks, and the vote on it.
fn large_pool() -> (Bench, ModuleId, zera_primitives::ProposalId) {
    let mut bench = Bench::new();
    bench.add_key(7);
    little_gas(&mut bench);
    let id = deploy(&mut bench);
    fill(&mut bench, id, 900);
    let vote = propose(&mut bench, id, V2, 2);
    bench.transact(vec![Call::Allocate { proposal: vote, side: Side::For, amount: Amount::zra(29_000_000) }]);
    (bench, id, vote)
}

#[test]
fn a_migration_over_several_blocks_goes_from_locked_in_to_active_slot_by_slot() {
    let (mut bench, id, vote) = large_pool();
    let dry = dry_run(&mut bench, RehearsalOf::Proposal(vote), 0);
    assert_eq!(dry.abort, None, "{:?}", dry.cause);
    assert!(dry.blocks > 1, "{} blocks", dry.blocks);
    assert!(dry.state.added >= 900 && dry.state.removed >= 900, "{:?}", (dry.state.added, dry.state.removed));

    let mut seen = Vec::new();
    let mut migrating = None;
    for _ in 0..600 {
        bench.world.pass(1);
        bench.settle();
        let detail = proposal(&mut bench, vote);
        let state = detail.proposal.state;
        if seen.last().map(|(last, _)| std::mem::discriminant(last)) != Some(std::mem::discriminant(&state)) {
            seen.push((state, bench.status().slot.0));
        }
        if let ProposalState::Migrating { .. } = state {
            let under_way = detail.migration.clone().unwrap();
            assert_eq!((under_way.proposal, under_way.code), (vote, Hash::of(V2)));
            let paused = module(&mut bench, id);
            assert!(paused.module.stopped && paused.standing.migration == Some(under_way.clone()));
            migrating = Some(under_way);
        }
        if !state.is_live() {
            break;
        }
    }
    let under_way = migrating.expect("the migration was never seen");
    assert!(under_way.entries.0 > 0 && under_way.entries.1 >= 900 && under_way.steps > 0);
    let names: Vec<_> = seen.iter().map(|(state, _)| format!("{state:?}")).collect();
    let order = ["Confirming", "Approved", "LockedIn", "Migrating", "Active"];
    let tail: Vec<_> = names.iter().rev().take(order.len()).rev().map(|name| name.split(' ').next().unwrap()).collect();
    assert_eq!(tail, order);
    // From lock-in on there is a block in every slot: nothing waits for the heartbeat.
    let slot = |name: &str| seen.iter().find(|(state, _)| format!("{state:?}").starts_with(name)).unwrap().1;
    assert_eq!(slot("Migrating"), slot("LockedIn") + 1);
    assert_eq!(slot("Active"), slot("Migrating") + dry.blocks - 1);

    let detail = proposal(&mut bench, vote);
    assert!(detail.lock.is_some() && detail.migration.is_none());
    let done = module(&mut bench, id);
    assert!(!done.module.stopped);
    let version = &done.versions[0];
    assert_eq!((version.sequence, version.code, version.undone), (2, Hash::of(V2), false));
    let voted = version.vote.as_ref().unwrap();
    assert_eq!((voted.proposal, voted.payload), (vote, detail.payload_hash));
    assert_eq!(Some(voted.tally), detail.lock.as_ref().map(|lock| lock.tally));
    assert_eq!(done.standing.executable, Executable::Code(Hash::of(V2)));
    assert!(done.standing.fresh && done.standing.earlier.len() == 1);
    let reported = bench.world.events();
    let named = |event: &&Event| matches!(event, Event::Proposals(ids) if ids.contains(&vote));
    assert!(reported.iter().filter(named).count() as u64 >= dry.blocks);
}

#[test]
fn other_requests_are_answered_while_a_dry_run_works_and_it_can_be_cancelled() {
    let (mut bench, _, vote) = large_pool();
    let command = Command::DryRun { of: RehearsalOf::Proposal(vote), replay: 1_000 };
    bench.world.events();
    bench.begin(9, command.clone());
    for _ in 0..4 {
        assert!(matches!(now(bench.node.work(false, &Deaf)), Work::Step));
        assert!(matches!(now(bench.node.handle(2, Command::Status)), Some(Ok(Response::Status(_)))));
    }
    let progress = |event: &Event| matches!(event, Event::Progress { what, .. } if what == "dry_run");
    assert!(bench.world.events().iter().filter(|event| progress(event)).count() >= 2);
    // Nobody else's number, and not one that is none.
    let refused = now(bench.node.handle(3, Command::Cancel { request: 8 })).unwrap().unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotFound);
    assert!(matches!(now(bench.node.handle(3, Command::Cancel { request: 9 })), Some(Ok(Response::Done))));
    let Work::Done(9, Err(error)) = now(bench.node.work(false, &Deaf)) else { panic!() };
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert!(matches!(now(bench.node.work(false, &Deaf)), Work::Nothing));

    // A few wait their turn; more are refused.
    for ticket in 10..15 {
        bench.begin(ticket, command.clone());
    }
    let refused = now(bench.node.handle(15, command)).unwrap().unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Busy);
    // Another chain ends them all.
    bench.ask(Command::Reset).unwrap();
    for ticket in 10..15 {
        let Work::Done(ended, Err(error)) = now(bench.node.work(false, &Deaf)) else { panic!() };
        assert_eq!((ended, error.kind), (ticket, ErrorKind::Cancelled));
    }
}

#[test]
fn blocks_are_sealed_while_a_dry_run_works_and_change_nothing_about_it() {
    let (mut bench, id, vote) = large_pool();
    let quiet = dry_run(&mut bench, RehearsalOf::Proposal(vote), 64);
    assert_eq!(quiet.replay.as_ref().map(|replay| replay.replayed), Some(64));
    bench.begin(1, Command::DryRun { of: RehearsalOf::Proposal(vote), replay: 64 });
    assert!(matches!(now(bench.node.work(false, &Deaf)), Work::Step));
    let height = bench.status().head.height;
    // The pool moves while it is looked at.
    let pay = Call::Module { module: id, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(7) };
    let plan = bench.plan(Vec::new(), vec![pay]);
    assert!(matches!(now(bench.node.handle(2, Command::Sign { plan: plan.id })), Some(Ok(Response::Submitted(_)))));
    let loud = loop {
        match now(bench.node.work(false, &Deaf)) {
            Work::Step => {}
            Work::Done(1, answer) => break answer.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert!(bench.status().head.height > height);
    let Response::DryRun(loud) = loud else { panic!() };
    assert_eq!((loud.height, loud.digest), (quiet.height, quiet.digest));
}

#[test]
fn a_rollback_undoes_its_versions_and_says_so() {
    let mut bench = Bench::new();
    bench.add_key(7);
    let id = deploy(&mut bench);
    let vote = propose(&mut bench, id, V2, 2);
    support(&mut bench, vote, Amount::zra(20_000_000));
    bench.ask(Command::Advance { slots: 400 }).unwrap();
    let payload = Payload::Rollback(Rollback {
        module_id: id,
        to_version: 1,
        reverse_migration: None,
        description: "back".into(),
    });
    let rehearsed = dry_run(&mut bench, RehearsalOf::Payload { codes: vec![], payload: payload.clone() }, 10);
    assert_eq!(rehearsed.abort, None, "{:?}", rehearsed.cause);
    let plan = bench.plan(Vec::new(), vec![Call::Propose { title: "Back".into(), payload }]);
    bench.carry_out(&plan);
    let back = plan.proposals[0].0;
    bench.transact(vec![Call::Allocate { proposal: back, side: Side::For, amount: Amount::zra(20_000_000) }]);
    bench.ask(Command::Advance { slots: 400 }).unwrap();
    assert!(matches!(proposal(&mut bench, vote).proposal.state, ProposalState::RolledBack { by, .. } if by == back));
    let after = module(&mut bench, id);
    let undone: Vec<_> = after.versions.iter().map(|version| (version.sequence, version.undone)).collect();
    assert_eq!(undone, [(3, false), (2, true), (1, false)]);
    assert_eq!((after.module.code, after.generation, after.versions[0].rollback_to), (Hash::of(V1), 0, Some(1)));
    assert_eq!(after.versions[0].vote.as_ref().map(|voted| voted.proposal), Some(back));
    let Response::Journal(page) = bench.ask(Command::Journal { module: Some(id), before: None, limit: 2 }).unwrap()
    else {
        panic!()
    };
    let deeds: Vec<_> = page.entries.iter().map(|entry| entry.deed.as_str()).collect();
    assert_eq!((deeds, page.more), (vec!["rolled_back_data", "upgraded"], true));
    assert!(page.entries[0].facts.contains(&("new_code".into(), FactView::Hash(Hash::of(V1)))));
}
