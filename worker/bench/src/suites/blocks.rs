//! Whole blocks on two pipelines, on one and on none, at different conflict and cost: how much two gain, beside what any
//! number could, and what it takes in messages.

use crate::{
    case::{Aim, Case},
    rounds::{self, Rounds, Running, Side, Watch as _},
    stats::estimate,
    suites::world::{Load, World},
    tab::{Bench, glue, sides, tape::fetched, thrown},
};
use std::{cell::RefCell, rc::Rc};
use zera_client::{
    primitives::SignedTransaction,
    zip::{BlockDone, Pipelines, Schedule, Sequential},
};
use zera_worker::{
    platform::{BrowserWorkers, engine},
    pool::{Handle, Pool, Settings},
};
use zera_worker_protocol::PipelineState;

/// Share of transactions that touch one common entry, in per cent.
const CONFLICTS: [u32; 4] = [0, 10, 50, 100];
/// Microseconds of compute in a transaction, and how many of those make a block.
const COSTS: [(u32, u32); 3] = [(5, 256), (50, 192), (500, 64)];
/// Two pipelines of two cores cannot gain more.
const PIPELINES: f64 = 2.0;
/// Pipelines that do not listen after so long will not.
const START_MS: f64 = 20_000.0;

/// Measures every combination.
///
/// # Errors
/// A block that fails, or two results of one block.
pub async fn run(bench: &Bench) -> Result<Vec<Case>, String> {
    let code = fetched(super::contract::GUEST).await?;
    let pace = sides::pace(&code, bench)?;
    let world = Rc::new(World::new(&code)?);
    let sides = [Some(2), Some(1), None].map(|count| count.map(pool));
    for pool in sides.iter().flatten() {
        listening(pool, bench).await?;
    }
    bench.plan(CONFLICTS.len() * COSTS.len());
    let mut cases = Vec::new();
    for (micros, transactions) in COSTS {
        for conflict in CONFLICTS {
            let load = Load { transactions, conflict, rounds: (f64::from(micros) * pace).round() as u64 };
            let block = Rc::new(world.block(load)?);
            let (rounds, schedule) = measure(bench, &world, &block, &sides).await?;
            let name = format!("{conflict} % conflict, {micros} µs each, {transactions} transactions");
            let (seen, traffic) = report(&name, conflict, &rounds, &schedule);
            bench.cases(&seen);
            cases.extend(traffic);
            bench.next();
        }
    }
    Ok(cases)
}

type Shared = Rc<Pool<BrowserWorkers>>;

/// A pool of so many pipelines, without the check by sampling, which is no part of executing a block.
fn pool(count: u8) -> Shared {
    let mut settings = Settings::default();
    (settings.pipelines, settings.sampling_ppm) = (Some(count), 0);
    let pool = Pool::new(BrowserWorkers::default(), engine(Default::default()));
    pool.follow(settings);
    Rc::new(pool)
}

/// Waits until every pipeline listens.
async fn listening(pool: &Shared, bench: &Bench) -> Result<(), String> {
    let begin = bench.now();
    while pool.pipelines().iter().any(|pipeline| pipeline.state != PipelineState::Idle) {
        if bench.now() - begin > START_MS {
            return Err(format!("pipelines do not start: {:?}", pool.incidents()));
        }
        glue::pause(20).await.map_err(thrown)?;
        pool.tend().await;
    }
    Ok(())
}

async fn measure(
    bench: &Bench,
    world: &Rc<World>,
    block: &Rc<Vec<SignedTransaction>>,
    pools: &[Option<Shared>; 3],
) -> Result<(Rounds, Schedule), String> {
    let last: Rc<RefCell<Option<BlockDone>>> = Rc::default();
    let mut sides: Vec<Box<dyn Side>> = Vec::new();
    let mut done: Vec<BlockDone> = Vec::new();
    for (index, pool) in pools.iter().enumerate() {
        let pipelines: Box<dyn Pipelines> = match pool {
            Some(pool) => Box::new(Handle::new(pool)),
            None => Box::new(Sequential::new(zera_client::runtime::Machine::new(Box::new(engine(Default::default()))))),
        };
        let keep = (index == 0).then(|| last.clone());
        let side = Block { world: world.clone(), block: block.clone(), pipelines, keep };
        done.push(side.execute().await?);
        sides.push(Box::new(side));
    }
    let same = |one: &BlockDone| one.changes == done[0].changes && one.receipts == done[0].receipts;
    if !done.iter().all(same) || !done[0].receipts.iter().all(|receipt| receipt.outcome.is_ok()) {
        return Err("a block came to different ends on different numbers of pipelines".into());
    }
    let rounds = rounds::measure(&mut sides, &bench.effort, bench).await?;
    let schedule = last.borrow_mut().take().map(|done| done.schedule).unwrap_or_default();
    Ok((rounds, schedule))
}

/// What was measured, and apart from it what was counted.
fn report(name: &str, conflict: u32, rounds: &Rounds, schedule: &Schedule) -> ([Case; 2], [Case; 2]) {
    let bound = (schedule.gas.0 as f64 / schedule.critical_gas.0.max(1) as f64).min(PIPELINES);
    let aim = if conflict == 0 { Aim::AtLeast(1.8) } else { Aim::AtLeast(0.97) };
    let ms = |side: usize| rounds.time(side).value;
    let against = |peer: String, side: usize| {
        Case::exact(format!("{name}: two pipelines"), ms(0), "ms").against(peer, estimate(&rounds.ratios(side, 0)))
    };
    let measured = [
        against(format!("one pipeline: times as fast; bound {bound:.2}"), 1).aim(aim).noise(rounds.noise()),
        against("no pipeline, this thread alone: times as fast".into(), 2),
    ];
    let traffic = &schedule.traffic;
    let bytes = traffic.bytes_out.saturating_add(traffic.bytes_in);
    let counted = [
        Case::exact(format!("{name}: messages to pipelines"), f64::from(traffic.messages), "messages"),
        Case::exact(format!("{name}: bytes to and from them"), bytes as f64, "bytes"),
    ];
    (measured, counted)
}

/// One block, executed again and again on the same state.
struct Block {
    world: Rc<World>,
    block: Rc<Vec<SignedTransaction>>,
    pipelines: Box<dyn Pipelines>,
    /// Where the last execution is kept.
    keep: Option<Rc<RefCell<Option<BlockDone>>>>,
}

impl Block {
    async fn execute(&self) -> Result<BlockDone, String> {
        self.world.execute(self.pipelines.as_ref(), &self.block).await
    }
}

impl Side for Block {
    fn name(&self) -> String {
        "a block".into()
    }

    fn run(&mut self, times: u32) -> Running<'_> {
        Box::pin(async move {
            for _ in 0..times {
                let done = self.execute().await?;
                if let Some(keep) = &self.keep {
                    keep.replace(Some(done));
                }
            }
            Ok(())
        })
    }
}
