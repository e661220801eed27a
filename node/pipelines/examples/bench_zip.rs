//! Block execution on 1 and 2 pipelines at conflicts of 0, 10, 50 and 100 % and transactions of about 5, 50 and 500 µs,
//! beside the bound that the block itself sets (total gas over the gas of its heaviest chain of conflicts). Prints JSON
//! lines as `cargo xtask bench` collects them. Runs by turns; a ratio is the median of pairs.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports rates; nothing of it enters consensus")]

use std::time::Instant;
use zera_client::primitives::{
    AccountId, Amount, Gas, Hash, Signature, SignedTransaction, Transaction,
    tx::{AccessHint, Call},
};
use zera_pipelines::Threads;
use zera_runtime::{Machine, execute};
use zera_scenarios::blocks::World;
use zera_state::Overlay;
use zera_zip::{BlockDone, Pipelines, Sequential, cluster, execute_block, now};

type Failed = Box<dyn std::error::Error>;

fn account(kind: &str, number: usize) -> AccountId {
    AccountId(Hash::of(format!("{kind} {number}").as_bytes()).0)
}

/// `count` transactions that burn `burn` rounds each; of a hundred, `conflict` pay the same account.
fn block(world: &World, count: usize, burn: u8, conflict: usize) -> Result<Vec<SignedTransaction>, Failed> {
    let machine = Machine::default();
    let ctx = world.context()?;
    let one = |number: usize| {
        let hot = number * conflict / 100 != (number + 1) * conflict / 100;
        let to = if hot { account("hot", 0) } else { account("cold", number) };
        let mut calls = vec![Call::Transfer { to, amount: Amount(1) }];
        if burn > 0 {
            let module = world.modules.first().copied().unwrap_or_default();
            // One round of the script's loop is about nine operators.
            let args = vec![3, 0, burn];
            calls.push(Call::Module { module, entry: "run".into(), args, value: Amount::ZERO });
        }
        let mut transaction = Transaction {
            sender: account("sender", number),
            nonce: 0,
            expiry: world.slot.plus(9),
            gas_limit: Gas(190_000),
            fee_limit: Amount::zra(1_000),
            calls,
            hint: AccessHint::default(),
        };
        let signed = |transaction: &Transaction| SignedTransaction {
            transaction: transaction.clone(),
            signature: Signature([0; 64]),
        };
        let mut trial = Overlay::new(&world.state);
        let done = execute(&machine, &mut trial, &ctx, &signed(&transaction), None)?;
        transaction.hint = cluster::hint(&trial.into_parts().1);
        transaction.gas_limit = Gas(done.receipt.gas.0 * 2 + 10_000);
        Ok::<_, Failed>(signed(&transaction))
    };
    (0..count).map(one).collect()
}

/// Executes the block; the time and what came out.
fn run(world: &World, pipelines: &dyn Pipelines, block: &[SignedTransaction]) -> Result<(f64, BlockDone), Failed> {
    let start = Instant::now();
    let done = now(execute_block(&world.state, pipelines, &world.input(block))).ok_or("not at once")??;
    Ok((start.elapsed().as_secs_f64(), done))
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() -> Result<(), Failed> {
    const COUNT: usize = 240;
    let pairs = if std::env::args().any(|arg| arg == "--quick") { 5 } else { 21 };
    let senders: Vec<AccountId> = (0..COUNT).map(|number| account("sender", number)).collect();
    let world = World::with(&senders)?;
    let one = Sequential::default();
    let two = Threads::new(2, Box::new(Machine::default))?;
    for (name, burn) in [("5", 0u8), ("50", 1), ("500", 40)] {
        for conflict in [0, 10, 50, 100] {
            let block = block(&world, COUNT, burn, conflict)?;
            let mut times = (Vec::new(), Vec::new(), Vec::new());
            let mut last = None;
            for pair in 0..pairs + 3 {
                let (alone, reference) = run(&world, &one, &block)?;
                let (shared, done) = run(&world, &two, &block)?;
                assert!(reference.receipts == done.receipts && reference.changes == done.changes, "they differ");
                if pair >= 3 {
                    times.0.push(alone);
                    times.1.push(shared);
                    times.2.push(alone / shared);
                }
                last = Some(done);
            }
            let schedule = last.map(|done| done.schedule).unwrap_or_default();
            let bound = schedule.gas.0 as f64 / schedule.critical_gas.0.max(1) as f64;
            let each = median(times.0) / COUNT as f64 * 1e6;
            println!(
                "{{\"suite\":\"zip\",\"case\":\"{conflict} % conflict, {name} µs, 2 pipelines\",\"value\":{:.2},\"unit\":\"µs/tx\",\"peer\":\"1 pipeline ({each:.2} µs/tx)\",\"ratio\":{:.3},\"bound\":{bound:.2},\"plan_us\":{},\"messages\":{},\"ci\":null}}",
                median(times.1) / COUNT as f64 * 1e6,
                median(times.2),
                schedule.plan_us,
                schedule.traffic.messages,
            );
        }
    }
    Ok(())
}
