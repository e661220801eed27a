//! For random blocks with random hints, any number of pipelines with delays, deaths and reordering gives the same
//! changes, receipts and gas as the plainest reading of the rules; `ZERA_LONG=1` runs ten thousand blocks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    reason = "a failed invariant in a test is a failed test"
)]

mod chaos;
mod many;

use chaos::{Chaos, FATES, wait};
use std::collections::BTreeMap;
use zera_client::state::merkle::MerkleState;
use zera_pipelines::Threads;
use zera_runtime::Machine;
use zera_scenarios::blocks::{Dice, World, oracle};
use zera_zip::{BlockDone, BlockError, Lane, Pipelines, Sequential, execute_block};

fn blocks() -> u64 {
    if std::env::var_os("ZERA_LONG").is_some() { 10_000 } else { 1_000 }
}

/// What a block gave: changes and receipts, or the place of the transaction that cannot stand in it.
fn run(
    world: &World,
    pipelines: &dyn Pipelines,
    block: &[zera_client::primitives::SignedTransaction],
) -> Result<BlockDone, usize> {
    match wait(execute_block(&world.state, pipelines, &world.input(block))) {
        Ok(done) => Ok(done),
        Err(BlockError::Inadmissible { index, .. }) => Err(index),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn any_number_of_pipelines_gives_what_the_rules_say() {
    let machine = Machine::default();
    let make = || Box::new(Machine::default);
    let all: Vec<(String, Box<dyn Pipelines>)> = vec![
        ("reference".into(), Box::new(Sequential::default())),
        ("0, broken".into(), Box::new(Chaos::new(0, 1, 0))),
        ("1, broken".into(), Box::new(Chaos::new(1, 2, 20))),
        ("2, broken".into(), Box::new(Chaos::new(2, 3, 20))),
        ("3, broken".into(), Box::new(Chaos::new(3, 4, 20))),
        ("8, broken".into(), Box::new(Chaos::new(8, 5, 20))),
        ("2 threads".into(), Box::new(Threads::new(2, make()).unwrap().always())),
        ("8 threads".into(), Box::new(Threads::new(8, make()).unwrap().always())),
    ];
    let mut seen = Seen::default();
    let mut world = World::new().unwrap();
    let mut dice = Dice::new(2026);
    for number in 0..blocks() {
        if number % 200 == 0 {
            world = World::new().unwrap();
        }
        let size = if number % 50 == 7 { 120 } else { 16 };
        let mut block = world.block(&machine, &mut dice, size).unwrap();
        let changes = loop {
            let expected = oracle(&world, &machine, &block).unwrap();
            for (name, pipelines) in &all {
                let done = run(&world, &**pipelines, &block);
                if let Ok(done) = &done {
                    seen.note(done, name);
                }
                let done = done.map(|done| (done.changes, done.receipts));
                assert!(done == expected, "block {number}, {name}: {done:#?}\nis not\n{expected:#?}");
            }
            match expected {
                Ok((changes, _)) => break changes,
                // As a producer does: out with it, and again.
                Err(index) => {
                    seen.unfit += 1;
                    block.remove(index);
                }
            }
        };
        if number % 100 == 0 {
            let mut tree = MerkleState::from_entries(world.state.0.clone(), world.height).unwrap();
            let after = world.height.plus(1);
            let root = tree.apply(after, &changes).unwrap();
            world.adopt(&changes);
            assert_eq!(MerkleState::from_entries(world.state.0.clone(), after).unwrap().root(), root);
        } else {
            world.adopt(&changes);
        }
    }
    seen.check();
}

#[test]
fn a_pipeline_may_die_at_any_moment_of_a_block() {
    let (machine, world) = (Machine::default(), World::new().unwrap());
    let mut dice = Dice::new(77);
    for _ in 0..4 {
        let (block, done) = loop {
            let block = world.block(&machine, &mut dice, 40).unwrap();
            if let Ok(done) = run(&world, &Chaos::new(3, 1, 0), &block) {
                break (block, done);
            }
        };
        // A redone job is one more, and may fail too.
        for job in 0..done.schedule.traffic.messages + 2 {
            for fate in 0..FATES {
                let again = run(&world, &Chaos::at(3, job, fate), &block).unwrap();
                assert!(
                    (again.receipts, again.changes) == (done.receipts.clone(), done.changes.clone()),
                    "{job} {fate}"
                );
            }
        }
    }
}

/// That the blocks were worth running.
#[derive(Default, Debug)]
struct Seen {
    unfit: u64,
    clusters: u64,
    serial: u64,
    second: u64,
    stages: u64,
    outcomes: BTreeMap<String, u64>,
    elsewhere: BTreeMap<String, u64>,
}

impl Seen {
    fn note(&mut self, done: &BlockDone, name: &str) {
        let schedule = &done.schedule;
        assert_eq!(schedule.transactions.len(), done.receipts.len());
        assert!(schedule.critical_gas <= schedule.gas);
        self.stages = self.stages.max(schedule.stages.len() as u64);
        for (placed, receipt) in schedule.transactions.iter().zip(&done.receipts) {
            assert_eq!((placed.gas, placed.attempts), (receipt.gas, receipt.attempts));
            assert_eq!(placed.lane == Lane::Serial, placed.serial.is_some());
            match placed.lane {
                Lane::Cluster => self.clusters += 1,
                Lane::Serial => self.serial += 1,
            }
            self.second += u64::from(receipt.attempts == 2);
            *self.outcomes.entry(format!("{:?}", receipt.outcome)).or_default() += 1;
            *self.elsewhere.entry(name.into()).or_default() += u64::from(placed.pipeline > 0);
        }
    }

    fn check(&self) {
        println!("{self:#?}");
        assert!(self.unfit > 10 && self.clusters > 1_000 && self.serial > 1_000 && self.second > 1_000);
        assert!(self.stages > 1, "no block had two stages");
        assert_eq!(self.outcomes.len(), 6, "all outcomes are met");
        let busy = |name: &str| self.elsewhere.get(name).is_some_and(|count| *count > 100);
        assert!(["1, broken", "3, broken", "8, broken", "2 threads", "8 threads"].into_iter().all(busy));
    }
}
