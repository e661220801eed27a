//! What moving a fleet to new code costs: one release of a tag that 1, 100 and 10,000 modules follow, and the first call of
//! a follower afterwards. Prints JSON lines as `cargo xtask bench` collects them.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports times; nothing of it enters consensus")]

#[allow(dead_code, reason = "each benchmark uses its part")]
mod lending;

use codec::Encode;
use lending::{Chain, Result, prebuilt};
use std::time::Instant;
use zera_client::{
    Sealed,
    primitives::{AccountId, Amount, ExternalRef, Hash, ModuleId, tx::Call},
    registry::refs,
};

/// Followers made by one transaction.
const BATCH: usize = 32;
const TAG: &str = "vault";
/// The voter of the shared chain, who is the manager's admin here.
const ADMIN: u32 = u32::MAX;

fn print(case: &str, value: f64, unit: &str, peer: Option<(&str, f64)>) {
    lending::print("fleet", case, value, unit, peer);
}

/// One transaction in a block of its own.
fn seal(chain: &mut Chain, call: Call) -> Result<(Sealed, f64)> {
    let slot = chain.client.head().slot.plus(1);
    let admin = lending::key(ADMIN);
    let plan = chain.client.prepare(admin.public(), slot, &[], vec![call])?;
    for step in plan.steps {
        chain.client.submit(&step.transaction.sign(&chain.client.genesis(), &admin).encode(), slot)?;
    }
    let start = Instant::now();
    let sealed = chain.client.seal(slot, 0)?;
    let millis = start.elapsed().as_secs_f64() * 1e3;
    match sealed.decoded.receipts.iter().find(|receipt| !receipt.outcome.is_ok()) {
        Some(receipt) => Err(format!("a call failed: {:?}", receipt.outcome).into()),
        None => Ok((sealed, millis)),
    }
}

fn call(module: ModuleId, entry: &str, args: &impl Encode) -> Call {
    Call::Module { module, entry: entry.into(), args: args.encode(), value: Amount::ZERO }
}

/// Gas of the block's only transaction.
fn gas(sealed: &Sealed) -> f64 {
    sealed.decoded.receipts.first().map_or(0.0, |receipt| receipt.gas.0 as f64)
}

fn grow(chain: &mut Chain, manager: ModuleId, from: usize, to: usize) -> Result<()> {
    let reference = ExternalRef { manager, tag: TAG.into(), pin: None };
    let constructor = Some(AccountId([7; 32]).encode());
    let follow = Call::DeployReference { reference, constructor, value: Amount::ZERO };
    let mut done = from;
    while done < to {
        let batch = BATCH.min(to - done);
        chain.vote_with(&[], vec![follow.clone(); batch])?;
        done += batch;
    }
    Ok(())
}

fn main() -> Result<()> {
    let mut chain = Chain::new(0)?;
    let codes: Vec<Vec<u8>> =
        ["manager", "vault-v1", "vault-v2", "vault-v3"].map(prebuilt).into_iter().collect::<Result<_>>()?;
    let hashes: Vec<Hash> = codes.iter().map(|code| Hash::of(code)).collect();
    let [manager, one, two, three] = hashes.as_slice() else { return Err("four codes".into()) };
    let admin = lending::key(ADMIN).public();
    let deploy = Call::Deploy { code: *manager, args: admin.encode(), value: Amount::ZERO };
    let manager = *chain.vote_with(&codes, vec![deploy])?.first().ok_or("no manager")?;
    seal(&mut chain, call(manager, "release", &(TAG, one)))?;

    let (mut size, mut running, mut first) = (0, [one, two], None);
    for fleet in [1, 100, 10_000] {
        grow(&mut chain, manager, size, fleet)?;
        size = fleet;
        // An odd number of releases, there and back; the shortest block tells least of what else a block does.
        let (mut last, mut millis) = (None, f64::MAX);
        for _ in 0..5 {
            running.swap(0, 1);
            let (sealed, took) = seal(&mut chain, call(manager, "release", &(TAG, running[0])))?;
            (last, millis) = (Some(sealed), millis.min(took));
        }
        let sealed = last.ok_or("no release")?;
        let followers = refs::tag(chain.client.state(), &manager, TAG)?.map_or(0, |tag| tag.followers);
        assert_eq!(followers, fleet as u64, "all of them follow");
        let (used, keys) = (gas(&sealed), sealed.decoded.changes.len() as f64);
        let (gas_of_one, keys_of_one) = *first.get_or_insert((used, keys));
        let peer = |of_one: f64, value: f64| (fleet > 1).then_some(("a fleet of 1", value / of_one));
        print(&format!("release to {fleet} followers"), used, "gas", peer(gas_of_one, used));
        print(&format!("entries of the state it writes, {fleet} followers"), keys, "entries", peer(keys_of_one, keys));
        print(&format!("its block, {fleet} followers"), millis, "ms", None);
    }

    let any = refs::followers(chain.client.state(), &manager, TAG, None, 1)?;
    let any = *any.first().ok_or("no follower")?;
    let (sealed, _) = seal(&mut chain, call(any, "deposit", &()))?;
    let same = gas(&sealed);
    print("first call of a follower after it, equal schema", same, "gas", None);
    seal(&mut chain, call(manager, "release", &(TAG, three)))?;
    let (sealed, _) = seal(&mut chain, call(any, "deposit", &()))?;
    let migrates = gas(&sealed);
    print(
        "first call of a follower, which migrates its data",
        migrates,
        "gas",
        Some(("equal schema", migrates / same)),
    );
    let (sealed, _) = seal(&mut chain, call(any, "deposit", &()))?;
    print("its second call", gas(&sealed), "gas", None);
    Ok(())
}
