//! A network's life made up from a seed: blocks of every kind of transaction, of every kind of proposal, voted and enacted,
//! with validators that change. The same seed gives the same chain, byte for byte, wherever it is made; whoever takes the
//! blocks in must come to the same headers.

mod deeds;
mod votes;

use crate::{
    blocks::Dice,
    calls::Names,
    committee::{Certified, Committee},
    json::{Result, ScenarioError},
    run::{Modules, key},
};
use codec::Encode;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use zera_client::{
    Client, ClientError, GenesisConfig,
    light::Certificate,
    primitives::{Amount, Block, Call, Hash, ModuleId, Network, Params, Payload, Receipt, Slot, tx::AccessHint},
    zip::Pipelines,
};

/// Blocks of an epoch.
const EPOCH_BLOCKS: u64 = 500;
/// Transactions whose receipts can still be asked for by name.
const REMEMBERED: usize = 64;
/// People, besides the one who decides votes.
const PEOPLE: [&str; 8] = ["ada", "bob", "cyd", "dot", "eli", "fay", "gus", "hal"];
/// Holds enough to carry every vote.
const WHALE: &str = "whale";
/// Who certifies at first, and who may later.
const VALIDATORS: [&str; 9] = ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"];

/// How often each kind of call was in a block, and how often it succeeded.
pub type Kinds = BTreeMap<&'static str, [u64; 2]>;

/// The chain under way.
pub struct Load<'m> {
    client: Client,
    committee: Committee,
    names: Names<'m>,
    dice: Dice,
    slot: Slot,
    /// Modules by what they run at first.
    made: BTreeMap<&'static str, Vec<String>>,
    /// Names of recent transactions, oldest first.
    recent: VecDeque<String>,
    count: u64,
    /// Proposals that were thought of.
    asked: u64,
    kinds: Kinds,
    payloads: Kinds,
    /// The sums of kinds that wait for their block, by transaction.
    waiting: BTreeMap<Hash, Vec<(&'static str, Option<&'static str>)>>,
}

/// One thing that somebody does: in one transaction, or several where code is uploaded first.
struct Deed {
    from: &'static str,
    codes: Vec<String>,
    calls: Vec<Value>,
    /// Under which the modules are known that it makes.
    makes: Option<&'static str>,
}

impl<'m> Load<'m> {
    /// From a seed; `modules` are the prebuilt ones.
    ///
    /// # Errors
    /// [`ScenarioError`], for a broken build.
    pub fn new(seed: u64, modules: Modules<'m>) -> Result<Self> {
        let client = Client::create(&Self::config(), None).map_err(said)?.0;
        let names = Names { genesis: client.genesis(), ..Names::new(modules) };
        Ok(Self {
            client,
            committee: Committee::of(VALIDATORS.into_iter())?,
            names,
            dice: Dice::new(seed),
            slot: Slot(0),
            made: BTreeMap::new(),
            recent: VecDeque::new(),
            count: 0,
            asked: 0,
            kinds: Kinds::new(),
            payloads: Kinds::new(),
            waiting: BTreeMap::new(),
        })
    }

    /// How every such chain begins.
    #[must_use]
    pub fn config() -> GenesisConfig {
        let mut accounts = vec![(key(WHALE).public(), Amount::zra(100_000_000))];
        accounts.extend(PEOPLE.map(|name| (key(name).public(), Amount::zra(10_000_000))));
        let held: u128 = accounts.iter().map(|(_, amount)| amount.0).sum();
        let rest = Amount(Amount::zra(1_000_000_000).0.saturating_sub(held));
        accounts.push((zera_client::primitives::AccountId(Hash::of(b"the rest").0), rest));
        GenesisConfig {
            network: Network::Main,
            params: Params::demo(),
            zero_ms: 0,
            accounts,
            validators: VALIDATORS.iter().take(4).map(|name| key(name).public()).collect(),
            epoch_blocks: EPOCH_BLOCKS,
        }
    }

    /// Executes with these from now on.
    pub fn set_pipelines(&mut self, pipelines: Box<dyn Pipelines>) {
        self.client.set_pipelines(pipelines);
    }

    /// The client that stands on the newest block.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Kinds of calls so far: in blocks, and of these successful.
    #[must_use]
    pub const fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// Kinds of payloads so far: proposed, and enacted.
    #[must_use]
    pub const fn payloads(&self) -> &Kinds {
        &self.payloads
    }

    /// Makes the next block, final, with its certificate.
    ///
    /// # Errors
    /// [`ScenarioError`], for a broken build.
    pub fn make(&mut self) -> Result<(Block, Certificate)> {
        self.slot = self.slot.plus(self.dice.below(8));
        let deeds = if self.client.head().height.0 == 0 { self.begin() } else { self.some() };
        for deed in deeds {
            self.submit(&deed)?;
        }
        let Certified { block, certificate, sealed } = self.committee.seal(&mut self.client, self.slot)?;
        self.note(&sealed.decoded.receipts);
        self.forget();
        self.note_enacted(&sealed.decoded.events);
        Ok((block, certificate))
    }

