//! A browser's engine that is wrong: the node finds out, goes back to the last block that the reference agrees with, goes
//! on from there without that engine, and says so.

use super::{
    bench::{Bench, now},
    journey::{V1, deploy},
};
use crate::node::{run::Deaf, upkeep::BASE_EVERY};
use zera_primitives::{AccountId, Amount, Hash, Height, ModuleId, Outcome, tx::Call};
use zera_vm::tiered::{ALL, Threshold, Tiering};
use zera_worker_protocol::{
    Command, EngineTier, Event, PipelinesView, Response, TransactionStage, command::FaultPoint, event::Notice,
};

fn deposit(module: ModuleId) -> Vec<Call> {
    vec![Call::Module { module, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(1) }]
}

/// A chain whose module runs on the fast engine, which nobody checks.
fn chain() -> (Bench, ModuleId) {
    let mut bench = Bench::new();
    bench.add_key(7);
    let module = deploy(&mut bench);
    compile_at_once(&bench);
    bench.ask(Command::SetSampling { ppm: 0 }).unwrap();
    bench.transact(deposit(module));
    assert_eq!(tier(&mut bench), EngineTier::Fast);
    (bench, module)
}

fn compile_at_once(bench: &Bench) {
    let engine = bench.node.pool.engine();
    engine.set_tiering(Tiering { threshold: Threshold::NONE, ..engine.tiering() });
}

fn look(bench: &mut Bench) -> PipelinesView {
    match bench.ask(Command::Pipelines).unwrap() {
        Response::Pipelines(view) => *view,
        other => panic!("{other:?}"),
    }
}

fn tier(bench: &mut Bench) -> EngineTier {
    let code = Hash::of(V1);
    look(bench).engines.into_iter().find(|engine| engine.code == code).unwrap().tier
}

fn head(bench: &mut Bench) -> Height {
    bench.status().head.height
}

/// Where the chain went back to, by the notices.
fn told(events: &[Event]) -> Vec<Height> {
    let told = events.iter().filter_map(|event| match event {
        Event::Notice(Notice::EngineDisagreed { went_back_to, code, .. }) if *code == Hash::of(V1) => {
            Some(*went_back_to)
        }
        _ => None,
    });
    told.collect()
}

fn ended(events: &[Event], hash: Hash) -> Vec<TransactionStage> {
    let stages = events.iter().filter_map(|event| match event {
        Event::Transaction { hash: moved, stage } if *moved == hash => Some(*stage),
        _ => None,
    });
    stages.collect()
}

/// Lies into two blocks, with an honest one between them; their transactions.
fn lie(bench: &mut Bench, module: ModuleId) -> Vec<Hash> {
    bench.ask(Command::Fault(FaultPoint::EngineLies)).unwrap();
    let mut hashes = bench.transact(deposit(module));
    hashes.extend(bench.transact(vec![Call::Transfer { to: AccountId([9; 32]), amount: Amount::zra(2) }]));
    hashes.extend(bench.transact(deposit(module)));
    hashes
}

/// The next block is looked at, and finds the lie.
fn find_out(bench: &mut Bench, module: ModuleId) -> Hash {
    let plan = bench.plan(Vec::new(), deposit(module));
    bench.ask(Command::SetSampling { ppm: ALL }).unwrap();
    bench.world.events();
    let Response::Submitted(hashes) = bench.ask(Command::Sign { plan: plan.id }).unwrap() else { panic!() };
    hashes[0]
}

fn all_come_out_again(bench: &mut Bench, hashes: &[Hash]) {
    for hash in hashes {
        let again = bench.ask(Command::Reexecute(*hash)).unwrap();
        assert!(matches!(&again, Response::Reexecution(view) if view.agrees), "{again:?}");
    }
}

