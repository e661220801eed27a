//! Local runs: code on arguments that nobody else sees, by the reference engine, on a copy of one module's storage or on
//! none. Nothing of it reaches the chain; what the host answered is the prover's word.

use super::tasks::Work;
use crate::node::{Answer, Node, convert, run::Ticket, views::code::stored_bytes, world::World};
use std::collections::BTreeMap;
use zera_primitives::{Hash, ModuleId, StateKey, limits};
use zera_proof_rows::{Program, host::arguments, translate};
use zera_proof_verify::Origin;
use zera_prover_worker::wire::Hidden;
use zera_registry::CodeInfo;
use zera_state::StateView;
use zera_vm::{
    CallRequest, CallerKind, Construction, Engine as _, ExecutableRequest, Host, HostError, NestedCall, Source, TagRef,
    TraceRecord, UpgradeRequest, VmError, WasmiEngine, gas::STACK_UNITS,
};
use zera_worker_protocol::{Error, ErrorKind, Hide, LocalArgs, LocalCode, Response};

/// What a local run is of.
pub struct LocalRun {
    /// Which code.
    pub code: LocalCode,
    /// Which export.
    pub entry: String,
    /// On what.
    pub args: LocalArgs,
}

fn cannot(detail: impl Into<String>) -> Error {
    Error::module(ErrorKind::NotProvable, detail)
}

impl<W: World, T: Ticket> Node<W, T> {
    /// Runs, and begins to prove.
    pub(in crate::node) async fn prove_local(&mut self, run: LocalRun, hide: Hide, nonce: Hash) -> Answer {
        let (code, record) = self.retry(|node| node.run_locally(&run)).await?;
        let hidden = Hidden { args: hide.args, result: hide.result, events: hide.events };
        let manifest = CodeInfo::read(&code).ok().and_then(|info| info.manifest().ok().flatten());
        let name = manifest.map(|manifest| manifest.name).unwrap_or_default();
        let (hash, entry) = (record.code_hash, record.entry.clone());
        let job = self.job(code, record, Origin::Local, hidden, nonce)?;
        let added = self.proving.tasks.add(None, hash, entry, self.world.now_ms());
        let full = || Error::request(ErrorKind::Busy, "too many proofs are under way or waiting; cancel one");
        let id = added.ok_or_else(full)?;
        self.proving.tasks.ready(id, Work { job, name, executed: None });
        self.begin_driving();
        Ok(Response::ProofBegun(id))
    }

    fn run_locally(&self, run: &LocalRun) -> Result<(Vec<u8>, TraceRecord), Error> {
        let chain = self.chain()?;
        let head = chain.client.head();
        let (code, module) = match &run.code {
            LocalCode::Bytes(bytes) => (bytes.clone(), None),
            LocalCode::Module(id) => {
                let state = chain.client.state();
                let record = zera_registry::module(state, id).map_err(convert::defect)?;
                let record = record.ok_or_else(|| convert::not_found("module"))?;
                let hash = zera_registry::resolve(state, head.slot, &record.executable).map_err(convert::registry)?;
                (stored_bytes(chain, &hash)?, Some((*id, record.generation)))
            }
        };
        if code.len() > limits::CODE_BYTES {
            return Err(cannot("the code is larger than code may be"));
        }
        let program = translate(&code).and_then(|module| module.program(&run.entry));
        let program = program.map_err(|error| cannot(error.reason))?;
        let args = encode(&program, &run.args)?;
        let code_hash = Hash::of(&code);
        let engine = WasmiEngine::new();
        engine.prepare(&code_hash, &code).map_err(|error| cannot(error.to_string()))?;
        let (slot, height) = (head.slot.0, head.height.0);
        let mut host = LocalHost { state: chain.client.state(), module, slot, height, written: BTreeMap::new() };
        let request =
            CallRequest { code_hash, entry: &run.entry, args: &args, gas: limits::TRANSACTION_GAS, stack: STACK_UNITS };
        let ran = engine.execute(&request, &mut host).map_err(|error| match error {
            VmError::Aborted { .. } => Error::browser(ErrorKind::Busy, false, "a part of the state is not in memory"),
            error => cannot(error.to_string()),
        })?;
        if !ran.outcome.is_ok() && ran.outcome != zera_primitives::Outcome::Trap {
            let why = ran.diagnostic.unwrap_or_default();
            return Err(cannot(format!("the local run ended as {:?}: {why}", ran.outcome)));
        }
        Ok((code, ran.trace))
    }
}

