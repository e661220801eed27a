//! Modules: list, detail with live parameter values, storage with checked proofs, queries.

use super::{
    code,
    lifecycle::{self, evidence, standing},
    text,
};
use crate::node::{
    Answer,
    chain::{Chain, count},
    convert,
};
use codec::Encode as _;
use std::collections::BTreeMap;
use zera_client::Called;
use zera_governance::queries;
use zera_primitives::{
    AccountId, Effect, Executable, Hash, Manifest, ModuleId, Payload, ProposalId, StateKey,
    hash::to_hex,
    limits,
    manifest::{Parameter, SemVer},
};
use zera_registry::ModuleRecord;
use zera_state::{accounts, merkle};
use zera_worker_protocol::{
    AttemptView, CalledView, Error, ErrorKind, ModuleDetail, ModuleView, ParameterView, Response, StorageEntry,
    StoragePage,
};

/// Storage entries that one answer may hold.
const ENTRIES: u32 = 100;

/// Names and versions by code, each looked up once for a list: a fleet shares one code.
pub type Names = BTreeMap<Hash, Option<(String, SemVer)>>;

/// All modules.
pub fn list(chain: &Chain) -> Answer {
    let state = chain.client.state();
    let touched = touched(chain)?;
    let ids = zera_registry::modules(state).map_err(convert::defect)?;
    let mut names = Names::new();
    let mut one = |id: &ModuleId| view(chain, id, &record(chain, id)?, &touched, &mut names);
    let views = ids.iter().map(&mut one).collect::<Result<_, Error>>()?;
    Ok(Response::Modules(views))
}

/// One module.
pub fn detail(chain: &Chain, id: &ModuleId) -> Answer {
    let state = chain.client.state();
    let record = record(chain, id)?;
    let code = running(chain, &record)?;
    let mut running = code::stored(chain, &code)?;
    if let (Some(shown), Some(manifest)) = (&mut running.manifest, code::manifest(chain, &code)?) {
        for (parameter, shown) in manifest.parameters.iter().zip(&mut shown.parameters) {
            fill(chain, id, &manifest, parameter, shown)?;
        }
    }
    let attempts = zera_registry::attempts(state, id).map_err(convert::defect)?;
    let attempt = |attempt: &zera_registry::AttemptRecord| AttemptView {
        proposal: attempt.proposal,
        code: attempt.code,
        reason: attempt.reason,
        at: (attempt.at.height, attempt.at.slot),
    };
    Ok(Response::Module(Box::new(ModuleDetail {
        module: view(chain, id, &record, &touched(chain)?, &mut Names::new())?,
        deployer: record.deployer,
        code: running,
        generation: record.generation,
        standing: standing(chain, id, &record)?,
        evidence: evidence(chain, &code)?,
        versions: lifecycle::versions(chain, id)?,
        attempts: attempts.iter().rev().map(attempt).collect(),
    })))
}

/// A page of a module's storage; each entry is proven against the head's root here, before it is shown.
pub fn storage(chain: &Chain, id: &ModuleId, after: &[u8], limit: u32) -> Answer {
    let record = record(chain, id)?;
    let prefix = StateKey::storage(id, record.generation, &[]);
    let limit = limit.clamp(1, ENTRIES) as usize;
    let root = chain.client.head().state_root;
    let mut cursor = if after.is_empty() { Vec::new() } else { StateKey::storage(id, record.generation, after).0 };
    let mut entries = Vec::new();
    let state = chain.client.state();
    while let Some(key) = state.next_key(prefix.as_bytes(), &cursor).map_err(convert::defect)? {
        if entries.len() == limit {
            return Ok(Response::Storage(StoragePage { height: chain.height(), entries, more: true }));
        }
        let (value, proof) = chain.client.prove(&key).map_err(convert::client)?;
        let holds = merkle::verify(&root, &key, value.as_deref(), &proof).is_ok();
        entries.push(StorageEntry {
            key: key.as_bytes().get(prefix.as_bytes().len()..).unwrap_or_default().to_vec(),
            value: value.unwrap_or_default(),
            proof_bytes: holds.then(|| count(proof.encoded_size())),
        });
        cursor = key.0;
    }
    Ok(Response::Storage(StoragePage { height: chain.height(), entries, more: false }))
}

/// Runs a query export.
pub fn query(chain: &Chain, id: &ModuleId, entry: &str, args: &[u8]) -> Answer {
    if entry.len() > limits::ENTRY_BYTES || args.len() > limits::CALL_BYTES {
        return Err(Error::request(ErrorKind::Malformed, "the export's name or its arguments are too long"));
    }
    record(chain, id)?;
    let Called { outcome, result, gas, cause } = call(chain, id, entry, args)?;
    Ok(Response::Called(CalledView { height: chain.height(), outcome, result, gas, cause }))
}

