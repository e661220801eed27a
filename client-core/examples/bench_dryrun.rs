//! What a voter's dry run costs: the rehearsal of an upgrade with its migration, the comparison of both storages, and
//! 1,000 past transactions run again before and after. Prints JSON lines as `cargo xtask bench` collects them.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports times; nothing of it enters consensus")]

mod lending;

use lending::{Chain, Result, prebuilt};
use std::time::Instant;
use zera_client::{
    primitives::{Hash, Payload, Receipt, SignedTransaction, WasmModuleUpgradeProposal},
    rehearsal::{Rehearsed, Subject},
};

/// Past transactions that are run again: as many as a page may ask for.
const REPLAYED: u32 = 1_000;
/// Storage entries compared in one step, as the worker does.
const STEP: usize = 1_024;
const ROUNDS: usize = 5;

fn print(case: &str, value: f64, unit: &str, peer: Option<(&str, f64)>) {
    lending::print("dryrun", case, value, unit, peer);
}

/// The shortest of some rounds, milliseconds, and what the last one answered.
fn best<T>(mut run: impl FnMut() -> Result<T>) -> Result<(f64, T)> {
    let mut best = f64::MAX;
    for round in 1.. {
        let start = Instant::now();
        let answer = run()?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        if round == ROUNDS {
            return Ok((best, answer));
        }
    }
    Err("no rounds".into())
}

fn compare(rehearsed: &Rehearsed) -> Result<u64> {
    let mut diff = rehearsed.storage_diff()?;
    while !diff.step(rehearsed, STEP)? {}
    Ok(diff.added + diff.removed + diff.changed)
}

fn main() -> Result<()> {
    let mut chain = Chain::new(REPLAYED)?;
    let (block, record) = best(|| {
        let height = chain.client.head().height;
        let sealed = chain.deposits(0..REPLAYED)?;
        chain.client.step_back(height)?;
        Ok(sealed.decoded)
    })?;
    chain.deposits(0..REPLAYED)?;
    let past: Vec<(&SignedTransaction, &Receipt)> = record.body.transactions.iter().zip(&record.receipts).collect();
    let code = prebuilt("lending-v2")?;
    let hash = Hash::of(&code);
    let payload = Payload::Upgrade(WasmModuleUpgradeProposal {
        module_id: chain.lending,
        new_wasm_bytecode: hash,
        new_version: 2,
        migration_logic_hash: Some(hash),
        description: String::new(),
    });
    let codes = [code];
    let slot = chain.client.head().slot.plus(1);
    let rehearse = || {
        let mut preparing = chain.client.rehearse(Subject::Payload { codes: &codes, payload: &payload }, slot)?;
        while !preparing.step()? {}
        Ok(preparing.finish()?)
    };
    let (millis, mut rehearsed) = best(rehearse)?;
    if let Some(reason) = rehearsed.rehearsal.abort {
        return Err(format!("{reason:?}: {:?}", rehearsed.rehearsal.cause).into());
    }
    let accounts = format!("{REPLAYED} accounts");
    print(&format!("rehearsal of an upgrade with migration, {accounts}"), millis, "ms", None);
    print("gas of it", rehearsed.rehearsal.gas.0 as f64, "gas", None);
    let (millis, differ) = best(|| compare(&rehearsed))?;
    print(&format!("comparison of both storages, {accounts}"), millis, "ms", None);
    print("entries that differ", differ as f64, "entries", None);

    let (mut longest, mut same) = (0f64, 0);
    let start = Instant::now();
    for (signed, receipt) in &past {
        let began = Instant::now();
        let replayed = rehearsed.states.run(signed, receipt, &chain.lending)?;
        longest = longest.max(began.elapsed().as_secs_f64() * 1e3);
        same += u32::from(replayed.same());
    }
    let replay = start.elapsed().as_secs_f64() * 1e3;
    assert_eq!((past.len(), same), (REPLAYED as usize, REPLAYED), "a deposit is one under either version");
    let ratio = replay / block;
    let peer = Some(("a block of as many: signed, admitted, sealed", ratio));
    print(&format!("{REPLAYED} past transactions, each under old and new code"), replay, "ms", peer);
    print("the longest of them", longest, "ms", None);
    Ok(())
}
