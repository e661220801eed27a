//! Random blocks on real pipelines: whatever happens to the workers, and whatever their number, a block comes to what the
//! plainest reading of the rules says.

use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use zera_client::{
    runtime::Machine,
    zip::{BlockError, execute_block},
};
use zera_scenarios::blocks::{Dice, World, oracle};
use zera_worker::{
    platform::{BrowserWorkers, engine},
    pool::{Handle, Pool, Settings, wire::Break},
};

/// Transactions of a block.
const SIZE: u64 = 12;
/// In so many of a hundred blocks a pipeline dies; in one of so many blocks it hangs.
const DEATHS: u64 = 25;
const HANGS: u64 = 60;
/// Blocks on one world; then another one begins.
const ON_ONE: u32 = 50;

type Shared = Rc<Pool<BrowserWorkers>>;

/// The blocks of one seed, one after another, on pools of 0, 1, 2, 3 and 8 pipelines.
#[wasm_bindgen]
pub struct Blocks {
    pools: Vec<(u8, Shared)>,
    machine: Machine,
    world: World,
    dice: Dice,
    number: u32,
    messages: u32,
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[wasm_bindgen]
impl Blocks {
    /// Starts the pipelines.
    ///
    /// # Errors
    /// When the world of the blocks cannot be made.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32) -> Result<Self, String> {
        let pools = [0, 1, 2, 3, 8].map(|count| (count, pool(count)));
        let (machine, dice) = (Machine::default(), Dice::new(seed.into()));
        let world = World::new().map_err(words)?;
        Ok(Self { pools: pools.into(), machine, world, dice, number: 0, messages: 0 })
    }

    /// Runs the next block on every pool; what differs, or nothing.
    ///
    /// # Errors
    /// When a block cannot be made or executed.
    pub async fn next(&mut self) -> Result<Option<String>, String> {
        if self.number.is_multiple_of(ON_ONE) {
            self.world = World::new().map_err(words)?;
        }
        self.number += 1;
        let mut block = self.world.block(&self.machine, &mut self.dice, SIZE).map_err(words)?;
        loop {
            let expected = oracle(&self.world, &self.machine, &block).map_err(words)?;
            for (count, pool) in &self.pools {
                if self.dice.percent(DEATHS) {
                    pool.set_break(if self.dice.below(HANGS) == 0 { Break::Hang } else { Break::Trap });
                }
                pool.tend().await;
                let handle = Handle::new(pool);
                let done = match execute_block(&self.world.state, &handle, &self.world.input(&block)).await {
                    Ok(done) => {
                        self.messages += done.schedule.traffic.messages;
                        Ok((done.changes, done.receipts))
                    }
                    Err(BlockError::Inadmissible { index, .. }) => Err(index),
                    Err(error) => return Err(format!("block {}, {count} pipelines: {error}", self.number)),
                };
                if done != expected {
                    return Ok(Some(format!("block {} on {count} pipelines comes to something else", self.number)));
                }
            }
            match expected {
                Ok((changes, _)) => {
                    self.world.adopt(&changes);
                    return Ok(None);
                }
                // As a producer does: out with it, and again.
                Err(index) => drop(block.remove(index)),
            }
        }
    }

    /// Messages to pipelines so far.
    #[must_use]
    pub fn messages(&self) -> u32 {
        self.messages
    }

    /// Pipelines replaced so far.
    #[must_use]
    pub fn replaced(&self) -> u32 {
        self.pools.iter().flat_map(|(_, pool)| pool.pipelines()).map(|pipeline| pipeline.replaced).sum()
    }

    /// What went wrong lately, for people.
    #[must_use]
    pub fn incidents(&self) -> String {
        let all = self.pools.iter().flat_map(|(_, pool)| pool.incidents());
        all.map(|one| format!("{:?}: {}", one.kind, one.detail)).collect::<Vec<_>>().join("; ")
    }

    /// True while a pipeline is starting.
    pub async fn starting(&self) -> bool {
        for (_, pool) in &self.pools {
            pool.tend().await;
        }
        let all = self.pools.iter().flat_map(|(_, pool)| pool.pipelines());
        all.into_iter().any(|pipeline| pipeline.state == zera_worker_protocol::PipelineState::Starting)
    }
}

/// A pool that sends whatever it can.
fn pool(count: u8) -> Shared {
    let mut settings = Settings::default();
    settings.pipelines = Some(count);
    let pool = Pool::new(BrowserWorkers::default(), engine(zera_client::vm::Tiering::default()));
    pool.follow(settings);
    pool.set_always(true);
    Rc::new(pool)
}

/// A pipeline: this program in another thread, as `pipeline.js` starts it.
#[wasm_bindgen]
pub fn pipeline() {
    zera_worker::platform::start();
}