fn call(chain: &Chain, id: &ModuleId, entry: &str, args: &[u8]) -> Result<Called, Error> {
    let caller = chain.account.unwrap_or_default();
    chain.client.query(&caller, id, entry, args, chain.client.head().slot).map_err(convert::client)
}

/// A module's record.
pub fn record(chain: &Chain, id: &ModuleId) -> Result<ModuleRecord, Error> {
    let record = zera_registry::module(chain.client.state(), id).map_err(convert::defect)?;
    record.ok_or_else(|| convert::not_found("module"))
}

/// The code that a module runs at the head: its own, its pin, or what its tag stands at.
pub fn running(chain: &Chain, record: &ModuleRecord) -> Result<Hash, Error> {
    let slot = chain.client.head().slot;
    zera_registry::resolve(chain.client.state(), slot, &record.executable).map_err(convert::registry)
}

/// Live proposals by the modules they would change.
fn touched(chain: &Chain) -> Result<BTreeMap<ModuleId, Vec<ProposalId>>, Error> {
    let state = chain.client.state();
    let mut touched: BTreeMap<ModuleId, Vec<ProposalId>> = BTreeMap::new();
    for id in queries::live(state).map_err(convert::governance)? {
        for module in changed(&queries::proposal(state, id).map_err(convert::governance)?.payload) {
            touched.entry(module).or_default().push(id);
        }
    }
    Ok(touched)
}

/// The modules that a payload changes, each once. An effect of a tag counts for its manager, not for the followers.
pub fn changed(payload: &Payload) -> Vec<ModuleId> {
    let mut modules: Vec<ModuleId> = match payload {
        Payload::Config { changes, .. } => changes.iter().map(|change| change.module_id).collect(),
        Payload::Execute(execution) => execution.effects.iter().filter_map(subject).collect(),
        other => other.module().copied().into_iter().collect(),
    };
    modules.sort();
    modules.dedup();
    modules
}

/// The module that an effect is about.
fn subject(effect: &Effect) -> Option<ModuleId> {
    match effect {
        Effect::Call { module, .. } | Effect::Set { module, .. } | Effect::Upgrade { module, .. } => Some(*module),
        Effect::Tag { manager, .. } => Some(*manager),
        Effect::Move { .. } => None,
    }
}

fn view(
    chain: &Chain,
    id: &ModuleId,
    record: &ModuleRecord,
    touched: &BTreeMap<ModuleId, Vec<ProposalId>>,
    names: &mut Names,
) -> Result<ModuleView, Error> {
    let state = chain.client.state();
    let code = running(chain, record)?;
    let named = match names.get(&code) {
        Some(named) => named.clone(),
        None => {
            let named = code::manifest(chain, &code)?.map(|manifest| (manifest.name, manifest.version));
            names.entry(code).or_insert(named).clone()
        }
    };
    let (name, semver) = named.unwrap_or_else(|| (format!("module {}", short(id)), SemVer::default()));
    let usage = zera_registry::storage_usage(state, id).map_err(convert::defect)?;
    let version = zera_registry::version(state, id, record.sequence).map_err(convert::defect)?;
    let since = version.map_or(record.deployed_at, |version| version.enacted);
    let account: AccountId = id.account();
    Ok(ModuleView {
        id: *id,
        name,
        version: semver,
        sequence: record.sequence,
        code,
        since: (since.height, since.slot),
        storage: (usage.entries, usage.bytes),
        balance: accounts::account(state, &account).map_err(convert::defect)?.free,
        follows: matches!(record.executable, Executable::ExternalRef(_)),
        stopped: record.migrating.is_some() || lifecycle::frozen(chain, record).is_some(),
        proposals: touched.get(id).cloned().unwrap_or_default(),
    })
}

fn short(id: &ModuleId) -> String {
    to_hex(&id.0).chars().take(8).collect()
}

/// Current value and history of a parameter.
fn fill(
    chain: &Chain,
    id: &ModuleId,
    manifest: &Manifest,
    parameter: &Parameter,
    shown: &mut ParameterView,
) -> Result<(), Error> {
    let called = call(chain, id, &parameter.getter, &[])?;
    let direct = manifest.export(&parameter.getter).is_some_and(|getter| getter.direct);
    let narrow = |value: Vec<u8>| if direct { text::narrow(manifest, parameter.ty, value) } else { value };
    shown.value = called.outcome.is_ok().then(|| narrow(called.result));
    let history = zera_registry::config_history(chain.client.state(), id, &parameter.name).map_err(convert::defect)?;
    shown.history = history.into_iter().map(|change| (change.proposal, change.value, change.at.height)).collect();
    Ok(())
}
