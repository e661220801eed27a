//! What records for proofs cost: the same block with and without their bodies, interleaved, medians over pairs with the
//! 95 % interval of the ratio by order statistics. Prints JSON lines as `cargo xtask bench` collects them.
//! `cargo run --profile bench-fast -p zera-client --example bench_record`.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports rates; nothing of it enters consensus")]

mod lending;

use codec::Encode as _;
use lending::{Chain, Result, key};
use std::time::Instant;
use zera_client::{
    Client,
    primitives::{
        Amount, Gas, Transaction,
        tx::{AccessHint, Call},
    },
    runtime::Machine,
    state::accounts,
    zip::{Sequential, now},
};

const PEOPLE: u32 = 400;
const PAIRS: usize = 41;
/// Order statistics of 41 values that enclose the median with 97 %.
const INTERVAL: (usize, usize) = (13, 27);

fn machine(records: bool) -> Box<Sequential> {
    let machine = Machine::default();
    machine.set_recording(records);
    Box::new(Sequential::new(machine))
}

/// Milliseconds that drafting the waiting block takes.
fn draft(client: &Client) -> Result<f64> {
    let slot = client.head().slot.plus(1);
    let start = Instant::now();
    let done = now(client.draft(slot, 0)).ok_or("these pipelines answer at once")??;
    let millis = start.elapsed().as_secs_f64() * 1_000.0;
    assert_eq!(done.transactions().len(), PEOPLE as usize, "every transaction stands in the block");
    Ok(millis)
}

fn median(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    (at(PAIRS / 2), at(INTERVAL.0), at(INTERVAL.1))
}

fn main() -> Result<()> {
    let mut chain = Chain::new(PEOPLE)?;
    chain.deposits(0..PEOPLE)?;
    let slot = chain.client.head().slot.plus(1);
    for person in 0..PEOPLE {
        let sender = key(person).public();
        let call =
            Call::Module { module: chain.lending, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(5) };
        let transaction = Transaction {
            sender,
            nonce: accounts::account(chain.client.state(), &sender)?.nonce,
            expiry: slot.plus(10),
            gas_limit: Gas(180_000),
            fee_limit: Amount(u128::MAX),
            calls: vec![call],
            hint: AccessHint::default(),
        };
        chain.client.submit(&transaction.sign(&chain.client.genesis(), &key(person)).encode(), slot)?;
    }
    let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS + 2 {
        let mut times = [0.0f64; 2];
        for turn in 0..2 {
            let records = (pair + turn) % 2 == 0;
            chain.client.set_pipelines(machine(records));
            draft(&chain.client)?; // translates the code
            if let Some(time) = times.get_mut(usize::from(records)) {
                *time = draft(&chain.client)?;
            }
        }
        if pair >= 2 {
            without.push(times[0]);
            with.push(times[1]);
            ratios.push(times[1] / times[0]);
        }
    }
    let ((with, ..), (without, ..), (ratio, low, high)) = (median(with), median(without), median(ratios));
    lending::print("records", "a block of 400 deposits, with records of them", with, "ms", Some(("without", ratio)));
    lending::print("records", "the same, without", without, "ms", None);
    lending::print("records", "with records, lower end of the ratio's interval", low, "", None);
    lending::print("records", "with records, upper end of the ratio's interval", high, "", None);
    Ok(())
}