/// Argument bytes as the export takes them.
fn encode(program: &Program, args: &LocalArgs) -> Result<Vec<u8>, Error> {
    let wrong = |detail: String| Error::request(ErrorKind::Malformed, detail);
    let bytes = match args {
        LocalArgs::Bytes(bytes) => bytes.clone(),
        LocalArgs::Numbers(numbers) => {
            if numbers.len() != program.params.len() {
                return Err(wrong(format!(
                    "the export takes {} integers, not {}",
                    program.params.len(),
                    numbers.len()
                )));
            }
            let mut bytes = Vec::new();
            for (number, wide) in numbers.iter().zip(&program.params) {
                let value: i128 = number.parse().map_err(|_| wrong(format!("`{number}` is no integer")))?;
                let range = if *wide { i64::MIN.into()..=u64::MAX.into() } else { i32::MIN.into()..=u32::MAX.into() };
                if !range.contains(&value) {
                    return Err(wrong(format!("{number} does not fit its parameter")));
                }
                bytes.extend(value.to_le_bytes().into_iter().take(if *wide { 8 } else { 4 }));
            }
            bytes
        }
    };
    arguments(program, &bytes)
        .map(|_| ())
        .ok_or_else(|| wrong("the arguments do not fit the export's parameters".into()))?;
    Ok(bytes)
}

/// What answers a local run: a copy of one module's storage, the head's time, and nothing of other modules.
struct LocalHost<'s> {
    state: &'s dyn StateView,
    module: Option<(ModuleId, u32)>,
    slot: u64,
    height: u64,
    written: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

fn refuse<T>(what: &str) -> Result<T, HostError> {
    Err(HostError::Refused(format!("a local run has no {what}")))
}

impl Host for LocalHost<'_> {
    fn storage_get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        let Some((module, generation)) = self.module else { return refuse("storage") };
        if let Some(written) = self.written.get(key) {
            return Ok(written.clone());
        }
        let found = self.state.get(&StateKey::storage(&module, generation, key));
        found.map_err(
            |error| if error.is_recoverable() { HostError::NotLoaded } else { HostError::Fatal(error.to_string()) },
        )
    }

    fn storage_set(&mut self, key: &[u8], value: &[u8]) -> Result<(), HostError> {
        self.module.map_or_else(|| refuse("storage"), |_| Ok(()))?;
        self.written.insert(key.to_vec(), Some(value.to_vec()));
        Ok(())
    }

    fn storage_remove(&mut self, key: &[u8]) -> Result<(), HostError> {
        self.module.map_or_else(|| refuse("storage"), |_| Ok(()))?;
        self.written.insert(key.to_vec(), None);
        Ok(())
    }

    fn old_storage_get(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        refuse("migration")
    }

    fn old_storage_next(&mut self, _: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        refuse("migration")
    }

    fn caller(&self) -> [u8; 32] {
        [0; 32]
    }

    fn caller_kind(&self) -> CallerKind {
        CallerKind::Account
    }

    fn self_id(&self) -> [u8; 32] {
        self.module.map_or([0; 32], |(module, _)| module.0)
    }

    fn value(&self) -> u128 {
        0
    }

    fn balance(&mut self, _: &[u8; 32]) -> Result<u128, HostError> {
        refuse("balances")
    }

    fn transfer(&mut self, _: &[u8; 32], _: u128) -> Result<(), HostError> {
        refuse("balances")
    }

    fn slot(&self) -> u64 {
        self.slot
    }

    fn height(&self) -> u64 {
        self.height
    }

    fn call(&mut self, _: NestedCall<'_>, _: &mut u64, _: &mut u64) -> Result<Vec<u8>, HostError> {
        refuse("other modules")
    }

    fn emit_event(&mut self, _: &str, _: &[u8]) -> Result<(), HostError> {
        Ok(())
    }

    fn set_tag(&mut self, _: &str, _: [u8; 32], _: Option<u64>) -> Result<(), HostError> {
        refuse("tags")
    }

    fn delete_tag(&mut self, _: &str) -> Result<(), HostError> {
        refuse("tags")
    }

    fn tag(&mut self, _: TagRef<'_>) -> Result<Option<[u8; 32]>, HostError> {
        refuse("tags")
    }

    fn create_follower(
        &mut self,
        _: TagRef<'_>,
        _: [u8; 32],
        _: Option<Construction<'_>>,
        _: &mut u64,
        _: &mut u64,
    ) -> Result<[u8; 32], HostError> {
        refuse("other modules")
    }

    fn update_executable(&mut self, _: ExecutableRequest<'_>) -> Result<(), HostError> {
        refuse("executable of its own")
    }

    fn executable(&mut self, _: &[u8; 32]) -> Result<Option<(Source, [u8; 32])>, HostError> {
        refuse("other modules")
    }

    /// Nothing is kept of a local run, and nothing a module can see depends on that.
    fn log_execution(&mut self, _: &str) -> Result<(), HostError> {
        Ok(())
    }

    fn has_trace(&mut self, _: &[u8; 32]) -> Result<bool, HostError> {
        refuse("receipts")
    }

    fn request_proof(&mut self, _: &[u8; 32]) -> Result<(), HostError> {
        refuse("receipts")
    }

    fn verify_proof(&mut self, _: &[u8], _: &[u8; 32], _: &mut u64) -> Result<bool, HostError> {
        refuse("receipts")
    }

    fn verify_groth16(&mut self, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, HostError> {
        refuse("verifier")
    }

    fn apply_upgrade(&mut self, _: UpgradeRequest) -> Result<(), HostError> {
        refuse("upgrades")
    }
}