#[test]
fn a_difference_stops_sealing_and_the_chain_goes_on_from_the_last_agreed_block() {
    let (mut bench, module) = chain();
    let good = head(&mut bench);
    let mut hashes = lie(&mut bench, module);
    let wrong = head(&mut bench);
    assert_eq!(wrong.0, good.0 + 3);
    hashes.push(find_out(&mut bench, module));
    bench.settle();

    let events = bench.world.events();
    assert_eq!(told(&events), [good]);
    for hash in &hashes[..3] {
        let stages = ended(&events, *hash);
        let [TransactionStage::Pending, TransactionStage::Final { height, outcome: Outcome::Ok }] = stages[..] else {
            panic!("{stages:?}")
        };
        assert!(height > good);
    }
    assert_eq!((head(&mut bench).0, bench.status().pending), (good.0 + 1, 0), "all in one block");
    all_come_out_again(&mut bench, &hashes);
    let view = look(&mut bench);
    let [found] = view.sampling.disagreements.as_slice() else { panic!("{:?}", view.sampling) };
    assert_eq!((found.code, found.entry.as_str(), found.what.as_str()), (Hash::of(V1), "deposit", "gas"));
    assert_eq!((found.height, found.went_back_to), (wrong.plus(1), good));
    assert!(matches!(tier(&mut bench), EngineTier::Disagreed { .. }));

    // Kept over a reload, with the rest of the chain.
    let before = head(&mut bench);
    let mut bench = bench.crash();
    compile_at_once(&bench);
    assert_eq!(head(&mut bench), before);
    bench.transact(deposit(module));
    assert!(matches!(tier(&mut bench), EngineTier::Disagreed { .. }));
    assert_eq!(look(&mut bench).sampling.disagreements, view.sampling.disagreements);
    assert_eq!(told(&bench.world.events()), []);
}

#[test]
fn blocks_older_than_the_states_in_memory_are_looked_through_too() {
    let (mut bench, module) = chain();
    let good = head(&mut bench);
    let mut hashes = lie(&mut bench, module);
    for _ in 0..70 {
        bench.ask(Command::Advance { slots: 1 }).unwrap();
    }
    hashes.push(find_out(&mut bench, module));
    bench.settle();
    assert_eq!(told(&bench.world.events()), [good]);
    all_come_out_again(&mut bench, &hashes);
    let stored = bench.world.0.borrow().records.len() as u64;
    assert_eq!(stored, head(&mut bench).0 + 1);
}

#[test]
fn a_tab_that_closes_meanwhile_goes_on_when_it_starts() {
    let (mut bench, module) = chain();
    let good = head(&mut bench);
    let hashes = lie(&mut bench, module);
    find_out(&mut bench, module);
    while !bench.node.is_in_doubt() {
        now(bench.node.work(true, &Deaf));
    }
    now(bench.node.work(true, &Deaf));
    assert_eq!(told(&bench.world.events()), [], "not yet");
    let mut bench = bench.crash();
    assert!(bench.node.is_in_doubt());
    bench.settle();
    assert_eq!(told(&bench.world.events()), [good]);
    all_come_out_again(&mut bench, &hashes);
}

#[test]
fn a_difference_outside_of_blocks_costs_no_block() {
    let (mut bench, module) = chain();
    let before = head(&mut bench);
    bench.ask(Command::SetSampling { ppm: ALL }).unwrap();
    bench.ask(Command::Fault(FaultPoint::EngineLies)).unwrap();
    bench.world.events();
    // The simulation of a plan finds it; the answer is the reference's.
    bench.transact(deposit(module));
    assert_eq!(head(&mut bench).0, before.0 + 1);
    let view = look(&mut bench);
    assert_eq!(view.sampling.disagreements.iter().map(|found| found.went_back_to).collect::<Vec<_>>(), [before]);
}

#[test]
fn where_old_records_are_damaged_the_states_in_memory_decide() {
    let (mut bench, module) = chain();
    for _ in 0..BASE_EVERY + 80 {
        bench.ask(Command::Advance { slots: 1 }).unwrap();
    }
    bench.settle();
    let good = head(&mut bench);
    let hashes = lie(&mut bench, module);
    find_out(&mut bench, module);
    // The walk begins at the genesis block, where nothing else needs these records.
    bench.world.0.borrow_mut().records.get_mut(&3).unwrap()[99] ^= 4;
    bench.settle();
    assert_eq!(told(&bench.world.events()), [good]);
    all_come_out_again(&mut bench, &hashes);
}

#[test]
fn letting_time_pass_goes_on_after_a_difference() {
    let (mut bench, module) = chain();
    lie(&mut bench, module);
    let hash = find_out(&mut bench, module);
    let slot = bench.status().slot;
    let answer = bench.ask(Command::Advance { slots: 10 });
    // Blocks were dropped, and the request rested on them.
    assert!(answer.is_err() || bench.status().slot >= slot.plus(10), "{answer:?}");
    bench.settle();
    assert!(matches!(ended(&bench.world.events(), hash)[..], [.., TransactionStage::Final { .. }]));
}
