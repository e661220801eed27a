//! Transactions per second natively, and what one module call and one nested call cost. Prints JSON lines as
//! `cargo xtask bench` collects them. Signing is outside what is timed; admission, execution, root and record are in.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports rates; nothing of it enters consensus")]

use codec::Encode;
use std::time::Instant;
use zera_client::{
    Client, GenesisConfig,
    light::SealKey,
    primitives::{AccountId, Amount, Hash, ModuleId, Network, Slot, keys::SecretKey, tx::Call},
    zip::now,
};

fn key(person: u16) -> SecretKey {
    SecretKey::from_seed(&Hash::of(&person.to_le_bytes()).0)
}

fn prebuilt(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR"))).unwrap_or_default()
}

fn print(case: &str, value: f64, unit: &str, peer: &str, ratio: f64) {
    println!(
        "{{\"suite\":\"chain\",\"case\":\"{case}\",\"value\":{value:.2},\"unit\":\"{unit}\",\"peer\":\"{peer}\",\"ratio\":{ratio:.3},\"ci\":null}}"
    );
}

fn world(people: u16) -> Result<Client, Box<dyn std::error::Error>> {
    let sealer = SealKey::from_seed(&[9; 32])?;
    let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
    config.accounts = (0..people).map(|person| (key(person).public(), Amount::zra(100_000))).collect();
    Ok(Client::create(&config, Some(sealer))?.0)
}

/// Prepares one transaction per person, then times submit and seal of all. Answers seconds per transaction.
fn block(client: &mut Client, people: u16, call: impl Fn(u16) -> Call) -> Result<f64, Box<dyn std::error::Error>> {
    let slot = client.head().slot.plus(1);
    let mut signed = Vec::new();
    for person in 0..people {
        let secret = key(person);
        let plan = client.prepare(secret.public(), slot, &[], vec![call(person)])?;
        for step in plan.steps {
            signed.push(step.transaction.sign(&client.genesis(), &secret).encode());
        }
    }
    let start = Instant::now();
    for bytes in &signed {
        client.submit(bytes, slot)?;
    }
    let sealed = client.seal(slot, 0)?;
    let seconds = start.elapsed().as_secs_f64();
    let done = sealed.decoded.receipts.iter().filter(|receipt| receipt.outcome.is_ok()).count();
    assert_eq!(done, signed.len(), "every transaction of a benchmark succeeds");
    Ok(seconds / signed.len() as f64)
}

fn deploy(client: &mut Client) -> Result<ModuleId, Box<dyn std::error::Error>> {
    let code = prebuilt("counter");
    let call = Call::Deploy { code: Hash::of(&code), args: 0u64.encode(), value: Amount::ZERO };
    let slot = client.head().slot.plus(1);
    let plan = client.prepare(key(0).public(), slot, &[code], vec![call])?;
    for step in plan.steps {
        client.submit(&step.transaction.sign(&client.genesis(), &key(0)).encode(), slot)?;
    }
    client.seal(slot, 0)?;
    plan.modules.first().copied().ok_or_else(|| "no module".into())
}

fn best(mut run: impl FnMut() -> Result<f64, Box<dyn std::error::Error>>) -> Result<f64, Box<dyn std::error::Error>> {
    let mut best = f64::MAX;
    for _ in 0..5 {
        best = best.min(run()?);
    }
    Ok(best)
}

/// What a validator does for a block of a thousand transfers: takes them in one by one, makes the block, checks another's
/// whose transactions wait here, one whose transactions were never seen, and makes it final. Seconds for all thousand.
fn network() -> Result<[f64; 5], Box<dyn std::error::Error>> {
    const PEOPLE: u16 = 1_000;
    let config = GenesisConfig {
        network: Network::Main,
        accounts: (0..PEOPLE).map(|person| (key(person).public(), Amount::zra(100_000))).collect(),
        ..GenesisConfig::demo(AccountId::default(), key(0).public(), 0)
    };
    let begin = || Client::create(&config, None).map(|(client, _)| client);
    let (mut leader, mut knows, mut new) = (begin()?, begin()?, begin()?);
    let slot = Slot(1);
    let mut signed = Vec::new();
    for person in 0..PEOPLE {
        let secret = key(person);
        let call = Call::Transfer { to: key(person.wrapping_add(PEOPLE)).public(), amount: Amount::zra(1) };
        for step in leader.prepare(secret.public(), slot, &[], vec![call])?.steps {
            signed.push(step.transaction.sign(&leader.genesis(), &secret).encode());
        }
    }
    let timed = |run: &mut dyn FnMut() -> Result<(), Box<dyn std::error::Error>>| {
        let start = Instant::now();
        run().map(|()| start.elapsed().as_secs_f64())
    };
    let taken = timed(&mut || Ok(signed.iter().try_for_each(|bytes| leader.submit(bytes, slot).map(drop))?))?;
    signed.iter().try_for_each(|bytes| knows.submit(bytes, slot).map(drop))?;
    let proposer = key(0).public();
    let mut block = None;
    let made = timed(&mut || {
        let draft = now(leader.draft_by(slot, 0, proposer)).ok_or("late")??;
        block = Some(leader.extend(draft, proposer)?);
        Ok(())
    })?;
    let block = block.ok_or("no block")?;
    assert_eq!(block.body.transactions.len(), usize::from(PEOPLE), "all of them fit into one block");
    let check = |client: &mut Client| {
        let draft = now(client.check(&block)).ok_or("late")??;
        Ok(client.extend_checked(draft, &block)?)
    };
    let checked = timed(&mut || check(&mut knows))?;
    let unseen = timed(&mut || check(&mut new))?;
    let hash = block.header.hash();
    let last = timed(&mut || Ok(knows.finalise(&hash, None).map(drop)?))?;
    Ok([taken, made, checked, unseen, last])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const PEOPLE: u16 = 400;
    let mut fastest = [f64::MAX; 5];
    for _ in 0..5 {
        network()?.into_iter().zip(&mut fastest).for_each(|(now, best)| *best = best.min(now));
    }
    for (part, seconds) in
        ["taken in", "made", "checked", "checked, never seen before", "made final"].iter().zip(fastest)
    {
        print(&format!("1,000 transfers on a network: {part}"), seconds * 1e3, "ms", "", 1.0);
    }
    let mut client = world(PEOPLE)?;
    let to = |person: u16| key(person.wrapping_add(PEOPLE)).public();
    let transfer =
        best(|| block(&mut client, PEOPLE, |person| Call::Transfer { to: to(person), amount: Amount::zra(1) }))?;
    print("transfers, native", 1.0 / transfer, "tx/s", "", 1.0);

    let (counter, other) = (deploy(&mut client)?, deploy(&mut client)?);
    let module =
        |entry: &str, args: Vec<u8>| Call::Module { module: counter, entry: entry.into(), args, value: Amount::ZERO };
    const CALLS: u16 = 100;
    let call = best(|| block(&mut client, CALLS, |_| module("increment", Vec::new())))?;
    print("module calls, native", 1.0 / call, "tx/s", "transfers, native", transfer / call);
    let nested = best(|| block(&mut client, CALLS, |_| module("increment_other", other.encode())))?;
    print("one nested call, native", (nested - call) * 1e6, "µs", "a whole module call", (nested - call) / call);
    Ok(())
}
