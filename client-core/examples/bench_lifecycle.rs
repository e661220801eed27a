//! The lending pool's whole life on many accounts: version 1, upgraded to 2, rolled back after use by a reverse
//! migration, upgraded to 2'. Each migration goes over several blocks inside the block's migration gas; measured is what
//! a block takes. Prints JSON lines as `cargo xtask bench` collects them. `ZERA_ACCOUNTS` sets another number of accounts
//! than 100,000.

#![allow(clippy::float_arithmetic, reason = "a benchmark reports times; nothing of it enters consensus")]

use codec::Encode;
use std::time::Instant;
use zera_client::{
    Client, GenesisConfig,
    governance::queries,
    light::SealKey,
    primitives::{
        AccountId, Amount, Gas, Hash, ModuleId, Payload, ProposalId, ProposalState, Side, SignedTransaction,
        Transaction, WasmModuleUpgradeProposal,
        keys::SecretKey,
        payload::Rollback,
        tx::{AccessHint, Call},
    },
    registry,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Deposits of one block.
const BATCH: u32 = 1_000;
/// Gas of one deposit: both attempts, and room.
const DEPOSIT_GAS: u64 = 180_000;
/// The voter.
const VOTER: u32 = u32::MAX;

fn key(person: u32) -> SecretKey {
    SecretKey::from_seed(&Hash::of(&person.to_le_bytes()).0)
}

fn prebuilt(name: &str) -> Result<Vec<u8>> {
    Ok(std::fs::read(format!("{}/../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR")))?)
}

fn print(case: &str, value: f64, unit: &str, peer: &str, ratio: Option<f64>) {
    let ratio = ratio.map_or_else(|| "null".to_owned(), |ratio| format!("{ratio:.3}"));
    println!(
        "{{\"suite\":\"lifecycle\",\"case\":\"{case}\",\"value\":{value:.2},\"unit\":\"{unit}\",\"peer\":\"{peer}\",\"ratio\":{ratio},\"ci\":null}}"
    );
}

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

struct Chain {
    client: Client,
    lending: ModuleId,
    accounts: u32,
    proposals: u64,
}

impl Chain {
    /// The pool at version 1, used by everybody.
    fn new(accounts: u32) -> Result<Self> {
        let sealer = SealKey::from_seed(&[9; 32])?;
        let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
        config.accounts = (0..accounts).map(|person| (key(person).public(), Amount::zra(100))).collect();
        config.accounts.push((key(VOTER).public(), Amount::zra(300_000_000)));
        let mut chain =
            Self { client: Client::create(&config, sealer)?.0, lending: ModuleId::default(), accounts, proposals: 0 };
        let code = prebuilt("lending-v1")?;
        let deploy = Call::Deploy { code: Hash::of(&code), args: 450u32.encode(), value: Amount::ZERO };
        chain.lending = *chain.vote_with(&[code], vec![deploy])?.first().ok_or("no module")?;
        for first in (0..accounts).step_by(BATCH as usize) {
            chain.deposits(first..accounts.min(first + BATCH))?;
        }
        Ok(chain)
    }

    /// One block of deposits of 5 ZRA, and the sum of their gas. They carry no hints: what is measured is not their speed.
    fn deposits(&mut self, people: std::ops::Range<u32>) -> Result<()> {
        let slot = self.client.head().slot.plus(1);
        for person in people {
            let call =
                Call::Module { module: self.lending, entry: "deposit".into(), args: Vec::new(), value: Amount::zra(5) };
            let sender = key(person).public();
            let nonce = zera_client::state::accounts::account(self.client.state(), &sender)?.nonce;
            let transaction = Transaction {
                sender,
                nonce,
                expiry: slot.plus(10),
                gas_limit: Gas(DEPOSIT_GAS),
                fee_limit: Amount(u128::MAX),
                calls: vec![call],
                hint: AccessHint::default(),
            };
            let signed: SignedTransaction = transaction.sign(&self.client.genesis(), &key(person));
            self.client.submit(&signed.encode(), slot)?;
        }
        let sealed = self.client.seal(slot, 0)?;
        let failed = sealed.decoded.receipts.iter().find(|receipt| !receipt.outcome.is_ok());
        match failed {
            Some(receipt) => Err(format!("a deposit failed: {:?}", receipt.outcome).into()),
            None => Ok(()),
        }
    }