    fn submit(&mut self, deed: &Deed) -> Result<()> {
        let secret = key(deed.from);
        let codes = deed.codes.iter().map(|name| self.names.code(name)).collect::<Result<Vec<_>>>()?;
        let calls = deed.calls.iter().map(|call| self.names.call(call)).collect::<Result<Vec<_>>>()?;
        let plan = match self.client.prepare(secret.public(), self.slot, &codes, calls) {
            Ok(plan) => plan,
            Err(ClientError::Refused(_)) => return Ok(()),
            Err(error) => return Err(said(error)),
        };
        for module in plan.modules {
            self.named(deed.makes, module);
        }
        for step in plan.steps {
            let mut transaction = step.transaction;
            if self.dice.percent(10) {
                transaction.hint = AccessHint::default();
            }
            if self.dice.percent(3) {
                transaction.gas_limit.0 /= 2;
            }
            transaction.fee_limit = Amount(u128::MAX);
            let signed = transaction.sign(&self.client.genesis(), &secret);
            let kinds = signed.transaction.calls.iter().map(|call| (kind(call), payload_kind(call))).collect();
            if let Ok(hash) = self.client.submit(&signed.encode(), self.slot) {
                self.waiting.insert(hash, kinds);
                self.remember(hash);
            }
        }
        Ok(())
    }

    fn named(&mut self, made: Option<&'static str>, module: ModuleId) {
        let Some(kind) = made else { return };
        let known = self.made.entry(kind).or_default();
        let name = format!("{kind}-{}", known.len());
        known.push(name.clone());
        self.names.deployed.insert(name, module);
    }

    fn remember(&mut self, hash: Hash) {
        self.count = self.count.saturating_add(1);
        let name = format!("t{}", self.count);
        self.names.sent.insert(name.clone(), hash);
        self.recent.push_back(name);
    }

    /// Forgets the oldest names.
    fn forget(&mut self) {
        while self.recent.len() > REMEMBERED
            && let Some(old) = self.recent.pop_front()
        {
            if let Some(hash) = self.names.sent.remove(&old) {
                self.names.receipts.remove(&hash);
            }
        }
    }

    fn note(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            let kinds = self.waiting.remove(&receipt.transaction).unwrap_or_default();
            let ok = u64::from(receipt.outcome.is_ok());
            for (kind, payload) in kinds {
                let sums = self.kinds.entry(kind).or_default();
                *sums = [sums[0].saturating_add(1), sums[1].saturating_add(ok)];
                if let Some(payload) = payload {
                    let sums = self.payloads.entry(payload).or_default();
                    sums[0] = sums[0].saturating_add(ok);
                }
            }
            if self.names.sent.values().any(|hash| *hash == receipt.transaction) {
                self.names.receipts.insert(receipt.transaction, receipt.clone());
            }
        }
    }
}

/// The hash of the newest header after as many blocks from a seed, in hexadecimal.
///
/// # Errors
/// [`ScenarioError`], for a broken build.
pub fn head_after(seed: u64, blocks: u64, modules: Modules<'_>) -> Result<String> {
    let mut load = Load::new(seed, modules)?;
    for _ in 0..blocks {
        load.make()?;
    }
    Ok(load.client().head().hash().to_hex())
}

/// The name of a call's kind. A new kind of call has to be named here, and to be made by [`Load`].
const fn kind(call: &Call) -> &'static str {
    match call {
        Call::Transfer { .. } => "transfer",
        Call::BeginUpload { .. } => "begin_upload",
        Call::UploadChunk { .. } => "upload_chunk",
        Call::Deploy { .. } => "deploy",
        Call::Module { .. } => "module",
        Call::Stake { .. } => "stake",
        Call::Unstake { .. } => "unstake",
        Call::Propose { .. } => "propose",
        Call::Allocate { .. } => "allocate",
        Call::Withdraw { .. } => "withdraw",
        Call::Delegate { .. } => "delegate",
        Call::AllocateDelegated { .. } => "allocate_delegated",
        Call::DeployReference { .. } => "deploy_reference",
        Call::Attest { .. } => "attest",
        Call::RequestProof { .. } => "request_proof",
        Call::SubmitProof { .. } => "submit_proof",
    }
}

/// All of them.
pub const CALLS: [&str; 16] = [
    "transfer",
    "begin_upload",
    "upload_chunk",
    "deploy",
    "module",
    "stake",
    "unstake",
    "propose",
    "allocate",
    "withdraw",
    "delegate",
    "allocate_delegated",
    "deploy_reference",
    "attest",
    "request_proof",
    "submit_proof",
];

fn payload_kind(call: &Call) -> Option<&'static str> {
    match call {
        Call::Propose { payload, .. } => Some(payload_name(payload)),
        _ => None,
    }
}

/// The name of a payload's kind; see [`kind`].
const fn payload_name(payload: &Payload) -> &'static str {
    match payload {
        Payload::Upgrade(_) => "upgrade",
        Payload::Config { .. } => "config",
        Payload::Parameters { .. } => "params",
        Payload::Rollback(_) => "rollback",
        Payload::Freeze { .. } => "freeze",
        Payload::Unfreeze { .. } => "unfreeze",
        Payload::Reference { .. } => "reference",
        Payload::Execute(_) => "execute",
        Payload::Spam { .. } => "spam",
        Payload::Builders { .. } => "builders",
        Payload::RequestProof { .. } => "request_by_vote",
        Payload::Validators { .. } => "validators",
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is mapped over")]
fn said(error: ClientError) -> ScenarioError {
    ScenarioError(error.to_string())
}
