//! From a difference between engines back to the last block that the reference agrees with, and on from there: the fast
//! engine here is the reference with a gas too much, whenever the test says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a failed invariant in a test is a failed test"
)]

mod kit;

use kit::{BOB, Cell, Chain, VOTER, call, who};
use zera_client::{
    ClientError, Rebuild,
    agreement::Agreement,
    primitives::{Amount, Height, ModuleId, tx::Call},
    vm::{Threshold, TieredEngine, Tiering, WasmiEngine, tiered::ALL},
    zip::Sequential,
};
use zera_runtime::Machine;

/// A chain that runs everything on an engine which can be made to lie, and one module.
struct World {
    chain: Chain,
    engine: TieredEngine,
    module: ModuleId,
}

impl World {
    fn new() -> Self {
        let mut chain = Chain::new();
        let tiering = Tiering { fast: true, threshold: Threshold::NONE, sampling_ppm: 0, seed: 0 };
        let engine = TieredEngine::new(Box::new(WasmiEngine::new()), WasmiEngine::new(), tiering);
        let machine = Machine::new(Box::new(engine.clone()));
        chain.client.set_pipelines(Box::new(Sequential::new(machine)));
        let module = chain.deploy(&Cell::new((1, 0, 0), 1, 1).bytes(), Vec::new(), 1);
        Self { chain, engine, module }
    }

    fn head(&self) -> Height {
        self.chain.client.head().height
    }

    fn put(&mut self, person: u8, value: u64) {
        let calls = vec![call(self.module, "put", value.to_le_bytes().to_vec())];
        self.chain.send(person, calls);
    }

    fn pay(&mut self) {
        self.chain.send(BOB, vec![Call::Transfer { to: who(VOTER), amount: Amount(5) }]);
    }

    fn walk(&self, mut walk: Agreement) -> Height {
        for (height, bytes) in &self.chain.stored.records {
            if *height > walk.height() && !walk.next(bytes).unwrap() {
                return walk.height();
            }
        }
        walk.height()
    }

    /// The last block to keep: by the states in memory, and by the records from the genesis block on.
    fn agreed(&self) -> Height {
        let client = &self.chain.client;
        let kept = self.walk(Agreement::from(client.state_at(client.kept_from()).unwrap()));
        let genesis = Rebuild::from_genesis(&self.chain.stored.records[0].1).unwrap();
        assert_eq!(self.walk(Agreement::from(genesis.finish().unwrap())), kept);
        kept
    }
}

#[test]
fn a_lie_is_found_the_chain_goes_back_and_on_with_the_reference() {
    let mut world = World::new();
    world.put(BOB, 1);
    let honest = world.chain.seal(1).decoded.receipts[0].gas;
    let good = world.head();
    assert_eq!(world.agreed(), good);

    world.engine.set_lies(true);
    world.put(BOB, 2);
    assert_eq!(world.chain.seal(1).decoded.receipts[0].gas, honest.plus(1), "a wrong block, sealed and stored");
    world.pay();
    world.chain.seal(1);
    world.put(VOTER, 3);
    let wrong = world.chain.seal(1).height;

    // From now on somebody looks.
    world.engine.set_tiering(Tiering { sampling_ppm: ALL, ..world.engine.tiering() });
    world.put(BOB, 4);
    world.chain.slot = world.chain.slot.plus(1);
    let refused = world.chain.client.seal(world.chain.slot, 0).unwrap_err();
    assert!(matches!(&refused, ClientError::Fault(cause) if cause.contains("disagree")), "{refused:?}");
    assert_eq!((world.head(), world.chain.client.pending().count()), (wrong, 1));
    let found = world.engine.take_disagreements();
    assert_eq!((found.len(), found[0].module, found[0].height), (1, world.module, wrong.plus(1)));

    let to = world.agreed();
    assert_eq!(to, good);
    world.chain.step_back(to);
    assert_eq!(world.chain.client.pending().count(), 4);
    let sealed = world.chain.seal(1);
    assert_eq!(sealed.height, good.plus(1));
    let receipts = &sealed.decoded.receipts;
    assert!(receipts.len() == 4 && receipts.iter().all(|receipt| receipt.outcome.is_ok()) && receipts[0].gas == honest);
    assert_eq!(world.chain.ask(&world.module, "value"), Some(3));
    assert_eq!(world.agreed(), world.head());
    world.chain.audit();
    world.chain.crash(good.plus(1));
}

/// Lies begin and end at random; the walk finds exactly the block before the first one that a lie is in.
#[test]
fn the_last_agreed_block_is_the_one_before_the_first_wrong_one() {
    let mut random = 5u64;
    let mut next = move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % 10
    };
    for _ in 0..12 {
        let mut world = World::new();
        let mut first_wrong = None;
        for _ in 0..12 {
            let lies = next() == 0;
            world.engine.set_lies(lies);
            let calls = next() < 6;
            if calls {
                world.put(BOB, next());
            }
            if next() < 5 {
                world.pay();
            }
            let height = world.chain.seal(1).height;
            if lies && calls {
                first_wrong.get_or_insert(height);
            }
        }
        let expected = first_wrong.map_or(world.head(), |wrong| Height(wrong.0 - 1));
        assert_eq!(world.agreed(), expected);
    }
}

#[test]
fn a_walk_executes_only_blocks_that_may_have_run_code_and_refuses_what_does_not_fit() {
    let mut world = World::new();
    let begun = Agreement::from(world.chain.client.state_at(world.head()).unwrap());
    for _ in 0..3 {
        world.pay();
        world.chain.seal(1);
    }
    world.put(BOB, 1);
    world.chain.seal(1);
    let mut walk = begun;
    let after = walk.height();
    let records: Vec<_> = world.chain.stored.records.iter().filter(|(height, _)| *height > after).collect();
    assert!(walk.next(&records[1].1).is_err(), "a block is missing");
    assert!(walk.next(&records[0].1[1..]).is_err());
    for (height, bytes) in &records {
        assert!(walk.next(bytes).unwrap());
        assert_eq!(walk.height(), *height);
    }
    assert_eq!(walk.executed(), 1);
}
