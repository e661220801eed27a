//! The steps of a scenario.

use crate::{
    calls::Names,
    committee::Committee,
    json::{Result, ScenarioError, bad, list, number, text},
    report,
};
use codec::Encode;
use serde_json::Value;
use std::fmt::Write as _;
use zera_client::{
    Client, GenesisConfig, Opened, Sealed, Stored,
    light::SealKey,
    primitives::{AccountId, Amount, Gas, Hash, Height, Network, Params, Slot, hash, keys::SecretKey, tx::AccessHint},
    state::accounts,
    zip::{Pipelines, Sequential},
};

/// Where a scenario gets modules from.
pub type Modules<'m> = &'m dyn Fn(&str) -> Option<Vec<u8>>;

/// Runs the scenario `text` and answers its report.
///
/// # Errors
/// [`ScenarioError`] when the file itself is wrong. What the chain refuses is part of the report.
pub fn run(text: &str, modules: Modules<'_>) -> Result<String> {
    run_on(text, modules, &|| Box::new(Sequential::default()))
}

/// As [`run`], with blocks executed by `pipelines`: the report must not depend on them. Genesis is executed before.
///
/// # Errors
/// As [`run`].
pub fn run_on(text: &str, modules: Modules<'_>, pipelines: &dyn Fn() -> Box<dyn Pipelines>) -> Result<String> {
    let file: Value = serde_json::from_str(text).map_err(|error| ScenarioError(error.to_string()))?;
    let mut scenario = Scenario::begin(&file, modules, pipelines)?;
    for step in list(&file, "steps") {
        scenario.step(step)?;
    }
    scenario.finish()
}

/// The key of a person in a scenario: a hash of the name, known to everyone.
pub(crate) fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(&seed(name))
}

pub(crate) fn seed(name: &str) -> [u8; 32] {
    Hash::of_parts("zera/scenario-key", &[name.as_bytes()]).0
}

fn sealer() -> Result<SealKey> {
    SealKey::from_seed(&seed("sealer")).map_err(|error| ScenarioError(error.to_string()))
}

struct Scenario<'m> {
    client: Client,
    pipelines: &'m dyn Fn() -> Box<dyn Pipelines>,
    names: Names<'m>,
    /// None on a chain of one signer.
    committee: Option<Committee>,
    slot: Slot,
    stored: Stored,
    out: String,
}

