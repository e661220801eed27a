//! The lending pool's whole life on many accounts: version 1, upgraded to 2, rolled back after use by a reverse
//! migration, upgraded to 2'. Each migration goes over several blocks inside the block's migration gas; measured is what
//! a block takes. Prints JSON lines as `cargo xtask bench` collects them. `ZERA_ACCOUNTS` sets another number of accounts
//! than 100,000.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports times; nothing of it enters consensus")]

mod lending;

use codec::Encode;
use lending::{Chain, Result, key, prebuilt};
use std::time::Instant;
use zera_client::{
    governance::queries,
    primitives::{
        Amount, Hash, Payload, ProposalId, ProposalState, Side, WasmModuleUpgradeProposal, payload::Rollback, tx::Call,
    },
    registry,
};

/// Deposits of one block.
const BATCH: u32 = 1_000;

/// From its rehearsal on, until it is enacted.
const fn is_locked(state: &ProposalState) -> bool {
    matches!(state, ProposalState::LockedIn { .. } | ProposalState::Migrating { .. })
}

/// What the blocks of one migration took.
#[derive(Default)]
struct Migration {
    /// Milliseconds of each block.
    millis: Vec<f64>,
    /// Gas of each block but the last, whose record is gone with it.
    gas: Vec<u64>,
    steps: u64,
    /// Milliseconds of the block that rehearsed it.
    rehearsal: f64,
}

/// The pool, its depositors and its proposals.
struct Life {
    chain: Chain,
    accounts: u32,
    proposals: u64,
}

impl Life {
    /// The pool at version 1, used by everybody.
    fn new(accounts: u32) -> Result<Self> {
        let mut chain = Chain::new(accounts)?;
        for first in (0..accounts).step_by(BATCH as usize) {
            chain.deposits(first..accounts.min(first + BATCH))?;
        }
        Ok(Self { chain, accounts, proposals: 0 })
    }

    /// Proposes `payload`, votes for it and lets time pass until it is enacted.
    fn enact(&mut self, codes: &[Vec<u8>], payload: Payload) -> Result<Migration> {
        self.proposals += 1;
        let id = ProposalId(self.proposals);
        let mut calls = vec![
            Call::Propose { title: "lifecycle".into(), payload },
            Call::Allocate { proposal: id, side: Side::For, amount: Amount::zra(250_000_000) },
        ];
        if self.proposals == 1 {
            calls.insert(0, Call::Stake { amount: Amount::zra(250_000_000) });
        }
        self.chain.vote_with(codes, calls)?;
        let Chain { client, lending } = &mut self.chain;
        let mut seen = Migration::default();
        loop {
            let before = queries::progress(client.state(), id)?.state;
            let spent = registry::migration(client.state(), lending)?.map_or(0, |record| record.gas);
            let slot = client.head().slot.plus(if is_locked(&before) { 1 } else { 10 });
            let start = Instant::now();
            client.seal(slot, 0)?;
            let millis = start.elapsed().as_secs_f64() * 1e3;
            let after = queries::progress(client.state(), id)?.state;
            if !is_locked(&before) && is_locked(&after) {
                seen.rehearsal = millis;
            }
            if is_locked(&before) {
                seen.millis.push(millis);
            }
            if let Some(record) = registry::migration(client.state(), lending)? {
                seen.gas.push(record.gas - spent);
                seen.steps = record.steps;
            }
            match after {
                ProposalState::Active { .. } => return Ok(seen),
                state if state.is_live() => {}
                state => return Err(format!("proposal {id} ended as {state:?}").into()),
            }
        }
    }

    fn upgrade(&mut self, name: &str, version: u32) -> Result<Migration> {
        let code = prebuilt(name)?;
        let hash = Hash::of(&code);
        let payload = Payload::Upgrade(WasmModuleUpgradeProposal {
            module_id: self.chain.lending,
            new_wasm_bytecode: hash,
            new_version: version,
            migration_logic_hash: Some(hash),
            description: String::new(),
        });
        self.enact(&[code], payload)
    }

    fn rollback(&mut self, to: u32, reverse: &str) -> Result<Migration> {
        let code = prebuilt(reverse)?;
        let payload = Payload::Rollback(Rollback {
            module_id: self.chain.lending,
            to_version: to,
            reverse_migration: Some(Hash::of(&code)),
            description: String::new(),
        });
        self.enact(&[code], payload)
    }

    /// One account in some thousands, and the last, have what they put in, whatever version answers.
    fn check(&self) -> Result<()> {
        let zra = 5;
        let Chain { client, lending } = &self.chain;
        for person in (1..self.accounts).step_by(9_973).chain([self.accounts - 1]) {
            let who = key(person).public();
            let slot = client.head().slot;
            let called = client.query(&who, lending, "balance_of", &who.encode(), slot)?;
            // Interest rounds in favour of the pool, and nobody borrows: a unit may be missing.
            let balance = u128::from_le_bytes(called.result.as_slice().try_into().map_err(|_| "no balance")?);
            if balance.abs_diff(Amount::zra(zra).0) > 1 {
                return Err(format!("account {person} has {balance}, not {zra} ZRA").into());
            }
        }
        Ok(())
    }
}

fn print(case: &str, value: f64, unit: &str, peer: Option<(&str, f64)>) {
    lending::print("lifecycle", case, value, unit, peer);
}

fn report(name: &str, migration: &Migration, limit: u64) {
    let longest = migration.millis.iter().copied().fold(0.0, f64::max);
    let mean = migration.millis.iter().sum::<f64>() / migration.millis.len().max(1) as f64;
    let most = migration.gas.iter().copied().max().unwrap_or_default();
    print(&format!("{name}: blocks"), migration.millis.len() as f64, "blocks", None);
    print(&format!("{name}: steps before the last block"), migration.steps as f64, "steps", None);
    let ratio = most as f64 / limit as f64;
    print(&format!("{name}: most gas in a block"), most as f64, "gas", Some(("migration gas of a block", ratio)));
    print(&format!("{name}: a block, mean"), mean, "ms", None);
    print(&format!("{name}: a block, longest"), longest, "ms", None);
    print(&format!("{name}: the block that rehearsed it"), migration.rehearsal, "ms", None);
}

fn main() -> Result<()> {
    let accounts = std::env::var("ZERA_ACCOUNTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let start = Instant::now();
    let mut life = Life::new(accounts)?;
    eprintln!("{accounts} deposits in {:.1} s", start.elapsed().as_secs_f64());
    let limit = life.chain.client.params()?.migration_gas;
    life.check()?;
    let first = life.upgrade("lending-v2", 2)?;
    life.check()?;
    report(&format!("v1 to v2, {accounts} accounts"), &first, limit);
    // Used since the upgrade: its data are not the old ones any more, and only a reverse migration leads back.
    life.chain.deposits(0..1)?;
    let back = life.rollback(1, "lending-v1-back")?;
    report(&format!("rollback to v1, {accounts} accounts"), &back, limit);
    let again = life.upgrade("lending-v2b", 4)?;
    report(&format!("v1 to v2', {accounts} accounts"), &again, limit);
    life.check()?;
    let record = registry::module(life.chain.client.state(), &life.chain.lending)?.ok_or("no module")?;
    assert_eq!((record.sequence, record.schema), (4, 2));
    Ok(())
}
