//! Random blocks with random hints, and what must come of them by the plainest reading of the rules. The same blocks run
//! on native threads and in a browser's workers, and must come out the same.

mod dice;
mod hints;
mod oracle;
mod transactions;

pub use dice::Dice;
pub use oracle::oracle;

use codec::Encode;
use zera_client::{
    Client, ClientError, GenesisConfig,
    light::SealKey,
    primitives::{
        AccountId, Amount, Hash, Height, ModuleId, SignedTransaction, Slot, StateKey, keys::SecretKey, tx::Call,
    },
    runtime::{BlockCtx, Chain, Unfit},
    state::{ChangeSet, MemoryState, StateView},
    zip::BlockInput,
};

/// People in the world; the scripts know the first eight.
pub const PEOPLE: u8 = 10;
/// Modules that do what they are told.
pub const MODULES: u64 = 4;

/// A chain's state, going from block to block.
pub struct World {
    /// The state.
    pub state: MemoryState,
    /// The next block's number.
    pub height: Height,
    /// The next block's slot.
    pub slot: Slot,
    /// The modules, and one id that names none.
    pub modules: Vec<ModuleId>,
    /// Code that is stored.
    pub code: Hash,
    config: GenesisConfig,
    proposer: AccountId,
}

/// The key of a person.
#[must_use]
pub fn key(person: u8) -> SecretKey {
    SecretKey::from_seed(&[person.wrapping_add(1); 32])
}

/// The account of a person.
#[must_use]
pub fn who(person: u8) -> AccountId {
    key(person).public()
}

impl World {
    /// The modules deployed and given some ZRA.
    ///
    /// # Errors
    /// [`ClientError`] when the world cannot be made: a broken build.
    pub fn new() -> Result<Self, ClientError> {
        Self::with(&[])
    }

    /// As [`World::new`], with `more` accounts of 100,000 ZRA.
    ///
    /// # Errors
    /// [`ClientError`] when the world cannot be made.
    pub fn with(more: &[AccountId]) -> Result<Self, ClientError> {
        let broken = |error: &dyn std::fmt::Display| ClientError::CodeRefused(error.to_string());
        let sealer = SealKey::from_seed(&[99; 32]).map_err(|error| broken(&error))?;
        let mut config = GenesisConfig::demo(AccountId::default(), sealer.public(), 0);
        config.accounts = (0..PEOPLE).map(|person| (who(person), Amount::zra(100_000_000))).collect();
        config.accounts.extend(more.iter().map(|account| (*account, Amount::zra(100_000))));
        // The first is deployed after its code's two upload calls, in one transaction; the last one never.
        let place = |nonce: u64| if nonce == 0 { 2 } else { 0 };
        let modules: Vec<ModuleId> =
            (0..=MODULES).map(|nonce| ModuleId::derive(&who(0), nonce, place(nonce))).collect();
        let code = wat::parse_str(script(&modules)).map_err(|error| broken(&error))?;
        let hash = Hash::of(&code);
        let proposer = sealer.public();
        let (mut client, _) = Client::create(&config, Some(sealer))?;
        let slot = Slot(1);
        let deploy = Call::Deploy { code: hash, args: Vec::new(), value: Amount::zra(1_000) };
        let mut steps = client.prepare(who(0), slot, &[code], vec![deploy.clone()])?.steps;
        for _ in 1..MODULES {
            for step in std::mem::take(&mut steps) {
                let signed = step.transaction.sign(&client.genesis(), &key(0));
                client.submit(&signed.encode(), slot)?;
            }
            steps = client.prepare(who(0), slot, &[], vec![deploy.clone()])?.steps;
        }
        for step in steps {
            client.submit(&step.transaction.sign(&client.genesis(), &key(0)).encode(), slot)?;
        }
        client.seal(slot, 0)?;
        let state = copy(client.state())?;
        let height = client.head().height.plus(1);
        Ok(Self { state, height, slot: slot.plus(1), modules, code: hash, config, proposer })
    }

    /// Which chain it is; its genesis block counts for nothing here.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        Chain { genesis: Hash::ZERO, network: self.config.network }
    }

    /// The context of the next block.
    ///
    /// # Errors
    /// [`Unfit::State`].
    pub fn context(&self) -> Result<BlockCtx, Unfit> {
        BlockCtx::read(&self.state, self.chain(), self.height, self.slot)
    }

    /// The block that `transactions` would be.
    #[must_use]
    pub const fn input<'a>(&self, transactions: &'a [SignedTransaction]) -> BlockInput<'a> {
        BlockInput {
            chain: self.chain(),
            height: self.height,
            slot: self.slot,
            skip: 0,
            proposer: self.proposer,
            transactions,
        }
    }

    /// Goes on to the next block.
    pub fn adopt(&mut self, changes: &ChangeSet) {
        self.state.apply(changes);
        self.height = self.height.plus(1);
        self.slot = self.slot.plus(1);
    }
}

fn copy(state: &dyn StateView) -> Result<MemoryState, ClientError> {
    let mut copy = MemoryState::default();
    let mut at = StateKey(Vec::new());
    while let Some(key) = state.next_key(&[], at.as_bytes())? {
        if let Some(value) = state.get(&key)? {
            copy.0.insert(key.clone(), value);
        }
        at = key;
    }
    Ok(copy)
}

/// The script module, told whom and what it may name.
fn script(modules: &[ModuleId]) -> String {
    let escape = |ids: Vec<[u8; 32]>| ids.concat().iter().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let people = (0..8).map(|person| who(person).0).collect();
    let modules = modules.iter().take(4).map(|module| module.0).collect();
    include_str!("script.wat").replace("ACCOUNTS", &escape(people)).replace("MODULES", &escape(modules))
}