    /// Calls of the voter in a block of their own; the modules they made.
    fn vote_with(&mut self, codes: &[Vec<u8>], calls: Vec<Call>) -> Result<Vec<ModuleId>> {
        let slot = self.client.head().slot.plus(1);
        let voter = key(VOTER);
        let plan = self.client.prepare(voter.public(), slot, codes, calls)?;
        if let Some(step) = plan.steps.iter().find(|step| !step.receipt.outcome.is_ok()) {
            return Err(format!("{:?}: {:?}", step.receipt.outcome, step.diagnostics).into());
        }
        for step in plan.steps {
            self.client.submit(&step.transaction.sign(&self.client.genesis(), &voter).encode(), slot)?;
        }
        self.client.seal(slot, 0)?;
        Ok(plan.modules)
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
        self.vote_with(codes, calls)?;
        let mut seen = Migration::default();
        loop {
            let before = queries::progress(self.client.state(), id)?.state;
            let spent = registry::migration(self.client.state(), &self.lending)?.map_or(0, |record| record.gas);
            let slot = self.client.head().slot.plus(if is_locked(&before) { 1 } else { 10 });
            let start = Instant::now();
            self.client.seal(slot, 0)?;
            let millis = start.elapsed().as_secs_f64() * 1e3;
            let after = queries::progress(self.client.state(), id)?.state;
            if !is_locked(&before) && is_locked(&after) {
                seen.rehearsal = millis;
            }
            if is_locked(&before) {
                seen.millis.push(millis);
            }
            if let Some(record) = registry::migration(self.client.state(), &self.lending)? {
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
            module_id: self.lending,
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
            module_id: self.lending,
            to_version: to,
            reverse_migration: Some(Hash::of(&code)),
            description: String::new(),
        });
        self.enact(&[code], payload)
    }

    /// One account in some thousands, and the last, have what they put in, whatever version answers.
    fn check(&self) -> Result<()> {
        let zra = 5;
        for person in (1..self.accounts).step_by(9_973).chain([self.accounts - 1]) {
            let who = key(person).public();
            let slot = self.client.head().slot;
            let called = self.client.query(&who, &self.lending, "balance_of", &who.encode(), slot)?;
            // Interest rounds in favour of the pool, and nobody borrows: a unit may be missing.
            let balance = u128::from_le_bytes(called.result.as_slice().try_into().map_err(|_| "no balance")?);
            if balance.abs_diff(Amount::zra(zra).0) > 1 {
                return Err(format!("account {person} has {balance}, not {zra} ZRA").into());
            }
        }
        Ok(())
    }
}

fn report(name: &str, migration: &Migration, limit: u64) {
    let longest = migration.millis.iter().copied().fold(0.0, f64::max);
    let mean = migration.millis.iter().sum::<f64>() / migration.millis.len().max(1) as f64;
    let most = migration.gas.iter().copied().max().unwrap_or_default();
    print(&format!("{name}: blocks"), migration.millis.len() as f64, "blocks", "", None);
    print(&format!("{name}: steps before the last block"), migration.steps as f64, "steps", "", None);
    let ratio = most as f64 / limit as f64;
    print(&format!("{name}: most gas in a block"), most as f64, "gas", "migration gas of a block", Some(ratio));
    print(&format!("{name}: a block, mean"), mean, "ms", "", None);
    print(&format!("{name}: a block, longest"), longest, "ms", "", None);
    print(&format!("{name}: the block that rehearsed it"), migration.rehearsal, "ms", "", None);
}

fn main() -> Result<()> {
    let accounts = std::env::var("ZERA_ACCOUNTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let start = Instant::now();
    let mut chain = Chain::new(accounts)?;
    eprintln!("{accounts} deposits in {:.1} s", start.elapsed().as_secs_f64());
    let limit = chain.client.params()?.migration_gas;
    chain.check()?;
    let first = chain.upgrade("lending-v2", 2)?;
    chain.check()?;
    report(&format!("v1 to v2, {accounts} accounts"), &first, limit);
    // Used since the upgrade: its data are not the old ones any more, and only a reverse migration leads back.
    chain.deposits(0..1)?;
    let back = chain.rollback(1, "lending-v1-back")?;
    report(&format!("rollback to v1, {accounts} accounts"), &back, limit);
    let again = chain.upgrade("lending-v2b", 4)?;
    report(&format!("v1 to v2', {accounts} accounts"), &again, limit);
    chain.check()?;
    let record = registry::module(chain.client.state(), &chain.lending)?.ok_or("no module")?;
    assert_eq!((record.sequence, record.schema), (4, 2));
    Ok(())
}
