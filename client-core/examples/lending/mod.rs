//! What the benchmarks of a used lending pool share: people with keys, deposits by the thousand, one line per figure.

use codec::Encode;
use zera_client::{
    Client, GenesisConfig, Sealed,
    light::SealKey,
    primitives::{
        AccountId, Amount, Gas, Hash, ModuleId, Transaction,
        keys::SecretKey,
        tx::{AccessHint, Call},
    },
    state::accounts,
};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Gas of one deposit: both attempts, and room.
const DEPOSIT_GAS: u64 = 180_000;
/// The voter.
pub const VOTER: u32 = u32::MAX;

pub fn key(person: u32) -> SecretKey {
    SecretKey::from_seed(&Hash::of(&person.to_le_bytes()).0)
}

pub fn prebuilt(name: &str) -> Result<Vec<u8>> {
    Ok(std::fs::read(format!("{}/../modules/prebuilt/{name}.wasm", env!("CARGO_MANIFEST_DIR")))?)
}

/// One case, as `cargo xtask bench` collects them.
pub fn print(suite: &str, case: &str, value: f64, unit: &str, peer: Option<(&str, f64)>) {
    let (peer, ratio) = peer.map_or(("", "null".to_owned()), |(peer, ratio)| (peer, format!("{ratio:.3}")));
    println!(
        "{{\"suite\":\"{suite}\",\"case\":\"{case}\",\"value\":{value:.2},\"unit\":\"{unit}\",\"peer\":\"{peer}\",\"ratio\":{ratio},\"ci\":null}}"
    );
}

/// A chain with the pool at version 1, and a voter who can carry anything.
pub struct Chain {
    pub client: Client,
    pub lending: ModuleId,
}

impl Chain {
    pub fn new(accounts: u32) -> Result<Self> {
        let sealer = SealKey::from_seed(&[9; 32])?;
        let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
        config.accounts = (0..accounts).map(|person| (key(person).public(), Amount::zra(100))).collect();
        config.accounts.push((key(VOTER).public(), Amount::zra(300_000_000)));
        let mut chain = Self { client: Client::create(&config, Some(sealer))?.0, lending: ModuleId::default() };
        let code = prebuilt("lending-v1")?;
        let deploy = Call::Deploy { code: Hash::of(&code), args: 450u32.encode(), value: Amount::ZERO };
        chain.lending = *chain.vote_with(&[code], vec![deploy])?.first().ok_or("no module")?;
        Ok(chain)
    }

    /// Calls of the voter in a block of their own; the modules they made.
    pub fn vote_with(&mut self, codes: &[Vec<u8>], calls: Vec<Call>) -> Result<Vec<ModuleId>> {
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

    /// One block in which each of `people` deposits 5 ZRA. They carry no hints: what is measured is not their speed.
    pub fn deposits(&mut self, people: std::ops::Range<u32>) -> Result<Sealed> {
        let slot = self.client.head().slot.plus(1);
        for person in people {
            let (entry, args, value) = ("deposit".into(), Vec::new(), Amount::zra(5));
            let sender = key(person).public();
            let transaction = Transaction {
                sender,
                nonce: accounts::account(self.client.state(), &sender)?.nonce,
                expiry: slot.plus(10),
                gas_limit: Gas(DEPOSIT_GAS),
                fee_limit: Amount(u128::MAX),
                calls: vec![Call::Module { module: self.lending, entry, args, value }],
                hint: AccessHint::default(),
            };
            self.client.submit(&transaction.sign(&self.client.genesis(), &key(person)).encode(), slot)?;
        }
        let sealed = self.client.seal(slot, 0)?;
        match sealed.decoded.receipts.iter().find(|receipt| !receipt.outcome.is_ok()) {
            Some(receipt) => Err(format!("a deposit failed: {:?}", receipt.outcome).into()),
            None => Ok(sealed),
        }
    }
}