impl<'m> Scenario<'m> {
    fn begin<'a>(file: &'a Value, modules: Modules<'m>, pipelines: &'m dyn Fn() -> Box<dyn Pipelines>) -> Result<Self> {
        let mut params = Params::demo();
        if let Some(half_life) = file.get("half_life").and_then(Value::as_u64) {
            params.half_life = half_life;
        }
        if let Some(delay) = file.get("unstake_delay_milli").and_then(Value::as_u64) {
            params.unstake_delay_milli = u32::try_from(delay).unwrap_or(u32::MAX);
        }
        let mut holders = Vec::new();
        let people = file.get("accounts").and_then(Value::as_object);
        for (name, zra) in people.into_iter().flatten() {
            holders.push((key(name).public(), Amount::zra(zra.as_u64().unwrap_or(0))));
        }
        let held = holders.iter().map(|(_, amount)| amount.0).sum::<u128>();
        let rest = Amount::zra(1_000_000_000).0.saturating_sub(held);
        holders.push((AccountId(Hash::of(b"the rest").0), Amount(rest)));
        let sealer = sealer()?;
        let mut config = GenesisConfig {
            params,
            accounts: holders,
            ..GenesisConfig::demo(AccountId::default(), sealer.public(), 0)
        };
        let (genesis, others) = (list(file, "validators"), list(file, "later_validators"));
        let mut committee = None;
        if !genesis.is_empty() {
            let named = |names: &'a [Value]| names.iter().filter_map(Value::as_str);
            committee = Some(Committee::of(named(genesis).chain(named(others)))?);
            config.network = Network::Main;
            config.validators = named(genesis).map(|name| key(name).public()).collect();
            config.epoch_blocks = number(file, "epoch_blocks")?;
        }
        let sealer = committee.is_none().then_some(sealer);
        let (mut client, sealed) = Client::create(&config, sealer).map_err(|e| ScenarioError(e.to_string()))?;
        client.set_pipelines(pipelines());
        let names = Names { genesis: client.genesis(), ..Names::new(modules) };
        let (slot, stored, out) = (Slot(0), Stored::default(), String::new());
        let mut scenario = Self { client, pipelines, names, committee, slot, stored, out };
        scenario.note(&sealed);
        Ok(scenario)
    }

    fn line(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{text}");
    }

    fn note(&mut self, sealed: &Sealed) {
        let receipts = sealed.decoded.receipts.iter();
        self.names.receipts.extend(receipts.map(|receipt| (receipt.transaction, receipt.clone())));
        let block = report::block(sealed);
        self.out.push_str(&block);
        self.stored.head.clone_from(&sealed.head);
        self.stored.records.push((sealed.height, sealed.record.clone()));
    }

    fn step(&mut self, step: &Value) -> Result<()> {
        let Some((verb, what)) = step.as_object().and_then(|step| step.iter().next()) else {
            return bad(format!("no step: {step}"));
        };
        match verb.as_str() {
            "seal" => {
                self.slot = Slot(what.as_u64().unwrap_or(0)).max(self.slot);
                self.seal(0)
            }
            "wait" => self.wait(what.as_u64().unwrap_or(0)),
            "skip" => self.seal(what.as_u64().unwrap_or(0)),
            "send" => self.send(what),
            "raw" => {
                let bytes = hash::from_hex(what.as_str().unwrap_or("")).unwrap_or_default();
                self.submit(&bytes);
                Ok(())
            }
            "query" => self.query(what),
            "dry_run" => self.dry_run(what.as_u64().unwrap_or(0)),
            "show" => self.show(what),
            "reopen" => self.reopen(),
            "damage" => self.damage(what),
            "step_back" => self.step_back(what.as_u64().unwrap_or(0)),
            other => bad(format!("unknown step {other}")),
        }
    }

    fn seal(&mut self, skip: u64) -> Result<()> {
        let sealed = match &self.committee {
            None => self.client.seal(self.slot, skip).map_err(|error| ScenarioError(error.to_string())),
            Some(committee) => committee.seal(&mut self.client, self.slot).map(|made| made.sealed),
        };
        match sealed {
            Ok(sealed) => {
                self.slot = sealed.decoded.header.slot;
                for dropped in &sealed.dropped {
                    self.line(&format!("dropped {dropped}"));
                }
                self.note(&sealed);
            }
            Err(error) => self.line(&format!("not sealed: {error}")),
        }
        Ok(())
    }

    /// Seals a block every ten slots, as the solo chain does while a proposal is live.
    fn wait(&mut self, slots: u64) -> Result<()> {
        let end = self.slot.plus(slots);
        while self.slot < end {
            self.slot = self.slot.plus(10).min(end);
            self.seal(0)?;
        }
        Ok(())
    }

    fn send(&mut self, what: &Value) -> Result<()> {
        let from = text(what, "from")?;
        let secret = key(from);
        let codes = self.names.codes(list(what, "codes"))?;
        let calls = list(what, "calls").iter().map(|call| self.names.call(call)).collect::<Result<Vec<_>>>()?;
        let plan = match self.client.prepare(secret.public(), self.slot, &codes, calls.clone()) {
            Ok(plan) => plan,
            Err(error) => {
                self.line(&format!("{from}: not prepared: {error}"));
                return Ok(());
            }
        };
        for (index, module) in plan.modules.iter().enumerate() {
            if let Some(name) = list(what, "names").get(index).and_then(Value::as_str) {
                self.names.deployed.insert(name.into(), *module);
            }
        }
        for step in plan.steps {
            let mut transaction = step.transaction;
            if step.receipt.outcome.is_ok() == what.get("fails").is_some() {
                self.line(&format!("{from}: preview {:?}", step.receipt.outcome));
            }
            if let Ok(nonce) = number(what, "nonce") {
                transaction.nonce = nonce;
            }
            if let Ok(expiry) = number(what, "expiry") {
                transaction.expiry = Slot(expiry);
            }
            if let Ok(gas) = number(what, "gas") {
                transaction.gas_limit = Gas(gas);
            }
            if what.get("hint").and_then(Value::as_str) == Some("none") {
                transaction.hint = AccessHint::default();
            }
            let genesis = match what.get("genesis").and_then(Value::as_str) {
                Some(other) => Hash::of(other.as_bytes()),
                None => self.client.genesis(),
            };
            let signer = what.get("signed_by").and_then(Value::as_str).unwrap_or(from);
            transaction.fee_limit = Amount(u128::MAX);
            let signed = transaction.sign(&genesis, &key(signer));
            if let Ok(name) = text(what, "as") {
                self.names.sent.insert(name.into(), signed.hash());
            }
            self.submit(&signed.encode());
        }
        Ok(())
    }

    fn submit(&mut self, bytes: &[u8]) {
        let line = match self.client.submit(bytes, self.slot) {
            Ok(hash) => format!("submitted {hash}"),
            Err(error) => format!("refused: {error}"),
        };
        self.line(&line);
    }

    fn query(&mut self, what: &Value) -> Result<()> {
        let module = self.names.module(text(what, "module")?)?;
        let args = self.names.args(list(what, "args"))?;
        let caller = key(what.get("from").and_then(Value::as_str).unwrap_or("nobody")).public();
        let entry = text(what, "entry")?;
        let line = match self.client.query(&caller, &module, entry, &args, self.slot) {
            Ok(called) => {
                let result = hash::to_hex(&called.result);
                format!(
                    "query {entry}: {:?} {result} gas {} {}",
                    called.outcome,
                    called.gas,
                    called.cause.unwrap_or_default()
                )
            }
            Err(error) => format!("query {entry}: {error}"),
        };
        self.line(line.trim_end());
        Ok(())
    }

    fn dry_run(&mut self, proposal: u64) -> Result<()> {
        let line = match self.client.dry_run(zera_client::primitives::ProposalId(proposal), self.slot) {
            Ok((rehearsal, _)) => {
                let ending = rehearsal.abort.map_or("succeeds".into(), |reason| format!("aborts {reason:?}"));
                format!("dry run of {proposal}: {ending}, {} gas, {} writes", rehearsal.gas, rehearsal.writes)
            }
            Err(error) => format!("dry run of {proposal}: {error}"),
        };
        self.line(&line);
        Ok(())
    }

    fn show(&mut self, what: &Value) -> Result<()> {
        if let Some(name) = what.get("account").and_then(Value::as_str) {
            let id = self.names.account(name)?;
            let account = accounts::account(self.client.state(), &id).map_err(|e| ScenarioError(e.to_string()))?;
            self.line(&format!("account {name}: {}", report::account(&account)));
        }
        if let Some(name) = what.get("module").and_then(Value::as_str) {
            let id = self.names.module(name)?;
            let line = report::module(self.client.state(), self.slot, &id);
            self.line(&format!("module {name}: {line}"));
        }
        if let Some(name) = what.get("tag").and_then(Value::as_str) {
            let manager = self.names.module(text(what, "manager")?)?;
            let line = report::tag(self.client.state(), self.slot, &manager, name);
            self.line(&format!("tag {name}: {line}"));
        }
        if let Some(name) = what.get("receipt").and_then(Value::as_str) {
            let line = report::kept(self.client.state(), self.slot, &self.names.transaction(name)?);
            self.line(&format!("receipt {name}: {line}"));
        }
        if let Some(name) = what.get("code").and_then(Value::as_str) {
            let line = report::provable(self.client.state(), &Hash::of(&self.names.code(name)?));
            self.line(&format!("code: {line}"));
        }
        if what.get("validators").is_some() {
            let line = report::validators(self.client.state());
            self.line(&format!("validators: {line}"));
        }
        if let Some(id) = what.get("proposal").and_then(Value::as_u64) {
            let line = report::proposal(self.client.state(), id);
            self.line(&format!("proposal {id}: {line}"));
        }
        Ok(())
    }

    fn reopen(&mut self) -> Result<()> {
        let sealer = if self.committee.is_none() { Some(sealer()?) } else { None };
        match Client::open(&self.stored, sealer) {
            Ok((client, Opened { stepped_back, .. })) => {
                self.client = client;
                self.client.set_pipelines((self.pipelines)());
                let back =
                    stepped_back.map_or(String::new(), |(from, to, why)| format!(", from {from} back to {to}: {why}"));
                let head = self.client.head();
                let line = format!("reopened at block {} root {}{back}", head.height, head.state_root);
                self.stored.records.retain(|(height, _)| *height <= self.client.head().height);
                self.line(&line);
            }
            Err(error) => self.line(&format!("not opened: {error}")),
        }
        Ok(())
    }

    /// Flips one bit of what is stored: `{"record": n}`, `{"head": true}`, or removes a record: `{"missing": n}`.
    fn damage(&mut self, what: &Value) -> Result<()> {
        let flip = |bytes: &mut Vec<u8>| {
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 1;
            }
        };
        if let Ok(height) = number(what, "record") {
            let found = self.stored.records.iter_mut().find(|(at, _)| *at == Height(height));
            found.map(|(_, bytes)| flip(bytes)).unwrap_or_default();
        }
        if let Ok(height) = number(what, "missing") {
            self.stored.records.retain(|(at, _)| *at != Height(height));
        }
        if what.get("head").is_some() {
            flip(&mut self.stored.head);
        }
        Ok(())
    }

    fn step_back(&mut self, to: u64) -> Result<()> {
        let line = match self.client.step_back(Height(to)) {
            Ok(()) => format!("back at block {to} root {}", self.client.head().state_root),
            Err(error) => format!("not back at {to}: {error}"),
        };
        self.stored.records.retain(|(height, _)| height.0 <= to);
        self.line(&line);
        Ok(())
    }

    fn finish(mut self) -> Result<String> {
        let audit = accounts::audit(self.client.state()).map_err(|error| ScenarioError(error.to_string()))?;
        let line = format!("conserved {}", audit.is_balanced());
        self.line(&line);
        Ok(self.out)
    }
}
