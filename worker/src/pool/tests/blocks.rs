//! Whole blocks on the pool: whatever happens to its workers, a block comes to what the rules say.

use super::yard::{Trouble, Yard};
use crate::{
    node::tests::{
        now,
        world::{engine, part},
    },
    pool::{Handle, Pool, Settings, workers::Workers as _},
};
use std::rc::Rc;
use zera_client::{
    primitives::SignedTransaction,
    zip::{BlockDone, BlockError, Pipelines, execute_block},
};
use zera_runtime::Machine;
use zera_scenarios::blocks::{Dice, World, oracle};
use zera_vm::tiered::Tiering;
use zera_worker_protocol::IncidentKind;

fn blocks() -> u64 {
    if std::env::var_os("ZERA_LONG").is_some() { 10_000 } else { 300 }
}

fn pool(seed: u64, count: u8, trouble: Trouble) -> (Rc<Pool<Rc<Yard>>>, Rc<Yard>) {
    let yard = Yard::new(seed, trouble, part);
    let pool = Rc::new(Pool::new(Rc::clone(&yard), engine(Tiering::default())));
    let mut settings = Settings::default();
    settings.pipelines = Some(count);
    pool.follow(settings);
    pool.set_always(true);
    (pool, yard)
}

/// Lets time pass, so that workers that were started listen.
fn rest(pool: &Pool<Rc<Yard>>, yard: &Rc<Yard>) {
    let until = yard.micros() + 100_000;
    while yard.micros() < until {
        now(pool.crew.turn(until));
    }
}

fn run(world: &World, pipelines: &dyn Pipelines, block: &[SignedTransaction]) -> Result<BlockDone, usize> {
    match now(execute_block(&world.state, pipelines, &world.input(block))) {
        Ok(done) => Ok(done),
        Err(BlockError::Inadmissible { index, .. }) => Err(index),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn any_number_of_workers_in_any_trouble_gives_what_the_rules_say() {
    let trouble = Trouble { dies: 6, hangs: 4, babbles: 6, ends_idle: 6, never_starts: 3, refuses: 0 };
    let all: Vec<_> = [(0, 1), (1, 2), (2, 3), (3, 4), (8, 5)].map(|(count, seed)| pool(seed, count, trouble)).into();
    let machine = Machine::default();
    let mut world = World::new().unwrap();
    let mut dice = Dice::new(31);
    let mut sent = 0;
    for number in 0..blocks() {
        if number % 100 == 0 {
            world = World::new().unwrap();
        }
        let mut block = world.block(&machine, &mut dice, 14).unwrap();
        let changes = loop {
            let expected = oracle(&world, &machine, &block).unwrap();
            for (pool, yard) in &all {
                rest(pool, yard);
                let done = run(&world, &Handle::new(pool), &block);
                sent += done.as_ref().map_or(0, |done| done.schedule.traffic.messages);
                let done = done.map(|done| (done.changes, done.receipts));
                assert!(done == expected, "block {number}: {done:#?}\nis not\n{expected:#?}");
            }
            match expected {
                Ok((changes, _)) => break changes,
                Err(index) => drop(block.remove(index)),
            }
        };
        world.adopt(&changes);
    }
    let kinds: Vec<IncidentKind> = all.iter().flat_map(|(pool, _)| pool.incidents()).map(|one| one.kind).collect();
    let met = |kind| kinds.contains(&kind);
    assert!(met(IncidentKind::Trapped) && met(IncidentKind::Hung) && met(IncidentKind::Garbled), "{kinds:?}");
    assert!(u64::from(sent) > blocks() * 6, "{sent} messages");
}

#[test]
fn a_worker_may_end_at_any_message_of_a_block_and_its_work_is_done_again() {
    let (machine, world) = (Machine::default(), World::new().unwrap());
    let mut dice = Dice::new(5);
    let (block, expected) = loop {
        let block = world.block(&machine, &mut dice, 30).unwrap();
        if let Ok(expected) = oracle(&world, &machine, &block).unwrap() {
            break (block, expected);
        }
    };
    for ways in [
        Trouble { dies: 100, ..Trouble::default() },
        Trouble { hangs: 100, ..Trouble::default() },
        Trouble { babbles: 100, ..Trouble::default() },
    ] {
        for at in 0..4 {
            let (pool, yard) = pool(9, 3, Trouble::default());
            rest(&pool, &yard);
            yard.trouble_at.set(Some((yard.posted.get() + at, ways)));
            let done = run(&world, &Handle::new(&pool), &block).unwrap();
            assert!((done.changes, done.receipts) == expected, "{ways:?} at {at}");
            let incidents = pool.incidents();
            assert!(incidents.len() <= 1 && incidents.iter().all(|one| one.redone), "{incidents:?}");
            assert!(at > 2 || incidents.len() == 1, "{ways:?} at {at}");
        }
        // Nobody ever answers: in the end it is done here.
        let (pool, yard) = pool(10, 3, Trouble::default());
        rest(&pool, &yard);
        yard.trouble.set(ways);
        let done = run(&world, &Handle::new(&pool), &block).unwrap();
        assert!((done.changes, done.receipts) == expected);
    }
}

#[test]
fn codes_travel_once() {
    let (machine, mut world) = (Machine::default(), World::new().unwrap());
    let (pool, yard) = pool(3, 2, Trouble::default());
    let mut dice = Dice::new(8);
    let mut bytes = Vec::new();
    for _ in 0..30 {
        rest(&pool, &yard);
        let block = world.block(&machine, &mut dice, 12).unwrap();
        let Ok(done) = run(&world, &Handle::new(&pool), &block) else { continue };
        bytes.push(done.schedule.traffic.bytes_out);
        world.adopt(&done.changes);
    }
    let held: u32 = pool.pipelines().iter().map(|pipeline| pipeline.codes).sum();
    assert!(held > 0, "no code was ever sent");
    let (first, last) = (bytes[0], bytes[bytes.len() - 5..].iter().max().unwrap());
    println!("bytes out: {bytes:?}, {held} codes held");
    assert!(first > 0 && *last > 0);
}
