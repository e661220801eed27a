//! What upgrading a fleet of followers costs: one tag flip for 1, 100 and 10,000 of them with an equal state schema, and
//! with a new one the flip and each follower's first call. Prints JSON lines as `cargo xtask bench` collects them.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports times; nothing of it enters consensus")]

#[allow(dead_code, reason = "the deposits are for the other benchmarks")]
mod lending;

use codec::Encode;
use lending::{Chain, Result, VOTER, key, prebuilt};
use std::time::Instant;
use zera_client::{
    Sealed,
    primitives::{Amount, ExternalRef, Hash, ModuleId, limits, tx::Call},
};

const TAG: &str = "vault";
const ROUNDS: usize = 7;

/// What one block with one transaction cost.
struct Cost {
    millis: f64,
    gas: u64,
    writes: usize,
}

struct Fleet {
    chain: Chain,
    manager: ModuleId,
    followers: Vec<ModuleId>,
}

impl Fleet {
    fn new(size: usize) -> Result<Self> {
        let mut chain = Chain::new(0)?;
        let code = prebuilt("manager")?;
        let args = key(VOTER).public().encode();
        let deploy = Call::Deploy { code: Hash::of(&code), args: args.clone(), value: Amount::ZERO };
        let manager = *chain.vote_with(&[code], vec![deploy])?.first().ok_or("no manager")?;
        let mut fleet = Self { chain, manager, followers: Vec::new() };
        let release = fleet.release("vault-v1")?;
        fleet.chain.vote_with(&[prebuilt("vault-v1")?], vec![release])?;
        for code in ["vault-v2", "vault-v3"] {
            // Their upload is not what is measured.
            let deploy = Call::Deploy { code: Hash::of(&prebuilt(code)?), args: args.clone(), value: Amount::ZERO };
            fleet.chain.vote_with(&[prebuilt(code)?], vec![deploy])?;
        }
        let reference = ExternalRef { manager, tag: TAG.into(), pin: None };
        let follow = Call::DeployReference { reference, constructor: Some(args), value: Amount::ZERO };
        while fleet.followers.len() < size {
            let more = limits::TRANSACTION_CALLS.min(size - fleet.followers.len());
            let made = fleet.chain.vote_with(&[], vec![follow.clone(); more])?;
            fleet.followers.extend(made);
        }
        Ok(fleet)
    }

    fn release(&self, name: &str) -> Result<Call> {
        let args = (TAG, Hash::of(&prebuilt(name)?)).encode();
        Ok(Call::Module { module: self.manager, entry: "release".into(), args, value: Amount::ZERO })
    }

    fn deposit(&self) -> Result<Call> {
        let module = *self.followers.last().ok_or("no followers")?;
        Ok(Call::Module { module, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(1) })
    }

    /// Seals `call` in a block of its own some times over, each time from the same state, and stays on the last.
    fn cost(&mut self, call: &Call) -> Result<Cost> {
        let client = &mut self.chain.client;
        let mut cost = Cost { millis: f64::MAX, gas: 0, writes: 0 };
        let height = client.head().height;
        for round in 0..ROUNDS {
            if round > 0 {
                client.step_back(height)?;
            }
            let slot = client.head().slot.plus(1);
            let voter = key(VOTER);
            let plan = client.prepare(voter.public(), slot, &[], vec![call.clone()])?;
            for step in plan.steps {
                client.submit(&step.transaction.sign(&client.genesis(), &voter).encode(), slot)?;
            }
            let start = Instant::now();
            let Sealed { decoded, .. } = client.seal(slot, 0)?;
            cost.millis = cost.millis.min(start.elapsed().as_secs_f64() * 1e3);
            let receipt = decoded.receipts.first().ok_or("no receipt")?;
            if !receipt.outcome.is_ok() {
                return Err(format!("{:?}: {:?}", receipt.outcome, decoded.diagnostics).into());
            }
            (cost.gas, cost.writes) = (receipt.gas.0, decoded.changes.len());
        }
        Ok(cost)
    }
}

/// Time, gas and written entries of `cost`, each against those of the smallest fleet.
fn report(case: &str, cost: &Cost, one: Option<&Cost>) {
    let print = |what: &str, value: f64, unit: &str, peer: Option<f64>| {
        let peer = peer.map(|peer| ("one follower", value / peer));
        lending::print("fleet", &format!("{case}: {what}"), value, unit, peer);
    };
    print("block", cost.millis, "ms", one.map(|one| one.millis));
    print("gas", cost.gas as f64, "gas", one.map(|one| one.gas as f64));
    print("entries written", cost.writes as f64, "entries", one.map(|one| one.writes as f64));
}

fn main() -> Result<()> {
    let mut one: Option<[Cost; 3]> = None;
    for size in [1, 100, 10_000] {
        let mut fleet = Fleet::new(size)?;
        let flip = fleet.release("vault-v2")?;
        let equal = fleet.cost(&flip)?;
        let flip = fleet.release("vault-v3")?;
        let other = fleet.cost(&flip)?;
        let deposit = fleet.deposit()?;
        let first = fleet.cost(&deposit)?;
        let later = fleet.cost(&deposit)?;
        let peer = |index: usize| one.as_ref().and_then(|costs| costs.get(index));
        report(&format!("flip, equal schema, {size} followers"), &equal, peer(0));
        report(&format!("flip, new schema, {size} followers"), &other, peer(1));
        report(&format!("a follower's first call after it, of {size}, with its migration"), &first, peer(2));
        let ratio = first.gas as f64 / later.gas as f64;
        let case = format!("the same call again, of {size}");
        lending::print("fleet", &case, later.gas as f64, "gas", Some(("its first call", 1.0 / ratio)));
        one.get_or_insert([equal, other, first]);
    }
    Ok(())
}
